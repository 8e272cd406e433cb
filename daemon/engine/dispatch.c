/* Dispatch: notices become deliveries, one for each address of whom they concern.
 * Depends on engine, store.
 * Called by scheduler and readdress inside their transactions. */
#include "engine/dispatch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "engine/scheduler.h"

/* In the order of names: notices for no agency are for the block's contact; ids begin with a letter or a digit. */
#define CONTACT ""
#define FIRST_AGENCY "0"
#define AFTER_AGENCIES "~"

struct dispatch {
        struct engine *engine;
        int64_t now_ms;
        size_t index; /* of the agency in the roster, ROSTER_NONE for the contact */
        const char *agency;
        bool manual;
        struct dispatch_moved *moved; /* NULL: they are new; else who has them already gets nothing */
};

/* With what else a notice may stand in one message. */
enum company { WITH_REMINDERS, WITH_FAILURES, WITH_WHAT_IS_TAKEN_BACK, ALONE };

static enum company company_of(enum notice_kind kind)
{
        if (kind_takes_back(kind))
                return WITH_WHAT_IS_TAKEN_BACK;
        if (kind == KIND_FAILURE)
                return WITH_FAILURES;
        return kind == KIND_SNOOZED || kind == KIND_COMPLETED || kind == KIND_DIGEST ? ALONE : WITH_REMINDERS;
}

static bool goes_with(const struct notice_record *first, const struct notice_record *other)
{
        enum company company = company_of(first->kind);

        return company != ALONE && company == company_of(other->kind);
}

static int add_delivery(const struct dispatch *dispatch, const char *server, const char *address,
                        const struct notice_record *const *notices, size_t n)
{
        struct delivery_record record = {
                .address = (char *)address,
                .kind = notices[0]->kind,
                .manual = dispatch->manual,
                .made_ms = dispatch->now_ms,
                .next_ms = dispatch->now_ms,
        };
        int64_t ids[GROUP_MAX];

        for (size_t i = 0; i < n; i++)
                ids[i] = notices[i]->id;
        engine_new_id(dispatch->engine, record.id);
        snprintf(record.server, sizeof(record.server), "%s", server);
        snprintf(record.agency, sizeof(record.agency), "%s", dispatch->agency);
        return store_add_delivery(dispatch->engine->store, &record, ids, n);
}

/* Only what that address has not had: as it was, where it was cancelled before, or anew. */
static int add_missing(const struct dispatch *dispatch, const char *server, const char *address,
                       const struct notice_record *const *notices, size_t n)
{
        struct store *store = dispatch->engine->store;
        const struct notice_record *missing[GROUP_MAX];
        char before[DELIVERY_ID_SIZE];
        size_t n_missing = 0;
        bool resumed = false;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = store_find_carrier(store, notices[i]->id, server, address, before);
                if (r == 1)
                        missing[n_missing++] = notices[i];
                else if (r == 2) {
                        r = store_resume_delivery(store, before, dispatch->now_ms);
                        resumed = true;
                }
        }
        if (r >= 0 && n_missing > 0)
                r = add_delivery(dispatch, server, address, missing, n_missing);
        if (r < 0 || (n_missing == 0 && !resumed))
                return r < 0 ? r : 0;
        if (dispatch->moved->n++ == 0)
                dispatch->moved->address = address;
        return 0;
}

static int add(const struct dispatch *dispatch, const char *server, const char *address,
               const struct notice_record *const *notices, size_t n)
{
        return dispatch->moved ? add_missing(dispatch, server, address, notices, n)
                               : add_delivery(dispatch, server, address, notices, n);
}

/* Those of an agency, or with ROSTER_NONE the contact's; borrowed. */
static char *const *mailboxes_of(const struct config *config, size_t index, size_t *ret_n)
{
        if (index == ROSTER_NONE) {
                *ret_n = *config->contact.email ? 1 : 0;
                return &config->contact.email;
        }
        *ret_n = config->roster.agencies[index].n_emails;
        return config->roster.agencies[index].emails;
}

