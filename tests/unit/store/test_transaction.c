/* Transactions: what is committed survives a killed process, what is not leaves nothing, and a full disk breaks only
 * the transaction that met it. */
#include "fixture.h"

#include "store/obligation-list.h"
#include "store/query.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static void assert_fact(struct store *store, const char *name, const char *expected)
{
        CLEANUP_FREE char *value = NULL;
        assert_int_equal(store_get_fact(store, name, &value), expected ? 0 : 1);
        if (expected)
                assert_string_equal(value, expected);
}

static void test_rolls_back(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        store_rollback(store); /* nothing open: nothing happens */
        OK(store, store_begin(store));
        OK(store, store_set_fact(store, "a", "1"));
        store_rollback(store);
        assert_fact(store, "a", NULL);
        OK(store, store_begin(store));
        assert_int_equal(store_begin(store), -EINVAL);
        OK(store, store_set_fact(store, "a", "2"));
        OK(store, store_commit(store));
        assert_int_equal(store_commit(store), -EINVAL);
        assert_fact(store, "a", "2");
}

static void test_reads_at_once(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        OK(store, store_set_fact(store, "a", "1"));
        for (int i = 0; i < 2; i++) {
                OK(store, store_begin_read(store));
                assert_fact(store, "a", "1");
                store_end_read(store);
                store_end_read(store); /* nothing open: nothing happens */
        }
        OK(store, store_begin(store));
        OK(store, store_set_fact(store, "a", "2"));
        assert_int_equal(store_begin_read(store), STORE_OPEN); /* and what was written is seen */
        assert_fact(store, "a", "2");
        OK(store, store_commit(store));
        assert_fact(store, "a", "2");
}

/* Whoever overlooks an error in the middle does not commit the half of it. */
static void test_commits_nothing_after_a_failure(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        fixture_occurrence(store, "p", "one", "");
        OK(store, store_begin(store));
        OK(store, store_set_fact(store, "a", "1"));
        struct occurrence_record twice = {.plan = "p", .item = "one", .fix_by = CIVIL_NONE};
        assert_int_equal(store_put_occurrence(store, &twice), -EEXIST);
        assert_int_equal(store_set_fact(store, "b", "1"), -EEXIST);
        assert_int_equal(store_commit(store), -EEXIST);
        assert_non_null(strstr(store_error(store), "exists already"));
        assert_fact(store, "a", NULL);
        OK(store, store_begin(store));
        OK(store, store_set_fact(store, "a", "2"));
        OK(store, store_commit(store));
        assert_fact(store, "a", "2");
}

/* Writes one fact for good, claims a delivery for good, writes another fact, says so, and waits for its end. */
static void work_until_killed(const char *dir, int fd)
{
        struct store *store = NULL;
        char *said = NULL;
        if (store_open(dir, &store, &said) != 0 || store_begin(store) != 0 || store_set_fact(store, "a", "1") != 0 ||
            store_commit(store) != 0)
                _exit(1);
        struct delivery_record record;
        if (store_claim_deliveries(store, &channel_mail, 100, false, &record, 1) != 1)
                _exit(2);
        if (store_begin(store) != 0 || store_set_fact(store, "b", "1") != 0 || store_set_fact(store, "a", "2") != 0)
                _exit(3);
        if (write(fd, "x", 1) != 1)
                _exit(4);
        for (;;)
                (void)pause();
}

static void test_survives_a_killed_process(void **state)
{
        struct fixture *fixture = *state;
        fixture_delivery(fixture->store, "d1", "a@so.example", 50, NULL, 0);
        fixture_delivery(fixture->store, "d2", "b@so.example", 60, NULL, 0);
        fixture_close(fixture);

        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
                work_until_killed(fixture->dir, ends[1]);
        close(ends[1]);
        char byte;
        assert_int_equal(read(ends[0], &byte, 1), 1);
        close(ends[0]);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);

        fixture_open(fixture);
        assert_fact(fixture->store, "a", "1");
        assert_fact(fixture->store, "b", NULL);
        fixture_assert_delivery(fixture->store, "d1", DELIVERY_SENDING);
        assert_int_equal(store_recover_deliveries(fixture->store, 500), 1);
        CLEANUP(delivery_record_clear) struct delivery_record record = {0};
        OK(fixture->store, store_get_delivery(fixture->store, "d1", &record));
        assert_int_equal(record.state, DELIVERY_QUEUED);
        assert_int_equal(record.next_ms, 500);
        assert_int_equal(record.attempts, 1);
        assert_int_equal(store_recover_deliveries(fixture->store, 600), 0);
}

/* Puts rows until one fails; the number put. */
static int put_until_full(struct store *store, int64_t occurrence, int *ret_error)
{
        for (int n = 0; n < 100000; n++) {
                struct obligation_record record = {.occurrence_id = occurrence,
                                                   .obligation = fixture_dated,
                                                   .due = DUE_DAY,
                                                   .effective = DUE_DAY,
                                                   .next_fire = n};
                snprintf(record.agency, sizeof(record.agency), "so-%d", n);
                *ret_error = store_put_obligation(store, &record);
                if (*ret_error < 0)
                        return n;
        }
        fail_msg("the disk never got full");
        return 0;
}

static int count_one(void *userdata, const struct obligation_record *record)
{
        (void)record;
        ++*(int *)userdata;
        return 0;
}

static int count_all(struct store *store)
{
        int n = 0;
        OK(store, store_each_obligation(store, &(struct obligation_filter){0}, count_one, &n));
        return n;
}

static void limit_pages(struct store *store, bool limited)
{
        assert_int_equal(sqlite3_exec(store->db,
                                      limited ? "PRAGMA max_page_count = 60" : "PRAGMA max_page_count = 1073741823",
                                      NULL, NULL, NULL),
                         SQLITE_OK);
}

