"""A block of N agencies that are all reminded of one report at one moment, seconds ahead: the real daemon, its shipped
templates, its own clock, and a database made durable as it ships."""

import contextlib
import tempfile
import time
from pathlib import Path

import live
from harness import Record, processor_seconds
from lab.smtp import SmtpServer

# What writing the configuration and starting take, generously, for each agency and at least.
LEAD_EACH, LEAD = 0.0001, 1.0


def plain_mail(port, connections):
    """Settings for a server that wants neither TLS nor a login."""
    return {"url": f"smtp://127.0.0.1:{port}", "tls": "none", "username": None, "password_file": None,
            "connections": connections}  # fmt: skip


@contextlib.contextmanager
def office(count, **settings):
    """A daemon that is ready, its block and the moment (Unix time) at which everything falls due."""
    with tempfile.TemporaryDirectory(prefix="reminderd-bench-") as folder:
        at = live.soon(LEAD + count * LEAD_EACH)
        block = live.Live(Path(folder), at, count, **settings)
        with block.start() as daemon:
            assert time.time() < at.timestamp(), "the start took longer than thought: raise LEAD"
            yield daemon, block, at.timestamp()


def rate(count, **settings):
    """Messages a second, from the moment at which `count` notices fall due until the last one is recorded as sent, and
    microseconds of the daemon's processor time for each."""
    with office(count, **settings) as (daemon, block, moment), Record(block.state) as record:
        before = processor_seconds(daemon.process)
        time.sleep(max(0, moment - time.time()))
        record.wait_sent(count)
        end = time.time()
        assert record.sent() == count, f"{record.sent()} of {count} are recorded as sent"
        return count / (end - moment), 1e6 * (processor_seconds(daemon.process) - before) / count


def sample_message():
    """The bytes of one such message."""
    with tempfile.TemporaryDirectory(prefix="reminderd-bench-") as folder, SmtpServer(Path(folder) / "mail") as server:
        with office(1, mail=plain_mail(server.port, 1)):
            (record,) = server.wait(1)
            return (Path(folder) / "mail" / record["file"]).read_bytes()
