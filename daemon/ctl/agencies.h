/* The agencies that rows are about, in the order of agencies.conf; those that it no longer has come last. */
#pragma once

#include <stddef.h>

#include "client/received.h"

struct listed_agency {
        const char *id, *name, *short_name;
};

struct agency_list {
        struct listed_agency *agencies;
        size_t n;
        json_t *index; /* the place of each id */
};

/* `agencies` as the method Agencies has them; of the rows only those that count, NULL: all. Borrows from both. 0, or
 * -ENOMEM. */
int agency_list_gather(const json_t *agencies, const json_t *rows, bool (*counts)(const json_t *row),
                       struct agency_list *ret);
/* The place of the agency of a row that counts. */
size_t agency_list_place(const struct agency_list *list, const json_t *row);
void agency_list_clear(struct agency_list *list);
