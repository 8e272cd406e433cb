/* The matrix as one self-contained page in Vietnamese that prints on A4. */
#include <string.h>

#include "ctl/matrix.h"
#include "ctl/width.h"

/* The recipients read Vietnamese whatever the language of the terminal: nothing here goes through gettext. */
static const char head[] =
        "<!DOCTYPE html>\n"
        "<html lang=\"vi\">\n"
        "<meta charset=\"utf-8\">\n"
        "<title>Bảng theo dõi nhiệm vụ</title>\n"
        "<style>\n"
        "@page { size: A4 landscape; margin: 12mm }\n"
        "body { font: 11pt/1.35 'Times New Roman', 'Liberation Serif', serif; color: #000; margin: 1.5em }\n"
        "h1 { font-size: 14pt; text-align: center; margin: 0 0 .2em }\n"
        "p { text-align: center; margin: 0 0 .8em }\n"
        "table { border-collapse: collapse; width: 100% }\n"
        "th, td { border: 1px solid #555; padding: 2px 5px; vertical-align: middle }\n"
        "thead { display: table-header-group }\n"
        "tr { break-inside: avoid }\n"
        "th.a { writing-mode: vertical-rl; transform: rotate(180deg); font-weight: normal; text-align: left;\n"
        "  height: 8.5em; padding: 5px 2px }\n"
        "td.m { text-align: center; width: 1.8em; font-weight: bold }\n"
        "td.d { white-space: nowrap; text-align: center }\n"
        ".overdue { background: #f6c7c2 } .late { background: #fbe6bd } .done { background: #d5ecd4 }\n"
        ".snoozed { background: #e2ddf3 } .unfinished { background: #e8a9a2 }\n"
        ".legend { text-align: left; margin-top: .8em; font-size: 10pt }\n"
        "@media print { body { margin: 0; print-color-adjust: exact; -webkit-print-color-adjust: exact } }\n"
        "</style>\n";

static const struct {
        const char *css;
        const char *name;
} kinds[MARK_COUNT] = {
        [MARK_NONE] = {"", ""},
        [MARK_DONE] = {"done", "hoàn thành đúng hạn"},
        [MARK_LATE] = {"late", "hoàn thành quá hạn"},
        [MARK_OVERDUE] = {"overdue", "quá hạn, chưa hoàn thành"},
        [MARK_SNOOZED] = {"snoozed", "tạm hoãn nhắc"},
        [MARK_COMING] = {"coming", "chưa đến hạn"},
        [MARK_UNDATED] = {"undated", "chưa ấn định ngày"},
        [MARK_WAIVED] = {"waived", "không phải thực hiện"},
        [MARK_UNFINISHED] = {"unfinished", "chưa hoàn thành khi kế hoạch kết thúc"},
        [MARK_UNCLEAR] = {"unclear", "đã qua ngày, chưa rõ kết quả"},
};

static void put_byte(char byte)
{
        switch (byte) {
        case '&':
                fputs("&amp;", stdout);
                break;
        case '<':
                fputs("&lt;", stdout);
                break;
        case '>':
                fputs("&gt;", stdout);
                break;
        case '"':
                fputs("&quot;", stdout);
                break;
        default:
                putchar(byte);
        }
}

static void put_escaped(const char *text)
{
        char32_t code;

        for (size_t n; *text; text += n > 0 ? n : 1) {
                n = text_steers(text, &code);
                if (n > 0)
                        fputs(TEXT_STEERED, stdout);
                else
                        put_byte(*text);
        }
}

/* "2024-10-15…" as 15/10/2024. */
static void put_day(const char *iso)
{
        if (strlen(iso) >= sizeof("2024-10-15") - 1)
                printf("%.2s/%.2s/%.4s", iso + 8, iso + 5, iso);
}

static void put_due(const json_t *row)
{
        const char *from = received_text(row, "from");

        if (!*received_text(row, "due")) {
                fputs("chưa có ngày", stdout);
                return;
        }
        if (received_truth(row, "tentative")) {
                fputs("dự kiến<br>", stdout);
                put_day(*from ? from : received_text(row, "due"));
                fputs("–", stdout);
        }
        put_day(received_text(row, "due"));
}

static bool same_due(const struct matrix *matrix, size_t line)
{
        const char *due = received_text(matrix->lines[line], "due");

        for (size_t c = 0; c < matrix->n_columns; c++) {
                const json_t *row = matrix_cell(matrix, line, c);

                if (row && strcmp(received_text(row, "due"), due) != 0)
                        return false;
        }
        return true;
}

static void put_cell(const struct matrix *matrix, size_t line, size_t column, bool with_day)
{
        const json_t *row = matrix_cell(matrix, line, column);
        enum mark mark = matrix_mark(row);

        printf("<td class=\"m %s\" title=\"", kinds[mark].css);
        put_escaped(kinds[mark].name);
        printf("\">%s", mark_sign(mark));
        if (row && with_day && *received_text(row, "due") && !received_truth(row, "tentative"))
                printf("<br><small>%.2s/%.2s</small>", received_text(row, "due") + 8, received_text(row, "due") + 5);
        fputs("</td>", stdout);
}

static void put_line(const struct matrix *matrix, size_t line)
{
        bool same = same_due(matrix, line);

        printf("<tr><td>%zu</td><td>", line + 1);
        put_escaped(received_text(matrix->lines[line], "title"));
        fputs("</td><td class=\"d\">", stdout);
        if (same)
                put_due(matrix->lines[line]);
        else
                fputs("theo từng đơn vị", stdout);
        fputs("</td>", stdout);
        for (size_t c = 0; c < matrix->n_columns; c++)
                put_cell(matrix, line, c, !same);
        fputs("</tr>\n", stdout);
}

void matrix_print_html(const struct matrix *matrix, const json_t *status)
{
        const char *now = received_text(status, "now");

        fputs(head, stdout);
        fputs("<h1>BẢNG THEO DÕI THỰC HIỆN NHIỆM VỤ</h1>\n<p>", stdout);
        put_escaped(received_text(status, "block"));
        if (strlen(now) >= sizeof("2024-10-15T08:00") - 1) {
                fputs("<br>Tính đến ", stdout);
                printf("%.2s giờ %.2s ngày ", now + 11, now + 14);
                put_day(now);
        }
        fputs("</p>\n<table>\n<thead><tr><th>TT</th><th>Nhiệm vụ</th><th>Thời hạn</th>", stdout);
        for (size_t c = 0; c < matrix->n_columns; c++) {
                fputs("<th class=\"a\">", stdout);
                put_escaped(matrix->columns[c].short_name);
                fputs("</th>", stdout);
        }
        fputs("</tr></thead>\n<tbody>\n", stdout);
        for (size_t l = 0; l < matrix->n_lines; l++)
                put_line(matrix, l);
        fputs("<tr><td></td><td>Số nhiệm vụ quá hạn hoặc chưa hoàn thành</td><td></td>", stdout);
        for (size_t c = 0; c < matrix->n_columns; c++)
                printf("<td class=\"m\">%zu</td>", matrix->columns[c].overdue + matrix->columns[c].unfinished);
        fputs("</tr>\n</tbody>\n</table>\n<p class=\"legend\">", stdout);
        for (int mark = MARK_DONE; mark < MARK_COUNT; mark++)
                printf("%s%s %s", mark > MARK_DONE ? "; " : "", mark_sign((enum mark)mark), kinds[mark].name);
        fputs("; ô trống: không thuộc nhiệm vụ của đơn vị.</p>\n</html>\n", stdout);
}
