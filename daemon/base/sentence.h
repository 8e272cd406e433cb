/* Sentences that were made in English by another process, or long ago, said in the language of messages.
 *
 * The daemon speaks English: one sentence goes to its journal, to its store and to clients of several languages.
 * Whoever shows one to a person finds in the catalogue the format that it was made of, and fills the translation with
 * the same arguments, which may be sentences themselves. */
#pragma once

/* Allocated. What the catalogue does not have, or no language is set for, stays as it is. NULL: no memory. */
char *sentence_translate(const char *english);
