/* The command line of reminderd. */
#pragma once

#include <stdbool.h>

#include "control/bus.h"
#include "core/civil.h"

enum exit_code { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct options {
        const char *config;
        const char *state;
        enum bus_kind bus;
        bool bus_given; /* a rehearsal has no bus unless one is asked for */
        bool check;
        bool rehearse;
        civil_day from, to;
        bool deliver;
        bool json;
};

/* Those left out stay as they are. -1: go on; else the exit code, with what is to be said already said. */
int options_parse(int argc, char **argv, struct options *options);
