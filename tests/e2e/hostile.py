"""Servers that mean harm. They say on a socket whatever a test has them say; lab's are for those that only fail.

A `says` is bytes, or a function that is given the connection and may do anything with it. What it does ends with the
connection, or with the server.
"""

import contextlib
import os
import socket
import struct
import threading
import time


class Listener:
    """Accepts on a free port and hands each connection, with its number from 0 on, to serve() in a thread. A context
    manager; when it ends so do the connections."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.socket.getsockname()[1]
        self.stopping = threading.Event()
        self.changed = threading.Condition()
        self.connections = []

    def __enter__(self):
        threading.Thread(target=self.accept, name="hostile", daemon=True).start()
        return self

    def __exit__(self, *error):
        self.stopping.set()
        for one in (self.socket, *self.connections):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def accept(self):
        while not self.stopping.is_set():
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections.append(connection)
            number = len(self.connections) - 1
            threading.Thread(target=self.run, args=(connection, number), name="hostile", daemon=True).start()

    def run(self, connection, number):
        with contextlib.suppress(OSError, ValueError), connection:
            self.serve(connection, number)
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_WR)

    def serve(self, connection, number):
        raise NotImplementedError


def say(connection, says):
    if callable(says):
        says(connection)
    else:
        connection.sendall(says)


# ---- what may be said --------------------------------------------------------------------------------------------------


def endless(chunk, before=b""):
    """Without end, as fast as it is taken."""

    def says(connection):
        connection.sendall(before)
        while True:
            connection.sendall(chunk * (65536 // len(chunk) + 1))

    return says


def drip(chunk=b"x", before=b"", pause=0.05):
    """Without end, and slowly."""

    def says(connection):
        connection.sendall(before)
        while True:
            connection.sendall(chunk)
            time.sleep(pause)

    return says


def close(connection):
    connection.shutdown(socket.SHUT_RDWR)


def reset(connection):
    """RST instead of FIN; by its descriptor, since a file made of it holds the socket open."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())


# ---- mail --------------------------------------------------------------------------------------------------------------


class Mailhost(Listener):
    """Speaks SMTP as far as its manners let it: `manners` is one for each connection in turn, the last for all later
    ones: a dict from a step (greeting, ehlo, helo, starttls, auth, mail, rcpt, data, end, rset, quit) to what is said
    there. `heard` keeps all lines, `taken` the recipients of messages that were taken."""

    GOOD = {
        "greeting": b"220 hostile.example\r\n",
        "ehlo": b"250-hostile.example\r\n250 8BITMIME\r\n",
        "starttls": b"502 5.5.1 no\r\n",
        "auth": b"235 2.7.0 ok\r\n",
        "data": b"354 go on\r\n",
        "end": b"250 2.0.0 taken\r\n",
        "quit": b"221 bye\r\n",
    }

    def __init__(self, *manners, context=None):
        super().__init__()
        self.manners, self.context = manners, context
        self.heard, self.taken = [], []

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def serve(self, connection, number):
        manner = {**self.GOOD, **self.manners[min(number, len(self.manners) - 1)]}
        recipient = None
        say(connection, manner["greeting"])
        lines = connection.makefile("rb")
        while line := lines.readline(65536):
            self.note(line)
            step = line.split()[0].decode("ascii", "replace").lower() if line.strip() else ""
            if step == "rcpt":
                recipient = line.decode().split("<")[1].split(">")[0]
            say(connection, manner.get(step, b"250 2.0.0 ok\r\n"))
            if step == "quit":
                return
            if step == "starttls" and self.context and manner["starttls"].startswith(b"220"):
                connection = self.context.wrap_socket(connection, server_side=True)
                self.connections.append(connection)
                lines = connection.makefile("rb")
            if step == "data":
                while (line := lines.readline(65536)) not in (b".\r\n", b""):
                    pass
                if line:
                    say(connection, manner["end"])
                    if manner["end"] == self.GOOD["end"]:
                        self.take(recipient)

    def note(self, line):
        with self.changed:
            self.heard.append(line)

    def take(self, recipient):
        with self.changed:
            self.taken.append(recipient)
            self.changed.notify_all()

    def wait(self, count, patience):
        with self.changed:
            done = self.changed.wait_for(lambda: len(self.taken) >= count, patience)
            assert done, f"{len(self.taken)} of {count} taken"
            return list(self.taken)


# ---- webhooks ----------------------------------------------------------------------------------------------------------


class Webhost(Listener):
    """Reads a request and says what `manners` has for its path. `heard` keeps the requests: path, head, body."""

    def __init__(self, manners):
        super().__init__()
        self.manners, self.heard = manners, []

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(self, connection, number):
        stream = connection.makefile("rb")
        while first := stream.readline(65536):
            head = {}
            while (line := stream.readline(65536)).strip():
                name, _, value = line.decode().partition(":")
                head[name.strip().lower()] = value.strip()
            body = stream.read(int(head.get("content-length", 0)))
            path = first.split()[1].decode()
            with self.changed:
                self.heard.append((path, head, body))
            say(connection, self.manners[path])
            if self.manners[path] is close:
                return
