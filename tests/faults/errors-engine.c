/* Calls to the disk that fail while an engine plays six weeks: it goes on, and what is owed is sent once. */
#include "disk.h"
#include "office.h"

#include <stdio.h>
#include <string.h>

#define BROKEN_MS \
        INT64_C(5400000) /* a lasting fault is mended after an hour and a half: the same day, within hours \
                          */
#define PLACES 40
#define PLACES_BRIEF 3

struct failing {
        struct faults *faults;
        struct disk_fault fault;
        int64_t since; /* 0: nothing has failed yet */
        bool healed;
};

static void after(void *self, const char *step, int r, int64_t now_ms)
{
        struct failing *trouble = self;

        if (r < 0 && disk_failed() == 0)
                faults_fail(trouble->faults, "%s fails on a sound disk: %d", step, r);
        trouble->faults->counted.refused += r < 0;
        if (disk_failed() > 0 && trouble->since == 0)
                trouble->since = now_ms;
        if (trouble->since && !trouble->healed && now_ms >= trouble->since + BROKEN_MS) {
                disk_heal();
                trouble->healed = true;
        }
}

/* Returns how many such calls there were; *ret_said what was said. */
static long play(struct faults *faults, const struct disk_fault *fault, uint64_t *ret_said)
{
        struct failing trouble = {.faults = faults, .fault = *fault};
        char state[100], root[80];
        struct office *office;
        long calls;

        (void)snprintf(root, sizeof(root), "%s/disk", faults->folder);
        (void)snprintf(state, sizeof(state), "%s/state", root);
        faults_make_folder(root);
        disk_watch(root);
        office = office_new(faults, &(struct office_options){.state = state, .after = after, .self = &trouble});
        if (fault->at)
                disk_fail(fault);
        while (office_step(office))
                ;
        disk_heal();
        faults->counted.faults[fault->call] += disk_failed();
        faults->counted.leaving += office_messages(office);
        calls = disk_calls(fault->call);
        *ret_said = office_said(office, !fault->lasting); /* what comes later may say what was done meanwhile */
        office_free(office);
        disk_unwatch();
        faults_empty(faults);
        return calls;
}

void errors_engine(struct faults *faults)
{
        struct disk_fault fault = faults_answer(faults->seed);
        uint64_t expected, said;
        long n = play(faults, &fault, &expected);

        for (int i = faults->brief ? PLACES_BRIEF : PLACES; i > 0 && n > 0; i--) {
                fault.at = chance_between(&faults->chance, 1, (int)n);
                (void)play(faults, &fault, &said);
                if (said != expected)
                        faults_fail(faults, "%s %ld fails with %s%s, and something else is said than without",
                                    disk_call_names[fault.call], fault.at, strerror(fault.error),
                                    fault.lasting ? " for an hour and a half" : "");
        }
}
