/* The outside world: servers that take messages, refuse them, are away, are slow, or take one and lose the answer. */
#include "sim.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/cleanup.h"

#define NOTICES_MAX 100

/* An id is random: its first digits are a hash. */
struct delivery_log *outside_log(struct sim *sim, const char *id)
{
        unsigned at = 0;

        for (int i = 0; i < 8; i++)
                at = at * 31 + (unsigned char)id[i];
        for (at %= LOGS_MAX; *sim->logs[at].id; at = (at + 1) % LOGS_MAX)
                if (strcmp(sim->logs[at].id, id) == 0)
                        return &sim->logs[at];
        if (++sim->n_logs > LOGS_MAX / 2)
                sim_fail(sim, "more deliveries than a simulation can have");
        snprintf(sim->logs[at].id, DELIVERY_ID_SIZE, "%s", id);
        return &sim->logs[at];
}

/* `to`: an address, or one of an agency's places for them, which a corrected one keeps. */
static uint64_t number_of(const struct notice_record *notice, const char *to)
{
        char text[300];
        uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

        snprintf(text, sizeof(text), "%" PRId64 "/%" PRId64 "/%s/%s/%s", notice->occurrence_id, notice->obligation_id,
                 notice->agency, notice->rung, to);
        for (const char *c = text; *c; c++)
                hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
        return hash;
}

/* Whether it happens for the first time. */
static bool happens(struct sim *sim, uint64_t what)
{
        size_t at = what % SAID_MAX;

        while (sim->happened[at] != 0 && sim->happened[at] != what)
                at = (at + 1) % SAID_MAX;
        if (sim->happened[at] == what)
                return false;
        sim->happened[at] = what;
        return true;
}

static uint64_t arrival_number(const struct notice_record *notice)
{
        return number_of(notice, "/arrived");
}

enum arrival outside_arrived(const struct sim *sim, const struct notice_record *notice)
{
        uint64_t what = arrival_number(notice);
        enum arrival arrival = ARRIVED_NOWHERE;

        for (size_t at = what % SAID_MAX; sim->said[at].what != 0; at = (at + 1) % SAID_MAX) {
                const struct delivery_log *log = &sim->logs[sim->said[at].log];

                if (sim->said[at].what != what || log->bounced)
                        continue;
                if (log->known)
                        return ARRIVED_KNOWN;
                arrival = ARRIVED;
        }
        return arrival;
}

/* It is said by the message with that log. `once`: by no other that did not come back. */
static bool say(struct sim *sim, uint64_t what, int log, bool once)
{
        size_t at = what % SAID_MAX;

        for (; sim->said[at].what != 0; at = (at + 1) % SAID_MAX) {
                if (sim->said[at].what != what)
                        continue;
                if (sim->said[at].log == log)
                        return true;
                if (once && !sim->logs[sim->said[at].log].bounced)
                        return false;
        }
        sim->said[at] = (struct said){what, log};
        return true;
}

/* A server takes the message. Whoever gets the same one again must have been unlucky, not forgotten. */
static void take(struct sim *sim, const struct flight *flight)
{
        struct delivery_log *log = outside_log(sim, flight->id);
        int index = (int)(log - sim->logs);

        sim->totals.accepted++;
        if (log->accepts > log->excused)
                sim_fail(sim, "delivery %s reached %s a second time, though its first arrival was known", flight->id,
                         flight->address);
        if (log->accepts++ > 0)
                sim->totals.repeated++;
        log->bounced = false;
        for (int i = 0; i < flight->n_says; i++) {
                (void)say(sim, flight->arrivals[i], index, false);
                if (!say(sim, flight->says[i], index, true))
                        sim_fail(sim, "one notice reached %s twice, the last time as %s", flight->address, flight->id);
        }
}

/* The second mailbox may get what waited for the first: each place hears of a notice once. */
static uint64_t place_number(const struct notice_record *notice, const char *address)
{
        char place[] = "/0";

        place[1] = (char)('0' + checker_place(address));
        return number_of(notice, place);
}

