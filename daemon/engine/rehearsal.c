/* A rehearsal: the same engine in virtual time over a scratch store, printing what leaves.
 * Depends on manager.
 * Called by reminderd.c. */
#include "engine/rehearsal.h"

#include <errno.h>
#include <string.h>

#include <jansson.h>

#include "core/cleanup.h"
#include "engine/manager.h"

#define SEED 1 /* any: two rehearsals of one plan print the same */

struct printer {
        const struct rehearsal *rehearsal;
        struct engine *engine;
        size_t failed;
        int error; /* of the output file */
};

DEFINE_CLEANUP(sd_event *, sd_event_unref, sd_event_unref)
DEFINE_CLEANUP(struct transfers *, transfers_free, transfers_free)

#define ITEM_NAME_SIZE (ID_SIZE + sizeof("@YYYY-MM-DD"))

static void item_name(const struct letter_entry *entry, char name[static ITEM_NAME_SIZE])
{
        snprintf(name, ITEM_NAME_SIZE, "%s%s%s", entry->item, *entry->occurrence ? "@" : "", entry->occurrence);
}

static void add_item(void *userdata, const struct letter_entry *entry)
{
        char name[ITEM_NAME_SIZE];
        json_t *items = userdata, *item;
        size_t i;

        item_name(entry, name);
        json_array_foreach(items, i, item)
                if (strcmp(json_string_value(item), name) == 0)
                        return;
        json_array_append_new(items, json_string(name));
}

/* Every entry of a letter, those of a digest's lists too. */
static void each_entry(const struct letter *letter, void (*visit)(void *userdata, const struct letter_entry *entry),
                       void *userdata)
{
        for (size_t i = 0; i < letter->n_entries; i++)
                visit(userdata, &letter->entries[i]);
        for (int s = 0; s < DIGEST_SECTIONS; s++)
                for (size_t i = 0; i < letter->n_sections[s]; i++)
                        visit(userdata, &letter->sections[s][i]);
}

/* Names of the items, each once: an occurrence may be spoken of twice, to be fixed and to be prepared for. */
static json_t *items_of(const struct letter *letter)
{
        json_t *items = json_array();

        each_entry(letter, add_item, items);
        return items;
}

static const char *channel_of(const struct delivery_record *delivery)
{
        return strcmp(delivery->server, "mail") == 0 ? "mail" : "webhook";
}

static void print_text(const struct printer *printer, const struct delivery_record *delivery,
                       const struct letter *letter, const char *subject)
{
        FILE *out = printer->rehearsal->out;
        json_t *items = items_of(letter), *item;
        char day[CIVIL_DATE_SIZE];
        size_t i;

        fprintf(out, "%s %02d:%02d  %s  %s  %s  %s  ", civil_format(wall_day(letter->now), day),
                wall_clock(letter->now) / 3600, wall_clock(letter->now) / 60 % 60, kind_name(delivery->kind),
                channel_of(delivery), *delivery->agency ? delivery->agency : "-", delivery->address);
        json_array_foreach(items, i, item)
                fprintf(out, "%s%s", i > 0 ? "," : "", json_string_value(item));
        fprintf(out, "%s  %s\n", json_array_size(items) == 0 ? "-" : "", subject);
        json_decref(items);
}

static void print_json(const struct printer *printer, const struct delivery_record *delivery,
                       const struct letter *letter, const char *subject)
{
        char time[CLOCK_TEXT_SIZE];
        const char *plan = "";
        json_t *line;

        if (letter->n_entries > 0)
                plan = letter->entries[0].plan;
        for (int s = 0; s < DIGEST_SECTIONS && !*plan; s++)
                if (letter->n_sections[s] > 0)
                        plan = letter->sections[s][0].plan;
        if (!*plan && letter->n_matrices > 0 && letter->matrices[0].n_rows > 0)
                plan = letter->matrices[0].rows[0].plan;
        line = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s}", "time",
                         clock_format(letter->now_epoch * 1000, time), "kind", kind_name(delivery->kind), "channel",
                         channel_of(delivery), "agency", delivery->agency, "address", delivery->address, "plan", plan,
                         "items", items_of(letter), "subject", subject);
        if (!line)
                return;
        json_dumpf(line, printer->rehearsal->out, JSON_COMPACT);
        fputc('\n', printer->rehearsal->out);
        json_decref(line);
}

static void on_leaving(void *self, const struct delivery_record *delivery, const struct letter *letter,
                       const char *subject)
{
        struct printer *printer = self;

        if (printer->rehearsal->json)
                print_json(printer, delivery, letter, subject);
        else
                print_text(printer, delivery, letter, subject);
        if (ferror(printer->rehearsal->out))
                printer->error = -EIO;
}

static void on_finished(void *self, const struct delivery_record *delivery, const char *answer)
{
        struct printer *printer = self;

        if (delivery->state != DELIVERY_FAILED)
                return;
        printer->failed++;
        fprintf(stderr, "reminderd: not delivered: %s to %s (%s): %s\n", kind_name(delivery->kind), delivery->address,
                delivery->agency, answer ? answer : "no words");
}

/* Lets the clock jump from one wake-up to the next while nothing is on the wire. */
static int play(struct manager *manager, sd_event *event, const struct printer *printer, int64_t end)
{
        struct engine *engine = manager_engine(manager);
        int r = 0;

        while (r >= 0 && printer->error == 0) {
                if (manager_under_way(manager) > 0 && event) {
                        r = sd_event_run(event, UINT64_MAX);
                        continue;
                }
                if (manager_wake(manager) >= end)
                        return 0;
                clock_advance(&engine->clock, manager_wake(manager));
                r = manager_tick(manager);
        }
        return printer->error < 0 ? printer->error : r;
}

static int rehearse(const struct rehearsal *rehearsal, sd_event *event, const struct courier *courier)
{
        const struct config *config = settings_config(rehearsal->settings);
        struct printer printer = { .rehearsal = rehearsal };
        struct manager *CLEANUP(manager_free_p) manager = NULL;
        char *CLEANUP_FREE error = NULL;
        struct manager_options options = {
                .event = event,
                .courier = *courier,
                .settings = rehearsal->settings,
                .journal = { JOURNAL_QUIET },
                .observer = { .leaving = on_leaving, .finished = on_finished, .self = &printer },
                .is_virtual = true,
                .seed = SEED,
        };
        int r;

        clock_set_zone(config->timezone);
        options.virtual_ms = clock_instant(wall_at(rehearsal->from, 0));
        r = manager_new(&options, &manager, &error);
        if (r < 0) {
                fprintf(stderr, "reminderd: %s\n", error ? error : strerror(-r));
                return r;
        }
        printer.engine = manager_engine(manager);
        r = manager_start(manager);
        if (r == 0)
                r = play(manager, event, &printer, clock_instant(wall_at(rehearsal->to + 1, 0)));
        if (r < 0)
                return r;
        if (fflush(rehearsal->out) != 0)
                return -errno;
        return printer.failed > 0;
}

int rehearsal_run(const struct rehearsal *rehearsal)
{
        sd_event *CLEANUP(sd_event_unref_p) event = NULL;
        struct transfers *CLEANUP(transfers_free_p) transfers = NULL;
        struct courier courier = courier_nowhere();
        int r;

        if (!rehearsal->deliver)
                return rehearse(rehearsal, NULL, &courier);
        r = sd_event_new(&event);
        if (r == 0)
                r = transfers_new(event, &transfers);
        if (r < 0)
                return r;
        courier = courier_network(transfers);
        return rehearse(rehearsal, event, &courier);
}
