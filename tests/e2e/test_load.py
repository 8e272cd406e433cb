"""A small bad morning, with all that `make load` makes sure of: nothing lost, nothing twice, nobody held up, every question
answered. How fast it goes is not looked at here."""

import json
import subprocess

import pytest

import block


@pytest.mark.once
def test_a_message_to_everybody_of_whom_a_quarter_is_refused(tmp_path):
    figures = tmp_path / "figures.json"
    sanitized = ["--any-memory"] if "asan" in str(block.BUILD) else []
    result = subprocess.run(
        [block.ROOT / "tests/bench/load.py", "--agencies=800", "--delay=0.001", "--json", figures, *sanitized],
        capture_output=True, text=True, encoding="utf-8", timeout=4 * block.PATIENCE, env=block.environment(),
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert found["obligations"] == 8000 and found["deliveries"] == 800
