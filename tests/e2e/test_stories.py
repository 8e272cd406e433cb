"""What happens once in years, and must lose nothing and send nothing twice: a full disk, hours that end, a server that
is taken out of the configuration or away for days, addresses that are put right, in the middle of what is under way."""

import collections
import datetime
import json
import re
import time
import unicodedata

import pytest

from block import Bus
from lab import check
from lab.https import HttpsServer
from lab.smtp import SmtpServer
from live import PASSWORD, PATIENCE, USER, FullDisk, Live, item, mail_to, midnight, said, soon, wait_until

BATCH = 64  # RESULT_BATCH of sending/send.h


@pytest.fixture
def bus():
    with Bus() as bus:
        yield bus


def everybody(count):
    return {f"dv{n}@khoi.example" for n in range(1, count + 1)}


def wait_for_everybody(server, count):
    """Until each agency has its message; then: nobody has two."""
    wait_until(lambda: everybody(count) <= {to for record in server.messages() for to in record["to"]},
               lambda: f"{len(server.messages())} of {count} arrived")  # fmt: skip
    found = collections.Counter(to for record in server.messages() for to in record["to"])
    assert {to: n for to, n in found.items() if n > 1} == {}


def held(server, count, daemon):
    """Waits until so many messages were held at the server."""
    wait_until(lambda: server.gate.held >= count, lambda: daemon.stderr)


def standstill(server):
    """How many have arrived when for a while, fifty times what the server takes for one, no more come."""
    arrived = [0] * 50
    while arrived[0] != (now := len(server.messages())):
        arrived = [*arrived[1:], now]
        time.sleep(0.02)
    return now


def deliveries(bus, **wanted):
    found = json.loads(bus.ctl("deliveries", "--json").stdout)
    return [one for one in found if all(one[key] == value for key, value in wanted.items())]


# ---- a full disk -------------------------------------------------------------------------------------------------------


@pytest.mark.timeless
def test_a_disk_that_fills_while_messages_leave_stops_them_and_repeats_none(tmp_path, smtp, authority):
    """What was claimed goes on leaving while no more than a batch of results waits to be written; with room again the
    results are written and the rest leaves."""
    count, connections = 160, 4
    smtp.faults.update({"*": "delay:0.02"})
    with Live(tmp_path, midnight(), count, mail=mail_to(smtp, authority, connections=connections)).start() as daemon:
        smtp.wait(1, PATIENCE)
        with FullDisk(daemon):
            said(daemon, "Reminders wait: the state cannot be written: the disk is full")
            written = daemon.stderr.count("Sent due")
            assert written < standstill(smtp) <= written + BATCH + connections
            assert "Cannot go on" not in daemon.stderr
        wait_for_everybody(smtp, count)
        said(daemon, "Sent due", count)
    assert len(smtp.messages()) == count


@pytest.mark.timeless
def test_a_crash_with_a_full_disk_repeats_what_could_not_be_written_with_its_id(tmp_path, smtp, authority):
    count = 20
    live = Live(tmp_path, midnight(), count, mail=mail_to(smtp, authority, connections=2))
    smtp.faults.update({"*": "delay:0.02"})
    with live.start() as daemon:
        smtp.wait(1, PATIENCE)
        with FullDisk(daemon):
            said(daemon, "Reminders wait")
            daemon.kill()
    with live.start() as daemon:
        said(daemon, "sent again with the ids they had")
        wait_until(lambda: everybody(count) <= {to for record in smtp.messages() for to in record["to"]},
                   lambda: daemon.stderr)  # fmt: skip
    ids = collections.defaultdict(set)
    for record in smtp.messages():
        ids[record["to"][0]].add(check.parse(smtp.content(record))["Message-ID"])
    assert all(len(found) == 1 for found in ids.values())
    assert len(smtp.messages()) - count <= BATCH + 2


