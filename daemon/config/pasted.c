/* Characters that word processors and input methods put in the place of those of a keyboard. */
#include "config/pasted.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"

#define FULL_WIDTH_FIRST 0xff01 /* '!'; the others of ASCII follow in their order (Unicode, chapter 18.5) */
#define FULL_WIDTH_LAST 0xff5e

static const struct {
        char32_t first, last;
        const char *what;
        const char *instead; /* NULL: nothing, it is to be deleted */
        bool is_unseen;
} substitutes[] = {
        {0x00a0, 0x00a0, "a no-break space", "an ordinary space", true},
        {0x00ab, 0x00ab, "an angle quote", "\"", false},
        {0x00ad, 0x00ad, "a soft hyphen", NULL, true},
        {0x00b4, 0x00b4, "an accent", "\"", false},
        {0x00bb, 0x00bb, "an angle quote", "\"", false},
        {0x2000, 0x200a, "a space of a word processor", "an ordinary space", true},
        {0x200b, 0x200f, "a character that cannot be seen", NULL, true},
        {0x2010, 0x2015, "a dash", "-", false},
        {0x2018, 0x201f, "a curly quote", "\"", false},
        {0x2024, 0x2024, "a dot leader", ".", false},
        {0x2026, 0x2026, "an ellipsis", "...", false},
        {0x202f, 0x202f, "a narrow no-break space", "an ordinary space", true},
        {0x2032, 0x2037, "a prime", "\"", false},
        {0x2044, 0x2044, "a fraction slash", "/", false},
        {0x205f, 0x205f, "a space of a word processor", "an ordinary space", true},
        {0x2060, 0x2064, "a character that cannot be seen", NULL, true},
        {0x2212, 0x2212, "a minus sign", "-", false},
        {0x2215, 0x2215, "a division slash", "/", false},
        {0x2236, 0x2236, "a ratio sign", ":", false},
        {0x3000, 0x3000, "a wide space", "an ordinary space", true},
        {0x3001, 0x3001, "an East Asian comma", ",", false},
        {0x3002, 0x3002, "an East Asian full stop", ".", false},
        {0xfeff, 0xfeff, "a byte order mark", NULL, true},
};

static void explain(const char *text, size_t size, char32_t code, size_t row, char ret[static PASTED_TEXT_SIZE])
{
        const char *instead = substitutes[row].instead;

        (void)snprintf(ret, PASTED_TEXT_SIZE, "%.*s%sU+%04X%s is %s; %s%s", substitutes[row].is_unseen ? 0 : (int)size,
                       text, substitutes[row].is_unseen ? "" : " (", (unsigned)code,
                       substitutes[row].is_unseen ? "" : ")", substitutes[row].what, instead ? "type " : "delete it",
                       instead ? instead : "");
}

bool pasted_explain(const char *text, char ret[static PASTED_TEXT_SIZE])
{
        char32_t code;
        size_t size = utf8_decode(text, UTF8_MAX, &code);

        if (size == 0)
                return false;
        if (code >= FULL_WIDTH_FIRST && code <= FULL_WIDTH_LAST) {
                (void)snprintf(ret, PASTED_TEXT_SIZE, "%.*s (U+%04X) is a full-width character; type %c", (int)size,
                               text, (unsigned)code, (char)(code - FULL_WIDTH_FIRST + '!'));
                return true;
        }
        for (size_t i = 0; i < ELEMENTS(substitutes) && code >= substitutes[i].first; i++)
                if (code <= substitutes[i].last) {
                        explain(text, size, code, i, ret);
                        return true;
                }
        return false;
}

bool pasted_report(const struct section *section, const config_setting_t *value, const char *text)
{
        char why[PASTED_TEXT_SIZE], buffer[EXCERPT_SIZE];

        for (; *text; text++)
                if (pasted_explain(text, why)) {
                        setting_error(section, value, "%s \"%s\": the character %s", setting_name(value),
                                      excerpt(setting_string(value), buffer), why);
                        return true;
                }
        return false;
}

static bool is_quote(char32_t code)
{
        return (code >= 0x2018 && code <= 0x201f) || code == 0x00bb || code == 0xff02;
}

bool pasted_closes_string(const char *begin, const char *end, char ret[static PASTED_TEXT_SIZE])
{
        char32_t code;
        size_t n;

        for (const char *at = begin; at < end; at += n) {
                const char *next;

                n = utf8_decode(at, (size_t)(end - at), &code);
                if (n == 0) {
                        n = 1;
                        continue;
                }
                if (!is_quote(code))
                        continue;
                next = at + n + strspn(at + n, " \t\r");
                if (next >= end || strchr(",;)]}\n", *next))
                        return pasted_explain(at, ret);
        }
        return false;
}
