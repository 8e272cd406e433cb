/* Letters for tests. */
#include "letters.h"

#include "base/cleanup.h"

#define OFFSET (7 * 3600)

static const struct contact contact = {
        .name = (char *)"Nguyễn Văn A",
        .title = (char *)"Chuyên viên",
        .phone = (char *)"0214 3000 000",
        .email = (char *)"dau-moi@laocai.example",
};

const struct letter_sender test_sender = {
        .block_name = "Khối thi đua Tham mưu Tổng hợp",
        .block_short = "Khối TMTH",
        .contact = &contact,
        .from_name = "Thường trực Khối",
        .from_address = "nhacviec@laocai.example",
        .reply_to = "vanphong@laocai.example",
};

civil_day day_of(int32_t number)
{
        return number ? civil_from(2024, number / 100, number % 100) : CIVIL_NONE;
}

struct obligation_dates no_dates(void)
{
        return (struct obligation_dates){CIVIL_NONE, CIVIL_NONE, CIVIL_NONE, CIVIL_NONE, false};
}

struct obligation_dates on(int32_t due)
{
        return shifted(due, due);
}

struct obligation_dates shifted(int32_t due, int32_t effective)
{
        struct obligation_dates dates = within(0, due, false);
        dates.effective = day_of(effective);
        dates.safe = effective < due ? dates.effective : dates.due;
        return dates;
}

struct obligation_dates within(int32_t from, int32_t due, bool tentative)
{
        civil_day last = day_of(due);
        return (struct obligation_dates){
                .from = day_of(from), .due = last, .effective = last, .safe = last, .tentative = tentative};
}

struct letter_entry entry_of(enum notice_kind kind, const char *item, const char *title, struct obligation_dates dates)
{
        return (struct letter_entry){
                .kind = kind,
                .plan = "tdkt-2024",
                .item = item,
                .occurrence = "",
                .plan_title = "Kế hoạch công tác thi đua năm 2024",
                .basis = "Kế hoạch số 28/KH-UBND",
                .head = "Văn phòng UBND tỉnh",
                .report_to = "Văn phòng UBND tỉnh",
                .with = "",
                .title = title,
                .dates = dates,
                .state = STATE_PENDING,
                .fix_by = CIVIL_NONE,
                .limit = CIVIL_NONE,
                .old = no_dates(),
                .snoozed_until = CIVIL_NONE,
                .done_at = WALL_NONE,
                .done_on = CIVIL_NONE,
        };
}

struct letter letter_of(const struct letter_entry *entries, size_t n, int32_t today)
{
        static const char *const no_thread[] = {NULL};
        wall_time now = wall_at(day_of(today), 8 * 3600);
        return (struct letter){
                .kind = n ? entries[0].kind : KIND_TEST,
                .id = "00112233445566778899aabbccddeeff",
                .agency = "so-noi-vu",
                .agency_name = "Sở Nội vụ",
                .address = "so-noi-vu@laocai.example",
                .now = now,
                .now_epoch = now - OFFSET,
                .utc_offset = OFFSET,
                .entries = entries,
                .n_entries = n,
                .thread = no_thread,
        };
}

struct composer *shipped_composer(void)
{
        CLEANUP(report_clear) struct report report = {0};
        struct composer *composer = NULL;
        return composer_new(SOURCE_DIR "/conf/templates/vi", &report, &composer) < 0 ? NULL : composer;
}
