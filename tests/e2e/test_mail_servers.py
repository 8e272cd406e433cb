"""Mail servers with limits and whims, as people report them: what they hold against a session, this machine or its login
costs no message and no copy."""

import ctypes
import itertools
import socket
import time

import pytest

from live import PASSWORD, PATIENCE, Live, midnight, said, wait_until
from reported import MECHANISMS, Reported
from strangers import can_mount, mounts

QUICK = {"first": "1s", "max": "1s", "give_up": "1h"}
CLONE_NEWUTS = 0x04000000


def office(folder, server, count=1, mail=None, login=False, **settings):
    """`count` messages that are due, and a server in the clear."""
    account = {} if login else {"username": None, "password_file": None}
    settings = {"retry": QUICK, **settings}
    return Live(folder, midnight(), count, mail={"url": server.url, "tls": "none", **account, **(mail or {})}, **settings)


def called(name):
    """What makes a process believe that its machine is called so."""

    def believe():
        assert ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUTS) == 0
        socket.sethostname(name)

    return believe


# ---- the name in EHLO ------------------------------------------------------------------------------------------------


def full_names_only(server, session, name):
    return None if "." in name.strip("[]") or name.startswith("[IPv6:") else b"504 5.5.2 need fully-qualified hostname\r\n"


@pytest.mark.skipif(not can_mount(), reason="only root names a machine")
@pytest.mark.parametrize(
    "host, hosts, mail, name",
    [
        ("may.khoi.example", "", {}, "may.khoi.example"),
        ("may", "127.0.1.1 may.khoi.example may\n", {}, "may.khoi.example"),
        ("may", "127.0.1.1 may\n", {}, None),
        ("localhost", "127.0.0.1 localhost\n", {}, None),
        ("may", "127.0.1.1 may\n", {"helo": "nhac.khoi.example"}, "nhac.khoi.example"),
        ("may", "127.0.1.1 may\n", {"helo": "[192.0.2.1]"}, "[192.0.2.1]"),
    ],
)
def test_a_machine_with_half_a_name(tmp_path, host, hosts, mail, name):
    (tmp_path / "hosts").write_text(hosts)
    (tmp_path / "nsswitch").write_text("hosts: files\n")
    believe, mount = called(host), mounts(**{"/etc/hosts": tmp_path / "hosts", "/etc/nsswitch.conf": tmp_path / "nsswitch"})
    with Reported(ehlo=full_names_only, helo=full_names_only) as server:
        with office(tmp_path, server, mail=mail).start(before=lambda: (mount(), believe())) as daemon:
            server.wait(1, PATIENCE)
            said(daemon, "Sent due")
        assert "Could not deliver" not in daemon.stderr
        assert server.names == [name] if name else full_names_only(server, None, server.names[0]) is None


# ---- refusals that are not a message's -------------------------------------------------------------------------------


class Until:
    """An answer that is given until the server is mended."""

    def __init__(self, answer):
        self.answer, self.mended = answer, False

    def __call__(self, *_):
        return None if self.mended else self.answer


