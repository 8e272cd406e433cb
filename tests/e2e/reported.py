"""A mail server that follows a script of limits and whims, as servers that people report do; what harms is in hostile,
what only fails in lab.

Every connection and command is counted. An answer may come late; the server may close after it.
"""

import base64
import collections
import hashlib
import hmac
import re
import threading

from hostile import Listener

MECHANISMS = {"PLAIN", "LOGIN", "CRAM-MD5"}  # those that it really knows


class Reported(Listener):
    """SMTP in the clear. `offers` are the ways to log in (a function: of the number
    of the connection), `knows` those of them that let anybody in; `answers` gives for
    a step (greeting, ehlo, auth, mail, rcpt, data, end) what is said instead of yes: bytes, or a function of (server,
    session, argument) that returns bytes or None for yes."""

    def __init__(self, offers=(), knows=MECHANISMS, login=("nhacviec", "mat-khau-thu"), per_session=None, at_once=None,
                 patience=None, initial_response=None, size=True, **answers):  # fmt: skip
        super().__init__()
        self.offers, self.knows, self.login = offers, knows, login
        self.per_session, self.at_once, self.patience = per_session, at_once, patience
        self.initial_response = initial_response
        self.size, self.answers = size, answers
        self.counts = collections.Counter()  # of commands, and of what came of logins
        self.open = self.most_open = 0
        self.names, self.taken = [], []

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def count(self, what, by=1):
        with self.changed:
            self.counts[what] += by
            self.changed.notify_all()

    def wait(self, count, patience):
        with self.changed:
            enough = self.changed.wait_for(lambda: len(self.taken) >= count, patience)
            assert enough, f"{len(self.taken)} of {count} taken; {dict(self.counts)}"
            return list(self.taken)

    def serve(self, connection, number):
        with self.changed:
            self.open += 1
            self.most_open = max(self.most_open, self.open)
            crowded = self.at_once is not None and self.open > self.at_once
        try:
            _Session(self, connection, number).run(crowded)
        finally:
            with self.changed:
                self.open -= 1


class _Session:
    def __init__(self, server, connection, number):
        self.server, self.connection, self.number = server, connection, number
        self.lines = connection.makefile("rb")
        self.messages, self.recipient, self.logged_in, self.begun = 0, None, False, False
        self.offers = server.offers(number) if callable(server.offers) else server.offers

    def say(self, text):
        self.connection.sendall(text.encode() if isinstance(text, str) else text)

    def answer(self, step, argument=""):
        """What the script has for it, or None."""
        scripted = self.server.answers.get(step)
        return scripted(self.server, self, argument) if callable(scripted) else scripted

    def run(self, crowded):
        self.server.count("connections")
        refusal = b"421 4.7.0 too many connections\r\n" if crowded else self.answer("greeting")
        self.say(refusal or b"220 may-chu.example\r\n")
        if crowded or (refusal and not refusal.startswith(b"220")):
            self.server.count("turned away")
            return
        if self.server.patience:
            self.connection.settimeout(self.server.patience)
        while line := self.next():
            word = line.split()[0].lower() if line.strip() else ""
            self.server.count(word)
            if not getattr(self, f"on_{word}", self.on_other)(line):
                return

    def next(self):
        try:
            return self.lines.readline(65536).decode()
        except TimeoutError:
            self.server.count("timed out")
            self.say("421 4.4.2 timeout exceeded\r\n")
            return ""

    def reply(self, step, good, argument=""):
        """Says yes, or what the script has; False: and closes, after 421."""
        text = self.answer(step, argument) or good.encode()
        self.say(text)
        return not text.startswith(b"421")

    def on_ehlo(self, line):
        self.server.names.append(line.split()[1])
        lines = ["may-chu.example"] + (["SIZE 1000000"] if self.server.size else [])
        if self.offers:
            lines.append(f"AUTH {' '.join(self.offers)}")
        good = "".join(f"250{' ' if text is lines[-1] else '-'}{text}\r\n" for text in lines)
        return self.reply("ehlo", good, line.split()[1])

    def on_helo(self, line):
        return self.reply("helo", "250 may-chu.example\r\n", line.split()[1])

    def on_auth(self, line):
        words = line.split()
        mechanism, first = words[1].upper(), words[2] if len(words) > 2 else None
        if mechanism not in self.offers:
            self.say("504 5.5.4 unrecognized mechanism\r\n")
            return True
        if mechanism not in MECHANISMS:
            self.say("334 \r\n")
            self.next()
            self.say("535 5.7.8 no ticket\r\n")
            return True
        refused = self.answer("auth", mechanism)
        if refused:
            self.count_login(False)
            self.say(refused)
            return not refused.startswith(b"421")
        self.logged_in = getattr(self, f"check_{mechanism.lower().replace('-', '_')}")(first) and mechanism in self.server.knows
        self.count_login(self.logged_in)
        self.say("235 2.7.0 welcome\r\n" if self.logged_in else "535 5.7.8 refused\r\n")
        return True

    def count_login(self, good):
        self.server.count("logins" if good else "refused logins")

    def ask(self, question=""):
        self.say(f"334 {question}\r\n")
        return base64.b64decode(self.next().strip()).decode()

    def check_plain(self, first):
        if self.server.initial_response == "needed" and first is None:
            return False
        if self.server.initial_response == "ignored":
            first = None
        text = base64.b64decode(first).decode() if first else self.ask()
        return tuple(text.split("\0")[1:]) == self.server.login

    def check_login(self, first):
        if first:  # as Cyrus SASL does
            return False
        return (self.ask("VXNlcm5hbWU6"), self.ask("UGFzc3dvcmQ6")) == self.server.login

    def check_cram_md5(self, first):
        challenge = b"<1896.697170952@may-chu.example>"
        name, password = self.server.login
        digest = hmac.new(password.encode(), challenge, hashlib.md5).hexdigest()
        return self.ask(base64.b64encode(challenge).decode()) == f"{name} {digest}"

    def on_mail(self, line):
        if self.server.per_session is not None and self.messages >= self.server.per_session:
            self.server.count("too many in a session")
            self.say("421 4.7.0 too many messages in this session\r\n")
            return False
        if self.offers and self.server.login and not self.logged_in:
            self.say("530 5.7.0 Authentication required\r\n")
            return True
        if self.begun:
            self.say("503 5.5.1 nested MAIL command\r\n")
            return True
        refused = self.answer("mail", line)
        self.begun = not refused
        self.say(refused or "250 2.1.0 ok\r\n")
        return not (refused and refused.startswith(b"421"))

    def on_rset(self, line):
        self.begun = False
        return self.on_other(line)

    def on_rcpt(self, line):
        self.recipient = re.search("<(.*)>", line).group(1)
        return self.reply("rcpt", "250 2.1.5 ok\r\n", self.recipient)

    def on_data(self, line):
        text = self.answer("data")
        if text:
            self.say(text)
            return True
        self.say("354 go on\r\n")
        while (line := self.next()) not in (".\r\n", ""):
            pass
        if not line:
            return False
        self.messages += 1
        self.begun = False
        text = self.answer("end", self.recipient)
        if not text or text.startswith(b"2"):
            with self.server.changed:
                self.server.taken.append(self.recipient)
                self.server.changed.notify_all()
        self.say(text or "250 2.0.0 taken\r\n")
        return not (text and text.startswith(b"421"))

    def on_quit(self, line):
        self.say("221 bye\r\n")
        return False

    def on_other(self, line):
        self.say("250 2.0.0 ok\r\n")
        return True
