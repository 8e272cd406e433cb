/* The values of a digest: its five lists, and for the head the matrix of items by agencies.
 * Depends on letter, phrase, json, text.
 * Called by values. */
#include "message/json.h"
#include "message/phrase.h"
#include "message/text.h"
#include "message/values_parts.h"

/* What a cell shows. */
enum mark {
        MARK_DONE,
        MARK_LATE,
        MARK_OVERDUE,
        MARK_SNOOZED,
        MARK_COMING,
        MARK_WAITING,
        MARK_WAIVED,
        MARK_NONE,
        MARK_COUNT
};

static const char *const mark_flags[MARK_COUNT] = {
        [MARK_DONE] = "cell_done",       [MARK_LATE] = "cell_late",     [MARK_OVERDUE] = "cell_overdue",
        [MARK_SNOOZED] = "cell_snoozed", [MARK_COMING] = "cell_coming", [MARK_WAITING] = "cell_waiting",
        [MARK_WAIVED] = "cell_waived",   [MARK_NONE] = "cell_none",
};

static enum mark mark_of(const struct letter_debtor *cell)
{
        switch (cell->state) {
        case STATE_DONE:
                return MARK_DONE;
        case STATE_LATE:
                return MARK_LATE;
        case STATE_OVERDUE:
                return MARK_OVERDUE;
        case STATE_SNOOZED:
                return MARK_SNOOZED;
        case STATE_PENDING:
                return MARK_COMING;
        case STATE_TENTATIVE:
        case STATE_UNDATED:
                return MARK_WAITING;
        case STATE_WAIVED:
                return MARK_WAIVED;
        case STATE_WITHDRAWN:
        case STATE_PASSED:
        case STATE_COUNT:
                break;
        }
        return MARK_NONE;
}

static int put_section(json_t *sections, const struct letter *letter, enum digest_section section)
{
        static const char *const flags[DIGEST_SECTIONS] = {
                [DIGEST_OVERDUE] = "is_overdue",   [DIGEST_WEEK] = "is_week",       [DIGEST_MONTH] = "is_month",
                [DIGEST_FINISHED] = "is_finished", [DIGEST_WAITING] = "is_waiting",
        };
        json_t *object = values_append(sections), *entries = json_array();
        if (!object) {
                json_decref(entries);
                return -1;
        }
        int r = json_put(object, "entries", entries);
        r |= json_put_bool(object, flags[section], true);
        r |= json_put_text(object, "number", phrase_roman(json_array_size(sections)));
        r |= json_put_int(object, "count", (json_int_t)letter->n_sections[section]);
        for (size_t i = 0; i < letter->n_sections[section] && r == 0; i++) {
                json_t *entry = values_append(entries);
                r = entry ? values_put_entry(entry, letter, &letter->sections[section][i]) : -1;
        }
        return r;
}

/* For a text, which has no table: the agencies that share a mark. */
static int put_marks(json_t *row, const struct letter_matrix *matrix, const struct letter_debtor *cells)
{
        json_t *marks = json_array();
        int r = json_put(row, "marks", marks);
        for (size_t mark = 0; mark < MARK_NONE && r == 0; mark++) {
                CLEANUP_TEXT struct text names = {0};
                for (size_t i = 0; i < matrix->n_columns; i++)
                        if ((size_t)mark_of(&cells[i]) == mark)
                                text_add_format(&names, "%s%s", names.size ? ", " : "",
                                                matrix->columns[i].agency_short);
                if (names.error)
                        return -1;
                if (!names.size)
                        continue;
                json_t *object = values_append(marks);
                r = object ? json_put_bool(object, mark_flags[mark], true) | json_put_text(object, "names", names.data)
                           : -1;
        }
        return r;
}

/* Cells of the same mark are one and the same object. */
static int put_row(json_t *rows, const struct letter_matrix *matrix, const struct letter_row *facts,
                   json_t *const marks[static MARK_COUNT])
{
        char phrase[PHRASE_SIZE];
        json_t *row = values_append(rows), *cells = json_array();
        if (!row) {
                json_decref(cells);
                return -1;
        }
        int r = json_put(row, "cells", cells);
        if (r < 0)
                return r;
        r |= json_put_text(row, "title", facts->title);
        r |= json_put_text(row, "limit", phrase_limit(&facts->dates, phrase));
        for (size_t i = 0; i < matrix->n_columns; i++)
                r |= json_array_append(cells, marks[mark_of(&facts->cells[i])]);
        return r | put_marks(row, matrix, facts->cells);
}

static int put_columns(json_t *object, const struct letter_matrix *matrix)
{
        json_t *columns = json_array();
        int r = json_put(object, "columns", columns);
        for (size_t i = 0; i < matrix->n_columns && r == 0; i++) {
                json_t *column = values_append(columns);
                if (!column)
                        return -1;
                r |= json_put_int(column, "column", (json_int_t)i + 1);
                r |= json_put_bool(column, "last", i + 1 == matrix->n_columns);
                r |= json_put_text(column, "column_name", matrix->columns[i].agency);
                r |= json_put_text(column, "column_short", matrix->columns[i].agency_short);
        }
        return r;
}

static int put_matrix(json_t *matrices, const struct letter_matrix *matrix, json_t *const marks[static MARK_COUNT])
{
        json_t *object = values_append(matrices), *rows = json_array();
        if (!object) {
                json_decref(rows);
                return -1;
        }
        int r = json_put(object, "rows", rows);
        r |= json_put_text(object, "plan_title", matrix->plan_title);
        r |= put_columns(object, matrix);
        for (size_t i = 0; i < matrix->n_rows && r == 0; i++)
                r = put_row(rows, matrix, &matrix->rows[i], marks);
        return r;
}

static int put_matrices(json_t *root, const struct letter *letter)
{
        json_t *matrices = json_array(), *marks[MARK_COUNT] = {NULL};
        int r = json_put(root, "matrices", matrices);
        for (size_t mark = 0; mark < MARK_COUNT && r == 0; mark++) {
                marks[mark] = json_object();
                r = marks[mark] ? json_put_bool(marks[mark], mark_flags[mark], true) : -1;
        }
        for (size_t i = 0; i < letter->n_matrices && r == 0; i++)
                r = put_matrix(matrices, &letter->matrices[i], marks);
        for (size_t mark = 0; mark < MARK_COUNT; mark++)
                json_decref(marks[mark]);
        return r;
}

int values_put_digest(json_t *root, const struct letter *letter)
{
        json_t *sections = json_array();
        struct bases bases = {0};
        int r = json_put(root, "sections", sections);
        for (size_t section = 0; section < DIGEST_SECTIONS && r == 0; section++) {
                r = put_section(sections, letter, (enum digest_section)section);
                for (size_t i = 0; i < letter->n_sections[section]; i++)
                        bases_add(&bases, entry_basis(&letter->sections[section][i]));
        }
        for (size_t i = 0; i < letter->n_matrices; i++)
                if (!bases.n)
                        bases_add(&bases, letter->matrices[i].plan_title);
        r |= json_put_int(root, "week", civil_week(letter->week_from));
        r |= json_put_day_vi(root, "week_from", letter->week_from);
        r |= json_put_day_vi(root, "week_to", letter->week_to);
        return r | values_put_bases(root, &bases) | put_matrices(root, letter);
}
