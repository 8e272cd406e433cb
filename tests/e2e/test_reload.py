"""A reload says what it changes, and can be tried before."""

import json
import re
import sqlite3

import libconf
import pytest

from block import AGENCIES, GROUPS, plan
from desk import AGENCY, YEAR, Desk, ahead
from live import wait_until

MEMBERS = ("vp-ubnd", "so-noi-vu", "so-tu-phap")
ITEMS = f"""
    {{ id = "sk"; title = "Sơ kết"; due = "{ahead(-10)}"; for = ["members"]; }},
    {{ id = "tk"; title = "Tổng kết"; due = "{ahead(20)}"; for = ["members"]; }}
"""
POLICIES = {
    "plain": {"before": ["7d", "1d"], "at": "08:00", "overdue": {"every": "60wd"}},
    "short": {"before": ["1d"], "at": "08:00", "overdue": {"every": "60wd"}},
}


class Office(Desk):
    def __init__(self, folder):
        super().__init__(folder, items=ITEMS, policies=POLICIES)

    def write(self, items=ITEMS, members=MEMBERS):
        self.block.write_plan(plan(items, year=YEAR, members=members))

    def merge(self, *merged):
        """(id, successor, from) of each agency that merged into another."""
        moves = {agency: {"successor": successor, "from": start} for agency, successor, start in merged}
        agencies = tuple(agency | moves.get(agency["id"], {}) for agency in AGENCIES)
        self.block.write("agencies.conf", libconf.dumps({"agencies": agencies, "groups": GROUPS}))

    def reload_well(self):
        result = self.ctl("reload")
        assert result.returncode == 0, result.stderr

    def states(self, item):
        return {row["agency"]: row["state"] for row in self.json("list", "--item", item)}

    def content(self):
        """All that the database says, but for the time, which goes on."""
        with sqlite3.connect(f"file:{self.block.state}/reminderd.db?mode=ro", uri=True) as database:
            return [line for line in database.iterdump() if "'last-time'" not in line]

    def at_rest(self):
        """The same, once nothing more follows from the start."""
        found = [self.content()]

        def is_still():
            self.json("status")  # the daemon has turned to us in between
            found.append(self.content())
            return found[-1] == found[-2]

        wait_until(is_still, lambda: "a daemon that does nothing more")
        return found[-1]


@pytest.fixture
def office(tmp_path):
    with Office(tmp_path) as desk:
        yield desk


def changes(report):
    """Of each change what matters to people."""
    return [(one["change"], one["item"], one["agency"], one["state"], one["due_before"], one["due"])
            for one in report["changes"]]  # fmt: skip


def counts(report):
    return {kind: n for kind, n in report["counts"].items() if n > 0}


def test_a_member_who_is_taken_out(office):
    office.write(members=MEMBERS[:2])
    report = office.json("reload")
    assert report["adopted"] is True and report["dry_run"] is False
    assert all(one["warning"] for one in report["findings"])
    assert counts(report) == {"withdrawn": 2}
    assert changes(report) == [("withdrawn", "sk", AGENCY, "overdue", ahead(-10), None),
                               ("withdrawn", "tk", AGENCY, "pending", ahead(20), None)]  # fmt: skip
    assert all(one["left"] and one["successor"] is None for one in report["changes"])
    assert [one["title"] for one in report["changes"]] == ["Sơ kết", "Tổng kết"]
    assert counts(office.json("reload")) == {}


def test_words_for_people(office):
    office.write(members=MEMBERS[:2])
    for words in (("reload", "--dry-run"), ("reload",)):
        told = office.ctl(*words).stdout
        assert f"/sk (Sơ kết), {ahead(-10)}: {AGENCY} (was overdue)\n" in told
        assert f"/tk (Tổng kết), {ahead(20)}: {AGENCY}\n" in told
        assert f"If {AGENCY} merged into another agency" in told and "successor" in told
    assert office.ctl("reload").stdout.endswith("reloaded\n  nothing changes in what is owed\n")
    office.write(ITEMS.replace(ahead(20), ahead(25)))
    told = office.ctl("reload").stdout
    assert f"/tk (Tổng kết), {ahead(20)} → {ahead(25)}: vp-ubnd, so-noi-vu\n" in told
    assert f"/sk (Sơ kết), {ahead(-10)}: {AGENCY}\n" in told, "it is owed again"
    assert "successor" not in told


