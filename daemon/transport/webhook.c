/* Webhooks: one signed POST, after the Standard Webhooks specification. */
#include "transport/webhook.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "transport/job.h"
#include "transport/words.h"

#define WEBHOOK_RETRY_MAX (30 * 86400L) /* seconds: a longer Retry-After is a mistake, or malice */
#define WEBHOOK_SLOW_SECONDS 60L        /* with less than a byte a second: given up, however long the timeout */
#define SHA256_SIZE 32

struct webhook_transfer {
        struct transfer base;
        char *url, *id;
        bool allow_http;
        const unsigned char *secret; /* borrowed, like the body */
        size_t secret_size;
        struct webhook_source source;
        const char *body;
        struct curl_slist *headers;
        /* The answer. */
        size_t header_size, answer_size;  /* bytes read so far */
        char answer[TRANSFER_ANSWER_MAX]; /* its beginning */
        bool answered;                    /* a final header has come to its end */
};

static void webhook_release(struct transfer *transfer)
{
        struct webhook_transfer *webhook = (struct webhook_transfer *)transfer;

        transfer_clear(transfer);
        curl_slist_free_all(webhook->headers);
        free(webhook->url);
        free(webhook->id);
        if (webhook->source.release)
                webhook->source.release(webhook->source.userdata);
        free(webhook);
}

/* ---- signature -------------------------------------------------------------------------------------------------- */

DEFINE_CLEANUP(EVP_MAC *, EVP_MAC_free, mac)
DEFINE_CLEANUP(EVP_MAC_CTX *, EVP_MAC_CTX_free, mac_context)

/* A context that has its algorithms and no key yet: looking those up by name takes longer than signing. Made once, in
 * whatever thread comes first, and copied for each signature. */
static EVP_MAC_CTX *keyless(void)
{
        static _Atomic(EVP_MAC_CTX *) only;
        char digest[] = "SHA256";
        const OSSL_PARAM parameters[] = {
                OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                OSSL_PARAM_construct_end(),
        };
        EVP_MAC_CTX *made = NULL, *there = atomic_load(&only);

        if (there)
                return there;
        CLEANUP(mac_p) EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
        made = mac ? EVP_MAC_CTX_new(mac) : NULL;
        if (made && EVP_MAC_CTX_set_params(made, parameters) && atomic_compare_exchange_strong(&only, &there, made))
                return made;
        EVP_MAC_CTX_free(made);
        return there;
}

int webhook_sign(const unsigned char *secret, size_t size, const char *id, int64_t timestamp, const char *body,
                 char ret[static WEBHOOK_SIGNATURE_SIZE])
{
        static const char version[] = "v1,";
        char moment[sizeof "..-9223372036854775808"];
        unsigned char code[SHA256_SIZE];
        size_t length = 0;

        const EVP_MAC_CTX *template = keyless();
        CLEANUP(mac_context_p) EVP_MAC_CTX *context = template ? EVP_MAC_CTX_dup(template) : NULL;
        (void)snprintf(moment, sizeof moment, ".%" PRId64 ".", timestamp);
        if (!context || !EVP_MAC_init(context, secret, size, NULL) ||
            !EVP_MAC_update(context, (const unsigned char *)id, strlen(id)) ||
            !EVP_MAC_update(context, (const unsigned char *)moment, strlen(moment)) ||
            !EVP_MAC_update(context, (const unsigned char *)body, strlen(body)) ||
            !EVP_MAC_final(context, code, &length, sizeof code))
                return -ENOMEM;
        memcpy(ret, version, sizeof version);
        EVP_EncodeBlock((unsigned char *)ret + strlen(version), code, (int)length);
        return 0;
}

static int append_line(struct curl_slist **list, const char *line)
{
        struct curl_slist *longer = curl_slist_append(*list, line);

        if (!longer)
                return -ENOMEM;
        *list = longer;
        return 0;
}

/* ---- the request ------------------------------------------------------------------------------------------------ */

static __attribute__((format(printf, 2, 3))) int append_header(struct webhook_transfer *webhook, const char *format,
                                                               ...)
{
        CLEANUP_FREE char *line = NULL;
        va_list arguments;

        va_start(arguments, format);
        int length = vasprintf(&line, format, arguments);
        va_end(arguments);
        if (length < 0) {
                line = NULL;
                return -ENOMEM;
        }
        return append_line(&webhook->headers, line);
}

