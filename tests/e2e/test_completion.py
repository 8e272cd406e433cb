"""What follows the words of an unfinished command line."""

import re
import sqlite3

import pytest

import block
from desk import AGENCY, Desk
from live import wait_until


def complete(desk, *words):
    """What may stand where the last word is, in the order in which it is offered."""
    done = block.run(block.REMINDERCTL, "complete", "--bus", "session", *words, **desk.bus.environment)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


ALL_ITEMS = ["bao-cao", "qua-han", "kiem-tra", "tap-huan", "hop-khoi"]
ALL_AGENCIES = [one["id"] for one in block.AGENCIES]


@pytest.mark.once
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["done", ""], ALL_ITEMS),
        (["done", "bao-cao", ""], ALL_ITEMS),
        (["show", "bao-cao", ""], []),
        (["set-date", ""], ALL_ITEMS),
        (["set-date", "bao-cao", ""], [*ALL_ITEMS, "today", "tomorrow", "+1d", "+3wd", "+1w"]),
        (["done", "bao-cao", "--agency", "so"], ALL_AGENCIES),
        (["--bus", ""], ["system", "session"]),
        (["list", "--bus", ""], ["system", "session"]),
        (["list", "--plan", ""], ["ke-hoach"]),
        (["report", ""], ["ke-hoach"]),
        (["list", "--state", "o", "--item", ""], ALL_ITEMS),
        (["test", ""], ALL_AGENCIES),
        (["retry", ""], []),
        (["drop", ""], []),
        (["calendar", ""], []),
        (["backup", "/tm"], [":files"]),
        (["snooze", "--reason", "bận", ""], ALL_ITEMS),
        (["snooze", "--reason", "done", "bao-cao", "--agency", ""], ALL_AGENCIES),
        # One word for zsh, three for bash.
        (["done", "--agency=so-noi-vu", ""], ALL_ITEMS),
        (["done", "--agency", "=", "so-noi-vu", ""], ALL_ITEMS),
        (["list", "--plan", "=", "ke"], ["ke-hoach"]),
        (["list", "--plan="], ["--plan=ke-hoach"]),
        (["nonsense", ""], []),
    ],
)
def test_completion(shared, words, offered):
    assert complete(shared, *words) == offered


@pytest.mark.timeless
@pytest.mark.once
def test_completion_of_verbs_and_options(shared):
    verbs = re.findall(r"^  (?!reminderctl)([a-z][\w-]+)", shared.ctl("--help").stdout, re.MULTILINE)
    assert {"list", "set-date"} <= set(verbs) and "--bus" in complete(shared, "")
    assert [word for word in complete(shared, "") if word[0] != "-"] == complete(shared, "help", "") == verbs
    for verb in complete(shared, "help", ""):
        options = complete(shared, verb, "--")
        assert sorted(options) == sorted({*re.findall(r"^ +(--[\w-]+)", shared.ctl(verb, "--help").stdout, re.MULTILINE)}), verb


@pytest.mark.once
@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["list"], "--state"),
        (["list"], "--before"),
        (["list"], "--plan"),
        (["list"], "--item"),
        (["deliveries"], "--state"),
        (["deliveries"], "--agency"),
        (["log"], "--since"),
        (["preview", "bao-cao", "--agency", AGENCY], "--kind"),
    ],
)
def test_what_is_completed_is_taken(shared, words, option):
    offered = complete(shared, *words, option, "")
    assert offered
    for word in offered:
        done = shared.ctl(*words, option, word)
        assert done.returncode == 0, (word, done.stderr)


@pytest.mark.timeless
def test_every_state_is_offered(shared):
    """In the error, in the help and by completion they are the same."""
    for verb in ("list", "deliveries"):
        says = shared.ctl(verb, "--state", "nonsense").stderr
        assert set(complete(shared, verb, "--state", "")) == set(re.findall(r"\w+", says.partition("there are")[2])) - {"and"}
    assert set(complete(shared, "list", "--state", "")) <= set(re.findall(r"\w+", shared.ctl("list", "--help").stdout))


def test_completion_of_deliveries(tmp_path):
    """To be dropped: what waits; to be sent again: also what failed."""
    with Desk(tmp_path, mail={**block.MAIL, "url": "smtp://127.0.0.1:1"}) as desk:
        assert desk.ctl("test", AGENCY).returncode == 0
        wait_until(lambda: desk.json("deliveries", "--state", "queued"), lambda: desk.daemon.stderr)
        (waiting,) = desk.json("deliveries")
        assert complete(desk, "drop", "") == complete(desk, "retry", "") == complete(desk, "drop", waiting["id"], "") == [waiting["id"]]
        with sqlite3.connect(desk.block.state / "reminderd.db") as db:
            db.execute("UPDATE delivery SET state = 3")
        assert complete(desk, "retry", "") == [waiting["id"]]
        assert complete(desk, "drop", "") == []


@pytest.mark.once
def test_completion_in_bash(shared):
    assert block.run(block.REMINDERCTL, "complete", "done", "").returncode == 0  # no daemon: nothing, silently
    script = f"""
        PATH={block.BUILD}:$PATH; . {block.ROOT}/conf/completion/reminderctl.bash
        COMP_WORDS=(reminderctl --bus session done ba); COMP_CWORD=4; _reminderctl; echo "${{COMPREPLY[@]}}"
        COMP_WORDS=(reminderctl --bus session list --state = ov); COMP_CWORD=6; _reminderctl; echo "${{COMPREPLY[@]}}"
        COMP_WORDS=(reminderctl --bus session list --plan =); COMP_CWORD=5; _reminderctl; echo "${{COMPREPLY[@]}}"
    """
    assert block.run("bash", "-c", script, **shared.bus.environment).stdout == "bao-cao\noverdue\nke-hoach\n"
