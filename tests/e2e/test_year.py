"""A whole year played from outside: a rehearsal on a private bus, decisions made with reminderctl at their dates, and
what leaves compared with a script worked out by hand from the calendar of 2024.

Tết: 8 to 14 February are off. 30 June is a Sunday. The inspection is fixed for each of ten units; two are moved.
"""

import collections
import json

import pytest

from block import Block, Bus, Daemon, plan
from rehearsal import Rehearsal

UNITS = ["vp"] + [f"dv-{n}" for n in range(1, 10)]
AGENCIES = tuple({"id": id, "name": f"Đơn vị {id}", "emails": [f"{id}@khoi.example"]} for id in UNITS + ["hoi-dong"])
POLICIES = {
    "report": {"before": ["7d", "1d"], "at": "08:00", "overdue": {"every": "2wd", "limit": 3},
               "escalate": ({"after": "3wd", "to": "head"}, {"after": "6wd", "to": "council"})},
    "inspection": {"before": ["3d", "1d"], "at": "08:00"},
}  # fmt: skip
ITEMS = """
  { id = "dang-ky"; title = "Đăng ký thi đua"; due = "2024-02-16"; },
  { id = "so-ket"; title = "Sơ kết 6 tháng"; quarter = 2; },
  { id = "kiem-tra"; title = "Kiểm tra"; window = ["2024-10-01", "2024-10-31"]; tentative = true;
    fix_by = "2024-09-20"; policy = "inspection"; },
  { id = "bao-cao"; title = "Báo cáo tổng kết"; due = "2024-12-10"; }
"""
DATES = ["08", "09", "10", "11", "14", "15", "16", "17", "21", "22"]  # of October, for UNITS in turn


def all_but(*left_out):
    return " ".join(sorted(set(UNITS) - set(left_out)))


def fixed():
    return [("set-date", "kiem-tra", f"2024-10-{day}", "--agency", unit) for unit, day in zip(UNITS, DATES)]


def done(item, units, *more):
    return [("done", item, "--agency", unit, *more) for unit in units.split()]


SCRIPT = [  # when, what is decided; a number first: the exit status, else 0
    ("2024-02-15 16:00", done("dang-ky", all_but("dv-9"))),
    ("2024-02-22 10:00", done("dang-ky", "dv-9")),
    ("2024-06-24 09:00", [("snooze", "so-ket", "--agency", "dv-1", "--until", "2024-06-27", "--reason", "chờ số liệu"),
                          (1, "snooze", "so-ket", "--agency", "dv-2", "--until", "2024-07-05", "--reason", "bận"),
                          (2, "snooze", "so-ket", "--agency", "dv-2", "--until", "2024-06-27")]),
    ("2024-06-27 14:00", done("so-ket", all_but("dv-2", "dv-3"))),
    ("2024-07-02 09:00", [("waive", "so-ket", "--agency", "dv-3", "--reason", "đơn vị mới thành lập")]),
    ("2024-07-03 09:00", [(1, "snooze", "so-ket", "--agency", "dv-2", "--until", "2024-07-11", "--reason", "bận"),
                          ("snooze", "so-ket", "--agency", "dv-2", "--until", "08/07/2024", "--reason", "bận họp")]),
    ("2024-07-10 10:00", done("so-ket", "dv-2", "--on", "2024-07-08")),
    ("2024-09-23 10:00", fixed()),
    ("2024-10-04 10:00", [("set-date", "kiem-tra", "24/10", "--agency", "dv-5", "--note", "đoàn bận"),
                          ("set-date", "kiem-tra", "25/10", "--agency", "dv-6")]),
    ("2024-10-25 16:00", [("done", "kiem-tra", "--all")]),
    ("2024-12-09 15:00", done("bao-cao", all_but("dv-4", "dv-5"))),
    ("2024-12-12 16:00", done("bao-cao", "dv-4")),
    ("2024-12-17 09:00", done("bao-cao", "dv-5")),
    ("2025-01-01 00:00", []),
]  # fmt: skip

