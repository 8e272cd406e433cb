/* An excerpt: of a store, what can matter to somebody until a moment, as a store of its own in memory. */
#include "store/excerpt.h"

#include "core/kind.h"
#include "store/rows.h"

#include <errno.h>
#include <string.h>

#define CHUNK 256 /* obligations, with their notices, copied in one step: some milliseconds */

struct store_excerpt {
        struct store *to;
        struct store_scope scope;
        char *agency;
        bool attached;
        int64_t copied, until; /* of the obligations chosen, up to which ids */
};

/* ---- choosing: ids, in the scratch store's own temporary tables; CROSS JOIN keeps SQLite from beginning with the
 * source's, which it takes for no longer (https://www.sqlite.org/optoverview.html#crossjoin) ---- */

static const char tables[] = "CREATE TEMP TABLE delivered (id INTEGER PRIMARY KEY);"
                             "CREATE TEMP TABLE waiting (id INTEGER PRIMARY KEY);"
                             "CREATE TEMP TABLE occurring (id INTEGER PRIMARY KEY);"
                             "CREATE TEMP TABLE chosen (id INTEGER PRIMARY KEY);";

/* What is queued or on the wire; what failed or bounced too, which a notice to the contact may speak of. */
#define CHOOSE_DELIVERED \
        "INSERT INTO delivered SELECT seq FROM source.delivery" \
        " WHERE ((" DELIVERY_IN_QUEUE ") OR (" DELIVERY_IS_RARE \
        " AND state IN (1, 3, 5))) AND (?2 IS NULL OR agency = ?2)"
#define CHOOSE_WAITING \
        "INSERT INTO waiting SELECT id FROM source.notice WHERE state = 0 AND (?2 IS NULL OR agency = ?2)" \
        " UNION SELECT c.notice FROM delivered AS d CROSS JOIN source.carried AS c ON c.delivery = d.id"
/* A waiting message about an occurrence lists all who owe it. */
#define CHOOSE_OCCURRING \
        "INSERT INTO occurring SELECT id FROM source.occurrence WHERE next_fire < ?1 AND ?3" \
        " UNION SELECT n.occurrence FROM waiting AS w CROSS JOIN source.notice AS n ON n.id = w.id" \
        " WHERE n.occurrence IS NOT NULL AND n.obligation IS NULL"
#define CHOOSE_EVERYTHING "INSERT INTO chosen SELECT id FROM source.obligation WHERE status <> 3"
#define CHOOSE_FIRING "INSERT INTO chosen SELECT id FROM source.obligation WHERE next_fire < ?1"
#define CHOOSE_OWED "INSERT INTO chosen SELECT id FROM source.obligation WHERE agency = ?2"
#define CHOOSE_OF_OCCURRING \
        "INSERT OR IGNORE INTO chosen" \
        " SELECT o.id FROM occurring AS c CROSS JOIN source.obligation AS o ON o.occurrence = c.id"
#define CHOOSE_OF_WAITING \
        "INSERT OR IGNORE INTO chosen SELECT n.obligation FROM waiting AS w" \
        " CROSS JOIN source.notice AS n ON n.id = w.id WHERE n.obligation IS NOT NULL"

/* ---- copying ---- */

#define COPY_PLANS "INSERT INTO main.plan SELECT * FROM source.plan"
#define COPY_FACTS "INSERT OR REPLACE INTO main.fact SELECT name, value FROM source.fact"
#define COPY_HOLDS "INSERT INTO main.hold SELECT * FROM source.hold"
/* An occurrence that is nobody's concern here is there for its name only. */
#define OCCURRENCE \
        "id, plan, item, key, title, from_day, due_day, tentative, observance, shift, lapses, fix_by, withdrawn, " \
        "handled"
#define COPY_OCCURRENCES \
        "INSERT INTO main.occurrence (" OCCURRENCE ", next_fire)" \
        " SELECT " OCCURRENCE ", iif(?3, next_fire, NULL) FROM source.occurrence"
#define OBLIGATION \
        "id, occurrence, agency, from_day, due_day, tentative, observance, shift, fixed, status, done_on," \
        " snoozed_until, due, effective, handled, next_fire, snoozed_by, snooze_reason, done_by, note, known, urged, " \
        "lapses"
