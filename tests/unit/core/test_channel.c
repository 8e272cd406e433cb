/* Tests of channel: what is stored of it comes back, and nothing else is one. */
#include "fixture.h"

#include <errno.h>
#include <string.h>

#include "core/channel.h"

#define LONGEST "0123456789012345678901234567890123456789012345678901234567890ab"

static void test_text(void **state)
{
        static const struct {
                const char *text;
                enum channel_kind kind;
                const char *webhook;
        } table[] = {
                {"mail", CHANNEL_MAIL, ""},
                {"webhook:gateway", CHANNEL_WEBHOOK, "gateway"},
                {"webhook:mail", CHANNEL_WEBHOOK, "mail"},
                {"webhook:" LONGEST, CHANNEL_WEBHOOK, LONGEST},
        };
        char text[CHANNEL_TEXT_SIZE];

        (void)state;
        assert_int_equal(strlen(LONGEST), ID_SIZE - 1);
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct channel channel;

                assert_int_equal(channel_parse(table[i].text, &channel), 0);
                assert_int_equal(channel.kind, table[i].kind);
                assert_string_equal(channel.webhook, table[i].webhook);
                assert_string_equal(channel_format(&channel, text), table[i].text);
        }
}

static void test_no_channel(void **state)
{
        static const char *const table[] = {
                "",          "Mail",        "mail:",
                "mail ",     "webhook",     "webhook:",
                "webhook:A", "webhook:a b", "webhook:" LONGEST "c",
                "sms",
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct channel channel = channel_webhook("untouched");

                if (channel_parse(table[i], &channel) != -EINVAL || strcmp(channel.webhook, "untouched") != 0)
                        fail_msg("\"%s\" is taken for a channel", table[i]);
        }
}

static void test_same(void **state)
{
        const struct channel mail = channel_mail, a = channel_webhook("a"), again = channel_webhook("a"),
                             b = channel_webhook("b");

        (void)state;
        assert_true(channel_same(&mail, &mail));
        assert_true(channel_same(&a, &again));
        assert_false(channel_same(&a, &b));
        assert_false(channel_same(&a, &mail));
}

static void test_names(void **state)
{
        (void)state;
        assert_string_equal(channel_kind_name(CHANNEL_MAIL), "mail");
        assert_string_equal(channel_kind_name(CHANNEL_WEBHOOK), "webhook");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_text),
                cmocka_unit_test(test_no_channel),
                cmocka_unit_test(test_same),
                cmocka_unit_test(test_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
