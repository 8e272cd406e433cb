/* Calls of the C library, in place of libc's. Each goes to the kernel directly; what is not of the watched folder goes
 * there and nowhere else. */
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "nodes.h"

#define FDS_MAX 1024

static struct open_file {
        struct node *node;      /* a file; NULL: none of ours */
        char folder[PATH_SIZE]; /* a folder of ours; "": none */
} files[FDS_MAX];

/* ---- what is open ---- */

void calls_forget(void)
{
        memset(files, 0, sizeof(files));
        for (size_t i = 0; i < NODES_MAX; i++)
                nodes[i].opens = 0;
}

static void forget(int fd)
{
        if (files[fd].node)
                files[fd].node->opens--;
        files[fd] = (struct open_file){0};
}

static void remember_file(int fd, struct node *node)
{
        files[fd].node = node;
        if (node)
                node->opens++;
}

static bool is_ours(const char *path)
{
        const char *root = disk_root();
        size_t n = strlen(root);

        return n > 0 && strncmp(path, root, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static struct open_file *file_of(int fd)
{
        if (fd < 0 || fd >= FDS_MAX || !*disk_root())
                return NULL;
        struct open_file *file = &files[fd];
        return file->node || *file->folder ? file : NULL;
}

static struct node *node_of(int fd)
{
        const struct open_file *file = file_of(fd);
        return file ? file->node : NULL;
}

/* False: not below the watched folder. */
static bool resolve(int folder, const char *path, char *ret)
{
        if (!*disk_root())
                return false;
        if (path[0] != '/') {
                const struct open_file *file = folder == AT_FDCWD ? NULL : file_of(folder);
                if (!file || !*file->folder)
                        return false;
                if (snprintf(ret, PATH_SIZE, "%s/%s", file->folder, path) >= PATH_SIZE)
                        disk_give_up("a path is too long");
                return true;
        }
        if (!is_ours(path))
                return false;
        path_copy(ret, path);
        size_t n = strlen(ret);
        while (n > 1 && ret[n - 1] == '/')
                ret[--n] = '\0';
        return true;
}

static bool is_index(const char *path)
{
        size_t n = strlen(path);
        return n > 4 && strcmp(path + n - 4, "-shm") == 0; /* rebuilt at every start: it need not survive */
}

static void remember(int fd, const char *path, int flags)
{
        struct stat status;
        char folder[PATH_SIZE];

        if (fd < 0 || fd >= FDS_MAX || fstat(fd, &status) < 0)
                return;
        forget(fd);
        if (S_ISDIR(status.st_mode)) {
                path_copy(files[fd].folder, path);
                return;
        }
        struct node *node = node_at(path);
        if (!node && (flags & O_CREAT) && !disk_is_dark()) {
                node = node_new("", false);
                path_parent(path, folder);
                node_move(node, path, folder);
        }
        remember_file(fd, node);
}

/* ---- the calls ---- */

static int open_at(int folder, const char *path, int flags, mode_t mode)
{
        char full[PATH_SIZE];
        bool ours = resolve(folder, path, full);

        if (ours) {
                if (disk_fails(DISK_OPEN))
                        return -1;
                if ((flags & O_CREAT) && !node_at(full))
                        (void)disk_change();
        }
        int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
        if (ours && !is_index(full))
                remember(fd, full, flags);
        else if (fd >= 0 && fd < FDS_MAX && *disk_root()) {
                forget(fd);
                if (ours) {
                        struct node *node = node_at(full); /* for faults only */
                        remember_file(fd, node ? node : node_new(full, false));
                }
        }
        return fd;
}

/* What a checked open() (_FORTIFY_SOURCE) without a mode becomes. */
int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
        return open_at(AT_FDCWD, path, flags, 0);
}

#define OPEN_MODE(flags, last) \
        ({ \
                mode_t mode_ = 0; \
                if ((flags) & (O_CREAT | O_TMPFILE)) { \
                        va_list arguments_; \
                        va_start(arguments_, last); \
                        mode_ = (mode_t)va_arg(arguments_, int); \
                        va_end(arguments_); \
                } \
                mode_; \
        })

int open(const char *path, int flags, ...)
{
        return open_at(AT_FDCWD, path, flags, OPEN_MODE(flags, flags));
}

int open64(const char *path, int flags, ...)
{
        return open_at(AT_FDCWD, path, flags | O_LARGEFILE, OPEN_MODE(flags, flags));
}

int openat(int folder, const char *path, int flags, ...)
{
        return open_at(folder, path, flags, OPEN_MODE(flags, flags));
}

int close(int fd)
{
        if (fd >= 0 && fd < FDS_MAX && *disk_root())
                forget(fd);
        return (int)syscall(SYS_close, fd);
}

ssize_t pread64(int fd, void *buffer, size_t n, off64_t at)
{
        if (node_of(fd) && disk_fails(DISK_READ))
                return -1;
        return syscall(SYS_pread64, fd, buffer, n, at);
}

static bool keeps(const struct node *node)
{
        return node && !is_index(node->now);
}

ssize_t pwrite64(int fd, const void *buffer, size_t n, off64_t at)
{
        struct node *node = node_of(fd);
        ssize_t done;

        if (node && disk_fails(DISK_WRITE)) {
                int error = errno;
                if (!disk_fails_half() || n < 2)
                        return -1;
                done = syscall(SYS_pwrite64, fd, buffer, n / 2, at);
                if (done > 0 && keeps(node) && disk_change())
                        node_note(node, buffer, (size_t)at, (size_t)done);
                errno = error;
                return -1;
        }
        bool counts = keeps(node) && disk_change();
        done = syscall(SYS_pwrite64, fd, buffer, n, at);
        if (counts && done > 0)
                node_note(node, buffer, (size_t)at, (size_t)done);
        return done;
}

/* In one piece where the kernel would do it in one. */
ssize_t sendfile(int to, int from, off_t *at, size_t n)
{
        static char buffer[1024 * 1024];
        struct node *node = node_of(to);

        if (!node || at)
                return syscall(SYS_sendfile, to, from, at, n);
        if (node_of(from) && disk_fails(DISK_READ))
                return -1;
        ssize_t got = syscall(SYS_read, from, buffer, n < sizeof(buffer) ? n : sizeof(buffer));
        off_t where = lseek(to, 0, SEEK_CUR);
        if (got > 0 && pwrite64(to, buffer, (size_t)got, where) != got)
                return -1;
        return got > 0 && lseek(to, where + got, SEEK_SET) < 0 ? -1 : got;
}

int ftruncate64(int fd, off64_t size)
{
        struct node *node = node_of(fd);

        if (node && disk_fails(DISK_LENGTH))
                return -1;
        bool counts = keeps(node) && disk_change();
        int r = (int)syscall(SYS_ftruncate, fd, size);
        if (counts && r == 0)
                node_note(node, NULL, (size_t)size, 0);
        return r;
}

static int sync_file(int fd, long number)
{
        struct open_file *file = file_of(fd);

        if (!file)
                return (int)syscall(number, fd);
        if (disk_fails(*file->folder ? DISK_SYNC_FOLDER : DISK_SYNC))
                return -1;
        if (!disk_change())
                return 0;
        if (*file->folder && disk_keeps_names())
                names_settle(file->folder);
        else if (file->node && disk_keeps_files())
                node_settle(file->node);
        return 0;
}

int fsync(int fd)
{
        return sync_file(fd, SYS_fsync);
}

int fdatasync(int fd)
{
        return sync_file(fd, SYS_fdatasync);
}

int unlink(const char *path)
{
        char full[PATH_SIZE], folder[PATH_SIZE];

        if (!resolve(AT_FDCWD, path, full))
                return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
        if (disk_fails(DISK_UNLINK))
                return -1;
        struct node *node = node_at(full);
        bool counts = keeps(node) && disk_change();
        int r = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
        if (counts && r == 0) {
                path_parent(full, folder);
                node_move(node, "", folder);
        }
        return r;
}

static int rename_path(const char *from, const char *to, unsigned flags)
{
        char full_from[PATH_SIZE], full_to[PATH_SIZE], folder[PATH_SIZE];

        if (!resolve(AT_FDCWD, from, full_from) || !resolve(AT_FDCWD, to, full_to))
                return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
        if (disk_fails(DISK_RENAME))
                return -1;
        struct node *node = node_at(full_from), *over = node_at(full_to);
        bool counts = keeps(node) && disk_change();
        int r = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
        if (!counts || r < 0)
                return r;
        if (over && over != node)
                *over->now = '\0'; /* settle_move() drops its durable name */
        path_parent(full_to, folder);
        node_move(node, full_to, folder);
        return r;
}

int rename(const char *from, const char *to)
{
        return rename_path(from, to, 0);
}

/* Only with full paths. */
int renameat2(int folder_from, const char *from, int folder_to, const char *to, unsigned flags)
{
        (void)folder_from, (void)folder_to;
        return rename_path(from, to, flags);
}

int mkdir(const char *path, mode_t mode)
{
        char full[PATH_SIZE], folder[PATH_SIZE];
        bool counts = resolve(AT_FDCWD, path, full) && !node_at(full) && disk_change();
        int r = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);

        if (counts && r == 0) {
                struct node *node = node_new("", true);
                path_parent(full, folder);
                node_move(node, full, folder);
        }
        return r;
}

