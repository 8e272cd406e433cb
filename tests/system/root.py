"""A Debian 12 root, made by debootstrap from the mirror that this machine's apt uses, and kept between runs.

It lies in $XDG_CACHE_HOME/reminderd-tests (~/.cache by default), under a name that changes with what goes into it.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

SUITE = "bookworm"
PACKAGES = """systemd systemd-sysv dbus libpam-systemd locales tzdata ca-certificates openssl
    postfix sasl2-bin libsasl2-modules libsasl2-modules-db libfaketime
    libcurl4 libconfig9 libsqlite3-0 libsystemd0 libjansson4 libssl3 libidn2-0""".split()
LOCALE = ("localedef", "-i", "vi_VN", "-f", "UTF-8", "vi_VN.UTF-8")
PATIENCE = 900  # seconds, for some 150 MB from a slow mirror


class Unavailable(Exception):
    """Why there can be no root, or no container, on this machine."""


def cache():
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "reminderd-tests"


def _output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _mirror():
    """Other archives than Debian's own have a release of that name, too."""
    format = "$(ORIGIN) $(RELEASE) $(REPO_URI)"
    for line in _output("apt-get", "indextargets", "--format", format, "Created-By: Packages").splitlines():
        origin, _, rest = line.rpartition(f" {SUITE} ")
        if origin == "Debian":
            return rest
    return "http://deb.debian.org/debian"


def _environment():
    """debootstrap knows the proxy from the environment only."""
    proxies = {}
    for scheme in ("http", "https"):
        found = re.search(r'^Acquire::%s::Proxy "([^"]+)"' % scheme, _output("apt-config", "dump"), re.M)
        if found and found[1].lower() != "direct":
            proxies[f"{scheme}_proxy"] = found[1]
    return os.environ | proxies | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


def _make(folder):
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, folder, _mirror()]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, env=_environment(), timeout=PATIENCE, check=False)  # fmt: skip
    if done.returncode != 0:
        raise Unavailable(f"debootstrap failed: {done.stdout[-500:]}")
    subprocess.run(["chroot", folder, *LOCALE], check=True, capture_output=True)
    shutil.rmtree(folder / "var/cache/apt/archives", ignore_errors=True)


def get():
    """The folder of the root, which is not to be written to."""
    recipe = " ".join([SUITE, *PACKAGES, *LOCALE])
    folder = cache() / f"root-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_suffix(".new")
            shutil.rmtree(unfinished, ignore_errors=True)
            _make(unfinished)
            unfinished.rename(folder)
    return folder
