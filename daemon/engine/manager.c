/* The manager: owns settings, store, clock and outbox; start, tick, reload and shutdown. */
#include "engine/manager.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "addressing/readdress.h"
#include "base/cleanup.h"
#include "core/backoff.h"
#include "reminding/scheduler.h"
#include "reminding/sync.h"
#include "reminding/weekly.h"
#include "runtime/holds.h"
#include "runtime/trial.h"
#include "sending/outbox.h"
#include "store/attempts.h"
#include "store/counts.h"

/* A clock this far before the last recorded time is reported (daemon/doc/design.md, Clocks). */
#define CLOCK_BEHIND_MS INT64_C(3600000)
/* A clock set by less than this is the fine adjustment of every time service. */
#define CLOCK_STEP_MS 1000
/* A busy morning leaves about so much in the log by itself; if there is more, another process holds it there. */
#define LOG_HELD_BYTES (INT64_C(16) * 1024 * 1024)
#define TIMER_ACCURACY_USEC 1000 /* sd-event's default is a quarter of a second: too late for a punctual reminder */

struct manager {
        struct engine engine;
        struct outbox *outbox;
        sd_event_source *timer;
        int64_t wake;
        int64_t set_point; /* clock_set_point() when last looked at */
        bool of_excerpt;
        bool running;
        bool in_tick;
        uint32_t failures;    /* of the store, in a row: the state is in doubt until something was written */
        int64_t tried_ms;     /* when it was last tried on request whether the state can be written */
        int64_t seen_ms;      /* while the clock is behind: the moment that it has already shown */
        int64_t unfollowed;   /* by how much the clock was set and the store does not know it yet, ms */
        bool unsettled;       /* rungs may be settled beyond what the clock now shows */
        int64_t held_back;    /* bytes of the store's log, when it was last told of; 0: it can be emptied */
        civil_day succession; /* the last day on which an agency passed to another one, as the store has it */
        bool moved;           /* agencies may have other addresses than those of the queue */
        bool touched;         /* another program has written, and what it left was not compared with the plans yet */
        bool in_doubt;        /* a comparison failed: a trouble until one does not */
};

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
        };
        if (options->observer.self)
                engine_observe(&manager->engine, &options->observer);
        manager->of_excerpt = options->of_excerpt;
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

/* By how much the clock stands before the last recorded time, ms; 0: it does not. */
static int64_t clock_behind(const struct engine *engine)
{
        char *CLEANUP_FREE text = NULL;
        int64_t now = clock_now(&engine->clock), last;

        if (store_get_fact(engine->store, FACT_LAST_TIME, &text) != 0)
                return 0;
        last = strtoll(text, NULL, 10);
        if (!civil_is_known(wall_day(last / 1000))) /* nobody has seen it */
                return 0;
        return now < last ? last - now : 0;
}

static void report_clock(struct manager *manager)
{
        struct engine *engine = &manager->engine;
        int64_t now = clock_now(&engine->clock), behind = clock_behind(engine);
        char is[CLOCK_TEXT_SIZE], was[CLOCK_TEXT_SIZE];

        if (behind <= CLOCK_BEHIND_MS)
                return;
        manager->seen_ms = now + behind;
        (void)troubles_begin(&engine->troubles, TROUBLE_CLOCK, "", now,
                             "The clock is behind: it said %s when %s had already been seen; nothing is sent twice; "
                             "set the clock right if it is wrong",
                             clock_format(now, is), clock_format(manager->seen_ms, was));
}

/* Next attempts move with the clock, once for each time it is set. */
static int shift_attempts(const struct engine *engine, int64_t by)
{
        struct store *CLEANUP_TRANSACTION store = engine->store;
        int64_t now = clock_now(&engine->clock);
        char text[24];
        int r;

        if (by == 0)
                return 0;
        snprintf(text, sizeof(text), "%lld", (long long)now);
        r = store_begin(store);
        if (r == 0)
                r = store_shift_attempts(store, by, now + engine_config(engine)->retry.max * 1000);
        if (r == 0)
                r = store_set_fact(store, FACT_LAST_TIME, text);
        return r == 0 ? store_commit(store) : r;
}

/* What follows from the rows of the store alone. */
static int recount(const struct engine *engine)
{
        int r = store_recount(engine->store);

        if (r > 0)
                journal_say(&engine->journal, EVENT_MENDED, NULL,
                            "The database was damaged: what the status counts was not what is there, and was counted "
                            "anew; look after the disk, and let no other program write to " STORE_FILE);
        return r < 0 ? r : 0;
}

