"""A rehearsal prints exactly what the rules say: compared with oracle.py line by line, and with dates worked out by
hand."""

import csv
import datetime
import re
import shutil
from collections import Counter
from dataclasses import dataclass, field
from random import Random

import pytest

import oracle
from block import AGENCIES, REMINDERD, ROOT, Block, plan, rehearse, run

SHIPPED = ROOT / "conf/reminderd.conf"
KEYS = ["time", "kind", "channel", "agency", "address", "plan", "items", "subject"]

REPORT = {
    "before": ["30d", "14d", "7d", "3d", "1d", "0d"], "at": "08:00", "shift": "next",
    "overdue": {"every": "2wd", "limit": 10},
    "escalate": ({"after": "3wd", "to": "head"}, {"after": "10wd", "to": "council"}),
}  # fmt: skip
POLICIES = {"plain": {"before": ["7d", "1d"], "at": "08:00"}, "report": REPORT}


def lines(printed):
    """Of a rehearsal's objects, what the oracle knows of."""
    return sorted(oracle.Line(*(tuple(o[key]) if key == "items" else o[key] for key in KEYS[:-1])) for o in printed)


def assert_equal(printed, expected):
    """Says what is missing and what is too much, not two lists of a thousand lines."""
    printed, expected = Counter(lines(printed)), Counter(expected)
    differences = [("only the oracle:   ", line) for line in (expected - printed).elements()]
    differences += [("only the rehearsal:", line) for line in (printed - expected).elements()]
    differences.sort(key=lambda difference: (difference[1], difference[0]))
    report = "\n".join(f"{who} {' '.join(line[:-1])} {','.join(line.items)}" for who, line in differences[:60])
    assert not differences, f"{len(differences)} lines differ, the first of them:\n{report}"


# ---- the shipped plan ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def year():
    return rehearse(SHIPPED, "2024-01-01", "2024-12-31")


@pytest.fixture(scope="module")
def year_and_a_half():
    return rehearse(SHIPPED, "2024-01-01", "2025-06-30")


def test_the_shipped_plan_in_its_year(year):
    assert_equal(year, oracle.rehearse(SHIPPED, "2024-01-01", "2024-12-31"))


@pytest.mark.once
def test_the_shipped_plan_and_what_is_overdue_after_it(year_and_a_half):
    assert_equal(year_and_a_half, oracle.rehearse(SHIPPED, "2024-01-01", "2025-06-30"))


def test_every_kind_that_needs_no_person_occurs(year):
    assert {line["kind"] for line in year} == set(oracle.URGENCY) - {"date_set"}


def test_nothing_leaves_on_a_day_off_or_outside_the_hours(year_and_a_half):
    with open(ROOT / "tests/data/holidays-vn-2022-2026.csv", encoding="utf-8", newline="") as file:
        special = {row["date"]: row["kind"] for row in csv.DictReader(file)}
    for line in year_and_a_half:
        moment = datetime.datetime.fromisoformat(line["time"])
        usual = "work" if moment.isoweekday() <= 5 else "off"
        assert special.get(str(moment.date()), usual) == "work", line
        assert "07:30" <= f"{moment:%H:%M}" < "17:00", line


def test_time_does_not_run_backwards(year_and_a_half):
    times = [line["time"] for line in year_and_a_half]
    assert times == sorted(times)


def test_one_message_for_each_address_and_moment(year_and_a_half):
    counted = Counter((line["time"], line["channel"], line["address"]) for line in year_and_a_half)
    assert [key for key, n in counted.items() if n > 1] == []


@pytest.mark.once
def test_json_lines_have_the_documented_keys(year):
    for line in year:
        assert list(line) == KEYS
        assert re.fullmatch(r"2024-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00", line["time"])
        assert all(isinstance(line[key], str) for key in KEYS if key != "items")
        assert all(isinstance(item, str) for item in line["items"])


@pytest.mark.once
def test_text_lines_say_the_same(year):
    result = run(REMINDERD, "--config", SHIPPED, "--rehearse", "2024-01-01..2024-12-31")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "  ".join((
            line["time"][:16].replace("T", " "), line["kind"], line["channel"], line["agency"], line["address"],
            ",".join(line["items"]) or "-", line["subject"],
        ))
        for line in year
    ]  # fmt: skip


def test_subjects_are_one_filled_in_line(year):
    for line in year:
        assert line["subject"].startswith("[Khối TMTH]")
        assert line["subject"].isprintable() and not re.search(r"[{}]|  ", line["subject"]), line


