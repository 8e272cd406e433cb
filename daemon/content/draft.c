/* A draft: one message until it is composed. */
#include "content/draft.h"

#include <errno.h>
#include <stdatomic.h>

#include "base/cleanup.h"

struct draft {
        unsigned references;
        int64_t until_ms;
        atomic_bool recalled;
        struct settings *settings;
        struct facts *facts;
        struct composed_mail mail; /* of a webhook only the subject */
        char *body;
};

int draft_new(struct settings *settings, struct facts *facts, int64_t until_ms, struct draft **ret)
{
        struct draft *draft = calloc(1, sizeof(*draft));

        if (!draft)
                return -ENOMEM;
        draft->references = 1;
        draft->until_ms = until_ms;
        draft->settings = settings_ref(settings);
        draft->facts = facts;
        *ret = draft;
        return 0;
}

struct draft *draft_ref(struct draft *draft)
{
        draft->references++;
        return draft;
}

struct draft *draft_unref(struct draft *draft)
{
        if (!draft || --draft->references > 0)
                return NULL;
        composed_mail_clear(&draft->mail);
        free(draft->body);
        facts_free(draft->facts);
        settings_unref(draft->settings);
        free(draft);
        return NULL;
}

void draft_recall(struct draft *draft)
{
        atomic_store_explicit(&draft->recalled, true, memory_order_relaxed);
}

bool draft_is_stale(const struct draft *draft)
{
        static const struct clock real = {0};

        return atomic_load_explicit(&draft->recalled, memory_order_relaxed) ||
               (draft->until_ms != DRAFT_HOLDS && clock_now(&real) >= draft->until_ms);
}

const struct letter *draft_letter(const struct draft *draft)
{
        return facts_letter(draft->facts);
}

int draft_mail(struct draft *draft, const struct composed_mail **ret)
{
        int r = draft->mail.headers ? 0
                                    : compose_mail(settings_composer(draft->settings), settings_sender(draft->settings),
                                                   draft_letter(draft), &draft->mail);

        if (r == 0)
                *ret = &draft->mail;
        return r;
}

int draft_payload(struct draft *draft, const char **ret_body)
{
        int r = draft->body ? 0
                            : compose_payload(settings_composer(draft->settings), settings_sender(draft->settings),
                                              draft_letter(draft), &draft->mail.subject, &draft->body);

        if (r == 0)
                *ret_body = draft->body;
        return r;
}

const char *draft_subject(const struct draft *draft)
{
        return draft->mail.subject;
}
