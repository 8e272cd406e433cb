/* Login: AUTH at a mail server, one way after the other. */
#include "transport/login.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "transport/job.h"
#include "transport/words.h"

#define GO_ON 334 /* RFC 4954, section 4 */
#define LOGGED_IN 235

#define MD5_SIZE 16

/* Allocated; NULL: no memory. */
static char *base64(const char *bytes, size_t size)
{
        char *text = malloc((size + 2) / 3 * 4 + 1);

        if (text)
                (void)EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)bytes, (int)size);
        return text;
}

/* Says bytes in base64, behind a word. The code, or a negative errno. */
static int say(struct session *session, const char *word, const char *bytes, size_t size)
{
        char *text = base64(bytes, size);
        int r = text ? session_ask(session, SMTP_AUTH, "%s%s\r\n", word, text) : -ENOMEM;

        free_secret(text);
        return r;
}

/* RFC 4616. All in the first line: there are servers that know no other way; who asks nevertheless is told again. */
static int try_plain(struct session *session, const char *username, const char *password)
{
        char *both = NULL;
        int size = asprintf(&both, "%c%s%c%s", '\0', username, '\0', password);

        if (size < 0)
                return -ENOMEM;
        int r = say(session, "AUTH PLAIN ", both, (size_t)size);
        if (r == GO_ON)
                r = say(session, "", both, (size_t)size);
        explicit_bzero(both, (size_t)size);
        free(both);
        return r;
}

/* Nobody's standard. Name and password when they are asked for: Cyrus SASL refuses a name in the first line. */
static int try_login(struct session *session, const char *username, const char *password)
{
        int r = session_ask(session, SMTP_AUTH, "AUTH LOGIN\r\n");

        if (r == GO_ON)
                r = say(session, "", username, strlen(username));
        return r == GO_ON ? say(session, "", password, strlen(password)) : r;
}

/* What the server said after 334, decoded. Allocated; NULL: it is no base64. */
static char *challenge(const struct session *session, int *ret_size)
{
        const char *text = session_reply(session)->text;
        size_t length = strcspn(text, "\r\n"), padding = 0;
        unsigned char *bytes = NULL;

        if (length <= 4)
                return NULL;
        text += 4;
        length -= 4;
        while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
                padding++;
        bytes = malloc(length / 4 * 3 + 3);
        int size = bytes ? EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length) : -1;
        if (size < (int)padding) {
                free(bytes);
                return NULL;
        }
        *ret_size = size - (int)padding;
        return (char *)bytes;
}

/* RFC 2195: the name, and the server's challenge with the password as key. */
static int try_cram_md5(struct session *session, const char *username, const char *password)
{
        unsigned char digest[EVP_MAX_MD_SIZE];
        char hex[2 * MD5_SIZE + 1] = "";
        char *answer = NULL;
        int size = 0, r = session_ask(session, SMTP_AUTH, "AUTH CRAM-MD5\r\n");

        if (r != GO_ON)
                return r;
        CLEANUP_FREE char *text = challenge(session, &size);
        if (!text ||
            !HMAC(EVP_md5(), password, (int)strlen(password), (const unsigned char *)text, (size_t)size, digest, NULL))
                return session_ask(session, SMTP_AUTH, "*\r\n"); /* RFC 4954: never mind */
        for (size_t i = 0; i < MD5_SIZE; i++)
                (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
        int length = asprintf(&answer, "%s %s", username, hex);
        r = length < 0 ? -ENOMEM : say(session, "", answer, (size_t)length);
        free(answer);
        return r;
}

static const struct {
        const char *name;
        int (*attempt)(struct session *session, const char *username, const char *password);
} mechanisms[] = {
        [MAIL_PLAIN] = {"PLAIN", try_plain},
        [MAIL_LOGIN] = {"LOGIN", try_login},
        [MAIL_CRAM_MD5] = {"CRAM-MD5", try_cram_md5},
};

static bool is_offered(const char *offered, const char *name)
{
        for (const char *word = offered; *word;) {
                size_t length = strcspn(word, " ");

                if (length == strlen(name) && strncasecmp(word, name, length) == 0)
                        return true;
                word += length + strspn(word + length, " ");
        }
        return false;
}

/* Nothing that both know. */
static void explain_none(const struct session *session, const char *offered, struct setback *ret)
{
        char text[TRANSFER_ANSWER_MAX];
        int length =
                snprintf(text, sizeof text, "the server offers no way to log in that mail.auth names; it offers:%s",
                         *offered ? offered : " none");

        *ret = (struct setback){.fault = FAULT_LOGIN, .code = session_reply(session)->code, .reached = true};
        words_printable(text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1, ret->words);
}

int login(struct session *session, const struct smtp_server *server, size_t *mechanism, struct setback *ret_why)
{
        const char *offered = session_mechanisms(session);
        bool refused = false;

        if (!server->username || !offered)
                return 0;
        explain_none(session, offered, ret_why);
        for (size_t n = 0; n < server->n_mechanisms; n++) {
                size_t i = (*mechanism + n) % server->n_mechanisms;
                const char *name = mechanisms[server->mechanisms[i]].name;

                if (!is_offered(offered, name))
                        continue;
                int r = mechanisms[server->mechanisms[i]].attempt(session, server->username,
                                                                  server->password ? server->password : "");
                if (r == -ENOMEM || r == -ECANCELED)
                        return r;
                if (r == LOGGED_IN && refused)
                        *mechanism = i;
                if (r == LOGGED_IN)
                        return 0;
                /* One that hung up on the way before has said why, and what comes next has not been tried. */
                if (refused && (r < 0 || r == 421)) {
                        *mechanism = i;
                        return -EIO;
                }
                session_explain(session, SMTP_AUTH, r, ret_why);
                if (r >= 0 && r < 400) /* another question, or a yes to nothing */
                        ret_why->fault = FAULT_LOGIN;
                if (r < 0 || (r >= 400 && r < 500))
                        return -EIO;
                refused = true;
        }
        return -EIO;
}
