/* A scanner of libconfig text: finds every syntax error before the parser does, in better words, and what the parser
 * would take badly or not notice. */
#pragma once

#include "base/report.h"

/* Limits that no real file comes near; they bound what libconfig spends (it compares every name of a group with
 * every other, and takes some 80 bytes for a setting). */
#define SCAN_SETTINGS_MAX 200000        /* in one file: 2,000 items have some 20,000 */
#define SCAN_GROUP_MAX 1000             /* names in one group: a list of named groups has the most */
#define SCAN_STRING_MAX ((size_t)65536) /* bytes of one string: the wording of a document has some hundreds */

/* Reads the whole text and changes it in place, never its length or its line ends, so that the parser gets over what
 * is reported here, and gives right lines and numbers:
 *   an array [ ] becomes a list ( ), since the parser gives up at an array of mixed types;
 *   of a name given twice in one group the second is renamed to begin with '*', and reported;
 *   a bracket or comma is drawn up to the string before it, since the parser takes a string's line from what follows;
 *   a number too large for the parser's int becomes the largest, and one that begins with 0 loses its zeros;
 *   the escape \x00, at which the parser's strings end, is reported.
 * Why not leave syntax errors to the parser: libconfig 1.5 says no more than "syntax error", loses the string that it
 * was reading (a leak with every failed reload), and takes a quote or comment never closed at the end for the end.
 * 0; SCAN_REFUSED: the report says why, and the parser must not see the text; -ENOMEM. */
#define SCAN_REFUSED 1
int scan_text(char *text, const char *file, struct report *report);
