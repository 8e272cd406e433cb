/* Tests of payload: every key of every kind of webhook, and its time in any zone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/cleanup.h"
#include "letters.h"
#include "message/payload.h"

static json_t *payload_of(const struct letter *letter)
{
        CLEANUP_FREE char *body = NULL;
        assert_int_equal(payload_new(letter, "Kính gửi\n", &body), 0);
        json_t *root = json_loads(body, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(root);
        return root;
}

/* ---- what is said of an obligation: a letter that has everything ---- */

static struct letter_debtor debtor_of(void)
{
        return (struct letter_debtor){.agency = "Sở Tư pháp",
                                      .agency_short = "STP",
                                      .state = STATE_SNOOZED,
                                      .effective = day_of(401),
                                      .days_late = 4,
                                      .reminders = 5,
                                      .last_reminder = day_of(402),
                                      .snoozed_until = day_of(410),
                                      .snoozed_by = "thu-ky",
                                      .snooze_reason = "đi vắng",
                                      .done_on = day_of(409)};
}

#define DEBTOR \
        "{'agency': 'Sở Tư pháp', 'state': 'snoozed', 'effective_due': '2024-04-01', 'days_late': 4, " \
        "'reminders_sent': 5, 'last_reminder': '2024-04-02', 'snoozed_until': '2024-04-10', 'snoozed_by': 'thu-ky', " \
        "'snooze_reason': 'đi vắng', 'done_on': '2024-04-09'}"

static const struct contact contact = {
        .name = (char *)"Trần Thị B",
        .title = (char *)"Chuyên viên",
        .phone = (char *)"",
        .email = (char *)"cchc@laocai.example",
};

static struct letter_entry full_entry(enum notice_kind kind)
{
        struct letter_entry entry = entry_of(kind, "thang", "Báo cáo tháng", shifted(331, 401));
        entry.dates.from = day_of(301);
        entry.occurrence = "2024-03-31";
        entry.wording = "báo cáo hằng tháng";
        entry.note = "bản giấy";
        entry.with = "Sở Tài chính";
        entry.when = "khi có hướng dẫn";
        entry.link = "https://vb.example/28.pdf";
        entry.contact = &contact;
        entry.place = "Phòng 2";
        entry.event = true;
        entry.time = 16 * 3600;
        entry.state = STATE_OVERDUE;
        entry.days_left = -3;
        entry.days_late = 3;
        entry.ordinal = 2;
        entry.fix_by = day_of(320);
        entry.limit = day_of(415);
        entry.old = on(315);
        entry.decided_by = "van-thu";
        entry.asked_by = "Sở Tư pháp";
        entry.reason = "gia hạn";
        entry.snoozed_until = day_of(405);
        entry.done_on = day_of(406);
        entry.claimed = kind == KIND_CLAIMED || kind == KIND_REQUEST_ANSWERED;
        entry.claimed_on = day_of(402);
        entry.requested = day_of(430);
        entry.claimant = "Sở Tư pháp";
        entry.claimed_by = "snv@x.example";
        entry.claim = 7;
        entry.granted = true;
        return entry;
}

/* Between the braces. */
#define OBLIGATION \
        "'plan': 'tdkt-2024', 'item': 'thang', 'occurrence': '2024-03-31', 'title': 'Báo cáo tháng', " \
        "'plan_title': 'Kế hoạch công tác thi đua năm 2024', 'basis': 'Kế hoạch số 28/KH-UBND', " \
        "'link': 'https://vb.example/28.pdf', 'report_to': 'Văn phòng UBND tỉnh', " \
        "'with': 'Sở Tài chính', 'contact': {'name': 'Trần Thị B', 'title': 'Chuyên viên', 'phone': null, 'email': " \
        "'cchc@laocai.example'}, " \
        "'wording': 'báo cáo hằng tháng', " \
        "'note': 'bản giấy', " \
        "'when': 'khi có hướng dẫn', 'place': 'Phòng 2', 'event': true, " \
        "'from': '2024-03-01', 'due': '2024-03-31', 'effective_due': '2024-04-01', 'limit': '2024-04-15', " \
        "'time': '16:00', 'tentative': false, 'days_left': -3, 'days_late': 3, 'state': 'overdue', 'reminder': 2, " \
        "'fix_by': '2024-03-20', 'old_due': '2024-03-15', 'decided_by': 'van-thu', 'asked_by': 'Sở Tư pháp', " \
        "'reason': 'gia hạn', " \
        "'snoozed_until': '2024-04-05', 'done_on': '2024-04-06'"
