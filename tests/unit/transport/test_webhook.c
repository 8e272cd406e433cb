/* Unit tests of webhook: the signature, and the verdict on every kind of answer. */
#include "harness.h"
#include "peer.h"

#include <time.h>

#include "base/cleanup.h"

#define ID "4f1c2d3e-delivery"
#define BODY "{\"type\":\"reminder.due\",\"text\":\"Đến hạn\"}"

/* The first row is the example that the libraries of Standard Webhooks check themselves with, its secret being
 * whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw; the others were computed with Python's hmac. */
static void test_sign(void **state)
{
        static const unsigned char example[] = {0x31, 0xf2, 0x90, 0xf6, 0xbf, 0x06, 0x29, 0x8a, 0xab, 0x4f, 0x08, 0xd4,
                                                0x3c, 0x3f, 0x08, 0x2c, 0xf6, 0x48, 0xa3, 0x62, 0xda, 0x2d, 0xa4, 0xb0};
        static const struct {
                const void *secret;
                size_t size;
                const char *id;
                int64_t timestamp;
                const char *body, *expected;
        } rows[] = {
                {example, sizeof example, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}",
                 "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
                {"plain", 5, "x-1", -5, "Đến hạn", "v1,bEJVI13Zozs8Vs+k5E5X34MS6oIpwktH5sB95s5ZVbk="},
                {"\0\0\1", 3, "x", 1, "{}", "v1,SgqS7kjIJ7I6+3tEbJ1m95t6UWi8VcMyXGeLNwKi2Zo="},
                {"", 0, "a", 0, "", "v1,bgTtLRZwJ7Vl4qiHkyGQ/EK5IJ9kqBwQsfukbZGFDAQ="},
                {"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
                 100, "x", INT64_MAX, "{}", "v1,XTzqxSe4UE4YaBoKxn0iLcTetNmviibx5hFsWQ3aX6w="},
        };
        char signature[WEBHOOK_SIGNATURE_SIZE];

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                assert_return_code(webhook_sign(rows[i].secret, rows[i].size, rows[i].id, rows[i].timestamp,
                                                rows[i].body, signature),
                                   0);
                assert_string_equal(signature, rows[i].expected);
        }
}

struct answer_row {
        const char *what;
        struct peer_script script;
        bool dead;
        enum transfer_outcome outcome;
        int code;
        bool reached;
        int64_t retry_least, retry_most;
        const char *words; /* to be found in the answer */
};

#define LENGTH(n) "Content-Length: " #n "\r\n\r\n"

