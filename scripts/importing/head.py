"""What a document is, by its first lines: its kind, its title, the year it is of, its number and day."""

import re
from collections import Counter
from datetime import date

from .dates import Context, day_of, days
from .expressions import readings
from .layout import BODY, TITLE_MAX, level_of
from .letters import bare, flat

KINDS = (
    ("amendment", r"(?:.*\b(?:sua doi|dieu chinh|bo sung|thay the|dinh chinh)\b)"),
    ("report", r"bao cao\b"),
    ("decision", r"(?:quyet dinh|nghi quyet)\b"),
    ("invitation", r"giay moi\b"),
    ("calendar", r"lich (?:cong tac|lam viec|tuan|hop|kiem tra|tiep)\b|chuong trinh cong tac\b"),
    ("plan", r"(?:ke hoach|thong bao|huong dan|cong van|chi thi|thong tu|phu luc|quy che|quy dinh|de an|"
             r"chuong trinh|phuong an|ket luan)\b"),
)  # fmt: skip
WHY = {
    "report": "là báo cáo: ngày tháng trong đó nói việc đã làm, không giao việc",
    "decision": "là quyết định, nghị quyết: ngày tháng trong đó không phải hạn của một nhiệm vụ",
    "news": "là tin, bài: kể việc đã diễn ra, không giao việc",
    "amendment": "là văn bản sửa đổi, điều chỉnh: sửa vào kế hoạch đã có, không lập nhiệm vụ mới",
}
TITLE_WITHIN = 30  # passages
NEWS = re.compile(
    r"\bda (?:dien ra|to chuc|khai mac|tham du|du|phat bieu|be mac)|\bdien ra\b|\bphat bieu\b|\bcho biet\b|"
    r"\btoi du\b|\btham du (?:co|hoi nghi co)\b|\bvua (?:to chuc|ban hanh)\b"
)
OFFICIAL = re.compile(
    r"cong hoa xa hoi|dang cong san viet nam|^so[\s:./]|kinh gui|noi nhan|^v/v|^(?:ke hoach|thong bao|bao cao|"
    r"giay moi)$"
)
ORDERS = re.compile(r"\b(?:de nghi|yeu cau|giao|cham nhat|phai|nop|gui)\b")
LATE = 11  # the month
REFERS = re.compile(r"(?:can cu|thuc hien|theo|de|nham|kinh gui)\b")


def tidy_title(text):
    text = " ".join(text.split()).strip(" .;:,/-")
    return text[:1].upper() + text[1:]


def years_asked_for(text):
    """The years of what is due, not those of the documents that are named."""
    for reading in readings(text, Context(date.today().year, sure=False)):
        if reading.settings:
            years = [day_of(found)[2] for found in re.finditer(days(), bare(text[reading.start : reading.end]))]
            yield from filter(None, years)


class Head:
    def __init__(self, passages):
        self.passages = passages
        self.find_kind()
        self.find_year()
        self.find_basis()

    def find_kind(self):
        """By its title: a line in capitals, or "V/v ...", of the document's first page."""
        self.kind, self.name, self.title, self.first = "plan", "Văn bản", "", 0
        first = self.passages[:TITLE_WITHIN]
        for at, passage in enumerate(first):
            line = flat(passage.text)
            named = next((kind for kind, pattern in KINDS[1:] if re.match(pattern, line)), None)
            if named and passage.text.isupper() and len(passage.text) < 2 * TITLE_MAX and not passage.in_table:
                below = self.below(first, at)
                self.kind, self.first, self.name = named, at, " ".join(passage.text.capitalize().split()[:2])
                self.title = tidy_title(
                    f"{passage.text.capitalize()} {below}" if len(line.split()) < 4 else passage.text
                )
                about = flat(self.title)
                if named == "decision" and (inner := self.enclosed(at)):
                    self.first = inner
                    self.kind, self.title = "plan", tidy_title(self.title)
                elif (
                    named != "report"
                    and re.match(KINDS[0][1], about[:160])
                    and re.search(r"\b(?:dieu chinh|sua doi|thay the|dinh chinh)\b", about[:160])
                ):
                    self.kind = "amendment"
                return
            about = re.match(r"v/v |ve viec ", line)
            if about:
                self.name, self.title, self.first = "Công văn", tidy_title(passage.text[about.end() :]), at
                if re.match(r"(?:dieu chinh|sua doi|thay doi|dinh chinh|gia han|lui)\b", line[about.end() :]):
                    self.kind = "amendment"
                return
        whole = " ".join(flat(one.text) for one in self.passages)
        if (
            NEWS.search(whole)
            and not any(OFFICIAL.search(flat(one.text)) for one in self.passages)
            and not ORDERS.search(whole)
        ):
            self.kind = "news"

    @staticmethod
    def below(first, at):
        """What goes on with a title: the next line, and all in capitals after it."""
        lines = []
        for passage in first[at + 1 :]:
            if level_of(passage.text) < BODY or passage.cells or (lines and not passage.text.isupper()):
                break
            if REFERS.match(flat(passage.text)) or len(passage.text) > 2 * TITLE_MAX:
                break
            lines.append(passage.text)
        return " ".join(lines)

    def enclosed(self, at):
        """Where the plan begins that a decision encloses, or None."""
        for later in range(at + 2, len(self.passages)):
            text = self.passages[later].text
            if (
                text.isupper()
                and re.match(r"(?:ke hoach|lich|chuong trinh|quy dinh che do bao cao)\b", flat(text))
                and len(text) < 2 * TITLE_MAX
            ):
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
        below = [
            one for one in below if len(one) < 2 * TITLE_MAX and level_of(one) == BODY and not REFERS.match(flat(one))
        ]
        title = re.findall(r"\bnăm (20\d\d)\b|\b\d{1,2}/(20\d\d)\b", " ".join([self.title, *below]).lower())
        counted = Counter(year for passage in self.passages for year in years_asked_for(passage.text))
        if title:
            self.year = int(next(filter(None, title[0])))
            if counted[self.year - 1] > counted[self.year]:  # what prepares that year is due before it
                self.year, self.sure = self.year - 1, False
        elif self.issued:
            self.year = self.issued[0]
            self.sure = self.sure and self.issued[1] < LATE  # at the end of a year the next is meant, too
        else:
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
