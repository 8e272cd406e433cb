/* An attempt: one delivery from its claim until what became of it is recorded. */
#include "sending/attempt.h"

#include <stdlib.h>

void attempt_free(struct attempt *attempt)
{
        delivery_record_clear(&attempt->delivery);
        message_unref(attempt->message);
        free(attempt->answer);
        free(attempt);
}

struct journal_fields attempt_fields(const struct attempt *attempt)
{
        return (struct journal_fields){
                .agency = attempt->delivery.agency,
                .delivery = attempt->delivery.id,
                .kind = kind_name(attempt->delivery.kind),
                .channel = channel_kind_name(attempt->delivery.channel.kind),
                .attempt = attempt->delivery.attempts,
        };
}

const char *attempt_subject(const struct attempt *attempt)
{
        return attempt->message ? message_subject(attempt->message) : NULL;
}

/* ---- lists ---- */

void attempts_init(struct attempts *attempts)
{
        TAILQ_INIT(&attempts->queue);
        attempts->n = 0;
}

void attempts_append(struct attempts *attempts, struct attempt *attempt)
{
        TAILQ_INSERT_TAIL(&attempts->queue, attempt, link);
        attempts->n++;
}

void attempts_prepend(struct attempts *attempts, struct attempt *attempt)
{
        TAILQ_INSERT_HEAD(&attempts->queue, attempt, link);
        attempts->n++;
}

void attempts_remove(struct attempts *attempts, struct attempt *attempt)
{
        TAILQ_REMOVE(&attempts->queue, attempt, link);
        attempts->n--;
}

struct attempt *attempts_take_first(struct attempts *attempts)
{
        struct attempt *attempt = TAILQ_FIRST(&attempts->queue);

        if (attempt)
                attempts_remove(attempts, attempt);
        return attempt;
}

void attempts_clear(struct attempts *attempts)
{
        struct attempt *attempt;

        while ((attempt = attempts_take_first(attempts)))
                attempt_free(attempt);
}
