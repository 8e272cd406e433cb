/* An event loop with transfers, and the outcomes they have had, for the tests of delivery. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "transport/smtp.h"
#include "transport/webhook.h"

#define HARNESS_PATIENCE 120 /* seconds that a test may take: only a broken one needs them */
#define HARNESS_SILENCE 3    /* seconds of it are a timeout; in them, all that is said comes, on a busy machine too */

struct outcome {
        unsigned calls;
        struct transfer_result result;
        char answer[TRANSFER_ANSWER_MAX + 1];
        void (*then)(void *userdata); /* called from within the callback */
        void *userdata;
};

struct harness {
        sd_event *event;
        struct transfers *transfers;
        uint64_t start; /* us, CLOCK_MONOTONIC */
};

static inline void harness_done(void *userdata, const struct transfer_result *result)
{
        struct outcome *outcome = userdata;

        outcome->calls++;
        outcome->result = *result;
        snprintf(outcome->answer, sizeof outcome->answer, "%s", result->answer);
        outcome->result.answer = outcome->answer;
        if (outcome->then)
                outcome->then(outcome->userdata);
}

static inline int harness_write(void *userdata, struct smtp_message *ret)
{
        const struct smtp_message *message = userdata;

        *ret = *message;
        return 0;
}

/* What became of a source, and how it answers. */
struct written {
        int r; /* of its write */
        int written, released;
};

static inline void harness_release(void *userdata)
{
        struct written *source = userdata;

        source->released++;
}

/* A message that stays with the test. */
static inline struct smtp_source harness_source(const struct smtp_message *message)
{
        return (struct smtp_source){.write = harness_write, .userdata = (void *)message};
}

static inline int harness_write_body(void *userdata, const char **ret_body)
{
        *ret_body = userdata;
        return 0;
}

/* A body that stays with the test. */
static inline struct webhook_source harness_body(const char *body)
{
        return (struct webhook_source){.write = harness_write_body, .userdata = (void *)body};
}

static inline void harness_start(struct harness *harness)
{
        assert_return_code(sd_event_new(&harness->event), 0);
        assert_return_code(transfers_new(harness->event, &harness->transfers), 0);
        assert_return_code(sd_event_now(harness->event, CLOCK_MONOTONIC, &harness->start), 0);
}

static inline void harness_stop(struct harness *harness)
{
        harness->transfers = transfers_free(harness->transfers);
        harness->event = sd_event_unref(harness->event);
}

/* One turn of the loop, at most that long. */
static inline void harness_turn(struct harness *harness, uint64_t usec)
{
        uint64_t now = 0;

        assert_return_code(sd_event_run(harness->event, usec), 0);
        assert_return_code(sd_event_now(harness->event, CLOCK_MONOTONIC, &now), 0);
        assert_true(now - harness->start < HARNESS_PATIENCE * 1000000ull);
}

/* Until nothing is under way. */
static inline void harness_run(struct harness *harness)
{
        while (transfers_under_way(harness->transfers) > 0)
                harness_turn(harness, 1000000);
}
