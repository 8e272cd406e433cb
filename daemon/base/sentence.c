/* Sentences that were made in English, said in the language of messages. */
#include "base/sentence.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/language.h"
#include "base/text.h"

#define ARGUMENTS_MAX 8
#define DEPTH_MAX 5 /* a sentence in a sentence: the rule of a repeat of an item of a plan */
#define LANGUAGE_SIZE 32

/* ---- the catalogue's formats ---- */

struct format {
        const char *english, *translated;
        const char *literal; /* the longest stretch between directives: a sentence without it was not made of this */
        size_t literal_size;
        size_t own;      /* bytes outside directives: of two formats that fit, the one that says more is meant */
        bool has_letter; /* there, so that there is something to translate */
};

struct formats {
        bool is_read;
        struct format *list;
        size_t n;
};

/* As gettext's own catalogue: read once, and there until the process ends. */
static struct formats formats;

struct directive {
        size_t place;    /* of its argument, from 1; 0: the next one */
        bool hidden;     /* "%.0s": the plural's "s" in a language without */
        char conversion; /* '%': a percent sign */
};

/* `at` stands on a '%'. Returns what follows the directive. */
static const char *read_directive(const char *at, struct directive *ret)
{
        size_t digits = strspn(++at, "0123456789");

        *ret = (struct directive){0};
        if (digits > 0 && at[digits] == '$') {
                ret->place = (size_t)strtoul(at, NULL, 10);
                at += digits + 1;
        }
        at += strspn(at, "-+ #0123456789");
        if (*at == '.') {
                ret->hidden = at[1] == '0' && !isdigit((unsigned char)at[2]);
                at++;
                at += strspn(at, "*0123456789");
        }
        at += strspn(at, "hlzjt");
        ret->conversion = *at;
        return *at ? at + 1 : at;
}

static void measure(struct format *format)
{
        const char *at = format->english;

        while (*at) {
                size_t size = strcspn(at, "%");
                struct directive directive;

                for (size_t i = 0; i < size; i++)
                        format->has_letter |= isalpha((unsigned char)at[i]) != 0;
                format->own += size;
                if (size > format->literal_size) {
                        format->literal = at;
                        format->literal_size = size;
                }
                at += size;
                if (*at)
                        at = read_directive(at, &directive);
        }
}

static int by_own(const void *a, const void *b)
{
        const struct format *one = a, *other = b;

        return (one->own < other->own) - (one->own > other->own);
}

/* The file that gettext has found: its first entry names the language. */
static bool catalogue_path(char path[static PATH_MAX])
{
        const char *folder = bindtextdomain(TEXT_DOMAIN, NULL), *named = strstr(gettext(""), "Language: ");
        char language[LANGUAGE_SIZE];

        if (!folder || !named || sscanf(named, "Language: %31[A-Za-z_@]", language) != 1)
                return false;
        return snprintf(path, PATH_MAX, "%s/%s/LC_MESSAGES/" TEXT_DOMAIN ".mo", folder, language) < PATH_MAX;
}

static const char *map_file(const char *path, size_t *ret_size)
{
        int CLEANUP_CLOSE fd = open(path, O_RDONLY | O_CLOEXEC);
        struct stat about;
        void *map;

        if (fd < 0 || fstat(fd, &about) < 0 || about.st_size <= 0)
                return NULL;
        map = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        *ret_size = (size_t)about.st_size;
        return map == MAP_FAILED ? NULL : map;
}

/* The Nth string of a table of lengths and offsets; NULL: it does not end inside the file. */
static const char *string_at(const char *map, size_t size, uint32_t table, size_t n)
{
        uint32_t place[2]; /* length, offset */
        size_t at = table + n * sizeof(place);

        if (at > size - sizeof(place))
                return NULL;
        memcpy(place, map + at, sizeof(place));
        return (size_t)place[0] + place[1] < size && map[place[0] + place[1]] == '\0' ? map + place[1] : NULL;
}

