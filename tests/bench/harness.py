"""What every measure needs: programs that end with it, ports, waiting, and figures with their spread."""

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import time
from pathlib import Path

import block

BARE = block.BUILD / "bare"
PATIENCE = 300  # seconds after which what is waited for will not come
STEP = 0.01  # seconds between two looks; what is measured this way takes a hundred times as long


class Missing(Exception):
    """A peer is not on this machine; its text says which package has it."""


def program(name, package):
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not path:
        raise Missing(f"{name} is not here (package {package})")
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, patience=PATIENCE, step=STEP):
    """Until the condition gives something true, which is returned."""
    end = time.monotonic() + patience
    while not (found := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience} s in vain: {what}")
        time.sleep(step)
    return found


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def running(arguments, port=None, log=subprocess.DEVNULL, **more):
    """A program until the end of the block, listening if a port is given. It leads a group, so that its children end too."""
    process = subprocess.Popen([str(a) for a in arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                               start_new_session=True, **more)  # fmt: skip
    try:
        if port:
            wait_until(lambda: process.poll() is not None or is_listening(port), f"{arguments[0]} listens")
            assert process.poll() is None, f"{arguments[0]} ended with {process.returncode}"
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def output(*arguments, timeout=PATIENCE, **more):
    """What a program prints that must succeed."""
    done = subprocess.run([str(a) for a in arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=timeout, check=False, **more)  # fmt: skip
    assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def bare(url, count, connections, content):
    """Messages a second of the bare loop, and microseconds of processor for each."""
    done = json.loads(output(BARE, url, count, connections, content))
    assert done["sent"] == count, done
    return count / done["seconds"], 1e6 * done["cpu"] / count


def processor_seconds(process):
    """What a process and its threads have used so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def processor_nanoseconds(pid):
    """The same of its threads that are still there, finely."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat"))


def wake_ups(pid):
    """How often its threads have gone to sleep and been woken so far."""
    lines = (path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/status"))
    return sum(int(text.partition("voluntary_ctxt_switches:")[2].split()[0]) for text in lines)


def memory_mib(pid):
    """What it holds: resident, its share of that, and what is its own alone."""
    lines = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    kib = {fields[0]: int(fields[1]) for fields in lines}
    return {"resident": kib["Rss:"] / 1024, "share": kib["Pss:"] / 1024, "anonymous": kib["Anonymous:"] / 1024}


class Record:
    """What the daemon has recorded in its database."""

    def __init__(self, state):
        self.db = sqlite3.connect(f"file:{state}/reminderd.db?mode=ro", uri=True)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.db.close()

    def sent(self):
        return self.db.execute("SELECT coalesce(sum(n), 0) FROM delivery_tally WHERE state = 2").fetchone()[0]

    def obligations(self):
        return self.db.execute("SELECT count(*) FROM obligation WHERE status <> 3").fetchone()[0]

    def wait_sent(self, count, step=STEP):
        wait_until(lambda: self.sent() >= count, f"{count} deliveries are recorded as sent", step=step)


def spread(values, unit="", goal=None, most=False):
    """A median and how far the rounds were apart, to four digits that count. `goal` is what it is to be at least, or at
    most."""
    median, least, most_of_all = (float(f"{value:.4g}") for value in (statistics.median(values), min(values), max(values)))
    return {"median": median, "least": least, "most": most_of_all, "rounds": len(values), "unit": unit,
            "goal": goal, "at_most": most}  # fmt: skip


def ratio(of, to, values, goal=None, most=False):
    """One of a measure's ratios."""
    return {"of": of, "to": to, **spread(values, "", goal, most)}


class Rounds:
    """Contenders that take turns, so that what disturbs the machine disturbs them alike."""

    def __init__(self):
        self.values = {}  # name → a rate a round
        self.cost = {}  # name → microseconds of processor for each, a round, where they are known
        self.skipped = {}  # name → why

    def measure(self, name, run):
        """Runs one contender once, which gives a rate, or a rate and a cost; a missing one is noted and left out."""
        if name in self.skipped:
            return
        try:
            found = run()
        except Missing as reason:
            self.skipped[name] = str(reason)
            return
        rate, *cost = found if isinstance(found, tuple) else (found,)
        self.values.setdefault(name, []).append(rate)
        if cost:
            self.cost.setdefault(name, []).append(cost[0])

    def ratios(self, of, goals=None):
        """Of one to each other, round by round: of the rates, and of the costs where both are known."""
        found = []
        for values, suffix in ((self.values, ""), (self.cost, ": processor")):
            for to in values:
                if of in values and to != of:
                    pairs = zip(values[of], values[to], strict=True)
                    goal = (goals or {}).get(to) if not suffix else None
                    found.append(ratio(of + suffix, to + suffix, [a / b for a, b in pairs], goal))
        return found

    def figures(self, unit):
        rates = {name: spread(values, unit) for name, values in self.values.items()}
        return rates | {f"{name}: processor": spread(values, "µs each") for name, values in self.cost.items()}
