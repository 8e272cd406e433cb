"""Drafts of import-plan beside the right readings, in the form of the gold files: a quote, what it means, who owes.

    python3 tests/e2e/import_score.py gold.json FOLDER      each document of the folder that the file names

A reading is "due 2026-06-14", "event 2026-07-31", "window 2026-06" or "window 2026-10-01..2026-11-30", "quarter 2",
"repeat MONTHLY 22", "repeat QEND 19" or a rule, "due yearly-11-14", "rel", "when" or "standing"; "TODO" in it: a doubt.
"""

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import libconf

ROOT = Path(__file__).resolve().parents[2]
IMPORT_PLAN = ROOT / "scripts/import-plan"
SOURCE = re.compile(r"# (?P<place>.*?); đọc từ: “(?P<words>.*?)”")
QUARTER_ENDS = {1: "03-31", 2: "06-30", 3: "09-30", 4: "12-31"}


@dataclass
class Score:
    expected: int = 0
    found: int = 0
    right: int = 0
    filled: int = 0  # dates that are not doubted
    filled_right: int = 0
    wrong: list = field(default_factory=list)
    missed: list = field(default_factory=list)
    extra: list = field(default_factory=list)

    def add(self, other):
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def __str__(self):
        return (f"{self.expected} expressions, {self.found} found, {self.right} right, {len(self.extra)} extra; "
                f"{self.filled} dates not doubted, {self.filled_right} right"
                + "".join(f"\n  wrong: {one}" for one in self.wrong) + "".join(f"\n  missed: {one}" for one in self.missed)
                + "".join(f"\n  extra: {one}" for one in self.extra))  # fmt: skip


def draft_of(path, agencies=ROOT / "conf/agencies.conf"):
    """The text of a draft, or None where the file is refused."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "draft.conf"
        done = subprocess.run(["/usr/bin/python3", IMPORT_PLAN, path, "-o", output, "--agencies", agencies],
                              capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
        if done.returncode:
            return None
        return output.read_text(encoding="utf-8")


def items_of(draft):
    """(the words that each was read from, the item)"""
    body = draft.split("\n# ---- ")[0]
    sources = [found["words"] for found in SOURCE.finditer(body)]
    return list(zip(sources, libconf.loads(draft)["plan"]["items"], strict=True))


def month_days(text):
    """The first and last day of "2026-06"."""
    year, month = map(int, text.split("-"))
    last = [31, 29 if year % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    return [f"{text}-01", f"{text}-{last:02}"]


def is_right(reading, item, year):
    kind, _, rest = reading.removeprefix("TODO year; ").partition(" ")
    rest = rest.split(" (")[0]
    if kind == "due":
        day = rest.replace("yearly", str(year)).replace("?", str(year))
        return item.get("due") == day and not item.get("event")
    if kind == "event":
        return item.get("due") == rest
    if kind == "window":
        if "month" in item:
            return f"{year}-{item['month']:02}" == rest
        return list(item.get("window", ())) == (rest.split("..") if ".." in rest else month_days(rest))
    if kind == "quarter":
        return item.get("quarter") == int(rest)
    if kind == "repeat":
        frequency, _, day = rest.partition(" ")
        rule = {"MONTHLY": f"FREQ=MONTHLY;BYMONTHDAY={day}", "QEND": f"FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY={day}"}
        return item.get("repeat") == rule.get(frequency, rest)
    if kind == "half":
        return (
            item.get("half") == int(rest)
            or item.get("window", [""])[-1] == f"{year}-{'06-30' if rest == '1' else '12-31'}"
        )
    if kind == "observance":
        return item.get("observance", {}).get("date") == rest
    if kind in ("rel", "when"):
        return "when" in item or "after" in item or "before_item" in item
    return kind == "standing" and item.get("policy") == "standing"


def is_doubted(item):
    """Whether the date is, and not only who has to do it."""
    doubts = item.get("TODO", "").split("; ")
    return any(doubt and not doubt.startswith(("ai làm?", "mã nào", "gửi về đâu")) for doubt in doubts)


def flat(text):
    return " ".join(text.split()).lower().strip(" .,;:()")


def score(gold, draft):
    """Of one document."""
    items = items_of(draft) if draft else []
    year = libconf.loads(draft)["plan"]["year"] if draft else 0
    result = Score(expected=len(gold))
    free = list(items)
    for one in gold:
        quote = flat(one["quote"])
        near = [pair for pair in free if flat(pair[0]) in quote or quote in flat(pair[0])]
        near = near or [pair for pair in free if quote in flat(pair[1]["wording"])]
        pair = next((pair for pair in near if is_right(one["reading"], pair[1], year)), near[0] if near else None)
        if pair is None:
            result.missed.append(f"“{one['quote']}”: {one['reading']}")
            continue
        free.remove(pair)
        result.found += 1
        right = is_right(one["reading"], pair[1], year)
        result.filled += not is_doubted(pair[1])
        result.filled_right += right and not is_doubted(pair[1])
        if right:
            result.right += 1
        else:
            said = {key: value for key, value in pair[1].items() if key not in ("id", "title", "wording", "TODO")}
            result.wrong.append(
                f"“{one['quote']}”: {one['reading']}, and not {dict(said)}{' TODO' if 'TODO' in pair[1] else ''}"
            )
    result.extra = [f"“{words}” {item['title']}" for words, item in free]
    return result


def main():
    gold = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    whole = Score()
    for name, expected in gold.items():
        path = Path(sys.argv[2]) / name
        if path.exists():
            one = score(expected, draft_of(path))
            print(f"{name}: {one}")
            whole.add(one)
    print(f"all: {whole}".split("\n")[0])


if __name__ == "__main__":
    main()
