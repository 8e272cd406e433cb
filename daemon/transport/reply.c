/* Reply: one answer of a mail server, from its lines. */
#include "transport/reply.h"

#include <errno.h>
#include <string.h>

#define CODE_LENGTH 3

/* The code of a line of a reply, 0: it is no such line. */
static int line_code(const char *line, size_t length)
{
        int code = 0;

        for (size_t i = 0; i < CODE_LENGTH; i++) {
                if (i >= length || line[i] < '0' || line[i] > '9')
                        return 0;
                code = code * 10 + (line[i] - '0');
        }
        return code;
}

int reply_take(struct reply *reply, const char *line, size_t length)
{
        int code = line_code(line, length);
        size_t skip = 0;

        if (reply->goes_on && code == reply->code)
                skip = length > CODE_LENGTH ? CODE_LENGTH + 1 : CODE_LENGTH;
        else
                *reply = (struct reply){.code = code};
        size_t room = REPLY_TEXT_MAX - reply->size;
        size_t kept = length - skip < room ? length - skip : room;
        memcpy(reply->text + reply->size, line + skip, kept);
        reply->size += kept;
        reply->goes_on = code > 0 && length > CODE_LENGTH && line[CODE_LENGTH] == '-';
        if (code == 0)
                return -EPROTO;
        if (++reply->lines > REPLY_LINES_MAX)
                return -E2BIG;
        return reply->goes_on ? REPLY_GOES_ON : REPLY_WHOLE;
}
