/* The calendar parts of a letter: the one day that it speaks of, or each day that is taken back. */
#pragma once

#include "message/ics.h"
#include "message/letter.h"

/* The identity of an obligation in calendars, the same in every message and in the feed. Allocated; NULL: no memory. */
char *calendar_uid(const struct letter_sender *sender, const struct letter_entry *entry, const char *agency);
/* The days on which it stands there, both included. */
void calendar_days(const struct letter_entry *entry, civil_day *ret_first, civil_day *ret_last);

/* The entry whose day a mail of the letter puts into calendars; NULL: none, of several days none is the message's own.
 */
const struct letter_entry *letter_published(const struct letter *letter);
/* Whether it takes back what stands in a calendar; then it publishes nothing. */
bool letter_cancels(const struct letter *letter);
/* *ret: iCalendar objects, allocated like their list, which NULL ends; left alone where the letter has no such part. 0
 * or -ENOMEM. */
int letter_calendars(const struct letter_sender *sender, const struct letter *letter, const char *subject, char ***ret);
