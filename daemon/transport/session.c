/* Session: one connection to a mail server, greeted and encrypted; messages leave in it one after the other. */
#include "transport/session.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "transport/crypto.h"
#include "transport/job.h"
#include "transport/thread.h"
#include "transport/words.h"

#define TURN_MS 200             /* so often an interruption is looked for */
#define LINE_MAX_BYTES 4096     /* of a reply; RFC 5321, section 4.5.3.1.5, allows 512 */
#define OFFER_MAX 512           /* the same, of what EHLO is answered with */
#define LIBCURL_PATIENCE 86400L /* seconds: the steps have times of their own, see on_turn() */

struct session {
        CURL *easy;
        curl_socket_t socket;
        const atomic_bool *interrupted;
        int64_t timeout; /* the operator's, 0: none */
        bool implicit;   /* TLS from the first byte */
        enum smtp_phase phase;
        int64_t begun; /* the phase, CLOCK_MONOTONIC ms */
        int64_t heard; /* the last reply, the same */
        int stopped;   /* negative errno: why libcurl was stopped */
        bool takes_size, authenticates;
        char mechanisms[OFFER_MAX];
        unsigned messages;
        bool unfinished; /* MAIL was accepted, and no end of the data came */
        struct reply reply;
        char buffer[LINE_MAX_BYTES]; /* what has come and is not taken in */
        size_t start, end;
        char error[CURL_ERROR_SIZE];
};

static void enter(struct session *session, enum smtp_phase phase)
{
        session->phase = phase;
        session->begun = now_ms();
}

static int64_t deadline(const struct session *session)
{
        return session->begun + smtp_patience(session->phase, session->timeout) * 1000;
}

static bool is_interrupted(const struct session *session)
{
        return atomic_load_explicit(session->interrupted, memory_order_relaxed);
}

/* ---- while libcurl speaks --------------------------------------------------------------------------------------- */

/* A line of the answer to EHLO: RFC 1870, RFC 4954. */
static void note_offer(struct session *session, const char *line, size_t length)
{
        char offer[OFFER_MAX];

        (void)snprintf(offer, sizeof offer, "%.*s", length > 4 ? (int)length - 4 : 0, line + 4);
        offer[strcspn(offer, "\r\n")] = '\0';
        size_t word = strcspn(offer, " ");
        if (word == strlen("SIZE") && strncasecmp(offer, "SIZE", word) == 0)
                session->takes_size = true;
        else if (word == strlen("AUTH") && strncasecmp(offer, "AUTH", word) == 0) {
                session->authenticates = true;
                memcpy(session->mechanisms, offer + word, sizeof offer - word);
        }
}

static size_t on_line(char *line, size_t size, size_t count, void *userdata)
{
        struct session *session = userdata;
        size_t length = size * count;
        int r = reply_take(&session->reply, line, length);

        if (session->phase < SMTP_GREETING)
                enter(session, SMTP_GREETING);
        if (session->phase == SMTP_EHLO && session->reply.code == 250)
                note_offer(session, line, length);
        if (r == REPLY_WHOLE && session->phase == SMTP_STARTTLS && session->reply.code == 220)
                enter(session, SMTP_TLS);
        session->stopped = r < 0 ? r : 0;
        return r < 0 ? CURL_WRITEFUNC_ERROR : length;
}

static int on_word(CURL *easy, curl_infotype type, char *data, size_t size, void *userdata)
{
        struct session *session = userdata;

        (void)easy;
        if (type != CURLINFO_HEADER_OUT)
                return 0;
        if (size >= 4 && (memcmp(data, "EHLO", 4) == 0 || memcmp(data, "HELO", 4) == 0)) {
                enter(session, SMTP_EHLO);
                session->takes_size = session->authenticates = false; /* what was said before TLS does not count */
        } else if (size >= 8 && memcmp(data, "STARTTLS", 8) == 0)
                enter(session, SMTP_STARTTLS);
        return 0;
}

/* Called by libcurl at least once a second. Its own time for connecting goes on until everything is ready, a greeting
 * that lets itself be waited for included: once TCP has connected, it is lifted. */
