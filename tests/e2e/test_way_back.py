"""Out through a real Postfix, and back into a real Dovecot: a reminder that bounces, and one that is answered."""

import json
import smtplib
import statistics
import time
from email.message import EmailMessage

import pytest

from block import Bus
from lab import check, dovecot, postfix
from listener import Listener, Reader
from live import PASSWORD, Live, mail_to, midnight, said, wait_until
from test_mailbox import letter

pytestmark = [pytest.mark.skipif(not (dovecot.version() and postfix.is_there()), reason="needs Dovecot and Postfix, and root"),
              pytest.mark.once]  # fmt: skip


@pytest.fixture
def server(authority):
    with dovecot.dovecot(authority.folder / "server.pem", PASSWORD) as one:
        yield one


@pytest.fixture
def office(server, authority):
    """The URL of a mail server, to which we log in over TLS."""
    with postfix.office(server, authority.folder / "server.pem", "nhacviec@khoi.example") as url:
        yield url


def write_to(url, mail, sender):
    """As the server of an agency hands it over."""
    host, port = url.removeprefix("smtp://").split(":")
    with smtplib.SMTP(host, int(port)) as connection:
        connection.sendmail(sender, "nhacviec@khoi.example", mail)


def answer(id, sender="dv1@khoi.example", **headers):
    return letter(1, **{"From": f"Đơn vị số 1 <{sender}>", "In-Reply-To": f"<{id}>", **headers})


def test_a_bounce_and_answers(tmp_path, authority, server, office):
    """What Postfix says of a mailbox that is not there, and of who writes, is told as it is."""
    mail = {"url": office, "ca_file": str(authority.ca_file)}
    with Bus() as bus, Live(tmp_path, midnight(), mail=mail).start(bus="session", environment=bus.environment) as daemon:
        said(daemon, "Sent due")
        id = json.loads(bus.ctl("deliveries", "--json").stdout)[0]["id"] + "@khoi.example"
    with Bus() as bus:
        listener = Listener(bus)
        with Reader(tmp_path, bus, server.url, authority, PASSWORD) as reader:
            reader.wait(lambda: len(listener.recorded) == 1, "the bounce")
            write_to(office, answer(id), "dv1@khoi.example")
            reader.wait(lambda: len(listener.recorded) == 2, "the answer")
            forged = "mx.khoi.example; dmarc=pass header.from=khoi.example"
            write_to(office, answer(id, **{"Authentication-Results": forged, "Subject": "Re: khac"}), "ai-do@laocai.example")
            reader.wait(lambda: len(server.letters("Da xu ly")) == 3, "the forged one")
    bounce, real, forged = listener.heard
    assert bounce["class"] == "bounce" and bounce["status"] == "5.1.1" and bounce["references"] == [id]
    assert bounce["recipient"] == "dv1@khoi.example" and "unknown user" in bounce["diagnostic"]
    assert real["class"] == "answer" and real["references"] == [id] and real["authenticated"] is True
    assert real["from"] == "dv1@khoi.example" and real["text"] == "Đã nộp báo cáo."
    assert forged["from"] == "dv1@khoi.example" and forged["authenticated"] is False


def agencies(count):
    """The first at an address that nobody has, the others at one that is there."""
    domains = ["khoi.example"] + ["laocai.example"] * (count - 1)
    return tuple({"id": f"don-vi-{n}", "name": f"Đơn vị số {n}", "emails": [f"dv{n}@{domain}"]}
                 for n, domain in enumerate(domains, 1))  # fmt: skip


def deliveries(bus):
    return json.loads(bus.ctl("deliveries", "--json").stdout)


def obligation(bus, agency):
    return json.loads(bus.ctl("list", "--agency", agency, "--json").stdout)[0]


def test_the_daemon_hears(tmp_path, authority, server, office):
    """Of a mailbox that is not there, and of what an agency answers, as soon as the mailbox has it."""
    mail = {"url": office, "ca_file": str(authority.ca_file)}
    block = Live(tmp_path, midnight(), 2, mail=mail, agency=agencies)
    with Bus() as bus, block.start(bus="session", environment=bus.environment) as daemon, \
         Reader(tmp_path, bus, server.url, authority, PASSWORD) as reader:  # fmt: skip
        said(daemon, "Came back")
        reader.wait(lambda: len(server.letters("Da xu ly")) == 1)
        due = {row["address"]: row for row in deliveries(bus) if row["kind"] == "due"}
        bounced, sent = due["dv1@khoi.example"], due["dv2@laocai.example"]
        assert (bounced["state"], sent["state"]) == ("bounced", "sent")
        assert bounced["answer"].startswith("5.1.1 ") and "unknown user" in bounced["answer"]
        mail = letter(1, "Đơn vị đã nộp báo cáo.", **{"From": sent["address"], "In-Reply-To": f"<{sent['id']}@khoi.example>"})
        write_to(office, mail, sent["address"])
        wait_until(lambda: obligation(bus, "don-vi-2")["claimed_on"], lambda: reader.stderr)
        assert obligation(bus, "don-vi-2")["claim_channel"] == "mail" and not obligation(bus, "don-vi-1")["claimed_on"]
        reader.wait(lambda: len(server.letters("Da xu ly")) >= 2)  # what tells the head of it bounces too


SEEN_WITHIN = 2.0  # seconds from the moment at which Dovecot has it


SUBJECTS = [lambda subject: f"Re: {subject}", lambda subject: f"Trả lời: [NGOÀI CƠ QUAN] {subject}".lower(),
            lambda subject: f"TR: RE: {subject[subject.index('[#'):]} (Sở Tư pháp)"]  # fmt: skip


def test_answers_that_have_lost_their_references_are_seen_at_once(tmp_path, authority, server, smtp):
    """A server on the way has rewritten Message-IDs and the program of the clerk has dropped them: the token in the subject
    is left. Two of three answers are in `list` within two seconds, however busy the machine is."""
    mailbox = {"url": server.url, "username": "nhacviec", "token_file": str(tmp_path / "token")}
    block = Live(tmp_path, midnight(), len(SUBJECTS), mail=mail_to(smtp, authority), mailbox=mailbox)
    took = []
    with Bus() as bus, block.start(bus="session", environment=bus.environment) as daemon, \
         Reader(tmp_path, bus, server.url, authority, PASSWORD) as reader:  # fmt: skip
        said(daemon, "Sent due", len(SUBJECTS))
        reader.wait(lambda: "reading INBOX" in reader.stderr)
        mails = {record["to"][0]: smtp.content(record) for record in smtp.messages()}
        for n, how in enumerate(SUBJECTS, 1):
            address, mail = f"dv{n}@khoi.example", EmailMessage()
            mail["Authentication-Results"] = "mx.khoi.example; dmarc=pass header.from=khoi.example"
            mail["From"], mail["Message-ID"] = address, f"<rewritten-{n}@mail.example>"
            mail["Subject"] = how(str(check.parse(mails[address])["Subject"]))
            mail.set_content("Đơn vị đã nộp báo cáo.\n")
            server.deliver(mail.as_bytes())
            had = time.monotonic()
            wait_until(lambda: obligation(bus, f"don-vi-{n}")["claimed_on"], lambda: reader.stderr)
            took.append(time.monotonic() - had)
        claims = json.loads(bus.ctl("claims", "--json").stdout)
    print("seen in list after", ", ".join(f"{seconds:.2f} s" for seconds in took))
    assert sorted(claim["claimed_by"] for claim in claims) == [f"dv{n}@khoi.example" for n in (1, 2, 3)]
    assert statistics.median(took) < SEEN_WITHIN
