/* Unit tests of smtp: the message on the wire, and the verdict on every way a server can behave. */
#include "harness.h"
#include "peer.h"

#include "base/cleanup.h"
#include "transport/smtp.h"

static const char *const headers[] = {
        "Date: Mon, 16 Sep 2024 08:00:00 +0700",
        "From: =?utf-8?q?Kh=E1=BB=91i?= <from@block.example>",
        "To: to@agency.example",
        "Subject: =?utf-8?b?TmjhuqFjIHZp4buHYw==?=\r\n =?utf-8?b?IMSR4bq/biBo4bqhbg==?=",
        NULL,
};

static const struct smtp_envelope envelope = {"from@block.example", "to@agency.example"};

static const struct smtp_message message = {
        .headers = headers,
        .text = "Kính gửi\n.a dot\n\nend\n",
        .html = "<p>Kính gửi</p>\n",
};

static int send_message(struct harness *harness, const struct peer *peer, enum tls_policy tls, const char *password,
                        long timeout, struct outcome *outcome, struct transfer **ret)
{
        char url[64];

        snprintf(url, sizeof url, "smtp://127.0.0.1:%u", peer->port);
        const struct smtp_server server = {
                .url = url,
                .tls = tls,
                .username = password ? "clerk" : NULL,
                .password = password,
                .hello = "client.example",
                .timeout = timeout,
                .connections = 1,
        };
        const struct smtp_source source = harness_source(&message);

        return smtp_send(harness->transfers, &server, &envelope, &source, harness_done, outcome, ret);
}

struct answer_row {
        const char *what;
        struct peer_script script;
        enum tls_policy tls;
        const char *password;
        bool dead;
        enum transfer_outcome outcome;
        int code;
        bool reached;
        const char *words;
};

#define NONE TLS_NONE
#define TLS TLS_REQUIRED
#define TRY TLS_OPPORTUNISTIC
#define EHLO_TLS "250-peer.example\r\n250 STARTTLS\r\n"
#define EHLO_AUTH "250-peer.example\r\n250 AUTH PLAIN\r\n"
#define SENT TRANSFER_SENT
#define TEMPORARY TRANSFER_TEMPORARY
#define PERMANENT TRANSFER_PERMANENT