#define NOTHING \
        "'plan': 'tdkt-2024', 'item': 'thang', 'occurrence': null, 'title': 'Báo cáo tháng', " \
        "'plan_title': 'Kế hoạch công tác thi đua năm 2024', 'basis': 'Kế hoạch số 28/KH-UBND', " \
        "'link': null, 'report_to': 'Văn phòng UBND tỉnh', 'with': null, 'contact': null, 'wording': null, 'note': " \
        "null, 'when': " \
        "null, " \
        "'place': null, 'event': false, 'from': null, 'due': null, 'effective_due': null, 'limit': null, 'time': " \
        "null, 'tentative': " \
        "false, " \
        "'days_left': null, 'days_late': 0, 'state': 'pending', " \
        "'reminder': null, 'fix_by': null, 'old_due': null, 'decided_by': null, 'asked_by': null, 'reason': null, " \
        "'snoozed_until': null, 'done_on': null"
#define ROOT_OF(kind, data) \
        "{'type': 'reminder." kind "', 'timestamp': '2024-04-04T08:00:00+07:00', 'data': {'kind': '" kind "', " \
        "'agency': {'id': 'so-noi-vu', 'name': 'Sở Nội vụ'}, 'text': 'Kính gửi\\n', " data "}}"
#define OF_OBLIGATION(kind, more) ROOT_OF(kind, "'obligations': [{'kind': '" kind "', " OBLIGATION more "}]")
#define CLAIM ", 'claimed_on': '2024-04-02', 'requested_date': '2024-04-30'"
#define DEBTORS ", 'debtors': [" DEBTOR "], 'finished': 6"

/* Whole, for each kind: a key that is left out, put in or renamed changes what programs at the other end read. */
static const char *const expected[KIND_COUNT] = {
        [KIND_ESCALATION] = OF_OBLIGATION("escalation", DEBTORS),
        [KIND_OVERDUE] = OF_OBLIGATION("overdue", ""),
        [KIND_DUE] = OF_OBLIGATION("due", ""),
        [KIND_FIX_DATE] = OF_OBLIGATION("fix_date", DEBTORS),
        [KIND_DATE_SET] = OF_OBLIGATION("date_set", ""),
        [KIND_ADVANCE] = OF_OBLIGATION("advance", ""),
        [KIND_OBSERVANCE] = OF_OBLIGATION("observance", ""),
        [KIND_SNOOZED] = OF_OBLIGATION("snoozed", ""),
        [KIND_COMPLETED] = OF_OBLIGATION("completed", ""),
        [KIND_DIGEST] = ROOT_OF("digest", "'obligations': [], 'week_from': '2024-04-01', 'week_to': '2024-04-07', "
                                          "'holds': [{'agency': 'so-tu-phap', 'since': '2024-04-02', 'until': null, "
                                          "'reason': 'bão'}], "
                                          "'sections': {'overdue': [{" OBLIGATION "}, {" NOTHING "}], 'week': [], "
                                          "'month': [{" OBLIGATION "}], 'finished': [], 'waiting': [{" NOTHING "}]}"),
        [KIND_FAILURE] = ROOT_OF("failure", "'obligations': [], 'failures': [{'delivery': 'deadbeef', "
                                            "'address': 'a@b.example', 'subject': 'Báo cáo tháng', "
                                            "'answer': '550 no such user'}]"),
        [KIND_BOUNCED] = ROOT_OF("bounced", "'obligations': [], 'failures': [{'delivery': 'deadbeef', "
                                            "'address': 'a@b.example', 'subject': 'Báo cáo tháng', "
                                            "'answer': '550 no such user'}]"),
        [KIND_TEST] = ROOT_OF("test", "'obligations': []"),
        [KIND_DATE_CLEARED] = OF_OBLIGATION("date_cleared", ""),
        [KIND_WAIVED] = OF_OBLIGATION("waived", ""),
        [KIND_WITHDRAWN] = OF_OBLIGATION("withdrawn", ""),
        [KIND_REOPENED] = OF_OBLIGATION("reopened", ""),
        [KIND_ASSIST] = OF_OBLIGATION("assist", DEBTORS),
        [KIND_CLAIMED] =
                OF_OBLIGATION("claimed", CLAIM ", 'claimant': 'Sở Tư pháp', 'claimed_by': 'snv@x.example', 'claim': 7"),
        [KIND_REQUEST_ANSWERED] = OF_OBLIGATION("request_answered", CLAIM ", 'granted': true"),
};

static json_t *read_expected(const char *text)
{
        CLEANUP_FREE char *json = strdup(text);
        assert_non_null(json);
        for (char *quote = strchr(json, '\''); quote; quote = strchr(quote, '\''))
                *quote = '"';
        json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(root);
        return root;
}

