/* Mime: a message as it goes over the wire. */
#include "transport/mime.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/cleanup.h"

#define SMTP_LINE_MAX 998 /* bytes of a line without its CRLF: RFC 5322, section 2.1.1 */
#define BASE64_LINE 57    /* bytes that make the longest line allowed, 76: RFC 2045, section 6.8 */
#define BASE64_TEXT 77    /* what it becomes, with a NUL */
#define FILE_NAME_MAX 40  /* of a calendar */

/* No line of base64 begins like this: it has no '-'. */
#define MIXED "=_reminderd_mixed"
#define ALTERNATIVE "=_reminderd_alternative"

/* Whole lines: a CRLF only before a blank, no line too long. */
static bool header_is_safe(const char *header)
{
        size_t length = 0;

        if (*header == ' ' || *header == '\t' || *header == '\0')
                return false;
        for (const char *c = header; *c; c++) {
                if (c[0] == '\r' && c[1] == '\n' && (c[2] == ' ' || c[2] == '\t')) {
                        c++;
                        length = 0;
                } else if (*c == '\r' || *c == '\n' || ++length > SMTP_LINE_MAX)
                        return false;
        }
        return true;
}

/* A copy with CRLF for every LF: the line ends that text has before it is encoded (RFC 2045, section 6.8). */
static char *copy_lines(const char *text, size_t *ret_size)
{
        size_t size = strlen(text);

        for (const char *end = strchr(text, '\n'); end; end = strchr(end + 1, '\n'))
                size++;
        char *copy = malloc(size + 1), *to = copy;
        if (!copy)
                return NULL;
        for (const char *line = text; *line;) {
                const char *end = strchrnul(line, '\n');
                to = mempcpy(to, line, (size_t)(end - line));
                if (*end == '\n') {
                        if (end == text || end[-1] != '\r')
                                *to++ = '\r';
                        *to++ = *end++;
                }
                line = end;
        }
        *ret_size = (size_t)(to - copy);
        return copy;
}

/* base64: quoted-printable makes six or nine bytes of a Vietnamese letter with a mark, which nobody can read either. */
static void put_base64(FILE *out, const char *bytes, size_t size)
{
        char line[BASE64_TEXT];

        for (size_t at = 0; at < size; at += BASE64_LINE) {
                size_t n = size - at < BASE64_LINE ? size - at : BASE64_LINE;

                (void)EVP_EncodeBlock((unsigned char *)line, (const unsigned char *)bytes + at, (int)n);
                (void)fprintf(out, "%s\r\n", line);
        }
}

/* One that is not there is left out. */
static int put_part(FILE *out, const char *boundary, const char *type, const char *filename, const char *content)
{
        size_t size = 0;

        if (!content)
                return 0;
        CLEANUP_FREE char *lines = copy_lines(content, &size);
        if (!lines)
                return -ENOMEM;
        (void)fprintf(out, "--%s\r\nContent-Type: %s\r\nContent-Transfer-Encoding: base64\r\n", boundary, type);
        if (filename)
                (void)fprintf(out, "Content-Disposition: attachment; filename=\"%s\"\r\n", filename);
        (void)fputs("\r\n", out);
        put_base64(out, lines, size);
        return 0;
}

static int put_text_and_html(FILE *out, const struct smtp_message *message)
{
        int r = put_part(out, ALTERNATIVE, "text/plain; charset=utf-8", NULL, message->text);

        r = r < 0 ? r : put_part(out, ALTERNATIVE, "text/html; charset=utf-8", NULL, message->html);
        (void)fprintf(out, "--" ALTERNATIVE "--\r\n");
        return r;
}

static int put_headers(FILE *out, const char *const *headers)
{
        for (const char *const *header = headers; header && *header; header++) {
                if (!header_is_safe(*header))
                        return -EINVAL;
                (void)fprintf(out, "%s%s\r\n", **header == '.' ? "." : "", *header);
        }
        return 0;
}

/* thoi-han.ics; huy-lich.ics, huy-lich-2.ics, … */
static int put_calendars(FILE *out, const struct smtp_message *message)
{
        const char *type = message->calendar_cancels ? "text/calendar; charset=utf-8; method=CANCEL"
                                                     : "text/calendar; charset=utf-8; method=PUBLISH";
        char name[FILE_NAME_MAX];
        int r = 0;

        for (size_t i = 0; r == 0 && message->calendars[i]; i++) {
                (void)snprintf(name, sizeof name, i == 0 ? "%s.ics" : "%s-%zu.ics", message->calendar_name, i + 1);
                r = put_part(out, MIXED, type, name, message->calendars[i]);
        }
        (void)fputs("--" MIXED "--\r\n", out);
        return r;
}

static int put_message(FILE *out, const struct smtp_message *message)
{
        static const char alternative[] = "Content-Type: multipart/alternative; boundary=\"" ALTERNATIVE "\"\r\n\r\n";
        int r = put_headers(out, message->headers);

        (void)fputs("Mime-Version: 1.0\r\n", out);
        if (message->calendars)
                (void)fputs("Content-Type: multipart/mixed; boundary=\"" MIXED "\"\r\n\r\n--" MIXED "\r\n", out);
        (void)fputs(alternative, out);
        r = r < 0 ? r : put_text_and_html(out, message);
        return r == 0 && message->calendars ? put_calendars(out, message) : r;
}

int mime_write(const struct smtp_message *message, char **ret, size_t *ret_size)
{
        CLEANUP_FREE char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);

        if (!out)
                return -ENOMEM;
        int r = put_message(out, message);
        if (fclose(out) != 0 && r == 0)
                r = -ENOMEM;
        if (r < 0)
                return r;
        *ret = TAKE_PTR(text);
        *ret_size = size;
        return 0;
}
