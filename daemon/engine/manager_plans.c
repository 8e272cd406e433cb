/* The store follows the plans: at a start, at a reload, where it was damaged, and when an agency passes to another. */
#include "engine/manager-private.h"

#include "base/cleanup.h"
#include "runtime/trial.h"
#include "store/counts.h"

static civil_day last_succession(const struct engine *engine)
{
        return roster_last_succession(&engine_config(engine)->roster, clock_today(&engine->clock));
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

int manager_synchronise(struct manager *manager, enum sync_depth depth, struct changes *changes)
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

int manager_mend(struct manager *manager, struct changes *changes)
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
        r = manager_synchronise(manager, manager->touched ? SYNC_ROWS : SYNC_CHANGES, changes);
        if (r < 0)
                return r;
        manager->touched = manager->in_doubt = false;
        return MENDED;
}

int manager_follow_successions(struct manager *manager)
{
        int r;

        if (!manager->running || manager->succession == last_succession(&manager->engine))
                return 0;
        r = manager_synchronise(manager, SYNC_CHANGES, NULL);
        outbox_recall(manager->outbox);
        return r;
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
