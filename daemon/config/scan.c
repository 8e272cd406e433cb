/* A scanner of libconfig text: finds every syntax error before the parser does, in better words, and what the parser
 * would take badly or not notice. */
#include "config/scan.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/utf8.h"
#include "config/config.h"
#include "config/pasted.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* What the token before was. */
enum token { TOKEN_BEGIN, TOKEN_NAME, TOKEN_EQUALS, TOKEN_STRING, TOKEN_VALUE, TOKEN_SEPARATOR };

struct scan_name {
        const char *text;
        size_t size;
        unsigned line;
};

struct scan_level {
        bool list;  /* of values; else a group of settings */
        char close; /* the bracket that ends it */
        unsigned line;
        size_t first_name; /* its names begin here in `names` */
};

struct scan {
        const char *file;
        struct report *report;
        char *at;
        unsigned line, last_line;                       /* of the next byte; of the last token */
        struct scan_level levels[CONFIG_DEPTH_MAX + 1]; /* 0: the file itself, a group without brackets */
        size_t depth;
        struct scan_name *names;
        size_t n_names, names_room;
        size_t n_settings;
        enum token previous;
        char *word; /* the last name */
        size_t word_size;
        char *string_end; /* right behind a string while nothing but blanks and comments followed, else NULL */
        unsigned string_line;
        unsigned long_from, long_to;  /* the first string that seems to lack its closing quote; 0: none */
        char curly[PASTED_TEXT_SIZE]; /* what stands in that quote's place; "": nothing like it */
        unsigned renamed;
};

__attribute__((format(printf, 3, 4))) static int scan_refuse(struct scan *scan, unsigned line, const char *format, ...)
{
        char text[200];
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        /* A quote that is missing turns all that follows inside out: it is the cause, the rest its echo. */
        if (scan->long_from > 0 && *scan->curly)
                report_error(scan->report, scan->file, scan->long_from,
                             "syntax error: the string that begins here is not closed: the character %s", scan->curly);
        else if (scan->long_from > 0)
                report_error(scan->report, scan->file, scan->long_from,
                             "syntax error: the string that begins here has no closing '\"' before line %u",
                             scan->long_to);
        else
                report_error(scan->report, scan->file, line, "%s", text);
        return SCAN_REFUSED;
}

/* How much of a token a finding shows. */
static int scan_shown(size_t size)
{
        return (int)(size < 40 ? size : 40);
}

static struct scan_level *scan_innermost(struct scan *scan)
{
        return &scan->levels[scan->depth];
}

static void scan_passed(struct scan *scan, enum token token)
{
        scan->previous = token;
        scan->string_end = NULL;
        scan->last_line = scan->line;
}

static int scan_count(struct scan *scan)
{
        if (++scan->n_settings <= SCAN_SETTINGS_MAX)
                return 0;
        return scan_refuse(scan, scan->line, "more than %d settings; split the file", SCAN_SETTINGS_MAX);
}

/* A value begins: is this a place for one? */
static int scan_value(struct scan *scan)
{
        bool list = scan_innermost(scan)->list;

        if (scan->previous == TOKEN_EQUALS || (list && scan->previous != TOKEN_STRING && scan->previous != TOKEN_VALUE))
                return scan_count(scan);
        if (list)
                return scan_refuse(scan, scan->line, "syntax error: a ',' is missing before this value");
        if (scan->previous == TOKEN_NAME)
                return scan_refuse(scan, scan->line, "syntax error: a '=' is missing after %.*s",
                                   scan_shown(scan->word_size), scan->word);
        return scan_refuse(scan, scan->line, "syntax error: a name and '=' are missing before this value%s",
                           scan->depth > 0 ? ", or a '}'" : "");
}