def test_each_kind_of_change(office):
    office.write(ITEMS.replace(ahead(20), ahead(25)) + f""",
        {{ id = "moi"; title = "Việc mới"; due = "{ahead(30)}"; for = ["so-noi-vu"]; }}""")  # fmt: skip
    report = office.json("reload")
    assert counts(report) == {"moved": 3, "added": 1}
    assert ("moved", "tk", AGENCY, "pending", ahead(20), ahead(25)) in changes(report)
    assert ("added", "moi", "so-noi-vu", "pending", ahead(30), ahead(30)) in changes(report)
    office.write(ITEMS.replace(ahead(20), ahead(-3)).replace("id", 'since = "2000-01-01"; id', 1))
    report = office.json("reload")
    assert counts(report) == {"moved": 3, "withdrawn": 1}
    office.block.write_plan(plan(ITEMS.replace(ahead(20), ahead(-4)), year=YEAR).replace('since = "2000-01-01";', ""))
    assert counts(office.json("reload")) == {"unclear": 6}
    office.write()
    assert counts(office.json("reload")) == {"watched": 6}
    office.write(ITEMS.replace('id = "tk"', 'policy = "short"; id = "tk"'))
    assert set(counts(office.json("reload"))) == {"retimed"}


def test_a_dry_run_changes_nothing(office):
    before = office.at_rest()
    office.write(ITEMS.replace(ahead(20), ahead(25)), members=(*MEMBERS[:2], "hoi-dong-tdkt"))
    first, second = office.json("reload", "--dry-run"), office.json("reload", "--dry-run")
    assert first == second and first["dry_run"] is True and first["adopted"] is True
    assert counts(first) == {"withdrawn": 2, "moved": 2, "added": 2}
    assert office.content() == before
    assert office.row("tk")["due"] == ahead(20) and office.json("log") == []
    assert "reloaded" not in office.daemon.stderr
    # And it said what a reload does.
    real = office.json("reload")
    assert real["changes"] == first["changes"] and real["counts"] == first["counts"]
    assert office.content() != before


def test_a_dry_run_of_mistakes(office):
    good = (office.block.conf / "plans.d/plan.conf").read_text(encoding="utf-8")
    before = office.at_rest()
    office.block.write_plan(good.replace("members =", "membres ="))
    tried, done = office.ctl("reload", "--dry-run"), office.ctl("reload")
    assert tried.returncode == done.returncode == 1
    assert tried.stderr.splitlines()[:-1] == done.stderr.splitlines()[:-1] and "membres" in tried.stderr
    report = json.loads(office.ctl("reload", "--dry-run", "--json").stdout)
    assert report["adopted"] is False and report["findings"][0]["line"] > 0 and counts(report) == {}
    assert [one for one in office.content() if "audit" not in one] == [one for one in before if "audit" not in one]
    assert office.json("status")["health"] != "ok", "the reload was refused, the trial is no trouble"


def test_a_trial_of_mistakes_is_no_trouble(office):
    good = (office.block.conf / "plans.d/plan.conf").read_text(encoding="utf-8")
    office.block.write_plan(good.replace("members =", "membres ="))
    before = office.json("status")["problems"]
    assert office.ctl("reload", "--dry-run").returncode == 1
    assert office.json("status")["problems"] == before


# ---- an agency merged into another -----------------------------------------------------------------------------------

MERGED, HEIR = "so-tu-phap", "so-noi-vu"
# Case 10, and an item that only the merged agency owes.
ALONE = ITEMS.rstrip() + f""",
    {{ id = "rieng"; title = "Việc riêng"; due = "{ahead(-5)}"; for = ["{MERGED}"]; }},
    {{ id = "xong"; title = "Việc đã xong"; due = "{ahead(10)}"; for = ["{MERGED}"]; }},
    {{ id = "hoan"; title = "Việc tạm hoãn"; due = "{ahead(12)}"; for = ["{MERGED}"]; }},
    {{ id = "khong-ngay"; title = "Tập huấn"; when = "khi tỉnh tổ chức"; for = ["{MERGED}"]; }}
"""


