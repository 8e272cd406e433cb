/* A message: what one delivery says, from the moment at which it is gathered until it is composed and over. Composing
 * is the larger part of its work, so that is left to whoever carries it away, in a thread of its own: what crosses is
 * the facts, and a reference to the settings whose templates put them into words; nothing of the engine or the store.
 * It is handed over before its turn has come, and recalled when what it says may no longer hold. */
#pragma once

#include "core/address.h"
#include "message/letter.h"
#include "runtime/settings.h"

struct message;

#define MESSAGE_HOLDS INT64_MAX

/* With nothing in it yet, and a reference to the settings. The caller holds one reference. 0 or -ENOMEM. */
int message_new(struct settings *settings, struct message **ret);
/* Counted in the event loop only. */
struct message *message_ref(struct message *message);
struct message *message_unref(struct message *message);

/* While it is gathered: what it says; `pointer`, which is freed with the message (at once where there is no memory to
 * note it), is returned, or NULL; and one more message whose thread it joins, of which there is room for
 * MESSAGE_NOTICES_MAX. */
struct letter *message_write(struct message *message);
void *message_keep(struct message *message, void *pointer);
void message_join(struct message *message, const char *root);
/* Until when it holds, UTC milliseconds; MESSAGE_HOLDS, as in the beginning: no time makes it wrong. */
void message_holds_until(struct message *message, int64_t until_ms);

/* What it says may have changed: it is not to be sent as it is. In the event loop; message_is_stale() in any thread: it
 * was recalled, or the real clock has passed its time. */
void message_recall(struct message *message);
bool message_is_stale(const struct message *message);

const struct letter *message_letter(const struct message *message);
/* Composed at the first call, as a mail or as a webhook's body, in any thread but one at a time; borrowed from the
 * message. 0; -ENOMEM; -E2BIG, -ELOOP: a template renders without end. */
int message_mail(struct message *message, const struct composed_mail **ret);
int message_payload(struct message *message, const char **ret_body);
/* NULL until it is composed. */
const char *message_subject(const struct message *message);

static inline void message_unref_p(struct message **message)
{
        message_unref(*message);
}
