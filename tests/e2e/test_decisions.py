"""What people decide with reminderctl, and what it says of what cannot be decided."""

import datetime

import pytest

import block
from block import Bus
from desk import AGENCY, ITEMS, TODAY, YEAR, Desk, ahead


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
        assert early.returncode == 1 and "cannot be: it is of" in early.stderr

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


def test_a_day_off_is_asked_for(desk):
    """And an appointment is then on the very day."""
    day = TODAY + datetime.timedelta(91)  # behind the days that are all worked
    while day.isoweekday() != 7:
        day += datetime.timedelta(1)
    words = ["set-date", "tap-huan", day.isoformat(), "--agency", AGENCY]
    refused = desk.ctl(*words)
    assert refused.returncode == 1 and refused.stderr.count("\n") == 1
    assert f"{day} is a day off" in refused.stderr and "--yes" in refused.stderr
    assert desk.row("tap-huan")["due"] is None
    assert desk.ctl(*words, "--yes").returncode == 0
    row = desk.row("tap-huan")
    assert (row["due"], row["effective_due"]) == (day.isoformat(), day.isoformat())


def test_who_asked_for_a_snooze(tmp_path):
    """It stands in the log beside whoever typed it."""
    with Desk(tmp_path / "folder", confirmations=True, confirm_after="0") as desk:
        snooze = ["snooze", "bao-cao", "--agency", AGENCY, "--for", "2d", "--reason", "chờ số liệu"]
        assert desk.ctl(*snooze, "--asked-by", "a\nb").returncode in (1, 2)
        assert desk.ctl(*snooze, "--asked-by", "đồng chí Giám đốc Sở").returncode == 0
        login = desk.row("bao-cao")["snoozed_by"]
        (entry,) = [e for e in desk.json("log", "bao-cao") if e["verb"] == "snooze"]
        assert "asked by đồng chí Giám đốc Sở" in entry["detail"] and entry["who"] == login


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
        assert "--agency" in said("done", "thang") and "thang@" not in said("done", "thang")
        assert "such as ke-hoach/thang@20" in said("done", "thang", "--agency", AGENCY)
        assert "none of the 3 obligations, for example: bao-cao for" in said("unsnooze", "bao-cao")
        assert "none of" not in said("unsnooze", "bao-cao", "--agency", AGENCY)
