/* Compose: a letter in words: subject, text, HTML, calendar and header fields of an e-mail, or a webhook's JSON. */
#include "message/compose.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "core/mail-token.h"
#include "message/calendar-part.h"
#include "message/folder.h"
#include "message/header.h"
#include "message/payload.h"
#include "message/trial.h"

#define HEADER_FIELDS_MAX 14 /* one more than are ever written */
#define REFERENCES_MAX 100   /* ids: some servers refuse header fields of 16 KB, which is 200 */

struct composer {
        struct folder *folder;
};

DEFINE_CLEANUP(struct composer *, composer_free, composer_free)

int composer_new(const char *folder, struct report *report, struct composer **ret)
{
        CLEANUP(composer_free_p) struct composer *composer = calloc(1, sizeof(*composer));
        if (!composer)
                return -ENOMEM;
        int r = folder_load(folder, report, &composer->folder);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(composer);
        return 0;
}

struct composer *composer_free(struct composer *composer)
{
        if (composer)
                folder_free(composer->folder);
        free(composer);
        return NULL;
}

bool composer_shows_digest(const struct composer *composer)
{
        return folder_shows_digest(composer->folder);
}

/* ---- words ---- */

static const struct message_templates *templates_of(const struct composer *composer, const struct letter *letter)
{
        bool grouped = letter->n_entries > 1 && letter->kind != KIND_DIGEST && !kind_tells_failure(letter->kind);
        return folder_find(composer->folder, grouped ? TEMPLATE_GROUP : (size_t)letter->kind);
}

static int render_subject(const struct composer *composer, const struct values *values, char **ret)
{
        CLEANUP_FREE char *subject = NULL;
        int r = folder_render(composer->folder, templates_of(composer, values->letter)->subject, false, values,
                              &subject);
        if (r < 0)
                return r;
        char *line = text_line(subject);
        if (!line)
                return -ENOMEM;
        *ret = line;
        return 0;
}

/* ---- header fields ---- */

struct fields {
        char **lines; /* NULL ends */
        size_t n;
        bool failed;
};

static void add_field(struct fields *fields, char *line)
{
        if (!line || fields->n + 1 >= HEADER_FIELDS_MAX) {
                free(line);
                fields->failed = true;
                return;
        }
        fields->lines[fields->n++] = line;
        fields->lines[fields->n] = NULL;
}

static void add_item(struct text *items, const struct letter_entry *entry)
{
        if (!entry->plan || !*entry->plan || !entry->item)
                return;
        text_add_string(items, items->size ? ", " : "");
        text_add_string(items, entry->plan);
        text_add_char(items, '/');
        text_add_string(items, entry->item);
        if (entry->occurrence && *entry->occurrence) {
                text_add_char(items, '@');
                text_add_string(items, entry->occurrence);
        }
}

/* Two agencies that share the mailbox may both owe it. */
static bool is_named(const struct letter *letter, size_t n, const struct letter_entry *entry)
{
        for (size_t i = 0; letter->of_several && i < n; i++)
                if (strcmp(letter->entries[i].plan, entry->plan) == 0 &&
                    strcmp(letter->entries[i].item, entry->item) == 0 &&
                    strcmp(letter->entries[i].occurrence, entry->occurrence) == 0)
                        return true;
        return false;
}

/* The items that it is about; those of a digest within a reminder are not what it reminds of. */
static void add_items(struct fields *fields, const struct letter *letter)
{
        CLEANUP_TEXT struct text items = {0};
        for (size_t i = 0; i < letter->n_entries; i++)
                if (!is_named(letter, i, &letter->entries[i]))
                        add_item(&items, &letter->entries[i]);
        for (size_t section = 0; letter->kind == KIND_DIGEST && section < DIGEST_SECTIONS; section++)
                for (size_t i = 0; i < letter->n_sections[section]; i++)
                        add_item(&items, &letter->sections[section][i]);
        if (items.error)
                fields->failed = true;
        else if (items.size)
                add_field(fields, header_text("X-Reminderd-Items", items.data));
}

/* The first message about an obligation heads its thread (RFC 5322, section 3.6.4); none answers itself. */
static void add_thread(struct fields *fields, const struct letter *letter, const char *domain)
{
        const char *ids[REFERENCES_MAX + 1];
        size_t n = 0;
        for (size_t i = 0; letter->thread && letter->thread[i] && n < REFERENCES_MAX; i++)
                if (strcmp(letter->thread[i], letter->id) != 0)
                        ids[n++] = letter->thread[i];
        ids[n] = NULL;
        if (!n)
                return;
        add_field(fields, header_message_ids("In-Reply-To", (const char *const[]){ids[0], NULL}, domain));
        add_field(fields, header_message_ids("References", ids, domain));
}

