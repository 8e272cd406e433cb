/* Growing arrays: an array, how many elements it has, and room for how many. */
#pragma once

#include <stddef.h>

/* Makes room for one element after `n`, by doubling: 0, or -ENOMEM, with which nothing has changed. */
int array_grow(void **array, size_t n, size_t *room, size_t element_size);

/* array_grow() for an array of any type. Changes `array` and `room`. */
#define ARRAY_GROW(array, n, room) \
        ({ \
                void *array_ = (array); \
                int r_ = array_grow(&array_, (n), &(room), sizeof(*(array))); \
                (array) = array_; \
                r_; \
        })
