"""reminderctl backup: a copy while reminders leave, and what a restore from it repeats and loses: nothing it knew."""

import collections
import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import time

import dbus
import dbus.bus
import pytest

import block
from block import Bus
from lab import check
from lab.ca import Authority
from lab.smtp import SmtpServer
from live import PASSWORD, USER, Live, soon
from rawbus import MANAGER, NAME, OBJECT
from desk import Desk

COUNT = 40


@pytest.fixture
def desk(tmp_path):
    with Desk(tmp_path) as desk:
        yield desk


def ask(path, sql):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
        return [row[0] for row in database.execute(sql)]


def by_recipient(server):
    """{address: Message-IDs of what arrived}"""
    arrived = collections.defaultdict(list)
    for record in server.messages():
        message = check.parse(server.content(record))
        arrived[message["To"].addresses[0].addr_spec].append(message["Message-ID"])
    return arrived


def test_a_restored_backup_repeats_nothing_it_knew_as_sent_and_loses_nothing(tmp_path):
    authority = Authority(tmp_path / "ca")
    copy = tmp_path / "copy.db"
    with Bus() as bus, SmtpServer(tmp_path / "mail", authority, user=USER, password=PASSWORD) as smtp:
        smtp.faults.update({"*": "delay:0.1"})
        mail = {"url": smtp.url, "ca_file": str(authority.ca_file), "connections": 1}
        office = Live(tmp_path, soon(), COUNT, mail=mail)
        with office.start("session", environment=bus.environment) as daemon:
            smtp.wait(5, block.PATIENCE)
            done = block.run(block.REMINDERCTL, "--bus", "session", "backup", copy, "--json", **bus.environment)
            assert done.returncode == 0, done.stderr
            daemon.kill()
        assert json.loads(done.stdout) == {"verb": "backup", "file": str(copy), "bytes": copy.stat().st_size}
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        assert ask(copy, "PRAGMA integrity_check") == ["ok"]
        known = set(ask(copy, "SELECT address FROM delivery WHERE state = 2"))
        assert known and len(known) < COUNT, "taken in the midst of it"

        shutil.rmtree(office.state)
        office.state.mkdir(mode=0o700)
        shutil.copy(copy, office.state / "reminderd.db")
        with office.start("session", environment=bus.environment):
            end = time.monotonic() + block.PATIENCE
            while len(arrived := by_recipient(smtp)) < COUNT:
                assert time.monotonic() < end, f"{len(arrived)} of {COUNT} arrived"
                time.sleep(0.05)
    assert all(len(arrived[address]) == 1 for address in known), "nothing that it knew as sent is repeated"
    assert all(len(set(ids)) == 1 for ids in arrived.values()), "what is repeated has the id it had"


def test_a_file_that_is_there_stays_unless_it_is_to_be_replaced(desk, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    file = folder / "state db"
    file.write_text("an older one")
    refused = desk.ctl("backup", file)
    assert refused.returncode == 1 and "--replace" in refused.stderr and file.read_text() == "an older one"
    assert desk.ctl("backup", file, "--replace").returncode == 0
    assert ask(file, "PRAGMA user_version") and os.listdir(folder) == [file.name]
    assert desk.ctl("backup", folder).returncode == 2
    nowhere = desk.ctl("backup", tmp_path / "no/such/file")
    assert nowhere.returncode == 1 and "No such file" in nowhere.stderr


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


NO_FILES = {
    "a folder": (lambda path: path.mkdir(), 2, "is a folder"),
    "an empty link": (lambda path: path.symlink_to(path.parent / "nowhere"), 1, "symbolic link"),
    "a link to a file": (lambda path: path.symlink_to(path.parent / "file"), 1, "symbolic link"),
    "a link to a folder": (lambda path: path.symlink_to(path.parent), 1, "symbolic link"),
    "a link to a device": (lambda path: path.symlink_to("/dev/null"), 1, "symbolic link"),
    "a link to itself": (lambda path: path.symlink_to(path), 1, "symbolic link"),
    "a pipe": (os.mkfifo, 1, "pipe"),
    "a socket": (make_socket, 1, "socket"),
    "a device": (lambda path: os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 3)), 1, "device"),
}


@pytest.mark.parametrize("what", NO_FILES)
def test_what_is_no_file_stays_as_it_is(desk, tmp_path, what):
    make, code, says = NO_FILES[what]
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "file").write_text("mine")
    path = folder / "copy.db"
    try:
        make(path)
    except PermissionError:
        pytest.skip("only root makes one")
    before = os.lstat(path)
    for words in ((), ("--replace",)):
        refused = desk.ctl("backup", path, *words)
        assert refused.returncode == code and says in refused.stderr, refused
    after = os.lstat(path)
    assert (after.st_ino, after.st_mode, after.st_rdev) == (before.st_ino, before.st_mode, before.st_rdev)
    assert sorted(os.listdir(folder)) == ["copy.db", "file"] and (folder / "file").read_text() == "mine"
    assert desk.json("log") == []


def as_given(desk, tmp_path, name):
    """The ways to name a file of the daemon's: its path, by a link of its folder, and from where one is."""
    (tmp_path / "alias").symlink_to(desk.block.state)
    return [(desk.block.state / name, "/"), (tmp_path / "alias" / name, "/"), (f"./{name}", desk.block.state),
            (name, desk.block.state), (f"state/../{desk.block.state.name}/{name}", desk.block.state.parent)]  # fmt: skip


STATE_FILES = ["reminderd.db", "reminderd.db-wal", "reminderd.db-shm", "reminderd.db.v6.bak", "reminderd.lock", "new"]


