/* Tests of core/answer: what an answer is taken for, by a few words of each list. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "core/answer.h"

#define TODAY "2026-06-14" /* a Sunday */
#define DUE "2026-06-15"

static const struct {
        enum answer_list list;
        const char *phrase;
} phrases[] = {
        {ANSWER_DONE, "đã nộp"},
        {ANSWER_DONE, "đã gửi"},
        {ANSWER_MORE_TIME, "xin … gia hạn"},
        {ANSWER_MORE_TIME, "đề nghị lùi"},
        {ANSWER_UNTIL, "đến"},
        {ANSWER_UNTIL, "sang"},
        {ANSWER_ASKING, "xem xét"},
        {ANSWER_ASKING, "cho"},
        {ANSWER_ASKING, "từ"},
        {ANSWER_ASKING, "thêm"},
        {ANSWER_ASKING, "ngày làm việc"},
        {ANSWER_ASKING, "tuần"},
        {ANSWER_ASKING, "anh cho em"},
        {ANSWER_MORE_TIME, "cho lùi"},
        {ANSWER_MORE_TIME, "đề nghị … gửi chậm"},
        {ANSWER_UNTIL, "chậm nhất"},
        {ANSWER_READER, "anh"},
        {ANSWER_REASON, "do"},
        {ANSWER_DOUBT, "chưa"},
        {ANSWER_DOUBT, "dự kiến"},
        {ANSWER_READER, "khối"},
        {ANSWER_PLAIN, "báo cáo"},
        {ANSWER_GREETING, "kính gửi"},
        {ANSWER_NAME, "sở"},
        {ANSWER_GREETING, "trân trọng"},
        {ANSWER_PLAIN, "ngày"},
        {ANSWER_PLAIN, "tháng"},
        {ANSWER_PLAIN, "hòa bình"},
        {ANSWER_PLAIN, "công văn số"},
        {ANSWER_PLAIN, "năm"},
        {ANSWER_PLAIN, "lúc"},
};

