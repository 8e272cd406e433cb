/* The checks of a database, from its pages up to the values of its rows; and mending where something else knows better.
 */
#include "store/integrity.h"

#include "store/audit.h"
#include "store/claims.h"
#include "store/counts.h"
#include "store/deliveries.h"
#include "store/holds.h"
#include "store/obligations.h"
#include "store/occurrences.h"
#include "store/revisions.h"
#include "store/rows.h"

#include <errno.h>
#include <string.h>

/* The first thing that one of SQLite's checks finds, NULL where all is well; the caller frees *ret. */
static int ask_sqlite(struct store *store, const char *pragma, char **ret)
{
        CLEANUP_QUERY struct query query = query_prepared(store, pragma);
        int r = query_step(&query); /* clears errno */
        if (r < 0)
                return r;
        if (errno == EIO) /* the check takes for damage what it can't read */
                return store_refuse(store, -EIO, "the database can't be read: %s", strerror(EIO));
        CLEANUP_FREE char *verdict = r > 0 ? query_read_text(&query) : strdup("it can't be checked");
        r = query_check(&query);
        if (r < 0)
                return r;
        if (!verdict)
                return store_refuse(store, -ENOMEM, "out of memory");
        *ret = strcmp(verdict, "ok") == 0 ? NULL : query_plain(TAKE_PTR(verdict));
        return 0;
}

/* ---- indexes ---- */

static int add_name(struct store *store, char **indexes, const char *name)
{
        char *longer = NULL;
        if (asprintf(&longer, "%s%s%s", *indexes ? *indexes : "", *indexes ? ", " : "", name) < 0)
                return store_refuse(store, -ENOMEM, "out of memory");
        free(*indexes);
        *indexes = longer;
        return 0;
}

#define NAME_SIZE 64    /* of a table or an index; ours are shorter */
#define MISTAKEN_MAX 16 /* indexes; the schema has fewer */

struct mistaken {
        char index[NAME_SIZE], table[NAME_SIZE];
};

/* The index that a complaint is about. Its table is "" where the complaint is about anything else, or where the index
 * is one that cannot be made anew. */
static int read_complaint(struct store *store, const char *complaint, struct mistaken *ret)
{
        static const char sql[] = "SELECT name, tbl_name FROM sqlite_schema WHERE type = 'index' AND name = ?"
                                  " AND sql NOT LIKE 'CREATE UNIQUE%'";
        static const char before[] = " index ";
        const char *name =
                strncmp(complaint, "non-unique", strlen("non-unique")) == 0 ? NULL : strstr(complaint, before);
        CLEANUP_QUERY struct query query = query_prepared(store, sql);
        query_bind_text(&query, name ? name + strlen(before) : "");
        int r = query_step(&query);
        *ret = (struct mistaken){0};
        if (r <= 0)
                return r;
        query_read_name(&query, sizeof(ret->index), ret->index);
        query_read_name(&query, sizeof(ret->table), ret->table);
        return query_check(&query);
}

/* Where one index of a table disagrees with it, the index is wrong: made anew it is right again. Where two do, it is
 * the row that was changed under them, and nobody knows what it was. An index of what is unique cannot be made anew
 * where the row that was changed is the same as another by now, and is left alone. The same where SQLite complains of
 * anything else: a page, a key that is there twice, a table of keys out of order. */
static int find_indexes(struct store *store, const char *first_words, char **indexes)
{
        struct mistaken found[MISTAKEN_MAX] = {0};
        size_t n = 0;
        CLEANUP_QUERY struct query query = query_prepared(store, "PRAGMA integrity_check(1000000)");
        int r;
        while ((r = query_step(&query)) > 0) {
                CLEANUP_FREE char *complaint = query_read_text(&query);
                struct mistaken *one = &found[n];
                size_t i = 0;
                r = query_check(&query);
                if (r == 0)
                        r = read_complaint(store, complaint, one);
                if (r < 0)
                        return r;
                while (i < n && strcmp(found[i].table, one->table) != 0)
                        i++;
                if (!*one->table || (i < n ? strcmp(found[i].index, one->index) != 0 : n + 1 == MISTAKEN_MAX))
                        return store_refuse(store, -EUCLEAN, DAMAGED " (%s)", first_words);
                if (i < n)
                        continue;
                n++;
                r = add_name(store, indexes, one->index);
                if (r < 0)
                        return r;
        }
        return r;
}

