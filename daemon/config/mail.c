/* The settings of outgoing mail. */
#include <errno.h>
#include <string.h>

#include "config/address.h"
#include "config/pasted.h"
#include "config/secret.h"

#define MAIL_CONNECTIONS 4
#define MAIL_CONNECTIONS_MAX 100 /* to one server: more would be an attack */
#define MAIL_PER_MINUTE_MAX 100000
#define MAIL_TIMEOUT_MAX 3600 /* seconds; RFC 5321 section 4.5.3.2 asks for ten minutes at most */

static const char *const mail_keys[] = {"url",
                                        "tls",
                                        "username",
                                        "password_credential",
                                        "from",
                                        "reply_to",
                                        "password_file",
                                        "connections",
                                        "per_minute",
                                        "ca_file",
                                        "timeout",
                                        "auth",
                                        "helo",
                                        "redirect",
                                        NULL};
static const char *const mail_schemes[] = {"smtp", "smtps", NULL};
static const char *const tls_names[] = {"required", "opportunistic", "none", NULL};
static const char *const mechanism_names[] = {
        [MAIL_PLAIN] = "plain", [MAIL_LOGIN] = "login", [MAIL_CRAM_MD5] = "cram-md5", [MAIL_MECHANISMS] = NULL};

static int read_server(const struct section *section, struct mail_config *mail)
{
        const config_setting_t *value = setting_require(section, "url", "\"smtp://mail.example.vn:587\"");
        const char *text, *why;
        size_t scheme = 0, tls = TLS_REQUIRED;
        int r;

        (void)value_word(section, setting_get(section, "tls"), tls_names, &tls);
        mail->tls = (enum tls_policy)tls;
        if (!value_text(section, value, &text))
                return 0;
        r = url_check(text, mail_schemes, &scheme, &why);
        if (r < 0)
                return r;
        if (r == ADDRESS_WRONG && pasted_report(section, value, text))
                return 0;
        if (r == ADDRESS_WRONG) {
                setting_error(section, value, "url is not valid: %s; expected smtp://HOST:PORT or smtps://HOST:PORT",
                              why);
                return 0;
        }
        if (mail->tls == TLS_NONE && scheme == 1)
                setting_error(section, setting_get(section, "tls"),
                              "tls = \"none\" contradicts smtps://, which always encrypts");
        else if (mail->tls == TLS_NONE)
                setting_warning(section, setting_get(section, "tls"), "tls = \"none\"%s: %s unencrypted",
                                setting_get(section, "username") ? " with a username" : "",
                                setting_get(section, "username") ? "the password and all messages go"
                                                                 : "all messages go");
        else if (mail->tls == TLS_OPPORTUNISTIC && scheme == 0 && setting_get(section, "username"))
                setting_warning(section, setting_get(section, "tls"),
                                "tls = \"opportunistic\" with a username: whoever hides from us that the server offers "
                                "encryption gets the password");
        return setting_keep(section, "url", NULL, &mail->url);
}

static int read_login(const struct loader *loader, const struct section *section, struct mail_config *mail)
{
        const config_setting_t *username = setting_get(section, "username");
        const config_setting_t *password = setting_get(section, "password_credential");
        size_t size = 0;
        int r;

        if (!password)
                password = setting_get(section, "password_file");
        if (username && !password)
                setting_error(section, username,
                              "missing credential: username needs password_credential (or password_file)");
        if (password && !username)
                setting_error(section, password, "%s without username", setting_name(password));
        r = setting_keep(section, "username", NULL, &mail->username);
        if (r == 0)
                r = secret_read(loader, section, "password", &mail->password, &size);
        if (r < 0)
                return r;
        /* The login is text between NULs and line ends (RFC 4616, RFC 4954). */
        if (mail->password && (strlen(mail->password) != size || strpbrk(mail->password, "\r\n")))
                setting_error(section, password, "%s: the password has a NUL or a line end inside",
                              setting_name(password));
        return 0;
}

static bool has_mechanism(const struct mail_config *mail, size_t mechanism)
{
        for (size_t i = 0; i < mail->n_mechanisms; i++)
                if (mail->mechanisms[i] == mechanism)
                        return true;
        return false;
}