static int on_turn(void *userdata, curl_off_t dl_total, curl_off_t dl, curl_off_t ul_total, curl_off_t ul)
{
        struct session *session = userdata;
        curl_off_t connected = 0, encrypted = 0;

        (void)dl_total, (void)dl, (void)ul_total, (void)ul;
        (void)curl_easy_getinfo(session->easy, CURLINFO_CONNECT_TIME_T, &connected);
        (void)curl_easy_getinfo(session->easy, CURLINFO_APPCONNECT_TIME_T, &encrypted);
        if (session->phase == SMTP_CONNECT && connected > 0) {
                (void)curl_easy_setopt(session->easy, CURLOPT_CONNECTTIMEOUT, LIBCURL_PATIENCE);
                enter(session, session->implicit ? SMTP_TLS : SMTP_GREETING);
        }
        if (session->phase == SMTP_TLS && session->implicit && encrypted > 0)
                enter(session, SMTP_GREETING);
        if (is_interrupted(session))
                session->stopped = -ECANCELED;
        else if (now_ms() >= deadline(session))
                session->stopped = -ETIMEDOUT;
        return session->stopped < 0;
}

/* libcurl takes the name for EHLO from the path. */
static CURLcode set_url(CURL *easy, const char *text, const char *hello)
{
        CURLU *url = curl_url();
        char *whole = NULL;
        CURLUcode wrong = url ? curl_url_set(url, CURLUPART_URL, text, 0) : CURLUE_OUT_OF_MEMORY;

        wrong = wrong ? wrong : curl_url_set(url, CURLUPART_PATH, hello, CURLU_URLENCODE);
        wrong = wrong ? wrong : curl_url_get(url, CURLUPART_URL, &whole, 0);
        CURLcode code = wrong == CURLUE_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY
                        : wrong                       ? CURLE_URL_MALFORMAT
                                                      : curl_easy_setopt(easy, CURLOPT_URL, whole);
        curl_url_cleanup(url);
        curl_free(whole);
        return code;
}

static CURLcode prepare(struct session *session, const struct smtp_server *server, const char *hello)
{
        static const long use_ssl[] = {
                [TLS_REQUIRED] = CURLUSESSL_ALL,
                [TLS_OPPORTUNISTIC] = CURLUSESSL_TRY,
                [TLS_NONE] = CURLUSESSL_NONE,
        };
        CURL *easy = session->easy;
        CURLcode code = set_url(easy, server->url, hello);

        code = code ? code : transfer_secure(easy, server->ca_file);
#define SET(option, value) (code = code ? code : curl_easy_setopt(easy, option, value))
        SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        SET(CURLOPT_USE_SSL, use_ssl[server->tls]);
        SET(CURLOPT_CONNECT_ONLY, 1L);
        SET(CURLOPT_ERRORBUFFER, session->error);
        SET(CURLOPT_CONNECTTIMEOUT, (long)smtp_patience(SMTP_CONNECT, server->timeout));
        SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, LIBCURL_PATIENCE);
        SET(CURLOPT_HEADERFUNCTION, on_line);
        SET(CURLOPT_HEADERDATA, session);
        SET(CURLOPT_VERBOSE, 1L);
        SET(CURLOPT_DEBUGFUNCTION, on_word);
        SET(CURLOPT_DEBUGDATA, session);
        SET(CURLOPT_XFERINFOFUNCTION, on_turn);
        SET(CURLOPT_XFERINFODATA, session);
        SET(CURLOPT_NOPROGRESS, 0L);
#undef SET
        return code;
}

static void explain_opening(const struct session *session, CURLcode code, struct setback *ret)
{
        long port = 0;

        if (session->stopped < 0)
                session_explain(session, session->phase, session->stopped, ret);
        else if (session->reply.code >= 400 && !session->reply.goes_on)
                session_explain(session, session->phase, session->reply.code, ret);
        else if (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING)
                session_explain(session, session->phase, -ECONNRESET, ret);
        else {
                const char *why = *session->error ? session->error : curl_easy_strerror(code);

                *ret = (struct setback){.fault = FAULT_SERVER, .code = session->reply.code};
                if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_USE_SSL_FAILED ||
                    code == CURLE_SSL_CACERT_BADFILE)
                        ret->fault = FAULT_ENCRYPTION;
                words_printable(why, strlen(why), ret->words);
        }
        (void)curl_easy_getinfo(session->easy, CURLINFO_LOCAL_PORT, &port);
        ret->reached = port > 0; /* whatever became of TLS */
}

