/* Fill: the value of a tag, made at the moment a template asks a scope for its name. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "core/civil.h"

#define FILL_ROOM 256 /* bytes for a phrase made on the spot */

struct scope;
struct fill;

/* Sets *ret, which is FILL_NONE, to the value of a name (see template_number). false: there is none of that name here,
 * so the scopes around are asked. */
typedef bool (*scope_find)(const struct scope *scope, unsigned name, struct fill *ret);
/* Sets *ret, which is FILL_NONE, to an element of a list of that scope; false leaves that one out. */
typedef bool (*scope_element)(const struct scope *scope, size_t index, struct fill *ret);

/* Something with named values in it. Everything is borrowed. */
struct scope {
        scope_find find;
        const void *root;  /* the same in all scopes of one rendering */
        const void *facts; /* what this one is about */
        size_t index;
};

enum fill_kind {
        FILL_NONE,   /* known by name, but it does not apply */
        FILL_FAILED, /* no memory */
        FILL_BOOL,
        FILL_NUMBER,
        FILL_TEXT,   /* from outside: text_line() cleans it where it is written */
        FILL_PHRASE, /* our own words, written as they are */
        FILL_SCOPE,
        FILL_LIST,
};

struct fill {
        enum fill_kind kind;
        int64_t number;   /* bool, too */
        const char *text; /* borrowed, or one of the two below */
        char *owned;
        struct scope scope; /* list: the one that it belongs to */
        scope_element element;
        size_t n; /* elements, with those left out */
        char room[FILL_ROOM];
};

/* Not with {0}, which would clear the room each time. */
void fill_init(struct fill *fill);
void fill_clear(struct fill *fill);
#define CLEANUP_FILL CLEANUP(fill_clear)

/* Whether a section over it is written: not over none, false or a list without elements. */
bool fill_is_true(const struct fill *fill);

/* All below set a value that is FILL_NONE, and return true, as a scope's find does for a name that it knows. */

/* None for NULL and where no character would be left. */
bool fill_text(struct fill *fill, const char *text);
/* Adds a text made for it, which is emptied. */
bool fill_take(struct fill *fill, struct text *text);
/* None for "". */
bool fill_phrase(struct fill *fill, const char *phrase);
bool fill_bool(struct fill *fill, bool is);
bool fill_number(struct fill *fill, int64_t number);
/* A number above 0; none for others. */
bool fill_count(struct fill *fill, int64_t number);
/* "10/12/2024"; none for CIVIL_NONE. */
bool fill_day(struct fill *fill, civil_day day);
bool fill_scope(struct fill *fill, const struct scope *scope);
bool fill_list(struct fill *fill, const struct scope *scope, size_t n, scope_element element);
