/* Tables for people: columns aligned by display width, cut to the terminal, coloured by state. */
#include "ctl/table.h"

#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/language.h"
#include "base/sentence.h"
#include "core/reference.h"
#include "core/rung.h"
#include "ctl/cli.h"
#include "ctl/width.h"

#define GAP 2
#define REST_LEAST 16 /* columns of a text below which it goes to a line of its own */
#define SPARE_LEAST 8 /* the same, for one that is left out instead */
#define FOLD 4        /* blanks before the further lines of a row */
#define ITEMS_SHOWN 2 /* of a message: a digest has all of them */
#define CELL_SIZE 512 /* bytes of a joined cell: more than any terminal shows, and than REFERENCE_TEXT_SIZE */

struct table {
        const struct style *style;
        const struct column *columns;
        size_t n;
        int indent;
        size_t widths[TABLE_COLUMNS_MAX]; /* 0: nothing in it */
        bool rights[TABLE_COLUMNS_MAX];   /* numbers, to the right */
        bool folds[TABLE_COLUMNS_MAX];    /* begins a further line of the row */
        bool several_plans;
};

static const char *item_cell(const struct table *table, const json_t *row, char cell[static CELL_SIZE])
{
        const char *plan = table->several_plans || received_truth(row, "shared") ? received_text(row, "plan") : "";

        if (!*received_text(row, "item"))
                return "";
        return reference_format(plan, received_text(row, "item"), received_text(row, "occurrence"), cell);
}

