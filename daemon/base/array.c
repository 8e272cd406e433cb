/* Growing arrays. */
#include "base/array.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#define FIRST_ROOM 32 /* elements: most lists of the program have fewer */

int array_grow(void **array, size_t n, size_t *room, size_t element_size)
{
        size_t more;
        void *grown;

        if (n < *room)
                return 0;
        if (*room > SIZE_MAX / 2 / element_size)
                return -ENOMEM;
        more = *room > 0 ? *room * 2 : FIRST_ROOM;
        grown = realloc(*array, more * element_size);
        if (!grown)
                return -ENOMEM;
        *array = grown;
        *room = more;
        return 0;
}
