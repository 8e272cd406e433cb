/* A backup under way: a thread that copies the database to a file while reminders go on. */
#include "engine/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include "base/cleanup.h"
#include "store/backup.h"

struct backup {
        struct store_backup *copy;
        int fd;
        int bell; /* the thread rings it once it is through */
        sd_event_source *source;
        pthread_t thread;
        bool started;
        int result; /* of the thread; read after it was joined */
        uint64_t bytes;
        backup_done *done;
        void *userdata;
};

static void backup_free_p(struct backup **backup)
{
        backup_free(*backup);
}

static void *write_backup(void *userdata)
{
        struct backup *backup = userdata;

        backup->result = store_backup_write(backup->copy, backup->fd, &backup->bytes);
        (void)eventfd_write(backup->bell, 1);
        return NULL;
}

static void join(struct backup *backup)
{
        if (backup->started)
                (void)pthread_join(backup->thread, NULL);
        backup->started = false;
}

static int on_bell(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        struct backup *backup = userdata;

        (void)fd, (void)events;
        (void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
        join(backup);
        backup->done(backup->userdata, backup->result, store_backup_error(backup->copy), backup->bytes);
        return 0;
}

int backup_start(const struct engine *engine, sd_event *event, int fd, backup_done *done, void *userdata,
                 struct backup **ret)
{
        struct backup *CLEANUP(backup_free_p) backup = calloc(1, sizeof(*backup));
        int r;

        if (!backup)
                return -ENOMEM;
        backup->done = done;
        backup->userdata = userdata;
        backup->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        backup->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (backup->bell < 0 || backup->fd < 0)
                return -errno;
        r = store_backup_new(engine->store, &backup->copy);
        if (r == 0)
                r = sd_event_add_io(event, &backup->source, backup->bell, EPOLLIN, on_bell, backup);
        if (r < 0)
                return r;
        r = pthread_create(&backup->thread, NULL, write_backup, backup);
        if (r != 0)
                return -r;
        backup->started = true;
        *ret = TAKE_PTR(backup);
        return 0;
}

void backup_cancel(struct backup *backup)
{
        store_backup_cancel(backup->copy);
}

struct backup *backup_free(struct backup *backup)
{
        if (!backup)
                return NULL;
        if (backup->started)
                store_backup_cancel(backup->copy);
        join(backup);
        sd_event_source_disable_unref(backup->source);
        store_backup_free(backup->copy);
        close_p(&backup->bell);
        close_p(&backup->fd);
        free(backup);
        return NULL;
}
