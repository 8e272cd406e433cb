"""A block with very many obligations, spread over next year, on a bus of its own; and beside them a few that fall due now."""

import contextlib
import datetime
import tempfile
import time
from pathlib import Path

import block
import due
import live
from block import Block, Bus, plan
from harness import PATIENCE, wait_until
from rawbus import RawBus

YEAR = live.now().year + 1  # nothing of it is due while the clock is read
ITEM = '{{ id = "viec-{n}"; title = "Nhiệm vụ số {n} của kế hoạch năm"; due = "{due}"; for = ["all"]; }}'
DUE_NOW = '{{ id = "den-han-{n}"; title = "Việc đến hạn {n}"; due = "{due}"; for = ["{to}"]; policy = "now-{n}"; }}'
POLICIES = {"plain": {"before": ["7d", "1d"], "at": "08:00"}}


def agencies(count):
    return tuple({"id": f"don-vi-{n}", "name": f"Đơn vị số {n}", "emails": [f"dv{n}@khoi.example"]} for n in range(count))


def plan_text(items, year, id="ke-hoach"):
    text = plan(",\n".join(items), year=year, members=None).replace('"vp-ubnd"', '"don-vi-0"')
    return text.replace('"so-noi-vu"', '"don-vi-1"').replace('"ke-hoach"', f'"{id}"')


def items(count):
    days = (datetime.date(YEAR, 1, 4) + datetime.timedelta(days=n * 360 // count) for n in range(count))
    return [ITEM.format(n=n, due=day.isoformat()) for n, day in enumerate(days)]


class Large(Block):
    """`count` items for each of `members` agencies, whose mail goes to a port of this machine."""

    def __init__(self, folder, count, members, port, bus):
        self.count, self.members, self.bus = count, members, bus
        groups = {f"first-{n}": [f"don-vi-{i}" for i in range(n)] for n in (1, 10, 100) if n <= members}
        mail = {name: value for name, value in due.plain_mail(port, 10).items() if value is not None}
        super().__init__(folder, plan_text(items(count), YEAR), agencies=agencies(members), groups=groups,
                         policies=POLICIES, mail={"from": live.SENDER, **mail}, confirmations=False,
                         timezone=live.ZONE.key, hours={"open": "00:00", "close": "00:00"})  # fmt: skip

    def begin(self):
        """The daemon, answering on its bus, and the seconds until it said that it was ready."""
        begin = time.monotonic()
        daemon = self.start("session", environment=self.bus.environment)
        try:
            daemon.wait_for("READY=1", PATIENCE)
            seconds = time.monotonic() - begin
            with self.raw() as raw:
                wait_until(lambda: not raw.call("Status").error, "the daemon answers")
        except BaseException:
            daemon.kill()
            raise
        return daemon, seconds

    def ctl(self, *words):
        """What reminderctl prints."""
        done = block.run(block.REMINDERCTL, "--bus", "session", *words, timeout=PATIENCE, **self.bus.environment)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    def raw(self):
        """A connection to the bus."""
        return RawBus(self.bus.environment["DBUS_SESSION_BUS_ADDRESS"], timeout=PATIENCE)

    def add_item(self, name):
        """One item more for everyone, in a plan of its own; a reload takes it in."""
        text = ITEM.format(n=name, due=f"{YEAR}-06-15")
        self.write_plan(plan_text([text], YEAR, f"them-{name}"), f"them-{name}.conf")

    def fall_due(self, moments):
        """A plan of today with an item for each moment and those whom it reminds; a reload takes it in."""
        day = moments[0][0].date()
        policies = {f"now-{n}": {"before": ["0d"], "at": at.strftime("%H:%M:%S")} for n, (at, _) in enumerate(moments)}
        self.write_general(policies={**POLICIES, **policies})
        now = [DUE_NOW.format(n=n, due=day, to=to) for n, (_, to) in enumerate(moments)]
        self.write_plan(plan_text(now, day.year, "hom-nay"), "hom-nay.conf")
        self.write(f"calendar.d/{day.year}.conf",
                   f'year = {day.year}; days = ( {{ date = "{day}"; work = true; name = "làm bù"; }} );')  # fmt: skip


@contextlib.contextmanager
def large(count, members, port):
    with tempfile.TemporaryDirectory(prefix="reminderd-bench-") as folder, Bus() as bus:
        yield Large(Path(folder), count, members, port, bus)
