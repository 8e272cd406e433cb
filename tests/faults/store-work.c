/* A workload of the store: random transactions as the daemon makes them, and what must be there afterwards. */
#include "disk.h"
#include "faults.h"

#include <errno.h>
#include <string.h>

#include "store/attempts.h"
#include "store/audit.h"
#include "store/counts.h"
#include "store/occurrences.h"
#include "store/query.h"
#include "store/sync.h"

#define BATCH 8

/* ---- what is there ---- */

static void mix(uint64_t *hash, const void *bytes, size_t n)
{
        for (const unsigned char *at = bytes, *end = at + n; at < end; at++) /* FNV-1a */
                *hash = (*hash ^ *at) * UINT64_C(1099511628211);
}

static void mix_row(uint64_t *hash, sqlite3_stmt *row)
{
        for (int i = 0; i < sqlite3_column_count(row); i++) {
                int type = sqlite3_column_type(row, i);
                const void *text = sqlite3_column_text(row, i);
                mix(hash, &type, sizeof(type));
                mix(hash, text ? text : "", (size_t)sqlite3_column_bytes(row, i) + 1);
        }
}

/* Every row of a statement, mixed. False: SQLite can't. */
static bool mix_rows(sqlite3 *db, const char *sql, uint64_t *hash)
{
        sqlite3_stmt *rows = NULL;
        int code = sqlite3_prepare_v2(db, sql, -1, &rows, NULL);

        while (code == SQLITE_OK || code == SQLITE_ROW) {
                code = sqlite3_step(rows);
                if (code == SQLITE_ROW)
                        mix_row(hash, rows);
        }
        sqlite3_finalize(rows);
        return code == SQLITE_DONE;
}

uint64_t work_digest(const struct faults *faults, struct store *store)
{
        static const char *const tables[] = {"fact",     "occurrence", "obligation", "obligation_tally", "notice",
                                             "delivery", "carried",    "audit",      "failure"};
        uint64_t hash = UINT64_C(14695981039346656037);
        char sql[80];

        disk_pause();
        for (size_t i = 0; i < ELEMENTS(tables); i++) {
                (void)snprintf(sql, sizeof(sql), "SELECT * FROM %s ORDER BY 1, 2", tables[i]);
                if (!mix_rows(store->db, sql, &hash))
                        faults_fail(faults, "%s can't be read: %s", tables[i], sqlite3_errmsg(store->db));
        }
        disk_resume();
        return hash;
}

static void assert_says(const struct faults *faults, struct store *store, const char *sql, const char *expected)
{
        sqlite3_stmt *rows = NULL;
        char said[400] = "";

        if (sqlite3_prepare_v2(store->db, sql, -1, &rows, NULL) == SQLITE_OK && sqlite3_step(rows) == SQLITE_ROW)
                (void)snprintf(said, sizeof(said), "%s", (const char *)sqlite3_column_text(rows, 0));
        sqlite3_finalize(rows);
        if (strcmp(said, expected) != 0)
                faults_fail(faults, "%s: %s", sql, said);
}

void work_assert_sound(const struct faults *faults, struct store *store)
{
        disk_pause();
        assert_says(faults, store, "PRAGMA integrity_check", "ok");
        assert_says(faults, store, "PRAGMA foreign_key_check", "");
        assert_says(faults, store,
                    "SELECT state FROM delivery_tally AS t"
                    " WHERE n <> (SELECT count(*) FROM delivery AS d WHERE d.state = t.state AND"
                    " (d.server <> 'mail') = t.channel)",
                    "");
        if (store_recount(store) != 0)
                faults_fail(faults, "what status counts is not what is there");
        disk_resume();
}

void work_hurry(struct faults *faults, struct store *store)
{
        static const int checkpoints[] = {2, 10, 50, 1000}, caches[] = {5, 20, 2000};
        char sql[80];

        (void)snprintf(sql, sizeof(sql), "PRAGMA wal_autocheckpoint = %d; PRAGMA cache_size = %d",
                       checkpoints[chance_between(&faults->chance, 0, 3)],
                       caches[chance_between(&faults->chance, 0, 2)]);
        disk_pause();
        (void)sqlite3_exec(store->db, sql, NULL, NULL, NULL);
        disk_resume();
}