static civil_day today(const struct engine *engine)
{
        return wall_day(clock_wall(clock_now(&engine->clock)));
}

static civil_day last_succession(const struct engine *engine)
{
        return roster_last_succession(&engine_config(engine)->roster, today(engine));
}

static int synchronise(struct manager *manager, enum sync_depth depth, struct changes *changes)
{
        struct engine *engine = &manager->engine;
        char *CLEANUP_FREE mended = NULL;
        struct sync_counts counts;
        int r = store_get_fact(engine->store, FACT_MENDED, &mended);

        if (mended)
                journal_say(&engine->journal, EVENT_MENDED, NULL,
                            "The database was damaged: %s disagreed with the rest; it was mended, and all that follows "
                            "from "
                            "the plans is worked out anew; look after the disk",
                            mended);
        if (r >= 0 && depth == SYNC_ROWS)
                r = recount(engine);
        if (r >= 0)
                r = sync_run(engine, mended ? SYNC_EVERYTHING : depth, changes, &counts);
        if (r < 0)
                return r;
        manager->succession = last_succession(engine);
        if (counts.mended > 0)
                journal_say(&engine->journal, EVENT_MENDED, NULL,
                            "The database was damaged: of %zu items it had not what follows from the plans, which was "
                            "worked out anew; look after the disk, and let no other program write to " STORE_FILE,
                            counts.mended);
        if (counts.added + counts.changed + counts.withdrawn > 0)
                journal_say(&engine->journal, EVENT_SYNCED, NULL,
                            "%zu obligations follow the plans: %zu new, %zu changed, %zu withdrawn", counts.total,
                            counts.added, counts.changed, counts.withdrawn);
        if (counts.unclear > 0)
                journal_say(&engine->journal, EVENT_UNCLEAR, NULL,
                            "%zu obligations had passed before they were known: nothing is sent of them until "
                            "somebody says done, waive or urge; reminderctl list --state unclear shows them",
                            counts.unclear);
        return 0;
}

/* The wall clock may show less than what was settled already: it was set back, or the zone is another one. */
static int unsettle(struct engine *engine)
{
        int r = store_rewind_handled(engine->store, clock_wall(clock_now(&engine->clock)));

        return r < 0 ? r : weekly_start(engine);
}

int manager_start(struct manager *manager)
{
        struct engine *engine = &manager->engine;
        int r = store_recover_deliveries(engine->store, clock_now(&engine->clock));

        if (r > 0)
                journal_say(&engine->journal, EVENT_RECOVERED, NULL,
                            "%d deliveries were under way when the program last ended: they are sent again with the "
                            "ids they had",
                            r);
        if (r >= 0) {
                report_clock(manager);
                r = shift_attempts(engine, -clock_behind(engine)); /* set back while nobody watched */
        }
        if (r >= 0)
                r = unsettle(engine);
        if (r >= 0)
                r = trial_follow(engine);
        if (r >= 0)
                r = outbox_resume(manager->outbox);
        if (r < 0)
                return engine_store_trouble(engine, r, "Cannot start");
        engine->failures_due = clock_now(&engine->clock); /* of an earlier run, if any: told at the first tick */
        r = synchronise(manager, manager->of_excerpt ? SYNC_CHANGES : SYNC_ROWS, NULL);
        if (r == 0)
                r = holds_report(engine);
        if (r < 0)
                return engine_store_trouble(engine, r, "Cannot bring the obligations in line with the plans");
        manager->running = manager->moved = true;
        return manager_tick(manager);
}

/* ---- tick ---- */

static int compute_wake(struct manager *manager)
{
        const struct engine *engine = &manager->engine;
        civil_day next = roster_next_succession(&engine_config(engine)->roster, today(engine));
        int64_t schedule = INT64_MAX, send = INT64_MAX;
        int r = scheduler_wake(&manager->engine, &schedule);

        if (r == 0)
                r = outbox_wake(manager->outbox, &send);
        if (r < 0)
                return r;
        manager->wake = schedule < send ? schedule : send;
        if (next != CIVIL_NONE && clock_instant(wall_at(next, 0)) < manager->wake)
                manager->wake = clock_instant(wall_at(next, 0));
        return 0;
}

