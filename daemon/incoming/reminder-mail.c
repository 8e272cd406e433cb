/* reminder-mail: reads what comes back by mail, and tells the daemon, which alone judges and records. It has neither
 * the store nor a key: what a mail does to its parser costs this process and nothing else. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <curl/curl.h>
#include <systemd/sd-daemon.h>

#include "client/client.h"
#include "core/block.h"
#include "core/interface.h"
#include "incoming/imap.h"
#include "incoming/inbox.h"
#include "incoming/letter.h"
#include "standard-fds.h"

#define PAUSE_FIRST 1U      /* seconds before it is tried again */
#define PAUSE_LOGIN 60U     /* at least, after a refused login: servers lock out who tries often */
#define PAUSE_MAX (5 * 60U) /* a server that came back is noticed in this time */

struct program {
        const char *config;
        bool from_stdin, dry_run;
        struct client client;
        char *authserv_id; /* borrowed from what is being read */
        bool gets_on;      /* the folder was read to its end, or a letter of it was taken */
};

/* ---- saying ---- */

__attribute__((format(printf, 2, 3))) static void say(const char *priority, const char *format, ...)
{
        va_list arguments;

        fprintf(stderr, "%sreminder-mail: ", getenv("JOURNAL_STREAM") ? priority : "");
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
        fputc('\n', stderr);
}

/* ---- handing over ---- */

static int append_facts(sd_bus_message *call, const void *facts)
{
        return sd_bus_message_append(call, "s", facts);
}

/* What the daemon said of a letter, as an enum letter_end; or -EAGAIN: nothing yet, which was said. */
static int understand(const struct program *program, int answered, const json_t *reply, const json_t *facts)
{
        const char *outcome = json_string_value(json_array_get(reply, 0));

        if (answered == CALL_ANSWERED && outcome) {
                say(SD_INFO, "%s from %s: %s", received_text(facts, "class"), received_text(facts, "from"), outcome);
                return strcmp(outcome, "review") == 0 ? LETTER_REVIEW : LETTER_DONE;
        }
        if (answered == CALL_INVALID) {
                say(SD_WARNING, "the daemon cannot read what it was told of %s: %s", received_text(facts, "origin"),
                    program->client.words);
                return LETTER_REVIEW;
        }
        say(SD_WARNING, "the daemon does not take what came in, which stays where it is: %s",
            program->client.words ? program->client.words : "no answer");
        return -EAGAIN;
}

static int hand_over(void *userdata, const char *bytes, size_t size)
{
        struct program *program = userdata;
        json_t *CLEANUP_JSON facts = letter_facts(bytes, size, program->authserv_id), *CLEANUP_JSON reply = NULL;
        CLEANUP_FREE char *text = facts ? json_dumps(facts, JSON_COMPACT) : NULL;
        int r;

        if (!text)
                return -ENOMEM;
        r = client_call_with(&program->client, &reply, "Heard", append_facts, text);
        if (r < 0)
                return r;
        r = understand(program, r, reply, facts);
        program->gets_on = program->gets_on || r >= 0;
        if (r == -EAGAIN) { /* over another connection then: the bus may have gone */
                client_clear(&program->client);
                program->client = (struct client){.is_session = program->client.is_session};
        }
        return r;
}

/* ---- the mailbox ---- */

static int load(const struct program *program, struct mailbox_config *ret)
{
        struct report CLEANUP(report_clear) report = {0};
        int r = config_load_mailbox(program->config, &report, ret);

        for (size_t i = 0; i < report.n; i++) {
                CLEANUP_FREE char *line = finding_format(&report.findings[i]);

                say(report.findings[i].warning ? SD_WARNING : SD_ERR, "%s", line ? line : report.findings[i].text);
        }
        return r;
}

/* Until something fails. */
static int read_mailbox(struct program *program, const struct mailbox_config *config)
{
        struct inbox *CLEANUP(inbox_free_p) inbox = NULL;
        CLEANUP_FREE char *words = NULL;
        int r = inbox_open(config, &inbox, &words);

        program->authserv_id = config->authserv_id;
        if (r == 0)
                say(SD_INFO, "reading %s of %s", config->folder, config->username);
        while (r == 0) {
                r = inbox_look(inbox, hand_over, program, &words);
                if (r == 0) {
                        program->gets_on = true;
                        r = inbox_wait(inbox, &words);
                }
        }
        if (r != -EAGAIN)
                say(r == -ECONNRESET ? SD_NOTICE : SD_WARNING, "%s: %s", config->url, words ? words : strerror(-r));
        return r;
}

