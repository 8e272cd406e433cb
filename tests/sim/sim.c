/* A year of one seed: time passes from event to event.
 * Depends on sim.h.
 * Called by main. */
#include "sim.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/cleanup.h"

#define TICKS_AT_ONCE                                                                                                  \
        400 /* more at one instant is a livelock: a year of this block has fewer notices than that a day */
#define JUMP_MOST_HOURS 100

const char *const class_names[CLASSES] = {"temporary", "permanent", "lost", "delay",
                                          "crash",     "clock",     "edit", "people"};

/* ---- the story ---- */

void sim_say(struct sim *sim, const char *format, ...)
{
        va_list arguments;
        char moment[CLOCK_TEXT_SIZE];

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
        char moment[CLOCK_TEXT_SIZE];

        fflush(sim->story);
        printf("%s", sim->story_text);
        printf("FAILED seed %llu at %s: ", (unsigned long long)sim->seed, clock_format(sim->now, moment));
        va_start(arguments, format);
        vprintf(format, arguments);
        va_end(arguments);
        putchar('\n');
        fflush(stdout);
        if (!getenv("SIM_KEEP"))
                remove_folder(sim);
        _exit(1);
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
        if (settings_load(path, &report, &sim->settings) < 0) {
                for (size_t i = 0; i < report.n; i++) {
                        char *CLEANUP_FREE line = finding_format(&report.findings[i]);

                        printf("%s\n", line);
                }
                sim_fail(sim, "a good configuration is refused");
        }
        sim->rules = (struct rules){&sim->block, settings_config(sim->settings)->calendar};
}

void sim_open(struct sim *sim)
{
        char *CLEANUP_FREE error = NULL;
        char state[200];

        snprintf(state, sizeof(state), "%s/state", sim->folder);
        sim->in_transaction = false;
        if (manager_new(
                    &(struct manager_options){
                            .courier = outside_courier(sim),
                            .settings = sim->settings,
                            .state_dir = state,
                            .journal = {.target = JOURNAL_QUIET},
                            .observer = {.leaving = on_leaving, .finished = on_finished, .self = sim},
                            .is_virtual = true,
                            .virtual_ms = sim->now,
                            .seed = chance_bits(&sim->streams[STREAM_BLOCK]),
                    },
                    &sim->manager, &error) < 0)
                sim_fail(sim, "the state cannot be opened: %s", error);
        manager_engine(sim->manager)->watched_since = WALL_NONE;
        if (sim->medium)
                sim->medium->opened(sim);
        for (int i = 0; i < sim->n_duties; i++) {
                sim->duties[i].obligation_id = 0;
                if (sim->unsynced_at != WALL_NONE && sim->duties[i].moved && sim->duties[i].settled == sim->unsynced_at)
                        sim->duties[i].settled = sim_wall(sim);
        }
        sim->unsynced_at = WALL_NONE;
        people_sync(sim);
        sim->hooked = true;
        sim->commits = 0;
        sim->at_once = 0;
        if (manager_start(sim->manager) < 0)
                sim_fail(sim, "it does not start");
        if (sim->dead) {
                if (sim->commits == 0)
                        sim->unsynced_at = sim_wall(sim);
                crash_now(sim);
        } else
                checker_states(sim);
}

void sim_tick(struct sim *sim)
{
        int r;

        if (++sim->at_once > TICKS_AT_ONCE)
                sim_fail(sim, "it ticks for ever at one moment");
        sim->totals.ticks++;
        sim->commits = 0;
        r = manager_tick(sim->manager);
        if (sim->dead) {
                crash_now(sim);
        } else if (r < 0)
                sim_fail(sim, "a tick fails: %s", strerror(-r));
}

/* ---- events ---- */

static int64_t later(struct sim *sim, enum class class)
{
        static const int mean_hours[CLASSES] = {
                [CLASS_CRASH] = 24 * 18, [CLASS_CLOCK] = 24 * 60, [CLASS_EDIT] = 24 * 40, [CLASS_PEOPLE] = 24 * 5};

        if (!sim_has(sim, class) || mean_hours[class] == 0)
                return INT64_MAX;
        return sim->now + INT64_C(1000) * chance_between(&sim->streams[class], 1, 2 * mean_hours[class] * 3600);
}