static void arm(struct manager *manager)
{
        if (!manager->timer)
                return;
        if (manager->wake == INT64_MAX) {
                (void)sd_event_source_set_enabled(manager->timer, SD_EVENT_OFF);
                return;
        }
        (void)sd_event_source_set_time(manager->timer, (uint64_t)manager->wake * 1000);
        (void)sd_event_source_set_enabled(manager->timer, SD_EVENT_ONESHOT);
}

/* Part of a tick, so that it is tried again where the store cannot be written just now. */
static int follow_clock(struct manager *manager)
{
        struct engine *engine = &manager->engine;
        int r = shift_attempts(engine, manager->unfollowed);

        if (r < 0)
                return r;
        manager->unfollowed = 0;
        if (manager->unsettled)
                r = unsettle(engine);
        if (r == 0)
                manager->unsettled = false;
        return r;
}

/* Part of a tick, for the same reason. */
static int follow_addresses(struct manager *manager)
{
        int r = manager->moved ? readdress_queue(&manager->engine) : 0;

        if (r == 0)
                manager->moved = false;
        return r;
}

/* On the day on which an agency passes to another one, and where the clock is set back before it. */
static int follow_successions(struct manager *manager)
{
        int r;

        if (!manager->running || manager->succession == last_succession(&manager->engine))
                return 0;
        r = synchronise(manager, SYNC_CHANGES, NULL);
        outbox_recall(manager->outbox);
        return r;
}

/* All that a tick writes is one transaction: each waits for the disk. What was answered comes first, so that the ladder
 * is judged with it. *ret_more: the scheduler may have more to do. 0 or an error. */
static int write_all(struct manager *manager, bool *ret_more)
{
        struct engine *engine = &manager->engine;
        struct store *CLEANUP_TRANSACTION store = engine->store;
        int r = store_begin(store);

        if (r == 0)
                r = outbox_settle(manager->outbox);
        if (r == 0 && manager->running) {
                r = scheduler_step(engine);
                *ret_more = r > 0;
        }
        if (r >= 0 && manager->failures > 0) /* where nothing is written a full disk is no obstacle */
                r = scheduler_record_time(engine);
        if (r >= 0)
                r = outbox_claim(manager->outbox);
        return r >= 0 ? store_commit(store) : r;
}

/* On failure what is kept in memory is rolled back as the store is. */
static int write_or_undo(struct manager *manager, bool *ret_more)
{
        int64_t failures_due = manager->engine.failures_due;
        int r = write_all(manager, ret_more);

        if (r < 0) {
                outbox_undo(manager->outbox);
                manager->engine.failures_due = failures_due;
        }
        return r;
}

static int work(struct manager *manager)
{
        bool more = false;
        int r = follow_clock(manager);

        if (r == 0)
                r = follow_addresses(manager);
        if (r == 0)
                r = follow_successions(manager);
        if (r == 0)
                r = write_or_undo(manager, &more);
        if (r < 0)
                return r;
        outbox_go(manager->outbox);
        r = compute_wake(manager);
        if (r == 0 && more)
                manager->wake = clock_now(&manager->engine.clock);
        return r;
}

static void fail(struct manager *manager, int error)
{
        static const struct retry again = {.first = 1, .max = MANAGER_RETRY_SECONDS};
        struct engine *engine = &manager->engine;
        int64_t now = clock_now(&engine->clock);

        (void)troubles_begin(&engine->troubles, TROUBLE_STATE, "", now,
                             "Reminders wait: the state cannot be written: %s", engine_words(engine, error));
        if (manager->failures < UINT32_MAX)
                manager->failures++;
        manager->wake = now + backoff_delay_ms(&again, manager->failures, 0);
}

/* What a tick shows of the troubles that it can see the end of, and the journal's word on all. */
static void judge_troubles(struct manager *manager)
{
        struct engine *engine = &manager->engine;
        int64_t now = clock_now(&engine->clock);
        char due[CLOCK_TEXT_SIZE];

        if (manager->failures == 0 && !manager->in_doubt)
                troubles_end(&engine->troubles, TROUBLE_STATE, "", &engine->journal, now);
        if (now >= manager->seen_ms)
                troubles_end(&engine->troubles, TROUBLE_CLOCK, "", &engine->journal, now);
        /* The trouble begins at the moment that is waited for: work that is due at once has been due since an earlier
         * tick. */
        if (manager->wake > now)
                troubles_end(&engine->troubles, TROUBLE_LATE, "", &engine->journal, now);
        if (manager->wake != INT64_MAX && !troubles_find(&engine->troubles, TROUBLE_LATE, ""))
                (void)troubles_begin(&engine->troubles, TROUBLE_LATE, "", manager->wake,
                                     "What was due at %s is not done", clock_format(manager->wake, due));
        troubles_say(&engine->troubles, &engine->journal, now);
}

