"""A block whose reminders fall due in a few seconds of real time, to be sent to the lab's servers.

Any day serves: the calendar that is written declares yesterday, today and tomorrow working days.
"""

import datetime
import os
import re
import resource
import time
import zoneinfo

import libconf

from block import Block, plan

# Where it is about noon while the tests run: no day ends under one, and a moment an hour ahead is today. TEST_ZONE names
# another one, for a moment of its own.
ZONE = zoneinfo.ZoneInfo(os.environ.get("TEST_ZONE") or f"Etc/GMT{datetime.datetime.now(datetime.timezone.utc).hour - 12:+d}")
USER, PASSWORD = "nhacviec", "mat-khau-thu"
SENDER = "Khối TMTH <nhacviec@khoi.example>"
PATIENCE = 90
FULL = 16384  # bytes a file may have: the write-ahead log is longer from the start on


def now():
    return datetime.datetime.now(ZONE)


def midnight():
    """A moment today that has passed: what fell due then leaves at once."""
    return now().replace(hour=0, minute=0, second=0, microsecond=0)


def soon(seconds=2.0):
    """A whole second at least that far ahead, and no second reading of one that the clock shows twice."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds + 1)
    moment = moment.replace(microsecond=0)
    read = moment.astimezone(ZONE)
    return (moment + datetime.timedelta(hours=1)).astimezone(ZONE) if read.fold else read


def wait_until(condition, what, patience=PATIENCE):
    """Asks often; for what tells nobody when it happens, such as a line in a log."""
    end = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"not within {patience} s: {what()}"
        time.sleep(0.02)


def said(daemon, pattern, count=1, patience=PATIENCE):
    """Waits for so many lines in the journal."""
    return wait_until(lambda: (found := re.findall(pattern, daemon.stderr)) and len(found) >= count and found,
                      lambda: f"{count} of {pattern!r} in:\n{daemon.stderr}", patience)  # fmt: skip


def mail_to(server, authority, **more):
    """Settings for a server of the lab."""
    return {"url": server.url, "ca_file": str(authority.ca_file), "timeout": "10s", **more}


def agencies(count, webhook=None):
    own = {"webhook": webhook} if webhook else {}
    return tuple({"id": f"don-vi-{n}", "name": f"Đơn vị số {n}", "emails": [f"dv{n}@khoi.example"], **own}
                 for n in range(1, count + 1))  # fmt: skip


def item(name="bao-cao", due=None, **more):
    fields = {"id": name, "title": f"Báo cáo {name}", "due": (due or now().date()).isoformat(), "for": ["members"], **more}
    return libconf.dumps({"x": fields}).strip()[4:].rstrip(";").lstrip("=: \n")


class Live(Block):
    """`count` agencies that are all reminded at `at` of one report due today; what is None in `mail` is left out."""

    def __init__(self, folder, at, count=1, mail=None, agency=agencies, items=None, webhook=None, **settings):
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o600)
        login = {"tls": "required", "username": USER, "password_file": str(secret)}
        mail = mail and {k: v for k, v in {**login, "from": SENDER, **mail}.items() if v is not None}
        members = agency(count)
        policy = {"now": {"before": ["0d"], "at": at.strftime("%H:%M:%S")}}
        settings = {"timezone": ZONE.key, "hours": {"open": "00:00", "close": "00:00"}, **settings}
        if webhook:
            settings["webhooks"] = tuple(webhook) if isinstance(webhook, (list, tuple)) else (webhook,)
        text = plan(items or item(), year=at.year, members=None).replace('head = "vp-ubnd"; deputy = "so-noi-vu";',
                                                                       'head = "don-vi-1";')  # fmt: skip
        super().__init__(folder, text, agencies=members, groups={}, policies=policy, default_policy="now", mail=mail,
                         **settings)  # fmt: skip
        self.work_every_day(at.date() - datetime.timedelta(days=1), at.date() + datetime.timedelta(days=1))


class FullDisk:
    """While it lasts no file of the daemon's grows: a write fails as on a full disk (RLIMIT_FSIZE)."""

    def __init__(self, daemon):
        self.process = daemon.process

    def limit(self, bytes):
        _, most = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (bytes, most))

    def __enter__(self):
        self.limit(FULL)
        return self

    def __exit__(self, *error):
        if self.process.poll() is None:
            self.limit(resource.RLIM_INFINITY)
