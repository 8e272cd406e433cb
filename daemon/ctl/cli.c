/* The program around a client: the command line it was given, what it prints, and errors as exit codes. */
#include "ctl/cli.h"

#include <errno.h>
#include <string.h>

#include "base/language.h"
#include "base/nearest.h"
#include "base/sentence.h"
#include "core/interface.h"
#include "ctl/width.h"

int cli_fail(const struct cli *cli, enum exit_code code, const char *format, ...)
{
        va_list arguments;

        if (cli->quiet)
                return (int)code;
        fputs("reminderctl: ", stderr);
        if (cli->of_blocks && cli->client.block)
                fprintf(stderr, "%s: ", *cli->client.block ? cli->client.block : BUS_NAME);
        va_start(arguments, format);
        text_vprint(stderr, format, arguments);
        va_end(arguments);
        fputc('\n', stderr);
        return (int)code;
}

int cli_no_memory(const struct cli *cli)
{
        return cli_fail(cli, EXIT_REFUSED, "%s", _("there is not enough memory"));
}

/* Each row of an array, or the one object. */
static int keep_of_block(const struct cli *cli, const json_t *json)
{
        json_t *CLEANUP_JSON rows = json_is_array(json) ? json_copy((json_t *)json) : json_pack("[O]", json);

        for (size_t i = 0; rows && i < json_array_size(rows); i++)
                if (json_object_set_new(json_array_get(rows, i), "block", json_string(cli->client.block)) < 0)
                        return cli_no_memory(cli);
        return rows && json_array_extend(cli->of_blocks, rows) == 0 ? EXIT_DONE : cli_no_memory(cli);
}

int cli_print(const struct cli *cli, const json_t *json)
{
        if (cli->of_blocks && cli->client.block)
                return keep_of_block(cli, json);

        char *CLEANUP_FREE text = json_dumps(json, JSON_INDENT(2));
        char32_t code;

        if (!text)
                return cli_no_memory(cli);
        /* JSON lets them stand as they are (RFC 8259, section 7); a terminal would obey. */
        for (size_t n, i = 0; text[i]; i += n > 0 ? n : 1) {
                n = text_steers(text + i, &code);
                if (n > 0)
                        printf("\\u%04x", code);
                else
                        putchar(text[i]);
        }
        if (putchar('\n') == EOF || fflush(stdout) == EOF)
                return cli_fail(cli, EXIT_REFUSED, _("cannot write: %s"), strerror(errno));
        return EXIT_DONE;
}

void cli_clear(struct cli *cli)
{
        client_clear(&cli->client);
}

/* ---- calls ---- */

/* The client, on the bus that the command line names. */
static struct client *on_bus(struct cli *cli)
{
        cli->client.is_session = strcmp(cli_value(cli, OPTION_BUS), "session") == 0;
        if (!cli->of_blocks)
                cli->client.block = cli_value(cli, OPTION_BLOCK);
        return &cli->client;
}

/* What the daemon says, which is English. */
static int refused(const struct cli *cli, enum exit_code code)
{
        char *CLEANUP_FREE words = sentence_translate(cli->client.words);

        return cli_fail(cli, code, "%s", words ? words : cli->client.words);
}

/* Which blocks there are may say what is wrong. */
static int no_daemon(struct cli *cli)
{
        struct nearest nearest = nearest_to(cli->client.block);
        json_t *CLEANUP_JSON blocks = NULL;
        bool any = *cli->client.block && client_blocks(&cli->client, &blocks) == CALL_ANSWERED;

        for (size_t i = 0; any && i < json_array_size(blocks); i++)
                nearest_consider(&nearest, json_string_value(json_array_get(blocks, i)));
        if (any && nearest.best)
                return cli_fail(cli, EXIT_NO_DAEMON, _("no block \"%s\" runs, perhaps %s"), cli->client.block,
                                nearest.best);
        if (*cli->client.block)
                return cli_fail(cli, EXIT_NO_DAEMON,
                                _("the block %s does not answer; systemctl status reminderd@%s says why"),
                                cli->client.block, cli->client.block);
        return cli_fail(cli, EXIT_NO_DAEMON, "%s", _("reminderd does not answer; systemctl status reminderd says why"));
}

/* `r` is how a call ended. */
static int exit_code_of(struct cli *cli, int r)
{
        switch (r) {
        case CALL_ANSWERED:
                return EXIT_DONE;
        case CALL_NO_BUS:
                return cli_fail(cli, EXIT_NO_DAEMON, _("cannot reach the bus (%s); is D-Bus running?"),
                                cli->client.words);
        case CALL_NO_DAEMON:
                return no_daemon(cli);
        case CALL_OTHER_VERSION:
                return cli_fail(cli, EXIT_REFUSED, "%s",
                                _("the running reminderd is another version; restart it: systemctl restart reminderd"));
        case CALL_SHUT_OUT:
                return cli_fail(cli, EXIT_NOT_PERMITTED, "%s",
                                _("not permitted; ask root for a place in the group reminderd"));
        case CALL_NOT_PERMITTED:
                return refused(cli, EXIT_NOT_PERMITTED);
        case CALL_NOT_FOUND:
                return refused(cli, EXIT_NOT_FOUND);
        case CALL_INVALID:
                return refused(cli, EXIT_USAGE);
        case CALL_DAY_OFF:
                return EXIT_TO_ASK;
        case CALL_REFUSED:
                return refused(cli, EXIT_REFUSED);
        case -EINVAL:
                return cli_fail(cli, EXIT_USAGE, "%s", _("an argument is not valid UTF-8"));
        case -EINTR:
                return cli_fail(cli, EXIT_REFUSED, "%s", _("interrupted"));
        default:
                return cli_no_memory(cli);
        }
}

