/* Header fields of a message: RFC 2047 words, RFC 5322 folding and dates. */
#include "message/header.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/utf8.h"

#define LINE_COLUMNS 76 /* RFC 2047, section 2: a line that holds an encoded word */
#define WORD_MAX 75     /* same: an encoded word */
#define WORD_OPEN "=?UTF-8?B?"
#define WORD_CLOSE "?="
#define WORD_FRAME (sizeof(WORD_OPEN WORD_CLOSE) - 1)
#define WORD_LEAST (WORD_FRAME + 16) /* columns below which a new line is better than a short word */

struct field {
        struct text text;
        size_t column;
        bool begun; /* something stands behind the name */
};

static void put(struct field *field, const char *bytes, size_t size)
{
        text_add(&field->text, bytes, size);
        field->column += size;
}

static void open_field(struct field *field, const char *name)
{
        put(field, name, strlen(name));
        put(field, ":", 1);
}

static void fold(struct field *field)
{
        text_add_string(&field->text, "\r\n");
        field->column = 0;
}

/* A word that cannot be broken, after a blank or on a new line. */
static void put_word(struct field *field, const char *word, size_t size)
{
        if (field->column + 1 + size > LINE_COLUMNS)
                fold(field);
        put(field, " ", 1);
        put(field, word, size);
        field->begun = true;
}

static void put_words(struct field *field, const char *value)
{
        while (*value) {
                size_t size = strcspn(value, " ");
                put_word(field, value, size);
                value += size + strspn(value + size, " ");
        }
}

static size_t encode_base64(const unsigned char *bytes, size_t size, char *ret)
{
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        size_t n = 0;
        for (size_t i = 0; i < size; i += 3) {
                uint32_t group = (uint32_t)bytes[i] << 16;
                if (i + 1 < size)
                        group |= (uint32_t)bytes[i + 1] << 8;
                if (i + 2 < size)
                        group |= bytes[i + 2];
                ret[n++] = digits[group >> 18];
                ret[n++] = digits[group >> 12 & 63];
                ret[n++] = i + 1 < size ? digits[group >> 6 & 63] : '=';
                ret[n++] = i + 2 < size ? digits[group & 63] : '=';
        }
        return n;
}

/* Bytes that an encoded word can carry on a line that is filled up to a column. */
static size_t encoded_room(size_t column)
{
        size_t columns = LINE_COLUMNS - column - 1;
        return columns < WORD_LEAST ? 0 : ((columns < WORD_MAX ? columns : WORD_MAX) - WORD_FRAME) / 4 * 3;
}

static void put_encoded(struct field *field, const char *value, size_t left)
{
        while (left) {
                size_t room = encoded_room(field->column);
                /* Rather one word on a new line than two, but not below a bare name. */
                if (!room || (field->begun && left > room && left <= encoded_room(0))) {
                        fold(field);
                        room = encoded_room(0);
                }
                size_t size = utf8_fit(value, left, room);
                char word[WORD_MAX] = WORD_OPEN;
                size_t n = sizeof(WORD_OPEN) - 1;
                n += encode_base64((const unsigned char *)value, size, word + n);
                for (const char *close = WORD_CLOSE; *close; close++)
                        word[n++] = *close;
                put_word(field, word, n);
                value += size;
                left -= size;
        }
}

/* Not ASCII, to be taken for an encoded word, or with a word too long for a line. */
static bool needs_encoding(const char *value)
{
        if (strstr(value, "=?"))
                return true;
        size_t word = 0;
        for (; *value; value++) {
                word = *value == ' ' ? 0 : word + 1;
                if ((unsigned char)*value >= 0x80 || word >= LINE_COLUMNS)
                        return true;
        }
        return false;
}

static char *take(struct field *field)
{
        char *line = NULL;
        if (text_take(&field->text, &line) < 0)
                line = NULL;
        text_clear(&field->text);
        return line;
}

char *header_text(const char *name, const char *value)
{
        CLEANUP_FREE char *line = text_line(value);
        if (!line)
                return NULL;
        struct field field = {0};
        open_field(&field, name);
        if (needs_encoding(line))
                put_encoded(&field, line, strlen(line));
        else if (*line)
                put_words(&field, line);
        else
                put(&field, " ", 1);
        return take(&field);
}

/* Whether bytes may stand in a phrase as they are: RFC 5322, section 3.2.3, and no encoded word. */
static bool is_atom(const char *word, size_t size)
{
        for (size_t i = 0; i < size; i++)
                if (!isalnum((unsigned char)word[i]) && (!word[i] || !strchr("!#$%&'*+-/=?^_`{|}~", word[i])))
                        return false;
        return size < LINE_COLUMNS && !memmem(word, size, "=?", 2);
}

