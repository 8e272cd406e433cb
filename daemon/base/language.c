/* The language that people read. */
#include "base/language.h"

#include <ctype.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define KEY_SIZE 64 /* bytes of a context and a word: longer ones are no word of ours */

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

void language_set(void)
{
        char path[PATH_MAX];

        setlocale(LC_CTYPE, "");
        set_messages();
        if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
                setlocale(LC_CTYPE, "C.UTF-8");

        /* As gettext(1) has it: catalogues that are not installed. */
        const char *folder = getenv("TEXTDOMAINDIR");
        bindtextdomain(TEXT_DOMAIN, folder ? folder : installed_locales(path));
        bind_textdomain_codeset(TEXT_DOMAIN, "UTF-8");
        textdomain(TEXT_DOMAIN);
}

void language_unset(void)
{
        setlocale(LC_ALL, "C");
}

const char *language_in_context(const char *key, const char *text)
{
        const char *translated = gettext(key);

        return translated == key ? text : translated;
}

const char *language_word(const char *context, const char *word)
{
        char key[KEY_SIZE];
        int length = snprintf(key, sizeof(key), "%s\004%s", context, word);
        const char *translated = length < KEY_SIZE ? gettext(key) : key;

        return translated == key ? word : translated;
}

/* ---- dates ---- */

static bool begins_with_date(const char *text)
{
        static const char form[] = "dddd-dd-dd";

        for (size_t i = 0; i < sizeof(form) - 1; i++)
                if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
                        return false;
        return text[sizeof(form) - 1] == '\0' || text[sizeof(form) - 1] == ' ';
}

const char *language_date(const char *iso, char buffer[static LANGUAGE_DATE_SIZE])
{
        /* Translators: the order of day and month, in these letters; it must stay as long. */
        const char *form = C_("date", "YYYY-MM-DD");
        const char *year = iso, *month = iso + strlen("YYYY-"), *day = month + strlen("MM-");

        if (!begins_with_date(iso) || strlen(iso) >= LANGUAGE_DATE_SIZE || strlen(form) != strlen("YYYY-MM-DD"))
                return iso;
        /* NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.strcpy): its size is looked at */
        strcpy(buffer, iso);
        for (size_t i = 0; form[i]; i++)
                buffer[i] = form[i] == 'Y' ? *year++ : form[i] == 'M' ? *month++ : form[i] == 'D' ? *day++ : form[i];
        return buffer;
}
