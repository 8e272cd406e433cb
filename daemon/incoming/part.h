/* The parts of a mail, as GMime has them: walked without recursion getting out of hand, and read as text. */
#pragma once

#include <stdbool.h>

#include <gmime/gmime.h>

#define PART_DEPTH_MAX 20                  /* parts within parts: mail programs need five */
#define PART_TEXT_MAX ((size_t)256 * 1024) /* bytes read of one */

/* True: go no further. */
typedef bool part_visit(void *userdata, GMimeObject *part);
/* Every part of a mail that holds no others, in order; a mail within the mail is a part, and not gone into. True: a
 * visit ended it. */
bool part_walk(GMimeMessage *message, part_visit *visit, void *userdata);
bool part_is(GMimeObject *part, const char *type, const char *subtype);
/* What a part says, in UTF-8, composed (NFC), with LF. The caller frees. */
char *part_text(GMimeObject *part);
