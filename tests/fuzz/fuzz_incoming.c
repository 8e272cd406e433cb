/* A mail that came in, through GMime to the facts that the daemon is told; and a text, to a person's own words.
 * Input: the mail.
 * Holds: there are facts, the same each time, in UTF-8 and bounded; own words are a piece of what was said. */
#include "fuzz.h"

#include "incoming/letter.h"
#include "incoming/quote.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
        (void)argc, (void)argv;
        letter_start();
        return 0;
}

static char *facts_of(const char *mail, size_t size)
{
        json_t *CLEANUP_JSON facts = letter_facts(mail, size, "mx.khoi.example");

        REQUIRE(facts && json_string_length(json_object_get(facts, "text")) <= 4000);
        REQUIRE(json_string_length(json_object_get(facts, "origin")) == 64);
        return json_dumps(facts, JSON_SORT_KEYS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        size_t n;
        CLEANUP_FREE char *mail = input_text(&input, &n);
        CLEANUP_FREE char *facts = facts_of(mail, n), *again = facts_of(mail, n);

        REQUIRE_OF(strcmp(facts, again) == 0, facts);
        if (is_utf8(mail, strlen(mail))) {
                CLEANUP_FREE char *own = quote_cut(mail);

                REQUIRE_OF(strstr(mail, own), own);
        }
        return 0;
}
