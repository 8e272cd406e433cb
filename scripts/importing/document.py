"""Which passage asks for what by a date.

Every passage with a word of a date comes out: in an item, or among what was left alone, with the reason.
"""

import copy
import re
from dataclasses import dataclass
from datetime import date

from . import wording
from .dates import Context, Reading, clock_of, day_of, days
from .expressions import STOP, UNREAD, has_date_words, readings, unread
from .head import WHY, Head
from .layout import BODY, TITLE_MAX, Passage, labelled, level_of, passages
from .letters import bare, flat
from .people import People, Register, heads, ordered, people_of, subject, without_mark

TOUCHES = re.compile(r"\b(?:thay|sửa|bãi bỏ|bỏ|điều chỉnh|lùi|đổi|gia hạn|bổ sung|chuyển|hủy|huỷ|kéo dài|rút ngắn)\b")
FORM = re.compile(r"^(?:mau so|bieu mau|mau \d|phieu)\b")
ANNEX = re.compile(r"^(?:phu luc|ke hoach|lich|danh muc|bieu tong hop|bang phan cong)\b")
# "Sở Nội vụ; phối hợp: các đơn vị thành viên", in one cell or behind one label.
BESIDE = re.compile(r"[\s;,.(]*\b(?:(?:đơn vị|cơ quan) )?phối hợp(?: thực hiện)?\s*:\s*", re.IGNORECASE)


def apart(who, beside):
    """Who owes, and who helps where the same words say that, too."""
    parts = BESIDE.split(who, maxsplit=1) if who and not beside else [who]
    return (parts[0] or None, parts[1].strip(" );.")) if len(parts) == 2 else (who, beside)


@dataclass
class Item:
    place: str
    title: str
    wording: str
    words: str  # that the date was read from
    settings: dict
    doubts: list
    remarks: list
    people: People


@dataclass
class Left:
    place: str
    text: str
    why: str


