/* A run through every operation of the store, for tests that look at all of them at once. */
#pragma once

#include "base/cleanup.h"
#include "dated.h"
#include "store/attempts.h"
#include "store/audit.h"
#include "store/claims.h"
#include "store/counts.h"
#include "store/heard.h"
#include "store/holds.h"
#include "store/occurrences.h"
#include "store/outlines.h"
#include "store/plans.h"
#include "store/revisions.h"
#include "store/sync.h"
#include "store/unread.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define WORKLOAD_ROWS 8

/* The visitors read nothing: what counts is that the rows came. */
static inline int workload_see_obligation(void *userdata, const struct obligation_record *record)
{
        (void)userdata;
        (void)record;
        return 0;
}

static inline int workload_see_notice(void *userdata, const struct notice_record *record)
{
        (void)userdata;
        (void)record;
        return 0;
}

static inline int workload_see_delivery(void *userdata, const struct delivery_record *record)
{
        (void)userdata;
        (void)record;
        return 0;
}

static inline int workload_see_audit(void *userdata, const struct audit_record *record)
{
        (void)userdata;
        (void)record;
        return 0;
}

/* Ends the function at the first error; a positive outcome is none. */
#define TRY(call) \
        do { \
                int r_ = (call); \
                if (r_ < 0) \
                        return r_; \
        } while (0)

static inline int workload_see_claim(void *userdata, const struct claim_record *record)
{
        (void)userdata;
        (void)record;
        return 0;
}

static inline int workload_rows(struct store *store, int64_t ret_obligations[static 2], int64_t *ret_occurrence)
{
        char title[] = "Nhiệm vụ";
        struct occurrence_record occurrence = {.plan = "p",
                                               .item = "one",
                                               .title = title,
                                               .fix_by = CIVIL_NONE,
                                               .planned = fixture_dated,
                                               .next_fire = 10};
        TRY(store_begin_sync(store));
        TRY(store_put_occurrence(store, &occurrence));
        TRY(store_put_occurrence(store, &occurrence));
        TRY(store_mark_occurrence(store, occurrence.id));
        for (int i = 0; i < 2; i++) {
                struct obligation_record obligation = {.occurrence_id = occurrence.id,
                                                       .obligation = fixture_dated,
                                                       .due = DUE_DAY,
                                                       .effective = DUE_DAY,
                                                       .next_fire = 10};
                (void)snprintf(obligation.agency, sizeof(obligation.agency), "so-%d", i);
                TRY(store_put_obligation(store, &obligation));
                TRY(store_put_obligation(store, &obligation));
                TRY(store_arm_obligation(store, obligation.id, 0, 10));
                ret_obligations[i] = obligation.id;
        }
        struct occurrence_record gone = {
                .plan = "p", .item = "gone", .title = title, .planned = fixture_dated, .next_fire = 10};
        TRY(store_put_occurrence(store, &gone));
        struct obligation_record gone_too = {.occurrence_id = gone.id,
                                             .agency = "so-1",
                                             .obligation = fixture_dated,
                                             .due = DUE_DAY,
                                             .effective = DUE_DAY,
                                             .next_fire = 10};
        TRY(store_put_obligation(store, &gone_too));
        struct notice_record notice = {.occurrence_id = gone.id, .obligation_id = gone_too.id, .rung = "7d"};
        TRY(store_add_notice(store, &notice));
        TRY(store_mark_obligation(store, ret_obligations[0]));
        TRY(store_mark_obligation(store, ret_obligations[1]));
        TRY(store_keep_item(store, "p", "one", 1));
        size_t withdrawn;
        TRY(store_finish_sync(store, NULL, NULL, &withdrawn));
        *ret_occurrence = occurrence.id;
        return 0;
}

