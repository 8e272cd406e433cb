/* A whole configuration: reminderd.conf, agencies, a plan, a calendar.
 * Input: parts: the plan, reminderd.conf, the agencies, the calendar; one that is left out or empty is a good one.
 * Holds: it is loaded, or refused with findings, each one plain line at a line of a file that there is; loading again
 * finds the same; what was accepted keeps the bounds that the engine relies on, and printed by libconfig it loads as
 * the same. */
#include "fuzz.h"

#include <errno.h>
#include <libconfig.h>

#include "config/config.h"

enum part { PART_PLAN, PART_MAIN, PART_AGENCIES, PART_CALENDAR, PARTS };

static const struct {
        const char *name, *good;
} parts[PARTS] = {
        [PART_PLAN] = {"plans.d/p.conf",
                       "plan = { id = \"tdkt-2024\"; year = 2024; title = \"Kế hoạch\"; head = \"vp\";\n"
                       "  deputy = \"snv\";\n"
                       "  items = ( { id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-12-10\"; }\n"
                       ");};\n"},
        [PART_MAIN] =
                {"reminderd.conf",
                 "block = { name = \"Khối\"; short = \"K\"; contact = { name = \"A\"; email = \"a@k.example\"; };};\n"
                 "agencies = \"agencies.conf\"; plans = \"plans.d\"; calendars = \"calendar.d\";\n"
                 "templates = \"t\"; state_dir = \"s\";\n"
                 "mail = { url = \"smtp://m.example\"; tls = \"required\"; from = \"K <k@k.example>\"; };\n"
                 "webhooks = ( { id = \"gw\"; url = \"https://c.example/\"; secret_file = \"secret\";\n"
                 "  agencies = [\"snv\"]; } );\n"
                 "policies = { report = { before = [\"7d\", \"0d\"]; at = \"08:00\";\n"
                 "  overdue = { every = \"2wd\"; limit = 3; }; escalate = ( { after = \"3wd\"; to = \"head\"; },\n"
                 "  { after = \"5wd\"; to = \"council\"; } ); }; inspection = { before = [\"3d\"]; at = \"09:00\"; };\n"
                 "};\ndefault_policy = \"report\";\n"},
        [PART_AGENCIES] =
                {"agencies.conf",
                 "agencies = ( { id = \"vp\"; name = \"Văn phòng\"; emails = [\"vp@k.example\"]; webhook = \"gw\"; },\n"
                 "  { id = \"snv\"; name = \"Sở\"; emails = [\"snv@k.example\"]; },\n"
                 "  { id = \"hd\"; name = \"Hội đồng\"; emails = [\"hd@k.example\"]; } );\n"
                 "groups = { council = [\"hd\"]; };\n"},
        [PART_CALENDAR] = {"calendar.d/c.conf",
                           "year = 2024; days = ( { date = \"2024-02-09\"; off = true; name = \"Tết\"; } );\n"},
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
        static const char secret[] = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz\n";

        (void)argc, (void)argv;
        fuzz_mkdir("plans.d");
        fuzz_mkdir("calendar.d");
        fuzz_write("secret", secret, strlen(secret));
        return 0;
}

struct loaded {
        int r;
        struct config *config;
        struct report report;
};

static void loaded_clear(struct loaded *loaded)
{
        config_free(loaded->config);
        report_clear(&loaded->report);
}

static struct loaded load(void)
{
        struct loaded loaded = {0};
        CLEANUP_FREE char *templates = NULL;
        CLEANUP_FREE char *path = NULL;

        REQUIRE(asprintf(&path, "%s/reminderd.conf", fuzz_folder()) > 0);
        loaded.r = config_load(path, SECRETS_READ, &loaded.report, &templates, &loaded.config);
        REQUIRE(loaded.r == 0 ? loaded.config && loaded.report.n_errors == 0
                              : loaded.r == -EINVAL && !loaded.config && loaded.report.n_errors > 0);
        return loaded;
}

static void check_findings(const struct report *report, const unsigned lines[static PARTS])
{
        for (size_t i = 0; i < report->n; i++) {
                const struct finding *finding = &report->findings[i];

                REQUIRE_OF(is_plain_line(finding->text) && *finding->text, finding->text);
                for (size_t part = 0; part < PARTS; part++)
                        if (strcmp(finding->file + strlen(fuzz_folder()) + 1, parts[part].name) == 0)
                                REQUIRE_OF(finding->line <= lines[part], finding->text);
        }
}

static void check_same_findings(const struct report *a, const struct report *b)
{
        REQUIRE(a->n == b->n && a->n_errors == b->n_errors);
        for (size_t i = 0; i < a->n; i++) {
                REQUIRE(a->findings[i].line == b->findings[i].line);
                REQUIRE(strcmp(a->findings[i].text, b->findings[i].text) == 0);
        }
}

static void check_policy(const struct policy *policy)
{
        REQUIRE(policy->at >= 0 && policy->at < DAY_SECONDS);
        REQUIRE(policy->overdue_limit >= 0);
        REQUIRE(policy->overdue_limit == 0 || policy->overdue_every.days > 0 || policy->overdue_every.workdays > 0);
        for (size_t i = 0; i < policy->n_before; i++)
                REQUIRE(policy->before[i].days >= 0 && policy->before[i].workdays >= 0);
}

static void check_targets(const struct plan *plan, const struct roster *roster, const struct targets *targets)
{
        CLEANUP_FREE size_t *agencies = NULL;
        size_t n = 0;

        REQUIRE(plan_resolve(plan, roster, targets, &agencies, &n) == 0);
        for (size_t i = 0; i < n; i++)
                REQUIRE(agencies[i] < roster->n_agencies && (i == 0 || agencies[i] > agencies[i - 1]));
}

