"""What a document is, and which of its passages ask for something by a date.

Every passage with a word of a date comes out: in an item, or among what was left alone, with the reason.
"""

import copy
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from . import tables
from .dates import Context, Reading, clock_of, day_of, days
from .expressions import DATE_WORD, STOP, UNREAD, has_date_words, readings, unread
from .letters import bare, flat
from .passages import Paragraph
from .people import People, Register, heads, ordered, people_of, subject, without_mark

KINDS = (
    ("amendment", r"(?:.*\b(?:sua doi|dieu chinh|bo sung|thay the|dinh chinh)\b)"),
    ("report", r"bao cao\b"),
    ("decision", r"(?:quyet dinh|nghi quyet)\b"),
    ("invitation", r"giay moi\b"),
    ("calendar", r"lich (?:cong tac|lam viec|tuan|hop|kiem tra|tiep)\b|chuong trinh cong tac\b"),
    ("plan", r"(?:ke hoach|thong bao|huong dan|cong van|chi thi|thong tu|phu luc|quy che|quy dinh|de an|chuong trinh|phuong an|ket luan)\b"),
)  # fmt: skip
WHY = {
    "report": "là báo cáo: ngày tháng trong đó nói việc đã làm, không giao việc",
    "decision": "là quyết định, nghị quyết: ngày tháng trong đó không phải hạn của một nhiệm vụ",
    "news": "là tin, bài: kể việc đã diễn ra, không giao việc",
    "amendment": "là văn bản sửa đổi, điều chỉnh: sửa vào kế hoạch đã có, không lập nhiệm vụ mới",
}
TOUCHES = re.compile(r"\b(?:thay|sua|bai bo|bo\b|dieu chinh|lui|doi|gia han|bo sung|chuyen|huy|keo dai|rut ngan)")
TITLE_WITHIN = 30  # passages
NEWS = re.compile(r"\bda (?:dien ra|to chuc|khai mac|tham du|du|phat bieu|be mac)|\bdien ra\b|\bphat bieu\b|\bcho biet\b|\btoi du\b|\btham du (?:co|hoi nghi co)\b|\bvua (?:to chuc|ban hanh)\b")
OFFICIAL = re.compile(r"cong hoa xa hoi|dang cong san viet nam|^so[\s:./]|kinh gui|noi nhan|^v/v|^(?:ke hoach|thong bao|bao cao|giay moi)$")
ORDERS = re.compile(r"\b(?:de nghi|yeu cau|giao|cham nhat|phai|nop|gui)\b")
MARK_LEVELS = (
    (1, re.compile(r"(?:phần|chương)\b|[A-ZĐ]\.\s", re.IGNORECASE)),
    (2, re.compile(r"[IVX]{1,5}[.)]\s")),
    (3, re.compile(r"(?:\d{1,2}[.)]|Điều \d+)")),
    (4, re.compile(r"\d{1,2}\.\d")),
    (5, re.compile(r"[a-zđ]\)")),
    (6, re.compile(r"[-–•●▪*]")),
    (7, re.compile(r"\+")),
)
LATE = 11  # the month
REFERS = re.compile(r"(?:can cu|thuc hien|theo|de|nham|kinh gui)\b")
BODY = 9  # without a mark: belongs to the heading above
INLINE = re.compile(r"(?<=[.;:])\s+(?=(?:[IVX]{1,4}\.|\d{1,2}\.|[a-zđ]\)|[-+•])\s+[A-ZĐÀ-Ỹ0-9])")
FORM = re.compile(r"^(?:mau so|bieu mau|mau \d|phieu)\b")
ANNEX = re.compile(r"^(?:phu luc|ke hoach|lich|danh muc|bieu tong hop|bang phan cong)\b")
SENTENCE = re.compile(r"\.(?=\s)\s+")
WORDING_MAX = 700  # letters of a passage that is quoted as a whole
TITLE_MAX = 110


@dataclass
class Passage:
    place: str
    text: str
    cells: dict = field(default_factory=dict)  # of a row: what its columns say, by their role
    group: bool = False  # a row that heads others
    in_table: bool = False
    level: int = 0  # of lines with labels: that of the first


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


def level_of(text):
    return next((level for level, mark in MARK_LEVELS if mark.match(text)), BODY)


# ---- passages --------------------------------------------------------------------------------------------------------


