"""The end: a plan closes, what is open then is unfinished, and nobody hears of it any more; and what nobody is urged to
do has passed with its day."""

import datetime

import pytest

from block import Block, plan
from desk import AGENCY, TODAY, YEAR, Desk, ahead
from live import said

POLICIES = {
    "plain": {"before": ["7d", "1d", "0d"], "at": "08:00", "overdue": {"every": "1d"},
              "escalate": ({"after": "1d", "to": "head"},)},
    "standing": {"before": ["7d"], "at": "08:00"},
}  # fmt: skip
ITEMS = f"""
    {{ id = "qua-han"; title = "Việc quá hạn"; due = "{ahead(-20)}"; for = ["members"]; }},
    {{ id = "sap-den"; title = "Việc sắp đến"; due = "{ahead(20)}"; for = ["so-tu-phap"]; }},
    {{ id = "cho-lich"; title = "Việc chờ lịch"; when = "khi có lịch"; for = ["so-tu-phap"]; }},
    {{ id = "kiem-tra"; title = "Kiểm tra"; due = "{ahead(-10)}"; for = ["members"]; policy = "standing"; }}
"""


class Ending(Desk):
    def __init__(self, folder, items=ITEMS, year=YEAR):
        super().__init__(folder, items=items, year=year, policies=POLICIES)

    def states(self):
        return {(row["item"], row["agency"]): row["state"] for row in self.json("list")}

    def reload(self):
        result = self.ctl("reload")
        assert result.returncode == 0, result.stderr


@pytest.fixture
def office(tmp_path):
    with Ending(tmp_path) as office:
        yield office


def test_what_nobody_is_urged_to_do_has_passed(office):
    assert office.states()["kiem-tra", AGENCY] == "passed"
    assert {row["item"] for row in office.json("list", "--state", "passed")} == {"kiem-tra"}
    assert {row["item"] for row in office.json("list", "--state", "overdue")} == {"qua-han"}
    assert office.json("status")["overdue"] == 3
    digest = office.json("preview", "qua-han", "--agency", AGENCY, "--kind", "digest")["text"]
    assert "QUÁ HẠN (1)" in digest and "Việc quá hạn" in digest
    assert "Kiểm tra" not in digest.partition("TÌNH HÌNH THỰC HIỆN")[0]
    # Ticked at last, it is not late.
    assert office.ctl("done", "kiem-tra", "--agency", AGENCY).returncode == 0
    row = office.row("kiem-tra")
    assert (row["state"], row["late"]) == ("done", False)


def test_a_plan_is_closed_by_hand(office):
    assert office.ctl("done", "qua-han", "--agency", "vp-ubnd").returncode == 0
    closed = office.ctl("close", "ke-hoach", "--reason", "đã họp bình xét")
    assert closed.returncode == 0, closed.stderr
    assert office.states() == {
        ("qua-han", "vp-ubnd"): "late", ("qua-han", "so-noi-vu"): "unfinished", ("qua-han", AGENCY): "unfinished",
        ("sap-den", AGENCY): "unfinished", ("cho-lich", AGENCY): "unfinished",
        ("kiem-tra", "vp-ubnd"): "passed", ("kiem-tra", "so-noi-vu"): "passed", ("kiem-tra", AGENCY): "passed",
    }  # fmt: skip
    said(office.daemon, r"Plan ke-hoach is closed: \d+ obligations are unfinished")
    assert {row["item"] for row in office.json("list", "--state", "unfinished")} == {"qua-han", "sap-den", "cho-lich"}
    assert len(office.json("list", "--state", "passed")) == 3
    status = office.json("status")
    assert (status["open"], status["overdue"], status["unclear"]) == (0, 0, 0)
    assert status["plans"][0]["closed"] is True and status["plans"][0]["closes"] == ahead(0)
    assert all(row["next_reminder"] is None for row in office.json("list"))
    assert office.json("forecast", "--to", ahead(90)) == []
    assert "■" in office.ctl("list", "--matrix").stdout
    (entry,) = [entry for entry in office.json("log") if entry["verb"] == "close"]
    assert entry["plan"] == "ke-hoach" and entry["detail"] == f"on {ahead(0)}: đã họp bình xét"


def test_decisions_on_what_is_unfinished(office):
    assert office.ctl("close", "ke-hoach", "--reason", "hết năm").returncode == 0
    for words in (["snooze", "qua-han", "--for", "2d", "--reason", "bận"], ["urge", "qua-han"],
                  ["set-date", "qua-han", ahead(10)], ["reopen", "qua-han", "--agency", AGENCY, "--reason", "x"]):  # fmt: skip
        refused = office.ctl(*words)
        assert refused.returncode == 1 and "closed" in refused.stderr, (words, refused.stderr)
    before = len(office.json("deliveries"))
    assert office.ctl("done", "qua-han", "--agency", AGENCY, "--on", ahead(-1)).returncode == 0
    assert office.ctl("waive", "sap-den", "--reason", "miễn").returncode == 0
    states = office.states()
    assert states["qua-han", AGENCY] == "late" and states["sap-den", AGENCY] == "waived"
    # A wrong tick is taken back to what it was.
    assert office.ctl("reopen", "qua-han", "--agency", AGENCY, "--reason", "nhầm").returncode == 0
    assert office.states()["qua-han", AGENCY] == "unfinished"
    assert len(office.json("deliveries")) == before


