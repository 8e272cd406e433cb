/* The present troubles: the one place that knows what keeps reminders from leaving, and tells the journal. */
#include "runtime/troubles.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const enum journal_event events[] = {
        [TROUBLE_STATE] = EVENT_STORE_TROUBLE,    [TROUBLE_SERVER] = EVENT_SERVER_TROUBLE,
        [TROUBLE_REFUSED] = EVENT_SERVER_REFUSES, [TROUBLE_LATE] = EVENT_LATE,
        [TROUBLE_CLOCK] = EVENT_CLOCK_BEHIND,     [TROUBLE_CONFIG] = EVENT_RELOAD_REFUSED,
        [TROUBLE_STANDBY] = EVENT_STANDBY,
};

struct present_trouble *troubles_find(struct troubles *troubles, enum trouble_kind kind, const char *server)
{
        for (size_t i = 0; i < troubles->n; i++)
                if (troubles->list[i].trouble.kind == kind && strcmp(troubles->list[i].server, server) == 0)
                        return &troubles->list[i];
        return NULL;
}

static struct present_trouble *add(struct troubles *troubles, enum trouble_kind kind, const char *server,
                                   int64_t since_ms)
{
        struct present_trouble *present = &troubles->list[troubles->n];

        if (troubles->n == TROUBLES_MAX)
                return NULL;
        troubles->n++;
        *present = (struct present_trouble){.trouble = {.kind = kind, .since_ms = since_ms}};
        snprintf(present->server, sizeof(present->server), "%s", server);
        return present;
}

struct present_trouble *troubles_begin(struct troubles *troubles, enum trouble_kind kind, const char *server,
                                       int64_t since_ms, const char *format, ...)
{
        struct present_trouble *present = troubles_find(troubles, kind, server);
        va_list arguments;

        if (!present)
                present = add(troubles, kind, server, since_ms);
        if (!present)
                return NULL;
        va_start(arguments, format);
        vsnprintf(present->text, sizeof(present->text), format, arguments);
        va_end(arguments);
        return present;
}

void troubles_end(struct troubles *troubles, enum trouble_kind kind, const char *server, const struct journal *journal,
                  int64_t now_ms)
{
        struct present_trouble *present = troubles_find(troubles, kind, server);
        char lasted[TROUBLE_LASTED_SIZE];

        if (!present)
                return;
        if (present->trouble.said > 0) {
                journal_say(journal, EVENT_TROUBLE_OVER, NULL, "Over after %s: %s",
                            trouble_lasted(&present->trouble, now_ms, lasted), present->text);
                troubles->changes++;
        }
        *present = troubles->list[--troubles->n];
}

void troubles_said(struct troubles *troubles, struct present_trouble *present, int64_t now_ms)
{
        if (present->trouble.said == 0)
                troubles->changes++;
        present->trouble.said++;
        present->trouble.said_ms = now_ms;
}

void troubles_say(struct troubles *troubles, const struct journal *journal, int64_t now_ms)
{
        for (size_t i = 0; i < troubles->n; i++) {
                struct present_trouble *present = &troubles->list[i];
                char lasted[TROUBLE_LASTED_SIZE];

                if (!trouble_is_due(&present->trouble, now_ms))
                        continue;
                if (present->trouble.said == 0)
                        journal_say(journal, events[present->trouble.kind], NULL, "%s", present->text);
                else
                        journal_say(journal, events[present->trouble.kind], NULL, "Still so after %s: %s",
                                    trouble_lasted(&present->trouble, now_ms, lasted), present->text);
                troubles_said(troubles, present, now_ms);
        }
}

void troubles_shift(struct troubles *troubles, int64_t by_ms)
{
        for (size_t i = 0; i < troubles->n; i++) {
                troubles->list[i].trouble.since_ms += by_ms;
                troubles->list[i].trouble.said_ms += by_ms;
        }
}

const struct present_trouble *troubles_next(const struct troubles *troubles, int64_t now_ms, size_t *at)
{
        while (*at < troubles->n) {
                const struct present_trouble *present = &troubles->list[(*at)++];

                if (trouble_counts(&present->trouble, now_ms))
                        return present;
        }
        return NULL;
}

char *trouble_lasted(const struct trouble *trouble, int64_t now_ms, char buffer[static TROUBLE_LASTED_SIZE])
{
        const int64_t hour = 60, day = 24 * hour;
        int64_t minutes = (now_ms - trouble->since_ms) / 60000;

        if (minutes < hour)
                snprintf(buffer, TROUBLE_LASTED_SIZE, "%" PRId64 " min", minutes);
        else if (minutes < 2 * day)
                snprintf(buffer, TROUBLE_LASTED_SIZE, "%" PRId64 " h", minutes / hour);
        else
                snprintf(buffer, TROUBLE_LASTED_SIZE, "%" PRId64 " days", minutes / day);
        return buffer;
}