/* Whether an index that holds a part of its table's rows has as many entries as there are such rows. */
static int has_as_many(struct store *store, const char *index, const char *table, const char *condition)
{
        CLEANUP_FREE char *sql = NULL;
        if (asprintf(&sql,
                     "SELECT (SELECT count(*) FROM %s INDEXED BY %s WHERE %s)"
                     " = (SELECT count(*) FROM %s NOT INDEXED WHERE %s)",
                     table, index, condition, table, condition) < 0) {
                sql = NULL;
                return store_refuse(store, -ENOMEM, "out of memory");
        }
        CLEANUP_QUERY struct query query = query_prepared(store, sql);
        int r = query_step(&query);
        bool same = r > 0 && query_read_flag(&query);
        if (r >= 0)
                r = query_check(&query);
        return r < 0 ? r : same;
}

/* The check of SQLite 3.46 finds entries that an index of a part of the rows lacks, and none that it has too many. */
static int find_surplus(struct store *store, char **indexes)
{
        CLEANUP_QUERY struct query query =
                query_prepared(store, "SELECT name, tbl_name, substr(sql, instr(sql, ' WHERE ') + 7) FROM sqlite_schema"
                                      " WHERE type = 'index' AND sql LIKE 'CREATE INDEX % WHERE %'");
        int r;
        while ((r = query_step(&query)) > 0) {
                CLEANUP_FREE char *index = query_read_text(&query), *table = query_read_text(&query),
                                  *condition = query_read_text(&query);
                r = query_check(&query);
                if (r == 0)
                        r = has_as_many(store, index, table, condition);
                if (r == 0)
                        r = add_name(store, indexes, index);
                if (r < 0)
                        return r;
        }
        return r;
}

#define BLIND_FROM 3041000 /* SQLite of Debian 12, which is older, sees all */

int integrity_check(struct store *store, char **indexes)
{
        CLEANUP_FREE char *words = NULL;
        int r = ask_sqlite(store, "PRAGMA integrity_check(1)", &words);
        if (r < 0)
                return r;
        if (words)
                return find_indexes(store, words, indexes);
        return sqlite3_libversion_number() < BLIND_FROM ? 0 : find_surplus(store, indexes);
}

int integrity_mend(struct store *store, const char *indexes)
{
        CLEANUP_UNIT struct unit unit = {0};
        CLEANUP_FREE char *names = strdup(indexes);
        if (!names)
                return store_refuse(store, -ENOMEM, "out of memory");
        int r = unit_begin(store, &unit);
        char *rest = NULL;
        for (char *name = strtok_r(names, ", ", &rest); r >= 0 && name; name = strtok_r(NULL, ", ", &rest)) {
                char sql[96]; /* REINDEX takes no bound value; the name is one of the schema's */
                (void)snprintf(sql, sizeof(sql), "REINDEX \"%.64s\"", name);
                CLEANUP_QUERY struct query query = query_prepared(store, sql);
                r = query_do(&query);
        }
        if (r >= 0)
                r = store_set_fact(store, FACT_MENDED, indexes);
        return r < 0 ? r : unit_commit(&unit);
}

/* STORE_CHANGED: it disagreed and was made anew. */
static int verify(struct store *store, enum statement which, const char *sql, const char *index)
{
        CLEANUP_QUERY struct query query = query_cached(store, which, sql);
        int r = query_step(&query);
        bool agree = r > 0 && query_read_flag(&query);
        if (r >= 0)
                r = query_check(&query);
        query_end(&query); /* or the index is in use */
        if (r < 0 || agree)
                return r;
        r = integrity_mend(store, index);
        return r < 0 ? r : STORE_CHANGED;
}

#define FIRES(table, by) "(SELECT count(*), sum(next_fire), sum(id) FROM " table " " by " WHERE next_fire IS NOT NULL)"
#define AGREE(table, index) "SELECT " FIRES(table, "NOT INDEXED") " IS " FIRES(table, "INDEXED BY " index)

int store_verify(struct store *store)
{
        int occurrences =
                verify(store, STATEMENT_VERIFY_OCCURRENCES, AGREE("occurrence", "occurrence_fire"), "occurrence_fire");
        if (occurrences < 0)
                return occurrences;
        int obligations =
                verify(store, STATEMENT_VERIFY_OBLIGATIONS, AGREE("obligation", "obligation_fire"), "obligation_fire");
        return obligations != 0 ? obligations : occurrences;
}

