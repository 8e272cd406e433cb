/* The present troubles: the one place that knows what keeps reminders from leaving, and tells the journal. */
#pragma once

#include "core/channel.h"
#include "core/trouble.h"
#include "runtime/journal.h"
#include "transport/transfer.h"

/* Each kind but one is there once at most; of servers as many as are written down, and as many ail. What finds no place
 * is not told by itself: by then monitoring has been red for long. */
#define TROUBLES_MAX 16

struct present_trouble {
        struct trouble trouble;
        char server[CHANNEL_TEXT_SIZE];       /* "" unless the trouble is one's */
        char text[TRANSFER_ANSWER_MAX + 200]; /* for people; no memory is taken for it, which may be what lacks */
};

struct troubles {
        struct present_trouble list[TROUBLES_MAX];
        size_t n;
        uint64_t changes; /* of what is to be seen: counts up when one is first said, and when it is over */
};

/* Enters one, or gives one that is there already new words; its beginning stays. `server` is "" unless it is one's.
 * Returns it, or NULL: there is no room. */
__attribute__((format(printf, 5, 6))) struct present_trouble *troubles_begin(struct troubles *troubles,
                                                                             enum trouble_kind kind, const char *server,
                                                                             int64_t since_ms, const char *format, ...);
/* It is over, if it was there; said to the journal if it had been. */
void troubles_end(struct troubles *troubles, enum trouble_kind kind, const char *server, const struct journal *journal,
                  int64_t now_ms);
/* NULL: it is not there. */
struct present_trouble *troubles_find(struct troubles *troubles, enum trouble_kind kind, const char *server);
/* The caller has told the journal of it in words of its own. */
void troubles_said(struct troubles *troubles, struct present_trouble *present, int64_t now_ms);
/* Tells the journal of what is due. It has no wake-up of its own: what is in trouble is tried again, and asks then. */
void troubles_say(struct troubles *troubles, const struct journal *journal, int64_t now_ms);
/* The clock was set by so much: what has lasted keeps its length. */
void troubles_shift(struct troubles *troubles, int64_t by_ms);

/* The first one that counts, from `*at` on, which is moved behind it; NULL: no more. Begin with 0. */
const struct present_trouble *troubles_next(const struct troubles *troubles, int64_t now_ms, size_t *at);
#define TROUBLE_LASTED_SIZE sizeof("9223372036854775807 min")
/* "3 min", "2 h", "5 days". Returns buffer. */
char *trouble_lasted(const struct trouble *trouble, int64_t now_ms, char buffer[static TROUBLE_LASTED_SIZE]);
