/* Values of a letter: what its templates can ask for. */
#pragma once

#include "core/kind.h"
#include "message/letter.h"
#include "template/fill.h"

#define BASES_MAX 16 /* plans that one letter can name: an office has two or three a year */

/* The plans that a letter rests on, each once, in the order in which they were added. */
struct bases {
        const char *names[BASES_MAX]; /* borrowed */
        size_t n;
};

/* What all values of one letter are made from. */
struct values {
        const struct letter_sender *sender;
        const struct letter *letter;
        const struct contact *contact; /* of the plan that all in it is of, or the block's */
        const char *subject;           /* NULL until it is rendered */
        struct bases bases;            /* of its entries, or of a digest by itself */
        struct bases digest_bases;     /* of the digest within it */
        size_t counts[KIND_COUNT];     /* entries of each kind */
};

/* An agency still owes what an escalation or a matrix shows. */
bool debtor_is_unfinished(const struct letter_debtor *debtor);

/* The number of a name that templates use: a template_number. */
unsigned values_number(const char *name, size_t size);
/* The name of a number from 1; NULL behind the last. Static. */
const char *values_name(unsigned number);
/* Everything is borrowed; nothing is to be released. */
void values_init(struct values *values, const struct letter_sender *sender, const struct letter *letter);
/* What a template of the letter is rendered over. */
void values_root(const struct values *values, struct fill *ret);
/* A letter of a kind, or of several notices, with one of everything that such letters can hold: the scopes in it know
 * every name that those of real letters can know. What it points to is static. */
struct letter values_sample(enum notice_kind kind, bool grouped);