static const struct {
        const char *text;
        enum answer_verdict verdict;
        const char *until; /* "": none */
        const char *found;
} cases[] = {
        {"Đã nộp.", ANSWER_CLAIM, "", "Đã nộp"},
        {"Sở đã nộp báo cáo.", ANSWER_CLAIM, "", "đã nộp"},
        {"", ANSWER_PERSON, "", ""},
        {"\n \n", ANSWER_PERSON, "", ""},
        {"Báo cáo.", ANSWER_PERSON, "", ""},
        {"Cảm ơn", ANSWER_PERSON, "", ""},
        /* however it is typed */
        {"ĐÃ NỘP BÁO CÁO!!!", ANSWER_CLAIM, "", "ĐÃ NỘP"},
        {"da nop bao cao", ANSWER_CLAIM, "", "da nop"},
        {"Da\xc2\xa0nop\xe3\x80\x80"
         "bao cao",
         ANSWER_CLAIM, "", "Da nop"},
        {"\xc4\x91\x61\xcc\x83 no\xcc\x82\xcc\xa3p", ANSWER_CLAIM, "", "\xc4\x91\x61\xcc\x83 no\xcc\x82\xcc\xa3p"},
        {"\xc4\x91\x61\xcc\x83 no\xcc\xa3\xcc\x82p", ANSWER_CLAIM, "", "\xc4\x91\x61\xcc\x83 no\xcc\xa3\xcc\x82p"},
        {"\xc3\x90\xc3\xa3 n\xe1\xbb\x99p", ANSWER_CLAIM, "", "\xc3\x90\xc3\xa3 n\xe1\xbb\x99p"}, /* U+00D0 */
        {"đã nộp hoà bình", ANSWER_CLAIM, "", "đã nộp"},
        {"đ\xe2\x80\x8bã nộp", ANSWER_CLAIM, "", "đã nộp"},
        {"Ｄａ ｎｏｐ！", ANSWER_CLAIM, "", "Da nop"},
        /* marks that are there count */
        {"Dạ nộp", ANSWER_PERSON, "", ""},
        {"Da nộp báo cáo", ANSWER_PERSON, "", ""},
        {"Đã nop báo cáo", ANSWER_PERSON, "", ""},
        {"Đã nộp, chua báo cáo", ANSWER_PERSON, "", "chua"},
        /* letters of other alphabets look the same */
        {"đ\xd0\xb0 nộp", ANSWER_PERSON, "", ""},
        {"Đã nộp \xd1\x81hưa", ANSWER_PERSON, "", "\xd1\x81hưa"},
        {"Đã nộp \xf0\x9f\x98\xa2", ANSWER_PERSON, "", "\xf0\x9f\x98\xa2"},
        {"Đã nộp\xff", ANSWER_PERSON, "", "\x7f"},
        /* all has to be understood */
        {"Đã nộp dự thảo", ANSWER_PERSON, "", "dự"},
        {"Chưa. Đã nộp.", ANSWER_PERSON, "", "Chưa"},
        {"Đã nộp. Dự kiến.", ANSWER_PERSON, "", "Dự kiến"},
        {"Đã nộp. Trân trọng.", ANSWER_CLAIM, "", "Đã nộp"},
        {"Đã nộp. Báo cáo.", ANSWER_PERSON, "", "Báo"}, /* something else */
        {"Đã nộp?", ANSWER_PERSON, "", ""},
        {"\"Đã nộp\"", ANSWER_PERSON, "", "\""},
        {"> Đã nộp", ANSWER_PERSON, "", ">"},
        {"[x] Đã nộp", ANSWER_PERSON, "", "["},
        /* names */
        {"Sở Tư Pháp đã nộp", ANSWER_CLAIM, "", "đã nộp"},
        {"Nghe nói đã nộp", ANSWER_PERSON, "", "Nghe"},
        {"Nghe đã nộp", ANSWER_PERSON, "", "Nghe"},
        {"Đã nộp Giám", ANSWER_PERSON, "", "Giám"},
        {"Đã nộp.\nNguyễn Văn An\nSở Tư Pháp", ANSWER_CLAIM, "", "Đã nộp"},
        {"Đã nộp.\nHủy.", ANSWER_PERSON, "", "Hủy"},
        {"ĐÃ NỘP TRỄ", ANSWER_PERSON, "", "TRỄ"},
        {"TRỄ HẸN ĐÃ NỘP", ANSWER_PERSON, "", "TRỄ"},
        /* who has done it */
        {"Khối đã gửi báo cáo", ANSWER_PERSON, "", "đã"},
        {"Khối Tham mưu đã gửi báo cáo", ANSWER_PERSON, "", "mưu"},
        {"Khoi da gui bao cao", ANSWER_PERSON, "", "da"},
        {"Kính gửi Khối, Sở đã gửi báo cáo", ANSWER_CLAIM, "", "đã gửi"},
        {"Đã gửi Khối báo cáo", ANSWER_CLAIM, "", "Đã gửi"},
        /* lines that a program broke, and sentences that end with their line */
        {"Sở Tư Pháp kính gửi Khối, Sở báo cáo Sở báo cáo Sở đã nộp\nGiám Đốc", ANSWER_PERSON, "", "Giám"},
        {"Đã nộp\nGiám Đốc", ANSWER_CLAIM, "", "Đã nộp"},
        {"Đã\nnộp", ANSWER_PERSON, "", ""},
        /* numbers beside a claim */
        {"Đã nộp ngày 13/6", ANSWER_CLAIM, "", "Đã nộp"},
        {"Đã nộp ngày 13/6/2026.Trân trọng./.", ANSWER_CLAIM, "", "Đã nộp"},
        {"Đã nộp ngày 13 tháng 6 năm 2026", ANSWER_CLAIM, "", "Đã nộp"},
        {"Đã nộp ngày 13", ANSWER_CLAIM, "", "Đã nộp"},
        {"Đã nộp ngày 20", ANSWER_PERSON, "", "20"},
        {"Đã nộp ngày 20/6", ANSWER_PERSON, "", "20/6"},
        {"Đã nộp ngày 20 tháng 6", ANSWER_PERSON, "", "20"},
        {"Đã nộp ngày 13/6/2025", ANSWER_PERSON, "", "13/6/2025"},
        {"Đã nộp ngày 31/12", ANSWER_CLAIM, "", "Đã nộp"},
        {"Đã nộp 3/5 báo cáo", ANSWER_PERSON, "", "3/5"},
        {"Đã nộp báo cáo tháng 6/2026", ANSWER_CLAIM, "", "Đã nộp"},
        {"Đã nộp lúc 17h30 9h 17:00", ANSWER_CLAIM, "", "Đã nộp"},
        {"Lúc 9h, Sở đã nộp", ANSWER_CLAIM, "", "đã nộp"},
        {"Đã nộp, 17h báo cáo", ANSWER_PERSON, "", "17h"},
        {"Đã nộp 80%", ANSWER_PERSON, "", "80%"},
        {"Đã nộp 100%", ANSWER_CLAIM, "", "Đã nộp"},
        {"Đã nộp 2x", ANSWER_PERSON, "", "2x"},
        {"Đã nộp (Công văn số 145/STP-VP ngày 12/6/2026)", ANSWER_CLAIM, "", "Đã nộp"},
        {"Đã nộp, công văn số 12/2026/NĐ-CP", ANSWER_CLAIM, "", "Đã nộp"},
        {"Đã nộp\nvp.stp@laocai.example\n0214.3.840.123", ANSWER_CLAIM, "", "Đã nộp"},
        /* more time */
        {"Sở xin gia hạn đến ngày 20/6", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"Đề nghị lùi sang 20-06", ANSWER_REQUEST, "2026-06-20", "Đề nghị lùi"},
        {"xin gia hạn đến 20.6.2026.", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"xin gia hạn đến 20/6/26", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"xin gia hạn đến 2026-06-20", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"xin gia hạn đến ngày 20 tháng 6 năm 2026", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"xin gia hạn đến hết ngày 20", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"xin gia hạn đến ngày 14", ANSWER_PERSON, "", "xin gia hạn"},
        {"xin gia hạn đến cuối tháng", ANSWER_REQUEST, "2026-06-30", "xin gia hạn"},
        {"xin gia hạn đến hết tháng 7", ANSWER_REQUEST, "2026-07-31", "xin gia hạn"},
        {"xin gia han den het thang 7/2026", ANSWER_REQUEST, "2026-07-31", "xin gia han"},
        {"xin gia hạn đến tháng 7", ANSWER_PERSON, "", "xin gia hạn"},
        {"xin gia hạn đến thứ Sáu", ANSWER_PERSON, "", "xin gia hạn"},
        {"xin gia hạn đến thứ Sáu, ngày 19/6", ANSWER_REQUEST, "2026-06-19", "xin gia hạn"},
        {"xin gia hạn đến thứ Sáu, ngày 20/6", ANSWER_PERSON, "", "xin gia hạn"}, /* a Saturday */
        {"xin gia hạn đến chủ nhật 21/6", ANSWER_REQUEST, "2026-06-21", "xin gia hạn"},
        {"xin gia hạn đến đến 20/6", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"xin gia hạn đến hết tuần", ANSWER_PERSON, "", "xin gia hạn"},
        {"xin gia hạn báo cáo liên quan đến lũ đến 20/6", ANSWER_PERSON, "", "liên"},
        {"xin gia hạn do liên quan đến lũ đến 20/6", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        /* all of it has to be understood */
        {"Xin gia hạn hợp đồng đến 20/6", ANSWER_PERSON, "", "hợp"},
        {"Xin gia hạn đến 20/6. Đã thống nhất.", ANSWER_PERSON, "", "Đã"},
        {"Xin gia hạn đến 20/6. Báo cáo.", ANSWER_PERSON, "", "Báo"},
        {"Kính gửi Khối, Sở xin gia hạn đến 20/6. Trân trọng.", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"Xin cuộc họp gia hạn đến 20/6", ANSWER_PERSON, "", "cuộc"},
        /* a reason may say what it likes */
        {"Xin gia hạn đến 20/6 do cán bộ phụ trách ốm, 3 người", ANSWER_REQUEST, "2026-06-20", "Xin gia hạn"},
        {"Do thiếu người, xin gia hạn đến 20/6", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"Do thiếu người, xin gia hạn hợp đồng đến 20/6", ANSWER_PERSON, "", "hợp"},
        {"Do thiếu người. Xin gia hạn hợp đồng đến 20/6", ANSWER_PERSON, "", "hợp"},
        {"Do thiếu người xin gia hạn hợp đồng đến 20/6", ANSWER_PERSON, "", "Do"},
        {"Xin gia hạn đến 20/6 do chưa đủ", ANSWER_PERSON, "", "chưa"},
        {"Xin gia hạn đến 20/6 do đã nộp", ANSWER_PERSON, "", ""},
        {"Xin gia hạn đến 20/6 do lũ. Cuộc họp", ANSWER_PERSON, "", "Cuộc"},
        /* who asks */
        {"Khối xin gia hạn đến 20/6", ANSWER_PERSON, "", "xin"},
        {"Khối đề nghị lùi đến 20/6", ANSWER_PERSON, "", "đề"},
        {"Xin khối cho lùi đến 20/6", ANSWER_PERSON, "", "Xin"},
        {"Báo cáo khối cho lùi, xin gia hạn đến 20/6", ANSWER_PERSON, "", "cho"},
        {"Xin khối gia hạn, cho lùi đến 20/6", ANSWER_REQUEST, "2026-06-20", "Xin khối gia hạn"},
        {"Anh cho em xin gia hạn đến 20/6", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"Đề nghị sở gửi chậm đến 20/6", ANSWER_REQUEST, "2026-06-20", "Đề nghị sở gửi chậm"},
        {"Đề nghị sở gửi chậm nhất đến 20/6", ANSWER_PERSON, "", "nhất"},
        {"Đã nộp. Sở, 0912.345.678", ANSWER_CLAIM, "", "Đã nộp"},
        {"Đã nộp ngày 12.06.2026", ANSWER_CLAIM, "", "Đã nộp"},
        /* other days and numbers */
        {"xin gia hạn báo cáo 20/6 đến 20/6", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"xin gia hạn đến 20/6, báo cáo 25/6", ANSWER_PERSON, "", "25/6"},
        {"xin gia hạn đến 20/6/2026, báo cáo ngày 15/6/2026", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"xin gia hạn đến 20/6, báo cáo ngày 19", ANSWER_PERSON, "", "19"},
        {"xin gia hạn báo cáo tháng 6 đến 20/6", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"xin gia hạn báo cáo tháng 3 đến 20/6", ANSWER_PERSON, "", "3"},
        {"xin gia hạn công văn số 5/SNV ngày 11/5 đến 20/6", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"xin gia hạn báo cáo 3 đến 20/6", ANSWER_PERSON, "", "3"},
        {"xin gia hạn thêm 5 ngày đến 20/6", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"xin gia hạn thêm 6 ngày đến 20/6", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"xin gia hạn thêm 10 ngày đến 20/6", ANSWER_PERSON, "", "10"},
        {"xin gia hạn thêm 4 ngày đến 20/6", ANSWER_PERSON, "", "4"},
        {"xin gia hạn thêm 4 ngày làm việc đến 20/6", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"xin gia hạn thêm 1 tuần đến 22/6", ANSWER_REQUEST, "2026-06-22", "xin gia hạn"},
        {"xin gia hạn thêm 2 tuần đến 22/6", ANSWER_PERSON, "", "2"},
        {"xin gia hạn thêm 5 ngày", ANSWER_REQUEST, "", "xin gia hạn"},
        {"xin gia hạn 50 % đến 20/6", ANSWER_PERSON, "", "50"},
        {"xin gia hạn đến 1/2", ANSWER_PERSON, "", "xin gia hạn"},
        {"xin gia hạn đến 17h00 ngày 20/6", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"xin gia hạn đến 17 giờ 00 ngày 20/6", ANSWER_REQUEST, "2026-06-20", "xin gia hạn"},
        {"xin Khối xem xét cho gia hạn đến 20/6", ANSWER_REQUEST, "2026-06-20", "xin Khối xem xét cho gia hạn"},
        {"xin. Gia hạn đến 20/6", ANSWER_PERSON, "", ""},
        {"Xin gia hạn 5 ngày", ANSWER_REQUEST, "", "Xin gia hạn"},
        {"Xin gia hạn từ 15/6 đến 20/6", ANSWER_REQUEST, "2026-06-20", "Xin gia hạn"},
        {"Xin gia hạn đến 20/6. Đến 25/6.", ANSWER_PERSON, "", "Xin gia hạn"},
        {"Xin gia hạn đến 10/1/2027", ANSWER_REQUEST, "2027-01-10", "Xin gia hạn"},
        {"Xin gia hạn đến 10/6", ANSWER_PERSON, "", "Xin gia hạn"},
        {"Xin gia hạn đến 15/6", ANSWER_PERSON, "", "Xin gia hạn"},
        {"Xin gia hạn đến 20/6/2025", ANSWER_PERSON, "", "Xin gia hạn"},
        {"Xin gia hạn đến 31/6", ANSWER_PERSON, "", "Xin gia hạn"},
        {"Xin gia hạn đến 20/6 được không?", ANSWER_PERSON, "", ""},
        {"Chưa xin gia hạn đến 20/6", ANSWER_PERSON, "", "Chưa"},
        {"Đã gửi báo cáo, xin gia hạn đến 20/6", ANSWER_PERSON, "", ""},
};

static struct answer_words *load(void)
{
        struct answer_words *words = answer_words_new();

        assert_non_null(words);
        for (size_t i = 0; i < ELEMENTS(phrases); i++)
                assert_int_equal(answer_words_add(words, phrases[i].list, phrases[i].phrase), 0);
        return words;
}

static civil_day day(const char *text)
{
        civil_day day;

        assert_int_equal(civil_parse(text, &day), 0);
        return day;
}

static void test_answers(void **state)
{
        struct answer_words *words = load();
        unsigned n_wrong = 0;

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                char until[CIVIL_DATE_SIZE];
                struct answer_meaning answer;

                answer_read(cases[i].text, words, day(TODAY), day(DUE), &answer);
                civil_format(answer.until, until);
                if (answer.verdict == cases[i].verdict && strcmp(until, cases[i].until) == 0 &&
                    strcmp(answer.found, cases[i].found) == 0)
                        continue;
                print_error("%s: %s, until \"%s\", found \"%s\"\n", cases[i].text, answer_verdicts[answer.verdict],
                            until, answer.found);
                n_wrong++;
        }
        answer_words_free(words);
        assert_int_equal(n_wrong, 0);
}

