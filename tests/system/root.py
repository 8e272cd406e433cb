"""Debian roots, made by debootstrap from the mirror that this machine's apt uses, and kept between runs.

They lie in $XDG_CACHE_HOME/reminderd-tests (~/.cache by default), under names that change with what goes into them.
"""

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

PACKAGES = """systemd systemd-sysv dbus libpam-systemd locales tzdata ca-certificates openssl
    postfix sasl2-bin libsasl2-modules libsasl2-modules-db libfaketime""".split()
# By the names that a release gives them.
LIBRARIES = {
    "bookworm": "libcurl4 libconfig9 libsqlite3-0 libsystemd0 libjansson4 libssl3 libidn2-0 libgmime-3.0-0".split(),
    "trixie": "libcurl4t64 libconfig11 libsqlite3-0 libsystemd0 libjansson4 libssl3t64 libidn2-0 libgmime-3.0-0t64".split(),
}
LOCALE = ("localedef", "-i", "vi_VN", "-f", "UTF-8", "vi_VN.UTF-8")
PATIENCE = 900  # seconds, for some 150 MB from a slow mirror


class Unavailable(Exception):
    """Why there can be no root, or no container, on this machine."""


def cache():
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "reminderd-tests"


def _output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def host_release():
    """bookworm, trixie…"""
    return platform.freedesktop_os_release().get("VERSION_CODENAME", "")


def mirror():
    """Of Debian, whatever release this machine's apt has from there: other archives have such releases, too. MIRROR is
    another."""
    format = "$(ORIGIN) $(RELEASE) $(REPO_URI)"
    for line in _output("apt-get", "indextargets", "--format", format, "Created-By: Packages").splitlines():
        origin, _, rest = line.rpartition(f" {host_release()} ")
        if origin == "Debian" and "MIRROR" not in os.environ:
            return rest
    return os.environ.get("MIRROR", "http://deb.debian.org/debian")


def environment():
    """debootstrap knows the proxy from the environment only."""
    proxies = {}
    for scheme in ("http", "https"):
        found = re.search(r'^Acquire::%s::Proxy "([^"]+)"' % scheme, _output("apt-config", "dump"), re.M)
        if found and found[1].lower() != "direct":
            proxies[f"{scheme}_proxy"] = found[1]
    return os.environ | proxies | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


def _make(folder, release, packages, then):
    include = [f"--include={','.join(packages)}"] if packages else []
    command = ["debootstrap", "--variant=minbase", *include, release, folder, mirror()]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, env=environment(), timeout=PATIENCE, check=False)  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unavailable(f"debootstrap took more than {PATIENCE} s") from None
    if done.returncode != 0:
        raise Unavailable(f"debootstrap failed: {done.stdout[-500:]}")
    if then:
        subprocess.run(["chroot", folder, *then], check=True, capture_output=True)
    shutil.rmtree(folder / "var/cache/apt/archives", ignore_errors=True)


def cached(release, packages, then=()):
    """The folder of a root with these packages, where `then` was run; it is not to be written to."""
    recipe = " ".join([release, *packages, *then])
    folder = cache() / f"root-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_suffix(".new")
            shutil.rmtree(unfinished, ignore_errors=True)
            _make(unfinished, release, packages, then)
            unfinished.rename(folder)
    return folder


def get():
    """The root of a server with the packages that reminderd needs, of this machine's release or of SYSTEM_RELEASE."""
    release = os.environ.get("SYSTEM_RELEASE") or host_release()
    if release not in LIBRARIES:
        raise Unavailable(f"the tests know no root of {release or 'this system'}, only of {', '.join(LIBRARIES)}")
    return cached(release, PACKAGES + LIBRARIES[release], LOCALE)
