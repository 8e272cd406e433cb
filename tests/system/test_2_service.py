"""The service on a booted system: what it sends, and what it outlives."""

import collections
import contextlib
import datetime
import email.utils
import json
import os
import re
import sqlite3

import pytest

from block import ROOT
from office import CREDENTIAL, NOBODY, PASSWORD, soon, wait_until

LATER = {"id": "so-ket", "title": "Sơ kết", "for": ["members"]}
# MESSAGE_IDs, as daemon/runtime/journal.c has them.
SENT = "ca5432a83a0c45469e41066a75510e09"
FAILED = "1d8f4596c5164d3ebc4d036f190abc2b"
RETRY = "f24557abf3934147be17255f08c75011"
RELOAD_REFUSED = "2dbb2f37345d4561a5bdedf11b650db9"
STORE_TROUBLE = "3c0c4e95f37b4dd1a2458ccc02441635"
CLOCK_BEHIND = "f32a404e46f34e89b5726785d525efdb"
BACKUP = "a203ec8b1148473ab18dc29649cfc51d"
BACKUP_FAILED = "69435dcf6571487185a0abb5c3a97a3b"
DECISION = "c09137db73704a579a5de1f017702db9"


def later(days=30):
    """An item due in the future, to decide on."""
    return LATER | {"due": (soon(0).date() + datetime.timedelta(days=days)).isoformat()}


def far():
    """A moment that no test reaches; today, so that nothing else is sent either."""
    return soon(0).replace(hour=23, minute=59, second=59)


def start_far(office, count=1):
    office.configure(far(), count, [later()])
    office.start()


# ---- delivery --------------------------------------------------------------------------------------------------------


def test_a_reminder_reaches_a_mailbox_over_tls_with_login(fresh):
    at = soon(3)
    fresh.configure(at, 2)
    fresh.start()
    first, second = fresh.wait_mail(2)
    assert {one["To"].addresses[0].addr_spec for one in (first, second)} == {"dv1@khoi.example", "dv2@khoi.example"}
    for message in (first, second):
        assert message["X-Reminderd-Kind"] == "due"
        assert message["X-Reminderd-Items"] and "bao-cao" in message["X-Reminderd-Items"]
        assert message["Subject"].startswith("[Khối TMTH] Đến hạn hôm nay ")
        assert message["Auto-Submitted"] == "auto-generated"
        assert not message.defects
        assert "using TLSv1" in message["Received"] and "ESMTPSA" in message["Received"]
        assert "Authenticated sender: nhacviec" in message["Received"]
        assert email.utils.parsedate_to_datetime(message["Date"]) >= at
        types = [part.get_content_type() for part in message.walk()]
        assert {"text/plain", "text/html", "text/calendar"} <= set(types)
        assert "Báo cáo tổng kết" in message.get_body(("plain",)).get_content()
    assert len(fresh.settle()) == 2


def test_the_status_line_is_one_a_person_likes_to_read(fresh, machine):
    start_far(fresh, 3)
    text = f"6 việc, 0 quá hạn; nhắc tiếp theo {far().strftime('%d/%m/%Y')} 23:59"
    wait_until(lambda: fresh.property("StatusText") == text, "the status text")
    machine.run("systemctl", "reload", "reminderd")
    wait_until(lambda: fresh.property("StatusText") == text, "the status text after a reload")


def test_a_mail_server_that_is_away_for_a_while(fresh, machine):
    machine.run("systemctl", "stop", "postfix")
    try:
        fresh.configure(soon(2))
        fresh.start()
        wait_until(lambda: fresh.journal(f"MESSAGE_ID={RETRY}"), "a failed attempt")
    finally:
        machine.run("systemctl", "start", "postfix")
    fresh.wait_mail(1)
    assert len(fresh.settle()) == 1