static void limit_files(struct store *store, bool limited)
{
        (void)store;
        struct rlimit limit;
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
        limit.rlim_cur = limited ? 200 * 1024 : limit.rlim_max;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* SQLite runs into its own limit, then into the system's: once inside the transaction, once at its commit. */
static void test_survives_a_full_disk(void **state)
{
        static const struct {
                const char *what;
                void (*limit)(struct store *store, bool limited);
                bool at_commit;
        } cases[] = {
                {"max-page-count", limit_pages, false},
                {"rlimit-fsize", limit_files, true},
        };
        struct store *store = ((struct fixture *)*state)->store;
        (void)signal(SIGXFSZ, SIG_IGN);
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                print_message("%s\n", cases[i].what);
                cases[i].limit(store, true);
                OK(store, store_begin(store));
                int error = 0;
                if (cases[i].at_commit) {
                        for (int n = 0; n < 5000; n++) {
                                char agency[32];
                                snprintf(agency, sizeof(agency), "so-%d", n);
                                fixture_obligation(store, occurrence, agency, &fixture_dated, n);
                        }
                } else {
                        assert_true(put_until_full(store, occurrence, &error) > 100);
                        assert_int_equal(error, -ENOSPC);
                }
                assert_int_equal(store_commit(store), -ENOSPC);
                assert_non_null(strstr(store_error(store), "disk is full"));
                assert_int_equal(count_all(store), i);

                cases[i].limit(store, false);
                OK(store, store_begin(store));
                fixture_obligation(store, occurrence, cases[i].what, &fixture_dated, 1);
                OK(store, store_commit(store));
                assert_int_equal(count_all(store), i + 1);
        }
}

static void test_tells_of_a_full_disk_at_opening(void **state)
{
        struct fixture *fixture = *state;
        fixture_close(fixture);
        CLEANUP_FREE char *file = fixture_path(fixture, STORE_FILE);
        assert_int_equal(unlink(file), 0);
        (void)signal(SIGXFSZ, SIG_IGN);
        struct rlimit limit;
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
        rlim_t was = limit.rlim_cur;
        limit.rlim_cur = 4096;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        CLEANUP_FREE char *said = NULL;
        int r = store_open(fixture->dir, &fixture->store, &said);
        limit.rlim_cur = was;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        assert_int_equal(r, -ENOSPC);
        assert_non_null(strstr(said, "disk is full"));
        fixture_open(fixture); /* what was left of the attempt is taken as new */
}

/* SQLite would try for ten seconds; the daemon's loop has others to serve. Long since before that it has said so. */
static void test_does_not_wait_for_a_lock(void **state)
{
        struct fixture *fixture = *state;
        CLEANUP_FREE char *path = fixture_path(fixture, "reminderd.db-shm");
        struct timespec before, after;
        int ready[2];
        char word;

        OK(fixture->store, store_set_fact(fixture->store, "a", "1"));
        assert_return_code(pipe(ready), errno);
        pid_t pid = fork();
        if (pid == 0) {
                int fd = open(path, O_RDWR | O_CLOEXEC);
                /* https://www.sqlite.org/walformat.html, 2.3.1: its eight locks */
                bool held = fcntl(fd, F_SETLK, &(struct flock){.l_type = F_WRLCK, .l_start = 120, .l_len = 8}) == 0;
                (void)!write(ready[1], held ? "y" : "n", 1);
                pause();
        }
        assert_int_equal(read(ready[0], &word, 1), 1);
        assert_int_equal(word, 'y');
        clock_gettime(CLOCK_MONOTONIC, &before);
        assert_int_equal(store_begin(fixture->store), -EBUSY);
        clock_gettime(CLOCK_MONOTONIC, &after);
        assert_in_range(after.tv_sec - before.tv_sec, 0, 4);
        assert_non_null(strstr(store_error(fixture->store), "another process holds the database"));
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        close(ready[0]);
        close(ready[1]);
        OK(fixture->store, store_begin(fixture->store));
        OK(fixture->store, store_set_fact(fixture->store, "a", "2"));
        OK(fixture->store, store_commit(fixture->store));
}

/* A forged record says that it is larger than SQLite reads; here the limit comes down instead. */
static void test_takes_a_huge_record_for_damage(void **state)
{
        struct fixture *fixture = *state;
        CLEANUP_FREE char *value = NULL;
        char text[5000];
        memset(text, 'x', sizeof(text) - 1);
        text[sizeof(text) - 1] = '\0';
        OK(fixture->store, store_set_fact(fixture->store, "long", text));
        assert_true(sqlite3_limit(fixture->store->db, SQLITE_LIMIT_LENGTH, 1000) > 1000);
        assert_int_equal(store_get_fact(fixture->store, "long", &value), -EUCLEAN);
        assert_non_null(strstr(store_error(fixture->store), "damaged"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_rolls_back, fixture_scratch, fixture_end),
                cmocka_unit_test_setup_teardown(test_reads_at_once, fixture_scratch, fixture_end),
                cmocka_unit_test_setup_teardown(test_commits_nothing_after_a_failure, fixture_file, fixture_end),
                cmocka_unit_test_setup_teardown(test_survives_a_killed_process, fixture_file, fixture_end),
                cmocka_unit_test_setup_teardown(test_survives_a_full_disk, fixture_file, fixture_end),
                cmocka_unit_test_setup_teardown(test_tells_of_a_full_disk_at_opening, fixture_file, fixture_end),
                cmocka_unit_test_setup_teardown(test_does_not_wait_for_a_lock, fixture_file, fixture_end),
                cmocka_unit_test_setup_teardown(test_takes_a_huge_record_for_damage, fixture_scratch, fixture_end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
