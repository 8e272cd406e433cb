"""What came back by mail, as the program that reads the mailbox tells of it on the bus: bounces, what is delayed, answers, what
cannot be made out; each mail once, whatever happens meanwhile."""

import itertools
import json
import re

import pytest

from block import plan
from desk import AGENCY, TODAY, YEAR, ahead
from lab import check
from live import wait_until
from rawbus import RETURN, RawBus
from test_claims import mail_of
from test_hold import DUE, Office

INVALID = "org.reminderd1.Error.Invalid"
ADDRESS = "sotuphap@laocai.example"
NONE = dict.fromkeys("token recipient status diagnostic from subject date text".split())
origins = itertools.count()


def facts(**more):
    return {"origin": f"{next(origins):064x}", "class": "bounce", "references": [], "authenticated": False, **NONE, **more}


def bounce(delivery, **more):
    return facts(**{"references": [f"{delivery}@khoi.example"], "recipient": ADDRESS, "status": "5.1.1",
                    "diagnostic": "smtp; 550 No such user here", **more})  # fmt: skip


@pytest.fixture
def office(tmp_path, smtp, authority):
    mailbox = {"url": "imaps://mail.khoi.example", "username": "nhacviec", "token_file": str(tmp_path / "token")}
    with Office(tmp_path, smtp, authority, confirm_after="0s", mailbox=mailbox) as desk:
        yield desk


def hear(office, heard):
    """What became of it; or the error's name."""
    with RawBus(office.bus.environment["DBUS_SESSION_BUS_ADDRESS"]) as bus:
        answer = bus.call("Heard", "s", heard if isinstance(heard, str) else json.dumps(heard, ensure_ascii=False))
    return answer.values[0] if answer.kind == RETURN else answer.error


def deliveries(office, *words):
    return office.json("deliveries", *words)


def sent_to(office, agency=AGENCY):
    """The delivery that reminded that agency."""
    office.become_due()

    def found():
        return [row for row in deliveries(office, "--agency", agency) if row["kind"] == "due" and row["state"] == "sent"]

    wait_until(found, lambda: deliveries(office))
    return found()[0]


def test_a_reminder_that_came_back(office):
    row = sent_to(office)
    wait_until(lambda: office.row("hom-nay")["reminders_sent"] == 1, lambda: office.row("hom-nay"))
    came_back = bounce(row["id"])
    assert hear(office, came_back) == "recorded"
    (bounced,) = deliveries(office, "--state", "bounced")
    assert (bounced["id"], bounced["address"], bounced["finished"]) == (row["id"], ADDRESS, row["finished"])
    assert bounced["answer"] == "5.1.1 smtp; 550 No such user here"
    assert office.row("hom-nay")["reminders_sent"] == 0, "they were not told"
    assert office.row("hom-nay", "so-noi-vu")["reminders_sent"] == 1
    assert "550 No such user here" in office.do("deliveries", "--state", "bounced")

    status = office.json("status")
    assert status["bounced"] == 1 and status["failed"] == 0 and status["health"] == "attention"
    assert status["last_error"] == bounced["answer"] and status["last_error_state"] == "bounced"
    assert any("came back" in problem for problem in status["problems"]) and "(came back)" in office.do("status")
    assert office.ctl("status", "--check").returncode == 1
    line = wait_until(lambda: next((line for line in office.daemon.stderr.splitlines() if "Came back" in line), None),
                      lambda: office.daemon.stderr)  # fmt: skip
    assert ADDRESS in line and "550 No such user" in line and f"reminderctl retry {row['id']}" in line

    for _ in range(2):
        assert hear(office, came_back) == "known"
    assert hear(office, bounce(row["id"])) == "noted", "another mail, of what has bounced already"
    assert office.daemon.stderr.count("Came back") == 1


def test_it_is_counted_until_it_is_acknowledged(office):
    row = sent_to(office)
    assert hear(office, bounce(row["id"])) == "recorded" and hear(office, bounce(sent_again(office))) == "recorded"
    assert office.json("status")["bounced"] == 2
    office.do("acknowledge", row["id"])
    assert office.json("status")["bounced"] == 1
    office.do("acknowledge", "--all")
    assert office.json("status")["bounced"] == 0 and office.ctl("status", "--check").returncode == 0
    assert len(deliveries(office, "--state", "bounced")) == 2