def test_an_address_that_is_refused_is_told_and_harms_no_other(fresh):
    fresh.configure(soon(3), 2, last=NOBODY)
    fresh.start()
    assert fresh.ctl("status", "--check").returncode == 0
    fresh.wait_mail(1, "due")
    (entry,) = wait_until(lambda: fresh.journal(f"MESSAGE_ID={FAILED}"), "the failure in the journal")
    assert entry["PRIORITY"] == "3" and entry["REMINDERD_AGENCY"] == "don-vi-2"
    assert "550 5.1.1" in entry["MESSAGE"] and "no such mailbox" in entry["MESSAGE"], "the server's words"
    (failed,) = fresh.json("deliveries", "--state", "failed")
    assert failed["agency"] == "don-vi-2"
    assert fresh.ctl("status", "--check", check=False).returncode == 1, "monitoring sees it"


def filters_addresses(machine):
    """Whether this kernel lets a container's systemd do that."""
    done = machine.run("systemd-run", "--wait", "--quiet", "-p", "IPAddressDeny=any", "bash", "-c",
                       "timeout 2 bash -c '</dev/tcp/127.0.0.1/587'", check=False)  # fmt: skip
    return done.returncode != 0


def test_the_address_list_lets_through_what_it_names_and_nothing_else(fresh, machine):
    if not filters_addresses(machine):
        pytest.skip("systemd filters no addresses in a container here")
    example = (ROOT / "units/reminderd-addresses.conf.example").read_text()
    fresh.drop_in("test", example.replace("IPAddressAllow=localhost\n", ""))
    start_far(fresh)
    fresh.ctl("test", "don-vi-1")
    wait_until(lambda: fresh.journal(f"MESSAGE_ID={RETRY}"), "a failed attempt")
    assert fresh.mail() == []
    fresh.drop_in("test", example)
    machine.run("systemctl", "restart", "reminderd")
    fresh.wait_mail(1, "test")


# ---- reload ----------------------------------------------------------------------------------------------------------


def test_reload(fresh, machine):
    start_far(fresh)
    pid = fresh.pid()
    fresh.configure(far(), 4, [later()])
    machine.run("systemctl", "reload", "reminderd")
    assert fresh.pid() == pid
    assert len(fresh.json("list", "--item", "so-ket")) == 4


def test_a_reload_with_mistakes_fails_names_them_and_leaves_the_old_configuration(fresh, machine):
    start_far(fresh)
    pid = fresh.pid()
    path = machine.path("/etc/reminderd/plans.d/plan.conf")
    path.write_text(path.read_text().replace("basis", "basics"))
    done = machine.run("systemctl", "reload", "reminderd", check=False)
    assert done.returncode != 0
    (told,) = [entry for entry in fresh.journal(f"_PID={pid}") if "plan.conf:" in str(entry["MESSAGE"])]
    assert "basics" in told["MESSAGE"] and "basis" in told["MESSAGE"], "the mistake, and the nearest known key"
    assert not [entry for entry in fresh.journal("_COMM=reminderctl")], "told once"
    assert fresh.journal(f"MESSAGE_ID={RELOAD_REFUSED}")
    assert fresh.pid() == pid and fresh.property("ActiveState") == "active"
    assert fresh.json("list", "--item", "so-ket")
    fresh.ctl("test", "don-vi-1")
    fresh.wait_mail(1, "test")


def test_a_start_with_mistakes_fails_and_names_them(fresh, machine):
    start_far(fresh)
    machine.run("systemctl", "stop", "reminderd")
    machine.write("/etc/reminderd/agencies.conf", "agencies = (\n")
    try:
        done = machine.run("systemctl", "start", "reminderd", check=False)
        assert done.returncode != 0
        assert any("agencies.conf:" in str(entry["MESSAGE"]) for entry in fresh.journal("_COMM=reminderd"))
    finally:
        machine.run("systemctl", "stop", "reminderd")


def test_a_failure_for_good_is_reported_by_mail(fresh, machine):
    machine.sh("""cd /usr/share/doc/reminderd/examples
        cp reminderd-report@.service.example /etc/systemd/system/reminderd-report@.service
        cp reminderd-failure.conf.example /etc/systemd/system/reminderd.service.d/failure.conf""")
    fresh.drop_in("test", "[Unit]\nStartLimitBurst=2\n")
    fresh.configure(far())
    machine.write("/etc/reminderd/agencies.conf", "agencies = (\n")
    try:
        machine.run("systemctl", "start", "reminderd", check=False)
        box = machine.path("/var/mail/root")
        text = wait_until(lambda: box.exists() and box.read_text(encoding="utf-8"), "a report in root's mailbox")
    finally:
        machine.sh("systemctl stop reminderd; rm /etc/systemd/system/reminderd-report@.service")
        fresh.drop_out("failure")
    assert "Subject: reminderd.service has failed on " in text
    assert "agencies.conf:" in text, "with the mistake in it"


