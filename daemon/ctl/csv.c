/* A list with separators, as spreadsheets write it: quotes, empty cells, any end of line. */
#include "ctl/csv.h"

#include <string.h>

static size_t count(const char *text, size_t length, char character)
{
        size_t n = 0;

        for (size_t i = 0; i < length; i++)
                n += text[i] == character;
        return n;
}

struct csv csv_begin(char *text)
{
        static const char separators[] = ";,\t";
        size_t length = strcspn(text, "\r\n"), most = 0;
        struct csv csv = {.at = text, .line = 1, .separator = *separators};

        for (const char *s = separators; *s; s++)
                if (count(text, length, *s) > most) {
                        most = count(text, length, *s);
                        csv.separator = *s;
                }
        return csv;
}

/* Moves behind the end of a line. */
static void end_line(struct csv *csv, char end)
{
        if (end == '\0') {
                csv->at = NULL;
                return;
        }
        if (end == '\r' && *csv->at == '\n')
                csv->at++;
        csv->line++;
}

static void skip_line(struct csv *csv)
{
        char end;

        csv->at += strcspn(csv->at, "\r\n");
        end = *csv->at;
        if (end)
                csv->at++;
        end_line(csv, end);
}

/* A cell in quotes, from behind the first one: two of them are one. False: it has no end. */
static bool read_quoted(struct csv *csv)
{
        char *to = csv->at;

        for (char *from = csv->at; *from; from++) {
                if (*from == '"' && from[1] != '"') {
                        csv->at = from + 1;
                        *to = '\0';
                        return true;
                }
                if (*from == '"')
                        from++;
                csv->line += *from == '\n' || (*from == '\r' && from[1] != '\n');
                *to++ = *from;
        }
        return false;
}

/* Reads one cell and ends it. *ret_end is what stood behind it. */
static enum csv_outcome read_cell(struct csv *csv, char **ret, char *ret_end)
{
        const char ends[] = {csv->separator, '\r', '\n', '\0'};
        bool is_quoted = *csv->at == '"';

        csv->at += is_quoted;
        *ret = csv->at;
        if (is_quoted && !read_quoted(csv))
                return CSV_OPEN_QUOTE;
        if (!is_quoted)
                csv->at += strcspn(csv->at, ends);
        *ret_end = *csv->at;
        if (!strchr(ends, *ret_end))
                return CSV_AFTER_QUOTE;
        *csv->at = '\0';
        if (*ret_end)
                csv->at++;
        return CSV_ROW;
}

enum csv_outcome csv_next(struct csv *csv, struct csv_row *row)
{
        char end = csv->separator;

        if (!csv->at || !*csv->at)
                return CSV_END;
        row->line = csv->line;
        row->n = 0;
        while (end == csv->separator) {
                enum csv_outcome outcome = CSV_TOO_WIDE;

                if (row->n < CSV_COLUMNS_MAX)
                        outcome = read_cell(csv, &row->cells[row->n], &end);
                if (outcome == CSV_OPEN_QUOTE)
                        csv->at = NULL;
                else if (outcome != CSV_ROW)
                        skip_line(csv);
                if (outcome != CSV_ROW)
                        return outcome;
                row->n++;
        }
        end_line(csv, end);
        return CSV_ROW;
}

bool csv_is_blank(const struct csv_row *row)
{
        for (size_t i = 0; i < row->n; i++)
                if (row->cells[i][strspn(row->cells[i], " \t\r\n")])
                        return false;
        return true;
}
