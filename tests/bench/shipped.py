"""The configuration as it ships: the plan of a real block, for its own members or for many more; and the same plan where
nothing of it is due while the clock is read, whatever the day."""

import contextlib
import shutil
import tempfile
from pathlib import Path

import libconf

import live
from block import ROOT, Daemon

YEAR = 2024  # of the plan


class Shipped:
    """A copy of the sample configuration, whose mail nobody takes; `members` more agencies if given."""

    def __init__(self, folder, members=0):
        self.folder, self.conf, self.state = folder, folder / "conf", folder / "state"
        shutil.copytree(ROOT / "conf", self.conf)
        self.path = self.conf / "reminderd.conf"
        general = libconf.loads(self.path.read_text(encoding="utf-8"))
        general["mail"] = {"url": "smtp://127.0.0.1:9", "tls": "none", "from": "Khối TMTH <nhacviec@khoi.example>"}
        self.path.write_text(libconf.dumps(general), encoding="utf-8")
        if members:
            self.enlarge(members)

    def enlarge(self, members):
        more = [{"id": f"don-vi-{n}", "name": f"Đơn vị số {n}", "emails": [f"dv{n}@khoi.example"]} for n in range(members)]
        path = self.conf / "agencies.conf"
        known = libconf.loads(path.read_text(encoding="utf-8"))
        known["agencies"] = tuple(known["agencies"]) + tuple(more)
        path.write_text(libconf.dumps(known), encoding="utf-8")
        (path,) = (self.conf / "plans.d").glob("*.conf")
        plan = libconf.loads(path.read_text(encoding="utf-8"))
        plan["plan"]["members"] = [plan["plan"]["head"], plan["plan"]["deputy"]] + [agency["id"] for agency in more]
        path.write_text(libconf.dumps(plan), encoding="utf-8")

    def put_off(self):
        """Moves the plan two years ahead of today, and leaves out the digest, which lists what waits for a date."""
        (path,) = (self.conf / "plans.d").glob("*.conf")
        path.write_text(path.read_text(encoding="utf-8").replace(str(YEAR), str(live.now().year + 2)), encoding="utf-8")
        general = libconf.loads(self.path.read_text(encoding="utf-8"))
        del general["digest"]
        self.path.write_text(libconf.dumps(general), encoding="utf-8")

    def start(self, bus="none", environment=None):
        return Daemon(self, bus, (), environment)


@contextlib.contextmanager
def shipped(members=0):
    with tempfile.TemporaryDirectory(prefix="reminderd-bench-") as folder:
        yield Shipped(Path(folder), members)


@contextlib.contextmanager
def shipped_and_quiet():
    with shipped() as block:
        block.put_off()
        yield block
