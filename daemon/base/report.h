/* The list of what is wrong with a configuration: FILE:LINE: what is wrong, what was expected. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct finding {
        char *file;
        unsigned line; /* 0: the file as a whole */
        bool warning;
        char *text;
};

#define REPORT_MAX 1000 /* findings kept; more are counted: nobody reads them */

struct report {
        struct finding *findings;
        size_t n, room;
        size_t n_errors, n_warnings; /* counted beyond REPORT_MAX too */
};

void report_clear(struct report *report);
/* What cannot be stored for want of memory is counted all the same. */
__attribute__((format(printf, 4, 5))) void report_error(struct report *report, const char *file, unsigned line,
                                                        const char *format, ...);
__attribute__((format(printf, 4, 5))) void report_warning(struct report *report, const char *file, unsigned line,
                                                          const char *format, ...);
/* By file, then by line, keeping the order in which equals were found. */
void report_sort(struct report *report);
/* Writes one finding as "FILE:LINE: text" (a warning as "FILE:LINE: warning: text"), without a line end; the caller
 * frees it. NULL: no memory. */
char *finding_format(const struct finding *finding);
