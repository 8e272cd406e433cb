/* Claims and requests: what agencies said, and how it was answered; see core/claim.h. */
#pragma once

#include "core/claim.h"
#include "core/reference.h"
#include "store/store.h"

struct claim_record {
        int64_t id, obligation_id;
        char plan[ID_SIZE], item[ID_SIZE];
        char key[KEY_SIZE];
        char agency[ID_SIZE];
        struct claim claim;
        char *by;   /* whose word it is: an address, or who noted it */
        char *text; /* the words, or NULL */
        int64_t made_ms;
        int64_t answered_ms;        /* 0: not yet, and by nobody where it was overtaken */
        char *answered_by, *answer; /* or NULL */
};
void claim_record_clear(struct claim_record *record);
/* An open one in place of the one that was open; record->id is set. Names come from the obligation. */
int store_add_claim(struct store *store, struct claim_record *record);
/* STORE_NONE; also what finds one. */
int store_get_claim(struct store *store, int64_t id, struct claim_record *ret);
int store_find_open_claim(struct store *store, int64_t obligation_id, struct claim_record *ret);
/* An open one is answered. STORE_NONE: it is not open. */
int store_answer_claim(struct store *store, int64_t id, enum claim_state state, const char *by, const char *answer,
                       int64_t now_ms);
struct claim_filter {
        int state;          /* an enum claim_state, -1: any */
        const char *agency; /* NULL: any */
        size_t limit, offset;
};
typedef int (*claim_visitor)(void *userdata, const struct claim_record *record);
/* Newest first. */
int store_each_claim(struct store *store, const struct claim_filter *filter, claim_visitor visit, void *userdata);
