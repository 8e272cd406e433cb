/* The decisions on deliveries: retry, drop, acknowledge, test. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "addressing/readdress.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "config/address.h"
#include "deciding/decision-private.h"
#include "store/unread.h"

#define RETRY_ALL_MAX 100000 /* failed deliveries put back at once */

struct ids {
        char (*ids)[DELIVERY_ID_SIZE];
        size_t n, room;
};

static void ids_clear(struct ids *ids)
{
        free(ids->ids);
}

static int collect_id(void *userdata, const struct delivery_record *record)
{
        struct ids *ids = userdata;
        int r = ARRAY_GROW(ids->ids, ids->n, ids->room);

        if (r < 0)
                return r;
        memcpy(ids->ids[ids->n++], record->id, DELIVERY_ID_SIZE);
        return 0;
}

static int begin(struct change *change, struct decision_result *ret)
{
        *ret = (struct decision_result){0};
        decision_begin(change);
        return store_begin(change->engine->store);
}

static int finish(const struct change *change, int r, const char *verb, const char *what, struct decision_result *ret)
{
        struct store *CLEANUP_TRANSACTION store = change->engine->store;

        if (r == DECIDED)
                r = decision_audit(change, NULL, verb, what);
        if (r == DECIDED)
                r = store_commit(store);
        if (r != DECIDED) {
                ret->n = 0;
                return r;
        }
        journal_say(&change->engine->journal, EVENT_DECISION, NULL, "%s (uid %lld) decided: %s %s",
                    change->decider->name, (long long)change->decider->uid, verb, what);
        return DECIDED;
}

static int not_there(struct engine *engine, const char *id, const char *states, struct decision_result *ret)
{
        struct delivery_record CLEANUP(delivery_record_clear) record = {0};
        int r = store_get_delivery(engine->store, id, &record);

        if (r < 0)
                return r;
        if (r == STORE_NONE)
                return decision_says(ret, DECISION_NOT_FOUND, "no delivery \"%s\"; reminderctl deliveries lists them",
                                     id);
        if (delivery_has_failed(record.state) && strcmp(states, "queued") == 0)
                return decision_says(ret, DECISION_REFUSED,
                                     "delivery %s is %s, and goes nowhere by itself; reminderctl acknowledge takes "
                                     "it off what needs attention, reminderctl retry sends it again",
                                     id, delivery_state_name(record.state));
        return decision_says(ret, DECISION_REFUSED, "delivery %s is %s, not %s", id, delivery_state_name(record.state),
                             states);
}

/* Queues it again, for the addresses that the agency has now. Of `several`, one that cannot be retried any more is
 * passed over. */
static int retry(const struct change *change, const char *id, bool several, struct decision_result *ret)
{
        struct delivery_record CLEANUP(delivery_record_clear) record = {0};
        size_t moved = 0;
        int r = store_retry_delivery(change->engine->store, id, change->now_ms);

        if (r == STORE_NONE)
                return several ? DECIDED : not_there(change->engine, id, "queued or failed", ret);
        if (r == 0)
                r = store_get_delivery(change->engine->store, id, &record);
        if (r != 0)
                return r < 0 ? r : -ENOENT;
        r = readdress_delivery(change->engine, &record, &moved);
        if (r < 0)
                return r;
        if (r == READDRESS_CANCELLED && moved == 0 && !several)
                return decision_says(
                        ret, DECISION_REFUSED,
                        "%s is no longer an address of %s, and whoever else is to have this message has it",
                        record.address, *record.agency ? record.agency : "the contact");
        ret->n += r == READDRESS_CANCELLED ? moved : 1;
        return 0;
}

int decide_retry(struct engine *engine, const struct decider *decider, const char *id, struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider};
        struct delivery_filter filter = {.state = DELIVERY_FAILED, .limit = RETRY_ALL_MAX};
        struct ids CLEANUP(ids_clear) ids = {0};
        int r = begin(&change, ret);

        if (r == 0 && id)
                r = retry(&change, id, false, ret);
        if (r == 0 && !id) {
                r = store_each_delivery(engine->store, &filter, collect_id, &ids);
                for (size_t i = 0; r == 0 && i < ids.n; i++)
                        r = retry(&change, ids.ids[i], true, ret);
        }
        return finish(&change, r, "retry", id ? id : "all failed deliveries", ret);
}

