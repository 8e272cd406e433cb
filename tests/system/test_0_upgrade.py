"""An upgrade from the package of an older commit, whose database has an older schema and both sent and pending messages."""

import contextlib
import io
import os
import re
import sqlite3
import stat
import subprocess
import tarfile
from pathlib import Path

import pytest

from block import ROOT
from office import soon, wait_until
from test_2_service import later

DATABASE = "/var/lib/reminderd/reminderd.db"
SCHEMA = "daemon/store/schema.c"


def git(*arguments):
    done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else b""


def steps(source):
    """How many versions of the schema a source knows."""
    return len(re.findall(r"^static const char schema_\d+\[\]", source, re.M))


def older_commit():
    """The last one that could make a package and knew fewer versions; None in a clone that does not reach so far back."""
    today = steps((ROOT / SCHEMA).read_text())
    for commit in git("log", "--format=%H", "--", SCHEMA).decode().split():
        if 0 < steps(git("show", f"{commit}:{SCHEMA}").decode()) < today and git("show", f"{commit}:scripts/make-deb"):
            return commit
    return None


@pytest.fixture
def older(tmp_path):
    """Its package."""
    if os.environ.get("SYSTEM_PACKAGE"):
        pytest.skip("an older package would have to be built on that release, too")
    commit = older_commit()
    if not commit:
        pytest.skip("no commit with an older schema at hand: this is no clone, or a shallow one")
    with tarfile.open(fileobj=io.BytesIO(git("archive", commit))) as tar:
        tar.extractall(tmp_path)
    done = subprocess.run(["make", "-s", "-j2", "BUILD=build", "DEB_VERSION=0.0.1-1", "deb"], cwd=tmp_path,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tmp_path / done.stdout.splitlines()[-1]


def ask(path, sql):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(sql).fetchone()[0]


def test_an_upgrade_migrates_after_a_copy_and_keeps_what_was_sent_waits_and_was_decided(
    machine, office, install, older: Path
):
    machine.path("/root/older.deb").write_bytes(older.read_bytes())
    machine.run("dpkg", "-i", "/root/older.deb", timeout=120)
    try:
        office.write_credential()
        office.configure(soon(3), 2, [later()])
        office.start()
        office.wait_mail(2, "due")
        office.ctl("done", "so-ket", "--agency", "don-vi-1", "--note", "đã nhận")
        machine.sh("systemctl stop reminderd postfix; systemctl start reminderd")  # an open connection would go on
        wait_until(lambda: office.ctl("status", check=False).returncode in (0, 1), "an answer")
        office.ctl("test", "don-vi-2")
        (waiting,) = wait_until(lambda: office.json("deliveries", "--state", "queued"), "a message that waits")
        before, rows = ask(machine.path(DATABASE), "PRAGMA user_version"), office.json("list")
        pid = office.pid()

        install()
        office.wait_active(other_than=pid)
        wait_until(lambda: office.ctl("status", check=False).returncode in (0, 1), "an answer")
        assert ask(machine.path(DATABASE), "PRAGMA user_version") == steps((ROOT / SCHEMA).read_text()) > before
        copy = machine.path(f"{DATABASE}.v{before}.bak")
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600 and ask(copy, "PRAGMA integrity_check") == "ok"
        assert ask(copy, "PRAGMA user_version") == before
        states = "SELECT group_concat(state) FROM (SELECT state FROM delivery ORDER BY state)"
        assert ask(copy, states) in ("0,2,2", "1,2,2"), "one waits or is on the wire, two are sent"
        decided = {(row["item"], row["agency"], row["state"], row["due"]) for row in rows}
        assert {(row["item"], row["agency"], row["state"], row["due"]) for row in office.json("list")} == decided
        assert ("so-ket", "don-vi-1", "done") in {row[:3] for row in decided}

        machine.run("systemctl", "start", "postfix")
        (message,) = office.wait_mail(1, "test")
        assert message["Message-ID"].startswith(f"<{waiting['id']}@"), "with the id that it had"
        assert len(office.settle()) == 3, "and nothing twice"
    finally:
        machine.run("systemctl", "start", "postfix", check=False)
        machine.run("dpkg", "--purge", "reminderd", check=False)
        machine.sh("rm -rf /srv/mail/khoi/new /srv/mail/khoi/cur /etc/reminderd")
