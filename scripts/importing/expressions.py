"""The words of a date, and what a plan says for them: "trước ngày X" ends on the day before X, "chậm nhất ngày X" on X.

Pure: a text and its context give its readings. The rules stand in order: what an earlier one took, a later one leaves.
"""

import re
from datetime import date, timedelta

from . import asides
from .dates import (DAY, DEADLINE, EACH, HALF_DAY, LATEST, MAYBE, MONTH, MONTH_WORD, NAMED_DAY, NEXT, NEXT_YEAR, OF_YEAR,
                    QUARTER, QUARTERS, STOP, TENTATIVE, TIME, WEEK, WEEKDAY, YEAR, Reading, Words, clock_of, day_of, days,
                    is_before, month_of, months, week_of_month, weekday_of, year_of)  # fmt: skip

ONE_DAY = timedelta(days=1)
RULES = list(asides.RULES)


def rule(*patterns):
    """The function takes the words and a match, and makes a reading of it or says with None that it is none."""

    def note(function):
        RULES.extend((re.compile(pattern), function) for pattern in patterns)
        return function

    return note


# ---- counted from something else -------------------------------------------------------------------------------------

SPAN = r"(?:\d{1,3}|mot|hai|ba|nam|bay|muoi)(?: \([^)]*\))? (?:ngay|tuan|thang)(?: lam viec)?"
SOMETHING = r"(?: (?!cham nhat\b|truoc\b|va\b)[^\s,;.]+){1,8}"


@rule(
    rf"\b(?:{LATEST} )?(?:trong )?(?:vong )?(?:thoi han )?(?:{LATEST} )?(?:la )?{SPAN},? (?:truoc|sau|ke tu|tinh tu|tu)\b"
    rf"(?! \d)(?: khi| ngay)?{SOMETHING}",
    rf"\b(?:truoc|sau)(?: it nhat)? {SPAN}(?: so voi| khi| truoc)?{SOMETHING}",
    rf"\btruoc (?:ngay|khi) (?:khai mac|to chuc|dien ra|kiem tra|hop|khai giang|be giang)\b(?:{SOMETHING})?",
    rf"\btruoc (?:tet|khai giang)\b(?:{SOMETHING})?",
    rf"\b(?:trong )?(?:vong|thoi han) {SPAN}\b",
)
def counted(words, found):
    return Reading(*found.span(), settings={"when": words.said(found)},
                   doubts=["tính từ một ngày khác: biết ngày ấy rồi thì ghi due"])  # fmt: skip


# ---- each month, quarter, week ---------------------------------------------------------------------------------------


def monthly(day, of=()):
    by_month = f"BYMONTH={','.join(map(str, of))};" if of else ""
    return f"FREQ=MONTHLY;{by_month}BYMONTHDAY={day}"


def named_day(found, doubts):
    """(day of the month, whether it lies in the month before); -1 is the last. Before the first is the last."""
    if found["last"]:
        if is_before(found):
            doubts.append("trước ngày cuối tháng là ngày nào?")
        return -1, False
    day = int(found["d"]) - is_before(found)
    return (day, False) if day else (-1, True)


def repeated(found, rule, period, offset=0, doubts=(), **more):
    settings = {"repeat": rule, "period": period} | ({"period_offset": offset} if offset else {})
    return Reading(*found.span(), settings=settings, doubts=list(doubts), **more)


IN_QUARTER = rf"(?:{DEADLINE})?(?:vao )?{NAMED_DAY},?(?: cua)? thang"
OF_QUARTER = rf"(?: cua)?(?: {EACH}| tung| cac)? quy\b"


@rule(rf"{IN_QUARTER} (?:cuoi(?: cung)?|thu ba){OF_QUARTER}(?: bao cao)?")
def last_month_of_quarter(words, found):
    doubts = []
    day, earlier = named_day(found, doubts)
    return repeated(found, monthly(day, (2, 5, 8, 11) if earlier else (3, 6, 9, 12)), "quarter", doubts=doubts)


