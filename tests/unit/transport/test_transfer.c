/* Unit tests of transfer: connections, peers, and ending things at any moment. */
#include "harness.h"
#include "peer.h"

#include "base/cleanup.h"

#define MANY 20

static const struct peer_script smtp_script = {0};
static const struct peer_script http_script = {.http = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};

/* A mail if the peer speaks SMTP, else a webhook. */
static struct transfer *start(struct harness *harness, const struct peer *peer, const char *password, long connections,
                              struct outcome *outcome)
{
        static const char *const headers[] = {"Subject: x", NULL};
        static const struct smtp_envelope envelope = {"a@b.example", "c@d.example"};
        static const struct smtp_message message = {.headers = headers, .text = "x\n", .html = "x\n"};
        const struct smtp_source source = harness_source(&message);
        const struct webhook_source body = harness_body("{}");
        bool http = peer->script->http;
        struct transfer *transfer = NULL;
        char url[64];

        snprintf(url, sizeof url, "%s://127.0.0.1:%u", http ? "http" : "smtp", peer->port);
        const struct smtp_server server = {.url = url,
                                           .tls = TLS_NONE,
                                           .username = password ? "clerk" : NULL,
                                           .password = password,
                                           .timeout = HARNESS_PATIENCE,
                                           .connections = connections};
        const struct webhook_endpoint endpoint = {
                .url = url, .allow_http = true, .timeout = HARNESS_PATIENCE, .connections = connections};
        int r = http ? webhook_post(harness->transfers, &endpoint, "id", &body, harness_done, outcome, &transfer)
                     : smtp_send(harness->transfers, &server, &envelope, &source, harness_done, outcome, &transfer);
        assert_return_code(r, 0);
        return transfer;
}

/* Turns the loop until the peer has taken so many messages or requests. */
static void run_until_taken(struct harness *harness, struct peer *peer, size_t n)
{
        while (peer_count(peer, &peer->n_done) < n)
                harness_turn(harness, 10000);
}

/* Many messages share few connections, in parallel, never more than allowed. */
static void check_sharing(const struct peer_script *script)
{
        static struct peer peer;
        struct outcome outcomes[MANY] = {0};
        struct harness harness;

        assert_int_equal(peer_start(&peer, script), 0);
        peer_hold_answers(&peer, true);
        harness_start(&harness);
        for (size_t i = 0; i < MANY; i++)
                start(&harness, &peer, NULL, 3, &outcomes[i]);
        assert_int_equal(transfers_under_way(harness.transfers), MANY);
        run_until_taken(&harness, &peer, 3);
        peer_hold_answers(&peer, false);
        harness_run(&harness);
        for (size_t i = 0; i < MANY; i++) {
                assert_int_equal(outcomes[i].calls, 1);
                assert_int_equal(outcomes[i].result.outcome, TRANSFER_SENT);
                assert_true(outcomes[i].result.reached);
        }
        harness_stop(&harness);
        peer_stop(&peer);
        assert_int_equal(peer.n_done, MANY);
        assert_int_equal(peer.most_open, 3);
        assert_int_equal(peer.n_threads, 3);
}

static void test_mails_share(void **state)
{
        (void)state;
        check_sharing(&smtp_script);
}

static void test_webhooks_share(void **state)
{
        (void)state;
        check_sharing(&http_script);
}

