"""What an administrator sets up on the machine: Postfix with accounts and a Maildir, users, the block's files.

The calendar that is written declares the days around today working days and hours are unlimited, so any day serves.
"""

import datetime
import email
import email.policy
import json
import shutil
import time
import zoneinfo

import libconf
from block import Block, plan
from lab.ca import Authority

ZONE = zoneinfo.ZoneInfo("Asia/Ho_Chi_Minh")
USER, PASSWORD = "nhacviec", "mật khẩu thử"
MAILDIR = "/srv/mail/khoi"
NOBODY = "khong-co@khoi.example"  # an address that the server refuses
REFUSED = f"inline:{{ {{{NOBODY} = 550 5.1.1 no such mailbox}} }}"
CREDENTIAL = "/etc/credstore.encrypted/smtp-password"
PATIENCE = 60  # seconds; most takes two, and a daemon that found the disk full looks again after thirty

# Submission as a provincial mail server offers it: nothing without TLS, nothing without a login.
POSTFIX = f"""
install -d -m 700 -o 5000 -g 5000 /srv/mail {MAILDIR}
postconf -e 'myhostname = localhost' 'mydestination = localhost' 'myorigin = localhost' 'smtputf8_enable = yes' \
        'virtual_mailbox_domains = khoi.example' 'virtual_mailbox_base = /srv/mail' \
        'virtual_mailbox_maps = static:khoi/' 'virtual_uid_maps = static:5000' 'virtual_gid_maps = static:5000' \
        'smtpd_tls_cert_file = /etc/postfix/server.pem' 'smtpd_tls_key_file = /etc/postfix/server.pem' \
        'smtpd_recipient_restrictions = check_recipient_access {REFUSED}, permit_sasl_authenticated, reject' \
        'smtpd_tls_received_header = yes' 'smtpd_sasl_authenticated_header = yes' 'maillog_file = /var/log/mail.log'
postconf -M 'submission/inet=submission inet n - n - - smtpd'
postconf -P 'submission/inet/smtpd_tls_security_level=encrypt' 'submission/inet/smtpd_sasl_auth_enable=yes' \
        'submission/inet/smtpd_relay_restrictions=permit_sasl_authenticated,reject'
printf 'pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\n' >/etc/postfix/sasl/smtpd.conf
printf '%s' '{PASSWORD}' | saslpasswd2 -p -c -u localhost {USER}
chgrp postfix /etc/sasldb2
chmod 640 /etc/sasldb2
systemctl restart postfix
"""

# A test has no minutes to wait.
HASTE = """[Unit]
StartLimitBurst=1000
[Service]
RestartSec=200ms
WatchdogSec=2s
"""


def now():
    return datetime.datetime.now(ZONE)


def soon(seconds):
    """A whole second at least that far ahead, still today: just before midnight it waits for the new day."""
    at = now() + datetime.timedelta(seconds=seconds + 1)
    if at.date() != now().date():
        time.sleep(seconds + 2)
        at = now() + datetime.timedelta(seconds=seconds + 1)
    return at.replace(microsecond=0)


def wait_until(true, what, patience=PATIENCE):
    end = time.monotonic() + patience
    while not (result := true()):
        assert time.monotonic() < end, f"still not: {what}"
        time.sleep(0.05)
    return result


