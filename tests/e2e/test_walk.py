"""The year as people live it, walked through once from outside: begin, record, hold, correct, merge, close and report.

From Monday, 30 November 2026, when a plan that is half done is first read, to March 2027; EXPECTED has every message.
"""

import collections
import json

import libconf
from block import Block, Bus, plan
from rehearsal import Rehearsal

UNITS = ["vp", *(f"dv-{n}" for n in range(1, 10))]
MERGED, HEIR, MISTAKEN = "dv-4", "dv-5", "dv-7"
AGENCIES = tuple({"id": id, "name": f"Đơn vị {id}", "emails": [f"{id}@khoi.example"]} for id in [*UNITS, "hoi-dong"])
GROUPS = {"council": ["hoi-dong"]}
POLICIES = {
    "report": {"before": ["14d", "7d", "3d", "0d"], "at": "08:00", "overdue": {"every": "2wd", "limit": 3},
               "escalate": ({"after": "3wd", "to": "head"}, {"after": "6wd", "to": "council"})},
    "event": {"before": ["3d"], "at": "08:00"},
}  # fmt: skip


def text_of(year):
    """The same ids in every year. Four of each plan's items are over by November."""
    items = f"""
      {{ id = "dang-ky"; title = "Đăng ký thi đua năm {year}"; due = "{year}-03-02"; }},
      {{ id = "quy-1"; title = "Điển hình tiên tiến quý I"; due = "{year}-03-31"; }},
      {{ id = "so-ket"; title = "Sơ kết 6 tháng"; due = "{year}-06-30"; }},
      {{ id = "quy-3"; title = "Điển hình tiên tiến quý III"; due = "{year}-09-30"; }},
      {{ id = "tap-huan"; title = "Tập huấn"; when = "khi tỉnh tổ chức"; policy = "event"; }},
      {{ id = "tong-ket"; title = "Báo cáo tổng kết năm {year}"; due = "{year}-12-31"; }},
      {{ id = "cham-diem"; title = "Bảng chấm điểm năm {year}"; due = "{year}-12-31"; }}
    """
    text = plan(items, year=year, members=UNITS).replace('since = "2000-01-01";', "").replace('"ke-hoach"', f'"kh-{year}"')
    return text.replace('head = "vp-ubnd"; deputy = "so-noi-vu";', 'head = "vp"; deputy = "dv-1";')


def all_but(*left_out):
    return [unit for unit in UNITS if unit not in left_out]


def sheet(days, units=UNITS):
    """A list as it is kept beside the register of what comes in: a row for each receipt."""
    rows = [f"{item};Đơn vị {unit};{day};vào sổ\n" for item, day in days.items() for unit in units]
    return "Nhiệm vụ;Đơn vị;Ngày nộp;Ghi chú\n" + "".join(rows)


def line(when, kind, items, units):
    return f"{when} {kind} {items}: {' '.join(sorted(units))}"


LEFT = all_but(MERGED)
BOTH = "cham-diem,tong-ket"
EXPECTED = [
    # Nothing of what was past. What came in until November is confirmed in one message to each agency.
    line("2026-11-30 10:15", "completed", "dang-ky,quy-1,quy-3,so-ket", UNITS),
    line("2026-12-17 08:00", "advance", BOTH, UNITS),
    # Held from the 23rd to the 29th: of the reminders of the 24th and the 28th only the newer leaves.
    line("2026-12-29 09:00", "advance", BOTH, UNITS),
    # A wrong tick that was told is taken back; one that was mended within a quarter of an hour nobody heard of.
    line("2026-12-29 10:15", "completed", "tong-ket", [MISTAKEN]),
    line("2026-12-29 11:15", "reopened", "tong-ket", [MISTAKEN]),
    line("2026-12-30 09:15", "date_set", "tap-huan", UNITS),
    line("2026-12-30 09:45", "date_set", "tap-huan", UNITS),
    line("2026-12-30 10:15", "date_cleared", "tap-huan", UNITS),
    line("2026-12-31 08:00", "due", BOTH, UNITS),
    # One agency merged into another, which owes the same; last year's reports come in.
    line("2027-01-05 08:00", "overdue", BOTH, LEFT),
    line("2027-01-05 10:15", "completed", "tong-ket", LEFT),
    line("2027-01-06 08:00", "escalation", "cham-diem", ["vp"]),
    line("2027-01-07 08:00", "overdue", "cham-diem", LEFT),
    line("2027-01-11 08:00", "escalation", "cham-diem", ["hoi-dong"]),
    line("2027-01-11 08:00", "overdue", "cham-diem", LEFT),
    # The old plan is closed: the new one alone speaks.
    line("2027-02-16 08:00", "advance", "dang-ky", LEFT),
    line("2027-02-23 08:00", "advance", "dang-ky", LEFT),
    line("2027-02-26 08:00", "advance", "dang-ky", LEFT),
    line("2027-03-02 08:00", "due", "dang-ky", LEFT),
]  # fmt: skip
MAILS = dict.fromkeys(UNITS, 15) | {"vp": 16, MISTAKEN: 17, MERGED: 7, "hoi-dong": 1}


