"""Every event of the journal, provoked in the real program, as systemd's journal receives it: level, id and fields.

The daemon runs in a mount namespace of its own in which /run/systemd/journal/socket leads here.
"""

import contextlib
import re
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

import block
from block import REMINDERCTL, ROOT, Bus
from lab.smtp import SmtpServer
from live import PASSWORD, USER, Live, item, mail_to, now, soon, wait_until
from strangers import can_mount, mounts

SOURCE = ROOT / "daemon/runtime"
pytestmark = pytest.mark.skipif(not can_mount(), reason="only root, where it may mount, stands in for systemd's journal")

ERROR, WARNING, NOTICE, INFO = "3", "4", "5", "6"
DELIVERY = {"REMINDERD_AGENCY", "REMINDERD_DELIVERY", "REMINDERD_KIND", "REMINDERD_CHANNEL", "REMINDERD_ATTEMPT"}
# Each event: its level, and the fields that it must have.
EVENTS = {
    "STARTED": (INFO, set()),
    "STOPPING": (INFO, set()),
    "RELOADED": (INFO, set()),
    "RELOAD_REFUSED": (ERROR, set()),
    "CONFIG_FINDING": (WARNING, set()),
    "SYNCED": (INFO, set()),
    "UNCLEAR": (NOTICE, set()),
    "PLAN_CLOSED": (NOTICE, {"REMINDERD_PLAN"}),
    "DATE_CHANGED": (NOTICE, {"REMINDERD_PLAN", "REMINDERD_ITEM"}),
    "DELIVERY_SENT": (INFO, DELIVERY),
    "DELIVERY_RETRY": (WARNING, DELIVERY),
    "DELIVERY_FAILED": (ERROR, DELIVERY),
    "DELIVERY_CANCELLED": (INFO, set()),
    "DELIVERY_BOUNCED": (WARNING, DELIVERY),
    "TOO_LATE": (WARNING, {"REMINDERD_PLAN", "REMINDERD_ITEM", "REMINDERD_AGENCY", "REMINDERD_KIND"}),
    "RECOVERED": (NOTICE, set()),
    "CLOCK_CHANGED": (NOTICE, set()),
    "CLOCK_BEHIND": (WARNING, set()),
    "MENDED": (ERROR, set()),
    "LOG_HELD": (WARNING, set()),
    "STORE_TROUBLE": (ERROR, set()),
    "SERVER_TROUBLE": (ERROR, set()),
    "SERVER_REFUSES": (ERROR, set()),
    "LATE": (ERROR, set()),
    "TROUBLE_OVER": (NOTICE, set()),
    "HOLD": (NOTICE, set()),
    "DECISION": (NOTICE, {"REMINDERD_ITEM"}),
    "REFUSED": (NOTICE, {"REMINDERD_ITEM"}),
    "BACKUP": (NOTICE, set()),
    "BACKUP_FAILED": (ERROR, set()),
    "STANDBY": (WARNING, set()),
    "BUS": (NOTICE, set()),
    "MORE": (WARNING, {"REMINDERD_COUNT", "REMINDERD_COUNTED"}),
    "FATAL": ("2", set()),
}
IDS = dict(re.findall(r'\[EVENT_(\w+)\] = \{ ?"([0-9a-f]{32})"', (SOURCE / "journal.c").read_text()))
NAMES = {id: name for name, id in IDS.items()}


class Journal:
    """The socket to which sd-journal writes, and every line that came."""

    def __enter__(self):
        self.run = Path(tempfile.mkdtemp(prefix="reminderd-run-"))  # short: a socket's path has 107 bytes
        (self.run / "systemd/journal").mkdir(parents=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.run / "systemd/journal/socket"))
        self.entries = []
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        shutil.rmtree(self.run)

    def listen(self):
        while data := self.socket.recv(1 << 16):
            self.entries.append(dict(line.split("=", 1) for line in data.decode().splitlines()))

    def environment(self, stderr):
        """Standard error is said to lead to the journal."""
        stderr.touch()
        status = stderr.stat()
        return {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}

    def of(self, event):
        return [entry for entry in self.entries if entry["MESSAGE_ID"] == IDS[event]]

    def wait(self, event, words=""):
        """The first line of an event in which the words stand."""
        return wait_until(lambda: next((e for e in self.of(event) if words in e["MESSAGE"]), None),
                          lambda: f"{event} {words!r} in:\n" + "\n".join(map(str, self.entries)))  # fmt: skip


