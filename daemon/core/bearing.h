/* What a mail server was found to bear: connections, messages in one, and us at all. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What was learned is believed so long: a limit is lifted, or it was another's crowd. */
#define BEARING_MS (INT64_C(600) * 1000)
/* A server that refuses everybody is left alone so long, at first and at most: who comes again and again with a login
 * that is refused gets the account locked. */
#define BEARING_CLOSED_FIRST_MS (INT64_C(1) * 1000)
#define BEARING_CLOSED_MAX_MS (INT64_C(60) * 1000)

struct bearing {
        uint32_t connections; /* at a time, 0: nothing is known */
        uint32_t messages;    /* in one connection, 0: any number */
        int64_t until_ms;     /* for both */
        uint32_t refusals;    /* of everybody, in a row */
        int64_t closed_until_ms;
};

/* How many connections may be open, of `most`; when what was learned is old, one more than before. */
uint32_t bearing_room(struct bearing *bearing, uint32_t most, int64_t now_ms);
/* A new connection was turned away where so many of ours are, this one included: one fewer. False: it is the only one,
 * and nobody is welcome. */
bool bearing_learn_connections(struct bearing *bearing, uint32_t busy, int64_t now_ms);
/* A connection was closed after so many messages. */
void bearing_learn_messages(struct bearing *bearing, uint32_t messages, int64_t now_ms);
bool bearing_is_full(const struct bearing *bearing, uint32_t messages, int64_t now_ms);

/* Everybody is refused: to be left alone, twice as long as the last time. */
void bearing_refused(struct bearing *bearing, int64_t now_ms);
/* A message was taken. */
void bearing_accepted(struct bearing *bearing);
bool bearing_is_closed(const struct bearing *bearing, int64_t now_ms);
/* Something is known that is still believed. */
bool bearing_holds(const struct bearing *bearing, int64_t now_ms);
