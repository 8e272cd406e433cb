/* Changes: what a sync did to the obligations, for whoever reloaded. */
#pragma once

#include "core/obligation.h"

enum change_kind {
        CHANGE_ADDED,
        CHANGE_MOVED,      /* another day is in force */
        CHANGE_REARRANGED, /* at another hour or place of the same day */
        CHANGE_RETIMED,    /* reminded at other moments */
        CHANGE_UNCLEAR,    /* past when it became known: nothing is sent of it any more */
        CHANGE_WATCHED,    /* was unclear, and is not any more */
        CHANGE_RETURNED,   /* was withdrawn, and is owed again */
        CHANGE_PASSED,     /* owed by the successor of the agency from now on */
        CHANGE_WITHDRAWN,
        CHANGE_KINDS
};

/* So many are kept, the rest is only counted: what a person reads, and about half a megabyte. */
#define CHANGES_MAX 1000

struct change {
        enum change_kind kind;
        char plan[ID_SIZE], item[ID_SIZE], key[KEY_SIZE], agency[ID_SIZE];
        char successor[ID_SIZE]; /* who owes it instead; "": nobody */
        char *title;
        enum obligation_state state; /* before; of a new one: now */
        civil_day before, after;     /* the day in force; CIVIL_NONE: none */
        bool left;                   /* withdrawn, since the item does not name the agency any more */
};

struct changes {
        struct change *list;
        size_t n;
        size_t counts[CHANGE_KINDS]; /* all of them, kept or not */
};

const char *change_name(enum change_kind kind);
/* Counts a change, and keeps it while there is room; its title is copied. 0 or -ENOMEM. */
int changes_add(struct changes *changes, const struct change *change);
void changes_clear(struct changes *changes);
