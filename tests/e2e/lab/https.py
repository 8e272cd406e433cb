"""A real HTTPS endpoint that verifies Standard Webhooks, keeps every request, and misbehaves on demand.

    python3 -m lab.https --dir FOLDER --port-file FILE [--ca FOLDER] [--certificate NAME] [--secret WORD]
                         [--faults FILE]

Faults, by path (lab.faults):
    204, 400, 410, 503, …   this status
    429:SECONDS, 503:…      this status with Retry-After, seconds or a date
    301:URL, 307:URL        this status with Location
    silence                 never answers
    drop                    closes the connection instead of answering
    endless                 200, and a body without end
    delay:SECONDS           answers that late
    hold                    answers when the test lets it in (lab.gate)
"""

import argparse
import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import signal
import socket
import threading
import time

from . import faults, store
from .ca import Authority
from .gate import Gate

TOLERANCE = 300  # seconds between the clocks, as the specification's libraries have it
BODY_MAX = 4 * 1024 * 1024


def secret_bytes(secret):
    """The key of a secret: base64 after "whsec_", or the plain bytes."""
    if isinstance(secret, bytes):
        return secret
    return base64.b64decode(secret[6:], validate=True) if secret.startswith("whsec_") else secret.encode()


def sign(secret, identity, timestamp, body):
    """The signature that the specification asks for."""
    content = f"{identity}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret_bytes(secret), content, hashlib.sha256).digest()).decode()


def problem_of(headers, body, secret=None, now=None):
    """What is wrong with a request, after the specification; None: nothing."""
    fields = {}
    for name in ("webhook-id", "webhook-timestamp", "content-type") + (("webhook-signature",) if secret else ()):
        values = headers.get_all(name) or []
        if len(values) != 1 or not values[0].strip():
            return f"{name} occurs {len(values)} times, or is empty"
        fields[name] = values[0]
    if "." in fields["webhook-id"] or not fields["webhook-id"].isprintable():
        return "webhook-id has a character that it must not have"
    if fields["content-type"].split(";")[0].strip().lower() != "application/json":
        return f"content-type is {fields['content-type']}"
    timestamp = fields["webhook-timestamp"]
    if not (timestamp.isascii() and timestamp.isdigit()):
        return "webhook-timestamp is no whole number"
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE:
        return "webhook-timestamp is too far from now"
    if secret:
        expected = sign(secret, fields["webhook-id"], timestamp, body)
        given = fields["webhook-signature"].split(" ")
        if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in given):
            return "webhook-signature does not fit"
    try:
        if not isinstance(json.loads(body.decode("utf-8")), dict):
            return "the body is no JSON object"
    except ValueError as error:
        return f"the body is no JSON in UTF-8: {error}"
    return None


class _Request(http.server.BaseHTTPRequestHandler):
    """One connection with its requests."""

    protocol_version = "HTTP/1.1"
    server_version = "lab"
    sys_version = ""
    timeout = 300
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.lab = self.server.lab
        self.connection_number = self.lab.count_connection(self.connection)

    def finish(self):
        self.lab.forget_connection(self.connection)
        super().finish()

    def handle(self):
        try:
            super().handle()
        except OSError:  # a broken handshake, a client that went away
            pass

    def log_message(self, *_):
        pass

    def do_POST(self):
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > BODY_MAX:
            self.close_connection = True
            self.reply(411)
            return
        body = self.rfile.read(int(length))
        path = self.path.partition("?")[0]
        problem = problem_of(self.headers, body, self.lab.secret)
        fault = self.lab.faults.next(path)
        self.lab.store.add(
            {
                "path": self.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": body.decode("utf-8", "backslashreplace"),
                "problem": problem,
                "verified": problem is None,
                "fault": fault and ":".join(filter(None, fault)),
                "peer": self.client_address[0],
                "connection": self.connection_number,
            }
        )
        if fault:
            self.misbehave(fault)
        elif problem:
            self.reply(400, body=problem.encode())
        else:
            self.reply(200, body=b'{"ok": true}')

    def do_GET(self):
        """Only a client that follows redirects comes here."""
        self.lab.store.add({"path": self.path, "headers": {}, "body": "", "problem": "GET", "verified": False})
        self.reply(405)

    def reply(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def misbehave(self, fault):
        name, argument = fault
        if name == "silence":
            self.lab.stopping.wait()
            self.close_connection = True
        elif name == "drop":
            self.close_connection = True
        elif name == "endless":
            self.send_response(200)
            self.end_headers()
            while not self.lab.stopping.is_set():
                self.wfile.write(b"and so on " * 100)
        elif name == "delay":
            self.lab.stopping.wait(float(argument))
            self.reply(200)
        elif name == "hold":
            self.lab.gate.hold()
            self.reply(200)
        elif name.startswith("3"):
            self.reply(int(name), Location=argument or "/elsewhere")
        elif argument:
            self.reply(int(name), Retry_After=argument)
        else:
            self.reply(int(name))


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address, lab):
        self.lab = lab
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Request)
        if lab.context:
            # The handshake happens with the first read, in the connection's own thread.
            self.socket = lab.context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request, client_address):
        pass


