"""Growth: the same work where ten thousand, a hundred thousand and a million obligations are kept.

The daemons run side by side and are asked in turns: one that is not asked does nothing.
"""

import contextlib
import datetime
import time

import live
from harness import Record, memory_mib, processor_nanoseconds, ratio, spread
from large import YEAR, large
from sink import sink

FULL = {"items": (10, 100, 1000), "members": 1000, "due": 100, "rounds": 5}
SMOKE = {"items": (2, 3), "members": 10, "due": 10, "rounds": 2}
FORECAST = ("forecast", "--from", f"{YEAR}-03-01", "--to", f"{YEAR}-03-31", "--agency", "don-vi-0", "--json")
UNITS = {"first": ("s", 1), "start,": ("s", 1), "reload,": ("s", 1), "forecast": ("s", 1), "memory": ("MiB", 1)}
TICK_GOAL = 1.5  # times as long
# Of the largest, at most.
GOALS = {"start, nothing changed": 5, "memory after the start, resident": 64, "memory after the work, resident": 64}


class Size:
    """One of the daemons, and what was measured of it."""

    def __init__(self, block):
        self.block, self.values = block, {}
        self.name = f"{block.count * block.members:,}"

    def note(self, what, value):
        self.values.setdefault(what, []).append(value)

    def time(self, what, *words):
        begin = time.monotonic()
        self.block.ctl(*words)
        self.note(what, time.monotonic() - begin)

    def start(self):
        """The first start writes everything, the second finds nothing changed."""
        daemon, seconds = self.block.begin()
        self.note("first start", seconds)
        daemon.stop()
        self.daemon, seconds = self.block.begin()
        self.note("start, nothing changed", seconds)
        self.note_memory("after the start")

    def note_memory(self, when):
        for kind, value in memory_mib(self.daemon.process.pid).items():
            self.note(f"memory {when}, {kind}", value)

    def ask(self, i):
        agency = f"don-vi-{i}"
        self.time("list --agency", "list", "--agency", agency, "--json")
        self.time("show", "show", "viec-1", "--agency", agency, "--json")
        self.time("snooze", "snooze", "viec-1", "--agency", agency, "--for", "1d", "--reason", "chờ số liệu")

    def tick(self, moment, n):
        """From the moment until n more are recorded as sent, and the processor time that took."""
        already = self.record.sent()
        before = processor_nanoseconds(self.daemon.process.pid)
        time.sleep(max(0, moment.timestamp() - time.time()))
        self.record.wait_sent(already + n, step=0.001)
        self.note("tick", time.time() - moment.timestamp())
        self.note("tick: processor", (processor_nanoseconds(self.daemon.process.pid) - before) / 1e9)


def ticks(sizes, scale):
    """Rounds in which one after the other has something due, at whole seconds."""
    count = scale["rounds"] * len(sizes)
    reloads = sum(size.values["reload, one item more"][-1] for size in sizes)
    last = live.soon(count + 3 + 2 * reloads)
    moments = [last - datetime.timedelta(seconds=count - 1 - i) for i in range(count)]
    for i, size in enumerate(sizes):
        size.block.fall_due([(at, f"first-{scale['due']}") for at in moments[i :: len(sizes)]])
        size.block.ctl("reload")
    assert time.time() < moments[0].timestamp(), "the reloads took longer than thought"
    for i, at in enumerate(moments):
        sizes[i % len(sizes)].tick(at, scale["due"])


def figures(sizes):
    found = {}
    for what in sizes[0].values:
        unit, factor = UNITS.get(what.split()[0], ("ms", 1000))
        for size in sizes:
            goal = GOALS.get(what) if size is sizes[-1] else None
            if what in size.values:
                found[f"{what}, {size.name}"] = spread([factor * v for v in size.values[what]], unit, goal, True)
    return found


def growth(sizes, what):
    small, large = sizes[0], sizes[-1]
    pairs = zip(large.values[what], small.values[what], strict=True)
    return ratio(f"{what}, {large.name}", f"{what}, {small.name}", [a / b for a, b in pairs], TICK_GOAL, True)


def measure(scale):
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(sink(smoke=scale is SMOKE))
        sizes = []
        for count in scale["items"]:
            size = Size(stack.enter_context(large(count, scale["members"], port)))
            sizes.append(size)
            size.start()
            stack.callback(size.daemon.kill)
            size.record = stack.enter_context(Record(size.block.state))
        for i in range(scale["rounds"]):
            for size in sizes:
                size.ask(i)
        for i in range(2):
            for size in sizes:
                size.block.add_item(f"nua-{i}")
                size.time("reload, one item more", "reload")
        ticks(sizes, scale)
        for size in sizes:
            size.note_memory("after the work")
        skipped = {}
        for size in sizes:
            try:
                size.time("forecast of a month", *FORECAST)
            except AssertionError as reason:  # it rehearses until then, and reminderctl waits only so long
                skipped[f"the forecast with {size.name}"] = str(reason).splitlines()[0]
        counts = {}
        for size in sizes:
            counts[f"obligations, {size.name}"] = [size.record.obligations(),
                                                   (size.block.count + 2) * scale["members"] + scale["rounds"] * scale["due"]]
            counts[f"sent, {size.name}"] = [size.record.sent(), scale["rounds"] * scale["due"]]
    return {
        "title": f"{' and '.join(size.name for size in sizes)} obligations; {scale['due']} due in a tick",
        "figures": figures(sizes),
        "ratios": [growth(sizes, "tick"), growth(sizes, "tick: processor")],
        "skipped": skipped,
        "counts": counts,
    }  # fmt: skip
