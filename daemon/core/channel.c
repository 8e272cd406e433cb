/* A channel: the way that a message takes, and its name. */
#include "core/channel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define WEBHOOK "webhook:" /* and its id */

static const char *const names[] = {[CHANNEL_MAIL] = "mail", [CHANNEL_WEBHOOK] = "webhook"};

const struct channel channel_mail = {.kind = CHANNEL_MAIL};

struct channel channel_webhook(const char *id)
{
        struct channel channel = {.kind = CHANNEL_WEBHOOK};

        (void)snprintf(channel.webhook, sizeof(channel.webhook), "%s", id);
        return channel;
}

bool channel_same(const struct channel *a, const struct channel *b)
{
        return a->kind == b->kind && strcmp(a->webhook, b->webhook) == 0;
}

const char *channel_kind_name(enum channel_kind kind)
{
        return names[kind];
}

char *channel_format(const struct channel *channel, char buffer[static CHANNEL_TEXT_SIZE])
{
        (void)snprintf(buffer, CHANNEL_TEXT_SIZE, "%s%s",
                       channel->kind == CHANNEL_WEBHOOK ? WEBHOOK : names[CHANNEL_MAIL], channel->webhook);
        return buffer;
}

int channel_parse(const char *text, struct channel *ret)
{
        const char *id = text + strlen(WEBHOOK);

        if (strcmp(text, names[CHANNEL_MAIL]) == 0)
                *ret = channel_mail;
        else if (strncmp(text, WEBHOOK, strlen(WEBHOOK)) == 0 && id_valid(id))
                *ret = channel_webhook(id);
        else
                return -EINVAL;
        return 0;
}
