/* The client's side of IMAP: a reader of responses that counts literals instead of looking into them. */
#include "incoming/imap.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

#define TAG "r" /* and a number: libcurl, which logs in, has those with A */

static void response_clear(struct imap_response *response)
{
        text_clear(&response->line);
        text_clear(&response->kept);
        *response = (struct imap_response){.line.limit = IMAP_LINE_MAX};
}

void imap_clear(struct imap *imap)
{
        response_clear(&imap->response);
        free(imap->words);
        imap->words = NULL;
}

/* ---- bytes ---- */

int imap_wait(struct imap *imap)
{
        int r;

        if (imap->at < imap->end)
                return 0;
        imap->at = imap->end = 0;
        r = imap->wire.read(imap->wire.userdata, imap->buffer, sizeof(imap->buffer), &imap->end);
        if (r < 0)
                imap->end = 0;
        return r;
}

/* Adds to the line what comes up to a line end, which is left out. */
static int read_line(struct imap *imap)
{
        struct text *line = &imap->response.line;

        for (;;) {
                const char *from, *end;
                size_t n;
                int r = imap_wait(imap);

                if (r < 0)
                        return r;
                from = imap->buffer + imap->at;
                end = memchr(from, '\n', imap->end - imap->at);
                n = end ? (size_t)(end - from) : imap->end - imap->at;
                text_add(line, from, n);
                imap->at += n + (end != NULL);
                if (line->error)
                        return line->error == -E2BIG ? -EPROTO : line->error;
                if (end)
                        break;
        }
        if (line->size > 0 && line->data[line->size - 1] == '\r')
                line->data[--line->size] = '\0';
        return 0;
}

static int read_literal(struct imap *imap, size_t at, size_t size)
{
        struct imap_response *response = &imap->response;
        struct imap_literal *literal = &response->literals[response->n_literals];
        size_t left = size;

        if (response->n_literals == IMAP_LITERALS)
                return -EPROTO;
        *literal = (struct imap_literal){.at = at, .offset = response->kept.size};
        response->n_literals++;
        while (left > 0) {
                size_t n, kept;
                int r = imap_wait(imap);

                if (r < 0)
                        return r;
                n = imap->end - imap->at < left ? imap->end - imap->at : left;
                kept = n < IMAP_KEPT - response->kept.size ? n : IMAP_KEPT - response->kept.size;
                text_add(&response->kept, imap->buffer + imap->at, kept);
                imap->at += n;
                left -= n;
        }
        literal->size = response->kept.size - literal->offset;
        return response->kept.error;
}

/* ---- responses ---- */

/* Whether what follows the tag is text for people, in which braces mean nothing. */
static bool is_prose(const char *line)
{
        static const char *const names[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
        const char *at = strchr(line, ' ');

        if (line[0] == '+' || !at)
                return true;
        at++;
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                size_t n = strlen(names[i]);

                if (strncasecmp(at, names[i], n) == 0 && (at[n] == ' ' || at[n] == '\0'))
                        return true;
        }
        return false;
}

/* Whether a line that was read so far ends in "{size}", outside of a quoted string. 0: no; 1; -EPROTO. */
static int announces_literal(const struct text *line, size_t *ret_at, size_t *ret_size)
{
        const char *brace = line->size > 0 && line->data[line->size - 1] == '}' ? strrchr(line->data, '{') : NULL;
        bool quoted = false;
        size_t size = 0;

        if (!brace || is_prose(line->data))
                return 0;
        for (const char *at = line->data; at < brace; at++)
                if (*at == '"')
                        quoted = !quoted;
                else if (quoted && *at == '\\' && at + 1 < brace)
                        at++;
        if (quoted || brace[1] == '}')
                return 0;
        for (const char *at = brace + 1; *at != '}'; at++) {
                if (*at < '0' || *at > '9')
                        return 0;
                size = size * 10 + (size_t)(*at - '0');
                if (size > IMAP_LITERAL_MAX)
                        return -EPROTO;
        }
        *ret_at = (size_t)(brace - line->data);
        *ret_size = size;
        return 1;
}