def test_a_reload_and_decisions_on_a_full_disk_change_nothing_by_halves(tmp_path, smtp, authority, bus):
    """Refused with the reason, and the old plan and state go on; with room again the same is done."""
    live = Live(tmp_path, soon(3600), 3, mail=mail_to(smtp, authority))
    decisions = (["done", "bao-cao", "--agency", "don-vi-1"],
                 ["snooze", "bao-cao", "--agency", "don-vi-2", "--for", "1d", "--reason", "chờ", "--force"])  # fmt: skip
    with live.start("session", environment=bus.environment) as daemon:
        bus.wait_for_object()
        before = bus.ctl("list", "--json").stdout
        text = (live.conf / "plans.d" / "plan.conf").read_text()
        with FullDisk(daemon):
            live.write_plan(text.replace("Báo cáo bao-cao", "Báo cáo khác").replace('"bao-cao"', '"viec-khac"'))
            result = bus.ctl("reload")
            assert result.returncode == 1 and "full" in result.stderr + daemon.stderr
            said(daemon, "not reloaded, the old one goes on")
            for words in decisions:
                refused = bus.ctl(*words)
                assert refused.returncode == 1 and "No space left" in refused.stderr, refused
            assert bus.ctl("list", "--json").stdout == before
        assert bus.ctl("list", "--json").stdout == before
        live.write_plan(text)
        for words in decisions:
            assert bus.ctl(*words).returncode == 0
        live.write_plan(text.replace('"bao-cao"', '"viec-khac"'))
        assert bus.ctl("reload").returncode == 0
        states = collections.Counter((row["item"], row["state"]) for row in json.loads(bus.ctl("list", "--json").stdout))
        assert states[("viec-khac", "pending")] == 3
        assert {event["verb"] for event in json.loads(bus.ctl("log", "--json").stdout)} >= {"done", "snooze", "reload"}


def test_another_address_on_a_full_disk(tmp_path, smtp, authority, bus):
    """Whether or not the reload goes through, it says so, and what it says is true for the next message."""
    live = Live(tmp_path, soon(3600), 1, mail=mail_to(smtp, authority))
    with live.start("session", environment=bus.environment) as daemon:
        bus.wait_for_object()
        with FullDisk(daemon):
            agencies = (live.conf / "agencies.conf").read_text()
            live.write("agencies.conf", agencies.replace("dv1@khoi.example", "moi@khoi.example"))
            adopted = bus.ctl("reload").returncode == 0
            assert ("Configuration reloaded" in daemon.stderr) == adopted
        assert bus.ctl("test", "don-vi-1").returncode == 0
        (record,) = smtp.wait(1, PATIENCE)
        assert record["to"] == ["moi@khoi.example" if adopted else "dv1@khoi.example"]


# ---- the hours ---------------------------------------------------------------------------------------------------------


def test_hours_that_end_while_a_batch_is_claimed_hold_the_rest(tmp_path, smtp, authority, bus):
    """What is on the wire arrives; the rest waits, through a restart too, for the next opening."""
    count = 12
    smtp.faults.update({"*": "hold"})
    live = Live(tmp_path, midnight(), count, mail=mail_to(smtp, authority, connections=1))
    with live.start("session", environment=bus.environment) as daemon:
        bus.wait_for_object()
        held(smtp, 1, daemon)
        close = soon(1)
        live.write_general(hours={"open": "00:00", "close": close.strftime("%H:%M:%S")})
        daemon.reload()
        time.sleep(max(0, close.timestamp() - time.time()))
        smtp.gate.let_in()
        wait_until(lambda: len(deliveries(bus, state="queued", attempts=0)) == count - 1, lambda: daemon.stderr)
        assert len(deliveries(bus, state="sent")) == 1
    with live.start("session", environment=bus.environment) as daemon:
        bus.wait_for_object()
        assert len(deliveries(bus, state="queued", attempts=0)) == count - 1  # not "sending" all night
        assert len(smtp.messages()) == standstill(smtp) == 1
    live.write_general(hours={"open": "00:00", "close": "00:00"})
    with live.start():
        wait_for_everybody(smtp, count)
    assert len(smtp.messages()) == count


# ---- a message that waits for its connection ---------------------------------------------------------------------------


def test_what_is_done_while_its_message_waits_for_the_connection_is_not_reminded_of(tmp_path, smtp, authority, bus):
    """One connection to a server that takes its time: when the first message is answered and the second is on the wire,
    the others have been handed over."""
    count = 5
    smtp.faults.update({"*": "hold"})
    live = Live(tmp_path, midnight(), count, mail=mail_to(smtp, authority, connections=1))
    with live.start("session", environment=bus.environment) as daemon:
        bus.wait_for_object()
        smtp.gate.let_in(1)
        held(smtp, 2, daemon)
        for n in range(3, count + 1):
            assert bus.ctl("done", "bao-cao", "--agency", f"don-vi-{n}").returncode == 0
        smtp.gate.let_in()
        wait_until(lambda: len(deliveries(bus, state="cancelled")) == count - 2, lambda: daemon.stderr)
        said(daemon, "Sent due", 2)
    assert [record["to"] for record in smtp.messages()] == [["dv1@khoi.example"], ["dv2@khoi.example"]]


