/* What the configuration in force has: agencies, items, a year's calendar. */
#include "control/handlers.h"
#include "control/view.h"

int handle_agencies(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct answer CLEANUP(answer_clear) answer = answer_to(call);
        const struct roster *roster = &engine_config(control_engine(userdata))->roster;

        (void)error;
        answer_begin_list(&answer);
        for (size_t i = 0; i < roster->n_agencies; i++) {
                answer_begin(&answer);
                answer_text(&answer, "agency", roster->agencies[i].id);
                answer_text(&answer, "name", roster->agencies[i].name);
                answer_text(&answer, "short", roster->agencies[i].short_name);
                answer_end(&answer);
        }
        answer_end_list(&answer);
        return answer_send(&answer);
}

int handle_items(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct answer CLEANUP(answer_clear) answer = {0};
        const struct config *config = engine_config(control_engine(userdata));
        struct page page;
        uint64_t place = 0;
        size_t n = 0;
        int r = argument_page(call, PAGE_MAX, &page, error);

        if (r < 0)
                return r;
        answer = answer_to(call);
        answer_begin_list(&answer);
        for (size_t p = 0; p < config->n_plans; p++)
                for (size_t i = 0; i < config->plans[p].n_items; i++) {
                        const struct item *item = &config->plans[p].items[i];

                        if (place++ < page.offset || n++ >= page.limit)
                                continue;
                        answer_begin(&answer);
                        answer_text(&answer, "plan", config->plans[p].id);
                        answer_text(&answer, "item", item->id);
                        view_words(&answer, "title", &config->plans[p], item, item->title, CIVIL_NONE);
                        answer_end(&answer);
                }
        answer_end_list(&answer);
        answer_next(&answer, n > page.limit ? page.offset + page.limit : 0);
        return answer_send(&answer);
}

static void put_days(struct answer *answer, const struct calendar *calendar, int32_t year)
{
        civil_day end = civil_from(year + 1, 1, 1);

        answer_begin_member(answer, "days");
        for (civil_day day = civil_from(year, 1, 1); day < end; day++) {
                bool working = calendar_is_working(calendar, day);
                const char *name = calendar_day_name(calendar, day);

                if (!name && working == (civil_weekday(day) < SATURDAY))
                        continue;
                answer_begin(answer);
                answer_day(answer, "date", day);
                answer_bool(answer, "off", !working);
                answer_text(answer, "name", name);
                answer_end(answer);
        }
        answer_end_member(answer);
}

int handle_calendar(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct answer CLEANUP(answer_clear) answer = {0};
        const struct control *control = userdata;
        const struct calendar *calendar = engine_config(control_engine(control))->calendar;
        civil_day today = control_today(control);
        uint32_t year;
        int r = sd_bus_message_read(call, "u", &year);

        if (r < 0)
                return r;
        if (year == 0)
                year = (uint32_t)civil_split(today).year;
        if (year < CIVIL_FIRST_YEAR || year > CIVIL_LAST_YEAR)
                return sd_bus_error_setf(error, ERROR_INVALID, "years go from %d to %d", CIVIL_FIRST_YEAR,
                                         CIVIL_LAST_YEAR);
        answer = answer_to(call);
        answer_begin(&answer);
        answer_count(&answer, "year", year);
        answer_day(&answer, "today", today);
        answer_bool(&answer, "provisional", calendar_is_provisional(calendar, (int32_t)year));
        put_days(&answer, calendar, (int32_t)year);
        answer_end(&answer);
        return answer_send(&answer);
}
