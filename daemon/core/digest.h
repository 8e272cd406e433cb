/* The weekly digest: when it leaves, and in which of its lists an obligation stands. */
#pragma once

#include "core/hours.h"
#include "core/obligation.h"
#include "core/rung.h"

struct digest_rules {
        enum weekday weekday;
        int32_t at; /* seconds since midnight */
        const struct calendar *calendar;
        const struct hours *hours;
};

/* A digest is known by its nominal day, the first of its week. On a day off it leaves on the working day after. */
wall_time digest_moment(const struct digest_rules *rules, civil_day nominal);
/* The last one whose moment has come: of several missed weeks only that is sent. */
civil_day digest_newest(const struct digest_rules *rules, wall_time now);
/* The one that follows what is settled. */
civil_day digest_after(const struct digest_rules *rules, civil_day settled);
/* Writes the key of its notices: "digest@DAY". */
void digest_write_key(civil_day nominal, char ret[static RUNG_KEY_SIZE]);
/* The last day of its week. */
civil_day digest_week_end(civil_day nominal);

enum digest_section { DIGEST_OVERDUE, DIGEST_WEEK, DIGEST_MONTH, DIGEST_FINISHED, DIGEST_WAITING, DIGEST_SECTIONS };

/* DIGEST_SECTIONS: in none. What was finished is listed for the week before; a snooze silences no digest. */
enum digest_section digest_section_of(const struct obligation *obligation, const struct calendar *calendar,
                                      civil_day nominal, civil_day today);
