/* Words: what a server said, fit for a journal line, a table and a mail to the contact. */
#include "transport/words.h"

#include <string.h>

/* Length of the UTF-8 sequence at `bytes` and its character; 0: none (RFC 3629: no overlong form, no surrogate,
 * nothing above U+10FFFF). */
static size_t decode(const unsigned char *bytes, size_t size, uint32_t *ret_character)
{
        static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
        size_t length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xc2 ? 0 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;

        if (length == 0 || length > size || bytes[0] > 0xf4)
                return 0;
        uint32_t character = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);
        for (size_t i = 1; i < length; i++) {
                if ((bytes[i] & 0xc0) != 0x80)
                        return 0;
                character = character << 6 | (bytes[i] & 0x3f);
        }
        if (character < smallest[length] || character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff))
                return 0;
        *ret_character = character;
        return length;
}

static bool is_hidden(uint32_t character)
{
        return (character >= 0x80 && character < 0xa0) ||      /* C1 controls */
               (character >= 0x200b && character <= 0x200f) || /* zero width, direction marks */
               (character >= 0x2028 && character <= 0x202e) || /* line separators, direction overrides */
               (character >= 0x2060 && character <= 0x206f) || character == 0xfeff;
}

void words_printable(const char *bytes, size_t size, char ret[static TRANSFER_ANSWER_MAX + 1])
{
        const unsigned char *in = (const unsigned char *)bytes;
        size_t length = 0;
        bool blank = false;

        for (size_t i = 0, step; i < size; i += step) {
                uint32_t character = 0;
                size_t width = decode(in + i, size - i, &character);
                step = width ? width : 1;
                if (width == 1 && (character <= ' ' || character == 0x7f)) {
                        blank = length > 0;
                        continue;
                }
                bool good = width > 0 && !is_hidden(character);
                size_t need = (good ? width : 1) + blank;
                if (length + need > TRANSFER_ANSWER_MAX)
                        break;
                if (blank)
                        ret[length++] = ' ';
                blank = false;
                if (good)
                        memcpy(ret + length, bytes + i, width);
                else
                        ret[length] = '?';
                length += good ? width : 1;
        }
        ret[length] = '\0';
}
