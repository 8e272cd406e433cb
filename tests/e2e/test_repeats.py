"""Repeating items: which days --check prints, what it warns of, and why it refuses a rule that never comes."""

import re

import pytest

from block import POLICIES, ROOT, Block, Bus, plan
from rehearsal import Rehearsal


def check(tmp_path, items, year=2026, **more):
    """The status of --check, and what it says of item "r", without the place and the label."""
    result = Block(tmp_path, plan(items, year=year), **more).check()
    assert result.stderr == ""
    said = re.findall(r'^\S+plan\.conf:\d+: (.*)item "r": (.*)|^ke-hoach/r: (.*)', result.stdout, re.M)
    return result.returncode, ["".join(parts) for parts in said]


def item(rule, more=""):
    return f'{{ id = "r"; title = "Báo cáo"; repeat = "{rule}"; {more} }}'


QUARTERS = "4 days: 15/03, 15/06, 15/09, 15/12"
DAYS = {
    "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=15": QUARTERS,
    "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=15": QUARTERS,
    "FREQ=DAILY;BYMONTHDAY=-1;BYMONTH=1,2": "2 days: 31/01, 28/02",
    "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=10": "1 day: 10/12",
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO": "1 day: 11/05",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1": "52 days: 02/01, 09/01, 16/01, … 25/12",
    "FREQ=WEEKLY;BYDAY=FR": "52 days: 02/01, 09/01, 16/01, … 25/12",
    "FREQ=YEARLY;BYMONTHDAY=10": "12 days: " + ", ".join(f"10/{month:02}" for month in range(1, 13)),
    "FREQ=MONTHLY;BYMONTHDAY=1,15": "24 days: " + ", ".join(f"01/{m:02}, 15/{m:02}" for m in range(1, 13)),
}


@pytest.mark.parametrize("rule", DAYS)
def test_check_prints_the_days_of_a_repeat_and_says_nothing_else(tmp_path, rule):
    assert check(tmp_path, item(rule)) == (0, [DAYS[rule]])


def test_check_prints_no_days_while_something_is_wrong(tmp_path):
    code, said = check(tmp_path, item("FREQ=MONTHLY;BYMONTHDAY=25") + ', { id = "s"; title = "S"; due = "2026"; }')
    assert (code, said) == (1, [])


NO_SUCH_DAY = "of 2026 and leaves it out; the last one of a month has number -1"
WARNINGS = {
    "FREQ=MONTHLY;BYMONTHDAY=30": f"finds no such day in month 02 {NO_SUCH_DAY}",
    "FREQ=MONTHLY;BYMONTHDAY=29": f"finds no such day in month 02 {NO_SUCH_DAY}",
    "FREQ=MONTHLY;BYMONTHDAY=31": f"finds no such day in month 02, 04, 06, 09, 11 {NO_SUCH_DAY}",
    "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3": f"finds no such day in month 02, 04 {NO_SUCH_DAY}",
    "FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20260315": f"finds no such day in month 02 {NO_SUCH_DAY}",
    "FREQ=MONTHLY;BYMONTH=3,5,6;BYDAY=5FR": f"finds no such day in month 03, 06 {NO_SUCH_DAY}",
    "FREQ=MONTHLY;INTERVAL=2;BYMONTH=3,6,9,12": "leaves out month 06, 12: INTERVAL=2 counts from January",
    "FREQ=WEEKLY": "names no weekday, and takes that of 1 January",
    "FREQ=YEARLY;BYWEEKNO=20": "names no weekday, and takes all seven",
}


@pytest.mark.parametrize("rule", WARNINGS)
def test_what_a_rule_leaves_out_is_a_warning(tmp_path, rule):
    code, said = check(tmp_path, item(rule, 'before = ["0d"];'))
    assert code == 0 and len(said) == 2, said
    assert said[0].startswith(f'warning: repeat "{rule}" {WARNINGS[rule]}')


def test_a_before_that_is_longer_than_the_period_is_a_warning(tmp_path):
    policies = POLICIES | {"long": {"before": ["30d", "7d", "5wd", "1d"], "at": "08:00"}}
    for rule, more, words in (
        ("FREQ=WEEKLY;BYDAY=FR", 'policy = "long";', ("within 7 days", '"30d"')),
        ("FREQ=WEEKLY;BYDAY=FR", 'before = ["2w"];', ("within 7 days", '"14d"')),
        ("FREQ=WEEKLY;BYDAY=FR", 'before = ["6wd"];', ("within 7 days", '"6wd"')),
        ("FREQ=DAILY", 'before = ["2d"];', ("within 1 day,", '"2d"')),
        ("FREQ=MONTHLY;BYMONTHDAY=10,20;BYMONTH=6,12", 'policy = "long";', ("within 10 days", '"30d"')),
        ("FREQ=WEEKLY;BYDAY=FR", 'before = ["7d", "5wd", "1d"];', None),
        ("FREQ=MONTHLY;BYMONTHDAY=25", 'policy = "long";', None),  # as long as most months
        ("FREQ=MONTHLY;BYMONTHDAY=25;COUNT=1", 'before = ["300d"];', None),
    ):
        code, said = check(tmp_path / str(len(list(tmp_path.iterdir()))), item(rule, more), policies=policies)
        warnings = [line for line in said if line.startswith("warning: ")]
        assert code == 0 and len(warnings) == (words is not None), said
        assert all(word in warnings[0] for word in words or ())


