"""What keeps reminders from leaving is known wherever somebody may look: status, its exit code, the bus, what systemd
shows, the journal; and reminders leave by themselves once it is over."""

import contextlib
import json
import sqlite3

import pytest

from block import Bus
from lab.smtp import SmtpServer
from live import PASSWORD, PATIENCE, USER, FullDisk, Live, mail_to, said, soon, wait_until
from rawbus import MANAGER, RawBus


@pytest.fixture
def smtp(tmp_path, authority):
    with SmtpServer(tmp_path / "mail", authority, user=USER, password=PASSWORD) as server:
        yield server


@pytest.fixture
def bus():
    with Bus() as bus:
        yield bus


def outside(live):
    """Another program that has the database open, as a person's shell would."""
    return contextlib.closing(sqlite3.connect(live.state / "reminderd.db", isolation_level=None))


def full_disk(live, daemon):
    return FullDisk(daemon)


@contextlib.contextmanager
def locked(live, daemon):
    with outside(live) as database:
        database.execute("BEGIN EXCLUSIVE")
        yield
        database.execute("ROLLBACK")


@contextlib.contextmanager
def damaged_row(live, daemon):
    with outside(live) as database:
        database.execute("UPDATE obligation SET shift = shift + 1000")
        yield
        database.execute("UPDATE obligation SET shift = shift - 1000")


@contextlib.contextmanager
def moved(live, daemon):
    path = live.state / "reminderd.db"
    path.rename(live.state / "elsewhere")
    yield
    (live.state / "elsewhere").rename(path)


@contextlib.contextmanager
def replaced(live, daemon):
    with moved(live, daemon):
        (live.state / "reminderd.db").write_bytes((live.state / "elsewhere").read_bytes())
        yield


CAUSES = {full_disk: "the disk is full", moved: "reminderd.db was moved", replaced: "reminderd.db was moved", locked: "another process holds the database", damaged_row: "the database is damaged"}


def troubles(raw):
    (value,) = raw.call("Get", "ss", MANAGER, "Troubles", interface="org.freedesktop.DBus.Properties").values
    return value


def wait_for_status_line(daemon, condition):
    """The last that systemd was told to show."""
    def last():
        lines = [line for line in list(daemon.told) if line.startswith("STATUS=")]
        return bool(lines) and condition(lines[-1])

    wait_until(last, lambda: f"{daemon.told}")


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.__name__)
def test_a_state_that_cannot_be_written(tmp_path, smtp, authority, bus, cause):
    live = Live(tmp_path, soon(20), 3, mail=mail_to(smtp, authority))  # the cause is there before, on a busy machine too
    with live.start("session", environment=bus.environment) as daemon, RawBus(bus.environment["DBUS_SESSION_BUS_ADDRESS"]) as raw:
        raw.watch()
        assert bus.ctl("status", "--check").returncode == 0 and troubles(raw) == []
        with cause(live, daemon):
            said(daemon, f"Reminders wait: the state cannot be written: {CAUSES[cause]}")
            assert smtp.messages() == []

            checked = bus.ctl("status", "--check")
            assert checked.returncode == 1
            assert "needs attention" in checked.stdout and CAUSES[cause] in checked.stdout
            status = json.loads(bus.ctl("status", "--json").stdout)
            (trouble,) = status["troubles"]
            assert trouble["kind"] == "state" and CAUSES[cause] in trouble["text"] and trouble["since"]
            assert status["health"] == "attention" and any(CAUSES[cause] in text for text in status["problems"])

            (text,) = troubles(raw)
            assert CAUSES[cause] in text
            signal = raw.wait_for(lambda s: s.member == "PropertiesChanged" and "Troubles" in s.values[1])
            assert signal.values[1]["Troubles"] == [text]
            wait_for_status_line(daemon, lambda line: "không ghi được dữ liệu từ" in line)
        smtp.wait(3, PATIENCE)
        said(daemon, "Over after .*: Reminders wait")
        raw.wait_for(lambda s: s.member == "PropertiesChanged" and s.values[1].get("Troubles") == [])
        wait_for_status_line(daemon, lambda line: "không ghi được" not in line)
        assert bus.ctl("status", "--check").returncode == 0
    assert len(smtp.messages()) == 3
    assert daemon.stderr.count("Reminders wait") == 2  # once, and that it is over


@pytest.mark.parametrize("cause", [full_disk, locked, moved], ids=lambda cause: cause.__name__)
def test_monitoring_knows_before_anything_is_due(tmp_path, bus, cause):
    live = Live(tmp_path, soon(3600), 1)
    with live.start("session", environment=bus.environment) as daemon:
        with cause(live, daemon):
            wait_until(lambda: bus.ctl("status", "--check").returncode == 1, lambda: daemon.stderr)
        wait_until(lambda: bus.ctl("status", "--check").returncode == 0, lambda: daemon.stderr)


def test_a_request_that_fails_is_a_trouble_at_once(tmp_path, bus):
    live = Live(tmp_path, soon(3600), 1)
    with live.start("session", environment=bus.environment) as daemon:
        assert bus.ctl("status", "--check").returncode == 0  # which will not try again for a while
        with full_disk(live, daemon):
            refused = bus.ctl("done", "bao-cao", "--agency", "don-vi-1")
            assert refused.returncode == 1 and "No space left" in refused.stderr
            assert bus.ctl("status", "--check").returncode == 1
        wait_until(lambda: bus.ctl("status", "--check").returncode == 0, lambda: daemon.stderr)


def test_status_is_answered_where_the_state_cannot_be_read(tmp_path, bus):
    live = Live(tmp_path, soon(3600), 1)
    with live.start("session", environment=bus.environment) as daemon, RawBus(bus.environment["DBUS_SESSION_BUS_ADDRESS"]) as raw:
        (before,) = raw.call("GetAll", "s", MANAGER, interface="org.freedesktop.DBus.Properties").values
        with outside(live) as database:
            database.execute("ALTER TABLE obligation_tally RENAME TO elsewhere")
        assert bus.ctl("status", "--check").returncode == 1
        status = json.loads(bus.ctl("status", "--json").stdout)
        assert status["health"] == "attention" and status["open"] is None and status["version"]
        assert any("the state cannot be read" in text for text in status["problems"])
        assert " open, " not in bus.ctl("status").stdout
        (after,) = raw.call("GetAll", "s", MANAGER, interface="org.freedesktop.DBus.Properties").values
        assert before.keys() == after.keys() and "Troubles" in after
        with outside(live) as database:
            database.execute("ALTER TABLE elsewhere RENAME TO obligation_tally")
        wait_until(lambda: bus.ctl("status", "--check").returncode == 0, lambda: daemon.stderr)


def test_a_configuration_that_is_not_in_force(tmp_path, bus):
    live = Live(tmp_path, soon(3600), 1)
    with live.start("session", environment=bus.environment) as daemon:
        plan = (live.conf / "plans.d" / "plan.conf").read_text()
        live.write_plan("plan = nonsense")
        for count in (1, 2):  # each refusal is told
            daemon.reload()
            said(daemon, "not reloaded, the old one goes on", count)
        status = json.loads(bus.ctl("status", "--json").stdout)
        (trouble,) = status["troubles"]
        assert trouble["kind"] == "configuration" and "--check" in trouble["text"]
        assert bus.ctl("status", "--check").returncode == 1
        wait_for_status_line(daemon, lambda line: "cấu hình mới chưa có hiệu lực" in line)
        live.write_plan(plan)
        daemon.reload()
        said(daemon, "Over after .*: The last reload was refused")
        assert bus.ctl("status", "--check").returncode == 0
