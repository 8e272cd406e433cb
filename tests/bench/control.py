#!/usr/bin/python3
"""How fast reminderctl is answered where very much is owed, and whether a reminder is late for it.

    tests/bench/control.py [--items N] [--agencies N] [--rounds N] [--calls N] [--json FILE]

A plan of N items for N agencies on a daemon with a bus of its own. Each verb is run as a person runs it, the whole
program from its start to its end, and beside it the bare call on the bus; what is printed is the median of the rounds, the
slowest, and how many times an empty `reminderctl --version` takes. In the end `--calls` lists are asked for without waiting
while a reminder falls due: its lateness is told.

BUILD names the folder of the programs, as for make.
"""

import argparse
import datetime
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

import block
from block import Block, Bus, plan
from lab.ca import Authority
from lab.smtp import SmtpServer
from live import PASSWORD, USER, now, soon
from rawbus import RawBus

YEAR = now().year + 1  # nothing of it is due while the clock is read
ITEM = '{{ id = "viec-{n}"; title = "Nhiệm vụ số {n} của kế hoạch năm"; due = "{due}"; for = ["all"]; }}'
DUE_NOW = '{{ id = "den-han"; title = "Việc đến hạn"; due = "{due}"; for = ["{agency}"]; policy = "now"; }}'
POLICIES = {"plain": {"before": ["7d", "1d"], "at": "08:00"}}


def agencies(count):
    return tuple({"id": f"don-vi-{n}", "name": f"Đơn vị số {n}", "emails": [f"dv{n}@khoi.example"]} for n in range(count))


