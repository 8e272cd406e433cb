"""The clerk's guide: what it tells to write is accepted, and what it tells to type is there."""

import html
import re

import pytest

from block import REMINDERCTL, ROOT, Block, plan, run

GUIDE = html.unescape((ROOT / "conf/huong-dan.html").read_text(encoding="utf-8"))
DATED = re.compile(r"\b(due|month|quarter|window|when|repeat) = ")


def code(text):
    return re.findall(r"<code>([^<]+)</code>", text)


def examples():
    """The right column of the table of wordings, an example each."""
    table = GUIDE.partition("<th>Văn bản viết</th>")[2].partition("</table>")[0]
    return [example.replace("https://…", "https://x.example").replace("…", "Phòng họp")
            for row in re.findall(r"<tr><td>.*?</td><td>(.*?)</td></tr>", table) for example in code(row)]  # fmt: skip


def test_the_examples_were_found():
    assert len(examples()) > 10


@pytest.mark.parametrize("example", examples())
def test_every_example_is_accepted(tmp_path, example):
    date = "" if DATED.search(example) else 'due = "2027-06-14";'
    checked = Block(tmp_path, plan(f'{{ id = "a"; title = "Việc"; {date} {example} }}', year=2027)).check()
    assert checked.returncode == 0, checked.stdout + checked.stderr


COMMANDS = [line.split()[1:] for line in code(GUIDE) if line.startswith("reminderctl ")]


@pytest.mark.parametrize("verb", sorted({words[0] for words in COMMANDS if words[0].islower()}))
def test_every_verb_and_option_is_there(verb):
    told = run(REMINDERCTL, verb, "--help")
    assert told.returncode == 0
    for words in COMMANDS:
        for option in words[1:] if words[0] == verb else ():
            assert not option.startswith("--") or option in told.stdout, words
