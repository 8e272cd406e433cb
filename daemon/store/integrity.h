/* Whether a database can be trusted: its pages, its indexes, its values; and how indexes are made anew.
 * Depends on query.h.
 * Called by schema.c before a file is used, and by backup.c on a copy. */
#pragma once

#include "store/query.h"

/* *suspects is a list of what can be mended: indexes, and tables with rows that follow from others and do not,
 * separated by ", "; NULL, as the caller has it at first: there is nothing to mend. The caller frees it. */

/* Reads every page of the file and compares every index with its table. Adds the indexes that disagree, where all else
 * is sound; 0, -EUCLEAN with words, -EIO. It changes nothing. */
int integrity_check(struct store *store, char **suspects);
/* The same with every row, which is read as the program reads it: whether its values can be, all that it refers to is
 * there, and obligations have the dates of their occurrence. The words name table, row and column. For the current
 * schema. */
int integrity_check_rows(struct store *store, char **suspects);
/* Makes anew the indexes that are suspects, and those of tables that are, and leaves FACT_MENDED, in one transaction.
 */
int integrity_mend(struct store *store, const char *suspects);
