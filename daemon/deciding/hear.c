/* Hearing: what comes back by mail is judged and recorded, each mail once. */
#include "deciding/hear.h"

#include <errno.h>
#include <string.h>

#include "addressing/failure.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "base/utf8.h"
#include "core/answer.h"
#include "core/mail-token.h"
#include "deciding/decision-private.h"
#include "store/attempts.h"
#include "store/heard.h"

struct hearing {
        struct engine *engine;
        const struct heard *heard;
        int64_t now_ms;
        struct delivery_record delivery; /* that it is about */
        size_t n_named;                  /* so many of ours; then `delivery` is the nearest */
        bool named_otherwise;            /* and its token names another one */
        bool bounced;                    /* it has, by this */
        struct obligation_record record; /* what it is the agency's word on; id 0: on nothing */
        const char *said;                /* "claim" or "request" */
};

static void hearing_clear(struct hearing *hearing)
{
        delivery_record_clear(&hearing->delivery);
        obligation_record_clear(&hearing->record);
}

static int find_by_references(struct hearing *hearing)
{
        const struct heard *heard = hearing->heard;
        char ids[HEARD_REFERENCES_MAX][DELIVERY_ID_SIZE];

        for (size_t i = 0; i < heard->n_references; i++) {
                struct delivery_record CLEANUP(delivery_record_clear) record = {0};
                size_t same = 0;
                int r;

                if (!heard_delivery_id(heard->references[i], ids[hearing->n_named]))
                        continue;
                while (strcmp(ids[same], ids[hearing->n_named]) != 0)
                        same++;
                r = same < hearing->n_named ? STORE_NONE
                                            : store_get_delivery(hearing->engine->store, ids[same], &record);
                if (r < 0)
                        return r;
                if (r == STORE_NONE || record.channel.kind != CHANNEL_MAIL)
                        continue;
                if (hearing->n_named++ == 0) {
                        hearing->delivery = record;
                        record = (struct delivery_record){0};
                }
        }
        return 0;
}

/* What the references name, or a token. Where both do, and not the same, neither is believed. */
static int find_by_token(struct hearing *hearing)
{
        struct delivery_record CLEANUP(delivery_record_clear) record = {0};
        const char *token = hearing->heard->token;
        int64_t number = token ? mail_token_number(token) : 0;
        int r = number != 0 ? store_get_delivery_numbered(hearing->engine->store, number, &record) : STORE_NONE;

        if (r < 0)
                return r;
        if (r == STORE_NONE || record.channel.kind != CHANNEL_MAIL || !mail_token_is_of(token, number, record.id))
                return 0;
        if (hearing->n_named > 0) {
                hearing->named_otherwise = strcmp(record.id, hearing->delivery.id) != 0;
                return 0;
        }
        hearing->n_named = 1;
        hearing->delivery = record;
        record = (struct delivery_record){0};
        return 0;
}

/* ---- bounces ---- */

static int bounce(struct hearing *hearing, const char *words)
{
        struct delivery_record *delivery = &hearing->delivery;
        bool first;
        int r = store_bounce_delivery(hearing->engine->store, delivery->number, words, hearing->now_ms, &first);

        if (r != 0)
                return r < 0 ? r : -ENOENT;
        delivery->state = DELIVERY_BOUNCED;
        hearing->bounced = true;
        return first ? failure_tell(hearing->engine, delivery, words, hearing->now_ms) : 0;
}

static int hear_bounce(struct hearing *hearing)
{
        struct delivery_record *delivery = &hearing->delivery;
        enum heard_outcome outcome =
                heard_judge_bounce(hearing->heard, hearing->n_named + hearing->named_otherwise, delivery->state);
        char *CLEANUP_FREE words = NULL;
        int r;

        if (outcome == HEARD_REVIEW)
                return HEARD_REVIEW;
        if (delivery->state == DELIVERY_SENDING)
                return -EAGAIN;
        words = heard_words(hearing->heard, delivery->address);
        if (!words)
                return -ENOMEM;
        if (outcome == HEARD_RECORDED)
                r = bounce(hearing, words);
        else
                r = store_remark_delivery(hearing->engine->store, delivery->number, words);
        free(delivery->answer);
        delivery->answer = TAKE_PTR(words);
        return r < 0 ? r : (int)outcome;
}

