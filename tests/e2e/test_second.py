"""A second daemon, on the same bus or in the same folder, sends nothing and ends: two would each send everything."""

import pytest

import block
from block import REMINDERD, Bus
from lab import check
from live import Live, mail_to, midnight, wait_until

TAKEN = 3


@pytest.fixture
def first(tmp_path, smtp, authority):
    office = Live(tmp_path / "first", midnight(), mail=mail_to(smtp, authority))
    with Bus() as bus, office.start(bus="session", environment=bus.environment) as daemon:
        bus.wait_for_object()
        wait_until(lambda: smtp.messages(), lambda: daemon.stderr)
        yield office, bus, daemon


@pytest.fixture(autouse=True)
def folders(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()


def second(office, bus, *arguments):
    return block.run(REMINDERD, "--config", office.path, "--state", office.state, "--bus", bus, *arguments)


def test_on_one_bus(tmp_path, smtp, authority, first):
    _, bus, daemon = first
    other = Live(tmp_path / "second", midnight(), mail=mail_to(smtp, authority))
    other.state.mkdir()
    sent = len(smtp.messages())
    result = block.run(REMINDERD, "--config", other.path, "--state", other.state, "--bus", "session", **bus.environment)
    assert result.returncode == TAKEN
    assert f"Process {daemon.process.pid} has the name org.reminderd1" in result.stderr
    assert len(smtp.messages()) == sent
    assert bus.ctl("status").returncode == 0
    with other.start(bus="none"):  # where it is not in the way it goes on
        wait_until(lambda: len(smtp.messages()) > sent, lambda: "its own mail")
    assert {check.parse(smtp.content(record))["X-Reminderd-Kind"] for record in smtp.messages()} == {"due"}


def test_in_one_folder(first):
    office, _, daemon = first
    result = second(office, "none")
    assert result.returncode == TAKEN
    assert f"another reminderd works in {office.state}, process {daemon.process.pid}" in result.stderr


def test_without_a_bus_it_goes_on(tmp_path, smtp, authority):
    office = Live(tmp_path / "first", midnight(), mail=mail_to(smtp, authority))
    nowhere = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/no-bus"}
    with office.start(bus="session", environment=nowhere) as daemon:
        wait_until(lambda: smtp.messages(), lambda: daemon.stderr)


def test_a_name_that_was_taken_while_the_bus_was_away(tmp_path, smtp, authority, first):
    """It learns of the other one late, and ends then."""
    _, bus, _ = first
    link = tmp_path / "bus"
    office = Live(tmp_path / "second", midnight(), mail=mail_to(smtp, authority))
    with office.start(bus="session", environment={"DBUS_SESSION_BUS_ADDRESS": f"unix:path={link}"}) as daemon:
        link.symlink_to(bus.environment["DBUS_SESSION_BUS_ADDRESS"].split("path=")[1].split(",")[0])
        assert daemon.process.wait(block.PATIENCE) == TAKEN
        assert "has the name org.reminderd1" in daemon.stderr
