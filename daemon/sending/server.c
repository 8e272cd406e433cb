/* A server: what keeps messages from leaving through it, for people. */
#include "sending/server.h"

void server_fails(struct engine *engine, const char *name, int64_t since_ms, const char *answer)
{
        (void)troubles_begin(&engine->troubles, TROUBLE_SERVER, name, since_ms,
                             "%s: messages do not leave: %s; reminderctl deliveries --state queued lists them", name,
                             answer ? answer : "no words");
}

/* Whatever the message: for people, at once, and not as a message's failure. */
static void refuse(struct engine *engine, const struct attempt *attempt)
{
        static const char *const remedies[] = {
                [FAULT_CLIENT] = "its administrator has to admit this machine; if it dislikes the name, set mail.helo",
                [FAULT_SENDER] = "check mail.from",
                [FAULT_LOGIN] = "check mail.username and its password",
                [FAULT_ENCRYPTION] = "check the server's certificate, and its tls and ca_file",
        };
        const char *server = attempt->server->name;

        (void)troubles_begin(&engine->troubles, TROUBLE_REFUSED, server, clock_now(&engine->clock),
                             "%s: the server refuses us, messages wait: %s; %s", server,
                             attempt->answer ? attempt->answer : "no words", remedies[attempt->fault]);
}

void server_is_well(struct engine *engine, const struct server *server)
{
        int64_t now = clock_now(&engine->clock);

        troubles_end(&engine->troubles, TROUBLE_SERVER, server->name, &engine->journal, now);
        troubles_end(&engine->troubles, TROUBLE_REFUSED, server->name, &engine->journal, now);
}

/* One that refuses a message for good has read it. */
void server_judge(struct engine *engine, const struct attempt *attempt)
{
        if (attempt->outcome != TRANSFER_TEMPORARY)
                server_is_well(engine, attempt->server);
        else if (attempt->delivery.state == DELIVERY_CANCELLED)
                return;
        else if (fault_is_operators(attempt->fault))
                refuse(engine, attempt);
        else
                server_fails(engine, attempt->server->name, clock_now(&engine->clock), attempt->answer);
}
