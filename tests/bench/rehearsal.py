"""Rehearsal: a year of the shipped plan, for its own agencies and for many, beside Remind computing as many triggers."""

import contextlib
import datetime
import json
import tempfile
import time
from pathlib import Path

from block import REMINDERD
from harness import Rounds, output, program, spread
from shipped import YEAR, shipped

FULL = {"rounds": 3, "members": 50, "largest": 1000}
SMOKE = {"rounds": 1, "members": 12, "largest": 15}
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
    most = f"for {scale['largest']:,} agencies more"
    rounds, times, found = Rounds(), {"as shipped": [], most: []}, {}
    with contextlib.ExitStack() as stack:
        small, middle, largest = (stack.enter_context(shipped(n)) for n in (0, scale["members"], scale["largest"]))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reminderd-bench-")))

        def rate(name, run, *arguments):
            n, seconds = run(*arguments)
            found.setdefault(name, set()).add(n)
            return n / seconds

        for _ in range(scale["rounds"]):
            times["as shipped"].append(rehearse(small))
            rounds.measure("reminderd", lambda: rate("reminderd", rehearse, middle))
            rounds.measure("Remind", lambda: rate("Remind", remind, folder, max(found["reminderd"])))
        times[most].append(rehearse(largest))
    figures = rounds.figures("a second")
    for name, taken in times.items():
        figures[f"the year {name}, {taken[0][0]:,} deliveries"] = spread([seconds for _, seconds in taken], "s")
    return {
        "title": f"{YEAR} for {scale['members']} agencies more, {max(found['reminderd']):,} deliveries, and as many triggers",
        "figures": figures,
        "ratios": rounds.ratios("reminderd"),
        "skipped": rounds.skipped,
        "counts": {f"{name}: counts": [len(ns), 1] for name, ns in found.items()},
    }
