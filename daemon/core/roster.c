/* The agencies of the block and the named groups of them. */
#include "core/roster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void agency_clear(struct agency *agency)
{
        free(agency->id);
        free(agency->name);
        free(agency->short_name);
        for (size_t i = 0; i < agency->n_emails; i++)
                free(agency->emails[i]);
        free(agency->emails);
        free(agency->webhook);
        free(agency->successor);
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

bool mailbox_same(const char *a, const char *b)
{
        return strcasecmp(a, b) == 0;
}

bool agency_has_mailbox(const struct agency *agency, const char *address)
{
        for (size_t i = 0; i < agency->n_emails; i++)
                if (mailbox_same(agency->emails[i], address))
                        return true;
        return false;
}

/* ---- households ---- */

struct resident {
        const char *mailbox;
        size_t agency;
};

static int compare_residents(const void *a, const void *b)
{
        const struct resident *left = a, *right = b;
        int order = strcasecmp(left->mailbox, right->mailbox);

        return order ? order : (left->agency > right->agency) - (left->agency < right->agency);
}

static size_t head_of(const struct agency *agencies, size_t agency)
{
        while (agencies[agency].household != agency)
                agency = agencies[agency].household;
        return agency;
}

static void join(struct agency *agencies, size_t a, size_t b)
{
        size_t left = head_of(agencies, a), right = head_of(agencies, b);

        agencies[left > right ? left : right].household = left < right ? left : right;
}

static int find_households(struct roster *roster)
{
        struct agency *agencies = roster->agencies;
        struct resident *residents;
        size_t n = 0;

        for (size_t i = 0; i < roster->n_agencies; i++)
                n += agencies[i].n_emails;
        residents = calloc(n + 1, sizeof(*residents));
        if (!residents)
                return -ENOMEM;
        n = 0;
        for (size_t i = 0; i < roster->n_agencies; i++) {
                agencies[i].household = i;
                agencies[i].shares = false;
                for (size_t k = 0; k < agencies[i].n_emails; k++)
                        residents[n++] = (struct resident){agencies[i].emails[k], i};
        }
        qsort(residents, n, sizeof(*residents), compare_residents);
        for (size_t i = 1; i < n; i++)
                if (residents[i].agency != residents[i - 1].agency &&
                    mailbox_same(residents[i].mailbox, residents[i - 1].mailbox)) {
                        join(agencies, residents[i - 1].agency, residents[i].agency);
                        agencies[residents[i].agency].shares = agencies[residents[i - 1].agency].shares = true;
                }
        for (size_t i = 0; i < roster->n_agencies; i++)
                agencies[i].household = head_of(agencies, i);
        free(residents);
        return 0;
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
        return find_households(roster);
}

bool agency_is_among(size_t agency, const size_t *agencies, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (agencies[i] == agency)
                        return true;
        return false;
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

size_t roster_find_named(const struct roster *roster, const char *text)
{
        size_t found = roster_find(roster, text);

        if (found != ROSTER_NONE)
                return found;
        for (size_t i = 0; i < roster->n_agencies; i++) {
                const struct agency *agency = &roster->agencies[i];

                if (strcmp(agency->short_name, text) != 0 && strcmp(agency->name, text) != 0)
                        continue;
                if (found != ROSTER_NONE)
                        return ROSTER_NONE;
                found = i;
        }
        return found;
}

size_t roster_find_group(const struct roster *roster, const char *id)
{
        for (size_t i = 0; i < roster->n_groups; i++)
                if (strcmp(roster->groups[i].id, id) == 0)
                        return i;
        return ROSTER_NONE;
}

/* ---- successors ---- */

size_t roster_successor(const struct roster *roster, size_t agency, civil_day today)
{
        const struct agency *it = &roster->agencies[agency];

        return it->successor && it->from <= today ? roster_find(roster, it->successor) : ROSTER_NONE;
}

size_t roster_heir(const struct roster *roster, size_t agency, civil_day today)
{
        size_t next;

        while ((next = roster_successor(roster, agency, today)) != ROSTER_NONE)
                agency = next;
        return agency;
}

civil_day roster_last_succession(const struct roster *roster, civil_day today)
{
        civil_day last = CIVIL_NONE;

        for (size_t i = 0; i < roster->n_agencies; i++) {
                const struct agency *agency = &roster->agencies[i];

                if (agency->successor && agency->from <= today && agency->from > last)
                        last = agency->from;
        }
        return last;
}

civil_day roster_next_succession(const struct roster *roster, civil_day today)
{
        civil_day next = CIVIL_NONE;

        for (size_t i = 0; i < roster->n_agencies; i++) {
                const struct agency *agency = &roster->agencies[i];

                if (agency->successor && agency->from > today && (next == CIVIL_NONE || agency->from < next))
                        next = agency->from;
        }
        return next;
}

bool id_valid(const char *id)
{
        static const char word[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
        size_t length = strlen(id);

        return length > 0 && length < ID_SIZE && id[0] != '-' && strspn(id, word) == length;
}
