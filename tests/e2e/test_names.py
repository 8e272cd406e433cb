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
    assert_said(january.control("waive", "tdkt-2026/tap-huan", "tdkt-2027/tap-huan", "--agency", AGENCY, "--reason", "x"), 0)


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


# ---- several at once -----------------------------------------------------------------------------------------------------


def states(office, *words):
    return {row["state"] for row in json.loads(office.control("list", *words, "--json").stdout)}


def test_several_agencies_and_items_are_decided_together(january):
    result = january.control("done", "tong-ket", "tdkt-2026/dang-ky", "--agency", AGENCY, "--agency", OTHER, "--on", "30/12")
    assert_said(result, 0, "done: 4 obligations")
    for agency in (AGENCY, OTHER):
        for item, title in (("tong-ket", "Báo cáo tổng kết năm 2026"), ("dang-ky", "Đăng ký thi đua năm 2026")):
            assert f"tdkt-2026/{item}, {agency}: finished on 2026-12-30" in result.stdout and title in result.stdout
            assert rows(january, item, agency)["tdkt-2026"]["done_on"] == "2026-12-30"
    assert rows(january, "tong-ket", "vp-ubnd")["tdkt-2026"]["state"] == "overdue"
    together = ["tdkt-2026/tong-ket", "tdkt-2026/dang-ky", "--agency", AGENCY, "--agency", OTHER]
    assert_said(january.control("reopen", *together, "--reason", "x"), 0, "reopen: 4 obligations")
    assert_said(january.control("snooze", *together, "--for", "2d", "--reason", "x"), 0, "quiet until 2027-01-08")
    assert_said(january.control("unsnooze", *together), 0, "unsnooze: 4")
    assert_said(january.control("set-date", *together[:2], "20/01/2027", *together[2:]), 0, "due 2027-01-20")
    assert_said(january.control("clear-date", *together), 0, "due 2026-12-31", "due 2026-01-29")


@pytest.mark.parametrize(
    "words",
    [
        ["tong-ket", "--agency", AGENCY, "--agency", "vp-ubnd"],  # the second is done
        ["tdkt-2026/dang-ky", "tdkt-2026/tong-ket", "--agency", "vp-ubnd"],
        ["tong-ket", "khong-co", "--agency", AGENCY],
        ["tong-ket", "--agency", AGENCY, "--agency", "khong-co"],
        ["tong-ket", "--agency", AGENCY, "--agency", "hoi-dong-tdkt"],  # does not owe it
        ["tong-ket", "tdkt-2026/tong-ket", "--agency", AGENCY],  # twice the same
        ["tong-ket", "tdkt-2026/hang-thang", "--agency", AGENCY],  # several dates, and not --all
    ],
)
def test_one_that_cannot_be_undoes_all(january, words):
    january.control("done", "tdkt-2026/tong-ket", "--agency", "vp-ubnd")
    january.advance("2027-01-06 11:00")
    before, sent = january.list(), january.sent()
    result = january.control("done", *words)
    assert result.returncode in (1, 2, 3) and result.stdout == "" and result.stderr.count("\n") == 1, result
    assert january.list() == before
    january.advance("2027-01-06 12:00")
    assert january.sent() == sent


def test_what_was_changed_is_said(january):
    """In both languages and as JSON; of many agencies together."""
    done = january.control("done", "tong-ket", "--agency", AGENCY, "--on", "30/12", LANGUAGE="vi", LC_ALL="C.UTF-8")
    assert "tdkt-2026/tong-ket, so-tu-phap: " in done.stdout and "Báo cáo tổng kết năm 2026" in done.stdout
    answer = json.loads(january.control("done", "tong-ket", "--agency", OTHER, "--json").stdout)
    assert (answer["verb"], answer["changed"]) == ("done", 1)
    (row,) = answer["obligations"]
    assert (row["plan"], row["agency"], row["state"], row["done_on"]) == ("tdkt-2026", OTHER, "late", "2027-01-06")
    assert list(row) == list(january.list()[0])
    months = january.control("waive", "tdkt-2027/hang-thang", "--all", "--yes", "--reason", "x").stdout
    assert months.startswith("waive: 36 obligations\n") and "tdkt-2027/hang-thang@2027-12-25, so-noi-vu: due 2027-12-25" in months


def test_the_plan_stands_beside_a_name_that_two_plans_have(january):
    """Also where the rows are all of one plan: the name is copied from there."""
    shown = january.control("list", "--state", "overdue", "--item", "tong-ket", "--agency", AGENCY).stdout
    assert "tdkt-2026/tong-ket" in shown and "tdkt-2027" not in shown


def test_lists_of_several_agencies(january):
    both = january.list("--item", "tong-ket", "--agency", AGENCY, "--agency", OTHER)
    assert [(row["due"][:4], row["agency"]) for row in both] == [
        ("2026", AGENCY), ("2026", OTHER), ("2027", AGENCY), ("2027", OTHER)]  # fmt: skip
    for hour, agency in enumerate((AGENCY, "vp-ubnd", OTHER)):
        january.advance(f"2027-01-06 1{hour}:00")
        january.control("done", "tong-ket", "--agency", agency)
    log = json.loads(january.control("log", "--agency", OTHER, "--agency", AGENCY, "--json").stdout)
    assert [event["agency"] for event in log] == [AGENCY, OTHER]
    shown = json.loads(january.control("show", "tdkt-2026/tong-ket", "--agency", OTHER, "--agency", AGENCY, "--json").stdout)
    assert [one["agency"] for one in shown["obligations"]] == [OTHER, AGENCY]
    ahead = json.loads(january.control("forecast", "--agency", AGENCY, "--agency", OTHER, "--json").stdout)
    assert {one["agency"] for one in ahead} == {AGENCY, OTHER}
    assert [one["time"] for one in ahead] == sorted(one["time"] for one in ahead)
