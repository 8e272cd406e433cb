/* A list with separators (RFC 4180), as spreadsheets write it. Read here and not by libcsv, which tells no line and has
 * had no release since 2013. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define CSV_COLUMNS_MAX 50 /* a spreadsheet with more is another list */

struct csv_row {
        size_t line;                  /* of the file, from 1 */
        char *cells[CSV_COLUMNS_MAX]; /* without their quotes; point into the text */
        size_t n;
};

/* Where the next row begins. */
struct csv {
        char *at; /* NULL: at the end */
        size_t line;
        char separator;
};

enum csv_outcome {
        CSV_ROW = 0,
        CSV_END,
        CSV_OPEN_QUOTE,  /* a quote is never closed; row->line is where it opens */
        CSV_AFTER_QUOTE, /* text between a closing quote and the next separator */
        CSV_TOO_WIDE,    /* more than CSV_COLUMNS_MAX cells */
};

/* Begins at the first line of a text, which is written over as rows are read, and finds its separator: of semicolon,
 * comma and tab the one that stands most often in that line. */
struct csv csv_begin(char *text);
/* The next row. Behind a row that is wrong the next line is gone on with, and behind an open quote nothing. */
enum csv_outcome csv_next(struct csv *csv, struct csv_row *row);
/* Nothing but blanks, as below the end of a sheet. */
bool csv_is_blank(const struct csv_row *row);
