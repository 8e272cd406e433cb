/* One file of the configuration, read and parsed. */
#include "config/source.h"

#include <errno.h>
#include <string.h>

#include "base/utf8.h"
#include "config/config.h"
#include "config/file.h"
#include "config/fingerprint.h"
#include "config/scan.h"

#define SOURCE_BAD_LINES_MAX 20 /* lines with bad bytes that are named one by one */
#define MIB ((size_t)1024 * 1024)

static const char byte_order_mark[] = "\xEF\xBB\xBF"; /* put before UTF-8 by some editors */

static bool is_utf16(const char *text, size_t size)
{
        return size >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0);
}

/* Reports each line with bytes that are no text, and puts others in their place so that the rest can be checked. */
static void check_bytes(char *text, size_t size, const char *name, struct report *report)
{
        unsigned line = 1, reported = 0, bad_lines = 0;

        for (size_t i = 0; i < size;) {
                char32_t code;
                size_t n = utf8_decode(text + i, size - i, &code);

                line += text[i] == '\n';
                if (n > 0) {
                        i += n;
                        continue;
                }
                if (reported != line && ++bad_lines <= SOURCE_BAD_LINES_MAX) {
                        if (text[i] == '\0')
                                report_error(report, name, line, "a NUL byte; this is no text file");
                        else
                                report_error(report, name, line, "byte 0x%02X is not UTF-8; save the file as UTF-8",
                                             (unsigned)(unsigned char)text[i]);
                }
                reported = line;
                text[i] = text[i] == '\0' ? ' ' : '?';
                i++;
        }
        if (bad_lines > SOURCE_BAD_LINES_MAX)
                report_error(report, name, reported, "%u more lines with bytes that are not UTF-8, up to this one",
                             bad_lines - SOURCE_BAD_LINES_MAX);
}

static int parse(char **text, size_t size, struct report *report, struct source *source)
{
        size_t mark = strlen(byte_order_mark);
        char *ended;
        int r;

        if (is_utf16(*text, size)) {
                report_error(report, source->name, 1, "the file is in UTF-16; save it as UTF-8");
                return 0;
        }
        ended = realloc(*text, size + sizeof("\n")); /* libconfig 1.5 wants a line end after a comment */
        if (!ended)
                return -ENOMEM;
        *text = ended;
        memcpy(ended + size, "\n", sizeof("\n"));
        if (size >= mark && memcmp(ended, byte_order_mark, mark) == 0)
                memset(ended, ' ', mark);
        check_bytes(ended, size, source->name, report);
        r = scan_text(ended, source->name, report);
        if (r != 0)
                return r == SCAN_REFUSED ? 0 : r;
        source->parsed = config_read_string(&source->tree, ended);
        if (!source->parsed)
                report_error(report, source->name, (unsigned)config_error_line(&source->tree), "syntax error: %s",
                             config_error_text(&source->tree)); /* the scanner should have found it */
        return 0;
}

static int make_source(const char *name, struct source **ret)
{
        CLEANUP(source_free_p) struct source *source = calloc(1, sizeof(*source));

        if (!source)
                return -ENOMEM;
        config_init(&source->tree);
        source->name = strdup(name);
        if (!source->name)
                return -ENOMEM;
        *ret = TAKE_PTR(source);
        return 0;
}

int source_of_text(const char *name, const char *text, size_t size, struct report *report, struct source **ret)
{
        CLEANUP(source_free_p) struct source *source = NULL;
        CLEANUP_FREE char *copy = strndup(text, size);
        int r = copy ? make_source(name, &source) : -ENOMEM;

        if (r == 0)
                r = parse(&copy, size, report, source);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(source);
        return 0;
}

int source_read(const char *name, const struct place *named, EVP_MD_CTX *digest, struct report *report,
                struct source **ret)
{
        CLEANUP(source_free_p) struct source *source = NULL;
        CLEANUP_FREE char *text = NULL;
        struct stat st;
        size_t size;
        int r = make_source(name, &source);

        if (r < 0)
                return r;
        r = file_read(name, CONFIG_FILE_MAX, &st, &text, &size);
        if (r == 0) {
                r = fingerprint_add(digest, text, size);
                if (r == 0)
                        r = parse(&text, size, report, source);
        } else if (r == -EFBIG) {
                report_error(report, name, 0, "is larger than %zu MiB, the most a configuration file may have",
                             CONFIG_FILE_MAX / MIB);
                r = 0;
        } else if (r != -ENOMEM) {
                if (named)
                        report_error(report, named->file, named->line, "%s %s", name, file_error(r));
                else
                        report_error(report, name, 0, "%s", file_error(r));
                r = 0;
        }
        if (r < 0)
                return r;
        *ret = TAKE_PTR(source);
        return 0;
}

struct source *source_free(struct source *source)
{
        if (!source)
                return NULL;
        config_destroy(&source->tree);
        free(source->name);
        free(source);
        return NULL;
}
