/* Texts from outside made harmless: the cleaning into one line, what a server said, what a terminal is shown; and the
 * reader of UTF-8 behind them.
 * Input: any bytes.
 * Holds: each result is one plain line of UTF-8, bounded where it says so, and stays as it is when cleaned again; what
 * was clean is not touched; the reader of UTF-8 agrees with jansson's. */
#include "fuzz.h"

#include <locale.h>

#include "base/text.h"
#include "base/utf8.h"
#include "ctl/width.h"
#include "transport/words.h"

#define COLUMNS 40

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
        (void)argc, (void)argv;
        REQUIRE(setlocale(LC_CTYPE, "C.UTF-8"));
        return 0;
}

/* The longest valid beginning by one reader. */
static size_t valid_size(const char *text, size_t size)
{
        size_t at = 0, n;
        char32_t code;

        while (at < size && (n = utf8_decode(text + at, size - at, &code)) > 0)
                at += n;
        return at;
}

static void check_utf8(const char *text)
{
        size_t size = strlen(text), valid = valid_size(text, size);

        REQUIRE(is_utf8(text, valid));
        REQUIRE((valid == size) == is_utf8(text, size));
}

static void check_line(const char *text)
{
        CLEANUP_FREE char *line = text_line(text);
        CLEANUP_FREE char *again = text_line(line);

        REQUIRE(line && again && is_plain_line(line));
        REQUIRE_OF(strcmp(again, line) == 0, line);
        REQUIRE_OF(text_is_line(line), line);
        REQUIRE_OF(text_is_line(text) == (strcmp(text, line) == 0), line);
        REQUIRE_OF(*line != ' ' && (!*line || line[strlen(line) - 1] != ' ') && !strstr(line, "  "), line);
}

static void check_words(const char *bytes, size_t size)
{
        char words[TRANSFER_ANSWER_MAX + 1], again[TRANSFER_ANSWER_MAX + 1];

        words_printable(bytes, size, words);
        words_printable(words, strlen(words), again);
        REQUIRE(memchr(words, '\0', sizeof(words)) && is_plain_line(words));
        REQUIRE_OF(strcmp(words, again) == 0, words);
        REQUIRE_OF(!strstr(words, "\xe2\x80\xae") && !strstr(words, "\xc2\x9b"), words); /* RLO, CSI */
        REQUIRE_OF(*words != ' ' && !strstr(words, "  "), words);
}

static void check_shown(const char *text)
{
        CLEANUP_FREE char *shown = NULL;
        size_t size = 0, columns;
        FILE *out = open_memstream(&shown, &size);

        REQUIRE(out);
        columns = text_write(out, text, COLUMNS);
        fclose(out);
        REQUIRE(columns <= COLUMNS && is_plain_line(shown));
        REQUIRE_OF(text_width(shown) == columns, shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        size_t n;
        CLEANUP_FREE char *text = input_text(&input, &n);

        check_utf8(text);
        check_line(text);
        check_words(text, n);
        check_shown(text);
        return 0;
}
