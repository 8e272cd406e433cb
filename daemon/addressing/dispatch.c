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

struct dispatch {
        struct engine *engine;
        int64_t now_ms;
        size_t index; /* of the agency in the roster, ROSTER_NONE for the contact */
        const char *agency;
        bool manual;
        struct dispatch_moved *moved; /* NULL: they are new; else who has them already gets nothing, */
        int64_t instead_of;           /* but for this delivery, which ends */
        const char *mailbox;          /* of a household, whose messages are made for each by itself */
};

/* With what else a notice may stand in one message. */
enum company { WITH_REMINDERS, WITH_FAILURES, WITH_WHAT_IS_TAKEN_BACK, ALONE };

static enum company company_of(enum notice_kind kind)
{
        if (kind_takes_back(kind))
                return WITH_WHAT_IS_TAKEN_BACK;
        if (kind == KIND_FAILURE)
                return WITH_FAILURES;
        return kind_confirms(kind) || kind == KIND_DIGEST ? ALONE : WITH_REMINDERS;
}

static bool goes_with(const struct notice_record *first, const struct notice_record *other)
{
        enum company company = company_of(first->kind);

        return company != ALONE && company == company_of(other->kind);
}

static int add_delivery(const struct dispatch *dispatch, const struct channel *channel, const char *address,
                        const struct notice_record *const *notices, size_t n)
{
        struct delivery_record record = {
                .channel = *channel,
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
        snprintf(record.agency, sizeof(record.agency), "%s", dispatch->agency);
        return store_add_delivery(dispatch->engine->store, &record, ids, n);
}

/* Only what that address has not had: as it was, where it was cancelled before, or anew. */
static int add_missing(const struct dispatch *dispatch, const struct channel *channel, const char *address,
                       const struct notice_record *const *notices, size_t n)
{
        struct store *store = dispatch->engine->store;
        const struct notice_record *missing[GROUP_MAX];
        char before[DELIVERY_ID_SIZE];
        size_t n_missing = 0;
        bool resumed = false;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = store_find_carrier(store, notices[i]->id, channel, address, dispatch->instead_of, before);
                if (r == 1)
                        missing[n_missing++] = notices[i];
                else if (r == 2) {
                        r = store_resume_delivery(store, before, dispatch->now_ms);
                        resumed = true;
                }
        }
        if (r >= 0 && n_missing > 0)
                r = add_delivery(dispatch, channel, address, missing, n_missing);
        if (r < 0 || (n_missing == 0 && !resumed))
                return r < 0 ? r : 0;
        if (dispatch->moved->n++ == 0)
                dispatch->moved->address = address;
        return 0;
}

static int add(const struct dispatch *dispatch, const struct channel *channel, const char *address,
               const struct notice_record *const *notices, size_t n)
{
        return dispatch->moved ? add_missing(dispatch, channel, address, notices, n)
                               : add_delivery(dispatch, channel, address, notices, n);
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
                r = add(dispatch, &channel_mail, emails[i], notices, n);
                (*made)++;
        }
        return r;
}

