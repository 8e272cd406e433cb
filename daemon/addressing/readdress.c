/* Readdress: what waits for an address that its agency has no more goes to those that it has. */
#include "addressing/readdress.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "addressing/dispatch.h"
#include "base/cleanup.h"

/* Nobody else is told of a server that is gone: it was the administrator who took it out. */
static bool is_configured(const struct config *config, const struct delivery_record *delivery)
{
        return delivery->channel.kind == CHANNEL_MAIL ? config->mail.url != NULL
                                                      : config_find_webhook(config, delivery->address) != NULL;
}

static int reason_of(const struct config *config, const struct delivery_record *delivery,
                     const struct dispatch_moved *moved, char **ret)
{
        char *reason = NULL;
        int r;

        if (*delivery->agency && roster_find(&config->roster, delivery->agency) == ROSTER_NONE)
                r = asprintf(&reason, "the agency left the block");
        else if (!is_configured(config, delivery))
                r = asprintf(&reason, "no longer configured");
        else if (moved->n > 1)
                r = asprintf(&reason, "no longer an address of %s; %s and %zu more get it", delivery->agency,
                             moved->address, moved->n - 1);
        else
                r = asprintf(&reason, "no longer an address of %s%s%s%s",
                             *delivery->agency ? delivery->agency : "the contact", moved->n > 0 ? "; " : "",
                             moved->n > 0 ? moved->address : "", moved->n > 0 ? " gets it" : "");
        if (r < 0)
                return -ENOMEM;
        *ret = reason;
        return 0;
}

/* What a delivery carries is of one agency, or of several that share its mailbox: each has addresses of its own. */
static int move_notices(struct engine *engine, const struct delivery_record *delivery,
                        const struct notice_record *notices, size_t n, struct dispatch_moved *ret)
{
        *ret = (struct dispatch_moved){0};
        for (size_t i = 0, same; i < n; i += same) {
                struct delivery_record part = *delivery;
                struct dispatch_moved moved;
                int r;

                for (same = 1; i + same < n && strcmp(notices[i + same].agency, notices[i].agency) == 0;)
                        same++;
                memcpy(part.agency, notices[i].agency, sizeof(part.agency));
                r = dispatch_elsewhere(engine, clock_now(&engine->clock), &part, &notices[i], same, &moved);
                if (r < 0)
                        return r;
                if (ret->n == 0)
                        ret->address = moved.address;
                ret->n += moved.n;
        }
        return 0;
}

static int elsewhere(struct engine *engine, const struct delivery_record *delivery, struct dispatch_moved *ret)
{
        struct notice_record *CLEANUP_FREE notices = malloc(GROUP_MAX * sizeof(*notices));
        int r, n;

        if (!notices)
                return -ENOMEM;
        n = r = store_delivery_notices(engine->store, delivery->number, notices, GROUP_MAX);
        if (n >= 0)
                r = move_notices(engine, delivery, notices, (size_t)n, ret);
        for (int i = 0; i < n; i++)
                notice_record_clear(&notices[i]);
        return r;
}

int readdress_delivery(struct engine *engine, const struct delivery_record *delivery, size_t *ret_moved)
{
        struct dispatch_moved moved = {0};
        char *CLEANUP_FREE reason = NULL;
        int r;

        if (dispatch_has_address(engine, delivery))
                return 0;
        r = elsewhere(engine, delivery, &moved);
        if (r == 0)
                r = reason_of(engine_config(engine), delivery, &moved, &reason);
        /* Last: what goes on elsewhere is not settled by this. */
        if (r == 0)
                r = store_finish_delivery(engine->store, &(struct delivery_result){
                                                                 .delivery = delivery->number,
                                                                 .state = DELIVERY_CANCELLED,
                                                                 .now_ms = clock_now(&engine->clock),
                                                                 .answer = reason,
                                                         });
        if (r < 0)
                return r;
        *ret_moved = moved.n;
        return 1;
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

        if (r == 1) {
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
