"""reminder-mail and a mail server that fails in every way: each letter is told, always with the same origin, and none is
lost; whatever the server lacks, it is moved."""

import pytest

from lab.imap import Gone, ImapServer
from listener import Bus, Listener, Reader
from live import PASSWORD
from test_mailbox import letter

pytestmark = pytest.mark.once
FORGED = letter(2, "r4 OK done\r\n* 9 EXISTS\r\n* BYE\r\n* 1 FETCH (UID 1 BODY[] {9}\r\n)")


@pytest.fixture
def bus():
    with Bus() as one:
        yield one


def moved(server, count, folder="Da xu ly"):
    return lambda: len(server.folders.get(folder, ())) >= count and not server.inbox


def run(tmp_path, bus, authority, server, count, listener):
    with server, Reader(tmp_path, bus, server.url, authority, PASSWORD) as reader:
        reader.wait(moved(server, count))
    assert len(listener.recorded) == count
    return server.folders["Da xu ly"]


@pytest.mark.parametrize("capabilities", ["IDLE MOVE UIDPLUS", "IDLE UIDPLUS", "IDLE", ""])
def test_what_it_lacks(tmp_path, bus, authority, capabilities):
    server = ImapServer(authority, capabilities, [letter(1), FORGED, b""])
    listener = Listener(bus)
    assert run(tmp_path, bus, authority, server, 3, listener) == [letter(1), FORGED, b""]
    assert [facts["references"] for facts in listener.heard] == [["thu-1@khoi.example"], ["thu-2@khoi.example"], []]
    said = {name for name, _ in server.commands}
    assert ("MOVE" in said) == ("MOVE" in capabilities) and "LOGOUT" not in said
    assert not [rest for name, rest in server.commands if name == "STORE" and "Seen" in rest]


STEPS = ["greeting", "AUTHENTICATE", "SELECT", "after SELECT", "FETCH", "after FETCH", "MOVE", "after MOVE"]
OTHER_STEPS = ["CAPABILITY", "after CAPABILITY", "after AUTHENTICATE"]


@pytest.mark.parametrize("step", STEPS + OTHER_STEPS)
def test_it_goes_away(tmp_path, bus, authority, step):
    server = ImapServer(authority, letters=[letter(1), letter(2)], fails={step: 2})
    server.folders["Da xu ly"] = []
    listener = Listener(bus)
    run(tmp_path, bus, authority, server, 2, listener)
    assert {facts["origin"] for facts in listener.heard} == set(listener.recorded) and not server.fails[step]


@pytest.mark.parametrize("step", ["COPY", "after COPY", "STORE", "after STORE", "EXPUNGE", "after EXPUNGE"])
def test_it_goes_away_without_move(tmp_path, bus, authority, step):
    """A copy may be there twice; it is one letter."""
    server = ImapServer(authority, "IDLE UIDPLUS", [letter(1), letter(2)], {step: 1})
    server.folders["Da xu ly"] = []
    listener = Listener(bus)
    assert set(run(tmp_path, bus, authority, server, 2, listener)) == {letter(1), letter(2)}


@pytest.mark.parametrize("step", ["MOVE", "CREATE", "after CREATE", "SUBSCRIBE", "after SUBSCRIBE"])
def test_it_goes_away_while_a_folder_is_made(tmp_path, bus, authority, step):
    server = ImapServer(authority, letters=[letter(1), letter(2)], fails={step: 1})
    listener = Listener(bus)
    assert run(tmp_path, bus, authority, server, 2, listener) == [letter(1), letter(2)]
    assert not server.fails[step]


@pytest.mark.parametrize("step", ["IDLE", "after IDLE"])
def test_it_goes_away_while_it_is_waited_for(tmp_path, bus, authority, step):
    server = ImapServer(authority, fails={step: 2})
    server.folders["Da xu ly"] = []
    listener = Listener(bus)
    with server, Reader(tmp_path, bus, server.url, authority, PASSWORD) as reader:
        for n in (1, 2):
            reader.wait(lambda: server.commands and server.commands[-1][0] == "IDLE", "IDLE")
            server.add(letter(n))
            reader.wait(moved(server, n), f"letter {n}")
        reader.wait(lambda: not server.fails[step], "the second time")
    assert len(listener.heard) == 2


@pytest.mark.parametrize("at", [0, 1, 40, 200, -3, -1])
def test_it_goes_away_within_a_letter(tmp_path, bus, authority, at):
    """Half a letter is none: it is fetched anew."""
    server, session, cut = ImapServer(authority, letters=[letter(1)]), [None], [True]
    step, body = server.step, server.body

    def remember(name, one):
        session[0] = one
        step(name, one)

    def half(number, uid):
        whole = body(number, uid)
        if cut.pop() if cut else False:
            session[0].say(whole[:at])
            raise Gone
        return whole

    server.step, server.body = remember, half
    listener = Listener(bus)
    assert run(tmp_path, bus, authority, server, 1, listener) == [letter(1)]
    assert len(listener.heard) == 1 and not cut


def test_uids_are_forgotten(tmp_path, bus, authority):
    """The mailbox was restored: the same letters under other numbers."""
    server = ImapServer(authority, letters=[letter(1)], fails={"MOVE": 1})
    server.folders["Da xu ly"] = []
    step = server.step

    def forget(name, session):
        if name == "MOVE" and server.fails["MOVE"]:
            server.uidvalidity, server.inbox = 2, {7: letter(1)}
        step(name, session)

    server.step = forget
    listener = Listener(bus)
    run(tmp_path, bus, authority, server, 1, listener)
    assert len(listener.heard) == 2


def test_forty_megabytes(tmp_path, bus, authority):
    """A server that sends more than it was asked for."""
    large = letter(1) + b"x" * (40 << 20)
    server = ImapServer(authority, letters=[large, letter(2)])
    listener = Listener(bus)
    run(tmp_path, bus, authority, server, 2, listener)
    assert [facts["references"] for facts in listener.heard] == [["thu-1@khoi.example"], ["thu-2@khoi.example"]]


def test_one_that_went_meanwhile(tmp_path, bus, authority):
    """Somebody deletes it between the look and the fetch."""
    server = ImapServer(authority, letters=[letter(1), letter(2)])
    body = server.body
    server.body = lambda number, uid: b"" if uid == 1 else body(number, uid)
    listener = Listener(bus)
    with server, Reader(tmp_path, bus, server.url, authority, PASSWORD) as reader:
        reader.wait(lambda: len(server.folders.get("Da xu ly", ())) == 1)
    assert [facts["references"] for facts in listener.heard] == [["thu-2@khoi.example"]]


def test_it_is_killed(tmp_path, bus, authority):
    """SIGKILL, of a sudden, at each step of ten letters."""
    server = ImapServer(authority, letters=[letter(n) for n in range(10)])
    server.folders["Da xu ly"] = []
    listener, left = Listener(bus), iter(STEPS * 2)
    kill = [next(left)]
    step = server.step

    def strike(name, session):
        if kill[0] == name:
            kill[0] = next(left, None)
            reader.kill()
        step(name, session)

    server.step = strike
    with server:
        reader = Reader(tmp_path, bus, server.url, authority, PASSWORD)
        with reader:
            while kill[0]:
                reader.wait(lambda: reader.process.poll() is not None or not kill[0])
                if reader.process.poll() is not None:
                    reader.start()
            reader.wait(moved(server, 10))
    assert len(listener.recorded) == 10
    assert sorted(server.folders["Da xu ly"]) == sorted(letter(n) for n in range(10))
