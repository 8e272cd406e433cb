/* E-mail addresses, mailboxes with a display name, and URLs, as the configuration has them.
 * Input: a text.
 * Holds: an accepted address is plain ASCII with one @, within the limits of SMTP, and is accepted again as it is;
 * as a header field it and its name come out whole and alone; a refusal says why; an accepted URL means a host. */
#include "fuzz.h"

#include "config/address.h"
#include "message/header.h"

static void check_address(const char *address)
{
        CLEANUP_FREE char *again = NULL;
        const char *why = NULL;
        const char *at = strchr(address, '@');

        REQUIRE_OF(at && !strchr(at + 1, '@') && at > address && at - address <= 64, address);
        REQUIRE_OF(strlen(at + 1) >= 1 && strlen(at + 1) <= 253, address);
        for (const char *c = address; *c; c++)
                REQUIRE_OF(*c > ' ' && *c < 0x7f && !strchr("<>,;:\"()[]\\", *c), address);
        REQUIRE_OF(address_parse(address, &again, &why) == 0 && strcmp(again, address) == 0, address);
}

static void check_mailbox(const char *text)
{
        CLEANUP(mailbox_clear) struct mailbox mailbox = {0};
        CLEANUP_FREE char *field = NULL;
        const char *why = NULL;
        int r = mailbox_parse(text, &mailbox, &why);

        REQUIRE(r == 0 || (r == ADDRESS_WRONG && why && *why && !mailbox.name && !mailbox.address));
        if (r != 0)
                return;
        check_address(mailbox.address);
        field = header_mailbox("To", mailbox.name, mailbox.address);
        REQUIRE(field && strstr(field, mailbox.address));
        /* The address stands last, after all that the name might try to be. */
        const char *end = field + strlen(field) - strlen(mailbox.address);
        REQUIRE_OF(strcmp(end, mailbox.address) == 0 ||
                           (end[-2] == '<' && strncmp(end - 1, mailbox.address, strlen(mailbox.address)) == 0),
                   field);
}

static void check_url(const char *text)
{
        static const char *const schemes[] = {"smtp", "smtps", "https", "http", NULL};
        const char *why = NULL;
        size_t scheme = SIZE_MAX;
        int r = url_check(text, schemes, &scheme, &why);

        REQUIRE(r == 0 || (r == ADDRESS_WRONG && why && *why));
        if (r != 0)
                return;
        REQUIRE(scheme < 4);
        REQUIRE_OF(strncasecmp(text, schemes[scheme], strlen(schemes[scheme])) == 0, text);
        REQUIRE_OF(strlen(strstr(text, "://")) > 3 && !strpbrk(text, " \t\r\n"), text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        CLEANUP_FREE char *text = input_text(&input, NULL);
        CLEANUP_FREE char *address = NULL;
        const char *why = NULL;
        int r = address_parse(text, &address, &why);

        REQUIRE(r == 0 || (r == ADDRESS_WRONG && why && *why && !address));
        if (r == 0)
                check_address(address);
        check_mailbox(text);
        check_url(text);
        return 0;
}
