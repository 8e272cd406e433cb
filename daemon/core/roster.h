/* The agencies of the block and the named groups of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/civil.h"

#define ID_SIZE 64 /* an id and its NUL: a longer one is refused */

struct agency {
        char *id;
        char *name;
        char *short_name; /* never NULL: the name where the file gives none */
        char **emails;    /* checked, the domain in ASCII (IDNA); no two of one mailbox */
        size_t n_emails;
        size_t household; /* its first agency in the roster, see roster_index() */
        bool shares;      /* a mailbox with another one */
        char *webhook;    /* id of a webhook of its own, or NULL */
        char *successor;  /* id of the agency into which it merged, or NULL */
        civil_day from;   /* the first day of that */
};

struct group {
        char *id;
        size_t *agencies; /* indexes into the roster */
        size_t n_agencies;
};

struct roster {
        struct agency *agencies; /* in file order */
        size_t n_agencies;
        struct group *groups;
        size_t n_groups;
        size_t *by_id; /* indexes of agencies, sorted by id */
};

#define ROSTER_NONE ((size_t)-1)

/* Releases everything the roster owns and empties it. */
void roster_clear(struct roster *roster);
/* Sorts by_id after the agencies are complete, and finds the households: agencies that share a mailbox, or are linked
 * by others that do. 0 or -ENOMEM. */
int roster_index(struct roster *roster);
/* Whether two addresses are one mailbox. The domain knows no upper case (RFC 5321, section 2.4); a local part might,
 * but no server in use tells two people apart by it, and who writes VP@ and vp@ means one office. */
bool mailbox_same(const char *a, const char *b);
bool agency_has_mailbox(const struct agency *agency, const char *address);
bool agency_is_among(size_t agency, const size_t *agencies, size_t n);
/* Index of an agency or group, ROSTER_NONE where there is none. */
size_t roster_find(const struct roster *roster, const char *id);
/* Of an agency by its id, its short name or its name; of a name that two have, ROSTER_NONE. */
size_t roster_find_named(const struct roster *roster, const char *text);
size_t roster_find_group(const struct roster *roster, const char *id);
/* Who answers for an agency on that day: the last of those that it has passed to one after the other, or itself. There
 * are no circles, which config refuses. */
size_t roster_heir(const struct roster *roster, size_t agency, civil_day today);
/* To whom it has passed by then, which may have passed to another itself; ROSTER_NONE: to nobody. */
size_t roster_successor(const struct roster *roster, size_t agency, civil_day today);
/* The last day up to `today`, and the first after it, on which an agency passes to another; CIVIL_NONE: none. */
civil_day roster_last_succession(const struct roster *roster, civil_day today);
civil_day roster_next_succession(const struct roster *roster, civil_day today);
/* Whether an id has the form [a-z0-9][a-z0-9-]* and fits ID_SIZE. */
bool id_valid(const char *id);
