/* Tests of refusal and phase: whose fault each answer is, whether it is for good, and how long each step may take. */
#include "fixture.h"

#include "core/refusal.h"

#define MESSAGE FAULT_MESSAGE
#define ADDRESS FAULT_ADDRESS
#define SESSION FAULT_SESSION
#define SERVER FAULT_SERVER
#define CLIENT FAULT_CLIENT
#define SENDER FAULT_SENDER
#define LOGIN FAULT_LOGIN
#define ENCRYPTION FAULT_ENCRYPTION

static void test_faults(void **state)
{
        static const struct {
                enum smtp_phase phase;
                int code;
                const char *text;
                enum fault fault;
                bool permanent;
        } table[] = {
                /* The mailbox: for good, unless the server says otherwise. */
                {SMTP_RCPT, 550, "550 5.1.1 <a@x.example>: Recipient address rejected: User unknown", ADDRESS, true},
                {SMTP_RCPT, 550, "550-5.1.1 no such 5.1.1 user here", ADDRESS, true},
                {SMTP_RCPT, 550, "550 mailbox unavailable", ADDRESS, true},
                {SMTP_RCPT, 551, "551 5.1.6 moved to <b@y.example>", ADDRESS, true},
                {SMTP_RCPT, 552, "552 5.2.2 over quota", ADDRESS, true},
                {SMTP_RCPT, 553, "553 5.1.3 bad syntax", ADDRESS, true},
                {SMTP_RCPT, 550, "550 5.4.1 Recipient address rejected: Access denied", ADDRESS, true},
                {SMTP_RCPT, 554, "554 5.7.1 <a@x.example>: Recipient address rejected: Access denied", ADDRESS, true},
                {SMTP_RCPT, 504, "504 5.5.2 <a>: Recipient address rejected: need fully-qualified address", ADDRESS,
                 true},
                {SMTP_RCPT, 556, "556 5.1.10 takes no mail", ADDRESS, true},
                {SMTP_RCPT, 550, "550 <relay@x.example>: no such user", ADDRESS, true},
                {SMTP_RCPT, 550, "550 helo.client.relay@x.example no such user", ADDRESS, true},
                {SMTP_RCPT, 550, "550 5.1.1 relay@x.example: your ip has no mailbox", ADDRESS, true},
                {SMTP_RCPT, 450, "450 4.2.0 <a@x.example>: Recipient address rejected: Greylisted", ADDRESS, false},
                {SMTP_RCPT, 451, "451 4.3.0 try later", ADDRESS, false},
                {SMTP_RCPT, 452, "452 4.2.2 mailbox full", ADDRESS, false},
                {SMTP_RCPT, 550, "550 5.7.1 this user takes no mail from outside", ADDRESS, true},
                {SMTP_RCPT, 550, "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required", ADDRESS, true},
                {SMTP_RCPT, 550, "550 5.7.17 the mailbox has another owner", ADDRESS, true},
                {SMTP_RCPT, 553, "553 Requested action not taken: mailbox name not allowed", ADDRESS, true},
                {SMTP_RCPT, 501, "501 5.1.3 Bad recipient address syntax", ADDRESS, true},
                {SMTP_RCPT, 450, "450 4.1.2 <a@x.example>: Recipient address rejected: Domain not found", ADDRESS,
                 false},
                {SMTP_RCPT, 451, "451 4.7.1 Client host unknown: greylisted", ADDRESS, false},
                {SMTP_RCPT, 450, "450 4.7.1 <may>: Helo command rejected, try again later", ADDRESS, false},
                {SMTP_DATA, 554, "554 5.5.1 Error: no valid recipients", ADDRESS, true},
                {SMTP_DATA, 550, "550 5.1.1 no such user", ADDRESS, true},
                {SMTP_END, 550, "550 5.1.1 User unknown", ADDRESS, true},
                {SMTP_END, 552, "552 5.2.2 mailbox full", ADDRESS, true},
                /* The message. */
                {SMTP_MAIL, 552, "552 5.3.4 Message size exceeds fixed limit", MESSAGE, true},
                {SMTP_MAIL, 552, "552 too big", MESSAGE, true},
                {SMTP_MAIL, 554, "554 5.3.4 too big", MESSAGE, true},
                {SMTP_MAIL, 452, "452 4.3.1 Insufficient system storage", MESSAGE, false},
                {SMTP_DATA, 552, "552 no room for so much", MESSAGE, true},
                {SMTP_DATA, 451, "451 4.3.0 out of memory", MESSAGE, false},
                {SMTP_DATA, 451, "451 later", MESSAGE, false},
                {SMTP_END, 552, "552 5.3.4 too big", MESSAGE, true},
                {SMTP_END, 554, "554 5.6.0 bad content", MESSAGE, true},
                {SMTP_END, 554, "554 5.7.1 Message blocked: its URL is listed in a blacklist of your IP", MESSAGE,
                 true},
                {SMTP_END, 550, "550 5.7.1 the client of a relay said helo", MESSAGE, true},
                {SMTP_END, 550, "550 spam", MESSAGE, true},
                {SMTP_END, 451, "451 4.3.0 disk full", MESSAGE, false},
                {SMTP_END, 552, "552-5.2.3 Your message exceeded the size limit", MESSAGE, true},
                {SMTP_END, 554, "554 5.4.6 Too many hops", MESSAGE, true},
                /* The session. */
                {SMTP_GREETING, 421, "421 4.7.0 Error: too many connections from 192.0.2.1", SESSION, false},
                {SMTP_GREETING, 554, "554 too many connections", SESSION, false},
                {SMTP_EHLO, 421, "421 no", SESSION, false},
                {SMTP_AUTH, 421, "421 4.7.0 too many errors", SESSION, false},
                {SMTP_MAIL, 421, "421 4.7.0 too many messages", SESSION, false},
                {SMTP_MAIL, 452, "452 4.7.1 Too many messages in this session", SESSION, false},
                {SMTP_MAIL, 550, "550 too many messages per session", SESSION, false},
                {SMTP_RCPT, 421, "421 closing", SESSION, false},
                {SMTP_END, 421, "421 4.3.2 shutting down", SESSION, false},
                {SMTP_RCPT, 503, "503 5.5.1 need MAIL", SESSION, false},
                {SMTP_RSET, 502, "502 5.5.1 not implemented", SESSION, false},
                {SMTP_RSET, 354, "354 what", SESSION, false},
                {SMTP_MAIL, 450, "450 4.7.1 Error: too much mail from 192.0.2.1", SESSION, false},
                {SMTP_RCPT, 552, "552 5.5.3 Too many recipients", SESSION, false},
                {SMTP_AUTH, 454, "454 4.7.0 Too many login attempts, please try again later", SESSION, false},
                /* The server. */
                {SMTP_GREETING, 450, "450 later", SERVER, false},
                {SMTP_STARTTLS, 454, "454 4.7.0 TLS not available due to local problem", SERVER, false},
                {SMTP_AUTH, 454, "454 4.7.0 Temporary authentication failure", SERVER, false},
                {SMTP_END, 902, "902 what", SERVER, false},
                {SMTP_RCPT, 354, "354 what", SERVER, false},
                {SMTP_MAIL, 554, "554 5.3.5 Local configuration error", SERVER, false},
                {SMTP_RCPT, 550, "550 5.4.3 the directory is away", SERVER, false},
                {SMTP_DATA, 502, "502 5.5.1 command not implemented", SERVER, false},
                {SMTP_RCPT, 500, "500 5.5.1 unrecognized command", SERVER, false},
                {SMTP_EHLO, 450, "450 later", SERVER, false},
                {SMTP_MAIL, 999, "999 what", SERVER, false},
                /* This machine. */
                {SMTP_GREETING, 554, "554 5.7.1 client blocked", CLIENT, false},
                {SMTP_GREETING, 550, "550 go away", CLIENT, false},
                {SMTP_GREETING, 521, "521 host does not accept mail", CLIENT, false},
                {SMTP_EHLO, 504, "504 5.5.2 <may>: Helo command rejected: need fully-qualified hostname", CLIENT,
                 false},
                {SMTP_EHLO, 550, "550 no", CLIENT, false},
                {SMTP_RCPT, 504, "504 5.5.2 <may>: Helo command rejected: need fully-qualified hostname", CLIENT,
                 false},
                {SMTP_RCPT, 550, "550 5.7.1 <may>: Helo command rejected: Host not found", CLIENT, false},
                {SMTP_MAIL, 503, "503 5.5.1 Error: send HELO/EHLO first", SESSION, false},
                {SMTP_RCPT, 554, "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied", CLIENT, false},
                {SMTP_RCPT, 554, "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.example",
                 CLIENT, false},
                {SMTP_MAIL, 550, "550 5.7.1 Your IP is blacklisted", CLIENT, false},
                {SMTP_MAIL, 550, "550 5.7.606 Access denied, banned sending IP [192.0.2.1]", CLIENT, false},
                {SMTP_RCPT, 554, "554 5.7.1 <a@x.example>: Relay access denied", CLIENT, false},
                {SMTP_RCPT, 550, "550 5.7.1 Unable to relay", CLIENT, false},
                {SMTP_RCPT, 550, "550 relay not permitted", CLIENT, false},
                {SMTP_RCPT, 550, "550 5.7.1 <a@x.example>... Relaying denied", CLIENT, false},
                {SMTP_END, 554, "554 5.7.1 <a@x.example>: Relay access denied", CLIENT, false},
                {SMTP_RCPT, 550, "550 5.7.25 no reverse DNS", CLIENT, false},
                {SMTP_MAIL, 550, "550 5.4.5 Daily user sending quota exceeded", CLIENT, false},
                {SMTP_RCPT, 550, "550 5.4.5 Daily sending quota exceeded", CLIENT, false},
                {SMTP_END, 550, "550 5.4.5 limit", CLIENT, false},
                {SMTP_END, 550, "550 Daily sending limit reached", CLIENT, false},
                {SMTP_RCPT, 550, "550 5.7.1 too many messages per day", CLIENT, false},
                {SMTP_GREETING, 450, "450 4.7.1 Client host rejected: cannot find your hostname", CLIENT, false},
                {SMTP_EHLO, 450, "450 4.7.1 <may>: Helo command rejected: Host not found", CLIENT, false},
                {SMTP_RCPT, 450, "450 4.7.1 <may>: Helo command rejected: Host not found", CLIENT, false},
                {SMTP_RCPT, 450, "450 4.7.25 Client host rejected: cannot find your hostname", CLIENT, false},
                {SMTP_RCPT, 454, "454 4.7.1 <a@x.example>: Relay access denied", CLIENT, false},
                {SMTP_RCPT, 504, "504 need fully-qualified hostname", CLIENT, false},
                {SMTP_RCPT, 554, "554 5.7.1 Access denied", CLIENT, false},
                {SMTP_RCPT, 550, "550 5.7.0 Local Policy Violation", CLIENT, false},
                {SMTP_RCPT, 550, "550 Administrative prohibition", CLIENT, false},
                {SMTP_RCPT, 550, "550 Delivery is not allowed to this address.", CLIENT, false},
                {SMTP_RCPT, 553, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", CLIENT,
                 false},
                {SMTP_RCPT, 550, "550 5.7.708 Service unavailable. Traffic not accepted from this IP", CLIENT, false},
                {SMTP_RCPT, 521, "521 5.7.1 no", CLIENT, false},
                {SMTP_RCPT, 550, "550-5.7.1 You are on a black\r\n5.7.1 list", CLIENT, false},
                {SMTP_DATA, 554, "554 5.7.1 <DATA>: Data command rejected: Access denied", CLIENT, false},
                {SMTP_END, 554, "554 5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org", CLIENT,
                 false},
                {SMTP_END, 550, "550 5.7.501 Service unavailable. Spam abuse detected", CLIENT, false},
                {SMTP_END, 550, "550 5.7.705 Access denied, tenant has exceeded threshold", CLIENT, false},
                {SMTP_END, 554, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", CLIENT,
                 false},
                {SMTP_RCPT, 550, "550 5.1.90 You have reached your daily limit for message recipients", CLIENT, false},
                {SMTP_END, 452, "452 4.5.3 Daily message quota exceeded", CLIENT, false},
                /* The sender. */
                {SMTP_MAIL, 553, "553 5.7.1 not you", SENDER, false},
                {SMTP_MAIL, 550, "550 no", SENDER, false},
                {SMTP_MAIL, 501, "501 5.1.7 bad sender", SENDER, false},
                {SMTP_RCPT, 553, "553 5.7.1 <a@x.example>: Sender address rejected: not owned by user a", SENDER,
                 false},
                {SMTP_RCPT, 550, "550 5.1.0 <a@x.example>: Sender address rejected: User unknown", SENDER, false},
                {SMTP_RCPT, 504, "504 5.5.2 <a>: Sender address rejected: need fully-qualified address", SENDER, false},
                {SMTP_RCPT, 550, "550 5.7.23 <a@x.example>: Recipient address rejected: SPF fail", SENDER, false},
                {SMTP_RCPT, 550, "550 5.1.8 a domain that is not found", SENDER, false},
                {SMTP_END, 550, "550 5.7.26 fails the DMARC policy of its domain", SENDER, false},
                {SMTP_END, 550, "550 5.7.60 Client does not have permissions to send as this sender", SENDER, false},
                {SMTP_RCPT, 450, "450 4.1.8 <a@x.example>: Sender address rejected: Domain not found", SENDER, false},
                {SMTP_RCPT, 553, "553 5.7.1 sender not owned by user a", SENDER, false},
                {SMTP_RCPT, 550, "550 SPF check failed", SENDER, false},
                {SMTP_MAIL, 552, "552 5.2.2 your mailbox is full", SENDER, false},
                {SMTP_END, 550, "550 5.7.1 the From address is not yours", SENDER, false},
                {SMTP_END, 554, "554 Message rejected: Email address is not verified", SENDER, false},
                {SMTP_END, 554, "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException", SENDER, false},
                {SMTP_END, 550, "550 5.1.8 Access denied, bad outbound sender", SENDER, false},
                /* The login, and encryption. */
                {SMTP_AUTH, 432, "432 4.7.12 A password transition is needed", LOGIN, false},
                {SMTP_RCPT, 454, "454 4.7.1 authentication required", LOGIN, false},
                {SMTP_MAIL, 550, "550 5.7.1 Client does not have permissions to submit to this server", LOGIN, false},
                {SMTP_RCPT, 553, "553 5.7.1 <a@x.example>: Sender address rejected: not logged in", LOGIN, false},
                {SMTP_END, 550, "550 5.7.3 user not authenticated", LOGIN, false},
                {SMTP_MAIL, 530, "530 authenticate on this connection", LOGIN, false},
                {SMTP_MAIL, 451, "451 5.7.3 STARTTLS is required to send mail", ENCRYPTION, false},
                {SMTP_AUTH, 535, "535 5.7.8 wrong", LOGIN, false},
                {SMTP_AUTH, 534, "534 5.7.9 too weak", LOGIN, false},
                {SMTP_AUTH, 504, "504 5.5.4 mechanism", LOGIN, false},
                {SMTP_AUTH, 538, "538 5.7.11 encrypt", LOGIN, false},
                {SMTP_MAIL, 530, "530 5.7.0 Authentication required", LOGIN, false},
                {SMTP_MAIL, 530, "530 5.7.0 Must issue a STARTTLS command first", ENCRYPTION, false},
                {SMTP_MAIL, 534, "534 no", LOGIN, false},
                {SMTP_RCPT, 535, "535 no", LOGIN, false},
                {SMTP_DATA, 538, "538 no", ENCRYPTION, false},
                {SMTP_RCPT, 530, "530 5.7.57 Client not authenticated", LOGIN, false},
                {SMTP_RCPT, 553, "553 5.7.1 <a@x.example>: Sender address rejected: not logged in", LOGIN, false},
                {SMTP_RCPT, 550, "550 5.7.1 Client was not authenticated", LOGIN, false},
                {SMTP_MAIL, 503, "503 5.5.4 send AUTH first", LOGIN, false},
                {SMTP_MAIL, 550, "550 5.7.10 encryption needed", ENCRYPTION, false},
                {SMTP_STARTTLS, 554, "554 5.7.0 no", ENCRYPTION, false},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                enum fault fault = refusal_fault(table[i].phase, table[i].code, table[i].text);

                if (fault != table[i].fault || refusal_is_permanent(fault, table[i].code) != table[i].permanent)
                        fail_msg("%s in step %d: fault %d", table[i].text, (int)table[i].phase, (int)fault);
                assert_int_equal(fault_is_operators(fault),
                                 fault == CLIENT || fault == SENDER || fault == LOGIN || fault == ENCRYPTION);
        }
}

