/* What the tests of the store share: a state folder of their own, rows to begin with, and shorthands. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "dated.h"
#include "store/attempts.h"
#include "store/counts.h"
#include "store/obligations.h"
#include "store/occurrences.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct fixture {
        char folder[64]; /* holds the state folder; removed at the end */
        char dir[80];    /* the state folder */
        struct store *store;
};

static inline int fixture_unlink(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
        (void)status;
        (void)type;
        (void)ftw;
        return remove(path);
}

static inline void fixture_remove(const char *folder)
{
        assert_int_equal(nftw(folder, fixture_unlink, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* One line that can be read, whatever SQLite said. */
static inline void fixture_assert_plain(const char *words)
{
        for (const char *at = words; *at; at++)
                assert_in_range((unsigned char)*at, ' ', '~');
}

/* Only the folder. */
static inline int fixture_folder(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));
        assert_non_null(fixture);
        const char *parent = getenv("TMPDIR");
        snprintf(fixture->folder, sizeof(fixture->folder), "%.40s/store-XXXXXX", parent ? parent : "/tmp");
        assert_non_null(mkdtemp(fixture->folder));
        snprintf(fixture->dir, sizeof(fixture->dir), "%s/state", fixture->folder);
        *state = fixture;
        return 0;
}

static inline void fixture_open(struct fixture *fixture)
{
        CLEANUP_FREE char *error = NULL;
        if (store_open(fixture->dir, &fixture->store, &error) != 0)
                fail_msg("%s", error ? error : "no words");
}

static inline void fixture_close(struct fixture *fixture)
{
        fixture->store = store_close(fixture->store);
}

/* A store in a file. */
static inline int fixture_file(void **state)
{
        fixture_folder(state);
        fixture_open(*state);
        return 0;
}

/* A store in memory. */
static inline int fixture_scratch(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));
        assert_non_null(fixture);
        CLEANUP_FREE char *error = NULL;
        assert_int_equal(store_open(NULL, &fixture->store, &error), 0);
        *state = fixture;
        return 0;
}

/* What is counted agrees with the rows; unless the test left the file damaged, or a transaction broken. */
static inline void fixture_assert_counts(struct store *store)
{
        assert_int_not_equal(store_recount(store), STORE_CHANGED);
}

static inline int fixture_end(void **state)
{
        struct fixture *fixture = *state;
        if (fixture->store)
                fixture_assert_counts(fixture->store);
        fixture_close(fixture);
        if (fixture->folder[0])
                fixture_remove(fixture->folder);
        free(fixture);
        return 0;
}

static inline char *fixture_path(const struct fixture *fixture, const char *name)
{
        char *path = NULL;
        assert_true(asprintf(&path, "%s/%s", fixture->dir, name) >= 0);
        return path;
}

static inline char *fixture_slurp(const char *path, size_t *ret_n)
{
        CLEANUP_FCLOSE FILE *file = fopen(path, "re");
        assert_non_null(file);
        char *bytes = NULL;
        size_t n = 0, room = 0;
        do {
                room += 1 << 20;
                bytes = realloc(bytes, room);
                assert_non_null(bytes);
                n += fread(bytes + n, 1, room - n, file);
        } while (n == room);
        *ret_n = n;
        return bytes;
}

static inline void fixture_spill(const char *path, const char *bytes, size_t n)
{
        CLEANUP_FCLOSE FILE *file = fopen(path, "we");
        assert_non_null(file);
        assert_int_equal(fwrite(bytes, 1, n, file), n);
}