@pytest.mark.timeless
def test_a_reload_is_in_force_for_messages_that_wait_for_the_connection(tmp_path, smtp, authority):
    count = 4
    smtp.faults.update({"*": "hold"})
    live = Live(tmp_path, midnight(), count, mail=mail_to(smtp, authority, connections=1))
    with live.start() as daemon:
        smtp.gate.let_in(1)
        held(smtp, 2, daemon)
        live.write_general(mail=live.general["mail"] | {"from": "Khối <moi@khoi.example>"})
        daemon.reload()
        said(daemon, "Configuration reloaded")
        smtp.gate.let_in()
        wait_for_everybody(smtp, count)
    senders = [check.parse(smtp.content(record))["From"].addresses[0].addr_spec for record in smtp.messages()]
    assert senders == ["nhacviec@khoi.example"] * 2 + ["moi@khoi.example"] * (count - 2)


# ---- a webhook that goes -------------------------------------------------------------------------------------------------


@pytest.mark.timeless
def test_a_webhook_taken_out_while_its_message_is_on_the_wire(tmp_path, smtp, authority, bus):
    """What is on the wire is recorded as it ends; what waits behind it is cancelled; mail is not concerned."""
    with HttpsServer(tmp_path / "hooks", authority, programs={"/hook": "hold"}) as https:
        hook = {"id": "hook", "url": https.url(), "ca_file": str(authority.ca_file), "agencies": ["*"], "kinds": ["*"],
                "connections": 1}  # fmt: skip
        live = Live(tmp_path, midnight(), 3, mail=mail_to(smtp, authority), webhook=hook)
        with live.start("session", environment=bus.environment) as daemon:
            bus.wait_for_object()
            https.wait(1, PATIENCE)
            live.write_general(webhooks=None)
            daemon.reload()
            https.gate.let_in()
            said(daemon, "Sent due to hook")
            smtp.wait(3, PATIENCE)
            ends = wait_until(lambda: (found := deliveries(bus, channel="webhook")) and not
                              {one["state"] for one in found} & {"queued", "sending"} and found, lambda: daemon.stderr)  # fmt: skip
            assert sorted(one["state"] for one in ends) == ["cancelled", "cancelled", "sent"]
            assert {one["answer"] for one in ends if one["state"] == "cancelled"} == {"no longer configured"}
            assert bus.ctl("status", "--check").returncode == 0
        assert len(https.requests()) == 1


# ---- an address that is put right ----------------------------------------------------------------------------------------


@pytest.mark.timeless
def test_wrong_addresses_are_put_right(tmp_path, smtp, authority, bus):
    """One is not known to its server for now, one for good: after the reload the first message goes to the new address
    by itself, the other as it is retried; the old addresses get nothing, and the list of deliveries says why."""
    smtp.faults.update({"dv1@khoi.example": "450", "dv2@khoi.example": "550"})
    live = Live(tmp_path, midnight(), 2, mail=mail_to(smtp, authority))
    with live.start("session", environment=bus.environment) as daemon:
        bus.wait_for_object()
        said(daemon, "Could not deliver due to dv1@khoi.example")
        said(daemon, "Gave up delivering due to dv2@khoi.example")
        path = live.conf / "agencies.conf"
        path.write_text(path.read_text().replace("dv1@", "moi1@").replace("dv2@", "moi2@"))
        assert bus.ctl("reload").returncode == 0
        said(daemon, "Sent due to moi1@khoi.example")
        assert not deliveries(bus, address="moi2@khoi.example")
        (failed,) = deliveries(bus, state="failed")
        assert bus.ctl("retry", failed["id"]).returncode == 0
        said(daemon, "Sent due to moi2@khoi.example")
        ends = {one["address"]: one["answer"] for one in deliveries(bus, state="cancelled")}
        assert ends == {f"dv{n}@khoi.example": f"no longer an address of don-vi-{n}; moi{n}@khoi.example gets it" for n in (1, 2)}
        assert len({one["id"] for one in deliveries(bus, kind="due")}) == 4
    arrived = {to for record in smtp.messages() for to in record["to"]}
    assert arrived & {f"{name}{n}@khoi.example" for name in ("dv", "moi") for n in (1, 2)} == {"moi1@khoi.example", "moi2@khoi.example"}


# ---- a server that is away for long --------------------------------------------------------------------------------------


def test_an_outage_longer_than_the_patience(tmp_path, authority, bus):
    """Every message is given up with its reason; the queue does not grow by trying; and when the server is back one
    `retry --all` sends each, once."""
    count = 30
    retry = {"first": "1s", "max": "1s", "give_up": "3s"}
    dead = SmtpServer(tmp_path / "dead", authority)
    dead.start()
    port = dead.port
    dead.stop()
    mail = {"url": f"smtp://127.0.0.1:{port}", "ca_file": str(authority.ca_file), "timeout": "10s"}
    with Live(tmp_path, midnight(), count, mail=mail, retry=retry).start("session", environment=bus.environment) as daemon:
        bus.wait_for_object()
        said(daemon, "Gave up delivering due", count)
        failed = deliveries(bus, state="failed")
        assert len(failed) == count and all("onnect" in one["answer"] for one in failed)
        assert all(2 <= one["attempts"] <= 4 for one in failed)
        status = bus.ctl("status", "--check")
        assert status.returncode == 1 and str(count) in status.stdout
        smtp = SmtpServer(tmp_path / "mail", authority, user=USER, password=PASSWORD)
        smtp.port = port
        with smtp:
            assert bus.ctl("retry", "--all").returncode == 0
            wait_for_everybody(smtp, count)
            said(daemon, "Sent due", count)
            ids = {check.parse(smtp.content(record))["Message-ID"][1:33] for record in smtp.messages()}
            assert ids >= {one["id"] for one in failed}
        assert bus.ctl("status", "--check").returncode == 0