static inline int workload_views(struct store *store, const int64_t obligations[static 2], int64_t occurrence)
{
        const struct obligation_filter lists[] = {
                {.occurrence_id = occurrence, .open_only = true},
                {.plan = "p", .item = "one"},
                {.plan = "p", .item = "one", .key = "", .agency = "so-1"},
                {.item = "one"},
                {.item = "one", .agency = "so-1"},
                {.agency = "so-1"},
                {.agency = "so-1",
                 .open_only = true,
                 .due_from = DUE_DAY - 10,
                 .due_to = DUE_DAY + 10,
                 .reverse = true},
                {.agency = "so-1", .done_from = 90, .done_to = 110},
                {.agency = "so-1", .dateless = true, .no_withdrawn = true},
                {.due_from = DUE_DAY - 10, .due_to = DUE_DAY + 10},
                {.done_from = 90, .done_to = 110},
                {.dateless = true},
                {.effective_before = 101},
                {.effective_before = 101, .agency = "so-1"},
                {.snoozed_from = 90},
                {.set_aside = true},
                {.as_planned = true, .snoozed_from = 90},
                {.as_planned = true, .set_aside = true},
                /* by cursor: each is two lists, of what is dated and of what is not */
                {.as_planned = true, .by_cursor = true, .limit = 9},
                {.as_planned = true, .by_cursor = true, .limit = 9, .after = 1},
                {.as_planned = true, .by_cursor = true, .limit = 9, .after = 1, .plan = "p"},
                {.as_planned = true, .by_cursor = true, .limit = 9, .after = 1, .open_only = true},
                {.as_planned = true, .by_cursor = true, .limit = 9, .after = 1, .agency = "so-1"},
                {.as_planned = true, .by_cursor = true, .limit = 9, .after = 1, .item = "one"},
                {.as_planned = true, .by_cursor = true, .limit = 9, .after = 1, .snoozed_from = 90},
                {.as_planned = true, .by_cursor = true, .limit = 9, .after = 1, .set_aside = true},
                {.as_planned = true, .by_cursor = true, .limit = 9, .after = 1, .effective_before = 101},
                {.as_planned = true, .by_cursor = true, .limit = 9, .after = 1, .done_from = 90, .done_to = 110},
        };
        for (size_t i = 0; i < ELEMENTS(lists); i++)
                TRY(store_each_obligation(store, &lists[i], workload_see_obligation, NULL));
        for (int state = 0; state < DELIVERY_STATES; state++)
                if (state != DELIVERY_SENT)
                        TRY(store_each_delivery(store, &(struct delivery_filter){.state = state}, workload_see_delivery,
                                                NULL));
        const struct delivery_filter deliveries[] = {
                {.state = -1, .agency = "so-1"},
                {.state = -1, .obligation_id = obligations[0]},
                {.state = -1, .occurrence_id = occurrence},
        };
        for (size_t i = 0; i < ELEMENTS(deliveries); i++)
                TRY(store_each_delivery(store, &deliveries[i], workload_see_delivery, NULL));
        const struct audit_filter audits[] = {
                {.plan = "p", .item = "one", .agency = "so-1"}, {.agency = "so-1"}, {.since_ms = 5}};
        for (size_t i = 0; i < ELEMENTS(audits); i++)
                TRY(store_each_audit(store, &audits[i], workload_see_audit, NULL));
        TRY(store_each_notice(store, occurrence, 0, workload_see_notice, NULL));
        TRY(store_each_notice(store, 0, obligations[0], workload_see_notice, NULL));
        TRY(store_verify(store));
        TRY(store_was_touched(store));
        struct store_counts counts;
        struct store_totals totals;
        TRY(store_count(store, 200, &counts));
        return store_total(store, 200, &totals);
}

static inline int workload_tick(struct store *store, const int64_t obligations[static 2], int64_t occurrence)
{
        struct occurrence_record occurrences[WORKLOAD_ROWS];
        int n = store_due_occurrences(store, 10, occurrences, ELEMENTS(occurrences));
        TRY(n);
        for (int i = 0; i < n; i++)
                occurrence_record_clear(&occurrences[i]);
        struct obligation_record due[WORKLOAD_ROWS];
        n = store_due_obligations(store, 10, due, ELEMENTS(due));
        TRY(n);
        for (int i = 0; i < n; i++)
                obligation_record_clear(&due[i]);
        wall_time next;
        TRY(store_last_due(store, 10, &next));
        CLEANUP_FREE struct open_dates *dates = NULL;
        size_t n_dates;
        TRY(store_open_dates(store, occurrence, &dates, &n_dates));
        TRY(store_next_fire(store, &next));
        TRY(store_rewind_handled(store, 9));

        CLEANUP(occurrence_record_clear) struct occurrence_record found = {0}, got = {0};
        TRY(store_find_occurrence(store, "p", "one", "", &found));
        TRY(store_get_occurrence(store, occurrence, &got));
        CLEANUP(obligation_record_clear) struct obligation_record one = {0}, other = {0};
        TRY(store_find_obligation(store, occurrence, "so-1", &one));
        TRY(store_get_obligation(store, obligations[0], &other));

        char detail[] = "late";
        for (int i = 0; i < 6; i++) {
                struct notice_record notice = {.occurrence_id = occurrence,
                                               .obligation_id = i < 5 ? obligations[0] : 0,
                                               .agency = "so-0",
                                               .kind = KIND_OVERDUE,
                                               .detail = detail};
                (void)snprintf(notice.rung, sizeof(notice.rung), "overdue-%d", i);
                TRY(store_add_notice(store, &notice));
        }
        return 0;
}

