"""What people ask and decide: reminderctl as daemon/doc/formats.md section 3 has it, and the bus object of section 4."""

import contextlib
import datetime
import html.parser
import json
import os
import pty
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
import unicodedata
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor

import pytest

import block
from block import Bus
from desk import AGENCY, ITEMS, POLICIES, TODAY, YEAR, Desk, ahead
from lab.ca import Authority
from lab.smtp import SmtpServer
from live import PASSWORD, USER, ZONE, Live, item, soon, wait_until
from rawbus import ERROR, MANAGER, OBJECT, RawBus

KEYS = ("plan item occurrence agency title due effective_due state tentative snoozed_until snoozed_by snooze_reason "
        "next_reminder reminders_sent done_on late").split()  # fmt: skip
VERBS = ("Status List Show Snooze Unsnooze Done Reopen Waive SetDate ClearDate Forecast Calendar Preview Deliveries Retry "
         "Drop Log Test Reload Backup").split()  # fmt: skip


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """For tests that change nothing."""
    with Desk(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


@pytest.fixture
def desk(tmp_path):
    with Desk(tmp_path) as desk:
        yield desk


# ---- the list --------------------------------------------------------------------------------------------------------


def test_list_has_the_keys_of_the_contract(shared):
    rows = shared.json("list")
    assert len(rows) == 13
    for row in rows:
        assert list(row) == KEYS
    dates = [row["due"] for row in rows if row["due"]]
    assert dates == sorted(dates)
    row = shared.row("bao-cao")
    assert (row["plan"], row["occurrence"], row["state"], row["tentative"]) == ("ke-hoach", None, "pending", False)
    assert row["due"] == ahead(20) and row["title"] == "Báo cáo tổng kết"
    assert (row["snoozed_until"], row["done_on"], row["late"], row["reminders_sent"]) == (None, None, False, 0)
    assert row["next_reminder"] == datetime.datetime.combine(TODAY + datetime.timedelta(13), datetime.time(8), ZONE).isoformat()


@pytest.mark.parametrize(
    ("words", "items"),
    [
        (["--state", "overdue"], {"qua-han": 3}),
        (["--state", "tentative"], {"kiem-tra": 3}),
        (["--state", "undated"], {"tap-huan": 3}),
        (["--state", "pending"], {"bao-cao": 3, "hop-khoi": 1}),
        (["--state", "open"], {"bao-cao": 3, "qua-han": 3, "kiem-tra": 3, "tap-huan": 3, "hop-khoi": 1}),
        (["--state", "done"], {}),
        (["--item", "hop-khoi"], {"hop-khoi": 1}),
        (["--item", "ke-hoach/bao-cao", "--agency", AGENCY], {"bao-cao": 1}),
        (["--plan", "ke-hoach", "--agency", "vp-ubnd"],
         {"bao-cao": 1, "qua-han": 1, "kiem-tra": 1, "tap-huan": 1, "hop-khoi": 1}),
        (["--before", ahead(15)], {"qua-han": 3}),
        (["--before", "+16d"], {"qua-han": 3, "hop-khoi": 1}),
        (["--before", (TODAY + datetime.timedelta(16)).strftime("%d/%m/%Y")], {"qua-han": 3, "hop-khoi": 1}),
    ],
)  # fmt: skip
def test_list_filters(shared, words, items):
    found = [row["item"] for row in shared.json("list", *words)]
    assert {item: found.count(item) for item in found} == items


def test_a_long_list_comes_whole_and_in_order(tmp_path):
    """Some pages: the bus gives 500 at once at most."""
    items = '{ id = "hang-ngay"; title = "Báo cáo ngày"; repeat = "FREQ=DAILY"; for = ["members"]; policy = "quiet"; }'
    with Desk(tmp_path, items) as desk:
        rows = desk.json("list")
        days = 366 if YEAR % 4 == 0 else 365
        assert len(rows) == 3 * days
        keys = [(row["due"], row["agency"]) for row in rows]
        assert keys == sorted(keys) and len(set(keys)) == len(keys)
        assert all(row["occurrence"] == row["due"] for row in rows)
        first = f"{YEAR}-01-01"
        assert [r["due"] for r in desk.json("list", "--item", f"hang-ngay@{first}")] == [first] * 3
        with desk.raw() as bus:
            answer = bus.call("List", "a{sv}tu", {}, 0, 4_000_000_000)
            assert len(answer.values[0]) == 500 and answer.values[1] == 500
            answer = bus.call("Show", "sstu", "hang-ngay", "", 0, 1000)
            assert len(answer.values[1]) == 20 and answer.values[2] == 20
        assert len(desk.json("show", "hang-ngay", "--agency", AGENCY)["obligations"]) == days


@pytest.mark.timeless
def test_pages_by_offset_and_by_cursor_are_the_same_list(shared):
    def pages(bus, paging, limit):
        rows, page = [], 0
        while True:
            more, page = bus.call("List", "a{sv}tu", {**paging, "state": ("s", "open")}, page, limit).values
            assert len(more) <= limit
            rows += [(row["item"], row["agency"]) for row in more]
            if page == 0:
                return rows

    with shared.raw() as bus:
        whole = pages(bus, {}, 500)
        assert len(whole) == 13
        for limit in (1, 4, 13):
            assert pages(bus, {"paging": ("s", "offset")}, limit) == whole
            assert pages(bus, {"paging": ("s", "cursor")}, limit) == whole


# ---- decisions -------------------------------------------------------------------------------------------------------


def test_done_and_what_follows(desk):
    assert desk.ctl("done", "bao-cao", "--agency", AGENCY, "--note", "đã nhận").returncode == 0
    row = desk.row("bao-cao")
    assert (row["state"], row["done_on"], row["late"], row["next_reminder"]) == ("done", TODAY.isoformat(), False, None)
    assert desk.row("bao-cao", "vp-ubnd")["state"] == "pending"
    assert desk.ctl("done", "bao-cao", "--agency", AGENCY).returncode == 1
    assert desk.ctl("reopen", "bao-cao", "--agency", AGENCY, "--reason", "thiếu biểu").returncode == 0
    assert desk.row("bao-cao")["state"] == "pending"
    assert desk.ctl("reopen", "bao-cao", "--agency", AGENCY, "--reason", "x").returncode == 1

    assert desk.ctl("done", "qua-han", "--agency", AGENCY).returncode == 0
    assert (desk.row("qua-han")["state"], desk.row("qua-han")["late"]) == ("late", True)
    back = ["done", "qua-han", "--agency", "vp-ubnd", "--on", ahead(-40)]
    assert desk.ctl(*back).returncode == 0
    assert desk.row("qua-han", "vp-ubnd")["state"] == "done"
    assert desk.ctl("done", "qua-han", "--agency", "so-noi-vu", "--on", "tomorrow").returncode == 1
    for day in ("1968-01-01", "01/01/2000"):
        early = desk.ctl("done", "qua-han", "--agency", "so-noi-vu", "--on", day)
        assert early.returncode == 1 and "cannot be: the plan is of" in early.stderr

    assert desk.ctl("done", "kiem-tra").returncode == 2  # of several: one, or --all
    assert desk.ctl("done", "hop-khoi").returncode == 0  # of one
    assert desk.ctl("done", "kiem-tra", "--all").returncode == 0
    assert {row["state"] for row in desk.json("list", "--item", "kiem-tra")} == {"done"}


def test_waive(desk):
    assert desk.ctl("waive", "bao-cao", "--agency", AGENCY).returncode == 2
    assert desk.ctl("waive", "bao-cao", "--agency", AGENCY, "--reason", "sáp nhập").returncode == 0
    assert desk.row("bao-cao")["state"] == "waived"
    assert desk.ctl("snooze", "bao-cao", "--agency", AGENCY, "--for", "1d", "--reason", "x").returncode == 1
    assert desk.ctl("reopen", "bao-cao", "--agency", AGENCY, "--reason", "x").returncode == 0
    assert desk.row("bao-cao")["state"] == "pending"


def test_snooze(desk):
    snooze = ["snooze", "bao-cao", "--agency", AGENCY, "--reason", "chờ số liệu"]
    assert desk.ctl(*snooze).returncode == 2
    assert desk.ctl(*snooze, "--for", "1d", "--until", "tomorrow").returncode == 2
    assert desk.ctl(*snooze, "--for", "1h").returncode == 2
    assert desk.ctl(*snooze, "--until", ahead(-1)).returncode == 1
    refused = desk.ctl(*snooze, "--for", "30d")
    assert refused.returncode == 1 and "--force" in refused.stderr and refused.stderr.count("\n") == 1
    assert desk.ctl(*snooze, "--for", "2d").returncode == 0
    row = desk.row("bao-cao")
    assert (row["state"], row["snoozed_until"], row["snooze_reason"]) == ("snoozed", ahead(2), "chờ số liệu")
    assert row["snoozed_by"] and row["due"] == ahead(20)
    assert [r["agency"] for r in desk.json("list", "--state", "snoozed")] == [AGENCY]
    assert desk.ctl(*snooze, "--for", "30d", "--force").returncode == 0
    assert desk.row("bao-cao")["snoozed_until"] == ahead(30)
    assert desk.ctl("unsnooze", "bao-cao", "--agency", AGENCY).returncode == 0
    row = desk.row("bao-cao")
    assert (row["state"], row["snoozed_until"], row["snoozed_by"]) == ("pending", None, None)
    assert desk.ctl("unsnooze", "bao-cao", "--agency", AGENCY).returncode == 1


def test_dates(desk):
    day = TODAY + datetime.timedelta(12)
    assert desk.ctl("set-date", "kiem-tra", day.strftime("%d/%m/%Y"), "--agency", AGENCY).returncode == 0
    row = desk.row("kiem-tra")
    assert (row["due"], row["tentative"], row["state"]) == (day.isoformat(), False, "pending")
    assert desk.row("kiem-tra", "vp-ubnd")["state"] == "tentative"
    assert desk.ctl("set-date", "tap-huan", "+14d", "--note", "công văn 12").returncode == 0
    assert {row["due"] for row in desk.json("list", "--item", "tap-huan")} == {ahead(14)}
    assert desk.ctl("clear-date", "kiem-tra", "--agency", AGENCY).returncode == 0
    assert desk.row("kiem-tra")["state"] == "tentative"
    assert desk.ctl("clear-date", "kiem-tra", "--agency", AGENCY).returncode == 1
    assert desk.ctl("set-date", "tap-huan", "31/02").returncode == 2
    assert desk.ctl("set-date", "tap-huan", "hôm nào đó").returncode == 2
    assert desk.ctl("set-date", "tap-huan", "2099-01-01").returncode == 1


@pytest.mark.timeless
@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([], 2, "--help"),
        (["lisst"], 2, "list"),
        (["list", "--reason", "x"], 2, "--reason"),
        (["list", "--nonsense"], 2, "--nonsense"),
        (["list", "--state"], 2, "--state"),
        (["list", "--state", "happy"], 2, "pending"),
        (["list", "--before", "soon"], 2, "2024-10-15"),
        (["list", "word"], 2, "word"),
        (["show"], 2, "ITEM"),
        (["show", "bao-cap"], 3, "bao-cao"),
        (["show", "ke-hoach/bao-cap"], 3, "bao-cao"),
        (["show", "khac/bao-cao"], 3, "khac"),
        (["show", "bao-cao@2024-01-01"], 3, "bao-cao@2024-01-01"),
        (["show", "bao-cao@today"], 2, "ITEM"),
        (["show", "bao cao"], 2, "ITEM"),
        (["show", "bao-cao", "--agency", "so-tu-fap"], 3, AGENCY),
        (["done", "hop-khoi", "--agency", AGENCY], 3, "hop-khoi"),
        (["list", "--plan", "ke-hoac"], 3, "ke-hoach"),
        (["retry", "0" * 32], 3, "deliveries"),
        (["drop", "nonsense"], 3, "deliveries"),
        (["retry"], 2, "--all"),
        (["test"], 2, "--webhook"),
        (["test", "nobody"], 3, "nobody"),
        (["test", "--webhook", "nowhere"], 3, "nowhere"),
        (["calendar", "12"], 2, "year"),
        (["calendar", "2024x"], 2, "year"),
        (["preview", "bao-cao", "--agency", AGENCY, "--kind", "love"], 2, "overdue"),
        (["preview", "bao-cao"], 2, "--agency"),
        (["forecast", "--to", "yesterday"], 2, "deliveries"),
        (["done", "bao-cao", "--agency", AGENCY, "--note", "a\nb"], 2, "one line"),
        (["done", "bao-cao", "--agency", AGENCY, "--note", "a" * 1001], 2, "1000"),
        (["--bus", "bus", "list"], 2, "session"),
    ],
)
def test_errors_are_one_line_that_says_what_to_do(shared, words, code, says):
    result = shared.ctl(*words)
    assert result.returncode == code, result.stderr
    assert result.stdout == ""
    assert result.stderr.startswith("reminderctl: ") and result.stderr.count("\n") == 1
    assert says in result.stderr