REFUSALS = [
    ("greeting", b"554 5.7.1 client blocked\r\n", "administrator"),
    ("greeting", b"550 go away\r\n", "administrator"),
    ("ehlo", b"504 5.5.2 <may>: Helo command rejected: need fully-qualified hostname\r\n", "mail.helo"),
    ("ehlo", b"550 5.7.1 no\r\n", "administrator"),
    ("auth", b"535 5.7.8 refused\r\n", "password"),
    ("auth", b"534 5.7.9 too weak\r\n", "password"),
    ("auth", b"538 5.7.11 encrypt\r\n", "password"),
    ("mail", b"530 5.7.0 Authentication required\r\n", "password"),
    ("mail", b"553 5.7.1 <nhacviec@khoi.example>: Sender address rejected: not owned by user\r\n", "mail.from"),
    ("mail", b"550 5.4.5 Daily user sending quota exceeded\r\n", "administrator"),
    ("rcpt", b"554 5.7.1 <dv1@khoi.example>: Relay access denied\r\n", "administrator"),
    ("rcpt", b"550 relay not permitted\r\n", "administrator"),
    ("rcpt", b"504 5.5.2 <may>: Helo command rejected: need fully-qualified hostname\r\n", "mail.helo"),
    ("rcpt", b"554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.example\r\n", "administrator"),
    ("end", b"550 5.4.5 Daily sending quota exceeded\r\n", "administrator"),
    ("greeting", b"450 4.7.1 Client host rejected: cannot find your hostname\r\n", "mail.helo"),
    ("ehlo", b"450 4.7.1 <may>: Helo command rejected: Host not found\r\n", "mail.helo"),
    ("rcpt", b"454 4.7.1 <dv1@khoi.example>: Relay access denied\r\n", "administrator"),
    ("rcpt", b"550 5.7.1 Access denied\r\n", "administrator"),
    ("rcpt", b"450 4.1.8 <nhacviec@khoi.example>: Sender address rejected: Domain not found\r\n", "mail.from"),
    ("data", b"554 5.7.1 <DATA>: Data command rejected: Access denied\r\n", "administrator"),
    ("end", b"550 5.7.705 Access denied, tenant has exceeded threshold\r\n", "administrator"),
]


@pytest.mark.parametrize("step, answer, remedy", REFUSALS)
def test_what_the_operator_has_to_mend_costs_no_message(tmp_path, step, answer, remedy):
    until = Until(answer)
    more = {"helo": until} if step == "ehlo" else {}
    with Reported(offers=["PLAIN"] if step == "auth" else (), **{step: until, **more}) as server:
        with office(tmp_path, server, 3, login=step == "auth").start() as daemon:
            said(daemon, f"the server refuses us.*{answer.split()[0].decode()}.*{remedy}")
            said(daemon, "Could not deliver due to", 6)  # more than one attempt at each
            until.mended = True
            server.wait(3, PATIENCE)
            said(daemon, "Over after")
        assert "Gave up" not in daemon.stderr and sorted(server.taken) == [f"dv{n}@khoi.example" for n in (1, 2, 3)]


@pytest.mark.parametrize(
    "step, answer",
    [
        ("rcpt", b"550 5.1.1 <dv1@khoi.example>: Recipient address rejected: User unknown\r\n"),
        ("rcpt", b"550 mailbox unavailable\r\n"),
        ("rcpt", b"552 5.2.2 over quota\r\n"),
        ("mail", b"552 5.3.4 too big\r\n"),
        ("end", b"552 5.3.4 too big\r\n"),
        ("end", b"554 5.6.0 bad content\r\n"),
        ("end", b"554 5.7.1 spam\r\n"),
    ],
)
def test_what_is_a_messages_own_is_for_good(tmp_path, step, answer):
    with Reported(**{step: answer}) as server, office(tmp_path, server).start() as daemon:
        said(daemon, f"Gave up delivering due to dv1@khoi.example .* after 1 attempt: {answer[:3].decode()}")
        assert "refuses us" not in daemon.stderr


# ---- logging in ------------------------------------------------------------------------------------------------------

OFFERED = ["GSSAPI", "NTLM", "XOAUTH2", "EXTERNAL", "DIGEST-MD5", "CRAM-MD5", "LOGIN", "PLAIN"]
SUBSETS = [list(some) for n in range(1, len(OFFERED) + 1) for some in itertools.combinations(OFFERED, n)]
USABLE = [some for some in SUBSETS if MECHANISMS & set(some)]


@pytest.mark.parametrize("user", ["nhacviec", "nhacviec@khoi.example"])
def test_every_list_of_ways_to_log_in(tmp_path, user):
    """Each connection offers another list, and takes one message."""
    with Reported(offers=lambda number: USABLE[number % len(USABLE)], login=(user, PASSWORD), per_session=1) as server:
        mail = {"username": user, "connections": 1}
        with office(tmp_path, server, len(USABLE), mail, login=True).start() as daemon:
            server.wait(len(USABLE), PATIENCE)
            assert "Could not deliver" not in daemon.stderr and "Gave up" not in daemon.stderr
        assert server.counts["connections"] >= len(USABLE) and server.counts["refused logins"] == 0