# ---- the secret ------------------------------------------------------------------------------------------------------


def test_a_plain_credential_of_a_drop_in_takes_the_place_of_the_encrypted_one(fresh, machine):
    machine.write("/etc/credstore/plain", PASSWORD, 0o600)
    machine.path(CREDENTIAL).rename(machine.path(CREDENTIAL + ".away"))
    fresh.drop_in("test", "[Service]\nLoadCredential=smtp-password:/etc/credstore/plain\n")
    try:
        fresh.configure(soon(2))
        fresh.start()
        fresh.wait_mail(1)
    finally:
        machine.path(CREDENTIAL + ".away").rename(machine.path(CREDENTIAL))


def test_root_checks_and_rehearses_by_hand_without_the_secret_that_the_service_has(fresh, machine):
    fresh.configure(far(), 1, [later()])
    done = machine.run("reminderd", "--check")
    assert 'warning: mail: the credential "smtp-password"' in done.stdout and "in order" in done.stdout
    today = soon(0).date().isoformat()
    assert "bao-cao" in machine.run("reminderd", "--rehearse", f"{today}..{today}").stdout
    for more in (("--bus", "none"), ("--rehearse", f"{today}..{today}", "--deliver")):
        refused = machine.run("reminderd", "--state", "/tmp/none", *more, check=False)
        assert refused.returncode == 1 and "systemctl restart reminderd" in refused.stderr


def test_a_missing_credential_is_named_before_the_start(fresh, machine):
    machine.path(CREDENTIAL).rename(machine.path(CREDENTIAL + ".away"))
    try:
        fresh.configure(far())
        assert machine.run("systemctl", "start", "reminderd", check=False).returncode != 0
        assert any("smtp-password" in str(entry["MESSAGE"]) for entry in fresh.journal("_COMM=reminderd"))
    finally:
        machine.path(CREDENTIAL + ".away").rename(machine.path(CREDENTIAL))
        machine.run("systemctl", "stop", "reminderd")


# ---- ends and interruptions ------------------------------------------------------------------------------------------


def test_killed_and_started_again_nothing_is_lost_or_doubled(fresh, machine):
    fresh.configure(soon(3), 5)
    fresh.start()
    pid = fresh.pid()
    machine.kill("reminderd", "SIGKILL")
    fresh.wait_active(other_than=pid)
    fresh.wait_mail(5)
    pid = fresh.pid()
    machine.kill("reminderd", "SIGKILL")
    fresh.wait_active(other_than=pid)
    assert len(fresh.settle()) == 5


def test_one_that_hangs_is_restarted_by_the_watchdog(fresh, machine):
    fresh.configure(soon(4), 2)
    fresh.start()
    pid = fresh.pid()
    machine.kill("reminderd", "SIGSTOP")
    fresh.wait_active(other_than=pid)
    assert any("atchdog" in str(entry["MESSAGE"]) for entry in fresh.journal())
    fresh.wait_mail(2)
    assert len(fresh.settle()) == 2


def test_an_idle_one_answers_the_watchdog(fresh):
    start_far(fresh)
    pid = fresh.pid()
    fresh.settle()
    fresh.settle()  # longer than WatchdogSec
    assert fresh.pid() == pid


def test_what_fell_due_while_the_machine_was_off_is_caught_up_once(fresh, machine):
    at = soon(6)
    fresh.configure(at, 3)
    fresh.start()
    machine.reboot(between=lambda: wait_until(lambda: soon(-1) > at, "the moment has passed"))
    assert fresh.property("ActiveState") == "active", "it is started at boot"
    fresh.wait_mail(3)
    assert len(fresh.settle()) == 3
    machine.run("systemctl", "restart", "reminderd")
    assert len(fresh.settle()) == 3