@pytest.mark.timeless
@pytest.mark.parametrize(
    ("word", "meant"),
    [("lis", "list"), ("shwo", "show"), ("delivery", "deliveries"), ("snoze", "snooze"), ("setdate", "set-date"),
     ("foo", None), ("x", None), ("quit", None)],
)  # fmt: skip
def test_a_verb_that_is_like_another(word, meant):
    said = block.run(block.REMINDERCTL, word).stderr
    assert said == f'reminderctl: no verb "{word}"{f", perhaps {meant}" if meant else ""}; see reminderctl --help\n'


@pytest.mark.timeless
def test_no_daemon(tmp_path):
    with Bus() as bus:
        result = block.run(block.REMINDERCTL, "--bus", "session", "status", **bus.environment)
        assert (result.returncode, result.stdout) == (4, "")
    missing = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_path}/nothing"}
    assert block.run(block.REMINDERCTL, "list", "--json", **missing).returncode == 4


def test_what_is_hard_to_take_back_wants_a_yes(desk):
    for verb in ("waive", "reopen"):
        result = desk.ctl(verb, "bao-cao", "--all", "--reason", "x")
        assert result.returncode == 1 and "--yes" in result.stderr
    assert {row["state"] for row in desk.json("list", "--item", "bao-cao")} == {"pending"}
    assert desk.ctl("waive", "bao-cao", "--all", "--reason", "x", "--yes").returncode == 0
    assert {row["state"] for row in desk.json("list", "--item", "bao-cao")} == {"waived"}


