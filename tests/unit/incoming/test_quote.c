/* Tests of quote and html: what of an answer its sender has written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "incoming/html.h"
#include "incoming/quote.h"

#include "base/cleanup.h"

static void test_cut(void **state)
{
        static const struct {
                const char *text, *own;
        } table[] = {
                {"", ""},
                {"Đã nộp.\n", "Đã nộp."},
                {"Kính gửi: Thường trực Khối\nSở đã nộp ngày 12/10: kèm theo.\n\nTrân trọng!", NULL},
                /* our own line */
                {"Đã nộp.\n\n— Trả lời phía trên dòng này —\nđã hoàn thành", "Đã nộp."},
                {"Đã nộp.\n-- TRẢ LỜI PHÍA TRÊN DÒNG NÀY --\nx", "Đã nộp."},
                /* marks */
                {"Đã nộp.\n> Kính gửi\n> đã gửi", "Đã nộp."},
                {"> Kính gửi\nĐã nộp.", ""},
                {"Chưa > 5 đơn vị nộp.", NULL},
                /* Gmail, Thunderbird, Apple Mail */
                {"Đã nộp.\n\nVào Th 2, 12 thg 10, 2026 vào lúc 08:00 Khối TMTH <k@k.example> đã viết:\n\n> x",
                 "Đã nộp."},
                {"Đã nộp.\n\nVào Th 2, 12 thg 10, 2026 vào lúc 08:00 Thường trực Khối\n<nhacviec@khoi.example>\nđã "
                 "viết:\nx",
                 "Đã nộp."},
                {"Đã nộp.\nOn Mon, Oct 12, 2026 at 8:00 AM Khối <k@k.example> wrote:\nx", "Đã nộp."},
                {"Đã nộp.\nOn Mon, Oct 12, 2026 at 8:00 AM Thường trực Khối thi đua\n<k@k.example> wrote:\nx",
                 "Đã nộp."},
                {"Đã nộp.\nLúc 08:00 12/10/2026, Khối đã viết:\nx", "Đã nộp."},
                {"Đã nộp.\n12/10/2026 08:00, Khối TMTH wrote:\nx", "Đã nộp."},
                {"Vào ngày 12/10 Sở đã nộp báo cáo.\nĐồng chí đã xem.", NULL},
                /* Outlook and Zimbra */
                {"Đã nộp.\n\n-----Original Message-----\nFrom: k", "Đã nộp."},
                {"Đã nộp.\n________________________________\nFrom: k\nSent: x", "Đã nộp."},
                {"Đã nộp.\n\nFrom: Khối <k@k.example>\nSent: Monday\nTo: Sở\nSubject: x\n\nđã gửi", "Đã nộp."},
                {"Đã nộp.\n\n*From:* Khối <k@k.example>\n*Sent:* Monday\n*To:* Sở\n\nđã gửi", "Đã nộp."},
                {"Đã nộp.\n\nTừ: Khối\nĐã gửi: 12/10\nĐến: Sở\nChủ đề: x\n\nđã gửi", "Đã nộp."},
                {"Đã nộp.\n\nTừ: \"Khối\"\nTới: \"Sở\" <a@x.example>,\n \"Sở\" <b@x.example>\nĐã gửi: Thứ Hai\nTiêu "
                 "đề: x",
                 "Đã nộp."},
                {"Đã nộp.\n\n----- Thư gốc -----\nx", "Đã nộp."},
                {"Đã nộp.\n\n---------- Thư đã chuyển tiếp ---------\nx", "Đã nộp."},
                {"Đã nộp.\n\n----- Forwarded Message -----\nx", "Đã nộp."},
                {"Đã nộp.\n\nBegin forwarded message:\nx", "Đã nộp."},
                {"Ngày: 12/10\nĐã nộp.", NULL},
                /* signatures, and what telephones say of themselves */
                {"Chưa nộp.\n-- \nSở Nội vụ, đã gửi", "Chưa nộp."},
                {"Chưa xong.\n\nĐã gửi từ iPhone của tôi", "Chưa xong."},
                {"Chưa xong.\nĐược gửi từ Outlook dành cho Android\n", "Chưa xong."},
                {"Chưa xong.\n\nSent from my Samsung Galaxy\n\n> đã nộp", "Chưa xong."},
                {"Gửi từ hôm qua rồi.", NULL},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                CLEANUP_FREE char *own = quote_cut(table[i].text);

                assert_string_equal(own, table[i].own ? table[i].own : table[i].text);
        }
}

static void test_html(void **state)
{
        static const struct {
                const char *html, *own;
        } table[] = {
                {"<html><head><style>p { color: red }</style></head><body><p>&#272;&#xe3; n&#7897;p.</p></body></html>",
                 "Đã nộp."},
                {"Xin gia h&#7841;n &dstrok;", "Xin gia hạn &dstrok;"},
                {"b&aacute;o c&Aacute;o &ecirc;", "báo cÁo ê"},
                {"<div>Đã nộp.<br>Trân trọng</div><div class=\"gmail_quote\">đã gửi</div>", "Đã nộp.\nTrân trọng"},
                {"<p>Đã nộp.</p><blockquote>đã gửi</blockquote>", "Đã nộp."},
                {"<p>Chưa.</p><hr id=\"zwchr\"><div>From: k</div>", "Chưa."},
                {"<p>Chưa.</p><div id='divRplyFwdMsg'>From: k</div>", "Chưa."},
                {"<p>Chưa.</p><div><b>From:</b> k<br><b>Sent:</b> x<br><b>To:</b> y</div>", "Chưa."},
                {"a &lt;b&gt; &amp;lt; <!-- đã nộp --> c", "a <b> &lt; c"},
                {"<script>đã nộp", ""},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                CLEANUP_FREE char *text = html_text(table[i].html);
                CLEANUP_FREE char *own = quote_cut(text);

                assert_string_equal(own, table[i].own);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_cut),
                cmocka_unit_test(test_html),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
