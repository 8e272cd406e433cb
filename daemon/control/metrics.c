/* Metrics: what is counted, in the text of OpenMetrics (https://openmetrics.io), for monitoring.
 *
 * Each state, outcome and channel is there always, with 0 if need be: an alert rule on a series that is not there never
 * fires. Nobody's name stands in it, and as many series as there are words: no agency, item or address. */
#include "base/text.h"
#include "control/handlers.h"
#include "store/counts.h"

#define SECOND_MS 1000.0
#define NAME "reminderd_"

static void family(struct text *out, const char *name, const char *type, const char *unit, const char *help)
{
        text_add_format(out, "# TYPE " NAME "%s %s\n", name, type);
        if (unit)
                text_add_format(out, "# UNIT " NAME "%s %s\n", name, unit);
        text_add_format(out, "# HELP " NAME "%s %s\n", name, help);
}

/* A backslash, a quote and the end of a line are written with a backslash before them. */
static void add_label(struct text *out, const char *key, const char *value)
{
        text_add_format(out, "%s=\"", key);
        for (; *value; value++) {
                if (*value == '\\' || *value == '"' || *value == '\n')
                        text_add_char(out, '\\');
                text_add_char(out, *value == '\n' ? 'n' : *value);
        }
        text_add_char(out, '"');
}

static void count(struct text *out, const char *name, const char *key, const char *value, int64_t n)
{
        text_add_format(out, NAME "%s{", name);
        add_label(out, key, value);
        text_add_format(out, "} %lld\n", (long long)n);
}

static void add_build(struct text *out)
{
        /* No "info": the textfile collector knows no such type, and takes nothing of a file that has one. */
        family(out, "build_info", "gauge", NULL, "The version that runs.");
        text_add_string(out, NAME "build_info{");
        add_label(out, "version", REMINDERD_VERSION);
        text_add_string(out, "} 1\n");
}

static void add_obligations(struct text *out, const struct store_totals *totals)
{
        family(out, "obligations", "gauge", NULL, "Obligations by state; reminderctl list --state shows them.");
        for (int state = 0; state < STATE_COUNT; state++)
                count(out, "obligations", "state", obligation_state_name((enum obligation_state)state),
                      totals->obligations[state]);
        family(out, "claims", "gauge", NULL, "What agencies said, by what was answered; open: nobody has answered.");
        for (int state = 0; state < CLAIM_STATES; state++)
                count(out, "claims", "state", claim_state_name((enum claim_state)state), totals->claims[state]);
}

static void add_outcomes(struct text *out, const char *channel, const struct channel_totals *totals)
{
        for (int state = 0; state < DELIVERY_STATES; state++) {
                if (!delivery_is_over((enum delivery_state)state))
                        continue;
                text_add_string(out, NAME "deliveries_total{");
                add_label(out, "channel", channel);
                text_add_char(out, ',');
                add_label(out, "outcome", delivery_state_name((enum delivery_state)state));
                text_add_format(out, "} %lld\n", (long long)totals->finished[state]);
        }
}

static void add_channels(struct text *out, const struct store_totals *totals)
{
        const struct channel_totals *channels = totals->channels;

        family(out, "deliveries", "counter", NULL,
               "Messages that ended, by channel and outcome; one that is sent again counts again.");
        for (int kind = 0; kind < CHANNEL_KINDS; kind++)
                add_outcomes(out, channel_kind_name((enum channel_kind)kind), &channels[kind]);
        family(out, "delivery_attempts", "counter", NULL, "Attempts to hand a message to its server.");
        for (int kind = 0; kind < CHANNEL_KINDS; kind++)
                count(out, "delivery_attempts_total", "channel", channel_kind_name((enum channel_kind)kind),
                      channels[kind].attempts);
        family(out, "queued_deliveries", "gauge", NULL, "Messages that wait or are on their way.");
        for (int kind = 0; kind < CHANNEL_KINDS; kind++)
                count(out, "queued_deliveries", "channel", channel_kind_name((enum channel_kind)kind),
                      channels[kind].waiting);
        family(out, "last_success_timestamp_seconds", "gauge", "seconds",
               "When a message was last taken by its server; 0: never.");
        for (int kind = 0; kind < CHANNEL_KINDS; kind++) {
                text_add_string(out, NAME "last_success_timestamp_seconds{");
                add_label(out, "channel", channel_kind_name((enum channel_kind)kind));
                text_add_format(out, "} %.3f\n", (double)channels[kind].last_sent_ms / SECOND_MS);
        }
}

static void add_queue(struct text *out, const struct store_totals *totals, int64_t now_ms)
{
        int64_t age_ms = totals->oldest_made_ms > 0 ? now_ms - totals->oldest_made_ms : 0;

        family(out, "queue_oldest_age_seconds", "gauge", "seconds",
               "How long ago the oldest message was made that is not sent yet; 0: there is none.");
        text_add_format(out, NAME "queue_oldest_age_seconds %.3f\n", age_ms > 0 ? (double)age_ms / SECOND_MS : 0.0);
        family(out, "unacknowledged", "gauge", NULL,
               "What went wrong for good and nobody has acknowledged: messages that failed, reminders that came too "
               "late.");
        count(out, "unacknowledged", "reason", "failed", totals->failed);
        count(out, "unacknowledged", "reason", "too_late", totals->too_late);
}

static void add_troubles(struct text *out, const struct troubles *troubles, int64_t now_ms)
{
        const struct present_trouble *present;
        int64_t n[TROUBLE_KINDS] = {0};

        for (size_t at = 0; (present = troubles_next(troubles, now_ms, &at));)
                n[present->trouble.kind]++;
        family(out, "troubles", "gauge", NULL,
               "What keeps reminders from leaving just now; reminderctl status says more.");
        for (int kind = 0; kind < TROUBLE_KINDS; kind++)
                count(out, "troubles", "kind", trouble_name((enum trouble_kind)kind), n[kind]);
}

int handle_metrics(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        const struct engine *engine = control_engine(userdata);
        int64_t now_ms = clock_now(&engine->clock);
        struct text CLEANUP_TEXT out = {0};
        struct store_totals totals;
        int r = store_total(engine->store, control_today(userdata), &totals);

        if (r < 0)
                return control_trouble(userdata, r, error);
        add_build(&out);
        add_obligations(&out, &totals);
        add_channels(&out, &totals);
        add_queue(&out, &totals, now_ms);
        add_troubles(&out, &engine->troubles, now_ms);
        text_add_string(&out, "# EOF\n");
        return out.error < 0 ? out.error : sd_bus_reply_method_return(call, "s", out.data);
}
