"""How a task is called and quoted: its title, and the words of the document around it."""

import re

from .layout import TITLE_MAX
from .people import without_mark

SENTENCE = re.compile(r"\.(?=\s)\s+")
QUOTED_MAX = 700  # letters of a passage that is quoted as a whole


def row_wording(cells, what):
    parts = [f"{name}: {cells[role]}" for role, name in (("when", "thời gian"), ("clock", "giờ"), (
        "product", "sản phẩm"), ("form", "hình thức"), ("note", "ghi chú"))
             if cells.get(role) and cells[role] != what]  # fmt: skip
    return (what + (f" ({'; '.join(parts)})" if parts else "")).replace("\n", " ")


def without_dates(text, start, end, found):
    """A part of the text without the words of its dates."""
    kept, at = "", start
    for one in found:
        if one.settings and start <= one.start < end:
            kept += text[at : one.start]
            at = max(at, one.end)
    return kept + text[at:end]


def clause_after_date(clause, reading, begin):
    """ "Trước ngày 30/6: Sở Nội vụ hoàn thành …": who owes stands after the date."""
    if clause[: max(reading.start - begin, 0)].strip(" -+") == "":
        return clause[max(reading.end - begin, 0) :].lstrip(" :,;")
    return clause


def title_of(text):
    text = without_mark(re.sub(r"\s+([,.;:)])", r"\1", " ".join(text.split())).replace("()", "").strip(" ;,.:-/"))
    text = re.sub(r"(?:[\s,;(]+(?:hoàn thành|xong|và|trong|vào|trước|kỳ))+$", "", text).strip(" ;,.:-/")
    if len(text) > TITLE_MAX:
        text = text[:TITLE_MAX].rsplit(" ", 1)[0] + "…"
    return text[:1].upper() + text[1:]


def tasks(text):
    """The sentences of a passage, each a task of its own; what stands in brackets belongs to the one before."""
    found = []
    for sentence in re.split(r"(?<=\.)\s+(?=[A-ZĐÀ-Ỹ(])", text):
        if found and (
            re.match(r"\(|[^:.]{2,25}:", sentence) or len(sentence.split()) < 4 or len(found[-1].split()) < 4
        ):
            found[-1] += " " + sentence
        else:
            found.append(sentence)
    return found


def quoted(text, reading):
    """The passage, or of a long one the sentence with the date."""
    if len(text) <= QUOTED_MAX:
        return without_mark(text)
    start = max((one.end() for one in SENTENCE.finditer(text, 0, reading.start)), default=0)
    end = SENTENCE.search(text, reading.end)
    return text[start : end.start() + 1 if end else len(text)].strip()
