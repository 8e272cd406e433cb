/* The journal: one MESSAGE_ID for each kind of event, structured fields, or plain lines on a terminal. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "runtime/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <time.h>

#include <systemd/sd-journal.h>

#include "base/cleanup.h"
#include "base/flood.h"

/* An id is for ever: it is what the message catalog and an administrator's filters go by. */
static const struct {
        const char *message_id;
        int level;      /* as syslog(3) means it */
        bool may_flood; /* the same can come thousands of times, by one cause that has to be mended once */
} events[EVENT_COUNT] = {
        [EVENT_STARTED] = {"f95c49194e3f4e3d9449b29d1db59e46", LOG_INFO, false},
        [EVENT_STOPPING] = {"53f4058cfb7343bb93374271f06edf78", LOG_INFO, false},
        [EVENT_RELOADED] = {"985cdad39bd4453da08b6816c78d0c50", LOG_INFO, false},
        [EVENT_RELOAD_REFUSED] = {"2dbb2f37345d4561a5bdedf11b650db9", LOG_ERR, false},
        [EVENT_CONFIG_FINDING] = {"4f18cbac521e4f06addcba1fa1561634", LOG_WARNING, false},
        [EVENT_SYNCED] = {"64bf082f12c2407e97f881583ccb8662", LOG_INFO, false},
        [EVENT_UNCLEAR] = {"df629fb85b444643a966a4b5c8916c2a", LOG_NOTICE, false},
        [EVENT_PLAN_CLOSED] = {"3f0f3c1a5b0d4c0e9a6f2d7be8c41d95", LOG_NOTICE, false},
        [EVENT_DATE_CHANGED] = {"6d8a725fcae14d919540a9471f606d35", LOG_NOTICE, false},
        [EVENT_DELIVERY_SENT] = {"ca5432a83a0c45469e41066a75510e09", LOG_INFO, false},
        [EVENT_DELIVERY_RETRY] = {"f24557abf3934147be17255f08c75011", LOG_WARNING, true},
        [EVENT_DELIVERY_FAILED] = {"1d8f4596c5164d3ebc4d036f190abc2b", LOG_ERR, false},
        [EVENT_DELIVERY_CANCELLED] = {"05ffcac6b8734285ae68ba74308245f3", LOG_INFO, false},
        [EVENT_DELIVERY_BOUNCED] = {"628e06c844c34a23b289aea48881d6dc", LOG_WARNING, false},
        [EVENT_TOO_LATE] = {"e1644a2091c549a38194e7b9eb9b4582", LOG_WARNING, false},
        [EVENT_RECOVERED] = {"5488aee1b8ae4ad785ce9aaccb71b9f5", LOG_NOTICE, false},
        [EVENT_CLOCK_CHANGED] = {"dafaabe1d71c42ba9e5345f77bf245a2", LOG_NOTICE, false},
        [EVENT_CLOCK_BEHIND] = {"f32a404e46f34e89b5726785d525efdb", LOG_WARNING, false},
        [EVENT_MENDED] = {"5c593763740a4d088b347bdcf487dafb", LOG_ERR, false},
        [EVENT_LOG_HELD] = {"585fd083668440208b05f501ad03783a", LOG_WARNING, false},
        [EVENT_STORE_TROUBLE] = {"3c0c4e95f37b4dd1a2458ccc02441635", LOG_ERR, true},
        [EVENT_SERVER_TROUBLE] = {"03eeefb8c1be4868b3e0a3e9f9c8486c", LOG_ERR, false},
        [EVENT_SERVER_REFUSES] = {"d53b9afed9a24d37b30bb1e3be8f4ec0", LOG_ERR, false},
        [EVENT_LATE] = {"2fbdd9bdc70f45cb966263fb18d2ad70", LOG_ERR, false},
        [EVENT_TROUBLE_OVER] = {"4ced55f261bf46758759bb72fbd644f5", LOG_NOTICE, false},
        [EVENT_HOLD] = {"5ac3d4b0f1a94be58f6a41a7f2a3c1de", LOG_NOTICE, false},
        [EVENT_DECISION] = {"c09137db73704a579a5de1f017702db9", LOG_NOTICE, false},
        [EVENT_REFUSED] = {"80ff446a54e24c90b6f33e6fcc22083f", LOG_NOTICE, true},
        [EVENT_BACKUP] = {"a203ec8b1148473ab18dc29649cfc51d", LOG_NOTICE, false},
        [EVENT_BACKUP_FAILED] = {"69435dcf6571487185a0abb5c3a97a3b", LOG_ERR, false},
        [EVENT_STANDBY] = {"7d1f5a0c9b8e4f63a2c4d6e8f0a1b3c5", LOG_WARNING, true},
        [EVENT_BUS] = {"1176ab9dbecd49b0be3947eb973fd86c", LOG_NOTICE, false},
        [EVENT_MORE] = {"12ecb389f6124ebfacd5413ac29fc9fd", LOG_WARNING, false},
        [EVENT_FATAL] = {"bf6bc4d758eb465ebbb23fd57c22c56f", LOG_CRIT, false},
};