static const struct answer_row answer_rows[] = {
        {"good", {0}, NONE, NULL, false, SENT, 250, true, "250 2.0.0 queued as 4711"},
        {"good, several lines",
         {.end = "250-2.0.0 one\r\n250 two\r\n"},
         NONE,
         NULL,
         false,
         SENT,
         250,
         true,
         "250-2.0.0 one two"},
        {"good, another 2yz", {.end = "252 we will see\r\n"}, NONE, NULL, false, SENT, 252, true, "252 we will see"},
        {"RCPT 450", {.rcpt = "450 4.2.1 busy\r\n"}, NONE, NULL, false, TEMPORARY, 450, true, "450 4.2.1 busy"},
        {"RCPT 451",
         {.rcpt = "451 4.3.0 greylisted\r\n"},
         NONE,
         NULL,
         false,
         TEMPORARY,
         451,
         true,
         "451 4.3.0 greylisted"},
        {"RCPT 550",
         {.rcpt = "550-5.1.1 no such\r\n550 user here\r\n"},
         NONE,
         NULL,
         false,
         PERMANENT,
         550,
         true,
         "550-5.1.1 no such user here"},
        {"RCPT 421", {.rcpt = "421 closing\r\n"}, NONE, NULL, false, TEMPORARY, 421, true, "421 closing"},
        {"MAIL 553", {.mail = "553 5.7.1 not you\r\n"}, NONE, NULL, false, TEMPORARY, 553, true, "553 5.7.1 not you"},
        {"MAIL 530", {.mail = "530 5.7.0 log in\r\n"}, NONE, NULL, false, TEMPORARY, 530, true, "530 5.7.0 log in"},
        {"DATA 554", {.data = "554 no recipients\r\n"}, NONE, NULL, false, PERMANENT, 554, true, "554 no recipients"},
        {"DATA 451", {.data = "451 later\r\n"}, NONE, NULL, false, TEMPORARY, 451, true, "451 later"},
        {"end 552", {.end = "552 too big\r\n"}, NONE, NULL, false, PERMANENT, 552, true, "552 too big"},
        {"end 451", {.end = "451 disk full\r\n"}, NONE, NULL, false, TEMPORARY, 451, true, "451 disk full"},
        {"end 902", {.end = "902 no reply\r\n"}, NONE, NULL, false, TEMPORARY, 902, true, "902 no reply"},
        {"end 354", {.end = "354 what?\r\n"}, NONE, NULL, false, TEMPORARY, 354, true, ""},
        {"hostile words", {.rcpt = "550 \033[2J\xff\r\n"}, NONE, NULL, false, PERMANENT, 550, true, "550 [2J?"},
        {"greeting 554", {.greeting = "554 go away\r\n"}, NONE, NULL, false, TEMPORARY, 554, true, "554 go away"},
        {"greeting 421", {.greeting = "421 too many\r\n"}, NONE, NULL, false, TEMPORARY, 421, true, "421 too many"},
        {"EHLO 550", {.ehlo = "550 no\r\n", .helo = "550 no\r\n"}, NONE, NULL, false, TEMPORARY, 550, true, "550 no"},
        {"no EHLO", {.ehlo = "502 what?\r\n"}, NONE, NULL, false, SENT, 250, true, "queued"},
        {"garbage",
         {.greeting = "\xff\xfe HTTP/1.1 hello\r\n", .ehlo = HANG},
         NONE,
         NULL,
         false,
         TEMPORARY,
         0,
         true,
         ""},
        {"drop in greeting", {.greeting = DROP}, NONE, NULL, false, TEMPORARY, 0, true, "broke off"},
        {"drop at RCPT",
         {.rcpt = DROP},
         NONE,
         NULL,
         false,
         TEMPORARY,
         250,
         true,
         "broke off, last answer: 250 2.0.0 ok"},
        {"drop in DATA",
         {.data = "354 go on\r\n", .end = DROP},
         NONE,
         NULL,
         false,
         TEMPORARY,
         354,
         true,
         "broke off, last answer: 354 go on"},
        {"silence in greeting", {.greeting = HANG}, NONE, NULL, false, TEMPORARY, 0, true, "timed out"},
        {"silence at MAIL", {.mail = HANG}, NONE, NULL, false, TEMPORARY, 250, true, "timed out"},
        {"silence at the end", {.end = HANG}, NONE, NULL, false, TEMPORARY, 354, true, "timed out"},
        {"AUTH ok", {.ehlo = EHLO_AUTH}, NONE, "secret", false, SENT, 250, true, "queued"},
        {"AUTH 535",
         {.ehlo = EHLO_AUTH, .auth = "535 5.7.8 wrong\r\n"},
         NONE,
         "secret",
         false,
         TEMPORARY,
         535,
         true,
         "535 5.7.8 wrong"},
        {"AUTH 454",
         {.ehlo = EHLO_AUTH, .auth = "454 4.7.0 later\r\n"},
         NONE,
         "secret",
         false,
         TEMPORARY,
         454,
         true,
         "454 4.7.0 later"},
        {"no STARTTLS", {0}, TLS, NULL, false, TEMPORARY, 250, true, "STARTTLS"},
        {"no STARTTLS, none needed", {0}, TRY, NULL, false, SENT, 250, true, "queued"},
        {"STARTTLS 454",
         {.ehlo = EHLO_TLS, .starttls = "454 4.7.0 later\r\n"},
         TLS,
         NULL,
         false,
         TEMPORARY,
         454,
         true,
         "454 4.7.0 later"},
        {"STARTTLS 554",
         {.ehlo = EHLO_TLS, .starttls = "554 5.7.0 no\r\n"},
         TLS,
         NULL,
         false,
         TEMPORARY,
         554,
         true,
         "554 5.7.0 no"},
        {"STARTTLS, then none",
         {.ehlo = EHLO_TLS, .starttls = "220 go\r\nxxxx"},
         TLS,
         NULL,
         false,
         TEMPORARY,
         220,
         true,
         ""},
        {"handshake dropped",
         {.ehlo = EHLO_TLS, .starttls = "220 go\r\n", .mail = DROP},
         TLS,
         NULL,
         false,
         TEMPORARY,
         220,
         true,
         ""},
        {"dead", {0}, NONE, NULL, true, TEMPORARY, 0, false, "connect"},
};