def table_passages(table, header):
    """Of a table with titles; `header` is that of the one before, which may go on here. Gives the header, too."""
    begin, roles = tables.header_of(table.rows)
    if roles is None and header and table.rows and len(header) == len(table.rows[0]):
        roles = header
    if roles is None:
        return loose_rows(table), None
    found = [Passage(table.place, cell.text, in_table=True) for row in table.rows[: max(begin - 1, 0)] for cell in tables.distinct(row)]
    for number, row in enumerate(table.rows[begin:], begin + 1):
        place = f"{table.place}, hàng {number}"
        if tables.is_group(row, roles):
            found.append(Passage(place, " ".join(dict.fromkeys(one.text for one in row if one.text)), group=True, in_table=True))
            continue
        cells = {}
        for cell, role in zip(row, roles, strict=True):
            if cell.text and cell.text not in cells.get(role, ""):
                cells[role] = f"{cells[role]}; {cell.text}" if role in cells else cell.text
        text = "; ".join(cell.text for cell in tables.distinct(row) if cell.text).replace("\n", " ")
        found.append(Passage(place, text, cells, in_table=True))
    return found, roles


def loose_rows(table):
    """Without titles: rows of words side by side, such as the head of a letter."""
    found = []
    for number, row in enumerate(table.rows, 1):
        place = f"{table.place}, hàng {number}"
        cells = [cell.text for cell in tables.distinct(row) if cell.text]
        if len(table.rows) > 2 and len(cells) > 1 and all("\n" not in one for one in cells):
            found.append(Passage(place, "; ".join(cells)))
        else:
            found += [Passage(place, line) for one in cells for line in one.split("\n") if line]
    return found


def passages(blocks):
    found, header = [], None
    for block in blocks:
        if isinstance(block, Paragraph):
            found += [Passage(block.place, one) for one in INLINE.split(block.text) if one]
            header = None if len(block.text) > TITLE_MAX else header
        else:
            more, header = table_passages(block, header)
            found += more
    return [one for one in found if one.text.strip()]


LABEL = re.compile(r"(?P<title>[^:;.]{2,45}):\s*(?P<said>\S.*)")


def labelled(found):
    """Lines such as "a) Nội dung: …", "b) Thời gian: …", "c) Chủ trì: …" below each other say what a row of a table says."""
    made, run = [], []

    def close():
        cells = {}
        for role, said, _passage in run:
            cells[role] = f"{cells[role]}; {said}" if role in cells else said
        if "when" in cells:
            when = next(passage for role, _said, passage in run if role == "when")
            text = "; ".join(passage.text for _role, _said, passage in run)
            made.append(Passage(when.place, text, cells, level=level_of(run[0][2].text)))
        else:
            made.extend(passage for _role, _said, passage in run)
        run.clear()

    for passage in found:
        label = None if passage.in_table else LABEL.fullmatch(without_mark(passage.text))
        role = tables.role_of(label["title"]) if label else None
        if role is None or (run and role in ("what", "when") and role in [one for one, _said, _passage in run]):
            close()
        if role:
            run.append((role, label["said"].rstrip(" .;"), passage))
        else:
            made.append(passage)
    close()
    return made


# ---- the whole document ----------------------------------------------------------------------------------------------