#define COPY_OBLIGATIONS \
        "INSERT INTO main.obligation (" OBLIGATION ") SELECT " OBLIGATION \
        " FROM source.obligation WHERE id IN (SELECT id FROM chosen WHERE id > ?4 AND id <= ?5)"
#define COPY_NOTICES_OF_OBLIGATIONS \
        "INSERT INTO main.notice SELECT n.* FROM chosen AS c CROSS JOIN source.notice AS n ON n.obligation = c.id" \
        " WHERE c.id > ?4 AND c.id <= ?5"
#define COPY_NOTICES_OF_OCCURRENCES \
        "INSERT INTO main.notice SELECT n.* FROM occurring AS c CROSS JOIN source.notice AS n" \
        " ON n.occurrence = c.id AND n.obligation IS NULL"
#define COPY_WAITING \
        "INSERT OR IGNORE INTO main.notice SELECT n.* FROM waiting AS w CROSS JOIN source.notice AS n ON n.id = w.id"
#define COPY_CLAIMS \
        "INSERT INTO main.claim SELECT k.* FROM source.claim AS k" \
        " WHERE k.state = 0 AND k.obligation IN (SELECT id FROM chosen)"
/* Those of the last four weeks: one that says nothing new is not sent (core/digest.h). */
#define COPY_DIGESTS \
        "INSERT OR IGNORE INTO main.notice SELECT n.* FROM source.notice AS n WHERE n.obligation IS NULL" \
        " AND n.occurrence IS NULL AND n.rung >= (SELECT 'digest@' || date(value, '-28 days') FROM source.fact" \
        " WHERE name = 'digest') AND n.rung < 'digest~' AND (?2 IS NULL OR n.agency = ?2)"
#define COPY_DELIVERIES \
        "INSERT INTO main.delivery SELECT d.* FROM delivered AS c CROSS JOIN source.delivery AS d ON d.seq = c.id"
#define COPY_CARRIED \
        "INSERT INTO main.carried SELECT c.* FROM delivered AS d CROSS JOIN source.carried AS c ON c.delivery = d.id"

static const char *const at_first[] = {CHOOSE_DELIVERED, CHOOSE_WAITING, CHOOSE_OCCURRING};
static const char *const then[] = {CHOOSE_OF_OCCURRING, CHOOSE_OF_WAITING, COPY_FACTS,
                                   COPY_PLANS,          COPY_HOLDS,        COPY_OCCURRENCES};
static const char *const chunk[] = {COPY_OBLIGATIONS, COPY_NOTICES_OF_OBLIGATIONS};
static const char *const at_last[] = {
        COPY_NOTICES_OF_OCCURRENCES, COPY_WAITING, COPY_DIGESTS, COPY_DELIVERIES, COPY_CARRIED, COPY_CLAIMS};

static int run(struct store *store, const char *sql)
{
        return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK
                       ? 0
                       : store_fail(store, sqlite3_extended_errcode(store->db));
}

static int attach(struct store *store, const char *path)
{
        CLEANUP_QUERY struct query query = query_prepared(store, "ATTACH ? AS source");
        query_bind_text(&query, path);
        return query_do(&query);
}

/* Any of the SQL above: each value has its number, and is bound where it occurs. */
static int copy(const struct store_excerpt *excerpt, const char *sql)
{
        CLEANUP_QUERY struct query query = query_prepared(excerpt->to, sql);
        int last = query.statement ? sqlite3_bind_parameter_count(query.statement) : 0;
        if (last >= 1)
                query_bind_integer(&query, excerpt->scope.until);
        if (last >= 2)
                query_bind_text(&query, excerpt->agency);
        if (last >= 3)
                query_bind_integer(&query, excerpt->scope.occurrences);
        if (last >= 4)
                query_bind_integer(&query, excerpt->copied);
        if (last >= 5)
                query_bind_integer(&query, excerpt->until);
        return query_do(&query);
}

static int copy_each(const struct store_excerpt *excerpt, const char *const *sql, size_t n)
{
        int r = 0;
        for (size_t i = 0; r >= 0 && i < n; i++)
                r = copy(excerpt, sql[i]);
        return r;
}

