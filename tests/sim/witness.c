/* The witness of the journal: every line that the program would write is counted, and those of failures are kept for
 * their delivery. */
#include "witness.h"

#include "sim.h"

#include <string.h>

static struct sim *listener;
static long told[EVENT_COUNT];

long witness_told(enum journal_event event)
{
        return told[event];
}

void witness_forget(void)
{
        memset(told, 0, sizeof(told));
}

void witness_listen(struct sim *sim)
{
        listener = sim;
}

void __wrap_journal_say(const struct journal *journal, enum journal_event event, const struct journal_fields *fields,
                        const char *format, ...);

void __wrap_journal_say(const struct journal *journal, enum journal_event event, const struct journal_fields *fields,
                        const char *format, ...)
{
        (void)journal, (void)format;
        told[event]++;
        if (!listener || !listener->hooked || listener->dead)
                return;
        listener->told[event]++;
        if (event == EVENT_MENDED)
                sim_fail(listener, "a sound database is called damaged");
        if (fields && fields->delivery && (event == EVENT_DELIVERY_RETRY || event == EVENT_DELIVERY_FAILED)) {
                outside_log(listener, fields->delivery)->told++;
                listener->totals.failures_told++;
        }
}
