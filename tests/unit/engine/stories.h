/* What the stories of the engine share. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "play.h"
#include "store/obligation-list.h"

#define REPORT "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-06-14\"; for = [\"c\"]; }"

static inline int decided(int r, struct decision_result *result)
{
        decision_result_clear(result);
        return r;
}

static inline int count_delivery(void *userdata, const struct delivery_record *delivery)
{
        (void)delivery;
        (*(int *)userdata)++;
        return 0;
}

static inline int deliveries_in(struct play *play, enum delivery_state state)
{
        const struct delivery_filter filter = {.state = (int)state};
        int n = 0;

        assert_int_equal(store_each_delivery(play_engine(play)->store, &filter, count_delivery, &n), 0);
        return n;
}

static inline int note_id(void *userdata, const struct delivery_record *delivery)
{
        memcpy(userdata, delivery->id, DELIVERY_ID_SIZE);
        return 0;
}
