/* Crashes: between any two commits, before and after a message goes out or an answer comes in. The process is not
 * killed; the database's files are copied at that moment, and what it does from there on is thrown away.
 * Depends on sim; wraps store_begin, store_commit, store_rollback and clock_set_point (the linker's --wrap).
 * Called by the store's callers through the wraps, by outside and by sim. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"

/* The wraps have no other way to know for whom they listen. */
static struct sim *listener;

void crash_listen(struct sim *sim)
{
        listener = sim;
}

static void copy_file(const char *from, const char *to)
{
        char buffer[65536];
        FILE *CLEANUP_FCLOSE in = fopen(from, "rbe");
        FILE *CLEANUP_FCLOSE out = NULL;
        size_t n;

        (void)remove(to);
        if (!in)
                return;
        out = fopen(to, "wbe");
        if (!out)
                abort();
        while ((n = fread(buffer, 1, sizeof(buffer), in)) > 0)
                if (fwrite(buffer, 1, n, out) != n)
                        abort();
}

static void copy_database(const struct sim *sim, const char *from, const char *to)
{
        static const char *const names[] = {STORE_FILE, STORE_FILE "-wal"};
        char source[200], target[200];

        for (size_t i = 0; i < ELEMENTS(names); i++) {
                snprintf(source, sizeof(source), "%s/%s/%s", sim->folder, from, names[i]);
                snprintf(target, sizeof(target), "%s/%s/%s", sim->folder, to, names[i]);
                copy_file(source, target);
        }
}

void crash_die(struct sim *sim)
{
        sim->dead = true;
        sim->countdown = 0;
        sim->in_transaction = false;
}

static void die(struct sim *sim)
{
        if (sim->medium)
                sim->medium->keep(sim);
        else
                copy_database(sim, "state", "durable");
        crash_die(sim);
}

/* The state becomes what was left. */
static void restore(struct sim *sim)
{
        char path[200];

        if (sim->medium) {
                sim->medium->restore(sim);
                return;
        }
        snprintf(path, sizeof(path), "%s/state/%s-shm", sim->folder, STORE_FILE);
        (void)remove(path);
        copy_database(sim, "durable", "state");
}

void crash_boundary(struct sim *sim)
{
        if (!sim || sim->dead || sim->countdown == 0 || --sim->countdown > 0)
                return;
        sim_say(sim, "the process dies after %d commits of this step", sim->commits);
        die(sim);
}

void crash_now(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_CRASH];

        if (!sim->dead)
                die(sim);
        checker_died(sim);
        sim->totals.crashes++;
        sim->totals.faults[CLASS_CRASH]++;
        outside_cut(sim);
        sim->hooked = false;
        sim->manager = manager_free(sim->manager);
        restore(sim);
        sim->dead = false;
        switch (chance_between(chance, 0, 3)) {
        case 0:
                break;
        case 1:
                sim->now += INT64_C(1000) * chance_between(chance, 1, 600);
                break;
        case 2:
                sim->now += INT64_C(60000) * chance_between(chance, 1, 1440);
                break;
        default:
                sim->now += INT64_C(3600000) * chance_between(chance, 1, 200);
                break;
        }
        sim_say(sim, "the process is started again");
        sim_open(sim);
}

static void stop_in_order(struct sim *sim)
{
        sim_say(sim, "the program is stopped and started");
        manager_stop(sim->manager);
        while (sim->flights && !sim->dead) {
                sim->now = outside_next(sim) > sim->now ? outside_next(sim) : sim->now;
                clock_advance(&manager_engine(sim->manager)->clock, sim->now);
                outside_answer(sim);
        }
        if (!sim->dead)
                (void)manager_tick(sim->manager);
        if (sim->dead) {
                crash_now(sim);
                return;
        }
        sim->hooked = false;
        sim->manager = manager_free(sim->manager);
        sim_open(sim);
}

void crash_event(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_CRASH];

        switch (chance_between(chance, 0, 4)) {
        case 0:
                crash_now(sim);
                break;
        case 1:
                if (sim->countdown == 0) {
                        stop_in_order(sim);
                        break;
                }
                /* fall through */
        default:
                if (sim->medium && chance_percent(chance, 70))
                        sim->medium->arm(sim);
                else
                        sim->countdown = chance_between(chance, 1, 25);
                break;
        }
}

/* ---- what the linker puts before the real ones ---- */

int __real_store_begin(struct store *store);
int __real_store_commit(struct store *store);
void __real_store_rollback(struct store *store);
int64_t __real_clock_set_point(void);
int __wrap_store_begin(struct store *store);
int __wrap_store_commit(struct store *store);
void __wrap_store_rollback(struct store *store);
int64_t __wrap_clock_set_point(void);

int __wrap_store_begin(struct store *store)
{
        if (listener)
                listener->in_transaction = true;
        return __real_store_begin(store);
}

int __wrap_store_commit(struct store *store)
{
        const struct medium *medium = listener ? listener->medium : NULL;
        bool alive;
        int r;

        crash_boundary(listener);
        if (medium && !listener->dead)
                medium->committing(listener, store);
        alive = listener && !listener->dead;
        r = __real_store_commit(store);
        if (alive && (medium ? medium->committed(listener) : !listener->dead))
                listener->commits++;
        if (listener)
                listener->in_transaction = false;
        crash_boundary(listener);
        return r;
}

void __wrap_store_rollback(struct store *store)
{
        if (listener)
                listener->in_transaction = false;
        __real_store_rollback(store);
}

int64_t __wrap_clock_set_point(void)
{
        return listener ? listener->set_point : __real_clock_set_point();
}
