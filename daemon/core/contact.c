/* Whom to ask: an office has one, and a plan may have its own. */
#include "core/contact.h"

#include <stdlib.h>
#include <string.h>

void contact_clear(struct contact *contact)
{
        free(contact->name);
        free(contact->title);
        free(contact->phone);
        free(contact->email);
        *contact = (struct contact){0};
}

bool contact_equal(const struct contact *a, const struct contact *b)
{
        return a == b || (a && b && strcmp(a->name, b->name) == 0 && strcmp(a->title, b->title) == 0 &&
                          strcmp(a->phone, b->phone) == 0 && strcmp(a->email, b->email) == 0);
}
