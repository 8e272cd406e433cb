/* The facts of a mail that came in. */
#include "incoming/letter.h"

#include <stdbool.h>
#include <string.h>

#include <gmime/gmime.h>

#include "base/text.h"
#include "base/utf8.h"
#include "incoming/bounce.h"
#include "incoming/html.h"
#include "incoming/machine.h"
#include "incoming/part.h"
#include "incoming/pattern.h"
#include "incoming/quote.h"
#include "incoming/vouch.h"

#define TEXT_MAX ((size_t)4000)      /* bytes of an answer that are handed on: nobody decides by more */
#define LINE_BYTES_MAX ((size_t)500) /* of a subject, an address or what a server said */

/* ---- which mail it is ---- */

/* The same wherever and however often the mail is seen: of who wrote it when, and of its body; not of what servers add
 * on its way. */
static char *origin_of(GMimeMessage *message, const char *bytes, size_t size)
{
        static const char *const names[] = {"Message-ID", "From", "Date", "Subject"};
        GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
        const char *body = g_strstr_len(bytes, (gssize)size, "\r\n\r\n");
        char *origin;

        if (!body)
                body = g_strstr_len(bytes, (gssize)size, "\n\n");
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                const char *value = g_mime_object_get_header(GMIME_OBJECT(message), names[i]);

                if (value)
                        g_checksum_update(sum, (const guchar *)value, -1);
                g_checksum_update(sum, (const guchar *)"", 1);
        }
        if (!body)
                body = bytes;
        g_checksum_update(sum, (const guchar *)body, (gssize)(size - (size_t)(body - bytes)));
        origin = g_strdup(g_checksum_get_string(sum));
        g_checksum_free(sum);
        return origin;
}

/* ---- what it refers to ---- */

static void add_header_ids(GPtrArray *ids, GMimeMessage *message, const char *name)
{
        CLEANUP_FREE char *value = machine_header(message, name);

        bounce_add_ids(ids, value);
}

/* Of what is returned, the letter itself: what that one answered are other letters. Without it, and of an answer, what
 * it says it answers, the nearest first. */
static json_t *references_of(GMimeMessage *message, const struct bounce *bounce)
{
        json_t *list = json_array();
        GPtrArray *ids = bounce->letters;

        if (ids->len == 0) {
                add_header_ids(ids, message, "X-Original-Message-ID");
                add_header_ids(ids, message, "In-Reply-To");
                if (bounce->kind == BOUNCE_NONE)
                        add_header_ids(ids, message, "References");
        }
        for (guint i = 0; i < ids->len; i++)
                json_array_append_new(list, json_string(ids->pdata[i]));
        return list;
}

/* "[#7QK3-F9XM]" in the subject, "nhacviec+7qk3-f9xm@…" in the address it was sent to. */
static char *token_of(GMimeMessage *message, const char *subject)
{
        static const char *const names[] = {"Delivered-To", "X-Original-To", "To", "Cc"};
        char *token = pattern_find("\\[#([0-9A-Z]+(?:-[0-9A-Z]+)*)\\]", subject);

        for (size_t i = 0; !token && i < ELEMENTS(names); i++) {
                CLEANUP_FREE char *value = machine_header(message, names[i]);

                token = pattern_find("\\+(?:b\\.)?([0-9A-Z]{4}-?[0-9A-Z]{4})@", value);
        }
        return token;
}

/* ---- who wrote it ---- */

/* The only sender's address; NULL: there is none, or there are several, or several fields, which programs show
 * differently. */
static const char *sender_of(GMimeMessage *message)
{
        InternetAddressList *list = g_mime_message_get_from(message);
        InternetAddress *first =
                list && internet_address_list_length(list) > 0 ? internet_address_list_get_address(list, 0) : NULL;

        return first && INTERNET_ADDRESS_IS_MAILBOX(first)
                       ? internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(first))
                       : NULL;
}