int cli_blocks(struct cli *cli, json_t **ret)
{
        struct client *client = on_bus(cli);

        return exit_code_of(cli, client_blocks(client, ret));
}

int cli_call(struct cli *cli, json_t **ret, const char *method, const char *types, ...)
{
        va_list arguments;
        int r;

        va_start(arguments, types);
        r = client_call(on_bus(cli), ret, method, types, arguments);
        va_end(arguments);
        return exit_code_of(cli, r);
}

int cli_call_with(struct cli *cli, json_t **ret, const char *method, append_arguments *append, const void *userdata)
{
        return exit_code_of(cli, client_call_with(on_bus(cli), ret, method, append, userdata));
}

int cli_call_with_file(struct cli *cli, json_t **ret, const char *method, int fd)
{
        return exit_code_of(cli, client_call_with_file(on_bus(cli), ret, method, fd));
}

int cli_decide(struct cli *cli, json_int_t *ret, const char *method, const char *types, ...)
{
        json_t *CLEANUP_JSON reply = NULL;
        va_list arguments;
        int r;

        va_start(arguments, types);
        r = client_call(on_bus(cli), &reply, method, types, arguments);
        va_end(arguments);
        if (r == CALL_ANSWERED)
                *ret = json_integer_value(json_array_get(reply, 0));
        return exit_code_of(cli, r);
}

int cli_pages(struct cli *cli, const char *method, append_arguments *append, const void *userdata, json_t **ret_about,
              json_t **ret_rows)
{
        return exit_code_of(cli, client_pages(on_bus(cli), method, append, userdata, ret_about, ret_rows));
}

/* A row with its place, which decides between equal ones. */
struct placed {
        json_t *row;
        const char *value;
        size_t place;
};

/* What has no value comes last. */
static int compare_placed(const void *a, const void *b)
{
        const struct placed *one = a, *other = b;
        int r = !*one->value - !*other->value;

        if (r == 0)
                r = strcmp(one->value, other->value);
        return r != 0 ? r : one->place < other->place ? -1 : 1;
}

/* NULL: no memory. */
static json_t *sorted(const json_t *rows, const char *order)
{
        size_t n = json_array_size(rows);
        bool falls = *order == '-';
        struct placed *CLEANUP_FREE placed = calloc(n + 1, sizeof(*placed));
        json_t *CLEANUP_JSON result = json_array();

        if (!placed || !result)
                return NULL;
        for (size_t i = 0; i < n; i++) {
                json_t *row = json_array_get(rows, i);

                placed[i] = (struct placed){row, received_text(row, order + falls), i};
        }
        qsort(placed, n, sizeof(*placed), compare_placed);
        for (size_t i = 0; i < n; i++)
                if (json_array_append(result, placed[falls ? n - 1 - i : i].row) < 0)
                        return NULL;
        return TAKE_PTR(result);
}

int cli_pages_of_agencies(struct cli *cli, struct command *one, const char *method, append_arguments *append,
                          const void *userdata, const char *order, json_t **ret_about, json_t **ret_rows)
{
        json_t *CLEANUP_JSON all = json_array(), *CLEANUP_JSON about = NULL;
        size_t i = 0;

        if (one->n_agencies < 2)
                return cli_pages(cli, method, append, userdata, ret_about, ret_rows);
        for (; all && i < one->n_agencies; i++) {
                json_t *CLEANUP_JSON rows = NULL;
                int code;

                one->values[OPTION_AGENCY] = one->agencies[i];
                code = cli_pages(cli, method, append, userdata, about ? NULL : &about, &rows);
                if (code != EXIT_DONE)
                        return code;
                if (json_array_extend(all, rows) < 0)
                        return cli_no_memory(cli);
        }
        *ret_rows = order && all ? sorted(all, order) : TAKE_PTR(all);
        if (!*ret_rows)
                return cli_no_memory(cli);
        if (ret_about)
                *ret_about = TAKE_PTR(about);
        return EXIT_DONE;
}

int append_filter(sd_bus_message *message, const void *userdata)
{
        const struct filter *filter = userdata;
        int r = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "{sv}");

        if (r >= 0 && filter->item)
                r = sd_bus_message_append(message, "{sv}", "item", "s", filter->item);
        if (r >= 0 && filter->paging)
                r = sd_bus_message_append(message, "{sv}", "paging", "s", filter->paging);
        for (size_t i = 0; r >= 0 && i < filter->n; i++)
                if (command_has(filter->command, filter->options[i]))
                        r = sd_bus_message_append(message, "{sv}", option_infos[filter->options[i]].name, "s",
                                                  command_value(filter->command, filter->options[i]));
        return r < 0 ? r : sd_bus_message_close_container(message);
}
