/* A flood of equal lines: the first are written, the others counted, and what was counted is told. */
#include "base/flood.h"

#include <string.h>

#include "base/hash.h"

static bool names_one(const char *word, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (word[i] == '@' || (word[i] >= '0' && word[i] <= '9'))
                        return true;
        return false;
}

uint64_t flood_key(unsigned event, const char *where, const char *words)
{
        uint64_t hash = hash_bytes(HASH_BASIS, &event, sizeof(event));
        bool first = true;

        hash = hash_bytes(hash, where ? where : "", where ? strlen(where) + 1 : 1);
        for (const char *word = words ? words : ""; *word;) {
                size_t n = strcspn(word, " ");

                if (first || !names_one(word, n))
                        hash = hash_bytes(hash, word, n);
                first = false;
                word += n + strspn(word + n, " ");
        }
        return hash != 0 ? hash : 1;
}

/* How long ago its period began; a whole period where the clock was set back. */
static int64_t age(const struct flood *sort, int64_t now_ms)
{
        return now_ms < sort->since_ms ? FLOOD_PERIOD_MS : now_ms - sort->since_ms;
}

/* What was held goes to the step. */
static void begin_period(struct flood *sort, int64_t now_ms, struct flood_step *step)
{
        step->rest = sort->held;
        step->rest_ms = age(sort, now_ms);
        sort->since_ms = now_ms;
        sort->held = 0;
}

static struct flood *find(struct floods *floods, uint64_t key)
{
        struct flood *oldest = &floods->sorts[0];

        for (size_t i = 0; i < FLOOD_SORTS; i++)
                if (floods->sorts[i].key == key)
                        return &floods->sorts[i];
        for (size_t i = 0; i < FLOOD_SORTS; i++) {
                struct flood *sort = &floods->sorts[i];

                if (sort->key == 0)
                        return sort;
                if (sort->since_ms < oldest->since_ms)
                        oldest = sort;
        }
        return oldest;
}

struct flood_step flood_take(struct floods *floods, uint64_t key, int64_t now_ms)
{
        struct flood *sort = find(floods, key);
        struct flood_step step = {.place = (size_t)(sort - floods->sorts)};

        if (sort->key != key) {
                if (sort->key != 0)
                        begin_period(sort, now_ms, &step);
                *sort = (struct flood){.key = key, .since_ms = now_ms};
        } else if (age(sort, now_ms) >= FLOOD_PERIOD_MS) {
                begin_period(sort, now_ms, &step);
                if (step.rest == 0)
                        sort->written = 0; /* a period without a flood: it is over */
        }
        step.write = sort->written < FLOOD_FIRST;
        if (step.write)
                sort->written++;
        else
                sort->held++;
        return step;
}

int64_t flood_next(const struct floods *floods)
{
        int64_t next = INT64_MAX;

        for (size_t i = 0; i < FLOOD_SORTS; i++)
                if (floods->sorts[i].held > 0 && floods->sorts[i].since_ms + FLOOD_PERIOD_MS < next)
                        next = floods->sorts[i].since_ms + FLOOD_PERIOD_MS;
        return next;
}

bool flood_due(struct floods *floods, int64_t now_ms, bool all, struct flood_step *ret)
{
        for (size_t i = 0; i < FLOOD_SORTS; i++) {
                struct flood *sort = &floods->sorts[i];

                if (sort->held == 0 || (!all && age(sort, now_ms) < FLOOD_PERIOD_MS))
                        continue;
                *ret = (struct flood_step){.place = i};
                begin_period(sort, now_ms, ret);
                return true;
        }
        return false;
}
