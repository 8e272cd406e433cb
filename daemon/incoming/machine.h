/* Whether a mail was written by a machine: such a one says nothing for its agency, and is never answered. */
#pragma once

#include <stdbool.h>

#include <gmime/gmime.h>

bool machine_wrote(GMimeMessage *message);
/* Whether it comes from what mail servers sign their reports with. */
bool machine_is_server(GMimeMessage *message);
/* The value of a header field without blanks at its ends, as it is; "" where there is none. The caller frees. */
char *machine_header(GMimeMessage *message, const char *name);
