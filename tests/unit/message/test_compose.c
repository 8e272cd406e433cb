/* Tests of compose: header fields, thread, calendar and payload of messages, and what hostile facts do to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/cleanup.h"
#include "letters.h"
#include "message/header.h"

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

/* The value of the one field of that name; NULL: none. */
static const char *field_of(const struct composed_mail *mail, const char *name)
{
        const char *value = NULL;
        for (size_t i = 0; mail->headers[i]; i++)
                if (strncmp(mail->headers[i], name, strlen(name)) == 0 && mail->headers[i][strlen(name)] == ':') {
                        assert_null(value);
                        value = mail->headers[i] + strlen(name) + 2;
                }
        return value;
}

static void compose(void *composer, const struct letter *letter, struct composed_mail *ret)
{
        assert_int_equal(compose_mail(composer, &test_sender, letter, ret), 0);
}

static void test_headers(void **state)
{
        struct letter_entry entry = entry_of(KIND_ADVANCE, "bao-cao-thang", "Report", on(1225));
        entry.occurrence = "2024-12-25";
        struct letter letter = letter_of(&entry, 1, 1218);
        letter.agency_name = "Office";
        CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
        compose(*state, &letter, &mail);
        static const struct {
                const char *name, *value;
        } rows[] = {
                {"Date", "Wed, 18 Dec 2024 08:00:00 +0700"},
                {"Message-ID", "<00112233445566778899aabbccddeeff@laocai.example>"},
                {"From", "=?UTF-8?B?VGjGsOG7nW5nIHRy4buxYyBLaOG7kWk=?= <nhacviec@laocai.example>"},
                {"To", "Office <so-noi-vu@laocai.example>"},
                {"Reply-To", "vanphong@laocai.example"},
                {"Auto-Submitted", "auto-generated"},
                {"X-Auto-Response-Suppress", "All"},
                {"X-Reminderd-Kind", "advance"},
                {"X-Reminderd-Items", "tdkt-2024/bao-cao-thang@2024-12-25"},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                assert_string_equal(field_of(&mail, rows[i].name), rows[i].value);
        assert_non_null(field_of(&mail, "Subject"));
        assert_null(field_of(&mail, "In-Reply-To"));
        assert_null(field_of(&mail, "References"));
        assert_null(field_of(&mail, "MIME-Version"));
}

static void test_token(void **state)
{
        struct letter_entry entry = entry_of(KIND_ADVANCE, "bao-cao-thang", "Report", on(1225));
        struct letter letter = letter_of(&entry, 1, 1218);
        struct letter_sender hearing = test_sender;
        CLEANUP(composed_mail_clear) struct composed_mail deaf = {0}, mail = {0};
        CLEANUP_FREE char *line = NULL, *expected = NULL;

        letter.number = 7;
        hearing.hears = true;
        compose(*state, &letter, &deaf);
        assert_int_equal(compose_mail(*state, &hearing, &letter, &mail), 0);
        for (size_t i = 0; mail.headers[i]; i++)
                if (strncmp(mail.headers[i], "Subject:", strlen("Subject:")) != 0)
                        assert_string_equal(mail.headers[i], deaf.headers[i]);
        assert_true(asprintf(&line, "%s [#0000-0ZQZ]", mail.subject) > 0);
        expected = header_text("Subject", line);
        assert_string_equal(field_of(&mail, "Subject"), expected + strlen("Subject: "));
        assert_string_equal(mail.subject, deaf.subject);
        assert_string_equal(mail.html, deaf.html);
}

static void test_thread(void **state)
{
        static const struct {
                const char *thread[4], *reply, *references;
        } rows[] = {
                {{NULL}, NULL, NULL},
                {{"00112233445566778899aabbccddeeff"}, NULL, NULL},
                {{"one"}, "<one@laocai.example>", "<one@laocai.example>"},
                {{"one", "two"}, "<one@laocai.example>", "<one@laocai.example> <two@laocai.example>"},
                {{"00112233445566778899aabbccddeeff", "two"}, "<two@laocai.example>", "<two@laocai.example>"},
        };
        struct letter_entry entry = entry_of(KIND_DUE, "bao-cao", "Báo cáo", on(1210));
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct letter letter = letter_of(&entry, 1, 1210);
                letter.thread = rows[i].thread;
                CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
                compose(*state, &letter, &mail);
                if (rows[i].reply) {
                        assert_string_equal(field_of(&mail, "In-Reply-To"), rows[i].reply);
                        assert_string_equal(field_of(&mail, "References"), rows[i].references);
                } else {
                        assert_null(field_of(&mail, "In-Reply-To"));
                        assert_null(field_of(&mail, "References"));
                }
        }
}

