/* Tests of the words: what each kind of message says, by the shipped templates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "letters.h"

#define SUBJECT "[Khối TMTH] "
#define NEED_MAX 6

static int load(void **state)
{
        *state = shipped_composer();
        return *state ? 0 : -1;
}

static int unload(void **state)
{
        composer_free(*state);
        return 0;
}

static void need(const char *where, const char *text, const char *fragment)
{
        if (!strstr(text, fragment))
                fail_msg("%s lacks '%s': %s", where, fragment, text);
}

/* Without tags and line ends, runs of blanks as one: what a reader sees. */
static char *visible(const char *html)
{
        char *text = calloc(1, strlen(html) + 1);
        assert_non_null(text);
        size_t n = 0;
        for (const char *body = strstr(html, "<body"); body && *body; body++) {
                if (*body == '<')
                        body = strchr(body, '>');
                else if (*body > ' ' || *body < 0)
                        text[n++] = *body;
                else if (n && text[n - 1] != ' ')
                        text[n++] = ' ';
        }
        return text;
}

/* What holds for every message. */
static void check_any(const struct letter *letter, const struct composed_mail *mail)
{
        need("subject", mail->subject, "[Khối TMTH]");
        need("text", mail->text, "không thay thế văn bản hành chính");
        need("text", mail->text,
             "Đầu mối: Nguyễn Văn A, Chuyên viên; ĐT: 0214 3000 000; thư điện tử: dau-moi@laocai.example.");
        need("html", mail->html, "<html lang=\"vi\">");
        need("html", mail->html, "không thay thế văn bản hành chính");
        if (letter->kind != KIND_TEST && !kind_tells_failure(letter->kind)) {
                need("text", mail->text, "Kế hoạch số 28/KH-UBND");
                need("html", mail->html, "Kế hoạch số 28/KH-UBND");
        }
        static const char *const never[] = {"{{", "còn 0 ngày", "quá hạn 0 ngày", "  ,",
                                            " .", "()",         "[QC]",           "\n\n\n\n"};
        for (size_t i = 0; i < ELEMENTS(never); i++) {
                assert_null(strstr(mail->subject, never[i]));
                assert_null(strstr(mail->text, never[i]));
        }
        assert_null(strstr(mail->html, "{{"));
        assert_null(strchr(mail->subject, '\n'));
        assert_null(strstr(mail->html, "src="));
        assert_null(strstr(mail->html, "http"));
}

static void check_letter(void *composer, const struct letter *letter, const char *subject,
                         const char *const needs[NEED_MAX])
{
        CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
        CLEANUP_FREE char *alone = NULL, *body = NULL;
        assert_int_equal(compose_mail(composer, &test_sender, letter, &mail), 0);
        assert_string_equal(mail.subject, subject);
        assert_int_equal(compose_payload(composer, &test_sender, letter, &alone, &body), 0);
        assert_string_equal(alone, subject);
        check_any(letter, &mail);
        CLEANUP_FREE char *seen = visible(mail.html);
        for (size_t i = 0; i < NEED_MAX && needs[i]; i++) {
                need("text", mail.text, needs[i]);
                need("html", seen, needs[i]);
        }
}

