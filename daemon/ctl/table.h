/* Tables for people: columns aligned by display width, cut to the terminal, coloured by state. */
#pragma once

#include <jansson.h>

#include "ctl/style.h"

enum column_form {
        COLUMN_TEXT,   /* a day is shown as the language writes it, here and where nothing else is said */
        COLUMN_NUMBER, /* to the right */
        COLUMN_MOMENT, /* RFC 3339, shown without seconds and zone */
        COLUMN_STATE,  /* a word out of a closed set, shown in the language of messages; coloured */
        COLUMN_KIND,   /* another such word */
        COLUMN_VERB,   /* another such word */
        COLUMN_ITEM,   /* of "item" and "occurrence", with "plan" where there are several or have it too */
        COLUMN_ITEMS,  /* an array, joined */
        COLUMN_RUNG,   /* without what makes it unique */
        COLUMN_REST,   /* text that gives way when the terminal is narrow */
        COLUMN_SAID,   /* the same, and in English: shown in the language of messages */
        COLUMN_DETAIL, /* the same, but what follows ": " is somebody's own words, except in a refusal */
        COLUMN_SPARE,  /* the same, and is left out where there is no room for it */
        COLUMN_EXTRA,  /* text, number or moment: never cut, but left out after those, the last one first */
};

struct column {
        const char *key;
        const char *title; /* marked for translation */
        enum column_form form;
};

#define TABLE_COLUMNS_MAX 16
/* Prints a head and one line for each object; `empty` where there are none. Columns without any content are left out.
 * On a terminal that is too narrow for that, each takes several lines, the head too; elsewhere nothing is cut or
 * folded. `indent` blanks before each line. What the daemon said is translated in the rows themselves. */
void table_print(const struct style *style, json_t *rows, const struct column *columns, size_t n, int indent,
                 const char *empty);
/* "2024-10-15T08:00:00+07:00" as "2024-10-15 08:00", the day as the language writes it; others unchanged. */
#define MOMENT_SIZE sizeof("2024-10-15 08:00")
const char *moment_text(const char *rfc3339, char buffer[static MOMENT_SIZE]);