static void flight_free(struct flight *flight)
{
        message_unref(flight->message);
        free(flight->says);
        free(flight->arrivals);
        free(flight);
}

/* ---- leaving ---- */

static enum event_class pick_fate(struct sim *sim)
{
        static const int percent[] = {[CLASS_TEMPORARY] = 8, [CLASS_PERMANENT] = 2, [CLASS_LOST] = 3};
        int number = sim->n_flights;
        enum event_class fate = CLASSES;

        for (enum event_class which = CLASS_TEMPORARY; which <= CLASS_LOST; which++) {
                struct chance chance =
                        chance_stream(sim->seed, 1000 + (uint64_t)which * NUMBERS_MAX + (uint64_t)number);
                bool hit = chance_percent(&chance, percent[which]), away = false;

                if (which == CLASS_TEMPORARY && sim->outage_until > sim->now)
                        hit = away = true;
                if (!hit || !(away ? sim_has(sim, which) : sim_happens(sim, which, number)))
                        continue;
                fate = which;
                sim->totals.faults[which] += away;
                if (which == CLASS_TEMPORARY && !away && chance_percent(&chance, 5))
                        sim->outage_until = sim->now + INT64_C(3600000) * chance_between(&chance, 1, 60);
                sim->streams[which] = chance;
        }
        return fate;
}

static int64_t pick_delay(struct sim *sim)
{
        struct chance chance =
                chance_stream(sim->seed, 1000 + (uint64_t)CLASS_DELAY * NUMBERS_MAX + (uint64_t)sim->n_flights);

        if (!chance_percent(&chance, 30) || !sim_happens(sim, CLASS_DELAY, sim->n_flights))
                return 0;
        return chance_percent(&chance, 10) ? INT64_C(60000) * chance_between(&chance, 1, 600)
                                           : INT64_C(1000) * chance_between(&chance, 1, 120);
}

/* No more than the limit in any minute, as long as the process and its clock run on. */
static void check_rate(struct sim *sim)
{
        int limit = sim->block.per_minute, within = 0;

        for (int i = 0; i < sim->n_departures; i++)
                within += sim->now - sim->departures[i] < 60000;
        if (limit > 0 && within >= limit)
                sim_fail(sim, "%d messages leave within a minute, %d are allowed", within + 1, limit);
        if (sim->n_departures == DEPARTURES_MAX) {
                memmove(sim->departures, sim->departures + 1, sizeof(*sim->departures) * (DEPARTURES_MAX - 1));
                sim->n_departures--;
        }
        sim->departures[sim->n_departures++] = sim->now;
}

/* Now and then an administrator looks at the addresses while a message is slow or comes back: that is when a correction
 * finds one in the queue, claimed or on the wire. */
static void suspect(struct sim *sim, const struct flight *flight, const char *agency)
{
        struct chance *chance = &sim->timing[CLASS_CONFIG];
        int seconds = (int)((flight->answer_ms - sim->now) / 1000);

        if (!sim_has(sim, CLASS_CONFIG) || (flight->fate == CLASSES && seconds == 0) || !chance_percent(chance, 4))
                return;
        for (int i = 0; i < sim->block.n_agencies; i++)
                if (strcmp(sim->block.agencies[i].id, agency) == 0)
                        sim->suspect = i;
        sim->events[CLASS_CONFIG] = sim->now + INT64_C(1000) * chance_between(chance, 1, 2 * seconds + 3600);
}

/* What there is to know of a message should it come back. */
static void note_message(struct sim *sim, const struct delivery_record *delivery, const struct notice_record *notices,
                         int n)
{
        struct obligation_record CLEANUP(obligation_record_clear) record = {0};
        struct delivery_log *log = outside_log(sim, delivery->id);

        snprintf(log->address, sizeof(log->address), "%s", delivery->address);
        log->is_aside = kind_tells_failure(delivery->kind) || delivery->kind == KIND_TEST;
        log->about = 0;
        for (int i = 0; i < n; i++)
                if (notices[i].obligation_id == 0 || notices[i].obligation_id != notices[0].obligation_id)
                        return;
        ramdisk_hold();
        if (n > 0 && store_get_obligation(sim_store(sim), notices[0].obligation_id, &record) == 0 &&
            strcmp(record.agency, delivery->agency) == 0)
                log->about = (int)(checker_find(sim, record.item, record.key, record.agency) - sim->duties) + 1;
        ramdisk_go_on();
}

