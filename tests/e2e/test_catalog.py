"""The message catalogs explain every event of the journal, in each language, in a form that systemd accepts."""

import re
import shutil
import subprocess

import pytest

from block import ROOT

pytestmark = pytest.mark.once

UNITS = ROOT / "units"
JOURNAL = ROOT / "daemon/runtime/journal.c"
CATALOGS = ("reminderd.catalog", "reminderd.vi.catalog")


def ids_of_the_daemon():
    return re.findall(r'\[EVENT_\w+\] = \{ ?"([0-9a-f]{32})"', JOURNAL.read_text())


def entries(name):
    """(id, headers, text) of each entry."""
    text = (UNITS / name).read_text(encoding="utf-8")
    for part in re.split(r"^-- ", text, flags=re.M)[1:]:
        id, _, rest = part.partition("\n")
        head, _, body = rest.partition("\n\n")
        yield id, dict(line.split(": ", 1) for line in head.splitlines()), body.strip()


def test_ids_are_given_once():
    ids = ids_of_the_daemon()
    assert len(ids) > 10 and len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", CATALOGS)
def test_every_event_is_explained(name):
    assert sorted(id for id, _, _ in entries(name)) == sorted(ids_of_the_daemon())


@pytest.mark.parametrize("name", CATALOGS)
def test_an_entry_has_a_subject_and_says_what_to_do(name):
    subjects = [head["Subject"] for _, head, _ in entries(name)]
    assert len(set(subjects)) == len(subjects)
    for id, head, body in entries(name):
        assert head["Defined-By"] == "reminderd", id
        assert len(body.split("\n\n")) >= 2, f"{id}: what happened, and what to do"


def test_the_same_fields_in_each_language():
    fields = [{id: set(re.findall(r"@\w+@", body)) for id, _, body in entries(name)} for name in CATALOGS]
    assert fields[0] == fields[1]


@pytest.mark.skipif(not shutil.which("journalctl"), reason="needs journalctl")
def test_systemd_takes_the_catalogs(tmp_path):
    source = tmp_path / "usr/lib/systemd/catalog"
    source.mkdir(parents=True)
    (tmp_path / "var/lib/systemd/catalog").mkdir(parents=True)
    for name in CATALOGS:
        shutil.copy(UNITS / name, source)
    for what in ("--update-catalog", "--list-catalog"):
        done = subprocess.run(["journalctl", f"--root={tmp_path}", what], capture_output=True, text=True, check=True)
        assert done.stderr == ""
    assert sorted(line.split()[0] for line in done.stdout.splitlines()) == sorted(ids_of_the_daemon())
