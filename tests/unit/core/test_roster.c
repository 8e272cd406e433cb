/* Tests of roster: finding agencies and groups, and the form of ids. */
#include "fixture.h"

#include "core/roster.h"

static char *copy(const char *text)
{
        char *result = strdup(text);

        assert_non_null(result);
        return result;
}

static struct roster make_roster(const char *const *ids, size_t n)
{
        struct roster roster = {.n_agencies = n, .n_groups = 1};

        roster.agencies = calloc(n + 1, sizeof(*roster.agencies));
        roster.groups = calloc(1, sizeof(*roster.groups));
        assert_non_null(roster.agencies);
        assert_non_null(roster.groups);
        for (size_t i = 0; i < n; i++) {
                roster.agencies[i].id = copy(ids[i]);
                roster.agencies[i].emails = calloc(1, sizeof(char *));
                assert_non_null(roster.agencies[i].emails);
                roster.agencies[i].emails[0] = copy("a@b.example");
                roster.agencies[i].n_emails = 1;
        }
        roster.groups[0].id = copy("council");
        return roster;
}

static void test_find(void **state)
{
        static const char *const ids[] = {"vp-ubnd", "so-noi-vu", "so-tu-phap", "a", "zz", "so-noi-vu"};
        CLEANUP(roster_clear) struct roster roster = make_roster(ids, ELEMENTS(ids));

        (void)state;
        assert_int_equal(roster_find(&roster, "vp-ubnd"), ROSTER_NONE); /* not yet indexed */
        assert_int_equal(roster_index(&roster), 0);
        for (size_t i = 0; i < ELEMENTS(ids) - 1; i++)
                assert_int_equal(roster_find(&roster, ids[i]), i); /* of two alike the first */
        assert_int_equal(roster_find(&roster, "so"), ROSTER_NONE);
        assert_int_equal(roster_find(&roster, ""), ROSTER_NONE);
        assert_int_equal(roster_find(&roster, "zzz"), ROSTER_NONE);
        assert_int_equal(roster_find_group(&roster, "council"), 0);
        assert_int_equal(roster_find_group(&roster, "vp-ubnd"), ROSTER_NONE);
        assert_int_equal(roster_index(&roster), 0); /* again, without a leak */
}

static void test_find_by_name(void **state)
{
        static const char *const ids[] = {"stp", "snv", "snv-cu"};
        static const char *const names[] = {"Sở Tư pháp", "Sở Nội vụ", "Sở Nội vụ"};
        static const char *const short_names[] = {"STP", "SNV", "stp"};
        CLEANUP(roster_clear) struct roster roster = make_roster(ids, ELEMENTS(ids));

        (void)state;
        for (size_t i = 0; i < ELEMENTS(ids); i++) {
                roster.agencies[i].name = copy(names[i]);
                roster.agencies[i].short_name = copy(short_names[i]);
        }
        assert_int_equal(roster_index(&roster), 0);
        assert_int_equal(roster_find_named(&roster, "stp"), 0); /* an id rather than a name */
        assert_int_equal(roster_find_named(&roster, "STP"), 0);
        assert_int_equal(roster_find_named(&roster, "Sở Tư pháp"), 0);
        assert_int_equal(roster_find_named(&roster, "snv-cu"), 2);
        assert_int_equal(roster_find_named(&roster, "Sở Nội vụ"), ROSTER_NONE); /* two */
        assert_int_equal(roster_find_named(&roster, "Sở"), ROSTER_NONE);
        assert_int_equal(roster_find_named(&roster, ""), ROSTER_NONE);
}

static void test_empty(void **state)
{
        CLEANUP(roster_clear) struct roster roster = {0};

        (void)state;
        assert_int_equal(roster_index(&roster), 0);
        assert_int_equal(roster_find(&roster, "a"), ROSTER_NONE);
        assert_int_equal(roster_find_group(&roster, "a"), ROSTER_NONE);
}

