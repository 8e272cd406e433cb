/* Memory that runs out in an engine and in loading its configuration: each allocation of a step in turn, in a process
 * of its own, which then plays on to the end. */
#include "memory.h"
#include "office.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/err.h>

#define STEPS_MAX 1000
#define CHILDREN 400 /* in one seed; another seed has other allocations */
#define CHILDREN_BRIEF 30

struct shortage {
        struct faults *faults;
        long at; /* in the next step; 0: none */
        bool met;
        long needed; /* by the last step */
};

static void before(void *self, const char *step, int64_t now_ms)
{
        struct shortage *shortage = self;

        (void)step, (void)now_ms;
        memory_fail(shortage->at, false);
}

static void after(void *self, const char *step, int r, int64_t now_ms)
{
        struct shortage *shortage = self;

        (void)now_ms;
        shortage->needed = memory_heal();
        shortage->met = shortage->met || memory_failed() > 0;
        if (r < 0 && (r != -ENOMEM || !shortage->at))
                faults_fail(shortage->faults, "allocation %ld of a %s fails, and what comes of it is %d", shortage->at,
                            step, r);
        shortage->faults->counted.refused += r < 0;
        shortage->at = 0;
}

static struct office *begin(struct faults *faults, struct shortage *shortage)
{
        return office_new(faults, &(struct office_options){.before = before, .after = after, .self = shortage});
}

struct undisturbed {
        uint64_t said;
        long left; /* allocated and never freed: what libraries keep */
        long needed[STEPS_MAX];
        int steps;
        long total;
};

static void learn(struct faults *faults, struct undisturbed *undisturbed)
{
        for (int round = 0; round < 2; round++) { /* the first one fills what libraries keep */
                struct shortage shortage = {.faults = faults};
                long live = memory_live();
                struct office *office = begin(faults, &shortage);

                *undisturbed = (struct undisturbed){0};
                while (office_step(office)) {
                        if (undisturbed->steps == STEPS_MAX)
                                faults_fail(faults, "too many steps");
                        undisturbed->needed[undisturbed->steps++] = shortage.needed;
                        undisturbed->total += shortage.needed;
                        shortage.needed = 0;
                }
                undisturbed->said = office_said(office, true);
                office_free(office);
                undisturbed->left = memory_live() - live;
        }
}

/* In a process of its own: the at-th allocation of the next step fails, and then none. */
static void play_on(struct faults *faults, struct office *office, struct shortage *shortage, long live, int step,
                    long at, const struct undisturbed *undisturbed)
{
        shortage->at = at;
        while (office_step(office))
                ;
        if (office_said(office, true) != undisturbed->said)
                faults_fail(faults, "allocation %ld of step %d fails, and something else is said than with it", at,
                            step);
        office_free(office);
        if (memory_live() - live != undisturbed->left)
                faults_fail(faults, "allocation %ld of step %d fails, and %ld blocks are never freed", at, step,
                            memory_live() - live - undisturbed->left);
}

static void try_one(struct faults *faults, struct office *office, struct shortage *shortage, long live, int step,
                    long at, const struct undisturbed *undisturbed)
{
        int status = 0;

        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
                play_on(faults, office, shortage, live, step, at, undisturbed);
                exit(0); /* where a sanitizer looks for leaks */
        }
        if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
                if (WIFSIGNALED(status))
                        printf("signal %d\n", WTERMSIG(status));
                faults_fail(faults, "allocation %ld of step %d fails", at, step);
        }
        faults->counted.memory++;
}

void memory_engine(struct faults *faults)
{
        struct undisturbed *undisturbed = calloc(1, sizeof(*undisturbed));
        struct shortage shortage = {.faults = faults};

        if (!undisturbed)
                abort();
        learn(faults, undisturbed);
        long most = faults->brief ? CHILDREN_BRIEF : CHILDREN, passed = 0;
        long stride = undisturbed->total / most + 1, next = chance_between(&faults->chance, 1, (int)stride);
        long live = memory_live();
        struct office *office = begin(faults, &shortage);
        for (int step = 0; step < undisturbed->steps; step++) {
                for (; next <= passed + undisturbed->needed[step];
                     next += chance_between(&faults->chance, 1, (int)(2 * stride)))
                        try_one(faults, office, &shortage, live, step, next - passed, undisturbed);
                passed += undisturbed->needed[step];
                (void)office_step(office);
        }
        office_free(office);
        free(undisturbed);
}

/* ---- loading a configuration ---- */

#define LOADS_BRIEF 400

/* How many allocations it took. */
static long load(struct faults *faults, const char *path, long at)
{
        struct report CLEANUP(report_clear) report = {0};
        struct settings *settings = NULL;

        memory_fail(at, false);
        int r = settings_load(path, SECRETS_READ, &report, &settings);
        long needed = memory_heal();
        if (r < 0 && (r != -ENOMEM || !at)) {
                for (size_t i = 0; i < report.n; i++)
                        printf("%s\n", report.findings[i].text);
                faults_fail(faults, "allocation %ld of loading fails, and what comes of it is %d", at, r);
        }
        faults->counted.refused += r < 0;
        faults->counted.memory += memory_failed();
        settings_unref(settings);
        ERR_clear_error(); /* libcrypto keeps what went wrong */
        return needed;
}

void memory_config(struct faults *faults)
{
        struct shortage shortage = {.faults = faults};
        struct office *office = begin(faults, &shortage); /* for its files */
        char path[120];

        (void)snprintf(path, sizeof(path), "%s/reminderd.conf", faults->folder);
        (void)load(faults, path, 0);
        long needed = load(faults, path, 0), live = memory_live();
        for (long at = 1; at <= needed;
             at += faults->brief ? chance_between(&faults->chance, 1, (int)(2 * needed / LOADS_BRIEF)) : 1) {
                (void)load(faults, path, at);
                if (memory_live() != live)
                        faults_fail(faults, "allocation %ld of loading fails, and %ld blocks are never freed", at,
                                    memory_live() - live);
        }
        office_free(office);
}
