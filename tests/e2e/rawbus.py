"""A D-Bus client that hides nothing: messages are put together byte by byte, so that wrong ones can be sent too, calls
need not wait for their answers, and signals are seen as they come.

After the D-Bus specification, "Message Protocol"; little-endian only.
"""

import os
import socket
import struct

CALL, RETURN, ERROR, SIGNAL = 1, 2, 3, 4
PATH, INTERFACE, MEMBER, ERROR_NAME, REPLY_SERIAL, DESTINATION, SENDER, SIGNATURE, UNIX_FDS = range(1, 10)

NAME = "org.reminderd1"
OBJECT = "/org/reminderd1"
MANAGER = "org.reminderd1.Manager"


# ---- writing ---------------------------------------------------------------------------------------------------------


class Writer:
    def __init__(self):
        self.data = bytearray()

    def align(self, n):
        self.data += bytes(-len(self.data) % n)

    def put(self, signature, value):
        kind = signature[0]
        if kind in "ybnqiuxth":
            size = {"y": 1, "b": 4, "n": 2, "q": 2, "i": 4, "u": 4, "x": 8, "t": 8, "h": 4}[kind]
            self.align(size)
            self.data += int(value).to_bytes(size, "little", signed=kind in "nix")
        elif kind in "so":
            self.align(4)
            raw = value if isinstance(value, bytes) else value.encode()
            self.data += struct.pack("<I", len(raw)) + raw + b"\0"
        elif kind == "g":
            self.data += bytes([len(value)]) + value.encode() + b"\0"
        elif kind == "v":
            self.put("g", value[0])
            self.put(value[0], value[1])
        elif kind == "(":
            self.align(8)
            for one, member in zip(split(signature[1:-1]), value, strict=True):
                self.put(one, member)
        elif signature.startswith("a{"):
            self.array("(", value.items(), lambda pair: (self.align(8), self.put("s", pair[0]), self.put("v", pair[1])))
        else:
            assert kind == "a", signature
            self.array(signature[1], value, lambda one: self.put(signature[1:], one))

    def array(self, first, values, put):
        self.align(4)
        at = len(self.data)
        self.data += bytes(4)
        if first in "({xt":
            self.align(8)
        start = len(self.data)
        for value in values:
            put(value)
        self.data[at : at + 4] = struct.pack("<I", len(self.data) - start)


def split(signature):
    """One complete type after the other; of containers only a{sv}, lists, and flat structures."""
    while signature:
        n = 1
        while signature[n - 1] == "a":
            n += 1
        if signature[n - 1] == "{":
            n = signature.index("}", n) + 1
        elif signature[n - 1] == "(":
            n = signature.index(")", n) + 1
        yield signature[:n]
        signature = signature[n:]


def body(signature, arguments):
    writer = Writer()
    for kind, value in zip(split(signature), arguments, strict=True):
        writer.put(kind, value)
    return bytes(writer.data)


# ---- reading ---------------------------------------------------------------------------------------------------------


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def align(self, n):
        self.at += -self.at % n

    def get(self, signature):
        kind = signature[0]
        if kind in "ybnqiuxt":
            size = {"y": 1, "b": 4, "n": 2, "q": 2, "i": 4, "u": 4, "x": 8, "t": 8}[kind]
            self.align(size)
            self.at += size
            value = int.from_bytes(self.data[self.at - size : self.at], "little", signed=kind in "nix")
            return bool(value) if kind == "b" else value
        if kind in "so":
            length = self.get("u")
            self.at += length + 1
            return bytes(self.data[self.at - length - 1 : self.at - 1]).decode()
        if kind == "g":
            length = self.get("y")
            self.at += length + 1
            return bytes(self.data[self.at - length - 1 : self.at - 1]).decode()
        if kind == "v":
            return self.get(self.get("g"))
        assert kind == "a", signature
        length = self.get("u")
        if signature[1] in "({xt":
            self.align(8)
        end, values = self.at + length, []
        while self.at < end:
            if signature[1] == "{":
                self.align(8)
                values.append((self.get("s"), self.get(signature[3:-1])))
            elif signature[1] == "(":
                self.align(8)
                values.append(tuple(self.get(kind) for kind in split(signature[2:-1])))
            else:
                values.append(self.get(signature[1:]))
        return dict(values) if signature[1] == "{" else values


