/* What the store keeps of a plan: its title, its term, whether it is closed. */
#pragma once

#include "core/plan.h"
#include "store/store.h"

struct plan_record {
        char id[ID_SIZE];
        char *title;
        struct plan_term term; /* but for put_away, which the store does not know */
        bool closed;           /* its obligations are closed */
};

void plan_record_clear(struct plan_record *record);
/* STORE_NONE. */
int store_find_plan(struct store *store, const char *id, struct plan_record *ret);
int store_put_plan(struct store *store, const struct plan_record *record);
/* All of them, by year; the caller frees *ret with store_free_plans(). */
int store_all_plans(struct store *store, struct plan_record **ret, size_t *ret_n);
void store_free_plans(struct plan_record *plans, size_t n);
