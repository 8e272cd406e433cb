/* The verb record: a list of what came in, from a spreadsheet. */
#include <errno.h>
#include <string.h>
#include <wctype.h>

#include "base/array.h"
#include "base/language.h"
#include "base/sentence.h"
#include "base/text.h"
#include "base/utf8.h"
#include "ctl/changed.h"
#include "ctl/csv.h"
#include "ctl/shape.h"
#include "ctl/verbs.h"

#define FILE_MAX (1024UL * 1024) /* bytes: thousands of lines with a note each */
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

enum column { COLUMN_OF_ITEM, COLUMN_OF_AGENCY, COLUMN_OF_DATE, COLUMN_OF_NOTE, COLUMNS };

struct line {
        size_t number;
        char *cells[COLUMNS];
};

struct list {
        struct cli *cli;
        const char *name; /* of the file, for errors */
        char *text;
        size_t columns[COLUMNS]; /* where each stands; CSV_COLUMNS_MAX: nowhere */
        size_t width;            /* cells of the heading */
        struct line *lines;
        size_t n, room;
        bool wrong; /* a line is, and was named */
        json_t *refused;
};

static void list_clear(struct list *list)
{
        for (size_t i = 0; i < list->n; i++)
                for (size_t c = 0; c < COLUMNS; c++)
                        free(list->lines[i].cells[c]);
        free(list->lines);
        free(list->text);
        json_decref(list->refused);
}

/* ---- the file ---- */

/* Names a line that is wrong. */
static int say(struct list *list, size_t number, const char *what)
{
        json_t *CLEANUP_JSON entry = json_pack("{s:I, s:s}", "line", (json_int_t)number, "text", what);
        char *CLEANUP_FREE translated = sentence_translate(what);

        list->wrong = true;
        if (!entry || json_array_append(list->refused, entry) < 0)
                return cli_no_memory(list->cli);
        if (!cli_is_json(list->cli))
                (void)cli_fail(list->cli, EXIT_REFUSED, "%s:%zu: %s", list->name, number,
                               translated ? translated : what);
        return EXIT_DONE;
}

/* The whole file; a longer one is not read to its end. */
static int read_file(struct list *list, FILE *file, size_t *ret_size)
{
        list->text = malloc(FILE_MAX + 2);
        if (!list->text)
                return cli_no_memory(list->cli);
        *ret_size = fread(list->text, 1, FILE_MAX + 1, file);
        if (ferror(file))
                return cli_fail(list->cli, EXIT_REFUSED, _("%s cannot be read: %s"), list->name, strerror(errno));
        if (*ret_size > FILE_MAX)
                return cli_fail(list->cli, EXIT_REFUSED, _("%s has more than %lu bytes; divide the list"), list->name,
                                FILE_MAX);
        list->text[*ret_size] = '\0';
        return EXIT_DONE;
}

static int open_file(struct list *list, size_t *ret_size)
{
        FILE *CLEANUP(fclose_p) file = NULL;

        if (strcmp(list->name, "-") == 0)
                return read_file(list, stdin, ret_size);
        file = fopen(list->name, "re");
        if (!file)
                return cli_fail(list->cli, EXIT_REFUSED, _("%s cannot be read: %s"), list->name, strerror(errno));
        return read_file(list, file, ret_size);
}

/* A spreadsheet that is saved as it is, or as "Unicode text", is told by its first bytes or its zeros. */
static int check_text(const struct list *list, size_t size)
{
        size_t line = 1;
        char32_t code;

        for (size_t i = 0, width; i < size; i += width) {
                width = utf8_decode(list->text + i, size - i, &code);
                if (width == 0)
                        return cli_fail(list->cli, EXIT_REFUSED,
                                        _("%s:%zu: that is no UTF-8 text; save the sheet as \"CSV UTF-8\""), list->name,
                                        line);
                line += list->text[i] == '\n';
        }
        return EXIT_DONE;
}

/* ---- the heading ---- */

static bool is_same_word(const char *a, const char *b)
{
        while (*a && *b) {
                char32_t one, other;

                a += utf8_decode(a, UTF8_MAX, &one);
                b += utf8_decode(b, UTF8_MAX, &other);
                if (towlower((wint_t)one) != towlower((wint_t)other))
                        return false;
        }
        return *a == *b;
}