class Message:
    def __init__(self, kind, serial, fields, values):
        self.kind, self.serial, self.values = kind, serial, values
        self.member = fields.get(MEMBER)
        self.interface = fields.get(INTERFACE)
        self.error = fields.get(ERROR_NAME)
        self.reply_to = fields.get(REPLY_SERIAL)
        self.sender = fields.get(SENDER)


class RawBus:
    """A connection to the bus at an address of the form unix:path=… or unix:abstract=…."""

    def __init__(self, address, timeout=60):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.serial, self.received = 0, bytearray()
        self.signals = []
        place = dict(part.split("=", 1) for part in address.split(":", 1)[1].split(","))
        self.socket.connect(place.get("path") or "\0" + place["abstract"])
        self.socket.sendall(b"\0AUTH EXTERNAL %s\r\n" % str(os.geteuid()).encode().hex().encode())
        assert self.line().startswith(b"OK")
        self.socket.sendall(b"NEGOTIATE_UNIX_FD\r\n")
        assert self.line().startswith(b"AGREE")
        self.socket.sendall(b"BEGIN\r\n")
        self.call("Hello", to="org.freedesktop.DBus", path="/org/freedesktop/DBus", interface="org.freedesktop.DBus")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.socket.close()

    def line(self):
        line = b""
        while not line.endswith(b"\r\n"):
            line += self.socket.recv(1)
        return line

    def send(self, member, signature="", *arguments, to=NAME, path=OBJECT, interface=MANAGER, raw=None,
             files=()):  # fmt: skip
        """Sends a call and does not wait; `raw` is a body of any bytes in place of the arguments; an argument "h" is a
        place in `files`, which are descriptors."""
        content = body(signature, arguments) if raw is None else raw
        fields = [(PATH, "o", path), (MEMBER, "s", member), (DESTINATION, "s", to)]
        if interface:
            fields.append((INTERFACE, "s", interface))
        if signature:
            fields.append((SIGNATURE, "g", signature))
        if files:
            fields.append((UNIX_FDS, "u", len(files)))
        return self.send_message(CALL, fields, content, files)

    def send_message(self, kind, fields, content, files=()):
        self.serial += 1
        writer = Writer()
        writer.data += struct.pack("<BBBBII", ord("l"), kind, 0, 1, len(content), self.serial)

        def put(field):
            writer.align(8)
            writer.put("y", field[0])
            writer.put("v", field[1:])

        writer.array("(", fields, put)
        writer.align(8)
        message = bytes(writer.data) + content
        sent = socket.send_fds(self.socket, [message], files) if files else 0
        self.socket.sendall(message[sent:])
        return self.serial

    def fill(self, n):
        while len(self.received) < n:
            chunk = self.socket.recv(1 << 20)
            if not chunk:
                raise ConnectionError("the bus closed the connection")
            self.received += chunk

    def receive(self):
        """The next message, whatever it is."""
        self.fill(16)
        _, kind, _, _, size, serial, length = struct.unpack_from("<BBBBIII", self.received)
        start = 16 + length + -length % 8
        self.fill(start + size)
        head = Reader(bytes(self.received[: 16 + length]))
        head.at = 12
        fields = dict(head.get("a(yv)"))
        content = Reader(bytes(self.received[start : start + size]))
        values = [content.get(one) for one in split(fields.get(SIGNATURE, ""))]
        del self.received[: start + size]
        return Message(kind, serial, fields, values)

    def answer(self, serial):
        """The answer to a call; signals that come before it are kept."""
        while True:
            message = self.receive()
            if message.kind == SIGNAL:
                self.signals.append(message)
            elif message.reply_to == serial:
                return message

    def call(self, member, signature="", *arguments, **where):
        return self.answer(self.send(member, signature, *arguments, **where))

    def watch(self):
        """From now on the daemon's signals are seen."""
        for rule in (f"type='signal',interface='{MANAGER}'",
                     f"type='signal',interface='org.freedesktop.DBus.Properties',path='{OBJECT}'"):  # fmt: skip
            self.call("AddMatch", "s", rule, to="org.freedesktop.DBus", path="/org/freedesktop/DBus",
                      interface="org.freedesktop.DBus")  # fmt: skip

    def wait_for(self, wanted):
        """The first signal of which wanted(signal) is true."""
        for i, signal in enumerate(self.signals):
            if wanted(signal):
                del self.signals[: i + 1]
                return signal
        self.signals.clear()
        while True:
            message = self.receive()
            if message.kind == SIGNAL and wanted(message):
                return message
