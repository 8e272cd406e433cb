/* The agencies of the block and the named groups of them.
 * Depends on nothing.
 * Filled by config; read by plan, engine, message. */
#include "core/roster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void agency_clear(struct agency *agency)
{
        free(agency->id);
        free(agency->name);
        free(agency->short_name);
        for (size_t i = 0; i < agency->n_emails; i++)
                free(agency->emails[i]);
        free(agency->emails);
        free(agency->webhook);
}

static void group_clear(struct group *group)
{
        free(group->id);
        free(group->agencies);
}

void roster_clear(struct roster *roster)
{
        for (size_t i = 0; i < roster->n_agencies; i++)
                agency_clear(&roster->agencies[i]);
        free(roster->agencies);
        for (size_t i = 0; i < roster->n_groups; i++)
                group_clear(&roster->groups[i]);
        free(roster->groups);
        free(roster->by_id);
        *roster = (struct roster){0};
}

/* Of equal ids, which config reports, the first in the file comes first. */
static int compare_by_id(const void *a, const void *b, void *agencies)
{
        const struct agency *all = agencies;
        const size_t *left = a, *right = b;
        int order = strcmp(all[*left].id, all[*right].id);

        return order ? order : (*left > *right) - (*left < *right);
}

int roster_index(struct roster *roster)
{
        size_t *by_id = calloc(roster->n_agencies + 1, sizeof(*by_id));

        if (!by_id)
                return -ENOMEM;
        for (size_t i = 0; i < roster->n_agencies; i++)
                by_id[i] = i;
        qsort_r(by_id, roster->n_agencies, sizeof(*by_id), compare_by_id, roster->agencies);
        free(roster->by_id);
        roster->by_id = by_id;
        return 0;
}

size_t roster_find(const struct roster *roster, const char *id)
{
        size_t low = 0, high = roster->by_id ? roster->n_agencies : 0;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (strcmp(roster->agencies[roster->by_id[middle]].id, id) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        if (!roster->by_id || low == roster->n_agencies || strcmp(roster->agencies[roster->by_id[low]].id, id) != 0)
                return ROSTER_NONE;
        return roster->by_id[low];
}

size_t roster_find_group(const struct roster *roster, const char *id)
{
        for (size_t i = 0; i < roster->n_groups; i++)
                if (strcmp(roster->groups[i].id, id) == 0)
                        return i;
        return ROSTER_NONE;
}

bool id_valid(const char *id)
{
        static const char word[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
        size_t length = strlen(id);

        return length > 0 && length < ID_SIZE && id[0] != '-' && strspn(id, word) == length;
}
