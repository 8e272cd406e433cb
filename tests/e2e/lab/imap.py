"""An IMAP server that keeps to the protocol, except where a test says otherwise: it lacks extensions, goes away at a step,
forgets its UIDs, lies about sizes. In memory, over TLS."""

import re
import socketserver
import threading


class Gone(Exception):
    """The server closes the connection here."""


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line if isinstance(line, bytes) else f"{line}\r\n".encode())

    def handle(self):
        server = self.server.owner
        try:
            server.step("greeting", self)
            self.say("* OK ready")
            while line := self.rfile.readline():
                tag, name, rest = (line.decode().strip().split(" ", 2) + ["", ""])[:3]
                if name == "UID":
                    name, _, rest = rest.partition(" ")
                server.commands.append((name, rest))
                server.step(name, self)
                ended = getattr(self, "do_" + name.lower())(server, rest, tag)
                server.step("after " + name, self)
                self.say(f"{tag} {ended or 'OK done'}")
        except (Gone, OSError):
            pass

    def do_capability(self, server, rest, tag):
        self.say(f"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR {server.capabilities}")

    def do_authenticate(self, server, rest, tag):
        if rest == "PLAIN":
            self.say("+ ")
            self.rfile.readline()

    def do_login(self, server, rest, tag):
        pass

    def do_select(self, server, rest, tag):
        self.say(f"* {len(server.inbox)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {server.uidvalidity}] valid")

    def do_fetch(self, server, rest, tag):
        wanted, _, what = rest.partition(" ")
        first, _, last = wanted.partition(":")
        for number, uid in enumerate(sorted(server.inbox), 1):
            if not (int(first) <= uid and (last == "*" or uid == int(first))):
                continue
            if "BODY" in what:
                self.say(server.body(number, uid))
            else:
                self.say(f"* {number} FETCH (UID {uid})")

    def do_move(self, server, rest, tag):
        if not server.copy(rest):
            return "NO [TRYCREATE] no such folder"
        self.expunge(server, int(rest.split()[0]))
        return None

    def do_copy(self, server, rest, tag):
        return None if server.copy(rest) else "NO [TRYCREATE] no such folder"

    def do_store(self, server, rest, tag):
        server.deleted.add(int(rest.split()[0]))

    def do_expunge(self, server, rest, tag):
        for uid in sorted(server.deleted):
            self.expunge(server, uid)
        server.deleted.clear()

    def expunge(self, server, uid):
        number = sorted(server.inbox).index(uid) + 1
        del server.inbox[uid]
        self.say(f"* {number} EXPUNGE")

    def do_create(self, server, rest, tag):
        server.folders.setdefault(rest.strip('"'), [])

    def do_subscribe(self, server, rest, tag):
        pass

    def do_noop(self, server, rest, tag):
        self.say(f"* {len(server.inbox)} EXISTS")

    def do_idle(self, server, rest, tag):
        self.say("+ idling")
        with server.changed:
            known = len(server.inbox)
            server.changed.wait_for(lambda: len(server.inbox) != known or server.closing)
        if server.closing:
            raise Gone
        self.say(f"* {len(server.inbox)} EXISTS")
        self.rfile.readline()


class ImapServer:
    """`fails` maps a step, a command or "after COMMAND", to how often the connection ends there."""

    def __init__(self, authority, capabilities="IDLE MOVE UIDPLUS", letters=(), fails=None):
        self.capabilities, self.fails = capabilities, dict(fails or {})
        self.inbox = dict(enumerate(letters, 1))
        self.folders, self.deleted, self.commands = {}, set(), []
        self.uidvalidity, self.closing, self.changed = 1, False, threading.Condition()
        context = authority.context()

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = allow_reuse_address = True

            def get_request(self):
                connection, address = self.socket.accept()
                return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", 0), Session)
        self.server.owner = self
        self.url = f"imaps://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def step(self, name, session):
        if self.fails.get(name, 0) > 0:
            self.fails[name] -= 1
            raise Gone

    def body(self, number, uid):
        letter = self.inbox[uid]
        return b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n%s)\r\n" % (number, uid, len(letter), letter)

    def copy(self, rest):
        uid, folder = re.match(r'(\d+) "?([^"]*)"?', rest).groups()
        if folder not in self.folders:
            return False
        self.folders[folder].append(self.inbox[int(uid)])
        return True

    def add(self, letter):
        with self.changed:
            self.inbox[max(self.inbox, default=0) + 1] = letter
            self.changed.notify_all()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        with self.changed:
            self.closing = True
            self.changed.notify_all()
        self.server.shutdown()
        self.server.server_close()