/* It is on the wire, or the process died on the way there. */
static int leave(struct sim *sim, struct flight *flight)
{
        struct store *store = sim_store(sim);
        struct delivery_record CLEANUP(delivery_record_clear) delivery = {0};
        struct notice_record notices[NOTICES_MAX];
        const char *id = flight->id, *address = flight->address;
        bool firsts[NOTICES_MAX];
        int n;

        crash_boundary(sim);
        if (sim->dead)
                return -EIO;
        if (sim->in_transaction)
                sim_fail(sim, "%s goes to %s while nothing of it is committed", id, address);
        ramdisk_hold();
        if (store_get_delivery(store, id, &delivery) != 0 || delivery.state != DELIVERY_SENDING)
                sim_fail(sim, "%s goes to %s and is not marked as sending", id, address);
        n = store_delivery_notices(store, delivery.number, notices, NOTICES_MAX);
        ramdisk_go_on();
        if (delivery.kind != KIND_TEST && delivery.kind != KIND_DIGEST &&
            (size_t)n < message_letter(flight->message)->n_entries)
                sim_fail(sim, "%s goes to %s with %zu entries, and has only %d to say", id, address,
                         message_letter(flight->message)->n_entries, n);
        if (!flight->server)
                check_rate(sim);
        flight->says = calloc((size_t)n + 1, sizeof(*flight->says));
        flight->arrivals = calloc((size_t)n + 1, sizeof(*flight->arrivals));
        for (int i = 0; i < n; i++) {
                flight->says[i] = number_of(&notices[i], address);
                flight->arrivals[i] = arrival_number(&notices[i]);
                firsts[i] = happens(sim, place_number(&notices[i], address));
        }
        flight->n_says = n;
        checker_on_wire(sim, &delivery, notices, firsts, n);
        note_message(sim, &delivery, notices, n);
        for (int i = 0; i < n; i++)
                notice_record_clear(&notices[i]);
        flight->waits = false;
        flight->fate = pick_fate(sim);
        if (flight->fate == CLASS_TEMPORARY && chance_percent(&sim->streams[CLASS_TEMPORARY], 10))
                flight->retry_after = chance_between(&sim->streams[CLASS_TEMPORARY], 1, 86400);
        flight->answer_ms = sim->now + pick_delay(sim);
        suspect(sim, flight, delivery.agency);
        sim->n_flights++;
        sim_say(sim, "on the wire: %.8s %s to %s, attempt %u, %d notices", id, kind_name(delivery.kind), address,
                delivery.attempts, n);
        crash_boundary(sim);
        return 0;
}

static int compose(struct sim *sim, struct flight *flight)
{
        const struct composed_mail *mail;
        const char *body;
        int r = flight->server ? message_payload(flight->message, &body) : message_mail(flight->message, &mail);

        if (r < 0)
                return r;
        if (flight->server) {
                json_t *json = json_loads(body, 0, NULL);

                if (!json)
                        sim_fail(sim, "a webhook's body is no JSON");
                json_decref(json);
                return 0;
        }
        for (char **header = mail->headers; *header; header++)
                if (strncmp(*header, "Message-ID: <", 13) == 0)
                        memcpy(flight->id, *header + 13, DELIVERY_ID_SIZE - 1);
        return 0;
}

static bool same_server(const struct flight *left, const struct flight *right)
{
        return left->server && right->server ? strcmp(left->server, right->server) == 0 : left->server == right->server;
}

static bool has_connection(const struct sim *sim, const struct flight *flight)
{
        uint32_t n = 0;

        for (const struct flight *other = sim->flights; other; other = other->next)
                n += !other->waits && same_server(other, flight);
        return n < flight->connections;
}