class Office:
    def __init__(self, machine, folder):
        self.machine = machine
        self.folder = folder
        authority = Authority(folder / "ca")
        machine.write("/etc/postfix/server.pem", (authority.folder / "server.pem").read_text(), 0o600)
        self.ca = authority.ca_file.read_text()
        machine.sh(POSTFIX)
        machine.sh("useradd --create-home thu-ky; useradd --create-home nguoi-ngoai")

    def write_credential(self):
        self.machine.sh(f"""mkdir -p -m 700 /etc/credstore.encrypted
            printf '%s' '{PASSWORD}' | systemd-creds encrypt --name=smtp-password - {CREDENTIAL}""")

    # ---- the block's files ----

    def configure(self, at, count=1, items=(), last="dv{}@khoi.example", **settings):
        """`count` agencies are all reminded at `at` of one report due today; `items` are further ones, and `last` is
        the address of the last agency."""
        folder = self.folder / "block"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        agencies = tuple({"id": f"don-vi-{n}", "name": f"Đơn vị số {n}",
                          "emails": [last.format(n) if n == count else f"dv{n}@khoi.example"]}
                         for n in range(1, count + 1))  # fmt: skip
        report = {"id": "bao-cao", "title": "Báo cáo tổng kết", "due": at.date().isoformat(), "for": ["members"]}
        text = plan(",\n".join(self.item(item) for item in (report, *items)), year=at.year, members=None)
        block = Block(
            folder,
            text.replace('head = "vp-ubnd"; deputy = "so-noi-vu";', 'head = "don-vi-1";'),
            agencies=agencies,
            groups={},
            policies={"now": {"before": ["0d"], "at": at.strftime("%H:%M:%S")}},
            default_policy="now",
            hours={"open": "00:00", "close": "00:00"},
            mail={"url": "smtp://localhost:587", "tls": "required", "username": USER,
                  "password_credential": "smtp-password", "ca_file": "ca.pem",
                  "from": "Khối TMTH <nhacviec@khoi.example>", "timeout": "5s"},
            retry={"first": "1s", "max": "2s", "give_up": "1h"},
            **settings,
        )  # fmt: skip
        block.write("ca.pem", self.ca)
        for path in (block.conf / "calendar.d").glob("*.conf"):
            path.unlink()
        years = {}
        for offset in range(-7, 40):
            day = at.date() + datetime.timedelta(days=offset)
            days = years.setdefault(day.year, [])
            if day.weekday() >= 5:
                days.append({"date": day.isoformat(), "work": True, "name": "làm bù"})
        for year, days in years.items():
            block.write(f"calendar.d/{year}.conf", libconf.dumps({"year": year, "days": tuple(days)}))
        target = self.machine.path("/etc/reminderd")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(block.conf, target)
        self.machine.run("chmod", "-R", "u=rwX,go=rX", "/etc/reminderd")

    @staticmethod
    def item(fields):
        return libconf.dumps({"x": fields}).strip()[4:].rstrip(";").lstrip("=: \n")

    def haste(self):
        self.drop_in("haste", HASTE)

    def drop_in(self, name, text):
        self.machine.write(f"/etc/systemd/system/reminderd.service.d/{name}.conf", text)
        self.machine.run("systemctl", "daemon-reload")

    def drop_out(self, name):
        self.machine.path(f"/etc/systemd/system/reminderd.service.d/{name}.conf").unlink(missing_ok=True)
        self.machine.run("systemctl", "daemon-reload")

    # ---- the service ----

    def anew(self):
        """Nothing done, nothing sent."""
        self.machine.sh(f"""systemctl stop reminderd
            systemctl reset-failed reminderd 2>/dev/null || :
            rm -rf /var/lib/reminderd {MAILDIR}/new {MAILDIR}/cur""")

    def start(self):
        self.machine.run("systemctl", "start", "reminderd")

    def property(self, name):
        return self.machine.run("systemctl", "show", "--value", "-p", name, "reminderd").stdout.strip()

    def pid(self):
        return self.property("MainPID")

    def wait_active(self, other_than="0"):
        wait_until(lambda: self.property("ActiveState") == "active" and self.pid() not in ("0", other_than),
                   f"reminderd active with another pid than {other_than}")  # fmt: skip

    def ctl(self, *arguments, user=None, check=True):
        return self.machine.run("reminderctl", *arguments, user=user, check=check)

    def json(self, *arguments):
        return json.loads(self.ctl(*arguments, "--json").stdout)

    # ---- what came of it ----

    def mail(self):
        """The messages in the Maildir, parsed, oldest first."""
        folder = self.machine.path(MAILDIR) / "new"
        if not folder.exists():
            return []
        messages = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                    for path in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)]  # fmt: skip
        return messages

    def wait_mail(self, count, kind=None):
        def arrived():
            found = [one for one in self.mail() if kind in (None, one["X-Reminderd-Kind"])]
            return found if len(found) >= count else None

        return wait_until(arrived, f"{count} messages of kind {kind or 'any'}")

    def settle(self):
        """The time in which a message too many would come: it is queued, tried and delivered within a second."""
        time.sleep(2)
        return self.mail()

    def journal(self, *matches):
        output = self.machine.run("journalctl", "-u", "reminderd", "-o", "json", "--all", *matches).stdout
        return [json.loads(line) for line in output.splitlines()]
