/* The verb reload: the configuration's mistakes, and what it changes. */
#include <string.h>

#include "base/language.h"
#include "base/sentence.h"
#include "core/reference.h"
#include "ctl/shape.h"
#include "ctl/verbs.h"
#include "ctl/width.h"

#define LINES_MOST 20   /* of one kind of change: a screen; --json has all */
#define AGENCIES_MOST 6 /* by name, of one line */

static void print_finding(const json_t *finding)
{
        FILE *out = received_truth(finding, "warning") ? stdout : stderr;
        char *CLEANUP_FREE text = sentence_translate(received_text(finding, "text"));

        fputs(received_text(finding, "file"), out);
        if (received_number(finding, "line") > 0)
                fprintf(out, ":%lld", (long long)received_number(finding, "line"));
        fprintf(out, ": %s%s\n", received_truth(finding, "warning") ? _("warning: ") : "",
                text ? text : received_text(finding, "text"));
}

/* ---- what it changes ---- */

/* In the order in which they matter to whoever reads them. */
static const struct {
        const char *change; /* as the daemon calls it */
        const char *title;
} kinds[] = {
        {"withdrawn", N_("owed no more")},
        {"passed", N_("owed by the successor")},
        {"moved", N_("another day")},
        {"rearranged", N_("another hour or place")},
        {"unclear", N_("unclear, their day was past when it became known")},
        {"returned", N_("owed again")},
        {"watched", N_("unclear no more")},
        {"added", N_("new")},
        {"retimed", N_("reminded at other moments")},
};

static bool is_of_one_line(const json_t *a, const json_t *b)
{
        static const char *const keys[] = {"plan", "item", "occurrence", "due_before", "due"};

        for (size_t i = 0; i < ELEMENTS(keys); i++)
                if (strcmp(received_text(a, keys[i]), received_text(b, keys[i])) != 0)
                        return false;
        return true;
}

static void print_days(const json_t *change)
{
        char shown[LANGUAGE_DATE_SIZE], other[LANGUAGE_DATE_SIZE];
        const char *before = language_date(received_text(change, "due_before"), shown);
        const char *after = language_date(received_text(change, "due"), other);

        if (strcmp(received_text(change, "change"), "moved") == 0)
                printf(", %s → %s", *before ? before : _("no date"), *after ? after : _("no date"));
        else if (*before)
                printf(", %s", before);
}

static void print_item(const json_t *change)
{
        char name[REFERENCE_TEXT_SIZE];

        (void)reference_format(received_text(change, "plan"), received_text(change, "item"),
                               received_text(change, "occurrence"), name);
        printf("    %s (", name);
        text_write(stdout, received_text(change, "title"), SIZE_MAX);
        putchar(')');
        print_days(change);
        fputs(": ", stdout);
}

/* What was not simply still to come. */
static const char *state_words(const json_t *change)
{
        static const struct {
                const char *state, *words;
        } told[] = {{"overdue", N_("was overdue")}, {"unclear", N_("was unclear")}, {"snoozed", N_("was snoozed")}};

        if (strcmp(received_text(change, "change"), "added") == 0)
                return "";
        for (size_t i = 0; i < ELEMENTS(told); i++)
                if (strcmp(received_text(change, "state"), told[i].state) == 0)
                        return _(told[i].words);
        return "";
}

static void print_agency(const json_t *change, size_t already)
{
        const char *state = state_words(change), *heir = received_text(change, "successor");
        char instead[128] = ""; /* an id and some words */

        if (already > 0)
                fputs(", ", stdout);
        fputs(received_text(change, "agency"), stdout);
        if (strcmp(received_text(change, "change"), "passed") == 0)
                printf(" → %s", heir);
        else if (*heir)
                snprintf(instead, sizeof(instead), _("%s owes it itself"), heir);
        if (*state || *instead)
                printf(" (%s%s%s)", state, *state && *instead ? "; " : "", instead);
}

static void end_line(size_t agencies)
{
        if (agencies > AGENCIES_MOST)
                printf(_(" and %zu more"), agencies - AGENCIES_MOST);
        if (agencies > 0)
                putchar('\n');
}

