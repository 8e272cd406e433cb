/* A digest's letter: an agency's five lists, and for the head of a plan its matrix of items by agencies. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "content/facts-private.h"
#include "core/hold.h"
#include "store/holds.h"
#include "store/obligation-list.h"

struct list {
        struct letter_entry *entries;
        size_t n, room;
};

struct lists {
        struct facts *facts;
        struct list sections[DIGEST_SECTIONS];
        civil_day nominal;
};

static int list_obligation(void *userdata, const struct obligation_record *record)
{
        struct lists *lists = userdata;
        enum digest_section section = digest_section_of(&record->obligation, lists->facts->config->calendar,
                                                        lists->nominal, lists->facts->today);
        struct list *list;
        int r;

        if (section == DIGEST_SECTIONS)
                return 0;
        list = &lists->sections[section];
        r = ARRAY_GROW(list->entries, list->n, list->room);
        if (r < 0)
                return r;
        list->entries[list->n] = (struct letter_entry){0};
        return entry_of_obligation(lists->facts, record, &list->entries[list->n++]);
}

/* ---- the matrix ---- */

struct matrix {
        struct facts *facts;
        const size_t *members; /* roster indexes of the columns */
        struct letter_matrix letter;
        struct letter_row *rows;
        struct letter_debtor **cells; /* of each row */
        size_t rows_room, cells_room;
        int64_t occurrence; /* of the last row */
        bool anything_open;
};

static int add_row(struct matrix *matrix, const struct obligation_record *record)
{
        struct facts *facts = matrix->facts;
        struct letter_debtor *cells;
        struct letter_row *row;

        if (ARRAY_GROW(matrix->rows, matrix->letter.n_rows, matrix->rows_room) < 0)
                return -ENOMEM;
        /* NOLINTNEXTLINE(bugprone-sizeof-expression): its elements are pointers */
        if (ARRAY_GROW(matrix->cells, matrix->letter.n_rows, matrix->cells_room) < 0)
                return -ENOMEM;
        cells = facts_keep(facts, calloc(matrix->letter.n_columns + 1, sizeof(*cells)));
        if (!cells)
                return -ENOMEM;
        for (size_t i = 0; i < matrix->letter.n_columns; i++)
                cells[i].state = STATE_COUNT;
        row = &matrix->rows[matrix->letter.n_rows];
        *row = (struct letter_row){
                .plan = facts_keep_copy(facts, record->plan),
                .item = facts_keep_copy(facts, record->item),
                .occurrence = facts_keep_copy(facts, record->key),
                .title = facts_keep_copy(facts, record->title ? record->title : record->item),
                .dates = obligation_dates(&record->obligation, facts->config->calendar),
                .cells = cells,
        };
        if (!row->plan || !row->item || !row->occurrence || !row->title)
                return -ENOMEM;
        matrix->cells[matrix->letter.n_rows++] = cells;
        matrix->occurrence = record->occurrence_id;
        return 0;
}

/* Records come occurrence by occurrence only when their dates agree; a unit with a day of its own may come later, so
 * its row is looked for from the end. */
static size_t row_of(const struct matrix *matrix, const struct obligation_record *record)
{
        size_t i = matrix->letter.n_rows;

        while (matrix->rows && i-- > 0)
                if (strcmp(matrix->rows[i].item, record->item) == 0 &&
                    strcmp(matrix->rows[i].occurrence, record->key) == 0)
                        return i;
        return matrix->letter.n_rows;
}

static bool same_dates(const struct obligation_dates *a, const struct obligation_dates *b)
{
        return a->from == b->from && a->due == b->due && a->effective == b->effective && a->tentative == b->tentative;
}

static int add_cell(void *userdata, const struct obligation_record *record)
{
        struct matrix *matrix = userdata;
        const struct roster *roster = &matrix->facts->config->roster;
        struct obligation_dates dates;
        size_t row;

        if (record->obligation.observance)
                return 0;
        row = row_of(matrix, record);
        if (row == matrix->letter.n_rows) {
                int r = add_row(matrix, record);

                if (r < 0)
                        return r;
        }
        dates = obligation_dates(&record->obligation, matrix->facts->config->calendar);
        for (size_t i = 0; i < matrix->letter.n_columns; i++)
                if (strcmp(roster->agencies[matrix->members[i]].id, record->agency) == 0) {
                        struct letter_debtor *cell = &matrix->cells[row][i];
                        int r = debtor_of(matrix->facts, record, cell);

                        matrix->anything_open |= obligation_is_open(&record->obligation) && cell->state != STATE_PASSED;
                        matrix->rows[row].dates_differ |= !same_dates(&matrix->rows[row].dates, &dates);
                        return r;
                }
        return 0;
}

static bool anyone_owes(const struct letter_row *row, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (row->cells[i].state != STATE_COUNT)
                        return true;
        return false;
}

/* Rows that bind none of the columns (an item for the council alone) say nothing in a matrix of members. */
static void drop_empty_rows(struct matrix *matrix)
{
        size_t kept = 0;

        for (size_t i = 0; matrix->rows && i < matrix->letter.n_rows; i++)
                if (anyone_owes(&matrix->rows[i], matrix->letter.n_columns))
                        matrix->rows[kept++] = matrix->rows[i];
        matrix->letter.n_rows = kept;
}

