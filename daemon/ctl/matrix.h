/* The matrix: items by agencies, one mark each, for a meeting. */
#pragma once

#include "core/mark.h"
#include "ctl/agencies.h"
#include "ctl/cli.h"

struct matrix_counts {
        size_t overdue, unfinished;
};

struct matrix {
        const json_t **lines; /* of each line one row of `list`: item, title, due */
        size_t n_lines;
        struct agency_list columns;
        struct matrix_counts *counts; /* one for each of them */
        const json_t **cells;         /* n_lines times columns.n; NULL: does not owe it */
};

enum mark matrix_mark(const json_t *row);

static inline const json_t *matrix_cell(const struct matrix *matrix, size_t line, size_t column)
{
        return matrix->cells[line * matrix->columns.n + column];
}

/* Prints the rows of `list`; observances and what left the plan are no part of it. Returns an enum exit_code. */
int matrix_print(struct cli *cli, const json_t *rows);
/* The same as a page by itself, in Vietnamese, for A4. `status` is that of the daemon. */
void matrix_print_html(const struct matrix *matrix, const json_t *status);
