"""Claims and requests: an agency's word silences its reminders and decides nothing; the head answers, and it is told."""

import pytest

from desk import AGENCY, TODAY, ahead
from lab import check
from live import said, wait_until
from test_hold import Office

HEAD, OTHER = "vp-ubnd", "so-noi-vu"


@pytest.fixture
def office(tmp_path, smtp, authority):
    with Office(tmp_path, smtp, authority, confirm_after="0s") as desk:
        yield desk


@pytest.fixture
def accepting(tmp_path, smtp, authority, request):
    with Office(tmp_path, smtp, authority, confirm_after="0s", answers={"accept": request.param}) as desk:
        yield desk


def mail_of(office, kind):
    """The one mail of that kind: its recipient, its subject and its text."""

    def found():
        mails = [(check.parse(office.smtp.content(record)), record) for record in office.smtp.messages()]
        return [(mail, record) for mail, record in mails if mail["X-Reminderd-Kind"] == kind]

    wait_until(found, office.mails)
    ((mail, record),) = found()
    text = mail.get_body(("plain",)).get_content().replace("\n", " ")
    html = mail.get_body(("html",)).get_content()
    assert "{{" not in text + html
    return record["to"][0].split("@")[0], str(mail["Subject"]), text


def test_a_claim_is_noted_and_confirmed(office):
    office.do("claim", "sau", "--agency", AGENCY, "--note", "đã gửi qua trục liên thông")
    row = office.row("sau")
    assert row["state"] == "pending" and row["next_reminder"] is None
    assert row["claimed_on"] == TODAY.isoformat() and row["claim_channel"] == "clerk" and row["claimed_by"]
    assert row["requested_date"] is None
    other = office.row("sau", OTHER)
    assert other["claimed_on"] is None and other["next_reminder"]
    to, subject, text = mail_of(office, "claimed")
    assert to == "vpubnd" and "Báo đã nộp: Sở Tư pháp" in subject
    assert "đã gửi qua trục liên thông" in text and "mục số 1 " in text and f"Người báo: {row['claimed_by']}" in text
    assert row["claimed_by"] in office.do("list", "--item", "sau") and row["claimed_by"] in office.do("claims")
    shown = office.json("preview", "sau", "--agency", AGENCY, "--kind", "claimed")
    assert shown["agency"] == HEAD and shown["subject"] == subject
    (claim,) = office.json("claims")
    assert claim["id"] == 1 and claim["state"] == "open" and claim["kind"] == "claim" and claim["agency"] == AGENCY
    assert claim["text"] == "đã gửi qua trục liên thông" and claim["answered"] is None
    assert office.json("status")["claims"] == 1
    assert "»" in office.do("list", "--matrix") and "claims --state open" in office.do("status")
    office.do("confirm", "1")
    row = office.row("sau")
    assert row["state"] == "done" and row["done_on"] == TODAY.isoformat() and row["claimed_on"] is None
    assert mail_of(office, "completed")[0] == "sotuphap"
    (claim,) = office.json("claims", "--state", "confirmed")
    assert claim["answered_by"] and claim["answered"]
    assert [entry["verb"] for entry in office.json("log", "sau")] == ["claim", "done"]
    refused = office.ctl("confirm", "1")
    assert refused.returncode == 1 and "1 is confirmed already" in refused.stderr


def test_who_claims_is_not_reminded(office):
    office.do("hold", "--reason", "trước khi nhắc")
    office.become_due()
    office.do("claim", "hom-nay", "--agency", AGENCY)
    office.do("release")
    wait_until(lambda: ("due", "sonoivu") in office.mails(), office.mails)
    office.settled()
    assert ("due", "sotuphap") not in office.mails()
    assert office.row("hom-nay")["claimed_on"] == TODAY.isoformat()


def test_what_is_queued_is_taken_back(office):
    address = "sotuphap@laocai.example"
    office.smtp.faults.update({address: "451"})
    office.become_due()
    said(office.daemon, "451")
    office.do("claim", "hom-nay", "--agency", AGENCY)
    office.smtp.faults.update({address: ""})
    office.settled()
    assert ("due", "sotuphap") not in office.mails()


def test_a_rejection_is_told_and_reminders_go_on(office):
    office.do("claim", "sau", "--agency", AGENCY)
    office.do("reject", "1", "--reason", "chưa thấy văn bản")
    to, subject, text = mail_of(office, "request_answered")
    assert to == "sotuphap" and "Chưa xác nhận hoàn thành: Việc về sau" in subject and "chưa thấy văn bản" in text
    row = office.row("sau")
    assert row["state"] == "pending" and row["claimed_on"] is None and row["next_reminder"]
    (claim,) = office.json("claims")
    assert claim["state"] == "rejected" and claim["answer"] == "chưa thấy văn bản"


