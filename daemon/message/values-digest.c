/* The values of a digest: its five lists, and for the head the matrix of items by agencies. */
#include "base/text.h"
#include "core/mark.h"
#include "message/values-parts.h"

/* ---- the five lists; the index of the scope is the section ---- */

static bool entry_at(const struct scope *scope, size_t index, struct fill *ret)
{
        return fill_part(ret, scope, entry_find, &scope_letter(scope)->sections[scope->index][index], index);
}

static bool find_in_section(const struct scope *scope, unsigned name, struct fill *ret)
{
        static const enum value_name flags[DIGEST_SECTIONS] = {
                [DIGEST_OVERDUE] = NAME_is_overdue, [DIGEST_WEEK] = NAME_is_week,
                [DIGEST_MONTH] = NAME_is_month,     [DIGEST_FINISHED] = NAME_is_finished,
                [DIGEST_WAITING] = NAME_is_waiting,
        };
        size_t n = scope_letter(scope)->n_sections[scope->index];
        switch (name) {
        case NAME_entries:
                return fill_list(ret, scope, n, entry_at);
        case NAME_number:
                return fill_phrase(ret, phrase_roman(scope->index + 1));
        case NAME_count:
                return fill_number(ret, (int64_t)n);
        default:
                return name == flags[scope->index] && fill_bool(ret, true);
        }
}

static bool section_at(const struct scope *scope, size_t section, struct fill *ret)
{
        return fill_part(ret, scope, find_in_section, NULL, section);
}

/* ---- what a cell of the matrix shows ---- */

static const enum value_name flags[MARK_COUNT] = {
        [MARK_NONE] = NAME_cell_none,       [MARK_DONE] = NAME_cell_done,       [MARK_LATE] = NAME_cell_late,
        [MARK_OVERDUE] = NAME_cell_overdue, [MARK_SNOOZED] = NAME_cell_snoozed, [MARK_COMING] = NAME_cell_coming,
        [MARK_UNDATED] = NAME_cell_waiting, [MARK_WAIVED] = NAME_cell_waived,   [MARK_UNCLEAR] = NAME_cell_unclear,
        [MARK_UNFINISHED] = NAME_cell_none, [MARK_CLAIMED] = NAME_cell_claimed,
};

static bool find_sign(enum mark mark, unsigned name, struct fill *ret)
{
        if (name == NAME_mark)
                return fill_phrase(ret, mark_sign(mark));
        return name == flags[mark] && fill_bool(ret, true);
}

static bool find_in_cell(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct letter_debtor *cell = scope->facts;
        return find_sign(mark_of(cell->state, cell->claimed), name, ret);
}

/* The meaning of each mark; the index of the scope is the mark. */
static bool find_in_legend(const struct scope *scope, unsigned name, struct fill *ret)
{
        if (name == NAME_last)
                return fill_bool(ret, scope->index + 1 == MARK_COUNT);
        return find_sign((enum mark)scope->index, name, ret);
}

/* A closed plan has no matrix in a digest, and so nothing unfinished. */
static bool legend_at(const struct scope *scope, size_t mark, struct fill *ret)
{
        return mark != MARK_NONE && mark != MARK_UNFINISHED && fill_part(ret, scope, find_in_legend, NULL, mark);
}

/* ---- rows and columns; the facts of a row's scope are the matrix, its index is the row ---- */

static const struct letter_row *row_of(const struct scope *scope)
{
        const struct letter_matrix *matrix = scope->facts;
        return &matrix->rows[scope->index];
}

static bool cell_at(const struct scope *scope, size_t column, struct fill *ret)
{
        return fill_part(ret, scope, find_in_cell, &row_of(scope)->cells[column], column);
}

/* For a text, which has no table: the agencies that share a mark. The facts are the matrix, too, the index is that of
 * the row times MARK_COUNT, and the mark. */
static void add_names(struct text *names, const struct letter_matrix *matrix, const struct letter_row *row,
                      enum mark mark)
{
        for (size_t i = 0; i < matrix->n_columns; i++) {
                if (mark_of(row->cells[i].state, row->cells[i].claimed) != mark)
                        continue;
                if (names->size)
                        text_add(names, ", ", 2);
                text_add_string(names, matrix->columns[i].agency_short);
        }
}

static bool find_in_mark(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct letter_matrix *matrix = scope->facts;
        enum mark mark = (enum mark)(scope->index % MARK_COUNT);
        if (name != NAME_names)
                return find_sign(mark, name, ret);
        struct text names = {0};
        add_names(&names, matrix, &matrix->rows[scope->index / MARK_COUNT], mark);
        return fill_take(ret, &names);
}

