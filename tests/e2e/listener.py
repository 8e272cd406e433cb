"""What reminder-mail talks to, where no daemon is needed: a private bus with somebody on it who hears facts, remembers them
by their origin as the daemon does, and answers; and the program itself."""

import json
import subprocess
import threading

import libconf

from block import BUILD, PATIENCE, ROOT, Bus, assert_sound, environment
from live import wait_until
from rawbus import CALL, DESTINATION, ERROR, ERROR_NAME, NAME, REPLY_SERIAL, RETURN, SIGNATURE, RawBus, body

REMINDER_MAIL = BUILD / "reminder-mail"


class Listener(RawBus):
    """`answer` is asked for an outcome, or an error's name, by the facts; once is enough for each origin."""

    def __init__(self, bus, answer=lambda facts: "recorded"):
        super().__init__(bus.environment["DBUS_SESSION_BUS_ADDRESS"], timeout=None)
        self.outcome = answer
        self.heard = []  # every call's facts
        self.recorded = {}  # by origin
        self.call("RequestName", "su", NAME, 0, to="org.freedesktop.DBus", path="/org/freedesktop/DBus",
                  interface="org.freedesktop.DBus")  # fmt: skip
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        try:
            while True:
                message = self.receive()
                if message.kind == CALL and message.member == "Heard":
                    self.hear(message)
        except (ConnectionError, OSError):
            pass

    def hear(self, message):
        facts = json.loads(message.values[0])
        self.heard.append(facts)
        if facts["origin"] in self.recorded:
            outcome = "known"
        else:
            outcome = self.outcome(facts)
        if outcome is None:
            return
        if "." in outcome:
            self.reply(message, ERROR, "no", (ERROR_NAME, "s", outcome))
            return
        self.recorded.setdefault(facts["origin"], facts)
        self.reply(message, RETURN, outcome)

    def reply(self, message, kind, text, *more):
        fields = [(REPLY_SERIAL, "u", message.serial), (DESTINATION, "s", message.sender), (SIGNATURE, "g", "s"), *more]
        self.send_message(kind, fields, body("s", [text]))


class Reader:
    """reminder-mail on a mailbox, to be used in a `with`."""

    def __init__(self, folder, bus, url, authority, password, **settings):
        self.folder, self.bus = folder, bus
        self.stderr_path = folder / "reminder-mail.stderr"
        secret = folder / "mailbox-password"
        secret.write_text(password + "\n")
        secret.chmod(0o600)
        mailbox = {"url": url, "username": "nhacviec", "password_file": str(secret), "authserv_id": "mx.khoi.example",
                   "ca_file": str(authority.ca_file), **settings}  # fmt: skip
        self.conf = folder / "mailbox.conf"
        self.conf.write_text(libconf.dumps({"mailbox": {k: v for k, v in mailbox.items() if v is not None}}))
        self.process = None

    def start(self):
        with open(self.stderr_path, "ab") as stderr:
            self.process = subprocess.Popen([REMINDER_MAIL, "--config", self.conf, "--bus", "session"], stdin=subprocess.DEVNULL,
                                            stdout=stderr, stderr=stderr,
                                            env=environment(**self.bus.environment))  # fmt: skip
        return self

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    @property
    def stderr(self):
        return self.stderr_path.read_text(encoding="utf-8", errors="replace") if self.stderr_path.exists() else ""

    def wait(self, condition, what="it"):
        return wait_until(condition, lambda: f"{what}:\n{self.stderr}")

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, error, trace):
        self.process.terminate()
        self.process.wait(PATIENCE)
        if kind is not None:
            print(self.stderr)
        assert_sound(0, self.stderr)


def take(message, *arguments, conf=None, bus=None, **more):
    """reminder-mail --stdin: (status, what it printed)."""
    more = {**(bus.environment if bus else {}), **more}
    result = subprocess.run([REMINDER_MAIL, "--stdin", "--config", conf or ROOT / "conf/reminderd.conf", "--bus", "session", *arguments],
                            input=message, capture_output=True, timeout=PATIENCE, env=environment(**more))  # fmt: skip
    assert_sound(result.returncode, result.stderr.decode())
    return result.returncode, result.stdout.decode()


def facts_of(message, conf=None):
    code, printed = take(message, "--dry-run", conf=conf)
    assert code == 0
    return json.loads(printed)


__all__ = ["Bus", "Listener", "Reader", "facts_of", "take"]
