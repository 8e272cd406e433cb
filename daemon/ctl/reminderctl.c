/* reminderctl: shows and decides what reminderd reminds of. */
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "ctl/verbs.h"
#include "ctl/words.h"
#include "standard-fds.h"

/* Where this program's catalogues are installed: beside it, as PREFIX/bin and PREFIX/share/locale are, so that one
 * build serves every PREFIX. */
static const char *installed_locales(char path[static PATH_MAX])
{
        static const char beside[] = "/../share/locale";
        ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - sizeof(beside));

        if (length < 0)
                return "/usr/share/locale";
        while (length > 0 && path[length - 1] != '/')
                length--;
        memcpy(path + length, beside, sizeof(beside));
        return path;
}

/* The locale that the environment asks for messages (setlocale(3)); "": none. */
static const char *asked_locale(void)
{
        static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

        for (size_t i = 0; i < ELEMENTS(variables); i++) {
                const char *value = getenv(variables[i]);
                if (value && *value)
                        return value;
        }
        return "";
}

/* The language that is asked for, where its locale is not installed, too: a new server has C.UTF-8 and no other. Since
 * glibc 2.39 gettext heeds LANGUAGE in no locale whose name is C or begins with "C."; C.UTF-8 is found as well as that
 * of a country. */
static void set_messages(void)
{
        const char *asked = asked_locale();

        if (strcmp(asked, "") == 0 || strcmp(asked, "C") == 0 || strcmp(asked, "POSIX") == 0)
                return;
        if (strncmp(asked, "C.", 2) != 0) {
                if (setlocale(LC_MESSAGES, ""))
                        return;
                const char *language = getenv("LANGUAGE");
                (void)setenv("LANGUAGE", asked, !language || !*language);
        }
        setlocale(LC_MESSAGES, "C_VN.UTF-8");
}

/* Texts are UTF-8 whatever the locale says; only the language is a matter of taste. */
static void set_language(void)
{
        char path[PATH_MAX];

        setlocale(LC_ALL, "");
        set_messages();
        if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
                setlocale(LC_CTYPE, "C.UTF-8");

        /* As gettext(1) has it: catalogues that are not installed. */
        const char *folder = getenv("TEXTDOMAINDIR");
        bindtextdomain(TEXT_DOMAIN, folder ? folder : installed_locales(path));
        bind_textdomain_codeset(TEXT_DOMAIN, "UTF-8");
        textdomain(TEXT_DOMAIN);
}

static int run(const struct command *command)
{
        struct cli CLEANUP(cli_clear) cli = {.command = command, .style = style_of_output()};
        int code = command->verb->run(&cli);

        /* A full disk behind standard output is a failure too. */
        if (fflush(stdout) != 0 && code == EXIT_DONE)
                return cli_fail(&cli, EXIT_REFUSED, "%s", _("cannot write to standard output"));
        return code;
}

int main(int argc, char **argv)
{
        struct command command;
        int code;

        if (standard_fds_hold() < 0)
                return EXIT_REFUSED;
        set_language();
        if (argc > 1 && strcmp(argv[1], "complete") == 0)
                return complete(argc - 2, argv + 2);
        code = command_parse(argc, argv, &command);
        if (code != EXIT_DONE)
                return code;
        if (command_has(&command, OPTION_VERSION))
                puts("reminderctl " REMINDERD_VERSION);
        else if (!command.verb)
                help_all();
        else if (command_has(&command, OPTION_HELP))
                help_verb(command.verb);
        else
                return run(&command);
        return EXIT_DONE;
}