/* The formats of a .mo file ("GNU gettext utilities", section 10.3), those that say most first. */
static void read_formats(const char *map, size_t size)
{
        enum { MAGIC, REVISION, COUNT, ENGLISH, TRANSLATED, HEADER };
        uint32_t header[HEADER];

        if (size < sizeof(header))
                return;
        memcpy(header, map, sizeof(header));
        if (header[MAGIC] != 0x950412de || header[COUNT] > size)
                return;
        formats.list = calloc(header[COUNT], sizeof(*formats.list));
        if (!formats.list)
                return;
        for (size_t i = 0; i < header[COUNT]; i++) {
                struct format format = {.english = string_at(map, size, header[ENGLISH], i),
                                        .translated = string_at(map, size, header[TRANSLATED], i)};

                if (!format.english || !format.translated || !strchr(format.english, '%') ||
                    strchr(format.english, '\004'))
                        continue;
                measure(&format);
                if (format.has_letter)
                        formats.list[formats.n++] = format;
        }
        if (formats.n > 0)
                qsort(formats.list, formats.n, sizeof(*formats.list), by_own);
}

static const struct formats *formats_get(void)
{
        char path[PATH_MAX];
        size_t size;

        if (!formats.is_read && catalogue_path(path)) {
                const char *map = map_file(path, &size);

                if (map)
                        read_formats(map, size);
        }
        formats.is_read = true;
        return &formats;
}

/* ---- taking a sentence apart ---- */

struct arguments {
        struct {
                const char *text;
                size_t size;
                bool quoted; /* somebody's own words */
        } list[ARGUMENTS_MAX];
        size_t n;
};

static void argument_sizes(char conversion, bool quoted, const char *text, size_t *ret_least, size_t *ret_most)
{
        const char *end = NULL;

        size_t sign = *text == '-';

        switch (conversion) {
        case 's':
                if (quoted) /* it may hold quotes, but does not go on in the next clause */
                        end = strstr(text, "\": ");
                *ret_least = 0;
                *ret_most = end ? (size_t)(end - text) : strlen(text);
                return;
        case 'c':
                *ret_least = *ret_most = 1;
                return;
        case 'X':
                *ret_most = strspn(text, "0123456789ABCDEF");
                break;
        default:
                *ret_most = sign + strspn(text + sign, "0123456789");
        }
        *ret_least = *ret_most > sign ? *ret_most : sign + 1;
}

/* Whether the text was made of the format; the shortest arguments that fit are taken. */
static bool fits(const char *format, const char *text, struct arguments *arguments)
{
        size_t literal = strcspn(format, "%"), least, most, n = arguments->n;
        bool quoted = literal > 0 && format[literal - 1] == '"';
        struct directive directive;
        const char *rest;

        if (strncmp(format, text, literal) != 0)
                return false;
        text += literal;
        if (!format[literal])
                return !*text;
        rest = read_directive(format + literal, &directive);
        if (directive.conversion == '%')
                return *text == '%' && fits(rest, text + 1, arguments);
        if (n == ARGUMENTS_MAX)
                return false;
        argument_sizes(directive.conversion, quoted, text, &least, &most);
        for (size_t size = least; size <= most; size++) {
                arguments->list[n].text = text;
                arguments->list[n].size = size;
                arguments->list[n].quoted = quoted;
                arguments->n = n + 1;
                if (fits(rest, text + size, arguments))
                        return true;
        }
        arguments->n = n;
        return false;
}

/* ---- and putting it together ---- */

static void add_translated(struct text *text, const char *english, size_t size, int depth);

static void add_argument(struct text *text, const char *argument, size_t size, bool quoted, int depth)
{
        char word[LANGUAGE_DATE_SIZE], date[LANGUAGE_DATE_SIZE];

        snprintf(word, sizeof(word), "%.*s", (int)size, argument);
        if (quoted)
                /* NOLINTNEXTLINE(bugprone-branch-clone): asked first, since what is quoted is no date */
                text_add(text, argument, size);
        else if (size < sizeof(word) && language_date(word, date) == date)
                text_add_string(text, date);
        else if (memchr(argument, ' ', size))
                add_translated(text, argument, size, depth);
        else
                text_add(text, argument, size); /* a name, a key: one word says nothing of what it means here */
}

