"""Every exit code of every verb of reminderctl: 0 done, 1 refused or failed, 2 wrong usage, 3 no such thing, 4 no daemon,
5 not permitted.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile

import pytest

import block
from block import REMINDERCTL, Bus, plan, run
from live import wait_until
from strangers import ITEMS, NEXT, Office, needs_root

# What is said in turn at a fresh office, behind the code it ends with. A verb stands in lines of its own with all of 0, 1,
# 2 and 3 but those that UNREACHED names; other verbs may stand between them, and "edit": a mistake gets into the plan.
# Beside these, each ends with 1 when its answer cannot be written, with 2 on an option that is none, and if it asks the
# daemon, with 4 and 5 where it might end with 0.
VERBS = {
    "status": """
        0 status --check
        2 status word""",
    "list": """
        0 list
        2 list --state happy
        3 list --plan khac""",
    "show": """
        0 show bao-cao
        2 show
        3 show khac""",
    "forecast": """
        0 forecast
        2 forecast --to soon
        3 forecast --agency khac""",
    "calendar": """
        0 calendar
        2 calendar 12
        0 calendar --ics --agency so-tu-phap
        2 calendar --agency so-tu-phap
        3 calendar --ics --agency khac""",
    "preview": """
        0 preview bao-cao --agency so-tu-phap
        2 preview bao-cao
        3 preview khac --agency so-tu-phap""",
    "deliveries": """
        0 deliveries
        2 deliveries --state happy
        3 deliveries --agency khac""",
    "claims": """
        2 claims word
        2 claims --state done
        3 claims --agency khac
        0 claims""",
    "log": """
        0 log bao-cao
        2 log --since soon
        3 log khac""",
    "report": """
        0 report ke-hoach
        2 report
        2 report ke-hoach --html --csv
        3 report khac""",
    "metrics": """
        0 metrics
        1 metrics --output /nowhere/reminderd.prom
        2 metrics word""",
    "done": """
        2 done bao-cao
        3 done khac --agency so-tu-phap
        1 done bao-cao --agency so-tu-phap --on NEXT-07-15
        0 done bao-cao --agency so-tu-phap""",
    "reopen": """
        2 reopen bao-cao --agency so-tu-phap
        3 reopen khac --agency so-tu-phap --reason x
        1 reopen bao-cao --agency so-tu-phap --reason x
        0 done bao-cao --agency so-tu-phap
        0 reopen bao-cao --agency so-tu-phap --reason x""",
    "waive": """
        2 waive bao-cao --agency so-tu-phap
        3 waive khac --agency so-tu-phap --reason x
        0 waive bao-cao --agency so-tu-phap --reason x
        1 waive bao-cao --agency so-tu-phap --reason x""",
    "urge": """
        2 urge
        3 urge khac
        1 urge bao-cao""",
    "snooze": """
        2 snooze bao-cao --agency so-tu-phap --reason x
        3 snooze khac --reason x --for 2d
        1 snooze bao-cao --reason x --until NEXT-07-15
        0 snooze bao-cao --reason x --for 2d""",
    "unsnooze": """
        2 unsnooze
        3 unsnooze khac
        1 unsnooze bao-cao
        0 snooze bao-cao --reason x --for 2d
        0 unsnooze bao-cao""",
    "set-date": """
        2 set-date tap-huan 31/02
        3 set-date khac NEXT-05-20
        1 set-date tap-huan 2099-01-01
        0 set-date tap-huan NEXT-05-20 --yes""",
    "clear-date": """
        2 clear-date
        3 clear-date khac
        1 clear-date tap-huan
        0 set-date tap-huan NEXT-05-20 --yes
        0 clear-date tap-huan""",
    "claim": """
        2 claim bao-cao
        3 claim bao-cao --agency khac
        3 claim khac --agency so-tu-phap
        1 claim bao-cao --agency so-tu-phap --until 2001-01-01
        0 claim bao-cao --agency so-tu-phap""",
    "confirm": """
        2 confirm
        3 confirm 9
        3 confirm word
        0 claim bao-cao --agency so-tu-phap --until NEXT-12-31
        1 confirm 1
        0 claim bao-cao --agency so-tu-phap
        0 confirm 2""",
    "reject": """
        2 reject 1
        3 reject 9 --reason x
        0 claim bao-cao --agency so-tu-phap
        0 reject 1 --reason x
        1 reject 1 --reason x
        0 claim bao-cao --agency so-tu-phap
        0 reject 2 --reason x""",
    "grant": """
        2 grant
        3 grant 9
        0 claim bao-cao --agency so-tu-phap
        1 grant 1
        0 claim bao-cao --agency so-tu-phap --until NEXT-12-31
        0 grant 2""",
    "close": """
        2 close ke-hoach
        3 close khac --reason x
        1 close ke-hoach --on 2001-01-01 --reason x
        0 close ke-hoach --on NEXT-12-31 --reason x""",
    "hold": """
        2 hold
        3 hold --agency khac --reason x
        1 hold --reason x --until 2020-01-01
        0 hold --reason x""",
    "release": """
        2 release word
        3 release --agency khac
        1 release
        0 hold --reason x
        0 release""",
    "record": """
        2 record
        1 record there/is/no/such/list
        0 record LIST --dry-run
        0 record LIST
        1 record LIST""",
    "retry": """
        2 retry
        3 retry 00000000000000000000000000000000
        0 test so-tu-phap
        0 drop QUEUED
        0 test so-tu-phap
        1 retry LAST
        0 retry --all""",
    "drop": """
        2 drop
        3 drop 00000000000000000000000000000000
        0 test so-tu-phap
        0 drop QUEUED
        1 drop LAST""",
    "acknowledge": """
        2 acknowledge
        3 acknowledge 00000000000000000000000000000000
        0 test so-tu-phap
        1 acknowledge QUEUED
        0 acknowledge --all""",
    "take-over": """
        2 take-over
        1 take-over --reason x""",
    "test": """
        0 test so-tu-phap
        2 test
        3 test khac""",
    "reload": """
        2 reload word
        0 reload --dry-run
        0 reload
        edit
        1 reload --dry-run
        1 reload""",
    "backup": """
        2 backup .
        1 backup there/is/no/such/folder
        0 backup FOLDER/copy
        1 backup FOLDER/copy""",
    "help": """
        0 help
        2 help khac""",
}
# status --check is 1 where a message failed: test_views.py has one.
UNREACHED = {"list": {1}, "show": {1}, "report": {1}, "forecast": {1}, "preview": {1}, "deliveries": {1}, "claims": {1}, "log": {1}, "test": {1}, "metrics": {3},
             "status": {1, 3}, "calendar": {1}, "reload": {3}, "urge": {0}, "record": {3}, "backup": {3}, "take-over": {0, 3}, "help": {1, 3}}  # fmt: skip
LIST = str(block.ROOT / "tests/data/received.csv")
ASKING = [verb for verb in VERBS if verb != "help"]


def steps(verb):
    for line in VERBS[verb].split("\n"):
        if line.strip():
            code, _, words = line.replace("NEXT", str(NEXT)).strip().partition(" ")
            yield code, words.split()


def good(verb, folder, received=LIST):
    """Words by which it would end with 0, or be refused where 0 takes what is not here."""
    words = next(words for wanted in "01" for code, words in steps(verb) if code == wanted and words[0] == verb)
    return [word.replace("FOLDER", str(folder)).replace("LIST", received).replace("QUEUED", "0" * 32) for word in words]


def queued(office):
    """The delivery that was tried and waits."""

    def find():
        rows = json.loads(office.ctl("deliveries", "--state", "queued", "--json").stdout)
        return [row["id"] for row in rows if row["attempts"] > 0]

    return wait_until(find, lambda: office.daemon.stderr)[-1]


def assert_error(result, code, verb=""):
    """One line that says what to do."""
    assert result.returncode == code, (verb, result.stdout, result.stderr)
    assert result.stderr.startswith("reminderctl: ") and result.stderr.count("\n") == 1, result.stderr


@pytest.fixture
def office(tmp_path):
    with Office(tmp_path) as office:
        yield office


def test_every_verb_has_its_row():
    offered = re.findall(r"^  ([a-z-]+) .*  \S", run(REMINDERCTL, "--help").stdout, re.M)
    assert offered == list(VERBS) and len(offered) > 20
    for verb in VERBS:
        reached = {int(code) for code, words in steps(verb) if words[:1] == [verb]}
        assert reached | UNREACHED.get(verb, set()) == {0, 1, 2, 3} and not reached & UNREACHED.get(verb, set()), verb


def options(verb):
    """{option: its value's placeholder, or ""} as the program has it in its table."""
    return dict(re.findall(r"^  --([a-z-]+)(?:[ =]([A-Z]+))?", run(REMINDERCTL, "help", verb).stdout, re.M))


@pytest.mark.once
@pytest.mark.parametrize("verb", VERBS)
def test_no_option_stands_twice_without_a_word(verb):
    """The last one would count, and whoever typed both would not know. Of several agencies each is taken, once."""
    found = options(verb)
    assert {"bus", "help"} <= set(found)
    for option, takes in found.items():
        values = ["system", "system"] if option == "bus" else ["x", "x"] if verb != "preview" else ["x", "y"]
        words = [word for value in values for word in [f"--{option}", *([value] if takes else [])]]
        result = run(REMINDERCTL, verb, *words)
        assert_error(result, 2, (verb, option))
        assert f"--{option}" in result.stderr and "stands twice" in result.stderr, (verb, option, result.stderr)


@pytest.mark.parametrize("verb", VERBS)
def test_codes_of_a_daemon_that_answers(office, tmp_path, verb):
    last = None
    for code, words in steps(verb):
        if code == "edit":
            office.block.write_plan(plan(ITEMS.replace("due", "duo"), year=NEXT))
            continue
        if "QUEUED" in words:
            last = queued(office)
        words = [word.replace("FOLDER", str(tmp_path)).replace("LIST", LIST) for word in words]
        words = [{"QUEUED": last, "LAST": last}.get(word, word) for word in words]
        result = office.ctl(*words)
        assert result.returncode == int(code), (words, result.stdout, result.stderr)
        assert code == "0" or result.stderr.count("\n") == 1 or words[0] in ("status", "reload", "record"), result.stderr
    assert_error(office.ctl(verb, "--no-such-option"), 2)


@pytest.mark.once
@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in ("drop", "reopen", "release", "unsnooze", "urge", "clear-date", "confirm", "reject", "grant")])
def test_an_answer_that_cannot_be_written_is_a_failure(office, tmp_path, verb):
    with open("/dev/full", "w") as full:
        result = subprocess.run([REMINDERCTL, *good(verb, tmp_path)], stdout=full, stderr=subprocess.PIPE, text=True,
                                env=block.environment(**office.bus.environment))  # fmt: skip
    assert_error(result, 1)


