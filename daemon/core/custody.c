/* Which machine reminds of a state. */
#include "core/custody.h"

#include <string.h>

enum custody custody_of(const char *recorded, const char *host)
{
        if (!*host)
                return CUSTODY_OURS;
        if (!recorded || !*recorded)
                return CUSTODY_FREE;
        return strcmp(recorded, host) == 0 ? CUSTODY_OURS : CUSTODY_OTHERS;
}