static void test_single(void **state)
{
        const struct {
                enum notice_kind kind;
                const char *title;
                struct obligation_dates dates;
                int32_t today, days_left, days_late, ordinal;
                const char *subject;
                const char *needs[NEED_MAX];
        } rows[] = {
                {KIND_ADVANCE,
                 "Báo cáo",
                 on(1210),
                 1203,
                 5,
                 0,
                 0,
                 SUBJECT "Nhắc việc: hạn 10/12/2024 (còn 5 ngày làm việc) – Báo cáo",
                 {"Kính gửi: Sở Nội vụ",
                  "Thực hiện Kế hoạch số 28/KH-UBND, Thường trực Khối thi đua Tham mưu Tổng hợp trân trọng thông báo "
                  "nội "
                  "dung sắp đến hạn: nhiệm vụ “Báo cáo”; thời hạn hoàn thành: thứ Ba, ngày 10/12/2024",
                  "gửi kết quả về Trưởng khối (qua Nguyễn Văn A) đúng thời hạn", "Trân trọng./."}},
                {KIND_ADVANCE,
                 "Kiểm tra",
                 within(1001, 1031, true),
                 917,
                 7,
                 0,
                 0,
                 SUBJECT "Nhắc việc trong tháng 10/2024 (dự kiến): Kiểm tra",
                 {"nhiệm vụ “Kiểm tra”: dự kiến trong tháng 10/2024 (lịch cụ thể sẽ được thông báo sau).",
                  "ngay khi có lịch cụ thể"}},
                {KIND_ADVANCE,
                 "Đăng ký",
                 shifted(331, 401),
                 315,
                 11,
                 0,
                 0,
                 SUBJECT "Nhắc việc: hạn 01/04/2024 (còn 11 ngày làm việc) – Đăng ký",
                 {"hạn 31/03/2024 là ngày nghỉ, được tính đến hết ngày 01/04/2024"}},
                {KIND_ADVANCE,
                 "Đăng ký",
                 shifted(331, 401),
                 329,
                 1,
                 0,
                 0,
                 SUBJECT "Nhắc việc: hạn 01/04/2024 (còn 1 ngày làm việc) – Đăng ký",
                 {NULL}},
                {KIND_DUE,
                 "Báo cáo",
                 on(1210),
                 1209,
                 1,
                 0,
                 0,
                 SUBJECT "Đến hạn ngày mai 10/12/2024: Báo cáo",
                 {"Nhiệm vụ “Báo cáo” sẽ đến hạn vào ngày mai, thứ Ba, ngày 10/12/2024. Tính đến 08 giờ 00 ngày "
                  "09/12/2024, hệ "
                  "thống "
                  "chưa ghi nhận kết quả của Quý cơ quan.",
                  "gửi chậm nhất trong ngày 10/12/2024"}},
                {KIND_DUE,
                 "Báo cáo",
                 on(1210),
                 1210,
                 0,
                 0,
                 0,
                 SUBJECT "Đến hạn hôm nay 10/12/2024: Báo cáo",
                 {"Nhiệm vụ “Báo cáo” đến hạn hôm nay, thứ Ba, ngày 10/12/2024"}},
                {KIND_DUE,
                 "Đăng ký",
                 shifted(331, 401),
                 401,
                 0,
                 0,
                 0,
                 SUBJECT "Đến hạn hôm nay 01/04/2024: Đăng ký",
                 {"gửi chậm nhất trong ngày 01/04/2024", "hạn 31/03/2024 là ngày nghỉ"}},
                {KIND_DUE,
                 "Đăng ký",
                 shifted(331, 329),
                 328,
                 1,
                 0,
                 0,
                 SUBJECT "Đến hạn ngày mai 29/03/2024: Đăng ký",
                 {"hạn 31/03/2024 là ngày nghỉ, đề nghị hoàn thành chậm nhất ngày 29/03/2024"}},
                {KIND_OVERDUE,
                 "Báo cáo",
                 on(1210),
                 1213,
                 0,
                 3,
                 2,
                 "[Khối TMTH][Đôn đốc lần 2] Quá hạn 3 ngày làm việc: Báo cáo (hạn 10/12/2024)",
                 {"Thực hiện Kế hoạch số 28/KH-UBND, nhiệm vụ “Báo cáo” có thời hạn hoàn thành ngày 10/12/2024, đã quá "
                  "hạn 3 ngày "
                  "làm việc; đến nay chưa nhận được kết quả của Quý cơ quan.",
                  "gửi về Trưởng khối (qua Nguyễn Văn A); trường hợp chưa thể hoàn thành"}},
                {KIND_OBSERVANCE,
                 "Kỷ niệm 134 năm Ngày sinh Bác",
                 shifted(519, 520),
                 419,
                 20,
                 0,
                 0,
                 SUBJECT "Ngày 19/05/2024: Kỷ niệm 134 năm Ngày sinh Bác",
                 {"Chủ nhật, ngày 19/05/2024."}},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct letter_entry entry = entry_of(rows[i].kind, "item", rows[i].title, rows[i].dates);
                entry.days_left = rows[i].days_left;
                entry.days_late = rows[i].days_late;
                entry.ordinal = rows[i].ordinal;
                struct letter letter = letter_of(&entry, 1, rows[i].today);
                check_letter(*state, &letter, rows[i].subject, rows[i].needs);
        }
}

static void test_plan_facts(void **state)
{
        struct letter_entry entry = entry_of(KIND_DUE, "item", "Báo cáo <A&B>", on(1210));
        entry.wording = "Các đơn vị xây dựng báo cáo";
        entry.note = "Gửi bản mềm";
        entry.report_to = "Hội đồng TĐKT";
        struct letter letter = letter_of(&entry, 1, 1210);
        CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
        assert_int_equal(compose_mail(*state, &test_sender, &letter, &mail), 0);
        static const char *const needs[] = {"Các đơn vị xây dựng báo cáo", "Gửi bản mềm", "Hội đồng TĐKT"};
        for (size_t i = 0; i < ELEMENTS(needs); i++) {
                need("text", mail.text, needs[i]);
                need("html", mail.html, needs[i]);
        }
        need("text", mail.text, "Báo cáo <A&B>");
        need("html", mail.html, "Báo cáo &lt;A&amp;B&gt;");
        assert_null(strstr(mail.html, "<A&B>"));

        /* without a basis the plan's title stands; without a plan a general word */
        entry.basis = "";
        static const char *const titles[] = {"Kế hoạch công tác thi đua năm 2024", "kế hoạch công tác của Khối"};
        for (size_t i = 0; i < ELEMENTS(titles); i++) {
                CLEANUP(composed_mail_clear) struct composed_mail other = {0};
                entry.plan_title = i ? "" : titles[0];
                assert_int_equal(compose_mail(*state, &test_sender, &letter, &other), 0);
                need("text", other.text, titles[i]);
                need("html", other.html, titles[i]);
        }
}

/* ---- a plan with a contact of its own ---- */

static const struct contact of_reform = {
        .name = (char *)"Trần Thị B",
        .title = (char *)"Trưởng phòng",
        .phone = (char *)"0214 3841 000",
        .email = (char *)"cchc@laocai.example",
};
#define OF_REFORM "Đầu mối: Trần Thị B, Trưởng phòng; ĐT: 0214 3841 000; thư điện tử: cchc@laocai.example."
#define OF_BLOCK "Đầu mối: Nguyễn Văn A, Chuyên viên;"

