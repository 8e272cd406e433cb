/* Tests of the words by which answers are read: mistakes in a file of them, and what the shipped ones make of answers
 * as agencies write them. */
#include "config/file.h"
#include "mistakes.h"
#include "tree.h"

static const struct mistake mistakes[] = {
        {"a list is missing", ANSWERS, "until = [\"đến\"];\n", "", -2, {"until is missing"}},
        {"an unknown list", ANSWERS, "until =", "til = []; until =", 0, {"unknown key \"til\"", "until"}},
        {"a number", ANSWERS, "\"báo cáo\"", "\"báo cáo 2\"", 0, {"plain: \"báo cáo 2\": expected words"}},
        {"no word", ANSWERS, "\"báo cáo\"", "\"…\"", 0, {"plain: \"…\": expected words"}},
        {"two gaps", ANSWERS, "xin … gia", "xin … gia … thêm", 0, {"more_time: ", "at most one …"}},
        {"a gap at the end", ANSWERS, "xin … gia hạn", "xin gia hạn …", 0, {"more_time: ", "between two of them"}},
        {"too long", ANSWERS, "báo cáo", "a b c d e g h i k", 0, {"more than 8 words"}},
        {"in two lists", ANSWERS, "\"rồi\"", "\"rồi\", \"ĐÃ  nộp\"", 0, {"\"ĐÃ  nộp\" stands in done, too"}},
        {"in two lists, by another spelling", ANSWERS, "\"sở\"", "\"sở\", \"kho\xcc\x82\xcc\x81i\"", 0, {"in reader"}},
        {"never counts: a doubt in it",
         ANSWERS,
         "\"đã nộp\"",
         "\"đã nộp\", \"chưa hề đã nộp\"",
         0,
         {"done: \"chưa hề đã nộp\" never counts, since \"chưa\" in it"}},
        {"never counts: a claim in it",
         ANSWERS,
         "\"rồi\"",
         "\"rồi\", \"cảm ơn đã nộp\"",
         0,
         {"plain: \"cảm ơn đã nộp\" never counts, since \"đã nộp\" in it"}},
        {"never counts: a request in it",
         ANSWERS,
         "\"đã nộp\"",
         "\"đã nộp\", \"đã nộp xin gia hạn\"",
         0,
         {"done: \"đã nộp xin gia hạn\" never counts"}},
        {"an example is read otherwise",
         ANSWERS,
         "Sở đã nộp rồi.",
         "Sở đã nộp dự thảo.",
         0,
         {"answer 1: ", "is read as person, not as claim, by: dự"}},
        {"an example asks for another day",
         ANSWERS,
         "20/6.",
         "21/6.",
         0,
         {"answer 2: ", "is read as asking for 2024-06-21, not for 2024-06-20"}},
        {"an example asks for no day",
         ANSWERS,
         "gia hạn đến 20/6.",
         "gia hạn.",
         0,
         {"is read as asking for no day, not for 2024-06-20"}},
        {"an example means nothing known", ANSWERS, "\"claim\"", "\"clam\"", 0, {"clam", "claim"}},
        {"an example without a text", ANSWERS, "text = \"Chưa báo cáo.\"; ", "", 0, {"answer 3: ", "text is missing"}},
        {"no date", ANSWERS, "today = \"2024-06-14\"; ", "", 0, {"today is missing"}},
        {"a file that is not there",
         MAIN,
         "catch_up",
         "answers = { words = \"woerter.conf\"; }; catch_up",
         0,
         {"woerter.conf does not exist"}},
};

static const struct mistake warnings[] = {
        {"given twice", ANSWERS, "\"rồi\"", "\"rồi\", \"Rồi\"", 0, {"plain: \"Rồi\" is given twice"}},
};

/* The answers of a file: "@@ VERDICT [DAY]" stands above each; what is before the first is not one. */
#define FENCE "\n@@ "

struct counts {
        unsigned right, person, wrong; /* person: left to one, though it could have been read */
};

static void judge(char *answer, const struct answer_words *words, struct counts *counts)
{
        char *text = strchr(answer, '\n'), until[CIVIL_DATE_SIZE], said[64];
        struct answer_meaning meaning;

        assert_non_null(text);
        *text++ = '\0';
        answer_read(text, words, civil_from(2026, 6, 14), civil_from(2026, 6, 15), &meaning);
        civil_format(meaning.until, until);
        (void)snprintf(said, sizeof(said), "%s%s%s", answer_verdicts[meaning.verdict], *until ? " " : "", until);
        if (strcmp(said, answer) == 0)
                counts->right++;
        else if (meaning.verdict == ANSWER_PERSON)
                counts->person++;
        else
                counts->wrong++;
        if (strcmp(said, answer) != 0)
                print_message("%s, not %s, by \"%s\": %s\n", said, answer, meaning.found, text);
}

static struct counts judge_file(const char *name, const struct answer_words *words)
{
        struct counts counts = {.right = 0};
        CLEANUP_FREE char *all = NULL;
        struct stat st;
        char *answer;
        size_t size;

        assert_int_equal(file_read(name, CONFIG_FILE_MAX, &st, &all, &size), 0);
        answer = strstr(all, FENCE);
        while (answer) {
                char *next = strstr(answer + strlen(FENCE), FENCE);

                if (next)
                        *next = '\0';
                judge(answer + strlen(FENCE), words, &counts);
                answer = next;
        }
        return counts;
}

static const struct {
        const char *name;
        unsigned right, person;
} files[] = {
        {SOURCE_DIR "/tests/data/answers.txt", 47, 1},           /* written first */
        {SOURCE_DIR "/tests/data/answers-held-back.txt", 92, 7}, /* written when the words stood */
        {SOURCE_DIR "/tests/data/answers-hostile.txt", 231, 0},  /* written to be taken for claims */
};

static void test_shipped(void **state)
{
        CLEANUP(tree_remove) struct tree tree;
        struct report report = {.n = 0};
        struct config *config = NULL;
        char path[256];

        (void)state;
        tree_make(&tree);
        tree_path(&tree, ANSWERS, path);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(config_load(tree.path, SECRETS_READ, &report, NULL, &config), 0);
        for (size_t i = 0; i < ELEMENTS(files); i++) {
                struct counts counts = judge_file(files[i].name, config->answer_words);

                assert_int_equal(counts.wrong, 0);
                assert_true(counts.right >= files[i].right && counts.person <= files[i].person);
        }
        config_free(config);
        report_clear(&report);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_shipped)};

        return cmocka_run_group_tests(tests, NULL, NULL) +
               mistakes_run("mistakes", mistakes, ELEMENTS(mistakes), false) +
               mistakes_run("warnings", warnings, ELEMENTS(warnings), true);
}