static void session_free_p(struct session **session)
{
        session_free(*session);
}

int session_open(const struct smtp_server *server, const char *hello, const atomic_bool *interrupted,
                 struct session **ret, struct setback *ret_why)
{
        struct session *CLEANUP(session_free_p) session = calloc(1, sizeof *session);

        if (!session)
                return -ENOMEM;
        session->easy = curl_easy_init();
        session->timeout = server->timeout;
        session->implicit = strncasecmp(server->url, "smtps:", strlen("smtps:")) == 0;
        session->interrupted = interrupted;
        if (!session->easy)
                return -ENOMEM;
        CURLcode code = prepare(session, server, hello);
        if (code == CURLE_OK) {
                enter(session, SMTP_CONNECT);
                crypto_recover();
                code = curl_easy_perform(session->easy);
        }
        if (code == CURLE_OK)
                code = curl_easy_getinfo(session->easy, CURLINFO_ACTIVESOCKET, &session->socket);
        if (code == CURLE_OUT_OF_MEMORY)
                return -ENOMEM;
        if (is_interrupted(session))
                return -ECANCELED;
        if (code != CURLE_OK) {
                explain_opening(session, code, ret_why);
                return -EIO;
        }
        (void)curl_easy_setopt(session->easy, CURLOPT_VERBOSE, 0L);
        session->heard = now_ms();
        *ret = TAKE_PTR(session);
        return 0;
}

struct session *session_free(struct session *session)
{
        if (!session)
                return NULL;
        curl_easy_cleanup(session->easy); /* closes the connection, and says no QUIT */
        free(session);
        return NULL;
}

void session_close(struct session *session, const atomic_bool *interrupted)
{
        session_interrupt_by(session, interrupted);
        (void)session_ask(session, SMTP_QUIT, "QUIT\r\n");
        session_free(session);
}

void session_interrupt_by(struct session *session, const atomic_bool *interrupted)
{
        session->interrupted = interrupted;
}

/* ---- from then on ----------------------------------------------------------------------------------------------- */

static int wait_for(const struct session *session, short events)
{
        struct pollfd fd = {.fd = session->socket, .events = events};

        for (;;) {
                int64_t left = deadline(session) - now_ms();

                if (is_interrupted(session))
                        return -ECANCELED;
                if (left <= 0)
                        return -ETIMEDOUT;
                int r = poll(&fd, 1, left < TURN_MS ? (int)left : TURN_MS);
                if (r > 0)
                        return 0;
                if (r < 0 && errno != EINTR)
                        return -errno;
        }
}

int session_send(struct session *session, enum smtp_phase phase, const char *bytes, size_t size)
{
        enter(session, phase);
        while (size > 0) {
                size_t n = 0;
                CURLcode code = curl_easy_send(session->easy, bytes, size, &n);
                int r = code == CURLE_AGAIN ? wait_for(session, POLLOUT) : code == CURLE_OK ? 0 : -ECONNRESET;

                if (r < 0)
                        return r;
                if (n > 0)
                        enter(session, phase); /* the time is that of a piece */
                bytes += n;
                size -= n;
        }
        return 0;
}

/* More of what the server says, behind what is there. */
static int fill(struct session *session)
{
        if (session->start > 0) {
                memmove(session->buffer, session->buffer + session->start, session->end - session->start);
                session->end -= session->start;
                session->start = 0;
        }
        if (session->end == sizeof session->buffer)
                return -E2BIG;
        for (;;) {
                size_t n = 0;
                CURLcode code = curl_easy_recv(session->easy, session->buffer + session->end,
                                               sizeof session->buffer - session->end, &n);
                int r = code == CURLE_AGAIN ? wait_for(session, POLLIN) : code == CURLE_OK && n > 0 ? 0 : -ECONNRESET;

                session->end += n;
                if (r < 0 || n > 0)
                        return r;
        }
}