static struct letter_entry reform_entry(enum notice_kind kind)
{
        struct letter_entry entry = entry_of(kind, "cchc", "Báo cáo cải cách hành chính", on(1210));
        entry.contact = &of_reform;
        entry.head = entry.report_to = "Sở Khoa học";
        return entry;
}

static void check_said(void *composer, const struct letter *letter, const char *const says[NEED_MAX],
                       const char *const lacks[NEED_MAX])
{
        CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
        assert_int_equal(compose_mail(composer, &test_sender, letter, &mail), 0);
        CLEANUP_FREE char *seen = visible(mail.html);
        for (size_t i = 0; i < NEED_MAX && says[i]; i++) {
                need("text", mail.text, says[i]);
                need("html", seen, says[i]);
        }
        for (size_t i = 0; i < NEED_MAX && lacks[i]; i++)
                if (strstr(mail.subject, lacks[i]) || strstr(mail.text, lacks[i]) || strstr(seen, lacks[i]))
                        fail_msg("%s has '%s'", mail.text, lacks[i]);
}

/* Its head is not the head of the block: it goes by its name. */
static void test_plan_contact(void **state)
{
        static const struct {
                enum notice_kind kind;
                const char *says;
        } rows[] = {
                {KIND_ADVANCE, "gửi kết quả về Sở Khoa học đúng thời hạn"},
                {KIND_OVERDUE, "gửi về Sở Khoa học;"},
                {KIND_DUE, "Sở Khoa học"},
                {KIND_DATE_SET, "Sở Khoa học"},
                {KIND_SNOOZED, "tạm hoãn"},
                {KIND_ESCALATION, "Kính gửi: Sở Khoa học"},
                {KIND_FIX_DATE, "Kính gửi: Sở Khoa học"},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct letter_entry entry = reform_entry(rows[i].kind);
                struct letter letter = letter_of(&entry, 1, 1205);
                if (rows[i].kind == KIND_ESCALATION || rows[i].kind == KIND_FIX_DATE)
                        letter.agency_name = entry.head;
                check_said(*state, &letter, (const char *const[NEED_MAX]){rows[i].says, OF_REFORM},
                           (const char *const[NEED_MAX]){"Trưởng khối", "Đồng chí", "đồng chí", OF_BLOCK});
        }

        /* a plan without a head, and nobody named: there is nobody else to send it to */
        struct letter_entry headless = reform_entry(KIND_ADVANCE);
        struct letter letter = letter_of(&headless, 1, 1205);
        headless.head = headless.report_to = "";
        check_said(*state, &letter, (const char *const[NEED_MAX]){"Trưởng khối (qua Trần Thị B)", OF_REFORM},
                   (const char *const[NEED_MAX]){OF_BLOCK});
}

/* Where nothing is owed any more, nobody is named to send it to. */
static void test_no_receiver_of_what_is_over(void **state)
{
        static const struct {
                enum notice_kind kind;
                bool receiver;
        } table[] = {{KIND_ADVANCE, true},
                     {KIND_REOPENED, true},
                     {KIND_COMPLETED, false},
                     {KIND_WITHDRAWN, false},
                     {KIND_WAIVED, false}};
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const struct letter_entry entry = reform_entry(table[i].kind);
                const struct letter letter = letter_of(&entry, 1, 1205);
                CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
                assert_int_equal(compose_mail(*state, &test_sender, &letter, &mail), 0);
                assert_int_equal(strstr(mail.html, "Nơi nhận kết quả") != NULL, table[i].receiver);
        }
}

/* Several of one plan end with its contact; where plans meet, each entry names its own. */
static void test_contacts_meet(void **state)
{
        const struct letter_entry two[] = {reform_entry(KIND_ADVANCE), reform_entry(KIND_ADVANCE)};
        struct letter letter = letter_of(two, 2, 1205);
        check_said(*state, &letter, (const char *const[NEED_MAX]){"Nơi nhận kết quả: Sở Khoa học.", OF_REFORM},
                   (const char *const[NEED_MAX]){"Trưởng khối", OF_BLOCK});

        const struct letter_entry mixed[] = {reform_entry(KIND_ADVANCE),
                                             entry_of(KIND_ADVANCE, "tong-ket", "Báo cáo tổng kết", on(1211))};
        letter = letter_of(mixed, 2, 1205);
        check_said(*state, &letter,
                   (const char *const[NEED_MAX]){"Nơi nhận kết quả: Sở Khoa học.", OF_REFORM, OF_BLOCK,
                                                 "Nơi nhận kết quả: Văn phòng UBND tỉnh (Trưởng khối)."},
                   (const char *const[NEED_MAX]){NULL});

        /* a digest, of one plan and of two */
        letter = letter_of(NULL, 0, 1205);
        letter.kind = KIND_DIGEST;
        letter.has_digest = true;
        letter.sections[DIGEST_MONTH] = mixed;
        letter.n_sections[DIGEST_MONTH] = 1;
        check_said(*state, &letter, (const char *const[NEED_MAX]){OF_REFORM}, (const char *const[NEED_MAX]){OF_BLOCK});
        letter.n_sections[DIGEST_MONTH] = 2;
        check_said(*state, &letter, (const char *const[NEED_MAX]){OF_REFORM, OF_BLOCK},
                   (const char *const[NEED_MAX]){NULL});
        letter.n_sections[DIGEST_MONTH] = 1;
        letter.matrices = &(struct letter_matrix){.plan_title = "Kế hoạch khác"};
        letter.n_matrices = 1;
        check_said(*state, &letter, (const char *const[NEED_MAX]){OF_REFORM, OF_BLOCK},
                   (const char *const[NEED_MAX]){NULL});
}

