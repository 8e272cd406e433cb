"""An upgrade from the package of an older commit, with what that version left."""

import contextlib
import io
import sqlite3
import subprocess
import tarfile
from pathlib import Path

import pytest

from block import ROOT
from office import wait_until

DATABASE = "/var/lib/reminderd/reminderd.db"


def git(*arguments):
    return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, check=False)


@pytest.fixture
def older(tmp_path):
    """The package of the first commit that could make one."""
    commits = git("log", "--diff-filter=A", "--format=%H", "--", "scripts/make-deb").stdout.decode().split()
    archive = git("archive", commits[-1]) if commits else None
    if not archive or archive.returncode != 0:
        pytest.skip("no older commit at hand")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(tmp_path)
    done = subprocess.run(["make", "-s", "-j2", "BUILD=build", "DEB_VERSION=0.0.1-1", "deb"], cwd=tmp_path,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tmp_path / done.stdout.splitlines()[-1]


def version(machine):
    """That of the database's schema."""
    with contextlib.closing(sqlite3.connect(f"file:{machine.path(DATABASE)}?mode=ro", uri=True)) as database:
        return database.execute("PRAGMA user_version").fetchone()[0]


def done_rows(office):
    return [row for row in office.json("list") if row["state"] in ("done", "late")]


def test_an_upgrade_from_an_older_commit_keeps_its_state(machine, office, install, older: Path):
    machine.path("/root/older.deb").write_bytes(older.read_bytes())
    machine.run("dpkg", "-i", "/root/older.deb", timeout=120)
    try:
        office.start()
        office.ctl("done", "dang-ky-thi-dua", "--agency", "so-tu-phap", "--note", "đã nhận")
        before, rows = version(machine), len(office.json("list"))
        pid = office.pid()
        install()
        wait_until(lambda: office.pid() not in ("0", pid), "another process")
        wait_until(lambda: office.ctl("status", check=False).returncode in (0, 1), "an answer")
        (row,) = done_rows(office)
        assert (row["item"], row["agency"]) == ("dang-ky-thi-dua", "so-tu-phap")
        assert len(office.json("list")) == rows
        if version(machine) != before:
            assert machine.path(f"{DATABASE}.v{before}.bak").exists(), "a backup before the migration"
    finally:
        machine.run("dpkg", "--purge", "reminderd", check=False)
