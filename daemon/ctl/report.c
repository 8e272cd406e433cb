/* The verb report: who did what of a plan, for scoring at the end of the year. */
#include <string.h>

#include "base/language.h"
#include "ctl/shape.h"
#include "ctl/sheet.h"
#include "ctl/table.h"
#include "ctl/verbs.h"

/* ---- gathering ---- */

static void sheet_clear(struct sheet *sheet)
{
        for (size_t i = 0; sheet->agencies && i < sheet->names.n; i++)
                free(sheet->agencies[i].rows);
        free(sheet->agencies);
        agency_list_clear(&sheet->names);
}

struct scored sheet_scored(const json_t *row)
{
        struct scored scored = {
                .grade = GRADE_UNSCORED,
                .late = {received_number(row, "calendar_days_late"), received_number(row, "working_days_late")},
                .reminders = received_number(row, "reminders"),
                .overdue_reminders = received_number(row, "overdue_reminders"),
                .escalations = received_number(row, "escalations"),
        };

        (void)grade_parse(received_text(row, "grade"), &scored.grade);
        return scored;
}

bool sheet_is_remarkable(const json_t *row)
{
        switch (sheet_scored(row).grade) {
        case GRADE_LATE:
        case GRADE_UNFINISHED:
        case GRADE_OVERDUE:
        case GRADE_UNCLEAR:
                return true;
        case GRADE_ON_TIME:
        case GRADE_OPEN:
        case GRADE_WAIVED:
        case GRADE_UNSCORED:
        case GRADES:
                break;
        }
        return false;
}

/* Borrows from all three. */
static int gather(const json_t *plan, const json_t *agencies, const json_t *rows, struct sheet *sheet)
{
        int r = agency_list_gather(agencies, rows, NULL, &sheet->names);

        if (r < 0)
                return r;
        sheet->plan = plan;
        sheet->agencies = calloc(sheet->names.n + 1, sizeof(*sheet->agencies));
        if (!sheet->agencies)
                return -1;
        for (size_t i = 0; i < json_array_size(rows); i++)
                sheet->agencies[agency_list_place(&sheet->names, json_array_get(rows, i))].n++;
        for (size_t i = 0; i < sheet->names.n; i++) {
                struct sheet_agency *agency = &sheet->agencies[i];

                /* NOLINTNEXTLINE(bugprone-sizeof-expression,clang-analyzer-optin.portability.UnixAPI): pointers */
                agency->rows = calloc(agency->n, sizeof(*agency->rows));
                if (!agency->rows)
                        return -1;
                agency->n = 0;
        }
        for (size_t i = 0; i < json_array_size(rows); i++) {
                const json_t *row = json_array_get(rows, i);
                struct sheet_agency *agency = &sheet->agencies[agency_list_place(&sheet->names, row)];
                struct scored scored = sheet_scored(row);

                agency->rows[agency->n++] = row;
                score_add(&agency->score, &scored);
                score_add(&sheet->total, &scored);
        }
        return 0;
}

/* ---- as JSON ---- */

/* NULL: no memory. */
static json_t *json_of_score(const struct score *score)
{
        json_t *CLEANUP_JSON object = json_pack("{s:I}", "owed", (json_int_t)score_owed(score));
        int r = object ? 0 : -1;

        for (int grade = 0; grade < GRADES && r == 0; grade++)
                r = json_object_set_new(object, grade_name((enum grade)grade), json_integer(score->n[grade]));
        if (r == 0) {
                json_t *CLEANUP_JSON more = json_pack(
                        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "calendar_days_late", (json_int_t)score->late.days,
                        "most_calendar_days_late", (json_int_t)score->latest.days, "working_days_late",
                        (json_int_t)score->late.workdays, "most_working_days_late", (json_int_t)score->latest.workdays,
                        "reminders", (json_int_t)score->reminders, "overdue_reminders",
                        (json_int_t)score->overdue_reminders, "escalations", (json_int_t)score->escalations);

                r = more ? json_object_update(object, more) : -1;
        }
        return r == 0 ? TAKE_PTR(object) : NULL;
}

