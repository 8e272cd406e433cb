/* A trial: mail that goes to another mailbox than its own says so. */
#include "message/trial.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

#define WORDS "THƯ THỬ NGHIỆM, chưa gửi đến nơi nhận: "

/* Where the first line of a page stands: behind <body …>, or before all where there is none. */
static size_t start_of_page(const char *html)
{
        const char *body = strcasestr(html, "<body"), *end = body ? strchr(body, '>') : NULL;

        return end ? (size_t)(end - html) + 1 : 0;
}

static void add_line(struct text *out, const struct letter *letter)
{
        text_add_format(out, WORDS "%s <%s>", letter->agency_name, letter->address);
}

static int mark_text(const struct letter *letter, char **text)
{
        struct text CLEANUP_TEXT marked = {0};
        char *old = *text;
        int r;

        add_line(&marked, letter);
        text_add_string(&marked, "\n\n");
        text_add_string(&marked, old);
        r = text_take(&marked, text);
        if (r == 0)
                free(old);
        return r;
}

static int mark_page(const struct letter *letter, char **html)
{
        struct text CLEANUP_TEXT marked = {0}, CLEANUP_TEXT line = {0};
        char *old = *html;
        size_t start = start_of_page(old);
        int r;

        add_line(&line, letter);
        text_add(&marked, old, start);
        text_add_string(&marked, "<p style=\"margin:0;padding:8px;background:#fff3cd;color:#000\">");
        if (line.error)
                return line.error;
        text_add_escaped(&marked, line.data);
        text_add_string(&marked, "</p>");
        text_add_string(&marked, old + start);
        r = text_take(&marked, html);
        if (r == 0)
                free(old);
        return r;
}

int trial_mark(const struct letter *letter, char **text, char **html)
{
        int r = mark_text(letter, text);

        return r < 0 ? r : mark_page(letter, html);
}
