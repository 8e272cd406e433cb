"""PDF with text, by pdftotext: lines out of words, tables out of the columns below their titles. Scans are refused."""

import re
import shlex
import subprocess
import xml.etree.ElementTree as xml
from dataclasses import dataclass

from language import _

from .letters import guessed, tidy
from .passages import Cell, Document, Refused, Table, filled
from .tables import role_of
from .text import paragraphs

TIMEOUT = 120  # seconds: a long document takes one
FEW_WORDS = 25  # on a page with a picture: only what a signature wrote on it
HTML = "{http://www.w3.org/1999/xhtml}"
GAP = 1.2  # blanks between two words as wide as the letters are high: another column
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass
class Word:
    left: float
    top: float
    right: float
    bottom: float
    text: str


def program(*arguments):
    try:
        done = subprocess.run(arguments, capture_output=True, timeout=TIMEOUT, check=False)
    except FileNotFoundError:
        raise Refused(
            _("needs {program}: sudo apt install {package}").format(program=arguments[0], package="poppler-utils")
        ) from None
    except subprocess.TimeoutExpired:
        raise Refused(_("{program} takes too long").format(program=arguments[0])) from None
    if done.returncode:
        raise Refused(f"{arguments[0]}: {done.stderr.decode(errors='replace').strip() or done.returncode}")
    return done.stdout.decode(errors="replace")


def pages(path):
    """The words of each page."""
    text = CONTROL.sub("", program("pdftotext", "-bbox", str(path), "-"))
    for page in xml.fromstring(text).iter(HTML + "page"):
        words = []
        for one in page.iter(HTML + "word"):
            place = (float(one.get(name)) for name in ("xMin", "yMin", "xMax", "yMax"))
            words.append(Word(*place, one.text or ""))
        yield [one for one in words if one.text.strip()]


def pictures(path):
    """The numbers of the pages with a picture."""
    lines = program("pdfimages", "-list", str(path)).splitlines()[2:]
    return {int(line.split()[0]) for line in lines if line.split()[2:3] == ["image"]}


def lines_of(words):
    """Words on one height, from left to right."""
    lines = []
    for word in sorted(words, key=lambda one: (one.top + one.bottom, one.left)):
        middle = (word.top + word.bottom) / 2
        if lines and lines[-1][0].top < middle < lines[-1][0].bottom:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda one: one.left) for line in lines]


def parts_of(line):
    """The parts of a line with wide gaps between them."""
    parts = [[line[0]]]
    for before, word in zip(line, line[1:], strict=False):
        if word.left - before.right > GAP * (before.bottom - before.top):
            parts.append([])
        parts[-1].append(word)
    return parts


def words_of(part):
    return tidy(" ".join(one.text for one in part))


def header_of(line):
    """(left, title) of each column, where a line is the title of a table."""
    parts = [(part[0].left, part[-1].right, words_of(part)) for part in parts_of(line)]
    known = {role_of(title) for _, _, title in parts} - {None}
    return parts if len(parts) >= 3 and "when" in known and known & {"what", "who"} else None


class Grid:
    """A table whose columns begin where words of several rows begin."""

    def __init__(self, place, header):
        self.place, self.header = place, header
        self.rows = [[Cell(title) for _, _, title in header]]
        self.roles = [role_of(title) for _, _, title in header]

    def column(self, part):
        """The last column that begins left of the middle of a part, with some room for titles in the middle."""
        middle = (part[0].left + part[-1].right) / 2
        edges = [(right + left) / 2 for (_, right, _), (left, _, _) in zip(self.header, self.header[1:], strict=False)]
        return sum(edge < middle for edge in edges)

    def add(self, line):
        cells = {}
        for part in parts_of(line):
            cells.setdefault(self.column(part), []).extend(part)
        cells = {at: words_of(part) for at, part in cells.items()}
        by_role = {self.roles[at]: text for at, text in cells.items()}
        when, begins = by_role.get("when", ""), lambda text: text[:1].isupper()
        if "number" in by_role or (begins(when) and begins(by_role.get("who", by_role.get("what", "")))):
            width = len(self.header)
            row = [Cell("") for _ in range(width)]
            above = self.rows[-1] if len(self.rows) > 1 else None
            if above and "number" not in by_role and "what" not in by_role and "number" in self.roles:
                for at, role in enumerate(self.roles):  # merged with the row above
                    if role in ("number", "what"):
                        row[at] = above[at]
            self.rows.append(row)
        for at, text in cells.items():
            cell = self.rows[-1][at]
            cell.text = f"{cell.text} {text}".strip()

    def group(self, text):
        self.rows.append([Cell(text)] * len(self.header))

    def table(self):
        return Table(self.place, filled(self.rows))