class Analysis:
    """What import-plan found out; the draft is made of it."""

    def __init__(self, document, agencies):
        self.register = Register(agencies)
        self.passages = labelled(passages(document.blocks))
        self.warnings = list(document.warnings)
        self.items, self.left = [], []
        self.head = Head(self.passages)
        self.headings = {}  # by level: who owes what is below
        self.above = {}  # by level: the last passage
        self.dated = None  # (level, reading): the date of what is below
        if self.head.kind in WHY:
            self.leave_all()
        else:
            self.read_all()

    def context(self, **more):
        return Context(self.head.year, self.head.sure, **more)

    def leave(self, passage, why):
        self.left.append(Left(passage.place, passage.text, why))

    def leave_all(self):
        for passage in self.passages:
            touched = self.head.kind == "amendment" and TOUCHES.search(passage.text.lower())
            if touched or has_date_words(passage.text):
                self.leave(
                    passage, "chạm tới kế hoạch đã có: sửa tay" if touched else WHY[self.head.kind].split(":")[0]
                )

    def read_all(self):
        ended = False
        for at, passage in enumerate(self.passages):
            line = flat(passage.text)
            if re.match(r"noi nhan\b", line):
                ended = "sau “Nơi nhận”"
            elif (ANNEX.match(line) and passage.text.isupper()) or (passage.cells and passage.in_table):
                ended = False if ended != "biểu mẫu" or not passage.cells else ended
            elif FORM.match(line) and len(line) < TITLE_MAX:
                ended = "biểu mẫu"
            if ended:
                if has_date_words(passage.text):
                    self.leave(passage, ended)
            elif passage.cells:
                self.read_row(passage)
                continue
            elif at <= self.head.first and not passage.in_table and level_of(passage.text) == BODY and self.head.first:
                if has_date_words(passage.text):
                    self.leave(passage, "phần đầu văn bản")
            else:
                self.read_paragraph(passage)
            level = level_of(passage.text)
            self.above = {one: text for one, text in self.above.items() if one < level} | {level: passage.text}

    def what_above(self, level):
        """What a line "Thời gian: …" is about: the passage that it stands below."""
        near = [one for one in self.above if one < level]
        text = without_mark(self.above[max(near)]) if near else ""
        return (
            self.head.title
            if not text or re.match(r"thoi gian|noi dung|to chuc thuc hien", flat(text))
            else text.rstrip(" :.")
        )

    def heading(self, passage):
        """Notes who and when govern what is below; True where the passage is nothing but that."""
        level = 2 if passage.group else level_of(passage.text)
        if level < BODY:
            self.headings = {one: who for one, who in self.headings.items() if one < level}
            if self.dated and level <= self.dated[0]:
                self.dated = None
        text = without_mark(passage.text)
        found = readings(text, self.context(cell=True, attended=self.head.kind == "calendar"))
        once = sum(bool(one.settings) for one in found) == 1 and not re.match(r"(?:thoi )?han\b", flat(text))
        if once and len(text) <= TITLE_MAX:
            rest = text
            for one in reversed(found):
                rest = rest[: one.start] + rest[one.end :]
            if len(re.sub(r"\W+|\bnăm \d{4}\b|\b[Tt]rong\b|\b[Cc]ác công việc\b", "", rest)) <= 3:
                first = next(one for one in found if one.settings)
                kind = set(first.settings) & {"month", "quarter", "half", "window", "due"}
                if kind and "policy" not in first.settings and not re.match(r"thoi gian", bare(text)):
                    self.dated = (level if level < BODY else 5, first, text[first.start : first.end])
                    self.leave(passage, "tiêu đề: thời gian của các mục bên dưới")
                    return True
        who = heads(passage.text)
        if who and not has_date_words(passage.text):
            self.headings[min(level, BODY - 1)] = who
            return True
        return False

    def owner(self, clause):
        """The subject of the clause, else the nearest heading that names somebody."""
        said = subject(clause)
        return said or (self.headings[max(self.headings)] if self.headings else None)

    def read_paragraph(self, passage):
        if self.heading(passage):
            return
        text = passage.text
        if ordered(text):
            self.headings[0] = ordered(text)
        found = readings(text, self.context(attended=self.head.kind == "calendar"))
        dated = [one for one in found if one.settings]
        if passage.group:
            dated = []
        if not dated and self.dated and level_of(text) > self.dated[0] and len(without_mark(text).split()) > 1:
            for sentence in wording.tasks(text):
                self.add_below(Passage(passage.place, sentence), readings(sentence, self.context()))
        elif dated:
            at = 0
            for n, one in enumerate(dated):
                at = self.add(passage, one, at, dated[n + 1].start if n + 1 < len(dated) else None, found)
        elif has_date_words(text):
            self.leave(
                passage,
                "; ".join(dict.fromkeys(one.why for one in found if one.why)) or "không có từ chỉ hạn, hoặc chưa hiểu",
            )

    def add_below(self, passage, found):
        """A task below "Quý I" or "Thứ Hai, ngày 05/10"."""
        _level, reading, words = self.dated
        reading = copy.deepcopy(reading)
        reading.start = reading.end = 0
        text = without_mark(passage.text)
        time = re.match(r"\W*(?:(?:sáng|chiều|tối)[\s:,]*)?(?:từ |lúc )?\d{1,2}\s?(?:h|giờ|g|:)", text, re.IGNORECASE)
        if time and "due" in reading.settings:
            reading.settings |= {"event": True, "time": clock_of(bare(text))}
        left_over = unread(passage.text, found, UNREAD) if not time else []
        doubts = [f"còn nêu: {', '.join(left_over)}"] if left_over else []
        if re.match(
            r"(?:tiep tuc|trien khai (?:thuc hien|co hieu qua)|thuc hien (?:tot|co hieu qua|cac noi dung)|"
            r"xay dung, boi duong|duy tri|thuong xuyen)",
            bare(text),
        ):
            reading.settings["policy"] = "standing"
            reading.remarks.append("việc thường xuyên, không đôn đốc")
        self.append(passage, text, words, reading, doubts, people_of(self.register, self.owner(text), text), above=True)

    def add(self, passage, reading, begin, following, found):
        """The item of one date in a paragraph; gives where the next one begins."""
        text = passage.text
        stop = STOP.search(text, reading.end)
        end = stop.start() if stop else len(text)
        if following is not None and following < end:
            end = reading.end
        sentence = max((one.end() for one in wording.SENTENCE.finditer(text, 0, reading.start)), default=0)
        first, last = max(begin, sentence), end
        if begin and not STOP.search(text, begin, reading.start):  # a second date in one clause
            first, last = sentence, reading.start
        if len(re.findall(r"\w+", wording.without_dates(text, first, last, found))) < 2:
            first = 0
        clause = text[first:end]
        who = self.owner(wording.clause_after_date(clause, reading, first)) or self.owner(text)
        title, words = wording.without_dates(text, first, last, found), text[reading.start : reading.end]
        doubts = self.residue(text, first, end, found)
        self.append(passage, title, words, reading, doubts, people_of(self.register, who, clause))
        return end

    @staticmethod
    def residue(text, start, end, found):
        """Words of dates near the one that was read, which nobody has read."""
        near = [one for one in unread(text, found, UNREAD) if one in text[start:end]]
        return [f"còn nêu: {', '.join(near)}"] if near else []

    def append(self, passage, title, words, reading, doubts, people, above=False):
        title = wording.title_of(words.split("(")[0] if "observance" in reading.settings else title)
        if reading.settings.get("observance", {}).get("since"):
            title = re.sub(r"\b\d+ năm\b", "{n} năm", title, count=1)
        if not re.search(r"[^\W\d_]{2}", title):
            title = wording.title_of(words)
        if flat(title).startswith("thoi gian"):  # "1. Thời gian: ...": it is what the document is about
            title = self.head.title or title
        if self.head.kind == "invitation" and not people.owes and not people.unknown:
            people.owes = ["members"]
            reading.remarks.append("ai: những nơi được mời")
        quoted = wording.quoted(passage.text, reading)
        item = Item(passage.place, title, quoted, words, dict(reading.settings), [*reading.doubts, *doubts],
                    list(reading.remarks), people)  # fmt: skip
        if above:
            item.remarks.append("ngày ở tiêu đề phía trên")
        day = item.settings.get("due")
        years = {day_of(one)[2] for one in re.finditer(days(), bare(passage.text))} - {None, self.head.year}
        guessed = any(one.startswith("không ghi năm") for one in item.remarks)
        if guessed and years:
            item.doubts.append(f"năm {self.head.year} hay {', '.join(map(str, sorted(years)))}?")
        elif (
            guessed
            and day
            and self.head.issued
            and self.head.issued[1]
            and (day.year, day.month) < self.head.issued[:2]
        ):
            item.doubts.append("trước ngày ban hành: năm nào?")
        day = day or item.settings.get("window", (None,))[-1]
        if day and not date(self.head.year, 1, 1) <= day <= date(self.head.year + 1, 3, 31):
            item.doubts.append(f"ngày ngoài năm {self.head.year}: việc của kế hoạch khác?")
        self.items.append(item)

    # ---- rows ----

    def read_row(self, passage):
        cells = passage.cells
        when = cells.get("when", "").replace("\n", " ")
        what = (
            cells.get("what")
            or (self.what_above(passage.level) if passage.level else cells.get("product"))
            or passage.text
        )
        clock = clock_of(bare(cells.get("clock", "")))
        found = readings(
            when,
            self.context(
                cell=True, attended=self.head.kind in ("calendar", "invitation") or "place" in cells or bool(clock)
            ),
        )
        dated = [one for one in found if one.settings]
        source = when
        if not dated:
            found = readings(what, self.context())
            dated, source = [one for one in found if one.settings], what
        if not dated and not when and self.dated:
            dated, source = [copy.deepcopy(self.dated[1])], self.dated[2]
            dated[0].start, dated[0].end = 0, len(source)
        if not dated and when:
            dated, source = [Reading(0, len(when), {"when": when}, ["thời gian này chưa hiểu"])], when
        if not dated:
            if has_date_words(passage.text):
                self.leave(passage, "hàng không có thời gian")
            return
        for one in dated:
            if clock and "due" in one.settings:
                one.settings |= {"time": clock, "event": True}
            left_over = unread(source, found, UNREAD)
            doubts = [f"còn nêu: {', '.join(left_over)}"] if left_over else []
            for role, text in cells.items():
                other = [text[r.start : r.end] for r in readings(text, self.context()) if r.settings]
                if role not in ("when", "clock", "number") and text is not source and other:
                    doubts.append(f"cột khác còn nêu: {', '.join(other)}")
            who, beside = apart(cells.get("who"), cells.get("with"))
            people = people_of(self.register, who or self.owner(what), what, cells.get("to"), beside)
            row = copy.copy(passage)
            row.text = wording.row_wording(cells, what)
            self.append(row, what.replace("\n", " "), source[one.start : one.end], one, doubts, people)
            if cells.get("place"):
                self.items[-1].settings["place"] = cells["place"].replace("\n", " ")
