/* Refusals of a mail server: whose fault one is, and so whether it helps to try again. */
#include "core/refusal.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"

#define IN(phase) (UINT32_C(1) << (phase))
#define OPENING (IN(SMTP_GREETING) | IN(SMTP_EHLO))
#define BEFORE_MAIL (IN(SMTP_CONNECT) | IN(SMTP_TLS) | OPENING | IN(SMTP_STARTTLS) | IN(SMTP_AUTH))
#define ENVELOPE (IN(SMTP_MAIL) | IN(SMTP_RCPT) | IN(SMTP_DATA))
#define TRANSACTION (ENVELOPE | IN(SMTP_BLOCK) | IN(SMTP_END))
#define EVERYWHERE (IN(SMTP_PHASES) - 1)
/* A server may make up its mind about the mailbox as late as this. */
#define SINCE_RCPT (IN(SMTP_RCPT) | IN(SMTP_DATA) | IN(SMTP_BLOCK) | IN(SMTP_END))

#define ANY (-1)
#define TEXT_MAX 512 /* bytes of a reply that are looked at */

struct rule {
        uint32_t phases;
        int least, most;     /* of the reply's code */
        int subject, detail; /* of the enhanced status code; ANY: or none at all */
        const char *words;   /* one of these, with | between, stands in the reply outside <>; NULL: not asked */
        enum fault fault;
};

/* The first that fits. A server that makes up its mind at RCPT about everything that came before (Postfix:
 * smtpd_delay_reject) says in words what it refuses; the words here are those of Postfix, Exim, sendmail, qmail,
 * Exchange, hMailServer and the large providers. Most are refused with 4yz as well as 5yz: it is no less somebody's to
 * mend. */
