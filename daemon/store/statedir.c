/* Opens, guards and locks the state folder. */
#include "store/statedir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define OTHERS 077 /* what a group and others may do */

/* The words for a failed call on a path, and EROFS for all ways in which it can't be written. */
static int explain(struct store *store, int error, const char *path)
{
        switch (error) {
        case EROFS:
        case EACCES:
                return store_refuse(store, -EROFS, "%s can't be written (%s); make it writable for this user", path,
                                    strerror(error));
        case ELOOP:
                return store_refuse(store, -ELOOP, "%s is a symbolic link; it must stand there itself", path);
        case ENOENT:
                return store_refuse(store, -ENOENT, "%s can't be made: its parent folder is missing", path);
        case EDQUOT:
        case ENOSPC:
                return store_refuse(store, -ENOSPC, "%s can't be made: the disk is full", path);
        default:
                return store_refuse(store, -error, "%s can't be opened: %s", path, strerror(error));
        }
}

/* Only the user that runs the program may look inside: addresses and decisions stand there. */
static int guard(struct store *store, int fd, const char *path)
{
        struct stat status;
        if (fstat(fd, &status) < 0)
                return explain(store, errno, path);
        if (status.st_uid != geteuid())
                return store_refuse(store, -EPERM,
                                    "%s belongs to user %u, not to user %u who runs this; change its owner", path,
                                    (unsigned)status.st_uid, (unsigned)geteuid());
        if ((status.st_mode & OTHERS) && fchmod(fd, status.st_mode & 07777 & ~(mode_t)OTHERS) < 0)
                return explain(store, errno, path);
        return 0;
}

int statedir_sync(const char *path, int flags)
{
        CLEANUP_CLOSE int fd = open(path, flags | O_CLOEXEC);
        if (fd < 0 || fsync(fd) < 0)
                return -errno;
        return 0;
}

int statedir_sync_parent(const char *path)
{
        const char *slash = strrchr(path, '/');
        if (!slash)
                return statedir_sync(".", O_RDONLY | O_DIRECTORY);
        CLEANUP_FREE char *parent = strndup(path, slash == path ? 1 : (size_t)(slash - path));
        if (!parent)
                return -ENOMEM;
        return statedir_sync(parent, O_RDONLY | O_DIRECTORY);
}

static int open_folder(struct store *store, const char *dir)
{
        if (mkdir(dir, 0700) < 0 && errno != EEXIST)
                return explain(store, errno, dir);
        struct stat status;
        if (lstat(dir, &status) == 0 && S_ISLNK(status.st_mode))
                return explain(store, ELOOP, dir);
        int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return explain(store, errno, dir);
        int r = guard(store, fd, dir);
        if (r < 0) {
                (void)close(fd);
                return r;
        }
        return fd;
}

/* Checks a file, which must be one and nothing else: through a link somebody else's file would be written to, and
 * of a store with two names SQLite loses sight (sqlite.org/howtocorrupt.html, "Multiple links to the same file"). */
static int guard_file(struct store *store, int fd, const char *path)
{
        struct stat status;
        if (fstat(fd, &status) < 0)
                return explain(store, errno, path);
        if (!S_ISREG(status.st_mode))
                return store_refuse(store, -EUCLEAN, "%s is no regular file; move it away", path);
        if (status.st_nlink > 1)
                return store_refuse(store, -EUCLEAN, "%s has a second name, by a hard link; move it away", path);
        return guard(store, fd, path);
}

/* Opens `name` in the folder and guards it; *ret_fd stays -1 where it may be missing and is. Never waits. */
static int open_file(struct store *store, int folder, const char *dir, const char *name, int flags, int *ret_fd)
{
        CLEANUP_FREE char *path = NULL;
        if (asprintf(&path, "%s/%s", dir, name) < 0) {
                path = NULL;
                return store_refuse(store, -ENOMEM, "out of memory");
        }
        int fd = openat(folder, name, flags | O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
        if (fd < 0)
                return errno == ENOENT && !(flags & O_CREAT) ? 0 : explain(store, errno, path);
        int r = guard_file(store, fd, path);
        if (r < 0)
                (void)close(fd);
        else
                *ret_fd = fd;
        return r;
}

/* Whoever has the lock wrote its number into the file. */
static int refuse_locked(struct store *store, const char *dir)
{
        char text[16];
        ssize_t n = pread(store->lock, text, sizeof(text) - 1, 0);
        long pid;

        text[n > 0 ? n : 0] = '\0';
        pid = strtol(text, NULL, 10);
        if (pid > 0)
                return store_refuse(store, -EALREADY,
                                    "another reminderd works in %s, process %ld; stop it, or name another folder", dir,
                                    pid);
        return store_refuse(store, -EALREADY, "another reminderd works in %s; stop it, or name another folder", dir);
}

/* For whoever is refused; the lock is what counts, so that a full disk is no obstacle. */
static void note_holder(const struct store *store)
{
        char text[16];
        int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());

        if (ftruncate(store->lock, 0) == 0)
                (void)!pwrite(store->lock, text, (size_t)n, 0);
}