static void fill(struct text *text, const char *translated, const struct arguments *arguments, int depth)
{
        size_t next = 0;

        while (*translated) {
                size_t literal = strcspn(translated, "%"), i;
                struct directive directive;

                text_add(text, translated, literal);
                translated += literal;
                if (!*translated)
                        break;
                translated = read_directive(translated, &directive);
                if (directive.conversion == '%') {
                        text_add_char(text, '%');
                        continue;
                }
                i = directive.place > 0 ? directive.place - 1 : next++;
                if (i < arguments->n && !directive.hidden)
                        add_argument(text, arguments->list[i].text, arguments->list[i].size, arguments->list[i].quoted,
                                     depth + 1);
        }
}

/* The first of these outside quotes. */
static const char *find_joint(const char *sentence, const char *joint)
{
        bool quoted = false;

        for (const char *at = sentence; *at; at++) {
                quoted ^= *at == '"';
                if (!quoted && at > sentence && strncmp(at, joint, strlen(joint)) == 0)
                        return at;
        }
        return NULL;
}

/* What has no entry as a whole may be a name or a clause, and what is said of it. */
static void add_parts(struct text *text, const char *english, int depth)
{
        static const char *const joints[] = {": ", "; "};

        for (size_t i = 0; i < ELEMENTS(joints); i++) {
                const char *joint = find_joint(english, joints[i]);

                if (joint) {
                        const char *rest = joint + strlen(joints[i]);

                        add_translated(text, english, (size_t)(joint - english), depth + 1);
                        text_add_string(text, joints[i]);
                        add_translated(text, rest, strlen(rest), depth + 1);
                        return;
                }
        }
        text_add_string(text, english);
}

static const struct format *find_format(const char *sentence, struct arguments *arguments)
{
        const struct formats *known = formats_get();

        for (size_t i = 0; i < known->n; i++) {
                const struct format *format = &known->list[i];

                *arguments = (struct arguments){0};
                if (memmem(sentence, strlen(sentence), format->literal, format->literal_size) &&
                    fits(format->english, sentence, arguments))
                        return format;
        }
        return NULL;
}

/* Whether a sentence's first argument swallowed the name of what it is said of: `agency "x": name` is missing. */
static bool begins_with_name(const char *sentence, const struct arguments *arguments)
{
        const char *joint = find_joint(sentence, ": ");
        char *CLEANUP_FREE name = joint ? strndup(sentence, (size_t)(joint - sentence)) : NULL;
        struct arguments ignored;

        return name && arguments->list[0].text == sentence && arguments->list[0].size >= strlen(name) &&
               find_format(name, &ignored);
}

static void add_translated(struct text *text, const char *english, size_t size, int depth)
{
        char *CLEANUP_FREE sentence = strndup(english, size);
        const struct format *format;
        struct arguments arguments;
        const char *whole;

        if (!sentence) {
                text->error = -ENOMEM;
                return;
        }
        if (size == 0 || depth > DEPTH_MAX) {
                text_add(text, english, size);
                return;
        }
        whole = gettext(sentence);
        if (whole != sentence) {
                text_add_string(text, whole);
                return;
        }
        format = find_format(sentence, &arguments);
        if (format && !begins_with_name(sentence, &arguments))
                fill(text, format->translated, &arguments, depth);
        else
                add_parts(text, sentence, depth);
}

char *sentence_translate(const char *english)
{
        struct text CLEANUP_TEXT text = {0};
        char *translated;

        if (!*gettext("")) /* no catalogue is in use */
                return strdup(english);
        add_argument(&text, english, strlen(english), false, 0);
        return text_take(&text, &translated) < 0 ? NULL : translated;
}