static const struct answer_row answer_rows[] = {
        {"200",
         {.http = "HTTP/1.1 200 OK\r\n" LENGTH(4) "fine"},
         false,
         TRANSFER_SENT,
         200,
         true,
         0,
         0,
         "HTTP 200: fine"},
        {"204", {.http = "HTTP/1.1 204 No Content\r\n\r\n"}, false, TRANSFER_SENT, 204, true, 0, 0, "HTTP 204"},
        {"interim",
         {.http = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 202 OK\r\n" LENGTH(0)},
         false,
         TRANSFER_SENT,
         202,
         true,
         0,
         0,
         "HTTP 202"},
        {"301",
         {.http = "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\n" LENGTH(0)},
         false,
         TRANSFER_PERMANENT,
         301,
         true,
         0,
         0,
         "HTTP 301"},
        {"307",
         {.http = "HTTP/1.1 307 Moved\r\nLocation: /x\r\n" LENGTH(0)},
         false,
         TRANSFER_PERMANENT,
         307,
         true,
         0,
         0,
         "HTTP 307"},
        {"400", {.http = "HTTP/1.1 400 Bad\r\n" LENGTH(0)}, false, TRANSFER_PERMANENT, 400, true, 0, 0, "HTTP 400"},
        {"401",
         {.http = "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\n" LENGTH(0)},
         false,
         TRANSFER_PERMANENT,
         401,
         true,
         0,
         0,
         "HTTP 401"},
        {"408", {.http = "HTTP/1.1 408 Slow\r\n" LENGTH(0)}, false, TRANSFER_TEMPORARY, 408, true, 0, 0, "HTTP 408"},
        {"410",
         {.http = "HTTP/1.1 410 Gone\r\nRetry-After: 9\r\n" LENGTH(8) "\033[2Jgone"},
         false,
         TRANSFER_PERMANENT,
         410,
         true,
         0,
         0,
         "HTTP 410: [2Jgone"},
        {"425", {.http = "HTTP/1.1 425 Early\r\n" LENGTH(0)}, false, TRANSFER_TEMPORARY, 425, true, 0, 0, "HTTP 425"},
        {"429",
         {.http = "HTTP/1.1 429 Many\r\nRetry-After: 17\r\n" LENGTH(0)},
         false,
         TRANSFER_TEMPORARY,
         429,
         true,
         17,
         17,
         "HTTP 429"},
        {"date",
         {.http = "HTTP/1.1 429 Many\r\nRetry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n" LENGTH(0)},
         false,
         TRANSFER_TEMPORARY,
         429,
         true,
         1,
         30 * 86400,
         "HTTP 429"},
        {"past",
         {.http = "HTTP/1.1 429 Many\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n" LENGTH(0)},
         false,
         TRANSFER_TEMPORARY,
         429,
         true,
         0,
         0,
         "HTTP 429"},
        {"absurd",
         {.http = "HTTP/1.1 503 Off\r\nRetry-After: 9223372036854775807\r\n" LENGTH(0)},
         false,
         TRANSFER_TEMPORARY,
         503,
         true,
         0,
         30 * 86400,
         "HTTP 503"},
        {"nonsense",
         {.http = "HTTP/1.1 503 Off\r\nRetry-After: soon\r\n" LENGTH(0)},
         false,
         TRANSFER_TEMPORARY,
         503,
         true,
         0,
         0,
         "HTTP 503"},
        {"500", {.http = "HTTP/1.1 500 Oops\r\n" LENGTH(0)}, false, TRANSFER_TEMPORARY, 500, true, 0, 0, "HTTP 500"},
        {"503",
         {.http = "HTTP/1.1 503 Off\r\nRetry-After: 3\r\n" LENGTH(0)},
         false,
         TRANSFER_TEMPORARY,
         503,
         true,
         3,
         3,
         "HTTP 503"},
        {"silence", {.http = HANG}, false, TRANSFER_TEMPORARY, 0, true, 0, 0, "timed out"},
        {"dropped", {.http = DROP}, false, TRANSFER_TEMPORARY, 0, true, 0, 0, "mpty reply"},
        {"garbage", {.http = "\377\376hello\r\n\r\n"}, false, TRANSFER_TEMPORARY, 0, true, 0, 0, ""},
        {"half a header", {.http = "HTTP/1.1 200 OK\r\nX: y"}, false, TRANSFER_TEMPORARY, 200, true, 0, 0, ""},
        {"interim only",
         {.http = "HTTP/1.1 103 Early Hints\r\n\r\n", .endless = HANG},
         false,
         TRANSFER_TEMPORARY,
         103,
         true,
         0,
         0,
         "timed out"},
        {"cut short",
         {.http = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nfi"},
         false,
         TRANSFER_SENT,
         200,
         true,
         0,
         0,
         "HTTP 200: fi"},
        {"dead", {.http = DROP}, true, TRANSFER_TEMPORARY, 0, false, 0, 0, "connect"},
};

/* All at once: none of them may disturb another. */
static void test_answers(void **state)
{
        static struct peer peers[ELEMENTS(answer_rows)];
        struct outcome outcomes[ELEMENTS(answer_rows)] = {0};
        struct harness harness;
        struct transfer *transfer = NULL;

        (void)state;
        harness_start(&harness);
        for (size_t i = 0; i < ELEMENTS(answer_rows); i++) {
                char url[64];
                assert_int_equal(peer_start(&peers[i], &answer_rows[i].script), 0);
                if (answer_rows[i].dead)
                        peer_stop(&peers[i]);
                snprintf(url, sizeof url, "http://127.0.0.1:%u/hook?x=1", peers[i].port);
                const struct webhook_source source = harness_body(BODY);
                const struct webhook_endpoint endpoint = {
                        .url = url, .allow_http = true, .timeout = HARNESS_SILENCE, .connections = 1};
                assert_return_code(
                        webhook_post(harness.transfers, &endpoint, ID, &source, harness_done, &outcomes[i], &transfer),
                        0);
                assert_int_equal(outcomes[i].calls, 0); /* never from within */
        }
        harness_run(&harness);
        for (size_t i = 0; i < ELEMENTS(answer_rows); i++) {
                const struct answer_row *row = &answer_rows[i];
                const struct transfer_result *result = &outcomes[i].result;
                assert_int_equal(outcomes[i].calls, 1);
                assert_int_equal(result->outcome, row->outcome);
                assert_int_equal(result->code, row->code);
                assert_int_equal(result->reached, row->reached);
                assert_in_range(result->retry_after, row->retry_least, row->retry_most);
                assert_non_null(strstr(result->answer, row->words));
                assert_true(*result->answer);
        }
        harness_stop(&harness);
        for (size_t i = 0; i < ELEMENTS(answer_rows); i++) {
                if (!answer_rows[i].dead)
                        peer_stop(&peers[i]);
        }
}

/* What never ends is cut off long before the time is up; a status that came before counts. */
static void test_endless(void **state)
{
        static const struct {
                struct peer_script script;
                enum transfer_outcome outcome;
                int code;
                const char *words;
        } rows[] = {
                {{.http = "HTTP/1.1 200 OK\r\n\r\n", .endless = "moo "}, TRANSFER_SENT, 200, "HTTP 200: moo moo"},
                {{.http = "HTTP/1.1 404 No\r\n\r\n", .endless = "moo "}, TRANSFER_PERMANENT, 404, "HTTP 404: moo"},
                /* Long lines: libcurl itself counts to 5,000 since 8.14. */
                {{.http = "HTTP/1.1 200 OK\r\n",
                  .endless = "X: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n"},
                 TRANSFER_TEMPORARY,
                 200,
                 "header does not end"},
        };
        static struct peer peers[ELEMENTS(rows)];
        struct outcome outcomes[ELEMENTS(rows)] = {0};
        struct harness harness;
        struct transfer *transfer = NULL;

        (void)state;
        harness_start(&harness);
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                char url[64];
                assert_int_equal(peer_start(&peers[i], &rows[i].script), 0);
                snprintf(url, sizeof url, "http://127.0.0.1:%u/", peers[i].port);
                const struct webhook_source source = harness_body(BODY);
                const struct webhook_endpoint endpoint = {
                        .url = url, .allow_http = true, .timeout = 2 * HARNESS_PATIENCE};
                assert_return_code(
                        webhook_post(harness.transfers, &endpoint, ID, &source, harness_done, &outcomes[i], &transfer),
                        0);
        }
        harness_run(&harness);
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                assert_int_equal(outcomes[i].result.outcome, rows[i].outcome);
                assert_int_equal(outcomes[i].result.code, rows[i].code);
                if (!strstr(outcomes[i].answer, rows[i].words))
                        fail_msg("\"%s\" is not in \"%s\"", rows[i].words, outcomes[i].answer);
        }
        harness_stop(&harness);
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                peer_stop(&peers[i]);
}

