/* A channel: the way that a message takes, which is mail or one webhook. Each has a server and a queue of its own. */
#pragma once

#include <stdbool.h>

#include "core/roster.h"

enum channel_kind { CHANNEL_MAIL, CHANNEL_WEBHOOK, CHANNEL_KINDS };

struct channel {
        enum channel_kind kind;
        char webhook[ID_SIZE]; /* "" unless it is one */
};

#define CHANNEL_TEXT_SIZE (sizeof("webhook:") - 1 + ID_SIZE)

extern const struct channel channel_mail;
struct channel channel_webhook(const char *id);
bool channel_same(const struct channel *a, const struct channel *b);

/* "mail", "webhook". */
const char *channel_kind_name(enum channel_kind kind);
/* As it is stored and told: "mail", "webhook:ID". Returns buffer. */
char *channel_format(const struct channel *channel, char buffer[static CHANNEL_TEXT_SIZE]);
/* 0, or -EINVAL. */
int channel_parse(const char *text, struct channel *ret);
