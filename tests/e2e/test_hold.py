"""Hold and release: nothing is sent to whom is held, decisions go on, and afterwards what is still true is said once."""

import pytest

from block import plan
from desk import AGENCY, TODAY, YEAR, Desk, ahead
from lab import check
from live import PASSWORD, SENDER, USER, mail_to, said, wait_until
from rawbus import MANAGER

OTHER = "so-noi-vu"
POLICIES = {"plain": {"before": ["1d", "0d"], "at": "00:00", "overdue": {"every": "1d"}}}
LATER = f'{{ id = "sau"; title = "Việc về sau"; due = "{ahead(40)}"; for = ["members"]; }}'
DUE = LATER + f""",
    {{ id = "hom-nay"; title = "Việc hôm nay"; due = "{ahead(0)}"; for = ["members"]; }}
"""


class Office(Desk):
    """Nothing is due until become_due() puts an item into the plan."""

    def __init__(self, folder, smtp, authority, **settings):
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o600)
        mail = {"tls": "required", "username": USER, "password_file": str(secret), "from": SENDER,
                **mail_to(smtp, authority)}  # fmt: skip
        super().__init__(folder, items=LATER, mail=mail, hours={"open": "00:00", "close": "00:00"}, policies=POLICIES,
                         confirmations=True, retry={"first": "1s", "max": "1s"}, **settings)  # fmt: skip
        self.smtp = smtp

    def become_due(self):
        self.block.write_plan(plan(DUE, year=YEAR))
        self.do("reload")

    def do(self, *words):
        result = self.ctl(*words)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def mails(self):
        """Kind and recipient of each mail that came."""
        parsed = [(check.parse(self.smtp.content(record)), record) for record in self.smtp.messages()]
        return sorted((message["X-Reminderd-Kind"], record["to"][0].split("@")[0]) for message, record in parsed)

    def settled(self):
        """Whatever may leave has left: a test message that was asked for after it has arrived."""
        count = len(self.smtp.messages())
        self.do("test", "hoi-dong-tdkt")
        wait_until(lambda: len(self.smtp.messages()) > count, lambda: f"a test message: {self.mails()}")
        wait_until(lambda: self.json("status")["sending"] == 0, lambda: "all answers")


@pytest.fixture
def office(tmp_path, smtp, authority):
    with Office(tmp_path, smtp, authority) as desk:
        yield desk


def without_tests(office):
    return [(kind, to) for kind, to in office.mails() if kind != "test"]


def test_nothing_leaves_while_all_are_held(office):
    assert "all agencies" in office.do("hold", "--reason", "bão số 3")
    office.become_due()
    office.do("done", "sau", "--agency", AGENCY)
    office.settled()
    assert without_tests(office) == []
    assert office.row("hom-nay")["state"] == "pending" and office.row("sau")["state"] == "done"
    office.daemon.kill()
    office.start()
    said(office.daemon, "Held: nothing is sent to all agencies until released: bão số 3")
    assert "damaged" not in office.daemon.stderr
    office.settled()
    assert without_tests(office) == []
    office.do("release")
    wait_until(lambda: len(without_tests(office)) >= 4, office.mails)
    office.settled()
    assert without_tests(office) == sorted([("due", "vpubnd"), ("due", "sonoivu"), ("due", "sotuphap"),
                                            ("completed", "sotuphap")])  # fmt: skip
    assert [entry["verb"] for entry in office.json("log") if entry["verb"] != "test"] == ["hold", "reload", "done", "release"]


def test_one_agency_is_held(office):
    office.do("hold", "--agency", AGENCY, "--until", ahead(3), "--reason", "lũ")
    office.become_due()
    wait_until(lambda: len(without_tests(office)) >= 2, office.mails)
    office.settled()
    assert without_tests(office) == [("due", "sonoivu"), ("due", "vpubnd")]
    office.do("release", "--agency", AGENCY)
    wait_until(lambda: len(without_tests(office)) >= 3, office.mails)
    office.settled()
    assert without_tests(office) == [("due", "sonoivu"), ("due", "sotuphap"), ("due", "vpubnd")]


