/* Readdress: what waits for an address that its agency has no more goes to those that it has. */
#include "addressing/readdress.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "addressing/dispatch.h"
#include "base/cleanup.h"
#include "store/attempts.h"

/* Nobody else is told of a server that is gone: it was the administrator who took it out. */
static bool is_configured(const struct config *config, const struct delivery_record *delivery)
{
        return delivery->channel.kind == CHANNEL_MAIL ? config->mail.url != NULL
                                                      : config_find_webhook(config, delivery->channel.webhook) != NULL;
}

static bool has_left(const struct config *config, const char *agency)
{
        return *agency && roster_find(&config->roster, agency) == ROSTER_NONE;
}

bool readdress_is_needed(const struct engine *engine, const struct delivery_record *delivery)
{
        const struct config *config = engine_config(engine);

        if (has_left(config, delivery->agency))
                return true;
        return !delivery->elsewhere &&
               !address_is_of(&config->addresses, roster_find(&config->roster, delivery->agency), &delivery->channel,
                              delivery->address);
}

/* What goes on to addresses that have not had it. */
struct move {
        struct engine *engine;
        const struct delivery_record *from;
        size_t n;          /* addresses that get it */
        const char *first; /* of them; borrowed from the configuration */
};

static int reason_of(const struct config *config, const struct move *move, char **ret)
{
        const char *agency = move->from->agency;
        char *reason = NULL;
        int r;

        if (has_left(config, agency))
                r = asprintf(&reason, "the agency left the block");
        else if (!is_configured(config, move->from))
                r = asprintf(&reason, "no longer configured");
        else if (move->n > 1)
                r = asprintf(&reason, "no longer an address of %s; %s and %zu more get it", agency, move->first,
                             move->n - 1);
        else
                r = asprintf(&reason, "no longer an address of %s%s%s%s", *agency ? agency : "the contact",
                             move->n > 0 ? "; " : "", move->n > 0 ? move->first : "", move->n > 0 ? " gets it" : "");
        if (r < 0)
                return -ENOMEM;
        *ret = reason;
        return 0;
}

/* To one address what it has not had of an agency's notices: as it was, where it was cancelled before, or anew. */
static int move_to(struct move *move, const struct address *address, size_t agency, const struct notice_record *notices,
                   size_t n)
{
        struct store *store = move->engine->store;
        const struct channel channel = address_channel(address);
        int64_t now = clock_now(&move->engine->clock);
        size_t missing[MESSAGE_NOTICES_MAX], n_missing = 0;
        bool resumed = false;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < n; i++) {
                if (!address_takes(address, agency, notices[i].kind))
                        continue;
                r = store_resume_notice(store, notices[i].id, &channel, address->name, move->from->number, now);
                if (r == STORE_NONE)
                        missing[n_missing++] = i;
                resumed |= r == STORE_RESUMED;
        }
        if (r >= 0 && n_missing > 0)
                r = dispatch_add(move->engine, now, move->from->manual, address, notices, missing, n_missing);
        if (r < 0)
                return r;
        if ((n_missing > 0 || resumed) && move->n++ == 0)
                move->first = address->name;
        return 0;
}

/* What a delivery carries is of one agency, or of several that share its mailbox: each has addresses of its own. */
static int move_notices(struct move *move, const struct notice_record *notices, size_t n)
{
        const struct config *config = engine_config(move->engine);
        int r = 0;

        for (size_t i = 0, same; r == 0 && i < n; i += same) {
                size_t agency = roster_find(&config->roster, notices[i].agency);

                for (same = 1; i + same < n && strcmp(notices[i + same].agency, notices[i].agency) == 0;)
                        same++;
                if (has_left(config, notices[i].agency))
                        continue;
                for (struct address address = {0}; r == 0 && address_next(&config->addresses, agency, &address);)
                        r = move_to(move, &address, agency, &notices[i], same);
        }
        return r;
}

static int move_all(struct move *move)
{
        struct notice_record *CLEANUP_FREE notices = malloc(MESSAGE_NOTICES_MAX * sizeof(*notices));
        int r, n;

        if (!notices)
                return -ENOMEM;
        n = r = store_delivery_notices(move->engine->store, move->from->number, notices, MESSAGE_NOTICES_MAX);
        if (n >= 0)
                r = move_notices(move, notices, (size_t)n);
        for (int i = 0; i < n; i++)
                notice_record_clear(&notices[i]);
        return r;
}

int readdress_delivery(struct engine *engine, const struct delivery_record *delivery, size_t *ret_moved)
{
        struct move move = {.engine = engine, .from = delivery};
        char *CLEANUP_FREE reason = NULL;
        int r;

        if (!readdress_is_needed(engine, delivery))
                return READDRESS_STAYS;
        r = move_all(&move);
        if (r == 0)
                r = reason_of(engine_config(engine), &move, &reason);
        /* Last: what goes on elsewhere is not settled by this. */
        if (r == 0)
                r = store_finish_delivery(engine->store, &(struct delivery_result){
                                                                 .delivery = delivery->number,
                                                                 .channel = delivery->channel.kind,
                                                                 .state = DELIVERY_CANCELLED,
                                                                 .now_ms = clock_now(&engine->clock),
                                                                 .answer = reason,
                                                         });
        if (r < 0)
                return r;
        *ret_moved = move.n;
        return READDRESS_CANCELLED;
}

struct pass {
        struct engine *engine;
        size_t cancelled, moved;
};

static int visit(void *userdata, const struct delivery_record *delivery)
{
        struct pass *pass = userdata;
        size_t moved = 0;
        int r = readdress_delivery(pass->engine, delivery, &moved);

        if (r == READDRESS_CANCELLED) {
                pass->cancelled++;
                pass->moved += moved;
        }
        return r < 0 ? r : 0;
}

int readdress_queue(struct engine *engine)
{
        const struct delivery_filter filter = {.state = DELIVERY_QUEUED};
        struct pass pass = {.engine = engine};
        int r = store_begin(engine->store);

        if (r == 0)
                r = store_each_delivery(engine->store, &filter, visit, &pass);
        if (r == 0)
                r = store_commit(engine->store);
        if (r < 0) {
                store_rollback(engine->store);
                return r;
        }
        if (pass.cancelled > 0)
                journal_say(&engine->journal, EVENT_DELIVERY_CANCELLED, NULL,
                            "Cancelled %zu deliver%s to addresses that the configuration no longer has, and queued %zu "
                            "to those that it has: reminderctl deliveries --state cancelled",
                            pass.cancelled, pass.cancelled == 1 ? "y" : "ies", pass.moved);
        return 0;
}