def sent_again(office):
    """A test message to that agency, when it has been sent."""
    office.do("test", AGENCY)

    def found():
        return [row for row in deliveries(office, "--agency", AGENCY) if row["kind"] == "test" and row["state"] == "sent"]

    wait_until(found, lambda: deliveries(office))
    return found()[0]["id"]


def test_the_letter_to_the_contact(office):
    """It leaves a minute after the bounce, with all that came back by then."""
    row = sent_to(office)
    hear(office, bounce(row["id"]))

    def letters():
        mails = [check.parse(office.smtp.content(record)) for record in office.smtp.messages()]
        return [mail for mail in mails if mail["X-Reminderd-Kind"] == "bounced"]

    wait_until(letters, office.mails)
    (letter,) = letters()
    text = letter.get_body(("plain",)).get_content()
    assert letter["Subject"].endswith(f"Thư nhắc việc bị trả lại từ {ADDRESS}")
    assert "Sở Tư pháp" in text and "550 No such user here" in text and f"reminderctl retry {row['id']}" in text
    assert "{{" not in text + letter.get_body(("html",)).get_content()


def test_it_is_sent_again_when_the_address_is_right(office):
    row = sent_to(office)
    hear(office, bounce(row["id"]))
    count = len(office.smtp.messages())
    office.do("retry", row["id"])
    wait_until(lambda: len(office.smtp.messages()) > count, office.mails)
    wait_until(lambda: office.row("hom-nay")["reminders_sent"] == 1, lambda: office.row("hom-nay"))
    assert office.json("status")["bounced"] == 0
    assert hear(office, bounce(row["id"])) == "recorded", "it came back once more"


def test_what_is_delayed_is_only_shown(office):
    row = sent_to(office)
    for more in ({"class": "delayed", "status": "4.4.1"}, {"status": "4.4.7"}):
        assert hear(office, bounce(row["id"], **more)) == "noted"
        (now,) = [one for one in deliveries(office) if one["id"] == row["id"]]
        assert now["state"] == "sent" and now["answer"] == f"delayed: {more['status']} smtp; 550 No such user here"
    assert "delayed: 4.4.7" in office.do("deliveries", "--state", "sent")
    assert office.row("hom-nay")["reminders_sent"] == 1 and office.json("status")["bounced"] == 0
    assert hear(office, bounce(row["id"])) == "recorded", "and then it came back"


def test_a_mailbox_to_which_the_address_leads(office):
    row = sent_to(office)
    assert hear(office, bounce(row["id"], recipient="van-thu@nha.example")) == "recorded"
    (bounced,) = deliveries(office, "--state", "bounced")
    assert bounced["answer"] == "van-thu@nha.example: 5.1.1 smtp; 550 No such user here"


@pytest.mark.parametrize("references", [[], ["0" * 32 + "@khoi.example"], ["của ai@khoi.example"], ["x" * 5000]])
def test_what_is_nobodys_is_for_a_person(office, references):
    assert [hear(office, facts(references=references, **{"class": kind}))
            for kind in ("bounce", "delayed", "answer", "machine")] == ["review", "review", "review", "ignored"]  # fmt: skip


def test_two_that_are_named_are_for_a_person(office):
    row = sent_to(office)
    second = sent_again(office)
    heard = bounce(row["id"], references=[f"{row['id']}@khoi.example", f"{second}@khoi.example"])
    assert [hear(office, heard) for _ in range(2)] == ["review", "review"], "also when it is seen again"
    assert deliveries(office, "--state", "bounced") == []
    assert hear(office, bounce(row["id"], references=[f"{row['id']}@khoi.example"] * 3 + ["other@khoi.example"])) == "recorded"


def answer(delivery, text, **more):
    return facts(**{"class": "answer", "references": [f"{delivery}@khoi.example"], "from": ADDRESS, "authenticated": True,
                    "subject": "Re: Nhắc việc", "text": text, **more})  # fmt: skip


