/* Tests of the words by which answers are read: mistakes in a file of them, and what the shipped ones make of answers
 * as agencies write them. */
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

int main(void)
{
        return mistakes_run("mistakes", mistakes, ELEMENTS(mistakes), false) +
               mistakes_run("warnings", warnings, ELEMENTS(warnings), true);
}
