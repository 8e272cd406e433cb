/* A message as it would read now; nothing is sent. */
#include <string.h>

#include "content/facts.h"
#include "control/handlers.h"
#include "control/view.h"
#include "reminding/weekly.h"
#include "store/obligation-list.h"

#define PREVIEW_LOOK_MAX 500 /* occurrences of one item: daily for a year, and some to spare */

struct pick {
        struct obligation_record record;
        bool found, open;
};

static void pick_clear(struct pick *pick)
{
        obligation_record_clear(&pick->record);
}

/* Of several occurrences the first that is still open is meant, else the last. */
static int note_id(void *userdata, const struct obligation_record *record)
{
        struct pick *pick = userdata;

        pick->found = true;
        pick->open = record->obligation.status == OBLIGATION_OPEN;
        pick->record.id = record->id;
        return pick->open;
}

static int find(const struct control *control, const struct reference *name, const char *agency, struct pick *pick,
                sd_bus_error *error)
{
        struct store *store = control_engine(control)->store;
        const struct obligation_filter filter = {
                .plan = name->plan,
                .item = name->item,
                .key = reference_key(name),
                .agency = agency,
                .limit = PREVIEW_LOOK_MAX,
        };
        char text[REFERENCE_TEXT_SIZE];
        int r = store_each_obligation(store, &filter, note_id, pick);

        if (r >= 0 && !pick->found)
                return sd_bus_error_setf(error, ERROR_NOT_FOUND, "%s does not owe %s", agency,
                                         reference_format(name->plan, name->item, name->key, text));
        if (r >= 0)
                r = store_get_obligation(store, pick->record.id, &pick->record);
        return r < 0 ? control_trouble(control, r, error) : 0;
}

/* A digest that leaves on the morning of a reminder is within it, where there is something new to say by then: what the
 * days until then bring is not known yet. */
static int may_hold_digest(struct engine *engine, const struct letter *letter, bool *ret)
{
        wall_time digest;
        int r = weekly_next(engine, &digest);

        *ret = r == 0 && !letter->has_digest && kind_reminds(letter->kind) && letter->now == digest &&
               digest > clock_wall(clock_now(&engine->clock));
        return r;
}

static int reply(sd_bus_message *call, const struct letter *letter, const struct composed_mail *mail, bool digest)
{
        struct answer CLEANUP(answer_clear) answer = answer_to(call);

        answer_begin(&answer);
        answer_text(&answer, "kind", kind_name(letter->kind));
        answer_text(&answer, "agency", letter->agency);
        answer_text(&answer, "subject", mail->subject);
        answer_text(&answer, "text", mail->text);
        answer_text(&answer, "html", mail->html);
        answer_text(&answer, "calendar", mail->calendars ? mail->calendars[0] : NULL);
        answer_bool(&answer, "may_hold_digest", digest);
        answer_end(&answer);
        return answer_send(&answer);
}

int handle_preview(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        const struct control *control = userdata;
        struct engine *engine = control_engine(control);
        struct pick CLEANUP(pick_clear) pick = {0};
        struct message *CLEANUP(message_unref_p) message = NULL;
        const struct composed_mail *mail;
        const char *item, *agency, *kind_word;
        enum notice_kind kind = KIND_COUNT;
        struct reference name;
        bool digest = false;
        int r = sd_bus_message_read(call, "sss", &item, &agency, &kind_word);

        if (r >= 0)
                r = argument_item(control, item, agency, obligation_may_waive, &name, error);
        if (r >= 0)
                r = argument_agency(control, agency, error);
        if (r < 0)
                return r;
        if (*kind_word && kind_parse(kind_word, &kind) < 0)
                return sd_bus_error_set(error, ERROR_INVALID,
                                        "no such kind; there are advance, due, overdue, escalation, fix_date, "
                                        "date_set, date_cleared, observance, snoozed, completed, waived, withdrawn, "
                                        "reopened, claimed, request_answered, digest, failure, bounced and test");
        r = find(control, &name, agency, &pick, error);
        if (r < 0)
                return r;
        r = facts_preview(engine, &pick.record, kind, &message);
        if (r == GATHER_NOTHING)
                return sd_bus_error_setf(error, ERROR_REFUSED,
                                         "there is nothing to say of that kind about %s for %s now; try --kind",
                                         pick.record.item, agency);
        if (r == GATHER_DONE)
                r = message_mail(message, &mail);
        if (compose_refusal(r))
                return sd_bus_error_set(error, ERROR_REFUSED, compose_refusal(r));
        if (r != GATHER_DONE)
                return control_trouble(control, r, error);
        r = may_hold_digest(engine, message_letter(message), &digest);
        if (r < 0)
                return control_trouble(control, r, error);
        return reply(call, message_letter(message), mail, digest);
}
