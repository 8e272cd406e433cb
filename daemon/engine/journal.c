/* The journal: one MESSAGE_ID for each kind of event, structured fields, or plain lines on a terminal.
 * Depends on sd-journal.
 * Called by engine, control and reminderd.c; everything below returns its errors instead. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "engine/journal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>

#include <systemd/sd-journal.h>

#include "core/cleanup.h"

/* An id is for ever: it is what the message catalog and an administrator's filters go by. */
static const struct {
        const char *message_id;
        int level; /* as syslog(3) means it */
} events[EVENT_COUNT] = {
        [EVENT_STARTED] = {"f95c49194e3f4e3d9449b29d1db59e46", LOG_INFO},
        [EVENT_STOPPING] = {"53f4058cfb7343bb93374271f06edf78", LOG_INFO},
        [EVENT_RELOADED] = {"985cdad39bd4453da08b6816c78d0c50", LOG_INFO},
        [EVENT_RELOAD_REFUSED] = {"2dbb2f37345d4561a5bdedf11b650db9", LOG_ERR},
        [EVENT_CONFIG_FINDING] = {"4f18cbac521e4f06addcba1fa1561634", LOG_WARNING},
        [EVENT_PROVISIONAL] = {"493273369be64655a72b35ed75ef73e6", LOG_WARNING},
        [EVENT_SYNCED] = {"64bf082f12c2407e97f881583ccb8662", LOG_INFO},
        [EVENT_DATE_CHANGED] = {"6d8a725fcae14d919540a9471f606d35", LOG_NOTICE},
        [EVENT_DELIVERY_SENT] = {"ca5432a83a0c45469e41066a75510e09", LOG_INFO},
        [EVENT_DELIVERY_RETRY] = {"f24557abf3934147be17255f08c75011", LOG_WARNING},
        [EVENT_DELIVERY_FAILED] = {"1d8f4596c5164d3ebc4d036f190abc2b", LOG_ERR},
        [EVENT_DELIVERY_CANCELLED] = {"05ffcac6b8734285ae68ba74308245f3", LOG_INFO},
        [EVENT_RECOVERED] = {"5488aee1b8ae4ad785ce9aaccb71b9f5", LOG_NOTICE},
        [EVENT_CLOCK_CHANGED] = {"dafaabe1d71c42ba9e5345f77bf245a2", LOG_NOTICE},
        [EVENT_CLOCK_BEHIND] = {"f32a404e46f34e89b5726785d525efdb", LOG_WARNING},
        [EVENT_STORE_TROUBLE] = {"3c0c4e95f37b4dd1a2458ccc02441635", LOG_ERR},
        [EVENT_DECISION] = {"c09137db73704a579a5de1f017702db9", LOG_NOTICE},
        [EVENT_REFUSED] = {"80ff446a54e24c90b6f33e6fcc22083f", LOG_NOTICE},
        [EVENT_BACKUP] = {"a203ec8b1148473ab18dc29649cfc51d", LOG_NOTICE},
        [EVENT_BACKUP_FAILED] = {"69435dcf6571487185a0abb5c3a97a3b", LOG_ERR},
        [EVENT_BUS] = {"1176ab9dbecd49b0be3947eb973fd86c", LOG_NOTICE},
        [EVENT_FATAL] = {"bf6bc4d758eb465ebbb23fd57c22c56f", LOG_CRIT},
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
                return (struct journal){JOURNAL_SYSTEMD};
        return (struct journal){JOURNAL_STDERR};
}

const char *journal_message_id(enum journal_event event)
{
        return events[event].message_id;
}

#define FIELDS_MAX 12

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

static void free_fields(const struct field_list *list)
{
        for (int i = 0; i < list->n; i++)
                free(list->vec[i].iov_base);
}

static void send_to_systemd(enum journal_event event, const struct journal_fields *fields, const char *text)
{
        struct field_list CLEANUP(free_fields) list = {.n = 0};
        char number[16];

        add_field(&list, "MESSAGE", text);
        add_field(&list, "MESSAGE_ID", events[event].message_id);
        snprintf(number, sizeof(number), "%d", events[event].level);
        add_field(&list, "PRIORITY", number);
        add_field(&list, "SYSLOG_IDENTIFIER", "reminderd");
        if (fields) {
                add_field(&list, "REMINDERD_PLAN", fields->plan);
                add_field(&list, "REMINDERD_ITEM", fields->item);
                add_field(&list, "REMINDERD_AGENCY", fields->agency);
                add_field(&list, "REMINDERD_DELIVERY", fields->delivery);
                add_field(&list, "REMINDERD_KIND", fields->kind);
                add_field(&list, "REMINDERD_CHANNEL", fields->channel);
                snprintf(number, sizeof(number), "%u", fields->attempt);
                add_field(&list, "REMINDERD_ATTEMPT", fields->attempt > 0 ? number : NULL);
        }
        /* A journal that is away loses a line, never a reminder. */
        (void)sd_journal_sendv(list.vec, list.n);
}

void journal_say(const struct journal *journal, enum journal_event event, const struct journal_fields *fields,
                 const char *format, ...)
{
        char *CLEANUP_FREE text = NULL;
        va_list arguments;
        int length;

        if (journal->target == JOURNAL_QUIET)
                return;
        va_start(arguments, format);
        length = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (length < 0)
                return;
        if (journal->target == JOURNAL_SYSTEMD)
                send_to_systemd(event, fields, text);
        else
                fprintf(stderr, "reminderd: %s\n", text);
}
