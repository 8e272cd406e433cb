/* The weekly digest: when it leaves, in which of its lists an obligation stands, and whether it is worth a message. */
#include "core/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define WEEK_DAYS 7
#define WEEKS_UNCHANGED 4 /* after so many it is sent as it was: nobody need wonder whether the program still runs */
#define MONTH_DAYS 30     /* how far the third list looks ahead */

wall_time digest_moment(const struct digest_rules *rules, civil_day nominal)
{
        civil_day day = calendar_next_working(rules->calendar, nominal);

        return hours_next(rules->hours, rules->calendar, wall_at(day, rules->at));
}

civil_day digest_newest(const struct digest_rules *rules, wall_time now)
{
        civil_day nominal = civil_last_weekday(wall_day(now), rules->weekday);

        while (digest_moment(rules, nominal) > now)
                nominal -= WEEK_DAYS;
        return nominal;
}

civil_day digest_after(const struct digest_rules *rules, civil_day settled)
{
        return civil_last_weekday(settled + WEEK_DAYS, rules->weekday);
}

void digest_write_key(civil_day nominal, char ret[static RUNG_KEY_SIZE])
{
        char day[CIVIL_DATE_SIZE];

        (void)snprintf(ret, RUNG_KEY_SIZE, "digest@%s", civil_format(nominal, day));
}

void digest_write_print(uint64_t print, char ret[static DIGEST_PRINT_SIZE])
{
        (void)snprintf(ret, DIGEST_PRINT_SIZE, "%016" PRIx64, print);
}

uint64_t digest_read_print(const char *text)
{
        return strtoull(text, NULL, 16);
}

civil_day digest_week_end(civil_day nominal)
{
        return nominal + WEEK_DAYS - 1;
}

civil_day digest_due_until(civil_day nominal, civil_day today)
{
        civil_day week_end = digest_week_end(nominal), month_end = today + MONTH_DAYS;

        return week_end > month_end ? week_end : month_end;
}

civil_day digest_done_since(civil_day nominal)
{
        return nominal - WEEK_DAYS;
}

enum digest_section digest_section_of(const struct obligation *obligation, const struct calendar *calendar,
                                      civil_day nominal, civil_day today)
{
        struct obligation_dates dates = obligation_dates(obligation, calendar);

        if (obligation->observance) /* announced by a message of its own; nothing is owed */
                return DIGEST_SECTIONS;
        if (obligation->status == OBLIGATION_DONE)
                return obligation->done_on >= digest_done_since(nominal) && obligation->done_on < nominal
                               ? DIGEST_FINISHED
                               : DIGEST_SECTIONS;
        if (obligation->status != OBLIGATION_OPEN)
                return DIGEST_SECTIONS;
        if (dates.due == CIVIL_NONE || dates.tentative)
                return DIGEST_WAITING;
        if (today > dates.effective)
                return obligation->lapses ? DIGEST_SECTIONS : DIGEST_OVERDUE;
        if (dates.safe <= digest_week_end(nominal))
                return DIGEST_WEEK;
        return dates.safe <= today + MONTH_DAYS ? DIGEST_MONTH : DIGEST_SECTIONS;
}

/* With its end, so that where one text ends and the next begins counts. */
static uint64_t hash_text(uint64_t so_far, const char *text)
{
        return hash_bytes(so_far, text, strlen(text) + 1);
}

void gist_add(struct gist *gist, const struct gist_line *line)
{
        const int32_t numbers[] = {
                (int32_t)line->section,
                line->dates.from,
                line->dates.due,
                line->dates.effective,
                line->dates.tentative,
                (int32_t)line->state,
                line->state == STATE_SNOOZED ? line->snoozed_until : CIVIL_NONE,
                line->claimed,
        };
        uint64_t print = hash_bytes(HASH_BASIS, numbers, sizeof(numbers));

        gist->n_finished += line->section == DIGEST_FINISHED;
        gist->n_news += line->section != DIGEST_WAITING;
        if (line->section == DIGEST_FINISHED)
                return;
        print = hash_text(print, line->plan);
        print = hash_text(print, line->item);
        print = hash_text(print, line->key);
        gist->print += hash_text(print, line->agency);
}

void gist_add_all(struct gist *gist, const struct gist *other)
{
        gist->print += other->print;
        gist->n_finished += other->n_finished;
        gist->n_news += other->n_news;
}

void gist_add_address(struct gist *gist, const char *address)
{
        gist->print += hash_text(HASH_BASIS, address);
}

void gist_add_hold(struct gist *gist, const char *agency, civil_day until, const char *reason)
{
        gist->print +=
                hash_text(hash_text(hash_bytes(HASH_BASIS, &until, sizeof(until)), agency ? agency : ""), reason);
}

civil_day digest_oldest(civil_day nominal)
{
        return nominal - WEEKS_UNCHANGED * WEEK_DAYS + 1;
}

bool digest_is_worth_it(const struct gist *gist, const struct digest_past *past, civil_day nominal)
{
        if (gist->n_news == 0)
                return false;
        return gist->n_finished > 0 || past->nominal == CIVIL_NONE || past->nominal < digest_oldest(nominal) ||
               past->print != gist->print;
}
