/* Webhooks: one signed POST, after the Standard Webhooks specification. */
#pragma once

#include "transport/transfer.h"

/* Copied, but for the secret, which is borrowed until the transfer is over. */
struct webhook_endpoint {
        const char *url;
        bool allow_http;
        const unsigned char *secret; /* NULL: unsigned */
        size_t secret_size;
        const char *ca_file; /* NULL: the system's */
        long timeout;        /* seconds for the whole transfer */
        long connections;
};

#define WEBHOOK_SIGNATURE_SIZE 48 /* "v1," and base64 of 32 bytes, and its NUL */

/* base64(HMAC-SHA256(secret, "id.timestamp.body")) after "v1,". 0 or -ENOMEM. */
int webhook_sign(const unsigned char *secret, size_t size, const char *id, int64_t timestamp, const char *body,
                 char ret[static WEBHOOK_SIGNATURE_SIZE]);
/* Where the body comes from when its turn has come: more may be handed over than there are connections. */
struct webhook_source {
        /* In the thread that sends, once: the JSON is borrowed until release(). 0; -ECANCELED: it is not to leave, or
         * not like this (TRANSFER_RECALLED); or another negative errno, which ends the transfer: for a while with
         * -ENOMEM, else for good. */
        int (*write)(void *userdata, const char **ret_body);
        /* In the event loop, when the transfer is over; also where webhook_post() fails. May be NULL. */
        void (*release)(void *userdata);
        void *userdata;
};

/* Posts the body, signed with the real time at which it leaves: a receiver refuses what was signed long ago or ahead
 * (Standard Webhooks, "Verifying timestamp"). 2xx is sent; redirects are not followed. 0, -ENOMEM, -EAGAIN (no thread
 * to be had), -EINVAL (CR or LF in the id). */
int webhook_post(struct transfers *transfers, const struct webhook_endpoint *endpoint, const char *id,
                 const struct webhook_source *source, transfer_done done, void *userdata, struct transfer **ret);