def test_no_daemon_on_the_bus(tmp_path):
    with Bus() as bus:
        for verb in ASKING:
            result = bus.ctl(*good(verb, tmp_path))
            assert_error(result, 4, verb)
            assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.once
def test_no_bus(tmp_path):
    for verb in ASKING:
        result = run(REMINDERCTL, *good(verb, tmp_path), DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={tmp_path}/nothing")
        assert_error(result, 4, verb)
    assert list(tmp_path.iterdir()) == []


@needs_root
def test_somebody_who_may_not(office, as_nobody):
    # Open, so that it is the daemon that refuses a backup and a list.
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as lists:
        os.chmod(folder, 0o777)
        os.chmod(lists, 0o755)
        received = shutil.copy(LIST, lists)
        for verb in ASKING:
            result = as_nobody(*good(verb, folder, received), **office.bus.environment)
            assert_error(result, 5, verb)
            assert result.stdout == ""
        assert os.listdir(folder) == []


# ---- a daemon that stands still ------------------------------------------------------------------------------------------


@contextlib.contextmanager
def calls_to_one_that_stands_still(office, folder, verbs):
    """{verb: a running reminderctl} that all wait for an answer."""
    office.daemon.process.send_signal(signal.SIGSTOP)
    running = {}
    try:
        for verb in verbs:
            running[verb] = subprocess.Popen(
                [REMINDERCTL, *good(verb, folder)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True, env=block.environment(**office.bus.environment),
            )  # fmt: skip
        yield running
    finally:
        for process in running.values():
            process.kill()
            process.communicate()
        office.daemon.process.send_signal(signal.SIGCONT)


def assert_no_answer(running):
    for verb, process in running.items():
        stdout, stderr = process.communicate(timeout=2 * block.PATIENCE)
        assert (process.returncode, stdout) == (4, ""), (verb, stderr)
        assert "reminderd does not answer" in stderr and stderr.count("\n") == 1


def connected(office):
    """How many have a place on the bus."""
    with office.caller(0) as bus:
        names = bus.call("ListNames", to="org.freedesktop.DBus", path="/org/freedesktop/DBus",
                         interface="org.freedesktop.DBus").values[0]  # fmt: skip
    return sum(name.startswith(":") for name in names)


@pytest.mark.once
def test_a_daemon_that_does_not_answer_in_time(office, tmp_path):
    """It takes a minute, in which nothing happens. A backup waits longer: it takes as long as a disk is slow."""
    verbs = [verb for verb in ASKING if verb != "backup"]
    with calls_to_one_that_stands_still(office, tmp_path, verbs) as running:
        assert_no_answer(running)


def test_a_daemon_that_dies_before_it_answers(office, tmp_path):
    before = set(os.listdir(tmp_path))
    idle = connected(office)
    with calls_to_one_that_stands_still(office, tmp_path, ASKING) as running:
        wait_until(lambda: connected(office) >= idle + len(ASKING), lambda: connected(office))
        office.daemon.process.kill()
        assert_no_answer(running)
    assert set(os.listdir(tmp_path)) == before, "of a backup nothing stays"