static void jump(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_CLOCK];
        int64_t by = INT64_C(1000) * chance_between(chance, -3600 * JUMP_MOST_HOURS, 3600 * JUMP_MOST_HOURS);
        int r;

        if (chance_percent(chance, 50))
                by /= 100;
        sim_say(sim, "the clock is set by %+.2f hours", (double)by / 3600000);
        sim->totals.faults[CLASS_CLOCK]++;
        sim->now += by;
        sim->set_point += by;
        sim->outage_until += by;
        sim->at_once = 0;
        for (struct flight *flight = sim->flights; flight; flight = flight->next)
                flight->answer_ms += by;
        for (int i = 0; i < CLASSES; i++)
                if (sim->events[i] != INT64_MAX)
                        sim->events[i] += by;
        /* What was settled at a moment that is to come again is open again; what was said stays said. */
        for (int i = 0; i < sim->n_duties; i++)
                if (sim->duties[i].settled > sim_wall(sim))
                        sim->duties[i].settled = sim_wall(sim) - 1;
        manager_engine(sim->manager)->clock.virtual_ms = sim->now;
        r = manager_clock_changed(sim->manager);
        if (sim->dead) {
                crash_now(sim);
        } else if (r < 0)
                sim_fail(sim, "a change of the clock fails");
}

static bool happen(struct sim *sim)
{
        for (enum class class = 0; class < CLASSES; class ++) {
                if (sim->events[class] > sim->now)
                        continue;
                sim->events[class] = later(sim, class);
                if (class == CLASS_CRASH)
                        crash_event(sim);
                else if (class == CLASS_CLOCK)
                        jump(sim);
                else if (class == CLASS_EDIT)
                        people_edit(sim);
                else
                        people_decide(sim);
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

static void year(struct sim *sim)
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
                if (happen(sim))
                        continue;
                next = next_moment(sim);
                if (next > sim->end)
                        next = sim->end;
                if (next > sim->now)
                        sim->at_once = 0;
                sim->now = next;
                clock_advance(&manager_engine(sim->manager)->clock, sim->now);
        }
}

static void finish(struct sim *sim)
{
        sim->countdown = 0;
        while (sim->flights || manager_wake(sim->manager) <= sim->now) {
                sim->at_once = 0;
                if (manager_wake(sim->manager) <= sim->now) {
                        sim_tick(sim);
                        continue;
                }
                checker_settled(sim);
                if (outside_next(sim) > sim->now)
                        sim->now = outside_next(sim);
                clock_advance(&manager_engine(sim->manager)->clock, sim->now);
                answer(sim);
        }
        checker_settled(sim);
        checker_end(sim);
}

struct totals sim_run(uint64_t seed, unsigned classes, const struct medium *medium, bool tell)
{
        struct sim sim = {.seed = seed, .classes = classes, .quiet = classes == 0, .unsynced_at = WALL_NONE, .medium = medium};
        bool memory = access("/dev/shm", W_OK) == 0;
        char path[200];

        for (uint64_t i = 0; i < STREAMS; i++)
                sim.streams[i] = chance_stream(seed, i);
        sim.story = open_memstream(&sim.story_text, &sim.story_size);
        snprintf(sim.folder, sizeof(sim.folder), "%s/reminderd-sim-XXXXXX", memory ? "/dev/shm" : "/tmp");
        if (!sim.story || !mkdtemp(sim.folder))
                abort();
        snprintf(path, sizeof(path), "%s/durable", sim.folder);
        (void)mkdir(path, 0700);
        clock_set_zone("Asia/Ho_Chi_Minh");
        block_random(&sim.block, &sim.streams[STREAM_BLOCK]);
        sim.now = clock_instant(wall_at(civil_from(sim.block.year, 1, 1), 0));
        sim.end = clock_instant(wall_at(civil_from(sim.block.year + 1, 1, 1), 0));
        sim_load(&sim);
        crash_listen(&sim);
        if (medium)
                medium->begin(&sim);
        sim_open(&sim);
        for (enum class class = 0; class < CLASSES; class ++)
                sim.events[class] = later(&sim, class);
        year(&sim);
        finish(&sim);
        sim.manager = manager_free(sim.manager);
        crash_listen(NULL);
        settings_unref(sim.settings);
        sim.totals.seeds = 1;
        sim.totals.days = 366;
        fclose(sim.story);
        if (tell)
                printf("%s", sim.story_text);
        free(sim.story_text);
        free(sim.parcels);
        free(sim.said);
        remove_folder(&sim);
        return sim.totals;
}