def test_the_bus_daemon_is_restarted(fresh, machine):
    fresh.configure(soon(5))
    fresh.start()
    pid = fresh.pid()
    machine.run("systemctl", "restart", "dbus")
    wait_until(lambda: fresh.ctl("status", check=False).returncode == 0, "an answer on the new bus")
    fresh.wait_mail(1)
    assert fresh.pid() == pid


def test_the_time_zone_of_the_machine_changes(fresh, machine):
    fresh.configure(soon(4))
    fresh.start()
    pid = fresh.pid()
    machine.sh("ln -sfT /usr/share/zoneinfo/America/New_York /etc/localtime")
    try:
        (message,) = fresh.wait_mail(1)
    finally:
        machine.sh("ln -sfT /usr/share/zoneinfo/Etc/UTC /etc/localtime")
    assert email.utils.parsedate_to_datetime(message["Date"]).utcoffset() == datetime.timedelta(hours=7)
    assert fresh.pid() == pid and len(fresh.settle()) == 1


FAKETIME = """[Service]
Environment=LD_PRELOAD=/usr/lib/{triplet}/faketime/libfaketime.so.1
Environment=FAKETIME={offset}
"""


def test_the_clock_moves_across_a_deadline_and_back(fresh, machine):
    """Only for the service, by libfaketime: never the machine's own clock. Its monotonic clock moves with it, as
    libfaketime shifts the timers of both."""
    triplet = os.uname().machine + "-linux-gnu"
    at = (soon(0) + datetime.timedelta(days=3)).replace(hour=0, minute=0, second=1)
    fresh.configure(far(), 2, [LATER | {"due": at.date().isoformat(), "at": "00:00:01"}])
    fresh.start()
    assert fresh.settle() == []
    fresh.drop_in("test", FAKETIME.format(triplet=triplet, offset="+3d"))
    machine.run("systemctl", "restart", "reminderd")
    sent = fresh.wait_mail(2)
    assert all("so-ket" in message["X-Reminderd-Items"] for message in sent)
    count = len(fresh.settle())
    fresh.drop_out("test")
    machine.run("systemctl", "restart", "reminderd")
    assert len(fresh.settle()) == count, "nothing twice on a clock that ran backwards"
    assert fresh.journal(f"MESSAGE_ID={CLOCK_BEHIND}"), "and it is reported"


def test_a_full_disk_delays_reminders_and_loses_none(fresh, machine):
    machine.sh("mkdir -p /var/lib/reminderd; mount -t tmpfs -o size=4m,mode=700,uid=reminderd,gid=reminderd "
               "tmpfs /var/lib/reminderd")  # fmt: skip
    try:
        fresh.configure(soon(4), 3)
        fresh.start()
        machine.run("dd", "if=/dev/zero", "of=/var/lib/reminderd/ballast", "bs=4k", check=False)
        wait_until(lambda: fresh.journal(f"MESSAGE_ID={STORE_TROUBLE}"), "the full disk in the journal")
        assert len(fresh.mail()) == 0, "nothing is sent that can't be recorded"
        machine.run("rm", "/var/lib/reminderd/ballast")
        fresh.wait_mail(3)
        assert len(fresh.settle()) == 3
    finally:
        machine.sh("systemctl stop reminderd; umount /var/lib/reminderd")


# ---- backup and restore ----------------------------------------------------------------------------------------------


def commands_of_the_manual(file):
    """Those of reminderd(8) from the stop of the service to the copy in its place."""
    manual = (ROOT / "daemon/man/reminderd.8.scd").read_text(encoding="utf-8")
    section = manual.partition("# BACKUP AND RESTORE\n")[2].partition("\n# ")[0]
    lines = (re.sub(r"[*_]|\+\+$", "", line).lstrip(". ") for line in section.splitlines())
    return [line.replace("FILE", file) for line in lines if line.startswith(("systemctl stop", "mv ", "install "))]


