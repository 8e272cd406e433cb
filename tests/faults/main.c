/* Runs the cases, each seed in a process of its own, adds up what they did, and says how a failed one is seen again. */
#include "disk.h"
#include "faults.h"

#include <ftw.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define JOBS_MAX 16

struct kind {
        const char *name;
        void (*run)(struct faults *faults);
        long whole, brief; /* seeds */
        const char *what;
};

static const struct kind kinds[] = {
        {"power-store", power_store, 400, 15, "power lost while the store works"},
        {"power-lying", power_lying, 12, 6, "disks that lie are found out"},
        {"power-migration", power_migration, 40, 1, "power lost at every step of a migration"},
        {"power-backup", power_backup, 40, 2, "power lost at every step of a backup"},
        {"power-engine", power_engine, 200, 16, "power lost while an engine plays a year"},
        {"errors-store", errors_store, 4 * FAULTS_ANSWERS, FAULTS_ANSWERS, "calls that fail while the store works"},
        {"errors-open", errors_open, 2 * FAULTS_ANSWERS, FAULTS_ANSWERS, "calls that fail while it is opened"},
        {"errors-backup", errors_backup, 2 * FAULTS_ANSWERS, FAULTS_ANSWERS, "calls that fail while it is copied"},
        {"errors-engine", errors_engine, 2 * FAULTS_ANSWERS, FAULTS_ANSWERS,
         "calls that fail while an engine plays six weeks"},
        {"damage-bits", damage_bits, 24, 4, "databases in which a bit has tipped"},
        {"damage-pages", damage_pages, 12, 2, "databases of which a page or a sector is another"},
        {"damage-indexes", damage_indexes, 24, 4, "databases in an index of which a bit has tipped"},
        {"damage-values", damage_values, 24, 4, "databases with a value that cannot be"},
        {"damage-derived", damage_derived, 24, 4, "databases with a value that can be, and is wrong"},
        {"memory-config", memory_config, 1, 1, "allocations that fail while the configuration is loaded"},
        {"memory-crypto", memory_crypto, 4, 2, "allocations that fail in the first use of libcrypto"},
        {"memory-engine", memory_engine, 12, 3, "allocations that fail while an engine plays six weeks"},
};

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
        (void)status, (void)type;
        return ftw->level == 0 ? 0 : remove(path);
}

