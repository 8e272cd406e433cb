/* The command line of reminderd. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/language.h"
#include "core/block.h"

static void print_help(void)
{
        printf(_("reminderd reads the yearly plan of an emulation block and reminds its agencies by e-mail and "
                 "webhook.\n"
                 "\n"
                 "  --config FILE             configuration, %s by default\n"
                 "  --block NAME              one of several on this machine: its configuration is "
                 "%s/NAME/reminderd.conf, "
                 "its name on the bus org.reminderd1.block.NAME; $REMINDERD_BLOCK by default\n"
                 "  --state DIR               where the state is kept; else $STATE_DIRECTORY, else state_dir of the "
                 "file\n"
                 "  --bus system|session|none the bus on which reminderctl is answered, system by default\n"
                 "  --check                   read and check everything, print every mistake as FILE:LINE: text, and "
                 "exit\n"
                 "    --no-secrets            without opening the files of passwords and keys\n"
                 "  --rehearse FROM..TO       print what would be sent between two days (2024-01-01..2024-12-31), and "
                 "exit\n"
                 "    --fresh                 as a first start on that day, from an empty state\n"
                 "    --deliver               and really send it, to whatever the configuration names\n"
                 "    --bus system|session    wait there for decisions, and for org.reminderd1.Rehearsal.Advance\n"
                 "    --json                  one JSON object a line\n"
                 "  --version, --help\n"
                 "\n"
                 "See reminderd(8), reminderd.conf(5), reminder-plan(5).\n"),
               SYSCONFDIR "/reminderd/reminderd.conf", SYSCONFDIR BLOCK_FOLDER);
}

static int parse_period(const char *text, struct options *options)
{
        char from[sizeof("YYYY-MM-DD")];
        const char *dots = strstr(text, "..");

        if (!dots || (size_t)(dots - text) >= sizeof(from))
                return -EINVAL;
        memcpy(from, text, (size_t)(dots - text));
        from[dots - text] = '\0';
        if (civil_parse(from, &options->from) < 0 || civil_parse(dots + 2, &options->to) < 0)
                return -EINVAL;
        return options->to < options->from ? -EINVAL : 0;
}

static int parse_bus(const char *name, enum bus_kind *ret)
{
        static const char *const names[] = {[BUS_SYSTEM] = "system", [BUS_SESSION] = "session", [BUS_NONE] = "none"};

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (strcmp(name, names[i]) == 0) {
                        *ret = (enum bus_kind)i;
                        return 0;
                }
        return -EINVAL;
}

__attribute__((format(printf, 1, 2))) static enum daemon_exit usage(const char *format, ...)
{
        va_list arguments;

        fputs("reminderd: ", stderr);
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
        fputs(_("; see reminderd --help\n"), stderr);
        return EXIT_USAGE;
}

enum daemon_exit options_parse(int argc, char **argv, struct options *options)
{
        /* in the order of the table */
        enum { CONFIG = 256, BLOCK, STATE, BUS, CHECK, NO_SECRETS, REHEARSE, FRESH, DELIVER, JSON, VERSION, HELP };
        static const struct option known[] = {
                {"config", required_argument, NULL, CONFIG},
                {"block", required_argument, NULL, BLOCK},
                {"state", required_argument, NULL, STATE},
                {"bus", required_argument, NULL, BUS},
                {"check", no_argument, NULL, CHECK},
                {"no-secrets", no_argument, NULL, NO_SECRETS},
                {"rehearse", required_argument, NULL, REHEARSE},
                {"fresh", no_argument, NULL, FRESH},
                {"deliver", no_argument, NULL, DELIVER},
                {"json", no_argument, NULL, JSON},
                {"version", no_argument, NULL, VERSION},
                {"help", no_argument, NULL, HELP},
                {NULL, 0, NULL, 0},
        };
        uint32_t seen = 0;
        int option;

        while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
                if (option >= CONFIG && seen & 1U << (option - CONFIG))
                        return usage("--%s stands twice and can be given once", known[option - CONFIG].name);
                seen |= option >= CONFIG ? 1U << (option - CONFIG) : 0;
                switch (option) {
                case CONFIG:
                        options->config = optarg;
                        break;
                case BLOCK:
                        options->block = optarg;
                        break;
                case STATE:
                        options->state = optarg;
                        break;
                case BUS:
                        if (parse_bus(optarg, &options->bus) < 0)
                                return usage(_("--bus %s: expected system, session or none"), optarg);
                        options->bus_given = true;
                        break;
                case CHECK:
                        options->check = true;
                        break;
                case NO_SECRETS:
                        options->no_secrets = true;
                        break;
                case REHEARSE:
                        if (parse_period(optarg, options) < 0)
                                return usage(_("--rehearse %s: expected two days, the earlier first, such as "
                                               "2024-01-01..2024-12-31"),
                                             optarg);
                        options->rehearse = true;
                        break;
                case FRESH:
                        options->fresh = true;
                        break;
                case DELIVER:
                        options->deliver = true;
                        break;
                case JSON:
                        options->json = true;
                        break;
                case VERSION:
                        puts("reminderd " REMINDERD_VERSION);
                        return EXIT_OK;
                case HELP:
                        print_help();
                        return EXIT_OK;
                default:
                        fputs(_("reminderd: see reminderd --help\n"), stderr);
                        return EXIT_USAGE;
                }
        }
        if (*options->block && !block_is_valid(options->block))
                return usage(_("--block %s: a block's name is made of a-z, 0-9 and -"), options->block);
        if (optind < argc)
                return usage(_("%s: no arguments are taken"), argv[optind]);
        if (options->check && options->rehearse)
                return usage("%s", _("--check and --rehearse exclude each other"));
        if (options->no_secrets && !options->check)
                return usage("%s", _("--no-secrets goes with --check"));
        if ((options->fresh || options->deliver || options->json) && !options->rehearse)
                return usage("%s", _("--fresh, --deliver and --json go with --rehearse"));
        if (options->deliver && options->bus_given && options->bus != BUS_NONE)
                return usage("%s",
                             _("--deliver is not for a rehearsal on a bus: it would send at another time's date"));
        return EXIT_NOT_YET;
}
