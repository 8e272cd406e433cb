/* Dispatch: notices become deliveries, one for each address of whom they concern. */
#include "addressing/dispatch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

/* In the order of names: notices for no agency are for the block's contact; ids begin with a letter or a digit. */
#define CONTACT ""
#define FIRST_AGENCY "0"
#define AFTER_AGENCIES "~"

/* What was decided is told after a while, so that it can be taken back, and more come into the same message. */
static struct notice_pause pause_at(const struct engine *engine, int64_t now_ms)
{
        struct notice_pause pause = {
                .after_ms = now_ms - engine_config(engine)->confirm_after * 1000,
                .until_ms = now_ms, /* one that is of later was made by a clock that ran ahead */
        };

        for (enum notice_kind kind = 0; kind < KIND_COUNT; kind++)
                if (kind_tells_event(kind))
                        pause.kinds |= INT64_C(1) << kind;
        return pause;
}

int dispatch_add(struct engine *engine, int64_t now_ms, bool manual, const struct address *address,
                 const struct notice_record *notices, const size_t *picked, size_t n)
{
        const struct notice_record *first = &notices[picked[0]];
        struct delivery_record record = {
                .channel = address_channel(address),
                .address = (char *)address->name,
                .kind = first->kind,
                .manual = manual,
                .made_ms = now_ms,
                .next_ms = now_ms,
        };
        int64_t ids[MESSAGE_NOTICES_MAX];

        for (size_t i = 0; i < n; i++)
                ids[i] = notices[picked[i]].id;
        engine_new_id(engine, record.id);
        memcpy(record.agency, first->agency, sizeof(record.agency));
        return store_add_delivery(engine->store, &record, ids, n);
}

/* Notices that are dispatched together: of one agency, or of a household. */
struct batch {
        struct engine *engine;
        int64_t now_ms;
        const struct notice_record *notices;
};

/* One that is said after all goes on in the delivery that it had. */
static int write_to(const struct batch *batch, const struct address *address, const size_t *picked, size_t n)
{
        const struct channel channel = address_channel(address);
        size_t new[MESSAGE_NOTICES_MAX], n_new = 0;

        for (size_t i = 0; i < n; i++) {
                int r = store_resume_notice(batch->engine->store, batch->notices[picked[i]].id, &channel, address->name,
                                            0, batch->now_ms);

                if (r < 0)
                        return r;
                if (r != STORE_RESUMED)
                        new[n_new++] = picked[i];
        }
        return n_new == 0 ? 0 : dispatch_add(batch->engine, batch->now_ms, false, address, batch->notices, new, n_new);
}

static int write_message(void *userdata, const struct address *address, const size_t *picked, size_t n)
{
        const struct batch *batch = userdata;
        int r = 0;

        if (address)
                return write_to(batch, address, picked, n);
        for (size_t i = 0; r == 0 && i < n; i++)
                r = store_set_notice(batch->engine->store, batch->notices[picked[i]].id, NOTICE_SKIPPED, "no address");
        return r;
}

static size_t index_of(const struct engine *engine, const char *agency)
{
        return strcmp(agency, CONTACT) == 0 ? ROSTER_NONE : roster_find(&engine_config(engine)->roster, agency);
}

static int dispatch(struct engine *engine, int64_t now_ms, const struct notice_record *notices, size_t n)
{
        struct batch batch = {.engine = engine, .now_ms = now_ms, .notices = notices};
        struct addressed addressed[MESSAGE_NOTICES_MAX];

        for (size_t i = 0; i < n; i++)
                addressed[i] = (struct addressed){
                        .agency = i > 0 && strcmp(notices[i].agency, notices[i - 1].agency) == 0
                                          ? addressed[i - 1].agency
                                          : index_of(engine, notices[i].agency),
                        .kind = notices[i].kind,
                };
        return address_messages(&engine_config(engine)->addresses, addressed, n, write_message, &batch);
}

/* All are of one agency. Those of one that left the roster have nobody to go to. */
static int dispatch_agency(struct engine *engine, int64_t now_ms, const struct notice_record *notices, size_t n)
{
        const char *agency = notices[0].agency;
        int r = 0;

        if (strcmp(agency, CONTACT) == 0 || index_of(engine, agency) != ROSTER_NONE)
                return dispatch(engine, now_ms, notices, n);
        for (size_t i = 0; r == 0 && i < n; i++)
                r = store_set_notice(engine->store, notices[i].id, NOTICE_CANCELLED, "the agency left the block");
        return r;
}

/* ---- agencies that share a mailbox ---- */

static int read_household(struct engine *engine, int64_t now_ms, size_t household, struct notice_record *notices,
                          size_t *n)
{
        const struct notice_pause pause = pause_at(engine, now_ms);
        const struct address_book *book = &engine_config(engine)->addresses;
        char end[ID_SIZE + 1];

        for (size_t i = household; i < book->roster->n_agencies && *n < MESSAGE_NOTICES_MAX; i++) {
                const char *id = book->roster->agencies[i].id;
                int found;

                if (!address_in_household(book, household, i))
                        continue;
                snprintf(end, sizeof(end), "%s ", id); /* sorts before any longer id */
                found = store_new_notices(engine->store, id, end, &pause, notices + *n, MESSAGE_NOTICES_MAX - *n);
                if (found < 0)
                        return found;
                *n += (size_t)found;
        }
        return 0;
}

