"""Upgrades and removal."""

from test_2_service import start_far


def test_an_upgrade_keeps_the_state_and_restarts(fresh, machine, install):
    start_far(fresh)
    fresh.ctl("done", "so-ket", "--agency", "don-vi-1")
    pid = fresh.pid()
    install("0.1.0-2")
    fresh.wait_active(other_than=pid)
    (row,) = fresh.json("list", "--item", "so-ket")
    assert row["state"] == "done"
    assert machine.path("/etc/reminderd/ca.pem").exists()


def test_an_upgrade_that_finds_mistakes_leaves_the_old_version_running(fresh, machine, install):
    start_far(fresh)
    pid = fresh.pid()
    machine.write("/etc/reminderd/agencies.conf", "agencies = (\n")
    said = install("0.1.0-3")
    assert "agencies.conf:" in said
    assert fresh.pid() == pid and fresh.property("ActiveState") == "active"


def test_an_upgrade_leaves_a_stopped_service_stopped(fresh, install):
    start_far(fresh)
    fresh.machine.run("systemctl", "stop", "reminderd")
    install("0.1.0-4")
    assert fresh.property("ActiveState") == "inactive"


def test_a_removal_stops_it_and_keeps_the_state(fresh, machine, install):
    start_far(fresh)
    fresh.ctl("done", "so-ket", "--agency", "don-vi-1")
    machine.run("dpkg", "--remove", "reminderd")
    assert machine.run("systemctl", "is-active", "reminderd", check=False).stdout.strip() == "inactive"
    assert list(machine.path("/var/lib/reminderd").iterdir())
    assert machine.path("/etc/reminderd/reminderd.conf").exists()
    install()
    assert machine.run("systemctl", "is-enabled", "reminderd").stdout.strip() == "enabled"
    fresh.start()
    (row,) = fresh.json("list", "--item", "so-ket")
    assert row["state"] == "done"


def test_a_purge_leaves_nothing_of_its_own(machine, installed):
    machine.run("dpkg", "--purge", "reminderd")
    assert not machine.path("/var/lib/reminderd").exists()
    for database in ("passwd", "group"):
        assert machine.run("getent", database, "reminderd", check=False).returncode != 0
    left = machine.sh("find /usr /etc/systemd /var/lib/systemd/deb-systemd-helper-* -name '*reminderd*' "
                      "! -path '*.service.d*' 2>/dev/null || :").stdout  # fmt: skip
    assert left == ""
