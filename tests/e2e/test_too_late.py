"""A reminder that could not leave before its day was over: the journal says so, the contact gets a message, and status --check
fails until somebody has seen to it. The day ends while nothing runs: the office moves to where it is tomorrow."""

import datetime
import json
import re
import zoneinfo

import pytest

from block import Bus
from lab import check
from live import PATIENCE, Live, item, mail_to, said

TODAY, TOMORROW = "Etc/GMT+12", "Etc/GMT-14"  # 26 hours later
CONTACT = "thuongtruc-khoi@laocai.example"


@pytest.mark.parametrize("away", ["the server", "the daemon"])
def test_too_late_is_told_until_it_is_acknowledged(tmp_path, smtp, authority, away):
    here = datetime.datetime.now(zoneinfo.ZoneInfo(TODAY))
    passed, to_come = here.replace(hour=0, minute=0, second=0), here.replace(hour=23, minute=59, second=59)
    block = Live(tmp_path, passed if away == "the server" else to_come, mail=mail_to(smtp, authority),
                 items=item(due=here.date()), timezone=TODAY, retry={"first": "1s", "max": "1s", "give_up": "5d"})  # fmt: skip
    block.work_every_day(here.date(), here.date() + datetime.timedelta(days=3))
    smtp.faults.update({"dv1@khoi.example": "451"})
    with block.start() as daemon:
        if away == "the server":
            said(daemon, "Could not deliver due to dv1@khoi.example")
    block.write_general(timezone=TOMORROW)
    with Bus() as bus, block.start("session", environment=bus.environment) as daemon:
        (line,) = said(daemon, "Too late to remind don-vi-1.*")
        assert "ke-hoach/bao-cao" in line and str(here.date()) in line
        assert bus.ctl("status", "--check").returncode == 1
        assert json.loads(bus.ctl("status", "--json").stdout)["too_late"] == 1
        smtp.wait(1, PATIENCE)
        said(daemon, f"Sent failure to {CONTACT}")
        (record,) = smtp.messages()
        raw = smtp.content(record)
        assert record["to"] == [CONTACT] and check.message_problems(raw) == []
        words = re.search("reminderctl acknowledge (.*)", line).group(1)
        text = check.body(check.parse(raw), "plain")
        assert "Báo cáo bao-cao" in text and words in text
        assert bus.ctl("acknowledge", words).returncode == 0
        assert bus.ctl("status", "--check").returncode == 0
        assert json.loads(bus.ctl("status", "--json").stdout)["too_late"] == 0
