/* A rehearsal: the same engine in virtual time over a scratch store, printing what leaves. */
#include "engine/rehearsal.h"

#include <errno.h>
#include <string.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "core/reference.h"
#include "engine/manager.h"

#define SEED 1 /* any: two rehearsals of one plan print the same */

struct stage {
        struct rehearsal rehearsal;
        sd_event *event; /* NULL unless messages are delivered */
        struct transfers *transfers;
        struct manager *manager;
        size_t failed;
        int error; /* of the output file */
};

static void stage_free_p(struct stage **stage)
{
        rehearsal_free(*stage);
}

static void add_item(void *userdata, const struct letter_entry *entry)
{
        char text[REFERENCE_TEXT_SIZE];
        const char *name = reference_format("", entry->item, entry->occurrence, text);
        json_t *items = userdata, *item;
        size_t i;

        if (!*entry->item) /* of a message that failed */
                return;
        json_array_foreach(items, i, item) if (strcmp(json_string_value(item), name) == 0) return;
        json_array_append_new(items, json_string(name));
}

/* What a letter is about: its entries, or the lists of a digest by itself. */
static void each_entry(const struct letter *letter, void (*visit)(void *userdata, const struct letter_entry *entry),
                       void *userdata)
{
        for (size_t i = 0; i < letter->n_entries; i++)
                visit(userdata, &letter->entries[i]);
        for (int s = 0; letter->kind == KIND_DIGEST && s < DIGEST_SECTIONS; s++)
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

static void print_text(const struct stage *stage, const struct delivery_record *delivery, const struct letter *letter,
                       const char *subject)
{
        FILE *out = stage->rehearsal.out;
        json_t *items = items_of(letter), *item;
        char day[CIVIL_DATE_SIZE];
        size_t i;

        fprintf(out, "%s %02d:%02d  %s  %s  %s  %s  ", civil_format(wall_day(letter->now), day),
                wall_clock(letter->now) / 3600, wall_clock(letter->now) / 60 % 60, kind_name(delivery->kind),
                channel_kind_name(delivery->channel.kind), *delivery->agency ? delivery->agency : "-",
                delivery->address);
        json_array_foreach(items, i, item) fprintf(out, "%s%s", i > 0 ? "," : "", json_string_value(item));
        fprintf(out, "%s  %s\n", json_array_size(items) == 0 ? "-" : "", subject);
        json_decref(items);
}

static void print_json(const struct stage *stage, const struct delivery_record *delivery, const struct letter *letter,
                       const char *subject)
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
                         channel_kind_name(delivery->channel.kind), "agency", delivery->agency, "address",
                         delivery->address, "plan", plan, "items", items_of(letter), "subject", subject);
        if (!line)
                return;
        json_dumpf(line, stage->rehearsal.out, JSON_COMPACT);
        fputc('\n', stage->rehearsal.out);
        json_decref(line);
}

static void on_leaving(void *self, const struct delivery_record *delivery, const struct letter *letter,
                       const char *subject)
{
        struct stage *stage = self;

        if (stage->rehearsal.json)
                print_json(stage, delivery, letter, subject);
        else
                print_text(stage, delivery, letter, subject);
        if (ferror(stage->rehearsal.out))
                stage->error = -EIO;
}

static void on_finished(void *self, const struct delivery_record *delivery, const char *answer)
{
        struct stage *stage = self;

        if (delivery->state != DELIVERY_FAILED)
                return;
        stage->failed++;
        fprintf(stderr, "reminderd: not delivered: %s to %s (%s): %s\n", kind_name(delivery->kind), delivery->address,
                delivery->agency, answer ? answer : "no words");
}

/* Lets the clock jump from one wake-up to the next while nothing is on the wire. */
static int play(struct stage *stage, int64_t end)
{
        struct engine *engine = manager_engine(stage->manager);
        int r = 0;

        while (r >= 0 && stage->error == 0) {
                if (manager_under_way(stage->manager) > 0 && stage->event) {
                        r = sd_event_run(stage->event, UINT64_MAX);
                        continue;
                }
                if (manager_wake(stage->manager) >= end)
                        break;
                clock_advance(&engine->clock, manager_wake(stage->manager));
                r = manager_tick(stage->manager);
        }
        if (r >= 0)
                clock_advance(&engine->clock, end);
        if (fflush(stage->rehearsal.out) != 0)
                return -errno;
        return stage->error < 0 ? stage->error : r < 0 ? r : 0;
}

static int open_manager(struct stage *stage)
{
        char *CLEANUP_FREE error = NULL;
        struct manager_options options = {
                .event = stage->event,
                .transport = stage->transfers ? transport_network(stage->transfers) : transport_nowhere(),
                .settings = stage->rehearsal.settings,
                .journal = {.target = JOURNAL_QUIET},
                .observer = {.leaving = on_leaving, .finished = on_finished, .self = stage},
                .is_virtual = true,
                .fresh = stage->rehearsal.fresh,
                .seed = SEED,
        };
        int r;

        clock_set_zone(settings_config(stage->rehearsal.settings)->timezone);
        options.virtual_ms = clock_instant(wall_at(stage->rehearsal.from, 0));
        r = manager_new(&options, &stage->manager, &error);
        if (r < 0)
                fprintf(stderr, "reminderd: %s\n", error ? error : strerror(-r));
        return r < 0 ? r : manager_start(stage->manager);
}

int rehearsal_new(const struct rehearsal *rehearsal, struct stage **ret)
{
        struct stage *CLEANUP(stage_free_p) stage = calloc(1, sizeof(*stage));
        int r = 0;

        if (!stage)
                return -ENOMEM;
        stage->rehearsal = *rehearsal;
        if (rehearsal->deliver) {
                r = sd_event_new(&stage->event);
                if (r >= 0)
                        r = transfers_new(stage->event, &stage->transfers);
        }
        if (r >= 0)
                r = open_manager(stage);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(stage);
        return 0;
}

struct stage *rehearsal_free(struct stage *stage)
{
        if (!stage)
                return NULL;
        manager_free(stage->manager);
        transfers_free(stage->transfers);
        sd_event_unref(stage->event);
        free(stage);
        return NULL;
}

int rehearsal_advance(struct stage *stage, wall_time until)
{
        int64_t end = clock_instant(wall_at(stage->rehearsal.to + 1, 0)), target = clock_instant(until);

        /* What a decision caused is due at once. */
        int r = manager_tick(stage->manager);

        return r < 0 ? r : play(stage, target < end ? target : end);
}

struct manager *rehearsal_manager(struct stage *stage)
{
        return stage->manager;
}

int rehearsal_run(const struct rehearsal *rehearsal)
{
        struct stage *CLEANUP(stage_free_p) stage = NULL;
        int r = rehearsal_new(rehearsal, &stage);

        if (r == 0)
                r = rehearsal_advance(stage, wall_at(rehearsal->to + 1, 0));
        if (r < 0)
                return r;
        return stage->failed > 0 ? REHEARSED_NOT_DELIVERED : REHEARSED;
}
