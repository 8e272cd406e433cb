"""Office Open XML (docx): what Word shows when all tracked changes are accepted, with its automatic numbers."""

import re
import xml.etree.ElementTree as xml

from language import _

from .letters import decoded, guessed, tidy
from .passages import Cell, Document, Paragraph, Refused, Table, filled

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
DELETED = (W + "del", W + "moveFrom")
CHANGED = (*DELETED, W + "ins", W + "moveTo")
BASED_ON_MAX = 20  # styles, each based on the next: a file may say that they go round
UNACCEPTED = (
    "tệp còn thay đổi theo dõi (Track Changes) chưa chấp nhận: đã đọc như đã chấp nhận hết, chữ đã xóa thì không đọc"
)
PART_MAX = 64 << 20  # bytes of one part: a long document has some hundred kilobytes


def part(archive, name):
    """The root of a part of the archive, or None."""
    try:
        if archive.getinfo(name).file_size > PART_MAX:
            raise Refused(_("{name} in it is too large").format(name=name))
        return xml.fromstring(archive.read(name))
    except KeyError:
        return None
    except xml.ParseError as error:
        raise Refused(f"{name}: {error}") from None


def value(element, path, attribute="val"):
    found = element.find("/".join(W + one for one in path.split("/"))) if element is not None else None
    return None if found is None else found.get(W + attribute)


def is_on(element, path):
    found = element.find("/".join(W + one for one in path.split("/"))) if element is not None else None
    return found is not None and found.get(W + "val") not in ("0", "false", "off")


# ---- numbers ---------------------------------------------------------------------------------------------------------


def roman(number):
    text = ""
    for value, letters in ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        text += letters * (number // value)
        number %= value
    return text


FORMATS = {
    "decimalZero": lambda n: f"{n:02}",
    "lowerLetter": lambda n: chr(ord("a") + (n - 1) % 26),
    "upperLetter": lambda n: chr(ord("A") + (n - 1) % 26),
    "lowerRoman": roman,
    "upperRoman": lambda n: roman(n).upper(),
    "bullet": lambda _n: "-",
    "none": lambda _n: "",
}


class Numbers:
    """The automatic numbers of paragraphs, counted as Word does: by abstract list and level."""

    def __init__(self, root):
        self.levels, self.lists, self.starts, self.counts, self.started = {}, {}, {}, {}, set()
        for abstract in [] if root is None else root.iter(W + "abstractNum"):
            name = abstract.get(W + "abstractNumId")
            self.levels[name] = {int(level.get(W + "ilvl")): level for level in abstract.iter(W + "lvl")}
        for one in [] if root is None else root.iter(W + "num"):
            name = one.get(W + "numId")
            self.lists[name] = value(one, "abstractNumId")
            for override in one.iter(W + "lvlOverride"):
                start = value(override, "startOverride")
                if start:
                    self.starts[name, int(override.get(W + "ilvl"))] = int(start)

    def start(self, levels, level):
        return int(value(levels.get(level), "start") or 1)

    def label(self, name, level):
        abstract = self.lists.get(name)
        levels = self.levels.get(abstract, {})
        if level not in levels:
            return ""
        counts = self.counts.setdefault(abstract, {})
        if (name, level) in self.starts and (name, level) not in self.started:
            self.started.add((name, level))
            counts[level] = self.starts[name, level] - 1
        counts[level] = counts.get(level, self.start(levels, level) - 1) + 1
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]

        def number(found):
            at = int(found[1]) - 1
            form = value(levels.get(at), "numFmt") or "decimal"
            return FORMATS.get(form, str)(counts.get(at, self.start(levels, at)))

        if value(levels[level], "numFmt") == "bullet":
            return "-"
        return re.sub(r"%(\d)", number, value(levels[level], "lvlText") or "")


# ---- text ------------------------------------------------------------------------------------------------------------


