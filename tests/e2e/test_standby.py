"""A copy of the state on another machine: it stands by until somebody says that the first one is gone."""

import json
import signal
import sqlite3

import pytest

from block import Bus
from lab import check
from live import PATIENCE, Live, mail_to, said, soon

OTHER = "0123456789abcdef0123456789abcdef"


def facts(block):
    with sqlite3.connect(block.state / "reminderd.db") as database:
        return dict(database.execute("SELECT name, value FROM fact WHERE name IN ('host', 'generation')"))


def move(block):
    """The state is another machine's."""
    with sqlite3.connect(block.state / "reminderd.db") as database:
        database.execute("UPDATE fact SET value = ? WHERE name = 'host'", (OTHER,))


@pytest.fixture
def copy(tmp_path, smtp, authority):
    """What a first run left behind, with a reminder that is due now."""
    block = Live(tmp_path, soon(), mail=mail_to(smtp, authority))
    with Bus() as bus:
        with block.start("session", environment=bus.environment) as daemon:
            said(daemon, "reminds; configuration")
            daemon.kill()
        assert facts(block)["generation"] == "1" and len(facts(block)["host"]) == 32
        bus.block = block
        yield bus


def test_a_machine_keeps_what_is_its_own(copy):
    before = facts(copy.block)
    with copy.block.start("session", environment=copy.environment) as daemon:
        said(daemon, "reminds; configuration")
        refused = copy.ctl("take-over", "--reason", "x")
        assert refused.returncode == 1 and "reminds already" in refused.stderr
    assert facts(copy.block) == before


def test_a_copy_sends_and_decides_nothing_until_it_is_told(copy, smtp):
    move(copy.block)
    before = len(smtp.messages())
    with copy.block.start("session", environment=copy.environment) as daemon:
        said(daemon, "stands by; configuration")
        copy.wait_for_object()
        status = json.loads(copy.ctl("status", "--json").stdout)
        (trouble,) = status["troubles"]
        assert trouble["kind"] == "standby" and "take-over" in trouble["text"]
        assert copy.ctl("status", "--check").returncode == 1
        rows = json.loads(copy.ctl("list", "--json").stdout)
        assert rows, "it shows what there is"
        for words in (["done", rows[0]["item"], "--agency", rows[0]["agency"]], ["reload"], ["retry", "--all"]):
            refused = copy.ctl(*words)
            assert refused.returncode == 1 and "stands by" in refused.stderr, words
        assert copy.ctl("take-over").returncode == 2
        assert len(smtp.messages()) == before
        assert facts(copy.block)["host"] == OTHER
        daemon.process.send_signal(signal.SIGHUP)
        said(daemon, "is not read anew while this machine stands by")

        taken = copy.ctl("take-over", "--reason", "máy cũ hỏng")
        assert taken.returncode == 0, taken.stderr
        said(daemon, r"this machine reminds from now on \(generation 2\)")
        smtp.wait(1, PATIENCE)
        assert check.message_problems(smtp.content(smtp.messages()[-1])) == []
        assert json.loads(copy.ctl("status", "--json").stdout)["troubles"] == []
        (event,) = [event for event in json.loads(copy.ctl("log", "--json").stdout) if event["verb"] == "take-over"]
        assert event["detail"] == "máy cũ hỏng"
        assert copy.ctl("done", rows[0]["item"], "--agency", rows[0]["agency"]).returncode == 0
    found = facts(copy.block)
    assert found["host"] != OTHER and found["generation"] == "2"


def test_once_taken_over_it_stays_so(copy):
    move(copy.block)
    with copy.block.start("session", environment=copy.environment) as daemon:
        said(daemon, "stands by; configuration")
        copy.wait_for_object()
        assert copy.ctl("take-over", "--reason", "x").returncode == 0
    with copy.block.start("session", environment=copy.environment) as daemon:
        said(daemon, "reminds; configuration")
    assert facts(copy.block)["generation"] == "2"
