/* Facts: gathers from plans and store what a message says, as things stand at that moment. */
#include "content/facts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "content/facts-private.h"
#include "store/revisions.h"

void *facts_keep(struct facts *facts, void *pointer)
{
        void *kept = message_keep(facts->message, pointer);

        facts->starved |= !kept;
        return kept;
}

char *facts_keep_copy(struct facts *facts, const char *text)
{
        return text ? facts_keep(facts, strdup(text)) : NULL;
}

int facts_verdict(const struct facts *facts, int r)
{
        return r >= 0 && facts->starved ? -ENOMEM : r;
}

int facts_begin(struct engine *engine, int64_t now, struct facts *ret)
{
        struct message *message;
        int r = message_new(engine->settings, &message);

        if (r < 0)
                return r;
        *ret = (struct facts){
                .engine = engine,
                .config = engine_config(engine),
                .message = message,
                .letter = message_write(message),
                .today = wall_day(clock_wall(now)),
        };
        ret->letter->now = clock_wall(now);
        ret->letter->now_epoch = now / 1000;
        ret->letter->utc_offset = clock_offset(now);
        return 0;
}

void facts_end(struct facts *facts)
{
        message_unref(facts->message);
}

int facts_address(struct facts *facts, const struct delivery_record *delivery)
{
        struct letter *letter = facts->letter;
        size_t agency = roster_find(&facts->config->roster, delivery->agency);

        facts->threads = delivery->channel.kind == CHANNEL_MAIL;
        letter->kind = delivery->kind;
        letter->id = facts_keep_copy(facts, delivery->id);
        letter->number = delivery->number;
        letter->agency = facts_keep_copy(facts, delivery->agency);
        letter->address = facts_keep_copy(facts, delivery->address);
        letter->agency_name =
                agency != ROSTER_NONE ? facts->config->roster.agencies[agency].name : facts->config->contact.name;
        return letter->id && letter->agency && letter->address ? 0 : -ENOMEM;
}

static int by_urgency(const void *left, const void *right)
{
        const struct letter_entry *a = left, *b = right;

        int order =
                urgency_compare(&(struct urgency){a->kind, a->dates.safe}, &(struct urgency){b->kind, b->dates.safe});

        if (order == 0)
                order = strcmp(a->item, b->item);
        return order != 0 ? order : strcmp(a->occurrence, b->occurrence);
}

static bool in_thread(const struct facts *facts, const char *id)
{
        for (const char *const *root = facts->letter->thread; *root; root++)
                if (strcmp(*root, id) == 0)
                        return true;
        return false;
}

/* The first message about this obligation that reached the address heads the thread. */
static int join_thread(struct facts *facts, int64_t obligation)
{
        char root[DELIVERY_ID_SIZE];
        int r;

        if (obligation == 0 || !facts->threads)
                return 0;
        r = store_thread_root(facts->engine->store, obligation, facts->letter->address, root);
        if (r != 0)
                return r < 0 ? r : 0;
        if (strcmp(root, facts->letter->id) == 0 || in_thread(facts, root))
                return 0;

        char *copy = facts_keep_copy(facts, root);

        if (!copy)
                return -ENOMEM;
        message_join(facts->message, copy);
        return 0;
}

/* It is not said, and why. */
static void drop(struct facts *facts, const struct notice_record *notice, const char *reason, bool too_late)
{
        struct gathered *gathered = facts->gathered;

        gathered->dropped[gathered->n_dropped++] = (struct dropped_notice){notice->id, reason, too_late};
}

int facts_find_entry(const struct facts *facts, const struct notice_record *notice, struct letter_entry *entry)
{
        struct revision revision = {.number = 0};
        civil_day day = CIVIL_NONE;
        int r = 0;

        entry->obligation_id = notice->obligation_id;
        if (facts->threads && kind_ends_entry(notice->kind))
                r = store_get_entry(facts->engine->store, notice->obligation_id, facts->letter->address, &day);
        if (r == 0 && facts->threads && notice->obligation_id != 0)
                r = store_get_revision(facts->engine->store, notice->obligation_id, &revision);
        entry->sequence = revision.number;
        entry->cancels = day != CIVIL_NONE;
        entry->cancelled_day = day;
        if (entry->cancels)
                entry->instant = entry_instant(entry, day);
        return r;
}

static int take_notice(struct facts *facts, const struct notice_record *notice)
{
        const struct roster *roster = &facts->config->roster;
        size_t agency = roster_find(roster, notice->agency);
        struct letter_entry *entry = &facts->entries[facts->n_entries];
        struct truth truth = {.standing = NO_LONGER_TRUE, .reason = "the agency left the block"};
        int r = 0;

        if (!*notice->agency || agency != ROSTER_NONE)
                r = entry_of_notice(facts, notice, entry, &truth);
        if (r < 0)
                return r;
        if (truth.standing != STILL_TRUE) {
                if (truth.standing == NOT_YET_TRUE && notice->rung_at > facts->letter->now &&
                    notice->rung_at > facts->gathered->early)
                        facts->gathered->early = notice->rung_at;
                drop(facts, notice, truth.reason, truth.standing == TRUE_TOO_LATE);
                return 0;
        }
        if (agency != ROSTER_NONE) {
                entry->agency = roster->agencies[agency].id;
                entry->agency_name = roster->agencies[agency].name;
        }
        r = facts_find_entry(facts, notice, entry);
        if (r < 0)
                return r;
        facts->n_entries++;
        return join_thread(facts, notice->obligation_id);
}

