/* A year's plan: items, whom they bind, when they fall, and the policy that says when to remind. */
#pragma once

#include "core/contact.h"
#include "core/period.h"
#include "core/reference.h"
#include "core/span.h"

enum target_role { TARGET_HEAD, TARGET_DEPUTY, TARGET_MEMBERS, TARGET_ALL, TARGET_GROUP, TARGET_AGENCY };

/* One word of `for` or `to`. */
struct target {
        enum target_role role;
        size_t index; /* of the group or agency in the roster */
};

struct targets {
        struct target *words;
        size_t n;
};

enum shift { SHIFT_NEXT, SHIFT_PREVIOUS, SHIFT_NONE };

struct escalation {
        struct offset after; /* from the effective due date */
        struct targets to;
};

struct policy {
        char *id;
        struct offset *before; /* as written; any order */
        size_t n_before;
        int32_t at; /* seconds since midnight, wall clock */
        struct offset overdue_every;
        int32_t overdue_limit; /* reminders at most; 0: none at all; OVERDUE_UNLIMITED */
        struct escalation *escalations;
        size_t n_escalations;
        enum shift shift;
};
#define OVERDUE_UNLIMITED INT32_MAX

#define FINGERPRINT_SIZE 65 /* SHA-256 in hex */

enum date_form {
        DATE_DUE,
        DATE_WINDOW,
        DATE_HALF, /* this and what follows: a window by its name */
        DATE_QUARTER,
        DATE_MONTH,
        DATE_UNDATED,
        DATE_REPEAT,
        DATE_OBSERVANCE,
        DATE_AFTER, /* this and the next: counted from the day of another item (core/anchor.h) */
        DATE_BEFORE_ITEM,
        DATE_DAYS /* `due` too, and an array */
};

struct observance {
        bool lunar;
        int32_t month, day; /* Gregorian or lunar */
        int32_t since;      /* first year of the event, 0: no ordinal */
};

/* The day of one agency in an item that has others for the rest. */
struct own_date {
        size_t agency; /* roster index */
        civil_day due;
};

struct item {
        char *id;
        char *title;   /* in it and the next two {n} and {period} stand for something, see item_words() */
        char *wording; /* the document's own words, or NULL */
        char *note;    /* an addition for the agencies, or NULL */
        char *place;   /* where, or NULL */
        char *basis;   /* the document it rests on, where that is not the plan's, or NULL */
        char *link;    /* where that can be read, or NULL */
        enum date_form form;
        civil_day from, to; /* of a window, by its name too; due: to alone (from is CIVIL_NONE) */
        civil_day *days;    /* several, ascending; NULL: it has not */
        size_t n_days;
        struct own_date *own_dates;
        size_t n_own_dates;
        int32_t time; /* on the last day until then, seconds since midnight; 0: all day */
        bool tentative;
        bool event;      /* attended on its day, not delivered until then */
        civil_day since; /* before that day nothing was watched, or CIVIL_NONE: the plan's, or when it was first read */
        civil_day fix_by;     /* CIVIL_NONE: nobody is reminded to fix it */
        civil_day limit;      /* the last day to which its date may be moved at all, or CIVIL_NONE */
        char *when;           /* undated, or counted from another item: what it waits for */
        char *anchor;         /* the id of the item from whose day its own is counted, or NULL */
        struct offset by;     /* how far */
        char *repeat;         /* a rule (core/rule.h), which starts on 1 January of the plan's year */
        struct period period; /* that each day of the repeat is about */
        struct observance observance;
        struct targets for_;      /* who owes it */
        struct targets report_to; /* empty: the head */
        struct targets with;      /* who helps with it: told, not owing */
        struct policy policy;     /* the named one with the item's own overrides, owned */
        /* Of all that it says and that its plan, the agencies, policies and calendars do: the same fingerprint means
         * the same obligations, reminded at the same moments. */
        char fingerprint[FINGERPRINT_SIZE];
};

struct plan {
        char *id;
        int32_t year;
        char *title;
        char *basis;             /* "" where the file gives none */
        char *link;              /* where the document can be read, or NULL */
        civil_day ends;          /* of a plan over more than its year; CIVIL_NONE: the file gives none */
        civil_day closes;        /* from that day on nothing is said of it */
        civil_day since;         /* of its items that say nothing else; CIVIL_NONE: none */
        struct contact *contact; /* whom to ask about it; NULL: whoever answers for the block */
        size_t head;             /* a roster index, as those below; ROSTER_NONE: none */
        size_t *deputies;
        size_t n_deputies;
        size_t *members;
        size_t n_members;
        struct item *items;
        size_t n_items;
};

