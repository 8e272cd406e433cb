/* reminderd: checks the configuration, rehearses, or serves. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"
#include "base/language.h"
#include "base/sentence.h"
#include "control/bus.h"
#include "core/block.h"
#include "engine/rehearsal.h"
#include "options.h"
#include "service.h"
#include "standard-fds.h"

static void print_finding(const struct journal *journal, const struct finding *finding, FILE *out)
{
        char *CLEANUP_FREE line = finding_format(finding);

        if (line && journal->target == JOURNAL_SYSTEMD)
                journal_say(journal, EVENT_CONFIG_FINDING, NULL, "%s", line);
        else if (line)
                fprintf(out, "%s\n", line);
}

/* As lines for a person, as events for the journal (daemon/doc/formats.md section 7). */
static void print_report(const struct report *report, FILE *out)
{
        const struct journal journal = journal_open();

        for (size_t i = 0; i < report->n; i++) {
                char *CLEANUP_FREE text = sentence_translate(report->findings[i].text);
                struct finding finding = report->findings[i];

                if (text)
                        finding.text = text;
                print_finding(&journal, &finding, out);
        }
        if (report->n_errors + report->n_warnings > report->n)
                fprintf(out, _("… and %zu more\n"), report->n_errors + report->n_warnings - report->n);
}

#define DAYS_LISTED_MAX 24 /* twice a month; of more the first ones and the last tell the rule */
#define DAYS_BEGUN 3

/* "04/04", where the item says so with what it is about: "04/01/2027 (quý IV năm 2026)". */
static void print_day(const struct plan *plan, const struct item *item, civil_day day, const char *end)
{
        struct civil_date date = civil_split(day);
        char name[PERIOD_NAME_SIZE];

        printf("%02d/%02d", date.day, date.month);
        if (date.year != plan->year)
                printf("/%d", date.year);
        if (item->period.unit != PERIOD_NONE)
                printf(" (%s)", period_name(&item->period, day, name));
        (void)fputs(end, stdout);
}

/* Not a mistake, and rarely what is meant: the file of last year, or the sample. */
static void print_end(const struct plan *plan, civil_day today)
{
        char day[CIVIL_DATE_SIZE], shown[LANGUAGE_DATE_SIZE];

        if (today >= plan->closes)
                printf(_("%s: closed on %s: nothing is sent of it; when its list is not needed any more, take its file "
                         "out of plans.d\n"),
                       plan->id, language_date(civil_format(plan->closes, day), shown));
}

/* "plan/item: 12 days: 25/01, 25/02, …", so that a rule can be compared with what it was meant to say. */
static void print_repeat(const struct plan *plan, const struct item *item)
{
        struct occurrence *CLEANUP_FREE occurrences = NULL;
        size_t n, begun;

        if (item->form != DATE_REPEAT || item_occurrences(plan, item, &occurrences, &n) < 0)
                return;
        begun = n > DAYS_LISTED_MAX ? DAYS_BEGUN : n - 1;
        printf(ngettext("%s/%s: %zu day: ", "%s/%s: %zu days: ", n), plan->id, item->id, n);
        for (size_t i = 0; i < begun; i++)
                print_day(plan, item, occurrences[i].due, ", ");
        if (begun < n - 1)
                printf("… ");
        print_day(plan, item, occurrences[n - 1].due, "\n");
}

static int check(const struct options *options)
{
        struct report CLEANUP(report_clear) report = {0};
        struct settings *CLEANUP(settings_unref_p) settings = NULL;
        int r = settings_load(options->config, options->no_secrets ? SECRETS_LEFT : SECRETS_READ, &report, &settings);

        report_sort(&report);
        print_report(&report, stdout);
        if (r < 0) {
                if (report.n_errors == 0)
                        fprintf(stderr, "reminderd: %s: %s\n", options->config, strerror(-r));
                return EXIT_FAILED;
        }

        const struct config *config = settings_config(settings);
        size_t items = 0;
        civil_day today;

        if (journal_open().target == JOURNAL_SYSTEMD)
                return EXIT_OK; /* nothing to report is no event for the journal */
        clock_set_zone(config->timezone);
        today = wall_day(clock_wall((int64_t)time(NULL) * 1000));
        for (size_t i = 0; i < config->n_plans; i++) {
                const struct plan *plan = &config->plans[i];

                print_end(plan, today);
                items += plan->n_items;
                for (size_t k = 0; k < plan->n_items; k++)
                        print_repeat(plan, &plan->items[k]);
        }
        printf(ngettext("%s: in order: %zu plan with %zu items, %zu agencies\n",
                        "%s: in order: %zu plans with %zu items, %zu agencies\n", config->n_plans),
               options->config, config->n_plans, items, config->roster.n_agencies);
        return fflush(stdout) == 0 ? EXIT_OK : EXIT_FAILED;
}

/* Without the secrets that only sending needs, where nothing is sent. */
static int read_settings(const struct options *options, struct report *report, struct settings **ret)
{
        int r = options->rehearse && !options->deliver ? settings_load(options->config, SECRETS_READ, report, ret)
                                                       : service_load(options->config, report, ret);

        report_sort(report);
        return r;
}

