/* Whether the server of the mailbox says that a mail really comes from its sender's domain. */
#include "incoming/vouch.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"

#define BLANKS " \t\r\n"

/* Without comments, which anybody may have had a hand in: "spf=fail (dkim=pass said he)"; what is in quotes is opaque,
 * too. */
static char *plain(const char *results)
{
        char *copy = malloc(strlen(results) + 1), *to = copy;
        unsigned depth = 0;
        bool quoted = false;

        for (const char *at = results; copy && *at; at++) {
                if (*at == '\\' && at[1] && (quoted || depth > 0))
                        at++;
                else if (quoted || (*at == '"' && depth == 0))
                        quoted = quoted ? *at != '"' : true;
                else if (*at == '(')
                        depth++;
                else if (*at == ')' && depth > 0)
                        depth--;
                else if (depth == 0)
                        *to++ = *at;
        }
        if (copy)
                *to = '\0';
        return copy;
}

/* The value of "name = value" in a result; its length. */
static const char *value_of(const char *result, const char *name, size_t *ret_size)
{
        size_t n = strlen(name);

        for (const char *at = result; *at; at++) {
                const char *value;

                if ((at > result && !strchr(BLANKS, at[-1])) || strncasecmp(at, name, n) != 0)
                        continue;
                value = at + n + strspn(at + n, BLANKS);
                if (*value != '=')
                        continue;
                value += 1 + strspn(value + 1, BLANKS);
                *ret_size = strcspn(value, BLANKS);
                return value;
        }
        return NULL;
}

static bool says(const char *result, const char *method)
{
        size_t size;
        const char *value = value_of(result, method, &size);

        return value && size == strlen("pass") && strncasecmp(value, "pass", size) == 0;
}

/* Whether one domain is the other, or below it. */
static bool is_below(const char *low, size_t low_size, const char *high, size_t high_size)
{
        return high_size > 0 && low_size >= high_size &&
               strncasecmp(low + low_size - high_size, high, high_size) == 0 &&
               (low_size == high_size || low[low_size - high_size - 1] == '.');
}

/* Whether a property names the domain, bare or behind an @. One without a dot is nobody's. */
static bool names_domain(const char *result, const char *property, const char *domain)
{
        size_t size, n = strlen(domain);
        const char *value = value_of(result, property, &size), *sign = value ? memchr(value, '@', size) : NULL;

        if (sign) {
                size -= (size_t)(sign + 1 - value);
                value = sign + 1;
        }
        return value && memchr(value, '.', size) &&
               (is_below(value, size, domain, n) || is_below(domain, n, value, size));
}

static bool passes(const char *result, const char *domain)
{
        if (says(result, "dmarc"))
                return names_domain(result, "header.from", domain) || !strstr(result, "header.from");
        return (says(result, "spf") && names_domain(result, "smtp.mailfrom", domain)) ||
               (says(result, "dkim") &&
                (names_domain(result, "header.d", domain) || names_domain(result, "header.i", domain)));
}

bool vouch_for(const char *results, const char *authserv_id, const char *from)
{
        CLEANUP_FREE char *text = plain(results);
        const char *at = strrchr(from, '@'), *domain = at ? at + 1 : "";
        char *rest = text, *first = rest ? strsep(&rest, ";") : NULL;
        size_t size;

        if (!first || !*domain)
                return false;
        first += strspn(first, BLANKS);
        size = strcspn(first, BLANKS); /* a version may follow */
        if (size != strlen(authserv_id) || strncasecmp(first, authserv_id, size) != 0)
                return false;
        while (rest) {
                const char *result = strsep(&rest, ";");

                if (passes(result, domain))
                        return true;
        }
        return false;
}