@rule(rf"{IN_QUARTER} (?:dau(?: tien)?|thu nhat){OF_QUARTER}(?: (?P<next>{NEXT}))?")
def first_month_of_quarter(words, found):
    doubts = []
    day, earlier = named_day(found, doubts)
    if earlier:
        return repeated(found, monthly(-1, (3, 6, 9, 12)), "quarter", doubts=doubts)
    if not found["next"]:
        return repeated(found, monthly(day, (1, 4, 7, 10)), "quarter", doubts=doubts)
    if day < 0:
        return repeated(found, monthly(day, (1, 4, 7, 10)), "quarter", -1, doubts)
    return repeated(found, monthly(day, (4, 7, 10)), "quarter", -1, second={"due": date(words.context.year + 1, 1, day)},
                    remarks=["quý IV đến hạn vào tháng 01 năm sau, là một nhiệm vụ riêng"])  # fmt: skip


@rule(rf"(?:{DEADLINE})?(?:vao )?{NAMED_DAY},?(?: cua)? (?:cac )?thang (?P<months>{MONTH}(?:(?:,\s?(?:thang )?|\s?va (?:thang )?){MONTH}(?!\d|\s?/))+)")
def some_months(words, found):
    doubts = []
    day, earlier = named_day(found, doubts)
    of = [int(one) - earlier for one in re.findall(r"\d+", found["months"])]
    return repeated(found, monthly(day, sorted(one or 12 for one in of)), "month", doubts=doubts)


@rule(rf"\bngay (?P<first>{DAY})(?:,\s?| va )(?:ngay )?(?P<second>{DAY})(?: cua)? {EACH} thang")
def twice_a_month(words, found):
    return repeated(found, monthly(f"{int(found['first'])},{int(found['second'])}"), "month")