static void test_decisions(void **state)
{
        struct letter_entry entry = entry_of(KIND_DATE_SET, "kiem-tra", "Kiểm tra", on(1015));
        struct letter letter = letter_of(&entry, 1, 918);
        entry.old = within(1001, 1031, true);
        check_letter(*state, &letter, SUBJECT "Thông báo lịch: 15/10/2024 – Kiểm tra",
                     (const char *const[NEED_MAX]){"thứ Ba, ngày 15/10/2024 (trước đây: dự kiến trong tháng 10/2024)"});
        entry.old = no_dates();
        check_letter(*state, &letter, SUBJECT "Thông báo lịch: 15/10/2024 – Kiểm tra",
                     (const char *const[NEED_MAX]){"lịch nhiệm vụ “Kiểm tra”: thứ Ba, ngày 15/10/2024."});
        entry.old = on(1008);
        check_letter(*state, &letter, SUBJECT "Điều chỉnh lịch: 15/10/2024 thay cho 08/10/2024 – Kiểm tra",
                     (const char *const[NEED_MAX]){"từ ngày 08/10/2024 sang thứ Ba, ngày 15/10/2024."});
        entry.dates = within(1001, 1031, true);
        check_letter(*state, &letter,
                     SUBJECT "Điều chỉnh lịch: dự kiến trong tháng 10/2024 thay cho 08/10/2024 – Kiểm tra",
                     (const char *const[NEED_MAX]){NULL});

        entry = entry_of(KIND_SNOOZED, "bao-cao", "Báo cáo", on(1210));
        entry.snoozed_until = day_of(1205);
        entry.decided_by = "vanphong";
        entry.asked_by = "Sở Nội vụ";
        letter = letter_of(&entry, 1, 1202);
        check_letter(*state, &letter, SUBJECT "Tạm hoãn nhắc đến 05/12/2024: Báo cáo",
                     (const char *const[NEED_MAX]){
                             "Theo đề nghị của Sở Nội vụ, việc nhắc nhiệm vụ “Báo cáo” được tạm hoãn đến hết ngày "
                             "05/12/2024. "
                             "Việc tạm hoãn nhắc không làm thay đổi thời hạn hoàn thành (hạn 10/12/2024)."});
}

static void test_completed(void **state)
{
        static const struct {
                int32_t done_on, days_late;
                bool same_day;
                const char *subject, *words;
        } rows[] = {
                {1209, 0, true, SUBJECT "Xác nhận hoàn thành 09/12/2024: Báo cáo",
                 "đã hoàn thành nhiệm vụ “Báo cáo” lúc 09 giờ 30 ngày 09/12/2024 (trước hạn)."},
                {1210, 0, true, SUBJECT "Xác nhận hoàn thành 10/12/2024: Báo cáo",
                 "đã hoàn thành nhiệm vụ “Báo cáo” lúc 09 giờ 30 ngày 10/12/2024 (đúng hạn)."},
                {1212, 2, true, SUBJECT "Xác nhận hoàn thành 12/12/2024: Báo cáo",
                 "đã hoàn thành nhiệm vụ “Báo cáo” lúc 09 giờ 30 ngày 12/12/2024 (quá hạn 2 ngày làm việc)."},
                {1206, 0, false, SUBJECT "Xác nhận hoàn thành 06/12/2024: Báo cáo",
                 "đã hoàn thành nhiệm vụ “Báo cáo” ngày 06/12/2024 (trước hạn)."},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct letter_entry entry = entry_of(KIND_COMPLETED, "bao-cao", "Báo cáo", on(1210));
                entry.done_on = day_of(rows[i].done_on);
                entry.state = rows[i].days_late > 0 ? STATE_LATE : STATE_DONE;
                entry.done_at = wall_at(day_of(rows[i].same_day ? rows[i].done_on : 1216), 9 * 3600 + 1800);
                entry.days_late = rows[i].days_late;
                struct letter letter = letter_of(&entry, 1, 1216);
                check_letter(*state, &letter, rows[i].subject,
                             (const char *const[NEED_MAX]){rows[i].words,
                                                           "Trân trọng cảm ơn sự phối hợp của Quý cơ quan./."});
        }
}

static struct letter_debtor debtor_of(const char *name, enum obligation_state state, int32_t effective)
{
        return (struct letter_debtor){
                .agency = name,
                .agency_short = name,
                .state = state,
                .effective = day_of(effective),
                .last_reminder = CIVIL_NONE,
                .snoozed_until = CIVIL_NONE,
                .done_on = CIVIL_NONE,
        };
}