void faults_empty(const struct faults *faults)
{
        (void)nftw(faults->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void faults_make_folder(const char *path)
{
        disk_pause();
        (void)mkdir(path, 0700);
        disk_resume();
}

static void remove_folder(const struct faults *faults)
{
        faults_empty(faults);
        (void)remove(faults->folder);
}

void faults_fail(const struct faults *faults, const char *format, ...)
{
        va_list arguments;

        printf("seed %llu: ", (unsigned long long)faults->seed);
        va_start(arguments, format);
        vprintf(format, arguments);
        va_end(arguments);
        putchar('\n');
        fflush(stdout);
        if (!getenv("FAULTS_KEEP"))
                remove_folder(faults);
        _exit(1);
}

/* ---- one case ---- */

static void run_case(const struct kind *kind, uint64_t seed, bool brief, struct counted *ret)
{
        struct faults faults = {.seed = seed, .brief = brief, .chance = chance_stream(seed, (uint64_t)(kind - kinds))};
        bool memory = access("/dev/shm", W_OK) == 0;

        (void)snprintf(faults.folder, sizeof(faults.folder), "%s/reminderd-faults-XXXXXX",
                       memory ? "/dev/shm" : "/tmp");
        if (!mkdtemp(faults.folder))
                abort();
        kind->run(&faults);
        disk_unwatch();
        remove_folder(&faults);
        *ret = faults.counted;
}

struct job {
        pid_t pid;
        uint64_t seed;
        FILE *said, *counted;
};

static void start(struct job *job, const struct kind *kind, uint64_t seed, bool brief)
{
        *job = (struct job){.seed = seed, .said = tmpfile(), .counted = tmpfile()};
        if (!job->said || !job->counted)
                abort();
        fflush(stdout);
        job->pid = fork();
        if (job->pid == 0) {
                struct counted counted;

                if (dup2(fileno(job->said), 1) < 0 || dup2(fileno(job->said), 2) < 0)
                        _exit(2);
                run_case(kind, seed, brief, &counted);
                (void)fwrite(&counted, sizeof(counted), 1, job->counted);
                fflush(job->counted);
                exit(0); /* where a sanitizer looks for leaks */
        }
}

static void show_what_was_said(FILE *said)
{
        char buffer[4096];
        size_t n;

        rewind(said);
        while ((n = fread(buffer, 1, sizeof(buffer), said)) > 0)
                (void)fwrite(buffer, 1, n, stdout);
}

/* True: it held. */
static bool collect(struct job *job, const struct kind *kind, int status, struct counted *total)
{
        struct counted one = {0};
        long *to = (long *)total;
        const long *from = (const long *)&one;
        bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;

        rewind(job->counted);
        if (good && fread(&one, sizeof(one), 1, job->counted) == 1)
                for (size_t i = 0; i < sizeof(one) / sizeof(long); i++)
                        to[i] += from[i];
        if (!good) {
                show_what_was_said(job->said);
                if (WIFSIGNALED(status))
                        printf("seed %llu: signal %d\n", (unsigned long long)job->seed, WTERMSIG(status));
                printf("FAILED %s; again: faults --only %s --seed %llu\n", kind->name, kind->name,
                       (unsigned long long)job->seed);
        }
        fclose(job->said);
        fclose(job->counted);
        *job = (struct job){0};
        return good;
}

static struct job *find_job(struct job jobs[static JOBS_MAX], pid_t pid)
{
        for (int i = 0; i < JOBS_MAX; i++)
                if (jobs[i].pid == pid)
                        return &jobs[i];
        return NULL;
}

/* How many seeds failed. */
static long run_kind(const struct kind *kind, uint64_t first, long n, int most, bool brief, struct counted *total)
{
        struct job jobs[JOBS_MAX] = {0};
        long failed = 0, started = 0;
        int busy = 0;

        while (busy > 0 || (started < n && failed == 0)) {
                int status = 0;

                for (; busy < most && started < n && failed == 0; busy++)
                        start(find_job(jobs, 0), kind, first + (uint64_t)started++, brief);
                struct job *job = find_job(jobs, wait(&status));
                if (!job)
                        continue;
                failed += !collect(job, kind, status, total);
                busy--;
        }
        return failed;
}

static void show(const struct counted *counted)
{
        if (counted->losses)
                printf("  %ld power losses survived, %ld with a transaction in flight (%ld of them kept whole), %ld "
                       "commits\n",
                       counted->losses, counted->halves, counted->kept, counted->commits);
        if (counted->detected)
                printf("  %ld lying disks found out\n", counted->detected);
        long faults = 0;
        for (int i = 0; i < DISK_CALLS; i++)
                faults += counted->faults[i];
        if (faults) {
                printf("  %ld calls failed:", faults);
                for (int i = 0; i < DISK_CALLS; i++)
                        printf("%s %s %ld", i ? "," : "", disk_call_names[i], counted->faults[i]);
                printf("; %ld operations refused\n", counted->refused);
        }
        if (counted->memory)
                printf("  %ld allocations failed, %ld operations refused\n", counted->memory, counted->refused);
        if (counted->damaged)
                printf("  %ld databases damaged: %ld refused untouched, %ld mended and told, %ld whole, %ld told; "
                       "silent: "
                       "0\n",
                       counted->damaged, counted->untouched, counted->mended, counted->whole, counted->told);
        if (counted->leaving && !counted->damaged)
                printf("  %ld messages left, no notice lost or twice but for %ld on the wire, with the same id\n",
                       counted->leaving, counted->repeated);
}

static double now(void)
{
        struct timespec at;

        clock_gettime(CLOCK_MONOTONIC, &at);
        return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

int main(int argc, char *argv[])
{
        static const struct option options[] = {{"only", required_argument, NULL, 'o'},
                                                {"seed", required_argument, NULL, 's'},
                                                {"seeds", required_argument, NULL, 'n'},
                                                {"first", required_argument, NULL, 'f'},
                                                {"jobs", required_argument, NULL, 'j'},
                                                {"brief", no_argument, NULL, 'b'},
                                                {0}};
        const char *only = NULL;
        long seeds = 0, failed = 0, passed = 0;
        uint64_t first = 1;
        bool brief = false;
        int jobs = 2, c;

        while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
                if (c == 'o')
                        only = optarg;
                else if (c == 's' || c == 'f')
                        first = strtoull(optarg, NULL, 10);
                else if (c == 'n')
                        seeds = strtol(optarg, NULL, 10);
                else if (c == 'j')
                        jobs = (int)strtol(optarg, NULL, 10);
                else if (c == 'b')
                        brief = true;
                else
                        return 2;
                if (c == 's')
                        seeds = 1;
        }
        if (jobs < 1 || jobs > JOBS_MAX)
                jobs = 2;
        for (size_t i = 0; i < ELEMENTS(kinds); i++) {
                const struct kind *kind = &kinds[i];
                struct counted counted = {0};

                if (only && strncmp(kind->name, only, strlen(only)) != 0)
                        continue;
                double from = now();
                long n = seeds ? seeds : brief ? kind->brief : kind->whole;
                long bad = run_kind(kind, first, n, jobs, brief, &counted);
                printf("%s: %ld %s of %s, %.1f s\n", bad ? "FAILED" : "ok", n, n == 1 ? "seed" : "seeds", kind->what,
                       now() - from);
                show(&counted);
                fflush(stdout);
                failed += bad > 0;
                passed += bad == 0;
        }
        printf("faults: %ld passed, %ld failed\n", passed, failed);
        return failed > 0;
}
