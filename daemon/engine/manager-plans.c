/* The store follows the plans: at a start, at a reload, where it was damaged, and when an agency passes to another. */
#include "engine/manager-private.h"

#include "store/counts.h"

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

int manager_follow_plans(struct manager *manager)
{
        bool current = true;
        int r = manager->running ? sync_is_current(&manager->engine, &current) : 0;

        if (r < 0 || current)
                return r;
        r = manager_synchronise(manager, SYNC_CHANGES, NULL);
        outbox_recall(manager->outbox);
        return r;
}
