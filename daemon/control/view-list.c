/* The list of obligations, by filter, in pages. */
#include <errno.h>
#include <string.h>

#include "control/handlers.h"
#include "control/view.h"
#include "store/obligation-list.h"

/* Obligations looked at for one page: where the filter keeps few of many, a page may be short or empty, and only
 * its `next` says whether it was the last. Some milliseconds of work. */
#define LIST_LOOK_MAX 2000

struct list {
        struct view view;
        struct answer answer;
        bool by_state, open;
        enum obligation_state state;
        size_t looked, taken, limit;
        int64_t last; /* looked at */
};

static void list_clear(struct list *list)
{
        answer_clear(&list->answer);
}

#define FAR_PAST civil_from_years(CIVIL_FIRST_YEAR)
#define FAR_FUTURE civil_from_years(CIVIL_LAST_YEAR + 2)

static civil_day civil_from_years(int32_t year)
{
        return civil_from(year, 1, 1);
}

/* Lets the store choose as far as it can; the rest is judged record by record, since a state depends on the day. */
static void narrow(const struct list *list, struct obligation_filter *filter)
{
        filter->open_only = list->open;
        if (!list->by_state)
                return;
        switch (list->state) {
        case STATE_OVERDUE:
                filter->effective_before = list->view.today;
                filter->open_only = true;
                break;
        case STATE_TENTATIVE:
        case STATE_UNDATED:
                filter->dateless = true;
                filter->open_only = true;
                break;
        case STATE_PENDING:
                filter->open_only = true;
                break;
        case STATE_PASSED: /* also of what is closed */
                break;
        case STATE_SNOOZED:
                filter->snoozed_from = list->view.today;
                break;
        case STATE_DONE:
        case STATE_LATE:
                filter->done_from = FAR_PAST;
                filter->done_to = FAR_FUTURE;
                break;
        case STATE_WAIVED:
        case STATE_WITHDRAWN:
        case STATE_UNCLEAR:
        case STATE_UNFINISHED:
                filter->set_aside = true;
                break;
        case STATE_COUNT:
                break;
        }
}

static int take_state(struct list *list, const char *name, sd_bus_error *error)
{
        list->open = strcmp(name, "open") == 0;
        if (list->open)
                return 0;
        list->by_state = true;
        if (obligation_state_parse(name, &list->state) == 0)
                return 0;
        return sd_bus_error_set(error, ERROR_INVALID,
                                "no such state; there are pending, overdue, snoozed, tentative, undated, done, late, "
                                "waived, withdrawn, passed, unclear, unfinished and open");
}

static int take_days(const struct list *list, const char *since, const char *before, struct obligation_filter *filter,
                     sd_bus_error *error)
{
        int r = 0;

        if (!since && !before)
                return 0;
        filter->due_from = FAR_PAST;
        filter->due_to = FAR_FUTURE;
        if (since)
                r = argument_date(list->view.control, since, DATE_OF_YEAR, &filter->due_from, error);
        if (r == 0 && before) {
                r = argument_date(list->view.control, before, DATE_OF_YEAR, &filter->due_to, error);
                filter->due_to--;
        }
        return r;
}

static int take_paging(const char *paging, struct obligation_filter *filter, sd_bus_error *error)
{
        filter->by_cursor = strcmp(paging, "cursor") == 0;
        if (filter->by_cursor || strcmp(paging, "offset") == 0)
                return 0;
        return sd_bus_error_set(error, ERROR_INVALID, "paging is offset or cursor");
}

/* The filter borrows its strings from the call and from `name`. */
static int read_filter(sd_bus_message *call, struct list *list, struct reference *name,
                       struct obligation_filter *filter, sd_bus_error *error)
{
        const struct control *control = list->view.control;
        const char *plan = NULL, *item = NULL, *agency = NULL, *state = NULL, *since = NULL, *before = NULL,
                   *paging = NULL;
        const struct filter_key keys[] = {
                {"plan", &plan},   {"item", &item},     {"agency", &agency}, {"state", &state},
                {"since", &since}, {"before", &before}, {"paging", &paging},
        };
        int r = argument_filter(call, keys, ELEMENTS(keys), error);

        if (r >= 0 && plan)
                r = argument_plan(control, plan, error);
        if (r >= 0 && item)
                r = argument_item_of_any_plan(control, item, name, error);
        if (r >= 0 && agency)
                r = argument_agency(control, agency, error);
        if (r >= 0 && state)
                r = take_state(list, state, error);
        if (r >= 0)
                r = take_days(list, since, before, filter, error);
        if (r >= 0 && paging)
                r = take_paging(paging, filter, error);
        if (r < 0)
                return r;
        filter->agency = agency;
        filter->plan = plan;
        if (item) {
                if (!plan && *name->plan)
                        filter->plan = name->plan;
                filter->item = name->item;
                filter->key = reference_key(name);
        }
        narrow(list, filter);
        return 0;
}

static bool is_wanted(const struct list *list, const struct obligation_record *record)
{
        if (list->open)
                return obligation_is_open(&record->obligation);
        return !list->by_state ||
               obligation_state(&record->obligation, list->view.config->calendar, list->view.today) == list->state;
}

static int take(void *userdata, const struct obligation_record *record)
{
        struct list *list = userdata;
        int r;

        if (list->taken == list->limit)
                return PAGE_FULL;
        list->looked++;
        list->last = record->id;
        if (!is_wanted(list, record))
                return 0;
        list->taken++;
        answer_begin(&list->answer);
        r = view_obligation(&list->view, record);
        answer_end(&list->answer);
        return r;
}

/* An offset counts what was looked at before the page. A cursor is the obligation at which the page before ended, so
 * that the last page costs no more than the first, and decisions made meanwhile do not shift later pages. */
static uint64_t next_page(const struct list *list, const struct obligation_filter *filter)
{
        return filter->by_cursor ? (uint64_t)list->last : filter->offset + list->looked;
}

int handle_list(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct list CLEANUP(list_clear) list = {0};
        struct obligation_filter filter = {.as_planned = true, .limit = LIST_LOOK_MAX};
        struct reference name;
        struct page page;
        int r;

        list.view = view_now(userdata, &list.answer);
        r = read_filter(call, &list, &name, &filter, error);
        if (r >= 0)
                r = argument_page(call, PAGE_MAX, &page, error);
        if (r < 0)
                return r;
        list.limit = page.limit;
        if (!list.by_state && !list.open)
                filter.limit = page.limit + 1; /* all are wanted; one more tells whether there is another page */
        if (filter.by_cursor)
                filter.after = (int64_t)page.offset;
        else
                filter.offset = page.offset;
        list.answer = answer_to(call);
        answer_begin_list(&list.answer);
        r = store_each_obligation(list.view.engine->store, &filter, take, &list);
        if (r < 0)
                return control_trouble(userdata, r, error);
        answer_end_list(&list.answer);
        answer_next(&list.answer, r == PAGE_FULL || list.looked == LIST_LOOK_MAX ? next_page(&list, &filter) : 0);
        return answer_send(&list.answer);
}
