/* What agencies answer, in their own words, read by the shipped lists.
 * Input: a text.
 * Holds: it is read twice the same, and as the same with other blanks; only a request names a day, which lies ahead and
 * behind the due date; the words that decided are plain and bounded; whatever it says, with a doubt before it, a doubt
 * or a question behind it, it is for a person. */
#include "fuzz.h"

#include <libconfig.h>

#include "base/text.h"
#include "core/answer.h"

#define TODAY (civil_from(2026, 6, 14))
#define DUE (civil_from(2026, 6, 15))

static struct answer_words *words;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
        static const char *const lists[ANSWER_LISTS] = {"done",  "more_time", "until", "asking", "reason",
                                                        "doubt", "reader",    "name",  "plain",  "greeting"};
        config_t file;

        (void)argc, (void)argv;
        words = answer_words_new();
        REQUIRE(words);
        config_init(&file);
        REQUIRE(config_read_file(&file, SOURCE_DIR "/conf/answers.conf"));
        for (enum answer_list list = 0; list < ANSWER_LISTS; list++) {
                const config_setting_t *phrases = config_lookup(&file, lists[list]);

                REQUIRE(phrases && config_setting_length(phrases) > 0);
                for (int i = 0; i < config_setting_length(phrases); i++)
                        REQUIRE(answer_words_add(words, list, config_setting_get_string_elem(phrases, i)) == 0);
        }
        config_destroy(&file);
        return 0;
}

static struct answer_meaning meaning_of(const char *before, const char *text, const char *behind)
{
        CLEANUP_TEXT struct text whole = {0};
        struct answer_meaning meaning;

        text_add_string(&whole, before);
        text_add_string(&whole, text);
        text_add_string(&whole, behind);
        text_add_char(&whole, '\n');
        REQUIRE(!whole.error);
        answer_read(whole.data, words, TODAY, DUE, &meaning);
        return meaning;
}

static void check(const struct answer_meaning *meaning)
{
        REQUIRE(meaning->verdict < ANSWER_VERDICTS);
        REQUIRE(meaning->until == CIVIL_NONE ||
                (meaning->verdict == ANSWER_REQUEST && meaning->until >= TODAY && meaning->until > DUE));
        REQUIRE(is_utf8(meaning->found, strlen(meaning->found)));
        REQUIRE(meaning->verdict == ANSWER_PERSON || *meaning->found);
}

static void check_blanks(const char *text, const struct answer_meaning *meaning)
{
        CLEANUP_TEXT struct text other = {0};
        struct answer_meaning again;

        for (; *text; text++)
                if (*text == ' ')
                        text_add_string(&other, "\xc2\xa0");
                else
                        text_add_char(&other, *text);
        again = meaning_of("", other.data ? other.data : "", "");
        /* more bytes may be too many */
        REQUIRE(again.verdict == meaning->verdict || (again.verdict == ANSWER_PERSON && other.size >= ANSWER_TEXT_MAX));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        CLEANUP_FREE char *text = input_text(&input, NULL);
        struct answer_meaning meaning = meaning_of("", text, ""), again = meaning_of("", text, "");

        REQUIRE(memcmp(&meaning, &again, sizeof(meaning)) == 0);
        check(&meaning);
        check_blanks(text, &meaning);
        REQUIRE(meaning_of("Chưa nộp. ", text, "").verdict == ANSWER_PERSON);
        REQUIRE(meaning_of("", text, "\nĐơn vị sẽ nộp").verdict == ANSWER_PERSON);
        REQUIRE(meaning_of("", text, " ?").verdict == ANSWER_PERSON);
        return 0;
}
