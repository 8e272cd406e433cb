/* The database file, damaged or forged.
 * Input: a number of pages to cut off, then patches: where, how many bytes, the bytes; on a good file with some rows.
 * Holds: it is refused with words and left as it is, or it is opened, and then every operation works or fails with an
 * error that the header names; whatever the rows say, nothing is read or written beyond its bounds. */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "../unit/store/workload.h"

#define PAGE 4096
#define PATCH_MAX 255

static char *good; /* the file to begin with */
static size_t good_size;

static char *path_of(const char *name)
{
        char *path;

        REQUIRE(asprintf(&path, "%s/%s", fuzz_folder(), name) > 0);
        return path;
}

static char *read_file(size_t *ret_size)
{
        CLEANUP_FREE char *path = path_of(STORE_FILE);
        CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct stat status;
        char *bytes;

        REQUIRE(fd >= 0 && fstat(fd, &status) == 0);
        bytes = malloc((size_t)status.st_size + 1);
        REQUIRE(bytes && read(fd, bytes, (size_t)status.st_size) == status.st_size);
        *ret_size = (size_t)status.st_size;
        return bytes;
}

static void remove_rest(void)
{
        static const char *const names[] = {STORE_FILE,           STORE_FILE "-wal",
                                            STORE_FILE "-shm",    STORE_FILE "-journal",
                                            STORE_FILE ".v1.bak", STORE_FILE ".v1.bak.new"};

        for (size_t i = 0; i < ELEMENTS(names); i++) {
                CLEANUP_FREE char *path = path_of(names[i]);

                (void)unlink(path);
        }
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
        struct store *store = NULL;
        char *error = NULL;

        (void)argc, (void)argv;
        REQUIRE_OF(store_open(fuzz_folder(), &store, &error) == 0, error);
        REQUIRE_OF(workload_run(store) >= 0, store_error(store));
        store_close(store);
        good = read_file(&good_size);
        REQUIRE(good_size % PAGE == 0);
        return 0;
}

static void check_error(int r, const char *words)
{
        static const int known[] = {-ENOMEM, -ENOSPC, -EROFS,  -EIO,    -EUCLEAN, -ENOTRECOVERABLE,
                                    -EBUSY,  -EEXIST, -ENOENT, -EINVAL, -ENODATA /* the workload's own */};
        bool is_known = false;

        for (size_t i = 0; i < ELEMENTS(known); i++)
                is_known |= known[i] == r;
        REQUIRE_OF(is_known, words);
        REQUIRE(words && (r == -ENODATA || *words));
        REQUIRE_OF(is_plain_line(words), words);
}

static void damage(struct input *input, char *bytes, size_t size)
{
        while (input->left > 0) {
                size_t at = (size_t)input_number(input, 0, (int64_t)size - 1), n = input_byte(input) % PATCH_MAX;

                for (size_t i = 0; i < n && at + i < size && input->left > 0; i++)
                        bytes[at + i] = (char)input_byte(input);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        size_t kept = good_size - (size_t)input_number(&input, 0, (int64_t)(good_size / PAGE) - 1) * PAGE, n_after;
        CLEANUP_FREE char *bytes = malloc(kept);
        struct store *store = NULL;
        CLEANUP_FREE char *error = NULL;
        int r;

        REQUIRE(bytes);
        memcpy(bytes, good, kept);
        damage(&input, bytes, kept);
        remove_rest();
        fuzz_write(STORE_FILE, bytes, kept);
        r = store_open(fuzz_folder(), &store, &error);
        if (r < 0) {
                CLEANUP_FREE char *after = read_file(&n_after);

                check_error(r, error);
                REQUIRE_OF(n_after == kept && memcmp(after, bytes, kept) == 0, error);
                return 0;
        }
        r = workload_run(store);
        if (r < 0)
                check_error(r, store_error(store));
        store_close(store);
        return 0;
}
