"""The documents for those who change the program: what they link to and name is there, and so is what comments cite."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (".github", "conf", "daemon", "tests")
DOCUMENTS = [ROOT / "README.md"] + sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.md"))
SOURCES = sorted(
    file
    for folder in ("daemon", "tests")
    for file in (ROOT / folder).rglob("*")
    if file.suffix in (".c", ".h", ".py") and file != Path(__file__)
)


def headings(document):
    return re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)


def anchor(heading):
    """As forges make it of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_the_documents_were_found():
    found = {str(document.relative_to(ROOT)) for document in DOCUMENTS}
    assert {"README.md", ".github/SECURITY.md", "daemon/README.md", "daemon/doc/style.md", "tests/sim/README.md"} <= found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_leads_somewhere(document):
    for link in re.findall(r"\]\((?!\w+://)([^)\s]+)\)", document.read_text(encoding="utf-8")):
        path, _, fragment = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not fragment or fragment in map(anchor, headings(target)), link


def test_the_house_names_files_that_there_are():
    """`content/facts.c`, `facts-entry.c`: a name without a folder is in the folder named last."""
    text = (ROOT / "daemon/README.md").read_text(encoding="utf-8")
    names = re.findall(r"`((?:[\w-]+/)*)([\w-]+\.[ch])`", text)
    assert len(names) > 50
    folder = ""
    for inside, name in names:
        folder = inside or folder
        found = [place for place in (folder, "daemon/" + folder, "daemon/") if (ROOT / place / name).exists()]
        assert found, folder + name


def test_what_comments_cite_is_written():
    """`daemon/doc/design.md, Hours` is a heading of it, `daemon/doc/formats.md section 3` a numbered one."""
    cited = 0
    for source in SOURCES:
        text = re.sub(r"\n \* ?", " ", source.read_text(encoding="utf-8"))
        for name, section, title in re.findall(r"daemon/doc/(\w+\.md)(?: section (\d)|, ([A-Z][a-z -]+))", text):
            cited += 1
            titles = headings(ROOT / "daemon/doc" / name)
            assert any(heading.startswith(f"{section}. ") if section else heading == title for heading in titles), (
                f"{source}: {name} {section}{title}"
            )
    assert cited > 15