static void say_bounce(const struct hearing *hearing)
{
        const struct delivery_record *delivery = &hearing->delivery;
        const struct journal_fields fields = {
                .agency = delivery->agency,
                .delivery = delivery->id,
                .kind = kind_name(delivery->kind),
                .channel = channel_kind_name(delivery->channel.kind),
                .attempt = delivery->attempts,
        };

        journal_say(&hearing->engine->journal, EVENT_DELIVERY_BOUNCED, &fields,
                    "Came back: %s to %s (%s): %s; when the address is put right: reminderctl retry %s", fields.kind,
                    delivery->address, delivery->agency, delivery->answer, delivery->id);
        engine_tell_finished(hearing->engine, delivery, delivery->answer);
}

/* ---- answers ---- */

/* What the delivery was about; the one obligation of the agency is in hearing->record. */
static int find_obligation(struct hearing *hearing, struct heard_answer *answer)
{
        struct store *store = hearing->engine->store;
        struct notice_record notices[MESSAGE_NOTICES_MAX];
        int n = store_delivery_notices(store, hearing->delivery.number, notices, MESSAGE_NOTICES_MAX),
            r = n < 0 ? n : 0;

        for (int i = 0; i < n; i++) {
                struct obligation_record CLEANUP(obligation_record_clear) record = {0};

                if (r == 0 && notices[i].obligation_id != 0 && notices[i].obligation_id != hearing->record.id)
                        r = store_get_obligation(store, notices[i].obligation_id, &record);
                answer->of_more |= notices[i].obligation_id == 0;
                if (record.id != 0 && strcmp(record.agency, hearing->delivery.agency) != 0)
                        answer->of_more = true;
                else if (record.id != 0 && answer->n_obligations++ == 0) {
                        hearing->record = record;
                        record = (struct obligation_record){0};
                }
                notice_record_clear(&notices[i]);
        }
        return r < 0 ? r : 0;
}

/* In the log, where the head finds what was not the agency's word for certain. */
static int note_answer(const struct hearing *hearing, const struct change *change)
{
        struct obligation_record about = {0};

        memcpy(about.agency, hearing->delivery.agency, sizeof(about.agency));
        return decision_audit(change, hearing->record.id != 0 ? &hearing->record : &about, "answer", change->text);
}

static int claim(struct hearing *hearing, const struct change *change, const struct answer_meaning *answer)
{
        const struct heard *heard = hearing->heard;
        struct decision_result CLEANUP(decision_result_clear) result = {0};
        const struct claim claim = {
                .on = heard_day(heard->date_ms ? wall_day(clock_wall(heard->date_ms)) : CIVIL_NONE,
                                wall_day(clock_wall(hearing->delivery.made_ms)), change->today),
                .until = answer->verdict == ANSWER_REQUEST ? answer->until : CIVIL_NONE,
                .channel = CLAIM_BY_MAIL,
        };
        struct change claiming = *change;
        int r;

        claiming.claim = &claim;
        claiming.day = claim_is_request(&claim) ? claim.until : claim.on;
        r = decide_claim_one(&claiming, &hearing->record, false, &result);
        if (r == 0)
                hearing->said = claim_kind_name(&claim);
        return r;
}

/* What the rules do not allow is for a person, as what cannot be made out is. */
static int take_word(struct hearing *hearing, const struct change *change)
{
        const struct config *config = engine_config(hearing->engine);
        struct answer_meaning answer;
        int r;

        answer_read(hearing->heard->text ? hearing->heard->text : "", config->answer_words, change->today,
                    hearing->record.due, &answer);
        if (answer.verdict == ANSWER_PERSON || (answer.verdict == ANSWER_REQUEST && answer.until == CIVIL_NONE))
                return HEARD_REVIEW;
        r = claim(hearing, change, &answer);
        return r < 0 ? r : r > 0 ? HEARD_REVIEW : HEARD_RECORDED;
}