NEVER = {
    "FREQ=MONTHLY;INTERVAL=3;BYMONTH=3,6,9,12;BYMONTHDAY=15":
        "INTERVAL=3 counts from January and steps over month 03, 06, 09, 12; leave INTERVAL out",
    "FREQ=MONTHLY;BYMONTHDAY=25;UNTIL=20251231": "UNTIL ended it on 2025-12-31",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29": "no day has all that it asks for",
}  # fmt: skip


@pytest.mark.parametrize("rule", NEVER)
def test_a_rule_that_never_comes_is_refused_with_the_reason(tmp_path, rule):
    assert check(tmp_path, item(rule)) == (1, [f'repeat "{rule}" never comes in 2026: {NEVER[rule]}'])


# ---- periods ---------------------------------------------------------------------------------------------------------

QUARTERLY = "FREQ=MONTHLY;BYMONTH=1,4,7,10;BYMONTHDAY=4"
BEFORE = "period_offset = -1;"
PERIODS = {
    (QUARTERLY, "quarter", BEFORE): "4 days: 04/04 (quý I năm 2026), 04/07 (quý II năm 2026), "
                                    "04/10 (quý III năm 2026), 04/01/2027 (quý IV năm 2026)",
    (f"{QUARTERLY};COUNT=4", "quarter", BEFORE): "4 days: 04/04 (quý I năm 2026), 04/07 (quý II năm 2026), "
                                                 "04/10 (quý III năm 2026), 04/01/2027 (quý IV năm 2026)",
    ("FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=15", "quarter", ""):
        "4 days: 15/03 (quý I năm 2026), 15/06 (quý II năm 2026), 15/09 (quý III năm 2026), 15/12 (quý IV năm 2026)",
    ("FREQ=MONTHLY;BYMONTH=1,7;BYMONTHDAY=10", "half", BEFORE):
        "2 days: 10/07 (6 tháng đầu năm 2026), 10/01/2027 (6 tháng cuối năm 2026)",
    ("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=15", "year", BEFORE): "1 day: 15/01/2027 (năm 2026)",
    ("FREQ=MONTHLY;BYMONTH=1,2,12;BYMONTHDAY=5", "month", BEFORE):
        "3 days: 05/02 (tháng 1 năm 2026), 05/12 (tháng 11 năm 2026), 05/01/2027 (tháng 12 năm 2026)",
    ("FREQ=WEEKLY;BYDAY=FR;UNTIL=20260115", "week", ""): "2 days: 02/01 (tuần 1 năm 2026), 09/01 (tuần 2 năm 2026)",
    ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20260112", "week", BEFORE):
        "2 days: 05/01 (tuần 1 năm 2026), 12/01 (tuần 2 năm 2026)",
}  # fmt: skip


@pytest.mark.parametrize(
    "rule, more, unit",
    [
        (QUARTERLY, "", "quarter"),
        ("FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=10", "", "half"),
        (QUARTERLY, 'since = "2026-02-01";', None),
        (QUARTERLY, 'period = "quarter"; period_offset = 0;', None),
        ("FREQ=MONTHLY;BYMONTHDAY=4", "", None),
        ("FREQ=MONTHLY;BYMONTH=1,4,7,10;BYMONTHDAY=25", "", None),
    ],
)
def test_a_report_of_the_last_year_is_asked_about(tmp_path, rule, more, unit):
    code, said = check(tmp_path, item(rule, more))
    warnings = [line for line in said if line.startswith("warning: ")]
    assert code == 0 and len(warnings) == (unit is not None), said
    assert unit is None or f'period = "{unit}"; period_offset = -1;' in warnings[0]


@pytest.mark.parametrize("of", PERIODS)
def test_a_period_is_named_and_its_last_report_is_due_in_the_next_year(tmp_path, of):
    rule, period, offset = of
    assert check(tmp_path, item(rule, f'period = "{period}"; {offset}')) == (0, [PERIODS[of]])


