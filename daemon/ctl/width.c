/* Display width: how many columns of a terminal a text takes. */
#include "ctl/width.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "base/cleanup.h"
#include "base/utf8.h"

struct glyph {
        size_t bytes;
        size_t columns;
        int printable;
};

static struct glyph next_glyph(const char *text, size_t size)
{
        mbstate_t state = {0};
        wchar_t character;
        size_t n = mbrtowc(&character, text, size, &state);
        int columns;

        if (n == 0 || n > size) /* also (size_t)-1 and -2: broken, or cut off */
                return (struct glyph){1, 1, 0};
        /* The C library prints what turns the direction; a terminal that follows it shows one name for another. */
        columns = utf8_kind((char32_t)character) == UTF8_DIRECTION ? -1 : wcwidth(character);
        return columns < 0 ? (struct glyph){n, 1, 0} : (struct glyph){n, (size_t)columns, 1};
}

size_t text_width(const char *text)
{
        size_t size = strlen(text), columns = 0;

        while (size > 0) {
                struct glyph glyph = next_glyph(text, size);

                columns += glyph.columns;
                text += glyph.bytes;
                size -= glyph.bytes;
        }
        return columns;
}

size_t text_write(FILE *out, const char *text, size_t most)
{
        size_t size = strlen(text), columns = 0;
        /* Room for the ellipsis is only needed where something is cut. */
        size_t room = text_width(text) <= most ? SIZE_MAX : most > 0 ? most - 1 : 0;

        while (size > 0) {
                struct glyph glyph = next_glyph(text, size);

                if (columns + glyph.columns > room)
                        break;
                if (glyph.printable)
                        fwrite(text, 1, glyph.bytes, out);
                else
                        fputc('?', out);
                columns += glyph.columns;
                text += glyph.bytes;
                size -= glyph.bytes;
        }
        if (size > 0 && most > 0) {
                fputs("…", out);
                columns++;
        }
        return columns;
}

void text_vprint(FILE *out, const char *format, va_list arguments)
{
        CLEANUP_FREE char *text = NULL;

        if (vasprintf(&text, format, arguments) < 0)
                text = NULL; /* undefined after a failure */
        text_write(out, text ? text : format, SIZE_MAX);
}

static void blanks(FILE *out, size_t n)
{
        while (n-- > 0)
                fputc(' ', out);
}

void text_pad(FILE *out, const char *text, size_t columns)
{
        blanks(out, columns - text_write(out, text, columns));
}

void text_pad_left(FILE *out, const char *text, size_t columns)
{
        size_t width = text_width(text);

        blanks(out, width < columns ? columns - width : 0);
        text_write(out, text, columns);
}

/* ---- whatever the locale ---- */

size_t text_steers(const char *text, char32_t *ret_code)
{
        size_t n = utf8_decode(text, UTF8_MAX, ret_code);

        if (n == 0 || strchr("\n\r\t", *text))
                return 0;
        return utf8_kind(*ret_code) & UTF8_STEERS ? n : 0;
}

void text_write_page(FILE *out, const char *text)
{
        char32_t code;

        for (size_t n; *text; text += n > 0 ? n : 1) {
                n = text_steers(text, &code);
                if (n > 0)
                        fputs(TEXT_STEERED, out);
                else
                        fputc(*text, out);
        }
}
