/* Venue: at which hour and where an item is due or held. */
#include "core/venue.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool venue_is_same(const struct venue *a, const struct venue *b)
{
        return a->time == b->time && strcmp(a->place ? a->place : "", b->place ? b->place : "") == 0;
}

/* "57600 Hội trường tầng 2" */
char *venue_write(const struct venue *venue)
{
        char *text;

        return asprintf(&text, "%" PRId32 " %s", venue->time, venue->place ? venue->place : "") < 0 ? NULL : text;
}

void venue_read(char *text, struct venue *ret)
{
        char *rest;

        ret->time = (int32_t)strtol(text, &rest, 10);
        ret->place = *rest == ' ' && rest[1] ? rest + 1 : NULL;
}
