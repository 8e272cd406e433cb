/* E-mail addresses and URLs: whether they are well-formed, and why not. */
#include "config/address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>
#include <idn2.h>

#include "base/cleanup.h"
#include "config/pasted.h"
#include "config/value.h"

#define LOCAL_MAX 64   /* RFC 5321 section 4.5.3.1.1 */
#define DOMAIN_MAX 253 /* RFC 1035 section 2.3.4, without the length bytes of the wire */
#define LABEL_MAX 63
/* RFC 3986 section 3.1 */
#define SCHEME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."

DEFINE_CLEANUP(CURLU *, curl_url_cleanup, curl_url_cleanup)
DEFINE_CLEANUP(char *, curl_free, curl_free)

static int wrong(const char *why, const char **ret_why)
{
        *ret_why = why;
        return ADDRESS_WRONG;
}

static int check_local(const char *local, size_t size, const char **ret_why)
{
        static const char atext[] =
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.";

        if (size == 0)
                return wrong("nothing stands before the @", ret_why);
        if (local[size - 1] == ' ' || local[size - 1] == '\t')
                return wrong("there is a blank before the @", ret_why);
        if (size > LOCAL_MAX)
                return wrong("more than 64 characters stand before the @", ret_why);
        for (size_t i = 0; i < size; i++) {
                if ((unsigned char)local[i] >= 0x80)
                        return wrong("only plain letters without accents may stand before the @", ret_why);
                if (local[i] == ' ' || local[i] == '\t')
                        return wrong("there is a blank in it", ret_why);
                if (!strchr(atext, local[i]))
                        return wrong("a character before the @ is not allowed there", ret_why);
                if (local[i] == '.' && (i == 0 || i == size - 1 || local[i - 1] == '.'))
                        return wrong("a dot before the @ is out of place", ret_why);
        }
        return 0;
}

/* An ASCII domain: labels of letters, digits and inner hyphens. One label alone is a slip, "localhost" excepted. */
static int check_domain(const char *domain, const char **ret_why)
{
        size_t label = 0, dots = 0;

        if (strlen(domain) > DOMAIN_MAX)
                return wrong("the domain is too long", ret_why);
        for (const char *c = domain;; c++) {
                if (*c == '.' || *c == '\0') {
                        if (label == 0 || label > LABEL_MAX || c[-1] == '-')
                                return wrong("the domain is not well-formed", ret_why);
                        label = 0;
                        if (*c == '\0')
                                break;
                        dots++;
                } else if (isalnum((unsigned char)*c) || (*c == '-' && label > 0)) {
                        label++;
                } else {
                        return wrong("the domain is not well-formed", ret_why);
                }
        }
        if (dots == 0 && strcasecmp(domain, "localhost") != 0)
                return wrong("the domain is incomplete: it has no dot", ret_why);
        return 0;
}

