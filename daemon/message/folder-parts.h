/* What a folder of templates holds. */
#pragma once

#include "message/folder.h"

enum form { FORM_TEXT, FORM_HTML, FORMS };

struct partial {
        char *name; /* with its underscore, without the extension */
        char *path;
        struct template *template; /* NULL: not compiled */
        /* for folder_check() */
        enum { PARTIAL_NEW, PARTIAL_OPEN, PARTIAL_MEASURED } progress;
        size_t height; /* sections and partials in it that stand in each other */
        size_t taken;  /* partials that it takes in, with those that they take in */
        bool used;
};

struct partials {
        struct partial *sorted; /* by name */
        size_t n;
};

struct folder {
        struct message_templates messages[KIND_COUNT + 1];
        char *paths[KIND_COUNT + 1][FORMS];
        struct partials partials[FORMS];
        bool shows_digest; /* every message that may hold one has a place for it */
};

/* NULL: there is none of that name. */
struct partial *folder_partial(const struct partials *partials, const char *name);
/* Finds what can never be rendered, an error, and tags that can never write anything, a warning. 0; -EINVAL. */
int folder_check(struct folder *folder, struct report *report);