def test_a_request_is_granted(office):
    office.do("claim", "sau", "--agency", AGENCY, "--until", ahead(50), "--note", "chờ số liệu của huyện")
    row = office.row("sau")
    assert row["requested_date"] == ahead(50) and row["due"] == ahead(40)
    to, subject, text = mail_of(office, "claimed")
    assert to == "vpubnd" and "Xin gia hạn đến" in subject and "chờ số liệu của huyện" in text
    office.do("grant", "1")
    to, subject, text = mail_of(office, "request_answered")
    assert to == "sotuphap" and "Đồng ý gia hạn" in subject
    row = office.row("sau")
    assert row["due"] == ahead(50) and row["requested_date"] is None and row["next_reminder"]
    assert office.row("sau", OTHER)["due"] == ahead(40)
    assert office.json("claims")[0]["state"] == "granted"
    assert ("date_set", "sotuphap") not in office.mails()


def test_until_another_day(office):
    office.do("claim", "sau", "--agency", AGENCY, "--until", ahead(60))
    office.do("grant", "1", "--until", ahead(45))
    assert office.row("sau")["due"] == ahead(45)


def test_what_overtakes_a_word(office):
    office.do("claim", "sau", "--agency", AGENCY, "--until", ahead(60))
    office.do("claim", "sau", "--agency", AGENCY)
    assert [(claim["id"], claim["state"]) for claim in office.json("claims")] == [(2, "open"), (1, "overtaken")]
    office.do("waive", "sau", "--agency", AGENCY, "--reason", "x")
    assert [claim["state"] for claim in office.json("claims")] == ["overtaken", "overtaken"]
    refused = office.ctl("confirm", "2")
    assert refused.returncode == 1 and "overtaken" in refused.stderr
    office.do("claim", "sau", "--agency", OTHER, "--until", ahead(60))
    office.do("set-date", "sau", ahead(55), "--agency", OTHER, "--yes")
    assert office.json("claims", "--agency", OTHER)[0]["state"] == "overtaken"
    assert office.row("sau", OTHER)["next_reminder"]


def test_refusals(office):
    office.do("claim", "sau", "--agency", AGENCY)
    office.do("claim", "sau", "--agency", OTHER, "--until", ahead(50))
    office.do("done", "sau", "--agency", HEAD)
    for words, code, text in (
        (("claim", "sau"), 2, "--agency"),
        (("claim", "sau", "--agency", HEAD), 1, "finished"),
        (("claim", "sau", "--agency", AGENCY, "--until", ahead(30)), 1, "until then"),
        (("claim", "sau", "--agency", AGENCY, "--on", ahead(2)), 1, "still to come"),
        (("grant", "1"), 1, "1 is a claim: confirm it, or reject it"),
        (("confirm", "2"), 1, "2 is a request: grant it, or reject it"),
        (("confirm", "9"), 3, "no claim 9"),
        (("confirm", "x"), 3, "number"),
        (("reject", "1"), 2, "--reason"),
        (("claims", "--state", "done"), 2, "overtaken"),
    ):
        result = office.ctl(*words)
        assert result.returncode == code and text in result.stderr, (words, result)
    assert [claim["state"] for claim in office.json("claims")] == ["open", "open"]


@pytest.mark.parametrize("accepting", ["at-once"], indirect=True)
def test_claims_are_accepted_at_once(accepting):
    accepting.do("claim", "sau", "--agency", AGENCY, "--note", "đã nộp")
    assert accepting.row("sau")["state"] == "done"
    accepting.do("claim", "sau", "--agency", OTHER, "--until", ahead(50))
    assert accepting.row("sau", OTHER)["due"] == ahead(40)
    states = {claim["agency"]: (claim["state"], claim["answered_by"]) for claim in accepting.json("claims")}
    assert states == {AGENCY: ("confirmed", "reminderd"), OTHER: ("open", None)}
    wait_until(lambda: ("completed", "sotuphap") in accepting.mails(), accepting.mails)
    assert mail_of(accepting, "claimed")[1].endswith("Sở Nội vụ – Việc về sau")


@pytest.mark.parametrize("accepting", ["10s"], indirect=True)
def test_claims_are_accepted_after_a_while(accepting):
    accepting.do("claim", "sau", "--agency", AGENCY)
    accepting.do("claim", "sau", "--agency", OTHER)
    accepting.do("reject", "2", "--reason", "chưa có")
    wait_until(lambda: accepting.row("sau")["state"] == "done", lambda: accepting.json("claims"))
    assert accepting.row("sau", OTHER)["state"] == "pending"