static int scan_comment(struct scan *scan)
{
        unsigned begin = scan->line;
        const char *end;

        if (scan->at[0] == '#' || scan->at[1] == '/') {
                scan->at += strcspn(scan->at, "\n");
                return 0;
        }
        end = strstr(scan->at + 2, "*/");
        if (!end)
                return scan_refuse(scan, begin, "syntax error: the comment that begins here is never closed; add */");
        for (; scan->at < end + 2; scan->at++)
                scan->line += *scan->at == '\n';
        return 0;
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

static bool is_word_byte(char c)
{
        return (unsigned char)c >= 0x80 || is_digit(c) || (c != '\0' && strchr(LETTERS, c));
}

/* At the quote that ends a string: where that is the opening one of another string, the text of that follows on the
 * spot. */
static void scan_suspect(struct scan *scan, const char *begin, unsigned line)
{
        bool ended = *scan->at != '\0';

        if (scan->long_from > 0 || (ended && !is_word_byte(scan->at[1])))
                return;
        if (!pasted_closes_string(begin, scan->at, scan->curly) && (!ended || scan->line == line))
                return;
        scan->long_from = line;
        scan->long_to = scan->line;
}

static int scan_string(struct scan *scan)
{
        const char *begin = scan->at;
        unsigned line = scan->line;
        int r = scan->previous == TOKEN_STRING ? 0 : scan_value(scan); /* neighbouring strings are one */

        if (r != 0)
                return r;
        for (scan->at++; *scan->at && *scan->at != '"'; scan->at++) {
                if (strncmp(scan->at, "\\x00", strlen("\\x00")) == 0)
                        report_error(scan->report, scan->file, scan->line, "\\x00 would end the string here");
                if (scan->at[0] == '\\' && (scan->at[1] == '"' || scan->at[1] == '\\'))
                        scan->at++;
                scan->line += *scan->at == '\n';
        }
        scan_suspect(scan, begin, line);
        if (!*scan->at)
                return scan_refuse(scan, line, "syntax error: the string that begins here is never closed; add '\"'");
        scan->at++;
        if ((size_t)(scan->at - begin) > SCAN_STRING_MAX)
                return scan_refuse(scan, line, "a string of more than %zu bytes; is its '\"' missing?",
                                   SCAN_STRING_MAX);
        scan_passed(scan, TOKEN_STRING);
        scan->string_end = scan->at;
        scan->string_line = scan->line;
        return 0;
}

/* libconfig 1.5 silently makes another number of one that does not fit its int: the largest that does fit is put in
 * its place, which every reader finds out of range. */
static void scan_clamp(const char *number, char *digits, size_t n, bool hex)
{
        static const char decimal_max[] = "2147483647", hex_max[] = "7fffffff";
        const char *max = hex ? hex_max : decimal_max;
        size_t max_size = hex ? sizeof(hex_max) - 1 : sizeof(decimal_max) - 1;
        long long value;

        errno = 0;
        value = strtoll(number, NULL, hex ? 16 : 10);
        if (errno != ERANGE && value >= INT_MIN && value <= INT_MAX)
                return;
        memset(digits, '0', n);
        memcpy(digits + n - max_size, max, max_size);
}

/* To libconfig 1.7 a number that begins with 0 is an octal one. Blanks behind the number fill up its place. */
static void scan_drop_zeros(char *digits, size_t n, size_t suffix)
{
        size_t zeros = strspn(digits, "0");

        if (zeros == n)
                zeros = n - 1;
        memmove(digits, digits + zeros, n - zeros + suffix);
        memset(digits + n - zeros + suffix, ' ', zeros);
}

/* Whether the parser would read the whole token as a number; an integer is put so that it reads it rightly. */
static bool scan_digits(char *token, size_t size)
{
        bool hex = token[0] == '0' && (token[1] == 'x' || token[1] == 'X');
        size_t sign = hex ? 2 : strspn(token, "+-") > 0, n = strspn(token + sign, hex ? DIGITS "abcdefABCDEF" : DIGITS);
        char *end = token + sign + n;
        bool fraction = !hex && *end == '.';

        if (fraction) {
                n += strspn(end + 1, DIGITS);
                end += 1 + strspn(end + 1, DIGITS);
        }
        if (n == 0)
                return false;
        if (!hex && (*end == 'e' || *end == 'E')) {
                size_t exponent_sign = strspn(end + 1, "+-") > 0, exponent = strspn(end + 1 + exponent_sign, DIGITS);

                return exponent > 0 && (size_t)(end - token) + 1 + exponent_sign + exponent == size;
        }
        if (fraction)
                return (size_t)(end - token) == size;
        size_t suffix = *end == 'L' ? 1 + (end[1] == 'L') : 0; /* 64 bits, which the parser reads well */
        if (sign + n + suffix != size)
                return false;
        if (suffix == 0)
                scan_clamp(token, token + sign, n, hex);
        if (!hex)
                scan_drop_zeros(token + sign, n, suffix);
        return true;
}

static int scan_number(struct scan *scan)
{
        size_t size = strspn(scan->at, LETTERS DIGITS "_.:+-");
        int r = scan_value(scan);

        if (r != 0)
                return r;
        if (!scan_digits(scan->at, size))
                return scan_refuse(scan, scan->line,
                                   "syntax error: %.*s is no number; a date, a time or a span stands in quotes",
                                   scan_shown(size), scan->at);
        scan->at += size;
        scan_passed(scan, TOKEN_VALUE);
        return 0;
}

static bool is_boolean(const char *word, size_t size)
{
        return (size == strlen("true") && strncasecmp(word, "true", size) == 0) ||
               (size == strlen("false") && strncasecmp(word, "false", size) == 0);
}

/* A name, or a value that can only be a boolean. */
static int scan_word(struct scan *scan)
{
        size_t size = strspn(scan->at, LETTERS DIGITS "_-*");
        bool boolean = is_boolean(scan->at, size);
        int shown = scan_shown(size);
        int r;

        if (scan->previous == TOKEN_EQUALS || scan_innermost(scan)->list) {
                r = scan_value(scan);
                if (r != 0)
                        return r;
                if (!boolean)
                        return scan_refuse(scan, scan->line, "syntax error: the text %.*s must stand in quotes", shown,
                                           scan->at);
                scan->at += size;
                scan_passed(scan, TOKEN_VALUE);
                return 0;
        }
        if (scan->previous == TOKEN_NAME)
                return scan_refuse(scan, scan->line, "syntax error: a '=' is missing after %.*s",
                                   scan_shown(scan->word_size), scan->word);
        if (boolean || *scan->at == '*')
                return scan_refuse(scan, scan->line, "syntax error: %.*s cannot be a name", shown, scan->at);
        scan->word = scan->at;
        scan->word_size = size;
        scan->at += size;
        scan_passed(scan, TOKEN_NAME);
        return 0;
}

/* Gives a repeated name one that no key has and that is new in its group. False: it is too short for that. */
static bool scan_rename(struct scan *scan)
{
        unsigned number = scan->renamed++;

        for (size_t i = scan->word_size; i-- > 1; number /= 10)
                scan->word[i] = (char)('0' + number % 10);
        scan->word[0] = '*';
        return number == 0;
}

static int scan_keep_name(struct scan *scan)
{
        int r = ARRAY_GROW(scan->names, scan->n_names, scan->names_room);

        if (r < 0)
                return r;
        scan->names[scan->n_names++] = (struct scan_name){scan->word, scan->word_size, scan->line};
        return 0;
}

static int scan_equals(struct scan *scan)
{
        size_t first = scan_innermost(scan)->first_name;

        if (scan->previous != TOKEN_NAME)
                return scan_refuse(scan, scan->line, "syntax error: a name is missing before '%c'", *scan->at);
        scan_passed(scan, TOKEN_EQUALS);
        for (size_t i = first; i < scan->n_names; i++) {
                const struct scan_name *name = &scan->names[i];

                if (name->size != scan->word_size || memcmp(name->text, scan->word, name->size) != 0)
                        continue;
                report_error(scan->report, scan->file, scan->line, "\"%.*s\" is given twice; the first is on line %u",
                             scan_shown(name->size), name->text, name->line);
                return scan_rename(scan) ? 0 : SCAN_REFUSED;
        }
        if (scan->n_names - first >= SCAN_GROUP_MAX)
                return scan_refuse(scan, scan->line, "more than %d names in one group", SCAN_GROUP_MAX);
        return scan_keep_name(scan);
}

static int scan_open(struct scan *scan)
{
        char bracket = *scan->at;
        int r = scan_value(scan);

        if (r != 0)
                return r;
        if (scan->depth == CONFIG_DEPTH_MAX)
                return scan_refuse(scan, scan->line, "brackets are nested more than %d deep", CONFIG_DEPTH_MAX);
        if (scan_innermost(scan)->close == ']')
                report_error(scan->report, scan->file, scan->line,
                             "an array [ ] holds plain values; a list of groups or lists stands in ( )");
        if (bracket == '[')
                *scan->at = '(';
        scan->levels[++scan->depth] = (struct scan_level){
                .list = bracket != '{',
                .close = bracket == '{'   ? '}'
                         : bracket == '[' ? ']'
                                          : ')',
                .line = scan->line,
                .first_name = scan->n_names,
        };
        scan_passed(scan, TOKEN_BEGIN);
        return 0;
}

/* libconfig gives a string in a list the line of the token after it: that token is put right behind the string. */
static void scan_draw_up(struct scan *scan)
{
        char token = *scan->at;

        if (!scan->string_end || scan->string_line == scan->line || !scan_innermost(scan)->list)
                return;
        memmove(scan->string_end + 1, scan->string_end, (size_t)(scan->at - scan->string_end));
        *scan->string_end = token;
}

static int scan_close(struct scan *scan)
{
        const struct scan_level *level = scan_innermost(scan);

        if (scan->depth == 0)
                return scan_refuse(scan, scan->line, "syntax error: the '%c' closes nothing", *scan->at);
        if (*scan->at != level->close)
                return scan_refuse(scan, scan->line,
                                   "syntax error: '%c' does not match the bracket of line %u, which a '%c' closes",
                                   *scan->at, level->line, level->close);
        if (scan->previous == TOKEN_NAME || scan->previous == TOKEN_EQUALS)
                return scan_refuse(scan, scan->line, "syntax error: the value of %.*s is missing",
                                   scan_shown(scan->word_size), scan->word);
        if (level->list && scan->previous == TOKEN_SEPARATOR)
                return scan_refuse(scan, scan->line, "syntax error: nothing stands between ',' and '%c'", *scan->at);
        if (level->list)
                *scan->at = ')';
        scan_draw_up(scan);
        scan->n_names = level->first_name;
        scan->depth--;
        scan_passed(scan, TOKEN_VALUE);
        return 0;
}

static int scan_separator(struct scan *scan)
{
        bool list = scan_innermost(scan)->list;

        if (list && *scan->at == ';')
                return scan_refuse(scan, scan->line,
                                   "syntax error: the elements of a list are separated by ',', not by ';'");
        if (scan->previous != TOKEN_STRING && scan->previous != TOKEN_VALUE)
                return scan_refuse(scan, scan->line, "syntax error: a value is missing before '%c'", *scan->at);
        scan_draw_up(scan);
        scan_passed(scan, TOKEN_SEPARATOR);
        return 0;
}

static int scan_misplaced(struct scan *scan)
{
        char why[PASTED_TEXT_SIZE];
        char32_t code = 0;
        size_t n = utf8_decode(scan->at, UTF8_MAX, &code);

        if (*scan->at == '\'' || *scan->at == '`')
                return scan_refuse(scan, scan->line, "syntax error: a text stands in straight double quotes, not in %c",
                                   *scan->at);
        if (pasted_explain(scan->at, why))
                return scan_refuse(scan, scan->line, "syntax error: the character %s", why);
        if (n == 0 || utf8_kind(code) != UTF8_PLAIN)
                return scan_refuse(scan, scan->line, "syntax error: the character U+%04X is out of place; delete it",
                                   (unsigned)code);
        return scan_refuse(scan, scan->line,
                           "syntax error: the character '%.*s' is out of place; a text stands in quotes", (int)n,
                           scan->at);
}

static int scan_punctuation(struct scan *scan)
{
        char c = *scan->at;
        int r;

        switch (c) {
        case '{':
        case '(':
        case '[':
                r = scan_open(scan);
                break;
        case '}':
        case ')':
        case ']':
                r = scan_close(scan);
                break;
        case '=':
        case ':':
                r = scan_equals(scan);
                break;
        case ',':
        case ';':
                r = scan_separator(scan);
                break;
        case '@':
                return scan_refuse(scan, scan->line,
                                   strncmp(scan->at, "@include", strlen("@include")) == 0
                                           ? "@include is not supported; put the text itself here"
                                           : "syntax error: the character '@' is out of place");
        default:
                return scan_misplaced(scan);
        }
        scan->at++;
        return r;
}

static int scan_token(struct scan *scan)
{
        const char *at = scan->at;

        if (strchr(" \t\r\f\n", *at)) {
                scan->line += *at == '\n';
                scan->at++;
                return 0;
        }
        if (*at == '#' || (*at == '/' && (at[1] == '/' || at[1] == '*')))
                return scan_comment(scan);
        if (*at == '"')
                return scan_string(scan);
        if (is_digit(at[0]) || (strchr("+-.", at[0]) && is_digit(at[1])))
                return scan_number(scan);
        if (strchr(LETTERS "*", *at))
                return scan_word(scan);
        return scan_punctuation(scan);
}

static int scan_end(struct scan *scan)
{
        const struct scan_level *level = scan_innermost(scan);

        if (scan->depth > 0)
                return scan_refuse(scan, scan->last_line,
                                   "syntax error: the bracket of line %u is never closed; add '%c'", level->line,
                                   level->close);
        if (scan->previous == TOKEN_NAME || scan->previous == TOKEN_EQUALS)
                return scan_refuse(scan, scan->last_line, "syntax error: the value of %.*s is missing",
                                   scan_shown(scan->word_size), scan->word);
        return 0;
}

int scan_text(char *text, const char *file, struct report *report)
{
        struct scan scan = {.file = file, .report = report, .at = text, .line = 1, .last_line = 1};
        int r = 0;

        while (*scan.at && r == 0)
                r = scan_token(&scan);
        if (r == 0)
                r = scan_end(&scan);
        free(scan.names);
        return r;
}
