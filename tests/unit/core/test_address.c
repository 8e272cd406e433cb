/* Tests of address: where notices go, which share a message, and which addresses are still somebody's. */
#include "fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/address.h"

#define CONTACT "contact@x.example"
#define FEW 4
#define TEXT_SIZE 512

/* In file order: a and c share a mailbox, d has none; of the webhooks "all" wants every kind, "due" what is due of b
 * and d. */
static char *const mailboxes[][FEW] = {
        {"a@x.example", "vp@x.example", NULL}, {"b@x.example", NULL}, {"VP@x.example", NULL}, {NULL}};
enum { A, B, C, D, AGENCIES };

static struct agency agencies[AGENCIES];
static struct roster roster = {.agencies = agencies, .n_agencies = AGENCIES};
static size_t of_due[] = {B, D};
static struct subscription due = {.id = "due", .agencies = of_due, .n_agencies = 2, .kinds = {[KIND_DUE] = true}};
static struct subscription all = {.id = "all", .all_agencies = true};

static int build(void **state)
{
        static char ids[AGENCIES][2];

        (void)state;
        for (size_t i = 0; i < AGENCIES; i++) {
                ids[i][0] = (char)('a' + i);
                agencies[i] = (struct agency){.id = ids[i], .emails = (char **)mailboxes[i]};
                while (mailboxes[i][agencies[i].n_emails])
                        agencies[i].n_emails++;
        }
        memset(all.kinds, true, sizeof(all.kinds));
        return roster_index(&roster);
}

static int tear_down(void **state)
{
        (void)state;
        free(roster.by_id);
        return 0;
}

static struct address_book book_of(bool has_mail, const char *contact, bool has_all)
{
        due.next = has_all ? &all : NULL;
        return (struct address_book){.roster = &roster, .has_mail = has_mail, .contact = contact, .webhooks = &due};
}

/* "b@x.example:0,1 due:2 nobody:3": the address, and the notices by their numbers. */
static int write_message(void *userdata, const struct address *address, const size_t *notices, size_t n)
{
        FILE *out = userdata;

        fprintf(out, "%s%s:", ftell(out) > 0 ? " " : "", address ? address->name : "nobody");
        for (size_t i = 0; i < n; i++)
                fprintf(out, "%s%zu", i > 0 ? "," : "", notices[i]);
        return 0;
}