/* Left out: all, those first that every server has. */
static void read_mechanisms(const struct section *section, struct mail_config *mail)
{
        const config_setting_t *list = setting_get(section, "auth");

        if (!list)
                for (; mail->n_mechanisms < MAIL_MECHANISMS; mail->n_mechanisms++)
                        mail->mechanisms[mail->n_mechanisms] = (enum mail_mechanism)mail->n_mechanisms;
        else if (!value_list(section, list))
                return;
        else if (list_length(list) == 0)
                setting_error(section, list, "auth is empty; leave it out, or name ways to log in");
        for (unsigned i = 0; i < list_length(list); i++) {
                const config_setting_t *value = config_setting_get_elem(list, i);
                size_t mechanism;

                if (!value_word(section, value, mechanism_names, &mechanism))
                        continue;
                if (has_mechanism(mail, mechanism))
                        setting_error(section, value, "auth: \"%s\" stands there twice", mechanism_names[mechanism]);
                else
                        mail->mechanisms[mail->n_mechanisms++] = (enum mail_mechanism)mechanism;
        }
}

static int read_helo(const struct section *section, struct mail_config *mail)
{
        const config_setting_t *value = setting_get(section, "helo");
        char buffer[EXCERPT_SIZE];
        const char *text, *why;

        if (!value_text(section, value, &text))
                return 0;
        if (hello_check(text, &why) == ADDRESS_WRONG) {
                if (pasted_report(section, value, text))
                        return 0;
                setting_error(section, value,
                              "helo \"%s\" is not a name that mail servers take: %s; expected \"may.khoi.example\" or "
                              "\"[192.0.2.1]\"",
                              excerpt(text, buffer), why);
                return 0;
        }
        return setting_keep(section, "helo", NULL, &mail->helo);
}

static int read_sender(const struct section *section, struct mail_config *mail)
{
        const config_setting_t *value = setting_require(section, "from", "\"Name <address@example.vn>\"");
        char buffer[EXCERPT_SIZE];
        const char *text, *why;
        int r;

        if (value_text(section, value, &text)) {
                r = mailbox_parse(text, &mail->from, &why);
                if (r == ADDRESS_WRONG && !pasted_report(section, value, strchr(text, '<') ? strchr(text, '<') : text))
                        setting_error(section, value, "from \"%s\" is not an e-mail address: %s", excerpt(text, buffer),
                                      why);
                if (r < 0)
                        return r;
        }
        return address_read(section, setting_get(section, "reply_to"), &mail->reply_to);
}

/* A trial that is forgotten is a year without reminders, so that every look at the configuration says it. */
static int read_redirect(const struct section *section, struct mail_config *mail)
{
        const config_setting_t *value = setting_get(section, "redirect");
        int r = address_read(section, value, &mail->redirect);

        if (r == 0 && mail->redirect)
                setting_warning(section, value,
                                "a trial: all mail goes to %s, and no webhook is posted to; take redirect out when the "
                                "agencies are to be reminded",
                                mail->redirect);
        return r;
}

int mail_read(struct loader *loader)
{
        struct mail_config *mail = &loader->config->mail;
        struct section section;
        int32_t connections = MAIL_CONNECTIONS, per_minute = 0;
        int r;

        if (section_member(&loader->main, "mail", &section)) {
                (void)section_known(&section, mail_keys);
                r = read_server(&section, mail);
                if (r == 0)
                        r = read_login(loader, &section, mail);
                if (r == 0)
                        r = read_sender(&section, mail);
                if (r == 0)
                        r = path_read(loader, &section, "ca_file", &mail->ca_file);
                if (r == 0)
                        r = read_helo(&section, mail);
                if (r == 0)
                        r = read_redirect(&section, mail);
                if (r < 0)
                        return r;
                read_mechanisms(&section, mail);
                (void)value_integer(&section, setting_get(&section, "connections"), 1, MAIL_CONNECTIONS_MAX,
                                    &connections);
                (void)value_integer(&section, setting_get(&section, "per_minute"), 0, MAIL_PER_MINUTE_MAX, &per_minute);
                (void)value_duration(&section, setting_get(&section, "timeout"), 1, MAIL_TIMEOUT_MAX, &mail->timeout);
        }
        mail->connections = (uint32_t)connections;
        mail->per_minute = (uint32_t)per_minute;
        return 0;
}
