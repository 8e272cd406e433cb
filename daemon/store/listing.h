/* A list by filter: SQL of constant conditions, of which a filter asks for some; their values are bound. */
#pragma once

#include "store/query.h"

struct condition {
        bool asked;
        const char *sql;  /* "plan = ?", with no "?" where it needs no value */
        const char *text; /* the value, or NULL: */
        int64_t number;
};

struct listing {
        const char *select; /* up to the conditions; its first column is what is listed */
        const struct condition *conditions;
        size_t n;
        const char *order;
        size_t limit, offset; /* 0: no limit */
};

/* What the list holds now; the caller frees *ret. 0 or an error. */
int listing_ids(struct store *store, const struct listing *listing, int64_t **ret, size_t *ret_n);
