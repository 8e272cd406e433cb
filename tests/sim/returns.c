/* What comes back by mail: bounces, delays, answers of agencies, of strangers and of machines, and each of them more
 * than once. Only a bounce and an agency's own plain word change anything, and they do so once. */
#include "sim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "deciding/hear.h"
#include "store/heard.h"

#define NOTICES_MAX 100

static const struct decider clerk = {"clerk", 1000};

enum { BOUNCE, GIVEN_UP, DELAY, CLAIM, REQUEST, MUTTER, FORGED, STRANGE, MACHINE };
static const char *const names[] = {
        [BOUNCE] = "a bounce",
        [GIVEN_UP] = "what a server gave up",
        [DELAY] = "a delay",
        [CLAIM] = "a claim",
        [REQUEST] = "a request",
        [MUTTER] = "an unclear answer",
        [FORGED] = "a forged claim",
        [STRANGE] = "a stranger's claim",
        [MACHINE] = "a machine's answer",
};

static bool is_report(const struct returned *mail)
{
        return mail->kind == BOUNCE || mail->kind == GIVEN_UP || mail->kind == DELAY;
}

/* Whether it can be told which message it is about. */
static bool is_named(const struct returned *mail)
{
        return mail->named == BY_REFERENCE || mail->named == BY_TOKEN || mail->named == BY_BOTH;
}

/* ---- what is to come of it ---- */

/* The day of a claim: not before the message that it answers, not later than today. */
static civil_day claimed_day(const struct sim *sim, const struct returned *mail, const struct delivery_record *delivery)
{
        civil_day today = sim_today(sim), sent = wall_day(clock_wall(delivery->made_ms));

        if (mail->written == CIVIL_NONE || mail->written > today)
                return today;
        return mail->written < sent ? sent : mail->written;
}

/* The one thing that a delivery is about: what was stopped while it was on the wire is for a person. */
static struct duty *sole_duty(struct sim *sim, const struct delivery_record *delivery)
{
        struct notice_record notices[NOTICES_MAX];
        int about = outside_log(sim, delivery->id)->about,
            n = store_delivery_notices(sim_store(sim), delivery->number, notices, NOTICES_MAX);

        for (int i = 0; i < n; i++)
                notice_record_clear(&notices[i]);
        return n > 0 && about > 0 ? &sim->duties[about - 1] : NULL;
}

static enum heard_outcome expect_word(struct sim *sim, const struct returned *mail,
                                      const struct delivery_record *delivery)
{
        const struct duty *duty = sole_duty(sim, delivery);

        if (!duty || !checker_is_mailbox(sim, delivery->agency, mail->from))
                return HEARD_REVIEW;
        return rules_may(&sim->rules, duty, &mail->act, sim_today(sim)) == ALLOWED ? HEARD_RECORDED : HEARD_REVIEW;
}

static enum heard_outcome expect(struct sim *sim, const struct returned *mail, const struct delivery_record *delivery)
{
        if (!is_named(mail) && mail->kind != MACHINE)
                return HEARD_REVIEW;
        switch (mail->kind) {
        case BOUNCE:
                return delivery->state == DELIVERY_SENT ? HEARD_RECORDED : HEARD_NOTED;
        case GIVEN_UP:
        case DELAY:
                return HEARD_NOTED;
        case MUTTER:
        case FORGED:
        case STRANGE:
                return HEARD_REVIEW;
        case MACHINE:
                return HEARD_IGNORED;
        default:
                return expect_word(sim, mail, delivery);
        }
}

/* Nobody has yet to look at another bounce from there; the contact is not told of its own mails, nor of a test. */
static bool contact_is_told(const struct sim *sim, const struct delivery_log *log, bool *ret_certain)
{
        bool first = true;

        *ret_certain = true;
        for (int i = 0; i < LOGS_MAX; i++) {
                const struct delivery_log *other = &sim->logs[i];

                if (other == log || strcmp(other->address, log->address) != 0)
                        continue;
                first &= other->unread != UNREAD;
                *ret_certain &= other->unread != UNREAD_PERHAPS;
        }
        return first && !log->is_aside && !log->bounce_told;
}

