/* What came back by mail, from the program that reads the mailbox: its facts are taken apart, strictly, and heard. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "control/handlers.h"
#include "deciding/hear.h"

#define FACTS_BYTES_MAX ((size_t)128 * 1024) /* the longest text and line many times over: the rest are references */
#define TEXT_BYTES_MAX ((size_t)4000)
#define LINE_BYTES_MAX ((size_t)500)
#define ORIGIN_BYTES_MAX ((size_t)128) /* a hash in hex, of any kind */

DEFINE_CLEANUP(json_t *, json_decref, json_decref)

/* Facts that are being read; `wrong` names the first member that is not as it has to be. */
struct reading {
        const json_t *facts;
        const char *wrong;
};

static const char *read_text(struct reading *reading, const char *name, size_t bytes_max)
{
        const json_t *value = json_object_get(reading->facts, name);

        if (!value || json_is_null(value))
                return NULL;
        if ((!json_is_string(value) || json_string_length(value) > bytes_max) && !reading->wrong)
                reading->wrong = name;
        return json_string_value(value);
}

/* An empty one is none. */
static const char *read_line(struct reading *reading, const char *name, size_t bytes_max)
{
        const char *line = read_text(reading, name, bytes_max);

        if (line && !text_is_line(line) && !reading->wrong)
                reading->wrong = name;
        return line && *line ? line : NULL;
}

static const char *read_required(struct reading *reading, const char *name)
{
        const char *line = read_line(reading, name, ORIGIN_BYTES_MAX);

        if (!line && !reading->wrong)
                reading->wrong = name;
        return line ? line : "";
}

static bool read_flag(struct reading *reading, const char *name)
{
        const json_t *value = json_object_get(reading->facts, name);

        if (value && !json_is_null(value) && !json_is_boolean(value) && !reading->wrong)
                reading->wrong = name;
        return json_is_true(value);
}

/* Of too many the nearest are taken. */
static void read_references(struct reading *reading, struct heard *heard)
{
        static const char name[] = "references";
        const json_t *list = json_object_get(reading->facts, name), *value;
        size_t i;

        if (list && !json_is_null(list) && !json_is_array(list) && !reading->wrong)
                reading->wrong = name;
        json_array_foreach((json_t *)list, i, value)
        {
                if (!json_is_string(value) && !reading->wrong)
                        reading->wrong = name;
                if (json_is_string(value) && heard->n_references < HEARD_REFERENCES_MAX)
                        heard->references[heard->n_references++] = json_string_value(value);
        }
}

static int64_t read_date(struct reading *reading)
{
        const char *date = read_line(reading, "date", ORIGIN_BYTES_MAX), *end;
        struct tm fields = {0};

        if (!date)
                return 0;
        end = strptime(date, "%Y-%m-%dT%H:%M:%SZ", &fields);
        if ((!end || *end) && !reading->wrong)
                reading->wrong = "date";
        return INT64_C(1000) * timegm(&fields);
}

/* NULL, or the name of the member that is wrong. What it gives is borrowed from the facts. */
static const char *read_facts(const json_t *facts, struct heard *ret)
{
        struct reading reading = {.facts = facts};
        const char *class = read_required(&reading, "class");
        struct heard heard = {
                .origin = read_required(&reading, "origin"),
                .token = read_line(&reading, "token", LINE_BYTES_MAX),
                .recipient = read_line(&reading, "recipient", LINE_BYTES_MAX),
                .status = read_line(&reading, "status", LINE_BYTES_MAX),
                .diagnostic = read_line(&reading, "diagnostic", LINE_BYTES_MAX),
                .from = read_line(&reading, "from", LINE_BYTES_MAX),
                .authenticated = read_flag(&reading, "authenticated"),
                .subject = read_line(&reading, "subject", LINE_BYTES_MAX),
                .text = read_text(&reading, "text", TEXT_BYTES_MAX),
                .date_ms = read_date(&reading),
        };

        read_references(&reading, &heard);
        if (!reading.wrong && heard_class_parse(class, &heard.class) < 0)
                reading.wrong = "class";
        if (!reading.wrong)
                *ret = heard;
        return reading.wrong;
}

/* What is on the wire just now may have been answered, and not been recorded yet. */
static int hear_at_rest(struct control *control, const struct heard *heard)
{
        int r = hear(control_engine(control), heard);

        if (r != -EAGAIN)
                return r;
        r = manager_tick(control->manager);
        return r < 0 ? r : hear(control_engine(control), heard);
}

int handle_heard(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct control *control = userdata;
        json_t *CLEANUP(json_decref_p) facts = NULL;
        struct heard heard = {0};
        const char *text, *wrong;
        int r = sd_bus_message_read(call, "s", &text);

        if (r < 0)
                return r;
        if (strlen(text) > FACTS_BYTES_MAX)
                return sd_bus_error_setf(error, ERROR_INVALID, "the facts of a mail may have %zu bytes",
                                         FACTS_BYTES_MAX);
        facts = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        if (!json_is_object(facts))
                return sd_bus_error_set(error, ERROR_INVALID, "the facts of a mail are a JSON object");
        wrong = read_facts(facts, &heard);
        if (wrong)
                return sd_bus_error_setf(
                        error, ERROR_INVALID,
                        "the facts of a mail: %s is missing, not of its type, too long or no clean line", wrong);
        r = hear_at_rest(control, &heard);
        if (r == -EAGAIN)
                return sd_bus_error_set(error, ERROR_REFUSED,
                                        "the message that this is about is being sent just now; say it again later");
        if (r < 0)
                return control_trouble(control, r, error);
        if (r == HEARD_RECORDED || r == HEARD_NOTED) {
                /* It is stored; if the tick fails, that is in the journal and is tried again. */
                (void)manager_decided(control->manager);
                control_touch(control);
        }
        return sd_bus_reply_method_return(call, "s", heard_outcome_name((enum heard_outcome)r));
}
