/* Changes: what a sync did to the obligations, for whoever reloaded. */
#include "reminding/changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *change_name(enum change_kind kind)
{
        static const char *const names[CHANGE_KINDS] = {
                [CHANGE_ADDED] = "added",       [CHANGE_MOVED] = "moved",     [CHANGE_REARRANGED] = "rearranged",
                [CHANGE_RETIMED] = "retimed",   [CHANGE_UNCLEAR] = "unclear", [CHANGE_WATCHED] = "watched",
                [CHANGE_RETURNED] = "returned", [CHANGE_PASSED] = "passed",   [CHANGE_WITHDRAWN] = "withdrawn",
        };

        return names[kind];
}

int changes_add(struct changes *changes, const struct change *change)
{
        struct change *kept;

        changes->counts[change->kind]++;
        if (changes->n == CHANGES_MAX)
                return 0;
        if (!changes->list)
                changes->list = calloc(CHANGES_MAX, sizeof(*changes->list));
        if (!changes->list)
                return -ENOMEM;
        kept = &changes->list[changes->n];
        *kept = *change;
        kept->title = strdup(change->title);
        if (!kept->title)
                return -ENOMEM;
        changes->n++;
        return 0;
}

void changes_clear(struct changes *changes)
{
        for (size_t i = 0; i < changes->n; i++)
                free(changes->list[i].title);
        free(changes->list);
        *changes = (struct changes){0};
}
