"""Webhooks: notices due at once, signed, posted to nginx and recorded, beside a bare loop that posts as many bytes."""

import contextlib
import tempfile
from pathlib import Path

import due
from harness import Rounds, bare, free_port, program, running
from lab.https import HttpsServer

GOAL = 0.5
CONNECTIONS = 10
FULL = {"rounds": 3, "notices": 50_000, "sweep": (1, 2, 5, 10, 20), "sweep_notices": 10_000}
SMOKE = {"rounds": 1, "notices": 40, "sweep": (2,), "sweep_notices": 40}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NGINX = """daemon off;
pid {folder}/pid;
error_log {folder}/error;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; location / {{ return 204; }} }}
}}
"""


@contextlib.contextmanager
def nginx(folder):
    """Answers every request with 204 and keeps the connection; yields its port."""
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, port=port))
    with running([program("nginx", "nginx-light"), "-c", configuration, "-e", folder / "error"], port):
        yield port


def agencies(count):
    """Without mailboxes: they are reached by the webhook alone."""
    return tuple({"id": f"don-vi-{n}", "name": f"Đơn vị số {n}"} for n in range(1, count + 1))


def settings(folder, url, connections):
    secret = folder / "webhook"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    hook = {"id": "cong", "url": url, "secret_file": str(secret), "agencies": ["*"], "kinds": ["*"], "allow_http": True,
            "connections": connections}  # fmt: skip
    return {"mail": None, "webhook": hook, "agency": agencies}


def sample_body(folder):
    """The bytes of one such post; the lab's server has seen to it that it is signed."""
    with HttpsServer(folder / "posts", secret=SECRET) as server:
        with due.office(1, **settings(folder, server.url(), 1)):
            (record,) = server.wait(1)
    return record["body"].encode()


def measure(scale):
    rounds, sweep = Rounds(), Rounds()
    with tempfile.TemporaryDirectory(prefix="reminderd-bench-") as name:
        folder = Path(name)
        body = folder / "body.json"
        body.write_bytes(sample_body(folder))
        count, few = scale["notices"], scale["sweep_notices"]
        with nginx(folder) as port:
            url = f"http://127.0.0.1:{port}/"
            for _ in range(scale["rounds"]):
                rounds.measure("bare loop", lambda: bare(url, count, CONNECTIONS, body))
                rounds.measure("reminderd", lambda: due.rate(count, **settings(folder, url, CONNECTIONS)))
            for connections in scale["sweep"]:
                sweep.measure(f"bare loop {connections}", lambda: bare(url, few, connections, body))
                sweep.measure(f"reminderd {connections}", lambda: due.rate(few, **settings(folder, url, connections)))
        size = body.stat().st_size
    return {
        "title": f"{count} notices due at once, {size} bytes each, {CONNECTIONS} connections",
        "figures": rounds.figures("posts/s"),
        "ratios": rounds.ratios("reminderd", {"bare loop": GOAL}),
        "skipped": rounds.skipped,
        "sweep": sweep.figures("posts/s"),
        "counts": {"contenders": [len(rounds.values) + len(rounds.skipped), 2]},
    }
