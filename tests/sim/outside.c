/* The outside world: servers that take messages, refuse them, are away, are slow, or take one and lose the answer.
 * Depends on sim.
 * Called by the outbox as its courier, and by sim when an answer is due. */
#include "sim.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/cleanup.h"

#define NOTICES_MAX 100

struct parcel_log *outside_parcel(struct sim *sim, const char *id)
{
        for (int i = sim->n_parcels; i-- > 0;)
                if (strcmp(sim->parcels[i].id, id) == 0)
                        return &sim->parcels[i];
        if (sim->n_parcels == sim->room_parcels) {
                sim->room_parcels = sim->room_parcels * 2 + 64;
                sim->parcels = realloc(sim->parcels, (size_t)sim->room_parcels * sizeof(*sim->parcels));
                if (!sim->parcels)
                        abort();
        }
        sim->parcels[sim->n_parcels] = (struct parcel_log){0};
        snprintf(sim->parcels[sim->n_parcels].id, DELIVERY_ID_SIZE, "%s", id);
        return &sim->parcels[sim->n_parcels++];
}

static uint64_t number_of(const struct notice_record *notice, const char *address)
{
        char text[300];
        uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

        snprintf(text, sizeof(text), "%" PRId64 "/%" PRId64 "/%s/%s/%s", notice->occurrence_id, notice->obligation_id,
                 notice->agency, notice->rung, address);
        for (const char *c = text; *c; c++)
                hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
        return hash;
}

/* A server takes the message. Whoever gets the same one again must have been unlucky, not forgotten. */
static void take(struct sim *sim, const struct flight *flight)
{
        struct parcel_log *parcel = outside_parcel(sim, flight->id);
        int index = (int)(parcel - sim->parcels);

        sim->totals.accepted++;
        if (parcel->accepts > parcel->excused)
                sim_fail(sim, "delivery %s reached %s a second time, though its first arrival was known", flight->id,
                         flight->address);
        if (parcel->accepts++ > 0)
                sim->totals.repeated++;
        for (int i = 0; i < flight->n_says; i++) {
                bool found = false;

                for (int j = 0; j < sim->n_said && !found; j++) {
                        found = sim->said[j].what == flight->says[i];
                        if (found && sim->said[j].parcel != index)
                                sim_fail(sim, "one notice reached %s twice, as %s and as %s", flight->address,
                                         sim->parcels[sim->said[j].parcel].id, flight->id);
                }
                if (found)
                        continue;
                if (sim->n_said == sim->room_said) {
                        sim->room_said = sim->room_said * 2 + 256;
                        sim->said = realloc(sim->said, (size_t)sim->room_said * sizeof(*sim->said));
                        if (!sim->said)
                                abort();
                }
                sim->said[sim->n_said++] = (struct said){flight->says[i], index};
        }
}

static void flight_free(struct flight *flight)
{
        free(flight->says);
        free(flight);
}

/* ---- leaving ---- */

static enum class pick_fate(struct sim *sim) {
        static const int percent[] =
                {[CLASS_TEMPORARY] = 8, [CLASS_PERMANENT] = 2, [CLASS_LOST] = 3, [CLASS_DELAY] = 15};
        enum class fate = CLASSES;

        for (enum class class = CLASS_TEMPORARY; class <= CLASS_LOST;
             class ++){bool hit = chance_percent(&sim->streams[class], percent[class]);

                       if (class == CLASS_TEMPORARY && sim->outage_until > sim->now) hit = true;
                       if (hit && sim_has(sim, class)) fate = class;}
if (fate == CLASS_TEMPORARY && sim->outage_until <= sim->now && chance_percent(&sim->streams[CLASS_TEMPORARY], 5))
        sim->outage_until = sim->now + INT64_C(3600000) * chance_between(&sim->streams[CLASS_TEMPORARY], 1, 60);
return fate;
}

static int64_t pick_delay(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_DELAY];

        if (!sim_has(sim, CLASS_DELAY) || !chance_percent(chance, 30))
                return 0;
        sim->totals.faults[CLASS_DELAY]++;
        return chance_percent(chance, 10) ? INT64_C(60000) * chance_between(chance, 1, 600)
                                          : INT64_C(1000) * chance_between(chance, 1, 120);
}

static int leave(struct sim *sim, const char *id, const char *address, transfer_done done, void *userdata,
                 struct transfer **ret)
{
        struct store *store = manager_engine(sim->manager)->store;
        struct delivery_record CLEANUP(delivery_record_clear) delivery = {0};
        struct notice_record notices[NOTICES_MAX] = {0};
        struct flight *flight;
        int n;

