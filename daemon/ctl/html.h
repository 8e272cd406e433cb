/* Pages in Vietnamese that stand by themselves and print on A4: what all have in common. To standard output. Those who
 * get them read Vietnamese whatever the language of the terminal: nothing in them goes through gettext. */
#pragma once

#include "client/received.h"

/* `title` and `styles`, of this page alone, stand as they are. */
void html_begin(const char *title, const char *styles);
/* The heading, which stands as it is, a line below it unless it is "", the block, and when it was so: `status` is that
 * of the daemon. */
void html_heading(const char *heading, const char *below, const json_t *status);
void html_end(void);
/* Text from elsewhere, harmless. */
void html_text(const char *text);
/* "2024-10-15…" as 15/10/2024; what is no date as nothing. */
void html_day(const char *iso);
