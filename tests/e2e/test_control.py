"""The bus object of daemon/doc/formats.md section 4: deliveries, reload, restart, signals, several at once."""

import datetime
import json
import re
import shutil
import signal
import subprocess
import threading
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor

import pytest

import block
from block import Bus
from desk import AGENCY, TODAY, Desk, ahead
from lab.ca import Authority
from lab.smtp import SmtpServer
from live import PASSWORD, USER, Live, item, soon, wait_until
from rawbus import ERROR, MANAGER, OBJECT, RawBus

VERBS = ("Status List Show Snooze Unsnooze Done Reopen Waive Urge SetDate ClearDate Hold Release Claims Confirm Reject Grant Forecast Calendar Preview Deliveries Metrics Retry "
         "Drop Log Test Reload Backup").split()  # fmt: skip


# ---- deliveries ------------------------------------------------------------------------------------------------------


def test_a_test_message_is_retried_and_dropped(desk):
    """The mail server of the sample block does not exist."""
    assert desk.ctl("test", AGENCY).returncode == 0
    end = time.monotonic() + block.PATIENCE
    while not (found := desk.json("deliveries", "--state", "queued"))[0:1] or not found[0]["answer"]:
        assert time.monotonic() < end
    (delivery,) = found
    assert (delivery["kind"], delivery["agency"], delivery["channel"]) == ("test", AGENCY, "mail")
    assert desk.json("deliveries", "--agency", "vp-ubnd") == []
    assert desk.ctl("retry", delivery["id"]).returncode == 0
    while (found := desk.json("deliveries")[0])["attempts"] < 2 or found["state"] != "queued":
        assert time.monotonic() < end
    assert desk.ctl("drop", delivery["id"]).returncode == 0
    assert desk.json("deliveries")[0]["state"] == "cancelled"
    assert desk.ctl("drop", delivery["id"]).returncode == 1
    assert desk.ctl("retry", "--all").returncode in (0, 1)
    two = desk.ctl("drop", "0" * 32, "1" * 32)
    assert two.returncode == 1 and "--yes" in two.stderr
    assert desk.ctl("drop", "0" * 32, "1" * 32, "--yes").returncode == 3


# ---- reload, restart, crash ------------------------------------------------------------------------------------------


def test_reload_tells_each_mistake_in_its_place(desk):
    good = (desk.block.conf / "plans.d/plan.conf").read_text(encoding="utf-8")
    desk.block.write_plan(good.replace("members =", "membres ="))
    result = desk.ctl("reload")
    assert result.returncode == 1
    assert re.search(r"plan\.conf:\d+: .*membres", result.stderr)
    assert len(desk.json("list")) == 13  # the old plan goes on
    report = desk.ctl("reload", "--json")
    assert report.returncode == 1
    assert json.loads(report.stdout)["adopted"] is False and json.loads(report.stdout)["findings"][0]["line"] > 0
    desk.block.write_plan(good.replace("Báo cáo tổng kết", "Báo cáo cuối năm"))
    assert desk.ctl("reload").returncode == 0
    assert desk.row("bao-cao")["title"] == "Báo cáo cuối năm"
    assert [event["verb"] for event in desk.json("log")] == ["reload refused", "reload refused", "reload"]


def test_decisions_outlive_crash_restart_reload_and_an_edited_plan(desk):
    assert desk.ctl("done", "bao-cao", "--agency", AGENCY).returncode == 0
    assert desk.ctl("snooze", "bao-cao", "--agency", "vp-ubnd", "--for", "2d", "--reason", "chờ").returncode == 0
    assert desk.ctl("set-date", "kiem-tra", ahead(13), "--agency", AGENCY).returncode == 0
    assert desk.ctl("waive", "hop-khoi", "--reason", "x").returncode == 0
    before = desk.json("list")
    desk.daemon.kill()  # SIGKILL
    desk.start()
    assert desk.json("list") == before
    desk.daemon.stop()
    desk.start()
    assert desk.json("list") == before
    assert desk.ctl("reload").returncode == 0
    assert desk.json("list") == before
    text = (desk.block.conf / "plans.d/plan.conf").read_text(encoding="utf-8")
    desk.block.write_plan(text.replace(ahead(20), ahead(22)).replace('id = "tap-huan"', 'id = "tap-huan-moi"'))
    assert desk.ctl("reload").returncode == 0
    decided = {("bao-cao", AGENCY): "done", ("bao-cao", "vp-ubnd"): "snoozed", ("hop-khoi", "vp-ubnd"): "waived"}
    for (item, agency), state in decided.items():
        assert desk.row(item, agency)["state"] == state
    assert desk.row("kiem-tra")["due"] == ahead(13)
    assert desk.row("bao-cao", "so-noi-vu")["due"] == ahead(22)
    assert {row["state"] for row in desk.json("list", "--item", "tap-huan")} == {"withdrawn"}
    assert desk.ctl("done", "tap-huan", "--agency", AGENCY).returncode == 1


