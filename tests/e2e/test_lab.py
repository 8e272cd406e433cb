"""The lab's servers tested by themselves, with Python's own clients: a test that trusts them must be able to."""

import contextlib
import email.policy
import http.client
import json
import os
import signal
import smtplib
import ssl
import subprocess
import sys
import time
from email.message import EmailMessage

import pytest

from lab import check, faults, store
from lab.ca import Authority
from lab.https import HttpsServer, sign
from lab.smtp import SmtpServer

pytestmark = pytest.mark.once

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HOSTS = ["127.0.0.1"] + (["::1"] if os.path.exists("/proc/net/if_inet6") else [])


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def trust(authority):
    return ssl.create_default_context(cafile=authority.ca_file)


def good_message():
    message = EmailMessage(policy=email.policy.SMTP.clone(cte_type="7bit"))
    message["Date"] = "Mon, 16 Sep 2024 08:00:00 +0700"
    message["Message-ID"] = "<one@block.example>"
    message["From"] = "Khối thi đua <clerk@block.example>"
    message["To"] = "a@agency.example"
    message["Subject"] = "Nhắc việc"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Reminderd-Kind"] = "due"
    message["X-Reminderd-Items"] = "plan/item"
    message.set_content("Kính gửi\n.một dấu chấm\n", cte="quoted-printable")
    message.add_alternative("<p>Kính gửi</p>\n", subtype="html", cte="quoted-printable")
    message.set_boundary("the-same-every-time")
    return message


def good_body():
    obligation = {
        "plan": "p", "item": "i", "occurrence": "", "title": "t", "due": "2024-12-10", "effective_due": "2024-12-10",
        "days_left": 3, "state": "pending",
    }
    data = {"kind": "due", "agency": {"id": "a", "name": "A"}, "obligations": [obligation], "text": "Kính gửi"}
    return {"type": "reminder.due", "timestamp": "2024-12-05T08:00:00+07:00", "data": data}


def send(server, trust=None, to="a@agency.example", login=None, host="127.0.0.1", timeout=10):
    """A well-behaved client: STARTTLS where it is offered."""
    if server.implicit:
        client = smtplib.SMTP_SSL(host, server.port, context=trust, timeout=timeout)
    else:
        client = smtplib.SMTP(host, server.port, timeout=timeout)
    with client:
        client.ehlo("client.example")
        if client.has_extn("starttls"):
            client.starttls(context=trust)
        if login:
            client.login(*login)
        client.sendmail("clerk@block.example", [to], good_message().as_bytes())


# ---- SMTP -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("implicit", [False, True])
def test_smtp_keeps_a_message(tmp_path, authority, trust, implicit, host):
    with SmtpServer(tmp_path, authority, implicit=implicit, user="clerk", password="w0rd") as server:
        before = time.time()
        send(server, trust, login=("clerk", "w0rd"), host=host)
        (record,) = server.wait(1)
        assert (record["from"], record["to"]) == ("clerk@block.example", ["a@agency.example"])
        assert (record["tls"], record["user"], record["peer"]) == (True, "clerk", host)
        assert before <= record["arrived"] <= time.time()
        assert server.content(record) == good_message().as_bytes()
        assert check.message_problems(server.content(record)) == []
        assert store.load(tmp_path) == server.messages()
        assert server.connections == 1


def test_smtp_without_tls(tmp_path):
    with SmtpServer(tmp_path) as server:
        send(server)
        assert server.wait(1)[0]["tls"] is False


@pytest.mark.parametrize("login", [("clerk", "wrong"), ("other", "w0rd")])
def test_smtp_wrong_login(tmp_path, authority, trust, login):
    with SmtpServer(tmp_path, authority, user="clerk", password="w0rd") as server:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            send(server, trust, login=login)
        with pytest.raises(smtplib.SMTPSenderRefused):  # and none at all
            send(server, trust)
        assert server.messages() == []


