/* Crashes: between any two writes of the database, before and after a message goes out or an answer comes in. The
 * process is not killed; the disk is frozen at that moment, and what is done from there on is lost. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

/* The wraps have no other way to know for whom they listen. */
static struct sim *listener;

void crash_listen(struct sim *sim)
{
        listener = sim;
}

void crash_die(struct sim *sim)
{
        sim->dead = true;
        sim->countdown = 0;
        sim->in_transaction = false;
}

static void die(struct sim *sim)
{
        bool power_cut = sim->medium || chance_percent(&sim->streams[CLASS_CRASH], 50);

        if (sim->medium)
                sim->medium->keep(sim);
        else
                ramdisk_freeze(&sim->streams[CLASS_CRASH], power_cut);
        sim->totals.power_cuts += power_cut;
        sim_say(sim, power_cut ? "the power fails" : "the process is killed");
        crash_die(sim);
}

void crash_boundary(struct sim *sim)
{
        if (!sim || sim->dead || sim->countdown == 0 || --sim->countdown > 0)
                return;
        die(sim);
}

void crash_touch(void)
{
        crash_boundary(listener);
}

void crash_now(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_CRASH];

        if (!sim->dead)
                die(sim);
        sim->totals.crashes++;
        held_look(sim);
        outside_cut(sim);
        sim->hooked = false;
        sim->manager = manager_free(sim->manager);
        if (sim->medium)
                sim->medium->restore(sim);
        else
                ramdisk_thaw();
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
        if (sim_has(sim, CLASS_CLOCK) && chance_percent(chance, 10))
                sim_set_clock(sim, INT64_C(3600000) * chance_between(chance, -400, 200));
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
        if (sim->dead || manager_under_way(sim->manager) > 0) {
                crash_now(sim); /* or it is killed before the disk is well again */
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
                        sim->countdown = chance_between(chance, 1, 60);
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
        int r = __real_store_begin(store);

        if (listener && r == 0)
                listener->in_transaction = true;
        return r;
}

int __wrap_store_commit(struct store *store)
{
        const struct medium *medium = listener ? listener->medium : NULL;
        bool alive;
        int r;

        crash_boundary(listener);
        if (medium && !listener->dead)
                medium->committing(listener, store);
        alive = medium && !listener->dead;
        r = __real_store_commit(store);
        if (alive)
                (void)medium->committed(listener);
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
