/* The manager: owns settings, store, clock and outbox; start, changes and shutdown. */
#include "engine/manager-private.h"

#include <errno.h>
#include <sys/random.h>

#include "deciding/custody.h"
#include "runtime/holds.h"
#include "runtime/trial.h"
#include "store/attempts.h"

/* A clock set by less than this is the fine adjustment of every time service. */
#define CLOCK_STEP_MS 1000
#define TIMER_ACCURACY_USEC 1000 /* sd-event's default is a quarter of a second: too late for a punctual reminder */

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void)source, (void)usec;
        (void)manager_tick(userdata);
        return 0;
}

static void on_progress(void *userdata)
{
        (void)manager_tick(userdata);
}

static int make_timer(struct manager *manager, sd_event *event)
{
        int r = sd_event_add_time(event, &manager->timer, CLOCK_REALTIME, UINT64_MAX, TIMER_ACCURACY_USEC, on_timer,
                                  manager);

        return r < 0 ? r : sd_event_source_set_enabled(manager->timer, SD_EVENT_OFF);
}

int manager_new(const struct manager_options *options, struct manager **ret, char **ret_error)
{
        struct manager *CLEANUP(manager_free_p) manager = calloc(1, sizeof(*manager));
        int r;

        *ret_error = NULL;
        if (!manager)
                return -ENOMEM;
        manager->engine = (struct engine){
                .settings = settings_ref(options->settings),
                .clock = {options->is_virtual, options->virtual_ms},
                .journal = options->journal,
                .random = options->seed,
                .watched_since = WALL_NONE,
                .host = options->host,
        };
        if (options->observer.self)
                engine_observe(&manager->engine, &options->observer);
        manager->of_excerpt = options->of_excerpt;
        manager->go_on = options->go_on;
        manager->wake = INT64_MAX;
        clock_set_zone(engine_config(&manager->engine)->timezone);
        if (options->is_virtual && !options->fresh)
                manager->engine.watched_since = clock_wall(options->virtual_ms) - 1;
        if (!options->is_virtual && getrandom(&manager->engine.random, sizeof(manager->engine.random), 0) < 0)
                return -errno;
        r = store_open(options->state_dir, &manager->engine.store, ret_error);
        if (r < 0)
                return r;
        r = outbox_new(&manager->engine, &options->transport, options->event, &manager->outbox);
        /* The owner of a virtual clock moves it; no timer follows it. */
        if (r == 0 && options->event && !options->is_virtual)
                r = make_timer(manager, options->event);
        if (r < 0)
                return r;
        outbox_on_progress(manager->outbox, on_progress, manager);
        manager->set_point = clock_set_point();
        *ret = TAKE_PTR(manager);
        return 0;
}

struct manager *manager_free(struct manager *manager)
{
        if (!manager)
                return NULL;
        sd_event_source_disable_unref(manager->timer);
        outbox_free(manager->outbox);
        store_close(manager->engine.store);
        settings_unref(manager->engine.settings);
        free(manager);
        return NULL;
}

/* ---- start ---- */

int manager_start(struct manager *manager)
{
        struct engine *engine = &manager->engine;
        int r = custody_begin(engine);

        if (r < 0)
                return engine_store_trouble(engine, r, "Cannot start");
        if (engine->stands_by)
                return 0;
        r = store_recover_deliveries(engine->store, clock_now(&engine->clock));
        if (r > 0)
                journal_say(&engine->journal, EVENT_RECOVERED, NULL,
                            "%d deliveries were under way when the program last ended: they are sent again with the "
                            "ids they had",
                            r);
        if (r >= 0)
                r = manager_start_clock(manager);
        if (r >= 0)
                r = manager_unsettle(engine);
        if (r >= 0)
                r = trial_follow(engine);
        if (r >= 0)
                r = outbox_resume(manager->outbox);
        if (r < 0)
                return engine_store_trouble(engine, r, "Cannot start");
        engine->failures_due = clock_now(&engine->clock); /* of an earlier run, if any: told at the first tick */
        r = manager_synchronise(manager, manager->of_excerpt ? SYNC_CHANGES : SYNC_ROWS, NULL);
        if (r == 0)
                r = holds_report(engine);
        if (r < 0)
                return engine_store_trouble(engine, r, "Cannot bring the obligations in line with the plans");
        manager->running = manager->moved = true;
        return manager_tick(manager);
}

bool manager_stands_by(const struct manager *manager)
{
        return manager->engine.stands_by;
}

/* ---- what happens ---- */

void manager_try_state(struct manager *manager)
{
        manager->tried_ms = clock_now(&manager->engine.clock);
        if (manager->failures == 0)
                manager->failures = 1;
        (void)manager_tick(manager);
}

void manager_look_at_state(struct manager *manager)
{
        int64_t ago = clock_now(&manager->engine.clock) - manager->tried_ms;

        if (manager->failures == 0 && (ago < 0 || ago >= MANAGER_SURE_MS))
                manager_try_state(manager);
}

int manager_decided(struct manager *manager)
{
        outbox_recall(manager->outbox);
        return manager_tick(manager);
}

int64_t manager_wake(const struct manager *manager)
{
        return manager->wake;
}