int imap_read(struct imap *imap)
{
        struct imap_response *response = &imap->response;
        size_t at = 0, size = 0;
        int r;

        response_clear(response);
        do {
                r = read_line(imap);
                if (r == 0)
                        r = announces_literal(&response->line, &at, &size);
                if (r > 0) {
                        r = read_literal(imap, at, size);
                        r = r < 0 ? r : 1;
                }
        } while (r > 0);
        /* A NUL is in no line of the protocol, and would hide what follows it. */
        if (r == 0 && (response->line.size == 0 || strlen(response->line.data) != response->line.size))
                return -EPROTO;
        return r;
}

int imap_send(struct imap *imap, const char *format, ...)
{
        CLEANUP_FREE char *body = NULL, *whole = NULL;
        va_list arguments;
        int n;

        va_start(arguments, format);
        n = vasprintf(&body, format, arguments);
        va_end(arguments);
        if (n < 0 || asprintf(&whole, TAG "%u %s\r\n", ++imap->tag, body) < 0)
                return -ENOMEM;
        return imap->wire.write(imap->wire.userdata, whole, strlen(whole));
}

static int end_of(struct imap *imap, const char *words)
{
        static const char *const names[] = {[IMAP_OK] = "OK", [IMAP_NO] = "NO", [IMAP_BAD] = "BAD"};

        free(imap->words);
        imap->words = text_line(words);
        if (!imap->words)
                return -ENOMEM;
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                size_t n = strlen(names[i]);

                if (strncasecmp(words, names[i], n) == 0 && (words[n] == ' ' || words[n] == '\0'))
                        return (int)i;
        }
        return -EPROTO;
}

int imap_finish(struct imap *imap, imap_take *take, void *userdata)
{
        char tag[sizeof(TAG) + 12];

        (void)snprintf(tag, sizeof(tag), TAG "%u ", imap->tag);
        for (;;) {
                const char *line;
                int r = imap_read(imap);

                if (r < 0)
                        return r;
                line = imap->response.line.data;
                if (strncmp(line, tag, strlen(tag)) == 0)
                        return end_of(imap, line + strlen(tag));
                if (strncmp(line, "* ", 2) != 0 && line[0] != '+')
                        return -EPROTO; /* an answer to what was not asked: out of step */
                if (imap_is(&imap->response, "BYE", NULL)) {
                        (void)end_of(imap, line + 2);
                        return -ECONNRESET;
                }
                r = take && line[0] == '*' ? take(userdata, &imap->response) : 0;
                if (r < 0)
                        return r;
        }
}

/* ---- what they say ---- */

static uint32_t read_number(const char **at)
{
        unsigned long number;
        char *end;

        if (**at < '0' || **at > '9')
                return 0;
        number = strtoul(*at, &end, 10);
        *at = end;
        return number > UINT32_MAX ? 0 : (uint32_t)number; /* none of IMAP's has more */
}

/* Behind "* " or "* NUMBER "; NULL: it is tagged. */
static const char *name_of(const struct imap_response *response, uint32_t *ret_number)
{
        const char *at = response->line.data;

        if (strncmp(at, "* ", 2) != 0)
                return NULL;
        at += 2;
        *ret_number = read_number(&at);
        return at + strspn(at, " ");
}

bool imap_is(const struct imap_response *response, const char *name, uint32_t *ret_number)
{
        uint32_t number;
        const char *at = name_of(response, &number);
        size_t n = strlen(name);

        if (!at || strncasecmp(at, name, n) != 0 || (at[n] != ' ' && at[n] != '\0'))
                return false;
        if (ret_number)
                *ret_number = number;
        return true;
}

bool imap_lists(const struct imap_response *response, const char *word)
{
        size_t n = strlen(word);

        for (const char *at = response->line.data; at; at = strchr(at, ' ')) {
                at += strspn(at, " ");
                if (strncasecmp(at, word, n) == 0 && (at[n] == ' ' || at[n] == '\0'))
                        return true;
        }
        return false;
}

uint32_t imap_code(const struct imap_response *response, const char *name)
{
        const char *at = strchr(response->line.data, '[');
        size_t n = strlen(name);

        if (!imap_is(response, "OK", NULL) || !at || strncasecmp(at + 1, name, n) != 0 || at[1 + n] != ' ')
                return 0;
        at += n + 2;
        return read_number(&at);
}

