/* The words of a document, compared with the day that was read from them. */
#pragma once

#include "core/civil.h"

/* A last day that a document names: "trước ngày 15/6/2026" is the 14th, "chậm nhất ngày 15/6" the 15th. */
struct named_day {
        size_t start, size; /* where it stands in the wording, in bytes */
        civil_day last;     /* in the year of the day that it is compared with, where it names none */
};

/* The last days that an item has. */
struct last_days {
        const civil_day *days;
        size_t n;
        bool of_part; /* of a month, a quarter or a half by its number: "trong tháng 10" names a last day, too */
};

/* Whether a wording names last days and none of them is one of these; *ret is then the first of them. An hour before
 * the day ("trước 16h00 ngày 23/9") makes it that very day, and what names no day of the year ("ngày 20 tháng cuối
 * quý") says nothing here; nor does the day of an exception ("đặc biệt không quá 15/02"). */
bool wording_contradicts(const char *wording, const struct last_days *last, struct named_day *ret);