static json_t *json_of_agency(const struct listed_agency *name, const struct sheet_agency *agency)
{
        static const char *const keys[] = {
                "item",
                "occurrence",
                "title",
                "due",
                "effective_due",
                "state",
                "grade",
                "done_on",
                "calendar_days_late",
                "working_days_late",
                "reminders",
                "overdue_reminders",
                "escalations",
        };
        json_t *CLEANUP_JSON object = json_pack("{s:s, s:s}", "agency", name->id, "name", name->name);
        json_t *CLEANUP_JSON sums = json_of_score(&agency->score);
        json_t *CLEANUP_JSON items = json_array();

        for (size_t i = 0; items && i < agency->n; i++) {
                json_t *CLEANUP_JSON row = json_copy((json_t *)agency->rows[i]);

                if (!row || shape_object(&row, keys, ELEMENTS(keys)) < 0 || json_array_append(items, row) < 0)
                        return NULL;
        }
        if (!object || !sums || !items || json_object_update(object, sums) < 0 ||
            json_object_set(object, "items", items) < 0)
                return NULL;
        return TAKE_PTR(object);
}

static int print_json(const struct cli *cli, const struct sheet *sheet)
{
        static const char *const keys[] = {"plan", "year", "title", "closes", "closed", "in_force", "as_of"};
        json_t *CLEANUP_JSON plan = json_copy((json_t *)sheet->plan);
        json_t *CLEANUP_JSON agencies = json_array(), *CLEANUP_JSON total = json_of_score(&sheet->total);
        json_t *CLEANUP_JSON all = NULL;

        for (size_t i = 0; agencies && i < sheet->names.n; i++)
                if (json_array_append_new(agencies, json_of_agency(&sheet->names.agencies[i], &sheet->agencies[i])) < 0)
                        return cli_no_memory(cli);
        if (!plan || !agencies || !total || shape_object(&plan, keys, ELEMENTS(keys)) < 0)
                return cli_no_memory(cli);
        all = json_pack("{s:O, s:O, s:O}", "plan", plan, "agencies", agencies, "total", total);
        return all ? cli_print(cli, all) : cli_no_memory(cli);
}

/* ---- on the terminal ---- */

/* In 80 columns with whatever there is: what is overdue or open is not unfinished, which a plan has once it is closed.
 */
static const struct column sums[] = {
        {"agency", N_("AGENCY"), COLUMN_TEXT},     {"owed", N_("OWED"), COLUMN_NUMBER},
        {"on_time", N_("ON TIME"), COLUMN_NUMBER}, {"late", N_("LATE"), COLUMN_NUMBER},
        {"days", N_("DAYS"), COLUMN_NUMBER},       {"unfinished", N_("UNFINISHED"), COLUMN_NUMBER},
        {"overdue", N_("OVER"), COLUMN_NUMBER},    {"open", N_("OPEN"), COLUMN_NUMBER},
        {"unclear", N_("UNCL."), COLUMN_EXTRA},    {"waived", N_("WAIV."), COLUMN_EXTRA},
        {"unscored", N_("UNSC."), COLUMN_EXTRA},   {"reminders", N_("URGED"), COLUMN_EXTRA},
};

static const struct column remarkable[] = {
        {"agency", N_("AGENCY"), COLUMN_TEXT},     {"item", N_("ITEM"), COLUMN_ITEM},
        {"effective_due", N_("DUE"), COLUMN_TEXT}, {"grade", N_("STATE"), COLUMN_STATE},
        {"days", N_("DAYS"), COLUMN_NUMBER},       {"done_on", N_("DONE ON"), COLUMN_EXTRA},
        {"reminders", N_("URGED"), COLUMN_EXTRA},  {"title", N_("TITLE"), COLUMN_SPARE},
};

/* Days late as one cell, those of the calendar and in brackets the working days; a number that is 0 is left blank, and
 * so is a column without any. */