static void test_calendar(void **state)
{
        const struct {
                enum notice_kind kinds[2];
                struct obligation_dates dates[2];
                size_t n;
                const char *start; /* NULL: no calendar */
        } rows[] = {
                {{KIND_ADVANCE}, {on(1210)}, 1, "20241210"},
                {{KIND_DUE}, {on(1210)}, 1, "20241210"},
                {{KIND_OVERDUE}, {on(1210)}, 1, "20241210"},
                {{KIND_DATE_SET}, {on(1210)}, 1, "20241210"},
                {{KIND_OBSERVANCE}, {shifted(519, 517)}, 1, "20240519"},
                {{KIND_ADVANCE}, {shifted(331, 401)}, 1, "20240401"},
                {{KIND_ADVANCE}, {shifted(331, 329)}, 1, "20240329"},
                {{KIND_ADVANCE}, {within(1001, 1031, true)}, 1, NULL},
                {{KIND_ADVANCE}, {no_dates()}, 1, NULL},
                {{KIND_SNOOZED}, {on(1210)}, 1, NULL},
                {{KIND_COMPLETED}, {on(1210)}, 1, NULL},
                {{KIND_ESCALATION}, {on(1210)}, 1, NULL},
                {{KIND_ADVANCE, KIND_ADVANCE}, {on(1210), on(1211)}, 2, NULL},
                {{KIND_ADVANCE, KIND_ADVANCE}, {on(1210), within(1001, 1031, true)}, 2, "20241210"},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct letter_entry entries[2];
                for (size_t k = 0; k < rows[i].n; k++)
                        entries[k] = entry_of(rows[i].kinds[k], "item", "Việc", rows[i].dates[k]);
                struct letter letter = letter_of(entries, rows[i].n, 301);
                CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
                compose(*state, &letter, &mail);
                if (!rows[i].start) {
                        assert_null(mail.calendars);
                        continue;
                }
                char start[64];
                snprintf(start, sizeof(start), "DTSTART;VALUE=DATE:%s\r\n", rows[i].start);
                assert_non_null(strstr(mail.calendars[0], start));
                assert_non_null(strstr(mail.calendars[0], "UID:tdkt-2024.item.so-noi-vu@laocai.example\r\n"));
        }
}

static void test_calendar_hour(void **state)
{
        struct letter_entry entry = entry_of(KIND_ADVANCE, "item", "Việc", on(1210));
        entry.time = 16 * 3600;
        entry.instant = 1733821200; /* 16:00 of that day in Vietnam */
        entry.place = "Hội trường, tầng 2";
        struct letter letter = letter_of(&entry, 1, 1203);
        CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
        compose(*state, &letter, &mail);
        assert_non_null(strstr(mail.calendars[0], "DTSTART:20241210T090000Z\r\n"));
        assert_null(strstr(mail.calendars[0], "DTEND"));
        assert_non_null(strstr(mail.calendars[0], "LOCATION:Hội trường\\, tầng 2\r\n"));
        assert_non_null(strstr(mail.text, "trước 16 giờ 00 ngày 10/12/2024"));
        assert_non_null(strstr(mail.text, "Địa điểm: Hội trường, tầng 2."));
        assert_non_null(strstr(mail.html, "trước 16 giờ 00 ngày 10/12/2024"));
        assert_non_null(strstr(mail.html, ">Địa điểm</th>"));
}

/* Of one occurrence of a repeating item, and the same for every message about it. */
static void test_calendar_identity(void **state)
{
        struct letter_entry entry = entry_of(KIND_ADVANCE, "thang", "Báo cáo tháng", on(1225));
        entry.occurrence = "2024-12-25";
        entry.sequence = 3;
        for (int32_t today = 1218; today <= 1224; today += 3) {
                struct letter letter = letter_of(&entry, 1, today);
                CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
                compose(*state, &letter, &mail);
                assert_non_null(
                        strstr(mail.calendars[0], "UID:tdkt-2024.thang.2024-12-25.so-noi-vu@laocai.example\r\n"));
                assert_non_null(strstr(mail.calendars[0], "SEQUENCE:3\r\n"));
        }
}

/* What stands in a calendar is taken back, on the day on which it stands there, each by itself, and nothing else is
 * said. */
