/* Answers: dictionaries a{sv} and lists of them. */
#include "control/answer.h"

#define DICTIONARY "a{sv}"

static void note(struct answer *answer, int r)
{
        if (r < 0 && answer->error == 0)
                answer->error = r;
}

struct answer answer_to(sd_bus_message *call)
{
        struct answer answer = {0};

        note(&answer, sd_bus_message_new_method_return(call, &answer.message));
        return answer;
}

void answer_clear(struct answer *answer)
{
        sd_bus_message_unref(answer->message);
}

int answer_send(struct answer *answer)
{
        if (answer->error == 0)
                note(answer, sd_bus_message_send(answer->message));
        return answer->error < 0 ? answer->error : 1;
}

static void open_container(struct answer *answer, char type, const char *contents)
{
        if (answer->error == 0)
                note(answer, sd_bus_message_open_container(answer->message, type, contents));
}

static void close_container(struct answer *answer)
{
        if (answer->error == 0)
                note(answer, sd_bus_message_close_container(answer->message));
}

void answer_begin_list(struct answer *answer)
{
        open_container(answer, SD_BUS_TYPE_ARRAY, DICTIONARY);
}

void answer_end_list(struct answer *answer)
{
        close_container(answer);
}

void answer_begin(struct answer *answer)
{
        open_container(answer, SD_BUS_TYPE_ARRAY, "{sv}");
}

void answer_end(struct answer *answer)
{
        close_container(answer);
}

static void append(struct answer *answer, char type, const void *value)
{
        if (answer->error == 0)
                note(answer, sd_bus_message_append_basic(answer->message, type, value));
}

static void begin_entry(struct answer *answer, const char *key, const char *contents)
{
        open_container(answer, SD_BUS_TYPE_DICT_ENTRY, "sv");
        append(answer, SD_BUS_TYPE_STRING, key);
        open_container(answer, SD_BUS_TYPE_VARIANT, contents);
}

static void end_entry(struct answer *answer)
{
        close_container(answer);
        close_container(answer);
}

void answer_begin_member(struct answer *answer, const char *key)
{
        begin_entry(answer, key, "a" DICTIONARY);
        answer_begin_list(answer);
}

void answer_end_member(struct answer *answer)
{
        answer_end_list(answer);
        end_entry(answer);
}

static void put(struct answer *answer, const char *key, char type, const void *value)
{
        begin_entry(answer, key, (const char[]){type, '\0'});
        append(answer, type, value);
        end_entry(answer);
}

void answer_text(struct answer *answer, const char *key, const char *value)
{
        if (value && *value)
                put(answer, key, SD_BUS_TYPE_STRING, value);
}

void answer_bool(struct answer *answer, const char *key, bool value)
{
        put(answer, key, SD_BUS_TYPE_BOOLEAN, &(const int){value});
}

void answer_count(struct answer *answer, const char *key, uint64_t value)
{
        put(answer, key, SD_BUS_TYPE_UINT64, &value);
}

void answer_day(struct answer *answer, const char *key, civil_day day)
{
        char text[CIVIL_DATE_SIZE];

        answer_text(answer, key, civil_format(day, text));
}

void answer_time(struct answer *answer, const char *key, int32_t seconds)
{
        char text[CIVIL_CLOCK_SIZE];

        answer_text(answer, key, seconds > 0 ? civil_format_clock(seconds, text) : NULL);
}

void answer_moment(struct answer *answer, const char *key, int64_t epoch_ms)
{
        char text[CLOCK_TEXT_SIZE];

        if (epoch_ms != 0 && epoch_ms != INT64_MAX)
                answer_text(answer, key, clock_format(epoch_ms, text));
}

void answer_wall(struct answer *answer, const char *key, wall_time at)
{
        if (at != WALL_NONE && at != WALL_NEVER)
                answer_moment(answer, key, clock_instant(at));
}

void answer_strings(struct answer *answer, const char *key, const char *const *values, size_t n)
{
        begin_entry(answer, key, "as");
        open_container(answer, SD_BUS_TYPE_ARRAY, "s");
        for (size_t i = 0; i < n; i++)
                append(answer, SD_BUS_TYPE_STRING, values[i]);
        close_container(answer);
        end_entry(answer);
}

void answer_next(struct answer *answer, uint64_t next)
{
        append(answer, SD_BUS_TYPE_UINT64, &next);
}
