/* Tests of caller: whose call is let in, as the group changes while connections stay, and when nobody answers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "control/caller.h"

/* The user database: whether the clerk is in the group. */
static bool clerk_is_member;
static int gate[2]; /* a question waits until there is a byte in it */

static int look_up(uid_t uid, const char *group, struct account *ret)
{
        assert_string_equal(group, CALLER_GROUP);
        if (uid == 4711)
                return -ENOENT;
        snprintf(ret->name, sizeof(ret->name), "%s", uid == 0 ? "root" : uid == 77 ? READER_USER : "clerk");
        ret->is_member = clerk_is_member;
        return 0;
}

static int look_up_when_told(uid_t uid, const char *group, struct account *ret)
{
        char byte;

        return read(gate[0], &byte, 1) == 1 ? look_up(uid, group, ret) : -EIO;
}

static void set_up(struct callers *callers, account_lookup *how, int64_t patience_ms)
{
        callers_init(callers);
        callers->accounts.look_up = how;
        callers->accounts.patience_ms = patience_ms;
}

static void test_rights_follow_the_group(void **state)
{
        static const struct {
                const char *sender;
                uid_t uid;
                bool any_member, is_member; /* the bus; the group at that moment */
                enum party party;
                bool news;
                const char *name;
        } table[] = {
                {":1.1", 1234, true, false, PARTY_OUTSIDER, true, "clerk"},
                {":1.1", 1234, true, false, PARTY_OUTSIDER, false, "clerk"},
                {":1.1", 1234, true, true, PARTY_MEMBER, true, "clerk"}, /* who was refused does not stay so */
                {":1.1", 1234, true, true, PARTY_MEMBER, false, "clerk"},
                {":1.1", 1234, true, false, PARTY_OUTSIDER, true, "clerk"}, /* who was let in neither */
                {":1.2", 1234, true, true, PARTY_MEMBER, true, "clerk"},    /* another connection */
                {":1.3", 1234, false, true, PARTY_OUTSIDER, true,
                 "clerk"}, /* a session bus: the group does not count */
                {":1.4", 0, true, false, PARTY_ROOT, true, "root"},
                {":1.4", 0, true, false, PARTY_ROOT, false, "root"},
                {":1.5", 4711, true, true, PARTY_OUTSIDER, true, "uid 4711"}, /* of another machine's database */
                {":1.6", 0, true, true, PARTY_ROOT, true, "root"},
                {":1.7", 77, true, false, PARTY_READER, true, READER_USER},
                {":1.7", 77, true, true, PARTY_MEMBER, true, READER_USER},
                {":1.8", 77, false, false, PARTY_OUTSIDER, true, READER_USER},
        };
        struct callers callers;

        (void)state;
        set_up(&callers, look_up, 60000);
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const struct caller *caller;
                bool news;

                clerk_is_member = table[i].is_member;
                caller = caller_judge(&callers, table[i].sender, table[i].uid, table[i].any_member, &news);
                if (caller->party != table[i].party || news != table[i].news || caller->unanswered ||
                    caller->uid != table[i].uid || strcmp(caller->name, table[i].name) != 0)
                        fail_msg("row %zu: party %d, news %d, %s", i, (int)caller->party, news, caller->name);
        }
        callers_clear(&callers);
}

static void test_the_own_user_needs_no_database(void **state)
{
        const struct caller *caller;
        struct callers callers;
        bool news;

        (void)state;
        assert_int_equal(pipe(gate), 0);
        set_up(&callers, look_up_when_told, 1);
        caller = caller_judge(&callers, ":1.1", geteuid(), false, &news);
        assert_true(caller->party == PARTY_ROOT && !caller->unanswered);
        caller = caller_judge(&callers, ":1.2", 0, true, &news);
        assert_int_equal(caller->party, PARTY_ROOT);
        assert_string_equal(caller->name, "uid 0");
        callers_clear(&callers);
        assert_int_equal(write(gate[1], "x", 1), 1);
}

/* Nobody waits twice for one answer, and when it comes the next question is asked. */
static void test_a_database_that_hangs(void **state)
{
        const struct caller *caller;
        struct callers callers;
        bool news;

        (void)state;
        assert_int_equal(pipe(gate), 0);
        clerk_is_member = true;
        set_up(&callers, look_up_when_told, 1);
        caller = caller_judge(&callers, ":1.1", 1234, true, &news);
        assert_true(caller->party == PARTY_OUTSIDER && caller->unanswered && news);
        callers.accounts.patience_ms = INT32_MAX; /* else the next one would wait that long */
        caller = caller_judge(&callers, ":1.1", 1234, true, &news);
        assert_true(caller->party == PARTY_OUTSIDER && caller->unanswered && !news);
        /* More than the two that ask: what the test before left hanging may only now come to its question. */
        assert_int_equal(write(gate[1], "xxxxxxxx", 8), 8);
        do
                caller = caller_judge(&callers, ":1.1", 1234, true, &news);
        while (caller->unanswered);
        assert_true(caller->party == PARTY_MEMBER && news);
        callers_clear(&callers);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rights_follow_the_group),
                cmocka_unit_test(test_the_own_user_needs_no_database),
                cmocka_unit_test(test_a_database_that_hangs),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