@rule(r"\bngay lam viec cuoi(?: cung)?(?: cua)?(?: h[ao]ng| moi)? thang(?! \d)")
def last_working_day(words, found):
    return repeated(found, "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "month")


@rule(rf"(?:{DEADLINE})?(?:vao )?(?P<d>(?!))?\bngay (?P<last>cuoi cung)(?: cua)? (?:{EACH} )?quy\b(?! {QUARTER})")
def last_of_quarter(words, found):
    doubts = []
    day, _earlier = named_day(found, doubts)
    return repeated(found, monthly(day, (3, 6, 9, 12)), "quarter", doubts=doubts)


@rule(
    rf"(?:{DEADLINE})?(?:vao )?{NAMED_DAY},?(?: cua)? (?:{EACH} thang|thang bao cao|cac thang|(?<=cua )thang(?=$|[.;,)])|thang (?P<next>{NEXT}))",
    rf"\b(?:dinh ky )?{EACH} thang\b[\s,(:]*(?:{DEADLINE})?(?:vao )?(?P<next>){NAMED_DAY}(?!,? thang)",
    rf"\b{EACH} thang\b[^.;\d]{{0,80}}?(?:{DEADLINE}|\bvao )(?P<next>){NAMED_DAY}(?!,? thang)",
)
def each_month(words, found):
    doubts = []
    day, earlier = named_day(found, doubts)
    return repeated(found, monthly(day), "month", -1 if found["next"] and not earlier else 0, doubts)


# "quý (20) và năm (15/11)"
@rule(rf"\bquy \((?:(?P<word>truoc) )?(?P<then>)(?:ngay )?(?P<d>{DAY})(?P<last>)(?: thang cuoi(?: cua)? quy)?\)")
def quarter_in_brackets(words, found):
    doubts = ["ngày của tháng cuối quý?"]
    day, earlier = named_day(found, doubts)
    return repeated(found, monthly(day, (2, 5, 8, 11) if earlier else (3, 6, 9, 12)), "quarter", doubts=doubts)


WEEKLY_WORD = r"(?:(?P<word>truoc|cham nhat|muon nhat)\b(?P<then>(?: vao| la| ngay)*) )?(?:vao )?(?:ngay )?"


@rule(
    rf"\b(?:dinh ky )?{WEEKLY_WORD}(?:(?P<clock>{TIME}),? )?(?:{HALF_DAY} )?(?:ngay )?(?P<day>{WEEKDAY})(?: {EACH} tuan| cua tuan)(?P<next>)",
    rf"\b(?:dinh ky )?{EACH} tuan\b[\s,(:]*{WEEKLY_WORD}(?:(?P<clock>{TIME}),? )?(?:{HALF_DAY} )?(?:ngay )?(?P<day>{WEEKDAY})(?P<next>)",
    rf"\b(?P<word>)(?P<then>)(?P<clock>)(?P<day>{WEEKDAY})[^.;]{{0,40}}\bso lieu\b[^.;]{{0,20}}(?P<next>tuan truoc(?: do)?)",
)
def each_week(words, found):
    time = clock_of(found["clock"])
    day = WEEK[WEEK.index(weekday_of(found["day"])) - (is_before(found) and not time)]
    doubts = ["kỳ số liệu là tuần trước"] if found["next"] else []
    reading = repeated(found, f"FREQ=WEEKLY;BYDAY={day}", "week", -1 if found["next"] else 0, doubts)
    reading.settings |= {"time": time} if time else {}
    return reading


# ---- from ... to -----------------------------------------------------------------------------------------------------

TO = rf"\s?(?:\bden(?: het)?\b|\btoi\b|-)\s?(?:{TIME},? )?(?:ngay )?"


@rule(
    rf"(?P<guess>{TENTATIVE})?\btu (?P<after>sau )?(?:het )?(?:{TIME},? )?(?:ngay )?(?:{days('1')}|(?<![\d/.])(?P<first>{DAY})(?![\d/]))"
    rf"(?:,? {WEEKDAY})?{TO}{days('2')}{MAYBE}",
    rf"(?P<guess>{TENTATIVE})?(?P<after>)(?:{days('1')}|(?<![\d/.])(?P<first>{DAY}))\s?-\s?{days('2')}{MAYBE}",
)
def from_to(words, found):
    doubts, remarks = [], []
    day, month, year = day_of(found, "2")
    first_day, first_month, first_year = (int(found["first"]), month, year) if found["first"] else day_of(found, "1")
    over = (first_month, first_day) > (month, day)  # over the end of a year
    if year is None:
        start = words.year(first_year, doubts, remarks)
        year = start + over
    else:
        start = first_year or year - over
    last = words.day((day, month, year), doubts, remarks)
    first = words.day((first_day, first_month, start), doubts, remarks) + (ONE_DAY if found["after"] else timedelta())
    if first > last:
        doubts.append("ngày đầu sau ngày cuối")
    return window(found, first, last, doubts, remarks)


@rule(rf"(?P<guess>{TENTATIVE})?(?:\bcac )?\bngay (?P<first>{DAY})(?:,\s?{DAY})*(?:,\s?| va )(?:ngay )?{days()}{MAYBE}")
def several_days(words, found):
    doubts, remarks = ["một việc mấy ngày, hay mỗi ngày một việc?"], []
    last = words.day(day_of(found), doubts, remarks)
    first = int(found["first"])
    return window(found, last.replace(day=first), last, doubts, remarks) if first < last.day else None


def window(found, first, last, doubts, remarks):
    settings = {"window": (first, last)}
    group = found.groupdict()
    if group.get("guess") or group.get("maybe"):
        settings["tentative"] = True
    return Reading(*found.span(), settings=settings, doubts=doubts, remarks=remarks)


@rule(rf"(?P<guess>{TENTATIVE})?\b(?:tu )?thang (?P<first>{MONTH_WORD})(?:\s?/\s?(?P<first_year>{YEAR}))?{TO}(?:thang )?(?P<last>{MONTH_WORD}){OF_YEAR}?{MAYBE}")
def month_to_month(words, found):
    doubts, remarks = [], []
    first, last = month_of(found["first"]), month_of(found["last"])
    given = year_of(found, words)
    if given is None:
        start = words.year(int(found["first_year"]) if found["first_year"] else None, doubts, remarks)
        given = start + (first > last)
    else:
        start = int(found["first_year"]) if found["first_year"] else given - (first > last)
    return window(found, months(start, first)[0], months(given, last)[1], doubts, remarks)


# ---- a day -----------------------------------------------------------------------------------------------------------

SPECIAL = re.compile(r"\bdac biet[\s,:]*(?:cung )?(?:la )?$|\btruong hop dac biet\b[^.;]{0,20}$")
CLOSING = re.compile(r"\btong ket|\bnam truoc|\bca nam")


@rule(rf"(?P<each_before>\b{EACH} nam[\s,(:]*)?(?P<guess>{TENTATIVE})?{DEADLINE}{days()}(?:(?P<next_year>{NEXT_YEAR})|(?P<each>,? \(?(?:cua )?{EACH} nam))?{MAYBE}")
def deadline(words, found):
    doubts, remarks = [], []
    year = None
    if found["next_year"]:
        year = words.context.year + 1
    elif found["each"] or found["each_before"]:
        remarks.append("hằng năm: ghi cho năm của kế hoạch")
        year = words.context.year
        if not words.context.sure:
            doubts.append(f"năm {year} là đoán")
        if day_of(found)[1] <= 2 and CLOSING.search(words.bare[slice(*words.sentence(found))]):
            doubts.append(f"tổng kết năm: hạn vào năm {year} hay {year + 1}?")
    day = words.day(day_of(found), doubts, remarks, year)
    time = clock_of(found["clock"])
    before = is_before(found) and not found["clock"]  # "trước 16h00 ngày X" is on X
    day -= ONE_DAY * before
    if SPECIAL.search(words.bare[: found.start()]):
        return Reading(*found.span(), settings={"limit": day})
    settings = {"due": day} | ({"time": time} if time else {})
    if found["guess"] or found["maybe"]:
        settings = {"window": (settings["due"], settings["due"]), "tentative": True}
    return Reading(*found.span(), settings=settings, doubts=doubts, remarks=remarks, before=before)


@rule(rf"(?:\b0?6 thang(?: dau nam)?|\bnam|\bso ket|\btong ket)\s?\((?:vao |la )?(?:ngay )?{days()}\)")
def year_in_brackets(words, found):
    doubts, remarks = [], []
    return Reading(*found.span(), settings={"due": words.day(day_of(found), doubts, remarks)}, doubts=doubts, remarks=remarks)


@rule(rf"\bden ngay {days()}")
def until(words, found):
    doubts, remarks = ["là hạn hay là mục tiêu đến ngày ấy?"], []
    return Reading(*found.span(), settings={"due": words.day(day_of(found), doubts, remarks)}, doubts=doubts, remarks=remarks)


@rule(
    rf"(?P<guess>{TENTATIVE}){days()}(?P<maybe>)",
    rf"(?P<guess>)(?:\bngay )?{days()}(?P<maybe>,?\s?\(?du kien\)?)",
)
def tentative_day(words, found):
    doubts, remarks = [], []
    day = words.day(day_of(found), doubts, remarks)
    return window(found, day, day, doubts, remarks)


PAST = re.compile(r"\bda\b")
MEETING = r"(?:to chuc|khai mac|dien ra|hop|be mac|phat dong|tien hanh|le ky|du kien|bat dau)"
WITH_WEEKDAY = rf"(?:,?\s?\(?{WEEKDAY}\)?)?"


@rule(
    rf"(?:\b(?:tu|luc|vao luc|vao hoi) )?(?P<clock>{TIME})(?:\s?(?:den|-)\s?{TIME})?[\s,]*(?:{HALF_DAY}[\s,]*)?(?:{WEEKDAY}[\s,(]*)?(?:cung )?(?:vao )?(?:ngay )?{days()}{WITH_WEEKDAY}",
    rf"(?:{WEEKDAY}[\s,(]*)?\bngay {days()}{WITH_WEEKDAY}[\s,]*(?:{HALF_DAY}[\s,]*)?(?:bat dau )?(?:luc|vao luc|tu|vao hoi)? ?(?P<clock>{TIME})",
    rf"(?P<clock>)(?:{HALF_DAY}[\s,)]*(?:{WEEKDAY}[\s,(]*)?|{WEEKDAY}[\s,(]*)(?:ngay )?{days()}",
    rf"(?P<clock>)\bngay {days()}(?=,? tai\b)",
    rf"(?P<clock>)\bthoi gian\b[^.;:]{{0,30}}:[^.;]{{0,30}}?(?:ngay )?{days()}{WITH_WEEKDAY}",
    rf"(?P<clock>)\b{MEETING}\b(?:(?!\b{asides.ACTS}\b)[^.;]){{0,60}}?\b(?:vao )?ngay {days()}{WITH_WEEKDAY}",
)
def event(words, found):
    doubts, remarks = [], []
    start, end = words.sentence(found)
    if PAST.search(words.bare, found.end(), end) or PAST.search(words.bare, start, found.start()):
        return Reading(*found.span(), why="việc đã qua")
    day = words.day(day_of(found), doubts, remarks)
    if day.year < words.context.year:
        return Reading(*found.span(), why="trước năm của kế hoạch")
    time = clock_of(found["clock"])
    settings = {"due": day, "event": True} | ({"time": time} if time else {})
    half = re.search(HALF_DAY, words.bare[max(start, found.start() - 20) : found.end()])
    if half and not time:
        remarks.append(f"buổi {({'sang': 'sáng', 'chieu': 'chiều', 'toi': 'tối'})[half[0].split()[-1]]}")
    return Reading(*found.span(), settings=settings, doubts=doubts, remarks=remarks)


@rule(rf"\b(?:trong|vao) (?:cac )?ngay {days()}")
def on_day(words, found):
    """To be sent on that day, or to be there?"""
    doubts, remarks = [], []
    day = words.day(day_of(found), doubts, remarks)
    if not re.search(rf"\b{asides.ACTS}\b", words.bare[slice(*words.sentence(found))]):
        doubts.append("là hạn, hay là ngày dự (event)?")
    return Reading(*found.span(), settings={"due": day}, doubts=doubts, remarks=remarks)


@rule(rf"(?:,| va|;| hoac)? (?:truoc )?(?:ngay )?{days()}(?:,? {EACH} nam)?")
def one_more_day(words, found):
    """The next of "trước ngày 15/6 và 15/12": as the one before it."""
    last = next((one for one in words.readings if one.end == found.start() and "due" in one.settings and not one.settings.get("event")), None)
    if not last or not re.match(r"[,;]| va", found[0]):
        return None
    doubts, remarks = [], []
    day = words.day(day_of(found), doubts, remarks) - ONE_DAY * last.before
    return Reading(*found.span(), settings={"due": day}, doubts=doubts, remarks=remarks, before=last.before)


# ---- a week, a month, a quarter, a half, a year ----------------------------------------------------------------------

NUMBERS = {"dau": 1, "nhat": 1, "mot": 1, "hai": 2, "ba": 3, "t4": 4, "cuoi": 0, "1": 1, "2": 2, "3": 3, "4": 4}
IN = r"(?:trong|vao|hoan thanh(?: (?:trong|vao))?|xong(?: trong)?|cham nhat(?: trong| vao| la)?|sinh hoat dinh ky|thuc hien trong|to chuc trong)"


@rule(rf"(?P<guess>{TENTATIVE})?(?:\b{IN} )?\btuan (?:thu )?(?P<number>{'|'.join(NUMBERS)})(?: tien| cung)?,?(?: cua)? thang (?P<month>{MONTH_WORD}){OF_YEAR}?{MAYBE}")
def week(words, found):
    doubts, remarks = ["tuần nào? ghi từ thứ Hai đến Chủ nhật"], []
    year = words.year(year_of(found, words), doubts, remarks)
    first, last = week_of_month(year, month_of(found["month"]), NUMBERS[found["number"]])
    return window(found, first, last, doubts, remarks)


PARTS = {"dau": (1, 10), "thuong tuan": (1, 10), "giua": (11, 20), "trung tuan": (11, 20), "cuoi": (21, 31), "ha tuan": (21, 31)}


@rule(rf"(?P<guess>{TENTATIVE})?(?:\b(?:{IN}|truoc) )?\b(?P<part>{'|'.join(PARTS)}) thang (?P<month>{MONTH_WORD}){OF_YEAR}?{MAYBE}")
def part_of_month(words, found):
    doubts, remarks = [f"“{words.said(found)}” là từ ngày nào đến ngày nào?"], []
    first, last = months(words.year(year_of(found, words), doubts, remarks), month_of(found["month"]))
    begin, end = PARTS[found["part"]]
    return window(found, first.replace(day=begin), last.replace(day=min(end, last.day)), doubts, remarks)


def standing_alone(words, found):
    """In a cell a month or quarter needs no other word; elsewhere it may be the month of a report."""
    return words.context.cell or bool(found["word"] or found["guess"] or found["maybe"])


def whole(words, found, kind, number, days_of):
    """A month or quarter in the words of the plan; a window where it is of another year or tentative."""
    doubts, remarks = [], []
    year = words.year(year_of(found, words), doubts, remarks)
    first, last = days_of(year)
    word = found["word"] or ""
    if word == "truoc":
        return Reading(*found.span(), settings={"due": first - ONE_DAY}, doubts=[*doubts, "trước ngày đầu hay ngày cuối?"], remarks=remarks)  # fmt: skip
    if word in ("dau", "giua", "cuoi"):
        doubts.append(f"“{words.said(found)}” là từ ngày nào đến ngày nào?")
    if word == "den":
        doubts.append("là hạn hay là mục tiêu đến khi ấy?")
    if word in ("het", "den het", "den") and kind == "month":
        return Reading(*found.span(), settings={"due": last}, doubts=doubts, remarks=remarks)
    if year != words.context.year or found["guess"] or found["maybe"]:
        return window(found, first, last, doubts, remarks)
    return Reading(*found.span(), settings={kind: number}, doubts=doubts, remarks=remarks)


@rule(rf"\b(?:ke )?tu (?P<what>thang (?P<month>{MONTH_WORD})|quy (?P<quarter>{QUARTER})|ngay {days()}){OF_YEAR}?(?: tro di)?")
def onwards(words, found):
    """From then on, and until when?"""
    if not words.context.cell:
        return Reading(*found.span(), why="ngày bắt đầu, không có hạn")
    doubts, remarks = ["đến bao giờ?"], []
    if found["month"] or found["quarter"]:
        year = words.year(year_of(found, words), doubts, remarks)
        first = months(year, month_of(found["month"]) if found["month"] else 3 * QUARTERS[found["quarter"].lstrip("0")] - 2)[0]
    else:
        first = words.day(day_of(found), doubts, remarks)
    return window(found, first, date(first.year, 12, 31), doubts, remarks)


@rule(rf"(?P<guess>{TENTATIVE})?\b(?:(?P<word>{IN}|truoc|den het|den|het) )?(?:ngay cuoi )?thang (?P<month>{MONTH_WORD}){OF_YEAR}?{MAYBE}")
def month(words, found):
    if not standing_alone(words, found):
        return None
    number = month_of(found["month"])
    reading = whole(words, found, "month", number, lambda year: months(year, number))
    if words.context.cell and not found["word"] and not found["guess"]:
        reading.doubts.append("cả tháng, hay là dự kiến (tentative)?")
    return reading


@rule(rf"(?P<guess>{TENTATIVE})?\b(?:(?P<word>{IN}|truoc|den het|den|het|dau|giua|cuoi) )?(?:ngay cuoi )?quy (?P<first>{QUARTER})"
      rf"(?:(?:,| va|\s?[-+]| den)\s?(?:quy )?(?P<last>{QUARTER}))?{OF_YEAR}?{MAYBE}")  # fmt: skip
def quarter(words, found):
    if not standing_alone(words, found):
        return None
    first = QUARTERS[found["first"].lstrip("0")]
    last = QUARTERS[found["last"].lstrip("0")] if found["last"] else first
    if last < first:
        return None
    if last == first:
        return whole(words, found, "quarter", first, lambda year: months(year, 3 * first - 2, 3 * first))
    doubts, remarks = ["một hạn, hay mỗi quý một lần?"], []
    year = words.year(year_of(found, words), doubts, remarks)
    return window(found, *months(year, 3 * first - 2, 3 * last), doubts, remarks)


@rule(rf"(?P<guess>)(?:\b(?P<word>{IN}|den het|het) )?(?P<half>(?:0?6|s6u) thang (?:dau|cuoi) nam|nua (?:dau|cuoi) nam){OF_YEAR}?(?: {YEAR})?(?P<maybe>)")
def half(words, found):
    if not standing_alone(words, found):
        return Reading(*found.span(), why="kỳ của nội dung, không phải hạn")
    number = 1 if "dau" in found["half"] else 2
    return whole_with_doubt(words, found, number)


def whole_with_doubt(words, found, number):
    reading = whole(words, found, "half", number, lambda year: months(year, 6 * number - 5, 6 * number))
    reading.doubts.append("là hạn, hay chỉ là kỳ của báo cáo?")
    return reading


@rule(rf"\b(?:ket thuc|den het|het|cuoi|trong) nam(?: (?P<year>{YEAR}))?\b(?! ?\d|\s?:)(?P<year_word>)(?P<next_year>)")
def end_of_year(words, found):
    year = year_of(found, words) or words.context.year
    if not words.context.cell and "trong nam" in found[0]:
        return Reading(*found.span(), why="cả năm, không có hạn riêng")
    if "trong nam" in found[0]:
        return standing(words, found)
    return Reading(*found.span(), settings={"window": months(year, 1, 12)}, doubts=["là hạn 31/12, hay chỉ là mục tiêu của năm?"])


# ---- no date ---------------------------------------------------------------------------------------------------------


@rule(rf"\b\d+ (?:ngay|lan|buoi)\s?/\s?(?:thang|quy|tuan|nam)\b", rf"(?<=sinh hoat chuyen de ){EACH} (?:quy|thang|tuan)\b",
      rf"(?<=sinh hoat ){EACH} (?:quy|thang|tuan)\b", rf"\b{EACH} (?:quy|thang|tuan)(?= sinh hoat\b)")  # fmt: skip
def standing(words, found):
    """What goes on all year."""
    return Reading(*found.span(), settings={"window": months(words.context.year, 1, 12), "policy": "standing"},
                   remarks=["việc thường xuyên, không có hạn"])  # fmt: skip


@rule(r"\bthuong xuyen\b|\bca nam\b|\blien tuc\b|\bh[ao]ng nam\b(?=$)")
def all_year(words, found):
    return standing(words, found) if words.context.cell else Reading(*found.span(), why="việc thường xuyên, không có hạn")


REPORTED = re.compile(r"\b(?:bao cao|gui|nop|lap|thong ke|tong hop|kiem tra|so ket|tong ket|hop|giao ban|ra soat)\b")


@rule(r"\bmoi (?:quy|thang|tuan)\b[^.;,]{0,25}\b(?:mot|\d+) lan\b", rf"\b(?:dinh ky )?(?:theo )?{EACH} (?:tuan|thang|quy|nam)\b|\bdinh ky (?:theo )?(?:\d+ thang|quy|thang|tuan|nam)\b(?: (?:mot|\d+) lan)?(?!\s?\()")
def without_day(words, found):
    """Each month, but on which day?"""
    clause = words.bare[slice(*words.sentence(found))]
    if " lan" not in found[0] and not REPORTED.search(clause) or ("nam" in found[0] and "dinh ky" not in found[0]):
        return None
    return Reading(*found.span(), settings={"when": words.said(found)}, doubts=["định kỳ nhưng không nêu ngày: ngày nào?"])


WAITING = (
    rf"\bbao cao\b[^.;]{{0,60}}\btheo (?:dung )?(?:q.y dinh|che do)[^.;,]{{0,40}}",
    r"\b(?:ng.y )?sau khi\b[^.;,]{2,80}",
    r"\bkhi (?:co |duoc |nhan )[^.;,]{2,60}",
    r"\bkhi [^.;,]{2,60}?(?:to chuc|phat dong|yeu cau|huong dan|trieu tap|thong bao|ban hanh)\b[^.;,]{0,20}",
    r"\btheo (?:thong bao|giay moi|lich|huong dan|yeu cau|ke hoach) (?:cua|rieng)[^.;,]{2,60}",
    r"\b(?:theo q.y dinh|theo che do bao cao[^.;,]*|dot xuat|khi co yeu cau)(?=$|[.;,])",
)


def waiting(words, found):
    """What has no date yet, where the sentence has no other."""
    start, end = words.sentence(found)
    if any(start <= one.start < end and one.settings for one in words.readings):
        return None
    if not words.context.cell and "bao cao" in found[0] and not re.search(r"dinh ky|che do", found[0]):
        return None
    if not words.context.cell and found[0].startswith(("theo", "dot xuat")):
        return None
    return Reading(*found.span(), settings={"when": words.said(found)})


RULES += [(re.compile(one), waiting) for one in WAITING]


@rule(rf"(?:\bngay )?{days()}{WITH_WEEKDAY}")
def bare_day(words, found):
    """In a cell, a day and nothing else."""
    if not words.context.cell:
        return None
    doubts, remarks = [], []
    settings = {"due": words.day(day_of(found), doubts, remarks)} | ({"event": True} if words.context.attended else {})
    return Reading(*found.span(), settings=settings, doubts=doubts, remarks=remarks)


# ---- the whole text --------------------------------------------------------------------------------------------------

DATE_WORD = re.compile(
    rf"\bngay\b|\bthang\b|\btuan\b|\bquy (?={QUARTER})|\b{EACH} (?:quy|nam)\b|\b(?:dau|cuoi|tung|cac) quy\b|\bdinh ky\b|"
    rf"\bthuong xuyen\b|\b(?:dau|cuoi|het|trong|ket thuc) nam\b|\bthoi han\b|\bhan chot\b|{TIME}|{WEEKDAY}|"
    rf"(?<![\d/.]){DAY}\s?/\s?(?:1[0-2]|0?[1-9])(?![\d])"
)  # fmt: skip
# Of them, those that somebody has to look at where they stand beside a date that was read.
UNREAD = re.compile(
    rf"\b(?:ngay|thang|tuan)(?: thu)? ?\(?\d+|\bquy {QUARTER}|\b{EACH} (?:quy|thang|tuan|nam)\b|\b(?:dau|cuoi) (?:thang|quy|nam)\b|"
    rf"{TIME}|(?<![\d/.]){DAY}/(?:1[0-2]|0?[1-9])(?![\d])|(?<!\d)\d+ (?:ngay|tuan|thang)\b"
)  # fmt: skip


def readings(text, context):
    """In the order of the text; an outer limit is with what it limits."""
    words = Words(text, context)
    for pattern, function in RULES:
        words.take(pattern, function)
    found = []
    for one in sorted(words.readings, key=lambda one: one.start):
        if "limit" in one.settings and found and found[-1].settings:
            found[-1].settings |= one.settings
            found[-1].end = one.end
        elif "limit" in one.settings:
            found.append(Reading(one.start, one.end, {"due": one.settings["limit"]}, ["hạn đặc biệt: hạn thường là ngày nào?"]))
        elif found and is_inner(found[-1], one, words):
            merge(found[-1], one)
        else:
            found.append(one)
    return found


def is_inner(span, day, words):
    """"trong tháng 9, chậm nhất ngày 25/9": both are about one thing."""
    return (bool({"month", "quarter", "half", "window"} & set(span.settings)) and "due" in day.settings and not day.settings.get("event")
            and re.fullmatch(r"[\s,(]*(?:va )?", words.bare[span.end : day.start]) is not None
            and re.match(LATEST, words.bare[day.start :]) is not None)  # fmt: skip


def merge(span, day):
    """A day within the span is the deadline, one after it the outer limit."""
    due = day.settings["due"]
    year = due.year
    first, last = span.settings.get("window") or (
        months(year, span.settings["month"]) if "month" in span.settings
        else months(year, 3 * span.settings["quarter"] - 2, 3 * span.settings["quarter"]) if "quarter" in span.settings
        else months(year, 6 * span.settings["half"] - 5, 6 * span.settings["half"]))  # fmt: skip
    if first <= due <= last:
        span.settings = dict(day.settings)
    else:
        span.settings["limit"] = due
    span.end = day.end
    span.doubts += day.doubts
    span.remarks += day.remarks


def unread(text, taken, pattern):
    """What of the pattern is not taken."""
    words = Words(text, None)
    words.readings = taken
    return [words.said(one) for one in pattern.finditer(words.bare) if words.free(one)]


def has_date_words(text):
    return bool(DATE_WORD.search(Words(text, None).bare))


def sentences(text):
    """(start, end) of each, as the rules see them."""
    at = 0
    for stop in STOP.finditer(text):
        yield at, stop.end()
        at = stop.end()
    if at < len(text):
        yield at, len(text)