static void need_equal(const json_t *found, const char *text)
{
        json_t *wanted = read_expected(text);
        if (!json_equal(found, wanted)) {
                CLEANUP_FREE char *dump = json_dumps(found, JSON_SORT_KEYS);
                CLEANUP_FREE char *wanted_dump = json_dumps(wanted, JSON_SORT_KEYS);
                fail_msg("%s\nexpected\n%s", dump, wanted_dump);
        }
        json_decref(wanted);
}

static void test_every_kind(void **state)
{
        (void)state;
        for (int kind = 0; kind < KIND_COUNT; kind++) {
                assert_non_null(expected[kind]);
                const struct letter_debtor debtor = debtor_of();
                struct letter_entry entry = full_entry((enum notice_kind)kind);
                entry.debtors = &debtor;
                entry.n_debtors = 1;
                entry.n_finished = 6;
                entry.delivery = "deadbeef";
                entry.failed_address = "a@b.example";
                entry.answer = "550 no such user";
                const struct letter_entry two[] = {entry, entry_of(KIND_DUE, "thang", "Báo cáo tháng", no_dates())};
                bool is_bare = kind == KIND_TEST || kind == KIND_DIGEST;
                struct letter letter = letter_of(&entry, is_bare ? 0 : 1, 404);
                letter.kind = (enum notice_kind)kind;
                letter.has_digest = kind == KIND_DIGEST;
                letter.week_from = day_of(401);
                letter.week_to = day_of(407);
                letter.holds = &(struct letter_hold){"so-tu-phap", "Sở Tư pháp", day_of(402), CIVIL_NONE, "bão"};
                letter.n_holds = 1;
                letter.sections[DIGEST_OVERDUE] = two;
                letter.n_sections[DIGEST_OVERDUE] = 2;
                letter.sections[DIGEST_MONTH] = two;
                letter.n_sections[DIGEST_MONTH] = 1;
                letter.sections[DIGEST_WAITING] = two + 1;
                letter.n_sections[DIGEST_WAITING] = 1;
                json_t *found = payload_of(&letter);
                need_equal(found, expected[kind]);
                json_decref(found);
        }
}

/* Each list of a digest under its own name. */
static void test_sections(void **state)
{
        (void)state;
        static const char *const names[DIGEST_SECTIONS] = {"overdue", "week", "month", "finished", "waiting"};
        const struct letter_entry entry = full_entry(KIND_DIGEST);
        for (int i = 0; i < DIGEST_SECTIONS; i++) {
                struct letter letter = letter_of(NULL, 0, 404);
                letter.kind = KIND_DIGEST;
                letter.has_digest = true;
                letter.sections[i] = &entry;
                letter.n_sections[i] = 1;
                json_t *root = payload_of(&letter);
                const json_t *sections = json_object_get(json_object_get(root, "data"), "sections");
                assert_int_equal(json_object_size(sections), DIGEST_SECTIONS);
                for (int j = 0; j < DIGEST_SECTIONS; j++)
                        assert_int_equal(json_array_size(json_object_get(sections, names[j])), i == j);
                json_decref(root);
        }
}

static void test_an_agency_without_a_name(void **state)
{
        (void)state;
        struct letter letter = letter_of(NULL, 0, 404);
        letter.agency = "";
        letter.agency_name = "";
        json_t *root = payload_of(&letter);
        need_equal(json_object_get(json_object_get(root, "data"), "agency"), "{'id': '', 'name': null}");
        json_decref(root);
}

static void test_timestamps(void **state)
{
        (void)state;
        static const struct {
                int32_t offset; /* seconds east */
                const char *written;
        } zones[] = {
                {7 * 3600, "2024-12-09T08:05:09+07:00"}, /* Hà Nội */
                {0, "2024-12-09T08:05:09+00:00"},
                {-5 * 3600, "2024-12-09T08:05:09-05:00"},          /* New York, in winter */
                {-(3 * 3600 + 1800), "2024-12-09T08:05:09-03:30"}, /* St. John's */
                {5 * 3600 + 1800, "2024-12-09T08:05:09+05:30"},    /* Delhi */
                {5 * 3600 + 2700, "2024-12-09T08:05:09+05:45"},    /* Kathmandu */
                {-1800, "2024-12-09T08:05:09-00:30"},
                {14 * 3600, "2024-12-09T08:05:09+14:00"},
                {-12 * 3600, "2024-12-09T08:05:09-12:00"},
        };
        for (size_t i = 0; i < ELEMENTS(zones); i++) {
                struct letter letter = letter_of(NULL, 0, 1209);
                letter.now += 5 * 60 + 9;
                letter.utc_offset = zones[i].offset;
                json_t *root = payload_of(&letter);
                assert_string_equal(json_string_value(json_object_get(root, "timestamp")), zones[i].written);
                json_decref(root);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_kind),
                cmocka_unit_test(test_sections),
                cmocka_unit_test(test_an_agency_without_a_name),
                cmocka_unit_test(test_timestamps),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