/* All at once: none of them may disturb another. */
static void test_answers(void **state)
{
        static struct peer peers[ELEMENTS(answer_rows)];
        struct outcome outcomes[ELEMENTS(answer_rows)] = {0};
        struct transfer *transfer = NULL;
        struct harness harness;

        (void)state;
        harness_start(&harness);
        for (size_t i = 0; i < ELEMENTS(answer_rows); i++) {
                const struct answer_row *row = &answer_rows[i];
                assert_int_equal(peer_start(&peers[i], &row->script), 0);
                if (row->dead)
                        peer_stop(&peers[i]);
                /* The end of the data has ten times as long. */
                long timeout = row->script.end && strcmp(row->script.end, HANG) == 0 ? 1 : HARNESS_SILENCE;
                assert_return_code(
                        send_message(&harness, &peers[i], row->tls, row->password, timeout, &outcomes[i], &transfer),
                        0);
                assert_int_equal(outcomes[i].calls, 0);
        }
        harness_run(&harness);
        for (size_t i = 0; i < ELEMENTS(answer_rows); i++) {
                const struct answer_row *row = &answer_rows[i];
                const struct transfer_result *result = &outcomes[i].result;
                assert_int_equal(outcomes[i].calls, 1);
                if (result->outcome != row->outcome || result->code != row->code || result->reached != row->reached ||
                    !strstr(result->answer, row->words))
                        fail_msg("%s: outcome %d, code %d, reached %d, \"%s\"", row->what, (int)result->outcome,
                                 result->code, (int)result->reached, result->answer);
                assert_int_equal(result->retry_after, 0);
                assert_true(*result->answer);
        }
        harness_stop(&harness);
        for (size_t i = 0; i < ELEMENTS(answer_rows); i++) {
                if (!answer_rows[i].dead)
                        peer_stop(&peers[i]);
                /* A password goes to nobody who does not ask for one. */
                assert_null(strstr(peers[i].record, "AUTH") && !answer_rows[i].password ? "AUTH" : NULL);
        }
}

/* How often `needle` stands in `text`. */
static size_t count(const char *text, const char *needle)
{
        size_t n = 0;

        for (const char *at = strstr(text, needle); at; at = strstr(at + 1, needle))
                n++;
        return n;
}

/* Whether all lines end in CRLF and none is too long. */
static bool lines_are_good(const char *text)
{
        size_t length = 0;

        for (const char *c = text; *c; c++) {
                if (*c == '\r' && c[1] == '\n') {
                        c++;
                        length = 0;
                } else if (*c == '\r' || *c == '\n' || ++length > 998)
                        return false;
        }
        return true;
}

struct wire_row {
        const char *needle;
        size_t plain, with_calendar; /* how often it is found */
};