/* The token stands at the end: lists of mail show only the beginning. To what tells of a failure there is no answer. */
static char *subject_field(const struct letter_sender *sender, const struct letter *letter, const char *subject)
{
        CLEANUP_TEXT struct text line = {0};
        char token[MAIL_TOKEN_SIZE];

        text_add_string(&line, subject);
        if (sender->hears && !kind_tells_failure(letter->kind) && mail_token_write(letter->number, letter->id, token)) {
                text_add_string(&line, " [#");
                text_add_string(&line, token);
                text_add_char(&line, ']');
        }
        return line.error ? NULL : header_text("Subject", line.data);
}

static int make_headers(const struct letter_sender *sender, const struct letter *letter, const char *subject,
                        char ***ret)
{
        const char *domain = header_domain(sender->from_address);
        char day[CIVIL_DATE_SIZE];
        struct fields fields = {.lines = calloc(HEADER_FIELDS_MAX, sizeof(*fields.lines))};
        if (!fields.lines)
                return -ENOMEM;
        add_field(&fields, header_date(letter->now_epoch, letter->utc_offset));
        add_field(&fields, header_message_ids("Message-ID", (const char *const[]){letter->id, NULL}, domain));
        add_field(&fields, header_mailbox("From", sender->from_name, sender->from_address));
        add_field(&fields,
                  header_mailbox("To", letter->agency_name, sender->redirect ? sender->redirect : letter->address));
        if (sender->redirect)
                add_field(&fields, header_mailbox(TRIAL_FIELD, NULL, letter->address));
        if (sender->reply_to && *sender->reply_to)
                add_field(&fields, header_mailbox("Reply-To", NULL, sender->reply_to));
        add_field(&fields, subject_field(sender, letter, subject));
        add_thread(&fields, letter, domain);
        add_field(&fields, header_text("Auto-Submitted", "auto-generated")); /* RFC 3834, section 5 */
        /* Exchange does not heed that, and answers with absence notes unless it is told so: [MS-OXCMAIL]. */
        add_field(&fields, header_text("X-Auto-Response-Suppress", "All"));
        add_field(&fields, header_text("X-Reminderd-Kind", kind_name(letter->kind)));
        if (letter->has_digest)
                add_field(&fields, header_text("X-Reminderd-Digest", civil_format(letter->week_from, day)));
        add_items(&fields, letter);
        *ret = fields.lines; /* owned by the mail, whole or not */
        return fields.failed ? -ENOMEM : 0;
}

/* ---- the whole ---- */

int compose_mail(const struct composer *composer, const struct letter_sender *sender, const struct letter *letter,
                 struct composed_mail *ret)
{
        struct values values;
        struct composed_mail mail = {0};
        const struct message_templates *templates = templates_of(composer, letter);
        values_init(&values, sender, letter);
        int r = render_subject(composer, &values, &mail.subject);
        values.subject = mail.subject;
        if (r == 0)
                r = folder_render(composer->folder, templates->text, false, &values, &mail.text);
        if (r == 0)
                r = folder_render(composer->folder, templates->html, true, &values, &mail.html);
        if (r == 0 && sender->redirect)
                r = trial_mark(letter, &mail.text, &mail.html);
        if (r == 0)
                r = make_headers(sender, letter, mail.subject, &mail.headers);
        if (r == 0)
                r = letter_calendars(sender, letter, mail.subject, &mail.calendars);
        mail.cancels = letter_cancels(letter);
        if (r < 0)
                composed_mail_clear(&mail);
        else
                *ret = mail;
        return r;
}

#define WORD(number) #number
#define WORDS(number) WORD(number)

const char *compose_refusal(int error)
{
        switch (error) {
        case -E2BIG:
                return "the message is too large: its template makes more than " WORDS(
                        TEMPLATE_OUTPUT_MIB) " MiB of it, which is the limit; shorten the template, or the texts that "
                                             "the plan gives it";
        case -ELOOP:
                return "the template does not end: its sections and partials are nested more than " WORDS(
                        TEMPLATE_DEPTH_MAX) " deep; mend the partial that includes itself";
        case -EINVAL:
                return "a line of the message's header is broken or too long; mend the names and titles in the "
                       "configuration";
        default:
                return NULL;
        }
}

void composed_mail_clear(struct composed_mail *mail)
{
        text_list_free(mail->headers);
        free(mail->subject);
        free(mail->text);
        free(mail->html);
        text_list_free(mail->calendars);
        *mail = (struct composed_mail){0};
}

int compose_payload(const struct composer *composer, const struct letter_sender *sender, const struct letter *letter,
                    char **ret_subject, char **ret_body)
{
        struct values values;
        CLEANUP_FREE char *subject = NULL, *text = NULL;
        values_init(&values, sender, letter);
        int r = render_subject(composer, &values, &subject);
        if (r == 0)
                r = folder_render(composer->folder, templates_of(composer, letter)->text, false, &values, &text);
        if (r == 0)
                r = payload_new(letter, text, ret_body);
        if (r == 0)
                *ret_subject = TAKE_PTR(subject);
        return r;
}
