/* What a mail server says of a letter that did not arrive. */
#include "incoming/bounce.h"

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "incoming/machine.h"
#include "incoming/part.h"
#include "incoming/pattern.h"

#define DIAGNOSTIC_MAX 300 /* bytes: a line for a person */
#define IDS_MAX 50         /* of one mail: a thread of a year */

/* What is read of a mail, before it is judged. */
struct reading {
        struct bounce *bounce;
        bool has_report; /* message/delivery-status */
        char *action;    /* of its recipient, or NULL */
        char *returned_to;
        GString *words; /* what stands outside of what is returned */
};

/* ---- small things ---- */

static void replace(char **old, char *with)
{
        g_free(*old);
        *old = with;
}

static bool add_id(void *userdata, const char *id)
{
        GPtrArray *ids = userdata;

        if (ids->len < IDS_MAX && !g_ptr_array_find_with_equal_func(ids, id, g_str_equal, NULL))
                g_ptr_array_add(ids, g_strdup(id));
        return true;
}

void bounce_add_ids(GPtrArray *ids, const char *text)
{
        pattern_each("<\\s*([^<>\\s@]+@[^<>\\s@]+)\\s*>", text, add_id, ids);
}

/* ---- what is returned ---- */

static bool add_pasted_id(void *userdata, const char *id)
{
        CLEANUP_FREE char *whole = *id == '<' ? g_strdup(id) : g_strdup_printf("<%s>", id);

        bounce_add_ids(userdata, whole);
        return true;
}

/* In what was pasted as text: quoted, indented or folded. */
static void add_pasted(GPtrArray *ids, const char *text)
{
        pattern_each("^[>|\\s]*(?:X-Original-)?Message-ID:\\s*(<[^<>\\n]+>|[^<>&\\s]+@[^<>&\\s]+)", text, add_pasted_id,
                     ids);
}

/* The words before a letter that was pasted below them. */
static void split_pasted(struct reading *reading, const char *text)
{
        CLEANUP_FREE char *headers = pattern_find("^(?:-{2,}[^\\n]*(?:message|copy|header|mail)[^\\n]*|[> "
                                                  "]*(?:Return-Path|Received):.*|[> ]*Message-ID:.*)$",
                                                  text);
        const char *begin = headers ? strstr(text, headers) : NULL;

        g_string_append_len(reading->words, text, begin ? begin - text : (gssize)strlen(text));
        g_string_append_c(reading->words, '\n');
        if (begin && !reading->returned_to)
                reading->returned_to = pattern_find("^[> ]*To:[^\\n]*?([^\\s<>,;:\"@]+@[^\\s<>,;:\"@]+)", begin);
}

/* ---- by RFC 3464 ---- */

/* "rfc822; <a@b.example>" */
static char *typed_address(const char *value)
{
        const char *type = strchr(value, ';');
        char *address = g_strdup(type ? type + 1 : value), *end;

        g_strstrip(address);
        if (*address == '<') {
                memmove(address, address + 1, strlen(address));
                end = strchr(address, '>');
                if (end)
                        *end = '\0';
        }
        return address;
}

static char *field_of(const char *group, const char *name)
{
        CLEANUP_FREE char *pattern = g_strdup_printf("^%s:[ \\t]*([^\\n]*(?:\\n[ \\t][^\\n]*)*)", name);
        char *value = pattern_find(pattern, group);

        return value && *g_strstrip(value) ? value : (g_free(value), NULL);
}

