/* Pages in Vietnamese that stand by themselves and print on A4: what all have in common. */
#include "ctl/html.h"

#include <stdio.h>
#include <string.h>

#include "ctl/width.h"

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

void html_text(const char *text)
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

void html_day(const char *iso)
{
        if (strlen(iso) >= sizeof("2024-10-15") - 1)
                printf("%.2s/%.2s/%.4s", iso + 8, iso + 5, iso);
}

void html_begin(const char *title, const char *styles)
{
        printf("<!DOCTYPE html>\n"
               "<html lang=\"vi\">\n"
               "<meta charset=\"utf-8\">\n"
               "<title>%s</title>\n"
               "<style>\n"
               "@page { size: A4 landscape; margin: 12mm }\n"
               "body { font: 11pt/1.35 'Times New Roman', 'Liberation Serif', serif; color: #000; margin: 1.5em }\n"
               "h1 { font-size: 14pt; text-align: center; margin: 0 0 .2em }\n"
               "p { text-align: center; margin: 0 0 .8em }\n"
               "table { border-collapse: collapse; width: 100%% }\n"
               "th, td { border: 1px solid #555; padding: 2px 5px; vertical-align: middle }\n"
               "thead { display: table-header-group }\n"
               "tr { break-inside: avoid }\n"
               "td.d { white-space: nowrap; text-align: center }\n"
               ".legend { text-align: left; margin-top: .8em; font-size: 10pt }\n"
               "%s"
               "@media print { body { margin: 0; print-color-adjust: exact; -webkit-print-color-adjust: exact } }\n"
               "</style>\n",
               title, styles);
}

void html_heading(const char *heading, const char *below, const json_t *status)
{
        const char *now = received_text(status, "now");

        printf("<h1>%s</h1>\n<p>", heading);
        if (*below) {
                html_text(below);
                fputs("<br>", stdout);
        }
        html_text(received_text(status, "block"));
        if (strlen(now) >= sizeof("2024-10-15T08:00") - 1) {
                printf("<br>Tính đến %.2s giờ %.2s ngày ", now + 11, now + 14);
                html_day(now);
        }
        fputs("</p>\n", stdout);
}

void html_end(void)
{
        fputs("</html>\n", stdout);
}
