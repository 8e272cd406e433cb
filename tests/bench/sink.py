"""Mail servers that take everything and throw it away: Postfix's smtp-sink."""

import contextlib
import os
import re
import subprocess
import threading
import time

from harness import Missing, free_port, program, running

PYTHON = ("/usr/bin/python3", "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l")


def command(port, *options):
    if os.geteuid() == 0:  # as whom it refuses to run
        options += ("-u", "nobody")
    return [program("smtp-sink", "postfix"), "-4", *options, f"127.0.0.1:{port}", "1000"]


@contextlib.contextmanager
def sink(smoke):
    """Yields its port. To see whether everything runs, a slower server will do."""
    port = free_port()
    try:
        arguments = command(port)
    except Missing:
        if not smoke:
            raise
        arguments = [*PYTHON, f"127.0.0.1:{port}"]
    with running(arguments, port):
        yield port


class Arrivals:
    """When each message was taken: the moment at which the counter is read that smtp-sink prints after each."""

    def __init__(self, stream):
        self.stream, self.times, self.rest = stream, [], b""
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        while piece := self.stream.read1(65536):
            now = time.time()
            self.rest += piece
            *_, last = [0, *re.findall(rb"mesg=(\d+)\r", self.rest)]
            self.rest = self.rest[self.rest.rfind(b"\r") + 1 :]
            self.times += [now] * (int(last) - len(self.times))


@contextlib.contextmanager
def counting_sink():
    """Yields its port and its arrivals."""
    port = free_port()
    with running(command(port, "-c"), port, log=subprocess.PIPE) as process:
        yield port, Arrivals(process.stdout)
