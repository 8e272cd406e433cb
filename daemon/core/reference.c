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

enum reference_choice reference_choose(const struct reference_candidate *candidates, size_t n, int32_t this_year,
                                       const struct reference_candidate *ret[static 2])
{
        size_t n_fit = 0;

        for (size_t i = 0; i < n; i++) {
                if (n > 1 && candidates[i].year != this_year)
                        continue;
                if (n_fit < 2)
                        ret[n_fit] = &candidates[i];
                n_fit++;
        }
        if (n_fit > 0)
                return n_fit == 1 ? REFERENCE_CHOSEN : REFERENCE_AMBIGUOUS;
        for (size_t i = 0; i < n && i < 2; i++)
                ret[i] = &candidates[i];
        return n > 0 ? REFERENCE_AMBIGUOUS : REFERENCE_UNKNOWN;
}
