/* A forecast: the engine itself, over an excerpt of the store, in virtual time and in small slices. */
#include "control/forecast.h"

#include <errno.h>
#include <string.h>

#include "control/answer.h"
#include "control/arguments.h"
#include "control/handlers.h"
#include "engine/outlook.h"

#define FORECAST_DAYS_DEFAULT 30
#define FORECAST_DAYS_MAX 800      /* this plan's year and the next */
#define FORECAST_ROUNDS_MAX 200000 /* steps: a bound, far above what two years of a million obligations need */
#define FORECAST_SLICE_MS 20       /* the loop is never away for longer than this and one step */

struct forecast {
        struct control *control;
        struct forecast **place; /* of control's, while it is under way */
        sd_bus_message *call;
        sd_event_source *slice;
        struct outlook *outlook;
        struct answer answer;
        int64_t from_ms;
        civil_day last;
        char agency[ID_SIZE]; /* "": all */
        struct page page;
        uint64_t seen; /* messages of the period so far, of the agency */
        unsigned rounds;
};

static void forecast_free(struct forecast *forecast)
{
        sd_event_source_disable_unref(forecast->slice);
        outlook_free(forecast->outlook);
        answer_clear(&forecast->answer);
        sd_bus_message_unref(forecast->call);
        free(forecast);
}

DEFINE_CLEANUP(struct forecast *, forecast_free, forecast_free)

/* Where one more can be kept while it is under way; NULL: nowhere. */
static struct forecast **free_place(struct control *control)
{
        for (size_t i = 0; i < FORECASTS_MAX; i++)
                if (!control->forecasts[i])
                        return &control->forecasts[i];
        return NULL;
}

void forecast_end_all(struct control *control)
{
        for (size_t i = 0; i < FORECASTS_MAX; i++) {
                if (control->forecasts[i])
                        forecast_free(control->forecasts[i]);
                control->forecasts[i] = NULL;
        }
}

/* ---- what is sent ---- */

/* The names of all items that a letter is about: its entries, or the lists of a digest by itself. */
static int name_items(struct answer *answer, const struct letter *letter)
{
        int sections = letter->kind == KIND_DIGEST ? DIGEST_SECTIONS : 0;
        size_t room = letter->n_entries, n = 0;
        char(*CLEANUP_FREE names)[REFERENCE_TEXT_SIZE] = NULL;
        const char **CLEANUP_FREE pointers = NULL;

        for (int s = 0; s < sections; s++)
                room += letter->n_sections[s];
        names = calloc(room + 1, sizeof(*names));
        pointers = calloc(room + 1, sizeof(*pointers));
        if (!names || !pointers)
                return -ENOMEM;
        for (int s = -1; s < sections; s++) {
                const struct letter_entry *entries = s < 0 ? letter->entries : letter->sections[s];
                size_t count = s < 0 ? letter->n_entries : letter->n_sections[s];

                for (size_t k = 0; k < count; k++)
                        if (*entries[k].item) {
                                pointers[n] = reference_format("", entries[k].item, entries[k].occurrence, names[n]);
                                n++;
                        }
        }
        answer_strings(answer, "items", pointers, n);
        return 0;
}

static const char *plan_of(const struct letter *letter)
{
        if (letter->n_entries > 0)
                return letter->entries[0].plan;
        for (int s = 0; s < DIGEST_SECTIONS; s++)
                if (letter->n_sections[s] > 0)
                        return letter->sections[s][0].plan;
        return letter->n_matrices > 0 && letter->matrices[0].n_rows > 0 ? letter->matrices[0].rows[0].plan : NULL;
}

static void on_leaving(void *self, const struct delivery_record *delivery, const struct letter *letter,
                       const char *subject)
{
        struct forecast *forecast = self;
        struct answer *answer = &forecast->answer;

        if (letter->now_epoch * 1000 < forecast->from_ms ||
            (*forecast->agency && strcmp(forecast->agency, delivery->agency) != 0))
                return;
        forecast->seen++;
        if (forecast->seen <= forecast->page.offset || forecast->seen > forecast->page.offset + forecast->page.limit)
                return;
        answer_begin(answer);
        answer_moment(answer, "time", letter->now_epoch * 1000);
        answer_text(answer, "kind", kind_name(delivery->kind));
        answer_text(answer, "channel", channel_kind_name(delivery->channel.kind));
        answer_text(answer, "agency", delivery->agency);
        answer_text(answer, "address", delivery->address);
        answer_text(answer, "plan", plan_of(letter));
        if (name_items(answer, letter) < 0)
                answer->error = -ENOMEM;
        answer_text(answer, "subject", subject);
        answer_end(answer);
}