static enum column column_of(const char *heading)
{
        static const struct {
                const char *heading;
                enum column column;
        } headings[] = {
                {"item", COLUMN_OF_ITEM},         {"nhiệm vụ", COLUMN_OF_ITEM},  {"mã nhiệm vụ", COLUMN_OF_ITEM},
                {"mã", COLUMN_OF_ITEM},           {"việc", COLUMN_OF_ITEM},      {"agency", COLUMN_OF_AGENCY},
                {"cơ quan", COLUMN_OF_AGENCY},    {"đơn vị", COLUMN_OF_AGENCY},  {"tên cơ quan", COLUMN_OF_AGENCY},
                {"tên đơn vị", COLUMN_OF_AGENCY}, {"date", COLUMN_OF_DATE},      {"ngày", COLUMN_OF_DATE},
                {"ngày nộp", COLUMN_OF_DATE},     {"ngày nhận", COLUMN_OF_DATE}, {"ngày hoàn thành", COLUMN_OF_DATE},
                {"note", COLUMN_OF_NOTE},         {"ghi chú", COLUMN_OF_NOTE},
        };

        for (size_t i = 0; i < ELEMENTS(headings); i++)
                if (is_same_word(heading, headings[i].heading))
                        return headings[i].column;
        return COLUMNS;
}

/* Columns that mean nothing here are left alone. */
static int read_heading(struct list *list, const struct csv_row *row)
{
        list->width = row->n;
        for (size_t c = 0; c < COLUMNS; c++)
                list->columns[c] = CSV_COLUMNS_MAX;
        for (size_t i = 0; i < row->n; i++) {
                char *CLEANUP_FREE heading = text_line(row->cells[i]);
                enum column column;

                if (!heading)
                        return cli_no_memory(list->cli);
                column = column_of(heading);
                if (column < COLUMNS && list->columns[column] < CSV_COLUMNS_MAX)
                        return cli_fail(list->cli, EXIT_REFUSED, _("%s:%zu: the column \"%s\" stands twice"),
                                        list->name, row->line, heading);
                if (column < COLUMNS)
                        list->columns[column] = i;
        }
        for (size_t c = 0; c < COLUMN_OF_NOTE; c++)
                if (list->columns[c] == CSV_COLUMNS_MAX)
                        return cli_fail(
                                list->cli, EXIT_REFUSED,
                                _("%s:%zu: the first line names the columns: item, agency, date and, if wanted, "
                                  "note"),
                                list->name, row->line);
        return EXIT_DONE;
}

/* ---- the lines ---- */

static int add_line(struct list *list, const struct csv_row *row)
{
        struct line line = {.number = row->line};
        bool complete = true;

        if (ARRAY_GROW(list->lines, list->n, list->room) < 0)
                return cli_no_memory(list->cli);
        for (size_t c = 0; c < COLUMNS; c++) {
                size_t at = list->columns[c];

                line.cells[c] = text_line(at < row->n ? row->cells[at] : "");
                complete &= line.cells[c] != NULL;
        }
        list->lines[list->n++] = line;
        return complete ? EXIT_DONE : cli_no_memory(list->cli);
}

static int take_row(struct list *list, enum csv_outcome outcome, const struct csv_row *row)
{
        switch (outcome) {
        case CSV_ROW:
                if (row->n > list->width)
                        return say(
                                list, row->line,
                                _("more cells than the heading has; a text with the separator in it goes into quotes"));
                return add_line(list, row);
        case CSV_OPEN_QUOTE:
                return say(list, row->line, _("a quote is opened and never closed"));
        case CSV_AFTER_QUOTE:
                return say(list, row->line, _("text behind a closing quote; a quote within a text is written twice"));
        case CSV_TOO_WIDE:
                return say(list, row->line, _("too many columns"));
        case CSV_END:
                break;
        }
        return EXIT_DONE;
}

static int read_lines(struct list *list, size_t size)
{
        static const char mark[] = BYTE_ORDER_MARK;
        size_t skip =
                size >= sizeof(mark) - 1 && memcmp(list->text, mark, sizeof(mark) - 1) == 0 ? sizeof(mark) - 1 : 0;
        struct csv csv = csv_begin(list->text + skip);
        struct csv_row row = {0};
        enum csv_outcome outcome = csv_next(&csv, &row);
        int code;

        if (outcome != CSV_ROW)
                return cli_fail(list->cli, EXIT_REFUSED, _("%s: no list; its first line names the columns"),
                                list->name);
        code = read_heading(list, &row);
        while (code == EXIT_DONE && (outcome = csv_next(&csv, &row)) != CSV_END)
                if (outcome != CSV_ROW || !csv_is_blank(&row))
                        code = take_row(list, outcome, &row);
        return code;
}

