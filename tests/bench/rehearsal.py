"""Rehearsal: a year of the shipped plan, and of the same plan for a thousand agencies, beside Remind computing as many
triggers."""

import datetime
import json
import tempfile
import time
from pathlib import Path

from block import REMINDERD
from harness import Rounds, output, program, spread
from shipped import YEAR, shipped

FULL = {"rounds": 3, "members": 1000}
SMOKE = {"rounds": 1, "members": 12}
OFFSETS = (30, 14, 7, 3, 1, 0)  # days before a date on which the shipped policy reminds
# Like the daemon it moves a date off the weekend and reminds at each offset.
SCRIPT = """FSET rung(n) choose(n, {offsets})
OMIT SAT SUN
"""


def rehearse(block):
    """Deliveries that a rehearsed year has, and how long it took."""
    begin = time.monotonic()
    lines = output(REMINDERD, "--config", block.path, "--rehearse", f"{YEAR}-01-01..{YEAR}-12-31", "--json").splitlines()
    seconds = time.monotonic() - begin
    json.loads(lines[-1])
    return len(lines), seconds


def remind(folder, triggers):
    """As many triggers, with six to a date; how many it printed, and how long it took."""
    path = folder / "year.rem"
    dates = -(-triggers // len(OFFSETS))
    with path.open("w", encoding="utf-8") as file:
        file.write(SCRIPT.format(offsets=", ".join(map(str, OFFSETS))))
        for n in range(dates):
            day = datetime.date(YEAR, 2, 5) + datetime.timedelta(days=n % 320)
            file.write(f'REM {day:%-d %b %Y} AFTER WARN rung MSG Báo cáo {n} "đến hạn" %b%\n')
    begin = time.monotonic()
    found = output(program("remind", "remind"), "-q", path, f"{YEAR}-01-01", "*366").count("Báo cáo")
    return found, time.monotonic() - begin


def measure(scale):
    rounds, sample, counts = Rounds(), [], {}
    with shipped() as small, shipped(scale["members"]) as large, tempfile.TemporaryDirectory() as folder:
        found = {}

        def rate(name, run):
            n, seconds = run()
            found.setdefault(name, set()).add(n)
            return n / seconds

        for _ in range(scale["rounds"]):
            sample.append(rehearse(small))
            rounds.measure("reminderd", lambda: rate("reminderd", lambda: rehearse(large)))
            rounds.measure("Remind", lambda: rate("Remind", lambda: remind(Path(folder), max(found["reminderd"]))))
    counts["different counts"] = [max(len(ns) for ns in found.values()), 1]
    deliveries = max(found["reminderd"])
    per_second = rounds.figures("a second")
    return {
        "title": f"{YEAR} with {sample[0][0]} deliveries as shipped, {deliveries} with {scale['members']} agencies more",
        "figures": {
            "reminderd: the shipped plan": spread([1000 * seconds for _, seconds in sample], "ms"),
            **per_second,
            **{f"{name}: found": spread(list(ns), "triggers") for name, ns in found.items()},
        },
        "ratios": [rounds.ratio("reminderd", "Remind")] if "Remind" in rounds.values else [],
        "skipped": rounds.skipped,
        "counts": counts,
    }
