/* The threads of this folder, none of which takes a signal, and their clock. */
#pragma once

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>

/* 0 or negative errno: -EAGAIN, there are too many. */
static inline int thread_start(pthread_t *ret, void *(*run)(void *userdata), void *userdata)
{
        sigset_t all, old;

        /* Signals are for the loop; and SIGPIPE, which OpenSSL cannot keep from coming, must not end the program. */
        sigfillset(&all);
        (void)pthread_sigmask(SIG_SETMASK, &all, &old);
        int r = -pthread_create(ret, NULL, run, userdata);
        (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
        return r;
}

/* CLOCK_MONOTONIC, milliseconds. */
static inline int64_t now_ms(void)
{
        struct timespec now;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
