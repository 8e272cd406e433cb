"""The daemon and reminder-mail are killed again and again while bounces and answers come in: each of these is recorded, and once.
MAILS=1000 for a long run."""

import contextlib
import datetime
import json
import os
import random
import sqlite3
import threading

import pytest

from block import Bus
from lab.imap import ImapServer
from listener import Reader
from live import PASSWORD, Live, mail_to, midnight, now, said, wait_until
from test_letters import report
from test_mailbox import letter

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


def what_comes_back(number, delivery):
    """A bounce, a claim or a request, in turn."""
    id, address = delivery["id"] + "@khoi.example", delivery["address"]
    vouched = {"From": address, "Authentication-Results": f"mx.khoi.example; dmarc=pass header.from={address.split('@')[1]}"}
    if number % 3 == 0:
        return report(returned=id)
    in_a_month = now().date() + datetime.timedelta(days=30)
    text = "Đã nộp báo cáo." if number % 3 == 1 else f"Xin gia hạn đến ngày {in_a_month:%d/%m/%Y}."
    return letter(number, text, **{"In-Reply-To": f"<{id}>", **vouched})


def test_each_is_recorded_once(tmp_path, authority, smtp):
    block = Live(tmp_path, midnight(), MAILS, mail=mail_to(smtp, authority))
    with Bus() as bus:
        with block.start(bus="session", environment=bus.environment) as daemon:
            said(daemon, "Sent due", MAILS, patience=60 + MAILS)
            sent = [row for row in json.loads(bus.ctl("deliveries", "--json").stdout) if row["kind"] == "due"]
        server = ImapServer(authority, letters=[what_comes_back(n, row) for n, row in enumerate(sent)])
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
    bounces, requests = (MAILS + 2) // 3, MAILS // 3
    answers = MAILS - bounces
    assert count(block, "heard WHERE outcome = 0") == MAILS
    assert count(block, "delivery WHERE state = 5 AND kind = 2") == bounces
    assert count(block, "notice WHERE rung LIKE 'bounced@%'") == bounces
    assert count(block, "claim WHERE state = 0") == count(block, "claim") == answers
    assert count(block, "claim WHERE until_day IS NOT NULL") == requests
    assert count(block, "obligation WHERE id IN (SELECT obligation FROM claim)") == answers
    assert count(block, "audit WHERE verb IN ('claim', 'request')") == answers
    print(f"{MAILS} mails, {killer.kills} kills: {bounces} bounces and {answers} answers recorded, each once")
