/* A tick: what has changed is followed, all that is due is written in one transaction, and the timer is armed. */
#include "engine/manager-private.h"

#include <errno.h>

#include "addressing/readdress.h"
#include "deciding/acceptance.h"
#include "reminding/scheduler.h"
#include "store/revisions.h"

/* A busy morning leaves about so much in the log by itself; if there is more, another process holds it there. */
#define LOG_HELD_BYTES (INT64_C(16) * 1024 * 1024)

static int compute_wake(struct manager *manager)
{
        const struct engine *engine = &manager->engine;
        civil_day next = roster_next_succession(&engine_config(engine)->roster, clock_today(&engine->clock));
        int64_t schedule = INT64_MAX, send = INT64_MAX, accept = INT64_MAX;
        int r = scheduler_wake(&manager->engine, &schedule);

        if (r == 0)
                r = outbox_wake(manager->outbox, &send);
        if (r == 0)
                r = acceptance_wake(&manager->engine, &accept);
        if (r < 0)
                return r;
        manager->wake = schedule < send ? schedule : send;
        if (accept < manager->wake)
                manager->wake = accept;
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

/* Part of a tick, for the same reason. */
static int follow_addresses(struct manager *manager)
{
        int r = manager->moved ? readdress_queue(&manager->engine) : 0;

        if (r == 0)
                manager->moved = false;
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
                r = store_stamp_revisions(engine->store, clock_now(&engine->clock));
        if (r == 0)
                r = outbox_settle(manager->outbox);
        if (r == 0 && manager->running)
                r = acceptance_run(engine);
        if (r == 0 && manager->running) {
                r = scheduler_step(engine);
                *ret_more = r == SCHEDULER_MORE;
        }
        if (r >= 0 && manager->failures > 0) /* where nothing is written a full disk is no obstacle */
                r = scheduler_record_time(engine);
        if (r >= 0 && !engine->stands_by)
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
        bool current = true, more = false;
        int r = manager_follow_clock(manager);

        if (r == 0)
                r = follow_addresses(manager);
        if (r == 0)
                r = manager_follow_plans(manager);
        if (r == 0)
                r = write_or_undo(manager, &more);
        if (r < 0)
                return r;
        if (manager->engine.superseded)
                outbox_recall(manager->outbox);
        manager->engine.superseded = false;
        outbox_go(manager->outbox);
        r = compute_wake(manager);
        if (r == 0)
                r = sync_is_current(&manager->engine, &current);
        if (r == 0 && (more || !current))
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

void manager_judge_troubles(struct manager *manager)
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

int manager_tick(struct manager *manager)
{
        int r;

        if (manager->in_tick)
                return 0;
        manager->in_tick = true;
        r = work(manager);
        if ((r == -EUCLEAN || (r == 0 && manager->failures > 0 && manager->touched)) &&
            manager_mend(manager, NULL) == MENDED)
                r = work(manager);
        manager->in_tick = false;
        if (r < 0)
                fail(manager, r);
        else
                manager->failures = 0;
        if (!manager->running)
                manager->wake = INT64_MAX;
        manager_judge_troubles(manager);
        judge_log(manager);
        arm(manager);
        return r;
}