def test_what_is_owed_passes_to_the_successor(office):
    office.write(ALONE)
    assert office.ctl("reload").returncode == 0
    assert office.ctl("done", "xong", "--agency", MERGED).returncode == 0
    assert office.ctl("snooze", "hoan", "--agency", MERGED, "--for", "3d", "--reason", "bão").returncode == 0
    assert office.ctl("set-date", "khong-ngay", ahead(40), "--agency", MERGED).returncode == 0
    office.merge((MERGED, HEIR, ahead(0)))
    tried, report = office.json("reload", "--dry-run"), office.json("reload")
    assert tried["changes"] == report["changes"]
    assert counts(report) == {"withdrawn": 2, "passed": 3}
    passed = {one["item"]: one for one in report["changes"] if one["change"] == "passed"}
    assert {(one["agency"], one["successor"]) for one in report["changes"]} == {(MERGED, HEIR)}
    assert (passed["rieng"]["state"], passed["rieng"]["due"]) == ("overdue", ahead(-5))
    # The heir's own stand, and what was finished stays with who finished it.
    assert office.states("sk") == {"vp-ubnd": "overdue", HEIR: "overdue", MERGED: "withdrawn"}
    assert office.states("rieng") == {HEIR: "overdue", MERGED: "withdrawn"}
    assert office.states("xong") == {MERGED: "done"}
    assert office.states("hoan") == {HEIR: "pending", MERGED: "withdrawn"}, "a snooze does not pass"
    assert office.row("khong-ngay", HEIR)["due"] == ahead(40)
    assert {(one["verb"], one["agency"], one["detail"]) for one in office.json("log", "rieng")} == {
        ("passed", MERGED, HEIR), ("taken over", HEIR, MERGED)}  # fmt: skip
    assert [(one["verb"], one["detail"]) for one in office.json("log", "sk")] == [("withdrawn", HEIR)]
    assert office.json("list", "--agency", MERGED, "--state", "open") == []
    assert office.ctl("reopen", "xong", "--agency", MERGED, "--reason", "nhầm").returncode == 1
    assert counts(office.json("reload")) == {}
    # What the heir finishes can be taken back.
    assert office.ctl("done", "rieng", "--agency", HEIR).returncode == 0
    assert office.ctl("reopen", "rieng", "--agency", HEIR, "--reason", "nhầm").returncode == 0
    assert office.states("rieng")[HEIR] == "overdue"


def test_words_of_a_merger(office):
    office.write(ALONE)
    assert office.ctl("reload").returncode == 0
    office.merge((MERGED, HEIR, ahead(0)))
    told = office.ctl("reload").stdout
    assert f"/rieng (Việc riêng), {ahead(-5)}: {MERGED} → {HEIR} (was overdue)\n" in told
    assert f"/sk (Sơ kết), {ahead(-10)}: {MERGED} (was overdue; {HEIR} owes it itself)\n" in told
    assert "If " not in told


def test_one_who_was_taken_out_first(office):
    """Case 10: the report names the way, and it works afterwards."""
    office.write(members=("vp-ubnd",))
    assert "say successor" in office.ctl("reload").stdout
    office.write(members=("vp-ubnd", MERGED))
    office.merge((MERGED, "hoi-dong-tdkt", ahead(-2)))
    report = office.json("reload")
    assert counts(report) == {"passed": 2}
    assert office.states("sk")["hoi-dong-tdkt"] == "overdue" and office.states("tk")["hoi-dong-tdkt"] == "pending"


def test_one_after_the_other(office):
    """The heir merges too, and what it took over goes on; where it is put back, it returns."""
    office.write(ALONE)
    assert office.ctl("reload").returncode == 0
    office.merge((MERGED, HEIR, ahead(-1)))
    office.reload_well()
    office.merge((MERGED, HEIR, ahead(-1)), (HEIR, "vp-ubnd", ahead(0)))
    assert counts(office.json("reload")) == {"withdrawn": 2, "passed": 4}
    assert office.states("rieng") == {MERGED: "withdrawn", HEIR: "withdrawn", "vp-ubnd": "overdue"}
    assert office.states("sk") == {MERGED: "withdrawn", HEIR: "withdrawn", "vp-ubnd": "overdue"}
    office.merge()
    office.reload_well()
    assert office.states("rieng") == {MERGED: "overdue", HEIR: "withdrawn", "vp-ubnd": "withdrawn"}
    assert office.states("sk") == {MERGED: "overdue", HEIR: "overdue", "vp-ubnd": "overdue"}


@pytest.mark.parametrize("merged, told", [
    ([(MERGED, "khac", "2026-07-01")], r"agency \"so-tu-phap\": successor: unknown agency \"khac\""),
    ([(MERGED, MERGED, "2026-07-01")], "passes back to this agency"),
    ([(MERGED, HEIR, "2026-07-01"), (HEIR, "vp-ubnd", "2026-07-01"), ("vp-ubnd", MERGED, "2027-07-01")],
     "passes back to this agency"),
    ([(MERGED, HEIR, "2026-02-30")], "from"),
])  # fmt: skip
def test_mistakes_in_a_merger(office, merged, told):
    office.merge(*merged)
    result = office.ctl("reload", "--dry-run")
    assert result.returncode == 1
    lines = [line for line in result.stderr.splitlines() if re.search(told, line)]
    assert len(lines) == len({agency for agency, _, _ in merged}), result.stderr
    assert all(re.search(r"agencies\.conf:\d+: ", line) for line in lines)
