"""Alertmanager with a configuration of its own: each alert is a group and so a notification by itself."""

import contextlib
import json
import tempfile
import time
import urllib.request
from pathlib import Path

from harness import PATIENCE, free_port, program, running, wait_until

CONFIGURATION = """global:
  smtp_smarthost: 127.0.0.1:{sink}
  smtp_from: nhacviec@khoi.example
  smtp_require_tls: false
route:
  receiver: mail
  group_by: ['...']
  group_wait: 0s
  group_interval: 5m
receivers:
- name: mail
  email_configs:
  - to: dv1@khoi.example
    html: '{{{{ template "body" . }}}}'
templates: [body.tmpl]
"""
# One label and one annotation are put in, the rest is as long as what the others send.
BODY = """{{{{ define "body" }}}}{{{{ range .Alerts }}}}{{{{ .Labels.agency }}}}: {{{{ .Annotations.summary }}}}
{{{{ end }}}}{filler}{{{{ end }}}}"""
# notifications_total counts those that are begun, the latency those that are over.
OVER = 'alertmanager_notification_latency_seconds_count{integration="email"}'
FAILED = 'alertmanager_notifications_failed_total{integration="email"}'


def get(url, body=None):
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return answer.read().decode()


def sent(url):
    """Notifications so far, from its own metrics."""
    lines = [line.rsplit(" ", 1) for line in get(f"{url}/metrics").splitlines() if not line.startswith("#")]
    metrics = {name: float(value) for name, value in lines}
    return metrics[OVER] - metrics[FAILED]


@contextlib.contextmanager
def instance(sink, size):
    """Runs it; yields its process and its address."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="reminderd-bench-") as name:
        folder = Path(name)
        line = "Đề nghị Quý cơ quan khẩn trương hoàn thiện.\n"
        (folder / "config.yml").write_text(CONFIGURATION.format(sink=sink))
        (folder / "body.tmpl").write_text(BODY.format(filler=line * (size // len(line.encode()))))
        arguments = [program("prometheus-alertmanager", "prometheus-alertmanager"), f"--config.file={folder}/config.yml",
                     f"--storage.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}",
                     "--cluster.listen-address=", "--log.level=error"]  # fmt: skip
        with running(arguments, port) as process:
            yield process, f"http://127.0.0.1:{port}"


def mail(sink, count, size):
    """Notifications a second: from the alerts being handed over until the last is sent."""
    alerts = [{"labels": {"alertname": "den-han", "agency": f"don-vi-{n}"}, "annotations": {"summary": f"Báo cáo {n}"}}
              for n in range(count)]  # fmt: skip
    with instance(sink, size) as (_, url):
        body = json.dumps(alerts).encode()
        begin = time.monotonic()
        get(f"{url}/api/v2/alerts", body)
        wait_until(lambda: sent(url) >= count, f"{count} alerts are sent", step=0.05)
        return count / (time.monotonic() - begin)
