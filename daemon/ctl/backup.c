/* The verb backup: opens the file with the caller's rights and has the daemon write to it. An unfinished one has a
 * temporary name, so that FILE is always whole. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>

#include "base/language.h"
#include "ctl/part.h"
#include "ctl/verbs.h"

/* A folder that has it is the state folder of a daemon, as store/statedir.h says. */
#define STATE_LOCK "reminderd.lock"

/* Whatever lies there belongs to the daemon: its database, the log beside it, the copy that an update left. */
static int check_folder(const struct cli *cli, const char *path)
{
        char *CLEANUP_FREE copy = strdup(path);
        char *CLEANUP_FREE lock = NULL;

        if (!copy || asprintf(&lock, "%s/" STATE_LOCK, dirname(copy)) < 0) {
                lock = NULL;
                return cli_no_memory(cli);
        }
        if (access(lock, F_OK) < 0)
                return EXIT_DONE;
        return cli_fail(cli, EXIT_REFUSED, _("%s is in the state folder of a reminderd; name a file in another folder"),
                        path);
}

/* SQLite locks a database as long as it is open, whatever name it was opened by
 * (https://www.sqlite.org/lockingv3.html). */
static bool is_locked(const char *path)
{
        int CLEANUP_CLOSE file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

        return file >= 0 && fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static int check_target(const struct cli *cli, const char *path)
{
        struct stat status;
        int code = check_folder(cli, path);

        if (code != EXIT_DONE)
                return code;
        if (lstat(path, &status) < 0)
                return errno == ENOENT ? EXIT_DONE : part_cannot_write(cli, path);
        if (!S_ISREG(status.st_mode))
                return part_refuse_kind(cli, path, status.st_mode);
        if (!command_has(cli->command, OPTION_REPLACE))
                return cli_fail(cli, EXIT_REFUSED, _("%s exists already; --replace puts the new one in its place"),
                                path);
        if (is_locked(path))
                return cli_fail(cli, EXIT_REFUSED,
                                _("%s is a database that a program has open, and is not replaced; name another file"),
                                path);
        return EXIT_DONE;
}

static int sync_folder(const char *path)
{
        char *CLEANUP_FREE copy = strdup(path);
        int CLEANUP_CLOSE folder = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

        return folder < 0 ? -1 : fsync(folder);
}

/* Without --replace nothing is overwritten that came up meanwhile, where the file system has a way to say so (NFS has
 * none). */
static int put_in_place(const struct cli *cli, const char *path, struct part *part)
{
        bool replace = command_has(cli->command, OPTION_REPLACE);
        int code = check_target(cli, path); /* once more: there was time meanwhile */
        int r;

        if (code != EXIT_DONE)
                return code;
        r = renameat2(AT_FDCWD, part->path, AT_FDCWD, path, replace ? 0 : RENAME_NOREPLACE);

        if (r < 0 && !replace && errno == EINVAL)
                r = rename(part->path, path);
        if (r < 0)
                return part_cannot_write(cli, path);
        *part->path = '\0';
        return sync_folder(path) < 0 ? part_cannot_write(cli, path) : EXIT_DONE;
}

int run_backup(struct cli *cli)
{
        const char *path = cli_argument(cli, 0);
        struct part CLEANUP(part_clear) part = {.fd = -1};
        json_t *CLEANUP_JSON reply = NULL;
        json_int_t bytes;
        int code = check_target(cli, path);

        client_hold_signals();
        if (code == EXIT_DONE)
                code = part_open(cli, path, &part);
        if (code == EXIT_DONE)
                code = cli_call_with_file(cli, &reply, "Backup", part.fd);
        if (code == EXIT_DONE)
                code = put_in_place(cli, path, &part);
        if (code != EXIT_DONE)
                return code;
        bytes = json_integer_value(json_array_get(reply, 0));
        if (cli_is_json(cli)) {
                json_t *CLEANUP_JSON object =
                        json_pack("{s:s, s:s, s:I}", "verb", "backup", "file", path, "bytes", bytes);

                return object ? cli_print(cli, object) : cli_no_memory(cli);
        }
        printf(_("%s: %lld kB\n"), path, (long long)(bytes + 1023) / 1024);
        return EXIT_DONE;
}