# ---- on a terminal ---------------------------------------------------------------------------------------------------


def on_terminal(desk, *words, answer="", columns=80, **environment):
    """What a person sees, and the exit code."""
    pid, terminal = pty.fork()
    if pid == 0:
        variables = block.environment(TERM="xterm", LC_ALL="C.UTF-8", **desk.bus.environment, **environment)
        if "NO_COLOR" not in environment:
            variables.pop("NO_COLOR", None)
        os.execve("/bin/sh", ["sh", "-c", f'stty cols {columns}; exec "$@"', "sh", block.REMINDERCTL, "--bus", "session",
                              *words], variables)  # fmt: skip
    os.write(terminal, answer.encode())
    seen = b""
    try:
        while select.select([terminal], [], [], block.PATIENCE)[0]:
            chunk = os.read(terminal, 65536)
            seen += chunk
            if not chunk:
                break
    except OSError:  # the other side is closed
        pass
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return seen.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(status)


def columns_of(text):
    """Columns of a terminal, by the Unicode database and not by wcwidth."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@pytest.mark.timeless
def test_colours_only_where_they_are_wanted(shared):
    assert "\x1b[" in on_terminal(shared, "list", "--state", "overdue")[0]
    assert "\x1b[" not in on_terminal(shared, "list", "--state", "overdue", NO_COLOR="1")[0]
    assert "\x1b[" not in shared.ctl("list", "--state", "overdue").stdout
    assert "\x1b[" not in on_terminal(shared, "list", "--json")[0]


def test_tables_are_aligned_by_display_width(tmp_path):
    titles = ["Báo cáo tổng kết phong trào thi đua", unicodedata.normalize("NFD", "Đề nghị khen thưởng"), "競賽獎勵報告", "Kết quả"]
    items = ",".join(f'{{ id = "viec-{n}"; title = "{title}"; due = "{ahead(10)}"; for = ["members"]; }}'
                     for n, title in enumerate(titles))  # fmt: skip
    with Desk(tmp_path, items) as desk:
        lines = desk.ctl("list", LC_ALL="C").stdout.splitlines()
        start = columns_of(lines[0][: lines[0].index("TITLE")])
        assert len(lines) == 1 + 3 * len(titles)
        for line in lines[1:]:
            (title,) = (title for title in titles if title in line)
            assert columns_of(line[: line.index(title)]) == start
        for reason, agency in zip(titles, ("vp-ubnd", "so-noi-vu", AGENCY)):
            assert desk.ctl("snooze", "viec-0", "--agency", agency, "--for", "1d", "--reason", reason).returncode == 0
        narrow, _ = on_terminal(desk, "list", columns=96, NO_COLOR="1")
        assert all(columns_of(line) <= 96 for line in narrow.splitlines())
        assert "…" in narrow


@pytest.mark.once
def test_tables_fit_the_terminal(desk):
    """What is too wide is cut, left out or goes to a further line; a pipe gets it whole."""
    assert desk.ctl("test", AGENCY).returncode == 0
    assert desk.ctl("snooze", "bao-cao", "--agency", AGENCY, "--for", "2d", "--reason", "chờ số liệu " * 8).returncode == 0
    assert desk.ctl("done", "qua-han", "--agency", AGENCY).returncode == 0
    end = time.monotonic() + block.PATIENCE
    while not desk.json("deliveries")[0]["answer"]:
        assert time.monotonic() < end
    (delivery,) = desk.json("deliveries")
    for words in (["deliveries"], ["list"], ["log"], ["show", "bao-cao", "--agency", AGENCY], ["forecast"]):
        for columns in (60, 80, 120, 250):
            lines = on_terminal(desk, *words, columns=columns, NO_COLOR="1")[0].splitlines()
            tables = [line for line in lines if not line.startswith("  ") or line.startswith("    ")]
            assert max(map(columns_of, tables)) <= columns, words
    narrow = on_terminal(desk, "deliveries", columns=80, NO_COLOR="1")[0]
    assert delivery["id"] in narrow and delivery["address"] in narrow and delivery["answer"][:40] in narrow
    assert len(desk.ctl("deliveries").stdout.splitlines()) == 2
    assert delivery["answer"] in desk.ctl("deliveries").stdout and delivery["subject"] in desk.ctl("deliveries").stdout
    assert len(on_terminal(desk, "list", columns=80, NO_COLOR="1")[0].splitlines()) == 14


@pytest.mark.once
def test_the_calendar_fits_the_terminal(shared):
    for columns, across in ((80, 3), (72, 3), (71, 2), (48, 2), (47, 1), (20, 1)):
        months = on_terminal(shared, "calendar", "2024", columns=columns, NO_COLOR="1")[0].partition("\n-")[0].splitlines()
        assert len(re.findall(r"\d\d/2024", months[0])) == across
        assert all(columns_of(line) <= max(columns, 24) for line in months)
        assert len(re.findall(r"\d\d/2024", "\n".join(months))) == 12
    assert len(re.findall(r"\d\d/2024", shared.ctl("calendar", "2024").stdout.splitlines()[0])) == 3


def test_a_terminal_is_asked(desk):
    waive = ["waive", "bao-cao", "--all", "--reason", "x"]
    seen, code = on_terminal(desk, *waive, answer="n\n")
    assert code == 1 and "[y/N]" in seen
    assert {row["state"] for row in desk.json("list", "--item", "bao-cao")} == {"pending"}
    assert on_terminal(desk, *waive, answer="y\n")[1] == 0
    assert {row["state"] for row in desk.json("list", "--item", "bao-cao")} == {"waived"}


# ---- views -----------------------------------------------------------------------------------------------------------


def test_status(shared):
    status = shared.json("status")
    assert (status["health"], status["open"], status["overdue"], status["failed"]) == ("ok", 13, 3, 0)
    assert status["last_error"] is None and status["problems"] is not None
    datetime.datetime.fromisoformat(status["next_wake"])
    assert shared.ctl("status", "--check").returncode == 0
    assert "13 open" in shared.ctl("status").stdout


def test_status_tells_the_last_error(desk):
    """The mail server of the sample block does not exist: that is a failure for a while."""
    assert desk.ctl("test", AGENCY).returncode == 0
    end = time.monotonic() + block.PATIENCE
    while not (status := desk.json("status"))["last_error"]:
        assert time.monotonic() < end
    (delivery,) = desk.json("deliveries")
    assert status["last_error"] == delivery["answer"] and status["last_error_state"] == "queued"
    assert (status["last_error_agency"], status["last_error_delivery"]) == (AGENCY, delivery["id"])
    datetime.datetime.fromisoformat(status["last_error_at"])
    assert (status["last_delivery"], status["seconds_since_last_delivery"]) == (None, None)
    text = desk.ctl("status").stdout
    assert delivery["answer"] in text and delivery["address"] in text and "tried again" in text
    assert "none yet" in text


def test_monitoring_hears_of_mail_that_does_not_leave_before_it_is_given_up(desk):
    assert desk.ctl("test", AGENCY).returncode == 0
    end = time.monotonic() + block.PATIENCE
    while not desk.json("status")["last_error"]:
        assert time.monotonic() < end
    assert desk.ctl("status", "--check").returncode == 0
    desk.daemon.stop()
    with contextlib.closing(sqlite3.connect(desk.block.state / "reminderd.db")) as database, database:
        database.execute("UPDATE delivery SET made_ms = made_ms - 2 * 3600 * 1000")
    desk.start()
    status = desk.ctl("status", "--check")
    assert status.returncode == 1 and "messages do not leave" in status.stdout and "for 2 h" in status.stdout
    assert desk.json("status")["health"] == "attention"


def test_status_names_provisional_calendars(tmp_path):
    year = TODAY.year + 20  # nobody has announced those holidays yet
    with Desk(tmp_path, f'{{ id = "x"; title = "Việc"; due = "{year}-05-05"; for = ["members"]; }}', year=year) as desk:
        assert desk.json("status")["provisional_calendars"] == [str(year)]
        assert f"no calendar file for {year}" in desk.ctl("status").stdout
        assert desk.ctl("status", "--check").returncode == 0


def test_show_is_the_whole_life(desk):
    assert desk.ctl("snooze", "bao-cao", "--agency", AGENCY, "--for", "1d", "--reason", "chờ").returncode == 0
    about = desk.json("show", "bao-cao", "--agency", AGENCY)
    assert about["title"] == "Báo cáo tổng kết" and about["report_to"] == ["vp-ubnd"]
    (obligation,) = about["obligations"]
    assert set(KEYS) <= set(obligation)
    assert [rung["kind"] for rung in obligation["ladder"]][-2:] == ["advance", "due"] or obligation["ladder"]
    assert all(rung["settled"] is False for rung in obligation["ladder"] if rung["time"][:10] > TODAY.isoformat())
    (event,) = obligation["log"]
    assert event["verb"] == "snooze" and "chờ" in event["detail"] and event["uid"] == os.getuid()
    text = desk.ctl("show", "bao-cao", "--agency", AGENCY).stdout
    assert "Báo cáo tổng kết" in text and "snoozed" in text and "chờ" in text
    assert desk.ctl("set-date", "bao-cao", ahead(22), "--agency", AGENCY).returncode == 0
    told = desk.ctl("show", "bao-cao", "--agency", AGENCY).stdout
    assert re.search(rf" date-set@{ahead(22)}$", told, re.MULTILINE)  # without the digits that make it unique
    assert len(desk.json("show", "bao-cao")["obligations"]) == 3


def test_log(desk):
    assert desk.ctl("done", "bao-cao", "--agency", AGENCY, "--note", "đủ").returncode == 0
    assert desk.ctl("done", "bao-cao", "--agency", AGENCY).returncode == 1
    assert desk.ctl("waive", "hop-khoi", "--reason", "hoãn").returncode == 0
    events = desk.json("log")
    assert [event["verb"] for event in events] == ["done", "done refused", "waive"]
    assert all(event["who"] and event["uid"] == os.getuid() for event in events)
    assert [event["verb"] for event in desk.json("log", "hop-khoi")] == ["waive"]
    assert desk.json("log", "--since", "tomorrow") == []
    assert len(desk.json("log", "--since", "today", "--agency", AGENCY)) == 2


def test_the_log_tells_what_a_refusal_was_about(tmp_path):
    """It is found by item and agency as a decision is; where several were meant it stands with none of them."""
    items = f'{{ id = "thang"; title = "Hằng tháng"; repeat = "FREQ=MONTHLY;BYMONTHDAY=25"; for = ["members"]; }}, {ITEMS}'
    with Desk(tmp_path, items=items) as desk:
        month = f"thang@{YEAR}-01-25"
        for words in (["bao-cao", "--agency", AGENCY], ["bao-cao"], [month, "--agency", AGENCY], ["thang"]):
            assert desk.ctl("clear-date", *words).returncode == 1
        events = desk.json("log")
        assert [(event["plan"], event["item"], event["occurrence"], event["agency"]) for event in events] == [
            ("ke-hoach", "bao-cao", None, AGENCY),
            ("ke-hoach", "bao-cao", None, None),
            ("ke-hoach", "thang", month[-10:], AGENCY),
            ("ke-hoach", "thang", None, None),
        ]
        assert len(desk.json("log", "bao-cao")) == 2 and len(desk.json("log", month)) == 1
        (obligation,) = desk.json("show", "bao-cao", "--agency", AGENCY)["obligations"]
        assert [event["verb"] for event in obligation["log"]] == ["clear-date refused"]
        assert obligation["log"][0]["detail"] == f"bao-cao for {AGENCY}: nobody has fixed a date"


def test_a_refusal_says_what_to_do(tmp_path):
    items = f'{{ id = "thang"; title = "Hằng tháng"; repeat = "FREQ=MONTHLY;BYMONTHDAY=25"; for = ["members"]; }}, {ITEMS}'
    with Desk(tmp_path, items=items) as desk:
        def said(*words):
            return desk.ctl(*words).stderr

        assert "is still to come" in said("done", "bao-cao", "--agency", AGENCY, "--on", "+3d")
        assert "is over" in said("snooze", "bao-cao", "--until", "yesterday", "--reason", "bận")
        assert "--agency" in said("done", "thang") and "@YYYY-MM-DD" not in said("done", "thang")
        assert "@YYYY-MM-DD" in said("done", "thang", "--agency", AGENCY)
        assert "none of the 3 obligations, for example: bao-cao for" in said("unsnooze", "bao-cao")
        assert "none of" not in said("unsnooze", "bao-cao", "--agency", AGENCY)


def test_preview_sends_nothing(shared):
    message = shared.json("preview", "bao-cao", "--agency", AGENCY)
    assert message["kind"] == "advance" and "Báo cáo tổng kết" in message["subject"]
    assert "Sở Tư pháp" in message["text"] and "<html" in message["html"].lower()
    overdue = shared.json("preview", "qua-han", "--agency", AGENCY)
    assert overdue["kind"] == "overdue"
    for kind in ("advance", "escalation", "snoozed", "completed"):
        assert shared.ctl("preview", "qua-han", "--agency", AGENCY, "--kind", kind).returncode in (0, 1), kind
    page = shared.ctl("preview", "kiem-tra", "--agency", AGENCY, "--html").stdout
    assert "&lt;công tác&gt; &amp;" in page and "<công tác>" not in page
    assert shared.json("deliveries") == []


def test_calendar(shared):
    calendar = shared.json("calendar", "2024")
    days = {day["date"]: day for day in calendar["days"]}
    assert days["2024-02-12"]["off"] is True and days["2024-05-04"]["off"] is False
    assert calendar["provisional"] is False
    here = shared.json("calendar")
    assert here["year"] == TODAY.year
    found = {day["date"]: day for day in here["deadlines"]}
    if ahead(-30).startswith(str(TODAY.year)):
        assert found[ahead(-30)]["overdue"] == 3
    assert ahead(30) not in found  # tentative: no day is named
    seen, _ = on_terminal(shared, "calendar", "2024", NO_COLOR="1")
    assert " 4+ 5" in seen and max(map(columns_of, seen.splitlines())) <= 80
    assert "\x1b[7m" in on_terminal(shared, "calendar")[0]


def test_forecast_is_what_a_rehearsal_says(tmp_path):
    """From tomorrow on, with nothing to catch up on, both have to agree."""
    wednesday = ahead(17 + (2 - TODAY.weekday() - 17) % 7)  # the day before it works, so that there is a due notice
    items = f'''
        {{ id = "bao-cao"; title = "Báo cáo"; due = "{wednesday}"; for = ["members"]; }},
        {{ id = "hop-khoi"; title = "Họp"; window = ["{ahead(11)}", "{ahead(22)}"]; for = ["head"]; policy = "late"; }}
    '''
    late = {"before": ["5d"], "at": "09:00", "overdue": {"every": "1d", "limit": 3},
            "escalate": ({"after": "1d", "to": "council"},)}  # fmt: skip
    with Desk(tmp_path, items, policies={**POLICIES, "late": late}, digest={"weekday": "mon", "at": "08:00"}) as desk:
        compare_forecast(desk)


def compare_forecast(desk):
    assert desk.ctl("done", "bao-cao", "--agency", AGENCY).returncode == 0
    period = (ahead(1), ahead(30))
    forecast = desk.json("forecast", "--from", period[0], "--to", period[1])
    rehearsal = desk.block.rehearse(*period)
    assert {line["kind"] for line in forecast} > {"advance", "overdue", "escalation", "digest"}
    without = [line for line in rehearsal if line["kind"] != "digest" and line["agency"] != AGENCY]
    assert [line for line in forecast if line["kind"] != "digest" and line["agency"] != AGENCY] == without
    assert not [line for line in forecast if line["agency"] == AGENCY and line["kind"] != "digest"]
    assert desk.json("forecast", "--from", period[0], "--to", period[1], "--agency", AGENCY) == [
        line for line in forecast if line["agency"] == AGENCY
    ]
    assert desk.json("deliveries") == []  # it was a copy
    with desk.raw() as bus:
        pages, offset = [], 0
        while True:
            answer = bus.call("Forecast", "ssstu", *period, "", offset, 2)
            pages += answer.values[0]
            offset = answer.values[1]
            if offset == 0:
                break
        assert [page["time"] for page in pages] == [line["time"] for line in forecast]


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.cells, self.inside = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag in ("td", "th"):
            self.cells.append("")
        self.inside = tag

    def handle_data(self, data):
        if self.cells and self.inside not in (None, "style"):
            self.cells[-1] += data.strip()

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.inside = None


def test_matrix(desk):
    assert desk.ctl("done", "bao-cao", "--agency", AGENCY).returncode == 0
    assert desk.ctl("waive", "bao-cao", "--agency", "vp-ubnd", "--reason", "x").returncode == 0
    lines = desk.ctl("list", "--matrix").stdout.splitlines()
    marks = {line.split()[0]: line.split()[-3:] for line in lines[1:6]}
    assert marks["bao-cao"] == ["–", "·", "✓"]
    assert marks["qua-han"] == ["✗", "✗", "✗"]
    assert marks["kiem-tra"] == ["?", "?", "?"]
    assert any("Văn phòng UBND tỉnh" in line for line in lines[6:])
    text = desk.ctl("list", "--matrix", "--html").stdout
    page = Page(text)
    assert ("html", {"lang": "vi"}) in page.tags
    assert not {"link", "script", "img"} & {tag for tag, _ in page.tags}  # self-contained
    assert "size: A4" in text and "http" not in text
    assert "Kiểm tra <công tác> & thi đua" in page.cells
    assert desk.ctl("list", "--html").returncode == 2


@pytest.mark.timeless
def test_what_was_typed_does_not_steer_the_terminal():
    for words in (["\x1b[31mlist\n\x07"], ["help", "\x1b[2J\n"], ["list", "--\x1b]0;x\x07"], ["status", "a\nb"]):
        done = block.run(block.REMINDERCTL, *words)
        assert done.returncode == 2
        assert done.stderr.endswith("\n") and done.stderr[:-1].isprintable()


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
        (["done", "bao-cao", ""], []),
        (["done", "bao-cao", "--agency", "so"], ALL_AGENCIES),
        (["--bus", ""], ["system", "session"]),
        (["list", "--bus", ""], ["system", "session"]),
        (["list", "--plan", ""], ["ke-hoach"]),
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


@pytest.mark.timeless
@pytest.mark.skipif(not shutil.which("msgfmt"), reason="gettext is not installed")
def test_vietnamese(shared, tmp_path):
    """The catalogue is whole, and is used where the language is asked for; JSON stays as it is."""
    catalogue, folder = block.ROOT / "conf/po/vi.po", tmp_path / "vi/LC_MESSAGES"
    sources = sorted((block.ROOT / "daemon/ctl").glob("*.[ch]"))
    block.run("xgettext", "-k_", "-kN_", "-kngettext:1,2", "--from-code=UTF-8", "-o", tmp_path / "all.pot", *sources)
    assert block.run("msgcmp", catalogue, tmp_path / "all.pot").returncode == 0
    folder.mkdir(parents=True)
    assert block.run("msgfmt", "--check", "-o", folder / "reminderctl.mo", catalogue).returncode == 0
    language = {"LC_ALL": "C.UTF-8", "LANGUAGE": "vi", "TEXTDOMAINDIR": str(tmp_path)}
    assert "việc phải làm" in shared.ctl("status", **language).stdout
    assert shared.ctl("list", "--json", **language).stdout == shared.ctl("list", "--json").stdout
    # Whether or not the locale is installed; vi_NO is of no system.
    for asked, vietnamese in (
        ({"LANG": "C.UTF-8", "LANGUAGE": "vi"}, True), ({"LC_ALL": "C.utf8", "LANGUAGE": "vi:en"}, True),
        ({"LANG": "vi_VN.UTF-8"}, True), ({"LANG": "vi_NO.UTF-8"}, True), ({"LANG": "C", "LC_MESSAGES": "vi_VN"}, True),
        ({"LANG": "vi_VN.UTF-8", "LANGUAGE": "en"}, False), ({"LANG": "vi_VN.UTF-8", "LC_ALL": "C"}, False),
        ({"LC_ALL": "C", "LANGUAGE": "vi"}, False), ({"LANG": "C.UTF-8"}, False), ({"LANG": "xx_YY"}, False), ({}, False),
    ):  # fmt: skip
        none = dict.fromkeys(("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"), "")
        said = shared.ctl("--help", **none | asked | {"TEXTDOMAINDIR": str(tmp_path)}).stdout
        assert ("LỆNH" in said) == vietnamese, asked


# ---- deliveries ------------------------------------------------------------------------------------------------------


def test_a_test_message_is_retried_and_dropped(desk):
    """The mail server of the sample block does not exist."""
    assert desk.ctl("test", AGENCY).returncode == 0
    end = time.monotonic() + block.PATIENCE
    while not (found := desk.json("deliveries", "--state", "queued"))[0:1] or not found[0]["answer"]:
        assert time.monotonic() < end
    (delivery,) = found
    assert (delivery["kind"], delivery["agency"], delivery["channel"]) == ("test", AGENCY, "mail")
    assert desk.json("deliveries", "--agency", "vp-ubnd") == []
    assert desk.ctl("retry", delivery["id"]).returncode == 0
    while (found := desk.json("deliveries")[0])["attempts"] < 2 or found["state"] != "queued":
        assert time.monotonic() < end
    assert desk.ctl("drop", delivery["id"]).returncode == 0
    assert desk.json("deliveries")[0]["state"] == "cancelled"
    assert desk.ctl("drop", delivery["id"]).returncode == 1
    assert desk.ctl("retry", "--all").returncode in (0, 1)
    two = desk.ctl("drop", "0" * 32, "1" * 32)
    assert two.returncode == 1 and "--yes" in two.stderr
    assert desk.ctl("drop", "0" * 32, "1" * 32, "--yes").returncode == 3


# ---- reload, restart, crash ------------------------------------------------------------------------------------------


def test_reload_tells_each_mistake_in_its_place(desk):
    good = (desk.block.conf / "plans.d/plan.conf").read_text(encoding="utf-8")
    desk.block.write_plan(good.replace("members =", "membres ="))
    result = desk.ctl("reload")
    assert result.returncode == 1
    assert re.search(r"plan\.conf:\d+: .*membres", result.stderr)
    assert len(desk.json("list")) == 13  # the old plan goes on
    report = desk.ctl("reload", "--json")
    assert report.returncode == 1
    assert json.loads(report.stdout)["adopted"] is False and json.loads(report.stdout)["findings"][0]["line"] > 0
    desk.block.write_plan(good.replace("Báo cáo tổng kết", "Báo cáo cuối năm"))
    assert desk.ctl("reload").returncode == 0
    assert desk.row("bao-cao")["title"] == "Báo cáo cuối năm"
    assert [event["verb"] for event in desk.json("log")] == ["reload refused", "reload refused", "reload"]


def test_decisions_outlive_crash_restart_reload_and_an_edited_plan(desk):
    assert desk.ctl("done", "bao-cao", "--agency", AGENCY).returncode == 0
    assert desk.ctl("snooze", "bao-cao", "--agency", "vp-ubnd", "--for", "2d", "--reason", "chờ").returncode == 0
    assert desk.ctl("set-date", "kiem-tra", ahead(13), "--agency", AGENCY).returncode == 0
    assert desk.ctl("waive", "hop-khoi", "--reason", "x").returncode == 0
    before = desk.json("list")
    desk.daemon.kill()  # SIGKILL
    desk.start()
    assert desk.json("list") == before
    desk.daemon.stop()
    desk.start()
    assert desk.json("list") == before
    assert desk.ctl("reload").returncode == 0
    assert desk.json("list") == before
    text = (desk.block.conf / "plans.d/plan.conf").read_text(encoding="utf-8")
    desk.block.write_plan(text.replace(ahead(20), ahead(22)).replace('id = "tap-huan"', 'id = "tap-huan-moi"'))
    assert desk.ctl("reload").returncode == 0
    decided = {("bao-cao", AGENCY): "done", ("bao-cao", "vp-ubnd"): "snoozed", ("hop-khoi", "vp-ubnd"): "waived"}
    for (item, agency), state in decided.items():
        assert desk.row(item, agency)["state"] == state
    assert desk.row("kiem-tra")["due"] == ahead(13)
    assert desk.row("bao-cao", "so-noi-vu")["due"] == ahead(22)
    assert {row["state"] for row in desk.json("list", "--item", "tap-huan")} == {"withdrawn"}
    assert desk.ctl("done", "tap-huan", "--agency", AGENCY).returncode == 1


@pytest.mark.timeless
def test_whoever_waited_for_the_start_is_answered_at_once(tmp_path):
    """READY waits for a bus that is slow, but not for ever."""
    office = Desk(tmp_path).block
    with Bus() as bus:
        for patient in (True, False):
            bus.process.send_signal(signal.SIGSTOP)
            daemon = office.start("session", environment=bus.environment)
            try:
                if patient:
                    while "obligations follow the plans" not in daemon.stderr:
                        time.sleep(0.01)
                    assert "READY=1" not in daemon.told
                    bus.process.send_signal(signal.SIGCONT)
                daemon.wait_for("READY=1")
            finally:
                bus.process.send_signal(signal.SIGCONT)
            if patient:
                assert bus.ctl("status").returncode == 0
            daemon.stop()


def test_reminders_outlive_the_bus(tmp_path):
    """No bus at the start, then one, then none, then one again."""
    address = f"unix:path={tmp_path}/bus"
    variables = {"DBUS_SESSION_BUS_ADDRESS": address}

    def status():
        return block.run(block.REMINDERCTL, "--bus", "session", "status", **variables).returncode

    def wait_for_object():
        end = time.monotonic() + block.PATIENCE
        while status() != 0:
            assert time.monotonic() < end

    def start_bus():
        return subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}"],
                                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip

    with Desk(tmp_path).block.start("session", environment=variables) as daemon:
        assert status() == 4
        for _ in range(2):
            bus = start_bus()
            try:
                wait_for_object()
                assert daemon.process.poll() is None
            finally:
                bus.terminate()
                bus.wait()
        assert "bus is away" in daemon.stderr and "bus is back" in daemon.stderr
        daemon.reload()


# ---- the bus ---------------------------------------------------------------------------------------------------------


@pytest.mark.timeless
def test_introspection(shared):
    with shared.raw() as bus:
        xml = bus.call("Introspect", interface="org.freedesktop.DBus.Introspectable").values[0]
    (interface,) = (i for i in ElementTree.fromstring(xml).iter("interface") if i.get("name") == MANAGER)
    methods = {m.get("name"): m for m in interface.iter("method")}
    assert set(VERBS) <= set(methods)
    for method in methods.values():
        assert all(argument.get("name") for argument in method.iter("arg"))
    properties = {p.get("name"): p.get("type") for p in interface.iter("property")}
    assert properties == {"Version": "s", "NextWake": "t", "Open": "u", "Overdue": "u", "Queued": "u", "Failed": "u",
                          "Troubles": "as"}  # fmt: skip
    assert {s.get("name") for s in interface.iter("signal")} == {"ObligationChanged", "DeliveryFinished"}


@pytest.mark.timeless
def test_busctl(shared):
    def call(*words):
        return block.run("busctl", "--user", "call", "org.reminderd1", OBJECT, MANAGER, *words, **shared.bus.environment)

    result = call("List", "a{sv}tu", "1", "state", "s", "overdue", "0", "1")
    assert result.returncode == 0 and result.stdout.startswith("aa{sv}t 1 ") and '"qua-han"' in result.stdout
    assert "did you mean bao-cao" in call("Show", "sstu", "bao-cap", "", "0", "0").stderr
    get = block.run("busctl", "--user", "get-property", "org.reminderd1", OBJECT, MANAGER, "Overdue",
                    **shared.bus.environment)  # fmt: skip
    assert get.stdout == "u 3\n"


def test_signals(desk):
    with desk.raw() as bus:
        bus.watch()
        assert bus.call("Done", "ssssb", "qua-han", AGENCY, "", "", False).values == [1]
        signal = bus.wait_for(lambda s: s.member == "ObligationChanged")
        assert signal.values == ["ke-hoach", "qua-han", "", AGENCY, "late"]
        signal = bus.wait_for(lambda s: s.member == "PropertiesChanged" and "Overdue" in s.values[1])
        assert signal.values[0] == MANAGER and (signal.values[1]["Overdue"], signal.values[1]["Open"]) == (2, 12)
        assert bus.call("Test", "ss", AGENCY, "").values == [1]
        signal = bus.wait_for(lambda s: s.member == "DeliveryFinished")
        assert signal.values[1:] == [AGENCY, "test", "mail", "queued"]


@pytest.mark.timeless
@pytest.mark.parametrize(
    ("call", "error"),
    [
        (("Show", "sstu", "khong-co", "", 0, 0), "NotFound"),
        (("Done", "ssssb", "bao-cao", "", "", "", False), "Invalid"),
        (("Done", "ssssb", "bao-cao", AGENCY, "tomorrow", "", False), "Refused"),
        (("Snooze", "ssssb", "bao-cao", AGENCY, "+1d", "", False), "Invalid"),
        (("Snooze", "ssssb", "bao-cao", AGENCY, "+1d", "a\x1b[31mb", False), "Invalid"),
        (("List", "a{sv}tu", {"stat": ("s", "open")}, 0, 0), "Invalid"),
        (("List", "a{sv}tu", {"state": ("u", 3)}, 0, 0), "Invalid"),
        (("List", "a{sv}tu", {}, 2**63, 0), "Invalid"),
        (("List", "a{sv}tu", {"paging": ("s", "book")}, 0, 0), "Invalid"),
        (("Calendar", "u", 4_000_000_000), "Invalid"),
        (("Test", "ss", "", ""), "Invalid"),
        (("Show", "sstu", "../../etc/passwd", "", 0, 0), "Invalid"),
        (("Show", "sstu", "x" * (10 << 20), "", 0, 0), "Invalid"),
        (("Snooze", "ssssb", "bao-cao", AGENCY, "+1d", "x" * (10 << 20), False), "Invalid"),
        (("Snooze", "ssssb", "bao-cao", AGENCY, "+" + "9" * (10 << 20) + "d", "x", False), "Invalid"),
        (("List", "a{sv}tu", {"item": ("s", "y" * (10 << 20))}, 0, 0), "Invalid"),
    ],
)
def test_bus_errors(shared, call, error):
    with shared.raw() as bus:
        answer = bus.call(*call)
        assert answer.kind == ERROR and answer.error == f"org.reminderd1.Error.{error}"
        assert len(answer.values[0]) < 400 and "\n" not in answer.values[0]


@pytest.mark.timeless
def test_broken_text_does_not_reach_the_daemon(shared):
    """Text that is no UTF-8 is the bus's business: it closes such a connection. The daemon stays."""
    with shared.raw() as bus:
        serial = bus.send("Show", "sstu", b"bao-cao\xff\xfe", "", 0, 0)
        with pytest.raises(ConnectionError):
            bus.answer(serial)
    assert shared.ctl("status").returncode == 0
    with shared.raw() as bus:
        assert bus.call("Show", "ss", "bao-cao", "").error == "org.freedesktop.DBus.Error.InvalidArgs"
        assert bus.call("Nonsense").error == "org.freedesktop.DBus.Error.UnknownMethod"
        assert bus.call("Status", interface=None).kind == ERROR


