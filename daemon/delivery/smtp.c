/* E-mail: one message to one mailbox over SMTP or SMTPS.
 * Depends on job, words, libcurl; OpenSSL's base64.
 * Called by engine/courier.c. */
#include "delivery/smtp.h"

#include <errno.h>
#include <string.h>

#include <openssl/evp.h>

#include "delivery/job.h"
#include "delivery/words.h"

#define SMTP_LINE_MAX 998   /* bytes of a line without its CRLF: RFC 5322, section 2.1.1 */
#define BASE64_LINE 57      /* bytes that make the longest line allowed, 76: RFC 2045, section 6.8 */
#define BASE64_TEXT 78      /* what it becomes, with its CRLF */
#define SMTP_REPLY_MAX 1024 /* bytes of a reply that are kept until it is made printable */

struct smtp_reply {
        int code;     /* 0: no reply at all */
        bool goes_on; /* more lines follow */
        char text[SMTP_REPLY_MAX];
        size_t size;
};

struct smtp_transfer {
        struct transfer base;
        char *url;
        enum smtp_tls tls;
        char *username, *password;
        char *from;
        struct curl_slist *recipients; /* one */
        struct curl_slist *headers;
        struct smtp_source source;
        struct smtp_message message; /* borrowed from the source */
        curl_mime *mime;
        struct smtp_reply replies[2]; /* the last one and the one before: after a refusal libcurl says QUIT */
        unsigned last;                /* index of the last one */
        size_t replies_size;          /* bytes of all replies so far */
        bool data_asked;              /* 354 has been seen: what comes next is about the message */
};

static void smtp_release(struct transfer *transfer)
{
        struct smtp_transfer *smtp = (struct smtp_transfer *)transfer;

        transfer_clear(transfer);
        curl_mime_free(smtp->mime);
        curl_slist_free_all(smtp->recipients);
        curl_slist_free_all(smtp->headers);
        free(smtp->url);
        free(smtp->username);
        free_secret(smtp->password);
        free(smtp->from);
        if (smtp->source.release)
                smtp->source.release(smtp->source.userdata);
        free(smtp);
}

/* ---- the message ------------------------------------------------------------------------------------------------ */

/* Nothing that ends the command or the angle brackets around the address. */
static bool address_is_safe(const char *address)
{
        for (const unsigned char *c = (const unsigned char *)address; *c; c++) {
                if (*c <= ' ' || *c == 0x7f || *c == '<' || *c == '>')
                        return false;
        }
        return true;
}

/* Whole lines: a CRLF only before a blank, no line too long. */
static bool header_is_safe(const char *header)
{
        size_t length = 0;

        if (*header == ' ' || *header == '\t' || *header == '\0')
                return false;
        for (const char *c = header; *c; c++) {
                if (c[0] == '\r' && c[1] == '\n' && (c[2] == ' ' || c[2] == '\t')) {
                        c++;
                        length = 0;
                } else if (*c == '\r' || *c == '\n' || ++length > SMTP_LINE_MAX)
                        return false;
        }
        return true;
}

/* A copy with CRLF for every LF: the line ends that text has before it is encoded (RFC 2045, section 6.8). */
static char *copy_lines(const char *text, size_t *ret_size)
{
        size_t size = strlen(text);

        for (const char *end = strchr(text, '\n'); end; end = strchr(end + 1, '\n'))
                size++;
        char *copy = malloc(size + 1), *to = copy;
        if (!copy)
                return NULL;
        for (const char *line = text; *line;) {
                const char *end = strchrnul(line, '\n');
                to = mempcpy(to, line, (size_t)(end - line));
                if (*end == '\n') {
                        if (end == text || end[-1] != '\r')
                                *to++ = '\r';
                        *to++ = *end++;
                }
                line = end;
        }
        *ret_size = (size_t)(to - copy);
        return copy;
}

/* base64: quoted-printable makes six or nine bytes of a Vietnamese letter with a mark, which nobody can read either.
 * libcurl's own encoder was a third of its work on a mail; OpenSSL's takes little more than half of that. */