static void test_cancels(void **state)
{
        struct letter_entry entries[] = {
                entry_of(KIND_WAIVED, "mot", "Một", on(1210)),
                entry_of(KIND_REOPENED, "hai", "Hai", on(1211)),
                entry_of(KIND_DATE_CLEARED, "ba", "Ba", no_dates()),
        };
        entries[0].cancels = entries[2].cancels = true;
        entries[0].sequence = entries[2].sequence = 77;
        entries[0].cancelled_day = civil_from(2024, 12, 9);
        entries[2].cancelled_day = civil_from(2024, 12, 12);
        entries[2].agency = "so-tu-phap";
        struct letter letter = letter_of(entries, ELEMENTS(entries), 1201);
        CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
        compose(*state, &letter, &mail);
        assert_true(mail.cancels);
        static const char *const said[][2] = {
                {"UID:tdkt-2024.mot.so-noi-vu@laocai.example\r\n", "DTSTART;VALUE=DATE:20241209\r\n"},
                {"UID:tdkt-2024.ba.so-tu-phap@laocai.example\r\n", "DTSTART;VALUE=DATE:20241212\r\n"},
        };
        for (size_t i = 0; i < ELEMENTS(said); i++) {
                assert_non_null(mail.calendars[i]);
                assert_non_null(strstr(mail.calendars[i], "METHOD:CANCEL\r\n"));
                assert_non_null(strstr(mail.calendars[i], said[i][0]));
                assert_non_null(strstr(mail.calendars[i], said[i][1]));
                assert_non_null(strstr(mail.calendars[i], "SEQUENCE:77\r\n"));
                assert_null(strstr(mail.calendars[i], said[1 - i][0]));
        }
        assert_null(mail.calendars[ELEMENTS(said)]);
}

static void test_items(void **state)
{
        struct letter_entry entries[12];
        char ids[ELEMENTS(entries)][16];
        for (size_t i = 0; i < ELEMENTS(entries); i++) {
                snprintf(ids[i], sizeof(ids[i]), "nhiem-vu-%zu", i);
                entries[i] = entry_of(KIND_ADVANCE, ids[i], "Việc", on(1210));
        }
        struct letter letter = letter_of(entries, ELEMENTS(entries), 1203);
        CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
        compose(*state, &letter, &mail);
        const char *items = field_of(&mail, "X-Reminderd-Items");
        size_t commas = 0, folds = 0;
        for (const char *at = items; *at; at++) {
                commas += *at == ',';
                folds += *at == '\n';
        }
        assert_int_equal(commas, ELEMENTS(entries) - 1);
        assert_true(folds > 2);

        letter = letter_of(NULL, 0, 1209);
        letter.kind = KIND_DIGEST;
        letter.has_digest = true;
        letter.week_from = letter.week_to = day_of(1209);
        letter.sections[DIGEST_WEEK] = entries;
        letter.n_sections[DIGEST_WEEK] = 2;
        CLEANUP(composed_mail_clear) struct composed_mail digest = {0};
        compose(*state, &letter, &digest);
        assert_string_equal(field_of(&digest, "X-Reminderd-Items"), "tdkt-2024/nhiem-vu-0, tdkt-2024/nhiem-vu-1");
}

static void test_hostile(void **state)
{
        static const char evil[] = "x\r\nBcc: a@b.example\r\n\r\n<script>\xff\x01{{title}}\xe2\x80\xae{{{title}}}";
        struct letter_entry entry = entry_of(KIND_OVERDUE, "item", evil, on(1210));
        entry.wording = entry.note = entry.report_to = entry.basis = evil;
        struct letter letter = letter_of(&entry, 1, 1213);
        letter.agency_name = evil;
        CLEANUP(composed_mail_clear) struct composed_mail mail = {0};
        CLEANUP_FREE char *subject = NULL, *body = NULL;
        compose(*state, &letter, &mail);
        for (size_t i = 0; mail.headers[i]; i++) {
                assert_true(strncmp(mail.headers[i], "Bcc", 3) != 0);
                for (const char *end = strstr(mail.headers[i], "\r\n"); end; end = strstr(end + 2, "\r\n"))
                        assert_int_equal(end[2], ' ');
        }
        assert_null(strpbrk(mail.subject, "\r\n\x01"));
        assert_null(strstr(mail.subject, "\xe2\x80\xae"));
        assert_null(strstr(mail.html, "<script>"));
        assert_non_null(strstr(mail.html, "&lt;script&gt;"));
        assert_null(strstr(mail.text, "\nBcc:"));
        assert_null(strstr(mail.calendars[0], "\nBcc:"));
        assert_int_equal(compose_payload(*state, &test_sender, &letter, &subject, &body), 0);
        json_t *root = json_loads(body, 0, NULL);
        assert_non_null(root);
        json_decref(root);
}

static json_t *payload_of(void *composer, const struct letter *letter)
{
        CLEANUP_FREE char *subject = NULL, *body = NULL;
        assert_int_equal(compose_payload(composer, &test_sender, letter, &subject, &body), 0);
        json_t *root = json_loads(body, 0, NULL);
        assert_non_null(root);
        return root;
}

static void need(const json_t *object, const char *key, const char *expected)
{
        const json_t *value = json_object_get(object, key);
        assert_non_null(value);
        CLEANUP_FREE char *text = json_dumps(value, JSON_ENCODE_ANY);
        if (strcmp(text, expected) != 0)
                fail_msg("%s is %s, expected %s", key, text, expected);
}

