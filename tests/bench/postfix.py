"""Postfix with a configuration and a queue of its own in a temporary folder: nothing of the system's is touched."""

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path

from harness import Missing, free_port, output, program, running, wait_until

PACKAGE = "postfix"
# Postfix as it ships, but for where it lies, where it listens and that everything goes to one server.
MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = bench.khoi.example
mydestination =
relayhost = [127.0.0.1]:{sink}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
disable_dns_lookups = yes
notify_classes =
alias_maps =
defer_transports = {deferred}
"""
MASTER = """127.0.0.1:{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""


class Log:
    """How often a word stands in a log that grows."""

    def __init__(self, path, word):
        self.path, self.word, self.at, self.n = path, word, 0, 0

    def count(self):
        if self.path.exists():
            with self.path.open("rb") as file:
                file.seek(self.at)
                new = file.read()
            whole = new[: new.rfind(b"\n") + 1]
            self.at += len(whole)
            self.n += whole.count(self.word)
        return self.n


@contextlib.contextmanager
def instance(folder, sink):
    """Runs it, every message being deferred; yields its port."""
    port = free_port()
    folder.chmod(0o755)  # its programs run as the user postfix
    (folder / "main.cf").write_text(MAIN.format(folder=folder, sink=sink, deferred="smtp"))
    (folder / "master.cf").write_text(MASTER.format(port=port))
    for name in ("queue", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    output(program("postfix", PACKAGE), "-c", folder, "check")
    master = Path(output("postconf", "-h", "daemon_directory").strip()) / "master"
    with running([master, "-c", folder, "-d"], port):
        yield port


def drain(sink, count, size):
    """Messages a second with which it empties its queue to the sink."""
    program("smtp-source", PACKAGE)
    if os.geteuid() != 0:
        raise Missing("Postfix has to be started by root")
    with tempfile.TemporaryDirectory(prefix="reminderd-bench-") as name:
        folder = Path(name)
        with instance(folder, sink) as port:
            output("smtp-source", "-s", 10, "-m", count, "-l", size, "-f", "nhacviec@khoi.example",
                   "-t", "dv1@khoi.example", f"127.0.0.1:{port}")  # fmt: skip
            deferred = Log(folder / "log", b"status=deferred")
            wait_until(lambda: deferred.count() >= count, f"{count} messages are queued")
            (folder / "main.cf").write_text(MAIN.format(folder=folder, sink=sink, deferred=""))
            output("postfix", "-c", folder, "reload")
            removed = Log(folder / "log", b": removed\n")
            begin = time.monotonic()
            output("postqueue", "-c", folder, "-f")
            wait_until(lambda: removed.count() >= count, f"{count} messages are delivered")
            return count / (time.monotonic() - begin)
