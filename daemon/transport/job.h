/* What a transfer is made of, for the files of this folder. */
#pragma once

#include <stdatomic.h>
#include <sys/queue.h>

#include <curl/curl.h>

#include "base/cleanup.h"
#include "transport/hello.h"
#include "transport/transfer.h"

#define TRANSFER_TIMEOUT 60L        /* seconds, where the caller sets none */
#define TRANSFER_CONNECT_MAX 30L    /* seconds to a connection: longer than two lost SYNs and their repeats */
#define TRANSFER_CONNECTIONS_MAX 64 /* to one server: more is an attack, whatever the configuration says */

struct session;

/* Who calls a mail server: a thread, with its session, what it learned there, and by what it is interrupted. */
struct caller {
        struct session *session; /* NULL: none is open */
        char hello[HELLO_SIZE];  /* the name for EHLO; "": not looked up yet */
        size_t mechanism;        /* of smtp_server.mechanisms: the first to try */
};

enum attempt_end {
        ATTEMPT_OVER,        /* the result is in the transfer */
        ATTEMPT_TURNED_AWAY, /* the server has enough of this connection; another one may do */
        ATTEMPT_LOST,        /* the connection went before the message was whole; another one may do */
};

/* What tells one protocol from the other: in one we wait for the server, and it needs a thread for itself (workers.h);
 * in the other libcurl never waits (loop.h). */
struct transfer_kind {
        /* In a worker's thread: the whole attempt, in caller->session or in one that it opens. What is not to be used
         * again it closes. */
        enum attempt_end (*attempt)(struct transfer *transfer, struct caller *caller);
        /* In the loop's thread, all of these. Asks the source for the message: 0, or a negative errno. */
        int (*write)(struct transfer *transfer);
        /* Sets the options that are not common to all. */
        CURLcode (*prepare)(struct transfer *transfer, CURL *easy);
        /* Judges how it ended, when result.code is known; leaves the server's words in `words` if they say why. */
        enum transfer_outcome (*judge)(struct transfer *transfer, CURL *easy, CURLcode code);
        /* Frees the structure that holds the transfer, with all in it. */
        void (*release)(struct transfer *transfer);
};

struct transfer {
        const struct transfer_kind *kind;
        struct transfers *owner;
        transfer_done done;
        void *userdata;

        char *peer;           /* names it: same text, same server and settings, shared connections */
        unsigned connections; /* to the peer, at most */
        long timeout;         /* seconds once it runs; waiting for its turn does not count */
        char *ca_file;        /* or NULL: libcurl's own */

        LIST_ENTRY(transfer) link;   /* of transfers.all, until it is cancelled */
        TAILQ_ENTRY(transfer) queue; /* of its peer, of what the loop runs, or of what is over */
        bool waiting;                /* in its peer's queue; under the workers' lock if one of theirs */
        bool returned;               /* no thread has it: its callback is due */
        atomic_bool cancelled;       /* while a thread has it: to be freed on its return */
        CURL *easy;                  /* while the loop runs it */

        struct transfer_result result;
        char words[TRANSFER_ANSWER_MAX + 1];
        char error[CURL_ERROR_SIZE];
};

LIST_HEAD(transfer_list, transfer);
TAILQ_HEAD(transfer_queue, transfer);

/* Copies what is common to all kinds; `peer` is taken over. 0 or -ENOMEM; on failure `transfer` is to be released. */
int transfer_init(struct transfer *transfer, const struct transfer_kind *kind, char *peer, const char *ca_file,
                  long timeout, long connections);
void transfer_clear(struct transfer *transfer);

/* For those who run it: all options; and the verdict, after which nothing of the transfer is left in `easy`, which may
 * be NULL. */
CURLcode transfer_prepare(struct transfer *transfer, CURL *easy);
void transfer_judge(struct transfer *transfer, CURL *easy, CURLcode code);

/* Options of every connection: certificates are checked, and the environment leads nowhere else. */
CURLcode transfer_secure(CURL *easy, const char *ca_file);
/* The verdict on a message that could not be had, by a negative errno. */
void transfer_judge_unwritten(struct transfer *transfer, int r);

/* A copy of `text` in *ret, NULL for NULL. */
int copy_text(const char *text, char **ret);
/* Overwrites before it frees: for whatever holds a password. */
void free_secret(char *secret);
