/* A person's own words in an answer. */
#include "incoming/quote.h"

#include <string.h>

#include <glib.h>

#include "incoming/pattern.h"

#define HEADERS_MIN 3  /* of a block above a quotation: fewer may be a sentence with a colon */
#define HEADER_LINES 8 /* in which they stand: long lists of recipients go over several */

/* Where somebody else's words begin: at the start of a line. A program may break "On … wrote:" over three lines. */
static const char begins[] =
        "^[ \\t\\x{a0}]*(?:"
        /* our own line */
        "[^\\n]{0,40}trả lời phía trên dòng này"
        /* a quoted line */
        "|>"
        /* a signature (RFC 3676 section 4.3) */
        "|-- ?$"
        /* Gmail, Thunderbird, Apple Mail: a date or an address, and a verb */
        "|(?:on|vào|ngày|lúc|am|le|el)\\b[^\\n]*(?:\\n[^\\n]+){0,2}?(?:wrote|đã viết|viết|schrieb|a écrit|escribió)[ "
        "\\t]*:[ \\t]*$"
        "|[^\\n]*[@\\d][^\\n]*(?:wrote|đã viết)[ \\t]*:[ \\t]*$"
        /* Outlook, Zimbra, Gmail's forwards */
        "|[-_]{2,}[ \\t]*[^-_\\n]*(?:original|forwarded|message|thư|tin nhắn|gốc|chuyển tiếp)[^\\n]*[-_]{2,}[ \\t]*$"
        "|begin forwarded message:"
        "|_{10,}[ \\t]*$)";

/* One line of a block of headers; mail programs set the names in bold, which in plain text is a star. */
static const char header_line[] = "^[ \\t*\\x{a0}]*(?:from|sent|to|cc|bcc|date|subject|reply-to|importance|attachments"
                                  "|từ|người gửi|đã gửi|gửi|gửi lúc|thời gian|ngày|ngày gửi|đến|tới|người nhận|đồng "
                                  "gửi|đồng kính gửi|chủ đề|tiêu đề"
                                  "|v/v)[ \\t*\\x{a0}]*:";

/* What a telephone puts below: it says "đã gửi", and its owner has not said so. */
static const char device_line[] = "\\n?^[ \\t]*(?:sent (?:from|via|with)\\b|get outlook for|tải outlook|lấy "
                                  "outlook|(?:đã |được )?gửi (?:từ|bằng)[^\\n]*"
                                  "(?:iphone|ipad|outlook|android|samsung|galaxy|điện thoại|yahoo|mail\\b|thiết "
                                  "bị|oppo|xiaomi|vivo|zimbra|blackberry))"
                                  "[^\\n]{0,120}\\s*\\z";

/* Length of the text before the first match. */
static size_t before(const char *pattern, const char *text, size_t size)
{
        GRegex *regex = pattern_new(pattern);
        GMatchInfo *match = NULL;
        int start = (int)size;

        if (g_regex_match_full(regex, text, (gssize)size, 0, 0, &match, NULL))
                (void)g_match_info_fetch_pos(match, 0, &start, NULL);
        g_match_info_free(match);
        g_regex_unref(regex);
        return (size_t)start;
}

/* Length of the text before the first block of headers. */
static size_t before_headers(const char *text, size_t size)
{
        GRegex *regex = pattern_new(header_line);
        size_t lines[HEADERS_MIN] = {0}, n_lines = 0, starts[HEADERS_MIN] = {0}, n = 0, found = size;

        for (size_t at = 0; at < size && found == size; n_lines++) {
                const char *end = memchr(text + at, '\n', size - at);
                size_t length = end ? (size_t)(end - text) - at : size - at;

                if (g_regex_match_full(regex, text + at, (gssize)length, 0, 0, NULL, NULL)) {
                        lines[n % HEADERS_MIN] = n_lines;
                        starts[n % HEADERS_MIN] = at;
                        n++;
                        /* the oldest of the last ones */
                        if (n >= HEADERS_MIN && n_lines - lines[n % HEADERS_MIN] < HEADER_LINES)
                                found = starts[n % HEADERS_MIN];
                }
                at += length + 1;
        }
        g_regex_unref(regex);
        return found;
}

char *quote_cut(const char *text)
{
        size_t size = before(begins, text, strlen(text));
        char *own;

        size = before_headers(text, size);
        size = before(device_line, text, size);
        own = g_strndup(text, size);
        return g_strstrip(own);
}
