/* The block: a small random one, as plain data, and the configuration files that say the same to the program. */
#pragma once

#include "chance.h"
#include "core/kind.h"
#include "core/plan.h"

#define AGENCIES_MAX 8
#define ITEMS_MAX 18
#define BEFORE_MAX 5
#define LEVELS_MAX 2
#define POLICIES 3
#define PLANS 2 /* this year's and the next one's */
#define BLOCK_CONTACT "contact@x.example"
#define HOOKS 2 /* one that takes everything, one with filters */

/* The first three agencies stay for ever: the plan names them. */
enum { HEAD, DEPUTY, COUNCIL, FIRST_PLAIN };

struct block_agency {
        char id[8];
        bool present;
        bool banned; /* left out of a story: never comes */
        int mailboxes;
        bool merged; /* into the successor, as long as that is there */
        int successor;
        int corrected[2]; /* how often each address was put right; back again too */
};

struct block_policy {
        struct offset before[BEFORE_MAX];
        int n_before;
        int32_t at;
        struct offset every;
        int limit;
        struct {
                struct offset after;
                int reader; /* an agency */
        } levels[LEVELS_MAX];
        int n_levels;
};

#define OWNER_MEMBERS (-1) /* else an agency */

struct block_item {
        char id[8];
        bool present;
        bool banned;
        int plan;
        enum date_form form;
        int lunar_month, lunar_day; /* of an observance; 0: a Gregorian one */
        civil_day from, due;        /* an undated one has neither */
        civil_day fix_by;
        civil_day limit; /* no date of it may be later; CIVIL_NONE: none is refused for that */
        bool tentative;
        int part, month_day; /* of the year: which half, quarter or month */
        unsigned months;     /* of several days: a bit each */
        int own_agency;      /* has another day than the rest; one that is not there: none has */
        civil_day own_due;
        int helper; /* is told and owes nothing; one that is not there, or owes it: nobody is */
        enum shift shift;
        int owner, policy;
};

struct block {
        int year; /* of the first plan */
        bool plans[PLANS];
        civil_day closes[PLANS]; /* as the files say */
        civil_day closed[PLANS]; /* as a person said after that; CIVIL_NONE: nobody did */
        bool watched[PLANS];     /* says `since`: what had passed before it was known is owed too */
        const char *zone;
        const char *templates;
        int32_t open, close; /* both 0: always */
        int64_t catch_up;
        bool digest, digest_always, confirmations;
        int confirm_after;                                                              /* minutes */
        enum accept { ACCEPT_NEVER, ACCEPT_AT_ONCE, ACCEPT_HOURS, ACCEPT_DAYS } accept; /* claims that nobody answers */
        struct offset accept_days;
        int accept_hours;
        bool hooks[HOOKS];
        int per_minute, connections;
        int64_t retry_first, retry_max, give_up; /* seconds */
        struct block_agency agencies[AGENCIES_MAX];
        int n_agencies;
        struct block_policy policies[POLICIES];
        struct block_item items[ITEMS_MAX];
        int n_items;
};

void block_random(struct block *block, struct chance *chance);
/* One more item of a plan (agency) at the end; false where there is no room. */
bool block_add_item(struct block *block, int plan, struct chance *chance);
bool block_add_agency(struct block *block, struct chance *chance);
/* Another day for an item, of the form that it has. */
void block_move_item(const struct block *block, struct block_item *item, struct chance *chance);
void block_random_policy(struct block_policy *policy, struct chance *chance);
void block_random_hours(struct block *block, struct chance *chance);
void block_random_servers(struct block *block, struct chance *chance);
void block_random_acceptance(struct block *block, struct chance *chance);
const char *block_random_zone(struct chance *chance);
extern const char *const block_plan_ids[PLANS];
extern const char *const block_hook_ids[HOOKS];
/* Whether a hook takes a kind of notice for an agency. */
bool block_hook_wants(int hook, int agency, enum notice_kind kind);
/* Who owes an item: OWNER_MEMBERS, or an agency; the council in the place of one that is not there. */
int block_owner(const struct block *block, const struct block_item *item);
/* Who owes in the place of an agency: the last of those into which it merged, one after the other, or itself. */
int block_heir(const struct block *block, int agency);
/* The address of one of an agency's mailboxes. */
void block_mailbox(const struct block_agency *agency, int mailbox, size_t size, char *address);
/* Templates of one line each: what is said is tested elsewhere. */
void block_write_templates(const char *folder);
/* Writes reminderd.conf, agencies.conf and the plans into a folder. */
void block_write(const struct block *block, const char *folder);
/* What a plan says to one agency of a day of an item. */
struct block_dates {
        civil_day from, due;
        bool tentative;
};
struct block_dates block_dates(const struct block *block, const struct block_item *item, civil_day day, int agency);
/* Whether an agency itself has to do it, as the plan has it. */
bool block_helps(const struct block *block, const struct block_item *item, int agency);
bool block_owes(const struct block *block, const struct block_item *item, int agency);
/* Whether an item has several days, each an occurrence that is named by it. */
bool block_has_days(const struct block_item *item);
/* The days of an item; one CIVIL_NONE for an undated one. Returns how many. */
int block_days(const struct block *block, const struct block_item *item, civil_day days[static 12]);