/* What goes over the wire. */
static const struct wire_row wire_rows[] = {
        {"EHLO client.example\r\n", 1, 1},
        {"MAIL FROM:<from@block.example> SIZE=", 1, 1},
        {"RCPT TO:<to@agency.example>\r\n", 1, 1},
        {"Content-Type: multipart/alternative; boundary=", 1, 1},
        {"Content-Type: multipart/mixed; boundary=", 0, 1},
        {"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n", 1, 1},
        {"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n", 1, 1},
        {"Content-Type: text/calendar; charset=utf-8; method=PUBLISH\r\n", 0, 2},
        {"Content-Disposition: attachment; filename=\"han.ics\"\r\n", 0, 1},
        {"Content-Disposition: attachment; filename=\"han-2.ics\"\r\n", 0, 1},
        {"ime-Version: 1.0\r\n", 1, 1},
        {"\r\nDate: Mon, 16 Sep 2024 08:00:00 +0700\r\n", 1, 1},
        {"Subject: =?utf-8?b?TmjhuqFjIHZp4buHYw==?=\r\n =?utf-8?b?IMSR4bq/biBo4bqhbg==?=\r\n", 1, 1},
        /* "Kính gửi", ".a dot", "", "end": the lines end in CRLF before they are encoded */
        {"\r\n\r\nS8OtbmggZ+G7rWkNCi5hIGRvdA0KDQplbmQNCg==\r\n", 1, 1},
        {"\r\n\r\nPHA+S8OtbmggZ+G7rWk8L3A+DQo=\r\n", 1, 1},                 /* "<p>Kính gửi</p>" */
        {"\r\n\r\nQkVHSU46VkNBTEVOREFSDQpFTkQ6VkNBTEVOREFSDQo=\r\n", 0, 1}, /* "BEGIN:VCALENDAR", "END:VCALENDAR" */
        {"\r\n.\r\n", 1, 1},
};

static void check_wire(bool with_calendar)
{
        static const struct peer_script script = {0};
        static const char *const calendars[] = {"BEGIN:VCALENDAR\r\n", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", NULL};
        static struct peer peer;
        struct smtp_message letter = message;
        struct outcome outcome = {0};
        struct transfer *transfer = NULL;
        struct harness harness;
        char url[64], to[] = "to@agency.example";

        assert_int_equal(peer_start(&peer, &script), 0);
        harness_start(&harness);
        snprintf(url, sizeof url, "smtp://127.0.0.1:%u", peer.port);
        const struct smtp_server server = {.url = url, .tls = NONE, .hello = "client.example", .timeout = 5};
        if (with_calendar) {
                letter.calendars = calendars;
                letter.calendar_name = "han";
        }
        const struct smtp_envelope both = {envelope.from, to};
        const struct smtp_source source = harness_source(&letter);
        assert_return_code(smtp_send(harness.transfers, &server, &both, &source, harness_done, &outcome, &transfer), 0);
        memset(to, 'x', strlen(to)); /* it was copied */
        harness_run(&harness);
        assert_int_equal(outcome.result.outcome, SENT);
        harness_stop(&harness);
        peer_stop(&peer);
        assert_true(lines_are_good(peer.record));
        for (size_t i = 0; i < ELEMENTS(wire_rows); i++) {
                const struct wire_row *row = &wire_rows[i];
                size_t n = count(peer.record, row->needle);
                if (n != (with_calendar ? row->with_calendar : row->plain))
                        fail_msg("%zu times: %s in\n%s", n, row->needle, peer.record);
        }
}

static void test_wire(void **state)
{
        (void)state;
        check_wire(false);
}

static void test_wire_with_calendar(void **state)
{
        (void)state;
        check_wire(true);
}

/* Nobody listens there: what is said of a message is said before anything is sent. */
static const struct smtp_server nobody = {.url = "smtp://127.0.0.1:1", .tls = NONE, .timeout = 5};

/* An envelope that would change the dialogue is refused at once. */
static void test_refuses_envelopes(void **state)
{
        static const struct {
                struct smtp_envelope envelope;
                int r;
        } rows[] = {
                {{"a@b.example", "c@d.example"}, 0},
                {{"", "c@d.example"}, 0}, /* the null sender of RFC 5321 */
                {{"a@b.example", ""}, -EINVAL},
                {{"a@b.example\r\nRCPT TO:<x@y.example>", "c@d.example"}, -EINVAL},
                {{"a@b.example", "c@d.example\nDATA"}, -EINVAL},
                {{"a@b.example", "c@d.example>\tNOTIFY=NEVER"}, -EINVAL},
                {{"a@b.example>", "c@d.example"}, -EINVAL},
                {{"a@b.example", "<c@d.example"}, -EINVAL},
                {{"a@b.example", "c d@d.example"}, -EINVAL},
        };
        const struct smtp_source source = harness_source(&message);
        struct harness harness;

        (void)state;
        harness_start(&harness);
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct outcome outcome = {0};
                struct transfer *transfer = NULL;
                assert_int_equal(smtp_send(harness.transfers, &nobody, &rows[i].envelope, &source, harness_done,
                                           &outcome, &transfer),
                                 rows[i].r);
                harness_run(&harness);
                assert_int_equal(outcome.calls, rows[i].r == 0);
        }
        harness_stop(&harness);
}

