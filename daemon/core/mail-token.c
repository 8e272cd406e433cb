/* Mail token: by which an answer names the message that it answers. */
#include "core/mail-token.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS 8U
#define DIGIT_BITS 5U
#define NUMBER_MAX ((INT64_C(1) << 28) - 1)
#define CHECK_DIGITS 3U /* of the id, in hex */
#define CHECK_BITS 12U

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* -1: there is no token for it. */
static int64_t bits_of(int64_t number, const char *id)
{
        if (number <= 0 || number > NUMBER_MAX || strspn(id, "0123456789abcdef") != DELIVERY_ID_SIZE - 1)
                return -1;
        return number << CHECK_BITS | (int64_t)strtoul(id + DELIVERY_ID_SIZE - 1 - CHECK_DIGITS, NULL, 16);
}

/* -1: it is none. */
static int digit_value(char digit)
{
        char capital = (char)(digit >= 'a' && digit <= 'z' ? digit - 'a' + 'A' : digit);
        const char *found;

        if (capital == 'O')
                capital = '0';
        if (capital == 'I' || capital == 'L')
                capital = '1';
        found = capital ? strchr(alphabet, capital) : NULL;
        return found ? (int)(found - alphabet) : -1;
}

/* -1: it is no token. */
static int64_t read_bits(const char *token)
{
        int64_t bits = 0;
        unsigned n = 0;

        for (const char *at = token; *at; at++) {
                int value = digit_value(*at);

                if (*at == '-' && n == DIGITS / 2 && at[-1] != '-')
                        continue;
                if (value < 0 || n++ == DIGITS)
                        return -1;
                bits = bits << DIGIT_BITS | value;
        }
        return n == DIGITS ? bits : -1;
}

bool mail_token_write(int64_t number, const char *id, char ret[static MAIL_TOKEN_SIZE])
{
        int64_t bits = bits_of(number, id);

        if (bits < 0)
                return false;
        for (unsigned i = 0; i < DIGITS; i++)
                ret[i + (i >= DIGITS / 2)] = alphabet[bits >> DIGIT_BITS * (DIGITS - 1 - i) & 31];
        ret[DIGITS / 2] = '-';
        ret[DIGITS + 1] = '\0';
        return true;
}

int64_t mail_token_number(const char *token)
{
        int64_t bits = read_bits(token);

        return bits < 0 ? 0 : bits >> CHECK_BITS;
}

bool mail_token_is_of(const char *token, int64_t number, const char *id)
{
        int64_t bits = bits_of(number, id);

        return bits >= 0 && read_bits(token) == bits;
}