/* With the time at which it left. */
static void check_signed(const char *request, int64_t before, int64_t after)
{
        static const char time_is[] = "\r\nwebhook-timestamp: ", code_is[] = "\r\nwebhook-signature: ";
        const char *timestamp = strstr(request, time_is), *code = strstr(request, code_is);
        char expected[WEBHOOK_SIGNATURE_SIZE];

        assert_non_null(timestamp);
        assert_non_null(code);
        int64_t at = strtoll(timestamp + strlen(time_is), NULL, 10);
        assert_in_range(at, before, after);
        assert_return_code(webhook_sign((const unsigned char *)"s3cret", 6, ID, at, BODY, expected), 0);
        assert_memory_equal(code + strlen(code_is), expected, strlen(expected));
}

/* What goes over the wire. */
static void test_request(void **state)
{
        static const struct peer_script script = {.http = "HTTP/1.1 204 No Content\r\n\r\n"};
        static const char *const expected[] = {
                "POST /hook HTTP/1.1\r\n",
                "Content-Type: application/json\r\n",
                ("webhook-id: " ID "\r\n"),
                ("\r\n\r\n" BODY),
        };
        static struct peer peer;
        struct outcome outcome = {0};
        struct harness harness;
        struct transfer *transfer = NULL;
        char url[64];

        (void)state;
        assert_int_equal(peer_start(&peer, &script), 0);
        /* A proxy in the environment must not see it. */
        setenv("http_proxy", "http://127.0.0.1:1", 1);
        setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
        harness_start(&harness);
        snprintf(url, sizeof url, "http://127.0.0.1:%u/hook", peer.port);
        const struct webhook_endpoint endpoint = {.url = url,
                                                  .allow_http = true,
                                                  .secret = (const unsigned char *)"s3cret",
                                                  .secret_size = 6,
                                                  .timeout = 5};
        const struct webhook_source source = harness_body(BODY);
        int64_t before = time(NULL);
        assert_return_code(webhook_post(harness.transfers, &endpoint, ID, &source, harness_done, &outcome, &transfer),
                           0);
        harness_run(&harness);
        int64_t after = time(NULL);
        assert_int_equal(outcome.result.outcome, TRANSFER_SENT);
        harness_stop(&harness);
        peer_stop(&peer);
        unsetenv("http_proxy");
        unsetenv("ALL_PROXY");
        for (size_t i = 0; i < ELEMENTS(expected); i++)
                assert_non_null(strstr(peer.record, expected[i]));
        check_signed(peer.record, before, after);
        assert_null(strstr(peer.record, "Expect:"));
        assert_null(strstr(peer.record, "s3cret"));
}