@pytest.mark.timeless
def test_two_at_once(desk):
    """Of ten that finish the same thing at the same time one does it."""
    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(lambda _: desk.ctl("done", "bao-cao", "--agency", AGENCY).returncode, range(10)))
    assert sorted(codes) == [0] + [1] * 9
    verbs = [event["verb"] for event in desk.json("log")]
    assert verbs.count("done") == 1 and verbs.count("done refused") == 9


@pytest.mark.timeless
def test_a_burst_does_not_delay_a_reminder(tmp_path):
    """Ten thousand calls without waiting for an answer, just when a reminder falls due; each is answered in the end."""
    calls = 10_000
    authority = Authority(tmp_path / "ca")
    with Bus() as bus, SmtpServer(tmp_path / "mail", authority, user=USER, password=PASSWORD) as server:
        at = soon(4)
        mail = {"url": server.url, "ca_file": str(authority.ca_file), "timeout": "10s"}
        with Live(tmp_path, at, mail=mail).start("session", environment=bus.environment) as daemon:
            with RawBus(bus.environment["DBUS_SESSION_BUS_ADDRESS"], timeout=300) as loud:
                wait_for_name(loud)
                time.sleep(max(0, at.timestamp() - time.time() - 0.2))
                sender = threading.Thread(target=lambda: [
                    loud.send("List", "a{sv}tu", {"state": ("s", "open")}, 0, 20) for _ in range(calls)])  # fmt: skip
                first = loud.serial + 1
                began = time.time()
                sender.start()
                (record,) = server.wait(1, block.PATIENCE)
                left = calls
                while left > 0:
                    message = loud.receive()
                    left -= (message.reply_to or 0) >= first
                sender.join()
                took = time.time() - began
            assert daemon.process.poll() is None
        lateness = record["arrived"] - at.timestamp()
        print(f"lateness during the burst: {1000 * lateness:.0f} ms of {took:.1f} s")
        assert 0 <= lateness < took / 4


