/* Truth: whether what a notice was made to say still holds when it leaves, which may be days after it was queued. */
#pragma once

#include "core/ladder.h"

enum standing {
        STILL_TRUE,
        NOT_YET_TRUE, /* it was made by a clock that ran ahead */
        NO_LONGER_TRUE,
        TRUE_TOO_LATE, /* no longer, since its day is over; and no later rung speaks in its place */
};

struct truth {
        enum standing standing;
        enum notice_kind kind; /* as what it is said; a reminder that waited for days may be of another kind by then */
        const char *reason;    /* why it is not said; NULL: it is */
};

/* Of a reminder: `key` is that of a rung of the obligation's ladder, `at` its moment. rules->policy is NULL where no
 * plan has the item any more. */
struct truth truth_of_reminder(const struct ladder_rules *rules, const struct obligation *obligation, const char *key,
                               wall_time at, wall_time now);
/* Of what somebody decided (kind_tells_decision). */
struct truth truth_of_decision(const struct calendar *calendar, const struct obligation *obligation,
                               enum notice_kind kind, civil_day today);
/* Of an agency's word that was told to the head, while that one is open. */
struct truth truth_of_claim(bool open);
/* Of an escalation for those who are late from one day on (CIVIL_NONE: for all of them), while so many agencies have
 * not finished. */
struct truth truth_of_escalation(civil_day late_from, size_t n_open, civil_day today);
/* Of what those who help are told, while so many agencies have not finished: that `ended`, nobody owes it any more. */
struct truth truth_of_assistance(bool ended, size_t n_open);
/* Of a request to fix a date, while so many agencies await it. */
struct truth truth_of_fix(size_t n_awaiting);