/* Where a value ends: a list, a quoted string, a literal, or a word. NULL: it does not. */
static const char *skip_value(const char *value)
{
        unsigned depth = 0;
        const char *at = value;

        do {
                at += strspn(at, " ");
                if (*at == '\0')
                        return NULL;
                if (*at == '(') {
                        depth++;
                        at++;
                } else if (*at == ')') {
                        if (depth == 0)
                                return NULL;
                        depth--;
                        at++;
                } else if (*at == '"') {
                        for (at++; *at && *at != '"'; at++)
                                if (*at == '\\' && at[1])
                                        at++;
                        if (*at++ != '"')
                                return NULL;
                } else
                        at += strcspn(at, " ()\"");
        } while (depth > 0);
        return at;
}

/* The bytes of BODY[]: a literal, or nothing. Any other string has no line ends, and is no mail. */
static bool read_body(const struct imap_response *response, const char *value, struct imap_message *ret)
{
        size_t at = (size_t)(value - response->line.data);

        if (strncasecmp(value, "NIL", 3) == 0 || strncmp(value, "\"\"", 2) == 0) {
                ret->body = "";
                ret->size = 0;
                return true;
        }
        for (size_t i = 0; i < response->n_literals; i++)
                if (response->literals[i].at == at) {
                        ret->body = response->kept.data ? response->kept.data + response->literals[i].offset : "";
                        ret->size = response->literals[i].size;
                        return true;
                }
        return false;
}

bool imap_message(const struct imap_response *response, struct imap_message *ret)
{
        const char *at;
        uint32_t number;

        *ret = (struct imap_message){.uid = 0};
        if (!imap_is(response, "FETCH", NULL))
                return false;
        at = name_of(response, &number);
        at = at ? strchr(at, '(') : NULL;
        if (!at)
                return false;
        at++;
        for (;;) {
                const char *name = at + strspn(at, " "), *value;

                if (*name == ')')
                        return true;
                at = name + strcspn(name, " ()[");
                if (*at == '[')
                        at += strcspn(at, "]"); /* BODY[HEADER.FIELDS (DATE)] */
                at += strcspn(at, " ");
                value = at + strspn(at, " ");
                at = skip_value(value);
                if (!at || at == value)
                        return false;
                if (strncasecmp(name, "UID ", 4) == 0) {
                        const char *digits = value;

                        ret->uid = read_number(&digits);
                } else if (strncasecmp(name, "BODY[]", 6) == 0 && !read_body(response, value, ret))
                        return false;
        }
}

/* ---- names of folders ---- */

/* What was collected of UTF-16, as base64 with a comma for the slash and without padding. */
static void add_base64(struct text *out, const unsigned char *bytes, size_t size)
{
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
        uint32_t bits = 0;
        unsigned n = 0;

        text_add_char(out, '&');
        for (size_t i = 0; i < size; i++) {
                bits = bits << 8 | bytes[i];
                for (n += 8; n >= 6; n -= 6)
                        text_add_char(out, digits[bits >> (n - 6) & 63]);
        }
        if (n > 0)
                text_add_char(out, digits[bits << (6 - n) & 63]);
        text_add_char(out, '-');
}

static void add_unit(struct text *units, uint32_t unit)
{
        text_add_char(units, (char)(unit >> 8));
        text_add_char(units, (char)(unit & 0xff));
}

static void flush_units(struct text *out, struct text *units)
{
        if (units->size > 0)
                add_base64(out, (const unsigned char *)units->data, units->size);
        text_clear(units);
}

char *imap_folder(const char *name)
{
        struct text CLEANUP_TEXT out = {0}, CLEANUP_TEXT units = {0};
        char *folder;

        text_add_char(&out, '"');
        for (const char *at = name; *at;) {
                char32_t code;
                size_t n = utf8_decode(at, strnlen(at, UTF8_MAX), &code);

                if (n == 0 || code < 0x20 || code == 0x7f)
                        return NULL;
                if (code > 0xffff) {
                        add_unit(&units, 0xd800 + ((code - 0x10000) >> 10));
                        add_unit(&units, 0xdc00 + ((code - 0x10000) & 0x3ff));
                } else if (code > 0x7e)
                        add_unit(&units, code);
                else {
                        flush_units(&out, &units);
                        if (code == '"' || code == '\\')
                                text_add_char(&out, '\\');
                        text_add_char(&out, (char)code);
                        if (code == '&')
                                text_add_char(&out, '-');
                }
                at += n;
        }
        flush_units(&out, &units);
        text_add_char(&out, '"');
        return units.error || text_take(&out, &folder) < 0 ? NULL : folder;
}
