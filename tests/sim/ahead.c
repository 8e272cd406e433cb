/* Looking ahead: what an outlook (a forecast's engine, over an excerpt of the store) says will leave, beside the same
 * engine over a copy of the whole store. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/outlook.h"

#define DAYS_BETWEEN 25
#define DAYS_AHEAD 45
#define TICKS_MAX 20000

struct view {
        const char *agency; /* NULL: all */
        char *text;
        size_t size;
        FILE *out;
};

static void view_end(struct view *view)
{
        if (view->out)
                fclose(view->out);
        free(view->text);
}

static void begin_view(struct view *view, const char *agency)
{
        *view = (struct view){.agency = agency};
        view->out = open_memstream(&view->text, &view->size);
        if (!view->out)
                abort();
}

static void write_entries(FILE *out, const struct letter_entry *entries, size_t n)
{
        for (size_t i = 0; i < n; i++)
                fprintf(out, " %s/%s@%s", entries[i].plan, entries[i].item, entries[i].occurrence);
}

static void on_leaving(void *self, const struct delivery_record *delivery, const struct letter *letter,
                       const char *subject)
{
        struct view *view = self;

        if (view->agency && strcmp(view->agency, delivery->agency) != 0)
                return;
        fprintf(view->out, "%lld %s %s %s %s:", (long long)letter->now_epoch, kind_name(delivery->kind),
                channel_kind_name(delivery->channel.kind), delivery->agency, delivery->address);
        write_entries(view->out, letter->entries, letter->n_entries);
        for (int s = 0; s < DIGEST_SECTIONS; s++) {
                fprintf(view->out, " |%d", s);
                write_entries(view->out, letter->sections[s], letter->n_sections[s]);
        }
        for (size_t i = 0; i < letter->n_matrices; i++)
                fprintf(view->out, " [%s: %zu]", letter->matrices[i].plan_title, letter->matrices[i].n_rows);
        fprintf(view->out, " %s\n", subject);
}

static void copy_all(struct sim *sim, civil_day to, struct view *view)
{
        char *CLEANUP_FREE error = NULL;
        const struct manager_options options = {
                .transport = transport_nowhere(),
                .settings = manager_engine(sim->manager)->settings,
                .journal = {.target = JOURNAL_QUIET},
                .observer = {.leaving = on_leaving, .self = view},
                .is_virtual = true,
                .virtual_ms = sim->now,
                .seed = 1,
        };
        int64_t end = clock_instant(wall_at(to + 1, 0));
        struct manager *manager = NULL;
        int r = manager_new(&options, &manager, &error);

        if (r == 0)
                r = store_copy(sim_store(sim), manager_engine(manager)->store);
        if (r == 0)
                r = manager_start(manager);
        for (int i = 0; r == 0 && i < TICKS_MAX && manager_wake(manager) < end; i++) {
                clock_advance(&manager_engine(manager)->clock, manager_wake(manager));
                r = manager_tick(manager);
        }
        if (r < 0)
                sim_fail(sim, "a copy cannot be played: %s", strerror(-r));
        manager_free(manager);
        fflush(view->out);
}

static void copy_some(struct sim *sim, civil_day to, struct view *view)
{
        const struct engine_observer observer = {.leaving = on_leaving, .self = view};
        struct outlook *outlook = NULL;
        int r = outlook_new(manager_engine(sim->manager), to, view->agency, &observer, &outlook);

        for (int i = 0; r >= 0 && i < 2 * TICKS_MAX; i++) {
                r = outlook_step(outlook);
                if (r == OUTLOOK_OVER)
                        break;
        }
        if (r < 0)
                sim_fail(sim, "nothing can be foreseen: %s", strerror(-r));
        outlook_free(outlook);
        fflush(view->out);
}

/* Where they differ: the first line that is another one. */
static void compare(struct sim *sim, const char *whom, const struct view *all, const struct view *some)
{
        const char *a = all->text, *b = some->text;
        size_t line = 0;

        if (strcmp(a, b) == 0)
                return;
        for (size_t i = 0; a[i] && a[i] == b[i]; i++)
                if (a[i] == '\n')
                        line = i + 1;
        sim_fail(sim, "%s is told \"%.*s\", and foreseen was \"%.*s\"", whom, (int)strcspn(a + line, "\n"), a + line,
                 (int)strcspn(b + line, "\n"), b + line);
}

static void look(struct sim *sim, civil_day to, const char *agency)
{
        struct view CLEANUP(view_end) all = {0}, CLEANUP(view_end) some = {0};

        begin_view(&all, agency);
        begin_view(&some, agency);
        copy_all(sim, to, &all);
        copy_some(sim, to, &some);
        compare(sim, agency ? agency : "everybody", &all, &some);
        sim->totals.foreseen += agency ? 0 : (long)all.size / 80;
}

void ahead_look(struct sim *sim)
{
        const struct roster *roster = &settings_config(sim->settings)->roster;
        struct chance chance;

        if (sim->now < sim->look_ahead)
                return;
        chance = chance_stream(sim->seed, (uint64_t)sim->now);
        sim->look_ahead = sim->now + INT64_C(86400000) * chance_between(&chance, 1, 2 * DAYS_BETWEEN);
        crash_listen(NULL);
        witness_listen(NULL);
        civil_day to = sim_today(sim) + chance_between(&chance, 0, DAYS_AHEAD);

        look(sim, to, NULL);
        for (size_t i = 0; i < roster->n_agencies; i++)
                look(sim, to, roster->agencies[i].id);
        crash_listen(sim);
        witness_listen(sim);
}

/* ---- real files ---- */

static void nothing(struct sim *sim)
{
        (void)sim;
}

static void not_committing(struct sim *sim, struct store *store)
{
        (void)sim, (void)store;
}

static bool is_committed(struct sim *sim)
{
        (void)sim;
        return true;
}

const struct medium ahead_medium = {
        .begin = nothing,
        .arm = nothing,
        .keep = nothing,
        .restore = nothing,
        .committing = not_committing,
        .committed = is_committed,
        .opened = nothing,
};
