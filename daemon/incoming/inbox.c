/* The mailbox on its server: libcurl resolves, connects, checks the certificate and logs in; from then on the words are
 * ours. Its own FETCH breaks literals, and it knows no IDLE. */
#include "incoming/inbox.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include "base/array.h"
#include "config/file.h"
#include "config/secret.h"
#include "incoming/imap.h"

#define CONNECT_SECONDS 60
#define LOGIN_SECONDS 120      /* with everything before it; some servers punish a wrong password with a minute */
#define ANSWER_MS 120000       /* between two pieces of an answer: a slow disk searches a large folder */
#define IDLE_MS 1500000        /* 25 minutes; RFC 2177: a server may give up after 30 */
#define POLL_MS 60000          /* where there is no IDLE */
#define KEEPALIVE_SECONDS 300L /* routers forget a silent connection after ten minutes and more */
#define LETTERS_MAX ((size_t)10 * 1000) /* of one look; the others are there at the next one */

struct uids {
        uint32_t *list;
        size_t n, room;
};

struct inbox {
        CURL *easy;
        curl_socket_t socket;
        int patience_ms; /* of the next read */
        struct imap imap;
        bool has_idle, has_move, has_uidplus;
        bool has_news;                /* the server spoke of letters since the last look began */
        uint32_t n_letters;           /* in the folder: of an empty one, some servers take no range */
        uint32_t uidvalidity;         /* of this session */
        uint32_t next;                /* the least uid that was not seen yet */
        char *folder, *done, *review; /* quoted */
        char error[CURL_ERROR_SIZE];
};

/* ---- the wire ---- */

