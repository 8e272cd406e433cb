/* Runs seeds in processes of their own, adds up, and shrinks one that fails to a short story. */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/cleanup.h"
#include "sim.h"

#define JOBS_MAX 64
#define SEED_SECONDS 60 /* a seed takes a fiftieth of one; what hangs is a failure */

/* Every eighth seed is quiet; the others have each class with a chance of three in five. */
static unsigned classes_of(uint64_t seed)
{
        struct chance chance = chance_stream(seed, 99);
        unsigned classes = 0;

        if (seed % 8 == 0)
                return 0;
        for (unsigned i = 0; i < CLASSES; i++)
                if (chance_percent(&chance, 60))
                        classes |= 1U << i;
        return classes;
}

/* Every sixteenth seed; it has neither crashes nor a disk in trouble (ahead.c). */
static bool looks_ahead(uint64_t seed)
{
        return seed % 16 == 2;
}

static char short_templates[64];

static void make_templates(void)
{
        snprintf(short_templates, sizeof(short_templates), "%s/reminderd-sim-templates-XXXXXX",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        if (!mkdtemp(short_templates))
                abort();
        block_write_templates(short_templates);
}

static void remove_templates(void)
{
        char command[128];

        snprintf(command, sizeof(command), "rm -rf '%s'", short_templates);
        (void)!system(command);
}

/* ---- one seed in a process of its own ---- */

struct job {
        pid_t pid;
        uint64_t seed;
        struct replay replay;
        struct outcome *outcome; /* shared with the process */
};

static void job_make(struct job *job)
{
        job->outcome = mmap(NULL, sizeof(*job->outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (job->outcome == MAP_FAILED)
                abort();
}

static void start(struct job *job, uint64_t seed)
{
        job->seed = seed;
        *job->outcome = (struct outcome){0};
        fflush(stdout);
        job->pid = fork();
        if (job->pid < 0)
                abort();
        if (job->pid == 0) {
                alarm(SEED_SECONDS);
                bool ahead = looks_ahead(seed);

                if (ahead)
                        job->replay.classes &= ~(1U << CLASS_CRASH | 1U << CLASS_DISK);
                else
                        ramdisk_register(crash_touch);
                /* One in sixteen composes what is really sent. */
                job->replay.templates = seed % 16 == 1 ? NULL : short_templates;
                sim_run(seed, &job->replay, ahead ? &ahead_medium : NULL, job->outcome);
                fflush(stdout);
                exit(0); /* not _exit(): a coverage run writes its counters at the end */
        }
}

static bool good(struct job *job, int status)
{
        job->pid = 0;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
                return true;
        if (WIFSIGNALED(status) && !*job->outcome->failure)
                snprintf(job->outcome->failure, sizeof(job->outcome->failure), "ended by signal %d", WTERMSIG(status));
        return false;
}

static bool holds(struct job *job, uint64_t seed)
{
        int status = 0;

        start(job, seed);
        while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
                ;
        return good(job, status);
}

/* ---- shrinking: whatever a failure does not need is left out ---- */

/* Leaves out parts of what took place, halves first, then quarters, down to single ones. */
static void shrink_class(struct job *job, uint64_t seed, enum event_class which)
{
        int numbers[HITS_MAX], n = job->outcome->n_hits[which];

        memcpy(numbers, job->outcome->hits[which], sizeof(numbers));
        for (int size = n; size > 0; size /= 2)
                for (int from = 0; from < n; from += size) {
                        struct replay kept = job->replay;
                        bool any = false;

                        for (int i = from; i < n && i < from + size; i++)
                                if (numbers[i] < NUMBERS_MAX && !job->replay.out[which][numbers[i]])
                                        any = job->replay.out[which][numbers[i]] = true;
                        if (any && holds(job, seed))
                                job->replay = kept;
                }
}

static void shrink(struct job *job, uint64_t seed)
{
        bool *const lists[] = {job->replay.no_item, job->replay.no_agency};
        const int firsts[] = {0, FIRST_PLAIN}, ends[] = {job->outcome->items, job->outcome->agencies};

        for (unsigned i = 0; i < CLASSES; i++) {
                job->replay.classes &= ~(1U << i);
                if (holds(job, seed))
                        job->replay.classes |= 1U << i;
        }
        for (int list = 0; list < 2; list++)
                for (int i = firsts[list]; i < ends[list]; i++) {
                        lists[list][i] = true;
                        if (holds(job, seed))
                                lists[list][i] = false;
                }
        for (int round = 0; round < 2; round++)
                for (enum event_class which = 0; which < CLASSES; which++) {
                        (void)holds(job, seed); /* what still takes place */
                        if (job->replay.classes >> which & 1)
                                shrink_class(job, seed, which);
                }
}

static void show_replay(struct job *job, uint64_t seed)
{
        printf("again: build/sim --seed %llu --story%s", (unsigned long long)seed,
               job->replay.classes ? "" : " --quiet");
        for (unsigned which = 0; which < CLASSES; which++) {
                if (!(job->replay.classes >> which & 1))
                        continue;
                printf(" --with %s", class_names[which]);
                for (int i = 0; i < job->outcome->n_hits[which]; i++)
                        printf("%c%d", i ? ',' : '=', job->outcome->hits[which][i]);
        }
        for (int i = 0; i < ITEMS_MAX; i++)
                if (job->replay.no_item[i])
                        printf(" --no-item %d", i);
        for (int i = 0; i < AGENCIES_MAX; i++)
                if (job->replay.no_agency[i])
                        printf(" --no-agency %d", i);
        putchar('\n');
}

static bool shrinks = true;

static void tell(struct job *job, uint64_t seed)
{
        printf("FAILED seed %llu at %s\n", (unsigned long long)seed, job->outcome->failure);
        fflush(stdout);
        if (!shrinks)
                return;
        shrink(job, seed);
        job->replay.tell = true;
        (void)holds(job, seed);
        printf("FAILED seed %llu, shrunk, at %s\n", (unsigned long long)seed, job->outcome->failure);
        show_replay(job, seed);
        fflush(stdout);
}

/* ---- many seeds ---- */

static void add(struct totals *to, const struct totals *one)
{
        long *left = (long *)to;
        const long *right = (const long *)one;

        for (size_t i = 0; i < sizeof(*to) / sizeof(long); i++)
                left[i] += right[i];
}

static void show(const struct totals *totals, double seconds, long failed)
{
        printf("%ld seeds, %.1f simulated years in %.1f s (%.1f seeds a second), %ld ticks\n", totals->seeds,
               (double)totals->days / 365.25, seconds, (double)totals->seeds / seconds, totals->ticks);
        printf("%ld crashes survived, %ld of them power cuts; %ld decisions, %ld refused\nfaults and changes:",
               totals->crashes, totals->power_cuts, totals->decisions, totals->refused);
        for (int i = 0; i < CLASSES; i++)
                printf(" %s %ld", class_names[i], totals->faults[i]);
        printf("\n%ld reminders and %ld escalations demanded by the rules, %ld messages taken by servers, %ld of them "
               "repeated on the wire, %ld failed attempts in the journal, %ld messages foreseen\n",
               totals->promises, totals->escalations, totals->accepted, totals->repeated, totals->failures_told,
               totals->foreseen);
        printf("%ld failed\n", failed);
}

static int run_all(uint64_t first, uint64_t n, int jobs, long most)
{
        static struct job running[JOBS_MAX];
        struct totals totals = {0};
        struct timespec from, to;
        uint64_t next = first;
        long failed = 0;
        int busy = 0;

        for (int i = 0; i < jobs; i++)
                job_make(&running[i]);
        clock_gettime(CLOCK_MONOTONIC, &from);
        while (busy > 0 || (next < first + n && failed < most)) {
                int status = 0;
                pid_t pid;

                for (int i = 0; i < jobs && next < first + n && failed < most; i++) {
                        if (running[i].pid != 0)
                                continue;
                        running[i].replay = (struct replay){.classes = classes_of(next)};
                        start(&running[i], next++);
                        busy++;
                }
                pid = wait(&status);
                for (int i = 0; i < jobs; i++) {
                        if (running[i].pid != pid)
                                continue;
                        busy--;
                        if (good(&running[i], status)) {
                                add(&totals, &running[i].outcome->totals);
                        } else {
                                failed++;
                                tell(&running[i], running[i].seed);
                        }
                        break;
                }
        }
        clock_gettime(CLOCK_MONOTONIC, &to);
        show(&totals, (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9, failed);
        return failed > 0;
}

static int run_one(uint64_t seed, const struct replay *replay, bool shorter)
{
        static struct job job;
        bool held;

        job_make(&job);
        job.replay = *replay;
        held = holds(&job, seed);
        if (held) {
                show(&job.outcome->totals, 1, 0);
                return 0;
        }
        if (shorter)
                tell(&job, seed);
        else
                printf("FAILED seed %llu at %s\n", (unsigned long long)seed, job.outcome->failure);
        return 1;
}

/* "crash" or "crash=3,17": a class, or only some of its events. */
static void take_class(const char *text, struct replay *replay)
{
        size_t length = strcspn(text, "=");

        for (int i = 0; i < CLASSES; i++) {
                if (strlen(class_names[i]) != length || strncmp(class_names[i], text, length) != 0)
                        continue;
                replay->classes |= 1U << i;
                if (!text[length])
                        return;
                memset(replay->out[i], true, sizeof(replay->out[i]));
                for (const char *at = text + length; *at; at += 1 + strcspn(at + 1, ",")) {
                        long number = strtol(at + 1, NULL, 10);

                        if (number >= 0 && number < NUMBERS_MAX)
                                replay->out[i][number] = false;
                }
                return;
        }
        fprintf(stderr, "no class of events \"%s\"\n", text);
        exit(2);
}

static const char help[] =
        "sim [--seeds N] [--first SEED] [--jobs N] [--failures N]   plays seeds; one that fails is shrunk to a story,\n"
        "    unless --no-shrink\n"
        "sim --seed SEED [--story] [--shrink] [--quiet] [--with CLASS[=NUMBER,…]]… [--no-item N]… [--no-agency N]…\n";

int main(int argc, char *argv[])
{
        static const struct option options[] = {
                {"seed", required_argument, NULL, 's'},     {"seeds", required_argument, NULL, 'n'},
                {"first", required_argument, NULL, 'f'},    {"jobs", required_argument, NULL, 'j'},
                {"failures", required_argument, NULL, 'm'}, {"with", required_argument, NULL, 'w'},
                {"quiet", no_argument, NULL, 'q'},          {"story", no_argument, NULL, 't'},
                {"shrink", no_argument, NULL, 'k'},         {"no-shrink", no_argument, NULL, 'K'},
                {"no-item", required_argument, NULL, 'i'},  {"no-agency", required_argument, NULL, 'a'},
                {"help", no_argument, NULL, 'h'},           {0}};
        static struct replay replay;
        uint64_t seed = 0, n = 200, first = 1;
        bool one = false, given = false, shorter = false;
        long most = 1, jobs = sysconf(_SC_NPROCESSORS_ONLN);
        int c, r;

        while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
                unsigned long long number = optarg ? strtoull(optarg, NULL, 10) : 0;

                switch (c) {
                case 's':
                        seed = number;
                        one = true;
                        break;
                case 'n':
                        n = number;
                        break;
                case 'f':
                        first = number;
                        break;
                case 'j':
                        jobs = (long)number;
                        break;
                case 'm':
                        most = (long)number;
                        break;
                case 'w':
                        take_class(optarg, &replay);
                        given = true;
                        break;
                case 'q':
                        given = true;
                        break;
                case 't':
                        replay.tell = true;
                        break;
                case 'k':
                        shorter = true;
                        break;
                case 'K':
                        shrinks = false;
                        break;
                case 'i':
                        if (number < ITEMS_MAX)
                                replay.no_item[number] = true;
                        break;
                case 'a':
                        if (number < AGENCIES_MAX)
                                replay.no_agency[number] = true;
                        break;
                default:
                        fputs(help, c == 'h' ? stdout : stderr);
                        return c == 'h' ? 0 : 2;
                }
        }
        if (jobs < 1 || jobs > JOBS_MAX)
                jobs = 2;
        /* What is freed stays with the process: a seed allocates a megabyte for every template that it reads. */
        (void)mallopt(M_MMAP_THRESHOLD, 64 << 20);
        (void)mallopt(M_TRIM_THRESHOLD, 256 << 20);
        make_templates();
        if (!given)
                replay.classes = classes_of(seed);
        r = one ? run_one(seed, &replay, shorter) : run_all(first, n, (int)jobs, most);
        remove_templates();
        return r;
}
