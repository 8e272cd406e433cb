/* Memory: counts allocations, and refuses the one that it is told to. */
#include "memory.h"

#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *__strdup(const char *text);

#if SANITIZED
/* Of libasan. */
void *__interceptor_malloc(size_t n);
void *__interceptor_calloc(size_t n, size_t size);
void *__interceptor_realloc(void *old, size_t n);
void __interceptor_free(void *old);
#define REAL(name) __interceptor_##name
#else
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t n);
void __libc_free(void *old);
#define REAL(name) __libc_##name
#endif

#define SPARED_MAX 8
#define TRACE_DEPTH 24

static struct {
        long at, seen, failed, live;
        bool counting, lasting;
        int paused;
        struct {
                uintptr_t from, to;
        } spared[SPARED_MAX];
        size_t n_spared;
        bool looked;
} memory;

static int look(struct dl_phdr_info *info, size_t size, void *userdata)
{
        (void)size, (void)userdata;
        if (!strstr(info->dlpi_name, "/libconfig.so"))
                return 0;
        for (int i = 0; i < info->dlpi_phnum && memory.n_spared < SPARED_MAX; i++) {
                const ElfW(Phdr) *part = &info->dlpi_phdr[i];
                if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
                        continue;
                memory.spared[memory.n_spared].from = info->dlpi_addr + part->p_vaddr;
                memory.spared[memory.n_spared++].to = info->dlpi_addr + part->p_vaddr + part->p_memsz;
        }
        return 0;
}

static bool is_spared(const void *caller)
{
        for (size_t i = 0; i < memory.n_spared; i++)
                if ((uintptr_t)caller >= memory.spared[i].from && (uintptr_t)caller < memory.spared[i].to)
                        return true;
        return false;
}

/* Where the allocation is that fails: on standard error, for whoever plays a seed again with FAULTS_TRACE set. */
static void trace(void)
{
        void *frames[TRACE_DEPTH];

        memory.paused++;
        if (getenv("FAULTS_TRACE"))
                backtrace_symbols_fd(frames, backtrace(frames, TRACE_DEPTH), STDERR_FILENO);
        memory.paused--;
}

static bool fails(const void *caller)
{
        if (!memory.counting || memory.paused || is_spared(caller))
                return false;
        memory.seen++;
        if (!memory.at || (memory.lasting ? memory.seen < memory.at : memory.seen != memory.at))
                return false;
        memory.failed++;
        trace();
        errno = ENOMEM;
        return true;
}

void memory_fail(long at, bool lasting)
{
        if (!memory.looked) {
                void *frame;

                (void)dl_iterate_phdr(look, NULL);
                (void)backtrace(&frame, 1); /* which allocates the first time */
        }
        memory.looked = true;
        memory.at = at;
        memory.lasting = lasting;
        memory.seen = memory.failed = 0;
        memory.counting = true;
}

long memory_heal(void)
{
        memory.counting = false;
        return memory.seen;
}

long memory_failed(void)
{
        return memory.failed;
}

/* A sanitizer has ways of its own to some of malloc's kin, and looks for leaks itself. */
long memory_live(void)
{
        return SANITIZED ? 0 : memory.live;
}

/* glibc loads libraries, of character sets and the like, and drops some of it where memory is short. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
        return "leak:_dl_map_object_deps\nleak:dl_open_worker_begin\n";
}

void memory_pause(void)
{
        memory.paused++;
}

void memory_resume(void)
{
        memory.paused--;
}

static void *given(void *block)
{
        memory.live += block != NULL;
        return block;
}

/* ---- in place of libc's ---- */

void *malloc(size_t n)
{
        return fails(__builtin_return_address(0)) ? NULL : given(REAL(malloc)(n));
}

void *calloc(size_t n, size_t size)
{
        return fails(__builtin_return_address(0)) ? NULL : given(REAL(calloc)(n, size));
}

static void *resize(void *old, size_t n, const void *caller)
{
        if (n > 0 && fails(caller))
                return NULL;
        void *block = REAL(realloc)(old, n);
        memory.live += (block != NULL) - (old != NULL && (block != NULL || n == 0));
        return block;
}

void *realloc(void *old, size_t n)
{
        return resize(old, n, __builtin_return_address(0));
}

void *reallocarray(void *old, size_t n, size_t size)
{
        size_t all;

        if (__builtin_mul_overflow(n, size, &all)) {
                errno = ENOMEM;
                return NULL;
        }
        return resize(old, all, __builtin_return_address(0));
}

static char *duplicate(const char *text, const void *caller)
{
        size_t n = strlen(text) + 1;
        char *copy = fails(caller) ? NULL : given(REAL(malloc)(n));

        return copy ? memcpy(copy, text, n) : NULL;
}

/* Here, so that the caller is known and not libc, which would hide libconfig. */
char *strdup(const char *text)
{
        return duplicate(text, __builtin_return_address(0));
}

/* What libconfig was built to call. */
char *__strdup(const char *text)
{
        return duplicate(text, __builtin_return_address(0));
}

void free(void *old)
{
        memory.live -= old != NULL;
        REAL(free)(old);
}
