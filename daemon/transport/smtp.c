/* E-mail: one message to one mailbox over SMTP or SMTPS. */
#include "transport/smtp.h"

#include <errno.h>
#include <string.h>

#include "transport/hello.h"
#include "transport/job.h"
#include "transport/login.h"
#include "transport/mime.h"
#include "transport/words.h"

#define GO_ON 354 /* RFC 5321, section 4.1.1.4 */

struct smtp_transfer {
        struct transfer base;
        struct smtp_server server; /* with copies of its own */
        char *from, *to;
        struct smtp_source source;
};

static void smtp_release(struct transfer *transfer)
{
        struct smtp_transfer *smtp = (struct smtp_transfer *)transfer;

        transfer_clear(transfer);
        free((char *)smtp->server.url);
        free((char *)smtp->server.username);
        free_secret((char *)smtp->server.password);
        free((char *)smtp->server.hello);
        free(smtp->from);
        free(smtp->to);
        if (smtp->source.release)
                smtp->source.release(smtp->source.userdata);
        free(smtp);
}

/* ---- an attempt ------------------------------------------------------------------------------------------------- */

/* One session after the other, where a server hangs up on each way to log in. */
static int open_session(struct smtp_transfer *smtp, struct caller *caller, struct setback *ret_why)
{
        const struct smtp_server *server = &smtp->server;
        size_t opens = server->n_mechanisms > 0 ? server->n_mechanisms : 1;

        if (!*caller->hello && server->hello)
                (void)snprintf(caller->hello, sizeof caller->hello, "%s", server->hello);
        else if (!*caller->hello)
                hello_find(smtp->from, &smtp->base.cancelled, caller->hello);
        for (size_t i = 0;; i++) {
                struct session *session = NULL;
                size_t mechanism = caller->mechanism;
                int r = session_open(server, caller->hello, &smtp->base.cancelled, &session, ret_why);

                if (r < 0)
                        return r;
                r = login(session, server, &caller->mechanism, ret_why);
                if (r == 0) {
                        caller->session = session;
                        return 0;
                }
                session_free(session);
                if (r != -EIO || caller->mechanism == mechanism || i + 1 == opens)
                        return r;
        }
}

static bool is_good(int code)
{
        return code >= 200 && code < 300;
}

/* Up to the server's asking for the message. *ret_phase: the step that came to this; its code or negative errno. */
static int ask(const struct smtp_transfer *smtp, struct session *session, size_t size, enum smtp_phase *ret_phase)
{
        char with_size[sizeof " SIZE=" + 20] = "";
        int r = 250;

        if (session_is_unfinished(session)) {
                *ret_phase = SMTP_RSET;
                r = session_ask(session, SMTP_RSET, "RSET\r\n");
        }
        if (session_takes_size(session))
                (void)snprintf(with_size, sizeof with_size, " SIZE=%zu", size);
        if (is_good(r)) {
                *ret_phase = SMTP_MAIL;
                r = session_ask(session, SMTP_MAIL, "MAIL FROM:<%s>%s\r\n", smtp->from, with_size);
        }
        if (is_good(r)) {
                *ret_phase = SMTP_RCPT;
                r = session_ask(session, SMTP_RCPT, "RCPT TO:<%s>\r\n", smtp->to);
        }
        if (is_good(r)) {
                *ret_phase = SMTP_DATA;
                r = session_ask(session, SMTP_DATA, "DATA\r\n");
        }
        return r;
}

/* The code of the last reply, or a negative errno. Every 2yz at the end is a yes (RFC 5321, section 4.2.1), and nothing
 * before it is. */
static int converse(const struct smtp_transfer *smtp, struct session *session, const char *text, size_t size,
                    enum smtp_phase *ret_phase)
{
        int r = ask(smtp, session, size, ret_phase);

        if (r != GO_ON)
                return r;
        *ret_phase = SMTP_BLOCK;
        r = session_send(session, SMTP_BLOCK, text, size);
        r = r < 0 ? r : session_send(session, SMTP_BLOCK, ".\r\n", 3);
        if (r < 0)
                return r;
        *ret_phase = SMTP_END;
        return session_hear(session, SMTP_END);
}

static void put_setback(struct transfer *transfer, const struct setback *why)
{
        transfer->result = (struct transfer_result){
                .outcome = refusal_is_permanent(why->fault, why->code) ? TRANSFER_PERMANENT : TRANSFER_TEMPORARY,
                .fault = why->fault,
                .code = why->code,
                .reached = why->reached,
                .answer = transfer->words,
        };
        memcpy(transfer->words, why->words, sizeof transfer->words);
}

static void put_sent(struct transfer *transfer, const struct reply *reply)
{
        transfer->result = (struct transfer_result){
                .outcome = TRANSFER_SENT, .code = reply->code, .reached = true, .answer = transfer->words};
        words_printable(reply->text, reply->size, transfer->words);
}

static enum attempt_end deliver(struct smtp_transfer *smtp, struct caller *caller, const char *text, size_t size)
{
        enum smtp_phase phase = SMTP_MAIL;
        struct setback why;
        int r = converse(smtp, caller->session, text, size, &phase);

