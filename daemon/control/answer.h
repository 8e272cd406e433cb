/* Answers: dictionaries a{sv} and lists of them, built without a check after every member. */
#pragma once

#include <systemd/sd-bus.h>

#include "runtime/clock.h"

/* The first error sticks; answer_send() returns it. What has no value is left out, since D-Bus knows no null. */
struct answer {
        sd_bus_message *message;
        int error;
};

/* Begins the reply to a call. */
struct answer answer_to(sd_bus_message *call);
void answer_clear(struct answer *answer);
/* Sends what was built. 1 (handled) or an error. */
int answer_send(struct answer *answer);

/* At the top of the message: a list of dictionaries, or one dictionary. */
void answer_begin_list(struct answer *answer);
void answer_end_list(struct answer *answer);
void answer_begin(struct answer *answer);
void answer_end(struct answer *answer);
/* Inside a dictionary: a member that is a list of dictionaries. */
void answer_begin_member(struct answer *answer, const char *key);
void answer_end_member(struct answer *answer);

/* Members of a dictionary. NULL, "", CIVIL_NONE, WALL_NEVER and WALL_NONE, 0 ms: left out. */
void answer_text(struct answer *answer, const char *key, const char *value);
void answer_bool(struct answer *answer, const char *key, bool value);
void answer_count(struct answer *answer, const char *key, uint64_t value); /* t */
void answer_day(struct answer *answer, const char *key, civil_day day);
void answer_time(struct answer *answer, const char *key, int32_t seconds);    /* "16:00"; 0: no value */
void answer_moment(struct answer *answer, const char *key, int64_t epoch_ms); /* RFC 3339 */
void answer_wall(struct answer *answer, const char *key, wall_time at);       /* RFC 3339 */
void answer_strings(struct answer *answer, const char *key, const char *const *values, size_t n); /* as */

/* Where the next page begins; 0: this was the last. */
void answer_next(struct answer *answer, uint64_t next);