struct journal journal_open(void)
{
        const char *stream = getenv("JOURNAL_STREAM");
        unsigned long long device, inode;
        struct stat st;

        /* $JOURNAL_STREAM names the device and inode of the journal's socket (systemd.exec(5)); a redirected standard
         * error is another file, and then its reader wants plain lines. */
        if (stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
            st.st_dev == device && st.st_ino == inode)
                return (struct journal){.target = JOURNAL_SYSTEMD};
        return (struct journal){.target = JOURNAL_STDERR};
}

const char *journal_message_id(enum journal_event event)
{
        return events[event].message_id;
}

/* ---- one line ---- */

struct line {
        enum journal_event event;
        const struct journal_fields *fields; /* or NULL */
        const char *text;
        uint64_t count;        /* EVENT_MORE: how many */
        enum journal_event of; /* and of what */
};

#define FIELDS_MAX 14

struct field_list {
        struct iovec vec[FIELDS_MAX];
        int n;
};

static void add_field(struct field_list *list, const char *name, const char *value)
{
        char *line = NULL;
        int length;

        if (!value || !*value)
                return;
        length = asprintf(&line, "%s=%s", name, value);
        if (length < 0)
                return;
        list->vec[list->n++] = (struct iovec){line, (size_t)length};
}

static void add_number(struct field_list *list, const char *name, uint64_t value)
{
        char number[24];

        snprintf(number, sizeof(number), "%" PRIu64, value);
        add_field(list, name, number);
}

static void free_fields(const struct field_list *list)
{
        for (int i = 0; i < list->n; i++)
                free(list->vec[i].iov_base);
}

static void send_to_systemd(const struct line *line)
{
        const struct journal_fields *fields = line->fields;
        struct field_list CLEANUP(free_fields) list = {.n = 0};

        add_field(&list, "MESSAGE", line->text);
        add_field(&list, "MESSAGE_ID", events[line->event].message_id);
        add_number(&list, "PRIORITY", (uint64_t)events[line->count > 0 ? line->of : line->event].level);
        add_field(&list, "SYSLOG_IDENTIFIER", "reminderd");
        if (fields) {
                add_field(&list, "REMINDERD_PLAN", fields->plan);
                add_field(&list, "REMINDERD_ITEM", fields->item);
                add_field(&list, "REMINDERD_AGENCY", fields->agency);
                add_field(&list, "REMINDERD_DELIVERY", fields->delivery);
                add_field(&list, "REMINDERD_KIND", fields->kind);
                add_field(&list, "REMINDERD_CHANNEL", fields->channel);
                if (fields->attempt > 0)
                        add_number(&list, "REMINDERD_ATTEMPT", fields->attempt);
        }
        if (line->count > 0) {
                add_number(&list, "REMINDERD_COUNT", line->count);
                add_field(&list, "REMINDERD_COUNTED", events[line->of].message_id);
        }
        /* A journal that is away loses a line, never a reminder. */
        (void)sd_journal_sendv(list.vec, list.n);
}

static void write_line(enum journal_target target, const struct line *line)
{
        if (target == JOURNAL_SYSTEMD)
                send_to_systemd(line);
        else
                fprintf(stderr, "reminderd: %s\n", line->text);
}

/* ---- floods ---- */

/* The last line that was held of a sort: the number alone would say little. */
struct example {
        enum journal_event event;
        char channel[16];
        char *text; /* or NULL: no memory */
};

struct journal_floods {
        enum journal_target target;
        struct floods rules;
        struct example examples[FLOOD_SORTS];
        sd_event_source *timer;
        int64_t armed_ms; /* INT64_MAX: the timer is off */
};