static int64_t now_ms(void)
{
        struct timespec now;

        (void)clock_gettime(CLOCK_BOOTTIME, &now); /* which goes on while the machine sleeps */
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int wait_for(const struct inbox *inbox, short events, int64_t until)
{
        struct pollfd fd = {.fd = inbox->socket, .events = events};

        for (;;) {
                int64_t left = until - now_ms();
                int r = poll(&fd, 1, left > 0 ? (int)left : 0);

                if (r > 0)
                        return 0;
                if (r < 0 && errno != EINTR)
                        return -errno;
                if (r == 0)
                        return -ETIMEDOUT;
        }
}

static int wire_read(void *userdata, char *buffer, size_t room, size_t *ret_n)
{
        struct inbox *inbox = userdata;
        int64_t until = now_ms() + inbox->patience_ms;

        for (;;) {
                CURLcode code = curl_easy_recv(inbox->easy, buffer, room, ret_n);
                int r;

                if (code == CURLE_OK && *ret_n > 0)
                        return 0;
                r = code == CURLE_AGAIN ? wait_for(inbox, POLLIN, until) : -ECONNRESET;
                if (r < 0)
                        return r;
        }
}

static int wire_write(void *userdata, const char *bytes, size_t size)
{
        const struct inbox *inbox = userdata;
        int64_t until = now_ms() + ANSWER_MS;

        while (size > 0) {
                size_t n = 0;
                CURLcode code = curl_easy_send(inbox->easy, bytes, size, &n);
                int r = code == CURLE_AGAIN ? wait_for(inbox, POLLOUT, until) : code == CURLE_OK ? 0 : -ECONNRESET;

                if (r < 0)
                        return r;
                bytes += n;
                size -= n;
        }
        return 0;
}

/* ---- one command ---- */

/* Whatever was asked, a response may tell of new letters, or that uids mean other letters from now on. */
static int note(struct inbox *inbox, const struct imap_response *response)
{
        uint32_t validity = imap_code(response, "UIDVALIDITY"), n;

        if (imap_is(response, "EXISTS", &n)) {
                inbox->has_news = inbox->has_news || n > inbox->n_letters;
                inbox->n_letters = n;
        } else if (imap_is(response, "EXPUNGE", NULL) && inbox->n_letters > 0)
                inbox->n_letters--;
        if (validity == 0)
                return 0;
        if (inbox->uidvalidity != 0 && inbox->uidvalidity != validity)
                return -ECONNRESET;
        inbox->uidvalidity = validity;
        return 0;
}

static int on_any(void *userdata, const struct imap_response *response)
{
        return note(userdata, response);
}

/* An enum imap_end, or a negative errno. */
#define ask(inbox, take, userdata, ...) \
        ({ \
                int r_ = imap_send(&(inbox)->imap, __VA_ARGS__); \
                (inbox)->patience_ms = ANSWER_MS; \
                r_ < 0 ? r_ : imap_finish(&(inbox)->imap, (take), (userdata)); \
        })

/* What to say of an error: what the server said last, if that is the reason, else the error. */
static int explain(const struct inbox *inbox, int r, char **ret_words)
{
        const char *said = inbox->imap.words && (r == -EREMOTEIO || r == -ECONNRESET) ? inbox->imap.words : NULL;

        if (r == -EPROTO)
                said = "the server's answer does not follow the protocol";
        *ret_words = strdup(said ? said : strerror(-r));
        return r;
}

/* ---- opening ---- */

/* The file of the password or of the token. */
static int locate_secret(const struct mailbox_config *config, char **ret, char **ret_words)
{
        const char *folder = getenv("CREDENTIALS_DIRECTORY");
        char *path = NULL;

        if (config->password.credential && !folder) {
                *ret_words = strdup("the service was not given the credential of password_credential");
                return -EACCES;
        }
        if (!config->password.credential)
                path = strdup(config->token_file ? config->token_file : config->password.file);
        else if (asprintf(&path, "%s/%s", folder, config->password.credential) < 0)
                path = NULL;
        *ret = path;
        return path ? 0 : -ENOMEM;
}

/* As the file has it now: whoever renews it does not have to tell us. */
static int read_secret(const char *path, char **ret, char **ret_words)
{
        struct stat st;
        size_t size;
        int r = file_read(path, SECRET_MAX, &st, ret, &size);

        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return asprintf(ret_words, "%s %s", path, file_error(r)) < 0 ? -ENOMEM : -EACCES;
        (*ret)[strcspn(*ret, "\r\n")] = '\0';
        return 0;
}

static void secret_free_p(char **secret)
{
        secret_free(*secret, *secret ? strlen(*secret) : 0);
}

static CURLcode prepare(struct inbox *inbox, const struct mailbox_config *config, const char *secret)
{
        CURL *easy = inbox->easy;
        CURLcode code = CURLE_OK;

#define SET(option, value) (code = code ? code : curl_easy_setopt(easy, option, value))
        SET(CURLOPT_URL, config->url);
        SET(CURLOPT_PROTOCOLS_STR, "imaps");
        SET(CURLOPT_CONNECT_ONLY, 1L);
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_PROXY, ""); /* whatever the environment says */
        SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
        SET(CURLOPT_ERRORBUFFER, inbox->error);
        SET(CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
        SET(CURLOPT_TIMEOUT, (long)LOGIN_SECONDS);
        SET(CURLOPT_TCP_KEEPALIVE, 1L);
        SET(CURLOPT_TCP_KEEPIDLE, KEEPALIVE_SECONDS);
        SET(CURLOPT_TCP_KEEPINTVL, KEEPALIVE_SECONDS / 5);
        SET(CURLOPT_USERNAME, config->username);
        if (config->ca_file)
                SET(CURLOPT_CAINFO, config->ca_file);
        if (config->token_file)
                SET(CURLOPT_XOAUTH2_BEARER, secret);
        else
                SET(CURLOPT_PASSWORD, secret);
#undef SET
        return code;
}

static int log_in(struct inbox *inbox, const struct mailbox_config *config, char **ret_words)
{
        CLEANUP(secret_free_p) char *secret = NULL;
        CLEANUP_FREE char *path = NULL, *said = NULL;
        CURLcode code;
        int r = locate_secret(config, &path, ret_words);

        if (r == 0)
                r = read_secret(path, &secret, ret_words);
        if (r < 0)
                return r;
        code = prepare(inbox, config, secret);
        code = code ? code : curl_easy_perform(inbox->easy);
        code = code ? code : curl_easy_getinfo(inbox->easy, CURLINFO_ACTIVESOCKET, &inbox->socket);
        if (code == CURLE_OK)
                return 0;
        if (code == CURLE_OUT_OF_MEMORY)
                return -ENOMEM;
        said = text_line(*inbox->error ? inbox->error : curl_easy_strerror(code));
        if (code != CURLE_LOGIN_DENIED) {
                *ret_words = TAKE_PTR(said);
                return -EIO;
        }
        r = asprintf(ret_words, "%s is not let in (%s): %s in %s", config->username, said ? said : "",
                     config->token_file ? "renew the token" : "correct the password", path);
        return r < 0 ? -ENOMEM : -EACCES;
}

static int on_capability(void *userdata, const struct imap_response *response)
{
        struct inbox *inbox = userdata;

        if (imap_is(response, "CAPABILITY", NULL)) {
                inbox->has_idle = imap_lists(response, "IDLE");
                inbox->has_move = imap_lists(response, "MOVE");
                inbox->has_uidplus = imap_lists(response, "UIDPLUS");
        }
        return 0;
}

static int open_folder(struct inbox *inbox)
{
        int r = ask(inbox, on_capability, inbox, "CAPABILITY");

        if (r == IMAP_OK)
                r = ask(inbox, on_any, inbox, "SELECT %s", inbox->folder);
        return r > 0 ? -EREMOTEIO : r;
}

int inbox_open(const struct mailbox_config *config, struct inbox **ret, char **ret_words)
{
        struct inbox *CLEANUP(inbox_free_p) inbox = calloc(1, sizeof(*inbox));
        int r;

        if (!inbox)
                return -ENOMEM;
        inbox->imap.wire = (struct imap_wire){wire_read, wire_write, inbox};
        inbox->next = 1;
        inbox->easy = curl_easy_init();
        inbox->folder = imap_folder(config->folder);
        inbox->done = imap_folder(config->done);
        inbox->review = imap_folder(config->review);
        if (!inbox->easy || !inbox->folder || !inbox->done || !inbox->review)
                return -ENOMEM;
        r = log_in(inbox, config, ret_words);
        if (r < 0)
                return r;
        r = open_folder(inbox);
        if (r < 0)
                return explain(inbox, r, ret_words);
        *ret = TAKE_PTR(inbox);
        return 0;
}

struct inbox *inbox_free(struct inbox *inbox)
{
        if (!inbox)
                return NULL;
        curl_easy_cleanup(inbox->easy);
        imap_clear(&inbox->imap);
        free(inbox->folder);
        free(inbox->done);
        free(inbox->review);
        free(inbox);
        return NULL;
}

/* ---- looking ---- */

struct listing {
        struct inbox *inbox;
        struct uids uids;
};

static void listing_clear(struct listing *listing)
{
        free(listing->uids.list);
}

static int on_uid(void *userdata, const struct imap_response *response)
{
        struct listing *listing = userdata;
        struct uids *uids = &listing->uids;
        struct imap_message message;

        /* "n:*" names the last letter even where its uid is less: RFC 3501 section 6.4.8 */
        if (imap_message(response, &message) && message.uid >= listing->inbox->next && uids->n < LETTERS_MAX) {
                if (ARRAY_GROW(uids->list, uids->n, uids->room) < 0)
                        return -ENOMEM;
                uids->list[uids->n++] = message.uid;
        }
        return note(listing->inbox, response);
}

static int compare_uids(const void *a, const void *b)
{
        uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

        return (left > right) - (left < right);
}

struct fetching {
        struct inbox *inbox;
        uint32_t uid;
        bool found;
        struct text bytes;
};

static void fetching_clear(struct fetching *fetching)
{
        text_clear(&fetching->bytes);
}

static int on_body(void *userdata, const struct imap_response *response)
{
        struct fetching *fetching = userdata;
        struct imap_message message;

        if (imap_message(response, &message) && message.body && message.uid == fetching->uid && !fetching->found) {
                fetching->found = true;
                text_add(&fetching->bytes, message.body, message.size);
        }
        return fetching->bytes.error ? fetching->bytes.error : note(fetching->inbox, response);
}

/* Without MOVE: RFC 6851 section 3.3. Without UIDPLUS, EXPUNGE takes with it what others have marked as deleted, as
 * their own programs would. */
static int move_by_copy(struct inbox *inbox, uint32_t uid, const char *folder)
{
        int r = ask(inbox, on_any, inbox, "UID COPY %u %s", uid, folder);

        if (r == IMAP_OK)
                r = ask(inbox, on_any, inbox, "UID STORE %u +FLAGS.SILENT (\\Deleted)", uid);
        if (r != IMAP_OK)
                return r;
        return inbox->has_uidplus ? ask(inbox, on_any, inbox, "UID EXPUNGE %u", uid)
                                  : ask(inbox, on_any, inbox, "EXPUNGE");
}

static int move_once(struct inbox *inbox, uint32_t uid, const char *folder)
{
        return inbox->has_move ? ask(inbox, on_any, inbox, "UID MOVE %u %s", uid, folder)
                               : move_by_copy(inbox, uid, folder);
}

/* A refusal mostly means that the folder is not there. */
static int move(struct inbox *inbox, uint32_t uid, const char *folder)
{
        int r = move_once(inbox, uid, folder);

        if (r == IMAP_NO) {
                r = ask(inbox, on_any, inbox, "CREATE %s", folder);
                if (r == IMAP_OK)
                        r = ask(inbox, on_any, inbox, "SUBSCRIBE %s", folder);
                if (r >= 0)
                        r = move_once(inbox, uid, folder);
        }
        return r > 0 ? -EREMOTEIO : r;
}

static int take_one(struct inbox *inbox, uint32_t uid, inbox_take *take, void *userdata)
{
        struct fetching CLEANUP(fetching_clear) fetching = {.inbox = inbox, .uid = uid};
        int r = ask(inbox, on_body, &fetching, "UID FETCH %u (UID BODY.PEEK[]<0.%zu>)", uid, IMAP_KEPT);

        if (r > 0)
                return -EREMOTEIO;
        if (r < 0 || !fetching.found)
                return r;
        r = take(userdata, fetching.bytes.data ? fetching.bytes.data : "", fetching.bytes.size);
        if (r < 0)
                return r;
        return move(inbox, uid, r == LETTER_DONE ? inbox->done : inbox->review);
}

int inbox_look(struct inbox *inbox, inbox_take *take, void *userdata, char **ret_words)
{
        struct listing CLEANUP(listing_clear) listing = {.inbox = inbox};
        int r = IMAP_OK;

        inbox->has_news = false;
        if (inbox->n_letters > 0)
                r = ask(inbox, on_uid, &listing, "UID FETCH %u:* (UID)", inbox->next);
        if (r > 0)
                r = -EREMOTEIO;
        if (listing.uids.n > 0)
                qsort(listing.uids.list, listing.uids.n, sizeof(*listing.uids.list), compare_uids);
        for (size_t i = 0; r >= 0 && i < listing.uids.n; i++) {
                r = take_one(inbox, listing.uids.list[i], take, userdata);
                if (r >= 0)
                        inbox->next = listing.uids.list[i] + 1;
        }
        inbox->has_news = inbox->has_news || listing.uids.n == LETTERS_MAX;
        return r < 0 ? explain(inbox, r, ret_words) : 0;
}

/* ---- waiting ---- */

/* Waits for so long at most until the server says something. */
static int wait_until_said(struct inbox *inbox, int patience_ms)
{
        int r;

        inbox->patience_ms = patience_ms;
        r = imap_wait(&inbox->imap);
        inbox->patience_ms = ANSWER_MS;
        return r == -ETIMEDOUT ? 0 : r;
}

/* Until the server tells of a letter, or it is time to ask again. */
static int idle(struct inbox *inbox)
{
        int64_t until = now_ms() + IDLE_MS;
        int r = imap_send(&inbox->imap, "IDLE");

        while (r >= 0 && !inbox->has_news && now_ms() < until) {
                struct imap *imap = &inbox->imap;

                r = wait_until_said(inbox, (int)(until - now_ms()));
                if (r >= 0 && imap->at < imap->end)
                        r = imap_read(imap);
                else
                        continue;
                if (r >= 0 && imap_is(&imap->response, "BYE", NULL))
                        r = -ECONNRESET;
                else if (r >= 0 && strchr("*+", imap->response.line.data[0]) == NULL) {
                        inbox->has_idle = false; /* it has refused */
                        return 0;
                } else if (r >= 0)
                        r = note(inbox, &imap->response);
        }
        if (r >= 0)
                r = wire_write(inbox, "DONE\r\n", strlen("DONE\r\n"));
        return r < 0 ? r : imap_finish(&inbox->imap, on_any, inbox);
}

int inbox_wait(struct inbox *inbox, char **ret_words)
{
        int r = 0;

        if (inbox->has_news)
                return 0;
        if (inbox->has_idle)
                r = idle(inbox);
        else {
                r = wait_until_said(inbox, POLL_MS);
                if (r >= 0)
                        r = ask(inbox, on_any, inbox, "NOOP");
        }
        if (r > 0)
                r = -EREMOTEIO;
        return r < 0 ? explain(inbox, r, ret_words) : 0;
}
