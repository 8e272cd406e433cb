"""What comes each month, quarter, week or day."""

import re

from .dates import (
    DAY, DEADLINE, EACH, HALF_DAY, MONTH, NAMED_DAY, NEXT, QUARTER, TIME, WEEK, WEEKDAY, Reading, Rules, clock_of,
    is_before, weekday_of,
)  # fmt: skip

RULES = Rules()


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


def repeated(found, rule, period, offset=0, doubts=()):
    settings = {"repeat": rule, "period": period} | ({"period_offset": offset} if offset else {})
    return Reading(*found.span(), settings=settings, doubts=list(doubts))


IN_QUARTER = rf"(?:{DEADLINE})?(?:vao )?{NAMED_DAY},?(?: cua)? thang"
OF_QUARTER = rf"(?: cua)?(?: {EACH}| tung| cac)? quy\b"


@RULES(rf"{IN_QUARTER} (?:cuoi(?: cung)?|thu ba){OF_QUARTER}(?: bao cao)?")
def last_month_of_quarter(words, found):
    doubts = []
    day, earlier = named_day(found, doubts)
    return repeated(found, monthly(day, (2, 5, 8, 11) if earlier else (3, 6, 9, 12)), "quarter", doubts=doubts)


@RULES(rf"{IN_QUARTER} (?:dau(?: tien)?|thu nhat){OF_QUARTER}(?: (?P<next>{NEXT}))?")
def first_month_of_quarter(words, found):
    doubts = []
    day, earlier = named_day(found, doubts)
    if earlier:
        return repeated(found, monthly(-1, (3, 6, 9, 12)), "quarter", doubts=doubts)
    return repeated(found, monthly(day, (1, 4, 7, 10)), "quarter", -1 if found["next"] else 0, doubts)


@RULES(
    rf"(?:{DEADLINE})?(?:vao )?{NAMED_DAY},?(?: cua)? (?:cac )?thang (?P<months>{MONTH}(?:(?:,\s?(?:thang )?|"
    rf"\s?va (?:thang )?){MONTH}(?!\d|\s?/))+)"
)
def some_months(words, found):
    doubts = []
    day, earlier = named_day(found, doubts)
    of = [int(one) - earlier for one in re.findall(r"\d+", found["months"])]
    return repeated(found, monthly(day, sorted(one or 12 for one in of)), "month", doubts=doubts)


@RULES(rf"\bngay (?P<first>{DAY})(?:,\s?| va )(?:ngay )?(?P<second>{DAY})(?: cua)? {EACH} thang")
def twice_a_month(words, found):
    return repeated(found, monthly(f"{int(found['first'])},{int(found['second'])}"), "month")


@RULES(r"\bngay lam viec cuoi(?: cung)?(?: cua)?(?: h[ao]ng| moi)? thang(?! \d)")
def last_working_day(words, found):
    return repeated(found, "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "month")


@RULES(rf"(?:{DEADLINE})?(?:vao )?(?P<d>(?!))?\bngay (?P<last>cuoi cung)(?: cua)? (?:{EACH} )?quy\b(?! {QUARTER})")
def last_of_quarter(words, found):
    doubts = []
    day, _earlier = named_day(found, doubts)
    return repeated(found, monthly(day, (3, 6, 9, 12)), "quarter", doubts=doubts)


@RULES(
    rf"(?:{DEADLINE})?(?:vao )?{NAMED_DAY},?(?: cua)? (?:{EACH} thang|thang bao cao|cac thang|(?<=cua )thang(?=$|"
    rf"[.;,)])|thang (?P<next>{NEXT}))",
    rf"\b(?:dinh ky )?{EACH} thang\b[\s,(:]*(?:{DEADLINE})?(?:vao )?(?P<next>){NAMED_DAY}(?!,? thang)",
    rf"\b{EACH} thang\b[^.;\d]{{0,80}}?(?:{DEADLINE}|\bvao )(?P<next>){NAMED_DAY}(?!,? thang)",
)
def each_month(words, found):
    doubts = []
    day, earlier = named_day(found, doubts)
    return repeated(found, monthly(day), "month", -1 if found["next"] and not earlier else 0, doubts)


# "quý (20) và năm (15/11)"
@RULES(rf"\bquy \((?:(?P<word>truoc) )?(?P<then>)(?:ngay )?(?P<d>{DAY})(?P<last>)(?: thang cuoi(?: cua)? quy)?\)")
def quarter_in_brackets(words, found):
    doubts = ["ngày của tháng cuối quý?"]
    day, earlier = named_day(found, doubts)
    return repeated(found, monthly(day, (2, 5, 8, 11) if earlier else (3, 6, 9, 12)), "quarter", doubts=doubts)


ON_WEEKDAY = (
    r"(?:(?P<word>truoc|cham nhat|muon nhat)\b(?P<then>(?: vao| la| ngay)*) )?(?:vao )?(?:ngay )?"
    rf"(?:(?P<clock>{TIME}),? )?(?:{HALF_DAY} )?(?:ngay )?(?P<day>{WEEKDAY})"
)


@RULES(
    rf"\b(?:dinh ky )?{ON_WEEKDAY}(?: {EACH} tuan| cua tuan)(?P<next>)",
    rf"\b(?:dinh ky )?{EACH} tuan\b[\s,(:]*{ON_WEEKDAY}(?P<next>)",
    rf"(?<=bao cao tuan)[^.;\d]{{0,30}}?\b{ON_WEEKDAY}(?P<next>)",
    rf"\b{ON_WEEKDAY}[^.;]{{0,40}}\bso lieu\b[^.;]{{0,20}}(?P<next>tuan truoc(?: do)?)",
)
def each_week(words, found):
    time = clock_of(found["clock"])
    day = WEEK[WEEK.index(weekday_of(found["day"])) - (is_before(found) and not time)]
    doubts = ["kỳ số liệu là tuần trước"] if found["next"] else []
    reading = repeated(found, f"FREQ=WEEKLY;BYDAY={day}", "week", -1 if found["next"] else 0, doubts)
    reading.settings |= {"time": time} if time else {}
    return reading


@RULES(
    rf"\b(?P<word>truoc|cham nhat|luc|vao)(?P<then>(?: vao| la)*) (?P<clock>{TIME}) {EACH} ngay\b",
    rf"\b(?P<clock>{TIME}) {EACH} ngay\b",
)
def each_day(words, found):
    time = clock_of(found["clock"])
    reading = repeated(found, "FREQ=DAILY", "week", doubts=["mỗi ngày, kể cả ngày nghỉ?"])
    reading.settings = {"repeat": "FREQ=DAILY"} | ({"time": time} if time else {})
    return reading
