/* One item with the whole life of its obligations: ladder, notices, deliveries, decisions. */
#include <errno.h>
#include <string.h>

#include "control/handlers.h"
#include "control/view.h"
#include "store/audit.h"
#include "store/deliveries.h"
#include "store/obligation-list.h"

#define SHOW_PAGE_MAX 20     /* obligations of one answer: each has a year of notices and deliveries */
#define SHOW_RECORDS_MAX 200 /* deliveries, and decisions, shown of one obligation: the newest, the first */

static const char *form_name(enum date_form form)
{
        static const char *const names[] = {
                [DATE_DUE] = "due",       [DATE_WINDOW] = "window",
                [DATE_HALF] = "half",     [DATE_QUARTER] = "quarter",
                [DATE_MONTH] = "month",   [DATE_UNDATED] = "undated",
                [DATE_REPEAT] = "repeat", [DATE_OBSERVANCE] = "observance",
                [DATE_AFTER] = "after",   [DATE_BEFORE_ITEM] = "before_item",
                [DATE_DAYS] = "due",
        };

        return names[form];
}

static const char *rung_name(enum rung_class class)
{
        static const char *const names[] = {
                [RUNG_START] = "start",           [RUNG_BEFORE] = "before", [RUNG_OVERDUE] = "overdue",
                [RUNG_SNOOZE_END] = "snooze end", [RUNG_FIX] = "fix date",  [RUNG_ESCALATION] = "escalation",
        };

        return names[class];
}

/* What the plan says of the item; little of one that left it. */
static void put_item(const struct view *view, const struct reference *name)
{
        struct answer *answer = view->answer;
        const struct plan *plan;
        const struct item *item;
        civil_day day = CIVIL_NONE;

        answer_begin(answer);
        answer_text(answer, "plan", name->plan);
        answer_text(answer, "item", name->item);
        answer_text(answer, "occurrence", name->key);
        if (settings_find_item(view->engine->settings, name->plan, name->item, &plan, &item)) {
                (void)civil_parse(name->key, &day); /* without a key there is none */
                view_words(answer, "title", plan, item, item->title, day);
                answer_text(answer, "plan_title", plan->title);
                answer_text(answer, "basis", item_basis(plan, item));
                answer_text(answer, "link", item_link(plan, item));
                answer_text(answer, "form", form_name(item->form));
                answer_text(answer, "when", item->when);
                answer_bool(answer, "event", item->event);
                answer_time(answer, "time", item->time);
                answer_text(answer, "place", item->place);
                answer_text(answer, "repeat", item->repeat);
                answer_day(answer, "fix_by", item->fix_by);
                answer_day(answer, "limit", item->limit);
                view_words(answer, "wording", plan, item, item->wording, day);
                view_words(answer, "note", plan, item, item->note, day);
                answer_text(answer, "policy", item->policy.id);
                view_agencies(view, "with", plan, &item->with);
                view_agencies(view, "report_to", plan,
                              item->report_to.n > 0
                                      ? &item->report_to
                                      : &(const struct targets){&(struct target){.role = TARGET_HEAD}, 1});
        }
        answer_bool(answer, "withdrawn", !view_item(view, name->plan, name->item));
        answer_end(answer);
}

/* ---- one obligation ---- */

static void put_rung(const struct view *view, const struct rung *rung, const char *kind, bool settled)
{
        struct answer *answer = view->answer;

        answer_begin(answer);
        answer_wall(answer, "time", rung->at);
        answer_text(answer, "rung", rung->key);
        answer_text(answer, "class", rung_name(rung->class));
        answer_text(answer, "kind", kind);
        answer_bool(answer, "settled", settled);
        answer_end(answer);
}

static void put_ladder(const struct view *view, const struct obligation_record *record)
{
        const struct item *item = view_item(view, record->plan, record->item);
        struct rung rungs[LADDER_MAX];

        answer_begin_member(view->answer, "ladder");
        if (item) {
                struct ladder_rules rules = engine_rules(view->engine, item);
                size_t n = ladder_of_obligation(&rules, &record->obligation, ladder_since(WALL_NONE, view->now), rungs);

                for (size_t i = 0; i < n; i++)
                        put_rung(view, &rungs[i],
                                 kind_name(ladder_kind(&record->obligation, rules.calendar, rungs[i].class,
                                                       wall_day(rungs[i].at))),
                                 rungs[i].at <= record->handled);
                if (obligation_is_open(&record->obligation) &&
                    !obligation_dates(&record->obligation, rules.calendar).tentative &&
                    record->effective != CIVIL_NONE) {
                        n = ladder_of_escalation(
                                &rules, obligation_late_from(&record->obligation, view->config->calendar), rungs);
                        for (size_t i = 0; i < n; i++)
                                put_rung(view, &rungs[i], kind_name(KIND_ESCALATION), rungs[i].at <= view->now);
                }
        }
        answer_end_member(view->answer);
}