def test_the_messages_name_the_period(tmp_path):
    """Title and wording; a day off moves the day and not the period."""
    text = (f'{{ id = "bc"; title = "Báo cáo {{period}}"; wording = "Số liệu {{period}}"; period = "quarter"; {BEFORE} '
            f'repeat = "{QUARTERLY}"; before = ["0d"]; for = ["so-tu-phap"]; }}')  # fmt: skip
    block = Block(tmp_path, plan(text, year=2026))
    due = {line["items"][0]: line["subject"] for line in block.rehearse("2026-01-01", "2027-03-31")}
    assert list(due) == [f"bc@{day}" for day in ("2026-04-04", "2026-07-04", "2026-10-04", "2027-01-04")]
    for subject, quarter in zip(due.values(), ("I", "II", "III", "IV"), strict=True):
        assert f"Báo cáo quý {quarter} năm 2026" in subject


def test_lists_letters_and_show_say_the_period(tmp_path):
    text = (f'{{ id = "bc"; title = "Báo cáo {{period}}"; wording = "Số liệu {{period}}"; period = "quarter"; {BEFORE} '
            f'repeat = "{QUARTERLY}"; for = ["so-tu-phap"]; }}, {{ id = "t"; title = "T"; quarter = 1; }}')  # fmt: skip
    with Bus() as bus, Rehearsal(Block(tmp_path, plan(text, year=2026)), bus, "2026-02-01", "2026-12-31") as rehearsal:
        rehearsal.advance("2026-03-01 08:00")
        rows = rehearsal.list("--agency", "so-tu-phap")
        assert [(row["occurrence"], row["title"], row["period"]) for row in rows if row["item"] == "bc"] == [
            ("2026-04-04", "Báo cáo quý I năm 2026", "quý I năm 2026"),
            ("2026-07-04", "Báo cáo quý II năm 2026", "quý II năm 2026"),
            ("2026-10-04", "Báo cáo quý III năm 2026", "quý III năm 2026"),
            ("2027-01-04", "Báo cáo quý IV năm 2026", "quý IV năm 2026"),
        ]
        assert [row["period"] for row in rows if row["item"] == "t"] == [None]
        letter = rehearsal.control("preview", "bc@2027-01-04", "--agency", "so-tu-phap").stdout
        assert "Số liệu quý IV năm 2026" in letter and "{period}" not in letter
        for name, words in (("bc@2026-07-04", "Số liệu quý II năm 2026"), ("bc", "Số liệu quý")):
            shown = rehearsal.control("show", name).stdout
            assert words in shown and "{period}" not in shown


def test_a_period_that_is_wrong_is_refused(tmp_path):
    for number, (more, words) in enumerate({
        'period = "quy";': 'period "quy" is not known; expected one of week, month, quarter, half, year',
        "period_offset = -1;": "period_offset counts from a period, which is not given",
        'period = "month"; period_offset = 1;': "period_offset",
        'wording = "{period}";': "wording has {period}, but the item has no period",
    }.items()):  # fmt: skip
        code, said = check(tmp_path / str(number), item("FREQ=MONTHLY;BYMONTHDAY=4", more))
        assert code == 1 and len(said) == 1 and said[0].startswith(words), said
    code, said = check(tmp_path / "never", item("FREQ=YEARLY;BYMONTH=5", f'period = "year"; {BEFORE}'))
    assert code == 1 and said[0].endswith("never comes in 2026: the periods that its days are about begin in other years")


def test_what_is_no_rule_is_refused_with_the_reason(tmp_path):
    said = 'repeat "FREQ=MONTHLY;BYWEEKNO=20" is no rule of RFC 5545 for days: BYWEEKNO goes with FREQ=YEARLY alone'
    assert check(tmp_path, item("FREQ=MONTHLY;BYWEEKNO=20")) == (1, [said])


def test_the_rules_that_template_and_manual_show_give_the_days_that_they_promise(tmp_path):
    """Copied as a clerk copies them; year 2027."""
    promised = {
        "25 hằng tháng": "25/01, 25/02",
        "15 tháng cuối mỗi quý": "15/03, 15/06, 15/09, 15/12",
        "ngày cuối cùng hằng tháng": "31/01, 28/02",
        "thứ Sáu hằng tuần": "01/01, 08/01",
    }
    template = (ROOT / "conf/examples/tdkt-NAM.conf.mau").read_text(encoding="utf-8")
    shown = re.findall(r'# .*?(\S[^:"]*): +"(FREQ=[^"]*)"', template)
    assert len(shown) == 3
    manual = (ROOT / "daemon/man/reminder-plan.5.scd").read_text(encoding="utf-8")
    rules = [rule for _, rule in shown] + re.findall(r"^\*(FREQ=\S*)\*$", manual, re.M)
    assert len(rules) == 10
    for number, rule in enumerate(rules):
        code, said = check(tmp_path / str(number), item(rule, 'before = ["1d", "0d"];'), year=2027)
        assert code == 0 and len(said) == 1, said
        if number < len(shown):
            name = next(name for name in promised if name in shown[number][0])
            assert promised[name] in said[0]
