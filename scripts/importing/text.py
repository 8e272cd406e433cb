"""Plain text: its encoding, and paragraphs out of lines that were broken to fit a page."""

import re

from language import _

from .letters import guessed, tidy
from .passages import Cell, Document, Paragraph, Refused, Table, filled

# What a new paragraph begins with: "I.", "1.", "1.2.", "a)", "-", "+", "Điều 5.", "Nơi nhận:"
MARK = re.compile(r"(?:[IVX]{1,5}|\d{1,2}(?:\.\d{1,2})*|[A-ZĐ])[.)](?!\d)\s*\S|[a-zđ]\)|[-–+*•●▪](?=\s|\w)|"
                  r"\(?\d{1,2}\)\s|"
                  r"(?:Điều|Phần|Chương|Mục) [\dIVX]+|Nơi nhận|Kính gửi|Trên đây|Căn cứ|"
                  r"Thực hiện (?:Kế|Thông|Nghị|Quyết|Công|Chỉ|Luật|Hướng)|TM\.|KT\.|TL\.")  # fmt: skip
END = re.compile(r"[.;:!?…]$|\./\.?$")
FULL = 0.7  # of the usual length: a shorter line was not broken by the page
COLUMNS = re.compile(r"\s{3,}|\t+")


def goes_on(before, line, usual):
    """Whether a line goes on with the paragraph of the line before it."""
    if MARK.match(line) and not (before[-1:] == "-" and before[-2:-1].isdigit()):
        return False
    if END.search(before) or before.isupper() != line.isupper():
        return False
    return line[:1].islower() or (len(before) >= FULL * usual and usual > 40)


def paragraphs(lines):
    """Of (place, line)."""
    lines = [(place, line) for place, line in lines if line]
    lengths = sorted(len(line) for _, line in lines)
    usual = lengths[len(lengths) * 9 // 10] if lengths else 0
    made = []
    last = ""
    for place, line in lines:
        if made and goes_on(last, line, usual):
            joined = "" if re.search(r"\d ?-$", made[-1].text) and line[0].isdigit() else " "
            made[-1].text += joined + line
        else:
            made.append(Paragraph(place, line))
        last = line
    return made


def decode(data):
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    if b"\0" in data:
        raise Refused(_("it is no document that can be read; save it as docx, odt or txt"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # TCVN3 or VNI, which letters.guessed() finds out


def blocks(text):
    """Lines with tabs or bars below each other are a table."""
    loose, table, found = [], [], []

    def close():
        nonlocal loose, table
        if len(table) > 1:
            found.extend(paragraphs(loose))
            found.append(
                Table(f"bảng ở {table[0][0]}", filled([[Cell(tidy(one)) for one in cells] for _, cells in table]))
            )
            loose = []
        else:
            loose += [(place, tidy(" ".join(cells))) for place, cells in table]
        table = []

    for number, line in enumerate(text.splitlines(), 1):
        place = f"dòng {number}"
        bars = line.strip().strip("|").split("|") if line.count("|") > 1 else None
        cells = bars or (line.split("\t") if line.strip().count("\t") > 1 else None)
        if cells and not re.fullmatch(r"[\s|:+=-]*", line):
            table.append((place, cells))
        elif not cells:
            close()
            # Two columns at the top of a letter stand side by side.
            sides = COLUMNS.split(line.strip()) if "CỘNG H" in line or "ĐẢNG C" in line else [line]
            loose += [(place, tidy(one)) for one in sides]
    close()
    found.extend(paragraphs(loose))
    return found


def read(data):
    document = Document(blocks(guessed(decode(data))))
    if not document.blocks:
        raise Refused(_("there is no text in it"))
    return document
