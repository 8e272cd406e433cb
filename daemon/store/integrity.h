/* Whether a database can be trusted: its pages, its indexes, its values; and how indexes are made anew.
 * Depends on query.h.
 * Called by schema.c before a file is used, and by backup.c on a copy. */
#pragma once

#include "store/query.h"

/* Reads every page of the file and compares every index with its table. 0; 1: all is sound but some indexes, whose
 * names are in *ret_indexes, separated by ", ": the caller frees it; -EUCLEAN with words, -EIO. It changes nothing. */
int integrity_check(struct store *store, char **ret_indexes);
/* Reads every row as the program would, and looks whether all that rows refer to is there. 0, or -EUCLEAN with the
 * words that name table, row and column. For the current schema. */
int integrity_check_rows(struct store *store);
/* Makes indexes anew from their tables and leaves FACT_MENDED, in one transaction. */
int integrity_mend(struct store *store, const char *indexes);