static void take_effect(struct sim *sim, const struct returned *mail)
{
        struct delivery_log *log = outside_log(sim, mail->id);
        bool certain;

        if (mail->kind != BOUNCE) {
                rules_act(&sim->rules, &sim->duties[log->about - 1], &mail->act, wall_day(clock_wall(mail->act.at_ms)));
                return;
        }
        log->bounce_told |= contact_is_told(sim, log, &certain);
        log->bounced = true;
        log->known = false;
        log->excused = log->accepts; /* sent again, it may arrive after all */
        log->unread = UNREAD;
}

/* ---- what has come of it ---- */

/* Before and after. */
struct state {
        struct store_totals totals;
        int told; /* bounces that the contact is to hear of */
};

static struct state look(struct sim *sim)
{
        struct notice_record notices[NOTICES_MAX];
        struct state state = {0};
        int n;

        ramdisk_hold();
        if (store_total(sim_store(sim), sim_today(sim), &state.totals) < 0)
                sim_fail(sim, "what there is cannot be counted");
        n = store_new_notices(sim_store(sim), "", "0", &(struct notice_pause){0}, notices, NOTICES_MAX);
        for (int i = 0; i < n; i++) {
                state.told += notices[i].kind == KIND_BOUNCED;
                notice_record_clear(&notices[i]);
        }
        ramdisk_go_on();
        return state;
}

/* Those that reached another address stay told, and the others are not. */
static void check_untold(struct sim *sim, const struct delivery_record *delivery)
{
        struct notice_record notices[NOTICES_MAX];
        int n;

        ramdisk_hold();
        n = store_delivery_notices(sim_store(sim), delivery->number, notices, NOTICES_MAX);
        ramdisk_go_on();
        for (int i = 0; i < n; i++) {
                enum arrival arrival = outside_arrived(sim, &notices[i]);

                if (arrival == ARRIVED_NOWHERE && notices[i].state == NOTICE_SENT)
                        sim_fail(sim, "%s came back from %s, and still counts as told", notices[i].rung,
                                 delivery->address);
                if (arrival == ARRIVED_KNOWN && notices[i].state != NOTICE_SENT)
                        sim_fail(sim, "%s came back from %s, and is %s, though it arrived elsewhere", notices[i].rung,
                                 delivery->address, notice_state_name(notices[i].state));
                notice_record_clear(&notices[i]);
        }
}

static void check_bounce(struct sim *sim, const struct delivery_record *delivery, const struct state *before)
{
        bool certain, told = contact_is_told(sim, outside_log(sim, delivery->id), &certain);
        const struct state now = look(sim);

        if (certain && now.told - before->told != told)
                sim_fail(sim, "%.8s came back from %s, of which the contact is %stold", delivery->id, delivery->address,
                         told ? "not " : "");
        if (now.totals.bounced != before->totals.bounced + 1)
                sim_fail(sim, "%.8s came back, and status does not count it", delivery->id);
}

static void check_nothing(struct sim *sim, const struct returned *mail, const struct state *before)
{
        const struct state now = look(sim);

        if (now.told != before->told || memcmp(&now.totals, &before->totals, sizeof(now.totals)) != 0)
                sim_fail(sim, "%s about %.8s changes something", names[mail->kind], mail->id);
}

static void check_effect(struct sim *sim, const struct returned *mail, const struct delivery_record *delivery,
                         enum heard_outcome outcome, const struct state *before)
{
        struct delivery_record CLEANUP(delivery_record_clear) now = {0};

        ramdisk_hold();
        (void)store_get_delivery(sim_store(sim), mail->id, &now);
        ramdisk_go_on();
        if (outcome != HEARD_RECORDED) {
                check_nothing(sim, mail, before);
                if (now.state != delivery->state)
                        sim_fail(sim, "%s makes %.8s %s", names[mail->kind], mail->id, delivery_state_name(now.state));
                return;
        }
        if ((now.state == DELIVERY_BOUNCED) != (mail->kind == BOUNCE))
                sim_fail(sim, "%s about %.8s, which is %s", names[mail->kind], mail->id,
                         delivery_state_name(now.state));
        if (mail->kind == BOUNCE)
                check_bounce(sim, delivery, before);
        take_effect(sim, mail);
        if (mail->kind == BOUNCE)
                check_untold(sim, delivery);
}

