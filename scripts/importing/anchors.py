"""What is counted from the day of another task of the same document: before_item and after."""

import re

from .letters import flat

NUMBERS = {"mot": 1, "hai": 2, "ba": 3, "nam": 5, "bay": 7, "muoi": 10}
COUNTED = re.compile(
    r"(?P<n>\d{1,3}|mot|hai|ba|nam|bay|muoi)(?: \([^)]*\))? (?P<unit>ngay|tuan)(?P<working> lam viec)?,? "
    r"(?P<side>truoc|sau|ke tu|tinh tu)(?: (?:ngay|khi|ket thuc|to chuc))* (?P<what>.+)"
)
DOUBT = "tính từ một ngày khác"  # see counted.py
DATED = {"due", "window", "month", "quarter", "half"}
FIRST = re.compile(r"(?:to chuc|tien hanh|thuc hien) ")


def span(found):
    n = NUMBERS.get(found["n"]) or int(found["n"])
    return f"{n}{'wd' if found['working'] else 'w' if found['unit'] == 'tuan' else 'd'}"


def is_named(title, what):
    """Whether a task is called by these words, or by all of them but the last ones."""
    title = FIRST.sub("", flat(title))
    words = what.split()
    return any(title.startswith(" ".join(words[:n])) for n in range(len(words), 1, -1))


def anchor(items, ids):
    """Writes what is certain of it into the settings; whether it is that task, the clerk is asked."""
    for item in items:
        found = COUNTED.search(flat(item.words)) if "when" in item.settings else None
        if not found or not any(one.startswith(DOUBT) for one in item.doubts):
            continue
        near = [at for at, one in enumerate(items) if one is not item and DATED & set(one.settings) and
                "observance" not in one.settings and is_named(one.title, found["what"].strip(" .;"))]  # fmt: skip
        if len(near) != 1:
            continue
        other = near[0]
        del item.settings["when"]
        side = "before_item" if found["side"] == "truoc" else "after"
        item.settings[side] = {"item": ids[other], "by": span(found)}
        item.doubts = [one for one in item.doubts if not one.startswith(DOUBT)]
        item.doubts.append(f"đếm từ nhiệm vụ “{items[other].title}”: có đúng không?")