int fstat64(int fd, struct stat64 *ret)
{
        if (node_of(fd) && disk_fails(DISK_STAT))
                return -1;
        return (int)syscall(SYS_newfstatat, fd, "", ret, AT_EMPTY_PATH);
}

void *mmap64(void *address, size_t n, int protection, int flags, int fd, off64_t at)
{
        if (fd >= 0 && node_of(fd) && disk_fails(DISK_MAP))
                return MAP_FAILED;
        return (void *)syscall(SYS_mmap, address, n, protection, flags, fd, at);
}

static int control(int fd, int command, long argument)
{
        if ((command == F_SETLK || command == F_SETLKW) && node_of(fd) &&
            ((struct flock *)argument)->l_type != F_UNLCK && disk_fails(DISK_LOCK))
                return -1;
        return (int)syscall(SYS_fcntl, fd, command, argument);
}

/* SQLite waits for a lock; here nobody will give it back, and the time is only counted. */
int nanosleep(const struct timespec *time, struct timespec *ret_rest)
{
        if (disk_waits(time->tv_sec * 1000000 + time->tv_nsec / 1000))
                return 0;
        return (int)syscall(SYS_nanosleep, time, ret_rest);
}

int usleep(useconds_t usec)
{
        return nanosleep(&(struct timespec){.tv_sec = usec / 1000000, .tv_nsec = (long)usec % 1000000 * 1000}, NULL);
}

int fcntl64(int fd, int command, ...)
{
        va_list arguments;
        va_start(arguments, command);
        long argument = va_arg(arguments, long);
        va_end(arguments);
        return control(fd, command, argument);
}
