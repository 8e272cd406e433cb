"""What reminder-mail makes of a mail: bounces of many servers, machines, people."""

import re
from email.message import EmailMessage
from pathlib import Path

import pytest

from listener import Bus, Listener, facts_of, take

pytestmark = pytest.mark.once

SAMPLES = Path(__file__).resolve().parents[1] / "data/bounces"
OURS = "7f3a9c0d1e2b4f58@khoi.example"


def with_ours(raw):
    """The mail with our id in the place of that of the letter that is returned; None: that one is not in it."""
    end = re.search(rb"\r?\n\r?\n", raw).end()
    for id in re.findall(rb"(?im)^[> \t]*Message-ID:\s*<?([^\s<>&]+@[^\s<>&]+)>?", raw[end:]):
        if not id.endswith(b"="):  # broken by quoted-printable: it comes once more
            return raw.replace(id, OURS.encode())
    return None


def test_bounces_of_many_servers():
    """At least 85 % of all are tied to the letter that they return, none to another; each that has it in it is."""
    samples = sorted(SAMPLES.glob("*.eml"))
    told = {}
    for sample in samples:
        mail = with_ours(sample.read_bytes())
        facts = facts_of(mail or sample.read_bytes())
        told[sample.stem] = (mail is not None, facts)
    tied = {name for name, (_, facts) in told.items() if OURS in facts["references"]}
    wrong = {name for name, (_, facts) in told.items() if [one for one in facts["references"] if "khoi.example" in one and one != OURS]}
    print(f"{len(samples)} samples: {len(tied)} tied to the right letter ({100 * len(tied) / len(samples):.1f} %), {len(wrong)} to a wrong one")
    assert len(samples) == 210 and len(tied) >= 0.85 * len(samples) and not wrong
    assert {name for name, (has_it, _) in told.items() if has_it} == tied
    # What is no bounce: complaints, absence notes, what a provider tells by JSON, a report to a postmaster.
    others = {name for name, (_, facts) in told.items() if facts["class"] in ("machine", "answer")}
    assert {re.sub(r"-\d+$", "", name) for name in others} == {
        "arf", "lhost-amazonses", "lhost-kddi", "lhost-postfix", "rfc3834"}  # fmt: skip
    assert all(told[name][1]["class"] == "machine" for name in others - {"arf-22"})
    for name in told.keys() - others:
        facts = told[name][1]
        assert re.fullmatch(r"[45]\.\d+\.\d+", facts["status"]), name
        assert (facts["class"] == "delayed") >= (facts["status"][0] == "4"), name
        assert "@" in (facts["recipient"] or ""), name


def report(action="failed", status="5.1.1", top="multipart/report; report-type=delivery-status", more="", returned=OURS):
    return f"""\
From: MAILER-DAEMON@mx.laocai.example (Mail Delivery System)
To: nhacviec@khoi.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <b1@mx.laocai.example>
MIME-Version: 1.0
Content-Type: {top}; boundary="b"
{more}
--b
Content-Type: text/plain

I'm sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.laocai.example

Final-Recipient: rfc822; khac@laocai.example
Original-Recipient: rfc822;sonoivu@laocai.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <sonoivu@laocai.example>:
    User unknown
--b
Content-Type: message/rfc822

Message-ID: <{returned}>
References: <an-older-one@khoi.example>
From: nhacviec@khoi.example
To: sonoivu@laocai.example
Subject: Nhac viec

x
--b--
""".encode()


def test_a_report():
    facts = facts_of(report())
    assert facts["class"] == "bounce" and facts["references"] == [OURS] and facts["status"] == "5.1.1"
    assert facts["recipient"] == "sonoivu@laocai.example"
    assert facts["diagnostic"] == "550 5.1.1 <sonoivu@laocai.example>: User unknown"
    assert facts["from"] == "MAILER-DAEMON@mx.laocai.example" and facts["authenticated"] is False


@pytest.mark.parametrize(
    "action, status, told",
    [("failed", "5.2.2", "bounce"), ("failed", "4.4.7", "delayed"), ("delayed", "4.0.0", "delayed"),
     ("delayed", "5.0.0", "delayed"), ("delivered", "2.0.0", "machine"), ("relayed", "2.0.0", "machine")],
)  # fmt: skip
def test_what_a_report_says(action, status, told):
    assert facts_of(report(action, status))["class"] == told


