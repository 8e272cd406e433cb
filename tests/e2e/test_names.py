"""What a name without its plan means in the season in which two plans have it: January, when last year's reports come in."""

import json

import pytest

from block import Block, Bus, plan
from rehearsal import Rehearsal

AGENCY, OTHER = "so-tu-phap", "so-noi-vu"
POLICIES = {"plain": {"before": ["7d", "1d"], "at": "08:00", "overdue": {"every": "5wd", "limit": 2}}}


def items(year):
    """The same ids in every year, as new-year keeps them."""
    return f"""
      {{ id = "tong-ket"; title = "Báo cáo tổng kết năm {year}"; due = "{year}-12-31"; for = ["members"]; }},
      {{ id = "dang-ky"; title = "Đăng ký thi đua năm {year}"; due = "{year}-01-29"; for = ["members"]; }},
      {{ id = "tap-huan"; title = "Tập huấn năm {year}"; when = "khi tỉnh tổ chức"; for = ["members"]; }},
      {{ id = "hang-thang"; title = "Báo cáo tháng"; repeat = "FREQ=MONTHLY;BYMONTHDAY=25"; for = ["members"]; }}
    """


@pytest.fixture
def january(tmp_path):
    """Wednesday, 6 January 2027; the plans of 2026 and 2027."""
    block = Block(tmp_path, plan(items(2026), year=2026).replace('"ke-hoach"', '"tdkt-2026"'), policies=POLICIES,
                  confirmations=True)  # fmt: skip
    block.write_plan(plan(items(2027), year=2027).replace('"ke-hoach"', '"tdkt-2027"'), "plan-2027.conf")
    with Bus() as bus, Rehearsal(block, bus, "2026-12-28", "2027-12-31") as january:
        january.advance("2027-01-06 09:00")
        yield january


def rows(office, item, agency=AGENCY):
    """{plan: row} of an item that falls once a year."""
    found = json.loads(office.control("list", "--item", item, "--agency", agency, "--json").stdout)
    return {row["plan"]: row for row in found}


def assert_said(result, code, *words):
    assert result.returncode == code, (result.stdout, result.stderr)
    for word in words:
        assert word in result.stdout + result.stderr, (word, result.stdout, result.stderr)


def test_the_report_that_is_overdue_is_the_one_that_came_in(january):
    result = january.control("done", "tong-ket", "--agency", AGENCY, "--on", "30/12/2026", "--note", "vào sổ ngày 06/01")
    assert_said(result, 0)
    found = rows(january, "tong-ket")
    assert {plan: (row["state"], row["done_on"]) for plan, row in found.items()} == {
        "tdkt-2026": ("done", "2026-12-30"), "tdkt-2027": ("pending", None)}  # fmt: skip


def test_a_day_without_a_year_is_the_last_one(january):
    assert_said(january.control("done", "tong-ket", "--agency", AGENCY, "--on", "30/12"), 0)
    assert rows(january, "tong-ket")["tdkt-2026"]["done_on"] == "2026-12-30"
    snooze = ["snooze", "tdkt-2027/dang-ky", "--agency", AGENCY, "--until", "8/1", "--reason", "x"]
    assert_said(january.control(*snooze), 0)
    assert rows(january, "dang-ky")["tdkt-2027"]["snoozed_until"] == "2027-01-08"
    assert_said(january.control("set-date", "tdkt-2026/tap-huan", "5/1"), 2, "the year too")


def test_what_is_done_does_not_hand_its_name_on(january):
    """Typed once more, it is last year's report, and not this year's a year before its time."""
    done = ["done", "tong-ket", "--agency", AGENCY]
    assert_said(january.control(*done), 0)
    assert_said(january.control(*done), 3, "tdkt-2026/tong-ket", "tdkt-2027/tong-ket")
    assert rows(january, "tong-ket")["tdkt-2027"]["state"] == "pending"
    # of another agency it is still to come
    assert_said(january.control("done", "tong-ket", "--agency", OTHER), 0)
    assert rows(january, "tong-ket", OTHER)["tdkt-2026"]["state"] == "late"


def test_reopen_finds_what_is_closed(january):
    assert_said(january.control("done", "tdkt-2026/tong-ket", "--agency", AGENCY), 0)
    assert_said(january.control("reopen", "tong-ket", "--agency", AGENCY, "--reason", "nhầm"), 0)
    assert {row["state"] for row in rows(january, "tong-ket").values()} == {"overdue", "pending"}
    assert_said(january.control("waive", "tdkt-2027/tong-ket", "--agency", AGENCY, "--reason", "x"), 0)
    assert_said(january.control("reopen", "tong-ket", "--agency", AGENCY, "--reason", "nhầm"), 0)
    assert {row["state"] for row in rows(january, "tong-ket").values()} == {"overdue", "pending"}
    for name in ("tdkt-2026", "tdkt-2027"):
        assert_said(january.control("waive", f"{name}/tong-ket", "--agency", AGENCY, "--reason", "x"), 0)
    result = january.control("reopen", "tong-ket", "--agency", AGENCY, "--reason", "nhầm")
    assert_said(result, 3, "tdkt-2026/tong-ket", "tdkt-2027/tong-ket")


def test_what_may_be_either_is_asked_back(january):
    """An event without a day belongs to either year. What is named can be typed."""
    result = january.control("set-date", "tap-huan", "22/2", "--agency", AGENCY)
    assert_said(result, 3, "write tdkt-2026/tap-huan or tdkt-2027/tap-huan")
    result = january.control("done", "hang-thang@2026-12-25", "--agency", AGENCY)
    assert_said(result, 0)
    assert_said(january.control("done", "hang-thang@2026-12-25", "--agency", AGENCY), 1, "finished")
    assert_said(january.control("set-date", "tdkt-2027/tap-huan", "22/2", "--agency", AGENCY), 0)


def test_another_year_s_report_is_not_done_a_year_early(january):
    """Whoever names the plan can still be wrong about it."""
    for on in ("30/12/2026", "30/12"):
        result = january.control("done", "tdkt-2027/tong-ket", "--agency", AGENCY, "--on", on)
        assert_said(result, 1, "2026-12-30 cannot be", "2027-01-01")
    # due in January, and handed in before
    assert_said(january.control("done", "tdkt-2027/dang-ky", "--agency", AGENCY, "--on", "30/12/2026"), 0)


def test_views(january):
    assert [row["plan"] for row in json.loads(january.control("list", "--item", "tong-ket", "--json").stdout)] == (
        ["tdkt-2026"] * 3 + ["tdkt-2027"] * 3)  # fmt: skip
    assert json.loads(january.control("show", "tong-ket", "--json").stdout)["plan"] == "tdkt-2026"
    january.control("done", "tdkt-2026/tong-ket", "--all", "--yes")
    assert_said(january.control("show", "tong-ket"), 3, "tdkt-2026/tong-ket", "tdkt-2027/tong-ket")
    january.control("waive", "tdkt-2027/tong-ket", "--all", "--yes", "--reason", "x")
    events = json.loads(january.control("log", "tong-ket", "--json").stdout)
    assert [(event["verb"], event["plan"]) for event in events] == [("done", "tdkt-2026")] * 3 + [("waive", "tdkt-2027")] * 3


def test_in_july_last_year_s_is_forgotten(january):
    january.control("done", "tdkt-2026/tong-ket", "--all", "--yes")
    january.advance("2027-07-01 09:00")
    assert_said(january.control("snooze", "tong-ket", "--for", "2d", "--reason", "x"), 0)
    assert rows(january, "tong-ket")["tdkt-2027"]["state"] == "snoozed"
