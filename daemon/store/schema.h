/* The tables, how an older file becomes a current one, and whether a file can be used at all. */
#pragma once

#include "store/integrity.h"

/* Marks the file as ours: "Rmnd", https://www.sqlite.org/pragma.html#pragma_application_id */
#define SCHEMA_APPLICATION 0x526d6e64

/* Steps of SQL: the n-th makes version n of version n-1, the first makes the tables in an empty file. */
struct schema {
        const char *const *steps;
        size_t n;
        int (*check_rows)(struct store *store); /* of the last version; NULL: none is known */
};
extern const struct schema schema_current;

/* Takes a connection just opened to a state of use: refuses a file that is foreign or damaged (-EUCLEAN) or newer
 * (-ENOTRECOVERABLE) without having touched it, sets the connection up, makes indexes anew that disagree with their
 * tables, copies an older file to PATH.vN.bak and migrates it in one transaction. path NULL: a scratch store. */
int schema_open(struct store *store, const char *path, const struct schema *schema);
/* Writes a consistent copy as a new file of mode 0600, under PATH.new until it is whole and durable. -EEXIST. */
int schema_copy_into(struct store *store, const char *path);
