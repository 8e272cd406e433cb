/* The command line of reminderd. */
#pragma once

#include <stdbool.h>

#include "core/civil.h"
#include "core/interface.h"

enum daemon_exit {
        EXIT_NOT_YET = -1,
        EXIT_OK = 0,
        EXIT_FAILED = 1,
        EXIT_USAGE = 2,
        EXIT_TAKEN = 3 /* another reminderd runs */
};

struct options {
        const char *block; /* "": the one of this machine */
        const char *config;
        const char *state;
        enum bus_kind bus;
        bool bus_given; /* a rehearsal has no bus unless one is asked for */
        bool check;
        bool no_secrets; /* with check */
        bool rehearse;
        civil_day from, to;
        bool fresh;
        bool deliver;
        bool json;
};

/* Options that are not given stay as they are. EXIT_NOT_YET: they are read; else how to end, after what was to be said
 * is said. */
enum daemon_exit options_parse(int argc, char **argv, struct options *options);