static int64_t monotonic_ms(void)
{
        struct timespec now;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void tell_rest(struct journal_floods *floods, const struct flood_step *step)
{
        const struct example *example = &floods->examples[step->place];
        int64_t minutes = step->rest_ms < 90000 ? 1 : (step->rest_ms + 30000) / 60000;
        char *CLEANUP_FREE text = NULL;

        if (asprintf(&text, "… and %" PRIu64 " more like it within %" PRId64 " minute%s; the last: %s", step->rest,
                     minutes, minutes == 1 ? "" : "s", example->text ? example->text : "?") < 0)
                text = NULL;
        write_line(floods->target, &(struct line){
                                           .event = EVENT_MORE,
                                           .fields = &(struct journal_fields){.channel = example->channel},
                                           .text = text ? text : "… and more like it",
                                           .count = step->rest,
                                           .of = example->event,
                                   });
}

static void keep_example(struct example *example, const struct line *line)
{
        const char *channel = line->fields ? line->fields->channel : NULL;

        example->event = line->event;
        snprintf(example->channel, sizeof(example->channel), "%s", channel ? channel : "");
        free(example->text);
        example->text = strdup(line->text);
}

static void arm(struct journal_floods *floods)
{
        int64_t next = flood_next(&floods->rules);

        if (next == floods->armed_ms)
                return;
        floods->armed_ms = next;
        if (next != INT64_MAX)
                (void)sd_event_source_set_time(floods->timer, (uint64_t)next * 1000);
        (void)sd_event_source_set_enabled(floods->timer, next == INT64_MAX ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        struct journal_floods *floods = userdata;
        struct flood_step step;

        (void)source, (void)usec;
        while (flood_due(&floods->rules, monotonic_ms(), false, &step))
                tell_rest(floods, &step);
        floods->armed_ms = INT64_MAX; /* it has rung */
        arm(floods);
        return 0;
}

/* Whether the line is held; what was held before it and is due is told. */
static bool hold(struct journal_floods *floods, const struct line *line)
{
        const char *channel = line->fields ? line->fields->channel : NULL;
        const char *cause = line->fields && line->fields->cause ? line->fields->cause : line->text;
        struct flood_step step = flood_take(&floods->rules, flood_key(line->event, channel, cause), monotonic_ms());

        if (step.rest > 0)
                tell_rest(floods, &step);
        if (!step.write)
                keep_example(&floods->examples[step.place], line);
        arm(floods);
        return !step.write;
}

static void floods_free(struct journal_floods *floods)
{
        for (size_t i = 0; i < FLOOD_SORTS; i++)
                free(floods->examples[i].text);
        sd_event_source_disable_unref(floods->timer);
        free(floods);
}

int journal_hold_floods(struct journal *journal, sd_event *event)
{
        struct journal_floods *floods = calloc(1, sizeof(*floods));
        int r;

        if (!floods)
                return -ENOMEM;
        floods->target = journal->target;
        floods->armed_ms = INT64_MAX;
        r = sd_event_add_time(event, &floods->timer, CLOCK_MONOTONIC, 0, 0, on_timer, floods);
        if (r >= 0)
                r = sd_event_source_set_enabled(floods->timer, SD_EVENT_OFF);
        if (r < 0) {
                floods_free(floods);
                return r;
        }
        journal->floods = floods;
        return 0;
}

void journal_end(struct journal *journal)
{
        struct flood_step step;

        if (!journal->floods)
                return;
        while (flood_due(&journal->floods->rules, monotonic_ms(), true, &step))
                tell_rest(journal->floods, &step);
        floods_free(journal->floods);
        journal->floods = NULL;
}

/* ---- the whole ---- */

void journal_say(const struct journal *journal, enum journal_event event, const struct journal_fields *fields,
                 const char *format, ...)
{
        char *CLEANUP_FREE text = NULL;
        struct line line = {.event = event, .fields = fields};
        va_list arguments;
        int length;

        if (journal->target == JOURNAL_QUIET)
                return;
        va_start(arguments, format);
        length = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (length < 0)
                return;
        line.text = text;
        if (!journal->floods || !events[event].may_flood || !hold(journal->floods, &line))
                write_line(journal->target, &line);
}