/* Somebody decides while it waits for its turn: otherwise that is rare. */
static void hurry_people(struct sim *sim)
{
        struct chance *chance = &sim->timing[CLASS_PEOPLE];
        int64_t soon = sim->now + INT64_C(1000) * chance_between(chance, 0, 60);

        if (sim->events[CLASS_PEOPLE] != INT64_MAX && chance_percent(chance, 50) && soon < sim->events[CLASS_PEOPLE])
                sim->events[CLASS_PEOPLE] = soon;
}

/* Onto the wire, or behind what is there. */
static int hand_over(struct sim *sim, const struct flight *taken, const char *address, struct transfer **ret)
{
        struct flight *flight = malloc(sizeof(*flight));
        int r = 0;

        if (!flight)
                abort();
        *flight = *taken;
        snprintf(flight->address, sizeof(flight->address), "%s", address);
        message_ref(flight->message);
        flight->waits = true;
        flight->handed_ms = sim->now;
        flight->answer_ms = INT64_MAX;
        if (has_connection(sim, flight)) {
                r = compose(sim, flight);
                if (r == 0)
                        r = leave(sim, flight);
        } else
                hurry_people(sim);
        if (r < 0) {
                flight_free(flight);
                return r;
        }
        flight->next = sim->flights;
        sim->flights = flight;
        *ret = (struct transfer *)flight;
        return 0;
}

static int take_mail(void *self, const struct mail_config *config, const char *to, struct message *message,
                     transfer_done done, void *userdata, struct transfer **ret)
{
        const struct flight flight = {
                .done = done, .userdata = userdata, .message = message, .connections = config->connections};

        return hand_over(self, &flight, to, ret);
}

static int take_post(void *self, const struct webhook *webhook, const char *id, struct message *message,
                     transfer_done done, void *userdata, struct transfer **ret)
{
        struct flight flight = {.done = done,
                                .userdata = userdata,
                                .message = message,
                                .server = webhook->id,
                                .connections = webhook->connections};

        snprintf(flight.id, sizeof(flight.id), "%s", id);
        return hand_over(self, &flight, webhook->id, ret);
}

/* False: it is over. */
static bool unlink_flight(struct sim *sim, const struct flight *flight)
{
        for (struct flight **at = &sim->flights; *at; at = &(*at)->next)
                if (*at == flight) {
                        *at = flight->next;
                        return true;
                }
        return false;
}

/* What has waited longest of those whose server has a connection. */
static struct flight *next_in_turn(const struct sim *sim)
{
        struct flight *next = NULL;

        for (struct flight *flight = sim->flights; flight; flight = flight->next)
                if (flight->waits && has_connection(sim, flight))
                        next = flight;
        return next;
}

/* It was gathered on an earlier day, or its hours are over. */
static bool is_stale(struct sim *sim, const struct flight *flight)
{
        return message_is_stale(flight->message) || !rules_open(&sim->rules, sim_wall(sim)) ||
               wall_day(clock_wall(flight->handed_ms)) != wall_day(clock_wall(sim->now));
}

/* As connections come free, those that wait leave, or go back where they are stale. */
static void go_on(struct sim *sim)
{
        struct flight *flight;

        while (!sim->dead && (flight = next_in_turn(sim))) {
                struct transfer_result result = {.outcome = TRANSFER_RECALLED, .answer = ""};
                bool stale = is_stale(sim, flight);
                int r = stale ? 0 : compose(sim, flight);

                if (!stale && r == 0 && leave(sim, flight) == 0)
                        continue;
                if (sim->dead)
                        return;
                (void)unlink_flight(sim, flight);
                if (!stale)
                        result.outcome = r == -ENOMEM ? TRANSFER_TEMPORARY : TRANSFER_PERMANENT;
                sim_say(sim, "its turn came: %s for %s", stale ? "recalled" : "cannot be composed", flight->address);
                flight->done(flight->userdata, &result);
                flight_free(flight);
        }
}