@pytest.mark.timeless
def test_whoever_waited_for_the_start_is_answered_at_once(tmp_path):
    """READY waits for a bus that is slow, but not for ever."""
    office = Desk(tmp_path).block
    with Bus() as bus:
        for patient in (True, False):
            bus.process.send_signal(signal.SIGSTOP)
            daemon = office.start("session", environment=bus.environment)
            try:
                if patient:
                    while not (office.state / "reminderd.db").exists():
                        time.sleep(0.01)
                    assert "READY=1" not in daemon.told and "obligations follow" not in daemon.stderr
                    bus.process.send_signal(signal.SIGCONT)
                daemon.wait_for("READY=1")
            finally:
                bus.process.send_signal(signal.SIGCONT)
            if patient:
                assert bus.ctl("status").returncode == 0
            daemon.stop()


def test_reminders_outlive_the_bus(tmp_path):
    """No bus at the start, then one, then none, then one again."""
    address = f"unix:path={tmp_path}/bus"
    variables = {"DBUS_SESSION_BUS_ADDRESS": address}

    def status():
        return block.run(block.REMINDERCTL, "--bus", "session", "status", **variables).returncode

    def wait_for_object():
        end = time.monotonic() + block.PATIENCE
        while status() != 0:
            assert time.monotonic() < end

    def start_bus():
        return subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}"],
                                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip

    with Desk(tmp_path).block.start("session", environment=variables) as daemon:
        assert status() == 4
        for _ in range(2):
            bus = start_bus()
            try:
                wait_for_object()
                assert daemon.process.poll() is None
            finally:
                bus.terminate()
                bus.wait()
        assert "bus is away" in daemon.stderr and "bus is back" in daemon.stderr
        daemon.reload()


# ---- the bus ---------------------------------------------------------------------------------------------------------


@pytest.mark.timeless
def test_introspection(shared):
    with shared.raw() as bus:
        xml = bus.call("Introspect", interface="org.freedesktop.DBus.Introspectable").values[0]
    (interface,) = (i for i in ElementTree.fromstring(xml).iter("interface") if i.get("name") == MANAGER)
    methods = {m.get("name"): m for m in interface.iter("method")}
    assert set(VERBS) <= set(methods)
    for method in methods.values():
        assert all(argument.get("name") for argument in method.iter("arg"))
    properties = {p.get("name"): p.get("type") for p in interface.iter("property")}
    assert properties == {"Version": "s", "NextWake": "t", "Open": "u", "Overdue": "u", "Queued": "u", "Failed": "u",
                          "Troubles": "as", "Held": "as"}  # fmt: skip
    assert {s.get("name") for s in interface.iter("signal")} == {"ObligationChanged", "DeliveryFinished"}


@pytest.mark.timeless
def test_busctl(shared):
    def call(*words):
        return block.run("busctl", "--user", "call", "org.reminderd1", OBJECT, MANAGER, *words, **shared.bus.environment)

    result = call("List", "a{sv}tu", "1", "state", "s", "overdue", "0", "1")
    assert result.returncode == 0 and result.stdout.startswith("aa{sv}t 1 ") and '"qua-han"' in result.stdout
    assert "did you mean bao-cao" in call("Show", "sstu", "bao-cap", "", "0", "0").stderr
    get = block.run("busctl", "--user", "get-property", "org.reminderd1", OBJECT, MANAGER, "Overdue",
                    **shared.bus.environment)  # fmt: skip
    assert get.stdout == "u 3\n"


