/* Words: what a server said, fit for a journal line, a table and a mail to the contact. */
#pragma once

#include "transport/transfer.h"

/* One line of valid UTF-8, at most TRANSFER_ANSWER_MAX bytes, cut between characters: blanks, line ends and other
 * controls in a row become one blank, none at either end; bytes that are no UTF-8, and characters that steer a
 * terminal or turn the direction of the text, become '?'. */
void words_printable(const char *bytes, size_t size, char ret[static TRANSFER_ANSWER_MAX + 1]);
