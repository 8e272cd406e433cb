"""The manual pages in Vietnamese come from the English: the same options, keys, states and examples, in other words."""

import gettext
import importlib.machinery
import importlib.util
import io
import re
import subprocess
import sys

import pytest

from block import ROOT

pytestmark = pytest.mark.once

TOOL = ROOT / "scripts/translate-manual"
PAGES = re.search(r"MAN_IN_VIETNAMESE := .*,(.*)\)", (ROOT / "Makefile").read_text(encoding="utf-8"))[1].split()
SOURCES = {path.name.removesuffix(".scd"): path.read_text(encoding="utf-8") for path in (ROOT / "daemon/man").glob("*.scd")}


def load():
    loader = importlib.machinery.SourceFileLoader("translate_manual", str(TOOL))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(module)
    sys.dont_write_bytecode = written
    return module


MANUAL = load()


@pytest.fixture(scope="module")
def catalogue():
    made = subprocess.run(["msgfmt", "--check", "-o", "-", ROOT / "daemon/man/vi.po"], check=True, capture_output=True)
    return gettext.GNUTranslations(io.BytesIO(made.stdout))


def render(text):
    page = subprocess.run(["scdoc"], input=text, check=True, capture_output=True, text=True).stdout
    assert "-" in page
    return re.sub(r"\s+", " ", re.sub(r"(?m)^\.\\\".*$", "", page))


@pytest.mark.parametrize("page", SOURCES)
def test_without_a_translation_nothing_changes(page):
    assert render(MANUAL.translate(SOURCES[page], lambda words: words)) == render(SOURCES[page])


@pytest.mark.parametrize("page", PAGES)
def test_it_is_in_vietnamese(catalogue, page):
    words = MANUAL.worded(SOURCES[page])
    english = [text for text in words if catalogue.gettext(text) == text]
    assert not english, "to be translated:\n" + "\n".join(english)


def test_the_catalogue_has_nothing_that_no_page_has(catalogue):
    worded = {text for page in PAGES for text in MANUAL.worded(SOURCES[page])}
    assert not [text for text in catalogue._catalog if text and text not in worded]


def marked(text):
    """What stands in bold: what is typed or written as it is."""
    return set(re.findall(r"\*([^*]+)\*", text.replace("\\*", "")))


@pytest.mark.parametrize("page", PAGES)
def test_it_names_the_same_words_of_the_program(catalogue, page):
    for text in MANUAL.worded(SOURCES[page]):
        translated = catalogue.gettext(text)
        assert marked(text) == marked(translated), translated
        files = re.compile(r"_(/[\w./-]+|[\w-]+\.conf)_")
        assert set(files.findall(text)) == set(files.findall(translated)), translated


@pytest.mark.parametrize("page", PAGES)
def test_its_examples_are_those_of_the_english(catalogue, page):
    fenced = re.compile(r"(?ms)^\t*```\n.*?^\t*```$")
    translated = MANUAL.translate(SOURCES[page], catalogue.gettext)
    assert fenced.findall(translated) == fenced.findall(SOURCES[page])
    assert render(translated)
