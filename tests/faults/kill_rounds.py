"""SIGKILL at random moments in the real program, between a real mail server and its own disk: nothing lost, and what
comes twice was on the wire and has the same Message-ID.

    BUILD=build /usr/bin/python3 tests/faults/kill_rounds.py --rounds 300 [--seed N]

Chance picks the moments, the machine what the program is doing then: a seed repeats the first, not the second."""

import argparse
import collections
import pathlib
import random
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))

from block import Daemon  # noqa: E402
from lab import check  # noqa: E402
from lab.ca import Authority  # noqa: E402
from lab.smtp import SmtpServer  # noqa: E402
from live import PASSWORD, USER, Live, soon, wait_until  # noqa: E402

AGENCIES = 150
CONNECTIONS = 4
RESULT_BATCH = 32  # sending/send.h
ON_WIRE = CONNECTIONS + RESULT_BATCH  # what one kill may repeat
ANSWER_S = 0.01  # the server takes its time: there is always something on the wire
KILLS_EACH = 25  # of one block, before it is let through
EARLY = 0.3  # of the kills come before the program is ready


class Count:
    def __init__(self):
        self.kills = self.early = self.messages = self.twice = 0
        self.ready = []  # seconds from a start after a kill to READY=1


def kill_early(block, chance):
    """In the middle of a start: the schema, the recovery, the sync."""
    daemon = Daemon(block)
    time.sleep(chance.uniform(0, 0.06))
    daemon.kill()


def kill_later(block, smtp, chance, count):
    """Some messages after it is ready, or some time, whichever comes first."""
    begin = time.monotonic()
    with Daemon(block) as daemon:
        count.ready.append(time.monotonic() - begin)
        target = len(smtp.messages()) + chance.randint(1, 6)
        end = time.monotonic() + chance.uniform(0, 0.4)
        while len(smtp.messages()) < target and time.monotonic() < end:
            time.sleep(0.002)
        daemon.kill()


def addresses(smtp):
    return {to for record in smtp.messages() for to in record["to"]}


def play(folder, authority, chance, kills, count):
    """One block of many agencies, killed so often and then let through."""
    with SmtpServer(folder / "mail", authority, user=USER, password=PASSWORD) as smtp:
        smtp.faults.update({"*": f"delay:{ANSWER_S}"})
        mail = {"url": smtp.url, "ca_file": str(authority.ca_file), "timeout": "10s", "connections": CONNECTIONS}
        block = Live(folder, soon(0), AGENCIES, mail=mail)
        for _ in range(kills):
            if chance.random() < EARLY:
                kill_early(block, chance)
                count.early += 1
            else:
                kill_later(block, smtp, chance, count)
            count.kills += 1
        owed = {f"dv{n}@khoi.example" for n in range(1, AGENCIES + 1)}
        with block.start() as daemon:
            wait_until(lambda: addresses(smtp) == owed, lambda: f"{sorted(owed - addresses(smtp))}\n{daemon.stderr}")
        ids = collections.defaultdict(set)
        for record in smtp.messages():
            ids[record["to"][0]].add(check.parse(smtp.content(record))["Message-ID"])
        several = {to: found for to, found in ids.items() if len(found) > 1}
        assert not several, f"told twice under different ids: {several}"
        twice = len(smtp.messages()) - AGENCIES
        assert twice <= kills * ON_WIRE, f"{twice} messages came twice after {kills} kills"
        count.messages += len(smtp.messages())
        count.twice += twice


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=30)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    chosen = options.parse_args()
    chance, count, begin = random.Random(chosen.seed), Count(), time.monotonic()
    print(f"kill-rounds: seed {chosen.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="reminderd-kills-") as top:
        authority = Authority(pathlib.Path(top))
        while count.kills < chosen.rounds:
            folder = pathlib.Path(top) / str(count.kills)
            folder.mkdir()
            play(folder, authority, chance, min(KILLS_EACH, chosen.rounds - count.kills), count)
    ready = sorted(count.ready) or [0.0]
    print(f"{count.kills} kills ({count.early} before it was ready), {count.messages} messages, none lost, "
          f"{count.twice} twice with the same id, in {time.monotonic() - begin:.0f} s")  # fmt: skip
    print(f"ready after a kill: median {ready[len(ready) // 2] * 1000:.0f} ms, "
          f"95 % {ready[len(ready) * 95 // 100] * 1000:.0f} ms, longest {ready[-1] * 1000:.0f} ms")  # fmt: skip


if __name__ == "__main__":
    main()