def test_a_backup_is_restored_as_the_manual_tells(fresh, machine):
    count = 30
    fresh.configure(soon(3), count, [later()])
    fresh.start()
    fresh.ctl("done", "so-ket", "--agency", "don-vi-1")
    fresh.wait_mail(3, "due")
    fresh.ctl("backup", "/root/state.backup")
    machine.sh("systemctl kill --signal=KILL reminderd; systemctl stop reminderd")
    with contextlib.closing(sqlite3.connect(f"file:{machine.path('/root/state.backup')}?mode=ro", uri=True)) as copy:
        known = {address for (address,) in copy.execute("SELECT address FROM delivery WHERE state = 2")}
    assert known
    commands = commands_of_the_manual("/root/state.backup")
    assert len(commands) == 4
    for command in commands:
        machine.sh(command)
    fresh.start()

    def arrived():
        return collections.Counter(message["To"].addresses[0].addr_spec for message in fresh.mail())

    wait_until(lambda: len(arrived()) == count, "nothing is lost")
    fresh.settle()
    assert all(arrived()[address] == 1 for address in known), "nothing is repeated that it knew as sent"
    assert {row["agency"] for row in fresh.json("list", "--item", "so-ket", "--state", "done")} == {"don-vi-1"}
    machine.run("rm", "-r", "/var/lib/reminderd.old", "/root/state.backup")


def test_a_member_takes_a_backup_into_his_own_folder_and_an_outsider_none(fresh, machine):
    start_far(fresh)
    machine.run("usermod", "-aG", "reminderd", "thu-ky")
    fresh.ctl("backup", "/home/thu-ky/state.backup", user="thu-ky")
    status = machine.path("/home/thu-ky/state.backup").stat()
    assert status.st_mode & 0o7777 == 0o600 and status.st_uid == int(machine.run("id", "-u", "thu-ky").stdout)
    assert any("thu-ky" in entry["MESSAGE"] for entry in fresh.journal(f"MESSAGE_ID={BACKUP}"))
    assert fresh.ctl("backup", "/home/nguoi-ngoai/state", user="nguoi-ngoai", check=False).returncode == 5
    assert "state" not in " ".join(os.listdir(machine.path("/home/nguoi-ngoai")))


@pytest.mark.parametrize(
    "full, owner, size, words",
    [("/mnt", "root", "64k", "No space left"), ("/var/lib/reminderd", "reminderd", "4m", "no room for a copy beside")],
)
def test_a_backup_that_finds_no_room_is_told_and_leaves_nothing(fresh, machine, full, owner, size, words):
    machine.sh(f"mkdir -p {full}; mount -t tmpfs -o size={size},mode=700,uid={owner},gid={owner} tmpfs {full}")
    try:
        start_far(fresh)
        done = fresh.ctl("backup", "/mnt/state.backup", check=False)
        assert done.returncode == 1 and words in done.stderr, done
        assert os.listdir(machine.path("/mnt")) == []
        assert not machine.path("/var/lib/reminderd/reminderd.db.copy").exists()
        (entry,) = fresh.journal(f"MESSAGE_ID={BACKUP_FAILED}", f"_PID={fresh.pid()}")
        assert words in entry["MESSAGE"] and "root" in entry["MESSAGE"]
        fresh.ctl("test", "don-vi-1")
        fresh.wait_mail(1, "test")
    finally:
        machine.sh(f"systemctl stop reminderd; umount {full}")


# ---- the journal -----------------------------------------------------------------------------------------------------


def test_the_journal_has_fields_and_explains_itself_in_two_languages(fresh, machine):
    fresh.configure(soon(2))
    fresh.start()
    (message,) = fresh.wait_mail(1)
    delivery = message["Message-ID"].strip("<>").split("@")[0]
    (entry,) = wait_until(lambda: fresh.journal(f"REMINDERD_DELIVERY={delivery}"), "the delivery in the journal")
    assert entry["MESSAGE_ID"] == SENT and entry["PRIORITY"] == "6"
    assert entry["REMINDERD_AGENCY"] == "don-vi-1" and entry["REMINDERD_KIND"] == "due"
    assert entry["REMINDERD_CHANNEL"] == "mail" and entry["REMINDERD_ATTEMPT"] == "1"
    for language, words in (("C.UTF-8", "A message was delivered"), ("vi_VN.UTF-8", "Đã gửi một thư")):
        told = machine.run("journalctl", "-x", "--no-pager", f"REMINDERD_DELIVERY={delivery}", LANG=language).stdout
        assert words in told and delivery in told


