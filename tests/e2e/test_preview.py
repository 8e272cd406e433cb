"""A preview is what is sent: byte by byte what a mail server took, and what a forecast says of the mornings to come."""

import datetime
import json

import pytest

from block import Block, Bus, plan
from desk import AGENCY, Desk, ahead
from lab import check
from live import PASSWORD, SENDER, USER, Live, item, mail_to, said, soon, wait_until
from rehearsal import Rehearsal

POLICIES = {"plain": {"before": ["1d", "0d"], "at": "00:00", "overdue": {"every": "1d"}}}
ITEMS = f"""
    {{ id = "mot"; title = "Việc hôm nay <một>"; due = "{ahead(0)}"; for = ["so-tu-phap"]; wording = "nguyên văn"; }},
    {{ id = "hai"; title = "Việc hôm nay (hai)"; due = "{ahead(0)}"; for = ["so-tu-phap"]; }},
    {{ id = "ba"; title = "Báo cáo ba"; due = "{ahead(5)}"; for = ["so-tu-phap"]; }},
    {{ id = "bon"; title = "Báo cáo bốn"; due = "{ahead(5)}"; for = ["so-tu-phap"]; }},
    {{ id = "nam"; title = "Báo cáo năm"; due = "{ahead(30)}"; for = ["so-tu-phap"]; }},
    {{ id = "sau"; title = "Tập huấn"; when = "khi tỉnh tổ chức"; for = ["so-tu-phap"]; }}
"""


class Previewed(Desk):
    def __init__(self, folder, smtp, authority):
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o600)
        mail = {"tls": "required", "username": USER, "password_file": str(secret), "from": SENDER,
                **mail_to(smtp, authority)}  # fmt: skip
        super().__init__(folder, items=ITEMS, mail=mail, hours={"open": "00:00", "close": "00:00"}, policies=POLICIES,
                         confirmations=True, confirm_after="0")  # fmt: skip
        self.smtp = smtp

    def mails(self, kind):
        found = [check.parse(self.smtp.content(record)) for record in self.smtp.messages()]
        return [message for message in found if message["X-Reminderd-Kind"] == kind]

    def mail(self, kind, n=1):
        """The n-th of its kind, once it has come and the daemon knows it."""
        wait_until(lambda: len(self.mails(kind)) >= n, lambda: f"no {kind}")
        wait_until(lambda: not self.json("deliveries", "--state", "sending"), lambda: "it is not settled")
        return self.mails(kind)[n - 1]

    def preview(self, item, *words):
        return self.json("preview", item, "--agency", AGENCY, *words)


def part(message, kind):
    (found,) = [one for one in message.walk() if one.get_content_type() == kind]
    return found.get_content().replace("\r\n", "\n")


def assert_same(shown, message):
    assert shown["subject"] == str(message["Subject"])
    assert shown["text"].rstrip("\n") == part(message, "text/plain").rstrip("\n")
    assert shown["html"].rstrip("\n") == part(message, "text/html").rstrip("\n")


@pytest.fixture(name="desk")
def previewed(tmp_path, smtp, authority):
    with Previewed(tmp_path, smtp, authority) as desk:
        yield desk


def test_a_group(desk):
    """Alone, neither is what leaves."""
    message = desk.mail("due")
    for item in ("mot", "hai"):
        shown = desk.preview(item)
        assert "Việc hôm nay <một>" in shown["text"] and "Việc hôm nay (hai)" in shown["text"]
        assert_same(shown, message)
        assert_same(desk.preview(item, "--kind", "due"), message)


@pytest.mark.parametrize(
    ("words", "item", "kind", "says"),
    [
        (["done", "nam", "--note", "theo Công văn số 15"], "nam", "completed", "Ghi chú: theo Công văn số 15."),
        (["snooze", "nam", "--for", "2d", "--reason", "chờ số liệu", "--asked-by", "Sở Tư pháp"], "nam", "snoozed",
         "Theo đề nghị của Sở Tư pháp, việc"),
        (["set-date", "sau", ahead(9), "--note", "để kịp họp"], "sau", "date_set", "Lý do: để kịp họp."),
    ],
)  # fmt: skip
def test_a_decision(desk, words, item, kind, says):
    """With the reason, who asked, and what held before."""
    assert desk.ctl(*words, "--agency", AGENCY).returncode == 0
    message = desk.mail(kind)
    shown = desk.preview(item, "--kind", kind)
    assert says in shown["text"]
    assert_same(shown, message)