class Walk(Rehearsal):
    def do(self, *words, status=0, **more):
        result = self.control(*words, **more)
        assert result.returncode == status, (words, result.stdout, result.stderr)
        return result.stdout + result.stderr

    def states(self, item, plan="kh-2026"):
        return collections.Counter(row["state"] for row in self.list("--item", item, "--plan", plan))

    def preview(self, item, kind):
        return json.loads(self.do("preview", item, "--agency", "dv-1", "--kind", kind, "--json"))

    def told(self):
        groups = collections.defaultdict(list)
        for message in self.sent():
            when = f"{message['time'][:10]} {message['time'][11:16]}"
            groups[when, message["kind"], ",".join(sorted(message["items"]))].append(message["agency"])
        return [line(*key, units) for key, units in sorted(groups.items())]


def begin(walk):
    walk.advance("2026-11-30 10:00")
    assert walk.sent() == []
    for item in ("dang-ky", "quy-1", "so-ket", "quy-3"):
        assert walk.states(item) == {"unclear": 10}
    assert walk.states("tong-ket") == {"pending": 10}


def record(walk):
    receipts = sheet({"dang-ky": "27/02/2026", "quy-1": "31/03/2026", "so-ket": "26/06/2026", "quy-3": "02/10/2026"})
    assert "would be recorded: 40 obligations" in walk.do("record", "-", "--dry-run", typed=receipts)
    assert walk.states("so-ket") == {"unclear": 10}
    assert "recorded: 40 obligations" in walk.do("record", "-", typed=receipts)
    assert walk.states("so-ket") == {"done": 10} and walk.states("quy-3") == {"late": 10}


def hold(walk):
    walk.advance("2026-12-23 16:00")
    walk.do("hold", "--reason", "bão số 9")
    assert "bão số 9" in walk.do("status")
    walk.advance("2026-12-29 09:00")
    walk.do("release")


def correct(walk):
    walk.advance("2026-12-29 10:00")
    walk.do("done", "tong-ket", "--agency", MISTAKEN, "--agency", "dv-8")
    walk.do("reopen", "tong-ket", "--agency", "dv-8", "--reason", "đánh dấu nhầm")
    walk.advance("2026-12-29 11:00")
    walk.do("reopen", "tong-ket", "--agency", MISTAKEN, "--reason", "đánh dấu nhầm")
    walk.advance("2026-12-30 09:00")
    walk.do("set-date", "tap-huan", "20/01/2027")
    walk.advance("2026-12-30 09:30")
    walk.do("set-date", "tap-huan", "22/01/2027")
    assert "22/01/2027 thay cho 20/01/2027" in walk.preview("tap-huan", "date_set")["subject"]
    walk.advance("2026-12-30 10:00")
    walk.do("clear-date", "tap-huan")
    assert "METHOD:CANCEL" in walk.preview("tap-huan", "date_cleared")["calendar"]


def merge(walk, block):
    """In January, with the plan of the new year beside the old one."""
    walk.advance("2027-01-04 07:00")
    heir = {MERGED: {"successor": HEIR, "from": "2027-01-01"}}
    agencies = tuple(agency | heir.get(agency["id"], {}) for agency in AGENCIES)
    block.write("agencies.conf", libconf.dumps({"agencies": agencies, "groups": GROUPS}))
    block.write_plan(text_of(2027), "plan-2027.conf")
    assert f"kh-2026/tap-huan (Tập huấn): {MERGED} ({HEIR} owes it itself)" in walk.do("reload", "--dry-run")
    walk.do("list", "--plan", "kh-2027", status=3)
    walk.do("reload")
    assert {row["agency"] for row in walk.list("--plan", "kh-2027")} == set(LEFT)
    walk.advance("2027-01-05 10:00")
    assert "kh-2026/tong-ket" in walk.do("record", "-", typed=sheet({"tong-ket": "30/12"}, LEFT))
    assert walk.states("tong-ket") == {"done": 9, "withdrawn": 1}
    assert walk.states("tong-ket", "kh-2027") == {"pending": 9}


def close(walk):
    walk.advance("2027-01-15 16:00")
    walk.do("close", "kh-2026", "--reason", "đã họp bình xét")
    walk.advance("2027-03-03 12:00")
    report = json.loads(walk.do("report", "kh-2026", "--json"))
    scores = {one["agency"]: (one["owed"], one["on_time"], one["late"], one["unfinished"], one["open"])
              for one in report["agencies"]}  # fmt: skip
    assert scores == {unit: (6, 4, 1, 1, 0) for unit in LEFT} | {MERGED: (4, 3, 1, 0, 0)}


def test_a_walk_through_the_year(tmp_path):
    block = Block(tmp_path, text_of(2026), agencies=AGENCIES, groups=GROUPS, policies=POLICIES, default_policy="report",
                  confirmations=True, confirm_after="15min")  # fmt: skip
    with Bus() as bus, Walk(block, bus, "2026-11-30", "2027-12-31", "--fresh") as walk:
        begin(walk)
        record(walk)
        hold(walk)
        correct(walk)
        merge(walk, block)
        close(walk)
    assert walk.told() == EXPECTED
    assert collections.Counter(message["agency"] for message in walk.sent()) == MAILS