static int hear_answer(struct hearing *hearing)
{
        const struct heard *heard = hearing->heard;
        const struct roster *roster = &engine_config(hearing->engine)->roster;
        size_t agency = roster_find(roster, hearing->delivery.agency);
        struct heard_answer answer = {
                .n_named = hearing->n_named,
                .of_another = hearing->named_otherwise,
                .is_theirs = heard->from && agency != ROSTER_NONE &&
                             agency_has_mailbox(&roster->agencies[agency], heard->from),
        };
        char *CLEANUP_FREE text = text_line(heard->text ? heard->text : "");
        const struct decider sender = {.name = heard->from ? heard->from : "", .uid = -1};
        struct change change = {.engine = hearing->engine, .decider = &sender, .text = text};
        int outcome, r = text ? find_obligation(hearing, &answer) : -ENOMEM;

        if (r < 0)
                return r;
        text[utf8_fit(text, strlen(text), DECISION_TEXT_MAX)] = '\0';
        decision_begin(&change);
        outcome = (int)heard_judge_answer(heard, &answer);
        if (outcome == HEARD_RECORDED)
                outcome = take_word(hearing, &change);
        if (outcome == HEARD_REVIEW && hearing->n_named > 0)
                r = note_answer(hearing, &change);
        return r < 0 ? r : outcome;
}

static void say_word(const struct hearing *hearing)
{
        const struct obligation_record *record = &hearing->record;

        journal_say(&hearing->engine->journal, EVENT_DECISION,
                    &(struct journal_fields){.plan = record->plan, .item = record->item, .agency = record->agency},
                    "%s answered by mail: %s, %s for %s", hearing->heard->from, hearing->said, record->item,
                    record->agency);
        engine_tell_changed(hearing->engine, record);
}

/* ---- any mail ---- */

static int judge(struct hearing *hearing)
{
        int r = find_by_references(hearing);

        if (r == 0)
                r = find_by_token(hearing);
        if (r < 0)
                return r;
        switch (hearing->heard->class) {
        case HEARD_BOUNCE:
        case HEARD_DELAYED:
                return hear_bounce(hearing);
        case HEARD_ANSWER:
                return hear_answer(hearing);
        default:
                return HEARD_IGNORED;
        }
}

static int record(struct hearing *hearing)
{
        struct store *CLEANUP_TRANSACTION store = hearing->engine->store;
        const char *origin = hearing->heard->origin;
        enum heard_outcome outcome;
        int r = store_begin(store);

        if (r == 0)
                r = store_find_heard(store, origin, &outcome);
        if (r == 0)
                return outcome == HEARD_REVIEW ? HEARD_REVIEW : HEARD_KNOWN;
        if (r == STORE_NONE)
                r = judge(hearing);
        if (r < 0)
                return r;
        outcome = (enum heard_outcome)r;
        r = store_add_heard(store, origin, outcome, hearing->now_ms);
        if (r == 0)
                r = store_forget_heard(store, hearing->now_ms - INT64_C(1000) * HEARD_KEPT_DAYS * DAY_SECONDS);
        if (r == 0)
                r = store_commit(store);
        return r < 0 ? r : (int)outcome;
}

int hear(struct engine *engine, const struct heard *heard)
{
        struct hearing CLEANUP(hearing_clear)
                hearing = {.engine = engine, .heard = heard, .now_ms = clock_now(&engine->clock)};
        int r = record(&hearing);

        if (r >= 0 && hearing.bounced)
                say_bounce(&hearing);
        if (r >= 0 && hearing.said)
                say_word(&hearing);
        return r;
}
