"""What was past when the program first knew it: listed, and nothing is sent of it until somebody decides."""

import random

import pytest

from block import plan
from desk import AGENCY, YEAR, Desk, ahead
from lab import check
from live import PASSWORD, SENDER, USER, mail_to, now, said, wait_until

NO_SINCE = ("since = \"2000-01-01\";", "")
URGING = {
    "plain": {"before": ["7d", "1d", "0d"], "at": "00:00", "overdue": {"every": "1d"},
              "escalate": ({"after": "1d", "to": "head"},)},
}  # fmt: skip
PAST = f"""
    {{ id = "da-qua"; title = "Việc đã qua"; due = "{ahead(-20)}"; for = ["members"]; }},
    {{ id = "sap-den"; title = "Việc sắp đến"; due = "{ahead(3)}"; for = ["members"]; }},
    {{ id = "hom-nay"; title = "Việc hôm nay"; due = "{ahead(0)}"; for = ["so-noi-vu"]; }}
"""


def without_since(text):
    return text.replace(*NO_SINCE)


class Beginning(Desk):
    """A first start with a plan of which a part is past, and a mail server."""

    def __init__(self, folder, smtp, authority, items=PAST):
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o600)
        mail = {"tls": "required", "username": USER, "password_file": str(secret), "from": SENDER,
                **mail_to(smtp, authority)}  # fmt: skip
        hours = {"open": "00:00", "close": "00:00"}
        super().__init__(folder, items=items, mail=mail, hours=hours, policies=URGING)
        self.smtp = smtp
        self.write(items)

    def write(self, items, members=("vp-ubnd", "so-noi-vu", "so-tu-phap"), edit=lambda text: text):
        self.block.write_plan(edit(without_since(plan(items, year=YEAR, members=members))))

    def reload(self):
        result = self.ctl("reload")
        assert result.returncode == 0, result.stderr

    def states(self, item):
        return {row["agency"]: row["state"] for row in self.json("list", "--item", item) if row["state"] != "withdrawn"}


    def mails(self):
        """Kind, recipient and items of each mail that came."""
        found = []
        for record in self.smtp.messages():
            message = check.parse(self.smtp.content(record))
            items = {word.strip().split("/")[1].split("@")[0] for word in message["X-Reminderd-Items"].split(",")}
            found.append((message["X-Reminderd-Kind"], record["to"][0], items))
        return found


@pytest.fixture
def office(tmp_path, smtp, authority):
    with Beginning(tmp_path, smtp, authority) as desk:
        yield desk


def mailed(office, count):
    """The items of the mails, once there are so many."""
    wait_until(lambda: len(office.mails()) >= count, lambda: f"{count} mails, not {office.mails()}")
    return [items for _, _, items in office.mails()]


def settled(office):
    wait_until(lambda: office.json("status")["queued"] + office.json("status")["sending"] == 0, lambda: "an empty queue")


def test_a_first_start_says_nothing_of_the_past(office):
    assert office.states("da-qua") == dict.fromkeys(("vp-ubnd", "so-noi-vu", "so-tu-phap"), "unclear")
    assert office.states("sap-den") == dict.fromkeys(("vp-ubnd", "so-noi-vu", "so-tu-phap"), "pending")
    assert office.states("hom-nay") == {"so-noi-vu": "pending"}
    settled(office)
    assert all("da-qua" not in items for items in mailed(office, 3))
    row = office.row("da-qua")
    assert row["unclear_since"] == ahead(0) and row["late"] is False and row["next_reminder"] is None
    assert office.row("sap-den")["unclear_since"] is None
    status = office.json("status")
    assert status["unclear"] == 3 and status["overdue"] == 0
    assert status["open"] == 4
    assert "list --state unclear" in office.ctl("status").stdout
    assert {row["item"] for row in office.json("list", "--state", "unclear")} == {"da-qua"}
    assert "da-qua" not in {row["item"] for row in office.json("list", "--state", "open")}
    said(office.daemon, r"3 obligations had passed before they were known")
    assert office.ctl("status", "--check").returncode == 0


def test_a_person_decides(office):
    assert office.ctl("done", "da-qua", "--agency", AGENCY, "--on", ahead(-21)).returncode == 0
    assert office.ctl("waive", "da-qua", "--agency", "vp-ubnd", "--reason", "miễn").returncode == 0
    refused = office.ctl("snooze", "da-qua", "--agency", "so-noi-vu", "--for", "2d", "--reason", "bận")
    assert refused.returncode == 1 and "unclear" in refused.stderr and "urge" in refused.stderr
    settled(office)
    before = len(office.mails())
    assert office.ctl("urge", "da-qua").returncode == 0
    assert office.states("da-qua") == {AGENCY: "done", "vp-ubnd": "waived", "so-noi-vu": "overdue"}
    assert mailed(office, before + 1)[before] == {"da-qua"}
    settled(office)
    assert [kind for kind, _, _ in office.mails()[before:]] == ["overdue"]
    assert office.ctl("urge", "da-qua", "--agency", "so-noi-vu").returncode == 1
    assert office.ctl("urge", "sap-den").returncode == 1
    # A wrong tick taken back leaves it as unclear as it was.
    assert office.ctl("reopen", "da-qua", "--agency", AGENCY, "--reason", "nhầm").returncode == 0
    assert office.states("da-qua")[AGENCY] == "unclear"
    assert [entry["verb"] for entry in office.json("log", "da-qua")] == ["done", "waive", "snooze refused", "urge",
                                                                       "urge refused", "reopen"]  # fmt: skip