/* Mistakes are printed to standard error; warnings alone are left to the caller. */
static int load(const struct options *options, struct report *report, struct settings **ret)
{
        int r = read_settings(options, report, ret);

        if (r < 0) {
                print_report(report, stderr);
                fprintf(stderr, "reminderd: %s: %s\n", options->config,
                        r == -EINVAL ? _("not started: mend what is named above") : strerror(-r));
        }
        return r;
}

/* ---- rehearse ---- */

/* A rehearsal on a bus. */
struct performance {
        const struct options *options;
        struct stage *stage;
};

static int advance(void *userdata, wall_time until)
{
        const struct performance *performance = userdata;

        return rehearsal_advance(performance->stage, until);
}

static int reload(void *userdata, bool dry_run, struct report *report, struct changes *changes)
{
        const struct performance *performance = userdata;
        struct manager *manager = rehearsal_manager(performance->stage);
        struct settings *CLEANUP(settings_unref_p) settings = NULL;
        int r = read_settings(performance->options, report, &settings);

        if (r < 0)
                return r;
        return dry_run ? manager_try(manager, settings, changes) : manager_adopt(manager, settings, changes);
}

/* A rehearsal that waits on a bus for decisions, reloads and calls of Advance, until it is terminated. */
static int rehearse_on_bus(const struct options *options, const struct rehearsal *rehearsal)
{
        struct performance performance = {.options = options};
        sd_event *event = NULL;
        struct control *control = NULL;
        sigset_t set;
        int r = sd_event_new(&event);

        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigprocmask(SIG_BLOCK, &set, NULL);
        if (r >= 0)
                r = sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(event, NULL, SIGINT, NULL, NULL);
        if (r >= 0)
                r = rehearsal_new(rehearsal, &performance.stage);
        if (r >= 0)
                r = control_new(&(struct control_options){.manager = rehearsal_manager(performance.stage),
                                                          .event = event,
                                                          .bus = options->bus,
                                                          .block = options->block,
                                                          .reload = reload,
                                                          .advance = advance,
                                                          .userdata = &performance},
                                &control);
        if (r >= 0)
                sd_notify(0, "READY=1");
        if (r >= 0)
                r = sd_event_loop(event);
        control_free(control);
        rehearsal_free(performance.stage);
        sd_event_unref(event);
        return r;
}

static int rehearse(const struct options *options)
{
        struct settings *CLEANUP(settings_unref_p) settings = NULL;
        struct report CLEANUP(report_clear) report = {0};
        int r = load(options, &report, &settings);

        if (r < 0)
                return EXIT_FAILED;

        const struct rehearsal rehearsal = {
                .settings = settings,
                .from = options->from,
                .to = options->to,
                .fresh = options->fresh,
                .json = options->json,
                .deliver = options->deliver,
                .out = stdout,
        };

        r = options->bus_given && options->bus != BUS_NONE ? rehearse_on_bus(options, &rehearsal)
                                                           : rehearsal_run(&rehearsal);
        if (r < 0)
                fprintf(stderr, _("reminderd: rehearsal ended early: %s\n"), strerror(-r));
        return r == REHEARSED ? EXIT_OK : EXIT_FAILED;
}

static int serve(const struct options *options)
{
        struct settings *CLEANUP(settings_unref_p) settings = NULL;
        struct report CLEANUP(report_clear) report = {0};

        int r;

        service_hold_signals();
        if (load(options, &report, &settings) < 0)
                return EXIT_FAILED;
        r = service_run(options, settings, &report);
        return r == -EALREADY ? EXIT_TAKEN : r < 0 ? EXIT_FAILED : EXIT_OK;
}

/* The secrets of a block are looked for by the variable, too: config/secret.c. */
static int choose_block(struct options *options, char **ret_config)
{
        if (setenv(BLOCK_VARIABLE, options->block, 1) < 0)
                return -errno;
        if (options->config)
                return 0;
        options->config = *ret_config = block_config_path(options->block);
        return options->config ? 0 : -ENOMEM;
}

int main(int argc, char **argv)
{
        const char *block = getenv(BLOCK_VARIABLE);
        struct options options = {.block = block ? block : "", .bus = BUS_SYSTEM};
        char *CLEANUP_FREE config = NULL;
        enum daemon_exit code;

        if (standard_fds_hold() < 0)
                return EXIT_FAILED;
        if (journal_open().target != JOURNAL_SYSTEMD) /* which is English, whatever the language of the system is */
                language_set();
        code = options_parse(argc, argv, &options);
        if (code != EXIT_NOT_YET)
                return (int)code;
        if (choose_block(&options, &config) < 0)
                return EXIT_FAILED;
        if (options.check)
                return check(&options);
        if (options.rehearse)
                return rehearse(&options);
        language_unset(); /* its log is English, too, and so are the answers on the bus */
        return serve(&options);
}
