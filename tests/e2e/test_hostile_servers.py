"""Servers that mean harm: the daemon stays small and whole, keeps its password, believes nobody who did not take a
message, and lets none of their words into the journal or a terminal but as plain text."""

import gzip
import re

import pytest

from block import SANITIZED, Bus
from hostile import Mailhost, Webhost, close, drip, endless, reset
from lab.https import HttpsServer
from live import PASSWORD, PATIENCE, Live, midnight, said
from plain import assert_journal_whole, assert_plain

MEGABYTES = 64  # that the daemon has had at most; it is at 20 when all is well
UGLY = ("\x1b[2J\x1b]0;owned\x07\x9b31m\x00\x08\x7f\u202egpj\u2066\u200b\u2028reminderd: Sent due to forged".encode()
        + b"\xff\xc0\xaf\xed\xa0\x80")  # fmt: skip


def assert_small(daemon):
    if SANITIZED:
        return  # its own memory is not the program's
    status = open(f"/proc/{daemon.process.pid}/status").read()
    peak = int(re.search(r"^VmHWM:\s+(\d+)", status, re.M).group(1)) / 1024
    print(f"{peak:.0f} MiB at most")
    assert peak < MEGABYTES


# ---- mail --------------------------------------------------------------------------------------------------------------

LONG = b"y" * (10 << 20)
MANNERS = {
    "a greeting without end": {"greeting": endless(b"220-welcome\r\n")},
    "a greeting of one endless line": {"greeting": endless(b"x", b"220 ")},
    "a greeting that drips": {"greeting": drip(b"2")},
    "a line of 10 MiB": {"mail": b"250 " + LONG + b"\r\n"},
    "a reply that goes on for ever": {"mail": endless(b"250-and so on\r\n")},
    "a reply that goes on slowly for ever": {"rcpt": drip(b"250-x\r\n")},
    "a refusal of 10 MiB in lines": {"rcpt": b"450-" + b"x" * 70 + b"\r\n" + (b"450-" + b"y" * 70 + b"\r\n") * 140000 + b"450 z\r\n"},
    "ugly words": {"rcpt": b"451-" + UGLY + b"\r\n451 again\r\n"},
    "ugly words at the end": {"end": b"452 " + UGLY + b"\r\n"},
    "a code that is none": {"rcpt": b"999 what\r\n"},
    "no code": {"rcpt": b"-1 what\r\n", "mail": b"25 o\r\n250 ok\r\n"},
    "not to its turn": {"greeting": b"220 hi\r\n250 ok\r\n250 ok\r\n354 go\r\n"},
    "a reset": {"data": reset},
    **{f"gone at {step}": {step: close} for step in ("greeting", "ehlo", "mail", "rcpt", "data", "end")},
}  # fmt: skip


@pytest.mark.parametrize("kind", ["endless", "short"])
def test_a_mail_server_that_means_harm_gets_nothing_done(tmp_path, kind):
    """Each has its way on one connection; after that the server is good, and every message arrives once."""
    takes_long = ("end", "ever", "10 MiB", "drips")
    manners = [m for name, m in MANNERS.items() if (kind == "endless") == any(word in name for word in takes_long)]
    retry = {"first": "1s", "max": "1s", "give_up": "1h"}
    with Bus() as bus, Mailhost(*manners, {}) as host:
        mail = {"url": host.url, "tls": "none", "username": None, "password_file": None, "timeout": "2s",
                "connections": len(manners)}  # fmt: skip
        live = Live(tmp_path, midnight(), len(manners), mail=mail, retry=retry)
        with live.start("session", environment=bus.environment) as daemon:
            said(daemon, "Could not deliver", len(manners))
            taken = host.wait(len(manners), PATIENCE)
            said(daemon, "Sent due", len(manners))
            assert sorted(taken) == sorted({f"dv{n}@khoi.example" for n in range(1, len(manners) + 1)})
            assert "Gave up" not in daemon.stderr
            assert ("answers do not end" in daemon.stderr) == (kind == "endless")
            assert_journal_whole(daemon)
            assert_small(daemon)