def test_a_date_that_changed(desk):
    for n, day in enumerate((ahead(9), ahead(12)), 1):
        assert desk.ctl("set-date", "sau", day, "--agency", AGENCY).returncode == 0
        message = desk.mail("date_set", n)
    shown = desk.preview("sau", "--kind", "date_set")
    assert "điều chỉnh lịch" in shown["text"]
    assert_same(shown, message)


def test_the_next_morning(desk):
    """What will leave together, as the forecast has it."""
    for item in ("mot", "hai"):
        assert desk.ctl("waive", item, "--agency", AGENCY, "--reason", "x").returncode == 0
    assert desk.ctl("snooze", "bon", "--agency", AGENCY, "--until", ahead(3), "--reason", "x").returncode == 0
    forecast = desk.json("forecast", "--agency", AGENCY)
    line = next(line for line in forecast if "ba" in line["items"])
    shown = desk.preview("ba")
    assert line["items"] == ["ba", "bon"] and shown["subject"] == line["subject"]
    assert "Báo cáo ba" in shown["text"] and "Báo cáo bốn" in shown["text"]


def test_what_is_overdue_leaves_with_it(desk):
    """Though its own next reminder is sooner."""
    forecast = desk.json("forecast", "--agency", AGENCY)
    line = next(line for line in forecast if "ba" in line["items"])
    assert line["items"] == ["hai", "mot", "ba", "bon"]
    assert desk.preview("ba")["subject"] == line["subject"]


def test_a_digest_is_the_agency_s(desk):
    shown = desk.preview("ba", "--kind", "digest")
    assert shown["kind"] == "digest" and "Kính gửi: Sở Tư pháp" in shown["text"]


def test_a_reminder_holds_the_digest_of_its_morning(tmp_path, smtp, authority):
    """Byte by byte, a few seconds before it leaves."""
    at = soon(20)
    digest = {"weekday": f"{at:%a}".lower(), "at": f"{at:%H:%M:%S}", "when": "changed"}
    items = f"{item('mot')}, {item('hai', at.date() + datetime.timedelta(days=3))}"
    block = Live(tmp_path, at, mail=mail_to(smtp, authority), items=items, digest=digest)
    with Bus() as bus, block.start("session", environment=bus.environment) as daemon:
        shown = json.loads(bus.ctl("preview", "mot", "--agency", "don-vi-1", "--json").stdout)
        assert datetime.datetime.now(datetime.timezone.utc) < at
        said(daemon, "Sent due")
    (message,) = [check.parse(smtp.content(record)) for record in smtp.messages()]
    assert message["X-Reminderd-Digest"] == f"{at:%Y-%m-%d}"
    assert "ĐẾN HẠN TRONG TUẦN" in shown["text"] and not shown["may_hold_digest"]
    assert_same(shown, message)


def test_what_a_digest_may_bring_until_its_morning_nobody_knows(tmp_path):
    """11 November and 9 December 2024 are Mondays; by what is known, the first has nothing to tell."""
    items = '''{ id = "mot"; title = "Một"; due = "2024-12-12"; for = ["so-tu-phap"]; before = ["3d"]; },
               { id = "hai"; title = "Hai"; due = "2024-12-13"; for = ["so-tu-phap"]; before = ["3d"]; },
               { id = "ba"; title = "Ba"; due = "2024-12-31"; for = ["so-tu-phap"]; before = ["50d"]; }'''
    block = Block(tmp_path, plan(items), digest={"weekday": "mon", "at": "08:00", "when": "changed"})
    with Bus() as bus, Rehearsal(block, bus, "2024-11-07", "2024-12-31") as office:
        for day, name, holds, may in (
            ("2024-11-07", "ba", False, True),
            ("2024-12-05", "mot", True, False),
            ("2024-12-05", "hai", False, False),
        ):
            office.advance(f"{day} 10:00")
            shown = json.loads(office.control("preview", name, "--agency", AGENCY, "--json").stdout)
            assert ("ĐẾN HẠN TRONG TUẦN" in shown["text"], shown["may_hold_digest"]) == (holds, may)
            assert ("preview --kind digest" in office.control("preview", name, "--agency", AGENCY).stderr) is may
