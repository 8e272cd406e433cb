"""What the programs are started into: an odd environment, closed descriptors, strange signals and limits, secrets that
are no proper files. Reminders leave all the same, or the error says what to mend."""

import contextlib
import fcntl
import os
import resource
import signal
import subprocess

import pytest

import block
from block import Bus
from lab.https import HttpsServer
from lab.smtp import SmtpServer
from live import PASSWORD, PATIENCE, USER, Live, midnight, said, soon, wait_until

COUNT = 3


@pytest.fixture
def servers(tmp_path, authority):
    with (
        SmtpServer(tmp_path / "mail", authority, user=USER, password=PASSWORD) as smtp,
        HttpsServer(tmp_path / "hooks", authority) as https,
    ):
        yield smtp, https


def overdue_block(folder, authority, servers, **settings):
    """Three agencies whose reminder was due at midnight: it leaves at once, by mail and to a webhook."""
    smtp, https = servers
    trust = {"ca_file": str(authority.ca_file)}
    hook = {"id": "hook", "url": https.url(), "agencies": ["*"], "kinds": ["*"], **trust}
    return Live(folder, midnight(), COUNT, mail={"url": smtp.url, **trust}, webhook=hook, **settings)


def assert_all_arrive(servers):
    smtp, https = servers
    mails, posts = smtp.wait(COUNT, PATIENCE), https.wait(COUNT, PATIENCE)
    assert len(mails) == len(posts) == COUNT
    assert all(mail["user"] == USER for mail in mails)
    assert all("authorization" not in post["headers"] for post in posts)


