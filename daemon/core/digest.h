/* The weekly digest: when it leaves, in which of its lists an obligation stands, and whether it is worth a message. */
#pragma once

#include "core/hours.h"
#include "core/obligation.h"
#include "core/rung.h"

struct digest_rules {
        enum weekday weekday;
        int32_t at; /* seconds since midnight */
        const struct calendar *calendar;
        const struct hours *hours;
};

/* A digest is known by its nominal day, the first of its week. On a day off it leaves on the working day after. */
wall_time digest_moment(const struct digest_rules *rules, civil_day nominal);
/* The last one whose moment has come: of several missed weeks only that is sent. */
civil_day digest_newest(const struct digest_rules *rules, wall_time now);
/* The one that follows what is settled. */
civil_day digest_after(const struct digest_rules *rules, civil_day settled);
/* Writes the key of its notices: "digest@DAY". */
void digest_write_key(civil_day nominal, char ret[static RUNG_KEY_SIZE]);
/* The detail of its notice, by which the next one is compared with it: the print of its gist. */
#define DIGEST_PRINT_SIZE sizeof("0123456789abcdef")
void digest_write_print(uint64_t print, char ret[static DIGEST_PRINT_SIZE]);
uint64_t digest_read_print(const char *text);
/* The last day of its week. */
civil_day digest_week_end(civil_day nominal);

/* Up to this day a date matters to a digest of that day, read today; and from this day on, when something was done. */
civil_day digest_due_until(civil_day nominal, civil_day today);
civil_day digest_done_since(civil_day nominal);

enum digest_section { DIGEST_OVERDUE, DIGEST_WEEK, DIGEST_MONTH, DIGEST_FINISHED, DIGEST_WAITING, DIGEST_SECTIONS };

/* DIGEST_SECTIONS: in none. What was finished is listed for the week before; a snooze silences no digest. */
enum digest_section digest_section_of(const struct obligation *obligation, const struct calendar *calendar,
                                      civil_day nominal, civil_day today);

enum digest_when { DIGEST_WHEN_CHANGED, DIGEST_WHEN_ALWAYS };

/* What a digest says, without its counters: days, weeks and how often somebody was reminded pass by themselves. */
struct gist {
        uint64_t print;    /* of its lines, in whatever order; not of what was finished, which is listed once */
        size_t n_finished; /* in the fourth list */
        size_t n_news;     /* entries but those that wait for a date, and the head's cells */
};

/* An entry of its lists, or a cell of the head's matrix, which is in none of them. */
struct gist_line {
        enum digest_section section; /* DIGEST_SECTIONS: of the matrix */
        const char *plan, *item, *key, *agency;
        struct obligation_dates dates;
        enum obligation_state state;
        civil_day snoozed_until; /* counts while it is snoozed */
        bool claimed;
};
void gist_add(struct gist *gist, const struct gist_line *line);
void gist_add_all(struct gist *gist, const struct gist *other);
/* Who gets it: whoever is new among them has had none. */
void gist_add_address(struct gist *gist, const char *address);

/* agency NULL: everybody is held. */
void gist_add_hold(struct gist *gist, const char *agency, civil_day until, const char *reason);

/* The digest that was last sent to somebody. */
struct digest_past {
        civil_day nominal; /* CIVIL_NONE: none was */
        uint64_t print;
};
/* The first nominal day of which a digest can still stand for one of that day: for four weeks. */
civil_day digest_oldest(civil_day nominal);
/* Whether what changed, or that four weeks have passed, is worth a digest of that day. What waits for a date is not by
 * itself. */
bool digest_is_worth_it(const struct gist *gist, const struct digest_past *past, civil_day nominal);