static void note_reply(struct session *session)
{
        bool good = session->reply.code >= 200 && session->reply.code < 300;

        session->heard = now_ms();
        if (session->phase == SMTP_MAIL)
                session->unfinished = good;
        else if (session->phase == SMTP_END || session->phase == SMTP_RSET)
                session->unfinished = false;
        if (session->phase == SMTP_END && good)
                session->messages++;
}

int session_hear(struct session *session, enum smtp_phase phase)
{
        enter(session, phase);
        for (;;) {
                const char *line = session->buffer + session->start;
                const char *end = memchr(line, '\n', session->end - session->start);
                int r = end ? reply_take(&session->reply, line, (size_t)(end + 1 - line)) : fill(session);

                if (end)
                        session->start += (size_t)(end + 1 - line);
                if (r < 0)
                        return r;
                if (now_ms() >= deadline(session)) /* a reply that goes on and on */
                        return -ETIMEDOUT;
                if (end && r == REPLY_WHOLE) {
                        note_reply(session);
                        return session->reply.code;
                }
        }
}

int session_ask(struct session *session, enum smtp_phase phase, const char *format, ...)
{
        va_list arguments;
        char *line = NULL;

        va_start(arguments, format);
        int length = vasprintf(&line, format, arguments);
        va_end(arguments);
        if (length < 0)
                return -ENOMEM;
        int r = session_send(session, phase, line, (size_t)length);
        free_secret(line); /* it may have been a login */
        return r < 0 ? r : session_hear(session, phase);
}

void session_explain(const struct session *session, enum smtp_phase phase, int r, struct setback *ret)
{
        static const char *const steps[SMTP_PHASES] = {
                [SMTP_CONNECT] = "to the call",
                [SMTP_TLS] = "in the TLS handshake",
                [SMTP_GREETING] = "with a greeting",
                [SMTP_EHLO] = "to EHLO",
                [SMTP_STARTTLS] = "to STARTTLS",
                [SMTP_AUTH] = "to the login",
                [SMTP_MAIL] = "to MAIL",
                [SMTP_RCPT] = "to RCPT",
                [SMTP_DATA] = "to DATA",
                [SMTP_BLOCK] = "while the message went out",
                [SMTP_END] = "to the end of the data",
                [SMTP_RSET] = "to RSET",
                [SMTP_QUIT] = "to QUIT",
        };
        const struct reply *reply = &session->reply;
        char text[REPLY_TEXT_MAX + 80];
        int length;

        *ret = (struct setback){.fault = FAULT_SERVER, .code = reply->code, .reached = true, .lost = r == -ECONNRESET};
        if (r >= 0) {
                ret->fault = refusal_fault(phase, r, reply->text);
                length = snprintf(text, sizeof text, "%s", reply->text);
        } else if (r == -ETIMEDOUT)
                length = snprintf(text, sizeof text, "timed out: no answer %s within %lld s", steps[phase],
                                  (long long)smtp_patience(phase, session->timeout));
        else if (r == -EPROTO)
                length = snprintf(text, sizeof text, "no mail server answers %s: %s", steps[phase], reply->text);
        else if (r == -E2BIG)
                length = snprintf(text, sizeof text, "the server's answers do not end");
        else if (r == -ECONNRESET)
                length = snprintf(text, sizeof text, "the connection broke off%s%s",
                                  reply->size > 0 ? ", last answer: " : "", reply->text);
        else
                length = snprintf(text, sizeof text, "%s", strerrordesc_np(-r));
        words_printable(text, (size_t)length, ret->words);
}

const struct reply *session_reply(const struct session *session)
{
        return &session->reply;
}

bool session_takes_size(const struct session *session)
{
        return session->takes_size;
}

const char *session_mechanisms(const struct session *session)
{
        return session->authenticates ? session->mechanisms : NULL;
}

unsigned session_messages(const struct session *session)
{
        return session->messages;
}

int64_t session_silence(const struct session *session)
{
        return now_ms() - session->heard;
}

bool session_is_unfinished(const struct session *session)
{
        return session->unfinished;
}