/* ---- the call ---- */

static int append_lines(sd_bus_message *message, const void *userdata)
{
        const struct list *list = userdata;
        const struct command *command = list->cli->command;
        int r = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "(ssss)");

        for (size_t i = 0; r >= 0 && i < list->n; i++) {
                char *const *cells = list->lines[i].cells;

                r = sd_bus_message_append(message, "(ssss)", cells[COLUMN_OF_ITEM], cells[COLUMN_OF_AGENCY],
                                          cells[COLUMN_OF_DATE], cells[COLUMN_OF_NOTE]);
        }
        if (r >= 0)
                r = sd_bus_message_close_container(message);
        return r < 0 ? r
                     : sd_bus_message_append(message, "a{sv}", 2, "dry-run", "b",
                                             list->wrong || command_has(command, OPTION_DRY_RUN), "quiet", "b",
                                             (int)command_has(command, OPTION_QUIET));
}

/* What the daemon refused, by the lines of the file. */
static int say_refused(struct list *list, const json_t *rows)
{
        int code = EXIT_DONE;

        for (size_t i = 0; code == EXIT_DONE && i < json_array_size(rows); i++) {
                const json_t *row = json_array_get(rows, i);
                size_t at = (size_t)received_number(row, "row");

                if (at < list->n)
                        code = say(list, list->lines[at].number, received_text(row, "text"));
        }
        return code;
}

static int print_json(const struct list *list, json_t *rows)
{
        json_t *CLEANUP_JSON none = json_array(), *CLEANUP_JSON object = NULL;
        bool kept = !list->wrong && !command_has(list->cli->command, OPTION_DRY_RUN);
        json_t *shown = list->wrong ? none : rows;

        if (!shown || shape_obligations(shown) < 0)
                return cli_no_memory(list->cli);
        object = json_pack("{s:s, s:I, s:O, s:O}", "verb", "record", "changed",
                           (json_int_t)(kept ? json_array_size(shown) : 0), "obligations", shown, "refused",
                           list->refused);
        return object ? cli_print(list->cli, object) : cli_no_memory(list->cli);
}

static int report(const struct list *list, json_t *rows)
{
        unsigned long n = json_array_size(rows);

        if (cli_is_json(list->cli)) {
                int code = print_json(list, rows);

                return code == EXIT_DONE && list->wrong ? EXIT_REFUSED : code;
        }
        if (list->wrong)
                return cli_fail(list->cli, EXIT_REFUSED, "%s",
                                _("nothing is recorded: mend the lines that are named above"));
        if (command_has(list->cli->command, OPTION_DRY_RUN))
                printf(ngettext("would be recorded: %lu obligation\n", "would be recorded: %lu obligations\n", n), n);
        else
                printf(ngettext("recorded: %lu obligation\n", "recorded: %lu obligations\n", n), n);
        changed_print(list->cli, rows);
        return EXIT_DONE;
}

int run_record(struct cli *cli)
{
        struct list CLEANUP(list_clear) list = {.cli = cli, .name = cli_argument(cli, 0), .refused = json_array()};
        json_t *CLEANUP_JSON reply = NULL;
        size_t size = 0;
        int code = list.refused ? open_file(&list, &size) : cli_no_memory(cli);

        if (code == EXIT_DONE)
                code = check_text(&list, size);
        if (code == EXIT_DONE)
                code = read_lines(&list, size);
        if (code == EXIT_DONE && list.n == 0 && !list.wrong)
                return cli_fail(cli, EXIT_REFUSED, _("%s: nothing stands below the heading"), list.name);
        if (code == EXIT_DONE && list.n > 0)
                code = cli_call_with(cli, &reply, "Record", append_lines, &list);
        if (code == EXIT_DONE)
                code = say_refused(&list, json_array_get(reply, 1));
        return code == EXIT_DONE ? report(&list, json_array_get(reply, 0)) : code;
}