/* Takes a recipient's fields, unless those of a failed one were taken. */
static void take_group(struct reading *reading, const char *group)
{
        CLEANUP_FREE char *action = field_of(group, "Action"), *status = field_of(group, "Status");
        CLEANUP_FREE char *final = field_of(group, "Final-Recipient"),
                          *original = field_of(group, "Original-Recipient");
        CLEANUP_FREE char *diagnostic = field_of(group, "Diagnostic-Code");
        struct bounce *bounce = reading->bounce;

        if (!action && !status && !final)
                return; /* the group of the message */
        if (reading->action && (g_ascii_strcasecmp(reading->action, "failed") == 0 || !action ||
                                g_ascii_strcasecmp(action, "failed") != 0))
                return;
        replace(&reading->action, g_strdup(action ? action : "failed"));
        replace(&bounce->status, status ? pattern_find("([245]\\.\\d{1,3}\\.\\d{1,3})", status) : NULL);
        replace(&bounce->recipient, original ? typed_address(original) : final ? typed_address(final) : NULL);
        replace(&bounce->diagnostic, diagnostic ? pattern_find("^(?:[\\w-]+;)?\\s*((?:.|\\n)*)", diagnostic) : NULL);
}

static void take_report(struct reading *reading, GMimeObject *part)
{
        CLEANUP_FREE char *text = part_text(part);
        char **groups = g_regex_split_simple("\\n[ \\t]*\\n", text, 0, 0);

        reading->has_report = true;
        for (char **group = groups; *group; group++)
                take_group(reading, *group);
        g_strfreev(groups);
        add_pasted(reading->bounce->letters, text);
}

/* ---- parts ---- */

static void take_returned(struct reading *reading, GMimeObject *part)
{
        GMimeMessage *returned = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
        const char *id = returned ? g_mime_object_get_header(GMIME_OBJECT(returned), "Message-ID") : NULL;
        const char *to = returned ? g_mime_object_get_header(GMIME_OBJECT(returned), "To") : NULL;
        CLEANUP_FREE char *text = part_text(part);

        if (id)
                bounce_add_ids(reading->bounce->letters, id);
        add_pasted(reading->bounce->letters, text);
        if (to && !reading->returned_to)
                reading->returned_to = pattern_find("([^\\s<>,;:\"@]+@[^\\s<>,;:\"@]+)", to);
}

static bool take_part(void *userdata, GMimeObject *part)
{
        struct reading *reading = userdata;
        const char *id = g_mime_object_get_header(part, "Message-ID");

        if (id) /* a server has put the letter there without a type: its header is the part's */
                bounce_add_ids(reading->bounce->letters, id);
        if (part_is(part, "message", "delivery-status") || part_is(part, "message", "global-delivery-status"))
                take_report(reading, part);
        else if (GMIME_IS_MESSAGE_PART(part))
                take_returned(reading, part);
        else if (part_is(part, "text", "*") || part_is(part, "message", "*")) {
                CLEANUP_FREE char *text = part_text(part);

                add_pasted(reading->bounce->letters, text);
                split_pasted(reading, text);
        }
        return false;
}

/* ---- in words of its own ---- */

#define REFUSED \
        "undeliver|not (?:be )?deliver|deliver\\w* (?:status|fail|problem|notification|has failed|error)|delivery " \
        "(?:to the )?" \
        "|returned? (?:mail|to sender)|failure notice|mail (?:delivery|system error)|could ?n.?t be " \
        "(?:sent|delivered)|blocked" \
        "|message you sent|unable to deliver|rejected|user unknown|host unknown|error sending" \
        "|không (?:thể )?(?:gửi|chuyển|phát) được|không gửi được|bị trả lại"
#define DELAYED_SUBJECT "delay|warning|retry|chậm"
#define DELAYED_WORDS \
        "warning message only|attempts? (?:to deliver [^.]{0,80})?will continue|will (?:continue|keep) (?:trying|to " \
        "try|to attempt)" \
        "|will (?:be )?retr(?:y|ied)|ha(?:s|ve) not (?:yet )?been delivered (?:yet|within)|no action is required|do " \
        "not need to " \
        "resend|has been delayed|being retried"

