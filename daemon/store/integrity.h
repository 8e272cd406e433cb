/* Whether a database can be trusted: its pages, its indexes, its values; and how indexes are made anew. */
#pragma once

#include "store/query.h"

/* Reads every page of the file and compares every index with its table. Where all is sound but some indexes their names
 * are in *indexes, separated by ", ", which the caller frees and which is NULL else, as the caller has it at first. 0,
 * -EUCLEAN with words, -EIO. It changes nothing. */
int integrity_check(struct store *store, char **indexes);
/* Reads every row as the program does: whether its values can be, and all that it refers to is there. The words name
 * table, row and column. For the current schema. */
int integrity_check_rows(struct store *store);
/* Makes indexes anew from their tables and leaves FACT_MENDED, in one transaction. */
int integrity_mend(struct store *store, const char *indexes);
