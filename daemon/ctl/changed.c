/* What a decision changed, so that a slip is seen at once: plan, item, agency, day and title. */
#include "ctl/changed.h"

#include <stdint.h>
#include <string.h>

#include "base/language.h"
#include "core/reference.h"
#include "ctl/shape.h"
#include "ctl/width.h"

#define LINES_MAX 5 /* of one item and day; more are told together */

/* The day that the decision is about. */
static void print_day(const struct cli *cli, const json_t *row)
{
        const char *due = received_text(row, "due"), *done_on = received_text(row, "done_on");
        const char *claimed_on = received_text(row, "claimed_on"), *until = received_text(row, "requested_date");
        char shown[LANGUAGE_DATE_SIZE];

        if (*done_on)
                printf(received_truth(row, "late") ? _("finished on %s, late") : _("finished on %s"),
                       language_date(done_on, shown));
        else if (strcmp(cli->command->verb->name, "snooze") == 0)
                printf(_("quiet until %s"), language_date(received_text(row, "snoozed_until"), shown));
        else if (*until)
                printf(_("asks for time until %s"), language_date(until, shown));
        else if (*claimed_on)
                printf(_("says finished on %s"), language_date(claimed_on, shown));
        else if (*due)
                printf(_("due %s"), language_date(due, shown));
        else
                fputs(_("no date yet"), stdout);
}

static void print_line(const struct cli *cli, const json_t *row, const char *whose)
{
        char name[REFERENCE_TEXT_SIZE];

        printf("  %s, %s: ",
               reference_format(received_text(row, "plan"), received_text(row, "item"),
                                received_text(row, "occurrence"), name),
               whose);
        print_day(cli, row);
        fputs(" – ", stdout);
        text_write(stdout, received_text(row, "title"), SIZE_MAX);
        putchar('\n');
}

static bool is_alike(const json_t *a, const json_t *b)
{
        static const char *const keys[] = {"plan", "item", "occurrence", "done_on", "late", "due", "snoozed_until"};

        for (size_t i = 0; i < ELEMENTS(keys); i++) {
                const json_t *one = json_object_get(a, keys[i]), *other = json_object_get(b, keys[i]);

                if (one != other && !json_equal(one, other))
                        return false;
        }
        return true;
}

/* Those like the row at `i`, if none of them stands before it. Returns how many. */
static size_t count_alike(const json_t *rows, size_t i)
{
        size_t n = 0;

        for (size_t k = 0; k < json_array_size(rows); k++)
                if (is_alike(json_array_get(rows, k), json_array_get(rows, i))) {
                        if (k < i)
                                return 0;
                        n++;
                }
        return n;
}

static void print_agencies(const json_t *rows, size_t i)
{
        const char *before = "    ";

        for (size_t k = i; k < json_array_size(rows); k++)
                if (is_alike(json_array_get(rows, k), json_array_get(rows, i))) {
                        printf("%s%s", before, received_text(json_array_get(rows, k), "agency"));
                        before = ", ";
                }
        putchar('\n');
}

void changed_print(const struct cli *cli, const json_t *rows)
{
        for (size_t i = 0; i < json_array_size(rows); i++) {
                const json_t *row = json_array_get(rows, i);
                size_t n = count_alike(rows, i);
                char whose[64];

                if (n > LINES_MAX) {
                        snprintf(whose, sizeof(whose), ngettext("%zu agency", "%zu agencies", n), n);
                        print_line(cli, row, whose);
                        print_agencies(rows, i);
                } else
                        for (size_t k = i; n > 0 && k < json_array_size(rows); k++)
                                if (is_alike(json_array_get(rows, k), row))
                                        print_line(cli, json_array_get(rows, k),
                                                   received_text(json_array_get(rows, k), "agency"));
        }
}

int changed_report(const struct cli *cli, json_t *rows)
{
        const char *verb = cli->command->verb->name;
        size_t n = json_array_size(rows);

        if (cli_is_json(cli)) {
                json_t *CLEANUP_JSON object = NULL;

                if (shape_obligations(rows) < 0)
                        return cli_no_memory(cli);
                object = json_pack("{s:s, s:I, s:O}", "verb", verb, "changed", (json_int_t)n, "obligations", rows);
                return object ? cli_print(cli, object) : cli_no_memory(cli);
        }
        printf(ngettext("%s: %lld obligation\n", "%s: %lld obligations\n", n), verb, (long long)n);
        changed_print(cli, rows);
        return EXIT_DONE;
}
