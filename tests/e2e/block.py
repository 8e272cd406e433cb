"""A small block to test with: a configuration in a folder of its own, and the programs run on it.

BUILD names the folder of the programs, as for make. A sanitizer's finding fails the test that ran the program.
"""

import datetime
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import uuid
from pathlib import Path

import libconf

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")  # an absolute path stays what it is
SANITIZED = "asan" in str(BUILD)  # as scripts/test names its folder
REMINDERD, REMINDERCTL = BUILD / "reminderd", BUILD / "reminderctl"
# Seconds for what takes one on a busy machine; a year rehearsed under a sanitizer takes twenty when nothing else runs.
PATIENCE = 240 if SANITIZED else 60

AGENCIES = (
    {"id": "vp-ubnd", "name": "Văn phòng UBND tỉnh", "short": "VP UBND", "emails": ["vpubnd@laocai.example"]},
    {"id": "so-noi-vu", "name": "Sở Nội vụ", "emails": ["sonoivu@laocai.example"]},
    {"id": "so-tu-phap", "name": "Sở Tư pháp", "emails": ["sotuphap@laocai.example"]},
    {"id": "hoi-dong-tdkt", "name": "Hội đồng Thi đua - Khen thưởng tỉnh", "emails": ["hoidong@laocai.example"]},
)  # fmt: skip
GROUPS = {"council": ["hoi-dong-tdkt"]}
POLICIES = {"plain": {"before": ["7d", "1d"], "at": "08:00"}}
# Where nobody listens: the tests install a Postfix, which Debian starts on port 25.
MAIL = {"url": "smtp://127.0.0.1:1", "tls": "none", "from": "Khối TMTH <nhacviec@laocai.example>"}
PLAN = """plan = {{
  id = "ke-hoach"; year = {year};
  title = "Kế hoạch thử";
  basis = "Kế hoạch số 1/KH-UBND ngày 02/01/{year} của UBND tỉnh"; since = "2000-01-01";
  head = "vp-ubnd"; deputy = "so-noi-vu";
  {members}
  items = (
    {items}
  );
}};
"""


def plan(items, year=2024, members=("vp-ubnd", "so-noi-vu", "so-tu-phap")):
    """A plan's text around the text of its items; members None leaves them out."""
    line = "" if members is None else f"members = [{', '.join(json.dumps(id) for id in members)}];"
    return PLAN.format(year=year, members=line, items=items)


class Block:
    """Writes a configuration below `folder`: a keyword that is None leaves its setting out, others go to the file as
    libconfig, a dict being a group, a tuple a list and a list an array."""

    def __init__(self, folder, plan, agencies=AGENCIES, groups=GROUPS, policies=POLICIES, default_policy="plain",
                 mail=MAIL, **settings):  # fmt: skip
        if settings.get("digest"):  # each week and by itself, unless a test is about what else there can be
            settings["digest"] = {"when": "always", **settings["digest"]}
        self.folder = Path(folder)
        self.conf = self.folder / "conf"
        self.state = self.folder / "state"
        self.path = self.conf / "reminderd.conf"
        self.general = {
            "timezone": "Asia/Ho_Chi_Minh",
            "block": {
                "name": "Khối thi đua Tham mưu Tổng hợp",
                "short": "Khối TMTH",
                "contact": {"name": "Nguyễn Văn A", "title": "Chuyên viên", "phone": "0214 3000 000",
                            "email": "thuongtruc-khoi@laocai.example"},
            },
            "agencies": "agencies.conf",
            "plans": "plans.d",
            "calendars": "calendar.d",
            "templates": "templates/vi",
            "mail": mail,
            "policies": policies,
            "default_policy": default_policy,
            "confirm_after": "0",  # what is decided is told at once, unless a test is about the waiting
            **settings,
        }  # fmt: skip
        for folder in ("calendar.d", "templates"):
            shutil.copytree(ROOT / "conf" / folder, self.conf / folder)
        (self.conf / "plans.d").mkdir()
        self.write_general()
        self.write("agencies.conf", libconf.dumps({"agencies": tuple(agencies), "groups": groups}))
        self.write_plan(plan)

    def write(self, name, text):
        (self.conf / name).write_text(text, encoding="utf-8")

    def write_general(self, **changes):
        self.general.update(changes)
        self.write("reminderd.conf", libconf.dumps({k: v for k, v in self.general.items() if v is not None}))

    def write_plan(self, text, name="plan.conf"):
        self.write(f"plans.d/{name}", text)

    def work_every_day(self, first, last):
        """Calendar files for the years of these days, without holidays and with the weekends among the days worked."""
        for year in range(first.year, last.year + 1):
            start, end = max(first, datetime.date(year, 1, 1)), min(last, datetime.date(year, 12, 31))
            days = (start + datetime.timedelta(days=n) for n in range((end - start).days + 1))
            entries = tuple({"date": day.isoformat(), "work": True, "name": "làm bù"} for day in days if day.weekday() > 4)
            self.write(f"calendar.d/{year}.conf", libconf.dumps({"year": year, "days": entries}))

    def run(self, *arguments):
        return run(REMINDERD, "--config", self.path, *arguments)

    def check(self):
        return self.run("--check")

    def rehearse(self, first, last, *arguments):
        return rehearse(self.path, first, last, *arguments)

    def start(self, bus="none", arguments=(), environment=None, before=None):
        """The daemon, ready or having failed; to be used in a `with`. `before` is run in its process first."""
        return Daemon(self, bus, arguments, environment or {}, before)