static void test_escalation(void **state)
{
        struct letter_debtor debtors[] = {
                debtor_of("Sở Tư pháp", STATE_OVERDUE, 1210),
                debtor_of("Sở Tài chính", STATE_SNOOZED, 1210),
                debtor_of("Ban Dân tộc", STATE_PENDING, 1220),
                debtor_of("Thanh tra tỉnh", STATE_DONE, 1210),
        };
        debtors[0].days_late = debtors[1].days_late = 3;
        debtors[0].reminders = 5;
        debtors[0].last_reminder = day_of(1212);
        debtors[1].snoozed_until = day_of(1217);
        debtors[1].snoozed_by = "vanphong";
        debtors[1].snooze_reason = "chờ số liệu";
        struct letter_entry entry = entry_of(KIND_ESCALATION, "bao-cao", "Báo cáo", on(1210));
        entry.debtors = debtors;
        entry.n_debtors = ELEMENTS(debtors);
        entry.n_finished = 1;
        struct letter letter = letter_of(&entry, 1, 1213);
        letter.agency_name = "Văn phòng UBND tỉnh";
        static const char *const needs[NEED_MAX] = {
                "Kính gửi: Đồng chí Trưởng Khối thi đua Tham mưu Tổng hợp",
                "1. Đã hoàn thành: 1/4 đơn vị.",
                "2. Chưa hoàn thành: 3 đơn vị, gồm:",
                "tạm hoãn nhắc đến 17/12/2024, lý do: chờ số liệu",
                "Kính đề nghị đồng chí xem xét, cho ý kiến chỉ đạo./.",
        };
        check_letter(*state, &letter,
                     SUBJECT "Báo cáo Trưởng khối 13/12/2024: 3 đơn vị chưa hoàn thành Báo cáo (hạn 10/12/2024)",
                     needs);
        CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
        assert_int_equal(compose_mail(*state, &test_sender, &letter, &mail), 0);
        need("text", mail.text, "- Sở Tư pháp: quá hạn 3 ngày làm việc; đã nhắc 5 lần, gần nhất ngày 12/12/2024.");
        need("text", mail.text, "- Ban Dân tộc: chưa đến hạn (20/12/2024); chưa nhắc lần nào.");
        assert_null(strstr(mail.text, "Thanh tra tỉnh"));

        letter.agency_name = "Hội đồng TĐKT";
        check_letter(*state, &letter, SUBJECT "Báo cáo 13/12/2024: 3 đơn vị chưa hoàn thành Báo cáo (hạn 10/12/2024)",
                     (const char *const[NEED_MAX]){"Kính gửi: Hội đồng TĐKT", "Kính đề nghị Quý cơ quan xem xét"});

        entry.kind = letter.kind = KIND_FIX_DATE;
        entry.dates = within(1001, 1031, true);
        entry.fix_by = day_of(920);
        debtors[0].state = STATE_TENTATIVE;
        letter.agency_name = "Văn phòng UBND tỉnh";
        check_letter(*state, &letter, SUBJECT "Hạn ấn định lịch 20/09/2024: Báo cáo (dự kiến trong tháng 10/2024)",
                     (const char *const[NEED_MAX]){
                             "Theo Kế hoạch số 28/KH-UBND, nhiệm vụ “Báo cáo” dự kiến trong tháng 10/2024",
                             "chậm nhất thứ Sáu, ngày 20/09/2024", "Sở Tư pháp: chưa có lịch."});
}

/* What the subject of several notices counts. */
static void test_group_subjects(void **state)
{
        static const struct {
                enum notice_kind kinds[4];
                size_t n;
                const char *subject;
        } rows[] = {
                {{KIND_ADVANCE, KIND_ADVANCE}, 2, "Nhắc 2 nhiệm vụ (02/12/2024 là hạn gần nhất, ngày mai)"},
                {{KIND_DUE, KIND_ADVANCE, KIND_ADVANCE},
                 3,
                 "Đến hạn ngày mai 02/12/2024: 1 nhiệm vụ, nhắc 2 nhiệm vụ sắp đến hạn"},
                {{KIND_OVERDUE, KIND_OVERDUE}, 2, "Đôn đốc 2 nhiệm vụ quá hạn 4–5 ngày làm việc"},
                {{KIND_OVERDUE, KIND_DUE, KIND_DUE, KIND_ADVANCE},
                 4,
                 "Đôn đốc 1 nhiệm vụ quá hạn 5 ngày làm việc, đến hạn hôm nay 01/12/2024 và ngày mai: 2 nhiệm vụ, nhắc "
                 "1 "
                 "nhiệm vụ sắp đến hạn"},
                {{KIND_ESCALATION, KIND_OVERDUE},
                 2,
                 "Báo cáo 01/12/2024: 1 nhiệm vụ có đơn vị chưa hoàn thành, đôn đốc 1 nhiệm vụ quá hạn 4 ngày làm "
                 "việc"},
                {{KIND_FIX_DATE, KIND_FIX_DATE}, 2, "Đề nghị ấn định lịch 2 nhiệm vụ"},
                {{KIND_DATE_SET, KIND_ADVANCE}, 2, "Nhắc 1 nhiệm vụ sắp đến hạn, thông báo lịch 1 nhiệm vụ"},
                {{KIND_OBSERVANCE, KIND_OBSERVANCE}, 2, "Thông báo 2 ngày kỷ niệm"},
                {{KIND_SNOOZED, KIND_COMPLETED}, 2, "Xác nhận 2 nội dung ngày 01/12/2024"},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct letter_entry entries[4];
                char titles[4][64];
                CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
                for (size_t k = 0; k < rows[i].n; k++) {
                        snprintf(titles[k], sizeof(titles[k]), "Nhiệm vụ %zu", k);
                        entries[k] = entry_of(rows[i].kinds[k], "item", titles[k], on(1202 + (int32_t)k));
                        if (rows[i].kinds[k] == KIND_DUE)
                                entries[k].dates = on(k == 1 ? 1201 : 1202);
                        entries[k].days_late = 5 - (int32_t)k;
                        entries[k].snoozed_until = day_of(1130);
                        entries[k].done_on = day_of(1125);
                }
                struct letter letter = letter_of(entries, rows[i].n, 1201);
                assert_int_equal(compose_mail(*state, &test_sender, &letter, &mail), 0);
                assert_string_equal(mail.subject + strlen(SUBJECT), rows[i].subject);
                check_any(&letter, &mail);
                for (size_t k = 0; k < rows[i].n; k++) {
                        need("text", mail.text, titles[k]);
                        need("html", mail.html, titles[k]);
                }
        }
}

