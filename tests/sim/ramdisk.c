/* The disk: SQLite's files in memory. */
#include "ramdisk.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define FILES_MAX 8
#define SECTOR 512
#define SHM_REGIONS 64
#define CHECKPOINT_PAGES 60

struct bytes {
        unsigned char *data;
        size_t size, room;
};

/* Written and not yet synced. */
struct pending {
        size_t offset, length;
        unsigned char *data; /* NULL: the file was cut to `length` */
};

struct ramdisk_file {
        char name[512];
        bool exists;
        struct bytes now, durable, frozen;
        struct pending *pending;
        size_t n_pending, room_pending;
        void *shm[SHM_REGIONS];
};

struct open_file {
        sqlite3_file base;
        struct ramdisk_file *file;
};

/* One disk of one process: SQLite's callbacks bring no context of ours. */
static struct {
        struct ramdisk_file files[FILES_MAX];
        bool frozen;
        enum ramdisk_trouble trouble;
        int from, calls;
        bool failed, held;
        void (*touch)(void);
        sqlite3_vfs vfs, *real;
} disk;

/* ---- bytes ---- */

static void make_room(struct bytes *bytes, size_t size)
{
        if (size <= bytes->room)
                return;
        bytes->room = size * 2;
        bytes->data = realloc(bytes->data, bytes->room);
        if (!bytes->data)
                abort();
}

static void resize(struct bytes *bytes, size_t size)
{
        make_room(bytes, size);
        if (size > bytes->size)
                memset(bytes->data + bytes->size, 0, size - bytes->size);
        bytes->size = size;
}

static void put(struct bytes *bytes, size_t offset, const void *data, size_t length)
{
        if (offset > bytes->size)
                resize(bytes, offset);
        make_room(bytes, offset + length);
        memcpy(bytes->data + offset, data, length);
        if (offset + length > bytes->size)
                bytes->size = offset + length;
}

static void copy(struct bytes *to, const struct bytes *from)
{
        make_room(to, from->size);
        to->size = from->size;
        if (from->size > 0)
                memcpy(to->data, from->data, from->size);
}

static void apply(struct bytes *to, const struct pending *pending, size_t length)
{
        if (pending->data)
                put(to, pending->offset, pending->data, length);
        else
                resize(to, pending->length);
}

static void forget_pending(struct ramdisk_file *file)
{
        for (size_t i = 0; i < file->n_pending; i++)
                free(file->pending[i].data);
        file->n_pending = 0;
}

static void note(struct ramdisk_file *file, size_t offset, const void *data, size_t length)
{
        struct pending *pending;

        if (file->n_pending == file->room_pending) {
                file->room_pending = file->room_pending * 2 + 64;
                file->pending = realloc(file->pending, file->room_pending * sizeof(*file->pending));
                if (!file->pending)
                        abort();
        }
        pending = &file->pending[file->n_pending++];
        *pending = (struct pending){.offset = offset, .length = length};
        if (!data)
                return;
        pending->data = malloc(length + 1);
        if (!pending->data)
                abort();
        memcpy(pending->data, data, length);
}

/* ---- trouble ---- */

static bool goes_wrong(bool writes)
{
        if (disk.held || disk.trouble == RAMDISK_SOUND || disk.calls == 0 || (disk.trouble == RAMDISK_FULL && !writes))
                return false;
        if (disk.from > 0 && --disk.from > 0)
                return false;
        disk.calls--;
        return disk.failed = true;
}

static int wrong_code(int error)
{
        return disk.trouble == RAMDISK_FULL ? SQLITE_FULL : error;
}

/* ---- what SQLite calls on a file ---- */

static struct ramdisk_file *of(sqlite3_file *base)
{
        return ((struct open_file *)base)->file;
}

static int file_close(sqlite3_file *base)
{
        (void)base;
        return SQLITE_OK;
}

