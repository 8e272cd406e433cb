/* Failures: what could not be said is told to the block's contact, and stays unread until somebody acknowledges it. */
#include "addressing/failure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addressing/dispatch.h"
#include "base/cleanup.h"
#include "core/refusal.h"
#include "store/unread.h"

#define LATE "late@" /* and the notice's number: the rung of what came too late */

static int tell_contact(struct engine *engine, struct notice_record *notice, const char *delivery, int64_t now_ms)
{
        int r;

        notice->state = NOTICE_NEW;
        notice->detail = (char *)delivery;
        notice->rung_at = clock_wall(now_ms);
        notice->made_ms = now_ms;
        r = store_add_notice(engine->store, notice);
        if (r == 0 && engine->failures_due == 0)
                engine->failures_due = now_ms + FAILURE_COLLECT_MS;
        return r < 0 ? r : 0;
}

static enum notice_kind kind_of(const struct delivery_record *delivery)
{
        return delivery->state == DELIVERY_BOUNCED ? KIND_BOUNCED : KIND_FAILURE;
}

/* One for each cause of a delivery: whoever sends it again, and in vain for the same reason, knows that reason. */
static void name_rung(const struct delivery_record *delivery, const char *answer, char ret[static RUNG_KEY_SIZE])
{
        uint64_t cause = refusal_cause(answer ? answer : "");

        (void)snprintf(ret, RUNG_KEY_SIZE, "%s@%s/%06" PRIx64, kind_name(kind_of(delivery)), delivery->id,
                       cause & 0xffffff);
}

bool failure_is_last(const struct notice_record *notice, const struct delivery_record *delivery)
{
        char rung[RUNG_KEY_SIZE];

        name_rung(delivery, delivery->answer, rung);
        return delivery_has_failed(delivery->state) && strcmp(notice->rung, rung) == 0;
}

int failure_tell(struct engine *engine, const struct delivery_record *delivery, const char *answer, int64_t now_ms)
{
        struct notice_record notice = {.kind = kind_of(delivery)};

        /* A failed notice of a failure would breed; the journal has both. */
        if (kind_tells_failure(delivery->kind) || delivery->kind == KIND_TEST)
                return 0;
        name_rung(delivery, answer, notice.rung);
        return tell_contact(engine, &notice, delivery->id, now_ms);
}

int64_t failure_late_notice(const struct notice_record *notice)
{
        return strncmp(notice->rung, LATE, strlen(LATE)) == 0 ? strtoll(notice->rung + strlen(LATE), NULL, 10) : 0;
}

static int say_late(const struct engine *engine, int64_t id, const struct delivery_record *delivery)
{
        struct notice_record CLEANUP(notice_record_clear) notice = {0};
        struct obligation_record CLEANUP(obligation_record_clear) record = {0};
        char day[CIVIL_DATE_SIZE];
        int r = store_get_notice(engine->store, id, &notice);

        if (r == 0)
                r = store_get_obligation(engine->store, notice.obligation_id, &record);
        if (r != 0)
                return r < 0 ? r : 0;
        journal_say(&engine->journal, EVENT_TOO_LATE,
                    &(struct journal_fields){
                            .plan = record.plan,
                            .item = record.item,
                            .agency = record.agency,
                            .delivery = delivery ? delivery->id : NULL,
                            .kind = kind_name(notice.kind),
                            .channel = delivery ? channel_kind_name(delivery->channel.kind) : NULL,
                    },
                    "Too late to remind %s%s%s of %s/%s, due %s: nothing more is sent; tell them in another way, then: "
                    "reminderctl acknowledge %s",
                    record.agency, delivery ? " at " : "", delivery ? delivery->address : "", record.plan, record.item,
                    civil_format(record.due, day), delivery ? delivery->id : "--all");
        return 0;
}

int failure_tell_late(struct engine *engine, int64_t late, const struct delivery_record *delivery, int64_t now_ms)
{
        struct notice_record notice = {.kind = KIND_FAILURE};
        const char *id = delivery ? delivery->id : "";
        int r = store_add_late(engine->store, late, delivery ? delivery->number : 0, now_ms);

        snprintf(notice.rung, sizeof(notice.rung), LATE "%" PRId64 "/%s", late, id);
        if (r == 0)
                r = tell_contact(engine, &notice, id, now_ms);
        return r < 0 ? r : say_late(engine, late, delivery);
}
