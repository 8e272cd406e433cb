/* The calendar part of a letter: the one day that it speaks of, or the days that are taken back. */
#pragma once

#include "message/ics.h"
#include "message/letter.h"

/* The entry whose day a mail of the letter puts into calendars; NULL: none, of several days none is the message's own.
 */
const struct letter_entry *letter_published(const struct letter *letter);
/* Whether it takes back what stands in a calendar; then it publishes nothing. */
bool letter_cancels(const struct letter *letter);
/* *ret is allocated, or NULL where the letter has no such part. 0 or -ENOMEM. */
int letter_calendar(const struct letter_sender *sender, const struct letter *letter, const char *subject, char **ret);
