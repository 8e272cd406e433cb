/* The report on a plan: what each obligation counts as, and how often the agency was urged. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/handlers.h"
#include "control/view.h"
#include "core/score.h"
#include "store/notices.h"
#include "store/obligation-list.h"
#include "store/plans.h"

/* The days on which escalations of one occurrence were sent, each once however many were told. */
struct escalations {
        int64_t occurrence_id; /* 0: of none yet */
        civil_day *days;
        size_t n;
};

struct scoring {
        struct view view;
        struct answer answer;
        struct escalations escalations;
        size_t looked, limit;
        int64_t last; /* the obligation at which the page ends */
};

static void scoring_clear(struct scoring *scoring)
{
        free(scoring->escalations.days);
        answer_clear(&scoring->answer);
}

static bool has_day(const struct escalations *escalations, civil_day day)
{
        for (size_t i = 0; i < escalations->n; i++)
                if (escalations->days[i] == day)
                        return true;
        return false;
}

static int note_escalation(void *userdata, const struct notice_record *notice)
{
        struct escalations *escalations = userdata;
        civil_day day = wall_day(clock_wall(notice->made_ms)), *days;

        if (notice->kind != KIND_ESCALATION || notice->state != NOTICE_SENT || has_day(escalations, day))
                return 0;
        days = reallocarray(escalations->days, escalations->n + 1, sizeof(*days));
        if (!days)
                return -ENOMEM;
        escalations->days = days;
        days[escalations->n++] = day;
        return 0;
}

/* Obligations come occurrence by occurrence, so that each is read once. */
static int count_escalations(struct scoring *scoring, const struct obligation_record *record, int64_t *ret)
{
        struct escalations *escalations = &scoring->escalations;
        int64_t n = 0;

        if (escalations->occurrence_id != record->occurrence_id) {
                int r;

                escalations->occurrence_id = record->occurrence_id;
                escalations->n = 0;
                r = store_each_notice(scoring->view.engine->store, record->occurrence_id, 0, note_escalation,
                                      escalations);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < escalations->n; i++)
                n += score_was_escalated(&record->obligation, scoring->view.config->calendar, escalations->days[i]);
        *ret = n;
        return 0;
}

static int score(struct scoring *scoring, const struct obligation_record *record, struct scored *ret)
{
        const struct calendar *calendar = scoring->view.config->calendar;
        struct notice_counts counts;
        int r = store_count_notices(scoring->view.engine->store, record->id, &counts);

        if (r < 0)
                return r;
        *ret = (struct scored){
                .grade = score_grade(&record->obligation, calendar, scoring->view.today),
                .late = score_lateness(&record->obligation, calendar, scoring->view.today),
                .reminders = counts.reminders,
                .overdue_reminders = counts.overdue,
        };
        return count_escalations(scoring, record, &ret->escalations);
}

static void put(struct scoring *scoring, const struct obligation_record *record, const struct scored *scored)
{
        const struct calendar *calendar = scoring->view.config->calendar;
        const struct obligation *obligation = &record->obligation;
        struct answer *answer = &scoring->answer;

        answer_begin(answer);
        answer_text(answer, "item", record->item);
        answer_text(answer, "occurrence", record->key);
        answer_text(answer, "agency", record->agency);
        answer_text(answer, "title", record->title);
        answer_day(answer, "due", record->due);
        answer_day(answer, "effective_due", record->effective);
        answer_text(answer, "state",
                    obligation_state_name(obligation_state(obligation, calendar, scoring->view.today)));
        answer_text(answer, "grade", grade_name(scored->grade));
        answer_day(answer, "done_on", obligation->done_on);
        answer_count(answer, "calendar_days_late", (uint64_t)scored->late.days);
        answer_count(answer, "working_days_late", (uint64_t)scored->late.workdays);
        answer_count(answer, "reminders", (uint64_t)scored->reminders);
        answer_count(answer, "overdue_reminders", (uint64_t)scored->overdue_reminders);
        answer_count(answer, "escalations", (uint64_t)scored->escalations);
        answer_end(answer);
}

static int take(void *userdata, const struct obligation_record *record)
{
        struct scoring *scoring = userdata;
        struct scored scored;
        int r;

        if (scoring->looked == scoring->limit)
                return PAGE_FULL;
        scoring->looked++;
        scoring->last = record->id;
        if (!score_has(&record->obligation))
                return 0;
        r = score(scoring, record, &scored);
        if (r < 0)
                return r;
        put(scoring, record, &scored);
        return scoring->answer.error;
}

static void put_plan(const struct view *view, const struct plan_record *record)
{
        struct answer *answer = view->answer;

        answer_begin(answer);
        answer_text(answer, "plan", record->id);
        if (record->title) {
                answer_count(answer, "year", (uint64_t)record->term.year);
                answer_text(answer, "title", record->title);
                view_plan_end(view, record);
        }
        answer_bool(answer, "in_force", config_find_plan(view->config, record->id));
        answer_day(answer, "as_of", view->today);
        answer_end(answer);
}

int handle_plans(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct answer CLEANUP(answer_clear) answer = answer_to(call);
        const struct view view = view_now(userdata, &answer);
        struct plan_record *plans = NULL;
        size_t n = 0;
        int r = store_all_plans(view.engine->store, &plans, &n);

        if (r < 0)
                return control_trouble(userdata, r, error);
        answer_begin_list(&answer);
        for (size_t i = 0; i < n; i++)
                put_plan(&view, &plans[i]);
        answer_end_list(&answer);
        store_free_plans(plans, n);
        return answer_send(&answer);
}

int handle_report(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct scoring CLEANUP(scoring_clear) scoring = {0};
        struct plan_record CLEANUP(plan_record_clear) record = {0};
        struct obligation_filter filter = {.as_planned = true, .by_cursor = true};
        struct store *store = control_engine(userdata)->store;
        struct page page;
        int r = sd_bus_message_read(call, "s", &filter.plan);

        if (r >= 0)
                r = argument_plan(userdata, filter.plan, error);
        if (r >= 0)
                r = argument_page(call, PAGE_MAX, &page, error);
        if (r < 0)
                return r;
        filter.limit = page.limit + 1; /* one more tells whether there is another page */
        filter.after = (int64_t)page.offset;
        scoring.limit = page.limit;
        scoring.view = view_now(userdata, &scoring.answer);
        r = store_find_plan(store, filter.plan, &record);
        if (r < 0)
                return control_trouble(userdata, r, error);
        if (r == STORE_NONE)
                snprintf(record.id, sizeof(record.id), "%s", filter.plan);
        scoring.answer = answer_to(call);
        put_plan(&scoring.view, &record);
        answer_begin_list(&scoring.answer);
        r = store_each_obligation(store, &filter, take, &scoring);
        if (r < 0)
                return control_trouble(userdata, r, error);
        answer_end_list(&scoring.answer);
        answer_next(&scoring.answer, r == PAGE_FULL ? (uint64_t)scoring.last : 0);
        return answer_send(&scoring.answer);
}
