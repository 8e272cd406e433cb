/* Venue: at which hour of its last day an item is due or held, and where. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct venue {
        int32_t time; /* seconds since midnight; 0: all day */
        char *place;  /* NULL: none is named */
};

bool venue_is_same(const struct venue *a, const struct venue *b);
/* As it is kept between two syncs. The caller frees it. NULL: no memory. */
char *venue_write(const struct venue *venue);
/* What venue_write() wrote; ret->place lies in the text. */
void venue_read(char *text, struct venue *ret);
