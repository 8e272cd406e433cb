"""OpenDocument text (odt): what a word processor shows when all tracked changes are accepted, with its numbers."""

from language import _

from .docx import BASED_ON_MAX, FORMATS, UNACCEPTED, part, roman
from .letters import decoded, guessed, tidy
from .passages import Cell, Document, Paragraph, Refused, Table, filled

NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TEXT, TABLE, STYLE, DRAW, FO = (
    "{%s%s:1.0}" % (NAMES, one) for one in ("office", "text", "table", "style", "drawing", "xsl-fo-compatible")
)
NUMBER_FORMATS = {"a": FORMATS["lowerLetter"], "A": FORMATS["upperLetter"], "i": roman, "I": FORMATS["upperRoman"]}
REPEATED_MAX = 200  # columns or rows that a file says are repeated: a sheet's empty rest is a million


class Lists:
    """The numbers of list items, by style and level."""

    def __init__(self, roots):
        self.levels = {}
        for root in roots:
            for style in root.iter(TEXT + "list-style"):
                self.levels[style.get(STYLE + "name")] = {int(one.get(TEXT + "level")): one for one in style}
        self.counts = {}

    def label(self, style, level):
        form = self.levels.get(style, {}).get(level)
        if form is None or form.tag == TEXT + "list-level-style-bullet":
            return "-"
        counts = self.counts.setdefault(style, {})
        counts[level] = counts.get(level, int(form.get(TEXT + "start-value", 1)) - 1) + 1
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        shown = range(level - int(form.get(TEXT + "display-levels", 1)) + 1, level + 1)
        forms = [self.levels[style].get(one).get(STYLE + "num-format", "1") for one in shown]
        number = ".".join(NUMBER_FORMATS.get(one, str)(counts.get(at, 1)) for one, at in zip(forms, shown, strict=True))
        return form.get(STYLE + "num-prefix", "") + number + form.get(STYLE + "num-suffix", "")


class Reader:
    def __init__(self, content, styles):
        self.roots = [one for one in (styles, content) if one is not None]
        self.lists = Lists(self.roots)
        self.styles = {}
        for root in self.roots:
            for style in root.iter(STYLE + "style"):
                self.styles[style.get(STYLE + "name")] = style
        self.paragraphs = 0

    def font(self, name):
        for _level in range(BASED_ON_MAX):
            style = self.styles.get(name)
            if style is None:
                return ""
            properties = style.find(STYLE + "text-properties")
            font = (
                None
                if properties is None
                else properties.get(STYLE + "font-name") or properties.get(FO + "font-family")
            )
            if font:
                return font.strip("'")
            name = style.get(STYLE + "parent-style-name")
        return ""

    def text(self, element, font, aside):
        """With frames and notes put aside."""
        text = decoded(element.text or "", font)
        for child in element:
            tag = child.tag
            if tag == TEXT + "s":
                text += " " * min(int(child.get(TEXT + "c", 1)), 99)
            elif tag == TEXT + "tab":
                text += "\t"
            elif tag == TEXT + "line-break":
                text += "\n"
            elif tag == TEXT + "note":
                aside += child.iter(TEXT + "note-body")
            elif tag == DRAW + "frame" or tag.startswith(DRAW):
                aside += child.iter(DRAW + "text-box")
            elif tag != OFFICE + "annotation":
                text += self.text(child, self.font(child.get(TEXT + "style-name")) or font, aside)
            text += decoded(child.tail or "", font)
        return text

    def blocks(self, parent, style=None, level=0):
        for element in parent:
            tag = element.tag
            if tag in (TEXT + "p", TEXT + "h"):
                yield from self.lines(element, "")
            elif tag == TEXT + "list":
                yield from self.items(element, element.get(TEXT + "style-name") or style, level + 1)
            elif tag == TABLE + "table":
                self.paragraphs += 1
                yield Table(f"bảng ở đoạn {self.paragraphs}", filled(list(self.rows(element))))
            elif tag != TEXT + "tracked-changes":
                yield from self.blocks(element, style, level)

    def items(self, parent, style, level):
        for item in parent:
            label = self.lists.label(style, level) if item.tag == TEXT + "list-item" else ""
            for element in item:
                if element.tag in (TEXT + "p", TEXT + "h"):
                    yield from self.lines(element, label)
                    label = ""
                elif element.tag == TEXT + "list":
                    yield from self.items(element, element.get(TEXT + "style-name") or style, level + 1)
                else:
                    yield from self.blocks([element], style, level)

    def lines(self, element, label):
        self.paragraphs += 1
        place = f"đoạn {self.paragraphs}"
        aside = []
        text = guessed(self.text(element, self.font(element.get(TEXT + "style-name")), aside))
        for line in filter(None, map(tidy, text.split("\n"))):
            yield Paragraph(place, f"{label} {line}" if label else line)
            label = ""
        for one in aside:
            yield from self.blocks(one)

    def rows(self, table):
        covering = {}  # column: (cell, the last row that it covers)
        for number, row in enumerate(table.iter(TABLE + "table-row")):
            cells = []
            for cell in row:
                if cell.tag not in (TABLE + "table-cell", TABLE + "covered-table-cell"):
                    continue
                for _copy in range(min(int(cell.get(TABLE + "number-columns-repeated", 1)), REPEATED_MAX)):
                    column = len(cells)
                    if cell.tag == TABLE + "covered-table-cell":
                        one, last = covering.get(column, (None, -1))
                        cells.append(one if number <= last else Cell(""))
                        continue
                    one = Cell("\n".join(self.cell_lines(cell)))
                    cells.append(one)
                    for at in range(int(cell.get(TABLE + "number-columns-spanned", 1))):
                        covering[column + at] = (one, number + int(cell.get(TABLE + "number-rows-spanned", 1)) - 1)
            yield cells

    def cell_lines(self, cell):
        for block in self.blocks(cell):
            if isinstance(block, Paragraph):
                yield block.text
            else:
                yield from (one.text for row in block.rows for one in dict.fromkeys(row) if one.text)


def read(archive):
    content = part(archive, "content.xml")
    body = None if content is None else content.find(f"{OFFICE}body/{OFFICE}text")
    if body is None:
        raise Refused(_("there is no text in it"))
    document = Document(list(Reader(content, part(archive, "styles.xml")).blocks(body)))
    if next(body.iter(TEXT + "changed-region"), None) is not None:
        document.warnings.append(UNACCEPTED)
    return document
