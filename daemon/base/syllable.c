/* Vietnamese syllables, however they are typed. */
#include "base/syllable.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"

enum {
        FIRST_COMPOSED = 0x1ea0, /* to U+1EF9: the block that Unicode made for Vietnamese */
        LAST_COMPOSED = 0x1ef9,
};

/* A letter, its mark ('^' circumflex, '(' breve, '+' horn, '-' stroke; 0: none), and its tone as a digit (0: level). */
struct letter {
        char base, mark, tone;
        bool capital;
};

#define GRAVE '1'
#define ACUTE '2'
#define HOOK '3'
#define TILDE '4'
#define DOT '5'

/* Small and capital follow each other, the capital first. */
static const char composed[][4] = {
        "a 5", "a 3", "a^2", "a^1", "a^3", "a^4", "a^5", "a(2", "a(1", "a(3", "a(4", "a(5", "e 5", "e 3", "e 4",
        "e^2", "e^1", "e^3", "e^4", "e^5", "i 3", "i 5", "o 5", "o 3", "o^2", "o^1", "o^3", "o^4", "o^5", "o+2",
        "o+1", "o+3", "o+4", "o+5", "u 5", "u 3", "u+2", "u+1", "u+3", "u+4", "u+5", "y 1", "y 5", "y 3", "y 4",
};

/* Those of older blocks, as their small letters; U+00F0 is Icelandic, and what old fonts gave for đ. */
static const struct {
        char32_t small, capital;
        char letter[4];
} older[] = {
        {0xe0, 0xc0, "a 1"},   {0xe1, 0xc1, "a 2"},   {0xe2, 0xc2, "a^ "},   {0xe3, 0xc3, "a 4"},
        {0xe8, 0xc8, "e 1"},   {0xe9, 0xc9, "e 2"},   {0xea, 0xca, "e^ "},   {0xec, 0xcc, "i 1"},
        {0xed, 0xcd, "i 2"},   {0xf2, 0xd2, "o 1"},   {0xf3, 0xd3, "o 2"},   {0xf4, 0xd4, "o^ "},
        {0xf5, 0xd5, "o 4"},   {0xf9, 0xd9, "u 1"},   {0xfa, 0xda, "u 2"},   {0xfd, 0xdd, "y 2"},
        {0xf0, 0xd0, "d- "},   {0x103, 0x102, "a( "}, {0x111, 0x110, "d- "}, {0x129, 0x128, "i 4"},
        {0x169, 0x168, "u 4"}, {0x1a1, 0x1a0, "o+ "}, {0x1b0, 0x1af, "u+ "}, {0x256, 0x189, "d- "},
};

static const struct {
        char32_t code;
        char mark, tone;
} combining[] = {
        {0x300, 0, GRAVE}, {0x301, 0, ACUTE}, {0x303, 0, TILDE}, {0x309, 0, HOOK}, {0x323, 0, DOT},
        {0x340, 0, GRAVE}, {0x341, 0, ACUTE}, {0x302, '^', 0},   {0x306, '(', 0},  {0x31b, '+', 0},
};

static struct letter letter_of(const char written[static 3], bool capital)
{
        return (struct letter){
                .base = written[0],
                .mark = written[1] == ' ' ? '\0' : written[1],
                .tone = written[2] == ' ' ? '\0' : written[2],
                .capital = capital,
        };
}

static bool read_letter(char32_t code, struct letter *ret)
{
        if ((code | 0x20) >= 'a' && (code | 0x20) <= 'z') {
                *ret = (struct letter){.base = (char)(code | 0x20), .capital = !(code & 0x20)};
                return true;
        }
        if (code >= FIRST_COMPOSED && code <= LAST_COMPOSED) {
                *ret = letter_of(composed[(code - FIRST_COMPOSED) / 2], code % 2 == 0);
                return true;
        }
        for (size_t i = 0; i < ELEMENTS(older); i++)
                if (code == older[i].small || code == older[i].capital) {
                        *ret = letter_of(older[i].letter, code == older[i].capital);
                        return true;
                }
        return false;
}

/* A mark that follows its letter: becomes part of it. */
static bool read_combining(char32_t code, struct letter *letter)
{
        for (size_t i = 0; i < ELEMENTS(combining); i++)
                if (code == combining[i].code) {
                        letter->mark = combining[i].mark ? combining[i].mark : letter->mark;
                        letter->tone = combining[i].tone ? combining[i].tone : letter->tone;
                        return true;
                }
        return false;
}

/* Of another alphabet, or a mark without a letter: what stands below U+2000, but for the signs of Latin 1. */
static bool is_foreign(char32_t code)
{
        return code >= 0xc0 && code < 0x2000;
}

struct filling {
        struct syllable *syllable;
        size_t n_bare, n_full;
        char tone;
        bool fits;
};

static void put_letter(struct filling *filling, const struct letter *letter)
{
        struct syllable *syllable = filling->syllable;

        if (filling->n_full + sizeof("a^5") > SYLLABLE_SIZE) {
                filling->fits = false;
                return;
        }
        if (filling->n_bare == 0)
                syllable->capital = letter->capital;
        syllable->capitals &= letter->capital;
        syllable->bare[filling->n_bare++] = letter->base;
        syllable->full[filling->n_full++] = letter->base;
        if (letter->mark)
                syllable->full[filling->n_full++] = letter->mark;
        if (letter->tone)
                filling->tone = letter->tone;
        syllable->marked |= letter->mark || letter->tone;
}

bool syllable_read(const char **text, struct syllable *ret)
{
        struct filling filling = {.syllable = ret, .fits = true};
        struct letter letter = {0};
        char32_t code;
        const char *at = *text;

        *ret = (struct syllable){.capitals = true};
        for (size_t length; (length = utf8_decode(at, UTF8_MAX, &code)) > 0; at += length) {
                if (letter.base && read_combining(code, &letter))
                        continue;
                if (letter.base)
                        put_letter(&filling, &letter);
                letter = (struct letter){0};
                if (read_letter(code, &letter))
                        continue;
                if (!is_foreign(code))
                        break;
                filling.fits = false;
        }
        if (letter.base)
                put_letter(&filling, &letter);
        if (filling.tone)
                ret->full[filling.n_full] = filling.tone;
        ret->capitals &= filling.n_bare > 1;
        *text = at;
        return filling.fits && filling.n_bare > 0;
}

bool syllable_same(const struct syllable *a, const struct syllable *b)
{
        return strcmp(a->full, b->full) == 0;
}

bool syllable_alike(const struct syllable *a, const struct syllable *b)
{
        return strcmp(a->bare, b->bare) == 0;
}