@pytest.mark.parametrize("name", STATE_FILES)
def test_what_is_the_daemons_own_stays_as_it_is(desk, tmp_path, name):
    state = desk.block.state
    (state / "reminderd.db.v6.bak").write_text("of an update")

    def look():
        """Which files there are, and what is in them but for what a daemon at work writes to all the time."""
        return {path.name: (path.stat().st_ino, b"" if path.name.endswith(("-shm", "-wal")) else path.read_bytes())
                for path in state.iterdir()}  # fmt: skip

    before = look()
    for path, folder in as_given(desk, tmp_path, name):
        with contextlib.chdir(folder):
            refused = desk.ctl("backup", path, "--replace")
        assert refused.returncode == 1 and f"{path} is in the state folder of a reminderd" in refused.stderr, refused
    assert look() == before and desk.json("log") == []


def test_another_name_of_the_database_stays(desk, tmp_path):
    for name in ("reminderd.db", "reminderd.db-shm"):
        os.link(desk.block.state / name, tmp_path / name)
        refused = desk.ctl("backup", tmp_path / name, "--replace")
        assert refused.returncode == 1 and "is a database that a program has open" in refused.stderr, refused
        assert os.path.samefile(desk.block.state / name, tmp_path / name)
    assert desk.ctl("backup", tmp_path / "copy", "--replace").returncode == 0
    assert desk.ctl("backup", tmp_path / "copy", "--replace").returncode == 0


def test_who_took_one_is_in_the_log_and_in_the_journal(desk, tmp_path):
    assert desk.ctl("backup", tmp_path / "copy.db").returncode == 0
    (event,) = desk.json("log")
    assert event["verb"] == "backup" and event["uid"] == os.getuid() and "bytes" in event["detail"]
    assert f"{event['who']} (uid {os.getuid()}) took a backup" in desk.daemon.stderr


def test_without_a_daemon_nothing_is_left(desk, tmp_path):
    desk.daemon.stop()
    folder = tmp_path / "backups"
    folder.mkdir()
    assert desk.ctl("backup", folder / "copy.db").returncode == 4
    assert os.listdir(folder) == []


def test_one_that_is_interrupted_leaves_nothing_and_the_next_one_goes(desk, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    desk.daemon.process.send_signal(signal.SIGSTOP)
    try:
        ctl = subprocess.Popen([block.REMINDERCTL, "--bus", "session", "backup", folder / "copy.db"],
                               stderr=subprocess.PIPE, text=True, env=block.environment(**desk.bus.environment))  # fmt: skip
        end = time.monotonic() + block.PATIENCE
        while not os.listdir(folder):
            assert time.monotonic() < end
            time.sleep(0.01)
        ctl.send_signal(signal.SIGINT)
        _, said = ctl.communicate(timeout=block.PATIENCE)
    finally:
        desk.daemon.process.send_signal(signal.SIGCONT)
    assert ctl.returncode != 0 and os.listdir(folder) == [], said
    assert desk.ctl("backup", folder / "copy.db").returncode == 0
    assert not (desk.block.state / "reminderd.db.copy").exists()


def test_the_copy_of_one_that_a_crash_ended_is_removed(desk):
    left = [desk.block.state / name for name in ("reminderd.db.copy", "reminderd.db.copy.new")]
    desk.daemon.kill()
    for path in left:
        path.write_text("half a copy")
    desk.start()
    assert not any(path.exists() for path in left)


def test_only_an_empty_file_that_may_be_written_is_taken(desk, tmp_path):
    bus = dbus.bus.BusConnection(desk.bus.environment["DBUS_SESSION_BUS_ADDRESS"])
    manager = dbus.Interface(bus.get_object(NAME, OBJECT), MANAGER)
    full = tmp_path / "full"
    full.write_text("x")
    empty = tmp_path / "empty"
    empty.touch()
    reader, writer = os.pipe()
    try:
        for fd in (writer, os.open(full, os.O_WRONLY), os.open(empty, os.O_RDONLY), os.open(empty, os.O_WRONLY | os.O_APPEND)):
            with pytest.raises(dbus.DBusException) as error:
                manager.Backup(dbus.types.UnixFd(fd))
            assert error.value.get_dbus_name() == "org.reminderd1.Error.Invalid"
            os.close(fd)
        with open(empty, "wb") as file:
            assert manager.Backup(dbus.types.UnixFd(file)) == empty.stat().st_size > 0
    finally:
        os.close(reader)
        bus.close()


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
@pytest.mark.parametrize("replace", [False, True])
def test_the_name_of_a_backup_outlives_a_power_loss(desk, tmp_path, replace):
    """The folder is synced once the file has its name; that the bytes are is tested with the store."""
    folder, calls = tmp_path / "backups", tmp_path / "calls"
    folder.mkdir()
    if replace:
        (folder / "copy").touch()
    traced = ["strace", "-y", "-e", "trace=fsync,/^rename", "-o", calls, block.REMINDERCTL, "--bus", "session",
              "backup", folder / "copy", *(["--replace"] if replace else [])]  # fmt: skip
    # A sanitizer's search for leaks is a tracer of its own.
    variables = block.environment(**desk.bus.environment) | {"ASAN_OPTIONS": "detect_leaks=0"}
    subprocess.run(traced, check=True, timeout=block.PATIENCE, env=variables)
    made = [line.split("(")[0] + (f" {folder}" if f"<{folder}>)" in line else "") for line in open(calls) if "(" in line]
    assert [call for call in made if call.startswith(("rename", "fsync"))][-1] == f"fsync {folder}", made
    assert any(call.startswith("rename") for call in made)