# ---- running ---------------------------------------------------------------------------------------------------------


def environment(**more):
    """What a program under test runs in: nothing of systemd's or of the tester's own settings."""
    given = {name: value for name, value in os.environ.items()
             if name not in ("NOTIFY_SOCKET", "STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "TZ")}  # fmt: skip
    given.setdefault("ASAN_OPTIONS", "detect_leaks=1:exitcode=99")
    return given | more


def assert_sound(code, stderr):
    """No sanitizer found anything."""
    found = [sign for sign in ("AddressSanitizer", "LeakSanitizer", "runtime error:") if sign in stderr]
    assert code != 99 and not found, stderr


def run(program, *arguments, timeout=PATIENCE, **more):
    """A program that ends by itself."""
    result = subprocess.run(
        [program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8",
        timeout=timeout, env=environment(**more),
    )  # fmt: skip
    assert_sound(result.returncode, result.stderr)
    return result


def rehearse(path, first, last, *arguments):
    """What a rehearsal prints with --json, parsed."""
    result = run(REMINDERD, "--config", path, "--rehearse", f"{first}..{last}", "--json", *arguments)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


class Daemon:
    """A running reminderd, which tells over a socket of its own what systemd would be told."""

    def __init__(self, block, bus="none", arguments=(), more=None, before=None):
        self.stderr_path = block.folder / "stderr"
        self.told = []  # every NAME=VALUE so far
        self.seen = 0  # of them, looked at by wait_for
        self.heard = threading.Condition()
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        name = f"reminderd-test-{uuid.uuid4().hex}"
        self.notify.bind("\0" + name)  # abstract: no file to leave behind, no limit of its path's length
        threading.Thread(target=self.listen, daemon=True).start()
        block.state.mkdir(exist_ok=True)
        with open(self.stderr_path, "wb") as stderr:
            self.process = subprocess.Popen(
                [REMINDERD, "--config", block.path, "--state", block.state, "--bus", bus, *arguments],
                stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr,
                env=environment(**{"NOTIFY_SOCKET": "@" + name, **(more or {})}), preexec_fn=before,
            )  # fmt: skip

    def __enter__(self):
        try:
            self.wait_for("READY=1")
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            self.kill()
            print(self.stderr)  # pytest shows it with the failure
        elif self.process.poll() is None:
            self.stop()
        else:  # the test has ended it, or it has ended by itself
            self.kill()
            assert_sound(self.process.returncode, self.stderr)

    @property
    def stderr(self):
        return self.stderr_path.read_text(encoding="utf-8", errors="replace")

    def listen(self):
        """Takes in every message at once, as systemd does: a daemon that is not heard stands still."""
        while True:
            try:
                lines = self.notify.recv(65536).decode().splitlines()
            except OSError:
                lines = None
            if not lines:
                return
            with self.heard:
                self.told += lines
                self.heard.notify_all()

    def receive(self, timeout):
        """Waits for a further message; False when none came in time."""
        with self.heard:
            known = len(self.told)
            return known > self.seen or self.heard.wait_for(lambda: len(self.told) > known, timeout)

    def wait_for(self, line, patience=PATIENCE):
        """Waits until the daemon says READY=1, RELOADING=1, STOPPING=1…; what was said before that is passed over, and
        what is waited for next comes after it."""
        end = time.monotonic() + patience
        while True:
            for i in range(self.seen, len(self.told)):
                if self.told[i] == line:
                    self.seen = i + 1
                    return
            self.seen = len(self.told)
            ended = self.process.poll() is not None  # asked first: its last words may still be in the socket
            if self.receive(0 if ended else 0.05):
                continue
            assert not ended, f"ended with {self.process.returncode}:\n{self.stderr}"
            assert time.monotonic() < end, f"no {line}; told: {self.told}\n{self.stderr}"

    def reload(self):
        """SIGHUP, and the wait for its end."""
        self.process.send_signal(signal.SIGHUP)
        self.wait_for("RELOADING=1")
        self.wait_for("READY=1")

    def stop(self, patience=PATIENCE):
        """SIGTERM, and the wait for a clean end."""
        self.process.terminate()
        try:
            code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"did not stop:\n{self.stderr}") from None
        finally:
            self.kill()
        assert_sound(code, self.stderr)
        assert code == 0, f"ended with {code}:\n{self.stderr}"

    def kill(self):
        """As a crash would end it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.notify.fileno() >= 0:
            self.notify.shutdown(socket.SHUT_RDWR)  # ends the thread that listens
            self.notify.close()


class Bus:
    """A private message bus, for start(bus="session", environment=bus.environment)."""

    def __enter__(self):
        self.process = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        address = self.process.stdout.readline().strip()
        if not address:
            self.__exit__()
            raise AssertionError("dbus-daemon did not start")
        self.environment = {"DBUS_SESSION_BUS_ADDRESS": address}
        return self

    def ctl(self, *words, **more):
        """What reminderctl says on this bus."""
        return run(REMINDERCTL, "--bus", "session", *words, **self.environment, **more)

    def wait_for_object(self):
        """The daemon is ready after some seconds even if it has no name on the bus yet."""
        end = time.monotonic() + PATIENCE
        while (result := self.ctl("status")).returncode != 0:
            assert time.monotonic() < end, result.stderr

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.process.stdout.close()
