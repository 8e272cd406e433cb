/* A header field read back as a mail program does. */
#include "mail.h"

#include <openssl/evp.h>

#include "fuzz.h"

#define COLUMNS 76      /* RFC 2047, section 2 */
#define LINE_OCTETS 998 /* RFC 5322, section 2.1.1 */
#define WORD_MAX 75     /* RFC 2047, section 2 */

static void check_line(const char *field, const char *line, size_t size)
{
        size_t blanks = strspn(line, " ");

        REQUIRE_OF(size > 0 && size <= LINE_OCTETS, field);
        REQUIRE_OF(size <= COLUMNS || !memchr(line + blanks, ' ', size - blanks), field);
        REQUIRE_OF(line == field || (blanks > 0 && blanks < size), field);
        for (size_t i = 0; i < size; i++)
                REQUIRE_OF(line[i] >= ' ' && line[i] <= '~', field);
}

void mail_check_field(const char *field, const char *name)
{
        size_t size = strlen(name);

        REQUIRE_OF(strncmp(field, name, size) == 0 && field[size] == ':', field);
        for (const char *line = field; line;) {
                const char *end = strstr(line, "\r\n");

                check_line(field, line, end ? (size_t)(end - line) : strlen(line));
                line = end ? end + 2 : NULL;
        }
}

/* Decodes one "=?UTF-8?B?…?=" to the end of *to; NULL: it is none. Each must hold whole characters. */
static const char *decode_word(const char *from, char **to)
{
        static const char opening[] = "=?UTF-8?B?";
        const char *data = from + strlen(opening), *end;
        int n, size;

        if (strncmp(from, opening, strlen(opening)) != 0)
                return NULL;
        end = strstr(data, "?=");
        REQUIRE_OF(end && end + 2 - from <= WORD_MAX && (end - data) % 4 == 0, from);
        size = (int)(end - data);
        n = EVP_DecodeBlock((unsigned char *)*to, (const unsigned char *)data, size);
        REQUIRE_OF(n >= 0, from);
        n -= (size > 0 && end[-1] == '=') + (size > 1 && end[-2] == '=');
        REQUIRE_OF(is_utf8(*to, (size_t)n), from);
        *to += n;
        return end + 2;
}

static char *unfold(const char *field)
{
        char *flat = malloc(strlen(field) + 1), *to = flat;

        REQUIRE(flat);
        for (const char *from = field; *from; from++)
                if (*from != '\r' && *from != '\n')
                        *to++ = *from;
        *to = '\0';
        return flat;
}

char *mail_decode(const char *field, bool phrase)
{
        CLEANUP_FREE char *flat = unfold(strchr(field, ':') + 1);
        char *value = malloc(strlen(flat) + 4), *to = value;
        bool quoted = false;

        REQUIRE(value);
        for (const char *from = flat + strspn(flat, " "); *from;) {
                const char *next = quoted ? NULL : decode_word(from, &to);

                if (next) {
                        /* The blanks between two encoded words are no part of the value. */
                        from = strncmp(next + strspn(next, " "), "=?", 2) == 0 ? next + strspn(next, " ") : next;
                } else if (phrase && *from == '"') {
                        quoted = !quoted;
                        from++;
                } else {
                        from += quoted && *from == '\\';
                        *to++ = *from++;
                }
        }
        *to = '\0';
        return value;
}
