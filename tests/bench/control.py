"""Control: how fast reminderctl is answered where very much is owed.

Each verb is run as a person runs it, the whole program from its start to its end, and beside it the bare call on the bus;
what both are held against is an empty `reminderctl --version`.
"""

import json
import time

import block
from harness import free_port, ratio, spread
from large import large

FULL = {"items": 1000, "members": 100, "rounds": 15}
SMOKE = {"items": 6, "members": 4, "rounds": 2}


# Every round is about another obligation: a decision can be taken once.
def verbs(items):
    last = items - 1
    return {
        "list --agency": (lambda i: ("list", "--agency", f"don-vi-{i}", "--json"),
                          lambda i: ("List", "a{sv}tu", {"agency": ("s", f"don-vi-{i}")}, 0, 500)),
        "list --item": (lambda i: ("list", "--item", f"viec-{i}", "--json"),
                        lambda i: ("List", "a{sv}tu", {"item": ("s", f"viec-{i}")}, 0, 500)),
        "list --state snoozed": (lambda i: ("list", "--state", "snoozed", "--json"),
                                 lambda i: ("List", "a{sv}tu", {"state": ("s", "snoozed")}, 0, 500)),
        "list --state waived": (lambda i: ("list", "--state", "waived", "--json"),
                                lambda i: ("List", "a{sv}tu", {"state": ("s", "waived")}, 0, 500)),
        "show": (lambda i: ("show", f"viec-{i}", "--agency", f"don-vi-{i}", "--json"),
                 lambda i: ("Show", "sstu", f"viec-{i}", f"don-vi-{i}", 0, 20)),
        "snooze": (lambda i: ("snooze", f"viec-{last}", "--agency", f"don-vi-{i}", "--for", "1d", "--reason", "chờ số liệu"),
                   lambda i: ("Snooze", "ssssb", f"viec-{last - 1}", f"don-vi-{i}", "+1d", "chờ số liệu", False)),
        "done": (lambda i: ("done", "viec-0", "--agency", f"don-vi-{i}"),
                 lambda i: ("Done", "ssssb", "viec-1", f"don-vi-{i}", "", "", False)),
        "status": (lambda i: ("status", "--json"), lambda i: ("Status", "")),
    }  # fmt: skip


class Stopwatch:
    """Milliseconds by name."""

    def __init__(self):
        self.taken = {}

    def time(self, name, run):
        begin = time.perf_counter()
        result = run()
        self.taken.setdefault(name, []).append(1000 * (time.perf_counter() - begin))
        return result


def ask(large_block, rounds, watch):
    with large_block.raw() as raw:

        def call(words):
            answer = raw.call(*words)
            assert not answer.error, answer.values

        for i in range(rounds):
            watch.time("(empty)", lambda: block.run(block.REMINDERCTL, "--version"))
            watch.time("bus: Ping", lambda: raw.call("Ping", interface="org.freedesktop.DBus.Peer"))
            for name, (words, arguments) in verbs(large_block.count).items():
                watch.time(name, lambda words=words: large_block.ctl(*words(i)))
                watch.time(f"bus: {name}", lambda arguments=arguments: call(arguments(i)))
    return json.loads(watch.time("list, everything", lambda: large_block.ctl("list", "--json")))


def measure(scale):
    watch, rounds = Stopwatch(), scale["rounds"]
    owed = scale["items"] * scale["members"]
    with large(scale["items"], scale["members"], free_port()) as large_block:
        daemon, _ = large_block.begin()
        try:
            listed = ask(large_block, rounds, watch)
            is_open = json.loads(large_block.ctl("status", "--json"))["open"]
            snoozed = json.loads(large_block.ctl("list", "--state", "snoozed", "--json"))
        finally:
            daemon.kill()
    empty = watch.taken["(empty)"]
    return {
        "title": f"reminderctl and the bare bus with {owed:,} obligations",
        "figures": {name: spread(taken, "ms") for name, taken in watch.taken.items()},
        "ratios": [ratio(name, "(empty)", [a / b for a, b in zip(watch.taken[name], empty, strict=True)])
                   for name in verbs(scale["items"])],
        "skipped": {},
        "counts": {"listed": [len(listed), owed], "snoozed": [len(snoozed), 2 * rounds],
                   "open": [is_open, owed - 2 * rounds]},
    }  # fmt: skip
