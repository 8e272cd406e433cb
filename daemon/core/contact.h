/* Whom to ask: an office has one, and a plan may have its own. */
#pragma once

#include <stdbool.h>

struct contact {
        char *name, *title, *phone, *email; /* "" where not given */
};

void contact_clear(struct contact *contact);
/* NULL, a plan's that has none, equals NULL alone. */
bool contact_equal(const struct contact *a, const struct contact *b);