static int to_mailboxes(const struct dispatch *dispatch, const struct notice_record *const *notices, size_t n,
                        size_t *made)
{
        const struct config *config = engine_config(dispatch->engine);
        size_t n_emails;
        char *const *emails = mailboxes_of(config, dispatch->index, &n_emails);
        int r = 0;

        if (!config->mail.url)
                return 0;
        for (size_t i = 0; r == 0 && i < n_emails; i++) {
                r = add(dispatch, "mail", emails[i], notices, n);
                (*made)++;
        }
        return r;
}

static int to_webhooks(const struct dispatch *dispatch, const struct notice_record *const *notices, size_t n,
                       size_t *made)
{
        const struct config *config = engine_config(dispatch->engine);
        const struct notice_record *wanted[GROUP_MAX];
        char server[SERVER_SIZE];
        int r = 0;

        for (size_t w = 0; r == 0 && w < config->n_webhooks; w++) {
                const struct webhook *webhook = &config->webhooks[w];
                size_t n_wanted = 0;

                for (size_t i = 0; i < n && dispatch->index != ROSTER_NONE; i++)
                        if (webhook_wants(webhook, dispatch->index, notices[i]->kind))
                                wanted[n_wanted++] = notices[i];
                if (n_wanted == 0)
                        continue;
                snprintf(server, sizeof(server), "webhook:%s", webhook->id);
                r = add(dispatch, server, webhook->id, wanted, n_wanted);
                (*made)++;
        }
        return r;
}

static int send_group(const struct dispatch *dispatch, const struct notice_record *const *notices, size_t n)
{
        size_t made = 0;
        int r = to_mailboxes(dispatch, notices, n, &made);

        if (r == 0)
                r = to_webhooks(dispatch, notices, n, &made);
        for (size_t i = 0; r == 0 && made == 0 && i < n; i++)
                r = store_set_notice(dispatch->engine->store, notices[i]->id, NOTICE_SKIPPED, "no address");
        return r;
}

/* Splits the notices into messages. Those of an agency that left the roster have nobody to go to. */
static int send_all(const struct dispatch *dispatch, const struct notice_record *notices, size_t n)
{
        const struct notice_record *group[GROUP_MAX];
        bool done[GROUP_MAX] = {false};
        int r = 0;

        for (size_t i = 0; r == 0 && i < n; i++) {
                size_t n_group = 0;

                if (done[i])
                        continue;
                group[n_group++] = &notices[i];
                for (size_t j = i + 1; j < n; j++)
                        if (!done[j] && goes_with(&notices[i], &notices[j])) {
                                done[j] = true;
                                group[n_group++] = &notices[j];
                        }
                r = send_group(dispatch, group, n_group);
        }
        return r;
}

static size_t index_of(const struct engine *engine, const char *agency)
{
        return strcmp(agency, CONTACT) == 0 ? ROSTER_NONE : roster_find(&engine_config(engine)->roster, agency);
}

/* All are of one agency. */
static int dispatch_agency(struct engine *engine, int64_t now_ms, const struct notice_record *notices, size_t n)
{
        const char *agency = notices[0].agency;
        struct dispatch dispatch = {
                .engine = engine,
                .now_ms = now_ms,
                .index = index_of(engine, agency),
                .agency = agency,
        };
        int r = 0;

        if (dispatch.index != ROSTER_NONE || !*agency)
                return send_all(&dispatch, notices, n);
        for (size_t i = 0; r == 0 && i < n; i++)
                r = store_set_notice(engine->store, notices[i].id, NOTICE_CANCELLED, "the agency left the block");
        return r;
}

static size_t count_same_agency(const struct notice_record *notices, size_t n)
{
        size_t same = 1;

        while (same < n && strcmp(notices[same].agency, notices[0].agency) == 0)
                same++;
        return same;
}

/* Of at most GROUP_MAX notices those of whole agencies, but where one fills them all. 1: there may be more. */
static int dispatch_some(struct engine *engine, int64_t now_ms, const char *first, const char *end,
                         struct notice_record *notices)
{
        int n = store_new_notices(engine->store, first, end, notices, GROUP_MAX), r = n < 0 ? n : 0;

