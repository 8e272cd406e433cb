/* The language that people read: gettext's messages, words in their context, and dates. What programs read, what is
 * stored and what stands in the journal is English. */
#pragma once

#include <libintl.h>
#include <stddef.h>

#define TEXT_DOMAIN "reminderctl"

#define _(text) gettext(text)
#define N_(text) text /* marks what is translated where it is printed */
/* One that needs a context: the same English is not always the same in another language (msgctxt in a catalogue). */
#define C_(context, text) language_in_context(context "\004" text, text)

/* Texts are UTF-8 whatever the locale says; only the language of messages is the caller's, and how wide a character
 * is. Catalogues are in $TEXTDOMAINDIR, or beside this program. Before any thread is started. */
void language_set(void);
/* English from now on, whoever reads it. */
void language_unset(void);

/* For C_(): `text` where `key` has no translation. */
__attribute__((format_arg(2))) const char *language_in_context(const char *key, const char *text);
/* A word out of a closed set, such as a state: the word itself where it has no translation. */
const char *language_word(const char *context, const char *word);

/* "2024-10-15" or what begins so ("2024-10-15 08:00") with the day as the language writes it; others unchanged. The
 * length stays the same. */
#define LANGUAGE_DATE_SIZE sizeof("2024-10-15 08:00:00")
const char *language_date(const char *iso, char buffer[static LANGUAGE_DATE_SIZE]);