static void check_item(const struct config *config, const struct plan *plan, const struct item *item)
{
        CLEANUP_FREE struct occurrence *occurrences = NULL;
        size_t n = 0;

        REQUIRE(id_valid(item->id) && is_plain_line(item->title));
        REQUIRE(plan_find_item(plan, item->id) == item);
        check_policy(&item->policy);
        check_targets(plan, &config->roster, &item->for_);
        check_targets(plan, &config->roster, &item->report_to);
        for (size_t i = 0; i < item->policy.n_escalations; i++)
                check_targets(plan, &config->roster, &item->policy.escalations[i].to);
        REQUIRE(item_occurrences(plan, item, &occurrences, &n) == 0 && n > 0 && n <= 366 * 5);
        for (size_t i = 0; i < n; i++) {
                REQUIRE(occurrences[i].from == CIVIL_NONE || occurrences[i].from <= occurrences[i].due);
                REQUIRE(i == 0 || occurrences[i].due > occurrences[i - 1].due);
                REQUIRE(n == 1 || *occurrences[i].key);
        }
}

static void check_config(const struct config *config)
{
        REQUIRE(config->hours.open <= config->hours.close && config->hours.close <= DAY_SECONDS);
        REQUIRE(config->catch_up >= 0 && config->retry.first > 0 && config->retry.max >= config->retry.first);
        for (size_t i = 0; i < config->roster.n_agencies; i++)
                REQUIRE(id_valid(config->roster.agencies[i].id) &&
                        roster_find(&config->roster, config->roster.agencies[i].id) == i);
        for (size_t i = 0; i < config->n_webhooks; i++) {
                const struct subscription *subscription = &config->webhooks[i].subscription;

                for (size_t k = 0; k < subscription->n_agencies; k++)
                        REQUIRE(subscription->agencies[k] < config->roster.n_agencies);
        }
        for (size_t p = 0; p < config->n_plans; p++) {
                const struct plan *plan = &config->plans[p];

                REQUIRE(config_find_plan(config, plan->id) == plan && id_valid(plan->id));
                REQUIRE(plan->year >= CIVIL_FIRST_YEAR && plan->year <= CIVIL_LAST_YEAR);
                REQUIRE(plan->head == ROSTER_NONE || plan->head < config->roster.n_agencies);
                for (size_t i = 0; i < plan->n_items; i++)
                        check_item(config, plan, &plan->items[i]);
        }
}

/* What must not change when the same settings are written another way. */
static char *summary(const struct config *config)
{
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        REQUIRE(out);
        fprintf(out, "%s %s %s %d-%d %ld %s\n", config->timezone, config->block_name, config->block_short,
                config->hours.open, config->hours.close, (long)config->catch_up, config->mail.from.address);
        for (size_t i = 0; i < config->roster.n_agencies; i++)
                fprintf(out, "%s %s %zu\n", config->roster.agencies[i].id, config->roster.agencies[i].name,
                        config->roster.agencies[i].n_emails);
        for (size_t p = 0; p < config->n_plans; p++)
                for (size_t i = 0; i < config->plans[p].n_items; i++) {
                        const struct item *item = &config->plans[p].items[i];

                        fprintf(out, "%s %s %s %d %d %d %s %s %s %zu %zu %d\n", config->plans[p].id, item->id,
                                item->title, item->form, item->from, item->to, item->wording ? item->wording : "",
                                item->when ? item->when : "", item->repeat ? item->repeat : "", item->policy.n_before,
                                item->for_.n, item->policy.at);
                }
        for (civil_day day = civil_from(2024, 1, 1); day <= civil_from(2024, 12, 31); day++)
                fputc(calendar_is_working(config->calendar, day) ? '+' : '-', out);
        fclose(out);
        return text;
}

/* Every file as libconfig writes it. False: libconfig alone does not read all that the scanner makes readable. */
static bool reprint(void)
{
        for (size_t part = 0; part < PARTS; part++) {
                CLEANUP_FREE char *path = NULL;
                config_t tree;
                bool read;

                REQUIRE(asprintf(&path, "%s/%s", fuzz_folder(), parts[part].name) > 0);
                config_init(&tree);
                read = config_read_file(&tree, path);
                if (read)
                        REQUIRE(config_write_file(&tree, path));
                config_destroy(&tree);
                if (!read)
                        return false;
        }
        return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        unsigned lines[PARTS];

        for (size_t part = 0; part < PARTS; part++) {
                size_t n;
                CLEANUP_FREE char *text = input_part(&input, &n);
                const char *bytes = n > 0 ? text : parts[part].good;

                n = n > 0 ? n : strlen(bytes);
                lines[part] = 1;
                for (size_t i = 0; i < n; i++)
                        lines[part] += bytes[i] == '\n';
                fuzz_write(parts[part].name, bytes, n);
        }

        CLEANUP(loaded_clear) struct loaded first = load();
        CLEANUP(loaded_clear) struct loaded second = load();

        check_findings(&first.report, lines);
        check_same_findings(&first.report, &second.report);
        if (first.r < 0)
                return 0;
        REQUIRE(strcmp(first.config->fingerprint, second.config->fingerprint) == 0);
        check_config(first.config);
        if (!reprint())
                return 0;

        CLEANUP(loaded_clear) struct loaded printed = load();
        CLEANUP_FREE char *before = summary(first.config);

        REQUIRE_OF(printed.r == 0, printed.report.n > 0 ? printed.report.findings[0].text : "");
        CLEANUP_FREE char *after = summary(printed.config);
        REQUIRE_OF(strcmp(before, after) == 0, after);
        return 0;
}