def test_the_environment_leads_nothing_elsewhere(tmp_path, authority, servers):
    """Proxies, passwords and start-up files for curl, folders that are missing, a language, a zone and a watchdog that
    nobody knows."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text("default login somebody password else\n")
    (home / ".curlrc").write_text("proxy = http://127.0.0.1:1\n")
    nowhere = "http://127.0.0.1:1"
    environment = {
        **{name: nowhere for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "smtp_proxy")},
        "HOME": str(home), "CURL_HOME": str(home), "NETRC": str(home / ".netrc"), "SSL_CERT_DIR": "/nonexistent",
        "TMPDIR": "/nonexistent", "SQLITE_TMPDIR": "/nonexistent", "TZ": "Nowhere/Nonsense", "LC_ALL": "tr_TR.ISO-8859-9",
        "LANG": "xx_YY", "JOURNAL_STREAM": "9:9", "WATCHDOG_USEC": "soon", "LISTEN_PID": "1", "LISTEN_FDS": "3",
    }  # fmt: skip
    with overdue_block(tmp_path, authority, servers).start(environment=environment):
        assert_all_arrive(servers)


def test_nobody_to_talk_to(tmp_path, authority, servers):
    """Neither a service manager nor a bus where the environment says that they are."""
    nobody = {"NOTIFY_SOCKET": str(tmp_path / "nobody"), "DBUS_SESSION_BUS_ADDRESS": "nonsense:path=\x1b,;",
              "DBUS_SYSTEM_BUS_ADDRESS": "", "WATCHDOG_USEC": "3000000"}  # fmt: skip
    daemon = overdue_block(tmp_path, authority, servers).start("session", environment=nobody)
    try:
        assert_all_arrive(servers)
        daemon.stop()
    finally:
        daemon.kill()


@pytest.mark.parametrize("closed", [(0, 1, 2), (2,)])
def test_closed_descriptors_are_not_given_to_anything_else(tmp_path, authority, servers, closed):
    """Otherwise a connection or the store would be number 2, and get the lines of the journal."""
    with overdue_block(tmp_path, authority, servers).start(before=lambda: [os.close(fd) for fd in closed]) as daemon:
        assert_all_arrive(servers)
        for fd in closed:
            assert os.readlink(f"/proc/{daemon.process.pid}/fd/{fd}") == "/dev/null"


@pytest.mark.parametrize("closed", [(0, 1, 2), (1,)])
def test_reminderctl_does_not_write_to_the_bus_for_want_of_an_output(tmp_path, closed):
    with Bus() as bus, Live(tmp_path, soon(3600)).start("session", environment=bus.environment):
        bus.wait_for_object()
        command = [block.REMINDERCTL, "--bus", "session", "list", "--json"]
        variables = block.environment(**bus.environment)
        result = subprocess.run(command, env=variables, preexec_fn=lambda: [os.close(fd) for fd in closed])
        assert result.returncode == 1
        assert block.run(*command, **bus.environment).stdout.startswith("[")


def test_signals_that_the_caller_blocked_or_ignored(tmp_path, authority, servers):
    def before():
        for name in ("SIGPIPE", "SIGHUP", "SIGCHLD", "SIGTERM", "SIGINT", "SIGALRM"):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))

    with overdue_block(tmp_path, authority, servers).start(before=before) as daemon:
        assert_all_arrive(servers)
        daemon.reload()
        daemon.stop()


@contextlib.contextmanager
def held_up(path):
    """Whoever opens the file has to wait: yields a function that waits for somebody to do so (fcntl(2), "Leases")."""
    fd = os.open(path, os.O_RDWR)
    try:
        fcntl.fcntl(fd, F_SETSIG, signal.SIGURG)  # which nobody hears
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        yield lambda: wait_until(lambda: fcntl.fcntl(fd, fcntl.F_GETLEASE) != fcntl.F_WRLCK, lambda: f"{path} opened")
    finally:
        os.close(fd)


F_SETSIG = 10  # of <fcntl.h>; Python has no name for it


@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM", "SIGINT", "SIGPIPE", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGXFSZ"])
def test_a_signal_in_the_middle_of_the_start(tmp_path, authority, servers, name):
    """Caught while it reads a template: to reload is done once it runs, to end ends it cleanly, others mean nothing."""
    live = overdue_block(tmp_path, authority, servers)
    template = next((live.conf / "templates/vi").glob("*.html"))
    with Bus() as bus, contextlib.ExitStack() as end:
        with held_up(template) as wait_for_it:
            daemon = live.start("session", environment=bus.environment)
            end.callback(daemon.kill)
            wait_for_it()
            daemon.process.send_signal(getattr(signal, name))
        if name in ("SIGTERM", "SIGINT"):
            assert daemon.process.wait(PATIENCE) == 0
            assert "Stopping" in daemon.stderr and "Cannot go on" not in daemon.stderr
        else:
            daemon.wait_for("READY=1")
            assert_all_arrive(servers)
            if name == "SIGHUP":
                said(daemon, "Configuration reloaded")
            daemon.stop()


def test_few_descriptors_delay_and_lose_nothing(tmp_path, authority, servers):
    def before():
        resource.setrlimit(resource.RLIMIT_NOFILE, (21, 1024))

    retry = {"first": "1s", "max": "1s", "give_up": "1h"}
    with overdue_block(tmp_path, authority, servers, retry=retry).start(before=before) as daemon:
        said(daemon, "Could not deliver")
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (1024, 1024))
        assert_all_arrive(servers)
    assert "Gave up" not in daemon.stderr


def test_too_few_descriptors_are_said(tmp_path, authority, servers):
    def before():
        resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))

    with pytest.raises(AssertionError, match="Too many open files"):
        with overdue_block(tmp_path, authority, servers).start(before=before):
            pass


SECRETS = {
    "readable by others": (lambda path: path.chmod(0o644), "chmod 0600"),
    "readable by the group": (lambda path: path.chmod(0o640), "chmod 0600"),
    "a pipe": (lambda path: (path.unlink(), os.mkfifo(path, 0o600)), "is not a regular file"),
    "a folder": (lambda path: (path.unlink(), path.mkdir(0o700)), "is a folder"),
    "a device without end": (lambda path: (path.unlink(), path.symlink_to("/dev/zero")), "is not a regular file"),
    "a megabyte": (lambda path: path.write_bytes(b"x" * (1 << 20)), "is too large"),
    "empty": (lambda path: path.write_bytes(b"\n"), "is empty"),
    "a NUL inside": (lambda path: path.write_bytes(b"mat\0khau"), "NUL"),
    "a line end inside": (lambda path: path.write_bytes(b"mat\r\nkhau"), "line"),
    "missing": (lambda path: path.unlink(), "does not exist"),
}


@pytest.mark.parametrize("what", SECRETS)
def test_a_password_file_that_will_not_do(tmp_path, what):
    spoil, says = SECRETS[what]
    live = Live(tmp_path, soon(3600), mail={"url": "smtp://127.0.0.1:1"})
    spoil(tmp_path / "secret")
    result = live.check()
    assert result.returncode == 1
    assert says in result.stdout and "reminderd.conf:" in result.stdout
    assert PASSWORD not in result.stdout + result.stderr and "khau" not in result.stdout
