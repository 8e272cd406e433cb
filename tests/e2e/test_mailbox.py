"""reminder-mail on a real Dovecot: what lies in the folder is told to whoever has the daemon's name, then moved."""

import imaplib
import ssl

import pytest

from lab import dovecot
from lab.tokens import Tokens
from listener import Bus, Listener, Reader
from live import PASSWORD

pytestmark = [pytest.mark.skipif(not dovecot.version(), reason="needs Dovecot, and root to start it"), pytest.mark.once]


def letter(n, text="Đã nộp báo cáo.", **headers):
    headers = {"From": "Sở Nội vụ <sonoivu@laocai.example>", "To": "nhacviec@khoi.example", "Subject": "Re: Nhắc việc",
               "Message-ID": f"<tra-loi-{n}@laocai.example>", "Date": "Mon, 30 Nov 2026 08:00:00 +0700",
               "In-Reply-To": f"<thu-{n}@khoi.example>", "Content-Type": "text/plain; charset=utf-8", **headers}  # fmt: skip
    return ("".join(f"{name}: {value}\r\n" for name, value in headers.items()) + f"\r\n{text}\r\n").encode()


@pytest.fixture
def server(authority):
    with dovecot.dovecot(authority.folder / "server.pem", PASSWORD) as one:
        yield one


@pytest.fixture
def bus():
    with Bus() as one:
        yield one


def test_what_lies_there_and_what_comes(tmp_path, server, bus, authority):
    server.deliver(letter(1))
    listener = Listener(bus, lambda facts: "review" if "thu-2@khoi.example" in facts["references"] else "recorded")
    with Reader(tmp_path, bus, server.url, authority, PASSWORD, done="Đã xử lý", review="Cần xem & hỏi") as reader:
        reader.wait(lambda: len(server.letters("Đã xử lý")) == 1, "the first")
        server.deliver(letter(2))
        reader.wait(lambda: len(server.letters("Cần xem & hỏi")) == 1, "the second")
    assert server.letters() == []
    assert [facts["references"] for facts in listener.heard] == [["thu-1@khoi.example"], ["thu-2@khoi.example"]]
    assert listener.heard[0]["text"] == "Đã nộp báo cáo." and listener.heard[0]["class"] == "answer"


def test_flags_mean_nothing(tmp_path, server, bus, authority):
    """Somebody has read it in webmail."""
    server.deliver(letter(1))
    port = int(server.url.rsplit(":", 1)[1])
    context = ssl.create_default_context(cafile=authority.ca_file)
    with imaplib.IMAP4_SSL("127.0.0.1", port, ssl_context=context) as other:
        other.login("nhacviec", PASSWORD)
        other.select()
        other.store("1", "+FLAGS", r"(\Seen \Flagged \Answered)")
    listener = Listener(bus)
    with Reader(tmp_path, bus, server.url, authority, PASSWORD) as reader:
        reader.wait(lambda: len(server.letters("Da xu ly")) == 1)
    assert len(listener.heard) == 1


def test_a_wrong_password_is_said(tmp_path, server, bus, authority):
    with Reader(tmp_path, bus, server.url, authority, "sai") as reader:
        reader.wait(lambda: "nhacviec is not let in" in reader.stderr and "correct the password in /" in reader.stderr)


def test_a_token_that_is_renewed(tmp_path, bus, authority):
    """OAuth2: one that has expired is said; once another stands in the file, that one is shown, by itself."""
    file = tmp_path / "token"
    file.write_text("cu\n")
    with Tokens(moi="nhacviec") as tokens, dovecot.dovecot(authority.folder / "server.pem", PASSWORD, tokens.url) as server:
        server.deliver(letter(1))
        listener = Listener(bus)
        with Reader(tmp_path, bus, server.url, authority, PASSWORD, password_file=None, token_file=str(file)) as reader:
            reader.wait(lambda: f"renew the token in {file}" in reader.stderr)
            assert not listener.heard
            file.write_text("moi\n")
            reader.wait(lambda: len(server.letters("Da xu ly")) == 1)


def test_without_a_daemon_it_stays_where_it_is(tmp_path, server, bus, authority):
    server.deliver(letter(1))
    with Reader(tmp_path, bus, server.url, authority, PASSWORD) as reader:
        reader.wait(lambda: "stays where it is" in reader.stderr)
        assert len(server.letters()) == 1
        listener = Listener(bus)
        reader.wait(lambda: len(server.letters("Da xu ly")) == 1)
    assert len(listener.heard) == 1
