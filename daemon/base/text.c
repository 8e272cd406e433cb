/* Text: a growing buffer, and the cleaning of strings from outside into one harmless line. */
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define TEXT_FIRST_CAPACITY 1024 /* a short mail's text fits after one doubling */

static bool text_grow(struct text *text, size_t more)
{
        size_t needed;
        if (__builtin_add_overflow(text->size, more, &needed) || needed == SIZE_MAX ||
            (text->limit && needed > text->limit)) {
                text->error = -E2BIG;
                return false;
        }
        size_t capacity = text->capacity ? text->capacity : TEXT_FIRST_CAPACITY;
        while (capacity < needed + 1)
                capacity = capacity > SIZE_MAX / 2 ? needed + 1 : capacity * 2;
        if (text->limit && capacity > text->limit + 1)
                capacity = text->limit + 1; /* so what fits is within the limit */
        char *data = realloc(text->data, capacity);
        if (!data) {
                text->error = -ENOMEM;
                return false;
        }
        text->data = data;
        text->capacity = capacity;
        return true;
}

static inline bool text_reserve(struct text *text, size_t more)
{
        return !text->error && (more < text->capacity - text->size || text_grow(text, more));
}

void text_add(struct text *text, const char *bytes, size_t size)
{
        if (!size || !text_reserve(text, size))
                return;
        memcpy(text->data + text->size, bytes, size);
        text->size += size;
        text->data[text->size] = '\0';
}

void text_add_char(struct text *text, char character)
{
        if (!text_reserve(text, 1))
                return;
        text->data[text->size++] = character;
        text->data[text->size] = '\0';
}

void text_add_string(struct text *text, const char *string)
{
        text_add(text, string, strlen(string));
}

void text_add_format(struct text *text, const char *format, ...)
{
        va_list args, again;
        va_start(args, format);
        va_copy(again, args);
        size_t room = text->capacity - text->size;
        int size = vsnprintf(room ? text->data + text->size : NULL, room, format, args);
        if (size < 0)
                text->error = -ENOMEM;
        else if (text_reserve(text, (size_t)size)) {
                if ((size_t)size >= room)
                        vsnprintf(text->data + text->size, (size_t)size + 1, format, again);
                text->size += (size_t)size;
        }
        va_end(again);
        va_end(args);
}

void text_add_escaped(struct text *out, const char *string)
{
        for (;; string++) {
                size_t plain = strcspn(string, "&<>\"'");
                text_add(out, string, plain);
                string += plain;
                switch (*string) {
                case '\0':
                        return;
                case '&':
                        text_add_string(out, "&amp;");
                        break;
                case '<':
                        text_add_string(out, "&lt;");
                        break;
                case '>':
                        text_add_string(out, "&gt;");
                        break;
                case '"':
                        text_add_string(out, "&quot;");
                        break;
                default:
                        text_add_string(out, "&#39;");
                        break;
                }
        }
}

int text_take(struct text *text, char **ret)
{
        if (!text->error && !text->data)
                text_grow(text, 0);
        if (text->error)
                return text->error;
        text->data[text->size] = '\0';
        *ret = TAKE_PTR(text->data);
        text_clear(text);
        return 0;
}

void text_clear(struct text *text)
{
        free(text->data);
        *text = (struct text){.limit = text->limit};
}

void text_list_free(char **list)
{
        for (char **string = list; string && *string; string++)
                free(*string);
        free(list);
}

static bool is_blank(char32_t code)
{
        return code == ' ' || utf8_kind(code) & UTF8_BREAKS;
}

/* Whether text_line() leaves it, as it is. */
static bool is_left(char32_t code)
{
        return code != ' ' && !(utf8_kind(code) & UTF8_STEERS);
}

bool text_shows(const char *string)
{
        for (size_t length; *string; string += length) {
                char32_t code = 0xfffd;
                length = utf8_decode(string, UTF8_MAX, &code);
                if (is_left(code))
                        return true;
        }
        return false;
}

/* Bytes of a character that is not ASCII, if text_line() leaves it; 0 else. */
static size_t foreign_size(const char *at)
{
        const unsigned char *b = (const unsigned char *)at;
        /* U+00C0 to U+07FF and U+1000 to U+1FFF: most letters of Vietnamese, and nothing that it takes away. */
        if (b[0] >= 0xc3 && b[0] <= 0xdf && b[1] >> 6 == 2)
                return 2;
        if (b[0] == 0xe1 && b[1] >> 6 == 2 && b[2] >> 6 == 2)
                return 3;
        char32_t code;
        size_t length = utf8_decode(at, UTF8_MAX, &code);
        return length && is_left(code) ? length : 0;
}

/* The first character that text_line() does not leave, or a blank, or the end. */
static const char *word_end(const char *at)
{
        for (size_t size;; at += size) {
                while (*at > ' ' && *at < 0x7f)
                        at++;
                size = (unsigned char)*at < 0x80 ? 0 : foreign_size(at);
                if (!size)
                        return at;
        }
}

bool text_is_line(const char *string)
{
        if (!*string)
                return true;
        for (;; string++) {
                const char *end = word_end(string);
                if (end == string || *end != ' ')
                        return end != string && !*end;
                string = end;
        }
}

char *text_line(const char *string)
{
        CLEANUP_TEXT struct text text = {0};
        size_t size = string ? strlen(string) : 0;
        if (size && text_is_line(string)) /* as nearly all are */
                return strdup(string);
        bool blank = false; /* one is owed before the next character */
        for (size_t i = 0; i < size;) {
                char32_t code = 0xfffd;
                size_t length = utf8_decode(string + i, size - i, &code);
                const char *from = length ? string + i : "\xef\xbf\xbd";
                size_t width = length ? length : 3;
                i += length ? length : 1;
                if (utf8_kind(code) == UTF8_DIRECTION)
                        continue;
                if (is_blank(code)) {
                        blank = text.size > 0;
                        continue;
                }
                if (blank)
                        text_add_char(&text, ' ');
                blank = false;
                text_add(&text, from, width);
        }
        char *line = NULL;
        return text_take(&text, &line) < 0 ? NULL : line;
}
