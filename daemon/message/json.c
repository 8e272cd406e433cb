/* JSON, written straight into a text. */
#include "message/json.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* A comma where something stands before, and the key. */
static void begin(struct text *json, const char *key)
{
        char last = json->size ? json->data[json->size - 1] : '{';
        if (last != '{' && last != '[')
                text_add_char(json, ',');
        if (!key)
                return;
        text_add_char(json, '"');
        text_add_string(json, key);
        text_add(json, "\":", 2);
}

void json_open(struct text *json, const char *key, char bracket)
{
        begin(json, key);
        text_add_char(json, bracket);
}

void json_close(struct text *json, char bracket)
{
        text_add_char(json, bracket);
}

/* RFC 8259, section 7: what must not stand in a string as it is. */
static bool needs_escape(char character)
{
        return (unsigned char)character < ' ' || character == '"' || character == '\\';
}

static void add_escape(struct text *json, char character)
{
        static const char shorts[] = {
                ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"', ['\\'] = '\\'};
        if (shorts[(unsigned char)character])
                text_add(json, (char[]){'\\', shorts[(unsigned char)character]}, 2);
        else
                text_add_format(json, "\\u%04X", (unsigned char)character);
}

void json_put_string(struct text *json, const char *key, const char *string)
{
        begin(json, key);
        text_add_char(json, '"');
        for (;;) {
                size_t plain = 0;
                while (!needs_escape(string[plain]))
                        plain++;
                text_add(json, string, plain);
                string += plain;
                if (!*string)
                        break;
                add_escape(json, *string++);
        }
        text_add_char(json, '"');
}

void json_put_text(struct text *json, const char *key, const char *string)
{
        CLEANUP_FREE char *line = NULL;
        if (string && !text_is_line(string)) {
                string = line = text_line(string);
                if (!line)
                        json->error = -ENOMEM;
        }
        if (string && *string)
                json_put_string(json, key, string);
        else
                json_put_null(json, key);
}

void json_put_null(struct text *json, const char *key)
{
        begin(json, key);
        text_add_string(json, "null");
}

void json_put_bool(struct text *json, const char *key, bool value)
{
        begin(json, key);
        text_add_string(json, value ? "true" : "false");
}

void json_put_int(struct text *json, const char *key, int64_t value)
{
        begin(json, key);
        text_add_format(json, "%" PRId64, value);
}

void json_put_day(struct text *json, const char *key, civil_day day)
{
        char buffer[CIVIL_DATE_SIZE];
        if (day == CIVIL_NONE)
                json_put_null(json, key);
        else
                json_put_string(json, key, civil_format(day, buffer));
}

void json_put_time(struct text *json, const char *key, int32_t seconds)
{
        char buffer[CIVIL_CLOCK_SIZE];
        if (seconds == 0)
                json_put_null(json, key);
        else
                json_put_string(json, key, civil_format_clock(seconds, buffer));
}