static bool mark_at(const struct scope *scope, size_t mark, struct fill *ret)
{
        const struct letter_matrix *matrix = scope->facts;
        const struct letter_row *row = row_of(scope);
        for (size_t i = 0; mark != MARK_NONE && i < matrix->n_columns; i++)
                if (mark_of(row->cells[i].state, row->cells[i].claimed) == mark && *matrix->columns[i].agency_short)
                        return fill_part(ret, scope, find_in_mark, matrix, scope->index * MARK_COUNT + mark);
        return false;
}

static bool find_in_row(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct letter_matrix *matrix = scope->facts;
        const struct letter_row *row = row_of(scope);
        switch (name) {
        case NAME_title:
                return fill_text(ret, row->title);
        case NAME_limit:
                return row->dates_differ || fill_phrase(ret, phrase_limit(&row->dates, 0, ret->room));
        case NAME_dates_differ:
                return fill_bool(ret, row->dates_differ);
        case NAME_cells:
                return fill_list(ret, scope, matrix->n_columns, cell_at);
        case NAME_marks:
                return fill_list(ret, scope, MARK_COUNT, mark_at);
        default:
                return false;
        }
}

static bool row_at(const struct scope *scope, size_t index, struct fill *ret)
{
        return fill_part(ret, scope, find_in_row, scope->facts, index);
}

static bool find_in_column(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct letter_matrix *matrix = scope->facts;
        const struct letter_debtor *column = &matrix->columns[scope->index];
        switch (name) {
        case NAME_column:
                return fill_number(ret, (int64_t)scope->index + 1);
        case NAME_last:
                return fill_bool(ret, scope->index + 1 == matrix->n_columns);
        case NAME_column_name:
                return fill_text(ret, column->agency);
        case NAME_column_short:
                return fill_text(ret, column->agency_short);
        default:
                return false;
        }
}

static bool column_at(const struct scope *scope, size_t index, struct fill *ret)
{
        return fill_part(ret, scope, find_in_column, scope->facts, index);
}

static bool find_in_matrix(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct letter_matrix *matrix = scope->facts;
        switch (name) {
        case NAME_plan_title:
                return fill_text(ret, matrix->plan_title);
        case NAME_columns:
                return fill_list(ret, scope, matrix->n_columns, column_at);
        case NAME_rows:
                return fill_list(ret, scope, matrix->n_rows, row_at);
        case NAME_legend:
                return fill_list(ret, scope, MARK_COUNT, legend_at);
        default:
                return false;
        }
}

static bool matrix_at(const struct scope *scope, size_t index, struct fill *ret)
{
        return fill_part(ret, scope, find_in_matrix, &scope_letter(scope)->matrices[index], index);
}

/* ---- who is held ---- */

static bool find_in_hold(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct letter_hold *hold = scope->facts;
        switch (name) {
        case NAME_first:
                return fill_bool(ret, scope->index == 0);
        case NAME_last:
                return fill_bool(ret, scope->index + 1 == scope_letter(scope)->n_holds);
        case NAME_held_agency:
                return fill_text(ret, hold->agency_name);
        case NAME_held_since:
                return fill_day(ret, hold->since);
        case NAME_held_until:
                return fill_day(ret, hold->until);
        case NAME_reason:
                return fill_text(ret, hold->reason);
        default:
                return false;
        }
}

static bool hold_at(const struct scope *scope, size_t index, struct fill *ret)
{
        return fill_part(ret, scope, find_in_hold, &scope_letter(scope)->holds[index], index);
}

/* The week in which most of the digest's seven days lie: a Sunday's is the one that begins the day after. */
static int32_t digest_week(const struct letter *letter)
{
        return civil_week(letter->week_from + 3, MONDAY).number;
}

/* ---- the whole ---- */

bool digest_find(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct letter *letter = scope_letter(scope);
        switch (name) {
        case NAME_sections:
                return fill_list(ret, scope, DIGEST_SECTIONS, section_at);
        case NAME_week:
                return fill_number(ret, digest_week(letter));
        case NAME_week_from:
                return fill_day(ret, letter->week_from);
        case NAME_week_to:
                return fill_day(ret, letter->week_to);
        case NAME_matrices:
                return fill_list(ret, scope, letter->n_matrices, matrix_at);
        case NAME_holds:
                return fill_list(ret, scope, letter->n_holds, hold_at);
        default:
                return false;
        }
}