/* Whatever a server says, before it was asked for a mailbox no message is given up. */
static void test_no_message_before_its_time(void **state)
{
        (void)state;
        for (int phase = 0; phase <= SMTP_AUTH; phase++)
                for (int code = 0; code < 1000; code++) {
                        enum fault fault = refusal_fault((enum smtp_phase)phase, code, "5.1.1 no such user");

                        assert_false(refusal_is_permanent(fault, code));
                }
}

static void test_status(void **state)
{
        static const struct {
                const char *text;
                bool found;
                int status[3];
        } table[] = {
                {"550 5.1.1 no", true, {5, 1, 1}},
                {"550-5.7.606 no", true, {5, 7, 606}},
                {"550 5.1.1", true, {5, 1, 1}},
                {"550 no 5.1.1", false, {0}},
                {"550 5.1 no", false, {0}},
                {"550 5.1.1.1 no", false, {0}},
                {"550 192.0.2.1 blocked", false, {0}},
                {"550", false, {0}},
                {"550 5.1.1234 no", false, {0}},
                {"", false, {0}},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                int status[3] = {0};

                assert_int_equal(refusal_status(table[i].text, status), table[i].found);
                assert_memory_equal(status, table[i].status, sizeof(status));
        }
}

/* Servers write ids of their own behind the code; other words are looked at whole. */
static void test_cause(void **state)
{
        static const struct {
                const char *one, *other;
                bool same;
        } table[] = {
                {"550 5.1.1 <a@so.example> unknown, id 17", "550 5.1.1 <a@so.example> unknown, id 18", true},
                {"550-5.1.1 no", "550-5.1.1 nobody", true},
                {"550 5.1.1 no", "550 5.1.10 no", false},
                {"550 5.1.1 no", "554 5.1.1 no", false},
                {"550 no such user", "550 no such user", true},
                {"550 no such user", "550 message looks like spam", false},
                {"HTTP 410: gone", "HTTP 404: gone", false},
                {"timed out", "timed out", true},
                {"timed out", "", false},
                {"", "", true},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                assert_int_equal(refusal_cause(table[i].one) == refusal_cause(table[i].other), table[i].same);
}

/* RFC 5321, section 4.5.3.2, and what a `timeout` changes. */
static void test_patience(void **state)
{
        static const struct {
                enum smtp_phase phase;
                int64_t timeout, seconds;
        } table[] = {
                {SMTP_GREETING, 0, 300}, {SMTP_MAIL, 0, 300},    {SMTP_RCPT, 0, 300},       {SMTP_DATA, 0, 120},
                {SMTP_BLOCK, 0, 180},    {SMTP_END, 0, 600},     {SMTP_CONNECT, 0, 30},     {SMTP_TLS, 0, 60},
                {SMTP_GREETING, 2, 2},   {SMTP_RCPT, 60, 60},    {SMTP_GREETING, 600, 600}, {SMTP_CONNECT, 10, 10},
                {SMTP_CONNECT, 60, 30},  {SMTP_END, 2, 20},      {SMTP_END, 10, 100},       {SMTP_END, 60, 600},
                {SMTP_END, 300, 600},    {SMTP_END, 3600, 3600}, {SMTP_QUIT, 0, 5},         {SMTP_QUIT, 3600, 5},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                assert_int_equal(smtp_patience(table[i].phase, table[i].timeout), table[i].seconds);
        for (int phase = 0; phase < SMTP_PHASES; phase++)
                for (int64_t timeout = 0; timeout <= 3600; timeout++)
                        assert_in_range(smtp_patience((enum smtp_phase)phase, timeout), 1, 3600);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_faults),   cmocka_unit_test(test_no_message_before_its_time),
                cmocka_unit_test(test_status),   cmocka_unit_test(test_cause),
                cmocka_unit_test(test_patience),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