static void test_payload(void **state)
{
        struct letter_entry entry = entry_of(KIND_OVERDUE, "thang", "Report", shifted(331, 401));
        entry.occurrence = "2024-03-31";
        entry.state = STATE_OVERDUE;
        entry.days_left = -3;
        entry.days_late = 3;
        entry.ordinal = 2;
        struct letter letter = letter_of(&entry, 1, 404);
        json_t *root = payload_of(*state, &letter);
        need(root, "type", "\"reminder.overdue\"");
        need(root, "timestamp", "\"2024-04-04T08:00:00+07:00\"");
        const json_t *data = json_object_get(root, "data");
        need(data, "kind", "\"overdue\"");
        need(json_object_get(data, "agency"), "id", "\"so-noi-vu\"");
        assert_int_equal(json_array_size(json_object_get(data, "obligations")), 1);
        static const char *const rows[][2] = {
                {"plan", "\"tdkt-2024\""}, {"item", "\"thang\""},     {"occurrence", "\"2024-03-31\""},
                {"title", "\"Report\""},   {"due", "\"2024-03-31\""}, {"effective_due", "\"2024-04-01\""},
                {"days_left", "-3"},       {"days_late", "3"},        {"state", "\"overdue\""},
                {"tentative", "false"},    {"from", "null"},          {"reminder", "2"},
        };
        const json_t *obligation = json_array_get(json_object_get(data, "obligations"), 0);
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                need(obligation, rows[i][0], rows[i][1]);
        assert_non_null(strstr(json_string_value(json_object_get(data, "text")), "Kính gửi: Sở Nội vụ\n"));
        assert_null(json_object_get(obligation, "debtors"));
        json_decref(root);
}

static void test_payload_kinds(void **state)
{
        struct letter_debtor debtor = {.agency = "Sở Tư pháp",
                                       .agency_short = "STP",
                                       .state = STATE_OVERDUE,
                                       .effective = day_of(1210),
                                       .days_late = 3,
                                       .last_reminder = CIVIL_NONE,
                                       .snoozed_until = CIVIL_NONE,
                                       .done_on = CIVIL_NONE};
        struct letter_entry entry = entry_of(KIND_ESCALATION, "item", "Việc", on(1210));
        entry.debtors = &debtor;
        entry.n_debtors = 1;
        struct letter letter = letter_of(&entry, 1, 1213);
        json_t *root = payload_of(*state, &letter);
        const json_t *obligation = json_array_get(json_object_get(json_object_get(root, "data"), "obligations"), 0);
        need(obligation, "occurrence", "null");
        const json_t *row = json_array_get(json_object_get(obligation, "debtors"), 0);
        need(row, "days_late", "3");
        need(row, "state", "\"overdue\"");
        need(row, "last_reminder", "null");
        json_decref(root);

        letter = letter_of(NULL, 0, 1209);
        letter.kind = KIND_DIGEST;
        letter.has_digest = true;
        letter.week_from = letter.week_to = day_of(1209);
        entry.dates = no_dates();
        letter.sections[DIGEST_WAITING] = &entry;
        letter.n_sections[DIGEST_WAITING] = 1;
        root = payload_of(*state, &letter);
        const json_t *data = json_object_get(root, "data");
        const json_t *sections = json_object_get(data, "sections");
        need(data, "obligations", "[]");
        need(sections, "overdue", "[]");
        assert_int_equal(json_array_size(json_object_get(sections, "waiting")), 1);
        need(json_array_get(json_object_get(sections, "waiting"), 0), "due", "null");
        need(json_array_get(json_object_get(sections, "waiting"), 0), "days_left", "null");
        json_decref(root);

        struct letter_entry failure = entry_of(KIND_FAILURE, "", "Nhắc việc", no_dates());
        failure.delivery = "deadbeef";
        failure.failed_address = "a@b.example";
        letter = letter_of(&failure, 1, 1209);
        root = payload_of(*state, &letter);
        data = json_object_get(root, "data");
        need(data, "obligations", "[]");
        need(json_array_get(json_object_get(data, "failures"), 0), "delivery", "\"deadbeef\"");
        json_decref(root);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_headers),       cmocka_unit_test(test_token),
                cmocka_unit_test(test_thread),        cmocka_unit_test(test_calendar),
                cmocka_unit_test(test_calendar_hour), cmocka_unit_test(test_calendar_identity),
                cmocka_unit_test(test_cancels),       cmocka_unit_test(test_items),
                cmocka_unit_test(test_hostile),       cmocka_unit_test(test_payload),
                cmocka_unit_test(test_payload_kinds),
        };
        return cmocka_run_group_tests(tests, load, unload);
}
