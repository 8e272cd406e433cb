/* Letters for tests: an agency, a plan and a block that hardly change, so that a test names only what matters to it. */
#pragma once

#include "message/compose.h"

extern const struct letter_sender test_sender;

/* Day of 2024 as month * 100 + day; 0: none. */
civil_day day_of(int32_t number);
struct obligation_dates no_dates(void);
struct obligation_dates on(int32_t due);
/* Due on a day off. */
struct obligation_dates shifted(int32_t due, int32_t effective);
struct obligation_dates within(int32_t from, int32_t due, bool tentative);
/* An entry of plan "tdkt-2024" with nothing but these facts. */
struct letter_entry entry_of(enum notice_kind kind, const char *item, const char *title, struct obligation_dates dates);
/* A letter of 08:00 on that day to "Sở Nội vụ"; its kind is that of the first entry. */
struct letter letter_of(const struct letter_entry *entries, size_t n, int32_t today);
/* The composer of the shipped templates; NULL where they are broken. */
struct composer *shipped_composer(void);
