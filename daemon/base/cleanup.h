/* Cleanup attributes: an owned pointer, descriptor or handle is released when its name goes out of scope. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(function) __attribute__((cleanup(function)))

/* Hands an owned pointer on: yields its value and leaves NULL behind. */
#define TAKE_PTR(pointer) \
        ({ \
                __typeof__(pointer) *p_ = &(pointer); \
                __typeof__(pointer) v_ = *p_; \
                *p_ = NULL; \
                v_; \
        })

/* Defines name##_p for CLEANUP() from a release function that takes NULL. */
#define DEFINE_CLEANUP(type, release, name) \
        static inline void name##_p(type *p) /* NOLINT(bugprone-macro-parentheses): a type takes none */ \
        { \
                if (*p) \
                        release(*p); \
        }

static inline void free_p(void *p)
{
        free(*(void **)p);
}

static inline void close_p(const int *fd)
{
        if (*fd >= 0)
                close(*fd);
}

DEFINE_CLEANUP(FILE *, fclose, fclose)

#define CLEANUP_FREE CLEANUP(free_p)
#define CLEANUP_CLOSE CLEANUP(close_p)
#define CLEANUP_FCLOSE CLEANUP(fclose_p)

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))