static const struct rule rules[] = {
        /* RFC 5321, section 3.8: 421 closes the connection, whatever was asked. */
        {EVERYWHERE, 421, 421, ANY, ANY, NULL, FAULT_SESSION},
        /* One that does not even forget what it has heard. */
        {IN(SMTP_RSET), 0, 999, ANY, ANY, NULL, FAULT_SESSION},

        /* RFC 3207, section 4, and RFC 4954, section 6: encrypt first; log in, or differently. */
        {TRANSACTION, 530, 530, ANY, ANY, "starttls|encrypt", FAULT_ENCRYPTION},
        {TRANSACTION, 530, 530, ANY, ANY, NULL, FAULT_LOGIN},
        {TRANSACTION, 534, 535, ANY, ANY, NULL, FAULT_LOGIN},
        {TRANSACTION, 538, 538, ANY, ANY, NULL, FAULT_ENCRYPTION},
        /* The same: the password has to be changed. */
        {IN(SMTP_AUTH), 432, 432, ANY, ANY, NULL, FAULT_LOGIN},

        /* So much a day: RFC 3463, section 3.5, as Google uses it. */
        {TRANSACTION, 500, 599, 4, 5, NULL, FAULT_CLIENT},
        {TRANSACTION, 400, 599, ANY, ANY,
         "sending limit|sending quota|submissionquota|daily limit|daily user|daily sending|daily message|per day|in a "
         "day|"
         "messaging limits|exceeded threshold|permitted limits|sending activity",
         FAULT_CLIENT},
        {TRANSACTION, 500, 599, ANY, ANY, "hourly limit|per hour|rate limit", FAULT_CLIENT},

        {EVERYWHERE, 400, 599, ANY, ANY,
         "this session|per session|in one session|this connection|per connection|too many messages|too many errors|"
         "too many connections|too many concurrent|concurrent connections|too much mail|too many recipients",
         FAULT_SESSION},
        {BEFORE_MAIL, 400, 499, ANY, ANY, "too many", FAULT_SESSION},
        /* Our order is right: the server has lost it, or wants to be logged in to first. */
        {TRANSACTION, 503, 503, ANY, ANY, "auth|log in|login", FAULT_LOGIN},
        {TRANSACTION, 503, 503, ANY, ANY, NULL, FAULT_SESSION},

        /* Nothing but time is asked for: greylisting, whatever it is that is not known yet. */
        {IN(SMTP_RCPT), 400, 499, ANY, ANY, "greylist|graylist|try again|later|in progress", FAULT_ADDRESS},
        {TRANSACTION, 400, 499, ANY, ANY, "greylist|graylist|try again|later|in progress", FAULT_MESSAGE},

        /* RFC 4954 and RFC 5248: credentials, mechanism, encryption (twice), transition, a disabled account. */
        {TRANSACTION, 400, 599, 7, 8, NULL, FAULT_LOGIN},
        {TRANSACTION, 400, 599, 7, 9, NULL, FAULT_LOGIN},
        {TRANSACTION, 400, 599, 7, 10, NULL, FAULT_ENCRYPTION},
        {TRANSACTION, 400, 599, 7, 11, NULL, FAULT_ENCRYPTION},
        {TRANSACTION, 400, 599, 7, 12, NULL, FAULT_LOGIN},
        {TRANSACTION, 400, 599, 7, 13, NULL, FAULT_LOGIN},
        /* RFC 7372: DKIM (three times), SPF (twice), the name of our address, several of them; RFC 7505: a sender that
         * takes no mail. */
        {TRANSACTION, 400, 599, 7, 20, NULL, FAULT_SENDER},
        {TRANSACTION, 400, 599, 7, 21, NULL, FAULT_SENDER},
        {TRANSACTION, 400, 599, 7, 22, NULL, FAULT_SENDER},
        {TRANSACTION, 400, 599, 7, 23, NULL, FAULT_SENDER},
        {TRANSACTION, 400, 599, 7, 24, NULL, FAULT_SENDER},
        {TRANSACTION, 400, 599, 7, 25, NULL, FAULT_CLIENT},
        {TRANSACTION, 400, 599, 7, 26, NULL, FAULT_SENDER},
        {TRANSACTION, 400, 599, 7, 27, NULL, FAULT_SENDER},
        /* RFC 3463, section 3.2: the sender's mailbox, or its system. */
        {TRANSACTION, 400, 599, 1, 7, NULL, FAULT_SENDER},
        {TRANSACTION, 400, 599, 1, 8, NULL, FAULT_SENDER},
        {ENVELOPE, 400, 599, ANY, ANY, "not logged in", FAULT_LOGIN},
        /* Exchange: whom that mailbox takes mail from. */
        {SINCE_RCPT, 500, 599, ANY, ANY, "resolver.rst", FAULT_ADDRESS},
        {TRANSACTION, 400, 599, ANY, ANY,
         "sender address rejected|sender rejected|sender denied|sender verif|invalid sender|send as|sendas|not owned|"
         "sender not|sender is not|sender blocked|sender domain|banned sender|outbound sender|to send on behalf|"
         "from address|address is not verified|dmarc",
         FAULT_SENDER},
        {ENVELOPE, 400, 599, ANY, ANY, "spf |dkim", FAULT_SENDER},

        /* How long the message is. MAIL names it beside the sender, and all messages have the one sender. */
        {TRANSACTION, 400, 599, 2, 3, NULL, FAULT_MESSAGE},
        {TRANSACTION, 500, 599, 3, 4, NULL, FAULT_MESSAGE},
        {IN(SMTP_MAIL), 500, 599, 2, 2, NULL, FAULT_SENDER}, /* its mailbox is full */
        {IN(SMTP_MAIL) | IN(SMTP_DATA), 552, 552, ANY, ANY, NULL, FAULT_MESSAGE},

        /* RFC 3463, sections 3.2 and 3.3: that mailbox, whatever its name suggests. */
        {SINCE_RCPT, 400, 599, 1, ANY, NULL, FAULT_ADDRESS},
        {SINCE_RCPT, 400, 599, 2, ANY, NULL, FAULT_ADDRESS},
        {SINCE_RCPT, 400, 599, ANY, ANY, "recipient address rejected", FAULT_ADDRESS},
        {ENVELOPE, 400, 599, ANY, ANY, "starttls|encryption required|must be encrypted|tls required|requires tls",
         FAULT_ENCRYPTION},
        {ENVELOPE, 400, 599, ANY, ANY,
         "authenticate|authentication required|authentication is required|unauthenticated|log in|login first|"
         "to submit to this server",
         FAULT_LOGIN},
        {ENVELOPE | OPENING, 400, 599, ANY, ANY,
         "relay|rcpthosts|helo|ehlo|hostname|host name|client host|your host|blocked using|blocked by|listed by|listed "
         "at|"
         "listed in|listed on|blacklist|black list|blocklist|block list|denylist|spamhaus|spamcop|barracuda|reputation|"
         "your ip|this ip|ip address|sending ip|banned|reverse dns|ptr |rdns|your network|client rejected",
         FAULT_CLIENT},
        /* At the end a filter may quote anything: only what cannot be about the content. */
        {IN(SMTP_END), 400, 599, ANY, ANY, "not authenticated|must authenticate|to submit to this server", FAULT_LOGIN},
        {IN(SMTP_END), 400, 599, ANY, ANY,
         "relay access denied|relaying denied|relay not permitted|unable to relay|helo command rejected|client host|"
         "client blocked|blocked using|traffic not accepted|spam abuse detected|to send email directly|banned sending "
         "ip",
         FAULT_CLIENT},

        {BEFORE_MAIL, 400, 499, ANY, ANY, NULL, FAULT_SERVER},
        {OPENING, 500, 599, ANY, ANY, NULL, FAULT_CLIENT},
        {IN(SMTP_STARTTLS), 500, 599, ANY, ANY, NULL, FAULT_ENCRYPTION},
        {IN(SMTP_AUTH), 500, 599, ANY, ANY, NULL, FAULT_LOGIN},

        /* Whatever else is temporary: a full disk, a busy mailbox. */
        {IN(SMTP_RCPT), 400, 499, ANY, ANY, NULL, FAULT_ADDRESS},
        {TRANSACTION, 400, 499, ANY, ANY, NULL, FAULT_MESSAGE},

        /* RFC 3463, section 3.4 and 3.5: the mail system is full, closed, or set up wrongly; a directory is away. */
        {TRANSACTION, 500, 599, 3, 1, NULL, FAULT_SERVER},
        {TRANSACTION, 500, 599, 3, 2, NULL, FAULT_SERVER},
        {TRANSACTION, 500, 599, 3, 5, NULL, FAULT_SERVER},
        {TRANSACTION, 500, 599, 4, 3, NULL, FAULT_SERVER},
        {ENVELOPE, 500, 500, ANY, ANY, NULL, FAULT_SERVER}, /* it does not know MAIL, RCPT or DATA */
        {ENVELOPE, 502, 502, ANY, ANY, NULL, FAULT_SERVER},
        {TRANSACTION, 521, 521, ANY, ANY, NULL, FAULT_CLIENT}, /* RFC 7504, and Postfix, which closes then */

        {IN(SMTP_MAIL), 500, 599, ANY, ANY, NULL, FAULT_SENDER},
        /* RFC 3463, section 3.8, and RFC 7293: the mailbox takes nothing from us, or has another owner. */
        {SINCE_RCPT, 500, 599, 7, 2, NULL, FAULT_ADDRESS},
        {SINCE_RCPT, 500, 599, 7, 17, NULL, FAULT_ADDRESS},
        {SINCE_RCPT, 500, 599, 7, 18, NULL, FAULT_ADDRESS},
        {IN(SMTP_RCPT) | IN(SMTP_DATA), 500, 599, ANY, ANY, "recipient|mailbox|user|account", FAULT_ADDRESS},
        /* A policy that names no mailbox, before anything of the message was seen, is one about us. */
        {ENVELOPE, 500, 599, 7, ANY, NULL, FAULT_CLIENT},
        {ENVELOPE, 500, 599, ANY, ANY, "denied|blocked|policy|prohibit|not allowed|not permitted", FAULT_CLIENT},
        {IN(SMTP_RCPT), 500, 599, ANY, ANY, NULL, FAULT_ADDRESS},
        {IN(SMTP_DATA), 500, 599, ANY, ANY, NULL, FAULT_CLIENT},
        {TRANSACTION, 500, 599, ANY, ANY, NULL, FAULT_MESSAGE},
};

