/* The disk: which bytes and names are durable, what a power loss leaves, and which calls fail. */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NODES_MAX 64
#define CHANGES_MAX 256 /* of names that are not durable yet */
#define FDS_MAX 1024
#define PATH_SIZE 160

const char *const disk_call_names[DISK_CALLS] = {"read", "write",  "truncate", "sync", "folder sync", "open",
                                                 "stat", "unlink", "rename",   "mmap", "lock"};

/* One change of a file that is not durable: bytes at a place, or (bytes NULL) a length. */
struct change {
        char *bytes;
        size_t at, n;
        struct change *next;
};

struct node {
        bool used, folder;
        char *bytes; /* durable */
        size_t size;
        struct change *first, **end;
        char now[PATH_SIZE];  /* its name as the program sees it; "": none */
        char kept[PATH_SIZE]; /* its durable name; "": none */
};

/* A change of names that is not durable: a node gets the name `to` ("": none) in place of `from`. */
struct move {
        struct node *node;
        char to[PATH_SIZE];
        char folder[PATH_SIZE];
};

struct open_file {
        struct node *node;      /* a file; NULL: none of ours */
        char folder[PATH_SIZE]; /* a folder of ours; "": none */
        bool is_lock;
};

static struct {
        char root[PATH_SIZE]; /* "": not watching */
        struct node nodes[NODES_MAX];
        struct move moves[CHANGES_MAX];
        size_t n_moves;
        struct open_file files[FDS_MAX];
        struct disk_lies lies;
        bool forgets;

        long changes, armed; /* armed: the number of the change before which the power goes; 0: never */
        struct chance *chance;
        bool dark;
        void (*on_dark)(void *userdata);
        void *on_dark_data;

        struct disk_fault fault;
        bool failing;
        long seen, failed, calls[DISK_CALLS], waited_us;
        int paused;
} disk;

/* The harness has no way to go on after these. */
static void give_up(const char *what)
{
        (void)fprintf(stderr, "disk: %s\n", what);
        abort();
}

/* ---- nodes ---- */