/* What is refused before anything is sent, and what a misconfigured endpoint comes to. */
static void test_refusals(void **state)
{
        static const struct {
                const char *url, *id, *ca_file;
                bool allow_http;
                int r;
                const char *words;
        } rows[] = {
                {"http://127.0.0.1:1/", ID, NULL, false, 0, "\"http\""},
                {"file:///etc/passwd", ID, NULL, true, 0, "\"file\""},
                {"smtp://127.0.0.1:1/", ID, NULL, true, 0, "\"smtp\""},
                {"https://", ID, NULL, true, 0, "URL"},
                {"https://127.0.0.1:1/", "a\r\nX-Evil: 1", NULL, false, -EINVAL, ""},
        };
        struct harness harness;
        struct transfer *transfer = NULL;

        (void)state;
        harness_start(&harness);
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct outcome outcome = {0};
                const struct webhook_source source = harness_body(BODY);
                const struct webhook_endpoint endpoint = {
                        .url = rows[i].url, .ca_file = rows[i].ca_file, .allow_http = rows[i].allow_http, .timeout = 5};
                assert_int_equal(webhook_post(harness.transfers, &endpoint, rows[i].id, &source, harness_done, &outcome,
                                              &transfer),
                                 rows[i].r);
                harness_run(&harness);
                assert_int_equal(outcome.calls, rows[i].r == 0);
                if (rows[i].r < 0)
                        continue;
                assert_int_equal(outcome.result.outcome, TRANSFER_TEMPORARY);
                assert_false(outcome.result.reached);
                assert_non_null(strstr(outcome.answer, rows[i].words));
        }
        harness_stop(&harness);
}

static int write_row(void *userdata, const char **ret_body)
{
        struct written *row = userdata;

        row->written++;
        *ret_body = BODY;
        return row->r;
}

/* More are handed over than there are connections. Each is written once, when its turn has come; one that can't be, or
 * is not to leave, leaves nothing on the wire and holds up nobody; and every source is let go once. */
static void test_sources(void **state)
{
        static const struct peer_script script = {.http = "HTTP/1.1 204 No Content\r\n\r\n"};
        static const struct {
                int r;
                enum transfer_outcome outcome;
        } rows[] = {
                {0, TRANSFER_SENT},
                {-ECANCELED, TRANSFER_RECALLED},
                {-ENOMEM, TRANSFER_TEMPORARY},
                {-E2BIG, TRANSFER_PERMANENT},
                {0, TRANSFER_SENT},
        };
        static struct peer peer;
        struct written written[ELEMENTS(rows)] = {0};
        struct outcome outcomes[ELEMENTS(rows)] = {0};
        struct harness harness;
        char url[64];

        (void)state;
        assert_int_equal(peer_start(&peer, &script), 0);
        harness_start(&harness);
        snprintf(url, sizeof url, "http://127.0.0.1:%u/", peer.port);
        const struct webhook_endpoint endpoint = {.url = url, .allow_http = true, .timeout = 5, .connections = 1};
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct transfer *transfer = NULL;
                written[i].r = rows[i].r;
                const struct webhook_source source = {write_row, harness_release, &written[i]};
                assert_return_code(
                        webhook_post(harness.transfers, &endpoint, ID, &source, harness_done, &outcomes[i], &transfer),
                        0);
        }
        harness_run(&harness);
        harness_stop(&harness);
        peer_stop(&peer);
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                assert_int_equal(outcomes[i].calls, 1);
                assert_int_equal(outcomes[i].result.outcome, rows[i].outcome);
                assert_int_equal(written[i].written, 1);
                assert_int_equal(written[i].released, 1);
        }
        assert_int_equal(peer.n_done, 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sign),    cmocka_unit_test(test_answers),  cmocka_unit_test(test_endless),
                cmocka_unit_test(test_request), cmocka_unit_test(test_refusals), cmocka_unit_test(test_sources),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