bool refusal_status(const char *text, int ret[static 3])
{
        const char *at = text;
        int status[3] = {0};

        while (isdigit((unsigned char)*at)) /* the reply's code */
                at++;
        if (*at != ' ' && *at != '-')
                return false;
        at++;
        for (int i = 0; i < 3; i++) {
                int digits = 0;

                for (; isdigit((unsigned char)*at) && digits < 3; at++, digits++)
                        status[i] = status[i] * 10 + (*at - '0');
                if (digits == 0 || (i < 2 && *at++ != '.'))
                        return false;
        }
        if (isdigit((unsigned char)*at) || *at == '.')
                return false;
        memcpy(ret, status, sizeof(status));
        return true;
}

uint64_t refusal_cause(const char *answer)
{
        int status[3];
        size_t names_it = strlen(answer);

        if (refusal_status(answer, status)) {
                size_t code = strspn(answer, "0123456789") + 1;

                names_it = code + strspn(answer + code, "0123456789.");
        }
        return hash_bytes(HASH_BASIS, answer, names_it);
}

/* Small letters, one blank between words. What stands in <> and words that have an @ are left out, for an address may
 * be called anything; so are numbers, since a status stands before every line. */
static void simplify(const char *text, char ret[static TEXT_MAX])
{
        size_t n = 0;
        bool begins = true; /* a word */

        while (n < TEXT_MAX - 1) {
                size_t word = strcspn(text, " \r\n");

                if (*text == '<')
                        text += strcspn(text, ">");
                else if (begins && (memchr(text, '@', word) || strspn(text, "0123456789.") == word))
                        text += word;
                if (!*text)
                        break;
                begins = isspace((unsigned char)*text);
                if (!begins || (n > 0 && ret[n - 1] != ' '))
                        ret[n++] = (char)(begins ? ' ' : tolower((unsigned char)*text));
                text++;
        }
        ret[n] = '\0';
}

static bool has_word(const char *text, const char *words)
{
        for (const char *word = words; *word;) {
                size_t length = strcspn(word, "|");

                if (memmem(text, strlen(text), word, length))
                        return true;
                word += length + (word[length] == '|');
        }
        return false;
}

enum fault refusal_fault(enum smtp_phase phase, int code, const char *text)
{
        char simple[TEXT_MAX];
        int status[3] = {ANY, ANY, ANY};

        simplify(text, simple);
        (void)refusal_status(text, status);
        for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
                const struct rule *rule = &rules[i];

                if (rule->phases & IN(phase) && code >= rule->least && code <= rule->most &&
                    (rule->subject == ANY || rule->subject == status[1]) &&
                    (rule->detail == ANY || rule->detail == status[2]) &&
                    (!rule->words || has_word(simple, rule->words)))
                        return rule->fault;
        }
        return FAULT_SERVER;
}

bool refusal_is_permanent(enum fault fault, int code)
{
        return (fault == FAULT_MESSAGE || fault == FAULT_ADDRESS) && code >= 500 && code < 600;
}

bool fault_is_operators(enum fault fault)
{
        return fault >= FAULT_CLIENT;
}