static char *encode_base64(const char *bytes, size_t size, size_t *ret_size)
{
        char *text = malloc((size / BASE64_LINE + 1) * BASE64_TEXT + 1), *to = text;
        if (!text)
                return NULL;
        for (size_t at = 0; at < size; at += BASE64_LINE) {
                size_t n = size - at < BASE64_LINE ? size - at : BASE64_LINE;
                if (at > 0)
                        to = mempcpy(to, "\r\n", strlen("\r\n"));
                to += EVP_EncodeBlock((unsigned char *)to, (const unsigned char *)bytes + at, (int)n);
        }
        *ret_size = (size_t)(to - text);
        return text;
}

static CURLcode add_part(curl_mime *mime, const char *type, const char *content, const char *filename)
{
        CLEANUP(curl_slist_p) struct curl_slist *headers = NULL;
        CURLcode code = CURLE_OK;
        size_t size = 0;

        if (!content)
                return CURLE_OK;
        CLEANUP_FREE char *lines = copy_lines(content, &size);
        CLEANUP_FREE char *text = lines ? encode_base64(lines, size, &size) : NULL;
        curl_mimepart *part = curl_mime_addpart(mime);
        if (!part || !text || append_line(&headers, "Content-Transfer-Encoding: base64") < 0)
                return CURLE_OUT_OF_MEMORY;
        code = curl_mime_data(part, text, size);
        code = code ? code : curl_mime_type(part, type);
        code = code ? code : curl_mime_headers(part, headers, true);
        if (code == CURLE_OK)
                headers = NULL; /* they are the part's now */
        return code || !filename ? code : curl_mime_filename(part, filename);
}

static CURLcode add_text_and_html(curl_mime *mime, const struct smtp_message *message)
{
        CURLcode code = add_part(mime, "text/plain; charset=utf-8", message->text, NULL);

        return code ? code : add_part(mime, "text/html; charset=utf-8", message->html, NULL);
}

/* multipart/mixed of multipart/alternative and the calendar. */
static CURLcode add_all(curl_mime *mime, const struct smtp_message *message, CURL *easy)
{
        curl_mimepart *part = curl_mime_addpart(mime);
        curl_mime *alternative = part ? curl_mime_init(easy) : NULL;

        if (!alternative)
                return CURLE_OUT_OF_MEMORY;
        CURLcode code = add_text_and_html(alternative, message);
        code = code ? code : curl_mime_subparts(part, alternative);
        if (code) {
                curl_mime_free(alternative);
                return code;
        }
        code = curl_mime_type(part, "multipart/alternative");
        return code ? code
                    : add_part(mime, "text/calendar; charset=utf-8; method=PUBLISH", message->calendar,
                               message->calendar_name);
}

static int add_headers(struct smtp_transfer *smtp, const struct smtp_message *message)
{
        /* libcurl adds the boundary. */
        int r = append_line(&smtp->headers, message->calendar ? "Content-Type: multipart/mixed"
                                                              : "Content-Type: multipart/alternative");
        for (const char *const *header = message->headers; r == 0 && header && *header; header++)
                r = header_is_safe(*header) ? append_line(&smtp->headers, *header) : -EINVAL;
        return r;
}

static int smtp_write(struct transfer *transfer)
{
        struct smtp_transfer *smtp = (struct smtp_transfer *)transfer;
        int r = smtp->source.write(smtp->source.userdata, &smtp->message);

        return r < 0 ? r : add_headers(smtp, &smtp->message);
}

static CURLcode add_parts(struct smtp_transfer *smtp, CURL *easy)
{
        smtp->mime = curl_mime_init(easy);
        return !smtp->mime              ? CURLE_OUT_OF_MEMORY
               : smtp->message.calendar ? add_all(smtp->mime, &smtp->message, easy)
                                        : add_text_and_html(smtp->mime, &smtp->message);
}

/* ---- the dialogue ----------------------------------------------------------------------------------------------- */

/* The code of a line of a reply, 0: it is no such line. */
static int reply_code(const char *line, size_t length)
{
        int code = 0;

        for (size_t i = 0; i < 3; i++) {
                if (i >= length || line[i] < '0' || line[i] > '9')
                        return 0;
                code = code * 10 + (line[i] - '0');
        }
        return code;
}

/* Called by libcurl with every line the server sends. Keeps the last replies, the lines of each joined. While lines
 * come faster than they are read, some versions of libcurl do not look at the clock: what they come to is bounded here.
 */