def test_signals(desk):
    with desk.raw() as bus:
        bus.watch()
        assert bus.call("Done", "ssssb", "qua-han", AGENCY, "", "", False).values == [1]
        signal = bus.wait_for(lambda s: s.member == "ObligationChanged")
        assert signal.values == ["ke-hoach", "qua-han", "", AGENCY, "late"]
        signal = bus.wait_for(lambda s: s.member == "PropertiesChanged" and "Overdue" in s.values[1])
        assert signal.values[0] == MANAGER and (signal.values[1]["Overdue"], signal.values[1]["Open"]) == (2, 12)
        assert bus.call("Test", "ss", AGENCY, "").values == [1]
        signal = bus.wait_for(lambda s: s.member == "DeliveryFinished")
        assert signal.values[1:] == [AGENCY, "test", "mail", "queued"]


@pytest.mark.timeless
@pytest.mark.parametrize(
    ("call", "error"),
    [
        (("Show", "sstu", "khong-co", "", 0, 0), "NotFound"),
        (("Done", "ssssb", "bao-cao", "", "", "", False), "Invalid"),
        (("Done", "ssssb", "bao-cao", AGENCY, "tomorrow", "", False), "Refused"),
        (("Snooze", "ssssb", "bao-cao", AGENCY, "+1d", "", False), "Invalid"),
        (("Snooze", "ssssb", "bao-cao", AGENCY, "+1d", "a\x1b[31mb", False), "Invalid"),
        (("List", "a{sv}tu", {"stat": ("s", "open")}, 0, 0), "Invalid"),
        (("List", "a{sv}tu", {"state": ("u", 3)}, 0, 0), "Invalid"),
        (("List", "a{sv}tu", {}, 2**63, 0), "Invalid"),
        (("List", "a{sv}tu", {"paging": ("s", "book")}, 0, 0), "Invalid"),
        (("Calendar", "u", 4_000_000_000), "Invalid"),
        (("Test", "ss", "", ""), "Invalid"),
        (("Show", "sstu", "../../etc/passwd", "", 0, 0), "Invalid"),
        (("Show", "sstu", "x" * (10 << 20), "", 0, 0), "Invalid"),
        (("Snooze", "ssssb", "bao-cao", AGENCY, "+1d", "x" * (10 << 20), False), "Invalid"),
        (("Snooze", "ssssb", "bao-cao", AGENCY, "+" + "9" * (10 << 20) + "d", "x", False), "Invalid"),
        (("List", "a{sv}tu", {"item": ("s", "y" * (10 << 20))}, 0, 0), "Invalid"),
    ],
)
def test_bus_errors(shared, call, error):
    with shared.raw() as bus:
        answer = bus.call(*call)
        assert answer.kind == ERROR and answer.error == f"org.reminderd1.Error.{error}"
        assert len(answer.values[0]) < 400 and "\n" not in answer.values[0]


@pytest.mark.timeless
def test_broken_text_does_not_reach_the_daemon(shared):
    """Text that is no UTF-8 is the bus's business: it closes such a connection. The daemon stays."""
    with shared.raw() as bus:
        serial = bus.send("Show", "sstu", b"bao-cao\xff\xfe", "", 0, 0)
        with pytest.raises(ConnectionError):
            bus.answer(serial)
    assert shared.ctl("status").returncode == 0
    with shared.raw() as bus:
        assert bus.call("Show", "ss", "bao-cao", "").error == "org.freedesktop.DBus.Error.InvalidArgs"
        assert bus.call("Nonsense").error == "org.freedesktop.DBus.Error.UnknownMethod"
        assert bus.call("Status", interface=None).kind == ERROR


@pytest.mark.timeless
def test_two_at_once(desk):
    """Of ten that finish the same thing at the same time one does it."""
    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(lambda _: desk.ctl("done", "bao-cao", "--agency", AGENCY).returncode, range(10)))
    assert sorted(codes) == [0] + [1] * 9
    verbs = [event["verb"] for event in desk.json("log")]
    assert verbs.count("done") == 1 and verbs.count("done refused") == 9