def test_the_inspection_has_no_invented_day(year):
    about = [line for line in year if line["items"] == ["kiem-tra"]]
    assert {line["kind"] for line in about} == {"advance", "fix_date"}
    for line in about:
        assert not re.search(r"\d\d/\d\d/\d{4}", line["subject"].replace("Hạn ấn định lịch 20/09/2024", "")), line
    alone = [line for line in about if line["agency"] != "vp-ubnd"]  # the head has other reasons to be written to
    alone += [line for line in about if line["subject"].startswith("[Khối TMTH] Hạn ấn định lịch 20/09/2024: ")]
    assert {line["kind"] for line in alone} == {"advance", "fix_date"}
    for line in alone:
        assert re.search(r"dự kiến trong tháng 10/2024|trong tháng 10/2024 \(dự kiến\)", line["subject"]), line


@pytest.mark.once
def test_a_later_start_prints_the_rest_of_the_same_year(tmp_path):
    """In the middle of every ladder: nothing before is caught up, and what follows is what it would have been. But for
    digests that leave when something changed: which was the last one of before?"""
    conf = tmp_path / "reminderd.conf"
    shutil.copytree(SHIPPED.parent, tmp_path, dirs_exist_ok=True)
    conf.write_text(SHIPPED.read_text(encoding="utf-8").replace('when = "changed"', 'when = "always"'), encoding="utf-8")
    year = rehearse(conf, "2024-01-01", "2024-12-31")
    assert_equal(year, oracle.rehearse(conf, "2024-01-01", "2024-12-31"))
    for first in ("2024-03-29", "2024-10-01", "2024-12-27"):
        late = rehearse(conf, first, "2024-12-31")
        assert_equal(late, oracle.rehearse(conf, first, "2024-12-31"))
        assert lines(late) == lines([line for line in year if line["time"][:10] >= first])


@pytest.mark.once
def test_two_rehearsals_are_identical():
    arguments = (REMINDERD, "--config", SHIPPED, "--rehearse", "2024-01-01..2024-12-31", "--json")
    assert run(*arguments).stdout == run(*arguments, TZ="America/New_York").stdout != ""


# ---- small plans -----------------------------------------------------------------------------------------------------


@dataclass
class Case:
    """Items, and when which kind reaches one agency: "03-07 advance", all of 2024 at `at`."""

    items: str
    expected: str
    agency: str = "so-noi-vu"
    at: str = "08:00"
    last: str = "2024-12-31"
    members: tuple = ("vp-ubnd", "so-noi-vu", "so-tu-phap")
    settings: dict = field(default_factory=dict)


def item(text):
    return f'{{ id = "bao-cao"; title = "Báo cáo"; {text} }}'


def due_in_tet(shift):
    return item(f'due = "2024-02-10"; shift = "{shift}"; overdue = {{ every = "1wd"; limit = 2; }};')


HOLIDAYS = 'window = ["2024-02-08", "2024-02-13"];'
TENTATIVE = 'window = ["2024-10-01", "2024-10-31"]; tentative = true;'
ESCALATED = item('due = "2024-03-14"; for = ["so-noi-vu", "so-tu-phap"]; policy = "report"; before = ["1d"];')