def test_every_line_of_the_daemon_has_an_id_and_none_a_secret(fresh, machine):
    start_far(fresh)
    fresh.ctl("test", "don-vi-1")
    fresh.wait_mail(1, "test")
    machine.run("systemctl", "stop", "reminderd")
    lines = fresh.journal("_COMM=reminderd")
    assert lines and all("MESSAGE_ID" in entry for entry in lines)
    everything = machine.run("journalctl", "-o", "json", "--all").stdout
    assert PASSWORD not in json.dumps([json.loads(l) for l in everything.splitlines()], ensure_ascii=False)


# ---- the bus ---------------------------------------------------------------------------------------------------------


def test_an_outsider_gets_nothing(fresh, machine):
    start_far(fresh)
    for verb in (("status",), ("list",), ("done", "so-ket", "--agency", "don-vi-1"), ("reload",)):
        done = fresh.ctl(*verb, user="nguoi-ngoai", check=False)
        assert done.returncode == 5 and done.stdout == "", (verb, done)
    assert all(row["state"] == "pending" for row in fresh.json("list", "--item", "so-ket"))
    done = machine.run("busctl", "introspect", "org.reminderd1", "/org/reminderd1", user="nguoi-ngoai", check=False)
    assert done.returncode != 0


def test_signals_are_heard_by_members_only(fresh, machine):
    start_far(fresh)
    machine.run("usermod", "-aG", "reminderd", "thu-ky")
    with machine.connect("thu-ky") as member, machine.connect("nguoi-ngoai") as outsider:
        for one in (member, outsider):
            one.watch()
        fresh.ctl("done", "so-ket", "--agency", "don-vi-1")
        heard = member.wait_for(lambda signal: signal.member == "ObligationChanged")
        assert "so-ket" in heard.values
        # What the bus had for him would come before its answer.
        dbus = "org.freedesktop.DBus"
        outsider.call("GetId", to=dbus, path="/org/freedesktop/DBus", interface=dbus)
        assert [signal.member for signal in outsider.signals if signal.interface != dbus] == []


def test_a_member_of_the_group_snoozes_and_the_log_names_him(fresh, machine):
    start_far(fresh)
    machine.run("usermod", "-aG", "reminderd", "thu-ky")
    wait_until(lambda: fresh.ctl("status", user="thu-ky", check=False).returncode == 0, "an answer to a member")
    fresh.ctl("snooze", "so-ket", "--agency", "don-vi-1", "--for", "5d", "--reason", "đi công tác", user="thu-ky")
    (row,) = fresh.json("list", "--item", "so-ket")
    assert row["state"] == "snoozed" and row["snoozed_by"] == "thu-ky" and row["snooze_reason"] == "đi công tác"
    assert any("thu-ky" in entry["MESSAGE"] for entry in fresh.journal(f"MESSAGE_ID={DECISION}"))
    assert "thu-ky" in fresh.ctl("log", "so-ket").stdout


def test_asking_starts_an_enabled_service(fresh, machine):
    start_far(fresh)
    machine.run("systemctl", "stop", "reminderd")
    machine.run("busctl", "call", "org.reminderd1", "/org/reminderd1", "org.freedesktop.DBus.Peer", "Ping")
    assert fresh.property("ActiveState") == "active"


def test_only_the_service_reads_its_state_and_its_secret(fresh, machine):
    start_far(fresh)
    machine.run("usermod", "-aG", "reminderd", "thu-ky")
    for path in ("/var/lib/reminderd/.", "/run/credentials/reminderd.service/."):
        assert machine.run("ls", path, user="thu-ky", check=False).returncode != 0
    assert "mật khẩu" not in machine.path("/etc/credstore.encrypted/smtp-password").read_text()
