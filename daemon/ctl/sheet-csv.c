/* The score sheet for a spreadsheet, one line for each agency and item: as Excel reads it where Vietnamese is set. */
#include <stdio.h>
#include <string.h>

#include "ctl/sheet.h"
#include "ctl/width.h"

#define BYTE_ORDER_MARK "\uFEFF" /* without it Excel takes UTF-8 for the code page of Windows */

/* What begins like a formula would be one, quoted or not: an apostrophe makes it text.
 * https://owasp.org/www-community/attacks/CSV_Injection */
static bool is_formula(const char *text)
{
        return *text && strchr("=+-@\t\r", *text);
}

static void put_text(const char *text)
{
        char32_t code;

        fputs(is_formula(text) ? "\"'" : "\"", stdout);
        for (size_t n; *text; text += n > 0 ? n : 1) {
                n = text_steers(text, &code);
                if (n > 0)
                        fputs(TEXT_STEERED, stdout);
                else if (*text == '"')
                        fputs("\"\"", stdout);
                else
                        putchar(*text);
        }
        fputs("\";", stdout);
}

static void put_day(const char *iso)
{
        if (strlen(iso) >= sizeof("2024-10-15") - 1)
                printf("\"%.2s/%.2s/%.4s\";", iso + 8, iso + 5, iso);
        else
                fputs("\"\";", stdout);
}

static void put_row(const struct listed_agency *agency, const json_t *row)
{
        struct scored scored = sheet_scored(row);

        put_text(agency->id);
        put_text(agency->name);
        put_text(received_text(row, "item"));
        put_day(received_text(row, "occurrence"));
        put_text(received_text(row, "title"));
        put_day(received_text(row, "effective_due"));
        put_text(grade_in_vietnamese(scored.grade));
        put_day(received_text(row, "done_on"));
        printf("\"%lld\";\"%lld\";\"%lld\";\"%lld\";\"%lld\"\r\n", (long long)scored.late.days,
               (long long)scored.late.workdays, (long long)scored.reminders, (long long)scored.overdue_reminders,
               (long long)scored.escalations);
}

void sheet_print_csv(const struct sheet *sheet)
{
        fputs(BYTE_ORDER_MARK
              "\"Mã cơ quan\";\"Cơ quan\";\"Mã nhiệm vụ\";\"Kỳ\";\"Nhiệm vụ\";\"Thời hạn\";\"Kết quả\";"
              "\"Ngày hoàn thành\";\"Số ngày chậm\";\"Số ngày làm việc chậm\";\"Số lần nhắc\";\"Trong đó đôn đốc\";"
              "\"Số lần báo cáo Trưởng khối\"\r\n",
              stdout);
        for (size_t i = 0; i < sheet->names.n; i++)
                for (size_t k = 0; k < sheet->agencies[i].n; k++)
                        put_row(&sheet->names.agencies[i], sheet->agencies[i].rows[k]);
}
