"""One booted container for all tests of this folder, which run in the order of the files: package, service, removal."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "e2e"), str(Path(__file__).resolve().parent)]

import office as office_module
from block import BUILD, ROOT
from container import Container
from root import Unavailable


@pytest.fixture(scope="session")
def machine():
    container = None
    try:
        container = Container()
        container.boot()
    except Unavailable as why:
        if container:
            container.close()
        pytest.skip(f"no system container here: {why}")
    yield container
    container.close()


def repack(package, folder, version):
    """The package under another version."""
    tree = folder / "tree"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*", f"Version: {version}", control.read_text()))
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, folder], check=True, capture_output=True)
    (package,) = folder.glob("*.deb")
    return package


def build_package(folder, version):
    """Its path. SYSTEM_PACKAGE is one that was built on the release of SYSTEM_RELEASE."""
    if given := os.environ.get("SYSTEM_PACKAGE"):
        return repack(given, folder, version) if version else Path(given)
    more = {"DEB_DIR": str(folder)} | ({"DEB_VERSION": version} if version else {})
    done = subprocess.run(["make", "--no-print-directory", "-s", f"BUILD={BUILD}", "deb"], cwd=ROOT,
                          env=os.environ | more, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return Path(done.stdout.splitlines()[-1])


@pytest.fixture(scope="session")
def install(machine, tmp_path_factory):
    """Installs the package, of that version, and returns what dpkg said."""

    def do(version=None):
        package = build_package(tmp_path_factory.mktemp("package"), version)
        machine.path("/root/reminderd.deb").write_bytes(package.read_bytes())
        return machine.run("dpkg", "--force-confold", "-i", "/root/reminderd.deb", timeout=120).stdout

    return do


@pytest.fixture(scope="session")
def office(machine, tmp_path_factory):
    return office_module.Office(machine, tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="session")
def package(machine, install):
    """The package is installed, by this or by an earlier test."""
    if not machine.path("/usr/sbin/reminderd").exists():
        install()


@pytest.fixture(scope="session")
def installed(office, package):
    """The package, its credential, and a service that restarts without the half minute that a real one waits."""
    office.machine.run("systemctl", "enable", "reminderd")
    office.write_credential()
    office.haste()
    return office


@pytest.fixture
def fresh(installed):
    """The service, stopped, with nothing done and nothing sent."""
    installed.anew()
    yield installed
    installed.drop_out("test")