        if (phase == SMTP_END && is_good(r)) {
                put_sent(&smtp->base, session_reply(caller->session));
                return ATTEMPT_OVER;
        }
        session_explain(caller->session, phase, r, &why);
        put_setback(&smtp->base, &why);
        if (r < 400 || r >= 600 || why.fault == FAULT_SESSION) /* out of step, gone, or about to go */
                caller->session = session_free(caller->session);
        return why.fault == FAULT_SESSION     ? ATTEMPT_TURNED_AWAY
               : why.lost && phase < SMTP_END ? ATTEMPT_LOST
                                              : ATTEMPT_OVER;
}

static enum attempt_end smtp_attempt(struct transfer *transfer, struct caller *caller)
{
        struct smtp_transfer *smtp = (struct smtp_transfer *)transfer;
        struct smtp_message message = {0};
        struct setback why = {0};
        CLEANUP_FREE char *text = NULL;
        size_t size = 0;
        int r = smtp->source.write(smtp->source.userdata, &message);

        r = r < 0 ? r : mime_write(&message, &text, &size);
        if (r == 0 && !caller->session) {
                r = open_session(smtp, caller, &why);
                if (r == -EIO) {
                        put_setback(transfer, &why);
                        return why.fault == FAULT_SESSION ? ATTEMPT_TURNED_AWAY : ATTEMPT_OVER;
                }
                /* Much may have changed while a server let us wait. */
                r = r < 0 ? r : smtp->source.write(smtp->source.userdata, &message);
        }
        if (r < 0) {
                transfer_judge_unwritten(transfer, r);
                return ATTEMPT_OVER;
        }
        session_interrupt_by(caller->session, &transfer->cancelled);
        return deliver(smtp, caller, text, size);
}

static const struct transfer_kind smtp_kind = {
        .attempt = smtp_attempt,
        .release = smtp_release,
};

/* ---- the call --------------------------------------------------------------------------------------------------- */

/* Nothing that ends the command or the angle brackets around the address. */
static bool address_is_safe(const char *address)
{
        for (const unsigned char *c = (const unsigned char *)address; *c; c++) {
                if (*c <= ' ' || *c == 0x7f || *c == '<' || *c == '>')
                        return false;
        }
        return true;
}

/* All that two messages must have in common to share a connection: another login, or a stricter TLS policy after a
 * reload, gets a new one. */
static int name_peer(const struct smtp_server *server, char **ret)
{
        char order[MAIL_MECHANISMS + 1] = "";

        for (size_t i = 0; i < server->n_mechanisms; i++)
                order[i] = (char)('0' + server->mechanisms[i]);
        return asprintf(ret, "%s\n%s\n%d\n%s\n%s\n%s\n%ld\n%s", server->url, server->hello ? server->hello : "",
                        (int)server->tls, server->ca_file ? server->ca_file : "", order,
                        server->username ? server->username : "", server->timeout,
                        server->password ? server->password : "") < 0
                       ? -ENOMEM
                       : 0;
}

static int copy_server(struct smtp_transfer *smtp, const struct smtp_server *server)
{
        char *peer = NULL, *url = NULL, *username = NULL, *password = NULL, *hello = NULL;
        int r = name_peer(server, &peer);

        if (r < 0)
                return r;
        r = transfer_init(&smtp->base, &smtp_kind, peer, server->ca_file, 0, server->connections);
        r = r < 0 ? r : copy_text(server->url, &url);
        r = r < 0 ? r : copy_text(server->username, &username);
        r = r < 0 ? r : copy_text(server->password, &password);
        r = r < 0 ? r : copy_text(server->hello, &hello);
        smtp->server = *server;
        for (; server->n_mechanisms == 0 && smtp->server.n_mechanisms < MAIL_MECHANISMS; smtp->server.n_mechanisms++)
                smtp->server.mechanisms[smtp->server.n_mechanisms] = (enum mail_mechanism)smtp->server.n_mechanisms;
        smtp->server.url = url;
        smtp->server.username = username;
        smtp->server.password = password;
        smtp->server.hello = hello;
        smtp->server.ca_file = smtp->base.ca_file;
        return r;
}

static int copy_envelope(struct smtp_transfer *smtp, const struct smtp_envelope *envelope)
{
        if (!address_is_safe(envelope->from) || !address_is_safe(envelope->to) || !*envelope->to)
                return -EINVAL;
        int r = copy_text(envelope->from, &smtp->from);
        return r < 0 ? r : copy_text(envelope->to, &smtp->to);
}

int smtp_send(struct transfers *transfers, const struct smtp_server *server, const struct smtp_envelope *envelope,
              const struct smtp_source *source, transfer_done done, void *userdata, struct transfer **ret)
{
        struct smtp_transfer *smtp = calloc(1, sizeof *smtp);
        if (!smtp) {
                if (source->release)
                        source->release(source->userdata);
                return -ENOMEM;
        }
        smtp->source = *source;
        int r = copy_server(smtp, server);
        r = r < 0 ? r : copy_envelope(smtp, envelope);
        r = r < 0 ? r : transfer_start(transfers, &smtp->base, done, userdata);
        if (r < 0) {
                smtp_release(&smtp->base);
                return r;
        }
        *ret = &smtp->base;
        return 0;
}