@pytest.mark.timeless
def test_a_burst_does_not_delay_a_reminder(tmp_path):
    """Ten thousand calls without waiting for an answer, just when a reminder falls due; each is answered in the end."""
    calls = 10_000
    authority = Authority(tmp_path / "ca")
    with Bus() as bus, SmtpServer(tmp_path / "mail", authority, user=USER, password=PASSWORD) as server:
        at = soon(4)
        mail = {"url": server.url, "ca_file": str(authority.ca_file), "timeout": "10s"}
        with Live(tmp_path, at, mail=mail).start("session", environment=bus.environment) as daemon:
            with RawBus(bus.environment["DBUS_SESSION_BUS_ADDRESS"], timeout=300) as loud:
                wait_for_name(loud)
                time.sleep(max(0, at.timestamp() - time.time() - 0.2))
                sender = threading.Thread(target=lambda: [
                    loud.send("List", "a{sv}tu", {"state": ("s", "open")}, 0, 20) for _ in range(calls)])  # fmt: skip
                first = loud.serial + 1
                began = time.time()
                sender.start()
                (record,) = server.wait(1, block.PATIENCE)
                left = calls
                while left > 0:
                    message = loud.receive()
                    left -= (message.reply_to or 0) >= first
                sender.join()
                took = time.time() - began
            assert daemon.process.poll() is None
        lateness = record["arrived"] - at.timestamp()
        print(f"lateness during the burst: {1000 * lateness:.0f} ms of {took:.1f} s")
        assert 0 <= lateness < took / 4


def wait_for_name(bus):
    end = time.monotonic() + block.PATIENCE
    while bus.call("Ping", interface="org.freedesktop.DBus.Peer").kind == ERROR:
        assert time.monotonic() < end


def test_what_is_done_is_not_reminded_of_even_if_it_is_next_to_leave(tmp_path):
    """The mail server is away; what waits for its next attempt is cancelled, and a confirmation takes its place."""
    at = soon(2)
    items = item("bao-cao") + ",\n" + item("so-ket", due=TODAY + datetime.timedelta(1))
    mail = {"url": "smtp://127.0.0.1:1", "tls": "none"}
    with Bus() as bus, Live(tmp_path, at, mail=mail, items=items, confirmations=True).start(
            "session", environment=bus.environment):  # fmt: skip

        def ctl(*words):
            return block.run(block.REMINDERCTL, "--bus", "session", *words, **bus.environment)

        def deliveries():
            result = ctl("deliveries", "--json")
            return {d["kind"]: d for d in json.loads(result.stdout)} if result.returncode == 0 else {}

        end = time.monotonic() + block.PATIENCE
        while deliveries().get("due", {}).get("attempts", 0) < 1 or deliveries()["due"]["state"] != "queued":
            assert time.monotonic() < end
        assert ctl("done", "bao-cao", "--agency", "don-vi-1").returncode == 0
        found = deliveries()
        assert found["due"]["state"] == "cancelled" and found["completed"]["state"] in ("queued", "sending")
        shown = json.loads(ctl("show", "bao-cao", "--json").stdout)["obligations"][0]
        assert {n["kind"]: n["state"] for n in shown["notices"]}["due"] == "cancelled"


def test_stops_while_a_forecast_runs(desk):
    with desk.raw() as bus:
        bus.send("Forecast", "ssstu", "", "+700d", "", 0, 500)
        desk.daemon.process.send_signal(signal.SIGTERM)
        desk.daemon.process.wait(block.PATIENCE)
    assert desk.daemon.process.returncode == 0


# ---- the time zone ---------------------------------------------------------------------------------------------------


def test_new_rules_of_the_zone_are_taken_up(tmp_path):
    """A package puts another file in the place of the zone's: the reminder's moment is found anew, without a restart."""
    rules, link = tmp_path / "zoneinfo/Asia/Saigon", tmp_path / "zoneinfo/Asia/Ho_Chi_Minh"
    rules.parent.mkdir(parents=True)
    shutil.copy("/usr/share/zoneinfo/Asia/Ho_Chi_Minh", rules)
    link.symlink_to("Saigon")  # older packages have one name as a link to the other
    (tmp_path / "desk").mkdir()
    desk = Desk(tmp_path / "desk", timezone="Asia/Ho_Chi_Minh")
    start = desk.block.start
    desk.block.start = lambda bus, environment: start(
        bus=bus, environment={**environment, "TZDIR": str(tmp_path / "zoneinfo")})  # fmt: skip
    with desk:
        assert desk.row("bao-cao")["next_reminder"].endswith("+07:00")
        shutil.copy("/usr/share/zoneinfo/Asia/Tokyo", tmp_path / "new")
        (tmp_path / "new").rename(rules)
        wait_until(lambda: desk.row("bao-cao")["next_reminder"].endswith("+09:00"),
                   lambda: desk.row("bao-cao")["next_reminder"])  # fmt: skip
