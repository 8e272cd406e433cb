/* Chance: a stream of random numbers that a seed repeats exactly. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct chance {
        uint64_t state;
};

static inline uint64_t chance_bits(struct chance *chance)
{
        /* splitmix64, Steele, Lea and Flood 2014. */
        uint64_t z = chance->state += UINT64_C(0x9e3779b97f4a7c15);

        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        return z ^ (z >> 31);
}

/* Both ends included. */
static inline int chance_between(struct chance *chance, int low, int high)
{
        return low + (int)(chance_bits(chance) % (uint64_t)(high - low + 1));
}

static inline bool chance_percent(struct chance *chance, int percent)
{
        return chance_between(chance, 1, 100) <= percent;
}

static inline struct chance chance_stream(uint64_t seed, uint64_t stream)
{
        struct chance chance = {seed * 1000003 + stream};

        chance.state = chance_bits(&chance);
        return chance;
}
