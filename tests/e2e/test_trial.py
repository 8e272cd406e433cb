"""A trial: with mail.redirect no agency gets anything, and what was sent meanwhile does not count once it is over."""

import pytest

from block import AGENCIES
from desk import AGENCY, Desk, ahead
from lab import check
from lab.https import HttpsServer
from live import PASSWORD, SENDER, USER, mail_to, said, wait_until

SELF = "nguoi-thu@khoi.example"
POLICIES = {"plain": {"before": ["0d"], "at": "00:00"}}
ITEMS = f'{{ id = "hom-nay"; title = "Việc hôm nay"; due = "{ahead(0)}"; for = ["members"]; }}, ' \
        f'{{ id = "sau"; title = "Việc về sau"; due = "{ahead(40)}"; for = ["members"]; }}'  # fmt: skip
OF = {agency["id"]: agency["emails"][0] for agency in AGENCIES}
MEMBERS = ("vp-ubnd", "so-noi-vu", AGENCY)


class Office(Desk):
    def __init__(self, folder, smtp, authority, **settings):
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o600)
        self.login = {"tls": "required", "username": USER, "password_file": str(secret), "from": SENDER,
                      **mail_to(smtp, authority)}  # fmt: skip
        super().__init__(folder, items=ITEMS, mail={**self.login, "redirect": SELF}, policies=POLICIES, confirmations=True,
                         hours={"open": "00:00", "close": "00:00"}, **settings)  # fmt: skip
        self.smtp = smtp

    def mails(self):
        found = [(check.parse(self.smtp.content(record)), record["to"][0]) for record in self.smtp.messages()]
        return sorted((message["X-Reminderd-Kind"], to, message["X-Reminderd-Redirected-From"]) for message, to in found)

    def wait_for_mails(self, expected):
        wait_until(lambda: len(self.mails()) >= len(expected), lambda: f"{expected}, not {self.mails()}")
        wait_until(lambda: self.json("status")["queued"] + self.json("status")["sending"] == 0, lambda: "an empty queue")
        assert self.mails() == sorted(expected)

    def end_trial(self):
        self.block.write_general(mail=self.login)
        result = self.ctl("reload")
        assert result.returncode == 0, result.stderr


@pytest.fixture
def office(tmp_path, smtp, authority):
    with Office(tmp_path, smtp, authority) as desk:
        yield desk


TRIED = [("due", SELF, OF[agency]) for agency in MEMBERS]


def test_nobody_else_gets_anything(office):
    office.wait_for_mails(TRIED)
    said(office.daemon, f"a trial: all mail goes to {SELF}")
    for record in office.smtp.messages():
        raw = office.smtp.content(record)
        message = check.parse(raw)
        assert check.message_problems(raw) == []
        real = message["X-Reminderd-Redirected-From"]
        assert message["To"].addresses[0].addr_spec == SELF
        assert real in check.body(message, "plain").splitlines()[0]
        page = check.body(message, "html")
        assert real in page[page.index("<body"):].split("</p>")[0]
    assert office.ctl("test", AGENCY).returncode == 0
    office.wait_for_mails([*TRIED, ("test", SELF, OF[AGENCY])])
    checked = office.ctl("status", "--check")
    assert checked.returncode == 1 and SELF in checked.stdout and office.json("status")["trial"] == SELF
    assert "warning" in office.block.check().stdout and SELF in office.block.check().stdout


def test_its_end_is_as_the_end_of_a_downtime(office):
    office.wait_for_mails(TRIED)
    assert office.row("hom-nay")["reminders_sent"] == 1
    assert office.ctl("done", "sau", "--agency", AGENCY).returncode == 0
    assert office.ctl("waive", "hom-nay", "--agency", "so-noi-vu", "--reason", "miễn").returncode == 0
    tried = [*TRIED, ("completed", SELF, OF[AGENCY]), ("waived", SELF, OF["so-noi-vu"])]
    office.wait_for_mails(tried)
    office.end_trial()
    told = [*tried, ("completed", OF[AGENCY], None), ("waived", OF["so-noi-vu"], None), ("due", OF["vp-ubnd"], None),
            ("due", OF[AGENCY], None)]  # fmt: skip
    office.wait_for_mails(told)
    said(office.daemon, "The trial is over")
    assert office.row("hom-nay")["reminders_sent"] == 1
    assert office.json("status")["trial"] is None and office.ctl("status", "--check").returncode == 0
    office.daemon.stop()
    office.start()
    assert office.ctl("test", AGENCY).returncode == 0
    office.wait_for_mails([*told, ("test", OF[AGENCY], None)])


def test_a_hold_keeps_the_end_of_a_trial_quiet(office):
    office.wait_for_mails(TRIED)
    assert office.ctl("hold", "--reason", "còn chờ").returncode == 0
    office.end_trial()
    assert office.ctl("test", AGENCY).returncode == 0
    office.wait_for_mails([*TRIED, ("test", OF[AGENCY], None)])


def test_webhooks_are_not_posted_to(tmp_path, smtp, authority):
    with HttpsServer(tmp_path / "hook", authority) as server:
        hook = {"id": "cong", "url": server.url(), "agencies": ["*"], "ca_file": str(authority.ca_file)}
        with Office(tmp_path, smtp, authority, webhooks=(hook,)) as office:
            office.wait_for_mails(TRIED)
            assert {row["channel"] for row in office.json("deliveries")} == {"mail"}
        assert server.requests() == []


def test_a_test_to_oneself(office):
    office.end_trial()
    wait_until(lambda: office.json("status")["queued"] + office.json("status")["sending"] == 0, lambda: "an empty queue")
    office.smtp.faults.update({"toi@khoi.example": "450*1"})
    office.block.write_general(retry={"first": "1s", "max": "1s"})
    assert office.ctl("reload").returncode == 0
    assert office.ctl("test", AGENCY, "--to", "toi@khoi.example").returncode == 0
    wait_until(lambda: ("test", "toi@khoi.example", None) in office.mails(), office.mails)
    assert ("test", OF[AGENCY], None) not in office.mails()
    for words, code, text in (
        ((AGENCY, "--to", "toi khoi.example"), 2, "no e-mail address"),
        (("so-tu-phab", "--to", "toi@khoi.example"), 3, AGENCY),
        (("--webhook", "cong", "--to", "toi@khoi.example"), 2, "--webhook"),
    ):
        result = office.ctl("test", *words)
        assert result.returncode == code and text in result.stderr, result
