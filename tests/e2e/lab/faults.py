"""Programs of misbehaviour: what a server does instead of its duty, for whom, and how often.

A program is a list of steps with semicolons between them, each `NAME` or `NAME:ARGUMENT`, and with `*N` only that many
times: `450*2` fails twice and then is good; `503*1; 429:2*1` fails in two ways, one after the other. A step without a
number lasts for ever. Keys are recipients (SMTP) or paths (HTTPS); the key `*` stands for all others.
"""

import collections
import json
import pathlib
import threading

Fault = collections.namedtuple("Fault", "name argument")


def parse(program):
    """The steps of a program as (fault, times or None)."""
    steps = []
    for text in filter(None, (step.strip() for step in program.split(";"))):
        text, _, times = text.partition("*")
        name, _, argument = text.partition(":")
        steps.append((Fault(name, argument), int(times) if times else None))
    return steps


class Faults:
    """Programs by key. With a file (JSON: {"key": "program"}) they can be changed while the server runs."""

    def __init__(self, programs=None, file=None):
        self._lock = threading.Lock()
        self._file = pathlib.Path(file) if file else None
        self._stamp = None
        self._texts, self._steps, self._used = {}, {}, collections.Counter()
        self.update(programs or {})

    def update(self, programs):
        with self._lock:
            self._replace(programs)

    def _replace(self, programs):
        for key, text in programs.items():
            parse(text)  # a mistake shows here, not in a server's thread
            if self._texts.get(key) != text:
                self._used[key] = 0
        self._texts = dict(programs)
        self._steps = {key: parse(text) for key, text in programs.items()}

    def _reread(self):
        try:
            stamp = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if stamp != self._stamp:
            self._stamp = stamp
            self._replace(json.loads(self._file.read_text()))

    def next(self, key):
        """The fault that is due for the key, counted as used; None: behave."""
        with self._lock:
            if self._file:
                self._reread()
            if key not in self._steps:
                key = "*"
            used = self._used[key]
            self._used[key] += 1
            for fault, times in self._steps.get(key, ()):
                if times is None or used < times:
                    return fault
                used -= times
            return None
