"""What tests of a live daemon have around them: an authority for certificates, a mail server that it vouches for, and
somebody else at the keyboard."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

import block
from desk import Desk
from lab.ca import Authority
from lab.smtp import SmtpServer
from live import PASSWORD, USER


# What a rule means is asked of the whole program here, and with sanitizers of the rule alone, by the unit tests.
RULES = {"test_ending", "test_hold", "test_items", "test_language", "test_names", "test_outcomes", "test_plan_dates", "test_preview",
         "test_record", "test_repeats", "test_report", "test_trial", "test_unclear", "test_walk", "test_year"}  # fmt: skip


def pytest_configure(config):
    config.addinivalue_line("markers", "once: runs no program of ours, or one hundreds of times, or is of RULES: not run with sanitizers, too")
    config.addinivalue_line("markers", "timeless: the same at any hour of any day: not run at other moments, too")


def pytest_addoption(parser):
    parser.addoption("--every", type=int, default=1, metavar="N", help="of a test with many values, only every N-th")


@pytest.hookimpl(tryfirst=True)  # before -m is looked at
def pytest_collection_modifyitems(config, items):
    """What differs between the values of a test is data: with sanitizers some of them take the same way through the code."""
    for item in items:
        if item.path.stem in RULES:
            item.add_marker("once")
    every, seen, kept, dropped = config.getoption("every"), {}, [], []
    for item in items:
        name = item.nodeid.partition("[")[0]
        (dropped if seen.setdefault(name, 0) % every else kept).append(item)
        seen[name] += 1
    items[:] = kept
    config.hook.pytest_deselected(items=dropped)


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def smtp(tmp_path, authority):
    with SmtpServer(tmp_path / "mail", authority, user=USER, password=PASSWORD) as server:
        yield server


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A desk for tests that change nothing."""
    with Desk(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


@pytest.fixture
def desk(tmp_path):
    with Desk(tmp_path) as desk:
        yield desk


@pytest.fixture
def as_nobody():
    """Runs reminderctl as the user nobody, from a place where he may read it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        program = Path(shutil.copy(block.REMINDERCTL, folder))

        def run(*words, program=program, **variables):
            return subprocess.run([program, *words], capture_output=True, text=True, user=65534, group=65534,
                                  extra_groups=[], cwd="/", env=block.environment(**variables))  # fmt: skip

        yield run
