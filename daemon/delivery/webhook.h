/* Webhooks: one signed POST, after the Standard Webhooks specification.
 * Depends on transfer; signs with OpenSSL libcrypto.
 * Called by engine/courier.c. */
#pragma once

#include "delivery/transfer.h"

/* Borrowed until the transfer is over. */
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
/* Posts a JSON body, which is copied. `timestamp` is the real time of this attempt in seconds. 2xx is sent;
 * redirects are not followed. 0, -ENOMEM, -EINVAL (CR or LF in the id). */
int webhook_post(struct transfers *transfers, const struct webhook_endpoint *endpoint, const char *id,
                 int64_t timestamp, const char *body, transfer_done done, void *userdata, struct transfer **ret);