static const struct {
        const char *phrase;
        int result;
} written[] = {
        {"đã nộp", 0},
        {" đã  nộp ", 0},
        {"xin … gia hạn", 0},
        {"", -EINVAL},
        {" ", -EINVAL},
        {"…", -EINVAL},
        {"xin …", -EINVAL},
        {"… xin", -EINVAL},
        {"a … b … c", -EINVAL},
        {"đã nộp!", -EINVAL},
        {"15", -EINVAL},
        {"a b c d e f g h", 0},
        {"a b c d e f g h i", -E2BIG},
        {"abcdefghijklmnopqrstuvwxyz", -EINVAL},
};

static void test_phrases(void **state)
{
        struct answer_words *words = answer_words_new();

        (void)state;
        assert_non_null(words);
        for (size_t i = 0; i < ELEMENTS(written); i++)
                assert_int_equal(answer_words_add(words, ANSWER_DONE, written[i].phrase), written[i].result);
        answer_words_free(words);
}

/* What is longer than an answer is a person's. */
static void test_long(void **state)
{
        struct answer_words *words = load();
        struct answer_meaning answer;
        static char text[ANSWER_TEXT_MAX + 2];

        (void)state;
        strcpy(text, "đã nộp ");
        for (unsigned i = 2; i < ANSWER_WORDS_MAX; i++)
                strcat(text, "ngày ");
        answer_read(text, words, day(TODAY), day(DUE), &answer);
        assert_int_equal(answer.verdict, ANSWER_CLAIM);
        strcat(text, "ngày");
        answer_read(text, words, day(TODAY), day(DUE), &answer);
        assert_int_equal(answer.verdict, ANSWER_PERSON);
        /* blanks and what does not show count, too */
        strcpy(text, "đã nộp");
        memset(text + strlen(text), ' ', ANSWER_TEXT_MAX - strlen(text));
        text[ANSWER_TEXT_MAX] = '\0';
        answer_read(text, words, day(TODAY), day(DUE), &answer);
        assert_int_equal(answer.verdict, ANSWER_CLAIM);
        strcat(text, " ");
        answer_read(text, words, day(TODAY), day(DUE), &answer);
        assert_int_equal(answer.verdict, ANSWER_PERSON);
        answer_words_free(words);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_answers),
                cmocka_unit_test(test_phrases),
                cmocka_unit_test(test_long),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
