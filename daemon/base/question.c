/* A question that may hang: asked in a thread of its own, waited for with patience, and given up without waiting. */
#include "base/question.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define MSEC_PER_SEC 1000
#define NSEC_PER_MSEC 1000000
#define NSEC_PER_SEC 1000000000

struct question {
        void (*ask)(void *body);
        void (*free_body)(void *body);
        void *body;
        pthread_mutex_t mutex; /* guards what follows, and the body until it is answered */
        pthread_cond_t answered;
        bool is_answered, is_forgotten;
};

static void release(struct question *question)
{
        pthread_cond_destroy(&question->answered);
        pthread_mutex_destroy(&question->mutex);
        question->free_body(question->body);
        free(question);
}

static void *run(void *userdata)
{
        struct question *question = userdata;
        bool is_forgotten;

        question->ask(question->body);
        pthread_mutex_lock(&question->mutex);
        question->is_answered = true;
        is_forgotten = question->is_forgotten;
        pthread_cond_signal(&question->answered);
        pthread_mutex_unlock(&question->mutex);
        if (is_forgotten)
                release(question);
        return NULL;
}

static int start(struct question *question)
{
        pthread_attr_t attributes;
        pthread_t thread;
        int r;

        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        r = -pthread_create(&thread, &attributes, run, question);
        pthread_attr_destroy(&attributes);
        return r;
}

int question_ask(void (*ask)(void *body), void *body, void (*free_body)(void *body), struct question **ret)
{
        struct question *question = calloc(1, sizeof(*question));
        pthread_condattr_t attributes;
        int r;

        if (!question) {
                free_body(body);
                return -ENOMEM;
        }
        question->ask = ask;
        question->free_body = free_body;
        question->body = body;
        pthread_mutex_init(&question->mutex, NULL);
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_cond_init(&question->answered, &attributes);
        pthread_condattr_destroy(&attributes);
        r = start(question);
        if (r < 0)
                release(question);
        else
                *ret = question;
        return r;
}

bool question_wait(struct question *question, int64_t patience_ms)
{
        struct timespec end;
        bool is_answered;
        int r = 0;

        clock_gettime(CLOCK_MONOTONIC, &end);
        end.tv_nsec += patience_ms % MSEC_PER_SEC * NSEC_PER_MSEC;
        end.tv_sec += patience_ms / MSEC_PER_SEC + end.tv_nsec / NSEC_PER_SEC;
        end.tv_nsec %= NSEC_PER_SEC;
        pthread_mutex_lock(&question->mutex);
        while (!question->is_answered && r == 0)
                r = pthread_cond_timedwait(&question->answered, &question->mutex, &end);
        is_answered = question->is_answered;
        pthread_mutex_unlock(&question->mutex);
        return is_answered;
}

void *question_body(const struct question *question)
{
        return question->body;
}

struct question *question_free(struct question *question)
{
        bool is_answered;

        if (!question)
                return NULL;
        pthread_mutex_lock(&question->mutex);
        is_answered = question->is_answered;
        question->is_forgotten = true;
        pthread_mutex_unlock(&question->mutex);
        if (is_answered)
                release(question);
        return NULL;
}
