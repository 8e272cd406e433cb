/* A sync: what is no longer in the plans is withdrawn. */
#include "store/sync.h"

#include "store/notices.h"
#include "store/rows.h"

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
        free(store->kept.words);
        free(store->obligations.words);
        store->occurrences = store->kept = store->obligations = (struct marks){0};
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

int store_keep_item(struct store *store, const char *plan, const char *item, size_t n)
{
        CLEANUP_FREE int64_t *ids = NULL;
        size_t n_ids = 0;
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_LIVE_OCCURRENCES_OF,
                             "SELECT id FROM occurrence WHERE plan = ? AND item = ? AND withdrawn = 0");
        query_bind_text(&query, plan);
        query_bind_text(&query, item);
        int r = query_fetch_ids(&query, &ids, &n_ids);
        if (r < 0 || n_ids != n)
                return r < 0 ? r : STORE_CHANGED;
        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = mark(store, &store->occurrences, ids[i]);
                if (r >= 0)
                        r = mark(store, &store->kept, ids[i]);
        }
        return r;
}

/* Of ids those that are not marked, in place. */
static void drop_marked(const struct marks *marks, int64_t *ids, size_t *n)
{
        size_t left = 0;
        for (size_t i = 0; i < *n; i++)
                if (!marked(marks, ids[i]))
                        ids[left++] = ids[i];
        *n = left;
}

static int withdraw(struct store *store, enum statement which, const char *sql, int64_t id)
{
        CLEANUP_QUERY struct query query = query_cached(store, which, sql);
        query_bind_integer(&query, id);
        return query_do(&query);
}

static int withdraw_occurrence(struct store *store, int64_t id)
{
        int r = withdraw(store, STATEMENT_WITHDRAW_OCCURRENCE,
                         "UPDATE occurrence SET withdrawn = 1, next_fire = NULL WHERE id = ?", id);
        return r < 0 ? r : store_cancel_notices(store, id, 0, KIND_COUNT, "withdrawn");
}

struct withdrawal {
        obligation_visitor visit;
        void *userdata;
        size_t n; /* obligations so far */
};

static int withdraw_obligation(struct store *store, int64_t id, const struct withdrawal *withdrawal)
{
        CLEANUP(obligation_record_clear) struct obligation_record record = {0};
        int r = store_get_obligation(store, id, &record);
        if (r >= 0)
                r = withdraw(store, STATEMENT_WITHDRAW_OBLIGATION,
                             "UPDATE obligation SET status = 3, next_fire = NULL WHERE id = ?", id);
        if (r >= 0)
                r = store_cancel_notices(store, 0, id, KIND_COUNT, "withdrawn");
        return r < 0 || !withdrawal->visit ? r : withdrawal->visit(withdrawal->userdata, &record);
}

static int withdraw_obligations_of(struct store *store, int64_t occurrence, struct withdrawal *withdrawal)
{
        CLEANUP_FREE int64_t *ids = NULL;
        size_t n_ids = 0;
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_OPEN_OBLIGATIONS_OF,
                             "SELECT id FROM obligation WHERE occurrence = ? AND status IN (0, 4) ORDER BY id");
        query_bind_integer(&query, occurrence);
        int r = query_fetch_ids(&query, &ids, &n_ids);
        drop_marked(&store->obligations, ids, &n_ids);
        for (size_t i = 0; r >= 0 && i < n_ids; i++)
                r = withdraw_obligation(store, ids[i], withdrawal);
        withdrawal->n += n_ids;
        return r;
}

/* What is owed of an occurrence that was withdrawn before was withdrawn with it. */
static int withdraw_unmarked(struct store *store, struct withdrawal *withdrawal)
{
        CLEANUP_FREE int64_t *ids = NULL;
        size_t n_ids = 0;
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_LIVE_OCCURRENCES, "SELECT id FROM occurrence WHERE withdrawn = 0");
        int r = query_fetch_ids(&query, &ids, &n_ids);
        if (r < 0)
                return r;
        drop_marked(&store->kept, ids, &n_ids);
        for (size_t i = 0; r >= 0 && i < n_ids; i++) {
                /* First, so that what is told of the end of an obligation stays. */
                if (!marked(&store->occurrences, ids[i]))
                        r = withdraw_occurrence(store, ids[i]);
                if (r >= 0)
                        r = withdraw_obligations_of(store, ids[i], withdrawal);
        }
        return r;
}

int store_finish_sync(struct store *store, obligation_visitor visit, void *userdata, size_t *ret_n)
{
        if (!store->syncing)
                return store_refuse(store, -EINVAL, "no sync has begun");
        struct withdrawal withdrawal = {.visit = visit, .userdata = userdata};
        CLEANUP_UNIT struct unit unit = {0};
        int r = unit_begin(store, &unit);
        if (r >= 0)
                r = made_write(store);
        if (r >= 0)
                r = withdraw_unmarked(store, &withdrawal);
        if (r >= 0)
                r = unit_commit(&unit);
        forget(store);
        if (r < 0)
                return r;
        *ret_n = withdrawal.n;
        return 0;
}