/* ---- hearing ---- */

static void put_facts(const struct returned *mail, struct heard *heard)
{
        static const char *const texts[] = {[CLAIM] = "Đã nộp.", [MUTTER] = "Chưa nộp được, sẽ nộp sau."};
        static char origin[16], reference[DELIVERY_ID_SIZE + 16], text[80];
        struct civil_date until = civil_split(mail->until);

        snprintf(origin, sizeof(origin), "mail-%d", mail->number);
        snprintf(reference, sizeof(reference), "%s@x.example", mail->id);
        snprintf(text, sizeof(text), "Đề nghị cho gia hạn đến ngày %d/%d/%d.", until.day, until.month, until.year);
        *heard = (struct heard){
                .origin = origin,
                .class = mail->kind == DELAY     ? HEARD_DELAYED
                         : is_report(mail)       ? HEARD_BOUNCE
                         : mail->kind == MACHINE ? HEARD_MACHINE
                                                 : HEARD_ANSWER,
                .references = {reference},
                .n_references = mail->named != BY_TOKEN && mail->named != BY_NONE,
                .token = mail->named != BY_REFERENCE ? mail->token : NULL,
                .status = mail->kind == BOUNCE ? "5.1.1"
                          : is_report(mail)    ? "4.4.7"
                                               : NULL,
                .diagnostic = is_report(mail) ? "no such user" : NULL,
                .from = mail->kind == STRANGE ? "stranger@z.example" : mail->from,
                .authenticated = mail->kind != FORGED,
                .text = mail->kind == REQUEST ? text : texts[mail->kind == MUTTER ? MUTTER : CLAIM],
                .date_ms = mail->written == CIVIL_NONE ? 0 : clock_instant(wall_at(mail->written, 10 * 3600)),
        };
}

/* False: the process died, or the disk did not take it, and the mail stays where it is. */
static bool hear_mail(struct sim *sim, const struct returned *mail, enum heard_outcome *ret)
{
        struct heard heard;
        int r;

        put_facts(mail, &heard);
        r = hear(manager_engine(sim->manager), &heard);
        sim_say(sim, "%s about %s: %s", names[mail->kind], mail->id,
                r < 0 ? strerror(-r) : heard_outcome_name((enum heard_outcome)r));
        if (sim->dead)
                return false;
        if (r < 0 && r != -EAGAIN && !ramdisk_failed())
                sim_fail(sim, "%s about %.8s: %s", names[mail->kind], mail->id, strerror(-r));
        *ret = (enum heard_outcome)r;
        return r >= 0;
}

static void hear_again(struct sim *sim, const struct returned *mail, enum heard_outcome before)
{
        const struct state state = look(sim);
        enum heard_outcome outcome;

        if (!hear_mail(sim, mail, &outcome))
                return;
        if (outcome != (before == HEARD_REVIEW ? HEARD_REVIEW : HEARD_KNOWN))
                sim_fail(sim, "%s that was heard before is %s", names[mail->kind], heard_outcome_name(outcome));
        check_nothing(sim, mail, &state);
}

