#!/usr/bin/python3
"""A bad morning: very much is owed, and a message to everybody falls due at once, to a slow server that refuses a quarter.

    tests/bench/load.py [--agencies N] [--items N] [--delay SECONDS] [--connections N] [--json FILE]

Every agency owes every item, and one of them is due now. Of eight agencies the server turns one away for now and one for
good. In the middle the daemon is restarted. All the while it is asked for its status, and lists are asked for.

It must hold, or this ends with an error: each message arrives once or is given up with the server's words; who is turned
away does not hold up the others: first attempts come in the order in which they fell due; every question is answered; the
counts at the end agree with what arrived; memory stays below a bound.

BUILD names the folder of the programs, as for make.
"""

import argparse
import collections
import datetime
import json
import os
import re
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from block import Bus
from lab.smtp import SmtpServer
from live import Live, item, midnight, now
from rawbus import RawBus

LATER = '{{ id = "viec-{0}"; title = "Nhiệm vụ số {0} của kế hoạch năm"; due = "{1}-03-31"; for = ["members"]; }}'
PATIENCE = 900  # seconds for the whole of it, on a slow machine
SLOWEST = 30  # seconds for an answer: that it comes at all is what counts
FAIR = datetime.timedelta(seconds=3)  # a batch is claimed ahead, and times are told in whole seconds
MEMORY = 128  # MiB; a hundred thousand obligations take a third of it


class Server(SmtpServer):
    """Notes who is asked for in which order, refused or not."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.asked = []
        bad = self.faults.next
        self.faults.next = lambda address: (self.asked.append(address), bad(address))[1]


def address(n):
    return f"dv{n}@khoi.example"


def faults(count, delay):
    """By the agency's number: of eight one is refused once, one always."""
    programs = {address(n): "450*1" for n in range(1, count + 1) if n % 8 == 1}
    programs |= {address(n): "550" for n in range(1, count + 1) if n % 8 == 5}
    return {**programs, "*": f"delay:{delay}"}


def peak_memory(daemon):
    text = Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(re.search(r"^VmHWM:\s+(\d+)", text, re.M).group(1)) / 1024


class Asker:
    """Asks the daemon again and again, as a person does who wonders what is going on."""

    QUESTIONS = (("Status", ""), ("List", "a{sv}tu", {"agency": ("s", "don-vi-1")}, 0, 500),
                 ("Deliveries", "a{sv}tu", {"state": ("s", "failed")}, 0, 100))  # fmt: skip

    def __init__(self, bus):
        self.bus, self.taken, self.refused, self.stopping = bus, [], [], threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.ask)
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.stopping.set()
        self.thread.join()

    def ask(self):
        with RawBus(self.bus.environment["DBUS_SESSION_BUS_ADDRESS"], timeout=PATIENCE) as raw:
            while not self.stopping.is_set():
                for question in self.QUESTIONS:
                    begin = time.perf_counter()
                    answer = raw.call(*question)
                    self.taken.append(time.perf_counter() - begin)
                    if answer.error:
                        self.refused.append(answer.error)
                self.stopping.wait(0.05)


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, what()
        time.sleep(0.1)