class HttpsServer:
    """Listens on 127.0.0.1 and, where there is IPv6, ::1, on one port; plain HTTP without an authority. A context
    manager."""

    def __init__(self, folder, authority=None, certificate="server", secret=None, programs=None, faults_file=None):
        self.store = store.Store(folder)
        self.faults = faults.Faults(programs, faults_file)
        self.gate = Gate()
        self.context = authority.context(certificate) if authority else None
        self.secret = secret
        self.stopping = threading.Event()
        self.connections = 0
        self.port = None
        self._open = set()
        self._lock = threading.Lock()
        self._listeners = []
        self._threads = []

    def count_connection(self, connection):
        with self._lock:
            self._open.add(connection)
            self.connections += 1
            return self.connections

    def forget_connection(self, connection):
        with self._lock:
            self._open.discard(connection)

    def _listen(self):
        for _ in range(16):
            listener = _Listener(("127.0.0.1", 0), self)
            self._listeners = [listener]
            port = listener.server_address[1]
            try:
                self._listeners.append(_Listener(("::1", port), self))
            except OSError as error:
                if socket.has_ipv6 and error.errno == 98:  # that port is taken there: try another
                    listener.server_close()
                    continue
            return port
        raise OSError("no port that is free for both IPv4 and IPv6")

    def start(self):
        self.port = self._listen()
        for listener in self._listeners:
            thread = threading.Thread(target=listener.serve_forever, args=(0.05,), name="lab-https", daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def stop(self):
        self.stopping.set()
        self.gate.let_in()
        for listener in self._listeners:
            listener.shutdown()
            listener.server_close()
        for thread in self._threads:
            thread.join()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        self.stop()

    def url(self, path="/hook"):
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}{path}"

    def requests(self):
        """Records of what came in: path, headers, body, verified, problem, arrived, …"""
        return self.store.all()

    def wait(self, count, timeout=30):
        return self.store.wait(count, timeout)


def main():
    parser = argparse.ArgumentParser(prog="lab.https", description="A webhook endpoint that keeps every request.")
    parser.add_argument("--dir", required=True, help="folder for the requests")
    parser.add_argument("--port-file", required=True, help="file that gets the port when all is ready")
    parser.add_argument("--ca", help="folder of the authority (made if empty); without it plain HTTP")
    parser.add_argument("--certificate", default="server", help="server, wrong-name, expired, stranger")
    parser.add_argument("--secret", help="whsec_… or plain: signatures are verified")
    parser.add_argument("--faults", help="JSON file, read again whenever it changes: {path: program}")
    options = parser.parse_args()
    # Waited for below; blocked before any thread is made, so that none of them gets it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    with HttpsServer(
        options.dir,
        Authority(options.ca) if options.ca else None,
        certificate=options.certificate,
        secret=options.secret,
        faults_file=options.faults,
    ) as server:
        store.write_port(pathlib.Path(options.port_file), server.port)
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main()