def test_a_report_without_its_type():
    assert facts_of(report(top="multipart/report"))["class"] == "bounce"


def test_a_thread_of_a_bounce_is_not_its_letter():
    """Gmail's reports look like an answer."""
    more = "In-Reply-To: <another@khoi.example>\nReferences: <another@khoi.example>\n"
    assert facts_of(report(more=more))["references"] == [OURS]


def answer(text="Đã nộp báo cáo.", **headers):
    mail = EmailMessage()
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in {"From": "Sở Nội vụ <sonoivu@laocai.example>", "To": "nhacviec@khoi.example",
                        "Subject": "Re: [Khối TMTH] Nhắc việc", "Message-ID": "<a1@laocai.example>",
                        "Date": "Mon, 12 Oct 2026 08:00:00 +0700", "In-Reply-To": f"<{OURS}>",
                        "References": f"<0@khoi.example> <{OURS}>", **headers}.items():  # fmt: skip
        mail[name] = value
    mail.set_content(text)
    return mail


def test_a_forwarded_bounce_is_an_answer():
    head = "From: a@laocai.example\nContent-Type: multipart/mixed; boundary=f\n\n--f\n\nXem giúp.\n--f\nContent-Type: message/rfc822\n\n"
    assert facts_of(head.encode() + report() + b"\n--f--\n")["class"] == "answer"


def test_an_answer():
    facts = facts_of(bytes(answer("Sở đã nộp.\n\nVào 12/10/2026 08:00, Khối đã viết:\n> đã hoàn thành\n")))
    assert facts == {
        "origin": facts["origin"], "class": "answer", "references": [OURS, "0@khoi.example"], "token": None,
        "recipient": None, "status": None, "diagnostic": None, "from": "sonoivu@laocai.example", "authenticated": False,
        "subject": "Re: [Khối TMTH] Nhắc việc", "date": "2026-10-12T01:00:00Z", "text": "Sở đã nộp."}  # fmt: skip
    assert re.fullmatch("[0-9a-f]{64}", facts["origin"])


MACHINES = [
    {"Auto_Submitted": "auto-replied (zimbra; vacation)"}, {"Auto_Submitted": "auto-generated"}, {"Precedence": "bulk"},
    {"Return_Path": "<>"}, {"List_Id": "<x.laocai.example>"}, {"X_Autoreply": "yes"}, {"Subject": "Automatic reply: Nhắc việc"},
    {"Subject": "Re: Trả lời tự động: Nhắc việc"}, {"Subject": "Thư trả lời tự động"}, {"Subject": "Tự động trả lời: x"},
    {"Subject": "Vắng mặt: Nhắc việc"}, {"Subject": "Out of Office: x"}, {"Subject": "Auto: x"},
    {"From": "no-reply@laocai.example"}, {"X_Reminderd_Kind": "due"},
]  # fmt: skip


@pytest.mark.parametrize("headers", MACHINES, ids=lambda headers: "".join(map(str, headers.items())))
def test_a_machine(headers):
    assert facts_of(bytes(answer("Tôi đã nộp.", **headers)))["class"] == "machine"


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "no"}, {"X_Auto_Response_Suppress": "All"}, {"X_Auto_Response_Suppress": "None"},
     {"Precedence": "first-class"}, {"Subject": "Re: [Khối TMTH] Vắng mặt tại hội nghị"}, {"Return_Path": "<a@laocai.example>"}],
    ids=lambda headers: "".join(map(str, headers.items())),
)  # fmt: skip
def test_a_person(headers):
    assert facts_of(bytes(answer("Tôi đã nộp.", **headers)))["class"] == "answer"


def vouched(tmp_path, *results, **headers):
    conf = tmp_path / "reminderd.conf"
    conf.write_text('mailbox = { url = "imaps://a.example"; username = "a"; password_file = "b"; authserv_id = "mx.khoi.example"; };')
    raw = b"".join(f"Authentication-Results: {one}\n".encode() for one in results) + bytes(answer(**headers))
    return facts_of(raw, conf)["authenticated"]


GOOD = "mx.khoi.example; dmarc=pass header.from=laocai.example"