/* A mail server that does not answer to the end of the data holds up neither the loop nor another server. */
static void test_slow_server(void **state)
{
        static struct peer slow, mail, hook;
        struct outcome waits[MANY] = {0}, goes[2 * MANY] = {0};
        struct harness harness;

        (void)state;
        assert_int_equal(peer_start(&slow, &smtp_script), 0);
        assert_int_equal(peer_start(&mail, &smtp_script), 0);
        assert_int_equal(peer_start(&hook, &http_script), 0);
        peer_hold_answers(&slow, true);
        harness_start(&harness);
        for (size_t i = 0; i < MANY; i++)
                start(&harness, &slow, NULL, 2, &waits[i]);
        run_until_taken(&harness, &slow, 2);
        for (size_t i = 0; i < MANY; i++) {
                start(&harness, &mail, NULL, 2, &goes[2 * i]);
                start(&harness, &hook, NULL, 2, &goes[2 * i + 1]);
        }
        while (transfers_under_way(harness.transfers) > MANY)
                harness_turn(&harness, 1000000);
        for (size_t i = 0; i < 2 * MANY; i++)
                assert_int_equal(goes[i].result.outcome, TRANSFER_SENT);
        for (size_t i = 0; i < MANY; i++)
                assert_int_equal(waits[i].calls, 0);
        peer_hold_answers(&slow, false);
        harness_run(&harness);
        for (size_t i = 0; i < MANY; i++)
                assert_int_equal(waits[i].result.outcome, TRANSFER_SENT);
        harness_stop(&harness);
        peer_stop(&slow);
        peer_stop(&mail);
        peer_stop(&hook);
}

/* A connection that one password opened is not used with another. */
static void test_new_password(void **state)
{
        static const struct peer_script script = {.ehlo = "250-peer.example\r\n250 AUTH PLAIN\r\n"};
        static const char *const passwords[] = {"old", "old", "new", "old"};
        static struct peer peer;
        struct harness harness;

        (void)state;
        assert_int_equal(peer_start(&peer, &script), 0);
        harness_start(&harness);
        for (size_t i = 0; i < ELEMENTS(passwords); i++) {
                struct outcome outcome = {0};
                start(&harness, &peer, passwords[i], 1, &outcome);
                harness_run(&harness);
                assert_int_equal(outcome.result.outcome, TRANSFER_SENT);
        }
        harness_stop(&harness);
        peer_stop(&peer);
        assert_int_equal(peer.n_threads, 2);
}

/* Cancelled while they wait, while they run, and when they are over but not yet told: never a callback. */
static void check_cancel(const struct peer_script *script)
{
        static struct peer peer;
        struct outcome outcomes[6] = {0};
        struct transfer *transfers[6];
        struct harness harness;

        assert_int_equal(peer_start(&peer, script), 0);
        peer_hold_answers(&peer, true);
        harness_start(&harness);
        for (size_t i = 0; i < ELEMENTS(transfers); i++)
                transfers[i] = start(&harness, &peer, NULL, 2, &outcomes[i]);
        transfer_cancel(transfers[0]); /* not yet, or hardly, begun */
        transfer_cancel(transfers[5]); /* waits */
        run_until_taken(&harness, &peer, 2);
        transfer_cancel(transfers[1]); /* runs */
        peer_hold_answers(&peer, false);
        harness_run(&harness);
        assert_int_equal(outcomes[0].calls + outcomes[1].calls + outcomes[5].calls, 0);
        for (size_t i = 2; i < 5; i++)
                assert_int_equal(outcomes[i].result.outcome, TRANSFER_SENT);
        harness_stop(&harness);
        peer_stop(&peer);
}

static void test_cancel_mail(void **state)
{
        (void)state;
        check_cancel(&smtp_script);
}

static void test_cancel_webhook(void **state)
{
        (void)state;
        check_cancel(&http_script);
}

