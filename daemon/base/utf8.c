/* UTF-8: the one decoder, and which characters are unfit where. */
#include "base/utf8.h"

#include <stdbool.h>

#include "base/cleanup.h"

static bool continues(char byte)
{
        return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t utf8_decode(const char *bytes, size_t size, char32_t *ret_code)
{
        static const struct {
                unsigned char mask, lead; /* of the first byte */
                char32_t smallest;        /* a smaller one has a shorter form */
        } forms[] = {{0x80, 0x00, 0x01}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
        unsigned char first = (unsigned char)bytes[0];
        size_t more = 0; /* bytes after the first */
        char32_t code;

        while (more < ELEMENTS(forms) && (first & forms[more].mask) != forms[more].lead)
                more++;
        if (more == ELEMENTS(forms) || more >= size)
                return 0;
        code = first & (unsigned char)~forms[more].mask;
        for (size_t i = 1; i <= more; i++) {
                if (!continues(bytes[i]))
                        return 0;
                code = code << 6 | ((unsigned char)bytes[i] & 0x3f);
        }
        if (code < forms[more].smallest || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
                return 0;
        *ret_code = code;
        return more + 1;
}

size_t utf8_fit(const char *text, size_t size, size_t room)
{
        if (size <= room)
                return size;
        while (room > 0 && continues(text[room]))
                room--;
        return room;
}

enum utf8_kind utf8_kind(char32_t code)
{
        static const struct {
                char32_t first, last;
                enum utf8_kind kind;
        } unfit[] = {
                {0x00, 0x1f, UTF8_CONTROL},       {0x7f, 0x9f, UTF8_CONTROL},       {0x200b, 0x200f, UTF8_HIDDEN},
                {0x2028, 0x2029, UTF8_LINE_END},  {0x202a, 0x202e, UTF8_DIRECTION}, {0x2060, 0x2065, UTF8_HIDDEN},
                {0x2066, 0x2069, UTF8_DIRECTION}, {0x206a, 0x206f, UTF8_HIDDEN},    {0xfeff, 0xfeff, UTF8_HIDDEN},
        };

        for (size_t i = 0; i < ELEMENTS(unfit) && code >= unfit[i].first; i++)
                if (code <= unfit[i].last)
                        return unfit[i].kind;
        return UTF8_PLAIN;
}
