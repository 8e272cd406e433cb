/* The text of an answer as tokens. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/answer-private.h"

#define LINE_FULL 50 /* columns: programs break longer lines (RFC 3676 section 4.2), and the sentence goes on */

#define FIRST_FULL_WIDTH 0xff01 /* as East Asian fonts have ASCII, to U+FF5E */
#define LAST_FULL_WIDTH 0xff5e

struct reading {
        struct passage *passage;
        const char *at;
        const char *line; /* where it begins */
        unsigned sentence, clause;
        bool overflow;
};

/* A character as today's keyboards give it: ASCII for full width, one blank for all, one dash; 0: it does not show. */
static char32_t plain_character(char32_t code)
{
        if (code >= FIRST_FULL_WIDTH && code <= LAST_FULL_WIDTH)
                return code - FIRST_FULL_WIDTH + '!';
        if (code == '\t' || code == 0xa0 || (code >= 0x2000 && code <= 0x200a) || code == 0x202f || code == 0x3000)
                return ' ';
        if (code >= 0x2010 && code <= 0x2015)
                return '-';
        if (code == 0x2022 || code == 0xb7) /* bullets */
                return '*';
        if (code == 0x2026)
                return '.';
        if (code == 0x2028 || code == 0x2029)
                return '\n';
        return code == '\r' || code == 0xad || utf8_kind(code) == UTF8_HIDDEN ? 0 : code;
}

/* Never makes it longer. */
static void copy_plain(const char *text, char *to)
{
        for (size_t length; *text; text += length) {
                char32_t code = 0, plain;

                length = utf8_decode(text, UTF8_MAX, &code);
                plain = length ? plain_character(code) : '\x7f'; /* which no rule takes */
                if (length && plain == code)
                        to = mempcpy(to, text, length);
                else if (plain)
                        *to++ = (char)plain;
                length = length ? length : 1;
        }
        *to = '\0';
}

static struct token *add_token(struct reading *reading, enum token_kind kind, const char *end)
{
        struct passage *passage = reading->passage;
        struct token *token = &passage->tokens[passage->n_tokens];

        if (passage->n_tokens == ANSWER_WORDS_MAX) {
                reading->overflow = true;
                return NULL;
        }
        passage->n_tokens++;
        *token = (struct token){
                .kind = kind,
                .sentence = reading->sentence,
                .clause = reading->clause,
                .at = reading->at,
                .size = (size_t)(end - reading->at),
        };
        reading->at = end;
        return token;
}

static bool is_digit(char character)
{
        return character >= '0' && character <= '9';
}

/* Where a number like 145/BC-STP or 0214.3.840.123 ends; NULL: it is none. */
static const char *reference_end(const char *at)
{
        const char *end = at + strspn(at, "0123456789./-");
        bool letters = isupper((unsigned char)*end) || (unsigned char)*end == 0xc4; /* Đ */

        if (letters && (end[-1] == '/' || end[-1] == '-')) {
                while (isalnum((unsigned char)*end) || strchr("/-&.", *end ? *end : ' ') || (unsigned char)*end > 0x7f)
                        end++;
        } else if (letters || isalpha((unsigned char)*end) || (unsigned char)*end > 0x7f || *end == '%')
                return NULL;
        while (strchr("./-", end[-1]))
                end--;
        return end;
}

/* Where 17h30, 9h or 17:00 ends; NULL: it is no time of day. */
static const char *clock_end(const char *at)
{
        size_t digits = strspn(at, "0123456789");
        const char *minutes = at + digits + 1;

        if (digits > 2 || !at[digits] || !strchr("hgHG:", at[digits]) || (at[digits] == ':' && !is_digit(*minutes)))
                return NULL;
        minutes += strspn(minutes, "0123456789");
        if (strtol(at, NULL, 10) > 24)
                return NULL;
        return isalnum((unsigned char)*minutes) || (unsigned char)*minutes > 0x7f ? NULL : minutes;
}

