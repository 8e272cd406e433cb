"""Users that are not on this machine, a bus that lets them all in, and an office on it.

The daemon runs in a mount namespace of its own in which /etc/passwd and /etc/group are the ones written here. Needs root.
"""

import contextlib
import ctypes
import datetime
import os
import sqlite3
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import pytest

import block
from block import Block, plan
from rawbus import RawBus

ROOT, MEMBER, OUTSIDER, UNKNOWN = 0, 61001, 61002, 61003
PASSWD = f"""root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534::/:/bin/sh
thu-ky:x:{MEMBER}:{MEMBER}::/:/bin/sh
nguoi-ngoai:x:{OUTSIDER}:{OUTSIDER}::/:/bin/sh
"""
KNOWN_TO_THE_BUS = f"vang-lai:x:{UNKNOWN}:{UNKNOWN}::/:/bin/sh\n"  # which closes its door to those it does not know
GROUP = f"""root:x:0:
nogroup:x:65534:
thu-ky:x:{MEMBER}:
nguoi-ngoai:x:{OUTSIDER}:
reminderd:x:61000:thu-ky
"""
CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 0x1000, 0x4000, 0x40000  # sched.h, sys/mount.h
libc = ctypes.CDLL(None, use_errno=True)


def mount(source, target, flags):
    if libc.mount(os.fsencode(source), os.fsencode(target), None, flags, None) < 0:
        raise OSError(ctypes.get_errno(), f"mount {target}")


def mounts(**places):
    """For a process that is about to start: in its own eyes alone, each path is what it is given here."""

    def enter():
        if libc.unshare(CLONE_NEWNS) < 0:
            raise OSError(ctypes.get_errno(), "unshare")
        mount("none", "/", MS_REC | MS_PRIVATE)
        for target, source in places.items():
            mount(source, target, MS_BIND)

    return enter


def can_mount():
    """Root in a container may be forbidden to."""
    return os.getuid() == 0 and subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL).returncode == 0


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
needs_mounts = pytest.mark.skipif(not can_mount(), reason="only root, where it may mount, has a user database for a test")


def user_database(folder, more=""):
    """The `before` of a daemon that knows these users."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    (folder / "passwd").write_text(PASSWD + more)
    (folder / "group").write_text(GROUP)
    return mounts(**{"/etc/passwd": folder / "passwd", "/etc/group": folder / "group"})


@contextlib.contextmanager
def being(uid):
    """The bus goes by who connects."""
    os.setegid(uid)
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


OPEN_BUS = """<busconfig>
  <type>{kind}</type><listen>{address}</listen><auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/><allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/><allow receive_type="method_return"/><allow receive_type="error"/>
    <allow receive_type="signal"/>
  </policy>
  {include}
</busconfig>"""


class OpenBus:
    """A bus that lets everybody in, and with `policy` then keeps reminderd's own."""

    def __init__(self, folder, kind="system", policy=False):
        include = f"<include>{block.ROOT}/conf/org.reminderd1.conf</include>" if policy else ""
        self.address = f"unix:abstract=reminderd-test-{uuid.uuid4().hex}"  # no folder keeps a stranger away from it
        (folder / "bus.conf").write_text(OPEN_BUS.format(kind=kind, address=self.address, include=include))
        self.command = ["dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork", "--nopidfile", "--print-address=1"]
        self.before = user_database(folder, KNOWN_TO_THE_BUS) if can_mount() else None
        self.environment = {f"DBUS_{kind.upper()}_BUS_ADDRESS": self.address}

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, preexec_fn=self.before)  # fmt: skip
        assert self.process.stdout.readline()
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


# ---- an office ---------------------------------------------------------------------------------------------------------

NEXT = datetime.date.today().year + 1  # a plan that is all ahead on any day
AGENCY, OTHER = "so-tu-phap", "so-noi-vu"
ITEMS = f"""
    {{ id = "bao-cao"; title = "Báo cáo tổng kết"; due = "{NEXT}-07-15"; for = ["members"]; }},
    {{ id = "tap-huan"; title = "Tập huấn"; when = "khi tỉnh tổ chức"; for = ["members"]; }}
"""
MAIL = {"url": "smtp://127.0.0.1:1", "tls": "none", "from": "Khối TMTH <nhacviec@laocai.example>"}  # takes nothing


class Office:
    """A daemon on a bus that lets everybody in, with users of its own."""

    def __init__(self, folder, before=None, kind="system", policy=False):
        self.block = Block(folder, plan(ITEMS, year=NEXT), mail=MAIL)
        self.bus = OpenBus(folder, kind, policy)
        self.kind, self.before = kind, before

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.bus)
            self.daemon = stack.enter_context(
                self.block.start(self.kind, environment=self.bus.environment, before=self.before))  # fmt: skip
            self.stack = stack.pop_all()
        end = time.monotonic() + block.PATIENCE
        while self.ctl("status").returncode != 0:
            assert time.monotonic() < end, self.daemon.stderr
        return self

    def __exit__(self, *error):
        self.stack.__exit__(*error)

    def ctl(self, *words):
        return block.run(block.REMINDERCTL, "--bus", self.kind, *words, **self.bus.environment)

    def caller(self, uid):
        with being(uid):
            return RawBus(self.bus.address)

    def kept(self):
        """All that the daemon remembers."""
        with contextlib.closing(sqlite3.connect(f"file:{self.block.state}/reminderd.db?mode=ro", uri=True)) as database:
            return list(database.iterdump())
