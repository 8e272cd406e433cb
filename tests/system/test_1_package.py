"""The package as it comes onto a machine."""

import re

import pytest

from block import ROOT

CATALOG = ROOT / "units/reminderd.catalog"


def test_a_fresh_install_makes_the_user_and_neither_enables_nor_starts(machine, install):
    said = install()
    assert "systemctl enable --now reminderd" in said, "it says what to do next"
    assert machine.run("getent", "passwd", "reminderd").stdout.endswith(":/var/lib/reminderd:/usr/sbin/nologin\n")
    assert machine.run("systemctl", "is-enabled", "reminderd", check=False).stdout.strip() == "disabled"
    assert machine.run("systemctl", "is-active", "reminderd", check=False).stdout.strip() == "inactive"


def test_what_is_shipped_is_in_order(machine, package):
    machine.run("reminderd", "--check")
    assert machine.run("dpkg", "--verify", "reminderd").stdout == ""
    machine.run("dpkg", "--audit")


def test_what_is_edited_is_a_conffile(machine, package):
    conffiles = machine.run("dpkg-query", "-W", "-f", "${Conffiles}", "reminderd").stdout
    for name in ("reminderd.conf", "agencies.conf", "plans.d/tdkt-2024.conf", "templates/vi/due.txt"):
        assert f" /etc/reminderd/{name} " in conffiles


def test_the_catalog_is_known(machine, package):
    told = machine.run("journalctl", "--list-catalog").stdout
    assert told.count(" reminderd: ") == len(re.findall(r"^-- [0-9a-f]{32}$", CATALOG.read_text(), re.M))


def test_systemd_verifies_the_unit(machine, package):
    done = machine.run("systemd-analyze", "verify", "--man=no", "/usr/lib/systemd/system/reminderd.service")
    assert done.stdout + done.stderr == ""


@pytest.mark.parametrize(
    "setting",
    ["Type=notify", "WatchdogSec=1min", "Restart=on-failure", "User=reminderd", "StateDirectory=reminderd",
     "StateDirectoryMode=0700", "LoadCredentialEncrypted=smtp-password"],
)  # fmt: skip
def test_what_the_unit_sets(machine, package, setting):
    assert setting in machine.run("systemctl", "cat", "reminderd").stdout.splitlines()


@pytest.mark.parametrize("name", ["network-online.target", "time-sync.target"])
def test_what_it_starts_after(machine, package, name):
    assert name in machine.run("systemctl", "show", "-p", "After", "reminderd").stdout


def exposure(machine):
    machine.run("systemctl", "daemon-reload")
    done = machine.run("systemd-analyze", "security", "--no-pager", "reminderd.service")
    last = done.stdout.strip().splitlines()[-1]
    return float(last.split(":")[1].split()[0])


def test_the_sandbox(machine, package):
    assert exposure(machine) <= 1.1


def test_the_address_list_goes_below_it(machine, package):
    drop_in = machine.path("/etc/systemd/system/reminderd.service.d/addresses.conf")
    drop_in.parent.mkdir(parents=True, exist_ok=True)
    drop_in.write_text((ROOT / "units/reminderd-addresses.conf.example").read_text())
    try:
        assert exposure(machine) < 1.1
        machine.run("systemd-analyze", "verify", "--man=no", "reminderd.service")
        allowed = machine.run("systemctl", "show", "--value", "-p", "IPAddressAllow", "reminderd").stdout.split()
        assert {"127.0.0.0/8", "::1/128", "192.0.2.25/32", "2001:db8::25/128"} == set(allowed)
        denied = machine.run("systemctl", "show", "--value", "-p", "IPAddressDeny", "reminderd").stdout.split()
        assert {"0.0.0.0/0", "::/0"} == set(denied)
    finally:
        drop_in.unlink()
    assert exposure(machine) <= 1.1
