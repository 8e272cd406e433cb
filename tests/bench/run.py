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
import sys
import time
from pathlib import Path

import mail
import webhooks

MEASURES = {"mail": mail, "webhooks": webhooks}


def machine():
    """What a reader needs to know of it."""
    cpu = next(line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
               if line.startswith("model name"))  # fmt: skip
    return {"cpu": cpu, "processors": os.cpu_count(), "kernel": platform.release(),
            "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20}  # fmt: skip


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def print_result(name, result):
    print(f"\n{name}: {result['title']}  ({result['seconds']:.0f} s)")
    for what, figure in {**result["figures"], **{f"sweep: {k}": v for k, v in result.get("sweep", {}).items()}}.items():
        print(f"  {what:44}{number(figure['median']):>12} {figure['unit']:12}"
              f"{number(figure['least']):>10} … {number(figure['most'])}")  # fmt: skip
    for ratio in result["ratios"]:
        goal = f"   goal {'≤' if ratio['at_most'] else '≥'} {ratio['goal']}" if ratio["goal"] is not None else ""
        what = f"{ratio['of']} : {ratio['to']}"
        print(f"  {what:44}{ratio['median']:12.3g} {'':12}{ratio['least']:10.3g} … {ratio['most']:.3g}{goal}")
    for peer, reason in result["skipped"].items():
        print(f"  {peer}: skipped, {reason}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(MEASURES), metavar="NAME,…", help=f"of {', '.join(MEASURES)}")
    parser.add_argument("--smoke", action="store_true", help="a few messages: whether everything runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the figures")
    options = parser.parse_args()
    names = options.only.split(",")
    if unknown := set(names) - set(MEASURES):
        parser.error(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}")

    results = json.loads(options.json.read_text()) if options.json and options.json.exists() else {}
    results["machine"] = machine()
    for name in names:
        measure, begin = MEASURES[name], time.monotonic()
        result = measure.measure(measure.SMOKE if options.smoke else measure.FULL)
        result["seconds"] = round(time.monotonic() - begin, 1)
        results[name] = result
        print_result(name, result)
        if options.json:
            options.json.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
