"""A database that is damaged, and one that takes long: what the program says, and what it leaves alone."""

import datetime
import re
import signal
import sqlite3

import pytest

from block import PATIENCE, Bus, Daemon
from live import Live, agencies, item, midnight, now, said, wait_until

DUE = now().date() + datetime.timedelta(days=3)
STORE = "reminderd.db"


def block_of(folder, members=3, items=1, due=DUE):
    several = ", ".join(item(f"bao-cao-{n}", due) for n in range(items))
    return Live(folder, midnight(), members, agency=agencies, items=several,
                mail={"url": "smtp://127.0.0.1:9", "tls": "required"})  # fmt: skip


def move(block, due):
    """The plan with all its dates at another day."""
    old = (block.conf / "plans.d" / "plan.conf").read_text(encoding="utf-8")
    block.write_plan(re.sub(r'due = "[0-9-]*"', f'due = "{due}"', old))


def change(block, sql, index=None):
    """Changes the database of a stopped daemon; behind an index, as a bit that tips would."""
    with sqlite3.connect(block.state / STORE, isolation_level=None) as db:
        db.execute("PRAGMA writable_schema = ON")
        kept = db.execute("SELECT * FROM sqlite_schema WHERE name = ?", [index]).fetchall()
        db.execute("DELETE FROM sqlite_schema WHERE name = ?", [index])
        db.execute("PRAGMA writable_schema = RESET")
        db.execute(sql)
        db.execute("PRAGMA writable_schema = ON")
        db.executemany("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", kept)
    db.close()


def files(block):
    return {path.name: path.read_bytes() for path in block.state.iterdir() if path.suffix != ".lock"}


def test_an_index_is_mended_and_that_is_said_once(tmp_path):
    block = block_of(tmp_path)
    with block.start():
        pass
    change(block, "UPDATE obligation SET next_fire = next_fire + 100000000 WHERE id > 1", "obligation_fire")
    with block.start() as daemon:
        assert "The database was damaged: obligation_fire disagreed with the rest; it was mended" in daemon.stderr
        with sqlite3.connect(block.state / STORE) as db:
            assert len(set(db.execute("SELECT next_fire FROM obligation"))) == 1, "the plan says when"
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.close()
    with block.start() as daemon:
        assert "damaged" not in daemon.stderr


def test_what_cannot_be_is_refused_untouched(tmp_path):
    block = block_of(tmp_path)
    with block.start():
        pass
    change(block, "UPDATE obligation SET fixed = 2147483647, due = 2147483647, effective = 2147483647 WHERE id = 2")
    before = files(block)
    daemon = Daemon(block)
    assert daemon.process.wait(PATIENCE) == 1
    daemon.kill()
    assert re.search(r"reminderd\.db: the database is damaged; put back a copy of it, as reminderd\(8\) tells "
                     r"\(table obligation, row 2, column fixed is 2147483647, out of its range\)", daemon.stderr)  # fmt: skip
    assert files(block) == before


def test_a_forged_date_stops_nothing_but_itself(tmp_path):
    """While it runs: what reads it says so, and the program goes on and ends when it is told to."""
    block = block_of(tmp_path)
    with Bus() as bus, block.start("session", environment=bus.environment) as daemon:
        bus.wait_for_object()
        change(block, "UPDATE obligation SET fixed = 2147483647 WHERE id = 2")
        shown = bus.ctl("preview", "bao-cao-0", "--agency", "don-vi-2")
        assert shown.returncode == 1 and "journalctl -u reminderd says more" in shown.stderr, shown
        assert "table obligation, row 2, column fixed is 2147483647" in daemon.stderr
        assert bus.ctl("status").returncode == 0, daemon.stderr


def test_what_was_taken_out_of_the_plan_and_put_back_is_no_damage(tmp_path):
    """Each time while the program did not run."""
    block = block_of(tmp_path, items=2)
    path = block.conf / "plans.d" / "plan.conf"
    whole = path.read_text(encoding="utf-8")
    shorter = whole.replace(item("bao-cao-0", DUE) + ", ", "")
    assert shorter != whole
    for plan, says in ((whole, "6 new"), (shorter, "3 withdrawn"), (whole, "3 changed")):
        block.write_plan(plan)
        with block.start() as daemon:
            assert says in daemon.stderr and "damaged" not in daemon.stderr, daemon.stderr