        for (size_t i = 0, same; r == 0 && n > 0 && i < (size_t)n; i += same) {
                same = count_same_agency(&notices[i], (size_t)n - i);
                if (n == GROUP_MAX && i > 0 && i + same == (size_t)n)
                        break; /* the rest of its notices comes with the next */
                r = dispatch_agency(engine, now_ms, &notices[i], same);
        }
        for (int i = 0; i < n; i++)
                notice_record_clear(&notices[i]);
        return r < 0 ? r : n == GROUP_MAX;
}

/* ---- to other addresses than at first ---- */

static bool has_mailbox(const struct config *config, size_t index, const char *address)
{
        size_t n;
        char *const *emails = mailboxes_of(config, index, &n);

        for (size_t i = 0; config->mail.url && i < n; i++)
                if (strcmp(emails[i], address) == 0)
                        return true;
        return false;
}

/* A webhook by itself is no agency's: it is being tested. */
static bool has_webhook(const struct config *config, size_t index, const char *id)
{
        const struct webhook *webhook = config_find_webhook(config, id);

        for (enum notice_kind kind = 0; webhook && index != ROSTER_NONE && kind < KIND_COUNT; kind++)
                if (webhook_wants(webhook, index, kind))
                        return true;
        return webhook && index == ROSTER_NONE;
}

bool dispatch_has_address(const struct engine *engine, const struct delivery_record *delivery)
{
        const struct config *config = engine_config(engine);
        size_t index = index_of(engine, delivery->agency);

        if (index == ROSTER_NONE && *delivery->agency)
                return false;
        return strcmp(delivery->server, "mail") == 0 ? has_mailbox(config, index, delivery->address)
                                                     : has_webhook(config, index, delivery->address);
}

int dispatch_elsewhere(struct engine *engine, int64_t now_ms, const struct delivery_record *delivery,
                       const struct notice_record *notices, size_t n, struct dispatch_moved *ret)
{
        const struct notice_record *group[GROUP_MAX];
        struct dispatch dispatch = {
                .engine = engine,
                .now_ms = now_ms,
                .index = index_of(engine, delivery->agency),
                .agency = delivery->agency,
                .manual = delivery->manual,
                .moved = ret,
        };
        size_t made = 0;
        int r;

        *ret = (struct dispatch_moved){0};
        if (n == 0 || (dispatch.index == ROSTER_NONE && *delivery->agency))
                return 0;
        for (size_t i = 0; i < n; i++)
                group[i] = &notices[i];
        r = to_mailboxes(&dispatch, group, n, &made);
        return r < 0 ? r : to_webhooks(&dispatch, group, n, &made);
}

static bool failures_ripe(const struct engine *engine, int64_t now_ms)
{
        return engine->failures_due == 0 || engine->failures_due <= now_ms;
}

int dispatch_before(struct engine *engine, int64_t now_ms, const char *agency)
{
        struct notice_record *CLEANUP_FREE notices = malloc(GROUP_MAX * sizeof(*notices));

        return notices ? dispatch_some(engine, now_ms, FIRST_AGENCY, agency, notices) : -ENOMEM;
}

int dispatch_rest(struct engine *engine, int64_t now_ms)
{
        struct notice_record *CLEANUP_FREE notices = malloc(GROUP_MAX * sizeof(*notices));

        if (!notices)
                return -ENOMEM;
        if (failures_ripe(engine, now_ms)) {
                int r;

                do
                        r = dispatch_some(engine, now_ms, CONTACT, FIRST_AGENCY, notices);
                while (r > 0);
                if (r < 0)
                        return r;
                engine->failures_due = 0;
        }
        return dispatch_some(engine, now_ms, FIRST_AGENCY, AFTER_AGENCIES, notices);
}

int dispatch_waiting(struct engine *engine)
{
        struct notice_record notice;
        int n = store_new_notices(engine->store, FIRST_AGENCY, AFTER_AGENCIES, &notice, 1);

        if (n > 0)
                notice_record_clear(&notice);
        return n;
}
