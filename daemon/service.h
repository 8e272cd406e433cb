/* The service: reminds until it is told to end. */
#pragma once

#include "options.h"
#include "runtime/settings.h"

/* First thing: what comes before the service is ready for it waits, or it would end the program; what means nothing to
 * it is ignored. */
void service_hold_signals(void);
/* Reads the configuration for what sends: without its secrets it would be refused everywhere. 0; -EINVAL with the
 * mistakes in the report; or another error. */
int service_load(const char *path, struct report *report, struct settings **ret);
/* Says the findings of loading, which can be warnings only, and ends with SIGTERM or SIGINT. 0; -EALREADY: another
 * reminderd runs; or another negative errno. The journal has the words. */
int service_run(const struct options *options, struct settings *settings, const struct report *findings);
