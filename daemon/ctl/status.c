/* The verb status: how the daemon is, and what waits. */
#include <stdint.h>
#include <string.h>

#include "base/language.h"
#include "base/sentence.h"
#include "ctl/shape.h"
#include "ctl/table.h"
#include "ctl/verbs.h"
#include "ctl/width.h"

#define LABEL_COLUMNS 16

static void label(const char *text)
{
        fputs("  ", stdout);
        text_pad(stdout, text, LABEL_COLUMNS);
}

static void line(const char *text, const char *value)
{
        label(text);
        text_write(stdout, value, SIZE_MAX);
        putchar('\n');
}

/* What the daemon says. */
static void said_line(const char *text, const char *english)
{
        char *CLEANUP_FREE translated = sentence_translate(english);

        line(text, translated ? translated : english);
}

/* "12 min", "3 h", "2 d": enough to see whether it is long. */
static void print_ago(json_int_t seconds)
{
        const json_int_t minute = 60, hour = 60 * minute, day = 24 * hour;

        if (seconds < hour)
                printf(_(" (%lld min ago)"), (long long)(seconds / minute));
        else if (seconds < 2 * day)
                printf(_(" (%lld h ago)"), (long long)(seconds / hour));
        else
                printf(_(" (%lld days ago)"), (long long)(seconds / day));
}

static void print_queue(const json_t *status)
{
        if (!json_object_get(status, "open")) /* the state cannot be read, which is said below */
                return;
        label(_("obligations"));
        printf(_("%lld open, %lld of them overdue\n"), (long long)received_number(status, "open"),
               (long long)received_number(status, "overdue"));
        if (received_number(status, "unclear") > 0) {
                label(_("unclear"));
                printf(_("%lld were past before they were known: nothing is sent of them (list --state unclear)\n"),
                       (long long)received_number(status, "unclear"));
        }
        if (received_number(status, "claims") > 0) {
                label(_("claims"));
                printf(_("%lld wait for an answer (claims --state open)\n"),
                       (long long)received_number(status, "claims"));
        }
        label(_("messages"));
        printf(_("%lld queued, %lld being sent, %lld sent, %lld failed, %lld too late\n"),
               (long long)received_number(status, "queued"), (long long)received_number(status, "sending"),
               (long long)received_number(status, "sent"), (long long)received_number(status, "failed"),
               (long long)received_number(status, "too_late"));
}

static void print_holds(const json_t *status)
{
        const json_t *holds = json_object_get(status, "holds");

        for (size_t i = 0; i < json_array_size(holds); i++) {
                const json_t *hold = json_array_get(holds, i);
                const char *agency = received_text(hold, "agency");

                label(i == 0 ? _("held") : "");
                print_hold(*agency ? agency : _("all agencies"), hold, "until", "reason");
        }
}

static void print_times(const json_t *status)
{
        const char *next = received_text(status, "next_wake"), *last = received_text(status, "last_delivery");
        char moment[MOMENT_SIZE];

        line(_("next wake-up"), *next ? moment_text(next, moment) : _("none: nothing waits"));
        label(_("last delivery"));
        text_write(stdout, *last ? moment_text(last, moment) : _("none yet"), SIZE_MAX);
        if (*last)
                print_ago(received_number(status, "seconds_since_last_delivery"));
        putchar('\n');
}

/* When, to whom, what became of it, and on a line of its own the server's words. */
static void print_error(const json_t *status)
{
        const char *state = received_text(status, "last_error_state"), *answer = received_text(status, "last_error");
        char moment[MOMENT_SIZE];

        if (!*answer)
                return;
        label(_("last error"));
        printf("%s  ", moment_text(received_text(status, "last_error_at"), moment));
        text_write(stdout, received_text(status, "last_error_address"), SIZE_MAX);
        if (strcmp(state, "sent") == 0)
                fputs(_(" (sent since)"), stdout);
        else if (strcmp(state, "queued") == 0 || strcmp(state, "sending") == 0)
                fputs(_(" (will be tried again)"), stdout);
        else if (strcmp(state, "failed") == 0)
                fputs(_(" (given up)"), stdout);
        else if (strcmp(state, "bounced") == 0)
                fputs(_(" (came back)"), stdout);
        putchar('\n');
        said_line("", answer);
}

static void print_status(const struct style *style, const json_t *status)
{
        const json_t *plans = json_object_get(status, "plans"), *problems = json_object_get(status, "problems");
        bool well = strcmp(received_text(status, "health"), "ok") == 0;

        printf("reminderd %s: ", received_text(status, "version"));
        style_begin(style, well ? LOOK_GOOD : LOOK_BAD);
        fputs(well ? _("all is well") : _("needs attention"), stdout);
        style_end(style, well ? LOOK_GOOD : LOOK_BAD);
        putchar('\n');
        line(_("block"), received_text(status, "block"));
        for (size_t i = 0; i < json_array_size(plans); i++) {
                const json_t *plan = json_array_get(plans, i);

                label(i == 0 ? _("plans") : "");
                printf("%s: ", received_text(plan, "plan"));
                text_write(stdout, received_text(plan, "title"), SIZE_MAX);
                if (received_truth(plan, "closed"))
                        printf(_(" (closed since %s)"), received_text(plan, "closes"));
                putchar('\n');
        }
        print_queue(status);
        print_holds(status);
        print_times(status);
        print_error(status);
        for (size_t i = 0; i < json_array_size(problems); i++) {
                style_begin(style, LOOK_WARN);
                said_line("!", json_string_value(json_array_get(problems, i)));
                style_end(style, LOOK_WARN);
        }
}

int run_status(struct cli *cli)
{
        static const char *const maybe[] = {"open",
                                            "overdue",
                                            "queued",
                                            "sending",
                                            "sent",
                                            "failed",
                                            "next_wake",
                                            "last_delivery",
                                            "seconds_since_last_delivery",
                                            "last_error",
                                            "last_error_at",
                                            "last_error_delivery",
                                            "last_error_agency",
                                            "last_error_address",
                                            "last_error_state",
                                            "trial"};
        static const char *const of_hold[] = {"agency", "until", "since", "by", "reason"};
        json_t *CLEANUP_JSON reply = NULL;
        json_t *status;
        int code = cli_call(cli, &reply, "Status", "");

        if (code != EXIT_DONE)
                return code;
        status = json_array_get(reply, 0);
        if (cli_is_json(cli)) {
                if (shape_fill(status, maybe, ELEMENTS(maybe)) < 0 ||
                    shape_rows(json_object_get(status, "holds"), of_hold, ELEMENTS(of_hold)) < 0)
                        return cli_no_memory(cli);
                code = cli_print(cli, status);
        } else
                print_status(&cli->style, status);
        if (code == EXIT_DONE && command_has(cli->command, OPTION_CHECK) &&
            strcmp(received_text(status, "health"), "ok") != 0)
                return EXIT_REFUSED;
        return code;
}
