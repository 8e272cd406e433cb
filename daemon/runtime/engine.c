/* What the parts of the engine share: random bits, ids, and the words of a failure. */
#include "runtime/engine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

uint64_t engine_random(struct engine *engine)
{
        /* splitmix64, Steele, Lea and Flood 2014: the constants are theirs. */
        uint64_t z = engine->random += UINT64_C(0x9e3779b97f4a7c15);

        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        return z ^ (z >> 31);
}

void engine_new_id(struct engine *engine, char ret[static DELIVERY_ID_SIZE])
{
        uint64_t moment = (uint64_t)clock_now(&engine->clock) << 16;
        uint64_t high = engine_random(engine) & 0xffff, low = engine_random(engine);

        snprintf(ret, DELIVERY_ID_SIZE, "%016" PRIx64 "%016" PRIx64, moment | high, low);
}

const char *engine_words(const struct engine *engine, int error)
{
        const char *words = store_error(engine->store);

        return error == -ENOMEM ? "there is not enough memory" : *words ? words : strerror(-error);
}

int engine_store_trouble(const struct engine *engine, int error, const char *doing)
{
        journal_say(&engine->journal, EVENT_STORE_TROUBLE, NULL, "%s: %s", doing, engine_words(engine, error));
        return error;
}