def test_a_queue_that_grows_while_the_server_is_away(tmp_path, authority):
    """Second by second more falls due, over crashes and restarts; at the end each agency has one message of each."""
    count = 4
    retry = {"first": "1s", "max": "2s", "give_up": "1h"}
    dead = SmtpServer(tmp_path / "dead", authority)
    dead.start()
    port = dead.port
    dead.stop()
    mail = {"url": f"smtp://127.0.0.1:{port}", "ca_file": str(authority.ca_file), "timeout": "10s"}
    at = soon(1)
    names = [f"viec-{n}" for n in range(4)]
    moments = [at + datetime.timedelta(seconds=n) for n in range(len(names))]
    policies = {f"p{n}": {"before": ["0d"], "at": f"{moment:%H:%M:%S}"} for n, moment in enumerate(moments)}
    items = ",\n".join(item(name, policy=f"p{n}") for n, name in enumerate(names))
    live = Live(tmp_path, at, count, mail=mail, items=items, retry=retry)
    live.write_general(policies={**live.general["policies"], **policies})
    for n, moment in enumerate(moments):
        with live.start() as daemon:
            wait_until(lambda: time.time() > moment.timestamp() and len(set(re.findall(r"deliver due to (\S+)", daemon.stderr))) == count,
                       lambda: daemon.stderr)  # fmt: skip
            if n % 2:
                daemon.kill()
    smtp = SmtpServer(tmp_path / "mail", authority, user=USER, password=PASSWORD)
    smtp.port = port
    with smtp, live.start():
        def told():
            return collections.Counter((record["to"][0], one.rpartition("/")[2]) for record in smtp.messages()
                                       for one in check.parse(smtp.content(record))["X-Reminderd-Items"].split(", "))  # fmt: skip

        wait_until(lambda: len(told()) == count * len(names), lambda: f"{told()}")
        assert set(told().values()) == {1}


# ---- encryption where it is offered --------------------------------------------------------------------------------------


@pytest.mark.timeless
@pytest.mark.parametrize(
    ("server", "outcome"),
    [
        ({}, "encrypted"),
        ({"starttls": False}, "plain"),
        ({"certificate": "wrong-name"}, "nothing"),
        ({"certificate": "expired"}, "nothing"),
    ],
)
def test_opportunistic_encryption(tmp_path, authority, server, outcome):
    """Where encryption is offered it is used, and must be good: no way back to plain text from a bad certificate."""
    with SmtpServer(tmp_path / "mail", authority, **server) as smtp:
        mail = mail_to(smtp, authority, tls="opportunistic", username=None, password_file=None)
        with Live(tmp_path, midnight(), mail=mail).start() as daemon:
            said(daemon, "Could not deliver.*certificate" if outcome == "nothing" else "Sent due")
        assert [record["tls"] for record in smtp.messages()] == {"encrypted": [True], "plain": [False], "nothing": []}[outcome]


# ---- a domain of another script ------------------------------------------------------------------------------------------


@pytest.mark.timeless
def test_an_internationalised_domain(tmp_path, smtp, authority):
    """On the wire and in the header it is ASCII, in either form of Unicode that a spreadsheet may have it in."""
    domain = "sở-nội-vụ.example"
    ascii = domain.encode("idna").decode()

    def agencies(count):
        return tuple({"id": f"don-vi-{n}", "name": f"Đơn vị số {n}", "emails": [f"dv{n}@{unicodedata.normalize(form, domain)}"]}
                     for n, form in enumerate(("NFC", "NFD"), 1))  # fmt: skip

    with Live(tmp_path, midnight(), 2, mail=mail_to(smtp, authority), agency=agencies).start():
        records = smtp.wait(2, PATIENCE)
    assert sorted(record["to"][0] for record in records) == [f"dv1@{ascii}", f"dv2@{ascii}"]
    for record in records:
        assert check.message_problems(smtp.content(record)) == []
        (to,) = check.parse(smtp.content(record))["To"].addresses
        assert to.addr_spec == record["to"][0]
