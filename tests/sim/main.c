/* Runs seeds in processes of their own, adds up, and tells the story of one that fails.
 * Depends on sim.
 * Run by make sim. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "core/cleanup.h"
#include "sim.h"

#define JOBS_MAX 64

/* Every eighth seed is a quiet year; the others have each class with a chance of three in five. */
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

struct job {
        pid_t pid;
        uint64_t seed;
        FILE *out; /* its totals */
        FILE *said;
};

static void start(struct job *job, uint64_t seed, unsigned classes, bool tell)
{
        *job = (struct job){.seed = seed, .out = tmpfile(), .said = tmpfile()};
        if (!job->out || !job->said)
                abort();
        fflush(stdout);
        job->pid = fork();
        if (job->pid == 0) {
                struct totals totals;

                if (!tell && (dup2(fileno(job->said), 1) < 0 || dup2(fileno(job->said), 2) < 0))
                        _exit(2);
                totals = sim_run(seed, classes, NULL, tell);
                (void)fwrite(&totals, sizeof(totals), 1, job->out);
                fflush(job->out);
                fflush(stdout);
                _exit(0);
        }
}

static void add(struct totals *to, const struct totals *one)
{
        long *left = (long *)to;
        const long *right = (const long *)one;

        for (size_t i = 0; i < sizeof(*to) / sizeof(long); i++)
                left[i] += right[i];
}

/* True: it held. */
static bool collect(struct job *job, int status, struct totals *totals)
{
        struct totals one = {0};
        bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;

        rewind(job->out);
        if (good && fread(&one, sizeof(one), 1, job->out) == 1)
                add(totals, &one);
        fclose(job->out);
        return good;
}

static bool holds(uint64_t seed, unsigned classes)
{
        struct totals totals = {0};
        struct job job;
        int status = 0;
        bool good;

        start(&job, seed, classes, false);
        (void)waitpid(job.pid, &status, 0);
        good = collect(&job, status, &totals);
        fclose(job.said);
        return good;
}

static void show_classes(unsigned classes)
{
        for (unsigned i = 0; i < CLASSES; i++)
                if (classes >> i & 1)
                        printf(" --with %s", class_names[i]);
}

/* Leaves out one class of faults after the other for as long as the seed still fails, and tells what is left. */
static void shrink(uint64_t seed, unsigned classes)
{
        struct totals totals = {0};
        struct job job;
        int status = 0;

        for (unsigned i = 0; i < CLASSES; i++)
                if (classes >> i & 1 && !holds(seed, classes & ~(1U << i)))
                        classes &= ~(1U << i);
        start(&job, seed, classes, true);
        (void)waitpid(job.pid, &status, 0);
        (void)collect(&job, status, &totals);
        fclose(job.said);
        if (WIFSIGNALED(status))
                printf("FAILED seed %llu: signal %d\n", (unsigned long long)seed, WTERMSIG(status));
        printf("again: sim --seed %llu%s", (unsigned long long)seed, classes ? "" : " --quiet");
        show_classes(classes);
        putchar('\n');
        fflush(stdout);
}

static void show(const struct totals *totals, double seconds)
{
        printf("%ld seeds, %.0f simulated years in %.1f s (%.1f a second), %ld ticks\n", totals->seeds,
               (double)totals->days / 366, seconds, (double)totals->seeds / seconds, totals->ticks);
        printf("%ld reminders promised, %ld messages taken by servers, %ld repeated on the wire, %ld crashes\n",
               totals->promises, totals->accepted, totals->repeated, totals->crashes);
        printf("%ld decisions (%ld refused); faults:", totals->decisions, totals->refused);
        for (int i = 0; i < CLASSES; i++)
                printf(" %s %ld", class_names[i], totals->faults[i]);
        putchar('\n');
}

static int run_all(uint64_t first, uint64_t n, int jobs, long most)
{
        struct job running[JOBS_MAX] = {0};
        struct totals totals = {0};
        struct timespec from, to;
        uint64_t next = first;
        long failed = 0;
        int busy = 0;

        clock_gettime(CLOCK_MONOTONIC, &from);
        while (busy > 0 || (next < first + n && failed < most)) {
                int status = 0;
                pid_t pid;

                while (busy < jobs && next < first + n && failed < most)
                        for (int i = 0; i < jobs; i++)
                                if (running[i].pid == 0) {
                                        start(&running[i], next, classes_of(next), false);
                                        next++;
                                        busy++;
                                        break;
                                }
                pid = wait(&status);
                for (int i = 0; i < jobs; i++)
                        if (running[i].pid == pid) {
                                struct job done = running[i];

                                running[i].pid = 0;
                                busy--;
                                if (!collect(&done, status, &totals)) {
                                        failed++;
                                        shrink(done.seed, classes_of(done.seed));
                                }
                                fclose(done.said);
                                break;
                        }
        }
        clock_gettime(CLOCK_MONOTONIC, &to);
        show(&totals, (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9);
        printf("%ld failed\n", failed);
        return failed > 0;
}

static int class_of(const char *name)
{
        for (int i = 0; i < CLASSES; i++)
                if (strcmp(class_names[i], name) == 0)
                        return i;
        fprintf(stderr, "no class of faults \"%s\"\n", name);
        exit(2);
}

int main(int argc, char *argv[])
{
        static const struct option options[] = {
                {"seed", required_argument, NULL, 's'},     {"seeds", required_argument, NULL, 'n'},
                {"first", required_argument, NULL, 'f'},    {"jobs", required_argument, NULL, 'j'},
                {"with", required_argument, NULL, 'w'},     {"quiet", no_argument, NULL, 'q'},
                {"failures", required_argument, NULL, 'm'}, {0}};
        uint64_t seed = 0, n = 200, first = 1;
        unsigned classes = 0;
        bool one = false, given = false;
        long most = 1;
        int jobs = 2, c;

        while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
                switch (c) {
                case 's':
                        seed = strtoull(optarg, NULL, 10);
                        one = true;
                        break;
                case 'n':
                        n = strtoull(optarg, NULL, 10);
                        break;
                case 'f':
                        first = strtoull(optarg, NULL, 10);
                        break;
                case 'j':
                        jobs = (int)strtol(optarg, NULL, 10);
                        break;
                case 'm':
                        most = strtol(optarg, NULL, 10);
                        break;
                case 'w':
                        classes |= 1U << class_of(optarg);
                        given = true;
                        break;
                case 'q':
                        given = true;
                        break;
                default:
                        return 2;
                }
        }
        if (jobs < 1 || jobs > JOBS_MAX)
                jobs = 2;
        if (!one)
                return run_all(first, n, jobs, most);

        struct totals totals = sim_run(seed, given ? classes : classes_of(seed), NULL, true);

        show(&totals, 1);
        return 0;
}
