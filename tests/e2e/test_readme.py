"""The examples of the README, as they stand there, against a daemon on a bus of its own."""

import os
import re
import subprocess

import pytest

import block
from desk import AGENCY, POLICIES, Desk, ahead

pytestmark = pytest.mark.once

README = (block.ROOT / "README.md").read_text(encoding="utf-8")
SCRIPT = README.split("## From a script")[1].split("\n## ")[0]
ITEM = "bao-cao-tong-ket"


@pytest.fixture
def office(tmp_path):
    """What the examples name, overdue. They ask the system bus: here it is the private one."""
    items = f'{{ id = "{ITEM}"; title = "Báo cáo tổng kết"; due = "{ahead(-30)}"; for = ["members"]; policy = "quiet"; }}'
    with Desk(tmp_path, items, policies=POLICIES) as desk:
        desk.variables = {"DBUS_SYSTEM_BUS_ADDRESS": desk.bus.environment["DBUS_SESSION_BUS_ADDRESS"]}
        yield desk


def test_the_lines_with_busctl(office):
    lines = re.findall(r"^    (busctl .*)$", SCRIPT, re.MULTILINE)
    said = {}
    for line in lines:
        result = block.run("bash", "-c", line, **office.variables)
        assert result.returncode == 0, f"{line}: {result.stderr}"
        said[line] = result.stdout
    introspect, status, overdue, count = said.values()
    assert all(name in introspect for name in (".Snooze", ".SetDate", ".NextWake", ".ObligationChanged"))
    assert '"health"' in status
    assert overdue.startswith("aa{sv}t 3 ") and f'"{ITEM}"' in overdue
    assert count == "u 3\n"


def test_the_example_in_python(office):
    pytest.importorskip("dbus")
    (example,) = re.findall(r"^```python\n(.*?)^```", SCRIPT, re.MULTILINE | re.DOTALL)
    assert len(example.splitlines()) < 15
    result = subprocess.run(["/usr/bin/python3", "-c", example], capture_output=True, text=True, encoding="utf-8",
                            timeout=block.PATIENCE, env=block.environment(PYTHONUTF8="1", **office.variables))  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == 3
    assert f"{ahead(-30)} {AGENCY} Báo cáo tổng kết" in result.stdout.splitlines()
    row = office.row(ITEM)
    assert (row["state"], row["snooze_reason"]) == ("snoozed", "chờ số liệu")
    (event,) = office.json("log")
    assert (event["verb"], event["agency"], event["uid"]) == ("snooze", AGENCY, os.getuid())