/* One date of an item. */
struct occurrence {
        char key[KEY_SIZE]; /* "" unless the item has several */
        civil_day from;     /* first day of a window, else CIVIL_NONE */
        civil_day due;      /* last day that is on time, the day of an observance; CIVIL_NONE: undated */
        bool tentative;
};

/* From when to when a plan speaks. */
struct plan_term {
        int32_t year;
        civil_day ends;   /* plan_last_day() */
        civil_day closes; /* as its file says */
        civil_day moved;  /* as somebody decided, in the place of that; CIVIL_NONE: nobody did */
        bool put_away;    /* the file is not there any more */
};

/* The day on which its time is over, and its repeats with it: that of the file, or the last of its year. */
civil_day plan_last_day(const struct plan *plan);
/* The last day that an item may name. A plan of one year has its reports in the first quarter of the next; one that
 * says when it ends has nothing after that. */
civil_day plan_last_date(const struct plan *plan);
/* The last day of the first quarter after the year in which it ends, where the file says no other: by then it is
 * scored. */
civil_day plan_closes_by_itself(civil_day ends);
/* What a person may name: from its first day to the last one to which a date of it can be moved. */
civil_day plan_first_closing(int32_t year);
civil_day plan_last_closing(civil_day ends);
bool plan_may_close_on(int32_t year, civil_day ends, civil_day day);
/* The day from which on it is closed. Once its time is over, putting its file away closes it too: what nobody did stays
 * unfinished. Within its time that only withdraws it. */
civil_day plan_closing(const struct plan_term *term);

void policy_clear(struct policy *policy);
/* A deep copy. 0 or -ENOMEM; *ret is untouched on failure. */
int policy_copy(const struct policy *policy, struct policy *ret);
/* Somebody is told when its day has passed: the agency, or those above it. An inspection or a standing task is only
 * announced, and nobody is blamed for what was not ticked. */
bool policy_urges(const struct policy *policy);
/* Of an event: it is held on its day, which no day off moves, and nobody is urged to have attended. */
void policy_attend(struct policy *policy);
void item_clear(struct item *item);
void plan_clear(struct plan *plan);

/* The occurrences of an item in the plan's time, in date order; those of a repeat with a period are the ones whose
 * period begins in it, with days up to 31 March after it. The caller frees *ret. 0, -ENOMEM, -EINVAL (the repeat is no
 * rule), -ENODATA (never in that time: a rule without a day, a lunar date that the year skips, 29/02). */
int item_occurrences(const struct plan *plan, const struct item *item, struct occurrence **ret, size_t *ret_n);
/* An occurrence as one agency has it: on a day of its own where the item gives it one. */
struct occurrence item_occurrence_of(const struct item *item, const struct occurrence *occurrence, size_t agency);
/* The agencies that targets mean in a plan, each once, in roster order; the caller frees *ret. 0 or -ENOMEM. */
int plan_resolve(const struct plan *plan, const struct roster *roster, const struct targets *targets, size_t **ret,
                 size_t *ret_n);
/* The same, of each the one that answers for it on that day (roster_heir()), in the order of those named. */
int plan_resolve_heirs(const struct plan *plan, const struct roster *roster, const struct targets *targets,
                       civil_day today, size_t **ret, size_t *ret_n);
/* Who answers for the head on that day; ROSTER_NONE: the plan has none. */
size_t plan_head(const struct plan *plan, const struct roster *roster, civil_day today);
/* Its title, wording or note as an occurrence on that day has it, CIVIL_NONE for the item as a whole: of an observance
 * with the years since its first one in the place of {n}, of a repeat with the name of the period in that of {period}.
 * The caller frees it. NULL: no memory. */
char *item_words(const struct plan *plan, const struct item *item, const char *words, civil_day day);
/* What an item rests on, "" for nothing named; and where that can be read, or NULL: of its own basis its own link only.
 */
const char *item_basis(const struct plan *plan, const struct item *item);
const char *item_link(const struct plan *plan, const struct item *item);
const struct item *plan_find_item(const struct plan *plan, const char *id);
