"""Mail: notices due at once, composed, sent to Postfix's smtp-sink and recorded, beside others that send as many bytes."""

import smtplib
import tempfile
import time
from pathlib import Path

import alertmanager
import due
import postfix
from harness import Rounds, bare
from sink import sink

GOAL = 0.8
CONNECTIONS = 10
SWEEP = (1, 2, 5, 10, 20)
FULL = {"rounds": 3, "notices": 20_000, "postfix": 5000, "alertmanager": 1500, "sweep": SWEEP, "sweep_notices": 6000}
SMOKE = {"rounds": 1, "notices": 40, "postfix": 20, "alertmanager": 10, "sweep": (2,), "sweep_notices": 40}


def with_smtplib(port, count, message):
    begin = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for _ in range(count):
            server.sendmail("nhacviec@khoi.example", ["dv1@khoi.example"], message)
    return count / (time.monotonic() - begin)


def reminderd(port, count, connections):
    return due.rate(count, mail=due.plain_mail(port, connections))


def measure(scale):
    rounds, sweep = Rounds(), Rounds()
    message = due.sample_message()
    with tempfile.TemporaryDirectory(prefix="reminderd-bench-") as folder, sink(smoke=scale is SMOKE) as port:
        path = Path(folder) / "message"
        path.write_bytes(message)
        url, count = f"smtp://127.0.0.1:{port}", scale["notices"]
        for _ in range(scale["rounds"]):
            rounds.measure("bare loop", lambda: bare(url, count, CONNECTIONS, path))
            rounds.measure("reminderd", lambda: reminderd(port, count, CONNECTIONS))
            rounds.measure("smtplib", lambda: with_smtplib(port, count // 4, message))
            rounds.measure("Postfix", lambda: postfix.drain(port, scale["postfix"], len(message)))
            rounds.measure("Alertmanager", lambda: alertmanager.mail(port, scale["alertmanager"], len(message)))
        for connections in scale["sweep"]:
            few = scale["sweep_notices"]
            sweep.measure(f"bare loop {connections}", lambda: bare(url, few, connections, path))
            sweep.measure(f"reminderd {connections}", lambda: reminderd(port, few, connections))
    return {
        "title": f"{count} notices due at once, {len(message)} bytes each, {CONNECTIONS} connections",
        "figures": rounds.figures("messages/s"),
        "ratios": rounds.ratios("reminderd", {"bare loop": GOAL}),
        "skipped": rounds.skipped,
        "sweep": sweep.figures("messages/s"),
        "counts": {"contenders": [len(rounds.values) + len(rounds.skipped), 5]},
    }