struct store *work_open(struct faults *faults)
{
        CLEANUP_FREE char *error = NULL;
        struct store *store = NULL;
        char dir[80];
        int r;

        (void)snprintf(dir, sizeof(dir), "%s/state", faults->folder);
        r = store_open(dir, &store, &error);
        if (r < 0)
                faults_fail(faults, "the store can't be opened: %d, %s", r, error ? error : "no words");
        return store;
}

/* ---- transactions ---- */

#define TRY(call) \
        do { \
                int r_ = (call); \
                if (r_ < 0) \
                        return r_; \
        } while (0)

static int put_obligations(struct work *work, const struct occurrence_record *occurrence)
{
        struct chance *chance = &work->faults->chance;

        for (int i = chance_between(chance, 1, 4); i > 0; i--) {
                CLEANUP(obligation_record_clear) struct obligation_record record = {0};
                char agency[ID_SIZE];
                (void)snprintf(agency, sizeof(agency), "so-%d", i);
                TRY(store_find_obligation(work->store, occurrence->id, agency, &record));
                (void)snprintf(record.agency, sizeof(record.agency), "%s", agency);
                record.occurrence_id = occurrence->id;
                record.obligation = occurrence->planned;
                record.due = record.effective = occurrence->planned.due;
                record.next_fire = chance_between(chance, 1, 100);
                TRY(store_put_obligation(work->store, &record));
                TRY(store_mark_obligation(work->store, record.id));
        }
        return 0;
}

static int sync_plans(struct work *work)
{
        struct chance *chance = &work->faults->chance;
        size_t withdrawn;

        TRY(store_begin_sync(work->store));
        for (int i = chance_between(chance, 1, 6); i > 0; i--) {
                struct occurrence_record record = {
                        .plan = "p",
                        .title = (char[]){"Báo cáo tổng kết"},
                        .planned = {.from = CIVIL_NONE,
                                    .due = chance_between(chance, 100, 200),
                                    .fixed = CIVIL_NONE,
                                    .done_on = CIVIL_NONE,
                                    .snoozed_until = CIVIL_NONE},
                        .fix_by = CIVIL_NONE,
                        .next_fire = WALL_NEVER,
                };
                (void)snprintf(record.item, sizeof(record.item), "viec-%d", chance_between(chance, 1, 12));
                CLEANUP(occurrence_record_clear) struct occurrence_record old = {0};
                int r = store_find_occurrence(work->store, "p", record.item, "", &old);
                if (r < 0)
                        return r;
                record.id = r == 0 ? old.id : 0;
                TRY(store_put_occurrence(work->store, &record));
                TRY(store_mark_occurrence(work->store, record.id));
                TRY(put_obligations(work, &record));
        }
        return store_finish_sync(work->store, NULL, NULL, &withdrawn);
}

struct some {
        int left;
        int64_t occurrence, obligation;
        int64_t delivery;
};

static int pick_obligation(void *userdata, const struct obligation_record *record)
{
        struct some *some = userdata;
        some->obligation = record->id;
        some->occurrence = record->occurrence_id;
        return some->left-- == 0;
}

static int pick_delivery(void *userdata, const struct delivery_record *record)
{
        struct some *some = userdata;
        some->delivery = record->number;
        return some->left-- == 0;
}

static int find_obligation(struct work *work, struct some *ret)
{
        *ret = (struct some){.left = chance_between(&work->faults->chance, 0, 20)};
        return store_each_obligation(work->store, &(struct obligation_filter){0}, pick_obligation, ret);
}

static void random_id(struct work *work, char ret[static DELIVERY_ID_SIZE])
{
        (void)snprintf(ret, DELIVERY_ID_SIZE, "%016llx%016llx", (unsigned long long)chance_bits(&work->faults->chance),
                       (unsigned long long)chance_bits(&work->faults->chance));
}

