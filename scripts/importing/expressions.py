"""The words of a date, and what a plan says for them: "trước ngày X" ends on the day before X, "chậm nhất ngày X" on X.

Pure: a text and its context give its readings.
"""

import re

from . import asides, counted, periods, ranges, repeats, undated
from . import days as days_

from .dates import (
    DAY, EACH, LATEST, QUARTER, STOP, TIME, WEEKDAY, WITH_WEEKDAY, Reading, Rules, Words, day_of, days, months,
)  # fmt: skip

RULES = Rules()


@RULES(rf"(?:\bngay )?{days()}{WITH_WEEKDAY}(?P<colon>\s?:)?")
def bare_day(words, found):
    """In a cell, or before a colon at the beginning, a day and nothing else."""
    if not words.context.cell and not (found["colon"] and not re.search(r"[^\W\d]{2}", words.bare[: found.start()])):
        return None
    doubts, remarks = [], []
    settings = {"due": words.day(day_of(found), doubts, remarks)} | ({"event": True} if words.context.attended else {})
    return Reading(*found.span(), settings=settings, doubts=doubts, remarks=remarks)


# What an earlier rule took, a later one leaves.
ORDER = (
    *asides.RULES,
    *counted.RULES,
    *repeats.RULES,
    *ranges.RULES,
    *days_.RULES,
    *periods.RULES,
    *undated.RULES,
    *RULES,
)

DATE_WORD = re.compile(
    rf"\bngay\b|\bthang\b|\btuan\b|\bquy (?={QUARTER})|\b{EACH} (?:quy|nam)\b|\b(?:dau|cuoi|tung|cac) quy\b|"
    rf"\bdinh ky\b|"
    rf"\bthuong xuyen\b|\b(?:dau|cuoi|het|trong|ket thuc) nam\b|\bthoi han\b|\bhan chot\b|{TIME}|{WEEKDAY}|"
    rf"(?<![\d/.]){DAY}\s?/\s?(?:1[0-2]|0?[1-9])(?![\d])"
)  # fmt: skip
# Of them, those that somebody has to look at where they stand beside a date that was read.
UNREAD = re.compile(
    rf"\b(?:ngay|thang|tuan)(?: thu)? ?\(?\d+|\bquy {QUARTER}|\b{EACH} (?:quy|thang|tuan|nam)\b|\b(?:dau|"
    rf"cuoi) (?:thang|quy|nam)\b|"
    rf"{TIME}|(?<![\d/.]){DAY}/(?:1[0-2]|0?[1-9])(?![\d])|(?<!\d)\d+ (?:ngay|tuan|thang)\b"
)  # fmt: skip


def readings(text, context):
    """In the order of the text; an outer limit is with what it limits."""
    words = Words(text, context)
    for pattern, function in ORDER:
        words.take(pattern, function)
    found = []
    for one in sorted(words.readings, key=lambda one: one.start):
        if "limit" in one.settings and found and found[-1].settings and not UNLIMITED & set(found[-1].settings):
            found[-1].settings |= one.settings
            found[-1].end = one.end
        elif "limit" in one.settings:
            found.append(
                Reading(one.start, one.end, {"due": one.settings["limit"]}, ["hạn đặc biệt: hạn thường là ngày nào?"])
            )
        elif found and is_inner(found[-1], one, words):
            merge(found[-1], one)
        else:
            found.append(one)
    return found


UNLIMITED = {"repeat", "observance"}  # reminder-plan(5): limit does not go with them
SPANS = {"month", "quarter", "half", "window"}


def is_inner(span, day, words):
    """ "trong tháng 9, chậm nhất ngày 25/9": both are about one thing."""
    if not SPANS & set(span.settings) or "due" not in day.settings or "event" in day.settings:
        return False
    beside = re.fullmatch(r"[\s,(]*(?:va )?", words.bare[span.end : day.start])
    return bool(beside and re.match(LATEST, words.bare[day.start :]))


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
