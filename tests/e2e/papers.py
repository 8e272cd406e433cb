"""Small documents as programs of an office write them: docx, odt and PDF, each with what makes it hard to read."""

import zipfile
from xml.sax.saxutils import escape

W = ('xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
     'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"')  # fmt: skip
ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for name, long in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("style", "style"),
        ("draw", "drawing"),
    )
)
NUMBERS = f"""<w:numbering {W}><w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl>
</w:abstractNum><w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num></w:numbering>"""


def archive(path, parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return path


# ---- docx ------------------------------------------------------------------------------------------------------------


def run(text, font=None):
    fonts = f'<w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}"/></w:rPr>' if font else ""
    return f'<w:r>{fonts}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*runs, level=None):
    number = "" if level is None else f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="3"/></w:numPr></w:pPr>'
    return f"<w:p>{number}{''.join(one if one.startswith('<') else run(one) for one in runs)}</w:p>"


def deleted(text):
    return f'<w:del w:id="1" w:author="A"><w:r><w:delText>{escape(text)}</w:delText></w:r></w:del>'


def inserted(text):
    return f'<w:ins w:id="2" w:author="A">{run(text)}</w:ins>'


def text_box(text):
    """As Word writes it: once as a drawing, once more for older programs."""
    box = f"<w:txbxContent>{paragraph(text)}</w:txbxContent>"
    return (f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>{box}</w:drawing></mc:Choice>"
            f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>")  # fmt: skip


def cell(text, across=1, down=None):
    merged = {None: "", "first": '<w:vMerge w:val="restart"/>', "more": "<w:vMerge/>"}[down]
    span = f'<w:gridSpan w:val="{across}"/>' if across > 1 else ""
    return f"<w:tc><w:tcPr>{span}{merged}</w:tcPr>{paragraph(text)}</w:tc>"


def table(*rows):
    return f"<w:tbl>{''.join(f'<w:tr>{chr(10).join(one if one.startswith(chr(60)) else cell(one) for one in row)}</w:tr>' for row in rows)}</w:tbl>"


def docx(path, *blocks):
    body = "".join(one if one.startswith("<") else paragraph(one) for one in blocks)
    document = f'<?xml version="1.0" encoding="UTF-8"?><w:document {W}><w:body>{body}</w:body></w:document>'
    return archive(path, {"word/document.xml": document, "word/numbering.xml": NUMBERS})


# ---- odt -------------------------------------------------------------------------------------------------------------


def odt_paragraph(text):
    return f"<text:p>{escape(text)}</text:p>"


def odt_table(*rows):
    """A cell is a text, or (text, columns, rows) that it covers; None is covered."""

    def one(content):
        if content is None:
            return "<table:covered-table-cell/>"
        text, across, down = content if isinstance(content, tuple) else (content, 1, 1)
        spans = f'table:number-columns-spanned="{across}" table:number-rows-spanned="{down}"'
        return f"<table:table-cell {spans}>{odt_paragraph(text)}</table:table-cell>"

    return (
        "<table:table>"
        + "".join(f"<table:table-row>{''.join(map(one, row))}</table:table-row>" for row in rows)
        + "</table:table>"
    )


def odt_list(*items):
    inside = "".join(f"<text:list-item>{odt_paragraph(one)}</text:list-item>" for one in items)
    return f'<text:list text:style-name="L">{inside}</text:list>'


def odt(path, *blocks):
    style = ('<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" '
             'style:num-suffix="."/></text:list-style>')  # fmt: skip
    body = "".join(one if one.startswith("<") else odt_paragraph(one) for one in blocks)
    content = (f"<office:document-content {ODF}><office:automatic-styles>{style}</office:automatic-styles>"
               f"<office:body><office:text>{body}</office:text></office:body></office:document-content>")  # fmt: skip
    return archive(path, {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


# ---- PDF -------------------------------------------------------------------------------------------------------------


def pdf(path, pages, picture=False):
    """Each page a list of (x, y from the top, text); the letters by a map to Unicode, as Word and LibreOffice write them.
    With a picture of the size of the page it is a scan."""
    letters = sorted({letter for page in pages for _x, _y, text in page for letter in text} | {" "})
    code = {letter: number for number, letter in enumerate(letters, 1)}
    map_ = ("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def /CMapType 2 def "
            "1 begincodespacerange <0000> <FFFF> endcodespacerange "
            + "".join(f"1 beginbfchar <{code[one]:04X}> <{one.encode('utf-16-be').hex()}> endbfchar " for one in letters)
            + "endcmap end end")  # fmt: skip
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", None,
               "<< /Type /Font /Subtype /Type0 /BaseFont /Arial /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>",
               "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Arial /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
               "/Supplement 0 >> /FontDescriptor 5 0 R /DW 500 >>",
               "<< /Type /FontDescriptor /FontName /Arial /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 900 "
               "/Descent -200 /CapHeight 700 /StemV 80 >>",
               f"<< /Length {len(map_)} >>\nstream\n{map_}\nendstream",
               "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\n"
               "stream\n0\nendstream"]  # fmt: skip
    kids = []
    for page in pages:
        lines = ["q 595 0 0 842 0 0 cm /I Do Q"] if picture else []
        for x, y, text in page:
            shown = "".join(f"{code[one]:04X}" for one in text)
            lines.append(f"BT /F 11 Tf {x} {842 - y} Td <{shown}> Tj ET")
        stream = "\n".join(lines)
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
                       "/Resources << /Font << /F 3 0 R >> /XObject << /I 7 0 R >> >> >>")  # fmt: skip
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    data, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{one}\nendobj\n".encode()
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode() + b"".join(
        b"%010d 00000 n \n" % at for at in places
    )
    data += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{data.rindex(b'xref')}\n%%EOF\n".encode()
    path.write_bytes(data)
    return path
