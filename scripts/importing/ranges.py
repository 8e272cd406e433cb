"""From one day or month to another."""

from datetime import timedelta

from .dates import (
    DAY, MAYBE, MONTH, MONTH_WORD, OF_YEAR, ONE_DAY, TENTATIVE, TIME, WEEKDAY, YEAR, Rules, day_of, days, month_of,
    months, window, year_of,
)  # fmt: skip

RULES = Rules()

TO = rf"\s?(?:\bden(?: het)?\b|\btoi\b|-)\s?(?:{TIME},? )?(?:ngay )?"


@RULES(
    rf"(?P<guess>{TENTATIVE})?\btu (?P<after>sau )?(?:het )?(?:{TIME},? )?(?:ngay )?(?:{days('1')}|"
    rf"(?<![\d/.])(?P<first>{DAY})(?![\d/]))"
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


@RULES(
    rf"(?P<guess>{TENTATIVE})?(?:\bcac )?\bngay (?P<first>{DAY})(?:,\s?{DAY})*(?:,\s?| va )(?:ngay )?{days()}{MAYBE}"
)
def several_days(words, found):
    doubts, remarks = ["một việc mấy ngày, hay mỗi ngày một việc?"], []
    last = words.day(day_of(found), doubts, remarks)
    first = int(found["first"])
    return window(found, last.replace(day=first), last, doubts, remarks) if first < last.day else None


@RULES(
    rf"(?P<guess>{TENTATIVE})?\b(?:tu )?thang (?P<first>{MONTH_WORD})(?:\s?/\s?(?P<first_year>{YEAR}))?{TO}"
    rf"(?:thang )?(?P<last>{MONTH_WORD}){OF_YEAR}?{MAYBE}",
    rf"(?P<guess>{TENTATIVE})?(?P<both>\b(?:trong )?thang )(?P<first>{MONTH})(?P<first_year>)(?:,| va) "
    rf"(?:thang )?(?P<last>{MONTH}(?!\d)){OF_YEAR}?{MAYBE}",
)
def month_to_month(words, found):
    doubts, remarks = [], []
    first, last = month_of(found["first"]), month_of(found["last"])
    if found.groupdict().get("both"):
        if last != first + 1:
            return None
        doubts.append("một hạn, hay mỗi tháng một lần?")
    given = year_of(found, words)
    if given is None:
        start = words.year(int(found["first_year"]) if found["first_year"] else None, doubts, remarks)
        given = start + (first > last)
    else:
        start = int(found["first_year"]) if found["first_year"] else given - (first > last)
    return window(found, months(start, first)[0], months(given, last)[1], doubts, remarks)
