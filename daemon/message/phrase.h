/* Vietnamese phrases for dates, spans and terms, in the register of the administration. */
#pragma once

#include "core/obligation.h"

#define PHRASE_SOME_PLAN "kế hoạch công tác của Khối" /* for one that no longer exists */
#define PHRASE_SIZE 256 /* the longest, a term of a whole window with its shift, has about 150 bytes */

/* "thứ Hai" … "thứ Bảy", "Chủ nhật". */
const char *phrase_weekday(civil_day day);
/* "08 giờ 00". Returns buffer, as all below. */
char *phrase_clock(int32_t seconds, char buffer[static PHRASE_SIZE]);
/* The window: "trong tháng 10/2024", "trong Quý IV/2024", "trong năm 2024", "từ 01/10/2024 đến 15/11/2024",
 * "ngày 15/10/2024"; "" without a date. */
char *phrase_range(const struct obligation_dates *dates, char buffer[static PHRASE_SIZE]);
/* In a subject or in brackets: "hạn 10/12/2024", "hạn 10/12/2024, 16 giờ 00", "dự kiến trong tháng 10/2024", "chưa ấn
 * định thời gian". The time is that of the last day, seconds since midnight; 0: the whole day. */
char *phrase_limit(const struct obligation_dates *dates, int32_t time, char buffer[static PHRASE_SIZE]);
/* The day in short: "10/12/2024", "dự kiến trong tháng 10/2024", "chưa ấn định thời gian". */
char *phrase_day(const struct obligation_dates *dates, char buffer[static PHRASE_SIZE]);
/* In a sentence: "thứ Ba, ngày 10/12/2024", "thứ Ba, trước 16 giờ 00 ngày 10/12/2024", "trong Quý I/2024, hạn
 * 31/03/2024 là ngày nghỉ, được tính đến hết ngày 01/04/2024", "dự kiến trong tháng 10/2024 (lịch cụ thể sẽ được thông
 * báo sau)". */
char *phrase_term(const struct obligation_dates *dates, int32_t time, char buffer[static PHRASE_SIZE]);
/* Of an event, which begins on the effective day: in a sentence "08 giờ 00, thứ Ba, ngày 10/12/2024", "từ 08 giờ 00
 * ngày 10/12/2024 đến 12/12/2024"; in a subject "ngày 10/12/2024, 08 giờ 00". What has no day yet is said as of any
 * other. */
char *phrase_event(const struct obligation_dates *dates, int32_t time, char buffer[static PHRASE_SIZE]);
char *phrase_event_day(const struct obligation_dates *dates, int32_t time, char buffer[static PHRASE_SIZE]);
/* "hạn 31/03/2024 là ngày nghỉ, được tính đến hết ngày 01/04/2024"; "" where the day was not shifted. */
char *phrase_shift(const struct obligation_dates *dates, int32_t time, char buffer[static PHRASE_SIZE]);
/* The last day, that all reminders speak of and count to. CIVIL_NONE without a date, and while it is tentative. */
civil_day phrase_deadline(const struct obligation_dates *dates);
/* "hôm nay", "ngày mai", "còn 5 ngày làm việc"; "còn 2 ngày" when no working day lies between; "" when over. */
char *phrase_left(const struct obligation_dates *dates, int32_t days_left, civil_day today,
                  char buffer[static PHRASE_SIZE]);
/* "quá hạn 3 ngày làm việc"; "quá hạn" for none. */
char *phrase_late(int32_t days_late, char buffer[static PHRASE_SIZE]);
/* "I", "II" … for 1 to 12, "" beyond. */
const char *phrase_roman(size_t number);
