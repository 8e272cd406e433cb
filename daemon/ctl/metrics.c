/* The verb metrics: counts for monitoring, as the daemon writes them. */
#include <string.h>
#include <sys/stat.h>

#include "base/language.h"
#include "base/text.h"
#include "ctl/metrics.h"
#include "ctl/part.h"
#include "ctl/verbs.h"

/* Whoever collects it is another user. */
#define MODE 0644

static int check_target(const struct cli *cli, const char *path)
{
        struct stat status;

        if (lstat(path, &status) < 0 || S_ISREG(status.st_mode))
                return EXIT_DONE; /* what else is wrong with it shows when it is written */
        return part_refuse_kind(cli, path, status.st_mode);
}

/* In the text format from before OpenMetrics, which the textfile collector and promtool read: there the family of a
 * counter is named as its samples are (https://prometheus.io/docs/instrumenting/exposition_formats/). */
static void add_older(struct text *older, const char *text)
{
        static const char type[] = "# TYPE ", counter[] = " counter\n", help[] = "# HELP ";
        const char *end;
        bool is_counter = false;

        for (; (end = strchr(text, '\n')); text = end + 1) {
                size_t size = (size_t)(end + 1 - text), name = size;
                bool is_type = strncmp(text, type, sizeof(type) - 1) == 0;
                bool is_help = strncmp(text, help, sizeof(help) - 1) == 0;

                if (is_type || is_help)
                        name = sizeof(type) - 1 + strcspn(text + sizeof(type) - 1, " ");
                if (is_type)
                        is_counter = strncmp(text + name, counter, sizeof(counter) - 1) == 0;
                if (!is_counter)
                        name = size;
                text_add(older, text, name);
                if (name < size)
                        text_add_string(older, "_total");
                text_add(older, text + name, size - name);
        }
}

/* Who reads FILE meanwhile sees the old one whole or the new one. It is not synced: after a power loss it is made anew.
 */
static int write_file(const struct cli *cli, const char *path, const char *text)
{
        struct part CLEANUP(part_clear) part = {.fd = -1};
        struct text CLEANUP_TEXT older = {0};
        int code = check_target(cli, path);

        add_older(&older, text);
        if (older.error < 0)
                return cli_no_memory(cli);
        if (code == EXIT_DONE)
                code = part_open(cli, path, &part);
        if (code != EXIT_DONE)
                return code;
        if (write(part.fd, older.data, older.size) != (ssize_t)older.size || fchmod(part.fd, MODE) < 0 ||
            rename(part.path, path) < 0)
                return part_cannot_write(cli, path);
        *part.path = '\0';
        return EXIT_DONE;
}

/* Prints the text, or writes the file that the command names. */
static int put(const struct cli *cli, const char *text)
{
        json_t *CLEANUP_JSON object = NULL;

        if (command_has(cli->command, OPTION_OUTPUT))
                return write_file(cli, cli_value(cli, OPTION_OUTPUT), text);
        if (!cli_is_json(cli)) {
                fputs(text, stdout);
                return EXIT_DONE;
        }
        object = json_pack("{s:s}", "openmetrics", text);
        return object ? cli_print(cli, object) : cli_no_memory(cli);
}

/* ---- of several blocks ---- */

#define TYPE "# TYPE "

/* The next line that begins a family, or the end. */
static const char *next_family(const char *text)
{
        const char *found = strncmp(text, TYPE, strlen(TYPE)) == 0 ? text : strstr(text, "\n" TYPE);

        return found ? found + (*found == '\n') : text + strlen(text);
}

static size_t name_size(const char *family)
{
        return strcspn(family + strlen(TYPE), " ");
}

/* The family of that name in another text; NULL: it has none. */
static const char *find_family(const char *text, const char *like)
{
        for (text = next_family(text); *text; text = next_family(text + 1))
                if (strncmp(text, like, strlen(TYPE) + name_size(like) + 1) == 0)
                        return text;
        return NULL;
}

static void add_sample(struct text *out, const char *line, size_t size, const char *block)
{
        size_t name = strcspn(line, "{ ");

        text_add(out, line, name);
        if (*block)
                text_add_format(out, line[name] == '{' ? "{block=\"%s\"," : "{block=\"%s\"}", block);
        name += *block && line[name] == '{';
        text_add(out, line + name, size - name);
}

/* The lines that describe a family, or its samples. */
static void add_lines(struct text *out, const char *family, bool samples, const char *block)
{
        const char *end = next_family(family + 1), *next;

        for (const char *line = family; line < end && strncmp(line, "# EOF", 5) != 0; line = next) {
                size_t size = strcspn(line, "\n");

                size += line[size] == '\n';
                next = line + size;
                if (*line == '#' && !samples)
                        text_add(out, line, size);
                if (*line != '#' && samples)
                        add_sample(out, line, size, block);
        }
}

static const char *text_of(const json_t *rows, size_t i)
{
        return received_text(json_array_get(rows, i), "openmetrics");
}

/* A family is described once, before the samples of all blocks; one that several have where the first has it. */
int metrics_print_blocks(struct cli *cli, const json_t *rows)
{
        struct text CLEANUP_TEXT out = {0};
        size_t n = json_array_size(rows);

        for (size_t i = 0; i < n; i++)
                for (const char *family = next_family(text_of(rows, i)); *family; family = next_family(family + 1)) {
                        bool before = false;

                        for (size_t k = 0; k < i; k++)
                                before |= find_family(text_of(rows, k), family) != NULL;
                        if (before)
                                continue;
                        add_lines(&out, family, false, "");
                        for (size_t k = i; k < n; k++) {
                                const char *same = find_family(text_of(rows, k), family);

                                if (same)
                                        add_lines(&out, same, true, received_text(json_array_get(rows, k), "block"));
                        }
                }
        text_add_string(&out, "# EOF\n");
        return out.error < 0 ? cli_no_memory(cli) : put(cli, out.data);
}

int run_metrics(struct cli *cli)
{
        json_t *CLEANUP_JSON reply = NULL, *CLEANUP_JSON object = NULL;
        const char *text;
        int code = cli_call(cli, &reply, "Metrics", "");

        if (code != EXIT_DONE)
                return code;
        text = json_string_value(json_array_get(reply, 0));
        if (!text)
                return cli_fail(cli, EXIT_REFUSED, "%s", _("the daemon's answer makes no sense"));
        if (!cli->of_blocks)
                return put(cli, text);
        object = json_pack("{s:s}", "openmetrics", text);
        return object ? cli_print(cli, object) : cli_no_memory(cli);
}