def test_a_forged_moment_of_all_is_mended_and_that_is_said_once(tmp_path):
    """When the head is to be asked for a day stands in no index and in no other row."""
    block = block_of(tmp_path)
    first, last = DUE + datetime.timedelta(days=20), DUE + datetime.timedelta(days=30)
    block.write_plan((block.conf / "plans.d" / "plan.conf").read_text(encoding="utf-8").replace(
        f'due = "{DUE}"', f'window = ["{first}", "{last}"]; tentative = true; fix_by = "{first}"'))  # fmt: skip

    def moment():
        """When the head is next asked; 0 until the first look worked it out."""
        with sqlite3.connect(block.state / STORE) as db:
            return db.execute("SELECT next_fire FROM occurrence").fetchone()[0]

    with block.start() as daemon:
        first_moment = wait_until(moment, lambda: daemon.stderr)
    change(block, "UPDATE occurrence SET next_fire = next_fire + 100000000")
    with block.start() as daemon:
        assert re.search("The database was damaged: of 1 items it had not what follows from the plans", daemon.stderr)
        wait_until(lambda: moment() == first_moment, lambda: daemon.stderr)
    with block.start() as daemon:
        assert "damaged" not in daemon.stderr


@pytest.mark.parametrize("last", ["4000000000000", "9223372036854775807", "-9223372036854775808", "9" * 30, "soon", ""])
def test_a_last_time_that_was_never_seen_keeps_nothing_from_leaving(tmp_path, last):
    """A clock that was far ahead once, or a bit in what was written of it: nothing is moved to where no day is."""
    block = block_of(tmp_path, due=now().date())
    with block.start() as daemon:
        said(daemon, "Could not deliver")
    change(block, f"INSERT OR REPLACE INTO fact VALUES ('last-time', '{last}')")
    for _ in range(2):
        with block.start() as daemon:
            with sqlite3.connect(block.state / STORE) as db:
                db.execute("UPDATE delivery SET next_ms = 0 WHERE state = 0")
            db.close()
            daemon.process.send_signal(signal.SIGHUP)
            said(daemon, "Could not deliver")
            assert "damaged" not in daemon.stderr and "Gave up" not in daemon.stderr


def test_a_long_reload_is_no_hanging_one(tmp_path):
    block = block_of(tmp_path, members=100, items=20)
    with block.start(environment={"WATCHDOG_USEC": str(60 * 1000000)}) as daemon:
        begun = len(daemon.told)
        moved = DUE + datetime.timedelta(days=1)
        move(block, moved)
        daemon.reload()
        reload = daemon.told[begun:]
        reload = reload[reload.index("RELOADING=1") : reload.index("READY=1")]
        assert "WATCHDOG=1" in reload, reload


def test_a_long_reload_ends_where_the_program_is_to_end(tmp_path):
    """SIGTERM in its midst: the dates stay as they were, and the next start takes them in."""
    block = block_of(tmp_path, members=100, items=60)
    moved = DUE + datetime.timedelta(days=1)
    with block.start(environment={"WATCHDOG_USEC": str(60 * 1000000)}) as daemon:
        move(block, moved)
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_for("RELOADING=1")
        daemon.wait_for("WATCHDOG=1")
        daemon.stop()
        assert re.search(r"not reloaded, the old one goes on: it was broken off, the program is told to end", daemon.stderr)
        assert "Stopping" in daemon.stderr
    with block.start() as daemon:
        assert "6000 obligations follow the plans: 0 new, 6000 changed" in daemon.stderr


@pytest.mark.once
def test_who_keeps_the_log_from_being_emptied_is_told(tmp_path):
    block = block_of(tmp_path, members=100, items=20)
    with block.start() as daemon:
        with sqlite3.connect(block.state / STORE, isolation_level=None) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM fact").fetchone()
            for n in range(40):
                due = DUE + datetime.timedelta(days=1 + n % 2)
                move(block, due)
                daemon.reload()
                if "cannot be emptied" in daemon.stderr:
                    break
            assert re.search(r"log has grown by \d+ MB and cannot be emptied: another process keeps a transaction open",
                             daemon.stderr)  # fmt: skip
        reader.close()
        move(block, DUE)
        daemon.reload()
        wait_until(lambda: "log could be emptied again" in daemon.stderr, lambda: daemon.stderr)
