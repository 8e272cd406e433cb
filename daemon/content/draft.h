/* A draft: one message until it is composed: its facts, and the settings whose templates will put them into words.
 * Composing is the larger part of a message's work, so it is left to whoever carries it away, in a thread of its own;
 * drafts are handed over before their turn has come, and outbox recalls those whose facts may no longer hold. */
#pragma once

#include "content/facts.h"
#include "runtime/settings.h"

struct draft;

#define DRAFT_HOLDS INT64_MAX

/* Takes the facts over, and a reference to the settings. The facts hold until then, UTC milliseconds; DRAFT_HOLDS: no
 * time makes them wrong. The caller holds one reference. -ENOMEM: the facts stay his. */
int draft_new(struct settings *settings, struct facts *facts, int64_t until_ms, struct draft **ret);
/* Counted in the event loop only. */
struct draft *draft_ref(struct draft *draft);
struct draft *draft_unref(struct draft *draft);

/* What the facts say may have changed: it is not to be sent as it is. In the event loop; draft_is_stale() in any
 * thread: it was recalled, or the real clock has passed its time. */
void draft_recall(struct draft *draft);
bool draft_is_stale(const struct draft *draft);

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
