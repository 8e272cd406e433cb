"""`reminderctl metrics`: OpenMetrics text in which every series is there from the first day, and counters only grow."""

import json
import os
import pathlib
import re
import shutil
import stat
import subprocess

import pytest

import openmetrics
from block import Bus
from desk import AGENCY, Desk
from live import Live, mail_to, soon, wait_until
from openmetrics import value

ROOT = pathlib.Path(__file__).parents[2]
RULES = ROOT / "units" / "reminderd-alerts.yml.example"
STATES = "pending overdue snoozed tentative undated done late waived withdrawn passed unclear unfinished".split()
CLAIMS = "open confirmed rejected granted overtaken".split()
CHANNELS = "mail webhook".split()
OUTCOMES = "sent failed cancelled bounced".split()
TROUBLES = "state server refused late clock configuration standby".split()


def metrics(desk):
    result = desk.ctl("metrics")
    assert result.returncode == 0 and not result.stderr, result.stderr
    return openmetrics.read(result.stdout)


def labels(families, name):
    return {tuple(value for _, value in sample) for sample in families[name].samples}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with Desk(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


def test_every_series_is_there(desk):
    families = metrics(desk)
    assert labels(families, "reminderd_obligations") == {(state,) for state in STATES}
    assert labels(families, "reminderd_claims") == {(state,) for state in CLAIMS}
    ended = {(channel, outcome) for channel in CHANNELS for outcome in OUTCOMES}
    assert labels(families, "reminderd_deliveries") == ended
    for name in ("delivery_attempts", "last_success_timestamp_seconds", "queued_deliveries"):
        assert labels(families, f"reminderd_{name}") == {(channel,) for channel in CHANNELS}
    assert labels(families, "reminderd_troubles") == {(kind,) for kind in TROUBLES}
    assert labels(families, "reminderd_unacknowledged") == {("failed",), ("too_late",)}
    assert {name for name, family in families.items() if family.type == "counter"} == {
        "reminderd_deliveries", "reminderd_delivery_attempts"
    }  # fmt: skip
    version = desk.json("status")["version"]
    assert value(families, "reminderd_build_info", version=version) == 1


def test_counts_what_list_shows(desk):
    def assert_alike():
        families = metrics(desk)
        rows = [row["state"] for row in desk.json("list")]
        for state in STATES:
            assert value(families, "reminderd_obligations", state=state) == rows.count(state), state

    assert_alike()
    for words in (
        ["snooze", "bao-cao", "--agency", AGENCY, "--until", "+5d", "--reason", "x"],
        ["snooze", "qua-han", "--agency", AGENCY, "--until", "+2d", "--reason", "x"],
        ["waive", "tap-huan", "--agency", AGENCY, "--reason", "x"],
        ["done", "qua-han", "--agency", AGENCY],
        ["unsnooze", "bao-cao", "--agency", AGENCY],
        ["claim", "bao-cao", "--agency", AGENCY],
    ):
        assert desk.ctl(*words).returncode == 0, words
        assert_alike()
    assert value(metrics(desk), "reminderd_claims", state="open") == 1
    (claim,) = desk.json("claims")
    assert desk.ctl("confirm", str(claim["id"])).returncode == 0
    assert value(metrics(desk), "reminderd_claims", state="open") == 0
    assert value(metrics(desk), "reminderd_claims", state="confirmed") == 1


def test_json_has_the_text(desk):
    assert openmetrics.read(desk.json("metrics")["openmetrics"])


def test_a_file_for_the_collector(desk, tmp_path):
    path = tmp_path / "reminderd.prom"
    for _ in range(2):
        assert desk.ctl("metrics", "-o", str(path)).returncode == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    text = path.read_text()
    # The older format names the family of a counter as its samples; but for that nothing differs.
    assert "# TYPE reminderd_deliveries_total counter\n" in text and "# HELP reminderd_deliveries_total " in text
    assert openmetrics.read(re.sub(r"(?m)^(# (?:TYPE|HELP) \S+)_total ", r"\1 ", text))


@pytest.mark.parametrize("target", ["folder", "link", "missing/file", "device"])
def test_what_is_no_file_is_left_alone(desk, tmp_path, target):
    path = tmp_path / target
    if target == "folder":
        path.mkdir()
    elif target == "link":
        path.symlink_to(tmp_path / "elsewhere")
    elif target == "device":
        os.mkfifo(path)
    refused = desk.ctl("metrics", "--output", str(path))
    assert refused.returncode in (1, 2) and str(path) in refused.stderr and not refused.stdout
    assert not (tmp_path / "elsewhere").exists() and not list(tmp_path.rglob("*.??????"))


def test_promtool_is_content(desk, tmp_path):
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("promtool, of Debian's package prometheus, is not installed")
    path = tmp_path / "reminderd.prom"
    assert desk.ctl("metrics", "-o", str(path)).returncode == 0
    with path.open() as text:
        checked = subprocess.run([promtool, "check", "metrics"], stdin=text, capture_output=True, text=True)
    assert checked.returncode == 0 and not checked.stderr, checked.stderr
    rules = subprocess.run([promtool, "check", "rules", str(RULES)], capture_output=True, text=True)
    assert rules.returncode == 0, rules.stderr


def test_the_alert_rules_name_what_is_there(desk):
    families = metrics(desk)
    series = {family.name + openmetrics.SUFFIXES[family.type] for family in families.values()}
    expressions = re.findall(r"(?m)^ +expr: (.+)$", RULES.read_text())
    assert len(expressions) >= 5
    for expression in expressions:
        for name, selector in re.findall(r"(reminderd_\w+)(\{[^}]*\})?", expression):
            assert name in series, expression
            for key, wanted in re.findall(r'(\w+)="(\w+)"', selector):
                family = families[name.removesuffix("_total")]
                assert any((key, wanted) in sample for sample in family.samples), expression


def test_what_is_sent_is_counted_and_stays_counted(tmp_path, smtp, authority):
    live = Live(tmp_path, soon(), 3, mail=mail_to(smtp, authority))
    with Bus() as bus:
        for _ in range(2):  # a restart forgets nothing
            with live.start("session", environment=bus.environment) as daemon:
                wait_until(lambda: json.loads(bus.ctl("status", "--json").stdout)["sent"] == 3, lambda: daemon.stderr)
                families = openmetrics.read(bus.ctl("metrics").stdout)
            assert value(families, "reminderd_deliveries", channel="mail", outcome="sent") == 3
            assert value(families, "reminderd_delivery_attempts", channel="mail") == 3
            assert value(families, "reminderd_last_success_timestamp_seconds", channel="mail") > 0
            assert value(families, "reminderd_last_success_timestamp_seconds", channel="webhook") == 0
            assert value(families, "reminderd_queued_deliveries", channel="mail") == 0
            assert value(families, "reminderd_queue_oldest_age_seconds") == 0