static int dress(json_t *row)
{
        json_int_t days = received_number(row, "calendar_days_late");
        const char *key;
        json_t *value;
        void *next;

        if (days > 0 && json_object_set_new(row, "days",
                                            json_sprintf("%lld (%lld)", (long long)days,
                                                         (long long)received_number(row, "working_days_late"))) < 0)
                return -1;
        json_object_foreach_safe(row, next, key, value) if (json_is_integer(value) && json_integer_value(value) == 0)(
                void) json_object_del(row, key);
        return 0;
}

static int append_score(json_t *rows, const char *agency, const struct score *score)
{
        json_t *CLEANUP_JSON row = json_of_score(score);

        if (!row || json_object_set_new(row, "agency", json_string(agency)) < 0 || dress(row) < 0)
                return -1;
        return json_array_append(rows, row);
}

static int append_remarkable(json_t *rows, const struct sheet_agency *agency)
{
        for (size_t i = 0; i < agency->n; i++) {
                json_t *CLEANUP_JSON row = NULL;

                if (!sheet_is_remarkable(agency->rows[i]))
                        continue;
                row = json_copy((json_t *)agency->rows[i]);
                if (!row || dress(row) < 0 || json_array_append(rows, row) < 0)
                        return -1;
        }
        return 0;
}

static int print_terminal(struct cli *cli, const struct sheet *sheet)
{
        json_t *CLEANUP_JSON rows = json_array(), *CLEANUP_JSON told = json_array();

        if (!rows || !told)
                return cli_no_memory(cli);
        for (size_t i = 0; i < sheet->names.n; i++)
                if (append_score(rows, sheet->names.agencies[i].id, &sheet->agencies[i].score) < 0 ||
                    append_remarkable(told, &sheet->agencies[i]) < 0)
                        return cli_no_memory(cli);
        if (sheet->names.n > 0 && append_score(rows, _("total"), &sheet->total) < 0)
                return cli_no_memory(cli);
        table_print(&cli->style, rows, sums, ELEMENTS(sums), 0, _("Nobody owes anything of it."));
        if (json_array_size(told) > 0) {
                putchar('\n');
                table_print(&cli->style, told, remarkable, ELEMENTS(remarkable), 0, "");
        }
        return EXIT_DONE;
}

/* ---- the verb ---- */

static int append_plan(sd_bus_message *message, const void *userdata)
{
        return sd_bus_message_append(message, "s", userdata);
}

static int print_page(struct cli *cli, const struct sheet *sheet)
{
        json_t *CLEANUP_JSON status = NULL;
        int code = cli_call(cli, &status, "Status", "");

        if (code == EXIT_DONE)
                sheet_print_html(sheet, json_array_get(status, 0));
        return code;
}

int run_report(struct cli *cli)
{
        struct sheet CLEANUP(sheet_clear) sheet = {0};
        json_t *CLEANUP_JSON plan = NULL, *CLEANUP_JSON rows = NULL, *CLEANUP_JSON agencies = NULL;
        int forms = command_has(cli->command, OPTION_HTML) + command_has(cli->command, OPTION_CSV) + cli_is_json(cli);
        int code;

        if (forms > 1)
                return cli_fail(cli, EXIT_USAGE, "%s", _("one of --html, --csv and --json"));
        code = cli_pages(cli, "Report", append_plan, cli_argument(cli, 0), &plan, &rows);
        if (code == EXIT_DONE)
                code = cli_call(cli, &agencies, "Agencies", "");
        if (code != EXIT_DONE)
                return code;
        if (gather(plan, json_array_get(agencies, 0), rows, &sheet) < 0)
                return cli_no_memory(cli);
        if (cli_is_json(cli))
                return print_json(cli, &sheet);
        if (command_has(cli->command, OPTION_HTML))
                return print_page(cli, &sheet);
        if (command_has(cli->command, OPTION_CSV)) {
                sheet_print_csv(&sheet);
                return EXIT_DONE;
        }
        return print_terminal(cli, &sheet);
}
