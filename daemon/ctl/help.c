/* Help: all verbs, or one with its options; written from the tables. */
#include <string.h>

#include "base/language.h"
#include "ctl/verbs.h"
#include "ctl/width.h"

#define VERB_COLUMNS 22
#define OPTION_COLUMNS 20

static void print_line(const char *left, size_t columns, const char *right)
{
        fputs("  ", stdout);
        text_pad(stdout, left, columns);
        printf("  %s\n", right);
}

void help_all(void)
{
        puts(_("reminderctl shows and decides what reminderd reminds of.\n"
               "\n"
               "  reminderctl [--bus system|session] VERB ...\n"));
        for (const struct verb *verb = verbs; verb->name; verb++) {
                char left[VERB_COLUMNS * 2];

                snprintf(left, sizeof(left), "%s%s%s", verb->name, verb->synopsis ? " " : "",
                         verb->synopsis ? verb->synopsis : "");
                print_line(left, VERB_COLUMNS, _(verb->help));
        }
        puts(_("\n"
               "ITEM is item, plan/item, or either with @YYYY-MM-DD for one occurrence.\n"
               "DATE is 2024-10-15, 15/10/2024, 15/10, tomorrow, +5d or +3wd (working days).\n"
               "What reads takes --json. Exit: 0 done; 1 refused or failed; 2 wrong usage; 3 no such item, agency or\n"
               "delivery; 4 no daemon; 5 not permitted. reminderctl VERB --help says more, and reminderctl(1)."));
}

void help_verb(const struct verb *verb)
{
        printf("reminderctl %s%s%s: %s\n\n", verb->name, verb->synopsis ? " " : "",
               verb->synopsis ? verb->synopsis : "", _(verb->help));
        if (verb->more)
                printf("%s\n\n", _(verb->more));
        for (int o = 0; o < OPTION_COUNT; o++) {
                char left[OPTION_COLUMNS * 2];
                const char *placeholder = option_infos[o].placeholder;

                if (!((verb->options | OPTIONS_COMMON) & BIT(o)))
                        continue;
                snprintf(left, sizeof(left), "--%s%s%s", option_infos[o].name, placeholder ? " " : "",
                         placeholder ? placeholder : "");
                print_line(left, OPTION_COLUMNS, _(option_infos[o].help));
        }
}

int run_help(struct cli *cli)
{
        const struct verb *verb;

        if (cli->command->n_arguments == 0) {
                help_all();
                return EXIT_DONE;
        }
        verb = verb_find(cli_argument(cli, 0));
        if (!verb)
                return cli_fail(cli, EXIT_USAGE, _("no verb \"%.40s\"; see reminderctl --help"), cli_argument(cli, 0));
        help_verb(verb);
        return EXIT_DONE;
}
