/* Holds: an agency, or all of them, to whom nothing is said for a while; see core/hold.h. */
#pragma once

#include "core/civil.h"
#include "core/reference.h"
#include "store/store.h"

struct hold_record {
        char agency[ID_SIZE]; /* "": all of them */
        civil_day until;      /* the last day; CIVIL_NONE: until it is released */
        int64_t since_ms;
        char *by, *reason;
};
void hold_record_clear(struct hold_record *record);
/* In place of one that the agency has. From here on what it owes is not due, and nothing that says anything to it is
 * claimed or dispatched. */
int store_put_hold(struct store *store, const struct hold_record *record);
/* Occurrences are judged anew at the next tick, since some of their readers were passed by. STORE_NONE: there is no
 * such hold. */
int store_end_hold(struct store *store, const char *agency);
/* The one that covers an agency: its own before that of all. STORE_NONE. */
int store_find_hold(struct store *store, const char *agency, struct hold_record *ret);
/* That of all first. The caller clears each and frees *ret. */
int store_list_holds(struct store *store, struct hold_record **ret, size_t *ret_n);
/* Whether it says something to an agency that is held. */
int store_is_delivery_held(struct store *store, int64_t delivery, bool *ret);