@pytest.fixture
def journal():
    with Journal() as journal:
        yield journal


class Watched(Live):
    """A block whose daemon writes to that journal."""

    def __init__(self, journal, *arguments, **settings):
        super().__init__(*arguments, **settings)
        self.journal = journal

    def start(self, bus="none", environment=None, **more):
        told = self.journal.environment(self.folder / "stderr")
        return super().start(bus, environment={**(environment or {}), **told},
                             before=mounts(**{"/run": self.journal.run}), **more)  # fmt: skip


def assert_as_promised(journal):
    """Every line that came."""
    assert journal.entries
    for entry in journal.entries:
        name = NAMES[entry["MESSAGE_ID"]]
        level, fields = EVENTS[name]
        if name != "MORE":
            assert entry["PRIORITY"] == level, entry
        assert entry["SYSLOG_IDENTIFIER"] == "reminderd" and entry["MESSAGE"]


# Not provoked here but in the unit tests of the engine: a clock that is set, what takes hours or days, and what a server
# that refuses us is told of (also in test_mail_servers.py); what is wrong with a database (in
# test_integrity.py), what had passed before it was known (in test_unclear.py), who is held (in test_hold.py),
# what came back by mail (in test_heard.py), the end of a plan (in test_ending.py), and
# a state that is another machine's (in test_standby.py).
ELSEWHERE = {"HOLD", "STANDBY", "CLOCK_CHANGED", "TOO_LATE", "SERVER_TROUBLE", "SERVER_REFUSES", "LATE", "MENDED", "LOG_HELD", "UNCLEAR",
             "PLAN_CLOSED", "DELIVERY_BOUNCED"}  # fmt: skip
# Which test sees which.
SEEN = {
    "plans": {"STARTED", "SYNCED", "RELOADED", "RELOAD_REFUSED", "CONFIG_FINDING", "DATE_CHANGED", "STOPPING"},
    "deliveries": {"DELIVERY_SENT", "DELIVERY_RETRY", "DELIVERY_FAILED", "DELIVERY_CANCELLED"},
    "flood": {"MORE"},
    "people": {"DECISION", "REFUSED", "BACKUP", "BACKUP_FAILED", "BUS"},
    "crash": {"RECOVERED", "CLOCK_BEHIND", "FATAL"},
    "store": {"STORE_TROUBLE", "TROUBLE_OVER"},
}


def assert_told(journal, story):
    assert_as_promised(journal)
    for event in SEEN[story]:
        assert journal.of(event), event
        missing = EVENTS[event][1] - set(journal.of(event)[0])
        assert not missing, (event, missing)


def test_every_event_has_its_row():
    enum = re.findall(r"^ +EVENT_(\w+)", (SOURCE / "journal.h").read_text(), re.M)
    assert enum.pop() == "COUNT"
    assert enum == list(EVENTS) and set(enum) == set(IDS)
    assert set().union(*SEEN.values()) | ELSEWHERE == set(EVENTS)


def server(folder, authority):
    return SmtpServer(folder / "mail", authority, user=USER, password=PASSWORD)


def test_plans(tmp_path, journal):
    ahead = now().date().replace(month=12, day=30)
    office = Watched(journal, tmp_path, soon(3600), items=item(due=ahead))
    text = (office.conf / "plans.d/plan.conf").read_text()
    with office.start() as daemon:
        office.write_plan(text.replace(ahead.isoformat(), f"{ahead.year}-12-31"))
        daemon.reload()
        journal.wait("DATE_CHANGED", f"{ahead.year}-12-31")
        office.write_plan(text.replace("due", "duo"))
        daemon.reload()
        journal.wait("CONFIG_FINDING", "plan.conf:")
    assert_told(journal, "plans")


def test_deliveries(tmp_path, authority, journal):
    """One is taken, one refused, one tried again until it is given up, one for an address that is no more."""
    with server(tmp_path, authority) as smtp:
        smtp.faults.update({"dv2@khoi.example": "550", "dv3@khoi.example": "451", "dv4@khoi.example": "452"})
        office = Watched(journal, tmp_path, soon(), 4, mail=mail_to(smtp, authority),
                         retry={"first": "1s", "max": "1s", "give_up": "4s"})  # fmt: skip
        with office.start() as daemon:
            journal.wait("DELIVERY_SENT", "dv1@")
            journal.wait("DELIVERY_FAILED", "dv2@")
            journal.wait("DELIVERY_RETRY", "dv4@")
            agencies = office.conf / "agencies.conf"
            agencies.write_text(agencies.read_text().replace("dv4@", "dv5@"))
            daemon.reload()
            journal.wait("DELIVERY_CANCELLED")
            given_up = journal.wait("DELIVERY_FAILED", "dv3@")
            assert int(given_up["REMINDERD_ATTEMPT"]) > 1
    assert_told(journal, "deliveries")


