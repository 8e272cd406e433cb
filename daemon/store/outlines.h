/* Outlines: of every obligation what its state and its dates follow from, an occurrence's all at once. Who judges all
 * of them reads these, and not the whole rows. */
#pragma once

#include "core/obligation.h"
#include "core/reference.h"
#include "store/store.h"

struct occurrence_name {
        int64_t id;
        char plan[ID_SIZE], item[ID_SIZE], key[KEY_SIZE];
        bool closed; /* its plan is */
};

struct outline {
        char agency[ID_SIZE];
        struct obligation obligation;
};

/* Every occurrence that was ever planned; the caller frees *ret. */
int store_name_occurrences(struct store *store, struct occurrence_name **ret, size_t *ret_n);
/* What is owed for an occurrence and not withdrawn, by agency; only of that agency unless it is NULL. The caller frees
 * *ret. */
int store_outline(struct store *store, int64_t occurrence_id, const char *agency, struct outline **ret, size_t *ret_n);