static bool is_ours(const char *path)
{
        size_t n = strlen(disk.root);

        return n > 0 && strncmp(path, disk.root, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static void copy_path(char *to, const char *from)
{
        if (snprintf(to, PATH_SIZE, "%s", from) >= PATH_SIZE)
                give_up("a path is too long");
}

static void parent_of(const char *path, char *ret)
{
        copy_path(ret, path);
        char *slash = strrchr(ret, '/');
        if (slash)
                *slash = '\0';
}

static struct node *node_at(const char *path)
{
        for (size_t i = 0; i < NODES_MAX; i++)
                if (disk.nodes[i].used && strcmp(disk.nodes[i].now, path) == 0)
                        return &disk.nodes[i];
        return NULL;
}

static void drop_changes(struct node *node)
{
        for (struct change *change = node->first, *next; change; change = next) {
                next = change->next;
                free(change->bytes);
                free(change);
        }
        node->first = NULL;
        node->end = &node->first;
}

static void node_clear(struct node *node)
{
        drop_changes(node);
        free(node->bytes);
        *node = (struct node){0};
}

/* Without a name, on the disk or to come, and not open. */
static bool is_gone(const struct node *node)
{
        bool gone = !*node->now && !*node->kept;
        for (size_t i = 0; gone && i < disk.n_moves; i++)
                gone = disk.moves[i].node != node;
        for (size_t i = 0; gone && i < FDS_MAX; i++)
                gone = disk.files[i].node != node;
        return gone;
}

static struct node *node_new(const char *path, bool folder)
{
        for (size_t i = 0; i < NODES_MAX; i++) {
                struct node *node = &disk.nodes[i];
                if (node->used && is_gone(node))
                        node_clear(node);
                if (node->used)
                        continue;
                *node = (struct node){.used = true, .folder = folder};
                node->end = &node->first;
                copy_path(node->now, path);
                return node;
        }
        give_up("too many files");
        return NULL;
}

static void grow(struct node *node, size_t size)
{
        if (size <= node->size)
                return;
        char *bytes = realloc(node->bytes, size);
        if (!bytes)
                give_up("no memory");
        memset(bytes + node->size, 0, size - node->size);
        node->bytes = bytes;
        node->size = size;
}

static void put(struct node *node, size_t at, const char *bytes, size_t n)
{
        grow(node, at + n);
        memcpy(node->bytes + at, bytes, n);
}

static void set_length(struct node *node, size_t size)
{
        if (size < node->size)
                node->size = size; /* the room stays: realloc() knows its true size */
        else
                grow(node, size);
}

/* All that was written becomes durable. */
static void settle_node(struct node *node)
{
        for (struct change *change = node->first; change; change = change->next)
                if (change->bytes)
                        put(node, change->at, change->bytes, change->n);
                else
                        set_length(node, change->at);
        drop_changes(node);
}

static void note(struct node *node, const void *bytes, size_t at, size_t n)
{
        struct change *change = calloc(1, sizeof(*change));
        if (!change)
                give_up("no memory");
        change->at = at;
        change->n = n;
        if (bytes) {
                change->bytes = malloc(n + 1);
                if (!change->bytes)
                        give_up("no memory");
                memcpy(change->bytes, bytes, n);
        }
        *node->end = change;
        node->end = &change->next;
}

static void move_node(struct node *node, const char *to, const char *folder)
{
        if (disk.n_moves == CHANGES_MAX)
                give_up("too many names");
        struct move *move = &disk.moves[disk.n_moves++];
        move->node = node;
        copy_path(move->to, to);
        copy_path(move->folder, folder);
        copy_path(node->now, to);
}

static void settle_move(const struct move *move)
{
        for (size_t i = 0; i < NODES_MAX && *move->to; i++)
                if (disk.nodes[i].used && &disk.nodes[i] != move->node && strcmp(disk.nodes[i].kept, move->to) == 0)
                        *disk.nodes[i].kept = '\0'; /* renamed over */
        memcpy(move->node->kept, move->to, PATH_SIZE);
}

static void settle_folder(const char *folder)
{
        size_t kept = 0;
        for (size_t i = 0; i < disk.n_moves; i++)
                if (strcmp(disk.moves[i].folder, folder) == 0)
                        settle_move(&disk.moves[i]);
                else
                        disk.moves[kept++] = disk.moves[i];
        disk.n_moves = kept;
}

/* ---- watching ---- */

static int import(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
        (void)ftw;
        if (strcmp(path, disk.root) == 0)
                return 0;
        struct node *node = node_new(path, type != FTW_F);
        copy_path(node->kept, path);
        if (node->folder)
                return 0;
        int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
        grow(node, (size_t)status->st_size);
        if (fd < 0 || (node->size && syscall(SYS_pread64, fd, node->bytes, node->size, 0) != (long)node->size))
                give_up("a file can't be read");
        (void)syscall(SYS_close, fd);
        return 0;
}

void disk_watch(const char *folder)
{
        disk_unwatch();
        copy_path(disk.root, folder);
        disk.paused++;
        if (nftw(folder, import, 8, FTW_PHYS) != 0)
                give_up("the folder can't be read");
        disk.paused--;
}

void disk_unwatch(void)
{
        for (size_t i = 0; i < NODES_MAX; i++)
                node_clear(&disk.nodes[i]);
        memset(&disk, 0, sizeof(disk));
}

void disk_lie(struct disk_lies lies)
{
        disk.lies = lies;
}

void disk_forget(void)
{
        disk.forgets = true;
}

void disk_pause(void)
{
        disk.paused++;
}

void disk_resume(void)
{
        disk.paused--;
}

/* ---- power ---- */

/* How much of what was not synced survives: at one end nothing, at the other all. */
struct mood {
        int survives; /* percent of sectors */
        int garbage;  /* percent of those that do not */
        size_t sector;
        bool length; /* a file grows to its length even where its bytes are lost */
};

static struct mood some_mood(struct chance *chance)
{
        static const int percents[] = {0, 10, 50, 50, 90, 100};
        if (disk.forgets)
                return (struct mood){.sector = 512};
        return (struct mood){
                .survives = percents[chance_between(chance, 0, 5)],
                .garbage = chance_percent(chance, 40) ? chance_between(chance, 1, 40) : 0,
                .sector = chance_percent(chance, 50) ? 512 : 4096,
                .length = chance_percent(chance, 40),
        };
}

static void garble(struct node *node, size_t at, size_t n, struct chance *chance)
{
        grow(node, at + n);
        for (size_t i = 0; i < n; i++)
                node->bytes[at + i] = (char)chance_bits(chance);
}

static void lose_some(struct node *node, const struct mood *mood, struct chance *chance)
{
        for (struct change *change = node->first; change; change = change->next) {
                if (!change->bytes) {
                        if (chance_percent(chance, mood->survives))
                                set_length(node, change->at);
                        continue;
                }
                for (size_t at = change->at, end = change->at + change->n, next; at < end; at = next) {
                        next = (at / mood->sector + 1) * mood->sector;
                        if (next > end)
                                next = end;
                        if (chance_percent(chance, mood->survives))
                                put(node, at, change->bytes + (at - change->at), next - at);
                        else if (chance_percent(chance, mood->garbage))
                                garble(node, at, next - at, chance);
                        else if (mood->length)
                                grow(node, next);
                }
        }
        drop_changes(node);
}

static bool is_kept(const char *folder)
{
        if (strcmp(folder, disk.root) == 0)
                return true;
        for (size_t i = 0; i < NODES_MAX; i++)
                if (disk.nodes[i].used && disk.nodes[i].folder && strcmp(disk.nodes[i].kept, folder) == 0)
                        return true;
        return false;
}

/* What lies in a folder whose own name is lost is lost with it. */
static void lose_orphans(void)
{
        for (size_t i = 0; i < NODES_MAX; i++) {
                char folder[PATH_SIZE];
                if (!disk.nodes[i].used || !*disk.nodes[i].kept)
                        continue;
                parent_of(disk.nodes[i].kept, folder);
                if (!is_kept(folder))
                        *disk.nodes[i].kept = '\0';
        }
}

void disk_lose_power(struct chance *chance)
{
        struct mood mood = some_mood(chance);

        for (size_t i = 0; i < disk.n_moves; i++)
                if (chance_percent(chance, mood.survives))
                        settle_move(&disk.moves[i]);
        disk.n_moves = 0;
        for (size_t i = 0; i < NODES_MAX; i++)
                if (disk.nodes[i].used)
                        lose_some(&disk.nodes[i], &mood, chance);
        lose_orphans();
        disk.dark = true;
        disk.armed = 0;
        if (disk.on_dark)
                disk.on_dark(disk.on_dark_data);
}

void disk_arm(long after, struct chance *chance)
{
        disk.armed = after ? disk.changes + after : 0;
        disk.chance = chance;
}

bool disk_is_dark(void)
{
        return disk.dark;
}

long disk_changes(void)
{
        return disk.changes;
}

void disk_on_dark(void (*dark)(void *userdata), void *userdata)
{
        disk.on_dark = dark;
        disk.on_dark_data = userdata;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
        (void)status, (void)type;
        return ftw->level == 0 ? 0 : remove(path);
}

static void write_out(const struct node *node, const char *path)
{
        if (node->folder) {
                if (syscall(SYS_mkdirat, AT_FDCWD, path, 0700) < 0)
                        give_up("a folder can't be made");
                return;
        }
        int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0 || (node->size && syscall(SYS_pwrite64, fd, node->bytes, node->size, 0) != (long)node->size))
                give_up("a file can't be written");
        (void)syscall(SYS_close, fd);
}

void disk_copy(const char *folder)
{
        char path[2 * PATH_SIZE];

        for (size_t i = 0; i < NODES_MAX; i++) {
                const struct node *node = &disk.nodes[i];
                if (!node->used || node->folder || !*node->kept)
                        continue;
                (void)snprintf(path, sizeof(path), "%s/%s", folder, strrchr(node->kept, '/') + 1);
                write_out(node, path);
        }
}

void disk_restore(void)
{
        disk.paused++;
        (void)nftw(disk.root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        for (int folders = 1; folders >= 0; folders--)
                for (size_t i = 0; i < NODES_MAX; i++) {
                        struct node *node = &disk.nodes[i];
                        if (!node->used || node->folder != folders)
                                continue;
                        memcpy(node->now, node->kept, PATH_SIZE);
                        if (!*node->kept)
                                node_clear(node);
                        else
                                write_out(node, node->kept);
                }
        memset(disk.files, 0, sizeof(disk.files));
        disk.dark = false;
        disk.armed = 0;
        disk.paused--;
}

/* True: what this call changes is to be noted. The power may go before it. */
static bool change(void)
{
        if (!disk.paused && !disk.dark) {
                disk.changes++;
                if (disk.armed && disk.changes >= disk.armed)
                        disk_lose_power(disk.chance);
        }
        return !disk.dark;
}

/* ---- failing ---- */

void disk_fail(const struct disk_fault *fault)
{
        disk.fault = *fault;
        disk.failing = true;
        disk.seen = disk.failed = 0;
}

void disk_heal(void)
{
        disk.failing = false;
}

long disk_failed(void)
{
        return disk.failed;
}

long disk_waited(void)
{
        return disk.waited_us;
}

long disk_calls(enum disk_call call)
{
        return disk.calls[call];
}

static bool fails(enum disk_call call)
{
        if (disk.paused)
                return false;
        disk.calls[call]++;
        if (!disk.failing || disk.fault.call != call)
                return false;
        disk.seen++;
        if (disk.fault.lasting ? disk.seen < disk.fault.at : disk.seen != disk.fault.at)
                return false;
        disk.failed++;
        errno = disk.fault.error;
        return true;
}

/* ---- in place of libc's ----
 * Each of them goes to the kernel directly; what is not of the watched folder goes there and nowhere else. */

static struct open_file *file_of(int fd)
{
        if (fd < 0 || fd >= FDS_MAX || !disk.root[0])
                return NULL;
        struct open_file *file = &disk.files[fd];
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
        if (!disk.root[0])
                return false;
        if (path[0] != '/') {
                const struct open_file *file = folder == AT_FDCWD ? NULL : file_of(folder);
                if (!file || !*file->folder)
                        return false;
                if (snprintf(ret, PATH_SIZE, "%s/%s", file->folder, path) >= PATH_SIZE)
                        give_up("a path is too long");
                return true;
        }
        if (!is_ours(path))
                return false;
        copy_path(ret, path);
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
        disk.files[fd] = (struct open_file){0};
        if (S_ISDIR(status.st_mode)) {
                copy_path(disk.files[fd].folder, path);
                return;
        }
        struct node *node = node_at(path);
        if (!node && (flags & O_CREAT) && !disk.dark) {
                node = node_new("", false);
                parent_of(path, folder);
                move_node(node, path, folder);
        }
        disk.files[fd].node = node;
}

static int open_at(int folder, const char *path, int flags, mode_t mode)
{
        char full[PATH_SIZE];
        bool ours = resolve(folder, path, full);

        if (ours) {
                if (fails(DISK_OPEN))
                        return -1;
                if ((flags & O_CREAT) && !node_at(full))
                        (void)change();
        }
        int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
        if (ours && !is_index(full))
                remember(fd, full, flags);
        else if (fd >= 0 && fd < FDS_MAX && disk.root[0]) {
                disk.files[fd] = (struct open_file){0};
                if (ours) {
                        struct node *node = node_at(full); /* for faults only */
                        disk.files[fd].node = node ? node : node_new(full, false);
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
        if (fd >= 0 && fd < FDS_MAX && disk.root[0])
                disk.files[fd] = (struct open_file){0};
        return (int)syscall(SYS_close, fd);
}

ssize_t pread64(int fd, void *buffer, size_t n, off64_t at)
{
        if (node_of(fd) && fails(DISK_READ))
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

        if (node && fails(DISK_WRITE)) {
                int error = errno;
                if (!disk.fault.partial || n < 2)
                        return -1;
                done = syscall(SYS_pwrite64, fd, buffer, n / 2, at);
                if (done > 0 && keeps(node) && change())
                        note(node, buffer, (size_t)at, (size_t)done);
                errno = error;
                return -1;
        }
        bool counts = keeps(node) && change();
        done = syscall(SYS_pwrite64, fd, buffer, n, at);
        if (counts && done > 0)
                note(node, buffer, (size_t)at, (size_t)done);
        return done;
}

/* In one piece where the kernel would do it in one. */
ssize_t sendfile(int to, int from, off_t *at, size_t n)
{
        static char buffer[1024 * 1024];
        struct node *node = node_of(to);

        if (!node || at)
                return syscall(SYS_sendfile, to, from, at, n);
        if (node_of(from) && fails(DISK_READ))
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

        if (node && fails(DISK_LENGTH))
                return -1;
        bool counts = keeps(node) && change();
        int r = (int)syscall(SYS_ftruncate, fd, size);
        if (counts && r == 0)
                note(node, NULL, (size_t)size, 0);
        return r;
}

static int sync_file(int fd, long number)
{
        struct open_file *file = file_of(fd);

        if (!file)
                return (int)syscall(number, fd);
        if (fails(*file->folder ? DISK_SYNC_FOLDER : DISK_SYNC))
                return -1;
        if (!change())
                return 0;
        if (*file->folder && !disk.lies.folders)
                settle_folder(file->folder);
        else if (file->node && !disk.lies.files)
                settle_node(file->node);
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
        if (fails(DISK_UNLINK))
                return -1;
        struct node *node = node_at(full);
        bool counts = keeps(node) && change();
        int r = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
        if (counts && r == 0) {
                parent_of(full, folder);
                move_node(node, "", folder);
        }
        return r;
}

static int rename_path(const char *from, const char *to, unsigned flags)
{
        char full_from[PATH_SIZE], full_to[PATH_SIZE], folder[PATH_SIZE];

        if (!resolve(AT_FDCWD, from, full_from) || !resolve(AT_FDCWD, to, full_to))
                return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
        if (fails(DISK_RENAME))
                return -1;
        struct node *node = node_at(full_from), *over = node_at(full_to);
        bool counts = keeps(node) && change();
        int r = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
        if (!counts || r < 0)
                return r;
        if (over && over != node)
                *over->now = '\0'; /* settle_move() drops its durable name */
        parent_of(full_to, folder);
        move_node(node, full_to, folder);
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
        bool counts = resolve(AT_FDCWD, path, full) && !node_at(full) && change();
        int r = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);

        if (counts && r == 0) {
                struct node *node = node_new("", true);
                parent_of(full, folder);
                move_node(node, full, folder);
        }
        return r;
}

int fstat64(int fd, struct stat64 *ret)
{
        if (node_of(fd) && fails(DISK_STAT))
                return -1;
        return (int)syscall(SYS_newfstatat, fd, "", ret, AT_EMPTY_PATH);
}

void *mmap64(void *address, size_t n, int protection, int flags, int fd, off64_t at)
{
        if (fd >= 0 && node_of(fd) && fails(DISK_MAP))
                return MAP_FAILED;
        return (void *)syscall(SYS_mmap, address, n, protection, flags, fd, at);
}

static int control(int fd, int command, long argument)
{
        if ((command == F_SETLK || command == F_SETLKW) && node_of(fd) &&
            ((struct flock *)argument)->l_type != F_UNLCK && fails(DISK_LOCK))
                return -1;
        return (int)syscall(SYS_fcntl, fd, command, argument);
}

/* SQLite waits for a lock; here nobody will give it back, and the time is only counted. */
int nanosleep(const struct timespec *time, struct timespec *ret_rest)
{
        if (!disk.failing)
                return (int)syscall(SYS_nanosleep, time, ret_rest);
        disk.waited_us += time->tv_sec * 1000000 + time->tv_nsec / 1000;
        return 0;
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