static void test_messages(void **state)
{
        static const struct {
                bool has_mail, has_all;
                struct addressed notices[FEW];
                size_t n;
                const char *expected;
        } table[] = {
                /* by itself, together, and what shares no message */
                {true, false, {{B, KIND_ADVANCE}}, 1, "b@x.example:0"},
                {true, false, {{B, KIND_ADVANCE}, {B, KIND_ESCALATION}}, 2, "b@x.example:0,1"},
                {true,
                 false,
                 {{B, KIND_OVERDUE}, {B, KIND_DIGEST}, {B, KIND_DATE_SET}},
                 3,
                 "b@x.example:0,2 b@x.example:1"},
                {true,
                 false,
                 {{B, KIND_SNOOZED}, {B, KIND_ADVANCE}, {B, KIND_COMPLETED}},
                 3,
                 "b@x.example:0,2 b@x.example:1"},
                /* a webhook gets what it wants of a message */
                {true, false, {{B, KIND_ADVANCE}, {B, KIND_DUE}}, 2, "b@x.example:0,1 due:1"},
                {true, true, {{B, KIND_ADVANCE}, {B, KIND_DUE}}, 2, "b@x.example:0,1 due:1 all:0,1"},
                {false, true, {{B, KIND_ADVANCE}, {B, KIND_WAIVED}}, 2, "all:0 all:1"},
                /* nobody to go to */
                {true, false, {{D, KIND_ADVANCE}, {D, KIND_DUE}}, 2, "due:1 nobody:0"},
                {false, false, {{B, KIND_ADVANCE}}, 1, "nobody:0"},
                /* a household: one message to the mailbox, and to each its own webhooks */
                {true, false, {{A, KIND_ADVANCE}, {C, KIND_OVERDUE}}, 2, "a@x.example:0 vp@x.example:0,1"},
                {true, false, {{C, KIND_OVERDUE}}, 1, "vp@x.example:0"},
                {true, true, {{A, KIND_DUE}, {C, KIND_DUE}}, 2, "a@x.example:0 vp@x.example:0,1 all:0 all:1"},
                {true, false, {{A, KIND_DUE}, {C, KIND_REOPENED}}, 2, "a@x.example:0 vp@x.example:0 vp@x.example:1"},
                /* without mail nobody shares anything: the notices are of one agency */
                {false, true, {{A, KIND_DUE}}, 1, "all:0"},
                /* the contact, for whom no webhook is */
                {true, true, {{ROSTER_NONE, KIND_FAILURE}, {ROSTER_NONE, KIND_FAILURE}}, 2, CONTACT ":0,1"},
                {false, true, {{ROSTER_NONE, KIND_FAILURE}}, 1, "nobody:0"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct address_book book = book_of(table[i].has_mail, CONTACT, table[i].has_all);
                char text[TEXT_SIZE] = "";
                FILE *out = fmemopen(text, sizeof(text), "w");

                assert_non_null(out);
                assert_int_equal(address_messages(&book, table[i].notices, table[i].n, write_message, out), 0);
                fclose(out);
                if (strcmp(text, table[i].expected) != 0)
                        fail_msg("row %zu: %s instead of %s", i, text, table[i].expected);
        }
}

static int refuse(void *userdata, const struct address *address, const size_t *notices, size_t n)
{
        (void)address, (void)notices, (void)n;
        ++*(int *)userdata;
        return -EIO;
}

static void test_visit_ends(void **state)
{
        const struct addressed notices[] = {{A, KIND_DUE}, {C, KIND_DUE}};
        struct address_book book = book_of(true, CONTACT, true);
        int visits = 0;

        (void)state;
        assert_int_equal(address_messages(&book, notices, 2, refuse, &visits), -EIO);
        assert_int_equal(visits, 1);
}

static void test_sharing(void **state)
{
        static const char *const companies[] = {
                [KIND_ESCALATION] = "r", [KIND_OVERDUE] = "r",          [KIND_DUE] = "r",        [KIND_FIX_DATE] = "r",
                [KIND_DATE_SET] = "r",   [KIND_ADVANCE] = "r",          [KIND_OBSERVANCE] = "r", [KIND_TEST] = "r",
                [KIND_FAILURE] = "f",    [KIND_DATE_CLEARED] = "t",     [KIND_WAIVED] = "t",     [KIND_WITHDRAWN] = "t",
                [KIND_REOPENED] = "t",   [KIND_SNOOZED] = "c",          [KIND_COMPLETED] = "c",  [KIND_DIGEST] = "",
                [KIND_CLAIMED] = "r",    [KIND_REQUEST_ANSWERED] = "r", [KIND_ASSIST] = "r",     [KIND_BOUNCED] = "b",
        };

        (void)state;
        assert_int_equal(ELEMENTS(companies), KIND_COUNT);
        for (size_t a = 0; a < KIND_COUNT; a++)
                for (size_t b = 0; b < KIND_COUNT; b++)
                        if (address_shares_message((enum notice_kind)a, (enum notice_kind)b, false) !=
                            (*companies[a] && strcmp(companies[a], companies[b]) == 0))
                                fail_msg("%s with %s", kind_name((enum notice_kind)a), kind_name((enum notice_kind)b));
}

static void test_a_digest_joins_reminders(void **state)
{
        static const struct {
                struct addressed notices[FEW];
                size_t n;
                const char *expected;
        } table[] = {
                {{{B, KIND_OVERDUE}, {B, KIND_DIGEST}}, 2, "b@x.example:0,1 all:0 all:1"}, /* by mail only */
                {{{B, KIND_DIGEST}}, 1, "b@x.example:0 all:0"},
                {{{B, KIND_COMPLETED}, {B, KIND_DIGEST}}, 2, "b@x.example:0 b@x.example:1 all:0 all:1"},
                /* its lists are of one agency, a household's mail of several */
                {{{A, KIND_ADVANCE}, {A, KIND_DIGEST}},
                 2,
                 "a@x.example:0 a@x.example:1 vp@x.example:0 vp@x.example:1 all:0 all:1"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct address_book book = book_of(true, CONTACT, true);
                char text[TEXT_SIZE] = "";
                FILE *out = fmemopen(text, sizeof(text), "w");

                assert_non_null(out);
                book.digest_joins = true;
                assert_int_equal(address_messages(&book, table[i].notices, table[i].n, write_message, out), 0);
                fclose(out);
                if (strcmp(text, table[i].expected) != 0)
                        fail_msg("row %zu: %s instead of %s", i, text, table[i].expected);
        }
}

static void test_whose(void **state)
{
        static const struct {
                size_t agency;
                const char *channel, *name;
                bool has_mail, expected;
        } table[] = {
                {A, "mail", "vp@x.example", true, true},
                {A, "mail", "VP@X.example", true, true}, /* one mailbox */
                {A, "mail", "vp@x.example", false, false},
                {A, "mail", "b@x.example", true, false},
                {A, "mail", "due", true, false},
                {D, "mail", "", true, false},
                {B, "webhook:due", "due", true, true},
                {B, "webhook:due", "due", false, true},
                {A, "webhook:due", "due", true, false}, /* it wants nothing of a */
                {B, "webhook:gone", "gone", true, false},
                {B, "webhook:due", "DUE", true, false},
                {ROSTER_NONE, "mail", CONTACT, true, true},
                {ROSTER_NONE, "mail", "a@x.example", true, false},
                {ROSTER_NONE, "webhook:due", "due", true, true}, /* a test */
                {ROSTER_NONE, "webhook:gone", "gone", true, false},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct address_book book = book_of(table[i].has_mail, CONTACT, false);
                struct channel channel = channel_mail;

                assert_int_equal(channel_parse(table[i].channel, &channel), 0);
                if (address_is_of(&book, table[i].agency, &channel, table[i].name) != table[i].expected)
                        fail_msg("row %zu", i);
        }
        struct address_book none = book_of(true, "", false);
        assert_false(address_is_of(&none, ROSTER_NONE, &channel_mail, ""));
}

static void test_households(void **state)
{
        struct address_book book = book_of(true, CONTACT, false), no_mail = book_of(false, CONTACT, false);

        (void)state;
        assert_int_equal(address_household(&book, A), A);
        assert_int_equal(address_household(&book, C), A);
        assert_int_equal(address_household(&book, B), ROSTER_NONE);
        assert_int_equal(address_household(&book, ROSTER_NONE), ROSTER_NONE);
        assert_int_equal(address_household(&no_mail, C), ROSTER_NONE);
        assert_true(address_in_household(&book, A, C));
        assert_false(address_in_household(&book, A, B));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_messages), cmocka_unit_test(test_visit_ends),
                cmocka_unit_test(test_sharing),  cmocka_unit_test(test_a_digest_joins_reminders),
                cmocka_unit_test(test_whose),    cmocka_unit_test(test_households),
        };

        return cmocka_run_group_tests(tests, build, tear_down);
}
