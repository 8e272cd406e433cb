"""The parts that an expression of a date is made of: patterns over letters.bare(), and what they mean."""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

from .letters import bare


@dataclass
class Reading:
    """What stands from `start` to `end` of a text. Without settings it asks for nothing, and `why` says what it is."""

    start: int
    end: int
    settings: dict = field(default_factory=dict)  # as a plan writes them
    doubts: list = field(default_factory=list)  # what somebody has to decide
    remarks: list = field(default_factory=list)  # what is good to know
    why: str = ""
    before: bool = False  # "trước": so is the next day of "trước ngày 15/6 và 15/12"


@dataclass
class Context:
    """What is known besides the words."""

    year: int
    sure: bool = True  # the document says its year
    cell: bool = False  # the words stand below "Thời gian", or head others: a date needs no further word
    attended: bool = False  # in a calendar of meetings a date is an event


class Words:
    """A text that is read, and what of it is taken."""

    def __init__(self, text, context):
        self.text, self.bare, self.context = text, bare(text), context
        self.readings = []

    def take(self, pattern, function):
        at = 0
        while found := pattern.search(self.bare, at):
            reading = function(self, found) if self.free(found) else None
            if reading:
                self.readings.append(reading)
            at = found.end() if reading else found.start() + 1

    def free(self, found):
        return all(found.end() <= one.start or found.start() >= one.end for one in self.readings)

    def said(self, found):
        return self.text[found.start() : found.end()].strip()

    def sentence(self, found):
        """(start, end) of what is between the semicolons and full stops around it."""
        start = max((one.end() for one in STOP.finditer(self.bare, 0, found.start())), default=0)
        stop = STOP.search(self.bare, found.end())
        return start, stop.start() if stop else len(self.bare)

    def year(self, given, doubts, remarks):
        """The year that is missing is that of the document."""
        if given is None and self.context.sure:
            remarks.append(f"không ghi năm: lấy năm của văn bản, {self.context.year}")
        elif given is None:
            doubts.append(f"không ghi năm: năm {self.context.year} là đoán")
        return given or self.context.year

    def day(self, parts, doubts, remarks, year=None):
        day, month, given = parts
        year = self.year(given or year, doubts, remarks)
        last = monthrange(year, month)[1]
        if day > last:
            doubts.append(f"không có ngày {day}/{month}/{year}")
        return date(year, month, min(day, last))


class Rules(list):
    """(pattern, function) in their order. A function takes the words and a match, and makes a reading of it, or says
    with None that it is none."""

    def __call__(self, *patterns):
        def note(function):
            self.extend((re.compile(pattern), function) for pattern in patterns)
            return function

        return note


STOP = re.compile(r";|\.(?=\s|$)|\./\.|\n")

# ---- patterns --------------------------------------------------------------------------------------------------------

DAY, MONTH, YEAR = r"(?:3[01]|[12]\d|0?[1-9])", r"(?:1[0-2]|0?[1-9])", r"(?:(?:1[89]|20)\d\d)"
MONTHS = {"gieng": 1, "mot": 1, "hai": 2, "ba": 3, "t4": 4, "nam": 5, "s6u": 6, "bay": 7, "tam": 8, "chin": 9,
          "muoi mot": 11, "muoi hai": 12, "muoi": 10}  # fmt: skip
MONTH_WORD = rf"(?:{MONTH}(?!\d|[/.]\d{{1,2}}(?!\d))|(?:{'|'.join(MONTHS)})\b)"
QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
QUARTER = r"(?:iv|i{1,3}|0?[1-4])(?![\w])"
WEEKDAYS = {"hai": "MO", "2": "MO", "ba": "TU", "3": "TU", "t4": "WE", "4": "WE", "nam": "TH", "5": "TH", "s6u": "FR",
            "sau": "FR", "6": "FR", "bay": "SA", "7": "SA"}  # fmt: skip
WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKDAY = rf"(?:thu (?:{'|'.join(WEEKDAYS)})\b|chu nhat\b)"
ONE_DAY = timedelta(days=1)
WITH_WEEKDAY = rf"(?:,?\s?\(?{WEEKDAY}\)?)?"
EACH = r"(?:h[ao]ng|moi)"
NEXT = r"(?:sau|ke tiep|tiep theo|lien ke(?: sau| tiep theo)?)\b"
NEXT_YEAR = rf"(?:,? (?:cua )?nam {NEXT}(?: (?:cua )?(?:nam|ky) bao cao)?)"
OF_YEAR = rf"(?:\s?/\s?(?P<year>{YEAR})|,? (?:cua )?nam (?P<year_word>{YEAR})|(?P<next_year>{NEXT_YEAR}))"
TIME = r"(?:(?<!\d)\d{1,2}\s?(?:h|gio|g(?=\d)|:(?=\d))\s?(?:[0-5]\d)?(?:\s?phut\b|['’])?(?!\w))"
CLOCK = re.compile(r"(\d{1,2})\s?(?:h|gio|g|:)\s?([0-5]\d)?")
HALF_DAY = r"(?:(?:buoi )?(?:sang|chieu|toi)\b)"
SENT = r"(?:nop|gui|nhan|hoan thanh|dang ky|bao cao|nghiem thz|quyet toan|thanh toan)"
LATEST = (r"(?:cham nhat|muon nhat|tre nhat|khong qua|khong muon hon|khong cham hon|khong tre hon|han chot|"
          r"han cuoi(?: cung)?|thoi gian (?:hoan thanh|nop|gui)|ket thuc|den het|het|xong|hoan thanh|tu nay den|"
          rf"(?:thoi )?han(?: cuoi(?: cung)?)?(?: {SENT}(?: [^\W\d]+){{0,4}}?)??"
          r"(?=[\s:]+(?:la|truoc|cham|ngay|den|vao|het|\d)|:))")  # fmt: skip