static int build_headers(struct webhook_transfer *webhook, int64_t timestamp)
{
        char signature[WEBHOOK_SIGNATURE_SIZE];
        int r = append_header(webhook, "Content-Type: application/json");

        /* No "Expect: 100-continue": the body is small, and some gateways never answer it. */
        r = r < 0 ? r : append_header(webhook, "Expect:");
        r = r < 0 ? r : append_header(webhook, "webhook-id: %s", webhook->id);
        r = r < 0 ? r : append_header(webhook, "webhook-timestamp: %" PRId64, timestamp);
        if (r < 0 || !webhook->secret)
                return r;
        r = webhook_sign(webhook->secret, webhook->secret_size, webhook->id, timestamp, webhook->body, signature);
        return r < 0 ? r : append_header(webhook, "webhook-signature: %s", signature);
}

static int webhook_write(struct transfer *transfer)
{
        struct webhook_transfer *webhook = (struct webhook_transfer *)transfer;
        int r = webhook->source.write(webhook->source.userdata, &webhook->body);

        return r < 0 ? r : build_headers(webhook, time(NULL));
}

/* ---- the exchange ----------------------------------------------------------------------------------------------- */

/* A status line whose number has more than its three digits (RFC 9112, 4): some versions of libcurl take the first
 * three for it. */
static bool is_long_status(const char *line, size_t length)
{
        static const char begin[] = "HTTP/";
        const char *end = line + length, *at = line;

        if (length < strlen(begin) || memcmp(line, begin, strlen(begin)) != 0)
                return false;
        while (at < end && *at != ' ')
                at++;
        while (at < end && *at == ' ')
                at++;
        return end - at > 3 && at[3] >= '0' && at[3] <= '9';
}

static size_t refuse_answer(struct webhook_transfer *webhook, const char *words)
{
        (void)snprintf(webhook->base.words, sizeof webhook->base.words, "%s", words);
        return CURL_WRITEFUNC_ERROR;
}

/* Called with every line of a header. A blank one ends it; after a 1xx another header follows. */
static size_t on_header(char *line, size_t size, size_t count, void *userdata)
{
        struct webhook_transfer *webhook = userdata;
        size_t length = size * count;
        long status = 0;

        webhook->header_size += length;
        if (webhook->header_size > TRANSFER_BODY_MAX)
                return refuse_answer(webhook, "the answer's header does not end");
        if (is_long_status(line, length))
                return refuse_answer(webhook, "the answer's status has more than three digits");
        if (length <= 2 && (*line == '\r' || *line == '\n')) {
                (void)curl_easy_getinfo(webhook->base.easy, CURLINFO_RESPONSE_CODE, &status);
                webhook->answered = status >= 200;
        }
        return length;
}

/* Reads the body so that the connection can be used again, up to a bound. */
static size_t on_body(char *bytes, size_t size, size_t count, void *userdata)
{
        struct webhook_transfer *webhook = userdata;
        size_t length = size * count;

        if (webhook->answer_size < sizeof webhook->answer) {
                size_t room = sizeof webhook->answer - webhook->answer_size;
                memcpy(webhook->answer + webhook->answer_size, bytes, length < room ? length : room);
        }
        webhook->answer_size += length;
        return webhook->answer_size > TRANSFER_BODY_MAX ? CURL_WRITEFUNC_ERROR : length;
}

static CURLcode webhook_prepare(struct transfer *transfer, CURL *easy)
{
        struct webhook_transfer *webhook = (struct webhook_transfer *)transfer;
        CURLcode code = CURLE_OK;

#define SET(option, value) (code = code ? code : curl_easy_setopt(easy, option, value))
        SET(CURLOPT_PROTOCOLS_STR, webhook->allow_http ? "http,https" : "https");
        SET(CURLOPT_URL, webhook->url);
        /* One request at a time on a connection: what `connections` counts. */
        SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(webhook->body));
        SET(CURLOPT_POSTFIELDS, webhook->body);
        SET(CURLOPT_HTTPHEADER, webhook->headers);
        SET(CURLOPT_USERAGENT, "reminderd/" REMINDERD_VERSION);
        SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
        SET(CURLOPT_LOW_SPEED_TIME, WEBHOOK_SLOW_SECONDS);
        SET(CURLOPT_HEADERFUNCTION, on_header);
        SET(CURLOPT_HEADERDATA, webhook);
        SET(CURLOPT_WRITEFUNCTION, on_body);
        SET(CURLOPT_WRITEDATA, webhook);