static void test_group_body(void **state)
{
        struct letter_entry entries[] = {
                entry_of(KIND_OVERDUE, "a", "Đăng ký", shifted(1201, 1202)),
                entry_of(KIND_DUE, "b", "Báo cáo", on(1206)),
                entry_of(KIND_ADVANCE, "c", "Kiểm tra", within(1201, 1231, true)),
        };
        entries[0].days_late = 3;
        entries[0].ordinal = 2;
        entries[2].basis = "Kế hoạch số 5/KH";
        struct letter letter = letter_of(entries, ELEMENTS(entries), 1205);
        static const char *const needs[NEED_MAX] = {
                "Thực hiện Kế hoạch số 28/KH-UBND; Kế hoạch số 5/KH, Thường trực",
                "I. QUÁ HẠN (1)",
                "đã quá hạn 3 ngày làm việc (đôn đốc lần 2)",
                "II. ĐẾN HẠN (1)",
                "Đến hạn ngày mai, thứ Sáu, ngày 06/12/2024.",
                "dự kiến trong tháng 12/2024 (lịch cụ thể sẽ được thông báo sau)",
        };
        check_letter(*state, &letter,
                     SUBJECT "Đôn đốc 1 nhiệm vụ quá hạn 3 ngày làm việc, đến hạn ngày mai 06/12/2024: 1 nhiệm vụ, "
                             "nhắc 1 nhiệm vụ sắp đến hạn",
                     needs);
}

static void test_digest(void **state)
{
        struct letter_entry overdue[] = {entry_of(0, "a", "Đăng ký", on(1202)), entry_of(0, "b", "Báo cáo", on(1203))};
        struct letter_entry waiting = entry_of(0, "c", "Tập huấn", no_dates());
        struct letter_entry finished = entry_of(0, "d", "Sơ kết", on(1206));
        overdue[0].days_late = 5;
        overdue[1].state = STATE_SNOOZED;
        overdue[1].snoozed_until = day_of(1213);
        waiting.when = "khi Ban TĐKT tổ chức";
        finished.done_on = day_of(1205);
        struct letter letter = letter_of(NULL, 0, 1209);
        letter.kind = KIND_DIGEST;
        letter.has_digest = true;
        letter.week_from = day_of(1209);
        letter.week_to = day_of(1215);
        letter.sections[DIGEST_OVERDUE] = overdue;
        letter.n_sections[DIGEST_OVERDUE] = 2;
        letter.sections[DIGEST_WAITING] = &waiting;
        letter.n_sections[DIGEST_WAITING] = 1;
        letter.sections[DIGEST_FINISHED] = &finished;
        letter.n_sections[DIGEST_FINISHED] = 1;
        static const char *const subject = SUBJECT "Tổng hợp nhiệm vụ tuần 50 (từ 09/12/2024 đến 15/12/2024)";
        check_letter(*state, &letter, subject,
                     (const char *const[NEED_MAX]){"I. QUÁ HẠN (2)", "II. ĐẾN HẠN TRONG TUẦN",
                                                   "hoàn thành ngày 05/12/2024 (trước hạn)", "khi Ban TĐKT tổ chức",
                                                   "tạm hoãn nhắc đến 13/12/2024"});
}

/* To the head of a plan. */
static void test_holds(void **state)
{
        const struct letter_hold holds[] = {{"a", "Sở Tư pháp", day_of(1205), day_of(1212), "lũ quét"},
                                            {NULL, NULL, day_of(1206), CIVIL_NONE, "bão số 9"}};
        const struct letter_entry overdue = entry_of(0, "a", "Đăng ký", on(1202));
        struct letter letter = letter_of(NULL, 0, 1209);

        letter.kind = KIND_DIGEST;
        letter.has_digest = true;
        letter.week_from = day_of(1209);
        letter.week_to = day_of(1215);
        letter.sections[DIGEST_OVERDUE] = &overdue;
        letter.n_sections[DIGEST_OVERDUE] = 1;
        letter.holds = holds;
        letter.n_holds = ELEMENTS(holds);
        check_letter(*state, &letter, SUBJECT "Tổng hợp nhiệm vụ tuần 50 (từ 09/12/2024 đến 15/12/2024)",
                     (const char *const[NEED_MAX]){"TẠM NGỪNG GỬI THƯ NHẮC VIỆC", "Sở Tư pháp",
                                                   "từ ngày 05/12/2024 đến hết ngày 12/12/2024; lý do: lũ quét",
                                                   "Tất cả các cơ quan",
                                                   "từ ngày 06/12/2024, chưa định ngày gửi trở lại; lý do: bão số 9"});
}

