/* Notices: one rung that fell due, or one event, that somebody is told of. */
#pragma once

#include "core/kind.h"
#include "core/notice.h"
#include "core/reference.h"
#include "store/store.h"

struct notice_record {
        int64_t id;
        int64_t occurrence_id; /* 0 for a digest, a test, a failure */
        int64_t obligation_id; /* 0 where it is of the occurrence */
        char agency[ID_SIZE];  /* who is told; "" is the block's contact */
        char rung[64];         /* unique within (obligation) or (occurrence, agency) or (agency) for ever */
        enum notice_kind kind;
        enum notice_state state;
        char *detail;      /* why skipped or cancelled; for date_set the old date; for failure the delivery */
        wall_time rung_at; /* the moment of the rung */
        int64_t made_ms;   /* UTC milliseconds */
};

void notice_record_clear(struct notice_record *record);
/* 0 and record->id set; or STORE_EXISTS. */
int store_add_notice(struct store *store, struct notice_record *record);
/* Of an occurrence itself: the notice with the rung and the agency of `record` gets another rung's name, if there is
 * such a notice and none has that name. */
int store_rename_notice(struct store *store, const struct notice_record *record, const char *rung);
/* Notices of these kinds wait for more of their agency: one that was made after the one moment and not after the other,
 * UTC milliseconds, keeps them all. */
struct notice_pause {
        int64_t kinds; /* a bit each */
        int64_t after_ms, until_ms;
};
/* Notices of state NEW of the agencies that sort from `first` on and before `end`, agency by agency and the most urgent
 * kind first, at most n, without those that wait or whose agency is
 * held; the block's contact sorts as "". Returns how many. */
int store_new_notices(struct store *store, const char *first, const char *end, const struct notice_pause *pause,
                      struct notice_record *records, size_t n);
/* The moment at which the last notice of the agency was made whose notices wait the least longer; or STORE_NONE. */
int store_paused_since(struct store *store, const struct notice_pause *pause, int64_t *ret_ms);
/* The last notice, by its rung, of an agency itself that was sent or may still arrive; of the rungs that sort from
 * `first` on and before `end`. 0 or STORE_NONE. */
int store_last_said(struct store *store, const char *agency, const char *first, const char *end,
                    struct notice_record *ret);
int store_get_notice(struct store *store, int64_t id, struct notice_record *ret);
int store_set_notice(struct store *store, int64_t id, enum notice_state state, const char *detail);
/* Cancels what is new or queued of an obligation (where obligation_id is 0: of the occurrence itself, not of its
 * obligations), only of that kind unless kind is KIND_COUNT; deliveries left with nothing to say are cancelled. What
 * one address has and another still waits for stays sent, and does not go to the other. What is on the wire is sent if
 * it arrives, and is not tried again if not. */
int store_cancel_notices(struct store *store, int64_t occurrence_id, int64_t obligation_id, enum notice_kind kind,
                         const char *reason);
/* A newer reminder is to be said: those of rungs before that moment that have not arrived yet are cancelled for that
 * reason. Of an obligation, or where obligation_id is 0 of the occurrence itself: what asks for a date. Returns how
 * many there were, or an error. */
int store_supersede(struct store *store, int64_t occurrence_id, int64_t obligation_id, wall_time before,
                    const char *reason);
/* Reminders and announcements sent for an obligation, of them overdue ones, and the day of the last (UTC ms, 0).
 */
struct notice_counts {
        int32_t reminders, overdue;
        int64_t last_ms;
};
int store_count_notices(struct store *store, int64_t obligation_id, struct notice_counts *ret);
typedef int (*notice_visitor)(void *userdata, const struct notice_record *record);
/* Of an obligation, or where obligation_id is 0 of the occurrence itself; in the order in which they were made. */
int store_each_notice(struct store *store, int64_t occurrence_id, int64_t obligation_id, notice_visitor visit,
                      void *userdata);
