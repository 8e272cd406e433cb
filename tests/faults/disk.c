/* The disk: which folder is watched, when its power goes, and which calls fail. */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"
#include "nodes.h"

const char *const disk_call_names[DISK_CALLS] = {"read", "write",  "truncate", "sync", "folder sync", "open",
                                                 "stat", "unlink", "rename",   "mmap", "lock"};

static struct {
        char root[PATH_SIZE]; /* "": not watching */
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

/* ---- watching ---- */

static int import(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
        (void)ftw;
        if (strcmp(path, disk.root) == 0)
                return 0;
        struct node *node = node_new(path, type != FTW_F);
        path_copy(node->kept, path);
        if (node->folder)
                return 0;
        int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
        node_grow(node, (size_t)status->st_size);
        if (fd < 0 || (node->size && syscall(SYS_pread64, fd, node->bytes, node->size, 0) != (long)node->size))
                disk_give_up("a file can't be read");
        (void)syscall(SYS_close, fd);
        return 0;
}

void disk_watch(const char *folder)
{
        disk_unwatch();
        path_copy(disk.root, folder);
        disk.paused++;
        if (nftw(folder, import, 8, FTW_PHYS) != 0)
                disk_give_up("the folder can't be read");
        disk.paused--;
}

void disk_unwatch(void)
{
        for (size_t i = 0; i < NODES_MAX; i++)
                node_clear(&nodes[i]);
        names_forget();
        calls_forget();
        memset(&disk, 0, sizeof(disk));
}

const char *disk_root(void)
{
        return disk.root;
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

void disk_lose_power(struct chance *chance)
{
        struct mood mood = some_mood(chance);

        nodes_lose(&mood, disk.root, chance);
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
                        disk_give_up("a folder can't be made");
                return;
        }
        int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0 || (node->size && syscall(SYS_pwrite64, fd, node->bytes, node->size, 0) != (long)node->size))
                disk_give_up("a file can't be written");
        (void)syscall(SYS_close, fd);
}

void disk_copy(const char *folder)
{
        char path[2 * PATH_SIZE];

        for (size_t i = 0; i < NODES_MAX; i++) {
                const struct node *node = &nodes[i];
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
                        struct node *node = &nodes[i];
                        if (!node->used || node->folder != folders)
                                continue;
                        memcpy(node->now, node->kept, PATH_SIZE);
                        if (!*node->kept)
                                node_clear(node);
                        else
                                write_out(node, node->kept);
                }
        calls_forget();
        disk.dark = false;
        disk.armed = 0;
        disk.paused--;
}

bool disk_change(void)
{
        if (!disk.paused && !disk.dark) {
                disk.changes++;
                if (disk.armed && disk.changes >= disk.armed)
                        disk_lose_power(disk.chance);
        }
        return !disk.dark;
}

bool disk_keeps_files(void)
{
        return !disk.lies.files;
}

bool disk_keeps_names(void)
{
        return !disk.lies.folders;
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

bool disk_fails(enum disk_call call)
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

bool disk_fails_half(void)
{
        return disk.fault.partial;
}

bool disk_waits(long us)
{
        if (disk.failing)
                disk.waited_us += us;
        return disk.failing;
}