def test_the_topmost_results_count(tmp_path):
    assert vouched(tmp_path, GOOD)
    assert vouched(tmp_path, GOOD, "mx.khoi.example; dmarc=fail header.from=laocai.example")
    assert not vouched(tmp_path, "mx.khoi.example; dmarc=fail header.from=laocai.example", GOOD)
    assert not vouched(tmp_path, "mx.other.example; none", GOOD)
    assert not vouched(tmp_path)
    assert not vouched(tmp_path, GOOD, From="Sở <sonoivu@laocai.example>, Khác <khac@laocai.example>")


def test_two_senders_are_none(tmp_path):
    conf = tmp_path / "reminderd.conf"
    assert vouched(tmp_path, GOOD)
    raw = f"Authentication-Results: {GOOD}\nFrom: khac@laocai.example\n".encode() + bytes(answer())
    assert facts_of(raw, conf)["authenticated"] is False


@pytest.mark.parametrize(
    "headers, token",
    [({"Subject": "Re: [#7QK3-F9XM] Nhắc việc"}, "7QK3-F9XM"), ({"To": "nhacviec+7qk3-f9xm@khoi.example"}, "7qk3-f9xm"),
     ({"To": "nhacviec+b.7qk3f9xm@khoi.example"}, "7qk3f9xm"), ({"To": "nhacviec+vanthu2026@khoi.example"}, None)],
)  # fmt: skip
def test_a_token(headers, token):
    assert facts_of(bytes(answer(**headers)))["token"] == token


def test_texts_of_all_sorts():
    html = EmailMessage()
    html["From"] = "a@laocai.example"
    html.set_content("<p>&#272;&#227; n&#7897;p.</p><div class='gmail_quote'>đã gửi</div>", subtype="html")
    assert facts_of(bytes(html))["text"] == "Đã nộp."
    both = answer("Đã nộp.")
    both.add_alternative("<p>Khác</p>", subtype="html")
    both.add_attachment("đã gửi".encode(), maintype="text", subtype="plain", filename="a.txt")
    assert facts_of(bytes(both))["text"] == "Đã nộp."
    old = b"From: a@laocai.example\nContent-Type: text/plain; charset=tcvn5712-1\n\n" + "Đã nộp.".encode().replace(
        "Đã nộp.".encode(), b"\xa7\xb7 n\xe9p.")  # fmt: skip
    assert facts_of(old)["text"] == "Đã nộp."
    decomposed = b"From: a@laocai.example\nContent-Type: text/plain; charset=utf-8\n\n\xc4\x90a\xcc\x83"
    assert facts_of(decomposed)["text"] == "Đã"
    long = facts_of(bytes(answer("Đã nộp. " * 2000)))["text"]
    assert 3900 < len(long.encode()) <= 4000 and "\ufffd" not in long


NO_MAILS = [b"", b"\0", b"\n\n", b"From", b"\xff\xfe\n\n\xff", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 200]


@pytest.mark.parametrize("raw", NO_MAILS, ids=range(len(NO_MAILS)))
def test_what_is_no_mail_has_facts(raw):
    facts = facts_of(raw)
    assert facts["origin"] and facts["class"] in ("answer", "machine")


def test_the_same_mail_has_one_origin():
    """Whichever way it came, and as often as it is seen; another mail has another."""
    first = bytes(answer())
    again = b"Received: from x\nDelivered-To: y@khoi.example\n" + first
    others = [bytes(answer(Message_ID="<a2@laocai.example>")), bytes(answer("Khác")), bytes(answer(Subject="Khác"))]
    assert facts_of(first)["origin"] == facts_of(again)["origin"]
    assert len({facts_of(mail)["origin"] for mail in [first, *others]}) == 4


def test_standard_input():
    """As a mail server hands it over: 75 while nobody takes it."""
    mail = bytes(answer())
    with Bus() as bus:
        assert take(mail, bus=bus) == (75, "")
        listener = Listener(bus, lambda facts: "org.reminderd1.Error.Refused" if len(listener.heard) == 1 else "noted")
        assert take(mail, bus=bus)[0] == 75
        assert take(mail, bus=bus)[0] == 0
        assert take(mail * 30000, bus=bus)[0] == 0  # read to its end, however large
    assert len(listener.recorded) == 2
