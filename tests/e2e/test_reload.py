"""A reload says what it changes, and can be tried before."""

import json
import sqlite3

import pytest

from block import plan
from desk import AGENCY, YEAR, Desk, ahead

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

    def content(self):
        """All that the database says."""
        with sqlite3.connect(f"file:{self.block.state}/reminderd.db?mode=ro", uri=True) as database:
            return list(database.iterdump())


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
    assert all(one["left"] for one in report["changes"])
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
    before = office.content()
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
    before = office.content()
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
