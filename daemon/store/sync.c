/* A sync: what is no longer in the plans is withdrawn.
 * Depends on query.h.
 * Called by engine, when plans were read anew. */
#include "store/query.h"

#include <errno.h>
#include <string.h>

#define WORD_BITS 64

static int mark(struct store *store, struct marks *marks, int64_t id)
{
        if (!store->syncing || id <= 0)
                return store_refuse(store, -EINVAL, "nothing can be marked: no sync has begun, or no such row");
        size_t word = (size_t)id / WORD_BITS;
        if (word >= marks->n) {
                size_t n = 2 * word + 1;
                uint64_t *words = reallocarray(marks->words, n, sizeof(*words));
                if (!words)
                        return store_refuse(store, -ENOMEM, "out of memory");
                memset(words + marks->n, 0, (n - marks->n) * sizeof(*words));
                *marks = (struct marks){.words = words, .n = n};
        }
        marks->words[word] |= UINT64_C(1) << ((size_t)id % WORD_BITS);
        return 0;
}

static bool marked(const struct marks *marks, int64_t id)
{
        size_t word = (size_t)id / WORD_BITS;
        return word < marks->n && (marks->words[word] >> ((size_t)id % WORD_BITS) & 1);
}

static void forget(struct store *store)
{
        free(store->occurrences.words);
        free(store->obligations.words);
        store->occurrences = store->obligations = (struct marks){0};
        store->syncing = false;
}

int store_begin_sync(struct store *store)
{
        forget(store);
        store->syncing = true;
        return 0;
}

int store_mark_occurrence(struct store *store, int64_t id)
{
        return mark(store, &store->occurrences, id);
}

int store_mark_obligation(struct store *store, int64_t id)
{
        return mark(store, &store->obligations, id);
}

static int unmarked(struct store *store, enum statement which, const char *sql, const struct marks *marks,
                    int64_t **ret, size_t *ret_n)
{
        CLEANUP_QUERY struct query query = query_cached(store, which, sql);
        CLEANUP_FREE int64_t *ids = NULL;
        size_t n = 0, kept = 0;
        int r = query_fetch_ids(&query, &ids, &n);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++)
                if (!marked(marks, ids[i]))
                        ids[kept++] = ids[i];
        *ret = TAKE_PTR(ids);
        *ret_n = kept;
        return 0;
}

static int withdraw(struct store *store, enum statement which, const char *sql, int64_t id)
{
        CLEANUP_QUERY struct query query = query_cached(store, which, sql);
        query_bind_integer(&query, id);
        return query_do(&query);
}

static int withdraw_occurrences(struct store *store)
{
        CLEANUP_FREE int64_t *ids = NULL;
        size_t n = 0;
        int r = unmarked(store, STATEMENT_LIVE_OCCURRENCES, "SELECT id FROM occurrence WHERE withdrawn = 0",
                         &store->occurrences, &ids, &n);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = withdraw(store, STATEMENT_WITHDRAW_OCCURRENCE,
                             "UPDATE occurrence SET withdrawn = 1, next_fire = NULL WHERE id = ?", ids[i]);
                if (r >= 0)
                        r = store_cancel_notices(store, ids[i], 0, KIND_COUNT, "withdrawn");
        }
        return r;
}

static int withdraw_obligations(struct store *store, size_t *ret_n)
{
        CLEANUP_FREE int64_t *ids = NULL;
        size_t n = 0;
        int r = unmarked(store, STATEMENT_OPEN_OBLIGATIONS, "SELECT id FROM obligation WHERE status = 0",
                         &store->obligations, &ids, &n);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = withdraw(store, STATEMENT_WITHDRAW_OBLIGATION,
                             "UPDATE obligation SET status = 3, next_fire = NULL WHERE id = ?", ids[i]);
                if (r >= 0)
                        r = store_cancel_notices(store, 0, ids[i], KIND_COUNT, "withdrawn");
        }
        if (r < 0)
                return r;
        *ret_n = n;
        return 0;
}

int store_finish_sync(struct store *store, size_t *ret_n)
{
        if (!store->syncing)
                return store_refuse(store, -EINVAL, "no sync has begun");
        size_t n = 0;
        CLEANUP_UNIT struct unit unit = {0};
        int r = unit_begin(store, &unit);
        if (r >= 0)
                r = withdraw_occurrences(store);
        if (r >= 0)
                r = withdraw_obligations(store, &n);
        if (r >= 0)
                r = unit_commit(&unit);
        forget(store);
        if (r < 0)
                return r;
        *ret_n = n;
        return 0;
}