def figures(asker):
    taken = sorted(asker.taken)
    assert taken and not asker.refused, asker.refused[:3]
    return {"asked": len(taken), "median_ms": round(1000 * taken[len(taken) // 2], 1),
            "p99_ms": round(1000 * taken[len(taken) * 99 // 100], 1), "slowest_ms": round(1000 * taken[-1], 1)}  # fmt: skip


def all_deliveries(bus):
    result = bus.ctl("deliveries", "--json", timeout=PATIENCE)
    assert result.returncode == 0, result.stderr
    return [one for one in json.loads(result.stdout) if one["kind"] == "due"]


def at_rest(bus):
    return all(json.loads(bus.ctl("deliveries", "--state", state, "--json").stdout) == [] for state in ("queued", "sending"))


def play(live, bus, server, count):
    """Up to the half, a restart, and to the end. The figures of both lives."""
    good = count - sum(1 for n in range(1, count + 1) if n % 8 == 5)
    measured = []
    begin = time.monotonic()
    for goal in (good // 2, good):
        started = time.monotonic()
        with live.start("session", environment=bus.environment) as daemon:
            bus.wait_for_object()
            ready = time.monotonic() - started
            with Asker(bus) as asker:
                wait_until(lambda: len(server.messages()) >= goal,
                           lambda: f"{len(server.messages())} of {goal}\n{daemon.stderr[-2000:]}")  # fmt: skip
                if goal == good:
                    wait_until(lambda: at_rest(bus), lambda: daemon.stderr[-2000:])
            measured.append({"ready_s": round(ready, 1), "memory_mib": round(peak_memory(daemon)), **figures(asker)})
            if goal == good:
                status = json.loads(bus.ctl("status", "--json").stdout)
                deliveries = all_deliveries(bus)
    return measured, status, deliveries, time.monotonic() - begin


def account(server, status, deliveries, count):
    """Nothing lost, nothing twice, and nobody before his turn."""
    bad = {address(n) for n in range(1, count + 1) if n % 8 == 5}
    everybody = {address(n) for n in range(1, count + 1)}
    arrived = collections.Counter(to for record in server.messages() for to in record["to"])
    due = {to: n for to, n in arrived.items() if to in everybody}
    assert set(due) == everybody - bad, "lost"
    assert set(due.values()) == {1}, "twice"
    states = collections.Counter(one["state"] for one in deliveries)
    assert states == {"sent": count - len(bad), "failed": len(bad)}, states
    assert {one["address"] for one in deliveries if one["state"] == "failed"} == bad
    assert all("550 5.1.1 No such user here" in one["answer"] for one in deliveries if one["state"] == "failed")
    assert status["failed"] == len(bad) and status["queued"] == 0
    asked = [to for to in server.asked if to in everybody]
    again = {address(n) for n in range(1, count + 1) if n % 8 == 1}
    assert collections.Counter(asked) == {to: 1 + (to in again) for to in everybody}, "not tried as often as needed"
    assert {one["address"]: one["attempts"] for one in deliveries} == collections.Counter(asked), "attempts miscounted"
    made = {one["address"]: datetime.datetime.fromisoformat(one["made"]) for one in deliveries}
    latest = min(made.values())
    for to in dict.fromkeys(asked):
        assert made[to] > latest - FAIR, f"{to} had to wait for what was due {latest - made[to]} later"
        latest = max(latest, made[to])
    seen = set()
    for to in asked:
        if to in seen:
            break
        seen.add(to)
    return len(seen)


def run(options):
    with tempfile.TemporaryDirectory(prefix="bench-load-") as folder:
        folder = Path(folder)
        items = ",\n".join([item("den-han"), *(LATER.format(n, now().year + 1) for n in range(1, options.items))])
        with Bus() as bus, Server(folder / "mail", programs=faults(options.agencies, options.delay)) as server:
            mail = {"url": server.url, "tls": "none", "username": None, "password_file": None,
                    "connections": options.connections}  # fmt: skip
            live = Live(folder, midnight(), options.agencies, mail=mail, items=items,
                        retry={"first": "1s", "max": "2s", "give_up": "1h"})  # fmt: skip
            measured, status, deliveries, seconds = play(live, bus, server, options.agencies)
            before_any_second = account(server, status, deliveries, options.agencies)
            assert max(life["slowest_ms"] for life in measured) < 1000 * SLOWEST, measured
            assert options.any_memory or max(life["memory_mib"] for life in measured) < MEMORY, measured
            return {
                "obligations": options.agencies * options.items,
                "deliveries": len(deliveries),
                "seconds": round(seconds, 1),
                "per_second": round(len(deliveries) / seconds),
                "before_and_after_the_restart": measured,
                "first_attempts_before_any_second": before_any_second,
                "processors": os.cpu_count(),
            }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--agencies", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=10)
    parser.add_argument("--delay", type=float, default=0.005, help="seconds the server takes for a message")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--any-memory", action="store_true", help="for a build with sanitizers")
    parser.add_argument("--json", metavar="FILE", help="the figures as JSON")
    options = parser.parse_args()
    result = run(options)
    print(json.dumps(result, indent=2))
    if options.json:
        Path(options.json).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