def test_an_agency_says_that_it_has_finished(office):
    row = sent_to(office)
    heard = answer(row["id"], "Sở Tư pháp đã nộp báo cáo.\n", **{"from": ADDRESS.capitalize()})
    assert [hear(office, heard) for _ in range(2)] == ["recorded", "known"]
    (claim,) = office.json("claims")
    assert (claim["kind"], claim["state"], claim["agency"], claim["item"]) == ("claim", "open", AGENCY, "hom-nay")
    assert (claim["claim_channel"], claim["claimed_by"]) == ("mail", ADDRESS.capitalize())
    assert claim["text"] == "Sở Tư pháp đã nộp báo cáo." and claim["claimed_on"] == TODAY.isoformat()
    now = office.row("hom-nay")
    assert (now["state"], now["claim_channel"], now["next_reminder"]) == ("pending", "mail", None)
    assert office.row("hom-nay", "so-noi-vu")["claimed_on"] is None
    assert "answered by mail: claim, hom-nay" in office.daemon.stderr
    to, _, text = mail_of(office, "claimed")
    assert to == "vpubnd" and f"Người báo: {ADDRESS.capitalize()}" in text
    office.do("confirm", str(claim["id"]))
    assert office.row("hom-nay")["state"] == "done"
    assert hear(office, answer(row["id"], "Đã nộp báo cáo.")) == "review", "what is done is not claimed"


def token_of(office, delivery):
    """What stands at the end of the subject of a delivery's mail."""
    mails = [check.parse(office.smtp.content(record)) for record in office.smtp.messages()]
    (subject,) = [mail["Subject"] for mail in mails if delivery in mail["Message-ID"]]
    return re.fullmatch(r".*[^ ] \[#([0-9A-Z]{4}-[0-9A-Z]{4})\]", subject)[1]


@pytest.mark.parametrize("write", [str, str.lower, lambda token: token.replace("-", "")])
def test_an_answer_that_has_lost_its_references_is_known_by_its_token(office, write):
    row = sent_to(office)
    assert hear(office, answer(row["id"], "Đã nộp báo cáo.", references=[], token=write(token_of(office, row["id"])))) == "recorded"
    (claim,) = office.json("claims")
    assert (claim["item"], claim["agency"]) == ("hom-nay", AGENCY)


@pytest.mark.parametrize("token", ["0000-0000", "7QK3", "đã nộp", "ZZZZ-ZZZZ-ZZZZ"])
def test_a_token_that_names_nothing_of_ours(office, token):
    row = sent_to(office)
    assert hear(office, answer(row["id"], "Đã nộp báo cáo.", references=[], token=token)) == "review"
    assert hear(office, answer(row["id"], "Đã nộp báo cáo.", token=token)) == "recorded"


def test_a_token_lets_nobody_in(office):
    row = sent_to(office)
    for more in ({"authenticated": False}, {"from": "ai@noi-khac.example"}):
        assert hear(office, answer(row["id"], "Đã nộp báo cáo.", references=[], token=token_of(office, row["id"]), **more)) == "review"
    assert office.json("claims") == []


def test_a_token_and_references_that_disagree_are_for_a_person(office):
    row = sent_to(office)
    (other,) = deliveries(office, "--agency", "so-noi-vu")
    assert hear(office, answer(row["id"], "Đã nộp báo cáo.", token=token_of(office, other["id"]))) == "review"
    assert hear(office, bounce(row["id"], token=token_of(office, other["id"]))) == "review"
    assert office.json("claims") == [] and deliveries(office, "--state", "bounced") == []


def test_an_agency_asks_for_time(office):
    row = sent_to(office)
    until = ahead(10)
    words = f"Đề nghị cho gia hạn đến ngày {until[8:]}/{until[5:7]}/{until[:4]}."
    assert hear(office, answer(row["id"], words)) == "recorded"
    (request,) = office.json("claims")
    assert (request["kind"], request["requested_date"], request["text"]) == ("request", until, words)
    assert office.row("hom-nay")["state"] == "pending"


def test_when_it_was_written_counts(office):
    row = sent_to(office)
    assert hear(office, answer(row["id"], "Đã nộp báo cáo.", date="2001-01-01T00:00:00Z")) == "recorded"
    assert office.row("hom-nay")["claimed_on"] == TODAY.isoformat(), "not before what it answers was sent"


