/* Backups: one at a time, to a file that the caller opened; who took one stands in the journal and in the log. */
#include "control/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "control/handlers.h"
#include "control/outcome.h"
#include "engine/backup.h"
#include "store/audit.h"

struct backup_request {
        struct control *control;
        sd_bus_message *call; /* NULL: the caller has gone */
        sd_bus_track *caller;
        struct backup *backup;
        char name[ACCOUNT_NAME_MAX];
        int64_t uid;
};

static void request_free(struct backup_request *request)
{
        backup_free(request->backup);
        sd_bus_track_unref(request->caller);
        sd_bus_message_unref(request->call);
        free(request);
}

DEFINE_CLEANUP(struct backup_request *, request_free, request_free)

void backup_request_forget_caller(struct control *control)
{
        struct backup_request *request = control->backup;

        if (!request)
                return;
        backup_cancel(request->backup);
        request->caller = sd_bus_track_unref(request->caller);
        request->call = sd_bus_message_unref(request->call);
}

void backup_request_end(struct control *control)
{
        if (control->backup)
                request_free(control->backup);
        control->backup = NULL;
}

static int on_caller_gone(sd_bus_track *track, void *userdata)
{
        struct backup_request *request = userdata;

        (void)track;
        backup_cancel(request->backup);
        return 0;
}

/* The log has an entry for it from now on; the backup itself does not contain that entry. */
static void note(const struct backup_request *request, uint64_t bytes)
{
        struct engine *engine = control_engine(request->control);
        char detail[64];
        const struct audit_record record = {
                .at_ms = clock_now(&engine->clock),
                .who = (char *)request->name,
                .uid = request->uid,
                .verb = (char *)"backup",
                .detail = detail,
        };
        int r;

        snprintf(detail, sizeof(detail), "%" PRIu64 " bytes", bytes);
        journal_say(&engine->journal, EVENT_BACKUP, NULL, "%s (uid %lld) took a backup: %s", request->name,
                    (long long)request->uid, detail);
        r = store_add_audit(engine->store, &record);
        if (r < 0)
                (void)engine_store_trouble(engine, r, "The log lacks a backup");
}

static void on_done(void *userdata, int r, const char *words, uint64_t bytes)
{
        struct backup_request *CLEANUP(request_free_p) request = userdata;

        request->control->backup = NULL;
        if (r == 0) {
                note(request, bytes);
                if (request->call)
                        (void)sd_bus_reply_method_return(request->call, "t", bytes);
                return;
        }
        journal_say(&control_engine(request->control)->journal, EVENT_BACKUP_FAILED, NULL,
                    "The backup that %s (uid %lld) asked for failed: %s", request->name, (long long)request->uid,
                    words);
        if (request->call)
                (void)sd_bus_reply_method_errorf(request->call, ERROR_REFUSED, "%s", words);
}

/* A caller who could open the file may have it written. Only a regular file: a pipe that is not read would block all
 * further backups. */
static int check_target(int fd, sd_bus_error *error)
{
        struct stat status;
        int flags = fcntl(fd, F_GETFL);

        if (flags < 0 || fstat(fd, &status) < 0)
                return -errno;
        if (!S_ISREG(status.st_mode) || status.st_size > 0 || (flags & O_ACCMODE) == O_RDONLY || (flags & O_APPEND))
                return sd_bus_error_set(error, ERROR_INVALID,
                                        "a backup is written to an empty file that is open for writing");
        return 0;
}

static int watch_caller(struct backup_request *request, sd_bus_message *call)
{
        int r = sd_bus_track_new(sd_bus_message_get_bus(call), &request->caller, on_caller_gone, request);

        return r < 0 ? r : sd_bus_track_add_sender(request->caller, call);
}

int handle_backup(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct backup_request *CLEANUP(request_free_p) request = NULL;
        struct control *control = userdata;
        struct decider decider;
        int fd, r;

        if (control->backup)
                return sd_bus_error_set(error, ERROR_REFUSED, "a backup is being made; try again when it is done");
        r = sd_bus_message_read(call, "h", &fd);
        if (r >= 0)
                r = check_target(fd, error);
        if (r >= 0)
                r = outcome_decider(control, call, &decider);
        if (r < 0)
                return r;
        request = calloc(1, sizeof(*request));
        if (!request)
                return -ENOMEM;
        request->control = control;
        request->uid = decider.uid;
        snprintf(request->name, sizeof(request->name), "%s", decider.name);
        r = backup_start(control_engine(control), control->event, fd, on_done, request, &request->backup);
        if (r == -EOPNOTSUPP)
                return sd_bus_error_set(error, ERROR_REFUSED, "this reminderd keeps its state in memory");
        if (r >= 0)
                r = watch_caller(request, call);
        if (r < 0)
                return r;
        request->call = sd_bus_message_ref(call);
        control->backup = TAKE_PTR(request);
        return 1;
}