/* ---- slices ---- */

static bool is_full(const struct forecast *forecast)
{
        return forecast->seen > forecast->page.offset + forecast->page.limit || forecast->rounds >= FORECAST_ROUNDS_MAX;
}

/* An enum outlook_outcome or an error. */
static int play(struct forecast *forecast)
{
        const struct clock real = {0};
        int64_t until = clock_now(&real) + FORECAST_SLICE_MS;
        int r = OUTLOOK_GOES_ON;

        while (r == OUTLOOK_GOES_ON && !is_full(forecast) && clock_now(&real) < until) {
                forecast->rounds++;
                r = outlook_step(forecast->outlook);
        }
        return is_full(forecast) && r == OUTLOOK_GOES_ON ? OUTLOOK_OVER : r;
}

static void finish(struct forecast *forecast, int r)
{
        uint64_t through = forecast->page.offset + forecast->page.limit;

        answer_end_list(&forecast->answer);
        answer_next(&forecast->answer, forecast->seen > through ? through : 0);
        if (r >= 0)
                r = answer_send(&forecast->answer);
        if (r < 0)
                (void)sd_bus_reply_method_errorf(forecast->call, SD_BUS_ERROR_FAILED, "the forecast ended early: %s",
                                                 strerror(-r));
        *forecast->place = NULL;
        forecast_free(forecast);
}

static int on_slice(sd_event_source *source, void *userdata)
{
        struct forecast *forecast = userdata;
        int r = play(forecast);

        if (r == OUTLOOK_GOES_ON)
                return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        finish(forecast, r);
        return 0;
}

/* ---- the call ---- */

static int read_period(sd_bus_message *call, struct forecast *forecast, sd_bus_error *error)
{
        const struct control *control = forecast->control;
        civil_day today = control_today(control), first = today, last;
        const char *from, *to, *agency;
        int r = sd_bus_message_read(call, "sss", &from, &to, &agency);

        if (r >= 0 && *from)
                r = argument_date(control, from, DATE_COMING, &first, error);
        last = (first > today ? first : today) + FORECAST_DAYS_DEFAULT;
        if (r >= 0 && *to)
                r = argument_date(control, to, DATE_COMING, &last, error);
        if (r >= 0 && *agency)
                r = argument_agency(control, agency, error);
        if (r >= 0)
                r = argument_page(call, PAGE_MAX, &forecast->page, error);
        if (r < 0)
                return r;
        if (last < first || last < today)
                return sd_bus_error_set(error, ERROR_INVALID,
                                        "the period is over or ends before it begins; a forecast looks ahead, "
                                        "reminderctl deliveries back");
        if (last > today + FORECAST_DAYS_MAX)
                return sd_bus_error_setf(error, ERROR_INVALID, "a forecast reaches %d days ahead at most",
                                         FORECAST_DAYS_MAX);
        forecast->from_ms = clock_instant(wall_at(first, 0));
        forecast->last = last;
        snprintf(forecast->agency, sizeof(forecast->agency), "%s", agency);
        return 0;
}

int handle_forecast(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct forecast *CLEANUP(forecast_free_p) forecast = NULL;
        struct control *control = userdata;
        struct forecast **place = free_place(control);
        int r;

        if (!place)
                return sd_bus_error_set(error, ERROR_REFUSED,
                                        "other forecasts are being computed; try again in a moment");
        forecast = calloc(1, sizeof(*forecast));
        if (!forecast)
                return -ENOMEM;
        forecast->control = control;
        r = read_period(call, forecast, error);
        if (r < 0)
                return r;
        forecast->answer = answer_to(call);
        answer_begin_list(&forecast->answer);
        r = outlook_new(control_engine(control), forecast->last, *forecast->agency ? forecast->agency : NULL,
                        &(struct engine_observer){.leaving = on_leaving, .self = forecast}, &forecast->outlook);
        if (r >= 0)
                r = sd_event_add_defer(control->event, &forecast->slice, on_slice, forecast);
        if (r >= 0)
                r = sd_event_source_set_priority(forecast->slice, SD_EVENT_PRIORITY_IDLE);
        if (r < 0)
                return control_trouble(control, r, error);
        forecast->call = sd_bus_message_ref(call);
        forecast->place = place;
        *place = TAKE_PTR(forecast);
        return 1;
}