/* A digest names the week in which most of its days lie. */
static void test_digest_week(void **state)
{
        static const struct {
                int32_t from; /* 1209 is a Monday, of week 50 */
                const char *words;
        } table[] = {
                {1207, "tuần 50 (từ 07/12/2024 đến 13/12/2024)"}, /* Saturday */
                {1208, "tuần 50 (từ 08/12/2024 đến 14/12/2024)"}, /* Sunday */
                {1209, "tuần 50 (từ 09/12/2024 đến 15/12/2024)"},
                {1212, "tuần 50 (từ 12/12/2024 đến 18/12/2024)"}, /* Thursday */
                {1213, "tuần 51 (từ 13/12/2024 đến 19/12/2024)"}, /* Friday */
                {1229, "tuần 1 (từ 29/12/2024 đến 04/01/2025)"},
        };
        struct letter_entry overdue = entry_of(0, "a", "Đăng ký", on(1202));

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
                struct letter letter = letter_of(NULL, 0, table[i].from);

                letter.kind = KIND_DIGEST;
                letter.has_digest = true;
                letter.week_from = day_of(table[i].from);
                letter.week_to = letter.week_from + 6;
                letter.sections[DIGEST_OVERDUE] = &overdue;
                letter.n_sections[DIGEST_OVERDUE] = 1;
                assert_int_equal(compose_mail(*state, &test_sender, &letter, &mail), 0);
                need("subject", mail.subject, table[i].words);
                need("text", mail.text, table[i].words);
        }
}

static void test_matrix(void **state)
{
        static const enum obligation_state states[] = {STATE_DONE,    STATE_LATE,    STATE_OVERDUE,
                                                       STATE_SNOOZED, STATE_PENDING, STATE_UNDATED,
                                                       STATE_WAIVED,  STATE_OVERDUE, STATE_COUNT};
        static const char *const names[] = {"A", "B", "C", "D", "E", "F", "G", "H", "I"};
        struct letter_debtor columns[ELEMENTS(states)], cells[ELEMENTS(states)];
        for (size_t i = 0; i < ELEMENTS(states); i++)
                columns[i] = cells[i] = debtor_of(names[i], states[i], 1210);
        cells[7].claimed = true;
        struct letter_row row = {"tdkt-2024", "a", "", "Đăng ký", on(1210), false, cells};
        struct letter_matrix matrix = {
                .plan_title = "Kế hoạch số 28/KH-UBND",
                .columns = columns,
                .n_columns = ELEMENTS(columns),
                .rows = &row,
                .n_rows = 1,
        };
        struct letter letter = letter_of(NULL, 0, 1209);
        letter.kind = KIND_DIGEST;
        letter.has_digest = true;
        letter.week_from = day_of(1209);
        letter.week_to = day_of(1215);
        letter.matrices = &matrix;
        letter.n_matrices = 1;
        CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
        assert_int_equal(compose_mail(*state, &test_sender, &letter, &mail), 0);
        check_any(&letter, &mail);
        static const char *const marks[] = {
                "✓ A\n",
                "± B\n",
                "✗ C\n",
                "z D\n",
                "· E\n",
                "? F\n",
                "– G\n",
                "» H\n",
                "– được miễn; » đơn vị báo đã nộp hoặc xin gia hạn, chờ ý kiến; … đã qua ngày, chưa rõ"};
        for (size_t i = 0; i < ELEMENTS(marks); i++)
                need("text", mail.text, marks[i]);
        CLEANUP_FREE char *seen = visible(mail.html);
        need("html", seen, "1&nbsp;A; 2&nbsp;B;");
        need("html", seen, "✓±✗z·?–»&nbsp;");
}

/* So much of a subject a telephone shows. */
#define SHOWN 42

/* Day or urgency are among what is shown; every mailbox shows a first line, which the message itself hides; and what
 * the last lines say is of the kind. */
