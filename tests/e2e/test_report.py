"""The report on a plan: a year with one of each kind, counted by hand, in all four forms, before and after the plan closes
and when its file is gone.

10 May 2024 is a Friday, and so are 7 June and 15 November. 30 June is a Sunday: 1 July is the last day.
"""

import collections
import csv
import io
import json

import pytest

from block import Block, Bus, plan
from desk import AGENCY, TODAY, Desk
from rehearsal import Rehearsal
from test_completion import complete

VP, NV, TP = "vp-ubnd", "so-noi-vu", "so-tu-phap"
POLICIES = {
    "report": {"before": ["7d", "1d"], "at": "08:00", "overdue": {"every": "2wd", "limit": 3},
               "escalate": ({"after": "3wd", "to": "head"}, {"after": "6wd", "to": "head"})},
    "standing": {"before": ["7d"], "at": "08:00"},
}  # fmt: skip
FORMULA = "=1+2"
ITEMS = f"""
  {{ id = "cu"; title = "Việc cũ"; due = "2024-02-20"; since = "2024-03-01"; for = ["{VP}", "{NV}"]; }},
  {{ id = "quy-1"; title = "{FORMULA}"; due = "2024-05-10"; for = ["members"]; }},
  {{ id = "so-ket"; title = "Sơ kết; <6 tháng>"; quarter = 2; for = ["members"]; }},
  {{ id = "tham-dinh"; title = "Thẩm định"; due = "2024-06-07"; for = ["{TP}"]; }},
  {{ id = "kiem-tra"; title = "Kiểm tra"; due = "2024-08-01"; for = ["members"]; policy = "standing"; }},
  {{ id = "cho-lich"; title = "Chờ lịch"; when = "khi có lịch"; for = ["{NV}"]; }},
  {{ id = "cuoi-nam"; title = "Tổng kết"; due = "2024-11-15"; for = ["members"]; }},
  {{ id = "ngay"; title = "Ngày truyền thống"; observance = {{ date = "08-19"; }}; for = ["members"]; }}
"""
TEXT = plan(ITEMS).replace("2000-01-01", "2024-01-01").replace("title =", 'closes = "2024-12-10"; title =', 1)
# What is decided, and when.
YEAR = [
    ("2024-05-10 16:00", "done quy-1 --agency vp-ubnd"),
    ("2024-05-13 09:00", "done quy-1 --agency so-noi-vu --on 2024-05-11"),
    ("2024-05-16 09:00", "done quy-1 --agency so-tu-phap --on 2024-05-14"),
    ("2024-06-06 09:00", "waive tham-dinh --agency so-tu-phap --reason x"),
    ("2024-07-01 16:00", "done so-ket --agency vp-ubnd --agency so-noi-vu"),
    ("2024-07-11 16:00", "done so-ket --agency so-tu-phap"),
    ("2024-07-30 16:00", "done kiem-tra --agency vp-ubnd"),
    ("2024-11-14 16:00", "done cuoi-nam --agency vp-ubnd"),
]
ZERO = dict.fromkeys("owed on_time late unfinished overdue open unclear waived unscored calendar_days_late "
                     "most_calendar_days_late working_days_late most_working_days_late reminders overdue_reminders "
                     "escalations".split(), 0)  # fmt: skip