# What may stand between the word of a deadline and its date.
THEN = (rf"(?:[\s:,(\"]|\b(?:la|vao|trong|luc|den|het|ngay|truoc|muon nhat|cham nhat|tre nhat|khong qua|{WEEKDAY}|"
        rf"{HALF_DAY})\b){{0,12}}")
DEADLINE = rf"\b(?P<word>truoc|{LATEST})\b(?P<then>{THEN})(?:(?P<clock>{TIME}),?{THEN})?"
NAMED_DAY = rf"(?:(?:ngay )?(?<![\d/.,])(?P<d>{DAY})(?![\d/.]*\d)|(?<!\d )ngay (?P<last>cuoi(?: cung)?))"
TENTATIVE = r"(?:\bdu kien\b[\s:,]*(?:(?:vao|to chuc|trong|ngay|hoan thanh) )*)"
MAYBE = r"(?P<maybe>,?\s?\(?du kien\)?)?"


def days(n=""):
    """A day and a month, perhaps with a year; numbered where an expression has several."""
    return (
        rf"(?<![\d/.])(?P<d{n}>{DAY})(?:"
        rf"\s?/\s?(?P<ma{n}>{MONTH})(?!\d)(?:\s?/\s?(?P<ya{n}>{YEAR}|\d\d)(?![\d/]))?"
        rf"|\s?[.-]\s?(?P<mb{n}>{MONTH})\s?[.-]\s?(?P<yb{n}>{YEAR})(?!\d)"
        rf"|,? thang (?P<mc{n}>{MONTH_WORD})(?:\s?[/.-]\s?(?P<yc{n}>{YEAR}))?)"
        rf"(?:,? nam (?P<yd{n}>{YEAR}))?(?!\s?/\s?\d)(?! (?:xa|phuong|don vi|dai bieu|ngay)\b)"
    )


# ---- what they mean --------------------------------------------------------------------------------------------------


def month_of(words):
    return MONTHS.get(words) or int(words)


def day_of(found, n=""):
    """(day, month, year or None)"""
    group = found.groupdict()
    month = next(group[f"m{one}{n}"] for one in "abc" if group[f"m{one}{n}"])
    year = next((group[f"y{one}{n}"] for one in "abcd" if group[f"y{one}{n}"]), None)
    if year:
        year = int(year) + (2000 if len(year) == 2 else 0)
    return int(group[f"d{n}"]), month_of(month), year


def year_of(found, words):
    """The year after a month or quarter, or None."""
    group = found.groupdict()
    if group.get("next_year"):
        return words.context.year + 1
    year = group.get("year") or group.get("year_word")
    return int(year) if year else None


def weekday_of(words):
    """The day of the week that the words name, as a rule writes it."""
    found = re.search(rf"thu ({'|'.join(WEEKDAYS)})\b", words)
    return WEEKDAYS[found[1]] if found else "SU"


def clock_of(words):
    """ "HH:MM", or None where it is no hour."""
    found = CLOCK.search(words or "")
    return f"{int(found[1]):02}:{found[2] or '00'}" if found and int(found[1]) < 24 else None


def is_before(found):
    """Whether the words say "trước": the day itself is too late."""
    group = found.groupdict()
    return "truoc" in f"{group.get('word')} {group.get('then')}"


def months(year, first, last=None):
    last = last or first
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def week_of_month(year, month, number):
    """Monday to Sunday of a week; the first is the one of the first Monday, and number 0 the last."""
    first, end = months(year, month)
    monday = first + timedelta(days=-first.weekday() % 7)
    if number:
        monday += timedelta(weeks=number - 1)
    else:
        monday = end - timedelta(days=end.weekday())
    return monday, monday + timedelta(days=6)


def window(found, first, last, doubts, remarks):
    """The reading of a span, which may be tentative."""
    settings = {"window": (first, last)}
    group = found.groupdict()
    if group.get("guess") or group.get("maybe"):
        settings["tentative"] = True
    return Reading(*found.span(), settings=settings, doubts=doubts, remarks=remarks)
