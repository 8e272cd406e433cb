"""Who may do what on the bus: each method and property that the object says it has, for an outsider, a member of the
group, and root. What the installed policy of the bus would refuse is let through here: the daemon's own word counts.
"""

import subprocess
import time
import xml.etree.ElementTree as ElementTree

import pytest

import block
from block import Block, plan
from rawbus import ERROR, MANAGER, NAME, OBJECT, RETURN, RawBus
from strangers import (AGENCY, GROUP, ITEMS, MAIL, MEMBER, NEXT, OTHER, OUTSIDER, PASSWD, ROOT, UNKNOWN, Office,
                       OpenBus, being, mounts, needs_mounts, needs_root, user_database)  # fmt: skip

PERMITTED, REFUSED, NOT_FOUND = None, "org.reminderd1.Error.NotPermitted", "org.reminderd1.Error.NotFound"
NO_DELIVERY = "0" * 32

# Every method: its arguments, and what somebody who may gets; in this order each finds what it needs. A new method needs
# its row here, and one that whoever asks may call does not exist.
METHODS = {
    "Status": ("", (), PERMITTED),
    "List": ("a{sv}tu", ({}, 0, 10), PERMITTED),
    "Show": ("sstu", ("bao-cao", AGENCY, 0, 10), PERMITTED),
    "Forecast": ("ssstu", ("", "+1d", "", 0, 10), PERMITTED),
    "Calendar": ("u", (NEXT,), PERMITTED),
    "CalendarFile": ("s", (AGENCY,), PERMITTED),
    "Preview": ("sss", ("bao-cao", AGENCY, ""), PERMITTED),
    "Deliveries": ("a{sv}tu", ({}, 0, 10), PERMITTED),
    "Log": ("a{sv}tu", ({}, 0, 10), PERMITTED),
    "Agencies": ("", (), PERMITTED),
    "Items": ("tu", (0, 10), PERMITTED),
    "Plans": ("", (), PERMITTED),
    "Report": ("stu", ("ke-hoach", 0, 10), PERMITTED),
    "Snooze": ("ssssb", ("bao-cao", AGENCY, "+10d", "bận họp", False), PERMITTED),
    "Unsnooze": ("ss", ("bao-cao", AGENCY), PERMITTED),
    "Done": ("ssssb", ("bao-cao", AGENCY, "", "", False), PERMITTED),
    "Reopen": ("sssb", ("bao-cao", AGENCY, "nộp nhầm", False), PERMITTED),
    "Waive": ("sssb", ("bao-cao", OTHER, "không có việc", False), PERMITTED),
    "Urge": ("ss", ("bao-cao", AGENCY), "org.reminderd1.Error.Refused"),
    "SetDate": ("ssss", ("tap-huan", f"{NEXT}-05-20", "", ""), PERMITTED),
    "ClearDate": ("ss", ("tap-huan", ""), PERMITTED),
    "Decide": ("sasasa{sv}", ("done", ["tap-huan"], [OTHER], {"all": ("b", True)}), PERMITTED),
    "Close": ("sss", ("ke-hoach", f"{NEXT}-12-31", "hết năm"), PERMITTED),
    "Metrics": ("", (), PERMITTED),
    "Claims": ("a{sv}tu", ({}, 0, 10), PERMITTED),
    "Confirm": ("s", ("7",), NOT_FOUND),
    "Reject": ("ss", ("7", "chưa có"), NOT_FOUND),
    "Grant": ("ss", ("7", ""), NOT_FOUND),
    "Heard": ("s", ('{"origin": "0", "class": "machine"}',), PERMITTED),
    "Hold": ("asss", ([AGENCY], "", "bão"), PERMITTED),
    "Release": ("as", ([AGENCY],), PERMITTED),
    "Record": ("a(ssss)a{sv}", ([("bao-cao", OTHER, "today", "")], {"dry-run": ("b", True)}), PERMITTED),
    "TakeOver": ("s", ("máy kia hỏng",), "org.reminderd1.Error.Refused"),
    "Retry": ("s", (NO_DELIVERY,), NOT_FOUND),
    "RetryAll": ("", (), PERMITTED),
    "Drop": ("s", (NO_DELIVERY,), NOT_FOUND),
    "Acknowledge": ("s", (NO_DELIVERY,), NOT_FOUND),
    "AcknowledgeAll": ("", (), PERMITTED),
    "Test": ("ss", (AGENCY, ""), PERMITTED),
    "TestTo": ("ss", (AGENCY, "toi@khoi.example"), PERMITTED),
    "Reload": ("", (), PERMITTED),
    "Adopt": ("b", (True,), PERMITTED),
    "Backup": ("h", (0,), PERMITTED),
}
PROPERTIES = {"Version": "s", "NextWake": "t", "Open": "u", "Overdue": "u", "Queued": "u", "Failed": "u",
              "Troubles": "as", "Held": "as"}  # fmt: skip
