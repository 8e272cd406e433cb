/* Header fields of a message (RFC 5322, RFC 2047).
 * Input: a text; as subject, as display name, as address and as Message-ID.
 * Holds: every line is plain ASCII and short enough, none starts a field of its own, and what a mail program reads is
 * the input as one clean line. */
#include "fuzz.h"

#include "base/text.h"
#include "mail.h"
#include "message/header.h"

#define ADDRESS "nhacviec@laocai.example"

static void check_text(const char *text, const char *line)
{
        CLEANUP_FREE char *field = header_text("Subject", text);
        CLEANUP_FREE char *decoded = NULL;

        REQUIRE(field);
        mail_check_field(field, "Subject");
        decoded = mail_decode(field, false);
        REQUIRE_OF(strcmp(decoded, line) == 0, field);
}

static void check_display(const char *text, const char *line)
{
        CLEANUP_FREE char *field = header_mailbox("To", text, ADDRESS);
        CLEANUP_FREE char *decoded = NULL;
        const char *bracket = *line ? " <" ADDRESS ">" : ADDRESS;
        size_t shown;

        REQUIRE(field);
        mail_check_field(field, "To");
        decoded = mail_decode(field, true);
        shown = strlen(decoded) - strlen(bracket);
        REQUIRE_OF(strlen(decoded) >= strlen(bracket) && strcmp(decoded + shown, bracket) == 0, field);
        REQUIRE_OF(strncmp(decoded, line, shown) == 0 && line[shown] == '\0', field);
}

/* What is no address is never passed here; still nothing of it may end the field or the brackets. */
static void check_address(const char *text)
{
        CLEANUP_FREE char *field = header_mailbox("To", "Sở Nội vụ", text);
        CLEANUP_FREE char *ids = header_message_ids("References", (const char *const[]){text, "0", NULL}, text);

        REQUIRE(field && ids);
        REQUIRE_OF(strchr(field, '<') == strrchr(field, '<') && field[strlen(field) - 1] == '>', field);
        for (const char *at = strpbrk(ids, "\r\n"); at; at = strpbrk(at, "\r\n")) {
                REQUIRE_OF(at[0] == '\r' && at[1] == '\n' && at[2] == ' ', ids);
                at += 2;
        }
}

static void check_date(int64_t seconds)
{
        CLEANUP_FREE char *field = header_date(seconds, 7 * 3600);

        REQUIRE(field);
        mail_check_field(field, "Date");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        CLEANUP_FREE char *text = input_text(&input, NULL);
        CLEANUP_FREE char *line = text_line(text);
        struct input bytes = {data, size};

        REQUIRE(line && is_plain_line(line));
        check_text(text, line);
        check_display(text, line);
        check_address(text);
        check_date(input_number(&bytes, INT64_MIN / 2, INT64_MAX / 2));
        return 0;
}