/* Where numbers like 14, 15/6 or 15-06-2026 end; NULL: it is something else. */
static const char *numbers_end(const char *at, int32_t numbers[static 3], unsigned *ret_n)
{
        char sign = '\0';
        unsigned n = 0;

        for (;; at++) {
                size_t digits = strspn(at, "0123456789");

                /* A year has no 0 before it: "0912.345.678" is a telephone. */
                if (digits == 0 || digits > 4 || n == 3 || (digits > 2 && *at == '0'))
                        return NULL;
                numbers[n] = 0;
                for (size_t i = 0; i < digits; i++)
                        numbers[n] = numbers[n] * 10 + (at[i] - '0');
                n++;
                at += digits;
                if (!*at || !strchr("/.-", *at) || !is_digit(at[1]))
                        break;
                if (sign && sign != *at)
                        return NULL;
                sign = *at;
        }
        *ret_n = n;
        if (*at == '%')
                return n == 1 && numbers[0] == 100 ? at + 1 : NULL;
        if ((*at == '/' || *at == '-') && (isalpha((unsigned char)at[1]) || (unsigned char)at[1] > 0x7f))
                return NULL;
        return isalpha((unsigned char)*at) || (unsigned char)*at > 0x7f ? NULL : at;
}

static void read_digits(struct reading *reading)
{
        int32_t numbers[3] = {0};
        unsigned n = 0;
        const char *end = clock_end(reading->at);
        struct token *token;

        if (end) {
                (void)add_token(reading, TOKEN_CLOCK, end);
                return;
        }
        end = numbers_end(reading->at, numbers, &n);
        if (end) {
                token = add_token(reading, TOKEN_NUMBERS, end);
                if (token) {
                        memcpy(token->numbers, numbers, sizeof(numbers));
                        token->n_numbers = n;
                }
                return;
        }
        end = reference_end(reading->at);
        if (end)
                (void)add_token(reading, TOKEN_REFERENCE, end);
        else
                (void)add_token(reading, TOKEN_UNREAD, reading->at + strcspn(reading->at, " \n,;"));
}

/* An address of mail or the web. */
static bool read_address(struct reading *reading)
{
        size_t size = strcspn(reading->at, " \n,;()<>\"");

        if (!memchr(reading->at, '@', size) && !memmem(reading->at, size, "://", 3))
                return false;
        (void)add_token(reading, TOKEN_REFERENCE, reading->at + size);
        return true;
}

static void read_word(struct reading *reading)
{
        const char *end = reading->at;
        struct syllable syllable;
        struct token *token;
        bool known = syllable_read(&end, &syllable);

        if (end == reading->at) { /* a sign that no rule takes */
                char32_t code;

                end += utf8_decode(end, UTF8_MAX, &code);
        }
        token = add_token(reading, known ? TOKEN_WORD : TOKEN_UNREAD, end);
        if (token && known) {
                token->syllable = syllable;
                reading->passage->marked |= syllable.marked;
        }
}

static void end_sentence(struct reading *reading)
{
        reading->sentence++;
        reading->clause++;
}

static void end_line(struct reading *reading)
{
        if (reading->at - reading->line < LINE_FULL || reading->at[1] == '\n')
                end_sentence(reading);
        reading->line = reading->at + 1;
}

/* A share of something, and no day: 5 / 10. */
static bool is_share(const char *slash)
{
        const char *behind = slash + 1 + strspn(slash + 1, " ");

        return *slash == '/' && is_digit(*behind);
}

static bool read_sign(struct reading *reading)
{
        if (is_share(reading->at))
                return false;
        switch (*reading->at) {
        case '\n':
                end_line(reading);
                break;
        case '.':
        case '!':
        case ';':
                end_sentence(reading);
                break;
        case '?':
                reading->passage->question = true;
                break;
        case ',':
        case ':':
        case '(':
        case ')':
        case '-':
        case '/':
        case '*':
        case '+':
                reading->clause++;
                break;
        case '&':
        case ' ':
                break;
        default:
                return false;
        }
        reading->at++;
        return true;
}

bool passage_read(const char *text, struct passage *ret)
{
        struct reading reading = {.passage = ret, .at = ret->text, .line = ret->text};

        ret->n_tokens = 0;
        ret->marked = ret->question = false;
        if (strlen(text) > ANSWER_TEXT_MAX)
                return false;
        copy_plain(text, ret->text);
        while (*reading.at && !reading.overflow)
                if (is_digit(*reading.at))
                        read_digits(&reading);
                else if (!read_sign(&reading) && !read_address(&reading))
                        read_word(&reading);
        return !reading.overflow;
}