static void hear_returned(struct sim *sim)
{
        struct returned *mail = &sim->returned;
        struct delivery_record CLEANUP(delivery_record_clear) delivery = {0};
        const struct state before = look(sim);
        long told = sim->told[EVENT_DELIVERY_BOUNCED];
        enum heard_outcome outcome, expected;

        ramdisk_hold();
        if (store_get_delivery(sim_store(sim), mail->id, &delivery) != 0)
                sim_fail(sim, "delivery %.8s is gone", mail->id);
        mail->act = mail->kind == REQUEST ? (struct act){.verb = ACT_REQUEST, .day = mail->until}
                                          : (struct act){.verb = ACT_CLAIM, .day = claimed_day(sim, mail, &delivery)};
        mail->act.at_ms = sim->now;
        expected = expect(sim, mail, &delivery);
        ramdisk_go_on();
        if (!hear_mail(sim, mail, &outcome))
                return;
        if (is_report(mail) && is_named(mail) && delivery.state == DELIVERY_SENDING)
                sim_fail(sim, "%s about %.8s is heard, which is on the wire", names[mail->kind], mail->id);
        if (outcome != expected)
                sim_fail(sim, "%s about %.8s is %s, and the rules say %s", names[mail->kind], mail->id,
                         heard_outcome_name(outcome), heard_outcome_name(expected));
        if ((sim->told[EVENT_DELIVERY_BOUNCED] > told) != (outcome == HEARD_RECORDED && mail->kind == BOUNCE))
                sim_fail(sim, "%s, and the journal %s", names[mail->kind],
                         sim->told[EVENT_DELIVERY_BOUNCED] > told ? "tells of a bounce" : "is silent");
        check_effect(sim, mail, &delivery, outcome, &before);
        mail->waits = false;
        if (chance_percent(&sim->streams[CLASS_MAIL], 25))
                hear_again(sim, mail, outcome);
}

void returns_reconcile(struct sim *sim)
{
        struct heard heard;
        enum heard_outcome outcome;

        if (!sim->returned.waits)
                return;
        put_facts(&sim->returned, &heard);
        if (store_find_heard(sim_store(sim), heard.origin, &outcome) != 0)
                return;
        sim_say(sim, "what was heard last had become durable");
        if (outcome == HEARD_RECORDED)
                take_effect(sim, &sim->returned);
        sim->returned.waits = false;
}

/* ---- what comes ---- */

struct pick {
        int left;
        struct delivery_record found;
};

static int pick_mail(void *userdata, const struct delivery_record *record)
{
        struct pick *pick = userdata;

        if (record->channel.kind != CHANNEL_MAIL)
                return 0;
        memcpy(pick->found.id, record->id, sizeof(record->id));
        pick->found.made_ms = record->made_ms;
        pick->found.number = record->number;
        return pick->left-- == 0;
}

/* One of the last ones in that state (-1: in any). */
static bool pick_delivery(struct sim *sim, int state, struct pick *pick)
{
        const struct delivery_filter filter = {.state = state};

        *pick = (struct pick){.left = chance_between(&sim->streams[CLASS_MAIL], 0, 5)};
        ramdisk_hold();
        (void)store_each_delivery(sim_store(sim), &filter, pick_mail, pick);
        ramdisk_go_on();
        return *pick->found.id;
}

static civil_day some_end(const struct sim *sim, const struct delivery_log *log, struct chance *chance)
{
        civil_day today = sim_today(sim), from = today;

        if (log->about > 0 && rules_due(&sim->duties[log->about - 1]) > from && chance_percent(chance, 80))
                from = rules_due(&sim->duties[log->about - 1]);
        return from + chance_between(chance, -2, 30);
}

/* By the Message-ID of what it answers, or the token in its subject, which may be spoilt. */
static void name_it(struct sim *sim, struct returned *mail, int64_t number, struct chance *chance)
{
        static const int often[] = {BY_REFERENCE, BY_REFERENCE, BY_REFERENCE, BY_TOKEN, BY_TOKEN,
                                    BY_BOTH,      BY_BOTH,      BY_TWO,       BY_NONE};
        const char *id = mail->id;
        struct pick other;

        mail->named = (enum naming)often[chance_between(chance, 0, (int)ELEMENTS(often) - 1)];
        if (mail->named == BY_TWO && (!pick_delivery(sim, -1, &other) || strcmp(other.found.id, id) == 0))
                mail->named = BY_BOTH;
        if (mail->named == BY_TWO) {
                id = other.found.id;
                number = other.found.number;
        }
        if (!mail_token_write(number, id, mail->token))
                sim_fail(sim, "delivery %.8s has no token", id);
        if (mail->named == BY_NONE) /* a sign that was mistyped: of the end of the id */
                mail->token[MAIL_TOKEN_SIZE - 2] = mail->token[MAIL_TOKEN_SIZE - 2] == 'Z' ? '0' : 'Z';
}

