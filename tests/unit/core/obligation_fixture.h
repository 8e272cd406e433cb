/* An obligation written down in a table: dates as text. */
#pragma once

#include "fixture.h"

#include "core/obligation.h"

/* An obligation in words: dates as text, "" for none. */
struct given {
        const char *from, *due;
        bool tentative, observance, lapses;
        enum shift shift;
        const char *fixed;
        enum obligation_status status;
        const char *done_on, *snoozed_until, *urged;
};

static inline civil_day day_or_none(const char *text)
{
        return text ? day_of(text) : CIVIL_NONE;
}

static inline struct obligation make(const struct given *given)
{
        return (struct obligation){
                .from = day_or_none(given->from),
                .due = day_or_none(given->due),
                .tentative = given->tentative,
                .observance = given->observance,
                .lapses = given->lapses,
                .shift = given->shift,
                .fixed = day_or_none(given->fixed),
                .status = given->status,
                .done_on = day_or_none(given->done_on),
                .snoozed_until = day_or_none(given->snoozed_until),
                .urged = day_or_none(given->urged),
        };
}

/* The days of a planned obligation. */
#define OCTOBER .from = "2024-10-01", .due = "2024-10-31"
