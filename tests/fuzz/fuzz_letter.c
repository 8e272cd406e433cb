/* A letter of hostile texts, through the shipped templates, as mail and as webhook.
 * Input: one byte for the kind, then parts: title, wording, note, reason, the agency's name, what a server answered.
 * Holds: no text becomes a header field, a line too long, a tag of HTML, a property of iCalendar or JSON of its own;
 * the subject and the JSON hold what went in as one clean line. */
#include "fuzz.h"

#include "base/text.h"
#include "mail.h"
#include "message/compose.h"

#include "../unit/message/letters.h"

#define TEXTS 6

static struct composer *composer;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
        (void)argc, (void)argv;
        composer = shipped_composer();
        REQUIRE(composer);
        return 0;
}

static void check_headers(const struct composed_mail *mail)
{
        static const char *const names[] = {"Date",
                                            "Message-ID",
                                            "From",
                                            "To",
                                            "Reply-To",
                                            "Subject",
                                            "Auto-Submitted",
                                            "X-Auto-Response-Suppress",
                                            "X-Reminderd-Kind",
                                            "X-Reminderd-Items"};
        size_t n = 0;

        for (; n < ELEMENTS(names) && mail->headers[n]; n++) {
                mail_check_field(mail->headers[n], names[n]);
                if (strcmp(names[n], "Subject") == 0) {
                        CLEANUP_FREE char *decoded = mail_decode(mail->headers[n], false);

                        REQUIRE_OF(strcmp(decoded, mail->subject) == 0, decoded);
                }
        }
        REQUIRE(!mail->headers[n] && n >= ELEMENTS(names) - 1);
}

/* Counts the tags that open or close: values add none. */
static size_t count_tags(const char *html)
{
        size_t n = 0;

        for (const char *at = html; (at = strchr(at, '<')); at++)
                n++;
        return n;
}

static void check_lines(const char *calendar)
{
        for (const char *line = calendar; line && *line;) {
                const char *end = strstr(line, "\r\n");

                REQUIRE_OF(end && end - line <= 75, calendar);
                line = end + 2;
        }
        REQUIRE_OF(!calendar || (!strstr(calendar, "\nATTENDEE") && !strstr(calendar, "\nATTACH")), calendar);
}

static void check_member(const json_t *object, const char *key, const char *text)
{
        CLEANUP_FREE char *line = text_line(text);
        const json_t *value = json_object_get(object, key);

        REQUIRE_OF(*line ? json_is_string(value) && strcmp(json_string_value(value), line) == 0 : json_is_null(value),
                   line);
}

static void check_payload(const struct letter *letter)
{
        CLEANUP_FREE char *subject = NULL, *body = NULL;
        const struct letter_entry *entry = letter->entries;
        const json_t *data, *object;

        REQUIRE(compose_payload(composer, &test_sender, letter, &subject, &body) == 0);
        CLEANUP_JSON json_t *root = json_loads(body, JSON_REJECT_DUPLICATES, NULL);
        REQUIRE_OF(root && json_object_size(root) == 3, body);
        data = json_object_get(root, "data");
        check_member(json_object_get(data, "agency"), "name", letter->agency_name);
        if (kind_tells_failure(letter->kind)) {
                object = json_array_get(json_object_get(data, "failures"), 0);
                check_member(object, "subject", entry->title);
                check_member(object, "answer", entry->answer);
                return;
        }
        object = json_array_get(json_object_get(data, "obligations"), 0);
        check_member(object, "title", entry->title);
        check_member(object, "wording", entry->wording);
        check_member(object, "note", entry->note);
        check_member(object, "reason", entry->reason);
}

static void compose(const struct letter *letter, struct composed_mail *ret)
{
        REQUIRE(compose_mail(composer, &test_sender, letter, ret) == 0);
        REQUIRE_OF(is_plain_line(ret->subject), ret->subject);
        REQUIRE_OF(is_utf8(ret->text, strlen(ret->text)) && !strpbrk(ret->text, "\r\x1b"), ret->text);
        REQUIRE_OF(is_utf8(ret->html, strlen(ret->html)) && !strpbrk(ret->html, "\r\x1b"), ret->html);
}

/* A text as harmless as can be, empty where the other comes to nothing, so that templates take the same way. */
static const char *harmless(const char *text)
{
        CLEANUP_FREE char *line = text_line(text);

        return *line ? "x" : "";
}

static void fill(struct letter_entry *entry, struct letter *letter, const char *const texts[static TEXTS])
{
        entry->title = texts[0];
        entry->wording = texts[1];
        entry->note = texts[2];
        entry->reason = texts[3];
        entry->decided_by = entry->asked_by = texts[3];
        entry->answer = texts[5];
        entry->failed_address = texts[5];
        letter->agency_name = texts[4];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const enum notice_kind kinds[] = {KIND_ADVANCE,  KIND_DUE,       KIND_OVERDUE,   KIND_DATE_SET,
                                                 KIND_FIX_DATE, KIND_SNOOZED,   KIND_COMPLETED, KIND_OBSERVANCE,
                                                 KIND_FAILURE,  KIND_ESCALATION};
        struct input input = {data, size};
        struct letter_entry entry =
                entry_of(kinds[input_byte(&input) % ELEMENTS(kinds)], "bao-cao", "", shifted(1208, 1209));
        struct letter letter = letter_of(&entry, 1, 1203);
        struct composed_mail mail = {0}, plain = {0};
        char *texts[TEXTS];
        const char *calm[TEXTS];

        for (size_t i = 0; i < TEXTS; i++) {
                texts[i] = input_part(&input, NULL);
                calm[i] = harmless(texts[i]);
        }
        entry.delivery = letter.id;
        entry.done_on = entry.snoozed_until = day_of(1205);
        entry.fix_by = day_of(1206);
        fill(&entry, &letter, calm);
        compose(&letter, &plain);
        fill(&entry, &letter, (const char *const *)texts);
        compose(&letter, &mail);
        check_headers(&mail);
        for (char **calendar = mail.calendars; calendar && *calendar; calendar++)
                check_lines(*calendar);
        REQUIRE_OF(count_tags(mail.html) == count_tags(plain.html), mail.html);
        check_payload(&letter);
        composed_mail_clear(&mail);
        composed_mail_clear(&plain);
        for (size_t i = 0; i < TEXTS; i++)
                free(texts[i]);
        return 0;
}
