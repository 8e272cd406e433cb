/* Values of a letter: what its templates can ask for. */
#include "message/values.h"

#include <string.h>

#include "message/values-parts.h"

_Static_assert(FILL_ROOM >= PHRASE_SIZE, "a phrase fits");

#define VALUE_NAME(name) [NAME_##name] = #name,
static const char *const names[NAMES] = {VALUE_NAMES(VALUE_NAME)};
#undef VALUE_NAME

unsigned values_number(const char *name, size_t size)
{
        for (unsigned number = NAME_NONE + 1; number < NAMES; number++)
                if (strlen(names[number]) == size && memcmp(names[number], name, size) == 0)
                        return number;
        return NAME_NONE;
}

const char *values_name(unsigned number)
{
        return number < NAMES ? names[number] : NULL;
}

bool fill_part(struct fill *fill, const struct scope *scope, scope_find find, const void *facts, size_t index)
{
        return fill_scope(fill, &(struct scope){.find = find, .root = scope->root, .facts = facts, .index = index});
}

/* ---- the plans that it rests on ---- */

static void add_basis(struct bases *bases, const char *name)
{
        if (!*name || bases->n == BASES_MAX)
                return;
        for (size_t i = 0; i < bases->n; i++)
                if (strcmp(bases->names[i], name) == 0)
                        return;
        bases->names[bases->n++] = name;
}

static void add_bases(struct bases *bases, const struct letter_entry *entries, size_t n)
{
        for (size_t i = 0; i < n; i++)
                add_basis(bases, entry_basis(&entries[i]));
}

static void add_digest_bases(struct bases *bases, const struct letter *letter)
{
        for (size_t section = 0; section < DIGEST_SECTIONS; section++)
                add_bases(bases, letter->sections[section], letter->n_sections[section]);
        for (size_t i = 0; i < letter->n_matrices && !bases->n; i++)
                add_basis(bases, letter->matrices[i].plan_title);
}

static bool find_in_basis(const struct scope *scope, unsigned name, struct fill *ret)
{
        switch (name) {
        case NAME_name:
                return fill_text(ret, scope->facts);
        case NAME_first:
                return fill_bool(ret, scope->index == 0);
        default:
                return false;
        }
}

static bool basis_at(const struct scope *scope, size_t index, struct fill *ret)
{
        return fill_part(ret, scope, find_in_basis, scope_values(scope)->bases.names[index], index);
}

static bool find_bases(const struct scope *scope, unsigned name, struct fill *ret)
{
        size_t n = scope_values(scope)->bases.n;
        switch (name) {
        case NAME_bases:
                return fill_list(ret, scope, n, basis_at);
        case NAME_many_bases:
                return fill_bool(ret, n > 1);
        default:
                return false;
        }
}

/* A digest within a reminder. */
static bool find_in_digest(const struct scope *scope, unsigned name, struct fill *ret)
{
        if (name == NAME_many_bases)
                return fill_bool(ret, scope_values(scope)->digest_bases.n > 1);
        return digest_find(scope, name, ret);
}

/* ---- whom to ask ---- */

static const struct contact *first_contact(const struct letter *letter)
{
        if (letter->n_entries > 0)
                return letter->entries[0].contact;
        for (size_t section = 0; section < DIGEST_SECTIONS; section++)
                if (letter->n_sections[section] > 0)
                        return letter->sections[section][0].contact;
        return letter->n_matrices > 0 ? letter->matrices[0].contact : NULL;
}

static bool all_have(const struct contact *contact, const struct letter_entry *entries, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (!contact_equal(entries[i].contact, contact))
                        return false;
        return true;
}

/* Where plans with several contacts meet, the letter ends with the block's, and its entries name theirs. */
static const struct contact *contact_of(const struct letter_sender *sender, const struct letter *letter)
{
        const struct contact *contact = first_contact(letter);
        if (!all_have(contact, letter->entries, letter->n_entries))
                return sender->contact;
        for (size_t section = 0; section < DIGEST_SECTIONS; section++)
                if (!all_have(contact, letter->sections[section], letter->n_sections[section]))
                        return sender->contact;
        for (size_t i = 0; i < letter->n_matrices; i++)
                if (!contact_equal(letter->matrices[i].contact, contact))
                        return sender->contact;
        return contact ? contact : sender->contact;
}

/* ---- every letter ---- */

static bool find_in_block(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct letter_sender *sender = scope->facts;
        switch (name) {
        case NAME_name:
                return fill_text(ret, sender->block_name);
        case NAME_short:
                return fill_text(ret, sender->block_short);
        default:
                return false;
        }
}

bool contact_find(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct contact *contact = scope->facts;
        switch (name) {
        case NAME_name:
                return fill_text(ret, contact->name);
        case NAME_title:
                return fill_text(ret, contact->title);
        case NAME_phone:
                return fill_text(ret, contact->phone);
        case NAME_email:
                return fill_text(ret, contact->email);
        default:
                return false;
        }
}

static bool failure_at(const struct scope *scope, size_t index, struct fill *ret)
{
        return fill_part(ret, scope, entry_find, &scope_letter(scope)->entries[index], index);
}

static bool find_failures(const struct scope *scope, unsigned name, struct fill *ret)
{
        size_t n = scope_letter(scope)->n_entries;
        switch (name) {
        case NAME_failures:
                return fill_list(ret, scope, n, failure_at);
        case NAME_count:
                return fill_number(ret, (int64_t)n);
        case NAME_many:
                return fill_bool(ret, n > 1);
        default:
                return false;
        }
}

static bool find_content(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct letter *letter = scope_letter(scope);
        if (letter->kind == KIND_DIGEST)
                return digest_find(scope, name, ret) || find_bases(scope, name, ret);
        if (kind_tells_failure(letter->kind))
                return find_failures(scope, name, ret);
        if (name == NAME_digest && letter->has_digest)
                return fill_part(ret, scope, find_in_digest, NULL, 0);
        if (letter->n_entries > 1)
                return group_find(scope, name, ret) || find_bases(scope, name, ret);
        return letter->n_entries == 1 && entry_find(scope, name, ret);
}

static bool letter_find(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct values *values = scope_values(scope);
        const struct letter *letter = values->letter;
        switch (name) {
        case NAME_block:
                return fill_part(ret, scope, find_in_block, values->sender, 0);
        case NAME_contact:
                return fill_part(ret, scope, contact_find, values->contact, 0);
        case NAME_agency:
                return fill_text(ret, letter->agency_name);
        case NAME_address:
                return fill_text(ret, letter->address);
        case NAME_now_day:
                return fill_day(ret, wall_day(letter->now));
        case NAME_now_clock:
                return fill_phrase(ret, phrase_clock(wall_clock(letter->now), ret->room));
        case NAME_subject:
                return fill_text(ret, values->subject);
        default:
                return find_content(scope, name, ret);
        }
}

void values_init(struct values *values, const struct letter_sender *sender, const struct letter *letter)
{
        *values = (struct values){.sender = sender, .letter = letter, .contact = contact_of(sender, letter)};
        for (size_t i = 0; i < letter->n_entries; i++)
                values->counts[letter->entries[i].kind]++;
        add_digest_bases(letter->kind == KIND_DIGEST ? &values->bases : &values->digest_bases, letter);
        if (letter->kind != KIND_DIGEST)
                add_bases(&values->bases, letter->entries, letter->n_entries);
}

void values_root(const struct values *values, struct fill *ret)
{
        fill_init(ret);
        fill_scope(ret, &(struct scope){.find = letter_find, .root = values, .facts = values->letter->entries});
}