static inline int workload_send(struct store *store, const int64_t obligations[static 2], int64_t occurrence)
{
        struct notice_record notices[WORKLOAD_ROWS];
        int64_t ids[WORKLOAD_ROWS];
        int64_t since;
        TRY(store_paused_since(store, &(struct notice_pause){.kinds = ~INT64_C(0), .until_ms = INT64_MAX}, &since));
        struct notice_record last;
        TRY(store_last_said(store, "so-0", "", "~", &last));
        int n = store_new_notices(store, "so-0", "so-1", &(struct notice_pause){0}, notices, ELEMENTS(notices));
        TRY(n);
        for (int i = 0; i < n; i++) {
                ids[i] = notices[i].id;
                notice_record_clear(&notices[i]);
        }
        if (n < 6)
                return -ENODATA;
        char address[] = "a@so.example", id[DELIVERY_ID_SIZE];
        for (int i = 0; i < 4; i++) {
                struct delivery_record delivery = {.channel = channel_mail, .address = address, .kind = KIND_OVERDUE};
                (void)snprintf(delivery.id, sizeof(delivery.id), "d%d", i);
                TRY(store_add_delivery(store, &delivery, &ids[i], i == 3 ? 2 : 1));
        }
        int64_t next;
        TRY(store_next_attempt(store, &channel_mail, false, &next));
        TRY(store_next_attempt(store, &channel_mail, true, &next));
        TRY(store_shift_attempts(store, 5, INT64_MAX));
        TRY(store_retry_delivery(store, "d0", 6));
        TRY(store_drop_delivery(store, "d1", 6));
        struct delivery_record claimed[WORKLOAD_ROWS];
        for (int manual = 1; manual >= 0; manual--) {
                n = store_claim_deliveries(store, &channel_mail, 6, manual, claimed, ELEMENTS(claimed));
                TRY(n);
                for (int i = 0; i < n; i++)
                        delivery_record_clear(&claimed[i]);
        }
        n = store_delivery_notices(store, 1, notices, ELEMENTS(notices));
        TRY(n);
        for (int i = 0; i < n; i++)
                notice_record_clear(&notices[i]);
        TRY(store_set_notice(store, ids[5], NOTICE_SKIPPED, "too old"));
        TRY(store_finish_delivery(store, &(struct delivery_result){.delivery = 1, .state = DELIVERY_SENT}));
        bool first;
        enum heard_outcome heard;
        TRY(store_remark_delivery(store, 1, "delayed: 4.4.1"));
        TRY(store_bounce_delivery(store, 1, "5.1.1", 6, &first));
        TRY(store_find_heard(store, "origin", &heard));
        TRY(store_add_heard(store, "origin", HEARD_RECORDED, 6));
        TRY(store_forget_heard(store, 6));
        TRY(store_finish_delivery(store, &(struct delivery_result){.delivery = 3, .state = DELIVERY_QUEUED}));
        CLEANUP(delivery_record_clear) struct delivery_record failure = {0};
        TRY(store_retry_delivery(store, "d3", 6));
        TRY(store_claim_deliveries(store, &channel_mail, 6, true, &failure, 1));
        delivery_record_clear(&failure);
        TRY(store_finish_delivery(store, &(struct delivery_result){.delivery = 4, .state = DELIVERY_FAILED}));
        TRY(store_last_failure(store, &failure, &next));
        civil_day day;
        TRY(store_put_entry(store, obligations[0], address, 5));
        TRY(store_get_entry(store, obligations[0], address, &day));
        TRY(store_put_entry(store, obligations[0], address, CIVIL_NONE));
        TRY(store_acknowledge(store, "d3"));
        TRY(store_add_late(store, ids[5], 0, 7));
        TRY(store_acknowledge(store, NULL));
        TRY(store_recover_deliveries(store, 7));
        TRY(store_thread_root(store, obligations[0], address, id));
        TRY(store_resume_notice(store, ids[1], &channel_mail, address, 0, 7));
        struct notice_counts counts;
        TRY(store_count_notices(store, obligations[0], &counts));
        TRY(store_cancel_notices(store, occurrence, obligations[0], KIND_COUNT, "done"));
        TRY(store_cancel_notices(store, occurrence, 0, KIND_COUNT, "done"));
        /* Each kind of key is said, taken back and said again. */
        struct notice_record again[] = {
                {.agency = "again", .rung = "again"},
                {.occurrence_id = occurrence, .agency = "again", .rung = "again"},
                {.occurrence_id = occurrence, .obligation_id = obligations[0], .rung = "again"}};
        for (size_t i = 0; i < ELEMENTS(again); i++) {
                again[i].state = NOTICE_NEW;
                TRY(store_add_notice(store, &again[i]));
                TRY(store_set_notice(store, again[i].id, NOTICE_CANCELLED, "done"));
                TRY(store_add_notice(store, &again[i]));
        }
        TRY(store_rename_notice(store, &again[1], "anew"));
        CLEANUP(delivery_record_clear) struct delivery_record got = {0};
        return store_get_delivery(store, "d0", &got);
}