/* Whose letter it is: of several agencies that share the mailbox each is named, in the order of the entries. */
static int name_agencies(struct facts *facts)
{
        struct letter *letter = facts->letter;
        char *names = NULL;
        size_t size;
        FILE *out;

        if (!letter->entries[0].agency)
                return 0;
        letter->agency = letter->entries[0].agency;
        letter->agency_name = letter->entries[0].agency_name;
        for (size_t i = 1; i < letter->n_entries; i++)
                letter->of_several |= strcmp(letter->entries[i].agency, letter->agency) != 0;
        if (!letter->of_several)
                return 0;
        out = open_memstream(&names, &size);
        if (!out)
                return -ENOMEM;
        for (size_t i = 0; i < letter->n_entries; i++) {
                size_t first = 0;

                while (strcmp(letter->entries[first].agency, letter->entries[i].agency) != 0)
                        first++;
                if (first == i) /* a name may have commas */
                        fprintf(out, "%s%s", i > 0 ? "; " : "", letter->entries[i].agency_name);
        }
        if (fclose(out) != 0) {
                free(names);
                return -ENOMEM;
        }
        letter->agency_name = facts_keep(facts, names);
        return letter->agency_name ? 0 : -ENOMEM;
}

int facts_settle(struct facts *facts)
{
        if (facts->n_entries == 0)
                return GATHER_NOTHING;
        qsort(facts->entries, facts->n_entries, sizeof(*facts->entries), by_urgency);
        facts->letter->entries = facts->entries;
        facts->letter->n_entries = facts->n_entries;
        facts->letter->kind = facts->entries[0].kind;
        return name_agencies(facts);
}

static int take_notices(struct facts *facts, const struct notice_record *notices, size_t n)
{
        int r = 0;

        facts->entries = facts_keep(facts, calloc(n + 1, sizeof(*facts->entries)));
        if (!facts->entries)
                return -ENOMEM;
        for (size_t i = 0; r == 0 && i < n; i++)
                r = take_notice(facts, &notices[i]);
        if (r < 0)
                return r;
        return facts_settle(facts);
}

/* In a letter of its own, or within that of the reminders. */
static int take_digest(struct facts *facts, const struct notice_record *notice)
{
        size_t agency = roster_find(&facts->config->roster, notice->agency);
        civil_day nominal = rung_key_day(notice->rung);
        int r = GATHER_NOTHING;

        if (agency != ROSTER_NONE && nominal != CIVIL_NONE)
                r = digest_letter(facts, agency, nominal);
        if (r == GATHER_NOTHING)
                drop(facts, notice, "nothing to say", false);
        return r;
}

/* Moves the digest's notice behind the others, of which `*n` are left. NULL: no digest is among them. */
static const struct notice_record *take_out_digest(struct notice_record *notices, size_t *n)
{
        for (size_t i = 0; i < *n; i++)
                if (notices[i].kind == KIND_DIGEST) {
                        struct notice_record digest = notices[i];

                        notices[i] = notices[--*n];
                        notices[*n] = digest;
                        return &notices[*n];
                }
        return NULL;
}

static int take_all(struct facts *facts, struct notice_record *notices, size_t n)
{
        const struct notice_record *digest = take_out_digest(notices, &n);
        int reminders = n > 0 ? take_notices(facts, notices, n) : GATHER_NOTHING;
        int r = digest && reminders >= 0 ? take_digest(facts, digest) : GATHER_NOTHING;

        if (reminders < 0 || r < 0)
                return reminders < 0 ? reminders : r;
        return reminders == GATHER_DONE || r == GATHER_DONE ? GATHER_DONE : GATHER_NOTHING;
}

static int gather(struct facts *facts, const struct delivery_record *delivery)
{
        /* 19 KiB: too much for the heap each time, not for the stack */
        struct notice_record notices[MESSAGE_NOTICES_MAX];
        int r = facts_address(facts, delivery), n;

        if (r < 0 || delivery->kind == KIND_TEST)
                return r;
        n = r = store_delivery_notices(facts->engine->store, delivery->number, notices, MESSAGE_NOTICES_MAX);
        if (n >= 0)
                r = take_all(facts, notices, (size_t)n);
        for (int i = 0; i < n; i++)
                notice_record_clear(&notices[i]);
        return r;
}

int facts_of_delivery(struct facts *facts, const struct delivery_record *delivery)
{
        struct store *store = facts->engine->store;
        int begun = store_begin_read(store), r;

        if (begun < 0)
                return begun;
        r = gather(facts, delivery);
        if (begun != STORE_OPEN)
                store_end_read(store);
        return facts_verdict(facts, r);
}

int facts_gather(struct engine *engine, const struct delivery_record *delivery, struct gathered *ret)
{
        struct facts CLEANUP(facts_end) facts = {0};
        int r = facts_begin(engine, clock_now(&engine->clock), &facts);

        if (r < 0)
                return r;
        ret->message = NULL;
        ret->n_dropped = 0;
        ret->early = WALL_NONE;
        facts.gathered = ret;
        r = facts_of_delivery(&facts, delivery);
        if (r >= 0 && ret->early != WALL_NONE)
                return GATHER_EARLY;
        if (r == GATHER_DONE) {
                message_holds_until(facts.message,
                                    engine_holds_until(engine, clock_now(&engine->clock), delivery->manual));
                ret->message = TAKE_PTR(facts.message);
        }
        return r;
}