def test_since_says_that_it_was_watched(office):
    settled(office)
    before = len(office.mails())
    office.write(PAST, edit=lambda text: text.replace("head =", f'since = "{ahead(-20)}"; head ='))
    office.reload()
    assert set(office.states("da-qua").values()) == {"overdue"}
    assert {"da-qua"} in mailed(office, before + 3)[before:]


def test_a_new_member_begins_anew(office):
    assert office.ctl("done", "da-qua", "--all").returncode == 0
    office.write(PAST, members=("vp-ubnd", "so-noi-vu", "so-tu-phap", "hoi-dong-tdkt"))
    office.reload()
    assert office.states("da-qua") == {"vp-ubnd": "late", "so-noi-vu": "late", AGENCY: "late", "hoi-dong-tdkt": "unclear"}
    assert office.states("sap-den")["hoi-dong-tdkt"] == "pending"


def test_a_new_item_and_a_day_that_moves_into_the_past(office):
    new = PAST + f""", {{ id = "them"; title = "Việc thêm"; due = "{ahead(-2)}"; for = ["members"]; }}"""
    office.write(new.replace(ahead(3), ahead(-1)))
    office.reload()
    assert set(office.states("them").values()) == {"unclear"}
    assert set(office.states("sap-den").values()) == {"unclear"}
    office.write(new.replace(ahead(3), ahead(5)))
    office.reload()
    assert set(office.states("sap-den").values()) == {"pending"}


def test_a_changed_head_owes_nothing_of_the_past(office):
    items = f"""{{ id = "ban-hanh"; title = "Ban hành"; due = "{ahead(-10)}"; for = ["head"]; }},
                {{ id = "hoi-nghi"; title = "Hội nghị"; due = "{ahead(10)}"; for = ["head"]; }}"""
    office.write(items)
    office.reload()
    assert office.ctl("done", "ban-hanh", "--on", ahead(-12)).returncode == 0
    office.write(items, edit=lambda text: text.replace('head = "vp-ubnd"; deputy = "so-noi-vu"',
                                                       'head = "so-noi-vu"; deputy = "vp-ubnd"'))  # fmt: skip
    office.reload()
    assert office.states("ban-hanh")["vp-ubnd"] == "done"
    assert office.states("ban-hanh").get("so-noi-vu", "unclear") == "unclear"
    assert office.states("hoi-nghi") == {"so-noi-vu": "pending"}


def test_a_report_whose_day_moves(office):
    """The months that are over were done on the old day; nobody is to do them once more on the new one."""
    first = ahead(-40)[8:]
    item = '{{ id = "thang"; title = "Báo cáo tháng"; repeat = "FREQ=MONTHLY;BYMONTHDAY={}"; for = ["so-tu-phap"]; }}'
    office.write(item.format(min(int(first), 28)))
    office.reload()
    office.write(item.format(min(int(first), 28) % 27 + 1))
    office.reload()
    rows = office.json("list", "--item", "thang")
    assert not [row for row in rows if row["state"] == "overdue"]
    assert all(row["state"] in ("unclear", "withdrawn") for row in rows if row["effective_due"] < ahead(0))


# ---- --rehearse --fresh ----------------------------------------------------------------------------------------------

def random_items(seed):
    choice = random.Random(seed)
    items = []
    for n in range(choice.randint(2, 6)):
        day = ahead(choice.choice([-25, -9, -3, -1, 0, 1, 2, 5, 7, 12]))
        who = choice.choice(["members", "head", "so-tu-phap"])
        items.append(f'{{ id = "viec-{n}"; title = "Việc {n}"; due = "{day}"; for = ["{who}"]; }}')
    return ", ".join(items)


@pytest.mark.parametrize("seed", range(4))
def test_a_fresh_rehearsal_foresees_a_first_start(tmp_path, smtp, authority, seed):
    desk = Beginning(tmp_path, smtp, authority, items=random_items(seed))
    foreseen = desk.block.rehearse(ahead(0), ahead(0), "--fresh")
    expected = sorted((line["kind"], line["address"]) for line in foreseen if line["kind"] != "digest")
    with desk:
        wait_until(lambda: len(desk.mails()) >= len(expected), lambda: (expected, desk.mails()))
        settled(desk)
        assert sorted((kind, address) for kind, address, _ in desk.mails() if kind != "digest") == expected
