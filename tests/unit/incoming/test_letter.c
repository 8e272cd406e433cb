/* Tests of letter: what whole mails come to, as clerks and their programs send them, by the words that are shipped. */
#include "../config/tree.h"

#include "config/file.h"
#include "core/answer.h"
#include "incoming/letter.h"

/* The mails of a file: "@@ VERDICT [DAY]" stands above each, or "@@ machine"; what is before the first is not one. */
#define FENCE "\n@@ "
#define PLAIN "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
#define VERDICT_SIZE 64

struct counts {
        unsigned right, person,
                wrong; /* person: nothing is done, though it could have been read; wrong: something is */
};

/* As deciding/hear has it: an answer that asks for time and names no day is a person's. */
static void verdict_of(const char *mail, const struct answer_words *words, char ret[static VERDICT_SIZE],
                       char found[static ANSWER_FOUND_SIZE])
{
        json_t *facts = letter_facts(mail, strlen(mail), NULL);
        const char *class = json_string_value(json_object_get(facts, "class"));
        char until[CIVIL_DATE_SIZE];
        struct answer_meaning meaning;

        assert_non_null(class);
        answer_read(json_string_value(json_object_get(facts, "text")), words, civil_from(2026, 6, 14),
                    civil_from(2026, 6, 15), &meaning);
        if (meaning.verdict == ANSWER_REQUEST && meaning.until == CIVIL_NONE)
                meaning.verdict = ANSWER_PERSON;
        civil_format(meaning.until, until);
        if (strcmp(class, "answer") != 0)
                (void)snprintf(ret, VERDICT_SIZE, "%s", class);
        else
                (void)snprintf(ret, VERDICT_SIZE, "%s%s%s", answer_verdicts[meaning.verdict], *until ? " " : "", until);
        memcpy(found, meaning.found, ANSWER_FOUND_SIZE);
        json_decref(facts);
}

static void judge(char *mail, const struct answer_words *words, struct counts *counts)
{
        char *text = strchr(mail, '\n'), said[VERDICT_SIZE], found[ANSWER_FOUND_SIZE];
        char *CLEANUP_FREE whole = NULL;

        assert_non_null(text);
        *text++ = '\0';
        assert_true(asprintf(&whole, "%s%s", strstr(text, "Content-Type:") ? "" : PLAIN, text) >= 0);
        verdict_of(whole, words, said, found);
        if (strcmp(said, mail) == 0)
                counts->right++;
        else if (strcmp(said, "person") == 0 || strcmp(said, "machine") == 0)
                counts->person++;
        else
                counts->wrong++;
        if (strcmp(said, mail) != 0)
                print_message("%s, not %s, by \"%s\": %s\n", said, mail, found, text);
}

static struct counts judge_file(const char *name, const struct answer_words *words)
{
        struct counts counts = {.right = 0};
        CLEANUP_FREE char *all = NULL;
        struct stat st;
        char *mail;
        size_t size;

        assert_int_equal(file_read(name, CONFIG_FILE_MAX, &st, &all, &size), 0);
        mail = strstr(all, FENCE);
        while (mail) {
                char *next = strstr(mail + strlen(FENCE), FENCE);

                if (next)
                        *next = '\0';
                judge(mail + strlen(FENCE), words, &counts);
                mail = next;
        }
        return counts;
}

static void test_mails(void **state)
{
        CLEANUP(tree_remove) struct tree tree;
        struct report report = {.n = 0};
        struct config *config = NULL;
        struct counts counts;
        char path[256];

        (void)state;
        letter_start();
        tree_make(&tree);
        tree_path(&tree, "answers.conf", path);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(config_load(tree.path, SECRETS_READ, &report, NULL, &config), 0);
        counts = judge_file(SOURCE_DIR "/tests/data/mails-held-back.txt", config->answer_words);
        print_message("%u of %u mails are read right, %u more are left to a person, %u are read wrong\n", counts.right,
                      counts.right + counts.person + counts.wrong, counts.person, counts.wrong);
        assert_int_equal(counts.wrong, 0);
        assert_true(counts.right >= 57);
        config_free(config);
        report_clear(&report);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_mails)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
