"""A booted systemd: a container on a throwaway layer over the cached root, without network but for its own loopback."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import root
from rawbus import RawBus

BOOT_PATIENCE = 60  # seconds; it takes two
REBOOTS = 133  # systemd-nspawn(1), with --keep-unit
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "TERM": "dumb", "SYSTEMD_PAGER": "cat",
               "DEBIAN_FRONTEND": "noninteractive", "HOME": "/root"}  # fmt: skip


def cgroups():
    """The folders of the control groups in which systemd would keep its units: those of this process in the unified
    hierarchy and in systemd's own of version 1, as far as they are mounted."""
    own = {controllers: path for _, controllers, path in
           (line.strip().split(":", 2) for line in open("/proc/self/cgroup", encoding="utf-8"))}  # fmt: skip
    for line in open("/proc/self/mountinfo", encoding="utf-8"):
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(maxsplit=2)
        name = "" if kind == "cgroup2" else "name=systemd" if "name=systemd" in options else None
        if kind in ("cgroup", "cgroup2") and name in own:
            yield Path(before.split()[4] + own.pop(name))


class ControlGroup:
    """One of a container's own: two that run at a time would share their units' otherwise."""

    def __init__(self, name):
        self.folders = [folder / name for folder in cgroups()]
        for folder in self.folders:
            folder.mkdir()

    def enter(self):
        """This process goes in."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text("0")

    def remove(self):
        for folder in self.folders:
            for path, _, _ in os.walk(folder, topdown=False):
                with contextlib.suppress(OSError):  # the kernel may need a moment to see that it is empty
                    os.rmdir(path)


class Container:
    def __init__(self):
        if os.geteuid() != 0:
            raise root.Unavailable("only root can start a container")
        for program in ("systemd-nspawn", "debootstrap", "nsenter"):
            if not shutil.which(program):
                raise root.Unavailable(f"{program} is not installed")
        lower = root.get()
        self.folder = Path(tempfile.mkdtemp(prefix="reminderd-system-"))
        self.root = self.folder / "root"
        self.process = self.leader = None
        for name in ("root", "upper", "work"):
            (self.folder / name).mkdir()
        (self.folder / "upper").chmod(0o755)
        layers = f"lowerdir={lower},upperdir={self.folder}/upper,workdir={self.folder}/work"
        mount = subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, self.root], capture_output=True,
                               text=True, check=False)  # fmt: skip
        if mount.returncode != 0:
            self.folder_remove()
            raise root.Unavailable(f"no overlay file system: {mount.stderr.strip()}")

    def folder_remove(self):
        subprocess.run(["umount", self.root], capture_output=True, check=False)
        if not os.path.ismount(self.root):
            shutil.rmtree(self.folder, ignore_errors=True)

    # ---- life ----

    def boot(self):
        self.console = open(self.folder / "console", "ab")  # noqa: SIM115, closed by wait_end
        name = f"reminderd-{secrets.token_hex(6)}"
        try:
            self.group = ControlGroup(name)
        except OSError as why:
            raise root.Unavailable(f"no control group of its own: {why}") from None
        # With the hierarchy that Debian 12 has, and with bpf(2), by which systemd filters addresses.
        self.process = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "-D", self.root, f"--machine={name}",
             "--register=no", "--keep-unit", "--private-network", "--link-journal=no", "--resolv-conf=off", "--timezone=off",
             "--system-call-filter=bpf", "-b", "--console=pipe"],
            stdin=subprocess.DEVNULL, stdout=self.console, stderr=self.console, preexec_fn=self.group.enter,
            env=os.environ | {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
        )  # fmt: skip
        end = time.monotonic() + BOOT_PATIENCE
        while not self._is_up():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                said = (self.folder / "console").read_text(errors="replace")[-1000:]
                raise root.Unavailable(f"a container does not boot here: {said}")
            time.sleep(0.1)

    def _is_up(self):
        try:
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            self.leader = children[0]
            return self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded")
        except (OSError, IndexError):
            return False

    def wait_end(self, patience=BOOT_PATIENCE):
        code = self.process.wait(patience)
        self.console.close()
        self.group.remove()
        return code

    def reboot(self, between=lambda: None):
        """An orderly reboot; `between` is called while the machine is off."""
        self.run("systemctl", "reboot", check=False)
        assert self.wait_end() == REBOOTS
        between()
        self.boot()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.wait_end(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.wait_end()

    def close(self):
        self.stop()
        self.folder_remove()

    # ---- inside ----

    def run(self, *command, user=None, check=True, timeout=60, **environment):
        """A command inside, as root or as that user."""
        if user:
            command = ("setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *command)
        words = [f"{name}={value}" for name, value in (ENVIRONMENT | environment).items()]
        done = subprocess.run(["nsenter", "-t", str(self.leader), "-a", "--", "env", "-i", *words, *command],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
                              check=False)  # fmt: skip
        if check:
            assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def sh(self, script, **more):
        return self.run("sh", "-euc", script, **more)

    def connect(self, user):
        """A connection of that user to the system bus: the bus goes by who connects."""
        ids = [self.run("id", flag, user).stdout for flag in ("-u", "-g", "-G")]
        (uid, gid), groups = map(int, ids[:2]), list(map(int, ids[2].split()))
        folder, own = os.getcwd(), os.getgroups()
        os.chdir(f"/proc/{self.leader}/root/run/dbus")
        try:
            os.setgroups(groups)
            os.setresgid(gid, gid, 0)
            os.setresuid(uid, uid, 0)
            return RawBus("unix:path=system_bus_socket")
        finally:
            os.setresuid(0, 0, 0)
            os.setresgid(0, 0, 0)
            os.setgroups(own)
            os.chdir(folder)

    def path(self, inside):
        return self.root / inside.lstrip("/")

    def write(self, inside, text, mode=0o644):
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)

    def kill(self, unit, name):
        self.run("systemctl", "kill", f"--signal={signal.Signals[name].name}", "--kill-whom=main", unit)