static int to_webhooks(const struct dispatch *dispatch, const struct notice_record *const *notices, size_t n,
                       size_t *made)
{
        const struct config *config = engine_config(dispatch->engine);
        const struct notice_record *wanted[GROUP_MAX];
        int r = 0;

        for (size_t w = 0; r == 0 && w < config->n_webhooks; w++) {
                const struct webhook *webhook = &config->webhooks[w];
                const struct channel channel = channel_webhook(webhook->id);
                size_t n_wanted = 0;

                for (size_t i = 0; i < n && dispatch->index != ROSTER_NONE; i++)
                        if (webhook_wants(webhook, dispatch->index, notices[i]->kind))
                                wanted[n_wanted++] = notices[i];
                if (n_wanted == 0)
                        continue;
                r = add(dispatch, &channel, webhook->id, wanted, n_wanted);
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

typedef int send_notices(const struct dispatch *dispatch, const struct notice_record *const *notices, size_t n);

/* Splits the notices into messages. */
static int split(const struct dispatch *dispatch, const struct notice_record *const *notices, size_t n,
                 send_notices *send_group_of)
{
        const struct notice_record *group[GROUP_MAX];
        bool done[GROUP_MAX] = {false};
        int r = 0;

        for (size_t i = 0; r == 0 && i < n; i++) {
                size_t n_group = 0;

                if (done[i])
                        continue;
                group[n_group++] = notices[i];
                for (size_t j = i + 1; j < n; j++)
                        if (!done[j] && goes_with(notices[i], notices[j])) {
                                done[j] = true;
                                group[n_group++] = notices[j];
                        }
                r = send_group_of(dispatch, group, n_group);
        }
        return r;
}

static size_t index_of(const struct engine *engine, const char *agency)
{
        return strcmp(agency, CONTACT) == 0 ? ROSTER_NONE : roster_find(&engine_config(engine)->roster, agency);
}

/* All are of one agency. Those of one that left the roster have nobody to go to. */
static int dispatch_agency(struct engine *engine, int64_t now_ms, const struct notice_record *notices, size_t n)
{
        const char *agency = notices[0].agency;
        struct dispatch dispatch = {
                .engine = engine,
                .now_ms = now_ms,
                .index = index_of(engine, agency),
                .agency = agency,
        };
        const struct notice_record *all[GROUP_MAX];
        int r = 0;

        for (size_t i = 0; i < n; i++)
                all[i] = &notices[i];
        if (dispatch.index != ROSTER_NONE || !*agency)
                return split(&dispatch, all, n, send_group);
        for (size_t i = 0; r == 0 && i < n; i++)
                r = store_set_notice(engine->store, notices[i].id, NOTICE_CANCELLED, "the agency left the block");
        return r;
}

/* ---- agencies that share a mailbox ---- */

struct household {
        struct engine *engine;
        int64_t now_ms;
        size_t head; /* agency.household of its members */
        struct notice_record notices[GROUP_MAX];
        size_t n;
};

static void household_clear(struct household *household)
{
        for (size_t i = 0; i < household->n; i++)
                notice_record_clear(&household->notices[i]);
        household->n = 0;
}

static bool is_member(const struct household *household, size_t agency)
{
        return engine_config(household->engine)->roster.agencies[agency].household == household->head;
}

static int read_household(struct household *household)
{
        const struct roster *roster = &engine_config(household->engine)->roster;
        char end[ID_SIZE + 1];

        for (size_t i = household->head; i < roster->n_agencies && household->n < GROUP_MAX; i++) {
                int n;

                if (!is_member(household, i))
                        continue;
                snprintf(end, sizeof(end), "%s ", roster->agencies[i].id); /* sorts before any longer id */
                n = store_new_notices(household->engine->store, roster->agencies[i].id, end,
                                      household->notices + household->n, GROUP_MAX - household->n);
                if (n < 0)
                        return n;
                household->n += (size_t)n;
        }
        return 0;
}

static int send_to_mailbox(const struct dispatch *dispatch, const struct notice_record *const *notices, size_t n)
{
        struct dispatch first = *dispatch;

        first.agency = notices[0]->agency;
        return add_delivery(&first, &channel_mail, dispatch->mailbox, notices, n);
}

static int send_to_webhooks(const struct dispatch *dispatch, const struct notice_record *const *notices, size_t n)
{
        size_t made = 0;

        return to_webhooks(dispatch, notices, n, &made);
}

/* What the agencies that have a mailbox are told leaves in one message to it. */
static int dispatch_mailbox(const struct household *household, const char *mailbox)
{
        const struct roster *roster = &engine_config(household->engine)->roster;
        const struct dispatch dispatch = {.engine = household->engine, .now_ms = household->now_ms, .mailbox = mailbox};
        const struct notice_record *theirs[GROUP_MAX];
        size_t n = 0;

        for (size_t i = 0; i < household->n; i++) {
                size_t agency = roster_find(roster, household->notices[i].agency);

                if (agency != ROSTER_NONE && agency_has_mailbox(&roster->agencies[agency], mailbox))
                        theirs[n++] = &household->notices[i];
        }
        return split(&dispatch, theirs, n, send_to_mailbox);
}

static bool met_before(const struct household *household, size_t agency, const char *mailbox)
{
        const struct roster *roster = &engine_config(household->engine)->roster;

        for (size_t i = household->head; i < agency; i++)
                if (is_member(household, i) && agency_has_mailbox(&roster->agencies[i], mailbox))
                        return true;
        return false;
}

static int dispatch_member(const struct household *household, size_t agency)
{
        const struct agency *member = &engine_config(household->engine)->roster.agencies[agency];
        const struct dispatch dispatch = {
                .engine = household->engine, .now_ms = household->now_ms, .index = agency, .agency = member->id};
        const struct notice_record *own[GROUP_MAX];
        size_t n = 0;
        int r = 0;

        for (size_t i = 0; i < household->n; i++)
                if (strcmp(household->notices[i].agency, member->id) == 0)
                        own[n++] = &household->notices[i];
        for (size_t i = 0; r == 0 && i < member->n_emails; i++)
                if (!met_before(household, agency, member->emails[i]))
                        r = dispatch_mailbox(household, member->emails[i]);
        return r < 0 ? r : split(&dispatch, own, n, send_to_webhooks);
}

/* 1: there may be more. */
static int dispatch_household(struct engine *engine, int64_t now_ms, size_t head)
{
        const struct roster *roster = &engine_config(engine)->roster;
        struct household *household = calloc(1, sizeof(*household));
        int r;

        if (!household)
                return -ENOMEM;
        household->engine = engine;
        household->now_ms = now_ms;
        household->head = head;
        r = read_household(household);
        for (size_t i = head; r == 0 && household->n > 0 && i < roster->n_agencies; i++)
                if (is_member(household, i))
                        r = dispatch_member(household, i);
        if (r == 0)
                r = household->n == GROUP_MAX;
        household_clear(household);
        free(household);
        return r;
}

/* Whether all its agencies sort before `end`: then the ladders of all of them are judged. */
static bool is_complete(const struct roster *roster, size_t head, const char *end)
{
        for (size_t i = head; i < roster->n_agencies; i++)
                if (roster->agencies[i].household == head && strcmp(roster->agencies[i].id, end) >= 0)
                        return false;
        return true;
}

/* The household of an agency whose notices leave together with others'; ROSTER_NONE: they leave by themselves. */
static size_t household_of(const struct engine *engine, const char *agency)
{
        const struct config *config = engine_config(engine);
        size_t index = index_of(engine, agency);

        return index != ROSTER_NONE && config->mail.url && config->roster.agencies[index].shares
                       ? config->roster.agencies[index].household
                       : ROSTER_NONE;
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
        bool more = n == GROUP_MAX;

        for (size_t i = 0, same; r == 0 && n > 0 && i < (size_t)n; i += same) {
                size_t head = household_of(engine, notices[i].agency);

                same = count_same_agency(&notices[i], (size_t)n - i);
                if (head != ROSTER_NONE) {
                        if (is_complete(&engine_config(engine)->roster, head, end))
                                r = dispatch_household(engine, now_ms, head);
                        more |= r > 0;
                        r = r < 0 ? r : 0;
                        continue;
                }
                if (n == GROUP_MAX && i > 0 && i + same == (size_t)n)
                        break; /* the rest of its notices comes with the next */
                r = dispatch_agency(engine, now_ms, &notices[i], same);
        }
        for (int i = 0; i < n; i++)
                notice_record_clear(&notices[i]);
        return r < 0 ? r : more;
}

/* ---- to other addresses than at first ---- */

static bool has_mailbox(const struct config *config, size_t index, const char *address)
{
        size_t n;
        char *const *emails = mailboxes_of(config, index, &n);

        for (size_t i = 0; config->mail.url && i < n; i++)
                if (mailbox_same(emails[i], address))
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
        return delivery->channel.kind == CHANNEL_MAIL ? has_mailbox(config, index, delivery->address)
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
                .instead_of = delivery->number,
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