static uint64_t now_usec(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Ends everything, which must not wait for what a server does or leaves undone. */
static void stop_at_once(struct harness *harness)
{
        uint64_t before = now_usec();

        harness_stop(harness);
        assert_true(now_usec() - before < 5 * 1000000);
}

/* Freed with everything in every state, before and after the first turn of the loop. */
static void check_free(const struct peer_script *script, size_t taken)
{
        static struct peer peer;
        struct outcome outcomes[MANY] = {0};
        struct harness harness;

        assert_int_equal(peer_start(&peer, script), 0);
        peer_hold_answers(&peer, true);
        harness_start(&harness);
        for (size_t i = 0; i < MANY; i++)
                start(&harness, &peer, NULL, 3, &outcomes[i]);
        run_until_taken(&harness, &peer, taken);
        stop_at_once(&harness);
        for (size_t i = 0; i < MANY; i++)
                assert_int_equal(outcomes[i].calls, 0);
        peer_stop(&peer);
}

static void test_end(void **state)
{
        (void)state;
        check_free(&smtp_script, 0);
        check_free(&smtp_script, 3);
        check_free(&http_script, 0);
        check_free(&http_script, 3);
}

static void cancel_other(void *userdata)
{
        struct transfer **other = userdata;

        if (*other)
                transfer_cancel(TAKE_PTR(*other));
}

static void free_all(void *userdata)
{
        struct harness *harness = userdata;

        harness->transfers = transfers_free(harness->transfers);
}

/* From within a callback everything is allowed: to cancel itself and others, to free all, to start anew. */
static void check_callback(const struct peer_script *script)
{
        static struct peer peer;
        struct outcome outcomes[4] = {0};
        struct transfer *other = NULL, *own = NULL;
        struct harness harness;

        assert_int_equal(peer_start(&peer, script), 0);
        harness_start(&harness);
        own = start(&harness, &peer, NULL, 1, &outcomes[0]);
        other = start(&harness, &peer, NULL, 1, &outcomes[1]);
        outcomes[0].then = cancel_other;
        outcomes[0].userdata = &other;
        harness_run(&harness);
        assert_int_equal(outcomes[0].calls, 1);
        assert_int_equal(outcomes[1].calls, 0);

        own = start(&harness, &peer, NULL, 1, &outcomes[2]);
        outcomes[2].then = cancel_other;
        outcomes[2].userdata = &own;
        harness_run(&harness);
        assert_int_equal(outcomes[2].calls, 1);

        for (size_t i = 0; i < 3; i++) {
                outcomes[i] = (struct outcome){.then = free_all, .userdata = &harness};
                start(&harness, &peer, NULL, 1, &outcomes[i]);
        }
        while (harness.transfers)
                harness_turn(&harness, 1000000);
        assert_int_equal(outcomes[0].calls + outcomes[1].calls + outcomes[2].calls, 1);
        harness_stop(&harness);
        peer_stop(&peer);
}

static void test_callback(void **state)
{
        (void)state;
        check_callback(&smtp_script);
        check_callback(&http_script);
}

/* A server that does not answer QUIT delays neither the next message nor the end of the program. */
static void test_silent_quit(void **state)
{
        static const struct peer_script script = {.quit = HANG};
        static struct peer peer;
        struct outcome outcomes[4] = {0};
        struct harness harness;

        (void)state;
        assert_int_equal(peer_start(&peer, &script), 0);
        peer_hold_answers(&peer, true);
        harness_start(&harness);
        for (size_t i = 0; i < 3; i++)
                start(&harness, &peer, NULL, 3, &outcomes[i]);
        run_until_taken(&harness, &peer, 3);
        peer_hold_answers(&peer, false);
        harness_run(&harness);
        /* From three connections down to one: two of them say QUIT. */
        uint64_t before = now_usec();
        start(&harness, &peer, NULL, 1, &outcomes[3]);
        harness_run(&harness);
        assert_true(now_usec() - before < 5 * 1000000);
        for (size_t i = 0; i < ELEMENTS(outcomes); i++)
                assert_int_equal(outcomes[i].result.outcome, TRANSFER_SENT);
        while (!peer_has(&peer, "QUIT\r\n"))
                harness_turn(&harness, 10000);
        stop_at_once(&harness);
        peer_stop(&peer);
        assert_int_equal(peer.n_threads, 3);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_mails_share), cmocka_unit_test(test_webhooks_share),
                cmocka_unit_test(test_slow_server), cmocka_unit_test(test_new_password),
                cmocka_unit_test(test_cancel_mail), cmocka_unit_test(test_cancel_webhook),
                cmocka_unit_test(test_end),         cmocka_unit_test(test_callback),
                cmocka_unit_test(test_silent_quit),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