PROPERTY_INTERFACE = "org.freedesktop.DBus.Properties"
# Whoever asks may know that there is something, and what it is called.
HARMLESS = [("org.freedesktop.DBus.Peer", "Ping"), ("org.freedesktop.DBus.Introspectable", "Introspect")]


@pytest.fixture
def office(tmp_path):
    with Office(tmp_path, user_database(tmp_path)) as office:
        yield office


def introspect(bus, interface=MANAGER):
    text = bus.call("Introspect", interface="org.freedesktop.DBus.Introspectable").values[0]
    (found,) = [one for one in ElementTree.fromstring(text) if one.get("name") == interface]
    return found


def call_all(bus, folder):
    """{method: answer} of each method there is."""
    answers = {}
    with open(folder / "copy.db", "wb") as copy:
        for name, (signature, arguments, _) in METHODS.items():
            answers[name] = bus.call(name, signature, *arguments, files=[copy.fileno()] if "h" in signature else ())
    return answers


@needs_mounts
def test_every_method_and_property_has_its_row(office):
    with office.caller(ROOT) as bus:
        found = introspect(bus)
    methods = {one.get("name"): "".join(a.get("type") for a in one.findall("arg") if a.get("direction") == "in")
               for one in found.findall("method")}  # fmt: skip
    assert methods == {name: signature for name, (signature, _, _) in METHODS.items()}
    assert {one.get("name"): one.get("type") for one in found.findall("property")} == PROPERTIES
    assert all(one.get("access") == "read" for one in found.findall("property"))


@needs_mounts
@pytest.mark.parametrize("uid", [ROOT, MEMBER], ids=["root", "member"])
def test_those_who_may(office, tmp_path, uid):
    with office.caller(uid) as bus:
        for name, answer in call_all(bus, tmp_path).items():
            assert answer.error == METHODS[name][2], (name, answer.values)
        for name in PROPERTIES:
            assert bus.call("Get", "ss", MANAGER, name, interface=PROPERTY_INTERFACE).kind == RETURN, name
    assert (tmp_path / "copy.db").stat().st_size > 0
    assert office.ctl("log").stdout.count({ROOT: "root", MEMBER: "thu-ky"}[uid]) >= 7, "who decided stands in the log"


@needs_mounts
@pytest.mark.parametrize("uid", [OUTSIDER, UNKNOWN], ids=["outsider", "unknown"])
def test_those_who_may_not(office, tmp_path, uid):
    """Nothing is said, nothing is changed, however the call is put."""
    before = office.kept()
    with office.caller(uid) as bus:
        answers = call_all(bus, tmp_path)
        for name, (signature, arguments, _) in METHODS.items():
            files = [0] if "h" in signature else ()
            answers[name + " of any interface"] = bus.call(name, signature, *arguments, interface=None, files=files)
            answers[name + " without arguments"] = bus.call(name)
        for name, kind in PROPERTIES.items():
            value = (kind, {"s": "1", "as": ["1"]}.get(kind, 1))
            answers["get " + name] = bus.call("Get", "ss", MANAGER, name, interface=PROPERTY_INTERFACE)
            answers["set " + name] = bus.call("Set", "ssv", MANAGER, name, value, interface=PROPERTY_INTERFACE)
        answers["get all"] = bus.call("GetAll", "s", MANAGER, interface=PROPERTY_INTERFACE)
        answers["what there is not"] = bus.call("Nothing")
        for interface, name in HARMLESS:
            assert bus.call(name, interface=interface).kind == RETURN
    for what, answer in answers.items():
        assert (answer.kind, answer.error) == (ERROR, REFUSED), what
        assert "group reminderd" in answer.values[0] and len(answer.values) == 1
    assert office.kept() == before
    assert (tmp_path / "copy.db").stat().st_size == 0
    assert f"(uid {uid}) on the bus: neither root nor in the group" in office.daemon.stderr