static void test_ids(void **state)
{
        static const struct {
                const char *id;
                bool valid;
        } table[] = {
                {"a", true},
                {"0", true},
                {"vp-ubnd", true},
                {"a--b-", true},
                {"", false},
                {"-a", false},
                {"A", false},
                {"a_b", false},
                {"a b", false},
                {"a.b", false},
                {"a/b", false},
                {"a\n", false},
                {"sở", false},
                {"a@b", false},
                {"a23456789012345678901234567890123456789012345678901234567890123", true},
                {"a234567890123456789012345678901234567890123456789012345678901234", false},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                assert_int_equal(id_valid(table[i].id), table[i].valid);
}

/* Mailboxes in two letter cases are one, and who is linked by a third is of one household. */
static void test_households(void **state)
{
        static char *const of[][2] = {
                {"vp@x.example", NULL},
                {"one@x.example", "two@x.example"},
                {"VP@X.example", "k@x.example"},
                {"TWO@x.example", "three@x.example"},
                {NULL},
                {"three@x.example", NULL},
                {"alone@x.example", NULL},
        };
        static const size_t heads[] = {0, 1, 0, 1, 4, 1, 6};
        static const bool shares[] = {true, true, true, true, false, true, false};
        struct roster roster = {.agencies = calloc(ELEMENTS(of), sizeof(struct agency)), .n_agencies = ELEMENTS(of)};

        (void)state;
        assert_non_null(roster.agencies);
        for (size_t i = 0; i < ELEMENTS(of); i++) {
                roster.agencies[i].id = strdup("x");
                roster.agencies[i].emails = calloc(2, sizeof(char *));
                for (size_t k = 0; k < 2 && of[i][k]; k++)
                        roster.agencies[i].emails[roster.agencies[i].n_emails++] = strdup(of[i][k]);
        }
        assert_int_equal(roster_index(&roster), 0);
        for (size_t i = 0; i < ELEMENTS(of); i++) {
                assert_int_equal(roster.agencies[i].household, heads[i]);
                assert_int_equal(roster.agencies[i].shares, shares[i]);
        }
        assert_true(agency_has_mailbox(&roster.agencies[1], "Two@x.Example"));
        assert_false(agency_has_mailbox(&roster.agencies[1], "three@x.example"));
        roster_clear(&roster);
}

/* a passes to b on day 10, b to c on day 20, d to b on day 30; c stays. */
static void test_successors(void **state)
{
        static const char *const ids[] = {"a", "b", "c", "d"};
        static const char *const successors[] = {"b", "c", NULL, "b"};
        static const civil_day from[] = {10, 20, 0, 30};
        static const struct {
                civil_day today;
                size_t heirs[4];
                civil_day last, next;
        } table[] = {
                {9, {0, 1, 2, 3}, CIVIL_NONE, 10}, {10, {1, 1, 2, 3}, 10, 20}, {19, {1, 1, 2, 3}, 10, 20},
                {20, {2, 2, 2, 3}, 20, 30},        {29, {2, 2, 2, 3}, 20, 30}, {30, {2, 2, 2, 2}, 30, CIVIL_NONE},
        };
        CLEANUP(roster_clear) struct roster roster = make_roster(ids, ELEMENTS(ids));

        (void)state;
        for (size_t i = 0; i < ELEMENTS(ids); i++) {
                roster.agencies[i].successor = successors[i] ? copy(successors[i]) : NULL;
                roster.agencies[i].from = from[i];
        }
        assert_int_equal(roster_index(&roster), 0);
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                for (size_t k = 0; k < ELEMENTS(ids); k++)
                        assert_int_equal(roster_heir(&roster, k, table[i].today), table[i].heirs[k]);
                assert_int_equal(roster_last_succession(&roster, table[i].today), table[i].last);
                assert_int_equal(roster_next_succession(&roster, table[i].today), table[i].next);
        }
        assert_int_equal(roster_successor(&roster, 0, 30), 1);
        assert_int_equal(roster_successor(&roster, 2, 30), ROSTER_NONE);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_find), cmocka_unit_test(test_find_by_name), cmocka_unit_test(test_empty),
                cmocka_unit_test(test_ids),  cmocka_unit_test(test_households),   cmocka_unit_test(test_successors),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