static int matrix_of(struct facts *facts, const struct plan *plan, struct letter_matrix *ret, bool *ret_open)
{
        const struct roster *roster = &facts->config->roster;
        struct matrix matrix = {
                .facts = facts,
                .members = plan->members,
                .letter = {.plan_title = plan->title, .contact = plan->contact, .n_columns = plan->n_members},
        };
        struct obligation_filter filter = {.plan = plan->id, .no_withdrawn = true};
        struct letter_debtor *columns = facts_keep(facts, calloc(plan->n_members + 1, sizeof(*columns)));
        int r;

        if (!columns)
                return -ENOMEM;
        for (size_t i = 0; i < plan->n_members; i++) {
                columns[i].agency = roster->agencies[plan->members[i]].name;
                columns[i].agency_short = roster->agencies[plan->members[i]].short_name;
        }
        matrix.letter.columns = columns;
        r = store_each_obligation(facts->engine->store, &filter, add_cell, &matrix);
        free(matrix.cells);
        if (matrix.rows && !facts_keep(facts, matrix.rows))
                r = -ENOMEM;
        if (r < 0)
                return r;
        drop_empty_rows(&matrix);
        matrix.letter.rows = matrix.rows;
        *ret = matrix.letter;
        *ret_open = matrix.anything_open;
        return 0;
}

/* The matrices of the plans that the agency heads and in which something is still open. */
static int matrices_of(struct facts *facts, size_t agency)
{
        const struct config *config = facts->config;
        struct letter_matrix *matrices = facts_keep(facts, calloc(config->n_plans + 1, sizeof(*matrices)));
        size_t n = 0;

        if (!matrices)
                return -ENOMEM;
        for (size_t p = 0; p < config->n_plans; p++) {
                bool open = false;
                int r;

                if (plan_head(&config->plans[p], &config->roster, facts->today) != agency)
                        continue;
                r = matrix_of(facts, &config->plans[p], &matrices[n], &open);
                if (r < 0)
                        return r;
                if (open)
                        n++;
        }
        facts->letter->matrices = matrices;
        facts->letter->n_matrices = n;
        return 0;
}

/* ---- who is held ---- */

static int name_hold(struct facts *facts, const struct hold_record *record, struct letter_hold *ret)
{
        const struct roster *roster = &facts->config->roster;
        size_t agency = roster_find(roster, record->agency);

        *ret = (struct letter_hold){
                .since = wall_day(clock_wall(record->since_ms)),
                .until = record->until,
                .reason = facts_keep_copy(facts, record->reason),
        };
        if (agency != ROSTER_NONE) {
                ret->agency = roster->agencies[agency].id;
                ret->agency_name = roster->agencies[agency].name;
        }
        return ret->reason ? 0 : -ENOMEM;
}

/* The head of a plan asks why nothing is heard of somebody. */
static int holds_of(struct facts *facts)
{
        struct hold_record *records = NULL;
        struct letter_hold *holds;
        size_t n = 0;
        int r = store_list_holds(facts->engine->store, &records, &n);

        if (r < 0)
                return r;
        holds = facts_keep(facts, calloc(n + 1, sizeof(*holds)));
        if (!holds)
                r = -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                if (r == 0 && !hold_is_over(records[i].until, facts->today))
                        r = name_hold(facts, &records[i], &holds[facts->letter->n_holds++]);
                hold_record_clear(&records[i]);
        }
        free(records);
        facts->letter->holds = holds;
        return r;
}

int digest_letter(struct facts *facts, size_t agency, civil_day nominal)
{
        struct lists lists = {.facts = facts, .nominal = nominal};
        struct obligation_filter filter = {
                .agency = facts->config->roster.agencies[agency].id,
                .due_until = digest_due_until(nominal, facts->today),
                .done_since = digest_done_since(nominal),
                .no_closed = true,
        };
        size_t n = 0;
        int r = store_each_obligation(facts->engine->store, &filter, list_obligation, &lists);

        for (int s = 0; s < DIGEST_SECTIONS; s++) {
                if (lists.sections[s].entries && !facts_keep(facts, lists.sections[s].entries)) {
                        lists.sections[s].n = 0;
                        r = -ENOMEM;
                }
                facts->letter->sections[s] = lists.sections[s].entries;
                facts->letter->n_sections[s] = lists.sections[s].n;
                n += lists.sections[s].n;
        }
        if (r == 0)
                r = matrices_of(facts, agency);
        if (r == 0 && facts->letter->n_matrices > 0)
                r = holds_of(facts);
        if (r < 0)
                return r;
        if (n == 0 && facts->letter->n_matrices == 0)
                return GATHER_NOTHING;
        if (facts->letter->n_entries == 0)
                facts->letter->kind = KIND_DIGEST;
        facts->letter->has_digest = true;
        facts->letter->week_from = nominal;
        facts->letter->week_to = digest_week_end(nominal);
        return GATHER_DONE;
}
