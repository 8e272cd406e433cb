/* The score sheet of a plan: agency by agency what it had to do, what became of each, and the sums. */
#pragma once

#include "core/score.h"
#include "ctl/agencies.h"
#include "ctl/cli.h"

struct sheet_agency {
        struct score score;
        const json_t **rows; /* of the method Report, in the plan's order */
        size_t n;
};

struct sheet {
        const json_t *plan;
        struct agency_list names;
        struct sheet_agency *agencies; /* one for each of the names */
        struct score total;
};

/* Sums up an agency's row; and whether its agency will be asked about it: it is neither done in time nor still open. */
struct scored sheet_scored(const json_t *row);
bool sheet_is_remarkable(const json_t *row);

/* Both print to standard output, in Vietnamese whatever the language of the terminal. `status` is that of the daemon.
 * The page has of the rows those that are remarkable, the file of comma-separated values all of them. */
void sheet_print_html(const struct sheet *sheet, const json_t *status);
void sheet_print_csv(const struct sheet *sheet);
/* "đúng hạn", … */
const char *grade_in_vietnamese(enum grade grade);