@pytest.mark.parametrize("user", ["nhacviec", "nhacviec@khoi.example"])
@pytest.mark.parametrize("offers", [["GSSAPI"], ["NTLM", "GSSAPI"], ["XOAUTH2"], ["EXTERNAL"], ["DIGEST-MD5"]])
def test_no_way_to_log_in_that_we_know(tmp_path, offers, user):
    with Reported(offers=offers) as server:
        with office(tmp_path, server, mail={"username": user}, login=True).start() as daemon:
            said(daemon, f"the server refuses us.*{offers[0]}.*mail.username")
        assert server.counts["mail"] == server.counts["auth"] == 0


@pytest.mark.parametrize("behaviour", ["needed", "ignored"])
def test_plain_with_and_without_an_initial_response(tmp_path, behaviour):
    with Reported(offers=["PLAIN"], initial_response=behaviour) as server:
        with office(tmp_path, server, login=True).start():
            server.wait(1, PATIENCE)
        assert server.counts["refused logins"] == 0


@pytest.mark.parametrize("knows", [{"LOGIN"}, {"CRAM-MD5"}])
def test_the_next_way_is_tried_and_remembered(tmp_path, knows):
    with Reported(offers=["PLAIN", "LOGIN", "CRAM-MD5"], knows=knows, per_session=1) as server:
        with office(tmp_path, server, 10, {"connections": 1}, login=True).start() as daemon:
            server.wait(10, PATIENCE)
            assert "Could not deliver" not in daemon.stderr
        assert server.counts["logins"] == 10 and server.counts["refused logins"] <= 2


def test_a_server_that_hangs_up_on_each_way(tmp_path):
    """Its first refusal ends the session."""

    def refuse_then_close(server, session, mechanism):
        if mechanism == "PLAIN":
            session.connection.sendall(b"535 5.7.8 refused\r\n")
            session.connection.close()
            raise OSError
        return None

    with Reported(offers=["PLAIN", "LOGIN"], auth=refuse_then_close) as server:
        with office(tmp_path, server, 3, {"connections": 1}, login=True).start() as daemon:
            server.wait(3, PATIENCE)
            assert "Could not deliver" not in daemon.stderr
        assert server.counts["connections"] == 2


def test_only_the_ways_that_are_configured(tmp_path):
    with Reported(offers=["PLAIN", "LOGIN"], knows={"PLAIN"}) as server:
        with office(tmp_path, server, mail={"auth": ["login"]}, login=True).start() as daemon:
            said(daemon, "the server refuses us.*535")
        assert not server.taken


def test_a_login_that_is_refused_is_not_tried_for_each_message(tmp_path):
    count = 30
    with Reported(offers=["PLAIN"], knows=()) as server:
        retry = {"first": "1h", "max": "1h", "give_up": "5d"}
        with office(tmp_path, server, count, {"connections": 2}, login=True, retry=retry).start() as daemon:
            said(daemon, "the server refuses us")
            said(daemon, "Could not deliver", 20)
        assert server.counts["refused logins"] <= 4


# ---- times -----------------------------------------------------------------------------------------------------------


def late(seconds, answer=None):
    def says(*_):
        time.sleep(seconds)
        return answer

    return says


def test_a_server_that_scans_gets_no_copy(tmp_path):
    """Longer than `timeout`, which is for the other steps."""
    with Reported(end=late(4)) as server:
        with office(tmp_path, server, mail={"timeout": "1s"}).start() as daemon:
            said(daemon, "Sent due")
        assert server.taken == ["dv1@khoi.example"] and "Could not deliver" not in daemon.stderr


def test_a_greeting_that_lets_itself_be_waited_for(tmp_path):
    """Longer than the time in which TCP has to connect."""
    with Reported(greeting=late(32)) as server:
        with office(tmp_path, server).start() as daemon:
            server.wait(1, PATIENCE)
            said(daemon, "Sent due")
        assert server.counts["connections"] == 1