/* https://www.sqlite.org/pragma.html#pragma_data_version: what this connection writes does not count. */
int store_was_touched(struct store *store)
{
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_VERSION, "PRAGMA data_version");
        int64_t before = store->version;
        int r = query_step(&query);
        if (r < 0)
                return r;
        store->version = query_read_integer(&query);
        return store->version != before ? STORE_CHANGED : 0;
}

/* ---- rows ---- */

static int check_table(struct store *store, const char *sql, const struct row_type *type)
{
        union {
                struct occurrence_record occurrence;
                struct obligation_record obligation;
                struct notice_record notice;
                struct delivery_record delivery;
                struct audit_record audit;
                struct hold_record hold;
                struct claim_record claim;
                struct revision revision;
        } record;
        CLEANUP_QUERY struct query query = query_prepared(store, sql);
        int r;
        while ((r = query_step(&query)) > 0) {
                r = type->read(&query, &record);
                if (r < 0)
                        return r;
                type->clear(&record);
        }
        return r;
}

static int check_facts(struct store *store)
{
        CLEANUP_QUERY struct query query = query_prepared(store, "SELECT name, value FROM fact");
        int r;
        while ((r = query_step(&query)) > 0) {
                query.table = "fact";
                for (int i = 0; i < 2; i++)
                        free(query_read_text(&query));
                r = query_check(&query);
                if (r < 0)
                        return r;
        }
        return r;
}

/* What no function reads as a whole row. */
static int check_stops(struct store *store)
{
        CLEANUP_QUERY struct query query =
                query_prepared(store, "SELECT delivery, stop FROM carried WHERE stop NOT BETWEEN 0 AND ? LIMIT 1");
        query_bind_integer(&query, STOPS - 1);
        int r = query_step(&query);
        if (r <= 0)
                return r;
        (void)query_read_id(&query, "carried");
        (void)query_read_below(&query, STOPS);
        return query_check(&query);
}

/* Whoever snoozes gives a name with it. */
static int check_snoozes(struct store *store)
{
        CLEANUP_QUERY struct query query = query_prepared(
                store, "SELECT id, snoozed_until FROM obligation WHERE snoozed_until IS NOT NULL AND snoozed_by IS NULL"
                       " LIMIT 1");
        int r = query_step(&query);
        if (r <= 0)
                return r;
        (void)query_read_id(&query, "obligation");
        query_damaged(&query, "snoozed_until", "was set by nobody");
        return query_check(&query);
}

static int check_references(struct store *store)
{
        CLEANUP_QUERY struct query query = query_prepared(store, "PRAGMA foreign_key_check");
        int r = query_step(&query);
        if (r <= 0)
                return r;
        CLEANUP_FREE char *table = query_read_text(&query);
        int64_t row = query_read_integer(&query);
        CLEANUP_FREE char *parent = query_read_text(&query);
        r = query_check(&query);
        if (r < 0)
                return r;
        return store_refuse(store, -EUCLEAN, DAMAGED " (table %s, row %lld, refers to a row of %s that is not there)",
                            table, (long long)row, parent);
}

int integrity_check_rows(struct store *store)
{
        static const struct {
                const char *sql;
                const struct row_type *type;
        } tables[] = {
                {"SELECT id, " OCCURRENCE_FIELDS " FROM occurrence", &occurrence_rows},
                {"SELECT " OBLIGATION_COLUMNS " FROM obligation AS o NOT INDEXED CROSS JOIN occurrence AS c"
                 " ON c.id = o.occurrence",
                 &obligation_rows},
                {"SELECT " NOTICE_COLUMNS " FROM notice AS n", &notice_rows},
                {"SELECT " DELIVERY_COLUMNS " FROM delivery", &delivery_rows},
                {"SELECT " AUDIT_COLUMNS " FROM audit", &audit_rows},
                {"SELECT " HOLD_COLUMNS " FROM hold", &hold_rows},
                {"SELECT " CLAIM_COLUMNS " FROM " CLAIM_TABLES, &claim_rows},
                {"SELECT " REVISION_COLUMNS " FROM revision", &revision_rows},
        };
        struct store_counts counts;
        int r = 0;
        for (size_t i = 0; r >= 0 && i < ELEMENTS(tables); i++)
                r = check_table(store, tables[i].sql, tables[i].type);
        if (r >= 0)
                r = check_facts(store);
        if (r >= 0)
                r = check_stops(store);
        if (r >= 0)
                r = check_snoozes(store);
        if (r >= 0)
                r = check_references(store);
        return r < 0 ? r : store_count(store, 0, &counts);
}
