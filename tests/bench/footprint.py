"""Build and footprint: a clean build, the programs' sizes, the libraries they load, and from the start to being ready."""

import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import alertmanager
from block import REMINDERCTL, REMINDERD, ROOT
from harness import Rounds, free_port, output, program, spread
from shipped import shipped_and_quiet

FULL = {"rounds": 10, "build": True}
SMOKE = {"rounds": 1, "build": False}


def build_seconds(folder):
    begin = time.monotonic()
    output("make", "-C", ROOT, f"-j{os.cpu_count()}", f"BUILD={folder}", "all")
    return time.monotonic() - begin


def stripped_kib(path, folder):
    copy = folder / "stripped"
    shutil.copy(path, copy)
    subprocess.run(["strip", copy], check=True)
    return copy.stat().st_size / 1024


def libraries(pid):
    """Shared objects that a process has mapped."""
    return len(set(re.findall(r"/\S+\.so[.0-9]*$", Path(f"/proc/{pid}/maps").read_text(), re.MULTILINE)))


def start_reminderd(block):
    shutil.rmtree(block.state, ignore_errors=True)
    begin = time.monotonic()
    with block.start():
        return 1000 * (time.monotonic() - begin)


def start_alertmanager():
    program("prometheus-alertmanager", "prometheus-alertmanager")
    begin = time.monotonic()
    with alertmanager.instance(free_port(), 1000):
        return 1000 * (time.monotonic() - begin)


def measure(scale):
    figures, rounds = {}, Rounds()
    with tempfile.TemporaryDirectory(prefix="reminderd-bench-") as name, shipped_and_quiet() as block:
        folder = Path(name)
        if scale["build"]:
            figures["clean build"] = spread([build_seconds(folder / "build")], "s")
        for path in (REMINDERD, REMINDERCTL):
            figures[f"{path.name}: size, stripped"] = spread([stripped_kib(path, folder)], "KiB")
        with block.start() as daemon:
            count = libraries(daemon.process.pid)
        figures["reminderd: shared libraries"] = spread([count], "")
        for _ in range(scale["rounds"]):
            rounds.measure("reminderd: start", lambda: start_reminderd(block))
            rounds.measure("Alertmanager: start", start_alertmanager)
    if "Alertmanager: start" in rounds.values:
        path = Path(program("prometheus-alertmanager", "prometheus-alertmanager"))
        figures["Alertmanager: size"] = spread([path.stat().st_size / 1024], "KiB")
    return {
        "title": "a clean build and the shipped plan; from the start with no database to being ready",
        "figures": figures | rounds.figures("ms"),
        "ratios": rounds.ratios("reminderd: start"),
        "skipped": rounds.skipped,
        "counts": {"contenders": [len(rounds.values) + len(rounds.skipped), 2]},
    }