@pytest.mark.parametrize("more", [{"authenticated": False}, {"from": "ai@noi-khac.example"}, {"from": None}])
def test_who_is_not_the_agency_changes_nothing(office, more):
    row = sent_to(office)
    assert hear(office, answer(row["id"], "Đã nộp báo cáo.", **more)) == "review"
    assert office.json("claims") == [] and office.row("hom-nay")["next_reminder"]
    (entry,) = [one for one in office.json("log", "--agency", AGENCY) if one["verb"] == "answer"]
    assert entry["detail"] == "Đã nộp báo cáo." and entry["item"] == "hom-nay"


@pytest.mark.parametrize("text", ["", "Chưa nộp được, sẽ gửi sau.", "Xin gia hạn.", "Xin chào", "\u0007", "x" * 4000])
def test_what_is_not_certain_is_for_a_person(office, text):
    row = sent_to(office)
    assert [hear(office, answer(row["id"], text)), office.json("claims")] == ["review", []]
    assert [one["verb"] for one in office.json("log", "--agency", AGENCY)].count("answer") == 1


def test_machines_never_answer(office):
    row = sent_to(office)
    assert hear(office, answer(row["id"], "Đã nộp báo cáo.", **{"class": "machine"})) == "ignored"
    assert office.json("claims") == []


def test_a_message_about_several_is_for_a_person(office):
    """Which of them it means nobody can tell."""
    more = DUE + f', {{ id = "cung-ngay"; title = "Việc cùng ngày"; due = "{ahead(0)}"; for = ["members"]; }}'
    office.block.write_plan(plan(more, year=YEAR))
    office.do("reload")

    def found():
        return [row for row in deliveries(office, "--agency", AGENCY) if row["kind"] == "due" and row["state"] == "sent"]

    wait_until(found, lambda: deliveries(office))
    assert hear(office, answer(found()[0]["id"], "Đã nộp báo cáo.")) == "review"
    assert office.json("claims") == []


HOSTILE = [
    "", "[]", "null", "0", "{", "{}", '"x"', "[" * 5000, '{"origin": "1", "class": "bounce"',
    *(json.dumps({"origin": "1", "class": "bounce", **more}) for more in [
        {"origin": None}, {"origin": ""}, {"origin": 1}, {"origin": "x" * 129}, {"origin": "a\nb"}, {"class": None}, {"class": "Bounce"},
        {"class": ["bounce"]}, {"references": "x"}, {"references": {}}, {"references": [1]}, {"references": [None]},
        {"authenticated": 1}, {"authenticated": "true"}, {"status": 511}, {"status": "5.1.1\n"}, {"recipient": []},
        {"diagnostic": "x" * 501}, {"diagnostic": "a\u202eb"}, {"from": "a\u0000b"}, {"text": "x" * 4001}, {"text": {}},
        {"subject": "a\rb"}, {"date": "today"}, {"date": "2024-02-01"}, {"date": 5}, {"references": ["x" * 200_000]},
    ]),
    '{"origin": "1", "origin": "2", "class": "machine"}', '{"origin": "1", "class": "machine", "text": "\\u0000"}',
    '{"origin": "1", "class": "machine", "text": "\\ud800"}',
]  # fmt: skip


def test_what_is_not_as_agreed_is_refused(office):
    for text in HOSTILE:
        assert hear(office, text) == INVALID, text[:100]
    assert hear(office, facts(**{"class": "machine"}, later={"a": [1]})) == "ignored", "a member of a later version"
    assert office.json("status")["health"] == "ok"


def test_each_is_recorded_once_though_the_daemon_is_killed(office):
    """The reader says everything again of which it does not know that it was heard."""
    row = sent_to(office)
    said = [bounce(row["id"], **({"class": "delayed", "status": "4.4.1"} if n != 150 else {})) for n in range(200)]
    outcomes = {}
    for n, heard in enumerate(said):
        if n in (40, 90, 151, 199):
            before = n - 5
            office.daemon.kill()
            office.start()
            for again in said[before:n]:
                assert hear(office, again) == "known"
        outcomes[heard["origin"]] = hear(office, heard)
    assert [n for n, heard in enumerate(said) if outcomes[heard["origin"]] == "recorded"] == [150]
    assert [hear(office, heard) for heard in said] == ["known"] * len(said)
    assert office.json("status")["bounced"] == 1
