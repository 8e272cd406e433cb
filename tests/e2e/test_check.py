"""reminderd --check: every mistake in one run, with its file and line, and never a crash."""

import re
import subprocess

import pytest

from block import REMINDERD, ROOT, SANITIZED, Block, plan, run
from malformed import malformed_trees

COUNT = 500  # malformed trees
# In so many tests, which run beside one another. A process takes long under a sanitizer: there each fifth tree has to do,
# beside what fuzzing makes of the same files.
TESTS = 10
BATCHES = 5 * TESTS if SANITIZED else TESTS


@pytest.mark.parametrize("batch", range(TESTS))
def test_malformed_trees_are_refused_with_file_and_line(tmp_path, batch):
    seen = 0
    for tree in malformed_trees(tmp_path, count=COUNT, batch=batch, batches=BATCHES):
        seen += 1
        result = run(REMINDERD, "--config", tree.conf, "--check")
        assert result.returncode == 1, f"{tree.what}:\n{result.stdout}"
        lines = [line for line in result.stdout.splitlines() if ": warning: " not in line]
        assert lines, f"{tree.what}: nothing said"
        assert all(re.match(r"\S+?(:\d+)?: \S", line) for line in lines), f"{tree.what}:\n{result.stdout}"
        place = f"{tree.file}:{tree.line}: " if tree.line else str(tree.file)
        assert any(place in line for line in lines), f"{tree.what}: no {place!r} in\n{result.stdout}"
    assert seen == COUNT // BATCHES


ITEM = '{{ id = "{}"; title = "Việc"; {} }}'


def test_all_mistakes_are_told_in_one_run(tmp_path):
    block = Block(tmp_path, plan(
        ITEM.format("a", 'due = "2024-02-30";') + ",\n" + ITEM.format("b", 'due = "2024-05-06"; quarter = 1;') + ",\n"
        + ITEM.format("c", 'window = ["2024-10-31", "2024-10-01"];') + ",\n" + ITEM.format("c", 'due = "2024-05-06";')
        + ",\n" + ITEM.format("d", 'due = "2024-05-06"; fro = ["members"];') + ",\n"
        + ITEM.format("e", 'due = "2024-05-06"; for = ["nobody"]; policy = "none";'),
    ), hours={"open": "25:00", "close": "17:00"}, catch_up="7x")  # fmt: skip
    text = (block.conf / "templates/vi/due.txt").read_text()
    (block.conf / "templates/vi/due.txt").write_text(text + "{{#open}}\n")
    (block.conf / "templates/vi/overdue.html").unlink()
    result = block.check()
    assert result.returncode == 1
    for words in ("2024-02-30", "window", 'the nearest known one is "for"', "nobody", "none", "25:00", "7x", "due.txt", "overdue.html"):
        assert words in result.stdout, f"no {words!r} in\n{result.stdout}"
    assert len(result.stdout.splitlines()) >= 10


def test_templates_of_before_an_upgrade_are_brought_up_to_date_by_what_the_check_says(tmp_path):
    block = Block(tmp_path, plan(ITEM.format("a", 'due = "2024-05-06";')))
    own, shipped = block.conf / "templates/vi", ROOT / "conf/templates/vi"
    for file in own.glob("_foot*"):
        file.unlink()
    for kind in ("assist", "bounced"):
        (own / f"{kind}.txt").unlink()
        (own / f"{kind}.html").unlink()
    (own / "due.txt").write_text("Subject: của riêng\n\n{{title}}\n")
    result = block.check()
    assert result.returncode == 1
    (command,) = set(re.findall(r'"(cp -n .*?)"', result.stdout))
    assert f"/etc/reminderd/templates/vi/* {own}/" in command
    subprocess.run(command.replace("/etc/reminderd/templates/vi", str(shipped)), shell=True, check=True)
    result = block.check()
    assert (result.returncode, (own / "due.txt").read_text().splitlines()[0]) == (0, "Subject: của riêng"), result.stdout


def test_a_good_configuration_is_in_order(tmp_path):
    result = Block(tmp_path, plan(ITEM.format("a", 'due = "2024-05-06";'))).check()
    assert (result.returncode, result.stderr) == (0, "")
    assert "in order" in result.stdout


def test_a_plan_that_is_over_is_said(tmp_path):
    text = plan(ITEM.format("a", 'due = "2024-05-06";'))
    assert "ke-hoach: closed on 2025-03-31" in Block(tmp_path, text).check().stdout


def test_a_year_without_calendar_is_a_warning(tmp_path):
    block = Block(tmp_path, plan(ITEM.format("a", 'due = "2024-05-06";')))
    (block.conf / "calendar.d" / "2024.conf").unlink()
    result = block.check()
    assert result.returncode == 0
    assert re.search(r"warning: .*2024", result.stdout)


def test_a_misspelt_name_in_a_template_is_a_warning_wherever_the_templates_are_read(tmp_path):
    block = Block(tmp_path, plan(ITEM.format("a", 'due = "2024-05-06";')))
    template = block.conf / "templates/vi/due.txt"
    text = template.read_text(encoding="utf-8")
    template.write_text(text + "{{agencyname}}\n", encoding="utf-8")
    place = f"due.txt:{text.count(chr(10)) + 1}: "
    said = place + 'warning: {{agencyname}}: there is no such value; the nearest one is "agency"'
    result = block.check()
    assert (result.returncode, result.stderr) == (0, "")
    assert said in result.stdout and "in order" in result.stdout
    with block.start() as daemon:
        assert daemon.stderr.count(said) == 1
        daemon.reload()
        assert daemon.stderr.count(said) == 2
        template.write_text(text, encoding="utf-8")
        daemon.reload()
    assert daemon.stderr.count(said) == 2


@pytest.mark.once
def test_no_option_stands_twice():
    """The last one would count, and whoever typed both would not know."""
    found = re.findall(r"^ +--([a-z-]+) ([A-Za-z|.]*)", run(REMINDERD, "--help").stdout, re.M)
    assert len(found) > 6
    for option, takes in found:
        value = {"bus": ["none"], "rehearse": ["2024-01-01..2024-01-02"]}.get(option, ["x"] if takes.isupper() else [])
        result = run(REMINDERD, f"--{option}", *value, f"--{option}", *value)
        assert (result.returncode, result.stdout) == (2, ""), option
        assert f"--{option} stands twice" in result.stderr


@pytest.mark.parametrize(
    "arguments", [["--chek"], ["--bus", "both"], ["--rehearse", "2024"], ["--json"], ["nonsense"], ["--check", "--rehearse", "2024-01-01..2024-01-02"]]
)  # fmt: skip
def test_wrong_usage(arguments):
    result = run(REMINDERD, *arguments)
    assert result.returncode == 2
    assert "--help" in result.stderr


def test_a_missing_file_is_named(tmp_path):
    result = run(REMINDERD, "--config", tmp_path / "none.conf", "--check")
    assert result.returncode == 1
    assert "none.conf" in result.stdout
