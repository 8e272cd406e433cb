/* Words for people: translated by gettext where a catalogue is installed. JSON keys and what the daemon says are not.
 */
#pragma once

#include <libintl.h>

#define TEXT_DOMAIN "reminderctl"

#define _(text) gettext(text)
#define N_(text) text /* marks what is translated where it is printed */
