/* The block: a small random one, as plain data, and the configuration files that say the same to the program.
 * Depends on core/civil, core/span and chance.
 * Made by sim; read by rules and checker, which never look at the parsed configuration. */
#pragma once

#include "chance.h"
#include "core/plan.h"

#define AGENCIES_MAX 8
#define ITEMS_MAX 14
#define BEFORE_MAX 5
#define LEVELS_MAX 2
#define POLICIES 3

/* The first three agencies stay for ever: the plan names them. */
enum { HEAD, DEPUTY, COUNCIL, FIRST_PLAIN };

struct block_agency {
        char id[8];
        bool present;
        int mailboxes;
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
        enum date_form form;
        civil_day from, due; /* an undated one has neither */
        civil_day fix_by;
        bool tentative;
        int quarter, month_day;
        enum shift shift;
        int owner, policy;
};

struct block {
        int year;
        int32_t open, close; /* both 0: always */
        int64_t catch_up;
        bool digest, confirmations, webhook;
        struct block_agency agencies[AGENCIES_MAX];
        int n_agencies;
        struct block_policy policies[POLICIES];
        struct block_item items[ITEMS_MAX];
        int n_items;
};

void block_random(struct block *block, struct chance *chance);
/* One more item (agency) at the end; false where there is no room. */
bool block_add_item(struct block *block, struct chance *chance);
bool block_add_agency(struct block *block, struct chance *chance);
/* Another day for an item, of the form that it has. */
void block_move_item(const struct block *block, struct block_item *item, struct chance *chance);
/* Writes reminderd.conf, agencies.conf and plans.d/p.conf into a folder. */
void block_write(const struct block *block, const char *folder);
/* The days of an item; one CIVIL_NONE for an undated one. Returns how many. */
int block_days(const struct block *block, const struct block_item *item, civil_day days[static 12]);