def test_no_password_goes_to_whom_it_is_not_for(tmp_path, authority):
    """In the clear: STARTTLS is not offered, is refused, or comes with something slipped in behind it; to a stranger's
    certificate; and AUTH offered before TLS is no invitation."""
    offers = b"250-hostile.example\r\n250-AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 \x1b[31m\r\n"
    manners = [
        {"ehlo": offers + b"250 HELP\r\n"},
        {"ehlo": offers + b"250 STARTTLS\r\n", "starttls": b"454 4.7.0 later\r\n"},
        {"ehlo": offers + b"250 STARTTLS\r\n", "starttls": b"220 go\r\n250-slipped in\r\n250 AUTH PLAIN\r\n235 ok\r\n"},
        {"ehlo": offers + b"250 STARTTLS\r\n", "starttls": b"220 go\r\n"},  # and then the stranger
        {"greeting": b"220 hi\r\n250-x\r\n250 AUTH PLAIN\r\n", "ehlo": offers + b"250 HELP\r\n"},
    ]
    with Mailhost(*manners, context=authority.context("stranger")) as host:
        mail = {"url": host.url, "ca_file": str(authority.ca_file), "timeout": "2s", "connections": 1}
        with Live(tmp_path, midnight(), len(manners), mail=mail).start() as daemon:
            said(daemon, "Could not deliver|Gave up", len(manners))
            assert_journal_whole(daemon)
    heard = b"".join(host.heard).upper()
    assert b"STARTTLS" in heard and b"AUTH" not in heard and b"MAIL" not in heard
    assert not host.taken


@pytest.mark.parametrize("mechanisms", [b"\x1b[31m NONSENSE", b"GSSAPI NTLM EXTERNAL", b""])
def test_ways_to_log_in_that_nobody_knows(tmp_path, authority, mechanisms):
    """Without a way to log in nothing is sent unauthenticated in the hope that it is taken."""
    manner = {"ehlo": b"250-x\r\n250-STARTTLS\r\n250 AUTH " + mechanisms + b"\r\n", "starttls": b"220 go\r\n",
              "auth": b"334 \r\n"}  # fmt: skip
    with Mailhost(manner, context=authority.context("server")) as host:
        mail = {"url": host.url, "ca_file": str(authority.ca_file), "timeout": "2s"}
        with Live(tmp_path, midnight(), mail=mail).start() as daemon:
            said(daemon, "Could not deliver")
            assert_journal_whole(daemon)
    assert not host.taken and PASSWORD.encode() not in b"".join(host.heard)