static int put_notice(void *userdata, const struct notice_record *notice)
{
        const struct view *view = userdata;
        struct answer *answer = view->answer;
        bool is_json = notice->detail && *notice->detail == '{';

        answer_begin(answer);
        answer_moment(answer, "time", notice->made_ms);
        answer_text(answer, "kind", kind_name(notice->kind));
        answer_text(answer, "state", notice_state_name(notice->state));
        answer_text(answer, "agency", notice->agency);
        answer_text(answer, "rung", notice->rung);
        answer_wall(answer, "rung_time", notice->rung_at);
        /* What a notice carries for its text is no reason. */
        answer_text(answer, "detail", is_json ? NULL : notice->detail);
        answer_end(answer);
        return 0;
}

static int put_delivery(void *userdata, const struct delivery_record *record)
{
        view_delivery(userdata, record);
        return 0;
}

static int put_event(void *userdata, const struct audit_record *record)
{
        view_event(userdata, record);
        return 0;
}

static int put_records(const struct view *view, const struct obligation_record *record)
{
        struct store *store = view->engine->store;
        struct answer *answer = view->answer;
        const struct delivery_filter deliveries = {.state = -1, .obligation_id = record->id, .limit = SHOW_RECORDS_MAX};
        const struct audit_filter events = {
                .plan = record->plan,
                .item = record->item,
                .key = record->key,
                .agency = record->agency,
                .limit = SHOW_RECORDS_MAX,
        };
        int r;

        answer_begin_member(answer, "notices");
        r = store_each_notice(store, record->occurrence_id, record->id, put_notice, (void *)view);
        answer_end_member(answer);
        answer_begin_member(answer, "escalations");
        if (r >= 0)
                r = store_each_notice(store, record->occurrence_id, 0, put_notice, (void *)view);
        answer_end_member(answer);
        answer_begin_member(answer, "deliveries");
        if (r >= 0)
                r = store_each_delivery(store, &deliveries, put_delivery, (void *)view);
        answer_end_member(answer);
        answer_begin_member(answer, "log");
        if (r >= 0)
                r = store_each_audit(store, &events, put_event, (void *)view);
        answer_end_member(answer);
        return r;
}

static int put_obligation(void *userdata, const struct obligation_record *record)
{
        struct view *view = userdata;
        int r;

        answer_begin(view->answer);
        r = view_obligation(view, record);
        if (record->obligation.fixed != CIVIL_NONE)
                answer_day(view->answer, "fixed", record->obligation.fixed);
        answer_text(view->answer, "done_by", record->done_by);
        answer_text(view->answer, "note", record->note);
        put_ladder(view, record);
        if (r >= 0)
                r = put_records(view, record);
        answer_end(view->answer);
        return r;
}

struct shown {
        struct view *view;
        size_t n, limit;
};

static int take(void *userdata, const struct obligation_record *record)
{
        struct shown *shown = userdata;

        if (shown->n == shown->limit)
                return PAGE_FULL;
        shown->n++;
        return put_obligation(shown->view, record);
}

int handle_show(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct answer CLEANUP(answer_clear) answer = {0};
        struct view view = view_now(userdata, &answer);
        struct shown shown = {.view = &view};
        struct obligation_filter filter = {0};
        const char *item, *agency;
        char text[REFERENCE_TEXT_SIZE];
        struct reference name;
        struct page page;
        int r = sd_bus_message_read(call, "ss", &item, &agency);

        if (r >= 0)
                r = argument_item(userdata, item, agency, obligation_may_waive, &name, error);
        if (r >= 0 && *agency)
                r = argument_agency(userdata, agency, error);
        if (r >= 0)
                r = argument_page(call, SHOW_PAGE_MAX, &page, error);
        if (r < 0)
                return r;
        filter = (struct obligation_filter){
                .plan = name.plan,
                .item = name.item,
                .key = reference_key(&name),
                .agency = *agency ? agency : NULL,
                .offset = page.offset,
                .limit = page.limit + 1, /* one more tells whether there is another page */
        };
        shown.limit = page.limit;
        answer = answer_to(call);
        put_item(&view, &name);
        answer_begin_list(&answer);
        r = store_each_obligation(view.engine->store, &filter, take, &shown);
        if (r < 0)
                return control_trouble(userdata, r, error);
        if (shown.n == 0 && page.offset == 0)
                return sd_bus_error_setf(error, ERROR_NOT_FOUND, "%s%snothing is owed of %s", agency,
                                         *agency ? ": " : "", reference_format(name.plan, name.item, name.key, text));
        answer_end_list(&answer);
        answer_next(&answer, r == PAGE_FULL ? page.offset + shown.n : 0);
        return answer_send(&answer);
}