static size_t on_reply(char *line, size_t size, size_t count, void *userdata)
{
        struct smtp_transfer *smtp = userdata;
        struct smtp_reply *reply = &smtp->replies[smtp->last];
        size_t length = size * count, skip = 0;
        int code = reply_code(line, length);

        smtp->replies_size += length;
        if (smtp->replies_size > TRANSFER_BODY_MAX) {
                (void)snprintf(smtp->base.words, sizeof smtp->base.words, "the server's answers do not end");
                return CURL_WRITEFUNC_ERROR;
        }
        if (reply->goes_on && code == reply->code)
                skip = length > 3 ? 4 : 3; /* the code stands in the first line */
        else {
                smtp->last ^= 1;
                reply = &smtp->replies[smtp->last];
                reply->size = 0;
        }
        size_t room = sizeof reply->text - reply->size;
        size_t kept = length - skip < room ? length - skip : room;
        memcpy(reply->text + reply->size, line + skip, kept);
        reply->size += kept;
        reply->code = code;
        reply->goes_on = code > 0 && length > 3 && line[3] == '-';
        if (code == 354)
                smtp->data_asked = true;
        return length;
}

static CURLcode smtp_prepare(struct transfer *transfer, CURL *easy)
{
        static const long use_ssl[] = {
                [SMTP_TLS_REQUIRED] = CURLUSESSL_ALL,
                [SMTP_TLS_OPPORTUNISTIC] = CURLUSESSL_TRY,
                [SMTP_TLS_NONE] = CURLUSESSL_NONE,
        };
        struct smtp_transfer *smtp = (struct smtp_transfer *)transfer;

        CURLcode code = add_parts(smtp, easy);
#define SET(option, value) (code = code ? code : curl_easy_setopt(easy, option, value))
        SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        SET(CURLOPT_URL, smtp->url);
        SET(CURLOPT_USE_SSL, use_ssl[smtp->tls]);
        if (smtp->username) {
                SET(CURLOPT_USERNAME, smtp->username);
                SET(CURLOPT_PASSWORD, smtp->password ? smtp->password : "");
        }
        SET(CURLOPT_MAIL_FROM, smtp->from);
        SET(CURLOPT_MAIL_RCPT, smtp->recipients);
        SET(CURLOPT_HTTPHEADER, smtp->headers);
        SET(CURLOPT_MIMEPOST, smtp->mime);
        SET(CURLOPT_HEADERFUNCTION, on_reply);
        SET(CURLOPT_HEADERDATA, smtp);
#undef SET
        return code;
}

/* Codes by which a server asks for another login (RFC 4954, section 6). A wrong password is the operator's to mend,
 * and must not cost the messages that were due meanwhile. */
static bool is_about_login(int code)
{
        return code == 530 || code == 534 || code == 535 || code == 538;
}

static enum transfer_outcome judge_refusal(int code)
{
        return code >= 500 && code < 600 && !is_about_login(code) ? TRANSFER_PERMANENT : TRANSFER_TEMPORARY;
}

/* `reply` is the code of the last reply but the one to QUIT. */
static enum transfer_outcome judge_ending(CURLcode code, int reply, bool data_asked)
{
        switch (code) {
        case CURLE_OK:
                return TRANSFER_SENT;
        case CURLE_PEER_FAILED_VERIFICATION:
                return TRANSFER_PERMANENT;
        case CURLE_USE_SSL_FAILED: /* STARTTLS was not offered, or was refused */
                return reply >= 400 && reply < 500 ? TRANSFER_TEMPORARY : TRANSFER_PERMANENT;
        case CURLE_SEND_ERROR: /* MAIL, RCPT or DATA was refused; or the connection broke after a good reply */
                return judge_refusal(reply);
        case CURLE_WEIRD_SERVER_REPLY:
                /* Before DATA it is a greeting that turns everybody away, which says nothing about this message. After
                 * it, libcurl takes nothing but 250, though every 2yz is a yes (RFC 5321, section 4.2.1). */
                if (!data_asked)
                        return TRANSFER_TEMPORARY;
                return reply >= 200 && reply < 300 ? TRANSFER_SENT : judge_refusal(reply);
        default:
                return TRANSFER_TEMPORARY;
        }
}

