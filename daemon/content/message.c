/* A message: what one delivery says, from the moment at which it is gathered until it is composed and over. */
#include "content/message.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "runtime/clock.h"

struct message {
        unsigned references;
        int64_t until_ms;
        atomic_bool recalled;
        struct settings *settings;
        struct letter letter;
        const char *thread[MESSAGE_NOTICES_MAX + 1];
        size_t n_thread;
        void **kept; /* what the letter borrows */
        size_t n_kept, room;
        struct composed_mail mail; /* of a webhook only the subject */
        char *body;
};

int message_new(struct settings *settings, struct message **ret)
{
        struct message *message = calloc(1, sizeof(*message));

        if (!message)
                return -ENOMEM;
        message->references = 1;
        message->until_ms = MESSAGE_HOLDS;
        message->settings = settings_ref(settings);
        message->letter.thread = message->thread;
        *ret = message;
        return 0;
}

struct message *message_ref(struct message *message)
{
        message->references++;
        return message;
}

struct message *message_unref(struct message *message)
{
        if (!message || --message->references > 0)
                return NULL;
        composed_mail_clear(&message->mail);
        free(message->body);
        for (size_t i = 0; i < message->n_kept; i++)
                free(message->kept[i]);
        free(message->kept);
        settings_unref(message->settings);
        free(message);
        return NULL;
}

struct letter *message_write(struct message *message)
{
        return &message->letter;
}

void *message_keep(struct message *message, void *pointer)
{
        if (!pointer)
                return NULL;
        if (ARRAY_GROW(message->kept, message->n_kept, message->room) < 0) {
                free(pointer);
                return NULL;
        }
        return message->kept[message->n_kept++] = pointer;
}

void message_join(struct message *message, const char *root)
{
        if (message->n_thread < MESSAGE_NOTICES_MAX)
                message->thread[message->n_thread++] = root;
}

void message_holds_until(struct message *message, int64_t until_ms)
{
        message->until_ms = until_ms;
}

void message_recall(struct message *message)
{
        atomic_store_explicit(&message->recalled, true, memory_order_relaxed);
}

bool message_is_stale(const struct message *message)
{
        static const struct clock real = {0};

        return atomic_load_explicit(&message->recalled, memory_order_relaxed) ||
               (message->until_ms != MESSAGE_HOLDS && clock_now(&real) >= message->until_ms);
}

const struct letter *message_letter(const struct message *message)
{
        return &message->letter;
}

int message_mail(struct message *message, const struct composed_mail **ret)
{
        int r = message->mail.headers
                        ? 0
                        : compose_mail(settings_composer(message->settings), settings_sender(message->settings),
                                       &message->letter, &message->mail);

        if (r == 0)
                *ret = &message->mail;
        return r;
}

int message_payload(struct message *message, const char **ret_body)
{
        int r = message->body
                        ? 0
                        : compose_payload(settings_composer(message->settings), settings_sender(message->settings),
                                          &message->letter, &message->mail.subject, &message->body);

        if (r == 0)
                *ret_body = message->body;
        return r;
}

const char *message_subject(const struct message *message)
{
        return message->mail.subject;
}