static void write_mail(struct sim *sim)
{
        static const int often[] = {BOUNCE, BOUNCE,  BOUNCE,  GIVEN_UP, DELAY,  CLAIM,   CLAIM,  CLAIM,
                                    CLAIM,  REQUEST, REQUEST, MUTTER,   FORGED, STRANGE, MACHINE};
        struct chance *chance = &sim->streams[CLASS_MAIL];
        struct returned mail = {.number = sim->returned.number + 1,
                                .kind = often[chance_between(chance, 0, (int)ELEMENTS(often) - 1)],
                                .written = CIVIL_NONE,
                                .waits = true};
        const struct delivery_log *log;
        struct pick pick;

        if (!pick_delivery(sim, is_report(&mail) && chance_percent(chance, 20) ? -1 : DELIVERY_SENT, &pick))
                return;
        memcpy(mail.id, pick.found.id, sizeof(mail.id));
        log = outside_log(sim, mail.id);
        memcpy(mail.from, log->address, sizeof(mail.from));
        mail.until = some_end(sim, log, chance);
        if (chance_percent(chance, 70))
                mail.written = sim_today(sim) + chance_between(chance, -5, 1);
        name_it(sim, &mail, pick.found.number, chance);
        sim->returned = mail;
}

/* It needs attention no more, if it did. */
static void check_looked_after(struct sim *sim, const struct delivery_log *log, bool again, int r,
                               const struct state *before)
{
        const struct state now = look(sim);
        int64_t less = before->totals.failed + before->totals.bounced - now.totals.failed - now.totals.bounced;

        if (log->unread == UNREAD_PERHAPS)
                return;
        if (!again && (r == DECIDED) != (log->unread == UNREAD))
                sim_fail(sim, "%.8s came back, and its acknowledgement is %s", log->id,
                         r == DECIDED ? "decided" : "refused");
        if (less != (r == DECIDED && log->unread == UNREAD))
                sim_fail(sim, "%.8s is %s, and %d less need attention", log->id, again ? "retried" : "acknowledged",
                         (int)less);
}

/* Somebody has seen that a mail came back, and leaves it so, or sends it again. */
static void look_after(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_MAIL];
        struct engine *engine = manager_engine(sim->manager);
        struct decision_result result = {0};
        const struct state before = look(sim);
        bool again = chance_percent(chance, 50);
        struct delivery_log *log;
        struct pick pick;
        int r;

        if (!pick_delivery(sim, DELIVERY_BOUNCED, &pick))
                return;
        log = outside_log(sim, pick.found.id);
        log->manual |= again;
        r = again ? decide_retry(engine, &clerk, pick.found.id, &result)
                  : decide_acknowledge(engine, &clerk, pick.found.id, &result);
        sim_say(sim, "%s %.8s, which came back: %s", again ? "retry" : "acknowledge", pick.found.id,
                result.text ? result.text : "decided");
        sim->totals.decisions++;
        sim->totals.refused += r > 0;
        if (r < 0 && !sim->dead && !ramdisk_failed())
                sim_fail(sim, "a decision on what came back: %s", strerror(-r));
        if (r < 0 || sim->dead)
                log->unread = UNREAD_PERHAPS;
        else {
                check_looked_after(sim, log, again, r, &before);
                log->unread = r == DECIDED ? READ : log->unread;
        }
        decision_result_clear(&result);
}

void returns_happen(struct sim *sim)
{
        if (!sim->returned.waits && chance_percent(&sim->streams[CLASS_MAIL], 15))
                look_after(sim);
        else {
                if (!sim->returned.waits)
                        write_mail(sim);
                if (sim->returned.waits)
                        hear_returned(sim);
        }
        sim_decided(sim);
}
