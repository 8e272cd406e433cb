/* The verb metrics: counts for monitoring, as the daemon writes them. */
#include <string.h>
#include <sys/stat.h>

#include "base/language.h"
#include "base/text.h"
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
        if (command_has(cli->command, OPTION_OUTPUT))
                return write_file(cli, cli_value(cli, OPTION_OUTPUT), text);
        if (!cli_is_json(cli)) {
                fputs(text, stdout);
                return EXIT_DONE;
        }
        object = json_pack("{s:s}", "openmetrics", text);
        return object ? cli_print(cli, object) : cli_no_memory(cli);
}
