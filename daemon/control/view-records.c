/* What was delivered, decided, and said by agencies, in pages. */
#include <string.h>

#include "control/handlers.h"
#include "control/view.h"
#include "store/audit.h"
#include "store/deliveries.h"

struct records {
        struct view view;
        struct answer answer;
        struct page page;
        size_t n;
};

static void records_clear(struct records *records)
{
        answer_clear(&records->answer);
}

static int take_delivery(void *userdata, const struct delivery_record *record)
{
        struct records *records = userdata;

        if (records->n == records->page.limit)
                return PAGE_FULL;
        records->n++;
        view_delivery(&records->view, record);
        return 0;
}

static int take_event(void *userdata, const struct audit_record *record)
{
        struct records *records = userdata;

        if (records->n == records->page.limit)
                return PAGE_FULL;
        records->n++;
        view_event(&records->view, record);
        return 0;
}

/* The page that is asked for; *ret_limit is one more than it has, which tells whether there is another. */
static int begin(struct records *records, sd_bus_message *call, size_t *ret_offset, size_t *ret_limit,
                 sd_bus_error *error)
{
        int r = argument_page(call, PAGE_MAX, &records->page, error);

        if (r < 0)
                return r;
        *ret_offset = records->page.offset;
        *ret_limit = records->page.limit + 1;
        records->answer = answer_to(call);
        answer_begin_list(&records->answer);
        return 0;
}

/* `r` is what the visit came to. */
static int finish(struct records *records, int r, sd_bus_error *error)
{
        if (r < 0)
                return control_trouble(records->view.control, r, error);
        answer_end_list(&records->answer);
        answer_next(&records->answer, r == PAGE_FULL ? records->page.offset + records->n : 0);
        return answer_send(&records->answer);
}

static int read_delivery_filter(sd_bus_message *call, const struct control *control, struct delivery_filter *ret,
                                sd_bus_error *error)
{
        const char *state = NULL, *agency = NULL;
        const struct filter_key keys[] = {{"state", &state}, {"agency", &agency}};
        enum delivery_state wanted;
        int r = argument_filter(call, keys, ELEMENTS(keys), error);

        if (r >= 0 && agency)
                r = argument_agency(control, agency, error);
        if (r < 0)
                return r;
        *ret = (struct delivery_filter){.state = -1, .agency = agency};
        if (!state)
                return 0;
        if (delivery_state_parse(state, &wanted) < 0)
                return sd_bus_error_set(
                        error, ERROR_INVALID,
                        "no such state; there are queued, sending, sent, failed, cancelled and bounced");
        ret->state = (int)wanted;
        return 0;
}

int handle_deliveries(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct records CLEANUP(records_clear) records = {0};
        struct delivery_filter filter;
        int r = read_delivery_filter(call, userdata, &filter, error);

        records.view = view_now(userdata, &records.answer);
        if (r >= 0)
                r = begin(&records, call, &filter.offset, &filter.limit, error);
        if (r < 0)
                return r;
        r = store_each_delivery(records.view.engine->store, &filter, take_delivery, &records);
        return finish(&records, r, error);
}

static int read_log_filter(sd_bus_message *call, const struct control *control, struct reference *name,
                           struct audit_filter *ret, sd_bus_error *error)
{
        const char *item = NULL, *agency = NULL, *since = NULL;
        const struct filter_key keys[] = {{"item", &item}, {"agency", &agency}, {"since", &since}};
        civil_day day;
        int r = argument_filter(call, keys, ELEMENTS(keys), error);

        if (r >= 0 && item)
                r = argument_item_of_any_plan(control, item, name, error);
        if (r >= 0 && agency)
                r = argument_agency(control, agency, error);
        if (r >= 0 && since)
                r = argument_date(control, since, DATE_PAST, &day, error);
        if (r < 0)
                return r;
        *ret = (struct audit_filter){.agency = agency, .since_ms = since ? clock_instant(wall_at(day, 0)) : 0};
        if (item) {
                ret->plan = *name->plan ? name->plan : NULL;
                ret->item = name->item;
                ret->key = reference_key(name);
        }
        return 0;
}

int handle_log(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct records CLEANUP(records_clear) records = {0};
        struct audit_filter filter;
        struct reference name;
        int r = read_log_filter(call, userdata, &name, &filter, error);

        records.view = view_now(userdata, &records.answer);
        if (r >= 0)
                r = begin(&records, call, &filter.offset, &filter.limit, error);
        if (r < 0)
                return r;
        r = store_each_audit(records.view.engine->store, &filter, take_event, &records);
        return finish(&records, r, error);
}

static int take_claim(void *userdata, const struct claim_record *record)
{
        struct records *records = userdata;

        if (records->n == records->page.limit)
                return PAGE_FULL;
        records->n++;
        view_claim(&records->view, record);
        return 0;
}

static int read_claim_filter(sd_bus_message *call, const struct control *control, struct claim_filter *ret,
                             sd_bus_error *error)
{
        const char *state = NULL, *agency = NULL;
        const struct filter_key keys[] = {{"state", &state}, {"agency", &agency}};
        int r = argument_filter(call, keys, ELEMENTS(keys), error);

        if (r >= 0 && agency)
                r = argument_agency(control, agency, error);
        if (r < 0)
                return r;
        *ret = (struct claim_filter){.state = -1, .agency = agency};
        for (int i = 0; state && i < CLAIM_STATES; i++)
                if (strcmp(claim_state_name((enum claim_state)i), state) == 0)
                        ret->state = i;
        if (state && ret->state < 0)
                return sd_bus_error_set(error, ERROR_INVALID,
                                        "no such state; there are open, confirmed, rejected, granted and overtaken");
        return 0;
}

int handle_claims(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct records CLEANUP(records_clear) records = {0};
        struct claim_filter filter;
        int r = read_claim_filter(call, userdata, &filter, error);

        records.view = view_now(userdata, &records.answer);
        if (r >= 0)
                r = begin(&records, call, &filter.offset, &filter.limit, error);
        if (r < 0)
                return r;
        r = store_each_claim(records.view.engine->store, &filter, take_claim, &records);
        return finish(&records, r, error);
}
