"""The file of a password or a webhook's secret: whose it is, who else may read it, what it is and how large."""

import os
import re

import pytest

from block import MAIL, REMINDERD, Block, plan, run
from strangers import OUTSIDER, needs_root

BYTES = b"mot-bi-mat-du-dai-cho-moi-viec"
MAX = 4096
PLAN = plan('{ id = "a"; title = "Việc"; due = "2024-05-06"; }')


def of_another(path):
    path.write_bytes(BYTES)
    os.chown(path, OUTSIDER, -1)
    path.chmod(0o600)


def of(data, mode=0o600):
    def make(path):
        path.write_bytes(data)
        path.chmod(mode)

    return make


def link_to(make):
    def link(path):
        make(path.with_name("behind"))
        path.symlink_to("behind")

    return link


CASES = {
    "its own": (of(BYTES), None),
    "read only": (of(BYTES, 0o400), None),
    "as large as may be": (of(b"x" * MAX), None),
    "with a line's end": (of(BYTES + b"\n"), None),
    "link to its own": (link_to(of(BYTES)), None),
    "of another": (of_another, "belongs to neither root nor the user"),
    "link to that of another": (link_to(of_another), "belongs to neither root nor the user"),
    "link to an open one": (link_to(of(BYTES, 0o644)), "mode 0644"),
    "link to nothing": (lambda path: path.symlink_to("behind"), "does not exist"),
    "link to itself": (lambda path: path.symlink_to(path), "in a circle"),
    "folder": (lambda path: path.mkdir(0o700), "is a folder"),
    "pipe": (lambda path: os.mkfifo(path, 0o600), "is not a regular file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "is not a regular file"),
    "empty": (of(b""), "is empty"),
    "only line ends": (of(b"\r\n\n"), "is empty"),
    "too large": (of(b"x" * (MAX + 1)), "is too large"),
    "missing": (lambda path: None, "does not exist"),
    **{f"mode {1 << bit:04o}": (of(BYTES, 0o600 | 1 << bit), f"mode {0o600 | 1 << bit:04o}") for bit in range(7)},
}
OF_ANOTHER = {"of another", "link to that of another"}
PLACES = ("password_file", "secret_file")


def write(folder, place, name):
    mail, hook = dict(MAIL), {"id": "gateway", "url": "https://chat.laocai.example/hook"}
    if place.startswith("password"):
        mail.update({"tls": "required", "username": "nhacviec", place: name})
    else:
        hook[place] = name
    return Block(folder, PLAN, mail=mail, webhooks=(hook,) if place.startswith("secret") else None)


def assert_found(result, place, words):
    assert result.returncode == (0 if words is None else 1), result.stdout
    findings = re.findall(r"reminderd\.conf:\d+: (?!warning: ).*", result.stdout)
    assert len(findings) == (words is not None), result.stdout
    assert all(words in line and place in line for line in findings), result.stdout
    assert BYTES.decode() not in result.stdout + result.stderr


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=needs_root if case in OF_ANOTHER else ()) for case in CASES]
)  # fmt: skip
def test_a_secret_in_a_file(tmp_path, place, case):
    make, words = CASES[case]
    block = write(tmp_path, place, "the-secret")
    make(block.conf / "the-secret")
    assert_found(block.check(), place, words)


# systemd sees to whose they are and who may read them.
@pytest.mark.parametrize(
    ("make", "words"),
    [(of(BYTES), None), (of(BYTES, 0o440), None), (of(b""), "is empty"), (of(b"x" * (MAX + 1)), "is too large"),
     (lambda path: None, "missing credential")],
    ids=["good", "group", "empty", "too large", "missing"],
)  # fmt: skip
@pytest.mark.parametrize("place", ["password_credential", "secret_credential"])
def test_a_credential(tmp_path, place, make, words):
    block = write(tmp_path, place, "the-secret")
    make(tmp_path / "the-secret")
    result = run(REMINDERD, "--config", block.path, "--check", CREDENTIALS_DIRECTORY=str(tmp_path))
    assert_found(result, "credential" if words == "missing credential" else place, words)


@pytest.mark.parametrize("place", PLACES)
def test_a_check_that_opens_no_secret(tmp_path, place):
    """Where there is none, as in a repository; what else is wrong is found all the same."""
    block = write(tmp_path, place, "the-secret")
    assert block.check().returncode == 1
    assert_found(block.run("--check", "--no-secrets"), place, None)
    (block.conf / "plans.d/plan.conf").write_text(PLAN.replace("due", "duo"))
    assert block.run("--check", "--no-secrets").returncode == 1
    alone = block.run("--no-secrets")
    assert alone.returncode == 2 and "goes with --check" in alone.stderr


@needs_root
def test_a_secret_of_another_does_not_start(tmp_path):
    """Not only --check looks: the daemon that would send with it does not come up."""
    block = write(tmp_path, "password_file", "the-secret")
    of_another(block.conf / "the-secret")
    result = block.run("--state", tmp_path / "state", "--bus", "none")
    assert result.returncode == 1 and "belongs to neither root" in result.stderr