static bool is_vouched_for(GMimeMessage *message, const char *from, const char *authserv_id)
{
        GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
        InternetAddressList *senders = g_mime_message_get_from(message);
        const char *results = NULL;
        int n_from = 0;

        for (int i = 0; i < g_mime_header_list_get_count(headers); i++) {
                GMimeHeader *header = g_mime_header_list_get_header_at(headers, i);
                const char *name = g_mime_header_get_name(header);

                n_from += g_ascii_strcasecmp(name, "From") == 0;
                if (!results && g_ascii_strcasecmp(name, "Authentication-Results") == 0)
                        results = g_mime_header_get_raw_value(header);
        }
        return authserv_id && results && from && n_from == 1 && internet_address_list_length(senders) == 1 &&
               vouch_for(results, authserv_id, from);
}

/* ---- what it says ---- */

struct words {
        char *plain, *html;
};

static bool take_words(void *userdata, GMimeObject *part)
{
        struct words *words = userdata;
        const char *disposition = g_mime_object_get_disposition(part);
        bool attached = disposition && g_ascii_strcasecmp(disposition, GMIME_DISPOSITION_ATTACHMENT) == 0;

        if (!attached && !words->plain && part_is(part, "text", "plain")) {
                words->plain = part_text(part);
                if (!*g_strstrip(words->plain))
                        g_clear_pointer(&words->plain, g_free);
        } else if (!attached && !words->html && part_is(part, "text", "html"))
                words->html = part_text(part);
        return words->plain != NULL;
}

static char *text_of(GMimeMessage *message)
{
        struct words words = {.plain = NULL};
        char *own;

        (void)part_walk(message, take_words, &words);
        if (!words.plain && words.html)
                words.plain = html_text(words.html);
        own = quote_cut(words.plain ? words.plain : "");
        if (strlen(own) > TEXT_MAX)
                own[utf8_fit(own, strlen(own), TEXT_MAX)] = '\0';
        g_free(words.plain);
        g_free(words.html);
        return own;
}

/* ---- facts ---- */

static const char *class_of(GMimeMessage *message, const struct bounce *bounce)
{
        if (bounce->kind != BOUNCE_NONE)
                return bounce->kind == BOUNCE_FAILED ? "bounce" : "delayed";
        return machine_wrote(message) ? "machine" : "answer";
}

/* One clean line that is not too long; NULL: null. */
static json_t *line_of(const char *text)
{
        CLEANUP_FREE char *line = text ? text_line(text) : NULL;

        if (line && strlen(line) > LINE_BYTES_MAX)
                line[utf8_fit(line, strlen(line), LINE_BYTES_MAX)] = '\0';
        return line ? json_string(line) : json_null();
}

static json_t *date_of(GMimeMessage *message)
{
        GDateTime *date = g_mime_message_get_date(message), *utc = date ? g_date_time_to_utc(date) : NULL;
        CLEANUP_FREE char *text = utc ? g_date_time_format(utc, "%Y-%m-%dT%H:%M:%SZ") : NULL;

        if (utc)
                g_date_time_unref(utc);
        return line_of(text);
}

static json_t *facts_of(GMimeMessage *message, const char *bytes, size_t size, const char *authserv_id)
{
        CLEANUP_FREE char *origin = origin_of(message, bytes, size), *subject = machine_header(message, "Subject");
        CLEANUP_FREE char *token = token_of(message, subject), *text = text_of(message);
        const char *from = sender_of(message);
        CLEANUP(bounce_clear) struct bounce bounce;

        bounce_read(message, &bounce);
        return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:s}", "origin", origin, "class",
                         class_of(message, &bounce), "references", references_of(message, &bounce), "token",
                         line_of(token), "recipient", line_of(bounce.recipient), "status", line_of(bounce.status),
                         "diagnostic", line_of(bounce.diagnostic), "from", line_of(from), "authenticated",
                         is_vouched_for(message, from, authserv_id), "subject", line_of(subject), "date",
                         date_of(message), "text", text);
}

void letter_start(void)
{
        g_mime_init();
}

json_t *letter_facts(const char *bytes, size_t size, const char *authserv_id)
{
        GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, size);
        GMimeParser *parser = g_mime_parser_new_with_stream(stream);
        GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
        json_t *facts;

        if (!message)
                message = g_mime_message_new(FALSE);
        facts = facts_of(message, bytes, size, authserv_id);
        g_object_unref(message);
        g_object_unref(parser);
        g_object_unref(stream);
        return facts;
}