def due(n, count):
    """Spread over the year."""
    return (datetime.date(YEAR, 1, 4) + datetime.timedelta(days=n * 360 // count)).isoformat()


def plan_text(items, year, id="ke-hoach"):
    text = plan(items, year=year, members=None).replace('"vp-ubnd"', '"don-vi-0"').replace('"so-noi-vu"', '"don-vi-1"')
    return text.replace('"ke-hoach"', f'"{id}"')


def listen(daemon):
    """Hears what systemd would be told: nobody hearing it, the daemon would wait."""
    try:
        while daemon.process.poll() is None:
            daemon.receive(0.5)
    except OSError:  # stopped meanwhile
        pass


class Bench:
    """The daemon, and what is measured of it."""

    def __init__(self, options, folder, bus, server):
        self.options, self.bus = options, bus
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o600)
        self.authority = folder / "ca"
        mail = {"url": server.url, "tls": "required", "username": USER, "password_file": str(secret),
                "from": "Khối TMTH <nhacviec@khoi.example>", "ca_file": str(Authority(self.authority).ca_file)}  # fmt: skip
        items = ",\n".join(ITEM.format(n=n, due=due(n, options.items)) for n in range(options.items))
        self.block = Block(folder, plan_text(items, YEAR), agencies=agencies(options.agencies), groups={},
                           policies=POLICIES, mail=mail, confirmations=False,
                           hours={"open": "00:00", "close": "00:00"})  # fmt: skip
        self.measured = {}

    def ctl(self, *words):
        result = block.run(block.REMINDERCTL, "--bus", "session", *words, timeout=600, **self.bus.environment)
        assert result.returncode == 0, f"{words}: {result.stderr}"
        return result.stdout

    def start(self):
        begin = time.monotonic()
        daemon = self.block.start("session", environment=self.bus.environment)
        daemon.wait_for("READY=1", 600)
        threading.Thread(target=listen, args=[daemon], daemon=True).start()
        self.start_seconds = time.monotonic() - begin
        with RawBus(self.bus.environment["DBUS_SESSION_BUS_ADDRESS"], timeout=600) as raw:
            while raw.call("Status").error:
                assert daemon.process.poll() is None, daemon.stderr
        return daemon

    def time(self, name, run, rounds=None):
        """Medians in milliseconds; run(i) is measured for every i, its last result is returned."""
        taken = []
        for i in range(rounds or self.options.rounds):
            begin = time.perf_counter()
            result = run(i)
            taken.append(1000 * (time.perf_counter() - begin))
        self.measured[name] = {"median_ms": round(statistics.median(taken), 2), "slowest_ms": round(max(taken), 2)}
        return result


# Every round is about another obligation: a decision can be taken once.
def verbs(bench, count):
    def agency(i):
        return f"don-vi-{i % count}"

    return {
        "list --agency": (lambda i: ("list", "--agency", agency(i), "--json"),
                          lambda i: ("List", "a{sv}tu", {"agency": ("s", agency(i))}, 0, 500)),
        "list --item": (lambda i: ("list", "--item", f"viec-{i}", "--json"),
                        lambda i: ("List", "a{sv}tu", {"item": ("s", f"viec-{i}")}, 0, 500)),
        "list --state snoozed": (lambda i: ("list", "--state", "snoozed", "--json"),
                                 lambda i: ("List", "a{sv}tu", {"state": ("s", "snoozed")}, 0, 500)),
        "list --state waived": (lambda i: ("list", "--state", "waived", "--json"),
                                lambda i: ("List", "a{sv}tu", {"state": ("s", "waived")}, 0, 500)),
        "show": (lambda i: ("show", f"viec-{i}", "--agency", agency(i), "--json"),
                 lambda i: ("Show", "sstu", f"viec-{i}", agency(i), 0, 20)),
        "snooze": (lambda i: ("snooze", f"viec-{bench.options.items - 1}", "--agency", agency(i), "--for", "1d",
                              "--reason", "chờ số liệu"),
                   lambda i: ("Snooze", "ssssb", f"viec-{bench.options.items - 2}", agency(i), "+1d", "chờ số liệu",
                              False)),
        "done": (lambda i: ("done", "viec-0", "--agency", agency(i)),
                 lambda i: ("Done", "ssssb", "viec-1", agency(i), "", "", False)),
        "status": (lambda i: ("status", "--json"), lambda i: ("Status", "")),
    }  # fmt: skip


def measure(bench):
    count = bench.options.agencies
    bench.time("(empty)", lambda i: block.run(block.REMINDERCTL, "--version"))
    with RawBus(bench.bus.environment["DBUS_SESSION_BUS_ADDRESS"], timeout=600) as raw:

        def call(words):
            answer = raw.call(*words)
            assert not answer.error, answer.values
            return answer

        for name, (words, arguments) in verbs(bench, count).items():
            bench.time(name, lambda i: bench.ctl(*words(i)))
            bench.time(f"bus: {name}", lambda i: call(arguments(i)))
        bench.time("bus: Ping", lambda i: raw.call("Ping", interface="org.freedesktop.DBus.Peer"))
    everything = bench.time("list, everything", lambda i: bench.ctl("list", "--json"), rounds=1)
    return len(json.loads(everything))


def lateness(bench, daemon, server):
    """Seconds after its moment at which a reminder arrives that falls due in the middle of the calls."""
    at = soon(2 * bench.start_seconds + 2)
    bench.block.write_general(policies={**POLICIES, "now": {"before": ["0d"], "at": at.strftime("%H:%M:%S")}})
    bench.block.write_plan(plan_text(DUE_NOW.format(due=at.date(), agency="don-vi-0"), at.year, "hom-nay"), "hom-nay.conf")
    bench.block.write(f"calendar.d/{at.year}.conf",
                      f'year = {at.year}; days = ( {{ date = "{at.date()}"; work = true; name = "làm bù"; }} );')  # fmt: skip
    bench.ctl("reload")
    with RawBus(bench.bus.environment["DBUS_SESSION_BUS_ADDRESS"], timeout=600) as loud:
        assert at.timestamp() - time.time() > 0.2, "the reload took too long"
        time.sleep(at.timestamp() - time.time() - 0.2)
        first = loud.serial + 1

        def shout():
            for _ in range(bench.options.calls):
                loud.send("List", "a{sv}tu", {"agency": ("s", "don-vi-0")}, 0, 20)

        sender, begin = threading.Thread(target=shout), time.perf_counter()
        sender.start()
        left = bench.options.calls
        while left > 0:
            left -= (loud.receive().reply_to or 0) >= first
        sender.join()
        seconds = time.perf_counter() - begin
    (record,) = server.wait(1, block.PATIENCE)
    return {"calls": bench.options.calls, "seconds": round(seconds, 2),
            "lateness_ms": round(1000 * (record["arrived"] - at.timestamp()), 1)}  # fmt: skip


def run(options):
    with tempfile.TemporaryDirectory(prefix="bench-control-") as folder:
        folder = Path(folder)
        with Bus() as bus, SmtpServer(folder / "mail", Authority(folder / "ca"), user=USER, password=PASSWORD) as server:
            bench = Bench(options, folder, bus, server)
            daemon = bench.start()
            try:
                listed = measure(bench)
                is_open = json.loads(bench.ctl("status", "--json"))["open"]
                snoozed = len(json.loads(bench.ctl("list", "--state", "snoozed", "--json")))
                burst = lateness(bench, daemon, server)
            except BaseException:
                daemon.kill()
                print(daemon.stderr, file=sys.stderr)
                raise
            daemon.stop(600)
    return {
        "obligations": options.items * options.agencies,
        "listed": listed,
        "open": is_open,
        "snoozed": snoozed,
        "start_seconds": round(bench.start_seconds, 2),
        "processors": os.cpu_count(),
        "measured": bench.measured,
        "burst": burst,
    }


def print_table(result):
    empty = result["measured"]["(empty)"]["median_ms"]
    print(f"{result['obligations']} obligations; the daemon was ready after {result['start_seconds']} s")
    print(f"{'':28}{'median ms':>12}{'slowest ms':>12}{'times empty':>13}")
    for name, taken in result["measured"].items():
        print(f"{name:28}{taken['median_ms']:12.1f}{taken['slowest_ms']:12.1f}{taken['median_ms'] / empty:13.1f}")
    burst = result["burst"]
    print(f"a reminder due during {burst['calls']} calls ({burst['seconds']} s) was {burst['lateness_ms']} ms late")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--agencies", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--json", metavar="FILE", help="the figures as JSON")
    options = parser.parse_args()
    if options.items < 4 or not 1 < options.rounds <= min(options.items, options.agencies):
        parser.error("at least 4 items, and no more rounds than items and agencies")
    result = run(options)
    print_table(result)
    if options.json:
        Path(options.json).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