static int dispatch_household(struct engine *engine, int64_t now_ms, size_t household)
{
        struct notice_record *CLEANUP_FREE notices = calloc(MESSAGE_NOTICES_MAX, sizeof(*notices));
        size_t n = 0;
        int r = notices ? read_household(engine, now_ms, household, notices, &n) : -ENOMEM;

        if (r == 0 && n > 0)
                r = dispatch(engine, now_ms, notices, n);
        for (size_t i = 0; i < n; i++)
                notice_record_clear(&notices[i]);
        if (r < 0)
                return r;
        return n == MESSAGE_NOTICES_MAX ? DISPATCH_MORE : DISPATCH_DONE;
}

/* Whether all its agencies sort before `end`: then the ladders of all of them are judged. */
static bool is_judged(const struct address_book *book, size_t household, const char *end)
{
        for (size_t i = household; i < book->roster->n_agencies; i++)
                if (address_in_household(book, household, i) && strcmp(book->roster->agencies[i].id, end) >= 0)
                        return false;
        return true;
}

static size_t count_same_agency(const struct notice_record *notices, size_t n)
{
        size_t same = 1;

        while (same < n && strcmp(notices[same].agency, notices[0].agency) == 0)
                same++;
        return same;
}

/* Of at most MESSAGE_NOTICES_MAX notices those of whole agencies, but where one fills them all. */
static int dispatch_some(struct engine *engine, int64_t now_ms, const char *first, const char *end,
                         struct notice_record *notices)
{
        const struct address_book *book = &engine_config(engine)->addresses;
        const struct notice_pause pause = pause_at(engine, now_ms);
        int n = store_new_notices(engine->store, first, end, &pause, notices, MESSAGE_NOTICES_MAX), r = n < 0 ? n : 0;
        bool more = n == MESSAGE_NOTICES_MAX;

        for (size_t i = 0, same; r >= 0 && n > 0 && i < (size_t)n; i += same) {
                size_t household = address_household(book, index_of(engine, notices[i].agency));

                same = count_same_agency(&notices[i], (size_t)n - i);
                if (household != ROSTER_NONE) {
                        if (is_judged(book, household, end))
                                r = dispatch_household(engine, now_ms, household);
                        more |= r == DISPATCH_MORE;
                        continue;
                }
                if (n == MESSAGE_NOTICES_MAX && i > 0 && i + same == (size_t)n)
                        break; /* the rest of its notices comes with the next */
                r = dispatch_agency(engine, now_ms, &notices[i], same);
        }
        for (int i = 0; i < n; i++)
                notice_record_clear(&notices[i]);
        if (r < 0)
                return r;
        return more ? DISPATCH_MORE : DISPATCH_DONE;
}

static bool failures_ripe(const struct engine *engine, int64_t now_ms)
{
        return engine->failures_due == 0 || engine->failures_due <= now_ms;
}

int dispatch_before(struct engine *engine, int64_t now_ms, const char *agency)
{
        struct notice_record *CLEANUP_FREE notices = malloc(MESSAGE_NOTICES_MAX * sizeof(*notices));

        return notices ? dispatch_some(engine, now_ms, FIRST_AGENCY, agency, notices) : -ENOMEM;
}

int dispatch_rest(struct engine *engine, int64_t now_ms)
{
        struct notice_record *CLEANUP_FREE notices = malloc(MESSAGE_NOTICES_MAX * sizeof(*notices));

        if (!notices)
                return -ENOMEM;
        if (failures_ripe(engine, now_ms)) {
                int r;

                do
                        r = dispatch_some(engine, now_ms, CONTACT, FIRST_AGENCY, notices);
                while (r == DISPATCH_MORE);
                if (r < 0)
                        return r;
                engine->failures_due = 0;
        }
        return dispatch_some(engine, now_ms, FIRST_AGENCY, AFTER_AGENCIES, notices);
}

int dispatch_wake(struct engine *engine, int64_t *ret_ms)
{
        int64_t now_ms = clock_now(&engine->clock), since;
        const struct notice_pause pause = pause_at(engine, now_ms);
        struct notice_record notice;
        int r = store_new_notices(engine->store, FIRST_AGENCY, AFTER_AGENCIES, &pause, &notice, 1);

        *ret_ms = INT64_MAX;
        if (r > 0) {
                notice_record_clear(&notice);
                *ret_ms = now_ms;
        } else if (r == 0) {
                r = store_paused_since(engine->store, &pause, &since);
                if (r == 0)
                        *ret_ms = since + engine_config(engine)->confirm_after * 1000;
        }
        return r < 0 ? r : 0;
}