class Analysis:
    """What import-plan found out; the draft is made of it."""

    def __init__(self, document, agencies):
        self.register = Register(agencies)
        self.passages = labelled(passages(document.blocks))
        self.warnings = list(document.warnings)
        self.items, self.left = [], []
        self.find_kind()
        self.find_year()
        self.find_basis()
        self.headings = {}  # by level: who owes what is below
        self.above = {}  # by level: the last passage
        self.dated = None  # (level, reading): the date of what is below
        if self.kind in WHY:
            self.leave_all()
        else:
            self.read_all()

    # ---- kind, title, year, basis ----

    def find_kind(self):
        """By its title: a line in capitals, or "V/v ...", of the document's first page."""
        self.kind, self.name, self.title, self.first = "plan", "Văn bản", "", 0
        first = self.passages[:TITLE_WITHIN]
        for at, passage in enumerate(first):
            line = flat(passage.text)
            named = next((kind for kind, pattern in KINDS[1:] if re.match(pattern, line)), None)
            if named and passage.text.isupper() and len(passage.text) < 2 * TITLE_MAX and not passage.in_table:
                below = first[at + 1].text if at + 1 < len(first) and level_of(first[at + 1].text) == BODY else ""
                self.kind, self.first, self.name = named, at, " ".join(passage.text.capitalize().split()[:2])
                self.title = tidy_title(f"{passage.text.capitalize()} {below}" if len(line.split()) < 4 else passage.text)
                about = flat(self.title)
                if named == "decision" and (inner := self.enclosed(at)):
                    self.first = inner
                    self.kind, self.title = "plan", tidy_title(self.title)
                elif named != "report" and re.match(KINDS[0][1], about[:160]) and re.search(r"\b(?:dieu chinh|sua doi|thay the|dinh chinh)\b", about[:160]):
                    self.kind = "amendment"
                return
            about = re.match(r"v/v |ve viec ", line)
            if about:
                self.name, self.title, self.first = "Công văn", tidy_title(passage.text[about.end() :]), at
                if re.match(r"(?:dieu chinh|sua doi|thay doi|dinh chinh|gia han|lui)\b", line[about.end() :]):
                    self.kind = "amendment"
                return
        whole = " ".join(flat(one.text) for one in self.passages)
        if NEWS.search(whole) and not any(OFFICIAL.search(flat(one.text)) for one in self.passages) and not ORDERS.search(whole):
            self.kind = "news"

    def enclosed(self, at):
        """Where the plan begins that a decision encloses, or None."""
        for later in range(at + 2, len(self.passages)):
            text = self.passages[later].text
            if text.isupper() and re.match(r"(?:ke hoach|lich|chuong trinh)\b", flat(text)) and len(text) < 2 * TITLE_MAX:
                return later
        return None

    def find_year(self):
        """That of the title, else of the day of issue, else the one of most dates, which is a guess."""
        self.sure = not re.search(r"\b20\d\d\s?[-–]\s?20\d\d\b", self.title)  # of several years
        self.issued = None
        for passage in self.passages[:TITLE_WITHIN]:
            issued = re.search(r",\s*ngày([\s._…\d]+)tháng([\s._…\d]+)năm (20\d\d)\b", passage.text)
            if issued and len(passage.text) < 2 * TITLE_MAX:
                day, month = (re.sub(r"\D", "", one) for one in issued.groups()[:2])
                self.issued = (int(issued[3]), int(month or 0), int(day or 0))
                break
        below = [one.text for one in self.passages[self.first + 1 : self.first + 3]]
        below = [one for one in below if len(one) < 2 * TITLE_MAX and level_of(one) == BODY and not REFERS.match(flat(one))]
        title = re.findall(r"\b[Nn]ăm (20\d\d)\b|\b\d{1,2}/(20\d\d)\b", " ".join([self.title, *below]))
        if title or self.issued:
            self.year = int(next(filter(None, title[0]))) if title else self.issued[0]
            self.sure = self.sure and (bool(title) or self.issued[1] < LATE)  # at the end of a year the next is meant, too
            return
        dated = [day_of(one)[2] for passage in self.passages for one in re.finditer(days(), bare(passage.text))]
        counted = Counter(one for one in dated if one)
        self.sure = False
        self.year = counted.most_common(1)[0][0] if counted else date.today().year

    def find_basis(self):
        """Number and day of the document itself, as far as they are filled in."""
        self.basis, self.basis_doubt = "", ""
        number = day = None
        for passage in self.passages[:TITLE_WITHIN]:
            number = number or re.search(r"\bSố[\s:]*(\d+[\w/.-]*[/-][\w&Đđ/-]+)", passage.text)
            found = re.search(r",\s*ngày (\d{1,2}) tháng (\d{1,2}) năm (\d{4})", passage.text)
            day = day or (found if found and len(passage.text) < 2 * TITLE_MAX else None)
        if number and day:
            self.basis = f"{self.name} số {number[1]} ngày {int(day[1]):02}/{int(day[2]):02}/{day[3]}"
        else:
            self.basis_doubt = "số, ngày của văn bản chưa có: điền basis"

    # ---- reading ----

    def context(self, **more):
        return Context(self.year, self.sure, **more)

    def leave(self, passage, why):
        self.left.append(Left(passage.place, passage.text, why))

    def leave_all(self):
        for passage in self.passages:
            touched = self.kind == "amendment" and TOUCHES.search(flat(passage.text))
            if touched or has_date_words(passage.text):
                self.leave(passage, "chạm tới kế hoạch đã có: sửa tay" if touched else WHY[self.kind].split(":")[0])

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
            elif at <= self.first and not passage.in_table and level_of(passage.text) == BODY and self.first:
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
        return self.title if not text or re.match(r"thoi gian|noi dung|to chuc thuc hien", flat(text)) else text.rstrip(" :.")

    def heading(self, passage):
        """Notes who and when govern what is below; True where the passage is nothing but that."""
        level = 2 if passage.group else level_of(passage.text)
        if level < BODY:
            self.headings = {one: who for one, who in self.headings.items() if one < level}
            if self.dated and level <= self.dated[0]:
                self.dated = None
        text = without_mark(passage.text)
        found = readings(text, self.context(cell=True, attended=self.kind == "calendar"))
        if found and any(one.settings for one in found) and len(text) <= TITLE_MAX:
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
        found = readings(text, self.context(attended=self.kind == "calendar"))
        dated = [one for one in found if one.settings]
        if passage.group:
            dated = []
        if not dated and self.dated and level_of(text) > self.dated[0] and len(without_mark(text).split()) > 1:
            for sentence in tasks(text):
                self.add_below(Passage(passage.place, sentence), readings(sentence, self.context()))
        elif dated:
            at = 0
            for n, one in enumerate(dated):
                at = self.add(passage, one, at, dated[n + 1].start if n + 1 < len(dated) else None, found)
        elif has_date_words(text):
            self.leave(passage, "; ".join(dict.fromkeys(one.why for one in found if one.why)) or "không có từ chỉ hạn, hoặc chưa hiểu")

    def add_below(self, passage, found):
        """A task below "Quý I" or "Thứ Hai, ngày 05/10"."""
        _level, reading, words = self.dated
        reading = copy.deepcopy(reading)
        reading.start = reading.end = 0
        text = without_mark(passage.text)
        time = re.match(rf"\W*(?:(?:sáng|chiều|tối)[\s:,]*)?(?:từ |lúc )?\d{{1,2}}\s?(?:h|giờ|g|:)", text, re.IGNORECASE)
        if time and "due" in reading.settings:
            reading.settings |= {"event": True, "time": clock_of(bare(text))}
        left_over = unread(passage.text, found, UNREAD) if not time else []
        doubts = [f"còn nêu: {', '.join(left_over)}"] if left_over else []
        if re.match(r"(?:tiep tuc|trien khai (?:thuc hien|co hieu qua)|thuc hien (?:tot|co hieu qua|cac noi dung)|xay dung, boi duong|duy tri|thuong xuyen)", bare(text)):
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
        sentence = max((one.end() for one in SENTENCE.finditer(text, 0, reading.start)), default=0)
        first, last = max(begin, sentence), end
        if begin and not STOP.search(text, begin, reading.start):  # a second date in one clause
            first, last = sentence, reading.start
        if len(re.findall(r"\w+", without_dates(text, first, last, found))) < 2:
            first = 0
        clause = text[first:end]
        who = self.owner(clause_after_date(clause, reading, first)) or self.owner(text)
        self.append(passage, without_dates(text, first, last, found), text[reading.start : reading.end], reading,
                    self.residue(text, first, end, found), people_of(self.register, who, clause))  # fmt: skip
        return end

    @staticmethod
    def residue(text, start, end, found):
        """Words of dates near the one that was read, which nobody has read."""
        near = [one for one in unread(text, found, UNREAD) if one in text[start:end]]
        return [f"còn nêu: {', '.join(near)}"] if near else []

    def append(self, passage, title, words, reading, doubts, people, above=False):
        title = title_of(words.split("(")[0] if "observance" in reading.settings else title)
        if reading.settings.get("observance", {}).get("since"):
            title = re.sub(r"\b\d+ năm\b", "{n} năm", title, count=1)
        if not re.search(r"[^\W\d_]{2}", title):
            title = title_of(words)
        if flat(title).startswith("thoi gian"):  # "1. Thời gian: ...": it is what the document is about
            title = self.title or title
        if self.kind == "invitation" and not people.owes and not people.unknown:
            people.owes = ["members"]
            reading.remarks.append("ai: những nơi được mời")
        wording = without_mark(passage.text) if len(passage.text) <= WORDING_MAX else sentence_around(passage.text, reading)
        item = Item(passage.place, title, wording, words, dict(reading.settings), [*reading.doubts, *doubts],
                    list(reading.remarks), people)  # fmt: skip
        if above:
            item.remarks.append("ngày ở tiêu đề phía trên")
        day = item.settings.get("due")
        years = {day_of(one)[2] for one in re.finditer(days(), bare(passage.text))} - {None, self.year}
        guessed = any(one.startswith("không ghi năm") for one in item.remarks)
        if guessed and years:
            item.doubts.append(f"năm {self.year} hay {', '.join(map(str, sorted(years)))}?")
        elif guessed and day and self.issued and self.issued[1] and (day.year, day.month) < self.issued[:2]:
            item.doubts.append("trước ngày ban hành: năm nào?")
        if day and not date(self.year, 1, 1) <= day <= date(self.year + 1, 3, 31):
            item.doubts.append(f"ngày ngoài năm {self.year}: việc của kế hoạch khác?")
        self.items.append(item)
        if reading.second:
            second = copy.deepcopy(item)
            second.settings = dict(reading.second)
            second.title += " (quý IV)"
            self.items.append(second)

    # ---- rows ----

    def read_row(self, passage):
        cells = passage.cells
        when = cells.get("when", "").replace("\n", " ")
        what = cells.get("what") or (self.what_above(passage.level) if passage.level else cells.get("product")) or passage.text
        clock = clock_of(bare(cells.get("clock", "")))
        found = readings(when, self.context(cell=True, attended=self.kind in ("calendar", "invitation") or "place" in cells or bool(clock)))
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
            people = people_of(self.register, cells.get("who") or self.owner(what), what, cells.get("to"), cells.get("with"))
            row = copy.copy(passage)
            row.text = row_wording(cells, what)
            self.append(row, what.replace("\n", " "), source[one.start : one.end], one, doubts, people)
            if cells.get("place"):
                self.items[-1].settings["place"] = cells["place"].replace("\n", " ")


