/* Questions: answered in time, late, or given up; each body is released once. */
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/question.h"

#define LONG_MS 60000 /* for what must come: waited for to its end only where the test fails */

struct body {
        sem_t *go; /* the answer waits for it; NULL: for nothing */
        sem_t *freed;
        int answer;
};

static void answer(void *userdata)
{
        struct body *body = userdata;

        if (body->go)
                assert_int_equal(sem_wait(body->go), 0);
        body->answer = 42;
}

static void free_body(void *userdata)
{
        struct body *body = userdata;

        sem_post(body->freed);
        free(body);
}

static struct question *asked(sem_t *go, sem_t *freed)
{
        struct body *body = calloc(1, sizeof(*body));
        struct question *question = NULL;

        assert_non_null(body);
        *body = (struct body){.go = go, .freed = freed};
        assert_int_equal(question_ask(answer, body, free_body, &question), 0);
        return question;
}

static int freed_so_far(sem_t *freed)
{
        int n;

        assert_int_equal(sem_getvalue(freed, &n), 0);
        return n;
}

static void test_answered(void **state)
{
        sem_t freed;
        struct question *question;

        (void)state;
        sem_init(&freed, 0, 0);
        question = asked(NULL, &freed);
        assert_true(question_wait(question, LONG_MS));
        assert_int_equal(((const struct body *)question_body(question))->answer, 42);
        assert_true(question_wait(question, 0)); /* as often as one likes */
        assert_int_equal(freed_so_far(&freed), 0);
        assert_null(question_free(question));
        assert_int_equal(freed_so_far(&freed), 1);
        sem_destroy(&freed);
}

static void test_late(void **state)
{
        sem_t go, freed;
        struct question *question;

        (void)state;
        sem_init(&go, 0, 0);
        sem_init(&freed, 0, 0);
        question = asked(&go, &freed);
        assert_false(question_wait(question, 0));
        assert_false(question_wait(question, 1));
        sem_post(&go);
        assert_true(question_wait(question, LONG_MS));
        question_free(question);
        assert_int_equal(freed_so_far(&freed), 1);
        sem_destroy(&go);
        sem_destroy(&freed);
}

static void test_given_up(void **state)
{
        sem_t go, freed;

        (void)state;
        sem_init(&go, 0, 0);
        sem_init(&freed, 0, 0);
        question_free(asked(&go, &freed));
        assert_int_equal(freed_so_far(&freed), 0); /* it is the thread's now */
        sem_post(&go);
        assert_int_equal(sem_wait(&freed), 0);
        sem_destroy(&go);
        sem_destroy(&freed);
        question_free(NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_answered),
                cmocka_unit_test(test_late),
                cmocka_unit_test(test_given_up),
        };

        return cmocka_run_group_tests_name("questions", tests, NULL, NULL);
}