static void judge_words(struct reading *reading, const char *subject)
{
        struct bounce *bounce = reading->bounce;
        const char *words = reading->words->str;
        bool delayed = pattern_is_in(DELAYED_SUBJECT, subject) || pattern_is_in(DELAYED_WORDS, words);

        if (!bounce->status)
                bounce->status = pattern_find("(?<![\\d.])([45]\\.\\d{1,3}\\.\\d{1,3})(?![\\d.]*\\d)", words);
        if (!bounce->status) {
                CLEANUP_FREE char *code = pattern_find("(?<![\\d.:-])([45])\\d\\d(?:[ -](?=\\D)|(?=:))", words);

                bounce->status = g_strdup_printf("%c.0.0", delayed ? '4' : code ? *code : '5');
        }
        bounce->kind = delayed || *bounce->status == '4' ? BOUNCE_DELAYED : BOUNCE_FAILED;
}

static void judge(struct reading *reading, GMimeMessage *message)
{
        CLEANUP_FREE char *subject = machine_header(message, "Subject");
        struct bounce *bounce = reading->bounce;
        const char *action = reading->action;

        if (reading->has_report && action && g_ascii_strcasecmp(action, "failed") != 0 &&
            g_ascii_strcasecmp(action, "delayed") != 0)
                return; /* delivered, relayed, expanded: good news */
        if (reading->has_report && action && bounce->status) {
                bounce->kind = g_ascii_strcasecmp(action, "delayed") == 0 || *bounce->status == '4' ? BOUNCE_DELAYED
                                                                                                    : BOUNCE_FAILED;
                return;
        }
        if (!reading->has_report && !machine_is_server(message))
                return;
        if (reading->has_report || pattern_is_in(REFUSED, subject) || pattern_is_in(DELAYED_SUBJECT, subject) ||
            pattern_is_in(REFUSED, reading->words->str))
                judge_words(reading, subject);
}

/* Where the report does not say it: from the header, from what is returned, or the first address that it names. */
static void complete(struct reading *reading, GMimeMessage *message)
{
        struct bounce *bounce = reading->bounce;
        CLEANUP_FREE char *failed = machine_header(message, "X-Failed-Recipients");

        if (!bounce->recipient)
                bounce->recipient = pattern_find("([^\\s<>,;:\"@]+@[^\\s<>,;:\"@]+)", failed);
        if (!bounce->recipient && reading->returned_to)
                bounce->recipient = g_strdup(reading->returned_to);
        if (!bounce->recipient)
                bounce->recipient =
                        pattern_find("<?([^\\s<>,;:\"()@]+@[^\\s<>,;:\"()@]+\\.[a-z]{2,})>?", reading->words->str);
        if (!bounce->diagnostic)
                bounce->diagnostic =
                        pattern_find("((?:^[^\\n]*)?(?<![\\d.:-])[45]\\d\\d[ -][^\\n]*(?:\\n[ \\t]+[^\\n]+){0,3})",
                                     reading->words->str);
        if (!bounce->diagnostic)
                bounce->diagnostic =
                        pattern_find("([^\\n]*(?:unknown|full|quota|reject|denied|not exist|timed out|refused)[^\\n]*)",
                                     reading->words->str);
        if (bounce->diagnostic) {
                replace(&bounce->diagnostic, text_line(bounce->diagnostic));
                if (bounce->diagnostic && strlen(bounce->diagnostic) > DIAGNOSTIC_MAX)
                        bounce->diagnostic[utf8_fit(bounce->diagnostic, strlen(bounce->diagnostic), DIAGNOSTIC_MAX)] =
                                '\0';
        }
}

void bounce_read(GMimeMessage *message, struct bounce *ret)
{
        struct reading reading = {.bounce = ret, .words = g_string_new(NULL)};

        *ret = (struct bounce){.letters = g_ptr_array_new_with_free_func(g_free)};
        (void)part_walk(message, take_part, &reading);
        judge(&reading, message);
        if (ret->kind != BOUNCE_NONE)
                complete(&reading, message);
        g_string_free(reading.words, TRUE);
        g_free(reading.action);
        g_free(reading.returned_to);
}

void bounce_clear(struct bounce *bounce)
{
        g_free(bounce->recipient);
        g_free(bounce->status);
        g_free(bounce->diagnostic);
        g_ptr_array_unref(bounce->letters);
}