/* Encodes each run of words that need it and leaves the others: some readers, Python's among them, show a blank where
 * two encoded words meet in a phrase, so the fewer meet the better. */
static void put_phrase(struct field *field, const char *display)
{
        while (*display) {
                size_t run = 0, size = strcspn(display, " ");
                for (size_t at = 0; display[at] && !is_atom(display + at, size);) {
                        run = at + size;
                        at = run + strspn(display + run, " ");
                        size = strcspn(display + at, " ");
                }
                if (run)
                        put_encoded(field, display, run);
                else
                        put_word(field, display, run = size);
                display += run + strspn(display + run, " ");
        }
}

static void put_quoted(struct field *field, const char *display)
{
        CLEANUP_TEXT struct text quoted = {0};
        text_add_char(&quoted, '"');
        for (const char *at = display; *at; at++) {
                if (*at == '"' || *at == '\\')
                        text_add_char(&quoted, '\\');
                text_add_char(&quoted, *at);
        }
        text_add_char(&quoted, '"');
        if (quoted.error)
                field->text.error = quoted.error;
        else if (quoted.size < LINE_COLUMNS)
                put_word(field, quoted.data, quoted.size);
        else
                put_encoded(field, display, strlen(display));
}

static void put_display(struct field *field, const char *display)
{
        bool quotable = !needs_encoding(display), atoms = true;
        for (const char *word = display; quotable && atoms && *word; word += strspn(word, " ")) {
                size_t size = strcspn(word, " ");
                atoms = is_atom(word, size);
                word += size;
        }
        if (quotable && !atoms)
                put_quoted(field, display);
        else
                put_phrase(field, display);
}

/* An address is checked long before; here nothing of it may end the field or the brackets. */
static char *clean_address(const char *address)
{
        char *clean = text_line(address);
        if (!clean)
                return NULL;
        char *to = clean;
        for (const char *from = clean; *from; from++)
                if (*from != ' ' && *from != '<' && *from != '>')
                        *to++ = *from;
        *to = '\0';
        return clean;
}

/* "<address>", or "<local@domain>" of two parts. */
static void put_bracketed(struct field *field, const char *address, const char *domain)
{
        CLEANUP_TEXT struct text word = {0};
        text_add_char(&word, '<');
        text_add_string(&word, address);
        if (domain) {
                text_add_char(&word, '@');
                text_add_string(&word, domain);
        }
        text_add_char(&word, '>');
        if (word.error)
                field->text.error = word.error;
        else
                put_word(field, word.data, word.size);
}

char *header_mailbox(const char *name, const char *display, const char *address)
{
        CLEANUP_FREE char *shown = text_line(display);
        CLEANUP_FREE char *bare = clean_address(address);
        if (!shown || !bare)
                return NULL;
        struct field field = {0};
        open_field(&field, name);
        if (!*shown) {
                put_word(&field, bare, strlen(bare));
                return take(&field);
        }
        put_display(&field, shown);
        put_bracketed(&field, bare, NULL);
        return take(&field);
}

char *header_date(int64_t epoch_seconds, int32_t offset)
{
        static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        time_t local = (time_t)(epoch_seconds + offset);
        struct tm tm;
        if (!gmtime_r(&local, &tm))
                tm = (struct tm){.tm_mday = 1, .tm_year = 70, .tm_wday = 4}; /* a year beyond any calendar */
        int32_t minutes = (offset < 0 ? -offset : offset) / 60;
        char *line;
        int r = asprintf(&line, "Date: %s, %02d %s %04d %02d:%02d:%02d %c%02d%02d", days[tm.tm_wday], tm.tm_mday,
                         months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec, offset < 0 ? '-' : '+',
                         minutes / 60, minutes % 60);
        return r < 0 ? NULL : line;
}

char *header_message_ids(const char *name, const char *const *ids, const char *domain)
{
        CLEANUP_FREE char *host = clean_address(domain);
        if (!host)
                return NULL;
        struct field field = {0};
        open_field(&field, name);
        for (; *ids; ids++) {
                CLEANUP_FREE char *id = clean_address(*ids);
                if (id)
                        put_bracketed(&field, id, host);
                else
                        field.text.error = -ENOMEM;
        }
        return take(&field);
}

const char *header_domain(const char *address)
{
        const char *at = strrchr(address, '@');
        return at ? at + 1 : address;
}
