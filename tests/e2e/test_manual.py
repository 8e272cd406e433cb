"""Every key that the daemon knows stands in the manual, and those of reminderd.conf in the sample with a comment."""

import re
from pathlib import Path

import pytest

from block import REMINDERCTL as PROGRAM
from block import run

pytestmark = pytest.mark.once

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
    "table", "main block contact hours digest retry mail mailbox webhook policy overdue escalate".split()
)
def test_the_sample_shows_every_key(table):
    assert [key for key in sorted(TABLES[table]) if not re.search(rf"\b{key}\b", SAMPLE)] == []


# ---- reminderctl -----------------------------------------------------------------------------------------------------

COMMANDS = (ROOT / "daemon/ctl/command.c").read_text(encoding="utf-8")
REMINDERCTL = (ROOT / "daemon/man/reminderctl.1.scd").read_text(encoding="utf-8")
OPTIONS = dict(re.findall(r'\[(OPTION_\w+)\] = \{"([\w-]+)"', COMMANDS))


def options_of(names):
    """{"agency", "json"}: of a verb's `.options`, common groups of them spelled out."""
    for group in ("OF_SEVERAL", "OF_ITEM"):
        (meaning,) = re.findall(rf"#define {group} (.*)", COMMANDS)
        names = names.replace(group, meaning)
    return {OPTIONS[name] for name in re.findall(r"OPTION_\w+", names)}


VERBS = {
    name: options_of(rest)
    for name, rest in re.findall(r'\{\s+\.name = "([\w-]+)",(.*?)\.run =', COMMANDS, re.DOTALL)
}  # fmt: skip


def entry_of(verb):
    """The lines of the manual that begin with the verb, and what is said below them."""
    return "".join(re.findall(rf"^\*{verb}\*.*\n(?:\t.*\n)*", REMINDERCTL, re.MULTILINE))


def test_the_verbs_were_found():
    assert {"status", "list", "snooze", "set-date", "drop", "reload", "help"} <= set(VERBS) and len(OPTIONS) > 20
    assert VERBS["waive"] == {"agency", "json", "all", "yes", "reason"}


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"help"}))
def test_the_manual_has_every_option_of_a_verb(verb):
    assert [option for option in sorted(VERBS[verb] - {"json"}) if f"*--{option}*" not in entry_of(verb)] == []
    allowed = VERBS[verb] | {"json"}
    assert set(re.findall(r"\*--([\w-]+)\*", entry_of(verb))) <= allowed


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_verb_tells_its_own_options(verb):
    told = run(PROGRAM, verb, "--help")
    assert told.returncode == 0 and told.stdout.startswith(f"reminderctl {verb}")
    assert VERBS[verb] <= set(re.findall(r"^ *--([\w-]+)", told.stdout, re.MULTILINE))
    assert run(PROGRAM, "help", verb).stdout == told.stdout


def test_the_manual_has_every_option():
    assert [option for option in OPTIONS.values() if f"*--{option}*" not in REMINDERCTL] == []


def test_the_manual_has_every_state_and_kind():
    words = (ROOT / "daemon/ctl/complete.c").read_text(encoding="utf-8")
    tables = re.findall(r"(?:states|kinds)\[\] = \{(.*?)NULL\}", words, re.DOTALL)
    assert len(tables) == 4
    for word in re.findall(r'"(\w+)"', "".join(tables)):
        assert f"*{word}*" in REMINDERCTL, word


def test_the_manual_has_every_exit_status():
    header = (ROOT / "daemon/ctl/command.h").read_text(encoding="utf-8")
    for status in re.findall(r"EXIT_\w+ = (\d),", header):
        assert f"\n*{status}*\n" in REMINDERCTL
