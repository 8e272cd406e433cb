"""Every key that the daemon knows stands in the manual, and those of reminderd.conf in the sample with a comment."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "daemon/config"


def known_keys():
    """{"mail": {"url", …}}: the tables NAME_keys[] of daemon/config."""
    policy = re.search(r"#define POLICY_KEYS (.*)", (CONFIG / "loader.h").read_text(encoding="utf-8"))[1]
    tables = {}
    for file in CONFIG.glob("*.c"):
        text = file.read_text(encoding="utf-8").replace("POLICY_KEYS", policy)
        for name, keys in re.findall(r"(\w+)_keys\[\] = \{(.*?)\}", text, re.DOTALL):
            tables.setdefault(name, set()).update(re.findall(r'"(\w+)"', keys))
    return tables


TABLES = known_keys()
MANUAL = "".join(
    (ROOT / f"daemon/man/{page}.scd").read_text(encoding="utf-8") for page in ("reminderd.conf.5", "reminder-plan.5")
)
SAMPLE = (ROOT / "conf/reminderd.conf").read_text(encoding="utf-8")


def test_the_tables_were_found():
    assert {"main", "mail", "webhook", "policy", "plan", "item", "form", "agency", "day"} <= set(TABLES)
    assert len(TABLES["mail"]) > 8


@pytest.mark.parametrize("table", TABLES)
def test_the_manual_names_every_key(table):
    assert [key for key in sorted(TABLES[table]) if not re.search(rf"\*{key}\b", MANUAL)] == []


@pytest.mark.parametrize(
    "table", "main block contact hours digest retry mail webhook policy overdue escalate".split()
)
def test_the_sample_shows_every_key(table):
    assert [key for key in sorted(TABLES[table]) if not re.search(rf"\b{key}\b", SAMPLE)] == []
