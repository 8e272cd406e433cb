"""The clerk's guide: what it tells to write is accepted, and what it tells to type is there."""

import re

import pytest

from block import REMINDERCTL, ROOT, Block, plan, run

GUIDE = (ROOT / "conf/huong-dan.md").read_text(encoding="utf-8")
DATED = re.compile(r"\b(due|month|quarter|window|when|repeat) = ")


def examples():
    """The right column of the table of wordings, an example each."""
    table = GUIDE.partition("| Văn bản viết |")[2].partition("\n\n")[0]
    return [code.replace("…", "https://x.example" if "link" in code else "Phòng họp")
            for row in table.splitlines()[2:] for code in re.findall(r"`([^`]+)`", row.split("|")[2])]  # fmt: skip


def test_the_examples_were_found():
    assert len(examples()) > 10


@pytest.mark.parametrize("example", examples())
def test_every_example_is_accepted(tmp_path, example):
    date = "" if DATED.search(example) else 'due = "2027-06-14";'
    example = example.replace("https://https://", "https://")
    checked = Block(tmp_path, plan(f'{{ id = "a"; title = "Việc"; {date} {example} }}', year=2027)).check()
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("verb", sorted(set(re.findall(r"`reminderctl ([a-z-]+)", GUIDE))))
def test_every_verb_and_option_is_there(verb):
    told = run(REMINDERCTL, verb, "--help")
    assert told.returncode == 0
    for line in re.findall(rf"`reminderctl {verb}\b[^`]*`", GUIDE):
        for option in re.findall(r" (--[a-z]+)", line):
            assert option in told.stdout, line