@pytest.mark.parametrize("step", ["greeting", "ehlo", "auth", "mail", "rcpt", "data", "end"])
def test_a_server_that_hangs_is_left(tmp_path, step):
    hang = Until(None)
    silent = lambda *_: None if hang.mended else (time.sleep(PATIENCE), b"")[1]  # noqa: E731
    with Reported(offers=["PLAIN"], **{step: silent}) as server:
        with office(tmp_path, server, mail={"timeout": "1s"}, login=True).start() as daemon:
            said(daemon, "Could not deliver due to .*timed out")
            hang.mended = True
            server.wait(1, PATIENCE)


@pytest.mark.parametrize("step", ["greeting", "mail", "end"])
def test_a_wait_does_not_hold_up_the_end(tmp_path, step):
    entered = []
    with Reported(**{step: lambda *_: entered.append(1) or time.sleep(PATIENCE)}) as server:
        with office(tmp_path, server).start() as daemon:
            wait_until(lambda: entered, lambda: daemon.stderr)
            begin = time.monotonic()
            daemon.process.terminate()
            daemon.process.wait(PATIENCE)
            assert time.monotonic() - begin < 30


# ---- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("per_session", [1, 5])
def test_so_many_messages_in_a_session(tmp_path, per_session):
    count = 40
    with Reported(per_session=per_session, offers=["PLAIN"]) as server:
        with office(tmp_path, server, count, {"connections": 2}, login=True, retry={"first": "1h"}).start() as daemon:
            server.wait(count, PATIENCE)
            said(daemon, "Sent due", count)
            assert "Could not deliver" not in daemon.stderr
        assert sorted(server.taken) == sorted({f"dv{n}@khoi.example" for n in range(1, count + 1)})
        assert server.counts["too many in a session"] <= 2  # it is remembered


@pytest.mark.parametrize("at_once", [1, 3])
def test_fewer_connections_than_are_configured(tmp_path, at_once):
    count = 40
    with Reported(at_once=at_once, end=late(0.05)) as server:
        with office(tmp_path, server, count, {"connections": 4}, retry={"first": "1h"}).start() as daemon:
            server.wait(count, PATIENCE)
            said(daemon, "Sent due", count)
            assert "Could not deliver" not in daemon.stderr
        assert server.counts["turned away"] <= 4 - at_once


def test_a_server_that_turns_everybody_away(tmp_path):
    """A few connections, and not one for each message again and again; the attempts go on, and all is well afterwards."""
    until = Until(b"421 4.3.2 not now\r\n")
    with Reported(greeting=until) as server:
        with office(tmp_path, server, 8, {"connections": 3}).start() as daemon:
            said(daemon, "Could not deliver due to .*attempt [3-9]: 421")
            assert server.counts["connections"] <= 8
            assert "Gave up" not in daemon.stderr
            until.mended = True
            server.wait(8, PATIENCE)


def test_a_connection_that_went_stale(tmp_path):
    """The server closes idle ones sooner than we do: what comes next leaves at once in a new one, and nothing is learned
    of it."""
    once = []

    def busy_once(server, session, recipient):
        if recipient.startswith("dv2@") and not once:
            return once.append(1) or b"451 4.2.1 later\r\n"
        return None

    with Reported(patience=1, rcpt=busy_once) as server:
        retry = {"first": "3s", "max": "3s", "give_up": "1h"}
        with office(tmp_path, server, 2, {"connections": 1}, retry=retry).start() as daemon:
            server.wait(2, PATIENCE)
            said(daemon, "Sent due", 2)
            assert daemon.stderr.count("Could not deliver") == 1
        assert server.counts["connections"] == 2 and server.counts["timed out"] >= 1


def test_a_refused_mailbox_does_not_end_the_session(tmp_path):
    def odd_ones(server, session, recipient):
        return b"550 5.1.1 no such user\r\n" if int(recipient[2 : recipient.index("@")]) % 2 else None

    with Reported(offers=["PLAIN"], rcpt=odd_ones) as server:
        with office(tmp_path, server, 10, {"connections": 1}, login=True).start() as daemon:
            server.wait(5, PATIENCE)
            said(daemon, "Gave up delivering due", 5)
        assert server.counts["logins"] == 1 and server.counts["connections"] == 1