# ---- webhooks ----------------------------------------------------------------------------------------------------------

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
BOMB = gzip.compress(bytes(64 << 20))
SENT, AGAIN, NEVER = "Sent due", "Could not deliver due", "Gave up delivering due"
ANSWERS = {
    "bomb": (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB, SENT),
    "bomb-refused": (b"HTTP/1.1 503 No\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB, AGAIN),
    "body": (endless(b"and so on", b"HTTP/1.1 200 OK\r\n\r\n"), SENT),
    "body-drips": (drip(before=b"HTTP/1.1 200 OK\r\n\r\n"), SENT),
    "head": (endless(b"X-And: so on\r\n", b"HTTP/1.1 200 OK\r\n"), AGAIN),
    "head-of-one-line": (endless(b"x", b"HTTP/1.1 200 OK\r\nX-Long: "), AGAIN),
    "head-drips": (drip(b"X: y\r\n", b"HTTP/1.1 200 OK\r\n"), AGAIN),
    "interim": (endless(b"HTTP/1.1 103 Early\r\n\r\n"), AGAIN),
    "interim-drips": (drip(b"HTTP/1.1 100 Continue\r\n\r\n"), AGAIN),
    "switch": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", AGAIN),
    "thousand-fields": (b"HTTP/1.1 200 OK\r\n" + b"Set-Cookie: a=b\r\n" * 1000 + b"Content-Length: 0\r\n\r\n", SENT),
    "old": (b"<html>HTTP/0.9 says yes</html>", AGAIN),
    "status": (b"HTTP/1.1 999 Yes\r\nContent-Length: 0\r\n\r\n", AGAIN),
    "no-status": (b"HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n", AGAIN),
    "long-status": (b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", AGAIN),
    "negative": (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", AGAIN),
    "huge": (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx", SENT),
    "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZZ\r\nxx\r\n", SENT),
    "chunk-huge": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nxx\r\n", SENT),
    "ugly": (b"HTTP/1.1 503 " + UGLY.replace(b"\0", b"") + b"\r\nContent-Length: %d\r\n\r\n" % len(UGLY) + UGLY, AGAIN),
    "later": (b"HTTP/1.1 503 No\r\nRetry-After: 99999999999999999999999\r\nContent-Length: 0\r\n\r\n", AGAIN),
    "to-a-file": (b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n", NEVER),
    "elsewhere": (b"HTTP/1.1 307 Moved\r\nLocation: ELSEWHERE\r\nContent-Length: 0\r\n\r\n", NEVER),
    "who": (b"HTTP/1.1 401 Who\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n", NEVER),
    "proxy": (b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n", NEVER),
    "other-service": (b'HTTP/1.1 200 OK\r\nAlt-Svc: h2="127.0.0.1:1"\r\nContent-Length: 0\r\n\r\n', SENT),
    "closed": (close, AGAIN),
    "reset": (reset, AGAIN),
}  # fmt: skip


def test_webhooks_that_mean_harm(tmp_path):
    """All at once, and beside them one that is good: it is served, nobody is followed elsewhere, and nothing grows."""
    with Bus() as bus, HttpsServer(tmp_path / "elsewhere") as elsewhere, HttpsServer(tmp_path / "good") as good:
        address = elsewhere.url("/followed").encode()
        manners = {f"/{name}": says.replace(b"ELSEWHERE", address) if isinstance(says, bytes) else says
                   for name, (says, _) in ANSWERS.items()}  # fmt: skip
        with Webhost(manners) as host:
            common = {"agencies": ["*"], "kinds": ["*"], "allow_http": True, "timeout": "2s"}
            hooks = [{"id": name, "url": host.url(f"/{name}"), **common} for name in ANSWERS]
            hooks.append({"id": "good", "url": good.url(), **common})
            live = Live(tmp_path, midnight(), mail=None, webhook=hooks)
            with live.start("session", environment=bus.environment) as daemon:
                outcomes = rf"(?m)^reminderd: ({SENT}|{AGAIN}|{NEVER}) to (\S+) "
                said(daemon, outcomes, len(hooks))
                found = {hook: outcome for outcome, hook in re.findall(outcomes, daemon.stderr)}
                assert found == {**{name: outcome for name, (_, outcome) in ANSWERS.items()}, "good": SENT}
                assert_journal_whole(daemon)
                assert_small(daemon)
                bus.wait_for_object()
                for verb in (["show", "bao-cao"], ["deliveries"], ["status"], ["log"]):
                    result = bus.ctl(*verb)
                    assert result.returncode == 0
                    assert_plain(result.stdout)
            assert elsewhere.requests() == [] and len(good.requests()) == 1
            assert all("cookie" not in head and "authorization" not in head for _, head, _ in host.heard)


def test_an_answer_that_came_before_its_request_is_none(tmp_path):
    """A second answer behind the first would be taken for that of the next request on the connection."""
    with Webhost({"/hook": OK + OK + OK}) as host:
        hook = {"id": "hook", "url": host.url("/hook"), "agencies": ["*"], "kinds": ["*"], "allow_http": True}
        with Live(tmp_path, midnight(), 3, mail=None, webhook=hook).start() as daemon:
            said(daemon, SENT, 3)
        assert len({head["webhook-id"] for _, head, _ in host.heard}) == 3


@pytest.mark.parametrize("certificate", ["wrong-name", "expired", "stranger"])
def test_a_webhook_with_a_certificate_that_is_not_its_own(tmp_path, authority, certificate):
    """Nothing is posted, nothing is lost, and whoever has to renew it is told at once."""
    with HttpsServer(tmp_path / "hooks", authority, certificate=certificate) as https:
        hook = {"id": "hook", "url": https.url(), "ca_file": str(authority.ca_file), "agencies": ["*"], "kinds": ["*"]}
        with Live(tmp_path, midnight(), mail=None, webhook=hook).start() as daemon:
            said(daemon, "Could not deliver due to hook .*, attempt 1: .*certificate")
            said(daemon, "webhook:hook: the server refuses us, messages wait: .*certificate")
        assert https.requests() == []
