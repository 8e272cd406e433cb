/* Power losses while the engine plays a year: the simulation's crashes, on a disk that forgets what was not synced. */
#include "disk.h"
#include "faults.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../sim/sim.h"
#include "store/query.h"
#include "store/statedir.h"

#define FACT_COMMITS "faults-commits"

struct power {
        struct faults *faults;
        struct sim *sim;
        long in_flight, acked; /* numbers of commits; 0 before the first */
};

static struct power *power_of(const struct sim *sim)
{
        return sim->medium->self;
}

/* The number that the last commit that is there wrote; 0: none. */
static long last_commit(sqlite3 *db)
{
        sqlite3_stmt *rows = NULL;
        long n = 0;

        if (sqlite3_prepare_v2(db, "SELECT value FROM fact WHERE name = '" FACT_COMMITS "'", -1, &rows, NULL) ==
                    SQLITE_OK &&
            sqlite3_step(rows) == SQLITE_ROW)
                n = strtol((const char *)sqlite3_column_text(rows, 0), NULL, 10);
        sqlite3_finalize(rows);
        return n;
}

static void on_dark(void *userdata)
{
        struct power *power = userdata;

        if (!power->sim->dead)
                sim_say(power->sim, "the power goes");
        crash_die(power->sim);
}

static void begin(struct sim *sim)
{
        struct power *power = power_of(sim);

        char state[120];

        power->sim = sim;
        (void)snprintf(state, sizeof(state), "%s/state", sim->folder);
        (void)mkdir(state, 0700);
        disk_watch(state);
        disk_on_dark(on_dark, power);
}

static void arm(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_CRASH];

        disk_arm(chance_between(chance, 1, chance_percent(chance, 50) ? 20 : 200), chance);
}

static void keep(struct sim *sim)
{
        disk_lose_power(&sim->streams[CLASS_CRASH]);
}

static void restore(struct sim *sim)
{
        struct power *power = power_of(sim);

        disk_restore();
        power->faults->counted.losses++;
        if (chance_percent(&sim->streams[CLASS_CRASH], 25))
                arm(sim); /* and again while it recovers */
}

static void committing(struct sim *sim, struct store *store)
{
        struct power *power = power_of(sim);
        char text[24];

        (void)snprintf(text, sizeof(text), "%ld", power->acked + 1);
        if (store_set_fact(store, FACT_COMMITS, text) == 0)
                power->in_flight = power->acked + 1;
}

/* Looks at what survived, in a folder of its own. */
static bool survived(struct sim *sim)
{
        const struct power *power = power_of(sim);
        char folder[] = "/tmp/reminderd-faults-XXXXXX", path[80];
        sqlite3 *db = NULL;

        if (!mkdtemp(folder))
                abort();
        disk_copy(folder);
        (void)snprintf(path, sizeof(path), "%s/" STORE_FILE, folder);
        bool there = sqlite3_open(path, &db) == SQLITE_OK && last_commit(db) == power->in_flight;
        sqlite3_close(db);
        (void)remove(path);
        (void)snprintf(path, sizeof(path), "%s/" STORE_FILE "-wal", folder);
        (void)remove(path);
        (void)snprintf(path, sizeof(path), "%s/" LOCK_FILE, folder);
        (void)remove(path);
        (void)rmdir(folder);
        return there;
}

static bool committed(struct sim *sim)
{
        struct power *power = power_of(sim);

        if (!sim->dead) {
                power->acked = power->in_flight;
                return true;
        }
        bool there = survived(sim);
        power->faults->counted.halves++;
        power->faults->counted.kept += there;
        return there;
}

static void opened(struct sim *sim)
{
        struct power *power = power_of(sim);
        struct store *store = manager_engine(sim->manager)->store;

        if (sim->dead)
                return;
        long n = last_commit(store->db);
        if (n < power->acked)
                sim_fail(sim, "commit %ld was acknowledged, and %ld is the last that is there", power->acked, n);
        power->acked = n;
        work_assert_sound(power->faults, store);
        work_hurry(power->faults, store);
}

/* Each kind of fault of the simulation in three years of five; crashes always. */
static unsigned some_classes(struct chance *chance)
{
        unsigned classes = 1U << CLASS_CRASH;

        for (unsigned i = 0; i < CLASSES; i++)
                if (chance_percent(chance, 60))
                        classes |= 1U << i;
        return classes;
}

void power_engine(struct faults *faults)
{
        struct power power = {.faults = faults};
        const struct medium medium = {.begin = begin,
                                      .arm = arm,
                                      .keep = keep,
                                      .restore = restore,
                                      .committing = committing,
                                      .committed = committed,
                                      .opened = opened,
                                      .self = &power};
        static struct replay replay;
        static struct outcome outcome;

        replay.tell = getenv("FAULTS_STORY") != NULL;
        replay.classes = some_classes(&faults->chance);
        sim_run(faults->seed, &replay, &medium, &outcome);
        faults->counted.commits += power.acked;
        faults->counted.leaving += outcome.totals.accepted;
        faults->counted.repeated += outcome.totals.repeated;
}