def wait_for_name(bus):
    end = time.monotonic() + block.PATIENCE
    while bus.call("Ping", interface="org.freedesktop.DBus.Peer").kind == ERROR:
        assert time.monotonic() < end


def test_what_is_done_is_not_reminded_of_even_if_it_is_next_to_leave(tmp_path):
    """The mail server is away; what waits for its next attempt is cancelled, and a confirmation takes its place."""
    at = soon(2)
    items = item("bao-cao") + ",\n" + item("so-ket", due=TODAY + datetime.timedelta(1))
    mail = {"url": "smtp://127.0.0.1:1", "tls": "none"}
    with Bus() as bus, Live(tmp_path, at, mail=mail, items=items, confirmations=True).start(
            "session", environment=bus.environment):  # fmt: skip

        def ctl(*words):
            return block.run(block.REMINDERCTL, "--bus", "session", *words, **bus.environment)

        def deliveries():
            result = ctl("deliveries", "--json")
            return {d["kind"]: d for d in json.loads(result.stdout)} if result.returncode == 0 else {}

        end = time.monotonic() + block.PATIENCE
        while deliveries().get("due", {}).get("attempts", 0) < 1 or deliveries()["due"]["state"] != "queued":
            assert time.monotonic() < end
        assert ctl("done", "bao-cao", "--agency", "don-vi-1").returncode == 0
        found = deliveries()
        assert found["due"]["state"] == "cancelled" and found["completed"]["state"] in ("queued", "sending")
        shown = json.loads(ctl("show", "bao-cao", "--json").stdout)["obligations"][0]
        assert {n["kind"]: n["state"] for n in shown["notices"]}["due"] == "cancelled"


