"""Idle: what the daemon costs while nothing is due, beside Alertmanager without alerts, in the same minute."""

import contextlib
import time

import alertmanager
from block import Bus
from harness import Missing, free_port, memory_mib, processor_nanoseconds, ratio, spread, wake_ups
from shipped import shipped_and_quiet

FULL = {"settle": 12, "seconds": 60}
SMOKE = {"settle": 0, "seconds": 1}
MEMORY_GOAL = 8  # MiB that are the daemon's own, with the shipped plan


def measure(scale):
    figures, ratios, skipped = {}, [], {}
    with contextlib.ExitStack() as stack:
        bus = stack.enter_context(Bus())
        block = stack.enter_context(shipped_and_quiet())
        pids = {"reminderd": stack.enter_context(block.start("session", bus.environment)).process.pid}
        try:
            process, _ = stack.enter_context(alertmanager.instance(free_port(), 1000))
            pids["Alertmanager"] = process.pid
        except Missing as reason:
            skipped["Alertmanager"] = str(reason)
        time.sleep(scale["settle"])  # the start's own work is over, the status line said
        before = {name: (wake_ups(pid), processor_nanoseconds(pid)) for name, pid in pids.items()}
        time.sleep(scale["seconds"])
        for name, pid in pids.items():
            woken, used = wake_ups(pid) - before[name][0], processor_nanoseconds(pid) - before[name][1]
            per_minute = 60 / scale["seconds"]
            figures[f"{name}: wake-ups"] = spread([woken * per_minute], "a minute")
            figures[f"{name}: processor"] = spread([used / 1e6 * per_minute], "ms a minute")
            for kind, value in memory_mib(pid).items():
                goal = MEMORY_GOAL if name == "reminderd" and kind == "share" else None
                figures[f"{name}: memory, {kind}"] = spread([value], "MiB", goal, True)
    if "Alertmanager" in pids:
        for what in ("wake-ups", "processor", "memory, resident", "memory, anonymous"):
            mine, theirs = f"reminderd: {what}", f"Alertmanager: {what}"
            if figures[theirs]["median"] > 0:
                ratios.append(ratio(mine, theirs, [figures[mine]["median"] / figures[theirs]["median"]]))
    return {
        "title": f"the shipped plan, {scale['seconds']} s with nothing due",
        "figures": figures,
        "ratios": ratios,
        "skipped": skipped,
        "counts": {"contenders": [len(pids) + len(skipped), 2]},
    }