static inline int workload_decide(struct store *store)
{
        char who[] = "root", verb[] = "done", detail[] = "late";
        struct audit_record audit = {.at_ms = 9, .who = who, .verb = verb, .item = "one", .detail = detail};
        struct plan_record plan = {.id = "p", .term = {.year = 2024, .moved = CIVIL_NONE}, .closed = true},
                           *plans = NULL;
        CLEANUP(plan_record_clear) struct plan_record found = {0};
        size_t n_plans = 0;
        TRY(store_put_plan(store, &plan));
        TRY(store_find_plan(store, "p", &found));
        TRY(store_all_plans(store, &plans, &n_plans));
        store_free_plans(plans, n_plans);
        TRY(store_add_audit(store, &audit));
        struct hold_record hold = {.agency = "so-1", .until = 101, .by = who, .reason = detail}, covering = {0};
        struct hold_record *holds = NULL;
        size_t n_holds = 0;
        TRY(store_put_hold(store, &hold));
        TRY(store_find_hold(store, "so-1", &covering));
        hold_record_clear(&covering);
        TRY(store_list_holds(store, &holds, &n_holds));
        for (size_t i = 0; i < n_holds; i++)
                hold_record_clear(&holds[i]);
        free(holds);
        bool held;
        TRY(store_is_delivery_held(store, 1, &held));
        TRY(store_supersede(store, 1, 1, 50, "superseded"));
        TRY(store_supersede(store, 1, 0, 50, "superseded"));
        TRY(store_end_hold(store, "so-1"));
        struct revision revision;
        TRY(store_revise(store, 1));
        TRY(store_stamp_revisions(store, 60));
        TRY(store_get_revision(store, 1, &revision));
        struct claim_record claim = {.obligation_id = 1,
                                     .claim = {.on = 100, .until = CIVIL_NONE, .channel = CLAIM_BY_MAIL},
                                     .by = who,
                                     .text = detail},
                            said = {0};
        const struct claim_filter claims = {.state = -1};
        TRY(store_add_claim(store, &claim));
        TRY(store_find_open_claim(store, 1, &said));
        claim_record_clear(&said);
        TRY(store_each_claim(store, &claims, workload_see_claim, NULL));
        TRY(store_answer_claim(store, claim.id, CLAIM_REJECTED, who, detail, 8000));
        CLEANUP_FREE struct occurrence_name *names = NULL;
        CLEANUP_FREE struct outline *all = NULL, *one = NULL;
        size_t n_outlines = 0;
        TRY(store_name_occurrences(store, &names, &n_outlines));
        TRY(store_outline(store, 1, NULL, &all, &n_outlines));
        TRY(store_outline(store, 1, "so-1", &one, &n_outlines));
        TRY(store_set_fact(store, "a", "b"));
        TRY(store_set_fact(store, "c", "d"));
        TRY(store_set_fact(store, "c", NULL));
        CLEANUP_FREE char *value = NULL;
        return store_get_fact(store, "a", &value);
}

/* Everything once, on an empty store, within a transaction of the caller or not. */
static inline int workload_run(struct store *store)
{
        int64_t obligations[2] = {0}, occurrence = 0;
        TRY(workload_rows(store, obligations, &occurrence));
        TRY(workload_tick(store, obligations, occurrence));
        TRY(workload_send(store, obligations, occurrence));
        TRY(workload_decide(store));
        return workload_views(store, obligations, occurrence);
}
