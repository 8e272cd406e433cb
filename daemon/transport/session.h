/* Session: one connection to a mail server, greeted and encrypted; messages leave in it one after the other. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "core/refusal.h"
#include "transport/reply.h"
#include "transport/smtp.h"

/* libcurl connects, looks the name up, greets and encrypts (CURLOPT_CONNECT_ONLY), and carries the bytes. What is said
 * after that is said here: libcurl gives one time to a whole message instead of RFC 5321's to each step, waits for the
 * end of the data without asking whether it is still wanted, drops the connection for a refused mailbox, and tries one
 * way to log in. All functions wait for the server, in a thread of its connection's own (workers.h). */
struct session;

/* Why a step came to nothing. */
struct setback {
        enum fault fault;
        int code;     /* of the server's last reply, 0: none */
        bool reached; /* TCP did connect */
        bool lost;    /* the connection is gone without a word */
        char words[TRANSFER_ANSWER_MAX + 1];
};

/* Connects, and says EHLO with this name. 0; -ENOMEM, -ECANCELED (interrupted), -EIO: see *ret_why. What interrupts is
 * looked at again and again until another one is set. */
int session_open(const struct smtp_server *server, const char *hello, const atomic_bool *interrupted,
                 struct session **ret, struct setback *ret_why);
void session_interrupt_by(struct session *session, const atomic_bool *interrupted);
/* Says QUIT, and waits a little for the answer. */
void session_close(struct session *session, const atomic_bool *interrupted);
struct session *session_free(struct session *session);

/* Sends a line, its CRLF included, and takes in the reply. Its code; -ENOMEM, -ECANCELED, -ETIMEDOUT, -ECONNRESET,
 * -EPROTO (what comes is no reply), -E2BIG (it does not end). */
__attribute__((format(printf, 3, 4))) int session_ask(struct session *session, enum smtp_phase phase,
                                                      const char *format, ...);
/* The two halves of it, for what is no line: 0 and the code, or the same errors. */
int session_send(struct session *session, enum smtp_phase phase, const char *bytes, size_t size);
int session_hear(struct session *session, enum smtp_phase phase);
/* The setback of a step, by its code or negative errno. */
void session_explain(const struct session *session, enum smtp_phase phase, int r, struct setback *ret);
const struct reply *session_reply(const struct session *session);

/* What the server offers (EHLO): whether it wants to know the size of a message; and "PLAIN LOGIN …", NULL where it has
 * nothing to log in to. */
bool session_takes_size(const struct session *session);
const char *session_mechanisms(const struct session *session);

/* Messages that the server has taken in this session. */
unsigned session_messages(const struct session *session);
/* One was begun and not ended: it is to be forgotten (RSET) before the next. */
bool session_is_unfinished(const struct session *session);
/* Milliseconds since the server last said something. */
int64_t session_silence(const struct session *session);
