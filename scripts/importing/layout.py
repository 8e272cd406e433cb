"""The passages of a document, in its order: paragraphs taken apart, rows with what their columns say."""

import re
from dataclasses import dataclass, field

from . import tables
from .expressions import has_date_words
from .passages import Paragraph
from .people import without_mark

MARK_LEVELS = (
    (1, re.compile(r"(?:phần|chương)\b|[A-ZĐ]\.\s", re.IGNORECASE)),
    (2, re.compile(r"[IVX]{1,5}[.)]\s")),
    (3, re.compile(r"(?:\d{1,2}[.)]|Điều \d+)")),
    (4, re.compile(r"\d{1,2}\.\d")),
    (5, re.compile(r"[a-zđ]\)")),
    (6, re.compile(r"[-–•●▪*]")),
    (7, re.compile(r"\+")),
)
BODY = 9  # without a mark: belongs to the heading above
INLINE = re.compile(r"(?<=[.;:])\s+(?=(?:[IVX]{1,4}\.|\d{1,2}\.|[a-zđ]\)|[-+•])\s+[A-ZĐÀ-Ỹ0-9])")
TITLE_MAX = 110  # letters
LABEL = re.compile(r"(?P<title>[^:;.\d]{2,45}):\s*(?P<said>\S.*)")
LABEL_WORDS = 4  # "Thời gian hoàn thành": more say what it is, as in "Hạn nộp báo cáo giữa kỳ"


@dataclass
class Passage:
    place: str
    text: str
    cells: dict = field(default_factory=dict)  # of a row: what its columns say, by their role
    group: bool = False  # a row that heads others
    in_table: bool = False
    level: int = 0  # of lines with labels: that of the first


def level_of(text):
    return next((level for level, mark in MARK_LEVELS if mark.match(text)), BODY)


# ---- tables and labels ----------------------------------------------------------------------------------------------


def table_passages(table, header):
    """Of a table with titles; `header` is that of the one before, which may go on here. Gives the header, too."""
    begin, roles = tables.header_of(table.rows)
    if roles is None and header and table.rows and len(header) == len(table.rows[0]):
        roles = header
    if roles is None:
        return loose_rows(table), None
    found = [
        Passage(table.place, cell.text, in_table=True)
        for row in table.rows[: max(begin - 1, 0)]
        for cell in tables.distinct(row)
    ]
    for number, row in enumerate(table.rows[begin:], begin + 1):
        place = f"{table.place}, hàng {number}"
        if tables.is_group(row, roles):
            found.append(
                Passage(place, " ".join(dict.fromkeys(one.text for one in row if one.text)), group=True, in_table=True)
            )
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


def role_of_label(label):
    return tables.role_of(label["title"]) if label and len(label["title"].split()) <= LABEL_WORDS else None


def with_labels(passage):
    """ "Lập danh mục. Chủ trì: Sở Nội vụ. Thời gian hoàn thành: Quý I." in one paragraph says the same."""
    pieces = re.split(r"(?<=[.;])\s+", without_mark(passage.text))
    labels = [LABEL.fullmatch(piece) for piece in pieces[1:]]
    roles = [role_of_label(label) for label in labels]
    what = " ".join([pieces[0], *(piece for piece, role in zip(pieces[1:], roles, strict=True) if not role)])
    if passage.in_table or "when" not in roles or has_date_words(what):
        return passage
    cells = {"what": what}
    for label, role in zip(labels, roles, strict=True):
        if role:
            cells[role] = "; ".join(filter(None, [cells.get(role), label["said"].rstrip(" .;")]))
    cells["what"] = cells["what"].rstrip(" .;")
    return Passage(passage.place, passage.text, cells, level=level_of(passage.text))


def labelled(found):
    """Lines "a) Nội dung: …", "b) Thời gian: …", "c) Chủ trì: …" below each other say what a row of a table says."""
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
        passage = with_labels(passage)
        label = None if passage.in_table or passage.cells else LABEL.fullmatch(without_mark(passage.text))
        role = role_of_label(label)
        if role is None or (run and role in ("what", "when") and role in [one for one, _said, _passage in run]):
            close()
        if role:
            run.append((role, label["said"].rstrip(" .;"), passage))
        else:
            made.append(passage)
    close()
    return made
