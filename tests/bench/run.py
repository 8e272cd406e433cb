#!/usr/bin/python3
"""Measures reminderd beside its peers on this machine, in turns, and prints ratios.

    tests/bench/run.py [--only NAME,…] [--smoke] [--json FILE]

A figure is the median of the rounds, with the least and the most; a ratio is taken round by round, so that what disturbs
the machine disturbs both. With --only, the others' figures in FILE stay. --smoke runs everything with a few messages, to see
that it runs. BUILD names the folder of the programs, as for make.
"""

import argparse
import json
import os
import platform
import signal
import sys
import time
import traceback
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "e2e"))  # behind the modules beside this one

import control
import footprint
import growth
import idle
import mail
import punctuality
import rehearsal
import webhooks
from harness import Missing

MEASURES = {module.__name__: module for module in
            (mail, webhooks, growth, idle, punctuality, rehearsal, footprint, control)}  # fmt: skip


def machine():
    """What a reader needs to know of it."""
    cpu = next(line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
               if line.startswith("model name"))  # fmt: skip
    return {"cpu": cpu, "processors": os.cpu_count(), "kernel": platform.release().split("-")[0],
            "load_before": round(os.getloadavg()[0], 1),
            "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20}  # fmt: skip


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def print_line(what, figure):
    goal = f"   goal {'≤' if figure['at_most'] else '≥'} {figure['goal']}" if figure["goal"] is not None else ""
    print(f"  {what:48}{number(figure['median']):>10} {figure['unit']:12}"
          f"{number(figure['least']):>10} … {number(figure['most']):10}{goal}".rstrip())  # fmt: skip


def print_result(name, result):
    print(f"\n{name}: {result['title']}  ({result['seconds']:.0f} s)")
    for what, figure in result["figures"].items():
        print_line(what, figure)
    for what, figure in result.get("sweep", {}).items():
        print_line(f"by connections: {what}", figure)
    for figure in result["ratios"]:
        print_line(f"{figure['of']} : {figure['to']}", figure)
    for peer, reason in result["skipped"].items():
        print(f"  {peer}: skipped, {reason}")
    sys.stdout.flush()


def check(name, result):
    """Everything that was to happen did: figures about half of it would be worth nothing."""
    wrong = {what: pair for what, pair in result["counts"].items() if pair[0] != pair[1]}
    assert not wrong, f"{name}: found and expected differ: {wrong}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(MEASURES), metavar="NAME,…", help=f"of {', '.join(MEASURES)}")
    parser.add_argument("--smoke", action="store_true", help="a few messages: whether everything runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the figures")
    options = parser.parse_args()
    names = options.only.split(",")
    if unknown := set(names) - set(MEASURES):
        parser.error(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}")

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started ends too
    results = json.loads(options.json.read_text()) if options.json and options.json.exists() else {}
    results["machine"] = machine()
    failed = 0
    for name in names:
        measure, begin = MEASURES[name], time.monotonic()
        try:
            result = measure.measure(measure.SMOKE if options.smoke else measure.FULL)
            check(name, result)
        except Missing as reason:
            print(f"\n{name}: skipped, {reason}")
            continue
        except Exception:  # the others are worth having all the same
            print(f"\n{name}: failed", flush=True)
            traceback.print_exc()
            failed += 1
            continue
        result["seconds"] = round(time.monotonic() - begin, 1)
        results[name] = result
        print_result(name, result)
        if options.json:
            options.json.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main())
