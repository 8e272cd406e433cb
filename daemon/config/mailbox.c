/* The settings of the mailbox in which answers and bounces come in. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "config/address.h"
#include "config/pasted.h"
#include "config/secret.h"

#define FOLDER_DEFAULT "INBOX"
#define DONE_DEFAULT "Da xu ly"
#define REVIEW_DEFAULT "Can xem"

static const char *const mailbox_keys[] = {"url",           "username",   "password_credential",
                                           "password_file", "token_file", "ca_file",
                                           "folder",        "done",       "review",
                                           "authserv_id",   NULL};
static const char *const mailbox_schemes[] = {"imaps", NULL};

static int read_url(const struct section *section, struct mailbox_config *mailbox)
{
        const config_setting_t *value = setting_require(section, "url", "\"imaps://mail.example.vn\"");
        const char *text, *why;
        size_t scheme;
        int r;

        if (!value_text(section, value, &text))
                return 0;
        r = url_check(text, mailbox_schemes, &scheme, &why);
        if (r < 0)
                return r;
        if (r == ADDRESS_WRONG && !pasted_report(section, value, text))
                setting_error(section, value, "url is not valid: %s; expected imaps://HOST or imaps://HOST:PORT", why);
        return r == ADDRESS_WRONG ? 0 : setting_keep(section, "url", NULL, &mailbox->url);
}

/* The secret is not looked at: only reminder-mail is given it. */
static int read_login(const struct loader *loader, const struct section *section, struct mailbox_config *mailbox)
{
        const config_setting_t *token = setting_get(section, "token_file"), *password = NULL;
        const char *path;
        int r;

        (void)setting_require(section, "username", "\"nhacviec\"");
        r = setting_keep(section, "username", NULL, &mailbox->username);
        if (r == 0)
                r = secret_locate(loader, section, "password", &password, &mailbox->password);
        if (r < 0)
                return r;
        if (password && token)
                setting_error(section, token, "%s and token_file are both given; keep one", setting_name(password));
        if (!password && !token)
                setting_error(
                        section, NULL,
                        "missing credential: write password_credential = \"mailbox-password\"; (or password_file, or "
                        "token_file for OAuth2)");
        if (!value_text(section, token, &path))
                return 0;
        mailbox->token_file = loader_absolute(loader, path);
        return mailbox->token_file ? 0 : -ENOMEM;
}

static int read_folders(const struct section *section, struct mailbox_config *mailbox)
{
        int r = setting_keep(section, "folder", FOLDER_DEFAULT, &mailbox->folder);

        if (r == 0)
                r = setting_keep(section, "done", DONE_DEFAULT, &mailbox->done);
        if (r == 0)
                r = setting_keep(section, "review", REVIEW_DEFAULT, &mailbox->review);
        if (r < 0)
                return r;
        /* Each letter would come again without end. */
        if (strcasecmp(mailbox->folder, mailbox->done) == 0)
                setting_error(section, setting_get(section, "done"),
                              "done is the folder that is read; name another one");
        if (strcasecmp(mailbox->folder, mailbox->review) == 0)
                setting_error(section, setting_get(section, "review"),
                              "review is the folder that is read; name another one");
        return 0;
}

int mailbox_read(struct loader *loader)
{
        struct mailbox_config *mailbox = &loader->config->mailbox;
        struct section section;
        int r;

        if (!section_member(&loader->main, "mailbox", &section))
                return 0;
        (void)section_known(&section, mailbox_keys);
        r = read_url(&section, mailbox);
        if (r == 0)
                r = read_login(loader, &section, mailbox);
        if (r == 0)
                r = path_read(loader, &section, "ca_file", &mailbox->ca_file);
        if (r == 0)
                r = read_folders(&section, mailbox);
        if (r == 0)
                r = setting_keep(&section, "authserv_id", NULL, &mailbox->authserv_id);
        if (r == 0 && !setting_get(&section, "authserv_id"))
                setting_warning(&section, NULL,
                                "authserv_id is missing: no sender is believed, and each answer is only a note");
        return r;
}
