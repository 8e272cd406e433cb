/* Tables for people: columns aligned by display width, cut to the terminal, coloured by state.
 * Depends on style, width, jansson.
 * Called by the verbs that list. */
#include "ctl/table.h"

#include <stdint.h>
#include <string.h>

#include "core/cleanup.h"
#include "ctl/client.h"
#include "ctl/width.h"
#include "ctl/words.h"

#define GAP 2
#define REST_LEAST 16 /* columns of a text below which the line wraps instead */
#define ITEMS_SHOWN 2 /* of a message: a digest has all of them */
#define CELL_SIZE 512 /* bytes of a joined cell: more than any terminal shows */

struct table {
        const struct style *style;
        const struct column *columns;
        size_t n;
        int indent;
        size_t widths[TABLE_COLUMNS_MAX]; /* 0: nothing in it */
        bool several_plans;
};

static const char *item_cell(const struct table *table, const json_t *row, char cell[static CELL_SIZE])
{
        const char *occurrence = json_text(row, "occurrence"), *plan = json_text(row, "plan");

        if (!*json_text(row, "item"))
                return "";
        snprintf(cell, CELL_SIZE, "%s%s%s%s%s", table->several_plans ? plan : "", table->several_plans ? "/" : "",
                 json_text(row, "item"), *occurrence ? "@" : "", occurrence);
        return cell;
}

/* The first few, and how many more there are. */
static const char *items_cell(const json_t *items, char cell[static CELL_SIZE])
{
        size_t n = json_array_size(items), used = 0;

        *cell = '\0';
        for (size_t i = 0; i < n && i < ITEMS_SHOWN && used < CELL_SIZE; i++)
                used += (size_t)snprintf(cell + used, CELL_SIZE - used, "%s%s", i > 0 ? "," : "",
                                         json_string_value(json_array_get(items, i)));
        if (n > ITEMS_SHOWN && used < CELL_SIZE)
                snprintf(cell + used, CELL_SIZE - used, ",+%zu", n - ITEMS_SHOWN);
        return cell;
}

static const char *cell_text(const struct table *table, const struct column *column, const json_t *row,
                             char cell[static CELL_SIZE])
{
        const json_t *value = json_object_get(row, column->key);

        switch (column->form) {
        case COLUMN_ITEM:
                return item_cell(table, row, cell);
        case COLUMN_ITEMS:
                return items_cell(value, cell);
        case COLUMN_MOMENT:
                return moment_text(json_text(row, column->key), cell);
        case COLUMN_TEXT:
        case COLUMN_NUMBER:
        case COLUMN_STATE:
        case COLUMN_REST:
                break;
        }
        if (json_is_integer(value)) {
                snprintf(cell, CELL_SIZE, "%lld", (long long)json_integer_value(value));
                return cell;
        }
        return json_text(row, column->key);
}

static void measure(struct table *table, const json_t *rows)
{
        char cell[CELL_SIZE];

        for (size_t i = 0; i < json_array_size(rows); i++)
                for (size_t c = 0; c < table->n; c++) {
                        size_t width = text_width(cell_text(table, &table->columns[c], json_array_get(rows, i), cell));

                        if (width > table->widths[c])
                                table->widths[c] = width;
                }
        for (size_t c = 0; c < table->n; c++) {
                size_t head = text_width(_(table->columns[c].title));

                if (table->widths[c] > 0 && table->widths[c] < head)
                        table->widths[c] = head;
        }
}

/* The columns that may be cut share what the others leave. */
static void fit(struct table *table)
{
        size_t fixed = (size_t)table->indent, rest = 0, n_rest = 0;

        if (table->style->columns == 0)
                return;
        for (size_t c = 0; c < table->n; c++) {
                if (table->widths[c] == 0)
                        continue;
                fixed += GAP;
                if (table->columns[c].form == COLUMN_REST) {
                        rest += table->widths[c];
                        n_rest++;
                } else
                        fixed += table->widths[c];
        }
        fixed -= fixed >= GAP ? GAP : 0;
        if (n_rest == 0 || fixed + rest <= table->style->columns)
                return;

        size_t share = table->style->columns > fixed ? (table->style->columns - fixed) / n_rest : 0;

        for (size_t c = 0; c < table->n; c++)
                if (table->columns[c].form == COLUMN_REST && table->widths[c] > share)
                        table->widths[c] = share > REST_LEAST ? share : REST_LEAST;
}

static bool is_last(const struct table *table, size_t column)
{
        for (size_t c = column + 1; c < table->n; c++)
                if (table->widths[c] > 0)
                        return false;
        return true;
}

/* No blanks at the end of a line: they would wrap on a narrow terminal. */
static void print_cell(const struct table *table, size_t c, const char *text)
{
        if (table->columns[c].form == COLUMN_NUMBER)
                text_pad_left(stdout, text, table->widths[c]);
        else if (is_last(table, c))
                text_write(stdout, text, table->widths[c]);
        else
                text_pad(stdout, text, table->widths[c]);
        if (!is_last(table, c))
                printf("%*s", GAP, "");
}

static void print_row(const struct table *table, const json_t *row)
{
        char cell[CELL_SIZE];

        printf("%*s", table->indent, "");
        for (size_t c = 0; c < table->n; c++) {
                const char *text = cell_text(table, &table->columns[c], row, cell);
                enum look look = table->columns[c].form == COLUMN_STATE ? look_of_state(text) : LOOK_PLAIN;

                if (table->widths[c] == 0)
                        continue;
                style_begin(table->style, look);
                print_cell(table, c, text);
                style_end(table->style, look);
        }
        putchar('\n');
}

static bool has_several_plans(const json_t *rows)
{
        const char *first = "";

        for (size_t i = 0; i < json_array_size(rows); i++) {
                const char *plan = json_text(json_array_get(rows, i), "plan");

                if (*first && *plan && strcmp(plan, first) != 0)
                        return true;
                if (!*first)
                        first = plan;
        }
        return false;
}

void table_print(const struct style *style, const json_t *rows, const struct column *columns, size_t n, int indent,
                 const char *empty)
{
        struct table table = {
                .style = style,
                .columns = columns,
                .n = n,
                .indent = indent,
                .several_plans = has_several_plans(rows),
        };

        if (json_array_size(rows) == 0) {
                printf("%*s%s\n", indent, "", empty);
                return;
        }
        measure(&table, rows);
        fit(&table);
        printf("%*s", indent, "");
        style_begin(style, LOOK_HEAD);
        for (size_t c = 0; c < n; c++)
                if (table.widths[c] > 0)
                        print_cell(&table, c, _(columns[c].title));
        style_end(style, LOOK_HEAD);
        putchar('\n');
        for (size_t i = 0; i < json_array_size(rows); i++)
                print_row(&table, json_array_get(rows, i));
}
