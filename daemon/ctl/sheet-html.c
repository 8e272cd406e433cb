/* The score sheet as one self-contained page in Vietnamese that prints on A4. */
#include <stdio.h>

#include "ctl/html.h"
#include "ctl/sheet.h"

static const char styles[] = "h2 { font-size: 12pt; margin: 1em 0 .4em; break-after: avoid }\n"
                             "th { font-size: 9pt; padding: 2px 3px }\n"
                             "td.u { width: 24% }\n"
                             "td.s { white-space: nowrap }\n"
                             "td.n { text-align: right; white-space: nowrap }\n"
                             "tr.total td { font-weight: bold }\n"
                             "table.items { font-size: 10pt }\n";

const char *grade_in_vietnamese(enum grade grade)
{
        static const char *const words[GRADES] = {
                [GRADE_ON_TIME] = "đúng hạn",           [GRADE_LATE] = "hoàn thành muộn",
                [GRADE_UNFINISHED] = "chưa hoàn thành", [GRADE_OVERDUE] = "quá hạn",
                [GRADE_OPEN] = "chưa đến hạn",          [GRADE_UNCLEAR] = "chưa rõ",
                [GRADE_WAIVED] = "được miễn",           [GRADE_UNSCORED] = "không tính điểm",
        };

        return words[grade];
}

static void put_number(int64_t number)
{
        printf("<td class=\"n\">%lld</td>", (long long)number);
}

static void put_score(const struct score *score)
{
        put_number(score_owed(score));
        for (int grade = 0; grade < GRADES; grade++) {
                put_number(score->n[grade]);
                if (grade != GRADE_LATE)
                        continue;
                put_number(score->late.days);
                put_number(score->latest.days);
                put_number(score->late.workdays);
                put_number(score->latest.workdays);
        }
        put_number(score->reminders);
        put_number(score->overdue_reminders);
        put_number(score->escalations);
        fputs("</tr>\n", stdout);
}

static void put_sums(const struct sheet *sheet)
{
        fputs("<table>\n<thead><tr><th rowspan=\"2\">TT</th><th rowspan=\"2\">Cơ quan, đơn vị</th>"
              "<th rowspan=\"2\">Số nhiệm vụ</th><th rowspan=\"2\">Đúng hạn</th><th colspan=\"5\">Hoàn thành muộn</th>"
              "<th rowspan=\"2\">Chưa hoàn thành</th><th rowspan=\"2\">Quá hạn</th><th rowspan=\"2\">Chưa đến hạn</th>"
              "<th rowspan=\"2\">Chưa rõ</th><th rowspan=\"2\">Được miễn</th><th rowspan=\"2\">Không tính điểm</th>"
              "<th colspan=\"3\">Số lần</th></tr>\n"
              "<tr><th>Số việc</th><th>Tổng ngày</th><th>Nhiều nhất</th><th>Tổng ngày làm việc</th><th>Nhiều nhất</th>"
              "<th>Nhắc</th><th>Đôn đốc</th><th>Báo cáo</th></tr></thead>\n<tbody>\n",
              stdout);
        for (size_t i = 0; i < sheet->names.n; i++) {
                printf("<tr><td class=\"n\">%zu</td><td class=\"u\">", i + 1);
                html_text(sheet->names.agencies[i].name);
                fputs("</td>", stdout);
                put_score(&sheet->agencies[i].score);
        }
        fputs("<tr class=\"total\"><td></td><td>Tổng cộng</td>", stdout);
        put_score(&sheet->total);
        fputs("</tbody>\n</table>\n", stdout);
}

static void put_item(const struct listed_agency *agency, const json_t *row)
{
        struct scored scored = sheet_scored(row);

        fputs("<tr><td class=\"s\">", stdout);
        html_text(agency->short_name);
        fputs("</td><td>", stdout);
        html_text(received_text(row, "title"));
        fputs("</td><td class=\"d\">", stdout);
        html_day(received_text(row, "effective_due"));
        printf("</td><td class=\"s\">%s</td><td class=\"d\">", grade_in_vietnamese(scored.grade));
        html_day(received_text(row, "done_on"));
        fputs("</td>", stdout);
        put_number(scored.late.days);
        put_number(scored.late.workdays);
        put_number(scored.reminders);
        put_number(scored.overdue_reminders);
        put_number(scored.escalations);
        fputs("</tr>\n", stdout);
}

static void put_items(const struct sheet *sheet)
{
        fputs("<h2>Nhiệm vụ hoàn thành muộn, quá hạn, chưa hoàn thành hoặc chưa rõ kết quả</h2>\n"
              "<table class=\"items\">\n<thead><tr><th>Cơ quan, đơn vị</th><th>Nhiệm vụ</th><th>Thời hạn</th>"
              "<th>Kết quả</th><th>Ngày hoàn thành</th><th>Số ngày chậm</th><th>Số ngày làm việc chậm</th>"
              "<th>Số lần nhắc</th><th>Trong đó đôn đốc</th><th>Báo cáo Trưởng khối</th></tr></thead>\n<tbody>\n",
              stdout);
        for (size_t i = 0; i < sheet->names.n; i++)
                for (size_t k = 0; k < sheet->agencies[i].n; k++)
                        if (sheet_is_remarkable(sheet->agencies[i].rows[k]))
                                put_item(&sheet->names.agencies[i], sheet->agencies[i].rows[k]);
        fputs("</tbody>\n</table>\n", stdout);
}

void sheet_print_html(const struct sheet *sheet, const json_t *status)
{
        const char *title = received_text(sheet->plan, "title");
        int64_t n = sheet->total.n[GRADE_LATE] + sheet->total.n[GRADE_UNFINISHED] + sheet->total.n[GRADE_OVERDUE] +
                    sheet->total.n[GRADE_UNCLEAR];

        html_begin("Kết quả thực hiện nhiệm vụ", styles);
        html_heading("TỔNG HỢP KẾT QUẢ THỰC HIỆN NHIỆM VỤ", *title ? title : received_text(sheet->plan, "plan"),
                     status);
        put_sums(sheet);
        if (n > 0)
                put_items(sheet);
        fputs("<p class=\"legend\">Số nhiệm vụ không gồm việc được miễn và việc không tính điểm (chế độ nhắc không đôn "
              "đốc ai). Số ngày chậm tính từ ngày tiếp theo của ngày hết hạn; hạn rơi vào ngày nghỉ thì kết thúc vào "
              "ngày "
              "làm việc tiếp theo (Điều 148 Bộ luật Dân sự năm 2015).</p>\n",
              stdout);
        html_end();
}
