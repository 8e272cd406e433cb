/* Words: what a server said, fit for a journal line, a table and a mail to the contact. */
#include "transport/words.h"

#include <string.h>

#include "base/utf8.h"

void words_printable(const char *bytes, size_t size, char ret[static TRANSFER_ANSWER_MAX + 1])
{
        size_t length = 0;
        bool blank = false;

        for (size_t i = 0, step; i < size; i += step) {
                char32_t code;
                size_t width = utf8_decode(bytes + i, size - i, &code);
                step = width ? width : 1;
                if ((unsigned char)bytes[i] <= ' ' || bytes[i] == 0x7f) {
                        blank = length > 0;
                        continue;
                }
                bool good = width > 0 && !(utf8_kind(code) & UTF8_UNSEEN);
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
