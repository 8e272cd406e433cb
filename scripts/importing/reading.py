"""A file, by what it is and not by its name."""

import shutil
import subprocess
import tempfile
import zipfile
import zlib
from pathlib import Path

from language import _

from . import docx, odt, pdf, text
from .passages import Refused

TIMEOUT = 180  # seconds: the first start of an office takes half a minute
WORD_97 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PDF_WITHIN = 1024  # bytes: some programs write something before %PDF


def from_archive(path):
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "word/document.xml" in names:
                return docx.read(archive)
            if "content.xml" in names:
                return odt.read(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise Refused(_("the file is damaged: {error}").format(error=error)) from None
    except (RuntimeError, NotImplementedError):
        raise Refused(_("it has a password: open it, take the password off, save it")) from None
    raise Refused(_("it is no document that can be read; save it as docx, odt or txt"))


def by_office(path, office):
    with tempfile.TemporaryDirectory() as folder:
        given = [
            office,
            "--headless",
            f"-env:UserInstallation=file://{folder}/profile",
            "--convert-to",
            "docx",
            "--outdir",
            folder,
            str(path),
        ]
        try:
            subprocess.run(given, capture_output=True, timeout=TIMEOUT, check=False)
        except subprocess.TimeoutExpired:
            raise Refused(_("{program} takes too long").format(program=office)) from None
        made = Path(folder) / f"{path.stem}.docx"
        if not made.exists():
            raise Refused(_("{program} can't read it; open it in Word and save it as docx").format(program=office))
        return from_archive(made)


def old_word(path, rich):
    """A .doc or .rtf: tables only by an office, catdoc gives the text."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office:
        return by_office(path, office)
    if not rich and shutil.which("catdoc"):
        done = subprocess.run(
            ["catdoc", "-d", "utf-8", "-w", str(path)], capture_output=True, timeout=TIMEOUT, check=False
        )
        if done.returncode or not done.stdout.strip():
            raise Refused(_("{program} can't read it; open it in Word and save it as docx").format(program="catdoc"))
        document = text.read(done.stdout)
        document.warnings.append("đọc bằng catdoc: bảng có thể lẫn cột; lưu thành docx thì chắc hơn")
        return document
    packages = "libreoffice-writer-nogui" + ("" if rich else " | catdoc")
    raise Refused(
        _("needs one of {packages} (sudo apt install ...); or open it in Word and save it as docx").format(
            packages=packages
        )
    )


def read(path):
    data = path.read_bytes()
    if data.startswith(b"PK\3\4"):
        return from_archive(path)
    if b"%PDF-" in data[:PDF_WITHIN]:
        return pdf.read(path)
    if data.startswith(WORD_97):
        return old_word(path, rich=False)
    if data.startswith(b"{\\rtf"):
        return old_word(path, rich=True)
    if data.lstrip()[:5].lower() in (b"<html", b"<!doc", b"<?xml"):
        raise Refused(_("it is a web page; open it in Word or LibreOffice and save it as docx"))
    return text.read(data)