/* 0, or fails with the store's words. */
#define OK(store, call) \
        do { \
                int r_ = (call); \
                if (r_ != 0) \
                        fail_msg("%s: %d, %s", #call, r_, store_error(store)); \
        } while (0)

static inline int64_t fixture_occurrence(struct store *store, const char *plan, const char *item, const char *key)
{
        char title[] = "Báo cáo tổng kết";
        struct occurrence_record record = {
                .title = title, .planned = fixture_dated, .fix_by = CIVIL_NONE, .next_fire = WALL_NEVER};
        snprintf(record.plan, sizeof(record.plan), "%s", plan);
        snprintf(record.item, sizeof(record.item), "%s", item);
        snprintf(record.key, sizeof(record.key), "%s", key);
        OK(store, store_put_occurrence(store, &record));
        return record.id;
}

/* The engine's part: the days in force, without a calendar. */
static inline void fixture_days(struct obligation_record *record)
{
        const struct obligation *obligation = &record->obligation;
        record->due = obligation->fixed != CIVIL_NONE ? obligation->fixed : obligation->due;
        record->effective = record->due;
}

static inline int64_t fixture_obligation(struct store *store, int64_t occurrence, const char *agency,
                                         const struct obligation *obligation, wall_time next_fire)
{
        struct obligation_record record = {
                .occurrence_id = occurrence, .obligation = *obligation, .handled = WALL_NONE, .next_fire = next_fire};
        snprintf(record.agency, sizeof(record.agency), "%s", agency);
        fixture_days(&record);
        OK(store, store_put_obligation(store, &record));
        return record.id;
}

static inline int64_t fixture_notice(struct store *store, int64_t occurrence, int64_t obligation, const char *rung,
                                     enum notice_kind kind)
{
        struct notice_record record = {.occurrence_id = occurrence,
                                       .obligation_id = obligation,
                                       .agency = "vp-ubnd",
                                       .kind = kind,
                                       .state = NOTICE_NEW,
                                       .rung_at = 1000,
                                       .made_ms = 5000};
        snprintf(record.rung, sizeof(record.rung), "%s", rung);
        OK(store, store_add_notice(store, &record));
        return record.id;
}

static inline void fixture_delivery(struct store *store, const char *id, const char *address, int64_t next_ms,
                                    const int64_t *notices, size_t n)
{
        CLEANUP_FREE char *copy = strdup(address);
        struct delivery_record record = {.channel = channel_mail,
                                         .agency = "vp-ubnd",
                                         .address = copy,
                                         .kind = KIND_OVERDUE,
                                         .made_ms = 5000,
                                         .next_ms = next_ms};
        snprintf(record.id, sizeof(record.id), "%s", id);
        OK(store, store_add_delivery(store, &record, notices, n));
}

/* 0: there is none. */
static inline int64_t fixture_number(struct store *store, const char *id)
{
        CLEANUP(delivery_record_clear) struct delivery_record record = {0};
        assert_true(store_get_delivery(store, id, &record) >= 0);
        return record.number;
}

static inline void fixture_finish(struct store *store, const char *id, enum delivery_state state, int64_t now_ms)
{
        OK(store, store_finish_delivery(
                          store, &(struct delivery_result){.delivery = fixture_number(store, id),
                                                           .state = state,
                                                           .next_ms = now_ms,
                                                           .now_ms = now_ms,
                                                           .answer = state == DELIVERY_QUEUED ? "451 later" : NULL}));
}

static inline void fixture_claim(struct store *store, int64_t now_ms, int expected)
{
        struct delivery_record records[8];
        assert_int_equal(store_claim_deliveries(store, &channel_mail, now_ms, false, records, ELEMENTS(records)),
                         expected);
        for (int i = 0; i < expected; i++)
                delivery_record_clear(&records[i]);
}

static inline int fixture_note_state(void *userdata, const struct notice_record *record)
{
        char *text = userdata;
        size_t n = strlen(text);
        snprintf(text + n, 200 - n, "%s%s:%s", n ? " " : "", record->rung, notice_state_name(record->state));
        return 0;
}

/* "7d:sent overdue-1:queued", in the order in which they were made. */
static inline void fixture_assert_notices(struct store *store, int64_t occurrence, int64_t obligation,
                                          const char *expected)
{
        char text[200] = "";
        OK(store, store_each_notice(store, occurrence, obligation, fixture_note_state, text));
        assert_string_equal(text, expected);
}

static inline void fixture_assert_delivery(struct store *store, const char *id, enum delivery_state expected)
{
        CLEANUP(delivery_record_clear) struct delivery_record record = {0};
        OK(store, store_get_delivery(store, id, &record));
        assert_string_equal(delivery_state_name(record.state), delivery_state_name(expected));
}

static inline void fixture_assert_owed(struct store *store, civil_day today, int64_t open, int64_t overdue)
{
        struct store_counts counts;
        OK(store, store_count(store, today, &counts));
        assert_int_equal(counts.obligations_open, open);
        assert_int_equal(counts.overdue, overdue);
}