@pytest.mark.timeless
def test_a_full_output_is_an_error(shared):
    with open("/dev/full", "w") as full:
        result = subprocess.run([block.REMINDERCTL, "--bus", "session", "list"], stdout=full, stderr=subprocess.PIPE,
                                env=block.environment(**shared.bus.environment))  # fmt: skip
    assert result.returncode == 1 and result.stderr


def test_stops_while_a_forecast_runs(desk):
    with desk.raw() as bus:
        bus.send("Forecast", "ssstu", "", "+700d", "", 0, 500)
        desk.daemon.process.send_signal(signal.SIGTERM)
        desk.daemon.process.wait(block.PATIENCE)
    assert desk.daemon.process.returncode == 0


# ---- the time zone ---------------------------------------------------------------------------------------------------


def test_new_rules_of_the_zone_are_taken_up(tmp_path):
    """A package puts another file in the place of the zone's: the reminder's moment is found anew, without a restart."""
    rules, link = tmp_path / "zoneinfo/Asia/Saigon", tmp_path / "zoneinfo/Asia/Ho_Chi_Minh"
    rules.parent.mkdir(parents=True)
    shutil.copy("/usr/share/zoneinfo/Asia/Ho_Chi_Minh", rules)
    link.symlink_to("Saigon")  # older packages have one name as a link to the other
    (tmp_path / "desk").mkdir()
    desk = Desk(tmp_path / "desk", timezone="Asia/Ho_Chi_Minh")
    start = desk.block.start
    desk.block.start = lambda bus, environment: start(
        bus=bus, environment={**environment, "TZDIR": str(tmp_path / "zoneinfo")})  # fmt: skip
    with desk:
        assert desk.row("bao-cao")["next_reminder"].endswith("+07:00")
        shutil.copy("/usr/share/zoneinfo/Asia/Tokyo", tmp_path / "new")
        (tmp_path / "new").rename(rules)
        wait_until(lambda: desk.row("bao-cao")["next_reminder"].endswith("+09:00"),
                   lambda: desk.row("bao-cao")["next_reminder"])  # fmt: skip
