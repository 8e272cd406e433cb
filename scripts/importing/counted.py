"""Days that are counted from something else: when that happens is not known."""

from .dates import LATEST, Reading, Rules

RULES = Rules()

SPAN = r"(?:\d{1,3}|mot|hai|ba|nam|bay|muoi)(?: \([^)]*\))? (?:ngay|tuan|thang)(?: lam viec)?"
SOMETHING = r"(?: (?!cham nhat\b|truoc\b|va\b)[^\s,;.]+){1,8}"


@RULES(
    rf"\b(?:{LATEST} )?(?:trong )?(?:vong )?(?:thoi han )?(?:{LATEST} )?(?:la )?{SPAN},? (?:truoc|sau|ke tu|tinh tu|"
    rf"tu)\b"
    rf"(?! (?:ngay )?\d)(?: khi| ngay)?{SOMETHING}",
    rf"\b(?:truoc|sau)(?: it nhat)? {SPAN}(?: so voi| khi| truoc)?{SOMETHING}",
    rf"\btruoc (?:ngay|khi) (?:khai mac|to chuc|dien ra|kiem tra|hop|khai giang|be giang)\b(?:{SOMETHING})?",
    rf"\btruoc (?:tet|khai giang)\b(?:{SOMETHING})?",
    rf"\b(?:trong )?(?:vong|thoi han) {SPAN}\b",
)
def counted(words, found):
    return Reading(*found.span(), settings={"when": words.said(found)},
                   doubts=["tính từ một ngày khác: biết ngày ấy rồi thì ghi due"])  # fmt: skip