static int lock_folder(struct store *store, int folder, const char *dir)
{
        int r = open_file(store, folder, dir, LOCK_FILE, O_CREAT, &store->lock);
        if (r < 0)
                return r;
        if (flock(store->lock, LOCK_EX | LOCK_NB) < 0) {
                if (errno == EWOULDBLOCK)
                        return refuse_locked(store, dir);
                return explain(store, errno, dir);
        }
        /* Of a backup that a crash ended, under its name or still being written. */
        (void)unlinkat(folder, STORE_FILE COPY_SUFFIX, 0);
        (void)unlinkat(folder, STORE_FILE COPY_SUFFIX ".new", 0);
        note_holder(store);
        return 0;
}

/* A file that is new, in a folder that may be: without this a power loss takes what was committed away with a name. */
static int keep_names(struct store *store, int folder, const char *dir)
{
        if (fsync(folder) < 0)
                return explain(store, errno, dir);
        int r = statedir_sync_parent(dir);
        /* A parent that may be passed through but not read was made, and kept, by somebody else. */
        return r < 0 && r != -EACCES ? explain(store, -r, dir) : 0;
}

/* Made here and not by SQLite, so that its mode does not hang on the umask; -wal and -shm take the mode over. */
static int make_file(struct store *store, int folder, const char *dir)
{
        CLEANUP_CLOSE int fd = -1;
        int r = open_file(store, folder, dir, STORE_FILE, O_CREAT, &fd);
        if (r < 0)
                return r;
        struct stat status;
        if (fstat(fd, &status) < 0)
                return explain(store, errno, dir);
        return status.st_size == 0 ? keep_names(store, folder, dir) : 0;
}

/* What SQLite keeps beside the store, and follows wherever it leads. Before the store itself is locked by SQLite, whose
 * locks a close() here would drop: fcntl(2), "Advisory record locking". */
static int guard_companions(struct store *store, int folder, const char *dir)
{
        static const char *const names[] = {STORE_FILE "-wal", STORE_FILE "-shm", STORE_FILE "-journal"};
        int r = 0;

        for (size_t i = 0; r == 0 && i < ELEMENTS(names); i++) {
                CLEANUP_CLOSE int fd = -1;
                r = open_file(store, folder, dir, names[i], 0, &fd);
        }
        return r;
}

int statedir_open(struct store *store, const char *dir, char **ret_path)
{
        CLEANUP_FREE char *name = strdup(dir);
        if (!name)
                return store_refuse(store, -ENOMEM, "out of memory");
        for (size_t n = strlen(name); n > 1 && name[n - 1] == '/';) /* "link/" would be followed */
                name[--n] = '\0';

        CLEANUP_CLOSE int folder = open_folder(store, name);
        if (folder < 0)
                return folder;
        int r = lock_folder(store, folder, name);
        if (r < 0)
                return r;

        /* SQLITE_OPEN_NOFOLLOW refuses a link anywhere on the path, and /var may well be one. */
        CLEANUP_FREE char *real = realpath(name, NULL);
        if (!real)
                return explain(store, errno, name);
        CLEANUP_FREE char *path = NULL;
        if (asprintf(&path, "%s/%s", real, STORE_FILE) < 0) {
                path = NULL;
                return store_refuse(store, -ENOMEM, "out of memory");
        }
        r = make_file(store, folder, name);
        if (r == 0)
                r = guard_companions(store, folder, name);
        if (r < 0)
                return r;
        *ret_path = TAKE_PTR(path);
        return 0;
}