@pytest.mark.parametrize("certificate", ["wrong-name", "expired", "stranger"])
def test_smtp_bad_certificate(tmp_path, authority, trust, certificate):
    with SmtpServer(tmp_path, authority, certificate=certificate) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            send(server, trust)


def test_smtp_no_starttls(tmp_path, authority):
    with SmtpServer(tmp_path, authority, starttls=False) as server:
        with smtplib.SMTP("127.0.0.1", server.port) as client:
            client.ehlo()
            assert not client.has_extn("starttls")


@pytest.mark.parametrize("code", [450, 451, 550])
def test_smtp_refuses_a_recipient(tmp_path, code):
    with SmtpServer(tmp_path, programs={"bad@x.example": str(code)}) as server:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
            send(server, to="bad@x.example")
        assert caught.value.recipients["bad@x.example"][0] == code
        send(server)
        assert len(server.wait(1)) == 1


def test_smtp_refuses_the_data(tmp_path):
    with SmtpServer(tmp_path, programs={"*": "data:552*1"}) as server:
        with pytest.raises(smtplib.SMTPDataError) as caught:
            send(server)
        assert caught.value.smtp_code == 552
        send(server)
        server.wait(1)


def test_smtp_drops_in_the_data(tmp_path):
    with SmtpServer(tmp_path, programs={"*": "drop*1"}) as server:
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            send(server)
        assert server.messages() == []
        send(server)
        server.wait(1)


@pytest.mark.parametrize("fault", ["hang", "hang-data"])
def test_smtp_hangs(tmp_path, fault):
    with SmtpServer(tmp_path, programs={"slow@x.example": fault}) as server:
        with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
            send(server, to="slow@x.example", timeout=0.3)
        send(server)  # nobody else waits
        server.wait(1)


def test_smtp_delays(tmp_path):
    with SmtpServer(tmp_path, programs={"*": "delay:0.3"}) as server:
        start = time.monotonic()
        send(server)
        assert time.monotonic() - start >= 0.3


# ---- HTTPS ----------------------------------------------------------------------------------------------------------


def request_headers(body, secret=SECRET, timestamp=None, identity="delivery-1"):
    timestamp = str(int(time.time()) if timestamp is None else timestamp)
    return {
        "content-type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": timestamp,
        "webhook-signature": sign(secret, identity, timestamp, body),
    }


def client_of(server, trust, host="127.0.0.1", timeout=10):
    if server.context:
        return http.client.HTTPSConnection(host, server.port, context=trust, timeout=timeout)
    return http.client.HTTPConnection(host, server.port, timeout=timeout)


def post(server, trust=None, path="/hook", host="127.0.0.1", timeout=10, headers=None):
    body = json.dumps(good_body()).encode()
    with contextlib.closing(client_of(server, trust, host, timeout)) as client:
        client.request("POST", path, body, headers or request_headers(body))
        response = client.getresponse()
        return response.status, dict(response.getheaders()), response.read()


def test_signature_of_the_specification():
    given = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert given == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("host", HOSTS)
def test_https_keeps_a_request(tmp_path, authority, trust, host):
    with HttpsServer(tmp_path, authority, secret=SECRET) as server:
        assert post(server, trust, host=host)[0] == 200
        (record,) = server.wait(1)
        assert record["verified"] and record["path"] == "/hook" and record["peer"] == host
        assert check.webhook_problems(record["body"]) == []
        assert store.load(tmp_path) == server.requests()


def test_https_keeps_connections(tmp_path, authority, trust):
    body = json.dumps(good_body()).encode()
    with HttpsServer(tmp_path, authority, secret=SECRET) as server:
        with contextlib.closing(client_of(server, trust)) as client:
            for _ in range(3):
                client.request("POST", "/hook", body, request_headers(body))
                assert client.getresponse().read() == b'{"ok": true}'
        assert server.connections == 1


