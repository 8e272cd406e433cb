/* A draft: one message until it is composed: its facts, and the settings whose templates will put them into words.
 * Composing is the larger part of a mail's work, so it is left to whoever carries the mail away, in a thread of its
 * own. Depends on facts, settings, message. Made by outbox; composed by couriers. */
#pragma once

#include "engine/facts.h"
#include "engine/settings.h"

struct draft;

/* Takes the facts over, and a reference to the settings. The caller holds one reference. -ENOMEM: the facts stay his.
 */
int draft_new(struct settings *settings, struct facts *facts, struct draft **ret);
/* Counted in the loop's thread only. */
struct draft *draft_ref(struct draft *draft);
struct draft *draft_unref(struct draft *draft);

const struct letter *draft_letter(const struct draft *draft);
/* Composed at the first call, as a mail or as a webhook's body, in any thread but one at a time; borrowed from the
 * draft. 0; -ENOMEM; -E2BIG, -ELOOP: a template renders without end. */
int draft_mail(struct draft *draft, const struct composed_mail **ret);
int draft_payload(struct draft *draft, const char **ret_body);
/* NULL until it is composed. */
const char *draft_subject(const struct draft *draft);

static inline void draft_unref_p(struct draft **draft)
{
        draft_unref(*draft);
}
