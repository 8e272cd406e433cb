/* A hash of bytes that is the same everywhere and for ever: FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HASH_BASIS UINT64_C(0xcbf29ce484222325) /* of no bytes */
#define HASH_PRIME UINT64_C(0x100000001b3)

/* Of what was hashed so far and these. */
static inline uint64_t hash_bytes(uint64_t so_far, const void *bytes, size_t size)
{
        for (size_t i = 0; i < size; i++)
                so_far = (so_far ^ ((const unsigned char *)bytes)[i]) * HASH_PRIME;
        return so_far;
}