@needs_mounts
def test_a_right_counts_from_when_it_is_given_until_it_is_taken(tmp_path):
    """On connections that stay open meanwhile."""
    passwd, group = tmp_path / "passwd", tmp_path / "group"
    passwd.write_text(PASSWD)
    group.write_text(GROUP)
    outsider_instead = GROUP.replace(":thu-ky\n", ":nguoi-ngoai\n")
    with Office(tmp_path, mounts(**{"/etc/passwd": passwd, "/etc/group": group})) as office:
        with office.caller(MEMBER) as member, office.caller(OUTSIDER) as outsider:
            for now, (first, second) in ((GROUP, (None, REFUSED)), (outsider_instead, (REFUSED, None)), (GROUP, (None, REFUSED))):
                group.write_text(now)
                for caller, expected in ((member, first), (outsider, second)):
                    assert caller.call("Status").error == expected
                    assert caller.call("Test", "ss", AGENCY, "").error == expected
                    assert caller.call("Get", "ss", MANAGER, "Open", interface=PROPERTY_INTERFACE).error == expected
        said = office.daemon.stderr
        assert said.count("Refused thu-ky") == 1 and said.count("Refused nguoi-ngoai") == 2, "each time it becomes so"


@needs_mounts
def test_the_clock_of_a_rehearsal(tmp_path):
    """A rehearsal on a bus has one interface more."""
    office = Block(tmp_path, plan(ITEMS, year=NEXT), mail=MAIL)
    rehearsal = "org.reminderd1.Rehearsal"
    with OpenBus(tmp_path) as bus:
        process = subprocess.Popen(
            [block.REMINDERD, "--config", office.path, "--rehearse", f"{NEXT}-01-01..{NEXT}-12-31", "--bus", "system"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=user_database(tmp_path), env=block.environment(**bus.environment),
        )  # fmt: skip
        try:
            end = time.monotonic() + block.PATIENCE
            while block.run(block.REMINDERCTL, "status", **bus.environment).returncode != 0:
                assert time.monotonic() < end
            for uid, refused in ((OUTSIDER, REFUSED), (MEMBER, None), (ROOT, None)):
                with being(uid):
                    caller = RawBus(bus.address)
                with caller:
                    assert sorted(one.get("name") for one in introspect(caller, rehearsal)) == ["Advance", "Now"]
                    assert caller.call("Advance", "s", f"{NEXT}-02-01", interface=rehearsal).error == refused
                    assert caller.call("Get", "ss", rehearsal, "Now", interface=PROPERTY_INTERFACE).error == refused
        finally:
            process.terminate()
            assert process.wait(block.PATIENCE) == 0


# ---- reminderctl in a stranger's hands ---------------------------------------------------------------------------------


@needs_root
@pytest.mark.parametrize("policy", [False, True])
def test_strangers_on_the_system_bus(tmp_path, as_nobody, policy):
    """Refused by the daemon itself, and by the policy that is installed with it."""
    with Office(tmp_path, policy=policy) as office:
        for words in (["status"], ["list", "--json"], ["done", "bao-cao", "--agency", AGENCY], ["reload"]):
            result = as_nobody(*words, **office.bus.environment)
            assert (result.returncode, result.stdout) == (5, ""), result.stderr
            assert "group reminderd" in result.stderr
        assert office.ctl("list", "--state", "done", "--json").stdout.strip() == "[]"
        if not policy:
            assert office.daemon.stderr.count("Refused nobody") >= 1
            get = as_nobody("get-property", NAME, OBJECT, MANAGER, "Open", program="busctl", **office.bus.environment)
            assert get.returncode != 0 and "group reminderd" in get.stderr


@needs_root
def test_strangers_on_a_session_bus(tmp_path, as_nobody):
    with Office(tmp_path, kind="session") as office:
        result = as_nobody("--bus", "session", "status", **office.bus.environment)
        assert result.returncode == 5 and "another user" in result.stderr
