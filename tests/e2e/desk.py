"""A running daemon on a bus of its own, and reminderctl to talk to it.

Any hour of any day serves: it is about noon in the block's zone, and every day for two months before and three after is a
working day. Nothing of ITEMS is due by itself on the day of the test or the next.
"""

import datetime
import json

import block
from block import Block, Bus, plan
from live import ZONE, now
from rawbus import RawBus

TODAY = now().date()
# The plan's year: its dates may lie up to 31 March of the year after, and none before its first day.
YEAR = (TODAY - datetime.timedelta(days=30)).year
AGENCY = "so-tu-phap"
# Of a row of `reminderctl list --json`.
KEYS = ("plan item occurrence agency title due effective_due state tentative snoozed_until snoozed_by snooze_reason "
        "next_reminder reminders_sent done_on late unclear_since held held_until hold_reason event time place "
        "claimed_on claimed_by claim_channel requested_date period limit with").split()  # fmt: skip


def ahead(days):
    return (TODAY + datetime.timedelta(days=days)).isoformat()


ITEMS = f"""
    {{ id = "bao-cao"; title = "Báo cáo tổng kết"; due = "{ahead(20)}"; for = ["members"]; }},
    {{ id = "qua-han"; title = "Việc đã quá hạn"; due = "{ahead(-30)}"; for = ["members"]; policy = "quiet"; }},
    {{ id = "kiem-tra"; title = "Kiểm tra <công tác> & thi đua"; window = ["{ahead(22)}", "{ahead(30)}"];
       tentative = true; fix_by = "{ahead(20)}"; for = ["members"]; }},
    {{ id = "tap-huan"; title = "Tập huấn"; when = "khi tỉnh tổ chức"; for = ["members"]; }},
    {{ id = "hop-khoi"; title = "Họp Khối"; due = "{ahead(15)}"; for = ["head"]; }}
"""
POLICIES = {
    "plain": {"before": ["7d", "1d"], "at": "08:00"},
    "quiet": {"before": ["1d"], "at": "08:00", "overdue": {"every": "80d", "limit": 1}},
}


class Desk:
    """A running daemon on a bus of its own, and reminderctl to talk to it."""

    def __init__(self, folder, items=ITEMS, year=YEAR, **settings):
        settings.setdefault("policies", POLICIES)
        settings.setdefault("confirmations", False)
        settings.setdefault("timezone", ZONE.key)
        self.block = Block(folder, plan(items, year=year), **settings)
        self.block.work_every_day(TODAY - datetime.timedelta(days=60), TODAY + datetime.timedelta(days=90))
        self.bus = Bus()
        self.daemon = None

    def __enter__(self):
        self.bus.__enter__()
        try:
            self.start()
        except BaseException:
            self.bus.__exit__()
            raise
        return self

    def __exit__(self, *error):
        try:
            self.daemon.__exit__(*error)
        finally:
            self.bus.__exit__()

    def start(self):
        self.daemon = self.block.start(bus="session", environment=self.bus.environment).__enter__()

    def ctl(self, *words, **environment):
        return block.run(block.REMINDERCTL, "--bus", "session", *words, **self.bus.environment, **environment)

    def json(self, *words):
        result = self.ctl(*words, "--json")
        assert result.returncode == 0, result.stderr
        assert result.stderr == ""
        return json.loads(result.stdout)

    def row(self, item, agency=AGENCY):
        (row,) = self.json("list", "--item", item, "--agency", agency)
        return row

    def raw(self):
        return RawBus(self.bus.environment["DBUS_SESSION_BUS_ADDRESS"])
