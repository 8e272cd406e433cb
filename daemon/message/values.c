/* Values: a letter as the JSON object that its templates are rendered over.
 * Depends on letter, phrase, json.
 * Called by compose. */
#include "message/values.h"

#include <errno.h>
#include <string.h>

#include "message/json.h"
#include "message/phrase.h"
#include "message/values_parts.h"

json_t *values_append(json_t *array)
{
        json_t *object = json_object();
        return json_array_append_new(array, object) < 0 ? NULL : object;
}

void bases_add(struct bases *bases, const char *name)
{
        if (!*name || bases->n == BASES_MAX)
                return;
        for (size_t i = 0; i < bases->n; i++)
                if (strcmp(bases->names[i], name) == 0)
                        return;
        bases->names[bases->n++] = name;
}

int values_put_bases(json_t *root, const struct bases *bases)
{
        json_t *array = json_array();
        int r = json_put(root, "bases", array);
        if (r < 0)
                return r;
        for (size_t i = 0; i < bases->n; i++) {
                json_t *object = values_append(array);
                r |= object ? json_put_text(object, "name", bases->names[i]) : -1;
                r |= object ? json_put_bool(object, "first", i == 0) : -1;
        }
        return r | json_put_bool(root, "many_bases", bases->n > 1);
}

static int put_sender(json_t *root, const struct letter_sender *sender)
{
        json_t *block = json_object(), *contact = json_object();
        int r = json_put(root, "block", block);
        r |= json_put(root, "contact", contact);
        if (r < 0)
                return r;
        r |= json_put_text(block, "name", sender->block_name);
        r |= json_put_text(block, "short", sender->block_short);
        r |= json_put_text(contact, "name", sender->contact_name);
        r |= json_put_text(contact, "title", sender->contact_title);
        r |= json_put_text(contact, "phone", sender->contact_phone);
        r |= json_put_text(contact, "email", sender->contact_email);
        return r;
}

static int put_letter(json_t *root, const struct letter *letter)
{
        char phrase[PHRASE_SIZE];
        int r = 0;
        r |= json_put_text(root, "agency", letter->agency_name);
        r |= json_put_text(root, "address", letter->address);
        r |= json_put_day_vi(root, "now_day", wall_day(letter->now));
        r |= json_put_text(root, "now_clock", phrase_clock(wall_clock(letter->now), phrase));
        return r;
}

static int put_failures(json_t *root, const struct letter *letter)
{
        json_t *failures = json_array();
        int r = json_put(root, "failures", failures);
        r |= json_put_int(root, "count", (json_int_t)letter->n_entries);
        r |= json_put_bool(root, "many", letter->n_entries > 1);
        for (size_t i = 0; i < letter->n_entries && r == 0; i++) {
                json_t *failure = values_append(failures);
                r = failure ? values_put_entry(failure, letter, &letter->entries[i]) : -1;
        }
        return r;
}

static int put_content(json_t *root, const struct letter *letter)
{
        if (letter->kind == KIND_DIGEST)
                return values_put_digest(root, letter);
        if (letter->kind == KIND_FAILURE)
                return put_failures(root, letter);
        if (letter->n_entries > 1)
                return values_put_group(root, letter);
        if (letter->n_entries == 1)
                return values_put_entry(root, letter, &letter->entries[0]);
        return 0;
}

int values_new(const struct letter_sender *sender, const struct letter *letter, json_t **ret)
{
        CLEANUP_JSON json_t *root = json_object();
        if (!root || put_sender(root, sender) | put_letter(root, letter) | put_content(root, letter))
                return -ENOMEM;
        *ret = TAKE_PTR(root);
        return 0;
}
