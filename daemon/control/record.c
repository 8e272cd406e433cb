/* A list of what came in, recorded as done: its rows are looked up, each that is wrong is named, and all is decided in
 * one transaction. */
#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "control/arguments.h"
#include "control/handlers.h"
#include "control/outcome.h"
#include "control/view.h"

#define ROWS_MAX 4000  /* what a block hands in within a year; some seconds of work */
#define AGENCY_MAX 300 /* bytes of a name that is repeated in an error */

struct refused_row {
        size_t row;
        char *why;
};

struct list {
        const struct control *control;
        struct record_entry *entries;
        size_t *rows; /* of each entry, its row */
        size_t n, room, room_rows;
        struct refused_row *refused;
        size_t n_refused, room_refused;
        int error; /* 0 or -ENOMEM */
        struct decision_result result;
};

static void list_clear(struct list *list)
{
        for (size_t i = 0; i < list->n_refused; i++)
                free(list->refused[i].why);
        free(list->refused);
        free(list->rows);
        free(list->entries);
        decision_result_clear(&list->result);
}

static void refuse_row(struct list *list, size_t row, const char *why)
{
        char *copy = strdup(why);

        if (!copy || ARRAY_GROW(list->refused, list->n_refused, list->room_refused) < 0) {
                free(copy);
                list->error = -ENOMEM;
                return;
        }
        list->refused[list->n_refused++] = (struct refused_row){row, copy};
}

static void refuse_entry(void *userdata, size_t i, const char *why)
{
        struct list *list = userdata;

        refuse_row(list, list->rows[i], why);
}

/* ---- rows ---- */

struct row {
        const char *item, *agency, *date, *note;
};

/* By id or by name. *ret is borrowed. */
static int find_agency(const struct control *control, const char *text, const char **ret, sd_bus_error *error)
{
        const struct roster *roster = &engine_config(control_engine(control))->roster;
        size_t found = roster_find_named(roster, text);

        if (found != ROSTER_NONE)
                *ret = roster->agencies[found].id;
        else if (id_valid(text))
                *ret = text;
        else if (!*text || strlen(text) > AGENCY_MAX || !text_is_line(text))
                return sd_bus_error_set(error, ERROR_INVALID, "no agency is named; write its id or its name");
        else
                return sd_bus_error_setf(error, ERROR_NOT_FOUND,
                                         "no agency, or more than one, is called \"%s\"; write its id, or its name as "
                                         "agencies.conf has it",
                                         text);
        return argument_agency(control, *ret, error);
}

static int look_up(const struct control *control, const struct row *row, struct record_entry *entry,
                   sd_bus_error *error)
{
        int r = find_agency(control, row->agency, &entry->scope.agency, error);

        if (r >= 0)
                r = argument_item(control, row->item, entry->scope.agency, obligation_may_waive, &entry->scope.item,
                                  error);
        if (r >= 0 && !*row->date)
                r = sd_bus_error_set(error, ERROR_INVALID,
                                     "no date; write the day on which it came in, or take the row out");
        if (r >= 0)
                r = argument_date(control, row->date, DATE_PAST, &entry->on, error);
        entry->note = *row->note ? row->note : NULL;
        return r;
}

static int add_entry(struct list *list, size_t i, const struct record_entry *entry)
{
        int r = ARRAY_GROW(list->entries, list->n, list->room);

        if (r >= 0)
                r = ARRAY_GROW(list->rows, list->n, list->room_rows);
        if (r < 0)
                return r;
        list->rows[list->n] = i;
        list->entries[list->n++] = *entry;
        return 0;
}

static int take_row(struct list *list, size_t i, const struct row *row)
{
        sd_bus_error error = SD_BUS_ERROR_NULL;
        struct record_entry entry = {0};
        int r = look_up(list->control, row, &entry, &error);

        if (r >= 0)
                r = add_entry(list, i, &entry);
        else if (sd_bus_error_is_set(&error)) {
                refuse_row(list, i, error.message);
                r = list->error;
        }
        sd_bus_error_free(&error);
        return r;
}

static int read_rows(sd_bus_message *call, struct list *list, sd_bus_error *error)
{
        int r = sd_bus_message_enter_container(call, SD_BUS_TYPE_ARRAY, "(ssss)");
        struct row row;

        for (size_t i = 0;
             r >= 0 && (r = sd_bus_message_read(call, "(ssss)", &row.item, &row.agency, &row.date, &row.note)) > 0; i++)
                r = i < ROWS_MAX ? take_row(list, i, &row)
                                 : sd_bus_error_setf(error, ERROR_INVALID, "a list has at most %d rows", ROWS_MAX);
        if (r >= 0)
                r = sd_bus_message_exit_container(call);
        if (r >= 0 && list->n + list->n_refused == 0)
                r = sd_bus_error_set(error, ERROR_INVALID, "the list has no rows");
        return r;
}

/* ---- the method ---- */

static int compare_rows(const void *a, const void *b)
{
        const struct refused_row *one = a, *other = b;

        return one->row < other->row ? -1 : one->row > other->row;
}

static int reply(struct control *control, sd_bus_message *call, struct list *list)
{
        struct answer CLEANUP(answer_clear) answer = answer_to(call);
        const struct view view = view_now(control, &answer);
        int r = view_list_changed(&view, &list->result);

        if (r < 0)
                return r;
        if (list->n_refused > 0)
                qsort(list->refused, list->n_refused, sizeof(*list->refused), compare_rows);
        answer_begin_list(&answer);
        for (size_t i = 0; i < list->n_refused; i++) {
                answer_begin(&answer);
                answer_count(&answer, "row", list->refused[i].row);
                answer_text(&answer, "text", list->refused[i].why);
                answer_end(&answer);
        }
        answer_end_list(&answer);
        return answer_send(&answer);
}

int handle_record(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct control *control = userdata;
        struct list CLEANUP(list_clear) list = {.control = control};
        int dry_run = false, quiet = false;
        const struct truth_key truths[] = {{"dry-run", &dry_run}, {"quiet", &quiet}};
        struct record record;
        struct decider decider;
        bool kept;
        int r = read_rows(call, &list, error);

        if (r >= 0)
                r = argument_details(call, NULL, 0, truths, ELEMENTS(truths), error);
        if (r >= 0)
                r = outcome_decider(control, call, &decider);
        if (r < 0)
                return r;
        kept = !dry_run && list.n_refused == 0;
        record = (struct record){
                .entries = list.entries,
                .n = list.n,
                .dry_run = !kept,
                .quiet = quiet,
                .refused = refuse_entry,
                .userdata = &list,
        };
        r = decide_record(control_engine(control), &decider, &record, &list.result);
        if (r >= 0)
                r = list.error;
        if (r < 0)
                return control_trouble(control, r, error);
        if (list.n_refused > 0)
                decision_result_clear(&list.result);
        else if (kept)
                r = outcome_settle(control, DECIDED, &list.result, error);
        return r < 0 ? r : reply(control, call, &list);
}
