/* The matrix: items by agencies, one mark each, for a meeting. */
#include "ctl/matrix.h"

#include <string.h>

#include "base/language.h"
#include "core/reference.h"
#include "ctl/width.h"

#define NAME_MOST 44   /* columns of an item's name */
#define COLUMN_WIDTH 4 /* of an agency's number or mark, with its gap */

enum mark matrix_mark(const json_t *row)
{
        enum obligation_state state;

        if (!row || obligation_state_parse(received_text(row, "state"), &state) < 0)
                return MARK_NONE;
        return mark_of(state, *received_text(row, "claimed_on"));
}

/* ---- gathering ---- */

static void matrix_clear(struct matrix *matrix)
{
        free(matrix->lines);
        agency_list_clear(&matrix->columns);
        free(matrix->counts);
        free(matrix->cells);
}

static bool belongs(const json_t *row)
{
        return !received_truth(row, "observance") && strcmp(received_text(row, "state"), "withdrawn") != 0;
}

static void line_name(const json_t *row, char name[static REFERENCE_TEXT_SIZE])
{
        (void)reference_format(received_text(row, "plan"), received_text(row, "item"), received_text(row, "occurrence"),
                               name);
}

/* The place of a word in an index, given one where it is new. */
static int place_of(json_t *index, const char *word, size_t *ret)
{
        const json_t *known = json_object_get(index, word);

        *ret = known ? (size_t)json_integer_value(known) : json_object_size(index);
        return known ? 0 : json_object_set_new(index, word, json_integer((json_int_t)*ret));
}

static int gather_cells(struct matrix *matrix, const json_t *rows)
{
        size_t n_rows = json_array_size(rows), line;
        json_t *CLEANUP_JSON index = json_object();
        char name[REFERENCE_TEXT_SIZE];

        matrix->lines = calloc(n_rows + 1, sizeof(const json_t *));
        if (!matrix->lines || !index)
                return -1;
        for (size_t i = 0; i < n_rows; i++) {
                const json_t *row = json_array_get(rows, i);

                if (!belongs(row))
                        continue;
                line_name(row, name);
                if (place_of(index, name, &line) < 0)
                        return -1;
                if (!matrix->lines[line])
                        matrix->lines[line] = row;
        }
        matrix->n_lines = json_object_size(index);
        matrix->cells = calloc(matrix->n_lines * matrix->columns.n + 1, sizeof(const json_t *));
        matrix->counts = calloc(matrix->columns.n + 1, sizeof(*matrix->counts));
        if (!matrix->cells || !matrix->counts)
                return -1;
        for (size_t i = 0; i < n_rows; i++) {
                const json_t *row = json_array_get(rows, i);
                size_t column;

                if (!belongs(row))
                        continue;
                line_name(row, name);
                line = (size_t)json_integer_value(json_object_get(index, name));
                column = agency_list_place(&matrix->columns, row);
                matrix->cells[line * matrix->columns.n + column] = row;
                matrix->counts[column].overdue += strcmp(received_text(row, "state"), "overdue") == 0;
                matrix->counts[column].unfinished += matrix_mark(row) == MARK_UNFINISHED;
        }
        return 0;
}

/* ---- on the terminal ---- */

static void print_head(const struct style *style, const struct matrix *matrix, size_t name_columns)
{
        style_begin(style, LOOK_HEAD);
        text_pad(stdout, _("ITEM"), name_columns);
        fputs("  ", stdout);
        text_pad(stdout, _("DUE"), sizeof("2024-10-15") - 1);
        for (size_t c = 0; c < matrix->columns.n; c++)
                printf("%*zu", COLUMN_WIDTH, c + 1);
        style_end(style, LOOK_HEAD);
        putchar('\n');
}

/* Each unit may have a day of its own; then the line names none. */
static const char *common_due(const struct matrix *matrix, size_t line, char shown[static LANGUAGE_DATE_SIZE])
{
        const char *due = NULL;

        for (size_t c = 0; c < matrix->columns.n; c++) {
                const json_t *row = matrix_cell(matrix, line, c);
                const char *own = row ? received_text(row, "due") : NULL;

                if (own && (received_truth(row, "tentative") || !*own))
                        return "";
                if (own && due && strcmp(own, due) != 0)
                        return _("various");
                if (own)
                        due = own;
        }
        return due ? language_date(due, shown) : "";
}

static void print_terminal(const struct style *style, const struct matrix *matrix)
{
        size_t name_columns = text_width(_("ITEM"));
        char name[REFERENCE_TEXT_SIZE], shown[LANGUAGE_DATE_SIZE];

        for (size_t l = 0; l < matrix->n_lines; l++) {
                size_t width;

                line_name(matrix->lines[l], name);
                width = text_width(strchr(name, '/') + 1);
                if (width > name_columns)
                        name_columns = width < NAME_MOST ? width : NAME_MOST;
        }
        print_head(style, matrix, name_columns);
        for (size_t l = 0; l < matrix->n_lines; l++) {
                line_name(matrix->lines[l], name);
                text_pad(stdout, strchr(name, '/') + 1, name_columns);
                fputs("  ", stdout);
                text_pad(stdout, common_due(matrix, l, shown), sizeof("2024-10-15") - 1);
                for (size_t c = 0; c < matrix->columns.n; c++) {
                        const json_t *row = matrix_cell(matrix, l, c);
                        enum look look = row ? look_of_state(received_text(row, "state")) : LOOK_PLAIN;

                        style_begin(style, look);
                        text_pad_left(stdout, mark_sign(matrix_mark(row)), COLUMN_WIDTH);
                        style_end(style, look);
                }
                putchar('\n');
        }
        putchar('\n');
        for (size_t c = 0; c < matrix->columns.n; c++) {
                printf("%*zu  ", COLUMN_WIDTH, c + 1);
                text_write(stdout, matrix->columns.agencies[c].name, REFERENCE_TEXT_SIZE);
                putchar('\n');
        }
        puts(_("\n✓ done   ± late   ✗ overdue   z snoozed   · to come   ? no date yet   – waived   … unclear   ■ "
               "unfinished"));
}

int matrix_print(struct cli *cli, const json_t *rows)
{
        struct matrix CLEANUP(matrix_clear) matrix = {0};
        json_t *CLEANUP_JSON agencies = NULL, *CLEANUP_JSON status = NULL;
        int code = cli_call(cli, &agencies, "Agencies", "");

        if (code == EXIT_DONE)
                code = cli_call(cli, &status, "Status", "");
        if (code != EXIT_DONE)
                return code;
        if (agency_list_gather(json_array_get(agencies, 0), rows, belongs, &matrix.columns) < 0 ||
            gather_cells(&matrix, rows) < 0)
                return cli_no_memory(cli);
        if (command_has(cli->command, OPTION_HTML))
                matrix_print_html(&matrix, json_array_get(status, 0));
        else
                print_terminal(&cli->style, &matrix);
        return EXIT_DONE;
}