class Played(Rehearsal):
    def report(self):
        result = self.control("report", "ke-hoach", "--json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def sums(self):
        report = self.report()
        assert list(report) == ["plan", "agencies", "total"]
        agencies = report["agencies"]
        for key in set(ZERO) - {"most_calendar_days_late", "most_working_days_late"}:
            assert report["total"][key] == sum(agency[key] for agency in agencies), key
        return {agency["agency"]: {key: agency[key] for key in ZERO if agency[key]} for agency in agencies}

    def item(self, item, agency):
        (agency,) = [one for one in self.report()["agencies"] if one["agency"] == agency]
        (row,) = [row for row in agency["items"] if row["item"] == item]
        return row

    def cells(self):
        text = self.control("report", "ke-hoach", "--csv").stdout
        assert text.startswith("\ufeff")
        return list(csv.DictReader(io.StringIO(text[1:], newline=""), delimiter=";"))


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """The year is played to its last day but one before the plan closes."""
    block = Block(tmp_path_factory.mktemp("year"), TEXT, policies=POLICIES, default_policy="report", confirmations=False)
    with Bus() as bus, Played(block, bus, "2024-03-01", "2025-12-31", "--fresh") as played:
        for moment, words in YEAR:
            played.advance(moment)
            result = played.control(*words.split())
            assert result.returncode == 0, (words, result.stderr)
        played.advance("2024-12-09 12:00")
        yield played


def test_a_year(year):
    sums = year.sums()
    left = collections.Counter(
        (message["agency"], item.split("@")[0])
        for message in year.sent() if message["kind"] in ("advance", "due", "overdue") for item in message["items"]
    )  # fmt: skip
    assert sums == {
        VP: {"owed": 4, "on_time": 3, "unclear": 1, "unscored": 1, "reminders": 8},
        # quy-1 on a Saturday: late by a day of the calendar, and by no working day.
        NV: {"owed": 5, "on_time": 1, "late": 1, "overdue": 1, "open": 1, "unclear": 1, "unscored": 1,
             "calendar_days_late": 1, "most_calendar_days_late": 1, "reminders": 11, "overdue_reminders": 3,
             "escalations": 2},
        # quy-1: 14 May; so-ket: from 1 to 11 July, urged on the 3rd, 5th and 9th; the head hears on the 4th and 9th.
        TP: {"owed": 3, "late": 2, "overdue": 1, "waived": 1, "unscored": 1, "calendar_days_late": 14,
             "most_calendar_days_late": 10, "working_days_late": 10, "most_working_days_late": 8, "reminders": 18,
             "overdue_reminders": 8, "escalations": 4},
    }  # fmt: skip
    for agency in year.report()["agencies"]:
        for row in agency["items"]:
            assert row["reminders"] == left.pop((agency["agency"], row["item"]), 0), row
    assert not left


def test_rows(year):
    assert year.item("so-ket", TP) == {
        "item": "so-ket", "occurrence": None, "title": "Sơ kết; <6 tháng>", "due": "2024-06-30",
        "effective_due": "2024-07-01", "state": "late", "grade": "late", "done_on": "2024-07-11",
        "calendar_days_late": 10, "working_days_late": 8, "reminders": 6, "overdue_reminders": 3, "escalations": 2,
    }  # fmt: skip
    overdue = year.item("cuoi-nam", NV)
    assert (overdue["grade"], overdue["calendar_days_late"], overdue["working_days_late"]) == ("overdue", 24, 16)
    # Nobody is urged to it, whether it is ticked or not; an observance has no row.
    assert [(year.item("kiem-tra", agency)["grade"]) for agency in (VP, NV)] == ["unscored"] * 2
    assert "ngay" not in {row["item"] for agency in year.report()["agencies"] for row in agency["items"]}
    report = year.report()
    assert report["plan"] == {"plan": "ke-hoach", "year": 2024, "title": "Kế hoạch thử", "closes": "2024-12-10",
                              "closed": False, "in_force": True, "as_of": "2024-12-09"}  # fmt: skip
    assert [agency["agency"] for agency in report["agencies"]] == [VP, NV, TP]
    assert report["total"]["most_calendar_days_late"] == 10


def test_the_terminal(year):
    result = year.control("report", "ke-hoach")
    assert result.returncode == 0, result.stderr
    sums, below = result.stdout.split("\n\n")
    assert max(map(len, sums.splitlines())) <= 80
    assert [line.split()[0] for line in sums.splitlines()] == ["AGENCY", VP, NV, TP, "total"]
    assert sums.splitlines()[3].split() == [TP, "3", "2", "14", "(10)", "1", "1", "1", "18"]
    assert [tuple(line.split()[:2]) for line in below.splitlines()[1:]] == [
        (VP, "cu"), (NV, "cu"), (NV, "quy-1"), (NV, "cuoi-nam"), (TP, "quy-1"), (TP, "so-ket"), (TP, "cuoi-nam"),
    ]  # fmt: skip


def test_a_spreadsheet(year):
    text = year.control("report", "ke-hoach", "--csv").stdout
    rows = year.cells()
    assert len(rows) == 16 and {row["Mã cơ quan"] for row in rows} == {VP, NV, TP}
    assert all(line.startswith('"') and line.endswith('"') for line in text[1:].splitlines())
    # The sums follow from the lines.
    for agency, sums in year.sums().items():
        own = [row for row in rows if row["Mã cơ quan"] == agency]
        late = [row for row in own if row["Kết quả"] == "hoàn thành muộn"]
        assert len(late) == sums.get("late", 0)
        assert sum(int(row["Số ngày chậm"]) for row in late) == sums.get("calendar_days_late", 0)
        assert sum(int(row["Số ngày làm việc chậm"]) for row in late) == sums.get("working_days_late", 0)
        assert sum(int(row["Số lần nhắc"]) for row in own) == sums["reminders"]
    assert {row["Nhiệm vụ"] for row in rows if row["Mã nhiệm vụ"] == "quy-1"} == {"'" + FORMULA}
    assert {row["Thời hạn"] for row in rows if row["Mã nhiệm vụ"] == "so-ket"} == {"01/07/2024"}


def test_a_page(year):
    page = year.control("report", "ke-hoach", "--html").stdout
    assert page.startswith("<!DOCTYPE html>") and page.endswith("</html>\n")
    assert "Sơ kết; &lt;6 tháng&gt;" in page and "<6 tháng>" not in page
    assert "Kế hoạch thử" in page and "ngày 09/12/2024" in page
    assert page.count("<tr class=\"total\">") == 1 and "Chờ lịch" not in page


def test_usage(year):
    for words in (["--html", "--csv"], ["--csv", "--json"]):
        result = year.control("report", "ke-hoach", *words)
        assert (result.returncode, result.stdout) == (2, "")
    near = year.control("report", "ke-hoac")
    assert near.returncode == 3 and "did you mean ke-hoach?" in near.stderr


def test_the_end(year):
    """Run last: the plan closes."""
    year.advance("2025-01-02 12:00")
    sums = year.sums()
    assert sums[NV] == {"owed": 5, "on_time": 1, "late": 1, "unfinished": 3, "unscored": 1, "calendar_days_late": 1,
                        "most_calendar_days_late": 1, "reminders": 11, "overdue_reminders": 3, "escalations": 2}  # fmt: skip
    assert sums[TP]["unfinished"] == 1 and sums[VP]["unfinished"] == 1
    assert year.report()["plan"]["closed"] is True
    # What comes in after it is late.
    assert year.control("done", "cuoi-nam", "--agency", TP).returncode == 0
    row = year.item("cuoi-nam", TP)
    assert (row["grade"], row["calendar_days_late"]) == ("late", 48)


def test_a_plan_whose_file_is_gone(tmp_path):
    """With its words, and found by what completes a plan's name."""
    year = TODAY.year - 1
    items = f'''{{ id = "tong-ket"; title = "Tổng kết"; due = "{year}-12-20"; for = ["members"]; }}'''
    with Desk(tmp_path, items=items, year=year, policies=POLICIES, default_policy="report") as office:
        done = office.ctl("done", "tong-ket", "--agency", VP, "--on", f"{year}-12-19")
        assert done.returncode == 0, done.stderr
        office.block.write_plan(plan(items.replace(str(year), str(TODAY.year)), year=TODAY.year).replace("ke-hoach", "moi"))
        assert office.ctl("reload").returncode == 0
        report = office.json("report", "ke-hoach")
        assert report["plan"]["title"] == "Kế hoạch thử" and report["plan"]["year"] == year
        assert (report["plan"]["closed"], report["plan"]["in_force"]) == (True, False)
        assert {one["agency"]: (one["on_time"], one["unfinished"]) for one in report["agencies"]} == {
            VP: (1, 0), NV: (0, 1), AGENCY: (0, 1),
        }  # fmt: skip
        assert "unfinished" in office.ctl("report", "ke-hoach").stdout
        assert "Kế hoạch thử" in office.ctl("report", "ke-hoach", "--html").stdout
        assert complete(office, "report", "") == ["ke-hoach", "moi"]
        near = office.ctl("report", "ke-hoac")
        assert near.returncode == 3 and "did you mean ke-hoach?" in near.stderr
        assert office.ctl("report", "nam-xua").returncode == 3
