/* The client's side of IMAP (RFC 3501) over bytes from anywhere: commands out, responses in, one command at a time.
 * What a server says is counted and bounded; a literal's bytes are never taken for a response. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define IMAP_LINE_MAX ((size_t)256 * 1024)   /* a response without its literals; ours are a hundred bytes */
#define IMAP_LITERAL_MAX (UINT32_C(1) << 30) /* larger than any mail: announced by a server out of its mind */
#define IMAP_LITERALS 8                      /* in one response: we ask for one */
#define IMAP_KEPT ((size_t)1024 * 1024)      /* bytes kept of a response's literals; the rest is read and dropped */

/* Where the bytes come from and go to. Both wait, as long as their owner lets them. */
struct imap_wire {
        /* At least one byte. 0 or negative errno, -ECONNRESET at the end. */
        int (*read)(void *userdata, char *buffer, size_t room, size_t *ret_n);
        int (*write)(void *userdata, const char *bytes, size_t size); /* all */
        void *userdata;
};

struct imap_literal {
        size_t at;     /* where its {size} stands in the line */
        size_t offset; /* in what is kept */
        size_t size;   /* so many bytes are kept */
};

/* One response: its line, with "{size}" where a literal was, and the literals. */
struct imap_response {
        struct text line;
        struct text kept;
        struct imap_literal literals[IMAP_LITERALS];
        size_t n_literals;
};

struct imap {
        struct imap_wire wire;
        unsigned tag; /* of the last command */
        struct imap_response response;
        char *words; /* what the server said at the end of the last command; NULL: nothing yet */
        size_t at, end;
        char buffer[16384];
};

/* How a command ended. */
enum imap_end { IMAP_OK, IMAP_NO, IMAP_BAD };

/* Takes an untagged response of a command; negative errno ends the wait. */
typedef int imap_take(void *userdata, const struct imap_response *response);

void imap_clear(struct imap *imap);
/* Waits until something of a response is there, without taking it. 0 or what the wire says. */
int imap_wait(struct imap *imap);
/* Reads one response into imap->response. 0; -EPROTO: no IMAP, or too much of it; -ENOMEM; what the wire says. */
int imap_read(struct imap *imap);
/* Sends a command, whose tag is put before it. */
__attribute__((format(printf, 2, 3))) int imap_send(struct imap *imap, const char *format, ...);
/* Reads to the end of the last command: an enum imap_end, or a negative errno as of imap_read(); -ECONNRESET: BYE.
 * `take` may be NULL. */
int imap_finish(struct imap *imap, imap_take *take, void *userdata);

/* ---- what responses say ---- */

/* Whether it is an untagged one of that name: "* FLAGS …", or after a number: "* 3 EXISTS". *ret_number may be NULL,
 * and is 0 without one. */
bool imap_is(const struct imap_response *response, const char *name, uint32_t *ret_number);
/* Whether a word stands in a list of capabilities. */
bool imap_lists(const struct imap_response *response, const char *word);
/* The number of a response code: "* OK [UIDVALIDITY 3857529045] …"; 0: it is not there. */
uint32_t imap_code(const struct imap_response *response, const char *name);

struct imap_message {
        uint32_t uid;     /* 0: not told */
        const char *body; /* borrowed from the response; NULL: not told */
        size_t size;
};
/* A FETCH response. False: it is none, or does not follow the grammar. */
bool imap_message(const struct imap_response *response, struct imap_message *ret);

/* A folder's name as a quoted string in modified UTF-7 (RFC 3501 section 5.1.3). NULL: no memory, or it is not UTF-8.
 */
char *imap_folder(const char *name);