static int file_read(sqlite3_file *base, void *to, int length, sqlite3_int64 offset)
{
        const struct bytes *bytes = &of(base)->now;
        size_t from = (size_t)offset, wanted = (size_t)length,
               there = from >= bytes->size           ? 0
                       : bytes->size - from < wanted ? bytes->size - from
                                                     : wanted;

        if (goes_wrong(false))
                return SQLITE_IOERR_READ;
        if (there > 0)
                memcpy(to, bytes->data + from, there);
        if (there == wanted)
                return SQLITE_OK;
        memset((char *)to + there, 0, wanted - there);
        return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *base, const void *from, int length, sqlite3_int64 offset)
{
        disk.touch();
        if (goes_wrong(true))
                return wrong_code(SQLITE_IOERR_WRITE);
        put(&of(base)->now, (size_t)offset, from, (size_t)length);
        if (!disk.frozen)
                note(of(base), (size_t)offset, from, (size_t)length);
        return SQLITE_OK;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
        if (goes_wrong(true))
                return SQLITE_IOERR_TRUNCATE;
        resize(&of(base)->now, (size_t)size);
        if (!disk.frozen)
                note(of(base), 0, NULL, (size_t)size);
        return SQLITE_OK;
}

static int file_sync(sqlite3_file *base, int flags)
{
        struct ramdisk_file *file = of(base);

        (void)flags;
        disk.touch();
        if (goes_wrong(true))
                return wrong_code(SQLITE_IOERR_FSYNC);
        for (size_t i = 0; i < file->n_pending; i++)
                apply(&file->durable, &file->pending[i], file->pending[i].length);
        forget_pending(file);
        return SQLITE_OK;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *ret)
{
        *ret = (sqlite3_int64)of(base)->now.size;
        return SQLITE_OK;
}

static int file_lock(sqlite3_file *base, int level)
{
        (void)base, (void)level;
        return SQLITE_OK;
}

static int file_check_lock(sqlite3_file *base, int *ret)
{
        (void)base;
        *ret = 0;
        return SQLITE_OK;
}

static int file_control(sqlite3_file *base, int op, void *argument)
{
        (void)base, (void)op, (void)argument;
        return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *base)
{
        (void)base;
        return SECTOR;
}

static int file_character(sqlite3_file *base)
{
        (void)base;
        return 0; /* promises nothing: no atomic, no ordered write */
}

static int shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **ret)
{
        void **shm = of(base)->shm;

        if (region >= SHM_REGIONS)
                return SQLITE_NOMEM;
        if (!shm[region] && extend)
                shm[region] = calloc(1, (size_t)size);
        *ret = shm[region];
        return SQLITE_OK;
}

static int shm_lock(sqlite3_file *base, int offset, int n, int flags)
{
        (void)base, (void)offset, (void)n, (void)flags;
        return SQLITE_OK;
}

static void shm_barrier(sqlite3_file *base)
{
        (void)base;
}

static int shm_unmap(sqlite3_file *base, int remove)
{
        struct ramdisk_file *file = of(base);

        (void)remove; /* the only user is gone in either case */
        for (int i = 0; i < SHM_REGIONS; i++) {
                free(file->shm[i]);
                file->shm[i] = NULL;
        }
        return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
        .iVersion = 2,
        .xClose = file_close,
        .xRead = file_read,
        .xWrite = file_write,
        .xTruncate = file_truncate,
        .xSync = file_sync,
        .xFileSize = file_size,
        .xLock = file_lock,
        .xUnlock = file_lock,
        .xCheckReservedLock = file_check_lock,
        .xFileControl = file_control,
        .xSectorSize = file_sector,
        .xDeviceCharacteristics = file_character,
        .xShmMap = shm_map,
        .xShmLock = shm_lock,
        .xShmBarrier = shm_barrier,
        .xShmUnmap = shm_unmap,
};

/* ---- what SQLite calls on the file system ---- */

static struct ramdisk_file *find(const char *name, bool make)
{
        for (int i = 0; i < FILES_MAX; i++)
                if (strcmp(disk.files[i].name, name) == 0)
                        return &disk.files[i];
        for (int i = 0; make && i < FILES_MAX; i++)
                if (!*disk.files[i].name) {
                        strncpy(disk.files[i].name, name, sizeof(disk.files[i].name) - 1);
                        return &disk.files[i];
                }
        return NULL;
}