class Reader:
    def __init__(self, archive):
        self.numbers = Numbers(part(archive, "word/numbering.xml"))
        self.styles, self.default_font = {}, None
        styles = part(archive, "word/styles.xml")
        for style in [] if styles is None else styles.iter(W + "style"):
            self.styles[style.get(W + "styleId")] = style
            if style.get(W + "default") == "1" and style.get(W + "type") == "paragraph":
                self.default_font = self.font_of(style.find(W + "rPr")) or self.default_font
        if styles is not None and not self.default_font:
            self.default_font = self.font_of(styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
        self.paragraphs = 0
        self.changes = False

    @staticmethod
    def font_of(properties):
        fonts = None if properties is None else properties.find(W + "rFonts")
        return None if fonts is None else fonts.get(W + "ascii") or fonts.get(W + "hAnsi")

    def inherited(self, style, get):
        """What a style says, or the one it is based on."""
        for _level in range(BASED_ON_MAX):
            found = self.styles.get(style)
            if found is None:
                return None
            if get(found):
                return get(found)
            style = value(found, "basedOn")
        return None

    def font(self, run, paragraph_style):
        properties = run.find(W + "rPr")
        return (self.font_of(properties)
                or self.inherited(value(run, "rPr/rStyle"), lambda one: self.font_of(one.find(W + "rPr")))
                or self.inherited(paragraph_style, lambda one: self.font_of(one.find(W + "rPr")))
                or self.default_font or "")  # fmt: skip

    def pieces(self, element, style, boxes):
        """(text, font) of the runs; text boxes are put aside."""
        for child in element:
            tag = child.tag
            if tag in CHANGED:
                self.changes = True
            if tag in DELETED or tag == W + "pPr":
                continue
            if tag == W + "r":
                if not is_on(child, "rPr/vanish"):
                    yield self.run_text(child, boxes), self.font(child, style)
            elif tag == MC + "AlternateContent":
                boxes.extend(self.text_boxes(child))
            else:
                yield from self.pieces(child, style, boxes)

    def run_text(self, run, boxes):
        text = ""
        for child in run:
            tag = child.tag
            if tag == W + "t":
                text += child.text or ""
            elif tag in (W + "tab", W + "ptab"):
                text += "\t"
            elif tag in (W + "br", W + "cr"):
                text += "\n"
            elif tag == W + "noBreakHyphen":
                text += "-"
            elif tag == W + "sym":
                text += chr(int(child.get(W + "char", "20"), 16))
            elif tag in (MC + "AlternateContent", W + "pict", W + "drawing", W + "object"):
                boxes.extend(self.text_boxes(child))
        return text

    def text_boxes(self, element):
        """A box stands twice, as a drawing and for older programs: the first is taken."""
        choice = element.find(MC + "Choice") if element.tag == MC + "AlternateContent" else element
        choice = element if choice is None else choice
        found = next(choice.iter(W + "txbxContent"), None)
        return [] if found is None else [found]

    def paragraph_text(self, element, boxes):
        style = value(element, "pPr/pStyle")
        runs = []
        for text, font in self.pieces(element, style, boxes):
            if runs and runs[-1][1] == font:
                runs[-1][0] += text
            else:
                runs.append([text, font])
        text = "".join(decoded(text, font) for text, font in runs)
        return guessed(text) if all(font[:1] != "." and font[:3].lower() != "vni" for _, font in runs) else text

    def label(self, element):
        properties = element.find(W + "pPr")
        style = value(properties, "pStyle")
        name = value(properties, "numPr/numId") or self.inherited(style, lambda one: value(one, "pPr/numPr/numId"))
        level = value(properties, "numPr/ilvl") or self.inherited(style, lambda one: value(one, "pPr/numPr/ilvl")) or 0
        return self.numbers.label(name, int(level)) if name and name != "0" else ""

    # ---- blocks ----

    def blocks(self, parent):
        begun = ""  # of a paragraph whose end is deleted: the next one belongs to it
        for element in parent:
            if element.tag == W + "p":
                self.paragraphs += 1
                place = f"đoạn {self.paragraphs}"
                boxes = []
                text = self.paragraph_text(element, boxes)
                end = element.find(f"{W}pPr/{W}rPr")
                if end is not None and any(end.find(one) is not None for one in DELETED):
                    self.changes = True
                    begun += text
                    continue
                text = begun + text
                label = self.label(element) if text.strip() else ""
                begun = ""
                for n, line in enumerate(text.split("\n")):
                    line = tidy(line)
                    if line:
                        yield Paragraph(place, f"{label} {line}" if label and not n else line)
                for box in boxes:
                    yield from self.blocks(box)
            elif element.tag == W + "tbl":
                self.paragraphs += 1
                yield Table(f"bảng ở đoạn {self.paragraphs}", self.rows(element))
            elif element.tag in DELETED:
                self.changes = True
            elif element.tag in (W + "sdt", W + "sdtContent", W + "ins", W + "moveTo", W + "smartTag", W + "customXml"):
                yield from self.blocks(element)

    def rows(self, table):
        rows = []
        for row in self.children(table, "tr"):
            properties = row.find(W + "trPr")
            if properties is not None and properties.find(W + "del") is not None:
                self.changes = True
                continue
            cells = [Cell("")] * int(value(properties, "gridBefore") or 0)
            for cell in self.children(row, "tc"):
                merged = cell.find(f"{W}tcPr/{W}vMerge")
                width = int(value(cell, "tcPr/gridSpan") or 1)
                if merged is not None and merged.get(W + "val") != "restart" and rows and len(rows[-1]) > len(cells):
                    one = rows[-1][len(cells)]
                else:
                    one = Cell("\n".join(self.cell_lines(cell)))
                cells += [one] * width
            rows.append(cells)
        return filled(rows)

    def children(self, element, name):
        """Rows of a table or cells of a row, also those within content controls."""
        for child in element:
            if child.tag == W + name:
                yield child
            elif child.tag in (W + "sdt", W + "sdtContent", W + "ins"):
                yield from self.children(child, name)

    def cell_lines(self, cell):
        for block in self.blocks(cell):
            if isinstance(block, Paragraph):
                yield block.text
            else:
                yield from (one.text for row in block.rows for one in dict.fromkeys(row) if one.text)


def read(archive):
    body = part(archive, "word/document.xml")
    body = None if body is None else body.find(W + "body")
    if body is None:
        raise Refused(_("there is no text in it"))
    reader = Reader(archive)
    document = Document(list(reader.blocks(body)))
    for name, what in (("footnotes", "footnote"), ("endnotes", "endnote")):
        notes = part(archive, f"word/{name}.xml")
        for note in [] if notes is None else notes.iter(W + what):
            document.blocks += [Paragraph(f"chú thích, {one.place}", one.text) for one in reader.blocks(note)]
    if reader.changes:
        document.warnings.append(UNACCEPTED)
    return document