struct written_mail {
        struct written source;
        struct smtp_message message;
};

static int write_row(void *userdata, struct smtp_message *ret)
{
        struct written_mail *row = userdata;

        row->source.written++;
        *ret = row->message;
        return row->source.r;
}

/* A message that can't be written, or would change its header, never leaves; and its source is let go once. */
static void test_refuses_messages(void **state)
{
        static char long_line[1000];
        static const struct {
                const char *header;
                int r;
                enum transfer_outcome outcome;
                const char *words;
        } rows[] = {
                {"X: y", 0, TEMPORARY, NULL}, /* the connection is refused */
                {"X: y", -ENOMEM, TEMPORARY, "Cannot allocate memory"},
                {"X: y", -E2BIG, PERMANENT, "Argument list too long"},
                {"X: y", -ECANCELED, TRANSFER_RECALLED, "Operation canceled"},
                {"X: y\r\nBcc: x@y.example", 0, PERMANENT, "Invalid argument"},
                {"X: y\r\n", 0, PERMANENT, "Invalid argument"},
                {"X: y\n z", 0, PERMANENT, "Invalid argument"},
                {"X: y\r z", 0, PERMANENT, "Invalid argument"},
                {" folded at once", 0, PERMANENT, "Invalid argument"},
                {"", 0, PERMANENT, "Invalid argument"},
                {long_line, 0, PERMANENT, "Invalid argument"},
        };
        struct harness harness;

        (void)state;
        memset(long_line, 'x', sizeof long_line - 1);
        harness_start(&harness);
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const char *const lines[] = {rows[i].header, NULL};
                struct written_mail row = {.source.r = rows[i].r,
                                           .message = {.headers = lines, .text = "x", .html = "x"}};
                const struct smtp_source source = {write_row, harness_release, &row};
                struct outcome outcome = {0};
                struct transfer *transfer = NULL;
                assert_return_code(
                        smtp_send(harness.transfers, &nobody, &envelope, &source, harness_done, &outcome, &transfer),
                        0);
                harness_run(&harness);
                assert_int_equal(outcome.calls, 1);
                assert_int_equal(outcome.result.outcome, rows[i].outcome);
                if (rows[i].words)
                        assert_string_equal(outcome.answer, rows[i].words);
                assert_int_equal(row.source.written, 1);
                assert_int_equal(row.source.released, 1);
        }
        harness_stop(&harness);
}

/* The source is let go where the transfer does not begin, is cancelled, or ends with everything. */
static void test_releases_sources(void **state)
{
        static const struct smtp_envelope wrong = {"a b@c.example", "d@e.example"};
        struct written_mail row = {.message = message};
        const struct smtp_source source = {write_row, harness_release, &row};
        struct transfer *transfer = NULL;
        struct outcome outcome = {0};
        struct harness harness;

        (void)state;
        harness_start(&harness);
        assert_int_equal(smtp_send(harness.transfers, &nobody, &wrong, &source, harness_done, &outcome, &transfer),
                         -EINVAL);
        assert_int_equal(row.source.released, 1);
        assert_return_code(smtp_send(harness.transfers, &nobody, &envelope, &source, harness_done, &outcome, &transfer),
                           0);
        transfer_cancel(transfer);
        assert_return_code(smtp_send(harness.transfers, &nobody, &envelope, &source, harness_done, &outcome, &transfer),
                           0);
        harness_stop(&harness);
        assert_int_equal(row.source.released, 3);
        assert_int_equal(outcome.calls, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_answers),
                cmocka_unit_test(test_wire),
                cmocka_unit_test(test_wire_with_calendar),
                cmocka_unit_test(test_refuses_envelopes),
                cmocka_unit_test(test_refuses_messages),
                cmocka_unit_test(test_releases_sources),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
