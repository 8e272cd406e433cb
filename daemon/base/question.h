/* A question that may hang, such as to a directory or a name server: asked in a thread of its own, waited for with
 * patience, and given up without waiting. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

struct question;

/* Calls ask(body) in a detached thread. The body, on the heap, belongs to the question from now on, even on failure;
 * whoever is the last to need it releases it with free_body(). 0, -ENOMEM or -EAGAIN. */
int question_ask(void (*ask)(void *body), void *body, void (*free_body)(void *body), struct question **ret);
/* Waits so long at most; whether ask() has returned. */
bool question_wait(struct question *question, int64_t patience_ms);
/* The body with the answer, once it has. Borrowed. */
void *question_body(const struct question *question);
/* Does not wait: what hangs is released by its own thread. Takes NULL. */
struct question *question_free(struct question *question);

DEFINE_CLEANUP(struct question *, question_free, question_free)