def test_what_is_no_longer_true_is_not_said(office):
    office.do("hold", "--agency", AGENCY, "--reason", "lũ")
    office.become_due()
    office.do("done", "hom-nay", "--agency", AGENCY)
    office.do("reopen", "hom-nay", "--agency", AGENCY, "--reason", "nhầm")
    office.do("waive", "sau", "--agency", AGENCY, "--reason", "miễn")
    office.do("release", "--agency", AGENCY)
    wait_until(lambda: ("due", "sotuphap") in office.mails(), office.mails)
    office.settled()
    assert [mail for mail in without_tests(office) if mail[1] == "sotuphap"] == [("due", "sotuphap")]


def test_what_was_queued_waits(office):
    addresses = ("vpubnd@laocai.example", "sonoivu@laocai.example", "sotuphap@laocai.example")
    office.smtp.faults.update(dict.fromkeys(addresses, "451"))
    office.become_due()
    said(office.daemon, "451", 3)
    office.do("hold", "--reason", "bão")
    office.smtp.faults.update(dict.fromkeys(addresses, ""))
    office.settled()
    assert without_tests(office) == []
    assert office.json("status")["queued"] == 3
    office.do("release")
    wait_until(lambda: len(without_tests(office)) >= 3, office.mails)
    office.settled()
    assert without_tests(office) == [("due", "sonoivu"), ("due", "sotuphap"), ("due", "vpubnd")]


def test_a_hold_is_seen(office):
    office.do("hold", "--agency", AGENCY, "--until", ahead(3), "--reason", "lũ quét")
    status = office.json("status")
    (hold,) = status["holds"]
    assert hold["agency"] == AGENCY and hold["until"] == ahead(3) and hold["reason"] == "lũ quét" and hold["by"]
    assert office.ctl("status", "--check").returncode == 0
    for words in (("status",), ("list", "--agency", AGENCY), ("show", "sau", "--agency", AGENCY)):
        assert "lũ quét" in office.do(*words)
    assert office.row("sau")["held"] is True and office.row("sau")["held_until"] == ahead(3)
    assert office.row("sau", OTHER)["held"] is False
    with office.raw() as bus:
        assert bus.call("Get", "ss", MANAGER, "Held", interface="org.freedesktop.DBus.Properties").values == [[AGENCY]]
    (entry,) = office.json("log", "--agency", AGENCY)
    assert entry["verb"] == "hold" and "lũ quét" in entry["detail"] and entry["who"]
    said(office.daemon, f"decided: hold {AGENCY} until {ahead(3)}: lũ quét")
    # The head of the plan is told in its digest.
    digest = office.json("preview", "sau", "--agency", "vp-ubnd", "--kind", "digest")["text"]
    assert f"- Sở Tư pháp: từ ngày {TODAY:%d/%m/%Y} đến hết ngày " in digest and "; lý do: lũ quét." in digest
    office.do("hold", "--agency", AGENCY, "--reason", "lũ quét")
    assert office.json("status")["holds"][0]["until"] is None
    checked = office.ctl("status", "--check")
    assert checked.returncode == 1 and f"reminderctl release --agency {AGENCY}" in checked.stdout
    office.do("hold", "--until", ahead(400), "--reason", "sai năm")  # a slip of the year
    checked = office.ctl("status", "--check")
    assert checked.returncode == 1 and f"until {ahead(400)} (sai năm" in checked.stdout


def test_refusals(office):
    for words, code, text in (
        (("hold", "--reason", ""), 2, "reason"),
        (("hold",), 2, "--reason"),
        (("hold", "--reason", "x", "--until", ahead(-1)), 1, f"today is {TODAY}"),
        (("hold", "--reason", "x", "--agency", "so-tu-phab"), 3, AGENCY),
        (("release",), 1, "nobody is held"),
    ):
        result = office.ctl(*words)
        assert result.returncode == code and text in result.stderr, (words, result)
    office.do("hold", "--agency", AGENCY, "--reason", "x")
    refused = office.ctl("release")
    assert refused.returncode == 1 and f"release --agency {AGENCY}" in refused.stderr