static void test_first_and_last(void **state)
{
        static const char *const footers[] = {
                ['r'] = "hành chính. Nếu Quý cơ quan đã gửi kết quả, đề nghị bỏ qua thư này",
                ['n'] = "hành chính. Nếu nội dung trên chưa đúng, đề nghị phản hồi",
                ['s'] = "hành chính. Số liệu theo kết quả đã được ghi nhận",
        };
        static const struct {
                enum notice_kind kind;
                const char *shown, *first;
                char footer;
        } rows[] = {
                {KIND_ADVANCE, "10/12/2024", "Hạn 10/12/2024 (còn 5 ngày làm việc): Việc.", 'r'},
                {KIND_DUE, "10/12/2024", "Chưa ghi nhận kết quả: Việc, hạn 10/12/2024", 'r'},
                {KIND_OVERDUE, "Quá hạn 3 ngày", "Hạn 10/12/2024, đã quá hạn 3 ngày làm việc", 'r'},
                {KIND_ESCALATION, "05/12/2024", "0/0 đơn vị chưa hoàn thành: Việc", 's'},
                {KIND_FIX_DATE, "06/12/2024", "chưa có lịch; đề nghị ấn định chậm nhất 06/12/2024", 's'},
                {KIND_DATE_SET, "10/12/2024", "Việc: ngày 10/12/2024 (trước đây: 08/12/2024).", 'n'},
                {KIND_DATE_CLEARED, "08/12/2024", "Việc: lịch ngày 08/12/2024 không còn áp dụng.", 'n'},
                {KIND_OBSERVANCE, "10/12/2024", "thứ Ba, ngày 10/12/2024: Việc.", 'n'},
                {KIND_SNOOZED, "09/12/2024", "Tạm hoãn nhắc đến hết ngày 09/12/2024", 'n'},
                {KIND_COMPLETED, "04/12/2024", "Đã ghi nhận hoàn thành ngày 04/12/2024: Việc.", 'n'},
                {KIND_WAIVED, "miễn thực hiện", "Được miễn thực hiện: Việc.", 'n'},
                {KIND_WITHDRAWN, "thôi thực hiện", "Không còn thuộc nhiệm vụ của Quý cơ quan: Việc.", 'n'},
                {KIND_REOPENED, "10/12/2024", "Chưa hoàn thành, tiếp tục thực hiện: Việc", 'n'},
                {KIND_CLAIMED, "Báo đã nộp: Sở Y tế", "Sở Y tế: báo đã nộp – Việc, ", 's'},
                {KIND_REQUEST_ANSWERED, "Chưa xác nhận hoàn thành", "Chưa xác nhận hoàn thành, ", 'n'},
                {KIND_ASSIST, "Phối hợp: Việc", "Phối hợp: Việc – thôi thực hiện.", 'n'},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
                struct letter_entry entry = entry_of(rows[i].kind, "item", "Việc", on(1210));
                struct letter letter = letter_of(&entry, 1, 1205);
                entry.days_left = 5;
                entry.days_late = 3;
                entry.ordinal = 2;
                entry.fix_by = day_of(1206);
                entry.old = on(1208);
                entry.snoozed_until = day_of(1209);
                entry.done_on = day_of(1204);
                entry.claimed = true;
                entry.claimed_on = day_of(1204);
                entry.requested = CIVIL_NONE;
                entry.claimant = "Sở Y tế";
                assert_int_equal(compose_mail(*state, &test_sender, &letter, &mail), 0);

                size_t shown = 0;
                char32_t code;
                for (size_t n = 0; n < SHOWN && mail.subject[shown]; n++)
                        shown += utf8_decode(mail.subject + shown, UTF8_MAX, &code);
                CLEANUP_FREE char *subject = strndup(mail.subject, shown);
                need("subject", subject, rows[i].shown);
                const char *hidden = strstr(mail.html, "display:none"), *first = strstr(mail.html, rows[i].first);
                assert_true(hidden && first && hidden < first && first < strstr(mail.html, "Kính gửi"));
                need("text", mail.text, footers[(unsigned char)rows[i].footer]);
                need("html", mail.html, footers[(unsigned char)rows[i].footer]);
                /* "./." closes the letter: nothing but the footer comes after it */
                const char *end = strstr(mail.text, "./.");
                assert_true(end && strncmp(end, "./.\n\n-----", strlen("./.\n\n-----")) == 0);
        }
}

static void test_others(void **state)
{
        struct letter letter = letter_of(NULL, 0, 1209);
        check_letter(*state, &letter, SUBJECT "Thư kiểm tra hệ thống nhắc việc",
                     (const char *const[NEED_MAX]){"gửi lúc 08 giờ 00 ngày 09/12/2024 đến so-noi-vu@laocai.example"});
        struct letter_entry failures[2];
        for (size_t i = 0; i < 2; i++) {
                failures[i] = entry_of(KIND_FAILURE, "", SUBJECT "Nhắc việc", no_dates());
                failures[i].delivery = "deadbeef";
                failures[i].failed_agency = "Sở Tư pháp";
                failures[i].failed_address = "a@b.example";
                failures[i].answer = "550 no <such> user";
        }
        letter = letter_of(failures, 1, 1209);
        check_letter(*state, &letter, SUBJECT "Không gửi được thư nhắc việc đến a@b.example",
                     (const char *const[NEED_MAX]){"Sở Tư pháp", "reminderctl retry deadbeef", "“550 no"});
        letter = letter_of(failures, 2, 1209);
        check_letter(*state, &letter, SUBJECT "Không gửi được 2 thư nhắc việc", (const char *const[NEED_MAX]){NULL});
        failures[0].kind = failures[1].kind = KIND_BOUNCED;
        letter = letter_of(failures, 1, 1209);
        check_letter(*state, &letter, SUBJECT "Thư nhắc việc bị trả lại từ a@b.example",
                     (const char *const[NEED_MAX]){"Sở Tư pháp", "reminderctl retry deadbeef", "“550 no"});
        letter = letter_of(failures, 2, 1209);
        check_letter(*state, &letter, SUBJECT "2 thư nhắc việc bị trả lại", (const char *const[NEED_MAX]){NULL});
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_single),         cmocka_unit_test(test_plan_facts),
                cmocka_unit_test(test_plan_contact),   cmocka_unit_test(test_no_receiver_of_what_is_over),
                cmocka_unit_test(test_contacts_meet),  cmocka_unit_test(test_decisions),
                cmocka_unit_test(test_completed),      cmocka_unit_test(test_escalation),
                cmocka_unit_test(test_group_subjects), cmocka_unit_test(test_group_body),
                cmocka_unit_test(test_digest),         cmocka_unit_test(test_digest_week),
                cmocka_unit_test(test_holds),          cmocka_unit_test(test_matrix),
                cmocka_unit_test(test_first_and_last), cmocka_unit_test(test_others),
        };
        return cmocka_run_group_tests(tests, load, unload);
}
