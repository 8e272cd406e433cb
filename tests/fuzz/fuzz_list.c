/* Lists from a spreadsheet.
 * Input: any bytes.
 * Holds: it comes to an end; lines count upwards and are lines of the input; a cell holds nothing that was not there;
 * what is written as a list again, each cell in quotes, reads the same. */
#include "fuzz.h"

#include "base/text.h"
#include "ctl/csv.h"

static size_t count_lines(const char *text)
{
        size_t n = 1;

        for (; *text; text++)
                n += *text == '\n' || (*text == '\r' && text[1] != '\n');
        return n;
}

static void quote(struct text *text, const char *cell)
{
        text_add_char(text, '"');
        for (; *cell; cell++) {
                if (*cell == '"')
                        text_add_char(text, '"');
                text_add_char(text, *cell);
        }
        text_add_char(text, '"');
}

static void check_again(const struct csv_row *row)
{
        struct text CLEANUP(text_clear) text = {0};
        struct csv_row again;
        struct csv csv;

        for (size_t i = 0; i < row->n; i++) {
                if (i > 0)
                        text_add_char(&text, ';');
                quote(&text, row->cells[i]);
        }
        REQUIRE(text.error == 0);
        csv = (struct csv){.at = text.data, .line = 1, .separator = ';'};
        REQUIRE(csv_next(&csv, &again) == CSV_ROW && again.n == row->n && csv_is_blank(&again) == csv_is_blank(row));
        for (size_t i = 0; i < row->n; i++)
                REQUIRE_OF(strcmp(again.cells[i], row->cells[i]) == 0, row->cells[i]);
        REQUIRE(csv_next(&csv, &again) == CSV_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        size_t n, lines, last = 0;
        CLEANUP_FREE char *text = input_text(&input, &n);
        struct csv csv = csv_begin(text);
        struct csv_row row;
        enum csv_outcome outcome;

        lines = count_lines(text);
        while ((outcome = csv_next(&csv, &row)) != CSV_END) {
                REQUIRE(row.line > last && row.line <= lines && row.n <= CSV_COLUMNS_MAX);
                last = row.line;
                if (outcome == CSV_ROW)
                        check_again(&row);
        }
        return 0;
}
