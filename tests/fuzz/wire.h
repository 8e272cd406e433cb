/* A connection of libcurl to a server that has said everything beforehand: the whole answer lies in the socket, then
 * nothing more comes. So a real transfer needs no second thread, no port and no time.
 * Depends on libcurl.
 * Used by fuzz_smtp.c and fuzz_webhook.c. */
#pragma once

#include <curl/curl.h>
#include <stddef.h>

struct wire {
        int ours, theirs; /* a socket pair; theirs is closed by libcurl once it has it */
};

/* Makes the handle connect to a server that says these bytes. */
void wire_open(struct wire *wire, CURL *easy, const char *bytes, size_t size);
void wire_close(struct wire *wire);
