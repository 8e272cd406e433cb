/* An item by name: "plan/item@YYYY-MM-DD" read and written, and which plan is meant where none is named. */
#include "core/reference.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/civil.h"

/* Copies text[0..length) where it is a whole id. */
static bool take_id(const char *text, size_t length, char ret[static ID_SIZE])
{
        if (length >= ID_SIZE)
                return false;
        memcpy(ret, text, length);
        ret[length] = '\0';
        return id_valid(ret);
}

int reference_parse(const char *text, struct reference *ret)
{
        size_t length = strnlen(text, REFERENCE_TEXT_SIZE);
        const char *end = text + length, *at = memchr(text, '@', length), *slash = memchr(text, '/', length);
        const char *item = slash ? slash + 1 : text;
        struct reference reference = {0};
        civil_day day;

        if (length == REFERENCE_TEXT_SIZE || (at && slash && at < slash))
                return -EINVAL;
        if (slash && !take_id(text, (size_t)(slash - text), reference.plan))
                return -EINVAL;
        if (!take_id(item, (size_t)((at ? at : end) - item), reference.item))
                return -EINVAL;
        if (at && civil_parse(at + 1, &day) < 0)
                return -EINVAL;
        if (at)
                memcpy(reference.key, at + 1, sizeof(reference.key));
        *ret = reference;
        return 0;
}

const char *reference_format(const char *plan, const char *item, const char *key, char text[static REFERENCE_TEXT_SIZE])
{
        (void)snprintf(text, REFERENCE_TEXT_SIZE, "%s%s%s%s%s", plan, *plan ? "/" : "", item, *key ? "@" : "", key);
        return text;
}

const char *reference_key(const struct reference *reference)
{
        return *reference->key ? reference->key : NULL;
}

int reference_compare(const struct reference_candidate *a, const struct reference_candidate *b)
{
        return a->fits != b->fits ? (int)a->fits - (int)b->fits : (int)a->stage - (int)b->stage;
}

/* The first of those that are meant most of all, leaving out one of them (NULL: none). */
static const struct reference_candidate *first_but(const struct reference_candidate *candidates, size_t n,
                                                   const struct reference_candidate *but)
{
        const struct reference_candidate *best = NULL;

        for (size_t i = 0; i < n; i++)
                if (&candidates[i] != but && (!best || reference_compare(&candidates[i], best) > 0))
                        best = &candidates[i];
        return best;
}

enum reference_choice reference_choose(const struct reference_candidate *candidates, size_t n,
                                       const struct reference_candidate *ret[static 2])
{
        if (n == 0)
                return REFERENCE_UNKNOWN;
        ret[0] = first_but(candidates, n, NULL);
        if (n == 1)
                return REFERENCE_CHOSEN;
        for (size_t i = 0; i < n; i++)
                if (!candidates[i].fits && candidates[i].stage > ret[0]->stage) {
                        ret[1] = &candidates[i];
                        return REFERENCE_AMBIGUOUS;
                }
        ret[1] = first_but(candidates, n, ret[0]);
        return reference_compare(ret[0], ret[1]) > 0 ? REFERENCE_CHOSEN : REFERENCE_AMBIGUOUS;
}
