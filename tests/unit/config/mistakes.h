/* One mistake in a good configuration: found at its line, in words that help, and nothing else is found. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define MAIN "reminderd.conf"
#define AGENCIES "agencies.conf"
#define ANSWERS "answers.conf"
#define PLAN "plans.d/tdkt-2024.conf"
#define CALENDAR "calendar.d/2024.conf"

struct mistake {
        const char *name;
        const char *file;
        const char *old, *new; /* what is replaced in it */
        int down;              /* the finding stands so many lines below the replaced text */
        const char *words[3];  /* all of them stand in the finding */
};

/* Makes each one in a tree of its own. Returns for main(). */
int mistakes_run(const char *name, const struct mistake *mistakes, size_t n, bool warnings);