static int serve(struct program *program)
{
        unsigned pause = PAUSE_FIRST;

        for (bool first = true;; first = false) {
                struct mailbox_config CLEANUP(mailbox_config_clear) config = {.url = NULL};
                int r = load(program, &config);

                if (r < 0 && first)
                        return EX_CONFIG;
                if (r == 0 && !config.url) {
                        say(SD_ERR, "%s has no mailbox: there is nothing to read", program->config);
                        return EX_CONFIG;
                }
                program->gets_on = false;
                if (r == 0)
                        r = read_mailbox(program, &config);
                if (program->gets_on)
                        pause = PAUSE_FIRST;
                if (r == -EACCES && pause < PAUSE_LOGIN)
                        pause = PAUSE_LOGIN;
                sleep(pause);
                pause = pause < PAUSE_MAX / 2 ? pause * 2 : PAUSE_MAX;
        }
}

/* ---- one letter on standard input ---- */

static int read_input(struct text *bytes)
{
        char buffer[16384];
        size_t n;

        while ((n = fread(buffer, 1, sizeof(buffer), stdin)) > 0) {
                size_t room = IMAP_KEPT - bytes->size;

                text_add(bytes, buffer,
                         n < room ? n : room); /* read to the end: a pipe that breaks is a mail refused */
        }
        return ferror(stdin) ? -EIO : bytes->error;
}

/* As a mail server understands it: EX_TEMPFAIL, it tries again; anything else that is not 0, it tells the sender. */
static int take_input(struct program *program)
{
        struct text CLEANUP_TEXT bytes = {0};
        struct mailbox_config CLEANUP(mailbox_config_clear) config = {.url = NULL};
        int r = read_input(&bytes);

        if (r < 0 || load(program, &config) < 0)
                return EX_TEMPFAIL;
        program->authserv_id = config.authserv_id;
        if (program->dry_run) {
                json_t *CLEANUP_JSON facts = letter_facts(bytes.data ? bytes.data : "", bytes.size, config.authserv_id);

                return facts && json_dumpf(facts, stdout, JSON_INDENT(2)) == 0 && puts("") >= 0 && fflush(stdout) == 0
                               ? EXIT_SUCCESS
                               : EXIT_FAILURE;
        }
        r = hand_over(program, bytes.data ? bytes.data : "", bytes.size);
        return r < 0 ? EX_TEMPFAIL : EXIT_SUCCESS;
}

/* ---- the command line ---- */

static void print_help(void)
{
        printf("reminder-mail reads the answers and bounces that come back to reminderd's mailbox.\n"
               "\n"
               "  --config FILE         configuration, %s by default\n"
               "  --bus system|session  the bus on which reminderd is told, system by default\n"
               "  --stdin               take one mail from standard input, and exit\n"
               "    --dry-run           print what reminderd would be told, and tell nobody\n"
               "  --version, --help\n"
               "\n"
               "See reminder-mail(8), reminderd.conf(5).\n",
               SYSCONFDIR "/reminderd/reminderd.conf");
}

static int usage(const char *words)
{
        fprintf(stderr, "reminder-mail: %s; see reminder-mail --help\n", words);
        return EX_USAGE;
}

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, struct program *program)
{
        enum { CONFIG = 256, BUS, INPUT, DRY_RUN, VERSION, HELP };
        static const struct option known[] = {
                {"config", required_argument, NULL, CONFIG},
                {"bus", required_argument, NULL, BUS},
                {"stdin", no_argument, NULL, INPUT},
                {"dry-run", no_argument, NULL, DRY_RUN},
                {"version", no_argument, NULL, VERSION},
                {"help", no_argument, NULL, HELP},
                {NULL, 0, NULL, 0},
        };
        int option;

        while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
                switch (option) {
                case CONFIG:
                        program->config = optarg;
                        break;
                case BUS:
                        program->client.is_session = strcmp(optarg, "session") == 0;
                        if (!program->client.is_session && strcmp(optarg, "system") != 0)
                                return usage("--bus: expected system or session");
                        break;
                case INPUT:
                        program->from_stdin = true;
                        break;
                case DRY_RUN:
                        program->dry_run = true;
                        break;
                case VERSION:
                        puts("reminder-mail " REMINDERD_VERSION);
                        return EXIT_SUCCESS;
                case HELP:
                        print_help();
                        return EXIT_SUCCESS;
                default:
                        return EX_USAGE; /* getopt has said why */
                }
        if (optind < argc)
                return usage("it takes no arguments");
        return program->dry_run && !program->from_stdin ? usage("--dry-run needs --stdin") : -1;
}

int main(int argc, char **argv)
{
        const char *block = getenv(BLOCK_VARIABLE);
        CLEANUP_FREE char *config = block_config_path(block ? block : "");
        struct program program = {.config = config, .client = {.block = block}};
        int code;

        if (standard_fds_hold() < 0 || !config)
                return EX_OSERR;
        code = parse(argc, argv, &program);
        if (code >= 0)
                return code;
        letter_start();
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                return EX_OSERR;
        code = program.from_stdin ? take_input(&program) : serve(&program);
        client_clear(&program.client);
        return code;
}