@pytest.mark.parametrize(
    "change, part",
    [
        ({"webhook-signature": "v1,AAAA"}, "webhook-signature"),
        ({"webhook-signature": None}, "webhook-signature"),
        ({"webhook-timestamp": "1614265330"}, "too far"),
        ({"webhook-timestamp": "now"}, "no whole number"),
        ({"webhook-id": "another"}, "webhook-signature"),
        ({"webhook-id": None}, "webhook-id"),
        ({"content-type": "text/plain"}, "content-type"),
    ],
)
def test_https_finds_what_is_wrong(tmp_path, change, part):
    headers = {**request_headers(json.dumps(good_body()).encode()), **change}
    with HttpsServer(tmp_path, secret=SECRET) as server:
        assert post(server, headers={name: value for name, value in headers.items() if value})[0] == 400
        (record,) = server.wait(1)
        assert not record["verified"] and part in record["problem"]


@pytest.mark.parametrize("certificate", ["wrong-name", "expired", "stranger"])
def test_https_bad_certificate(tmp_path, authority, trust, certificate):
    with HttpsServer(tmp_path, authority, certificate=certificate) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            post(server, trust)


@pytest.mark.parametrize(
    "program, status, header",
    [
        ("204", 204, None),
        ("301:https://127.0.0.1:1/", 301, ("Location", "https://127.0.0.1:1/")),
        ("307", 307, ("Location", "/elsewhere")),
        ("410", 410, None),
        ("429:17", 429, ("Retry-After", "17")),
        ("503:Fri, 31 Dec 2100 23:59:59 GMT", 503, ("Retry-After", "Fri, 31 Dec 2100 23:59:59 GMT")),
        ("503", 503, None),
    ],
)
def test_https_answers_on_demand(tmp_path, program, status, header):
    with HttpsServer(tmp_path, programs={"/hook": program}) as server:
        given, headers, _ = post(server)
        assert given == status
        assert header is None or headers[header[0]] == header[1]
        assert post(server, path="/other")[0] == 200


def test_https_is_silent(tmp_path):
    with HttpsServer(tmp_path, programs={"/hook": "silence"}) as server:
        with pytest.raises(TimeoutError):
            post(server, timeout=0.3)
        assert post(server, path="/other")[0] == 200


def test_https_drops(tmp_path):
    with HttpsServer(tmp_path, programs={"/hook": "drop*1"}) as server:
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            post(server)
        assert post(server)[0] == 200


def test_https_never_ends(tmp_path):
    body = json.dumps(good_body()).encode()
    with HttpsServer(tmp_path, programs={"/hook": "endless"}) as server:
        with contextlib.closing(client_of(server, None)) as client:
            client.request("POST", "/hook", body, request_headers(body))
            assert len(client.getresponse().read(1000000)) == 1000000


# ---- faults, processes, checks --------------------------------------------------------------------------------------


def test_faults_run_out():
    programs = faults.Faults({"a": "450*2; 451*1", "b": "550", "*": "451*1"})
    assert [fault and fault.name for fault in map(programs.next, "aaaa")] == ["450", "450", "451", None]
    assert [fault and fault.name for fault in map(programs.next, "bb")] == ["550", "550"]
    assert [fault and fault.name for fault in map(programs.next, "cd")] == ["451", None]
    with pytest.raises(ValueError):
        programs.update({"a": "450*often"})


def test_faults_from_a_file(tmp_path):
    file = tmp_path / "faults.json"
    programs = faults.Faults(file=file)
    assert programs.next("a") is None
    file.write_text('{"a": "450"}')
    assert programs.next("a").name == "450"
    file.write_text("{}")
    os.utime(file, ns=(1, 1))
    assert programs.next("a") is None