def row_wording(cells, what):
    parts = [f"{name}: {cells[role]}" for role, name in (("when", "thời gian"), ("clock", "giờ"), ("product", "sản phẩm"), ("note", "ghi chú"))
             if cells.get(role) and cells[role] != what]  # fmt: skip
    return (what + (f" ({'; '.join(parts)})" if parts else "")).replace("\n", " ")


# ---- titles ----------------------------------------------------------------------------------------------------------


def tidy_title(text):
    text = " ".join(text.split()).strip(" .;:,/-")
    return text[:1].upper() + text[1:]


def without_dates(text, start, end, found):
    """A part of the text without the words of its dates."""
    kept, at = "", start
    for one in found:
        if one.settings and start <= one.start < end:
            kept += text[at : one.start]
            at = max(at, one.end)
    return kept + text[at:end]


def clause_after_date(clause, reading, begin):
    """"Trước ngày 30/6: Sở Nội vụ hoàn thành …": who owes stands after the date."""
    if clause[: max(reading.start - begin, 0)].strip(" -+") == "":
        return clause[max(reading.end - begin, 0) :].lstrip(" :,;")
    return clause


def title_of(text):
    text = without_mark(re.sub(r"\s+([,.;:)])", r"\1", " ".join(text.split())).replace("()", "").strip(" ;,.:-/"))
    text = re.sub(r"(?:[\s,;(]+(?:hoàn thành|xong|và|trong|vào|trước|kỳ))+$", "", text).strip(" ;,.:-/")
    if len(text) > TITLE_MAX:
        text = text[:TITLE_MAX].rsplit(" ", 1)[0] + "…"
    return text[:1].upper() + text[1:]


def tasks(text):
    """The sentences of a passage, each a task of its own; what stands in brackets belongs to the one before."""
    found = []
    for sentence in re.split(r"(?<=\.)\s+(?=[A-ZĐÀ-Ỹ(])", text):
        if found and (re.match(r"\(|[^:.]{2,25}:", sentence) or len(sentence.split()) < 4 or len(found[-1].split()) < 4):
            found[-1] += " " + sentence
        else:
            found.append(sentence)
    return found


def sentence_around(text, reading):
    start = max((one.end() for one in SENTENCE.finditer(text, 0, reading.start)), default=0)
    end = SENTENCE.search(text, reading.end)
    return text[start : end.start() + 1 if end else len(text)].strip()