HEADS = re.compile(r"(?:[IVX]{1,5}|[A-ZĐ])[.)]?\s+\S")
AFTER_TABLE = re.compile(r"(?:Nơi nhận|Ghi chú|Trên đây|TM\.|KT\.)")
PAGE_NUMBER = re.compile(r"[-–]?\s?\d{1,3}\s?[-–]?|Trang \d+(?:/\d+)?")


def blocks(found):
    """Of the lines of all pages: paragraphs, and tables that may go on over pages."""
    loose, made, grid = [], [], None

    def close():
        nonlocal loose, grid
        if grid:
            made.append(grid.table())
        else:
            made.extend(paragraphs(loose))
        loose, grid = [], None

    for place, line in found:
        header = header_of(line)
        text = words_of(line)
        if header:
            if grid and [title for _, _, title in grid.header] == [title for _, _, title in header]:
                continue  # repeated on the next page
            close()
            grid = Grid(f"bảng ở {place}", header)
        elif grid and len(parts_of(line)) == 1 and grid.column(line) <= 1 and HEADS.match(text) and (len(text) < 90):
            grid.group(text)
        elif grid and (AFTER_TABLE.match(text) or (len(parts_of(line)) == 1 and line[-1].right > grid.header[-1][0])):
            close()
            loose.append((place, text))
        elif grid:
            grid.add(line)
        else:
            loose += [
                (place, words_of(part)) for part in (parts_of(line) if len(made) == 0 and len(loose) < 12 else [line])
            ]
    close()
    return made


def convert(lines):
    """Old encodings, which the whole text tells."""
    before = "\n".join(words_of(line) for line in lines)
    after = guessed(before)
    if after != before:
        for line, text in zip(lines, after.split("\n"), strict=True):
            for word, letters in zip(line, text.split(), strict=False):
                word.text = letters


def read(path):
    drawn = pictures(path)
    found, scans, read_by_machine, empty = [], [], [], True
    for number, words in enumerate(pages(path), 1):
        if number in drawn and len(words) < FEW_WORDS:
            scans.append(number)
            continue
        empty = empty and not words
        if number in drawn and len(words) > 4 * FEW_WORDS:
            read_by_machine.append(number)
        for at, line in enumerate(lines_of(words), 1):
            text = words_of(line)
            if text and not (at == 1 and PAGE_NUMBER.fullmatch(text)):
                found.append((f"trang {number}, dòng {at}", line))
    if empty:
        raise Refused(
            _("it is a scan: a picture without text. Make text of it, then import that:") + "\n"
            "  sudo apt install ocrmypdf tesseract-ocr-vie\n"
            f"  ocrmypdf -l vie --force-ocr {shlex.quote(path.name)} {shlex.quote(path.stem + '-chu.pdf')}\n"
            f"  import-plan {shlex.quote(path.stem + '-chu.pdf')}"
        )
    convert([line for _place, line in found])
    document = Document(blocks(found))
    if scans:
        document.warnings.append(
            f"trang {', '.join(map(str, scans))} là ảnh quét, chưa đọc: ocrmypdf -l vie rồi lập lại"
        )
    if read_by_machine:
        document.warnings.append("chữ có thể do máy nhận dạng từ ảnh: đối chiếu từng ngày với bản giấy")
    return document