CASES = {
    # date forms
    "due": Case(item('due = "2024-03-14";'), "03-07 advance, 03-13 due"),
    "window": Case(
        item('window = ["2024-03-04", "2024-03-15"];'),
        "03-04 advance, 03-08 advance, 03-14 due",
    ),
    "window of one day": Case(item('window = ["2024-03-14", "2024-03-14"];'), "03-07 advance, 03-13 due, 03-14 due"),
    "quarter": Case(item("quarter = 2;"), "04-01 advance, 06-21 advance, 06-28 advance"),
    "quarter that begins on holidays": Case(item("quarter = 1;"), "01-02 advance, 03-22 advance, 03-29 advance"),
    "last quarter": Case(item("quarter = 4;"), "10-01 advance, 12-24 advance, 12-30 due"),
    "tentative": Case(item(TENTATIVE + 'policy = "report";'), """08-30 advance, 09-17 advance, 09-24 advance,
        09-27 advance, 09-30 advance, 10-01 advance"""),
    "tentative quarter": Case(item("quarter = 3; tentative = true;"), "06-24 advance, 06-28 advance, 07-01 advance"),
    "several days": Case(
        item('due = ["2024-09-16", "2024-03-14"];'), "03-07 advance, 03-13 due, 09-09 advance, 09-13 advance"
    ),
    "half": Case(item("half = 1;"), "01-02 advance, 06-21 advance, 06-28 advance"),
    "month": Case(item("month = 10;"), "10-01 advance, 10-24 advance, 10-30 due"),
    "tentative month": Case(item("month = 10; tentative = true;"), "09-24 advance, 09-30 advance, 10-01 advance"),
    "tentative due": Case(
        item('due = "2024-10-15"; tentative = true;'), "10-08 advance, 10-14 advance, 10-15 advance"
    ),
    "tentative day": Case(
        item('window = ["2024-10-15", "2024-10-15"]; tentative = true;'),
        "10-08 advance, 10-14 advance, 10-15 advance",
    ),
    "date to be fixed": Case(item(TENTATIVE + 'fix_by = "2024-09-20"; for = ["so-noi-vu"];'), """
        09-06 fix_date, 09-17 fix_date, 09-20 fix_date, 09-24 fix_date, 09-26 fix_date, 09-30 fix_date, 10-02 fix_date,
        10-04 fix_date, 10-08 fix_date, 10-10 fix_date, 10-14 fix_date, 10-16 fix_date, 10-18 fix_date, 10-22 fix_date,
        10-24 fix_date, 10-28 fix_date, 10-30 fix_date""", agency="vp-ubnd"),
    "date to be fixed by a day off": Case(
        item('window = ["2024-09-02", "2024-09-13"]; tentative = true; fix_by = "2024-08-31"; for = ["so-noi-vu"];'),
        """08-16 fix_date, 08-28 fix_date, 08-30 fix_date, 09-05 fix_date, 09-09 fix_date, 09-11 fix_date,
        09-13 fix_date""",
        agency="vp-ubnd",
    ),
    "date to be fixed by a debtor": Case(
        item('window = ["2024-10-01", "2024-10-04"]; tentative = true; fix_by = "2024-09-27"; for = ["head"];'),
        "09-13 fix_date, 09-24 fix_date, 09-27 fix_date, 09-30 advance, 10-01 fix_date, 10-03 fix_date",
        agency="vp-ubnd",
    ),
    "undated": Case(item('when = "khi tỉnh tổ chức"; policy = "report";'), ""),
    "repeat on the 31st": Case(item('repeat = "FREQ=MONTHLY;BYMONTHDAY=31"; before = ["0d"];'), """01-31 due,
        04-01 due, 05-31 due, 07-31 due, 09-04 due, 10-31 due, 12-31 due"""),
    "repeat on the last Friday": Case(
        item('repeat = "FREQ=MONTHLY;BYDAY=-1FR"; before = ["0d"];'),
        "01-26 due, 02-23 due, 03-29 due, 04-26 due, 05-31 due, 06-28 due", last="2024-07-10",
    ),
    "repeat each week, each with its own ladder": Case(
        item('repeat = "FREQ=WEEKLY;BYDAY=TU"; before = ["0d"]; overdue = { every = "2wd"; limit = 1; };'),
        "03-05 due, 03-07 overdue, 03-12 due, 03-14 overdue", last="2024-03-15",
        settings={"first": "2024-03-01"},
    ),
    "observance": Case(
        item('observance = { date = "05-19"; since = 1890; }; before = ["30d", "0d"]; policy = "report";'),
        "04-19 observance, 05-17 observance",
    ),
    "lunar observance": Case(
        item('observance = { date = "lunar:03-10"; }; before = ["7d", "0d"];'), "04-11 observance, 04-17 observance"
    ),
    "Tết": Case(item('observance = { date = "lunar:01-01"; }; before = ["0d"];'), "02-07 observance"),
    # days off
    "due on the Saturday before Tết": Case(
        item('due = "2024-02-03"; overdue = { every = "2wd"; limit = 3; };'),
        "01-26 advance, 02-02 advance, 02-07 overdue, 02-16 overdue, 02-20 overdue",
    ),
    "last day after Tết": Case(
        item('due = "2024-02-10"; before = ["7d", "3d", "1d", "0d"];'), "02-02 advance, 02-07 advance, 02-15 due"
    ),
    "due in Tết": Case(due_in_tet("next"), "02-02 advance, 02-07 advance, 02-16 overdue, 02-19 overdue"),
    "due before Tết instead": Case(due_in_tet("previous"), "01-31 advance, 02-06 due, 02-15 overdue, 02-16 overdue"),
    "due in Tết all the same": Case(due_in_tet("none"), "02-02 advance, 02-07 advance, 02-15 overdue, 02-16 overdue"),
    "tentative window of holidays": Case(item(HOLIDAYS + 'tentative = true; before = ["1d"];'), "02-07 advance"),
    "date to be fixed in holidays": Case(
        item(HOLIDAYS + 'tentative = true; fix_by = "2024-02-12"; at = "18:00"; for = ["so-noi-vu"];'),
        "01-30 fix_date", agency="vp-ubnd", at="07:30",
    ),
    "window of holidays": Case(item(HOLIDAYS), "02-06 advance, 02-07 advance, 02-15 due"),
    "window of holidays that is over with them": Case(
        item(HOLIDAYS + 'shift = "none";'), "02-06 advance, 02-07 advance"
    ),
    "Saturday worked in exchange": Case(item('due = "2024-05-04"; before = ["1d", "0d"];'), "05-03 due, 05-04 due"),
    "rungs that meet before a long weekend": Case(
        item('due = "2024-05-02"; before = ["3d", "2d", "1d", "0d"];'), "04-26 advance, 05-02 due"
    ),
    "due on the Sunday": Case(item('due = "2024-03-17"; before = ["0d"];'), "03-18 due"),
    # hours
    "before the office opens": Case(item('due = "2024-03-14"; at = "06:15";'), "03-07 advance, 03-13 due", at="07:30"),
    "after the office closed": Case(
        item('due = "2024-03-14"; at = "18:00"; before = ["7d", "1d", "0d"]; overdue = { every = "1wd"; limit = 1; };'),
        "03-08 advance, 03-14 due, 03-18 overdue", at="07:30",
    ),
    "other hours": Case(
        item('due = "2024-03-14";'), "03-07 advance, 03-13 due", at="09:15",
        settings={"hours": {"open": "09:15", "close": "11:00"}},
    ),
    "always open": Case(
        item('due = "2024-02-03"; at = "20:30"; overdue = { every = "2wd"; limit = 1; };'),
        "01-26 advance, 02-02 advance, 02-07 overdue", at="20:30",
        settings={"hours": {"open": "00:00", "close": "00:00"}},
    ),
    # overdue
    "overdue every day, over a weekend": Case(
        item('due = "2024-03-14"; before = ["0d"]; overdue = { every = "1d"; limit = 4; };'),
        "03-14 due, 03-15 overdue, 03-18 overdue, 03-19 overdue, 03-20 overdue",
    ),
    "overdue without limit": Case(
        item('due = "2024-03-14"; before = ["0d"]; overdue = { every = "1w"; };'),
        "03-14 due, 03-21 overdue, 03-28 overdue, 04-04 overdue, 04-11 overdue, 04-19 overdue, 04-25 overdue, "
        "05-02 overdue, 05-09 overdue",
        last="2024-05-15",
    ),
    "overdue into the next year": Case(
        item('due = "2024-12-26"; before = ["0d"]; overdue = { every = "2wd"; limit = 5; };'),
        "12-26 due, 12-30 overdue", last="2025-02-28",
    ),
    # escalation
    "the debtor": Case(ESCALATED, """03-13 due, 03-18 overdue, 03-20 overdue, 03-22 overdue, 03-26 overdue,
        03-28 overdue, 04-01 overdue, 04-03 overdue, 04-05 overdue, 04-09 overdue, 04-11 overdue"""),
    "escalation to the head": Case(ESCALATED, "03-19 escalation", agency="vp-ubnd"),
    "escalation to a group": Case(ESCALATED, "03-28 escalation", agency="hoi-dong-tdkt"),
    "escalation moved off a day off": Case(
        item('due = "2024-02-05"; before = ["0d"]; escalate = ( { after = "4d"; to = "deputy"; } );'),
        "02-05 due, 02-15 escalation",
    ),
    "two levels that meet": Case(
        item('due = "2024-03-15"; for = ["head"]; before = ["0d"];'
             'escalate = ( { after = "1d"; to = "council"; }, { after = "1wd"; to = ["council", "deputy"]; } );'),
        "03-18 escalation", agency="hoi-dong-tdkt",
    ),
    "escalated and overdue at once": Case(
        item('due = "2024-03-14"; before = ["0d"]; overdue = { every = "1wd"; limit = 2; };'
             'escalate = ( { after = "2wd"; to = "deputy"; } );'),
        "03-14 due, 03-15 overdue, 03-18 escalation",
    ),
    # offsets, policies, people
    "weeks": Case(item('due = "2024-03-14"; before = ["2w", "1w 1d"];'), "02-29 advance, 03-06 advance"),
    "working days over an exchange": Case(item('due = "2024-05-06"; before = ["5wd"];'), "04-25 advance"),
    "working days before a day off": Case(
        item('due = "2024-02-10"; before = ["1wd", "2wd"];'), "02-06 advance, 02-07 advance"
    ),
    "an item's own policy": Case(
        item('due = "2024-03-14"; policy = "report"; before = ["2d"]; at = "09:30"; shift = "none";'
             'overdue = { every = "1w"; limit = 1; }; escalate = ( { after = "1wd"; to = "so-tu-phap"; } );'),
        "03-12 advance, 03-21 overdue", at="09:30",
    ),
    "the default policy": Case(
        item('due = "2024-03-14";'), "03-11 advance", settings={"default_policy": "report", "policies": {
            "report": {"before": ["3d"]}}},
    ),
    "members left out": Case(
        item('due = "2024-03-14";'), "03-07 advance, 03-13 due", agency="hoi-dong-tdkt", members=None
    ),
    "no member": Case(item('due = "2024-03-14";'), "", agency="hoi-dong-tdkt"),
    "all": Case(item('due = "2024-03-14"; for = ["all"];'), "03-07 advance, 03-13 due", agency="hoi-dong-tdkt"),
    "several words that mean one agency": Case(
        item('due = "2024-03-14"; for = ["council", "deputy", "so-noi-vu", "members"];'), "03-07 advance, 03-13 due"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_small_plan(name, tmp_path):
    case = CASES[name]
    settings = {"policies": POLICIES, **case.settings}
    first = settings.pop("first", "2024-01-01")
    block = Block(tmp_path, plan(case.items, members=case.members), **settings)

    printed = block.rehearse(first, case.last)
    assert_equal(printed, oracle.rehearse(block.path, first, case.last))

    said = [line for line in printed if line["agency"] == case.agency and line["time"][:4] == "2024"]
    assert [f"{line['time'][5:10]} {line['kind']}" for line in said] == re.findall(r"\d\d-\d\d \w+", case.expected)
    assert {line["time"][11:16] for line in said} <= {case.at}


def write_items(*texts):
    return ",\n    ".join(f'{{ id = "viec-{letter}"; title = "Việc {letter}"; {text} }}' for letter, text in texts)


def compare(block, first="2024-01-01", last="2024-12-31"):
    """The rehearsal, equal to the oracle's."""
    printed = block.rehearse(first, last)
    assert_equal(printed, oracle.rehearse(block.path, first, last))
    return printed


def test_what_falls_due_together_is_one_message(tmp_path):
    """Most urgent first, then the earlier date, then the name."""
    block = Block(tmp_path, plan(write_items(
        ("c", 'due = "2024-03-21";'),
        ("b", 'due = "2024-03-21";'),
        ("d", 'due = "2024-03-15";'),
        ("e", 'due = "2024-03-13"; overdue = { every = "1wd"; limit = 1; };'),
        ("f", 'due = "2024-03-21"; at = "09:00";'),
        ("g", 'observance = { date = "03-21"; };'),
        ("h", 'window = ["2024-03-14", "2024-04-19"];'),
        ("i", 'window = ["2024-03-28", "2024-04-19"]; tentative = true; fix_by = "2024-03-14"; for = ["so-tu-phap"];'),
        ("k", 'due = "2024-03-12"; for = ["so-tu-phap"]; escalate = ( { after = "2wd"; to = "head"; } );'),
    )))  # fmt: skip
    told = {
        (line["agency"], line["time"][11:16]): (line["kind"], " ".join(item[-1] for item in line["items"]))
        for line in compare(block) if line["time"].startswith("2024-03-14")
    }  # fmt: skip
    assert told == {
        ("vp-ubnd", "08:00"): ("escalation", "k e d i b c h g"),
        ("so-noi-vu", "08:00"): ("overdue", "e d b c h g"),
        ("so-tu-phap", "08:00"): ("overdue", "e d b c h g"),
        ("vp-ubnd", "09:00"): ("advance", "f"),
        ("so-noi-vu", "09:00"): ("advance", "f"),
        ("so-tu-phap", "09:00"): ("advance", "f"),
    }


def test_two_plans_share_a_message(tmp_path):
    block = Block(tmp_path, plan(write_items(("b", 'due = "2024-12-31";'))))
    block.write_plan(
        plan(write_items(("a", 'due = "2025-01-06"; before = ["7d"];')), year=2025).replace("ke-hoach", "ke-hoach-moi"),
        "moi.conf",
    )
    (line,) = [line for line in compare(block, last="2025-01-31")
               if line["agency"] == "so-tu-phap" and line["time"].startswith("2024-12-30")]  # fmt: skip
    assert (line["kind"], line["plan"], line["items"]) == ("due", "ke-hoach", ["viec-b", "viec-a"])


def test_each_address_and_each_webhook_gets_its_own(tmp_path):
    agencies = [dict(agency) for agency in AGENCIES]
    agencies[0]["emails"] = ["vpubnd@laocai.example", "chanhvanphong@laocai.example"]
    agencies[1]["emails"] = []
    agencies[1]["webhook"] = "own"
    webhooks = (
        {"id": "own", "url": "https://own.example/hook"},
        {"id": "late", "url": "https://late.example/hook", "agencies": ["*"], "kinds": ["overdue"]},
        {"id": "one", "url": "https://one.example/hook", "agencies": ["so-tu-phap"]},
    )
    items = write_items(
        ("a", 'due = "2024-03-14"; overdue = { every = "1wd"; limit = 1; };'),
        ("b", 'due = "2024-03-15"; before = ["0d"];'),
    )
    block = Block(tmp_path, plan(items), agencies=agencies, webhooks=webhooks)
    told = [
        (line["kind"], line["agency"], line["address"], len(line["items"]))
        for line in compare(block) if line["time"].startswith("2024-03-15")
    ]  # fmt: skip
    assert sorted(told) == [
        ("overdue", "so-noi-vu", "late", 1),
        ("overdue", "so-noi-vu", "own", 2),
        ("overdue", "so-tu-phap", "late", 1),
        ("overdue", "so-tu-phap", "one", 2),
        ("overdue", "so-tu-phap", "sotuphap@laocai.example", 2),
        ("overdue", "vp-ubnd", "chanhvanphong@laocai.example", 2),
        ("overdue", "vp-ubnd", "late", 1),
        ("overdue", "vp-ubnd", "vpubnd@laocai.example", 2),
    ]


def test_without_a_mail_server_there_is_no_mail(tmp_path):
    webhooks = ({"id": "gateway", "url": "https://chat.example/hook", "agencies": ["*"]},)
    block = Block(tmp_path, plan(item('due = "2024-03-14";')), mail=None, webhooks=webhooks)
    assert {line["channel"] for line in compare(block)} == {"webhook"}


def test_a_digest(tmp_path):
    """Each agency's own list, the head's matrix, and nothing where there is nothing to say, or where nobody is urged."""
    items = write_items(
        ("a", 'due = "2024-02-10"; for = ["so-noi-vu"]; before = []; overdue = { every = "90d"; };'),
        ("b", 'observance = { date = "02-03"; }; for = ["council"]; before = [];'),
        ("c", 'due = "2024-01-20"; for = ["so-tu-phap"]; before = [];'),
    )
    block = Block(tmp_path, plan(items), digest={"weekday": "mon", "at": "09:30"})
    told = [(line["agency"], line["time"][5:16], line["items"]) for line in compare(block, last="2024-02-26")]
    near = ["01-15T09:30", "01-22T09:30", "01-29T09:30", "02-05T09:30", "02-15T09:30", "02-19T09:30", "02-26T09:30"]
    weeks = ["01-02T09:30", "01-08T09:30"] + near
    assert sorted(told) == sorted(
        [("so-noi-vu", at, ["viec-a"]) for at in near] + [("vp-ubnd", at, []) for at in weeks]
        + [("so-tu-phap", at, ["viec-c"]) for at in weeks[:4]]
    )  # fmt: skip


def test_a_digest_of_nothing(tmp_path):
    """An anniversary is owed by nobody, and the head's matrix has no row for what no member owes."""
    items = write_items(
        ("a", 'observance = { date = "02-03"; }; before = [];'),
        ("b", 'due = "2024-12-31"; for = ["council"]; before = [];'),
    )
    block = Block(tmp_path, plan(items), digest={"weekday": "mon", "at": "08:00"})
    assert {line["agency"] for line in compare(block)} == {"hoi-dong-tdkt"}


def test_a_digest_goes_by_the_earlier_date(tmp_path):
    """Due on Saturday 27 April, so by shift on Friday 26: in the list of 30 days from 27 March on."""
    text = item('due = "2024-04-27"; shift = "previous"; before = [];')
    block = Block(tmp_path, plan(text), digest={"weekday": "wed", "at": "08:00"})
    told = [line["time"][5:10] for line in compare(block) if line["agency"] == "so-tu-phap"]
    assert told[0] == "03-27"


def test_two_digests_that_meet_after_long_holidays_are_one(tmp_path):
    """Tết 2025 ends on Sunday 2 February: the digest of 27 January moves to the day of the next."""
    block = Block(tmp_path, plan(item('when = "khi có giấy mời";')), digest={"weekday": "mon", "at": "08:00"})
    told = [line for line in compare(block, "2025-01-20", "2025-02-10") if line["agency"] == "so-tu-phap"]
    assert [line["time"][5:10] for line in told] == ["01-20", "02-03", "02-10"]
    assert "tuần 6 (từ 03/02/2025 đến 09/02/2025)" in told[1]["subject"]


def without_ordinal(line):
    """How often an agency was pressed counts what was sent, and a rehearsal has sent nothing before its first day."""
    return {**line, "subject": re.sub(r"lần \d+", "lần …", line["subject"])}


@pytest.mark.parametrize("first", ["2024-02-29", "2024-03-01", "2024-03-13", "2024-03-14", "2024-03-15", "2024-04-01"])
def test_a_start_in_the_middle_of_a_ladder(first, tmp_path):
    """A rung of that very day is sent, also one that only moved there; none before it."""
    items = write_items(
        ("a", 'due = "2024-03-14"; policy = "report";'),
        ("b", 'window = ["2024-03-02", "2024-03-17"]; policy = "report";'),
        ("c", 'window = ["2024-03-25", "2024-04-05"]; tentative = true; fix_by = "2024-03-10";'),
    )
    block = Block(tmp_path, plan(items), policies=POLICIES)
    whole = [without_ordinal(line) for line in compare(block) if line["time"][:10] >= first]
    assert [without_ordinal(line) for line in compare(block, first)] == whole


def test_subjects(tmp_path):
    items = item('due = "2024-03-14"; before = ["7d", "1d", "0d"]; overdue = { every = "2wd"; limit = 2; };'
                 'escalate = ( { after = "3wd"; to = "head"; } );')  # fmt: skip
    printed = Block(tmp_path, plan(items)).rehearse("2024-01-01", "2024-12-31")
    assert [line["subject"] for line in printed if line["agency"] == "vp-ubnd"] == [
        "[Khối TMTH] Nhắc việc: hạn 14/03/2024 (còn 5 ngày làm việc) – Báo cáo",
        "[Khối TMTH] Đến hạn ngày mai 14/03/2024: Báo cáo",
        "[Khối TMTH] Đến hạn hôm nay 14/03/2024: Báo cáo",
        "[Khối TMTH][Đôn đốc lần 1] Quá hạn 2 ngày làm việc: Báo cáo (hạn 14/03/2024)",
        "[Khối TMTH] Báo cáo Trưởng khối 19/03/2024: 3 đơn vị chưa hoàn thành Báo cáo (hạn 14/03/2024)",
        "[Khối TMTH][Đôn đốc lần 2] Quá hạn 4 ngày làm việc: Báo cáo (hạn 14/03/2024)",
    ]


def test_an_anniversary_counts_its_years(tmp_path):
    text = '{ id = "ky-niem"; title = "Kỷ niệm {n} năm"; observance = { date = "05-19"; since = 1890; }; }'
    (subject,) = {line["subject"] for line in Block(tmp_path, plan(text)).rehearse("2024-05-01", "2024-05-14")}
    assert subject == "[Khối TMTH] Ngày 19/05/2024: Kỷ niệm 134 năm"


def test_more_than_one_message_can_hold(tmp_path):
    """120 items due on one day: all of them are told, no message has more than a hundred."""
    items = ",\n".join(f'{{ id = "viec-{n:03}"; title = "Việc {n}"; due = "2024-03-14"; before = ["1d"]; }}'
                       for n in range(120))  # fmt: skip
    block = Block(tmp_path, plan(items, members=("so-noi-vu",)))
    printed = block.rehearse("2024-03-01", "2024-03-31")
    assert max(len(line["items"]) for line in printed) <= 100
    assert sorted(name for line in printed for name in line["items"]) == [f"viec-{n:03}" for n in range(120)]


# ---- plans that nobody thought of ------------------------------------------------------------------------------------

SPANS = ["0d", "1d", "2d", "3d", "7d", "10d", "30d", "1w", "2w", "1w 1d", "1wd", "2wd", "3wd", "5wd"]
WHO = ["head", "deputy", "members", "all", "council", "vp-ubnd", "so-noi-vu", "so-tu-phap", "hoi-dong-tdkt"]
TIMES = ["08:00", "08:00", "08:00", "07:30", "06:00", "11:15", "16:59", "18:00", "23:30"]
RULES = ["BYMONTHDAY=31", "BYMONTHDAY=25", "BYMONTHDAY=-1", "BYDAY=1SA", "BYDAY=-1FR", "BYMONTH=2,4,9;BYDAY=SU"]
LONG_WEEKENDS = ["2024-01-01", "2024-02-10", "2024-04-18", "2024-04-30", "2024-09-02", "2024-12-31"]


def array(words):
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


def random_day(random):
    """Often near days off, where the rules meet."""
    if random.random() < 0.5:
        day = datetime.date.fromisoformat(random.choice(LONG_WEEKENDS)) + datetime.timedelta(random.randint(-8, 8))
    else:
        day = datetime.date(2024, 1, 1) + datetime.timedelta(random.randrange(366))
    return min(max(day, datetime.date(2024, 1, 1)), datetime.date(2024, 12, 31))


def random_dates(random):
    form = random.choice(["due", "due", "day", "days", "window", "tentative", "part", "part", "repeat", "observance", "when"])
    if form in ("window", "tentative"):
        first = random_day(random)
        last = min(first + datetime.timedelta(random.choice([0, 1, 4, 9, 30, 90])), datetime.date(2024, 12, 31))
        fix_by = min(max(random_day(random), first - datetime.timedelta(20), datetime.date(2024, 1, 1)), last)
        window = f'window = ["{first}", "{last}"];'
        return window if form == "window" else f'{window} tentative = true; fix_by = "{fix_by}";'
    part, most = random.choice([("half", 2), ("quarter", 4), ("month", 12)])
    tentative = random.choice(["", " tentative = true;"])
    anniversary = random.choice(["05-19", "09-02", "lunar:01-01", "lunar:03-10"])
    return {
        "due": f'due = "{random_day(random)}";',
        "day": f'due = "{random_day(random)}"; tentative = true;',
        "days": f"due = {array(sorted({str(random_day(random)) for _ in range(4)}))};",
        "part": f"{part} = {random.randint(1, most)};{tentative}",
        "repeat": f'repeat = "FREQ=MONTHLY;{random.choice(RULES)}";',
        "observance": f'observance = {{ date = "{anniversary}"; }};',
        "when": 'when = "khi có giấy mời";',
    }[form]


def random_item(random):
    """Dates, and some of the policy's parts and the debtors."""
    levels = ", ".join(
        f'{{ after = "{random.choice(SPANS[1:])}"; to = {array(random.sample(WHO, 2))}; }}'
        for _ in range(random.randint(1, 3))
    )
    limit = random.choice(["", " limit = 1;", " limit = 4;", " limit = 8;"])
    parts = [
        f"before = {array(random.choices(SPANS, k=random.randint(0, 5)))};",
        f'at = "{random.choice(TIMES)}";',
        f'overdue = {{ every = "{random.choice(SPANS[1:])}";{limit} }};',
        f"escalate = ( {levels} );",
        f'shift = "{random.choice(["next", "previous", "none"])}";',
        f"for = {array(random.sample(WHO, random.randint(1, 3)))};",
        'policy = "report";',
    ]
    return " ".join([random_dates(random)] + [part for part in parts if random.random() < 0.45])


@pytest.mark.parametrize("seed", range(24))
def test_a_random_plan(seed, tmp_path):
    random = Random(seed)
    items = write_items(*((letter, random_item(random)) for letter in "abcdefgh"[: random.randint(1, 8)]))
    members = random.choice([None, ("so-noi-vu", "so-tu-phap"), ("vp-ubnd", "so-noi-vu", "so-tu-phap")])
    hours = random.choice([("07:30", "17:00"), ("07:30", "17:00"), ("08:30", "11:00"), ("00:00", "00:00")])
    digest = {"weekday": random.choice(oracle.WEEKDAYS), "at": random.choice(TIMES),
              "when": random.choice(["changed", "always"])}  # fmt: skip
    block = Block(
        tmp_path, plan(items, members=members), policies=POLICIES, digest=random.choice([None, digest]),
        hours=dict(zip(("open", "close"), hours)),
    )  # fmt: skip
    compare(block, random.choice(["2024-01-01", str(random_day(random))]), random.choice(["2024-12-31", "2025-03-31"]))


# ---- the command line ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "period",
    ["", "..", "2024-01-01", "2024-01-01..", "..2024-12-31", "2024-12-31..2024-01-01", "2024-02-30..2024-03-01",
     "2024-01-01...2024-12-31", "2024-01-01..2024-12-31x", "x2024-01-01..2024-12-31", "2024-01-01 2024-12-31",
     "01/01/2024..31/12/2024", "2024-1-1..2024-12-31", "2024-01-01..2024-06-30..2024-12-31", "0000-00-00..9999-99-99",
     "2024-01-01..999999999-01-01", "-2024-01-01..2024-12-31", "2024-01-01\n..2024-12-31", "9" * 5000],
)  # fmt: skip
def test_a_wrong_period_is_wrong_usage(period):
    result = run(REMINDERD, "--config", SHIPPED, f"--rehearse={period}")
    assert (result.returncode, result.stdout) == (2, "")
    assert "expected two days, the earlier first, such as 2024-01-01..2024-12-31" in result.stderr


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--rehearse"], "--rehearse"),
        (["--rehearse", "2024-01-01..2024-12-31", "--check"], "--check and --rehearse exclude each other"),
        (["--json"], "--rehearse"),
        (["--deliver"], "--rehearse"),
        (["--rehearse", "2024-01-01..2024-12-31", "now"], "now: no arguments are taken"),
        (["--rehearse", "2024-01-01..2024-12-31", "--jsno"], "--jsno"),
    ],
)
def test_wrong_usage(arguments, said):
    result = run(REMINDERD, "--config", SHIPPED, *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr and "see reminderd --help" in result.stderr


def test_one_day(tmp_path):
    block = Block(tmp_path, plan(item('due = "2024-03-14";')))
    assert [line["kind"] for line in compare(block, "2024-03-13", "2024-03-13")] == ["due"] * 3
    assert compare(block, "2024-03-14", "2024-03-14") == []


def test_years_beyond_the_calendars_and_the_lunar_table(tmp_path):
    """What cannot be known is refused or guessed by the law; it never ends in a crash."""
    block = Block(tmp_path, plan(item('due = "2024-03-14"; overdue = { every = "1d"; };')))
    for period in ("1969-01-01..1969-12-31", "2100-12-01..2100-12-31", "9998-01-01..9999-12-31"):
        result = block.run("--rehearse", period, "--json")
        assert result.returncode in (0, 1, 2) and (result.returncode == 0 or result.stderr)


def test_a_rehearsal_leaves_no_trace(tmp_path):
    block = Block(tmp_path, plan(item('due = "2024-03-14";')), state_dir=str(tmp_path / "state"))
    before = sorted(tmp_path.rglob("*"))
    block.rehearse("2024-01-01", "2024-12-31")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_plan_with_a_mistake_is_not_rehearsed(tmp_path):
    block = Block(tmp_path, plan(item('due = "2024-02-30";')))
    result = block.run("--rehearse", "2024-01-01..2024-12-31")
    assert (result.returncode, result.stdout) == (1, "")
    assert re.search(r"plans\.d/plan\.conf:\d+: .*2024-02-30", result.stderr)
    assert block.check().returncode == 1