/* Says in words how it ended; left to libcurl where that knows best. */
static void smtp_words(struct smtp_transfer *smtp, CURLcode code, enum transfer_outcome outcome)
{
        int last_code = smtp->base.result.code;
        const struct smtp_reply *reply = &smtp->replies[smtp->last];

        if (reply->code != last_code)
                reply = &smtp->replies[smtp->last ^ 1];
        if (outcome == TRANSFER_SENT || last_code >= 400)
                words_printable(reply->text, reply->size, smtp->base.words);
        else if (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR) {
                char text[sizeof reply->text + 64];
                int length = snprintf(text, sizeof text, "the connection broke off%s%.*s",
                                      reply->size > 0 ? ", last answer: " : "", (int)reply->size, reply->text);
                words_printable(text, (size_t)length, smtp->base.words);
        }
}

static enum transfer_outcome smtp_judge(struct transfer *transfer, CURL *easy, CURLcode code)
{
        struct smtp_transfer *smtp = (struct smtp_transfer *)transfer;
        enum transfer_outcome outcome = judge_ending(code, transfer->result.code, smtp->data_asked);

        (void)easy;
        smtp_words(smtp, code, outcome);
        return outcome;
}

static const struct transfer_kind smtp_kind = {
        .blocks = true,
        .write = smtp_write,
        .prepare = smtp_prepare,
        .judge = smtp_judge,
        .release = smtp_release,
};

/* ---- the call --------------------------------------------------------------------------------------------------- */

/* libcurl takes the name for EHLO from the path. *ret is allocated. */
static int build_url(const struct smtp_server *server, char **ret)
{
        if (!server->hello)
                return copy_text(server->url, ret);
        CURLU *url = curl_url();
        char *text = NULL;
        CURLUcode code = url ? curl_url_set(url, CURLUPART_URL, server->url, 0) : CURLUE_OUT_OF_MEMORY;
        code = code ? code : curl_url_set(url, CURLUPART_PATH, server->hello, CURLU_URLENCODE);
        code = code ? code : curl_url_get(url, CURLUPART_URL, &text, 0);
        curl_url_cleanup(url);
        int r = code == CURLUE_OUT_OF_MEMORY ? -ENOMEM : code != CURLUE_OK ? -EINVAL : copy_text(text, ret);
        curl_free(text);
        return r;
}

/* All that two messages must have in common to share a connection: another login, or a stricter TLS policy after a
 * reload, gets a new one. */
static int build_lane(const struct smtp_server *server, char **ret)
{
        return asprintf(ret, "%s\n%s\n%d\n%s\n%s\n%s", server->url, server->hello ? server->hello : "",
                        (int)server->tls, server->ca_file ? server->ca_file : "",
                        server->username ? server->username : "", server->password ? server->password : "") < 0
                       ? -ENOMEM
                       : 0;
}

static int copy_server(struct smtp_transfer *smtp, const struct smtp_server *server)
{
        char *lane = NULL;
        int r = build_lane(server, &lane);

        if (r < 0)
                return r;
        smtp->tls = server->tls;
        r = transfer_init(&smtp->base, &smtp_kind, lane, server->ca_file, server->timeout, server->connections);
        if (r < 0)
                return r;
        r = build_url(server, &smtp->url);
        if (r < 0)
                return r;
        r = copy_text(server->username, &smtp->username);
        return r < 0 ? r : copy_text(server->password, &smtp->password);
}

static int copy_envelope(struct smtp_transfer *smtp, const struct smtp_envelope *envelope)
{
        if (!address_is_safe(envelope->from) || !address_is_safe(envelope->to) || !*envelope->to)
                return -EINVAL;
        int r = copy_text(envelope->from, &smtp->from);
        return r < 0 ? r : append_line(&smtp->recipients, envelope->to);
}

int smtp_send(struct transfers *transfers, const struct smtp_server *server, const struct smtp_envelope *envelope,
              const struct smtp_source *source, transfer_done done, void *userdata, struct transfer **ret)
{
        struct smtp_transfer *smtp = calloc(1, sizeof *smtp);
        if (!smtp) {
                if (source->release)
                        source->release(source->userdata);
                return -ENOMEM;
        }
        smtp->source = *source;
        int r = copy_server(smtp, server);
        r = r < 0 ? r : copy_envelope(smtp, envelope);
        r = r < 0 ? r : transfer_start(transfers, &smtp->base, done, userdata);
        if (r < 0) {
                smtp_release(&smtp->base);
                return r;
        }
        *ret = &smtp->base;
        return 0;
}