#undef SET
        return code;
}

static enum transfer_outcome judge_status(int status)
{
        if (status >= 200 && status < 300)
                return TRANSFER_SENT;
        /* Too slow, too early, too many requests (RFC 9110, RFC 8470, RFC 6585): not about this message. */
        if (status == 408 || status == 425 || status == 429 || status >= 500)
                return TRANSFER_TEMPORARY;
        return TRANSFER_PERMANENT;
}

/* "HTTP 410: " and the beginning of the body. */
static void webhook_words(struct webhook_transfer *webhook)
{
        char words[sizeof webhook->answer + sizeof "HTTP -2147483648: "];
        size_t kept = webhook->answer_size < sizeof webhook->answer ? webhook->answer_size : sizeof webhook->answer;
        int length = snprintf(words, sizeof words, "HTTP %d%s", webhook->base.result.code, kept > 0 ? ": " : "");

        memcpy(words + length, webhook->answer, kept);
        words_printable(words, (size_t)length + kept, webhook->base.words);
}

/* Seconds the endpoint asks for. libcurl turns a date into a difference, negative for one that has passed. */
static int64_t retry_after(CURL *easy)
{
        curl_off_t seconds = 0;

        (void)curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
        return seconds < 0 ? 0 : seconds > WEBHOOK_RETRY_MAX ? WEBHOOK_RETRY_MAX : seconds;
}

/* Once the status is known the endpoint has decided, whatever becomes of the rest of its answer. */
static enum transfer_outcome webhook_judge(struct transfer *transfer, CURL *easy, CURLcode code)
{
        struct webhook_transfer *webhook = (struct webhook_transfer *)transfer;

        if (!webhook->answered) {
                if (code == CURLE_OK) /* so libcurl calls even a header without an end */
                        (void)snprintf(transfer->words, sizeof transfer->words, "the answer broke off");
                if (code == CURLE_PEER_FAILED_VERIFICATION)
                        transfer->result.fault = FAULT_ENCRYPTION;
                return TRANSFER_TEMPORARY;
        }
        enum transfer_outcome outcome = judge_status(transfer->result.code);
        if (outcome == TRANSFER_TEMPORARY)
                transfer->result.retry_after = retry_after(easy);
        webhook_words(webhook);
        return outcome;
}

static const struct transfer_kind webhook_kind = {
        .write = webhook_write,
        .prepare = webhook_prepare,
        .judge = webhook_judge,
        .release = webhook_release,
};

/* ---- the call --------------------------------------------------------------------------------------------------- */

/* What requests must have in common to queue up together. */
static int name_peer(const struct webhook_endpoint *endpoint, char **ret)
{
        return asprintf(ret, "%s\n%s", endpoint->url, endpoint->ca_file ? endpoint->ca_file : "") < 0 ? -ENOMEM : 0;
}

static int webhook_fill(struct webhook_transfer *webhook, const struct webhook_endpoint *endpoint, const char *id)
{
        char *peer = NULL;
        int r = strpbrk(id, "\r\n") ? -EINVAL : name_peer(endpoint, &peer);

        if (r < 0)
                return r;
        webhook->allow_http = endpoint->allow_http;
        webhook->secret = endpoint->secret;
        webhook->secret_size = endpoint->secret_size;
        r = transfer_init(&webhook->base, &webhook_kind, peer, endpoint->ca_file, endpoint->timeout,
                          endpoint->connections);
        r = r < 0 ? r : copy_text(endpoint->url, &webhook->url);
        return r < 0 ? r : copy_text(id, &webhook->id);
}

int webhook_post(struct transfers *transfers, const struct webhook_endpoint *endpoint, const char *id,
                 const struct webhook_source *source, transfer_done done, void *userdata, struct transfer **ret)
{
        struct webhook_transfer *webhook = calloc(1, sizeof *webhook);
        if (!webhook) {
                if (source->release)
                        source->release(source->userdata);
                return -ENOMEM;
        }
        webhook->source = *source;
        int r = webhook_fill(webhook, endpoint, id);
        r = r < 0 ? r : transfer_start(transfers, &webhook->base, done, userdata);
        if (r < 0) {
                webhook_release(&webhook->base);
                return r;
        }
        *ret = &webhook->base;
        return 0;
}
