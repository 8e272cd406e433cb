"""The daemon and reminder-mail are killed again and again while bounces come in: each of these is recorded, and once.
MAILS=1000 for a long run."""

import contextlib
import json
import os
import random
import sqlite3
import threading

import pytest

from block import Bus
from lab.imap import ImapServer
from listener import Reader
from live import PASSWORD, Live, mail_to, midnight, said, wait_until
from test_letters import report

pytestmark = pytest.mark.once
MAILS = int(os.environ.get("MAILS", "60"))
STEPS_BETWEEN = 37  # a session begins with ten, a letter has four
SECONDS_FOR_HEARD = 0.01  # in which the daemon hears of a letter after it was fetched


class Killer:
    """Kills one side after the other at steps of the mail server, at once or while the daemon is hearing."""

    def __init__(self, server, sides):
        self.server, self.sides, self.step = server, sides, server.step
        self.random, self.steps, self.kills, self.timers, self.ended = random.Random(1), 0, 0, [], False
        server.step = self.strike

    def strike(self, name, session):
        self.steps += 1
        if self.steps % STEPS_BETWEEN == 0 and not self.ended:
            side = self.sides[self.kills % len(self.sides)]()
            self.kills += 1
            if self.kills % 4 < 2:
                side.process.kill()
            else:
                self.timers.append(threading.Timer(self.random.uniform(0, SECONDS_FOR_HEARD), side.process.kill))
                self.timers[-1].start()
        self.step(name, session)

    def end(self):
        self.ended = True
        for timer in self.timers:
            timer.join()


def count(block, what):
    with contextlib.closing(sqlite3.connect(block.state / "reminderd.db")) as database:
        return database.execute(f"SELECT count(*) FROM {what}").fetchone()[0]


def test_each_is_recorded_once(tmp_path, authority, smtp):
    block = Live(tmp_path, midnight(), MAILS, mail=mail_to(smtp, authority))
    with Bus() as bus:
        with block.start(bus="session", environment=bus.environment) as daemon:
            said(daemon, "Sent due", MAILS, patience=60 + MAILS)
            sent = [row["id"] for row in json.loads(bus.ctl("deliveries", "--json").stdout) if row["kind"] == "due"]
        server = ImapServer(authority, letters=[report(returned=f"{id}@khoi.example") for id in sent])
        server.folders["Da xu ly"] = []
        reader, daemons = Reader(tmp_path, bus, server.url, authority, PASSWORD), []
        killer = Killer(server, [lambda: reader, lambda: daemons[-1]])

        def both_run():
            if not daemons or daemons[-1].process.poll() is not None:
                daemons.append(stack.enter_context(block.start(bus="session", environment=bus.environment)))
            if reader.process.poll() is not None:
                reader.start()

        def has_ended():
            both_run()
            return not server.inbox

        with server, contextlib.ExitStack() as stack:
            stack.enter_context(reader)
            wait_until(has_ended, lambda: f"{len(server.inbox)} letters left:\n{reader.stderr[-3000:]}", patience=90 + MAILS)
            killer.end()
            wait_until(lambda: both_run() or count(block, "heard") == MAILS, lambda: f"{count(block, 'heard')} heard")
    assert killer.kills >= MAILS * 4 // STEPS_BETWEEN
    assert count(block, "heard WHERE outcome = 0") == MAILS
    assert count(block, "delivery WHERE state = 5 AND kind = 2") == MAILS
    assert count(block, "notice WHERE rung LIKE 'bounced@%'") == MAILS
