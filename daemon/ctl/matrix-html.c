/* The matrix as one self-contained page in Vietnamese that prints on A4. */
#include <string.h>

#include "ctl/html.h"
#include "ctl/matrix.h"

static const char styles[] =
        "th.a { writing-mode: vertical-rl; transform: rotate(180deg); font-weight: normal; text-align: left;\n"
        "  height: 8.5em; padding: 5px 2px }\n"
        "td.m { text-align: center; width: 1.8em; font-weight: bold }\n"
        ".overdue { background: #f6c7c2 } .late { background: #fbe6bd } .done { background: #d5ecd4 }\n"
        ".snoozed { background: #e2ddf3 } .unfinished { background: #e8a9a2 }\n";

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
        [MARK_CLAIMED] = {"claimed", "đơn vị báo đã nộp hoặc xin gia hạn, chờ ý kiến"},
        [MARK_UNCLEAR] = {"unclear", "đã qua ngày, chưa rõ kết quả"},
};

static void put_due(const json_t *row)
{
        const char *from = received_text(row, "from");

        if (!*received_text(row, "due")) {
                fputs("chưa có ngày", stdout);
                return;
        }
        if (received_truth(row, "tentative")) {
                fputs("dự kiến<br>", stdout);
                html_day(*from ? from : received_text(row, "due"));
                fputs("–", stdout);
        }
        html_day(received_text(row, "due"));
}

static bool same_due(const struct matrix *matrix, size_t line)
{
        const char *due = received_text(matrix->lines[line], "due");

        for (size_t c = 0; c < matrix->columns.n; c++) {
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
        html_text(kinds[mark].name);
        printf("\">%s", mark_sign(mark));
        if (row && with_day && *received_text(row, "due") && !received_truth(row, "tentative"))
                printf("<br><small>%.2s/%.2s</small>", received_text(row, "due") + 8, received_text(row, "due") + 5);
        fputs("</td>", stdout);
}

static void put_line(const struct matrix *matrix, size_t line)
{
        bool same = same_due(matrix, line);

        printf("<tr><td>%zu</td><td>", line + 1);
        html_text(received_text(matrix->lines[line], "title"));
        fputs("</td><td class=\"d\">", stdout);
        if (same)
                put_due(matrix->lines[line]);
        else
                fputs("theo từng đơn vị", stdout);
        fputs("</td>", stdout);
        for (size_t c = 0; c < matrix->columns.n; c++)
                put_cell(matrix, line, c, !same);
        fputs("</tr>\n", stdout);
}

void matrix_print_html(const struct matrix *matrix, const json_t *status)
{
        html_begin("Bảng theo dõi nhiệm vụ", styles);
        html_heading("BẢNG THEO DÕI THỰC HIỆN NHIỆM VỤ", "", status);
        fputs("<table>\n<thead><tr><th>TT</th><th>Nhiệm vụ</th><th>Thời hạn</th>", stdout);
        for (size_t c = 0; c < matrix->columns.n; c++) {
                fputs("<th class=\"a\">", stdout);
                html_text(matrix->columns.agencies[c].short_name);
                fputs("</th>", stdout);
        }
        fputs("</tr></thead>\n<tbody>\n", stdout);
        for (size_t l = 0; l < matrix->n_lines; l++)
                put_line(matrix, l);
        fputs("<tr><td></td><td>Số nhiệm vụ quá hạn hoặc chưa hoàn thành</td><td></td>", stdout);
        for (size_t c = 0; c < matrix->columns.n; c++)
                printf("<td class=\"m\">%zu</td>", matrix->counts[c].overdue + matrix->counts[c].unfinished);
        fputs("</tr>\n</tbody>\n</table>\n<p class=\"legend\">", stdout);
        for (int mark = MARK_DONE; mark < MARK_COUNT; mark++)
                printf("%s%s %s", mark > MARK_DONE ? "; " : "", mark_sign((enum mark)mark), kinds[mark].name);
        fputs("; ô trống: không thuộc nhiệm vụ của đơn vị.</p>\n", stdout);
        html_end();
}
