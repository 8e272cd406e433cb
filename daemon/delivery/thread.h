/* The threads of this folder: none takes a signal.
 * Depends on POSIX threads.
 * Used by workers and loop. */
#pragma once

#include <pthread.h>
#include <signal.h>

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
