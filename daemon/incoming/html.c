/* The text of an answer that was written as HTML alone: tags out, entities in. */
#include "incoming/html.h"

#include <string.h>

#include <glib.h>

struct step {
        const char *pattern;
        const char *replacement;
};

/* In this order: an entity may be a "<" that begins no tag. */
static const struct step steps[] = {
        {"<!--.*?(?:-->|\\z)", ""},
        {"<(style|script|head|title)\\b.*?(?:</\\1\\s*>|\\z)", ""},
        /* What Gmail, Outlook, Zimbra and Thunderbird put around the quoted letter, or above it. */
        {"<(?:blockquote\\b|[^<>]*\\b(?:class|id)\\s*=\\s*[\"']?(?:gmail_quote|gmail_attr|appendonsend|divrplyfwdmsg|"
         "zwchr|"
         "moz-cite-prefix|outlookmessageheader|yahoo_quoted)).*",
         ""},
        {"\\s+", " "},
        {"<(?:br|/p|/div|/tr|/li|/h[1-6]|hr)\\b[^<>]*>", "\\n"},
        {"<[^<>]*>", ""},
        {"&nbsp;", " "},
        {"&lt;", "<"},
        {"&gt;", ">"},
        {"&quot;", "\""},
        /* Latin letters of Vietnamese: a letter and its mark, which are put together below. */
        {"&([aeiouy])grave;", "\\1\xcc\x80"},
        {"&([aeiouy])acute;", "\\1\xcc\x81"},
        {"&([aeiouy])circ;", "\\1\xcc\x82"},
        {"&([aeiouy])tilde;", "\\1\xcc\x83"},
};

static char *apply(const char *pattern, const char *text, const char *replacement, GRegexEvalCallback evaluate)
{
        GRegex *regex = g_regex_new(pattern, G_REGEX_CASELESS | G_REGEX_DOTALL, 0, NULL);
        char *made;

        g_assert(regex);
        made = evaluate ? g_regex_replace_eval(regex, text, -1, 0, 0, evaluate, NULL, NULL)
                        : g_regex_replace(regex, text, -1, 0, replacement, 0, NULL);
        g_regex_unref(regex);
        /* PCRE gives up on what would take it too long: then nothing is known of the text. */
        return made ? made : g_strdup("");
}

/* "&#7845;", "&#x1ea5;". */
static gboolean put_character(const GMatchInfo *match, GString *out, void *userdata)
{
        char *hex = g_match_info_fetch(match, 1), *decimal = g_match_info_fetch(match, 2);
        guint64 code = *hex ? g_ascii_strtoull(hex, NULL, 16) : g_ascii_strtoull(decimal, NULL, 10);

        (void)userdata;
        if (code <= 0x10ffff && code >= ' ' && g_unichar_validate((gunichar)code))
                g_string_append_unichar(out, (gunichar)code);
        g_free(hex);
        g_free(decimal);
        return FALSE;
}

char *html_text(const char *html)
{
        char *text = g_strdup(html), *next;

        for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
                next = apply(steps[i].pattern, text, steps[i].replacement, NULL);
                g_free(text);
                text = next;
        }
        next = apply("&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));", text, NULL, put_character);
        g_free(text);
        text = apply("&amp;", next, "&", NULL);
        g_free(next);
        next = g_utf8_normalize(text, -1, G_NORMALIZE_DEFAULT_COMPOSE);
        g_free(text);
        return next ? next : g_strdup("");
}
