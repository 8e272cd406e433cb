/* Opening a store that is damaged somewhere, at each of some hundred places. */
#include "fixture.h"
#include "store/obligation-list.h"

static int look(void *userdata, const struct obligation_record *record)
{
        (void)userdata;
        assert_true(strlen(record->agency) < ID_SIZE);
        return 0;
}

static void fill(struct store *store)
{
        OK(store, store_begin(store));
        for (int i = 0; i < 40; i++) {
                char item[32];
                snprintf(item, sizeof(item), "nhiem-vu-%d", i);
                int64_t occurrence = fixture_occurrence(store, "tdkt-2024", item, "");
                for (int j = 0; j < 5; j++) {
                        char agency[32];
                        snprintf(agency, sizeof(agency), "so-%d", j);
                        fixture_obligation(store, occurrence, agency, &fixture_dated, wall_at(DUE_DAY, 0));
                }
        }
        OK(store, store_commit(store));
}

/* Where the file's pages are: damage to any structure is found at opening; what only bends a value is bounded when it
 * is read. Nothing crashes, and what is refused is left as it is. */
static void test_finds_damage(void **state)
{
        struct fixture *fixture = *state;
        fixture_open(fixture);
        fill(fixture->store);
        fixture_close(fixture);
        CLEANUP_FREE char *file = fixture_path(fixture, STORE_FILE);
        size_t n;
        CLEANUP_FREE char *sound = fixture_slurp(file, &n);
        CLEANUP_FREE char *bytes = malloc(n);
        assert_non_null(bytes);

        int refused = 0;
        for (size_t at = 0; at < n; at += 509) {
                memcpy(bytes, sound, n);
                for (size_t i = at; i < at + 8 && i < n; i++)
                        bytes[i] = (char)~bytes[i];
                fixture_spill(file, bytes, n);
                CLEANUP_FREE char *said = NULL;
                struct store *store = NULL;
                int r = store_open(fixture->dir, &store, &said);
                if (r == 0) {
                        r = store_each_obligation(store, &(struct obligation_filter){0}, look, NULL);
                        assert_true(r == 0 || r == 1 || r == -EUCLEAN);
                        store = store_close(store);
                } else {
                        assert_int_equal(r, -EUCLEAN);
                        fixture_assert_plain(said);
                        size_t n_after;
                        CLEANUP_FREE char *after = fixture_slurp(file, &n_after);
                        assert_int_equal(n_after, n);
                        assert_memory_equal(after, bytes, n);
                        refused++;
                }
        }
        assert_true(refused > 20);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_finds_damage, fixture_folder, fixture_end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