static int vfs_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *base, int flags, int *ret_flags)
{
        struct open_file *open = (struct open_file *)base;

        (void)vfs;
        *open = (struct open_file){0};
        if (!name || !(open->file = find(name, true)))
                return SQLITE_CANTOPEN;
        open->file->exists = true;
        open->base.pMethods = &methods;
        if (ret_flags)
                *ret_flags = flags;
        return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
        struct ramdisk_file *file = find(name, false);

        (void)vfs, (void)sync_folder;
        if (!file || !file->exists)
                return SQLITE_IOERR_DELETE_NOENT;
        /* Durable at once: the journal of a database that was closed in order is all that is ever deleted. */
        file->exists = false;
        file->now.size = 0;
        if (!disk.frozen) {
                forget_pending(file);
                file->durable.size = 0;
        }
        return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret)
{
        const struct ramdisk_file *file = find(name, false);

        (void)vfs, (void)flags;
        *ret = file && file->exists && file->now.size > 0;
        return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int room, char *ret)
{
        (void)vfs;
        sqlite3_snprintf(room, ret, "%s", name);
        return SQLITE_OK;
}

/* A short log: checkpoints, and with them crashes in the middle of one, come often. */
static int set_up_connection(sqlite3 *db, const char **error, const struct sqlite3_api_routines *api)
{
        (void)error, (void)api;
        (void)sqlite3_wal_autocheckpoint(db, CHECKPOINT_PAGES);
        return SQLITE_OK;
}

void ramdisk_register(void (*touch)(void))
{
        (void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
        (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        disk.touch = touch;
        disk.real = sqlite3_vfs_find(NULL);
        disk.vfs = *disk.real; /* randomness, time, sleep */
        disk.vfs.pNext = NULL;
        disk.vfs.szOsFile = (int)sizeof(struct open_file);
        disk.vfs.zName = "simulated";
        disk.vfs.xOpen = vfs_open;
        disk.vfs.xDelete = vfs_delete;
        disk.vfs.xAccess = vfs_access;
        disk.vfs.xFullPathname = vfs_full_path;
        (void)sqlite3_auto_extension((void (*)(void))set_up_connection);
        if (sqlite3_vfs_register(&disk.vfs, 1) != SQLITE_OK)
                abort();
}

/* ---- what the simulation calls ---- */

void ramdisk_clear(void)
{
        for (int i = 0; i < FILES_MAX; i++) {
                struct ramdisk_file *file = &disk.files[i];

                forget_pending(file);
                *file->name = '\0';
                file->exists = false;
                file->now.size = file->durable.size = 0;
        }
        disk.frozen = disk.failed = false;
        disk.trouble = RAMDISK_SOUND;
}

void ramdisk_freeze(struct chance *chance, bool power_cut)
{
        if (disk.frozen)
                return;
        for (int i = 0; i < FILES_MAX; i++) {
                struct ramdisk_file *file = &disk.files[i];

                copy(&file->frozen, power_cut ? &file->durable : &file->now);
                for (size_t p = 0; power_cut && p < file->n_pending; p++) {
                        const struct pending *pending = &file->pending[p];
                        int fate = chance_between(chance, 0, 5);

                        /* Written back, torn at a sector, or not at all: in no order of theirs. */
                        if (fate < 3)
                                apply(&file->frozen, pending, pending->length);
                        else if (fate == 3 && pending->length > SECTOR)
                                apply(&file->frozen, pending, pending->length / SECTOR / 2 * SECTOR);
                }
        }
        disk.frozen = true;
        disk.trouble = RAMDISK_SOUND;
}

void ramdisk_thaw(void)
{
        for (int i = 0; i < FILES_MAX; i++) {
                struct ramdisk_file *file = &disk.files[i];

                forget_pending(file);
                copy(&file->now, &file->frozen);
                copy(&file->durable, &file->frozen);
                file->exists = file->now.size > 0;
        }
        disk.frozen = false;
}

void ramdisk_trouble(enum ramdisk_trouble trouble, int from, int calls)
{
        disk.trouble = trouble;
        disk.from = from;
        disk.calls = calls;
}

void ramdisk_hold(void)
{
        disk.held = true;
}

void ramdisk_go_on(void)
{
        disk.held = false;
}

bool ramdisk_failed(void)
{
        bool failed = disk.failed;

        disk.failed = false;
        return failed;
}
