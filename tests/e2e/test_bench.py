"""The benches run, and count what there is; how long it takes is not looked at here."""

import json
import subprocess

import block


def test_control(tmp_path):
    """What `make bench-smoke` does."""
    figures = tmp_path / "figures.json"
    result = subprocess.run(
        [block.ROOT / "tests/bench/control.py", "--items=6", "--agencies=4", "--rounds=2", "--calls=50", "--json", figures],
        capture_output=True, text=True, encoding="utf-8", timeout=4 * block.PATIENCE, env=block.environment(),
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert found["obligations"] == found["listed"] == 24
    assert found["snoozed"] == 4 and found["open"] == 24 - 4
    assert found["burst"]["calls"] == 50
    assert {"list --agency", "list --item", "show", "snooze", "done", "status", "(empty)"} <= set(found["measured"])
    assert "times empty" in result.stdout


def test_load(tmp_path):
    """A small bad morning, with all that `make load` makes sure of."""
    figures = tmp_path / "figures.json"
    sanitized = ["--any-memory"] if "asan" in str(block.BUILD) else []
    result = subprocess.run(
        [block.ROOT / "tests/bench/load.py", "--agencies=800", "--delay=0.001", "--json", figures, *sanitized],
        capture_output=True, text=True, encoding="utf-8", timeout=4 * block.PATIENCE, env=block.environment(),
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert found["obligations"] == 8000 and found["deliveries"] == 800
