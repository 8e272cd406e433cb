/* One seed: time passes from event to event. */
#include "sim.h"

#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"

#define TICKS_AT_ONCE 600 /* more at one instant is a livelock: no block here has as many notices in a day */
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS INT64_C(3600000)

const char *const class_names[CLASSES] = {"temporary", "permanent", "lost",   "delay",  "disk", "crash",
                                          "clock",     "edit",      "config", "people", "mail"};

/* ---- the story ---- */

void sim_say(struct sim *sim, const char *format, ...)
{
        va_list arguments;
        char moment[CLOCK_TEXT_SIZE];

        if (!sim->story)
                return;
        fprintf(sim->story, "  %s  ", clock_format(sim->now, moment));
        va_start(arguments, format);
        vfprintf(sim->story, format, arguments);
        va_end(arguments);
        fputc('\n', sim->story);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
        (void)st, (void)type, (void)ftw;
        return remove(path);
}

static void remove_folder(const struct sim *sim)
{
        (void)nftw(sim->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void sim_fail(struct sim *sim, const char *format, ...)
{
        va_list arguments;
        char moment[CLOCK_TEXT_SIZE], why[300];

        va_start(arguments, format);
        vsnprintf(why, sizeof(why), format, arguments);
        va_end(arguments);
        snprintf(sim->outcome->failure, sizeof(sim->outcome->failure), "%s: %s", clock_format(sim->now, moment), why);
        sim->outcome->items = sim->block.n_items;
        sim->outcome->agencies = sim->block.n_agencies;
        if (sim->story) {
                fflush(sim->story);
                printf("%s", sim->story_text);
                fflush(stdout);
        }
        if (sim->medium && sim->medium != &ahead_medium) /* nobody else says it */
                fprintf(stderr, "FAILED seed %llu at %s\n", (unsigned long long)sim->seed, sim->outcome->failure);
        if (!getenv("SIM_KEEP"))
                remove_folder(sim);
        _exit(1);
}

bool sim_happens(struct sim *sim, enum event_class which, int number)
{
        struct outcome *outcome = sim->outcome;

        if (!sim_has(sim, which) || (number < NUMBERS_MAX && sim->replay->out[which][number]))
                return false;
        sim->totals.faults[which]++;
        if (outcome->n_hits[which] < HITS_MAX)
                outcome->hits[which][outcome->n_hits[which]++] = number;
        return true;
}

/* ---- the manager ---- */

static void on_leaving(void *self, const struct delivery_record *delivery, const struct letter *letter,
                       const char *subject)
{
        struct sim *sim = self;

        (void)subject;
        if (sim->hooked && !sim->dead)
                checker_leaving(sim, delivery, letter);
}

static void on_finished(void *self, const struct delivery_record *delivery, const char *answer)
{
        struct sim *sim = self;

        (void)answer;
        if (sim->hooked && !sim->dead)
                outside_finished(sim, delivery);
}

void sim_load(struct sim *sim)
{
        struct report CLEANUP(report_clear) report = {0};
        char path[200];

        block_write(&sim->block, sim->folder);
        snprintf(path, sizeof(path), "%s/reminderd.conf", sim->folder);
        if (settings_load(path, SECRETS_READ, &report, &sim->settings) < 0) {
                for (size_t i = 0; i < report.n; i++) {
                        char *CLEANUP_FREE line = finding_format(&report.findings[i]);

                        sim_say(sim, "%s", line);
                }
                sim_fail(sim, "a good configuration is refused");
        }
        sim->rules = (struct rules){&sim->block, settings_config(sim->settings)->calendar};
}

/* What was being written when the process died is there or is not. */
static void reconcile(struct sim *sim)
{
        char *CLEANUP_FREE synced = NULL;

        if (sim->sync_pending) {
                int r = store_get_fact(sim_store(sim), "synced", &synced);

                if (r != 0 || strncmp(synced, settings_config(sim->settings)->fingerprint, FINGERPRINT_SIZE - 1) != 0) {
                        memcpy(sim->duties, sim->duties_before, sizeof(*sim->duties) * (size_t)sim->n_duties_before);
                        sim->n_duties = sim->n_duties_before;
                }
        }
        accepted_settle(sim, true);
        returns_reconcile(sim);
        people_reconcile(sim);
        held_reconcile(sim, true);
        checker_reconcile(sim, true);
}

/* False: the disk did not let it start. */
static bool try_to_open(struct sim *sim)
{
        char *CLEANUP_FREE error = NULL;
        char state[200];
        int r;

        snprintf(state, sizeof(state), "%s/state", sim->folder);
        r = manager_new(
                &(struct manager_options){
                        .transport = outside_transport(sim),
                        .settings = sim->settings,
                        .state_dir = state,
                        .journal = {.target = JOURNAL_QUIET},
                        .observer = {.leaving = on_leaving, .finished = on_finished, .self = sim},
                        .is_virtual = true,
                        .virtual_ms = sim->now,
                        .seed = chance_bits(&sim->streams[STREAM_BLOCK]),
                },
                &sim->manager, &error);
        if (r < 0 && !sim->dead && !ramdisk_failed())
                sim_fail(sim, "the state cannot be opened: %s", error);
        if (r >= 0 && sim->medium)
                sim->medium->opened(sim);
        if (r < 0 || sim->dead)
                return false;
        manager_engine(sim->manager)->watched_since = WALL_NONE;
        ramdisk_hold();
        reconcile(sim);
        ramdisk_go_on();
        for (int i = 0; i < sim->n_duties; i++)
                sim->duties[i].obligation_id = 0;
        checker_unsettle(sim);
        edits_sync(sim);
        accepted_look(sim);
        sim->hooked = true;
        r = manager_start(sim->manager);
        if (r < 0 && !sim->dead && !ramdisk_failed())
                sim_fail(sim, "it does not start");
        return r >= 0 && !sim->dead;
}

void sim_open(struct sim *sim)
{
        sim->in_transaction = false;
        sim->n_departures = 0;
        sim->at_once = 0;
        (void)ramdisk_failed();
        while (!try_to_open(sim)) {
                ramdisk_trouble(RAMDISK_SOUND, 0, 0);
                if (sim->dead) {
                        crash_now(sim);
                        return;
                }
                sim_say(sim, "it does not start: the disk");
                sim->hooked = false;
                sim->manager = manager_free(sim->manager);
        }
        accepted_settle(sim, false);
        sim->in_trouble = false;
        sim->sync_pending = false;
        checker_states(sim);
}

/* What a tick answered: 0, or the disk's trouble, of which the journal must tell. */
static void judge_tick(struct sim *sim, int r, long told_before)
{
        if (sim->dead) {
                crash_now(sim);
                return;
        }
        if (r < 0 && !ramdisk_failed())
                sim_fail(sim, "a tick fails: %s", strerror(-r));
        accepted_settle(sim, r < 0);
        if (r < 0 && !sim->in_trouble) {
                sim_say(sim, "the disk fails");
                if (sim->told[EVENT_STORE_TROUBLE] == told_before)
                        sim_fail(sim, "the state cannot be written, and the journal is silent");
        }
        if (sim->in_trouble && r >= 0) { /* what failed ticks made, perhaps before the hours closed */
                ramdisk_hold();
                checker_reconcile(sim, false);
                ramdisk_go_on();
        }
        sim->in_trouble = r < 0;
}

static void tick(struct sim *sim, int (*how)(struct manager *manager))
{
        long told = sim->told[EVENT_STORE_TROUBLE];

        if (++sim->at_once > TICKS_AT_ONCE)
                sim_fail(sim, "it ticks for ever at one moment");
        sim->totals.ticks++;
        edits_close(sim);
        accepted_look(sim);
        judge_tick(sim, how(sim->manager), told);
}

void sim_tick(struct sim *sim)
{
        tick(sim, manager_tick);
}

void sim_decided(struct sim *sim)
{
        if (sim->dead) {
                crash_now(sim);
                return;
        }
        tick(sim, manager_decided);
        if (!sim->in_trouble)
                checker_states(sim);
}

/* ---- events ---- */

static int64_t later(struct sim *sim, enum event_class which)
{
        static const int mean_hours[CLASSES] = {
                [CLASS_DISK] = 24 * 20,   [CLASS_CRASH] = 24 * 15, [CLASS_CLOCK] = 24 * 45, [CLASS_EDIT] = 24 * 30,
                [CLASS_CONFIG] = 24 * 40, [CLASS_PEOPLE] = 24 * 4, [CLASS_MAIL] = 24 * 4};

        if (!sim_has(sim, which) || mean_hours[which] == 0)
                return INT64_MAX;
        return sim->now + INT64_C(1000) * chance_between(&sim->timing[which], 1, 2 * mean_hours[which] * 3600);
}

void sim_set_clock(struct sim *sim, int64_t by)
{
        sim_say(sim, "the clock is set by %+.2f hours", (double)by / (double)HOUR_MS);
        sim->now += by;
        sim->set_point += by;
        sim->outage_until += by;
        sim->at_once = 0;
        sim->n_departures = 0;
        for (struct flight *flight = sim->flights; flight; flight = flight->next)
                flight->answer_ms += flight->waits ? 0 : by;
        for (int i = 0; i < CLASSES; i++)
                if (sim->events[i] != INT64_MAX)
                        sim->events[i] += by;
}

/* By seconds, hours, days or months. */
static void jump(struct sim *sim)
{
        static const int64_t most[] = {100 * INT64_C(1000), 100 * MINUTE_MS, 100 * HOUR_MS, 60 * 24 * HOUR_MS};
        struct chance *chance = &sim->streams[CLASS_CLOCK];
        int64_t by = most[chance_between(chance, 0, 3)] / 1000 * chance_between(chance, -1000, 1000);
        long told = sim->told[EVENT_CLOCK_CHANGED], trouble = sim->told[EVENT_STORE_TROUBLE];
        int r;

        held_look(sim);
        ramdisk_hold();
        held_reconcile(sim, false);
        ramdisk_go_on();
        sim_set_clock(sim, by);
        manager_engine(sim->manager)->clock.virtual_ms = sim->now;
        checker_unsettle(sim);
        edits_close(sim);
        accepted_look(sim);
        r = manager_clock_changed(sim->manager);
        if (llabs(by) >= 1000 && !sim->dead && sim->told[EVENT_CLOCK_CHANGED] == told)
                sim_fail(sim, "the clock was set, and the journal is silent");
        judge_tick(sim, r, trouble);
}

static void trouble(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_DISK];
        bool full = chance_percent(chance, 40);
        int calls = chance_percent(chance, 50) ? chance_between(chance, 1, 3) : chance_between(chance, 4, 150);

        sim_say(sim, "the disk %s soon, for %d calls", full ? "is full" : "fails", calls);
        ramdisk_trouble(full ? RAMDISK_FULL : RAMDISK_ERRORS, chance_between(chance, 1, 40), calls);
}

static void happen_one(struct sim *sim, enum event_class which)
{
        switch (which) {
        case CLASS_DISK:
                trouble(sim);
                break;
        case CLASS_CRASH:
                crash_event(sim);
                break;
        case CLASS_CLOCK:
                jump(sim);
                break;
        case CLASS_EDIT:
                edits_plan(sim);
                break;
        case CLASS_CONFIG:
                edits_config(sim);
                break;
        case CLASS_MAIL:
                returns_happen(sim);
                break;
        default:
                people_decide(sim);
                break;
        }
}

static bool happen(struct sim *sim)
{
        for (enum event_class which = 0; which < CLASSES; which++) {
                int number = sim->numbers[which];

                if (sim->events[which] > sim->now)
                        continue;
                sim->events[which] = later(sim, which);
                sim->numbers[which]++;
                if (!sim_happens(sim, which, number))
                        continue;
                sim->streams[which] = chance_stream(sim->seed, 1000 + (uint64_t)which * NUMBERS_MAX + (uint64_t)number);
                if (sim->in_trouble) { /* what the failed tick made nobody has looked at */
                        ramdisk_hold();
                        checker_reconcile(sim, false);
                        ramdisk_go_on();
                }
                happen_one(sim, which);
                return true;
        }
        return false;
}

static void answer(struct sim *sim)
{
        outside_answer(sim);
        if (sim->dead)
                crash_now(sim);
        else
                sim_tick(sim);
}

static int64_t next_moment(const struct sim *sim)
{
        int64_t next = manager_wake(sim->manager);

        if (outside_next(sim) < next)
                next = outside_next(sim);
        for (int i = 0; i < CLASSES; i++)
                if (sim->events[i] < next)
                        next = sim->events[i];
        return next;
}

static void pass(struct sim *sim)
{
        while (sim->now < sim->end) {
                int64_t next;

                if (outside_next(sim) <= sim->now) {
                        answer(sim);
                        continue;
                }
                if (manager_wake(sim->manager) <= sim->now) {
                        sim_tick(sim);
                        continue;
                }
                checker_settled(sim);
                ahead_look(sim);
                if (happen(sim))
                        continue;
                next = next_moment(sim);
                if (next > sim->end)
                        next = sim->end;
                if (next > sim->now)
                        sim->at_once = 0;
                sim->now = next > sim->now ? next : sim->now;
                clock_advance(&manager_engine(sim->manager)->clock, sim->now);
        }
}

/* The wires fall silent and the disk is well. */
static void finish(struct sim *sim)
{
        sim->countdown = 0;
        ramdisk_trouble(RAMDISK_SOUND, 0, 0);
        while (sim->flights || sim->in_trouble || manager_wake(sim->manager) <= sim->now) {
                sim->at_once = 0;
                if (!sim->in_trouble && manager_wake(sim->manager) > sim->now)
                        checker_settled(sim);
                if (manager_wake(sim->manager) > sim->now) {
                        int64_t next = outside_next(sim);

                        if (sim->in_trouble && manager_wake(sim->manager) < next)
                                next = manager_wake(sim->manager);
                        sim->now = next > sim->now ? next : sim->now;
                        clock_advance(&manager_engine(sim->manager)->clock, sim->now);
                }
                if (outside_next(sim) <= sim->now)
                        answer(sim);
                else
                        sim_tick(sim);
        }
        checker_settled(sim);
        checker_end(sim);
}

static void begin(struct sim *sim)
{
        struct chance *chance = &sim->streams[STREAM_BLOCK];
        bool memory = access("/dev/shm", W_OK) == 0;

        for (uint64_t i = 0; i < STREAMS; i++)
                sim->streams[i] = chance_stream(sim->seed, i);
        for (uint64_t i = 0; i < CLASSES; i++)
                sim->timing[i] = chance_stream(sim->seed, 100 + i);
        if (sim->replay->tell)
                sim->story = open_memstream(&sim->story_text, &sim->story_size);
        snprintf(sim->folder, sizeof(sim->folder), "%s/reminderd-sim-XXXXXX", memory ? "/dev/shm" : "/tmp");
        sim->duties = calloc(DUTIES_MAX, sizeof(*sim->duties));
        sim->duties_before = calloc(DUTIES_MAX, sizeof(*sim->duties_before));
        sim->logs = calloc(LOGS_MAX, sizeof(*sim->logs));
        sim->said = calloc(SAID_MAX, sizeof(*sim->said));
        sim->happened = calloc(SAID_MAX, sizeof(*sim->happened));
        if (!mkdtemp(sim->folder) || !sim->duties || !sim->duties_before || !sim->logs || !sim->said || !sim->happened)
                abort();
        block_random(&sim->block, chance);
        sim->block.templates = sim->replay->templates ? sim->replay->templates : SOURCE_DIR "/conf/templates/vi";
        for (int i = 0; i < ITEMS_MAX; i++)
                sim->block.items[i].banned = sim->replay->no_item[i];
        for (int i = FIRST_PLAIN; i < AGENCIES_MAX; i++)
                sim->block.agencies[i].banned = sim->replay->no_agency[i];
        clock_set_zone(sim->block.zone);
        sim->now = clock_instant(wall_at(civil_from(sim->block.year, 1, 1) + chance_between(chance, 0, 330), 0));
        sim->end = sim->now + 24 * HOUR_MS * chance_between(chance, 60, 240);
}

void sim_run(uint64_t seed, const struct replay *replay, const struct medium *medium, struct outcome *outcome)
{
        struct sim *sim = calloc(1, sizeof(*sim));
        int64_t began;

        if (!sim)
                abort();
        *outcome = (struct outcome){0};
        sim->seed = seed;
        sim->replay = replay;
        sim->outcome = outcome;
        sim->medium = medium;
        sim->quiet = replay->classes == 0;
        sim->look_ahead = medium == &ahead_medium ? 0 : INT64_MAX;
        sim->suspect = -1;
        begin(sim);
        began = sim->now;
        ramdisk_clear();
        sim_load(sim);
        crash_listen(sim);
        witness_listen(sim);
        if (medium)
                medium->begin(sim);
        sim_open(sim);
        for (enum event_class which = 0; which < CLASSES; which++)
                sim->events[which] = later(sim, which);
        pass(sim);
        finish(sim);
        sim->manager = manager_free(sim->manager);
        sim->totals.seeds = 1;
        sim->totals.days = (sim->now - began) / (24 * HOUR_MS);
        outcome->totals = sim->totals;
        if (sim->story) {
                fclose(sim->story);
                printf("%s", sim->story_text);
        }
        remove_folder(sim); /* the rest goes with the process */
}
