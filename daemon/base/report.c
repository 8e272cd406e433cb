/* The list of what is wrong with a configuration. */
#include "base/report.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "base/language.h"

#include <stdarg.h>
#include <string.h>

void report_clear(struct report *report)
{
        for (size_t i = 0; i < report->n; i++) {
                free(report->findings[i].file);
                free(report->findings[i].text);
        }
        free(report->findings);
        *report = (struct report){0};
}

__attribute__((format(printf, 5, 0))) static void add_finding(struct report *report, bool warning, const char *file,
                                                              unsigned line, const char *format, va_list arguments)
{
        CLEANUP_FREE char *file_copy = NULL;
        CLEANUP_FREE char *text = NULL;

        if (warning)
                report->n_warnings++;
        else
                report->n_errors++;
        if (report->n >= REPORT_MAX)
                return;
        file_copy = strdup(file);
        for (char *c = file_copy; c && *c; c++)
                if ((unsigned char)*c < ' ' || *c == 0x7f) /* a finding is one line, whatever the file is called */
                        *c = '?';
        if (vasprintf(&text, format, arguments) < 0)
                text = NULL;
        if (!file_copy || !text)
                return;
        if (ARRAY_GROW(report->findings, report->n, report->room) < 0)
                return;
        report->findings[report->n++] =
                (struct finding){.file = TAKE_PTR(file_copy), .line = line, .warning = warning, .text = TAKE_PTR(text)};
}

void report_error(struct report *report, const char *file, unsigned line, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        add_finding(report, false, file, line, format, arguments);
        va_end(arguments);
}

void report_warning(struct report *report, const char *file, unsigned line, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        add_finding(report, true, file, line, format, arguments);
        va_end(arguments);
}

static bool stands_before(const struct finding *a, const struct finding *b)
{
        int order = strcmp(a->file, b->file);

        return order ? order < 0 : a->line < b->line;
}

void report_sort(struct report *report)
{
        /* By insertion, which keeps equals in place; there are REPORT_MAX at most, and nearly in order. */
        for (size_t i = 1; i < report->n; i++) {
                struct finding moved = report->findings[i];
                size_t at = i;

                for (; at > 0 && stands_before(&moved, &report->findings[at - 1]); at--)
                        report->findings[at] = report->findings[at - 1];
                report->findings[at] = moved;
        }
}

char *finding_format(const struct finding *finding)
{
        const char *label = finding->warning ? _("warning: ") : "";
        char *text;
        int r;

        if (finding->line > 0)
                r = asprintf(&text, "%s:%u: %s%s", finding->file, finding->line, label, finding->text);
        else
                r = asprintf(&text, "%s: %s%s", finding->file, label, finding->text);
        return r < 0 ? NULL : text;
}
