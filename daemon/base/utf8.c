/* Whether bytes are well-formed UTF-8. */
#include "base/utf8.h"

#include "base/cleanup.h"

/* RFC 3629 section 4: the second byte's range depends on the first, all later ones are 80..BF. */
static const struct {
        unsigned char first_low, first_high;
        unsigned char second_low, second_high;
        unsigned char size;
} utf8_forms[] = {
        {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
        {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
        {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

size_t utf8_sequence(const char *text, size_t size)
{
        const unsigned char *bytes = (const unsigned char *)text;

        if (size == 0)
                return 0;
        if (bytes[0] < 0x80)
                return 1;
        for (size_t i = 0; i < ELEMENTS(utf8_forms); i++) {
                if (bytes[0] < utf8_forms[i].first_low || bytes[0] > utf8_forms[i].first_high)
                        continue;
                if (size < utf8_forms[i].size || bytes[1] < utf8_forms[i].second_low ||
                    bytes[1] > utf8_forms[i].second_high)
                        return 0;
                for (size_t k = 2; k < utf8_forms[i].size; k++)
                        if (bytes[k] < 0x80 || bytes[k] > 0xBF)
                                return 0;
                return utf8_forms[i].size;
        }
        return 0;
}
