"""Punctuality: how long after its moment a notice is taken by the mail server, for one, a hundred and ten thousand due at
once, and while control calls come in as fast as the bus carries them."""

import datetime
import threading
import time

import live
from harness import Record, spread
from large import large
from sink import counting_sink

FULL = {"items": 10, "members": 10_000, "calls": 10_000,
        "bursts": ((1, 10, 1), (100, 4, 1), (10_000, 2, 8)), "loud": 3, "loud_apart": 5}  # fmt: skip
SMOKE = {"items": 2, "members": 20, "calls": 100, "bursts": ((1, 2, 1), (20, 1, 1)), "loud": 1, "loud_apart": 2}


def percentile(values, hundredths):
    return values[-(-len(values) * hundredths // 100) - 1]


def say(name, latenesses):
    """Of the notices of each round, in milliseconds; of single ones, over the rounds."""
    if len(latenesses[0]) == 1:
        latenesses = [sorted(value for (value,) in latenesses)]
    found = {}
    for what, pick in (("first", lambda v: v[0]), ("p50", lambda v: percentile(v, 50)),
                       ("p99", lambda v: percentile(v, 99)), ("last", lambda v: v[-1])):  # fmt: skip
        found[f"{name}: {what}"] = spread([1000 * pick(values) for values in latenesses], "ms late")
    return found


def plan_moments(scale, lead):
    """What falls due when, and for how many: quiet bursts, then those that are shouted at."""
    plan, offset = [], 0
    for n, times, apart in scale["bursts"]:
        for _ in range(times):
            plan.append((offset, n, False))
            offset += apart
    for _ in range(scale["loud"]):
        plan.append((offset, 1, True))
        offset += scale["loud_apart"]
    last = live.soon(lead + offset)
    return [(last - datetime.timedelta(seconds=offset - at), n, loud) for at, n, loud in plan]


def shout(raw, calls):
    """Sends so many calls without waiting, takes all answers; the seconds until the last."""
    first, begin = raw.serial + 1, time.monotonic()
    sender = threading.Thread(
        target=lambda: [raw.send("List", "a{sv}tu", {"agency": ("s", "don-vi-1")}, 0, 20) for _ in range(calls)]
    )
    sender.start()
    left = calls
    while left > 0:
        left -= (raw.receive().reply_to or 0) >= first
    sender.join()
    return time.monotonic() - begin


def measure(scale):
    quiet, loud, shouted = {}, [], []
    with counting_sink() as (port, arrivals), large(scale["items"], scale["members"], port) as block:
        daemon, _ = block.begin()
        try:
            moments = plan_moments(scale, 4 + scale["members"] / 2000)
            names = {scale["members"]: "all"}
            block.fall_due([(at, names.get(n, f"first-{n}")) for at, n, _ in moments])
            block.ctl("reload")
            assert time.time() < moments[0][0].timestamp(), "the reload took longer than thought"
            with Record(block.state) as record, block.raw() as raw:
                done = 0
                for at, n, is_loud in moments:
                    if is_loud:
                        time.sleep(max(0, at.timestamp() - time.time() - 0.2))
                        shouted.append(shout(raw, scale["calls"]))
                    time.sleep(max(0, at.timestamp() - time.time()))
                    record.wait_sent(done + n)
                    late = [time_ - at.timestamp() for time_ in arrivals.times[done : done + n]]
                    (loud if is_loud else quiet.setdefault(n, [])).append(late)
                    done += n
                total = record.sent()
        finally:
            daemon.kill()
    figures = {}
    for n, latenesses in quiet.items():
        figures |= say(f"{n:,} at once", latenesses)
    figures |= say(f"1 during {scale['calls']:,} calls", loud)
    figures["the calls, all answered"] = spread(shouted, "s")
    return {
        "title": f"lateness, to the server's 250, with {block.count * block.members:,} obligations",
        "figures": figures,
        "ratios": [],
        "skipped": {},
        "counts": {"sent": [total, sum(n for _, n, _ in moments)], "arrived": [len(arrivals.times), total]},
    }