@pytest.mark.parametrize("module", ["lab.smtp", "lab.https"])
def test_process(tmp_path, module):
    port_file, folder = tmp_path / "port", tmp_path / "kept"
    command = [sys.executable, "-m", module, "--dir", folder, "--port-file", port_file, "--ca", tmp_path / "ca"]
    process = subprocess.Popen(command, cwd=os.path.dirname(__file__))
    try:
        deadline = time.monotonic() + 30
        while not port_file.exists():
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        port = int(port_file.read_text())
        if module == "lab.smtp":
            context = ssl.create_default_context(cafile=tmp_path / "ca" / "ca.pem")
            with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
                client.starttls(context=context)
                client.sendmail("clerk@block.example", ["a@agency.example"], good_message().as_bytes())
        else:
            context = ssl.create_default_context(cafile=tmp_path / "ca" / "ca.pem")
            with contextlib.closing(http.client.HTTPSConnection("127.0.0.1", port, context=context)) as client:
                body = json.dumps(good_body()).encode()
                client.request("POST", "/hook", body, request_headers(body))
                assert client.getresponse().status == 200
        assert len(store.load(folder)) == 1
        assert list(check.folder_problems(folder)) == []
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def replaced(old, new):
    return lambda raw: raw.replace(old, new, 1)


@pytest.mark.parametrize(
    "change, part",
    [
        (replaced(b"\r\n", b"\n"), "bare"),
        (replaced(b"X-Reminderd-Kind: due", b"X-Reminderd-Kind: odd"), "X-Reminderd-Kind"),
        (replaced(b"X-Reminderd-Items: plan/item\r\n", b""), "X-Reminderd-Items"),
        (replaced(b"Auto-Submitted: auto-generated", b"Auto-Submitted: no"), "Auto-Submitted"),
        (replaced(b"X-Auto-Response-Suppress: All", b"X-Auto-Response-Suppress: OOF"), "X-Auto-Response-Suppress"),
        (replaced(b"<one@block.example>", b"<one@else.example>"), "Message-ID"),
        (replaced(b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\r\nMIME-Version: 1.0\r\n"), "MIME-Version"),
        (replaced(b"Subject: ", b"Subject: [QC] "), "advertising"),
        (replaced(b"text/html", b"text/rtf"), "parts"),
        (replaced(b'charset="utf-8"', b'charset="latin-1"'), "latin-1"),
        (replaced(b"=C3=AD", b"=C3"), "decode"),
        (replaced(b"=C3=AD", b"\xc3\xad"), "above 127"),
        (replaced(b"=C3=AD", b"{{name}}"), "template"),
        (replaced(b"X-Reminderd-Kind", b"X-Long: " + b"x" * 999 + b"\r\nX-Reminderd-Kind"), "1007 bytes"),
        (replaced(b"X-Reminderd-Kind", b"In-Reply-To: <a@b>\r\nX-Reminderd-Kind"), "References"),
        (lambda raw: raw[:-2], "last line"),
    ],
)
def test_check_finds_a_bad_message(change, part):
    raw = good_message().as_bytes()
    assert check.message_problems(raw) == []
    assert any(part in problem for problem in check.message_problems(change(raw)))


@pytest.mark.parametrize(
    "path, value, part",
    [
        (("type",), "reminder.odd", "type"),
        (("timestamp",), "2024-12-05T08:00:00", "timestamp"),
        (("data", "kind"), "odd", "kind"),
        (("data", "agency"), {}, "agency"),
        (("data", "text"), " ", "text"),
        (("data", "obligations", 0, "due"), "10/12/2024", "due"),
        (("data", "obligations", 0, "state"), "odd", "state"),
        (("data", "obligations", 0, "days_left"), "3", "days_left"),
        (("data", "obligations", 0), {}, "has no plan"),
    ],
)
def test_check_finds_a_bad_body(path, value, part):
    body = good_body()
    assert check.webhook_problems(json.dumps(body)) == []
    place = body
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert any(part in problem for problem in check.webhook_problems(json.dumps(body)))


def test_check_of_a_calendar():
    good = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        "DTSTAMP:20240916T010000Z\r\nDTSTART;VALUE=DATE:20241210\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert list(check.calendar_problems(good)) == []
    for old in ("METHOD:PUBLISH\r\n", "UID:1\r\n", "DTSTART;VALUE=DATE:20241210\r\n", "END:VCALENDAR\r\n"):
        assert list(check.calendar_problems(good.replace(old, "")))
    assert list(check.calendar_problems(good.replace("SUMMARY:x", "SUMMARY:" + "x" * 80)))