int decide_drop(struct engine *engine, const struct decider *decider, const char *id, struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider};
        int r = begin(&change, ret);

        if (r == 0)
                r = store_drop_delivery(engine->store, id, change.now_ms);
        if (r == STORE_NONE)
                r = not_there(engine, id, "queued", ret);
        else if (r == 0)
                ret->n = 1;
        return finish(&change, r, "drop", id, ret);
}

int decide_acknowledge(struct engine *engine, const struct decider *decider, const char *id,
                       struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider};
        int n = 0, r = begin(&change, ret);

        if (r == 0)
                n = r = store_acknowledge(engine->store, id);
        if (n >= 0)
                r = 0;
        if (n == 0 && r == 0 && id)
                r = not_there(engine, id, "waiting to be acknowledged", ret);
        if (r == 0)
                ret->n = (size_t)n;
        return finish(&change, r, "acknowledge", id ? id : "everything that failed or came too late", ret);
}

static int add_test(const struct change *change, struct channel channel, const char *agency, const char *address,
                    bool elsewhere, struct decision_result *ret)
{
        struct delivery_record record = {
                .channel = channel,
                .address = (char *)address,
                .kind = KIND_TEST,
                .manual = true,
                .elsewhere = elsewhere,
                .made_ms = change->now_ms,
                .next_ms = change->now_ms,
        };

        engine_new_id(change->engine, record.id);
        snprintf(record.agency, sizeof(record.agency), "%s", agency);
        ret->n++;
        return store_add_delivery(change->engine->store, &record, NULL, 0);
}

int decide_test_to(struct engine *engine, const struct decider *decider, const char *agency, const char *address,
                   struct decision_result *ret)
{
        const struct config *config = engine_config(engine);
        struct change change = {.engine = engine, .decider = decider};
        char *CLEANUP_FREE parsed = NULL;
        char *CLEANUP_FREE what = NULL;
        const char *why;
        int r = begin(&change, ret);

        if (r < 0)
                return r;
        r = address_parse(address, &parsed, &why);
        if (r == ADDRESS_WRONG)
                r = decision_says(ret, DECISION_INVALID, "that is no e-mail address: %s", why);
        else if (r == 0 && roster_find(&config->roster, agency) == ROSTER_NONE)
                r = decision_says(ret, DECISION_NOT_FOUND, "no agency \"%s\" in the block", agency);
        else if (r == 0 && !config->mail.url)
                r = decision_says(ret, DECISION_REFUSED, "no mail server is configured");
        if (r == 0 && asprintf(&what, "%s to %s", agency, parsed) < 0) {
                what = NULL;
                r = -ENOMEM;
        }
        if (r == 0)
                r = add_test(&change, channel_mail, agency, parsed, true, ret);
        return finish(&change, r, "test", what, ret);
}

int decide_test(struct engine *engine, const struct decider *decider, const char *agency, const char *webhook,
                struct decision_result *ret)
{
        const struct config *config = engine_config(engine);
        struct change change = {.engine = engine, .decider = decider};
        size_t index = agency ? roster_find(&config->roster, agency) : ROSTER_NONE;
        int r = begin(&change, ret);

        if (r < 0)
                return r;
        if (webhook && config_find_webhook(config, webhook))
                r = add_test(&change, channel_webhook(webhook), "", webhook, false, ret);
        else if (webhook)
                r = decision_says(ret, DECISION_NOT_FOUND, "no webhook \"%s\" in the configuration", webhook);
        else if (index == ROSTER_NONE)
                r = decision_says(ret, DECISION_NOT_FOUND, "no agency \"%s\" in the block", agency ? agency : "");
        else if (config->roster.agencies[index].n_emails == 0 || !config->mail.url)
                r = decision_says(ret, DECISION_REFUSED, "%s has no mailbox to test", agency);
        for (size_t i = 0; r == 0 && index != ROSTER_NONE && i < config->roster.agencies[index].n_emails; i++)
                r = add_test(&change, channel_mail, agency, config->roster.agencies[index].emails[i], false, ret);
        return finish(&change, r, "test", webhook ? webhook : agency, ret);
}