def test_the_end_is_moved(office):
    assert office.ctl("close", "ke-hoach", "--reason", "nhầm năm").returncode == 0
    opened = office.ctl("close", "ke-hoach", "--on", ahead(30), "--reason", "còn chờ báo cáo")
    assert opened.returncode == 0, opened.stderr
    states = office.states()
    assert states["qua-han", AGENCY] == "overdue" and states["sap-den", AGENCY] == "pending"
    assert states["cho-lich", AGENCY] == "undated" and states["kiem-tra", AGENCY] == "passed"
    assert office.row("sap-den")["next_reminder"]
    said(office.daemon, r"Plan ke-hoach goes on")
    assert office.ctl("close", "ke-hoach", "--on", f"{YEAR + 3}-01-01", "--reason", "x").returncode == 1
    assert [entry["verb"] for entry in office.json("log")] == ["close", "close", "close refused"]


def test_an_end_in_the_file(office):
    text = plan(ITEMS, year=YEAR)
    office.block.write_plan(text.replace("title =", f'closes = "{ahead(0)}"; title =', 1))
    office.reload()
    assert office.states()["qua-han", AGENCY] == "unfinished"
    # What is new in a plan that is closed is unfinished too, and of what leaves it nothing is lost.
    more = ITEMS.replace('id = "sap-den"', 'id = "moi"')
    office.block.write_plan(plan(more, year=YEAR).replace("title =", f'closes = "{ahead(0)}"; title =', 1))
    office.reload()
    states = office.states()
    assert states["moi", AGENCY] == states["sap-den", AGENCY] == "unfinished"
    office.block.write_plan(text)
    office.reload()
    states = office.states()
    assert states["qua-han", AGENCY] == "overdue" and states["sap-den", AGENCY] == "pending"
    assert states["moi", AGENCY] == "withdrawn"


def test_a_plan_of_last_year_is_put_away(tmp_path):
    """Its file goes when its year is over: who did not deliver stays in the matrix."""
    year = TODAY.year - 1
    items = f"""
        {{ id = "tong-ket"; title = "Tổng kết"; due = "{year}-12-20"; for = ["members"]; }},
        {{ id = "cho-lich"; title = "Chờ lịch"; when = "khi có lịch"; for = ["so-tu-phap"]; }}
    """
    with Ending(tmp_path, items=items, year=year) as office:
        office.block.write_plan(plan(items, year=year).replace("title =", f'closes = "{TODAY.year}-12-31"; title =', 1))
        office.reload()
        if TODAY < datetime.date(TODAY.year, 12, 31):
            assert office.states()["tong-ket", AGENCY] == "overdue"
        assert office.ctl("done", "tong-ket", "--agency", "vp-ubnd", "--on", f"{year}-12-19").returncode == 0
        office.block.write_plan(plan(ITEMS.replace("ke-hoach", "moi"), year=TODAY.year).replace('"ke-hoach"', '"moi"'))
        office.reload()
        rows = office.json("list", "--plan", "ke-hoach")
        assert {(row["item"], row["agency"], row["state"]) for row in rows} == {
            ("tong-ket", "vp-ubnd", "done"), ("tong-ket", "so-noi-vu", "unfinished"), ("tong-ket", AGENCY, "unfinished"),
            ("cho-lich", AGENCY, "unfinished"),
        }  # fmt: skip
        assert "■" in office.ctl("list", "--plan", "ke-hoach", "--matrix").stdout
        assert not [delivery for delivery in office.json("deliveries") if delivery["kind"] == "withdrawn"]
        refused = office.ctl("close", "ke-hoach", "--on", ahead(1), "--reason", "x")
        assert refused.returncode == 1 and "put it back" in refused.stderr


def test_within_its_year_a_plan_that_is_put_away_is_withdrawn(office):
    office.block.write_plan(plan(ITEMS, year=YEAR).replace('"ke-hoach"', '"moi"'))
    office.reload()
    assert {row["state"] for row in office.json("list", "--plan", "ke-hoach")} == {"withdrawn"}


REPORT = 'for = ["members"]; before = ["7d"]; overdue = { every = "2wd"; }; escalate = ( { after = "3wd"; to = "head"; } )'


def test_a_rehearsal_over_january_with_two_plans(tmp_path):
    """The plan of the year before is closed: every message is about the new one."""
    old = plan(f'{{ id = "cu"; title = "Việc cũ"; due = "2024-12-20"; {REPORT}; }},'
               '{ id = "cho"; title = "Chờ"; when = "khi có lịch"; for = ["members"]; }').replace('"ke-hoach"', '"nam-cu"')  # fmt: skip
    new = plan(f'{{ id = "moi"; title = "Việc mới"; due = "2025-01-20"; {REPORT}; }}', year=2025)
    block = Block(tmp_path, new, digest={"weekday": "mon", "at": "08:00"})
    (block.conf / "plans.d" / "plan.conf").rename(block.conf / "plans.d" / "b.conf")
    block.write_plan(old.replace("title =", 'closes = "2025-01-01"; title =', 1), "a.conf")
    told = block.rehearse("2024-12-16", "2025-02-10")
    assert any("cu" in line["items"] for line in told)
    january = [line for line in told if line["time"] >= "2025-01-01"]
    assert january and all(line["plan"] == "ke-hoach" and set(line["items"]) <= {"moi"} for line in january)
    assert {line["kind"] for line in january} >= {"advance", "overdue", "escalation", "digest"}


def test_a_plan_closes_by_itself(tmp_path):
    items = f'{{ id = "cu"; title = "Việc cũ"; due = "2024-12-20"; {REPORT}; }}'
    block = Block(tmp_path, plan(items), digest={"weekday": "mon", "at": "08:00"})
    days = [line["time"][:10] for line in block.rehearse("2025-03-01", "2025-12-31")]
    assert days and max(days) <= "2025-03-31" and max(days) > "2025-03-24"