static int remind(struct work *work)
{
        struct chance *chance = &work->faults->chance;

        for (int i = chance_between(chance, 1, 6); i > 0; i--) {
                struct some some;
                struct notice_record notice = {
                        .agency = "so-1", .kind = KIND_ADVANCE, .state = NOTICE_NEW, .made_ms = work->now_ms};
                struct delivery_record delivery = {.channel = channel_mail,
                                                   .agency = "so-1",
                                                   .address = (char[]){"so-1@khoi.example"},
                                                   .kind = KIND_ADVANCE,
                                                   .made_ms = work->now_ms,
                                                   .next_ms = work->now_ms};
                TRY(find_obligation(work, &some));
                if (!some.obligation)
                        return 0;
                notice.occurrence_id = some.occurrence;
                notice.obligation_id = some.obligation;
                (void)snprintf(notice.rung, sizeof(notice.rung), "%dd", chance_between(chance, 1, 500));
                int r = store_add_notice(work->store, &notice);
                if (r < 0)
                        return r;
                random_id(work, delivery.id);
                if (r == 0)
                        TRY(store_add_delivery(work->store, &delivery, &notice.id, 1));
        }
        return 0;
}

static int claim(struct work *work)
{
        struct delivery_record records[BATCH] = {0};
        int n = store_claim_deliveries(work->store, &channel_mail, work->now_ms, false, records, BATCH);

        for (int i = 0; i < n; i++)
                delivery_record_clear(&records[i]);
        return n < 0 ? n : 0;
}

static int finish(struct work *work)
{
        static const enum delivery_state states[] = {DELIVERY_SENT, DELIVERY_SENT, DELIVERY_QUEUED, DELIVERY_FAILED};
        struct chance *chance = &work->faults->chance;

        for (int i = chance_between(chance, 1, BATCH); i > 0; i--) {
                struct some some = {0};
                TRY(store_each_delivery(work->store, &(struct delivery_filter){.state = DELIVERY_SENDING},
                                        pick_delivery, &some));
                if (some.delivery == 0)
                        return 0;
                TRY(store_finish_delivery(work->store,
                                          &(struct delivery_result){.delivery = some.delivery,
                                                                    .state = states[chance_between(chance, 0, 3)],
                                                                    .next_ms = work->now_ms + 1000,
                                                                    .now_ms = work->now_ms,
                                                                    .answer = "250 OK"}));
        }
        return 0;
}

static int audit(struct work *work, int rows, size_t size)
{
        CLEANUP_FREE char *detail = malloc(size + 1);

        if (!detail)
                return -ENOMEM;
        memset(detail, 'a' + chance_between(&work->faults->chance, 0, 25), size);
        detail[size] = '\0';
        while (rows-- > 0)
                TRY(store_add_audit(work->store, &(struct audit_record){.at_ms = work->now_ms,
                                                                        .who = (char[]){"clerk"},
                                                                        .uid = 1000,
                                                                        .verb = (char[]){"snooze"},
                                                                        .plan = "p",
                                                                        .item = "viec-1",
                                                                        .agency = "so-1",
                                                                        .detail = detail}));
        return 0;
}

static int cancel(struct work *work)
{
        struct some some;

        TRY(find_obligation(work, &some));
        return some.obligation ? store_cancel_notices(work->store, some.occurrence, some.obligation, KIND_COUNT, "done")
                               : 0;
}

static int put_fact(struct work *work)
{
        char value[32];

        (void)snprintf(value, sizeof(value), "%llu", (unsigned long long)chance_bits(&work->faults->chance));
        return store_set_fact(work->store, "last-time", value);
}

static int act(struct work *work)
{
        struct chance *chance = &work->faults->chance;

        switch (chance_between(chance, 0, 9)) {
        case 0:
                return sync_plans(work);
        case 1:
        case 2:
                return remind(work);
        case 3:
                return claim(work);
        case 4:
                return finish(work);
        case 5:
                return audit(work, 1, 60);
        case 6:
                return audit(work, chance_between(chance, 5, 40), 3000); /* more than a small cache holds */
        case 7:
                return cancel(work);
        case 8:
                return store_shift_attempts(work->store, 1000, INT64_MAX);
        default:
                return put_fact(work);
        }
}

int work_step(struct work *work)
{
        int r = store_begin(work->store);

        if (r < 0)
                return r;
        work->now_ms += 1000;
        for (int i = chance_between(&work->faults->chance, 1, 3); r >= 0 && i > 0; i--)
                r = act(work);
        if (r < 0) {
                store_rollback(work->store);
                return r;
        }
        work->next = work_digest(work->faults, work->store);
        work->in_flight = true;
        r = store_commit(work->store);
        if (r < 0 || disk_is_dark())
                return r; /* who called finds out what became of it */
        work->in_flight = false;
        work->acked = work->next;
        work->commits++;
        return 0;
}
