"""reminderctl on a terminal: colours, widths, questions, languages."""

import re
import subprocess
import time
import unicodedata

import pytest

import block
from desk import AGENCY, Desk, ahead
from terminal import columns_of, on_terminal


@pytest.mark.timeless
def test_colours_only_where_they_are_wanted(shared):
    assert "\x1b[" in on_terminal(shared, "list", "--state", "overdue")[0]
    assert "\x1b[" not in on_terminal(shared, "list", "--state", "overdue", NO_COLOR="1")[0]
    assert "\x1b[" not in shared.ctl("list", "--state", "overdue").stdout
    assert "\x1b[" not in on_terminal(shared, "list", "--json")[0]


def test_tables_are_aligned_by_display_width(tmp_path):
    titles = ["Báo cáo tổng kết phong trào thi đua", unicodedata.normalize("NFD", "Đề nghị khen thưởng"), "競賽獎勵報告", "Kết quả"]
    items = ",".join(f'{{ id = "viec-{n}"; title = "{title}"; due = "{ahead(10)}"; for = ["members"]; }}'
                     for n, title in enumerate(titles))  # fmt: skip
    with Desk(tmp_path, items) as desk:
        lines = desk.ctl("list", LC_ALL="C").stdout.splitlines()
        start = columns_of(lines[0][: lines[0].index("TITLE")])
        assert len(lines) == 1 + 3 * len(titles)
        for line in lines[1:]:
            (title,) = (title for title in titles if title in line)
            assert columns_of(line[: line.index(title)]) == start
        for reason, agency in zip(titles, ("vp-ubnd", "so-noi-vu", AGENCY)):
            assert desk.ctl("snooze", "viec-0", "--agency", agency, "--for", "1d", "--reason", reason).returncode == 0
        narrow, _ = on_terminal(desk, "list", columns=96, NO_COLOR="1")
        assert all(columns_of(line) <= 96 for line in narrow.splitlines())
        assert "…" in narrow


@pytest.mark.once
def test_tables_fit_the_terminal(desk):
    """What is too wide is cut, left out or goes to a further line; a pipe gets it whole."""
    assert desk.ctl("test", AGENCY).returncode == 0
    assert desk.ctl("snooze", "bao-cao", "--agency", AGENCY, "--for", "2d", "--reason", "chờ số liệu " * 8).returncode == 0
    assert desk.ctl("done", "qua-han", "--agency", AGENCY).returncode == 0
    end = time.monotonic() + block.PATIENCE
    while not desk.json("deliveries")[0]["answer"]:
        assert time.monotonic() < end
    (delivery,) = desk.json("deliveries")
    for words in (["deliveries"], ["list"], ["log"], ["show", "bao-cao", "--agency", AGENCY], ["forecast"]):
        for columns in (60, 80, 120, 250):
            lines = on_terminal(desk, *words, columns=columns, NO_COLOR="1")[0].splitlines()
            tables = [line for line in lines if not line.startswith("  ") or line.startswith("    ")]
            assert max(map(columns_of, tables)) <= columns, words
    narrow = on_terminal(desk, "deliveries", columns=80, NO_COLOR="1")[0]
    assert delivery["id"] in narrow and AGENCY in narrow and delivery["answer"][:12] in narrow
    assert len(narrow.splitlines()) == 2
    assert len(desk.ctl("deliveries").stdout.splitlines()) == 2
    assert delivery["answer"] in desk.ctl("deliveries").stdout and delivery["subject"] in desk.ctl("deliveries").stdout
    assert len(on_terminal(desk, "list", columns=80, NO_COLOR="1")[0].splitlines()) == 14


@pytest.mark.once
def test_the_calendar_fits_the_terminal(shared):
    for columns, across in ((80, 3), (72, 3), (71, 2), (48, 2), (47, 1), (20, 1)):
        months = on_terminal(shared, "calendar", "2024", columns=columns, NO_COLOR="1")[0].partition("\n-")[0].splitlines()
        assert len(re.findall(r"\d\d/2024", months[0])) == across
        assert all(columns_of(line) <= max(columns, 24) for line in months)
        assert len(re.findall(r"\d\d/2024", "\n".join(months))) == 12
    assert len(re.findall(r"\d\d/2024", shared.ctl("calendar", "2024").stdout.splitlines()[0])) == 3


def test_a_terminal_is_asked(desk):
    waive = ["waive", "bao-cao", "--all", "--reason", "x"]
    seen, code = on_terminal(desk, *waive, answer="n\n")
    assert code == 1 and "[y/N]" in seen
    assert {row["state"] for row in desk.json("list", "--item", "bao-cao")} == {"pending"}
    assert on_terminal(desk, *waive, answer="y\n")[1] == 0
    assert {row["state"] for row in desk.json("list", "--item", "bao-cao")} == {"waived"}


@pytest.mark.timeless
def test_what_was_typed_does_not_steer_the_terminal():
    for words in (["\x1b[31mlist\n\x07"], ["help", "\x1b[2J\n"], ["list", "--\x1b]0;x\x07"], ["status", "a\nb"]):
        done = block.run(block.REMINDERCTL, *words)
        assert done.returncode == 2
        assert done.stderr.endswith("\n") and done.stderr[:-1].isprintable()


@pytest.mark.timeless
def test_a_full_output_is_an_error(shared):
    with open("/dev/full", "w") as full:
        result = subprocess.run([block.REMINDERCTL, "--bus", "session", "list"], stdout=full, stderr=subprocess.PIPE,
                                env=block.environment(**shared.bus.environment))  # fmt: skip
    assert result.returncode == 1 and result.stderr