int address_parse(const char *text, char **ret, const char **ret_why)
{
        CLEANUP_FREE char *ascii = NULL;
        const char *at = strchr(text, '@');
        char *address;
        int r;

        if (!at)
                return wrong("it has no @ and no domain", ret_why);
        r = check_local(text, (size_t)(at - text), ret_why);
        if (r != 0)
                return r;
        if (strchr(at + 1, '@'))
                return wrong("it has two @; separate addresses by commas, each in quotes", ret_why);
        if (at[1 + strspn(at + 1, " \t")] == '\0')
                return wrong("the domain after the @ is missing", ret_why);
        if (strpbrk(at + 1, " \t"))
                return wrong("there is a blank after the @", ret_why);
        r = idn2_to_ascii_8z(at + 1, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
        if (r == IDN2_MALLOC)
                return -ENOMEM;
        if (r != IDN2_OK)
                return wrong("the domain is not well-formed", ret_why);
        r = check_domain(ascii, ret_why);
        if (r != 0)
                return r;
        if (asprintf(&address, "%.*s@%s", (int)(at - text), text, ascii) < 0)
                return -ENOMEM;
        *ret = address;
        return 0;
}

int hello_check(const char *text, const char **ret_why)
{
        char literal[INET6_ADDRSTRLEN] = "";
        struct in6_addr address;
        bool six = strncasecmp(text, "[IPv6:", strlen("[IPv6:")) == 0;
        int end = 0;

        if (text[strspn(text, "0123456789.")] == '\0')
                return wrong("an address stands in brackets", ret_why);
        if (*text != '[')
                return strchr(text, '.') ? check_domain(text, ret_why)
                                         : wrong("it is no full name, it has no dot", ret_why);
        (void)sscanf(text + (six ? strlen("[IPv6:") : 1), "%45[0-9A-Fa-f.:]%n", literal, &end);
        if (strcmp(text + (six ? strlen("[IPv6:") : 1) + end, "]") != 0 ||
            inet_pton(six ? AF_INET6 : AF_INET, literal, &address) != 1)
                return wrong("it is no address in brackets", ret_why);
        return 0;
}

/* A display name without the blanks around it and without its quotes; NULL: no memory. */
static char *display_name(const char *text, size_t size)
{
        char *name;
        size_t n = 0;
        bool quoted;

        while (size > 0 && isspace((unsigned char)text[size - 1]))
                size--;
        while (size > 0 && isspace((unsigned char)text[0])) {
                text++;
                size--;
        }
        quoted = size >= 2 && text[0] == '"' && text[size - 1] == '"';
        if (quoted) {
                text++;
                size -= 2;
        }
        name = calloc(size + 1, 1);
        for (size_t i = 0; name && i < size; i++) {
                if (quoted && text[i] == '\\' && i + 1 < size)
                        i++;
                name[n++] = text[i];
        }
        return name;
}

int mailbox_parse(const char *text, struct mailbox *ret, const char **ret_why)
{
        const char *open = strrchr(text, '<');
        CLEANUP_FREE char *inner = NULL;
        CLEANUP_FREE char *name = NULL;
        char *address;
        int r;

        if (open) {
                const char *close = strchr(open, '>');

                if (!close || close[1 + strspn(close + 1, " \t")] != '\0')
                        return wrong("expected \"Name <address>\"", ret_why);
                inner = strndup(open + 1, (size_t)(close - open - 1));
                name = display_name(text, (size_t)(open - text));
        } else {
                inner = strdup(text);
                name = strdup("");
        }
        if (!inner || !name)
                return -ENOMEM;
        r = address_parse(inner, &address, ret_why);
        if (r != 0)
                return r;
        *ret = (struct mailbox){.name = TAKE_PTR(name), .address = address};
        return 0;
}

void mailbox_clear(struct mailbox *mailbox)
{
        free(mailbox->name);
        free(mailbox->address);
        *mailbox = (struct mailbox){.name = NULL};
}

/* *ret stays NULL where there is no such part. 0 or -ENOMEM. */
static int get_part(CURLU *url, CURLUPart part, char **ret)
{
        return curl_url_get(url, part, ret, 0) == CURLUE_OUT_OF_MEMORY ? -ENOMEM : 0;
}

static int check_scheme(CURLU *url, const char *const *schemes, size_t *ret_scheme, const char **ret_why)
{
        CLEANUP(curl_free_p) char *scheme = NULL;
        int r = get_part(url, CURLUPART_SCHEME, &scheme);

        if (r < 0)
                return r;
        if (!scheme)
                return wrong("it has no scheme", ret_why);
        for (size_t i = 0; schemes[i]; i++)
                if (strcasecmp(scheme, schemes[i]) == 0) {
                        *ret_scheme = i;
                        return 0;
                }
        return wrong("its scheme is not one of those", ret_why);
}

struct part_rule {
        CURLUPart part;
        bool wanted;
        const char *why; /* it is wrong */
};

static int check_parts(CURLU *url, const char **ret_why)
{
        static const struct part_rule rules[] = {
                {CURLUPART_HOST, true, "it has no host"},
                {CURLUPART_USER, false, "it has a user name or password in it"},
                {CURLUPART_PASSWORD, false, "it has a user name or password in it"},
                {CURLUPART_FRAGMENT, false, "it has a fragment (#…), which is never sent"},
        };

        for (size_t i = 0; i < ELEMENTS(rules); i++) {
                CLEANUP(curl_free_p) char *text = NULL;
                int r = get_part(url, rules[i].part, &text);

                if (r < 0)
                        return r;
                if ((text && *text) != rules[i].wanted)
                        return wrong(rules[i].why, ret_why);
        }
        return 0;
}

int url_check(const char *text, const char *const *schemes, size_t *ret_scheme, const char **ret_why)
{
        CLEANUP(curl_url_cleanup_p) CURLU *url = curl_url();
        CLEANUP(curl_free_p) char *port = NULL;
        const char *slashes;
        CURLUcode code;
        int r;

        if (!url)
                return -ENOMEM;
        for (const char *c = text; *c; c++)
                if ((unsigned char)*c <= ' ' || *c == 0x7f)
                        return wrong("there is a blank in it", ret_why);
        /* libcurl does with one slash, and takes for the host what comes next. */
        slashes = text + strspn(text, SCHEME_CHARACTERS);
        if (slashes == text || strncmp(slashes, "://", 3) != 0)
                return wrong("it has no scheme", ret_why);
        if (slashes[3] == '/') /* libcurl passes over a third slash */
                return wrong("it has no host", ret_why);
        code = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME);
        if (code == CURLUE_OUT_OF_MEMORY)
                return -ENOMEM;
        if (code != CURLUE_OK)
                return wrong(curl_url_strerror(code), ret_why);
        r = check_parts(url, ret_why);
        if (r == 0)
                r = get_part(url, CURLUPART_PORT, &port);
        if (r != 0)
                return r;
        if (port && strtol(port, NULL, 10) == 0)
                return wrong("there is no port 0", ret_why);
        return check_scheme(url, schemes, ret_scheme, ret_why);
}

int address_read(const struct section *section, const config_setting_t *value, char **ret)
{
        char buffer[EXCERPT_SIZE];
        char *address;
        const char *text, *why;
        int r;

        if (!value_text(section, value, &text))
                return 0;
        r = address_parse(text, &address, &why);
        if (r == ADDRESS_WRONG && !pasted_report(section, value, text))
                setting_error(section, value, "%s \"%s\" is not an e-mail address: %s", setting_name(value),
                              excerpt(text, buffer), why);
        if (r != 0)
                return r < 0 ? r : 0;
        free(*ret);
        *ret = address;
        return 0;
}