def test_a_flood(tmp_path, journal):
    mail = {"url": "smtp://127.0.0.1:1", "tls": "none", "username": None, "password_file": None}
    with Watched(journal, tmp_path, soon(), 40, mail=mail).start():
        wait_until(lambda: len(journal.of("DELIVERY_RETRY")) == 20, lambda: journal.entries)
        wait_until(lambda: attempts_in(tmp_path) >= 40, lambda: attempts_in(tmp_path))
    more = journal.wait("MORE")
    assert more["REMINDERD_COUNTED"] == IDS["DELIVERY_RETRY"] and more["PRIORITY"] == WARNING
    assert_told(journal, "flood")


def attempts_in(folder):
    """How many attempts stand in the store."""
    with contextlib.closing(sqlite3.connect(f"file:{folder}/state/reminderd.db?mode=ro", uri=True)) as database:
        return database.execute("SELECT sum(attempts) FROM delivery").fetchone()[0] or 0


def test_people(tmp_path, journal):
    """What is decided, what is refused, backups good and bad, and a bus that goes."""
    with Bus() as bus:
        office = Watched(journal, tmp_path, soon(3600))
        with office.start("session", environment=bus.environment):
            bus.wait_for_object()
            done = ("done", "bao-cao", "--agency", "don-vi-1")
            assert [bus.ctl(*done).returncode for _ in range(2)] == [0, 1]
            assert bus.ctl("backup", tmp_path / "copy").returncode == 0
            # On a disk that is full: a tiny one, in the eyes of the caller alone.
            full = tmp_path / "full"
            full.mkdir()
            mount = f"mount -t tmpfs -o size=16k tmpfs {full}"
            script = f"{mount} && {REMINDERCTL} --bus session backup {full}/copy; ls {full}"
            failed = subprocess.run(["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True,
                                    env=block.environment(**bus.environment))  # fmt: skip
            assert failed.stdout == "" and "No space left" in failed.stderr, "told, and nothing stays"
            bus.process.kill()
            journal.wait("BUS", "is away")
    assert_told(journal, "people")


def test_after_a_crash(tmp_path, authority, journal):
    with server(tmp_path, authority) as smtp:
        smtp.faults.update({"*": "hang-data*1"})
        office = Watched(journal, tmp_path, soon(), mail=mail_to(smtp, authority))
        with office.start() as daemon:
            wait_until(lambda: on_the_wire(tmp_path), lambda: daemon.stderr)
            daemon.kill()
        with contextlib.closing(sqlite3.connect(tmp_path / "state/reminderd.db")) as database, database:
            tomorrow = str(int(time.time() + 86400) * 1000)
            database.execute("UPDATE fact SET value = ? WHERE name = 'last-time'", (tomorrow,))
        with office.start():
            journal.wait("RECOVERED")
            journal.wait("CLOCK_BEHIND")
            office.folder = tmp_path / "second"
            office.folder.mkdir()
            second = office.start()  # the state folder is taken
            assert second.process.wait(block.PATIENCE) == 3
            second.kill()
    assert_told(journal, "crash")


def on_the_wire(folder):
    with contextlib.closing(sqlite3.connect(f"file:{folder}/state/reminderd.db?mode=ro", uri=True)) as database:
        return database.execute("SELECT count(*) FROM delivery WHERE state = 1").fetchone()[0]


def test_a_store_that_cannot_be_written(tmp_path, journal):
    with Bus() as bus:
        office = Watched(journal, tmp_path, soon(3600))
        with office.start("session", environment=bus.environment):
            bus.wait_for_object()
            with contextlib.closing(sqlite3.connect(tmp_path / "state/reminderd.db", isolation_level=None)) as database:
                database.execute("BEGIN IMMEDIATE")
                assert bus.ctl("done", "bao-cao", "--agency", "don-vi-1").returncode == 1
                database.execute("ROLLBACK")
            journal.wait("TROUBLE_OVER")
            assert bus.ctl("done", "bao-cao", "--agency", "don-vi-1").returncode == 0
    assert_told(journal, "store")