/* One line for each item and day, with those that it is about. */
static void print_kind(const json_t *changes, const char *kind)
{
        const json_t *change, *last = NULL;
        size_t i, lines = 0, agencies = 0;

        json_array_foreach(changes, i, change)
        {
                if (strcmp(received_text(change, "change"), kind) != 0)
                        continue;
                if (!last || !is_of_one_line(last, change)) {
                        lines++;
                        if (lines <= LINES_MOST) {
                                end_line(agencies);
                                print_item(change);
                                agencies = 0;
                        }
                        last = change;
                }
                if (lines <= LINES_MOST && agencies++ < AGENCIES_MOST)
                        print_agency(change, agencies - 1);
        }
        end_line(agencies);
        if (lines > LINES_MOST)
                printf(_("    and %zu more lines: --json has them\n"), lines - LINES_MOST);
}

/* Whoever takes an agency out loses sight of what it still owes. */
static void print_way_to_succeed(const json_t *changes)
{
        const json_t *change;
        size_t i;

        json_array_foreach(changes, i, change) if (received_truth(change, "left"))
        {
                printf(_("  If %s merged into another agency: name it again where it was named, and say successor "
                         "and from in agencies.conf; then the successor owes what it still owes "
                         "(reminderd.conf(5))\n"),
                       received_text(change, "agency"));
                return;
        }
}

static void print_changes(const json_t *counts, const json_t *changes)
{
        bool any = false;

        for (size_t i = 0; i < ELEMENTS(kinds); i++) {
                json_int_t n = received_number(counts, kinds[i].change);

                if (n == 0)
                        continue;
                any = true;
                printf("  %s: %lld\n", _(kinds[i].title), (long long)n);
                print_kind(changes, kinds[i].change);
        }
        if (!any)
                puts(_("  nothing changes in what is owed"));
        print_way_to_succeed(changes);
}

static int print_json(const struct cli *cli, bool adopted, json_t *reply)
{
        static const char *const keys[] = {"change", "plan",  "item",       "occurrence", "agency", "successor",
                                           "title",  "state", "due_before", "due",        "left"};
        json_t *changes = json_array_get(reply, 3);
        json_t *CLEANUP_JSON object =
                json_pack("{s:b, s:b, s:O, s:O, s:O}", "adopted", (int)adopted, "dry_run",
                          (int)command_has(cli->command, OPTION_DRY_RUN), "findings", json_array_get(reply, 1),
                          "counts", json_array_get(reply, 2), "changes", changes);

        return object && shape_rows(changes, keys, ELEMENTS(keys)) == 0 ? cli_print(cli, object) : cli_no_memory(cli);
}

int run_reload(struct cli *cli)
{
        json_t *CLEANUP_JSON reply = NULL;
        bool dry_run = command_has(cli->command, OPTION_DRY_RUN), adopted;
        const json_t *findings;
        int code = cli_call(cli, &reply, "Adopt", "b", dry_run);

        if (code != EXIT_DONE)
                return code;
        adopted = json_is_true(json_array_get(reply, 0));
        if (command_has(cli->command, OPTION_QUIET))
                return adopted ? EXIT_DONE : EXIT_REFUSED;
        if (cli_is_json(cli)) {
                code = print_json(cli, adopted, reply);
                return code != EXIT_DONE || adopted ? code : EXIT_REFUSED;
        }
        findings = json_array_get(reply, 1);
        for (size_t i = 0; i < json_array_size(findings); i++)
                print_finding(json_array_get(findings, i));
        if (!adopted)
                return cli_fail(cli, EXIT_REFUSED, "%s",
                                dry_run ? _("would not be reloaded: mend what is named above")
                                        : _("not reloaded, the old configuration goes on: mend what is named above"));
        puts(dry_run ? _("would be reloaded; nothing is changed yet") : _("reloaded"));
        print_changes(json_array_get(reply, 2), json_array_get(reply, 3));
        return EXIT_DONE;
}