/* Told when it begins and whenever it has doubled. */
static void judge_log(struct manager *manager)
{
        const struct engine *engine = &manager->engine;
        int64_t held = store_held_back(engine->store);

        if (held == 0 && manager->held_back > 0)
                journal_say(&engine->journal, EVENT_LOG_HELD, NULL, "The database's log could be emptied again");
        else if (held >= LOG_HELD_BYTES && held >= 2 * manager->held_back)
                journal_say(&engine->journal, EVENT_LOG_HELD, NULL,
                            "The database's log has grown by %" PRId64 " MB and cannot be emptied: another process "
                            "keeps a transaction open on " STORE_FILE "; end it (fuser -v names it)",
                            held / (INT64_C(1024) * 1024));
        else if (held > 0)
                return;
        manager->held_back = held;
}

enum mend_outcome { MEND_NOTHING = 0, MENDED };

/* Looks whether what is due stands where a tick looks for it, and whether anything changed behind the program's back;
 * brings it in line again if so. An enum mend_outcome or an error. */
static int mend(struct manager *manager, struct changes *changes)
{
        struct store *store = manager->engine.store;
        int mended = store_verify(store);
        int r = mended < 0 ? mended : store_was_touched(store);

        if (r < 0)
                return r;
        if (r == STORE_CHANGED)
                manager->touched = true;
        if (!mended && !manager->touched)
                return MEND_NOTHING;
        r = synchronise(manager, manager->touched ? SYNC_ROWS : SYNC_CHANGES, changes);
        if (r < 0)
                return r;
        manager->touched = manager->in_doubt = false;
        return MENDED;
}

int manager_tick(struct manager *manager)
{
        int r;

        if (manager->in_tick)
                return 0;
        manager->in_tick = true;
        r = work(manager);
        if ((r == -EUCLEAN || (r == 0 && manager->failures > 0 && manager->touched)) && mend(manager, NULL) == MENDED)
                r = work(manager);
        manager->in_tick = false;
        if (r < 0)
                fail(manager, r);
        else
                manager->failures = 0;
        if (!manager->running)
                manager->wake = INT64_MAX;
        judge_troubles(manager);
        judge_log(manager);
        arm(manager);
        return r;
}

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

/* ---- change ---- */

int manager_adopt(struct manager *manager, struct settings *settings, struct changes *changes)
{
        struct engine *engine = &manager->engine;
        struct settings *old = engine->settings;
        int r;

        engine->settings = settings_ref(settings);
        clock_set_zone(engine_config(engine)->timezone);
        /* The store follows the new plans last: what fails before leaves them the old ones. */
        r = outbox_configure(manager->outbox);
        if (r == 0)
                r = unsettle(engine);
        if (r == 0)
                r = mend(manager, changes);
        if (r >= 0)
                r = synchronise(manager, SYNC_CHANGES, changes);
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
        r = sync_try(engine, changes);
        engine->settings = old;
        engine->journal = journal;
        clock_set_zone(engine_config(engine)->timezone);
        return r < 0 ? engine_store_trouble(engine, r, "Cannot try what the new configuration would change") : 0;
}

int manager_verify(struct manager *manager)
{
        struct engine *engine = &manager->engine;
        int r = mend(manager, NULL);

        manager->in_doubt = r < 0;
        if (r < 0)
                (void)troubles_begin(&engine->troubles, TROUBLE_STATE, "", clock_now(&engine->clock),
                                     "Reminders may be missing: what is due cannot be compared with the plans: %s",
                                     engine_words(engine, r));
        if (r == MENDED)
                return manager_tick(manager);
        judge_troubles(manager);
        return r;
}

int manager_clock_changed(struct manager *manager)
{
        struct engine *engine = &manager->engine;
        int64_t point = clock_set_point(), by = point - manager->set_point;
        char now[CLOCK_TEXT_SIZE];

        clock_set_zone(engine_config(engine)->timezone);
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
                report_clock(manager);
        }
        manager->unsettled = true;
        outbox_recall(manager->outbox);
        return manager_tick(manager);
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

struct engine *manager_engine(struct manager *manager)
{
        return &manager->engine;
}
