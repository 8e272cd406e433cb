"""What a waiting daemon holds of the machine's memory, and that it works on after having given the rest back."""

import shutil
from pathlib import Path

import libconf
import pytest

from block import ROOT, SANITIZED, Bus, Daemon
from live import PASSWORD, USER, mail_to, wait_until

MIB = 1024  # KiB
AT_REST = 8 * MIB  # it is 3.5; only what is resident, most of which was never the daemon's own
AT_WORK = 12 * MIB  # less than what relocating its libraries alone makes resident


class Sample:
    """The configuration as it ships, its mail going to a server of the lab."""

    def __init__(self, folder, authority, smtp):
        self.folder, self.conf, self.state = folder, folder / "conf", folder / "state"
        self.path = self.conf / "reminderd.conf"
        shutil.copytree(ROOT / "conf", self.conf)
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o600)
        general = libconf.loads(self.path.read_text(encoding="utf-8"))
        general["mail"] = {"from": general["mail"]["from"], "tls": "required", "username": USER,
                           "password_file": str(secret), **mail_to(smtp, authority)}  # fmt: skip
        self.path.write_text(libconf.dumps(general), encoding="utf-8")


def kib(daemon, what):
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(status.partition(f"{what}:")[2].split()[0])


def rest(daemon):
    """Waits until the daemon has little, and had more before."""
    wait_until(lambda: kib(daemon, "VmRSS") < AT_REST, lambda: f"resident: {kib(daemon, 'VmRSS')} KiB\n{daemon.stderr}")


@pytest.mark.skipif(SANITIZED, reason="a sanitizer's memory is not the program's")
def test_a_waiting_daemon_gives_memory_back_and_works_on(tmp_path, authority, smtp):
    sample = Sample(tmp_path, authority, smtp)
    with Bus() as bus, Daemon(sample, "session", (), bus.environment) as daemon:
        bus.wait_for_object()
        rest(daemon)
        assert kib(daemon, "VmHWM") > AT_WORK, "nothing was given back: the bound means nothing here"
        for _ in range(2):
            before = len(smtp.messages())
            done = bus.ctl("test", "vp-ubnd")
            assert done.returncode == 0, done.stderr
            smtp.wait(before + 1)
            rest(daemon)
            assert bus.ctl("reload").returncode == 0, daemon.stderr
            rest(daemon)
            assert bus.ctl("list", "--json").returncode == 0, daemon.stderr
