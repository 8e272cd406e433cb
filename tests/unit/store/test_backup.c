/* Backups: whole while others write, given up at once, nothing left behind, no room. */
#include "fixture.h"

#include <fcntl.h>
#include <pthread.h>

#include "store/backup.h"

DEFINE_CLEANUP(struct store_backup *, store_backup_free, store_backup_free)

static int open_target(const struct fixture *fixture)
{
        CLEANUP_FREE char *path = fixture_path(fixture, "../target");
        int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        return fd;
}

static void assert_no_copy_left(const struct fixture *fixture)
{
        CLEANUP_FREE char *left = fixture_path(fixture, STORE_FILE ".copy");
        assert_int_equal(access(left, F_OK), -1);
}

/* The target becomes a state folder of its own, as a restore makes it. */
static void open_restored(const struct fixture *fixture, struct store **ret)
{
        CLEANUP_FREE char *from = fixture_path(fixture, "../target");
        CLEANUP_FREE char *folder = fixture_path(fixture, "../restored");
        CLEANUP_FREE char *to = fixture_path(fixture, "../restored/" STORE_FILE);
        CLEANUP_FREE char *error = NULL;
        assert_int_equal(mkdir(folder, 0700), 0);
        assert_int_equal(rename(from, to), 0);
        if (store_open(folder, ret, &error) != 0)
                fail_msg("%s", error ? error : "no words");
}

struct writing {
        struct store_backup *backup;
        int fd, result;
        uint64_t bytes;
};

static void *write_backup(void *userdata)
{
        struct writing *writing = userdata;
        writing->result = store_backup_write(writing->backup, writing->fd, &writing->bytes);
        return NULL;
}

static void test_is_whole_while_the_store_is_written(void **state)
{
        struct fixture *fixture = *state;
        CLEANUP(store_backup_free_p) struct store_backup *backup = NULL;
        CLEANUP_CLOSE int fd = open_target(fixture);
        OK(fixture->store, store_set_fact(fixture->store, "a", "1"));
        OK(fixture->store, store_set_fact(fixture->store, "b", "1"));
        assert_int_equal(store_backup_new(fixture->store, &backup), 0);
        OK(fixture->store, store_begin(fixture->store)); /* open: what is in it does not exist yet */
        OK(fixture->store, store_set_fact(fixture->store, "b", "2"));

        struct writing writing = {.backup = backup, .fd = fd};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, write_backup, &writing), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        if (writing.result != 0)
                fail_msg("%s", store_backup_error(backup));
        OK(fixture->store, store_commit(fixture->store));
        struct stat status;
        assert_int_equal(fstat(fd, &status), 0);
        assert_int_equal(status.st_size, writing.bytes);
        assert_no_copy_left(fixture);

        struct store *restored = NULL;
        CLEANUP_FREE char *a = NULL, *b = NULL;
        open_restored(fixture, &restored);
        OK(restored, store_get_fact(restored, "a", &a));
        OK(restored, store_get_fact(restored, "b", &b));
        store_close(restored);
        assert_string_equal(a, "1");
        assert_string_equal(b, "1");
}

static void test_is_given_up(void **state)
{
        struct fixture *fixture = *state;
        CLEANUP(store_backup_free_p) struct store_backup *backup = NULL;
        CLEANUP_CLOSE int fd = open_target(fixture);
        uint64_t bytes = 7;
        assert_int_equal(store_backup_new(fixture->store, &backup), 0);
        store_backup_cancel(backup);
        assert_int_equal(store_backup_write(backup, fd, &bytes), -ECANCELED);
        assert_int_equal(bytes, 7);
        assert_no_copy_left(fixture);
}

static void test_a_file_that_cannot_be_written_is_told(void **state)
{
        struct fixture *fixture = *state;
        CLEANUP(store_backup_free_p) struct store_backup *backup = NULL;
        CLEANUP_CLOSE int none = open("/dev/null", O_RDONLY | O_CLOEXEC);
        uint64_t bytes = 7;
        assert_int_equal(store_backup_new(fixture->store, &backup), 0);
        assert_int_equal(store_backup_write(backup, none, &bytes), -EBADF);
        assert_non_null(strstr(store_backup_error(backup), "the backup's file can't be written"));
        assert_int_equal(bytes, 7);
        assert_no_copy_left(fixture);
}

/* One that stays from a crash does not stand in the way, neither here nor after a start. */
static void test_a_left_copy_gives_way(void **state)
{
        struct fixture *fixture = *state;
        CLEANUP(store_backup_free_p) struct store_backup *backup = NULL;
        CLEANUP_FREE char *left = fixture_path(fixture, STORE_FILE ".copy");
        CLEANUP_CLOSE int fd = open_target(fixture);
        uint64_t bytes = 0;
        for (int again = 0; again < 2; again++) {
                CLEANUP_CLOSE int file = open(left, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
                assert_true(file >= 0);
                if (again == 0) {
                        assert_int_equal(store_backup_new(fixture->store, &backup), 0);
                        assert_int_equal(store_backup_write(backup, fd, &bytes), 0);
                } else {
                        fixture_close(fixture);
                        fixture_open(fixture);
                }
                assert_no_copy_left(fixture);
        }
}

static void test_a_store_in_memory_has_none(void **state)
{
        const struct fixture *fixture = *state;
        struct store_backup *backup = NULL;
        assert_int_equal(store_backup_new(fixture->store, &backup), -EOPNOTSUPP);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_is_whole_while_the_store_is_written, fixture_file, fixture_end),
                cmocka_unit_test_setup_teardown(test_is_given_up, fixture_file, fixture_end),
                cmocka_unit_test_setup_teardown(test_a_file_that_cannot_be_written_is_told, fixture_file, fixture_end),
                cmocka_unit_test_setup_teardown(test_a_left_copy_gives_way, fixture_file, fixture_end),
                cmocka_unit_test_setup_teardown(test_a_store_in_memory_has_none, fixture_scratch, fixture_end),
        };
        return cmocka_run_group_tests_name("backup", tests, NULL, NULL);
}
