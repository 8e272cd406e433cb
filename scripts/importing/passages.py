"""What a document is made of, whatever file it came in."""

from dataclasses import dataclass, field


class Refused(Exception):
    """The file can't be read: why, and what to do about it."""


@dataclass
class Paragraph:
    place: str  # "dòng 12", "trang 2, dòng 5", "đoạn 7"
    text: str


@dataclass(eq=False)
class Cell:
    """The same one stands in each place that it covers: merged cells are one."""

    text: str


@dataclass
class Table:
    place: str
    rows: list  # of lists of Cell, all of one length


@dataclass
class Document:
    blocks: list
    warnings: list = field(default_factory=list)  # what somebody has to know of the whole file


def filled(rows):
    """Rows of one length."""
    width = max(map(len, rows), default=0)
    return [row + [Cell("") for _ in range(width - len(row))] for row in rows]
