/* The transport: what carries messages to their servers: the network, or nothing at all in a rehearsal. */
#include "sending/transport.h"

#include <errno.h>
#include <string.h>

#include "transport/smtp.h"
#include "transport/webhook.h"

/* These two in the thread that sends. */

static int write_message(void *userdata, struct smtp_message *ret)
{
        const struct composed_mail *mail;
        int r = message_is_stale(userdata) ? -ECANCELED : message_mail(userdata, &mail);

        if (r == 0)
                *ret = (struct smtp_message){
                        .headers = (const char *const *)mail->headers,
                        .text = mail->text,
                        .html = mail->html,
                        .calendars = (const char *const *)mail->calendars,
                        .calendar_name = mail->cancels ? "huy-lich" : "thoi-han",
                        .calendar_cancels = mail->cancels,
                };
        return r;
}

static int write_body(void *userdata, const char **ret)
{
        return message_is_stale(userdata) ? -ECANCELED : message_payload(userdata, ret);
}

static void release_message(void *userdata)
{
        message_unref(userdata);
}

static int network_mail(void *self, const struct mail_config *config, const char *to, struct message *message,
                        transfer_done done, void *userdata, struct transfer **ret)
{
        struct smtp_server server = {
                .url = config->url,
                .tls = config->tls,
                .username = config->username,
                .password = config->password,
                .n_mechanisms = config->n_mechanisms,
                .ca_file = config->ca_file,
                .hello = config->helo,
                .timeout = (long)config->timeout,
                .connections = config->connections,
        };
        const struct smtp_envelope envelope = {config->from.address, to};
        const struct smtp_source source = {write_message, release_message, message_ref(message)};

        memcpy(server.mechanisms, config->mechanisms, sizeof(server.mechanisms));
        return smtp_send(self, &server, &envelope, &source, done, userdata, ret);
}

static int network_post(void *self, const struct webhook *webhook, const char *id, struct message *message,
                        transfer_done done, void *userdata, struct transfer **ret)
{
        const struct webhook_endpoint endpoint = {
                .url = webhook->url,
                .allow_http = webhook->allow_http,
                .secret = webhook->secret,
                .secret_size = webhook->secret_size,
                .ca_file = webhook->ca_file,
                .timeout = (long)webhook->timeout,
                .connections = webhook->connections,
        };
        const struct webhook_source source = {write_body, release_message, message_ref(message)};

        return webhook_post(self, &endpoint, id, &source, done, userdata, ret);
}

static void network_cancel(void *self, struct transfer *transfer)
{
        (void)self;
        transfer_cancel(transfer);
}

/* Enough to keep the connections busy while the event loop waits for the disk. */
#define PREFETCH 32

struct transport transport_network(struct transfers *transfers)
{
        return (struct transport){
                .prefetch = PREFETCH,
                .mail = network_mail,
                .post = network_post,
                .cancel = network_cancel,
                .self = transfers,
        };
}

/* Messages are composed nevertheless, so that a rehearsal shows which could not be. */
static int nowhere_mail(void *self, const struct mail_config *config, const char *to, struct message *message,
                        transfer_done done, void *userdata, struct transfer **ret)
{
        const struct composed_mail *mail;
        int r = message_mail(message, &mail);

        (void)self, (void)config, (void)to, (void)ret;
        if (r == 0)
                done(userdata, &(struct transfer_result){.outcome = TRANSFER_SENT});
        return r;
}

static int nowhere_post(void *self, const struct webhook *webhook, const char *id, struct message *message,
                        transfer_done done, void *userdata, struct transfer **ret)
{
        const char *body;
        int r = message_payload(message, &body);

        (void)self, (void)webhook, (void)id, (void)ret;
        if (r == 0)
                done(userdata, &(struct transfer_result){.outcome = TRANSFER_SENT});
        return r;
}

static void nowhere_cancel(void *self, struct transfer *transfer)
{
        (void)self, (void)transfer;
}

struct transport transport_nowhere(void)
{
        return (struct transport){.mail = nowhere_mail, .post = nowhere_post, .cancel = nowhere_cancel};
}