int manager_clock_changed(struct manager *manager)
{
        struct engine *engine = &manager->engine;
        int64_t point = clock_set_point(), by = point - manager->set_point;
        char now[CLOCK_TEXT_SIZE];

        clock_set_zone(engine_config(engine)->timezone);
        if (engine->stands_by) /* nothing is planned here */
                return 0;
        if (llabs(by) >= CLOCK_STEP_MS) {
                journal_say(&engine->journal, EVENT_CLOCK_CHANGED, NULL,
                            "The clock was set by %+.1f s and now says %s: everything is planned anew",
                            (double)by / 1000, clock_format(clock_now(&engine->clock), now));
                manager->set_point = point;
                manager->unfollowed += by;
                outbox_shift(manager->outbox, by);
                troubles_shift(&engine->troubles, by);
                if (engine->failures_due > 0)
                        engine->failures_due += by;
                manager_report_clock(manager);
        }
        manager->unsettled = true;
        outbox_recall(manager->outbox);
        return manager_tick(manager);
}

/* The loop stands still until it ends; who has to know that it goes on is told. */
static void begin_long_work(const struct manager *manager)
{
        store_on_progress(manager->engine.store, manager->go_on, NULL);
}

static void end_long_work(const struct manager *manager)
{
        store_on_progress(manager->engine.store, NULL, NULL);
}

static int adopt(struct manager *manager, struct settings *settings, struct changes *changes)
{
        struct engine *engine = &manager->engine;
        struct settings *old = engine->settings;
        int r;

        engine->settings = settings_ref(settings);
        clock_set_zone(engine_config(engine)->timezone);
        /* The store follows the new plans last: what fails before leaves them the old ones. */
        r = outbox_configure(manager->outbox);
        if (r == 0)
                r = manager_unsettle(engine);
        if (r == 0)
                r = manager_mend(manager, changes);
        if (r >= 0)
                r = manager_synchronise(manager, SYNC_CHANGES, changes);
        if (r >= 0)
                r = trial_follow(engine);
        if (r < 0) {
                settings_unref(engine->settings);
                engine->settings = old;
                clock_set_zone(engine_config(engine)->timezone);
                (void)outbox_configure(manager->outbox);
                return r;
        }
        settings_unref(old);
        outbox_recall(manager->outbox);
        manager->moved = true;
        (void)manager_tick(manager); /* adopted; what fails now is in the journal and tried again */
        return 0;
}

int manager_adopt(struct manager *manager, struct settings *settings, struct changes *changes)
{
        int r;

        begin_long_work(manager);
        r = adopt(manager, settings, changes);
        end_long_work(manager);
        return r;
}

/* Nothing is kept of it: not in the store, not in the journal, not in memory. */
int manager_try(struct manager *manager, struct settings *settings, struct changes *changes)
{
        struct engine *engine = &manager->engine;
        struct settings *old = engine->settings;
        const struct journal journal = engine->journal;
        int r;

        engine->settings = settings;
        engine->journal = (struct journal){.target = JOURNAL_QUIET};
        clock_set_zone(engine_config(engine)->timezone);
        begin_long_work(manager);
        r = sync_try(engine, changes);
        end_long_work(manager);
        engine->settings = old;
        engine->journal = journal;
        clock_set_zone(engine_config(engine)->timezone);
        return r < 0 ? engine_store_trouble(engine, r, "Cannot try what the new configuration would change") : 0;
}

static int verify(struct manager *manager)
{
        struct engine *engine = &manager->engine;
        int r = manager_mend(manager, NULL);

        manager->in_doubt = r < 0;
        if (r < 0)
                (void)troubles_begin(&engine->troubles, TROUBLE_STATE, "", clock_now(&engine->clock),
                                     "Reminders may be missing: what is due cannot be compared with the plans: %s",
                                     engine_words(engine, r));
        if (r == MENDED)
                return manager_tick(manager);
        manager_judge_troubles(manager);
        return r;
}

int manager_verify(struct manager *manager)
{
        int r;

        begin_long_work(manager);
        r = verify(manager);
        end_long_work(manager);
        return r;
}

void manager_note_reload(struct manager *manager, bool refused)
{
        struct engine *engine = &manager->engine;
        int64_t now = clock_now(&engine->clock);
        struct present_trouble *present;

        if (!refused) {
                troubles_end(&engine->troubles, TROUBLE_CONFIG, "", &engine->journal, now);
                return;
        }
        present = troubles_begin(&engine->troubles, TROUBLE_CONFIG, "", now,
                                 "The last reload was refused, the configuration of before it goes on; reminderd "
                                 "--check names the mistakes, reminderctl reload puts it in force");
        if (present) /* the caller says each refusal in words of its own */
                troubles_said(&engine->troubles, present, now);
}

void manager_stop(struct manager *manager)
{
        manager->running = false;
        (void)outbox_close(manager->outbox);
        (void)manager_tick(manager);
}

size_t manager_under_way(const struct manager *manager)
{
        return outbox_under_way(manager->outbox);
}

int64_t manager_until_wake(const struct manager *manager)
{
        return manager->wake - clock_now(&manager->engine.clock);
}

void manager_rest(struct manager *manager)
{
        store_rest(manager->engine.store);
}

const char *manager_words(const struct manager *manager, int error)
{
        return engine_words(&manager->engine, error);
}

const struct config *manager_config(const struct manager *manager)
{
        return engine_config(&manager->engine);
}

struct engine *manager_engine(struct manager *manager)
{
        return &manager->engine;
}
