"""A week, a month, a quarter, a half, a year."""

from datetime import date

from .dates import (
    MAYBE, MONTH_WORD, OF_YEAR, ONE_DAY, QUARTER, QUARTERS, TENTATIVE, YEAR, Reading, Rules, day_of, days, month_of,
    months, week_of_month, window, year_of,
)  # fmt: skip
from .undated import standing

RULES = Rules()

NUMBERS = {"dau": 1, "nhat": 1, "mot": 1, "hai": 2, "ba": 3, "t4": 4, "cuoi": 0, "1": 1, "2": 2, "3": 3, "4": 4}
IN = (
    r"(?:trong|vao|hoan thanh(?: (?:trong|vao))?|xong(?: trong)?|cham nhat(?: trong| vao| la)?|sinh hoat dinh ky|"
    r"(?:thoi gian|thoi han|tien do)(?: [^\W\d]+){0,3}\s?:)"
)


@RULES(
    rf"(?P<guess>{TENTATIVE})?(?:\b{IN} )?\btuan (?:thu )?(?P<number>{'|'.join(NUMBERS)})(?: tien|"
    rf" cung)?,?(?: cua)? thang (?P<month>{MONTH_WORD}){OF_YEAR}?{MAYBE}"
)
def week(words, found):
    doubts, remarks = ["tuần nào? ghi từ thứ Hai đến Chủ nhật"], []
    year = words.year(year_of(found, words), doubts, remarks)
    first, last = week_of_month(year, month_of(found["month"]), NUMBERS[found["number"]])
    return window(found, first, last, doubts, remarks)


PARTS = {"nua dau": (1, 15), "nua cuoi": (16, 31), 
    "dau": (1, 10),
    "thuong tuan": (1, 10),
    "giua": (11, 20),
    "trung tuan": (11, 20),
    "cuoi": (21, 31),
    "ha tuan": (21, 31),
}


@RULES(
    rf"(?P<guess>{TENTATIVE})?(?:\b(?:{IN}|"
    rf"truoc) )?\b(?P<part>{'|'.join(PARTS)}) thang (?P<month>{MONTH_WORD}){OF_YEAR}?{MAYBE}"
)
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
        return Reading(*found.span(), settings={"due": first - ONE_DAY}, doubts=[*doubts,
            "trước ngày đầu hay ngày cuối?"], remarks=remarks)  # fmt: skip
    if word in ("dau", "giua", "cuoi"):
        doubts.append(f"“{words.said(found)}” là từ ngày nào đến ngày nào?")
    if word == "den":
        doubts.append("là hạn hay là mục tiêu đến khi ấy?")
    if word in ("het", "den het", "den") and kind == "month":
        return Reading(*found.span(), settings={"due": last}, doubts=doubts, remarks=remarks)
    if year != words.context.year or found["guess"] or found["maybe"]:
        return window(found, first, last, doubts, remarks)
    return Reading(*found.span(), settings={kind: number}, doubts=doubts, remarks=remarks)


@RULES(
    rf"\b(?:ke )?tu (?P<what>thang (?P<month>{MONTH_WORD})|quy (?P<quarter>{QUARTER})|"
    rf"ngay {days()}){OF_YEAR}?(?: tro di)?"
)
def onwards(words, found):
    """From then on, and until when?"""
    if not words.context.cell:
        return Reading(*found.span(), why="ngày bắt đầu, không có hạn")
    doubts, remarks = ["đến bao giờ?"], []
    if found["month"] or found["quarter"]:
        year = words.year(year_of(found, words), doubts, remarks)
        first = months(
            year, month_of(found["month"]) if found["month"] else 3 * QUARTERS[found["quarter"].lstrip("0")] - 2
        )[0]
    else:
        first = words.day(day_of(found), doubts, remarks)
    return window(found, first, date(first.year, 12, 31), doubts, remarks)


@RULES(
    rf"(?P<guess>{TENTATIVE})?\b(?:(?P<word>{IN}|truoc|den het|den|"
    rf"het) )?(?:ngay cuoi )?thang (?P<month>{MONTH_WORD}){OF_YEAR}?{MAYBE}"
)
def month(words, found):
    if not standing_alone(words, found):
        return None
    number = month_of(found["month"])
    reading = whole(words, found, "month", number, lambda year: months(year, number))
    if words.context.cell and not found["word"] and not found["guess"]:
        reading.doubts.append("cả tháng, hay là dự kiến (tentative)?")
    return reading


@RULES(rf"(?P<guess>{TENTATIVE})?\b(?:(?P<word>{IN}|truoc|den het|den|het|dau|giua|"
       rf"cuoi) )?(?:ngay cuoi )?quy (?P<first>{QUARTER})"
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


@RULES(
    rf"(?P<guess>)(?:\b(?P<word>{IN}|den het|het) )?(?P<half>(?:0?6|s6u) thang (?:dau|cuoi) nam|nua (?:dau|"
    rf"cuoi) nam){OF_YEAR}?(?: {YEAR})?(?P<maybe>)"
)
def half(words, found):
    if not standing_alone(words, found):
        return Reading(*found.span(), why="kỳ của nội dung, không phải hạn")
    number = 1 if "dau" in found["half"] else 2
    return whole_with_doubt(words, found, number)


def whole_with_doubt(words, found, number):
    reading = whole(words, found, "half", number, lambda year: months(year, 6 * number - 5, 6 * number))
    reading.doubts.append("là hạn, hay chỉ là kỳ của báo cáo?")
    return reading


@RULES(rf"\b(?:ket thuc|den het|het|cuoi|trong) nam(?: (?P<year>{YEAR}))?\b(?! ?\d|\s?:)(?P<year_word>)(?P<next_year>)")
def end_of_year(words, found):
    year = year_of(found, words) or words.context.year
    if not words.context.cell and "trong nam" in found[0]:
        return Reading(*found.span(), why="cả năm, không có hạn riêng")
    if "trong nam" in found[0]:
        return standing(words, found)
    return Reading(
        *found.span(), settings={"window": months(year, 1, 12)}, doubts=["là hạn 31/12, hay chỉ là mục tiêu của năm?"]
    )