        crash_boundary(sim);
        if (sim->dead)
                return -EIO;
        if (sim->in_transaction)
                sim_fail(sim, "%s goes to %s while nothing of it is committed", id, address);
        if (store_get_delivery(store, id, &delivery) != 0 || delivery.state != DELIVERY_SENDING)
                sim_fail(sim, "%s goes to %s and is not marked as sending", id, address);
        n = store_delivery_notices(store, id, notices, NOTICES_MAX);
        checker_on_wire(sim, &delivery, notices, n);
        flight = calloc(1, sizeof(*flight));
        if (!flight)
                abort();
        flight->says = calloc((size_t)n + 1, sizeof(*flight->says));
        for (int i = 0; i < n; i++) {
                flight->says[flight->n_says++] = number_of(&notices[i], address);
                notice_record_clear(&notices[i]);
        }
        flight->done = done;
        flight->userdata = userdata;
        flight->fate = pick_fate(sim);
        flight->answer_ms = sim->now + pick_delay(sim);
        flight->next = sim->flights;
        snprintf(flight->id, sizeof(flight->id), "%s", id);
        snprintf(flight->address, sizeof(flight->address), "%s", address);
        sim->flights = flight;
        *ret = (struct transfer *)flight;
        sim_say(sim, "on the wire: %.8s %s to %s, attempt %u, %d notices", id, kind_name(delivery.kind), address,
                delivery.attempts, n);
        crash_boundary(sim);
        return 0;
}

static int take_mail(void *self, const struct mail_config *config, const char *to, const struct composed_mail *mail,
                     transfer_done done, void *userdata, struct transfer **ret)
{
        char id[DELIVERY_ID_SIZE] = "";

        (void)config;
        for (char **header = mail->headers; *header; header++)
                if (strncmp(*header, "Message-ID: <", 13) == 0)
                        memcpy(id, *header + 13, DELIVERY_ID_SIZE - 1);
        return leave(self, id, to, done, userdata, ret);
}

static int take_post(void *self, const struct webhook *webhook, const char *id, const char *body, transfer_done done,
                     void *userdata, struct transfer **ret)
{
        json_t *json = json_loads(body, 0, NULL);

        if (!json)
                sim_fail(self, "a webhook's body is no JSON");
        json_decref(json);
        return leave(self, id, webhook->id, done, userdata, ret);
}

static void cancel(void *self, struct transfer *transfer)
{
        struct sim *sim = self;

        for (struct flight **at = &sim->flights; *at; at = &(*at)->next)
                if ((struct transfer *)*at == transfer) {
                        struct flight *gone = *at;

                        *at = gone->next;
                        flight_free(gone);
                        return;
                }
}

struct courier outside_courier(struct sim *sim)
{
        return (struct courier){take_mail, take_post, cancel, sim};
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
        struct parcel_log *parcel;

        if (!flight)
                return;
        if (flight->fate == CLASSES || flight->fate == CLASS_LOST)
                take(sim, flight);
        parcel = outside_parcel(sim, flight->id);
        if (flight->fate != CLASSES) {
                sim->totals.faults[flight->fate]++;
                result.answer = words[flight->fate];
                result.outcome = flight->fate == CLASS_PERMANENT ? TRANSFER_PERMANENT : TRANSFER_TEMPORARY;
        }
        if (flight->fate == CLASS_LOST)
                parcel->excused = parcel->accepts;
        if (flight->fate == CLASS_PERMANENT)
                parcel->refused = true;
        if (flight->fate == CLASS_TEMPORARY && chance_percent(&sim->streams[CLASS_TEMPORARY], 10))
                result.retry_after = chance_between(&sim->streams[CLASS_TEMPORARY], 1, 86400);
        sim_say(sim, "answer to %.8s for %s: %s", flight->id, flight->address, result.answer);
        crash_boundary(sim);
        if (sim->dead) { /* accepted, and the process died before it heard of it */
                flight_free(flight);
                return;
        }
        flight->done(flight->userdata, &result);
        flight_free(flight);
}

void outside_cut(struct sim *sim)
{
        for (struct flight *flight = sim->flights; flight; flight = flight->next)
                if ((flight->fate == CLASSES || flight->fate == CLASS_LOST) &&
                    chance_percent(&sim->streams[CLASS_CRASH], 50))
                        take(sim, flight);
        for (int i = 0; i < sim->n_parcels; i++)
                if (!sim->parcels[i].known)
                        sim->parcels[i].excused = sim->parcels[i].accepts;
}

void outside_finished(struct sim *sim, const struct delivery_record *delivery)
{
        struct parcel_log *parcel = outside_parcel(sim, delivery->id);
        int64_t patience = INT64_C(5) * 86400000 - INT64_C(6) * 3600000; /* five days less the longest pause */

        if (delivery->state == DELIVERY_SENT) {
                if (parcel->accepts == 0)
                        sim_fail(sim, "%s is recorded as sent, and no server took it", delivery->id);
                parcel->known = true;
        }
        if (delivery->state == DELIVERY_FAILED && !parcel->refused && !sim_has(sim, CLASS_CLOCK) &&
            sim->now - delivery->made_ms < patience - INT64_C(86400000))
                sim_fail(sim, "%s was given up after %d hours", delivery->id,
                         (int)((sim->now - delivery->made_ms) / 3600000));
}
