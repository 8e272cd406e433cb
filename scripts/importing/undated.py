"""What goes on all year, or has no day yet."""

import re

from .dates import EACH, Reading, Rules, months

RULES = Rules()


@RULES(r"\b\d+ (?:ngay|lan|buoi)\s?/\s?(?:thang|quy|tuan|nam)\b",
    rf"(?<=sinh hoat chuyen de ){EACH} (?:quy|thang|tuan)\b",
      rf"(?<=sinh hoat ){EACH} (?:quy|thang|tuan)\b", rf"\b{EACH} (?:quy|thang|tuan)(?= sinh hoat\b)")  # fmt: skip
def standing(words, found):
    """What goes on all year."""
    return Reading(*found.span(), settings={"window": months(words.context.year, 1, 12), "policy": "standing"},
                   remarks=["việc thường xuyên, không có hạn"])  # fmt: skip


@RULES(r"\bthuong xuyen\b|\bca nam\b|\blien tuc\b|\bh[ao]ng nam\b(?=$)")
def all_year(words, found):
    return (
        standing(words, found) if words.context.cell else Reading(*found.span(), why="việc thường xuyên, không có hạn")
    )


REPORTED = re.compile(r"\b(?:bao cao|gui|nop|lap|thong ke|tong hop|kiem tra|so ket|tong ket|hop|giao ban|ra soat)\b")


@RULES(
    r"\bmoi (?:quy|thang|tuan)\b[^.;,]{0,25}\b(?:mot|\d+) lan\b",
    rf"\b(?:dinh ky )?(?:theo )?{EACH} (?:tuan|thang|quy|nam)\b|\bdinh ky (?:theo )?(?:\d+ thang|quy|thang|tuan|"
    rf"nam)\b(?: (?:mot|\d+) lan)?(?!\s?\()",
)
def without_day(words, found):
    """Each month, but on which day?"""
    clause = words.bare[slice(*words.sentence(found))]
    if " lan" not in found[0] and not REPORTED.search(clause) or ("nam" in found[0] and "dinh ky" not in found[0]):
        return None
    start, end = words.sentence(found)
    if any(start <= one.start < end and "repeat" in one.settings for one in words.readings):
        return Reading(*found.span(), why="kỳ của nội dung: ngày ở chỗ khác trong câu")
    return Reading(
        *found.span(), settings={"when": words.said(found)}, doubts=["định kỳ nhưng không nêu ngày: ngày nào?"]
    )


WAITING = (
    r"\bbao cao\b[^.;]{0,60}\btheo (?:dung )?(?:q.y dinh|che do)[^.;,]{0,40}",
    r"\b(?:ng.y )?sau khi\b[^.;,]{2,80}",
    r"\bkhi (?:co |duoc |nhan )[^.;,]{2,60}",
    r"\bkhi [^.;,]{2,60}?(?:to chuc|phat dong|yeu cau|huong dan|trieu tap|thong bao|ban hanh)\b[^.;,]{0,20}",
    r"\btheo (?:thong bao|giay moi|lich|huong dan|yeu cau|ke hoach) (?:cua|rieng)[^.;,]{2,60}",
    r"\b(?:theo q.y dinh|theo che do bao cao[^.;,]*|dot xuat|khi co yeu cau)(?=$|[.;,])",
)


def waiting(words, found):
    """What has no date yet, where the sentence has no other."""
    start, end = words.sentence(found)
    if any(start <= one.start < end and one.settings for one in words.readings):
        return None
    if not words.context.cell and "bao cao" in found[0] and not re.search(r"dinh ky|che do", found[0]):
        return None
    if not words.context.cell and found[0].startswith(("theo", "dot xuat")):
        return None
    return Reading(*found.span(), settings={"when": words.said(found)})


RULES += [(re.compile(one), waiting) for one in WAITING]