ALL = all_but()
EXPECTED = f"""
02-07 08:00 advance dang-ky: {ALL}
02-15 08:00 due dang-ky: {ALL}
02-15 16:00 completed dang-ky: {all_but("dv-9")}
02-20 08:00 overdue dang-ky: dv-9
02-21 08:00 escalation dang-ky: vp
02-22 08:00 overdue dang-ky: dv-9
02-22 10:00 completed dang-ky: dv-9
04-01 08:00 advance so-ket: {ALL}
06-21 08:00 advance so-ket: {ALL}
06-24 09:00 snoozed so-ket: dv-1
06-27 14:00 completed so-ket: {all_but("dv-2", "dv-3")}
06-28 08:00 advance so-ket: dv-2 dv-3
07-02 09:00 waived so-ket: dv-3
07-03 08:00 overdue so-ket: dv-2
07-03 09:00 snoozed so-ket: dv-2
07-04 08:00 escalation so-ket: vp
07-09 08:00 escalation so-ket: hoi-dong
07-09 08:00 overdue so-ket: dv-2
07-10 10:00 completed so-ket: dv-2
09-06 08:00 fix_date kiem-tra: vp
09-17 08:00 fix_date kiem-tra: vp
09-20 08:00 fix_date kiem-tra: vp
09-23 10:00 date_set kiem-tra: {ALL}
10-04 08:00 advance kiem-tra: dv-1 vp
10-04 10:00 date_set kiem-tra: dv-5 dv-6
10-07 08:00 advance kiem-tra: dv-2
10-07 08:00 due kiem-tra: vp
10-08 08:00 advance kiem-tra: dv-3
10-08 08:00 due kiem-tra: dv-1
10-09 08:00 due kiem-tra: dv-2
10-10 08:00 due kiem-tra: dv-3
10-11 08:00 advance kiem-tra: dv-4
10-14 08:00 advance kiem-tra: dv-7
10-16 08:00 due kiem-tra: dv-7
10-18 08:00 advance kiem-tra: dv-8 dv-9
10-21 08:00 advance kiem-tra: dv-5
10-21 08:00 due kiem-tra: dv-9
10-22 08:00 advance kiem-tra: dv-6
10-23 08:00 due kiem-tra: dv-5
10-24 08:00 due kiem-tra: dv-6
10-25 16:00 completed kiem-tra: {ALL}
12-03 08:00 advance bao-cao: {ALL}
12-09 08:00 due bao-cao: {ALL}
12-09 15:00 completed bao-cao: {all_but("dv-4", "dv-5")}
12-12 08:00 overdue bao-cao: dv-4 dv-5
12-12 16:00 completed bao-cao: dv-4
12-13 08:00 escalation bao-cao: vp
12-16 08:00 overdue bao-cao: dv-5
12-17 09:00 completed bao-cao: dv-5
"""


class Year(Rehearsal):
    def sent(self):
        """What left, in the script's form."""
        groups = collections.defaultdict(set)
        for message in super().sent():
            when = f"{message['time'][5:10]} {message['time'][11:16]}"
            key = f"{when} {message['kind']} {','.join(message['items'])}"
            assert message["agency"] not in groups[key], f"twice: {message}"
            groups[key].add(message["agency"])
        return [f"{key}: {' '.join(sorted(agencies))}" for key, agencies in sorted(groups.items())]


def test_the_year_goes_by_its_script(tmp_path):
    text = plan(ITEMS, members=UNITS).replace('head = "vp-ubnd"; deputy = "so-noi-vu";', 'head = "vp"; deputy = "dv-1";')
    block = Block(tmp_path, text, agencies=AGENCIES, groups={"council": ["hoi-dong"]}, policies=POLICIES,
                  default_policy="report", confirmations=True)  # fmt: skip
    with Bus() as bus:
        year = Year(block, bus, "2024-01-01", "2024-12-31")
        try:
            year.wait()
            for moment, decisions in SCRIPT:
                year.advance(moment)
                for decision in decisions:
                    status, words = (decision[0], decision[1:]) if isinstance(decision[0], int) else (0, decision)
                    result = year.control(*words)
                    assert result.returncode == status, f"{moment} {words}: {result.stdout}{result.stderr}"
            late = json.loads(year.control("list", "--item", "bao-cao", "--state", "late", "--json").stdout)
            assert [one["agency"] for one in late] == ["dv-4", "dv-5"]
            assert all(one["late"] for one in late)
            log = json.loads(year.control("log", "so-ket", "--json").stdout)
            assert any(event["verb"] == "snooze refused" for event in json.loads(year.control("log", "--json").stdout))
            assert {event["verb"] for event in log} >= {"snooze", "done", "waive"}
        finally:
            year.stop()
    assert year.sent() == EXPECTED.strip().splitlines()
