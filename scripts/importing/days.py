"""A day: the last one that is on time, or one to be there."""

import re

from .asides import ACTS

from .dates import (
    DEADLINE, EACH, HALF_DAY, MAYBE, NEXT_YEAR, ONE_DAY, TENTATIVE, TIME, WEEKDAY, WITH_WEEKDAY, Reading, Rules,
    clock_of, day_of, days, is_before, window,
)  # fmt: skip

RULES = Rules()

SPECIAL = re.compile(r"\bdac biet[\s,:]*(?:cung )?(?:la )?$|\btruong hop dac biet\b[^.;]{0,20}$")
CLOSING = re.compile(r"\btong ket|\bnam truoc|\bca nam")


@RULES(
    rf"(?P<each_before>\b{EACH} nam[\s,(:]*)?(?P<guess>{TENTATIVE})?{DEADLINE}{days()}(?:(?P<next_year>{NEXT_YEAR})|"
    rf"(?P<each>,? \(?(?:cua )?{EACH} nam))?{MAYBE}"
)
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


@RULES(rf"(?:\b0?6 thang(?: dau nam)?|\bnam|\bso ket|\btong ket)\s?\((?:vao |la )?(?:ngay )?{days()}\)")
def year_in_brackets(words, found):
    doubts, remarks = [], []
    return Reading(
        *found.span(), settings={"due": words.day(day_of(found), doubts, remarks)}, doubts=doubts, remarks=remarks
    )


@RULES(rf"\bden ngay {days()}")
def until(words, found):
    doubts, remarks = ["là hạn hay là mục tiêu đến ngày ấy?"], []
    return Reading(
        *found.span(), settings={"due": words.day(day_of(found), doubts, remarks)}, doubts=doubts, remarks=remarks
    )


@RULES(
    rf"(?P<guess>{TENTATIVE}){days()}(?P<maybe>)",
    rf"(?P<guess>)(?:\bngay )?{days()}(?P<maybe>,?\s?\(?du kien\)?)",
)
def tentative_day(words, found):
    doubts, remarks = [], []
    day = words.day(day_of(found), doubts, remarks)
    return window(found, day, day, doubts, remarks)


PAST = re.compile(r"\bda\b")
MEETING = r"(?:to chuc|khai mac|dien ra|hop|be mac|phat dong|tien hanh|le ky|du kien|bat dau)"


@RULES(
    rf"(?:\b(?:tu|luc|vao luc|vao hoi) )?(?P<clock>{TIME})(?:\s?(?:den|"
    rf"-)\s?{TIME})?[\s,]*(?:{HALF_DAY}[\s,]*)?(?:{WEEKDAY}[\s,(]*)?(?:cung )?(?:vao )?(?:ngay )?{days()}{WITH_WEEKDAY}",
    rf"(?:{WEEKDAY}[\s,(]*)?\bngay {days()}{WITH_WEEKDAY}[\s,]*(?:{HALF_DAY}[\s,]*)?(?:bat dau )?(?:luc|vao luc|tu|"
    rf"vao hoi)? ?(?P<clock>{TIME})",
    rf"(?P<clock>)(?:{HALF_DAY}[\s,)]*(?:{WEEKDAY}[\s,(]*)?|{WEEKDAY}[\s,(]*)(?:ngay )?{days()}",
    rf"(?P<clock>)\bngay {days()}(?=,? tai\b)",
    rf"(?P<clock>)\bthoi gian\b[^.;:]{{0,30}}:[^.;]{{0,30}}?(?:ngay )?{days()}{WITH_WEEKDAY}",
    rf"(?P<clock>)\b{MEETING}\b(?:(?!\b{ACTS}\b)[^.;]){{0,60}}?\b(?:vao )?ngay {days()}{WITH_WEEKDAY}",
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


@RULES(rf"\b(?:trong|vao) (?:cac )?ngay {days()}")
def on_day(words, found):
    """To be sent on that day, or to be there?"""
    doubts, remarks = [], []
    day = words.day(day_of(found), doubts, remarks)
    if not re.search(rf"\b{ACTS}\b", words.bare[slice(*words.sentence(found))]):
        doubts.append("là hạn, hay là ngày dự (event)?")
    return Reading(*found.span(), settings={"due": day}, doubts=doubts, remarks=remarks)


@RULES(rf"(?:,| va|;| hoac)? (?:truoc )?(?:ngay )?{days()}(?:,? {EACH} nam)?")
def one_more_day(words, found):
    """The next of "trước ngày 15/6 và 15/12": as the one before it."""
    last = next(
        (
            one
            for one in words.readings
            if one.end == found.start() and "due" in one.settings and not one.settings.get("event")
        ),
        None,
    )
    if not last or not re.match(r"[,;]| va", found[0]):
        return None
    doubts, remarks = [], []
    day = words.day(day_of(found), doubts, remarks) - ONE_DAY * last.before
    return Reading(*found.span(), settings={"due": day}, doubts=doubts, remarks=remarks, before=last.before)