/* STORE_MORE: `until` is where the next chunk ends; 0: all are copied. */
static int next_chunk(struct store_excerpt *excerpt)
{
        static const char sql[] = "SELECT max(id) FROM (SELECT id FROM chosen WHERE id > ? ORDER BY id LIMIT ?)";
        CLEANUP_QUERY struct query query = query_prepared(excerpt->to, sql);
        query_bind_integer(&query, excerpt->copied);
        query_bind_integer(&query, CHUNK);
        int r = query_step(&query);
        if (r < 0)
                return r;
        excerpt->until = query_read_or(&query, 0);
        r = query_check(&query);
        return r < 0 ? r : excerpt->until > 0 ? STORE_MORE : 0;
}

/* A digest that has not left yet is written when it does: of everything. */
static int look_for_digest(struct store_excerpt *excerpt)
{
        static const char sql[] = "SELECT 1 FROM delivered AS c CROSS JOIN source.delivery AS d ON d.seq = c.id"
                                  " CROSS JOIN source.carried AS x ON x.delivery = d.seq"
                                  " CROSS JOIN source.notice AS n ON n.id = x.notice"
                                  " WHERE n.kind = ?1 AND d.state < 2 UNION ALL"
                                  " SELECT 1 FROM waiting AS w CROSS JOIN source.notice AS n ON n.id = w.id"
                                  " WHERE n.kind = ?1 AND n.state = 0";
        CLEANUP_QUERY struct query query = query_prepared(excerpt->to, sql);
        query_bind_integer(&query, KIND_DIGEST);
        int r = query_step(&query);
        if (r > 0 && excerpt->scope.occurrences)
                excerpt->scope.everything = true;
        return r < 0 ? r : 0;
}

/* One transaction until the end: its first look at the source fixes the moment that it sees. */
static int begin(struct store_excerpt *excerpt, const char *path)
{
        const struct store_scope *scope = &excerpt->scope;
        int r = attach(excerpt->to, path);
        if (r < 0)
                return r;
        excerpt->attached = true;
        r = run(excerpt->to, "BEGIN");
        if (r >= 0)
                r = run(excerpt->to, tables);
        if (r >= 0)
                r = copy_each(excerpt, at_first, ELEMENTS(at_first));
        if (r >= 0)
                r = look_for_digest(excerpt);
        if (r >= 0)
                r = copy(excerpt, scope->everything ? CHOOSE_EVERYTHING : scope->agency ? CHOOSE_OWED : CHOOSE_FIRING);
        return r < 0 ? r : copy_each(excerpt, then, ELEMENTS(then));
}

int store_excerpt_new(struct store *from, struct store *to, const struct store_scope *scope, struct store_excerpt **ret)
{
        const char *path = sqlite3_db_filename(from->db, "main");
        struct store_excerpt *excerpt = calloc(1, sizeof(*excerpt));
        if (!excerpt)
                return -ENOMEM;
        *excerpt = (struct store_excerpt){.to = to, .scope = *scope};
        excerpt->agency = scope->agency ? strdup(scope->agency) : NULL;
        int r = scope->agency && !excerpt->agency ? -ENOMEM
                : path && *path                   ? begin(excerpt, path)
                                                  : store_copy(from, to);
        if (r < 0) {
                store_excerpt_free(excerpt);
                return r;
        }
        *ret = excerpt;
        return 0;
}

static int finish(struct store_excerpt *excerpt)
{
        int r = copy_each(excerpt, at_last, ELEMENTS(at_last));
        if (r >= 0)
                r = run(excerpt->to,
                        "DROP TABLE chosen; DROP TABLE occurring; DROP TABLE waiting; DROP TABLE delivered;"
                        "COMMIT;"
                        "DETACH source;");
        if (r >= 0)
                excerpt->attached = false;
        return r;
}

int store_excerpt_step(struct store_excerpt *excerpt)
{
        if (!excerpt->attached)
                return 0;
        int r = next_chunk(excerpt);
        if (r == 0)
                return finish(excerpt);
        if (r > 0)
                r = copy_each(excerpt, chunk, ELEMENTS(chunk));
        excerpt->copied = excerpt->until;
        return r < 0 ? r : STORE_MORE;
}

struct store_excerpt *store_excerpt_free(struct store_excerpt *excerpt)
{
        if (!excerpt)
                return NULL;
        if (excerpt->attached) {
                if (!sqlite3_get_autocommit(excerpt->to->db))
                        (void)run(excerpt->to, "ROLLBACK");
                (void)run(excerpt->to, "DETACH source");
        }
        free(excerpt->agency);
        free(excerpt);
        return NULL;
}