const char *moment_text(const char *rfc3339, char buffer[static MOMENT_SIZE])
{
        if (strlen(rfc3339) < MOMENT_SIZE - 1 || rfc3339[10] != 'T')
                return rfc3339;
        char moment[MOMENT_SIZE], shown[LANGUAGE_DATE_SIZE];

        snprintf(moment, sizeof(moment), "%.10s %s", rfc3339, rfc3339 + 11);
        /* NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.strcpy): what is shown is as long as the moment */
        return strcpy(buffer, language_date(moment, shown));
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

#define SPAN_SIZE 48 /* bytes of "14 days" in any language */

static const char *span_text(const char *span, char buffer[static SPAN_SIZE])
{
        char *unit;
        int n = (int)strtol(span, &unit, 10);

        if (strcmp(unit, "wd") == 0)
                snprintf(buffer, SPAN_SIZE, C_("rung", "%dwd"), n);
        else if (strcmp(unit, "w") == 0)
                snprintf(buffer, SPAN_SIZE, C_("rung", "%dw"), n);
        else if (strcmp(unit, "d") == 0)
                snprintf(buffer, SPAN_SIZE, C_("rung", "%dd"), n);
        else
                return span;
        return buffer;
}

/* A rung's key, which is English as it stands (core/rung.h); "date-set@2024-10-22/…" is one of several on that day. */
static const char *rung_cell(const char *rung, char cell[static CELL_SIZE])
{
        char key[RUNG_KEY_SIZE], shown[LANGUAGE_DATE_SIZE], other[LANGUAGE_DATE_SIZE], span[SPAN_SIZE];
        char *at;

        snprintf(key, sizeof(key), "%.*s", (int)strcspn(rung, "/"), rung);
        at = strchr(key, '@');
        if (!at)
                /* NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.strcpy): a cell has room for any key */
                return strcpy(cell, key);
        *at = '\0';

        const char *which = strchr(key, '-'), *day = language_date(at + 1, shown);

        switch (rung_key_class(key)) {
        case RUNG_OVERDUE:
                snprintf(cell, CELL_SIZE, C_("rung", "overdue-%s@%s"), language_date(which + 1, other), day);
                break;
        case RUNG_FIX:
                snprintf(cell, CELL_SIZE, C_("rung", "fix-%s@%s"), span_text(which + 1, span), day);
                break;
        case RUNG_ESCALATION:
                snprintf(cell, CELL_SIZE, C_("rung", "escalate-%s@%s"), span_text(which + 1, span), day);
                break;
        case RUNG_START:
        case RUNG_BEFORE:
        case RUNG_SNOOZE_END:
        case RUNG_URGED:
        case RUNG_CLASSES:
                if (isdigit((unsigned char)*key))
                        snprintf(cell, CELL_SIZE, C_("rung before", "%s@%s"), span_text(key, span), day);
                else
                        snprintf(cell, CELL_SIZE, C_("rung", "%s@%s"), language_word("rung", key), day);
                break;
        }
        return cell;
}

/* Of the words of a closed set, in the catalogue; NULL: it has none. */
static const char *word_context(const struct column *column)
{
        switch (column->form) {
        case COLUMN_STATE:
                return "state";
        case COLUMN_KIND:
                return "kind";
        case COLUMN_VERB:
                return "verb";
        default:
                return NULL;
        }
}

static const char *cell_text(const struct table *table, const struct column *column, const json_t *row,
                             char cell[static CELL_SIZE])
{
        const json_t *value = json_object_get(row, column->key);
        const char *text;

        switch (column->form) {
        case COLUMN_ITEM:
                return item_cell(table, row, cell);
        case COLUMN_ITEMS:
                return items_cell(value, cell);
        case COLUMN_MOMENT:
                return moment_text(received_text(row, column->key), cell);
        case COLUMN_RUNG:
                return rung_cell(received_text(row, column->key), cell);
        case COLUMN_TEXT:
        case COLUMN_NUMBER:
        case COLUMN_STATE:
        case COLUMN_KIND:
        case COLUMN_VERB:
        case COLUMN_REST:
        case COLUMN_SAID:
        case COLUMN_DETAIL:
        case COLUMN_SPARE:
        case COLUMN_EXTRA:
                break;
        }
        if (json_is_integer(value)) {
                snprintf(cell, CELL_SIZE, "%lld", (long long)json_integer_value(value));
                return cell;
        }
        text = received_text(row, column->key);
        if (word_context(column))
                return language_word(word_context(column), text);
        if (column->form == COLUMN_EXTRA)
                text = moment_text(text, cell);
        return text == cell ? text : language_date(text, cell);
}

static bool is_rest(const struct column *column)
{
        return column->form == COLUMN_REST || column->form == COLUMN_SAID || column->form == COLUMN_DETAIL;
}

static void measure(struct table *table, const json_t *rows)
{
        char cell[CELL_SIZE];

        for (size_t i = 0; i < json_array_size(rows); i++)
                for (size_t c = 0; c < table->n; c++) {
                        size_t width = text_width(cell_text(table, &table->columns[c], json_array_get(rows, i), cell));

                        if (width > table->widths[c])
                                table->widths[c] = width;
                        table->rights[c] |=
                                json_is_integer(json_object_get(json_array_get(rows, i), table->columns[c].key));
                }
        for (size_t c = 0; c < table->n; c++) {
                size_t head = text_width(_(table->columns[c].title));

                if (table->widths[c] > 0 && table->widths[c] < head)
                        table->widths[c] = head;
        }
}

static bool is_flexible(const struct column *column)
{
        return is_rest(column) || column->form == COLUMN_SPARE;
}

/* Columns of the terminal that those of the table take, and of them those that cannot be cut. *ret_n: how many can. */
static size_t total_width(const struct table *table, size_t *ret_fixed, size_t *ret_n)
{
        size_t total = (size_t)table->indent, fixed = (size_t)table->indent, n = 0;

        for (size_t c = 0; c < table->n; c++) {
                size_t gap = total > (size_t)table->indent ? GAP : 0;

                if (table->widths[c] == 0)
                        continue;
                total += gap + table->widths[c];
                fixed += gap;
                if (is_flexible(&table->columns[c]))
                        n++;
                else
                        fixed += table->widths[c];
        }
        *ret_fixed = fixed;
        *ret_n = n;
        return total;
}

/* The columns that may be cut share what the others leave, if that is enough for each. */
static bool cut(struct table *table, size_t least)
{
        size_t fixed, n, share;
        bool fits = total_width(table, &fixed, &n) <= table->style->columns;

        if (fits || n == 0 || table->style->columns < fixed + n * least)
                return fits;
        share = (table->style->columns - fixed) / n;
        for (size_t c = 0; c < table->n; c++)
                if (is_flexible(&table->columns[c]) && table->widths[c] > share)
                        table->widths[c] = share;
        return true;
}

/* Leaves columns of that form out, from the last one on, until the others fit. */
static bool leave_out(struct table *table, enum column_form form)
{
        for (size_t c = table->n; c-- > 0;)
                if (table->columns[c].form == form && table->widths[c] > 0) {
                        table->widths[c] = 0;
                        if (cut(table, REST_LEAST))
                                return true;
                }
        return false;
}

/* What does not fit goes on in the next line. */
static void fold(struct table *table)
{
        size_t start = (size_t)table->indent + FOLD, used = (size_t)table->indent;
        size_t most = table->style->columns > start + REST_LEAST ? table->style->columns - start : REST_LEAST;
        bool first = true;

        for (size_t c = 0; c < table->n; c++) {
                if (table->widths[c] == 0)
                        continue;
                if (table->widths[c] > most)
                        table->widths[c] = most;
                table->folds[c] = !first && used + GAP + table->widths[c] > table->style->columns;
                used = table->folds[c] ? start + table->widths[c] : used + (first ? 0 : GAP) + table->widths[c];
                first = false;
        }
}

static bool has_rest(const struct table *table)
{
        for (size_t c = 0; c < table->n; c++)
                if (is_rest(&table->columns[c]) && table->widths[c] > 0)
                        return true;
        return false;
}

static void fit(struct table *table)
{
        if (table->style->columns == 0 || cut(table, REST_LEAST) || (!has_rest(table) && cut(table, SPARE_LEAST)))
                return;
        if (!leave_out(table, COLUMN_SPARE) && !leave_out(table, COLUMN_EXTRA))
                fold(table);
}

/* Up to which column the line goes that begins with this one. */
static size_t line_end(const struct table *table, size_t from)
{
        size_t end = from + 1;

        while (end < table->n && !table->folds[end])
                end++;
        return end;
}

static bool is_last(const struct table *table, size_t column, size_t end)
{
        for (size_t c = column + 1; c < end; c++)
                if (table->widths[c] > 0)
                        return false;
        return true;
}

/* No blanks at the end of a line: they would wrap on a narrow terminal. */
static void print_cell(const struct table *table, size_t c, size_t end, const char *text)
{
        if (*text && (table->rights[c] || table->columns[c].form == COLUMN_NUMBER))
                text_pad_left(stdout, text, table->widths[c]);
        else if (is_last(table, c, end))
                text_write(stdout, text, table->widths[c]);
        else
                text_pad(stdout, text, table->widths[c]);
        if (!is_last(table, c, end))
                printf("%*s", GAP, "");
}

static bool is_empty(const struct table *table, const json_t *row, size_t from, size_t end)
{
        char cell[CELL_SIZE];

        for (size_t c = from; c < end; c++)
                if (table->widths[c] > 0 && *cell_text(table, &table->columns[c], row, cell))
                        return false;
        return true;
}

/* Of a row, or with NULL of the head. */
static void print_line(const struct table *table, const json_t *row, size_t from, size_t end)
{
        char cell[CELL_SIZE];

        printf("%*s", table->indent + (from > 0 ? FOLD : 0), "");
        for (size_t c = from; c < end; c++) {
                const struct column *column = &table->columns[c];
                const char *text = row ? cell_text(table, column, row, cell) : _(column->title);
                enum look look = !row                           ? LOOK_HEAD
                                 : column->form == COLUMN_STATE ? look_of_state(received_text(row, column->key))
                                                                : LOOK_PLAIN;

                if (table->widths[c] == 0)
                        continue;
                style_begin(table->style, look);
                print_cell(table, c, end, text);
                style_end(table->style, look);
        }
        putchar('\n');
}

static void print_row(const struct table *table, const json_t *row)
{
        for (size_t from = 0, end; from < table->n; from = end) {
                end = line_end(table, from);
                if (from == 0 || !row || !is_empty(table, row, from, end))
                        print_line(table, row, from, end);
        }
}

static bool has_several_plans(const json_t *rows)
{
        const char *first = "";

        for (size_t i = 0; i < json_array_size(rows); i++) {
                const char *plan = received_text(json_array_get(rows, i), "plan");

                if (*first && *plan && strcmp(plan, first) != 0)
                        return true;
                if (!*first)
                        first = plan;
        }
        return false;
}

/* ---- what the daemon said ---- */

static bool ends_with(const char *text, const char *end)
{
        size_t length = strlen(text), size = strlen(end);

        return length >= size && strcmp(text + length - size, end) == 0;
}

/* Somebody's own words are not taken for the daemon's. */
static char *translate_detail(const char *detail)
{
        size_t size = strcspn(detail, ":");
        char *CLEANUP_FREE head = strndup(detail, size), *CLEANUP_FREE said = head ? sentence_translate(head) : NULL;
        char *whole;

        return said && asprintf(&whole, "%s%s", said, detail + size) >= 0 ? whole : NULL;
}

static void translate(json_t *row, const struct column *column)
{
        const char *text = received_text(row, column->key);
        const char *word = column->form == COLUMN_SAID ? language_word("why", text) : text;
        bool own = column->form == COLUMN_DETAIL && !ends_with(received_text(row, "verb"), " refused");
        char *CLEANUP_FREE said = own ? translate_detail(text) : sentence_translate(text);

        if (word != text)
                (void)json_object_set_new(row, column->key, json_string(word));
        else if (said && strcmp(said, text) != 0)
                (void)json_object_set_new(row, column->key, json_string(said));
}

void table_print(const struct style *style, json_t *rows, const struct column *columns, size_t n, int indent,
                 const char *empty)
{
        struct table table = {
                .style = style,
                .columns = columns,
                .n = n,
                .indent = indent,
                .several_plans = has_several_plans(rows),
        };

        assert(n <= TABLE_COLUMNS_MAX); /* else the arrays of the layout end before it does */
        if (json_array_size(rows) == 0) {
                printf("%*s%s\n", indent, "", empty);
                return;
        }
        for (size_t c = 0; c < n; c++)
                if (columns[c].form == COLUMN_SAID || columns[c].form == COLUMN_DETAIL)
                        for (size_t i = 0; i < json_array_size(rows); i++)
                                translate(json_array_get(rows, i), &columns[c]);
        measure(&table, rows);
        fit(&table);
        print_row(&table, NULL);
        for (size_t i = 0; i < json_array_size(rows); i++)
                print_row(&table, json_array_get(rows, i));
}