static void cancel(void *self, struct transfer *transfer)
{
        struct flight *flight = (struct flight *)transfer;

        if (unlink_flight(self, flight))
                flight_free(flight);
}

struct transport outside_transport(struct sim *sim)
{
        return (struct transport){
                .prefetch = sim->seed % 4, .mail = take_mail, .post = take_post, .cancel = cancel, .self = sim};
}

/* ---- answers ---- */

int64_t outside_next(const struct sim *sim)
{
        int64_t next = INT64_MAX;

        for (const struct flight *flight = sim->flights; flight; flight = flight->next)
                if (flight->answer_ms < next)
                        next = flight->answer_ms;
        return next;
}

static struct flight *take_due(struct sim *sim)
{
        for (struct flight **at = &sim->flights; *at; at = &(*at)->next)
                if ((*at)->answer_ms <= sim->now) {
                        struct flight *flight = *at;

                        *at = flight->next;
                        return flight;
                }
        return NULL;
}

void outside_answer(struct sim *sim)
{
        static const char *const words[] = {
                [CLASS_TEMPORARY] = "451 busy", [CLASS_PERMANENT] = "550 no such user", [CLASS_LOST] = "reset by peer"};
        struct flight *flight = take_due(sim);
        struct transfer_result result = {.outcome = TRANSFER_SENT, .answer = "250 OK", .reached = true};
        struct delivery_log *log;

        if (!flight)
                return;
        if (flight->fate == CLASSES || flight->fate == CLASS_LOST)
                take(sim, flight);
        log = outside_log(sim, flight->id);
        if (flight->fate != CLASSES) {
                result.answer = words[flight->fate];
                result.outcome = flight->fate == CLASS_PERMANENT ? TRANSFER_PERMANENT : TRANSFER_TEMPORARY;
        }
        if (flight->fate == CLASS_LOST)
                log->excused = log->accepts;
        if (flight->fate == CLASS_PERMANENT)
                log->refused = true;
        result.retry_after = flight->retry_after;
        sim_say(sim, "answer to %.8s for %s: %s", flight->id, flight->address, result.answer);
        crash_boundary(sim);
        if (sim->dead) { /* accepted, and the process died before it heard of it */
                flight_free(flight);
                return;
        }
        flight->done(flight->userdata, &result);
        flight_free(flight);
        go_on(sim);
}

void outside_cut(struct sim *sim)
{
        for (struct flight *flight = sim->flights; flight; flight = flight->next)
                if (!flight->waits && (flight->fate == CLASSES || flight->fate == CLASS_LOST) &&
                    chance_percent(&sim->streams[CLASS_CRASH], 50))
                        take(sim, flight);
        for (int i = 0; i < LOGS_MAX; i++)
                if (!sim->logs[i].known)
                        sim->logs[i].excused = sim->logs[i].accepts;
}

void outside_finished(struct sim *sim, const struct delivery_record *delivery)
{
        struct delivery_log *log = outside_log(sim, delivery->id);
        int64_t tried = sim->now - delivery->made_ms, patience = (sim->block.give_up - sim->block.retry_max) * 1000;

        if (delivery->state == DELIVERY_SENT) {
                if (log->accepts == 0)
                        sim_fail(sim, "%s is recorded as sent, and no server took it", delivery->id);
                log->known = true;
        }
        log->failures += delivery->state == DELIVERY_QUEUED || delivery->state == DELIVERY_FAILED;
        if (log->told < log->failures)
                sim_fail(sim, "attempt %d of %s failed, and the journal tells of %d", log->failures, delivery->id,
                         log->told);
        /* A server may have asked for a day. */
        if (delivery->state == DELIVERY_FAILED && !log->refused && !sim_has(sim, CLASS_CONFIG) &&
            !sim_has(sim, CLASS_CLOCK) && tried < patience - INT64_C(86400000))
                sim_fail(sim, "%s was given up after %d hours", delivery->id, (int)(tried / 3600000));
}
