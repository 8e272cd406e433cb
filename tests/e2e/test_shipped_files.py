"""What is shipped works: the sample configuration, the templates for a new year, the installation."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")  # an absolute path stays what it is


def check(conf):
    return subprocess.run(
        [BUILD / "reminderd", "--config", conf / "reminderd.conf", "--check"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.fixture
def conf(tmp_path):
    return shutil.copytree(ROOT / "conf", tmp_path / "conf")


def fill_in(conf, template, target, *replacements):
    text = (conf / "examples" / template).read_text(encoding="utf-8")
    for old, new in (("NAM", "2027"), *replacements):
        assert old in text
        text = text.replace(old, new)
    (conf / target).write_text(text, encoding="utf-8")


def test_the_sample_configuration_is_sound():
    result = check(ROOT / "conf")
    assert (result.returncode, result.stderr) == (0, "")
    assert "warning" not in result.stdout


def test_the_plan_template_wants_a_head(conf):
    fill_in(conf, "tdkt-NAM.conf.mau", "plans.d/tdkt-2027.conf")
    result = check(conf)
    assert result.returncode == 1
    for id in ("DIEN-MA-TRUONG-KHOI", "DIEN-MA-PHO-TRUONG-KHOI"):
        assert re.search(rf"tdkt-2027\.conf:\d+: .*{id}", result.stdout)


def test_the_plan_template_is_sound_once_filled_in(conf):
    fill_in(
        conf, "tdkt-NAM.conf.mau", "plans.d/tdkt-2027.conf",
        ("DIEN-MA-TRUONG-KHOI", "so-noi-vu"), ("DIEN-MA-PHO-TRUONG-KHOI", "so-tu-phap"),
    )  # fmt: skip
    result = check(conf)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_calendar_template_wants_its_days(conf):
    fill_in(conf, "calendar-NAM.conf.mau", "calendar.d/2027.conf")
    result = check(conf)
    assert result.returncode == 1
    lines = (conf / "calendar.d/2027.conf").read_text(encoding="utf-8").splitlines()
    blank = {number for number, line in enumerate(lines, 1) if '-xx"' in line}
    assert len(blank) == 8
    said = {int(line) for line in re.findall(r"calendar\.d/2027\.conf:(\d+): (?!warning)", result.stdout)}
    assert said == blank


@pytest.fixture
def install(tmp_path):
    """Installs below tmp_path/root and returns that folder."""
    built = tmp_path / "built"
    subprocess.run(["make", "-s", "-C", ROOT, f"BUILD={built}", "man", "locale"], check=True, capture_output=True)
    for program in ("reminderd", "reminderctl", "reminder-mail"):
        (built / program).symlink_to(BUILD / program)
    root = tmp_path / "root"
    environment = os.environ | {"DESTDIR": str(root), "PREFIX": "/usr", "SYSCONFDIR": "/etc", "BUILD": str(built)}

    def run():
        return subprocess.run([ROOT / "scripts/install"], env=environment, check=True, capture_output=True, text=True)

    return root, run


def test_an_installation_is_complete(install):
    root, run = install
    run()
    for file in ("sbin/reminderd", "sbin/reminder-mail", "bin/reminderctl", "share/man/man8/reminderd.8",
                 "share/man/man8/reminder-mail.8", "share/man/man1/reminderctl.1", "share/man/man5/reminderd.conf.5",
                 "share/man/man5/reminder-plan.5", "share/man/vi/man1/reminderctl.1", "share/man/vi/man5/reminder-plan.5"):  # fmt: skip
        assert (root / "usr" / file).stat().st_size > 0
    assert check(root / "etc/reminderd").returncode == 0
    vietnamese = os.environ | {"LANGUAGE": "vi", "LC_ALL": "C.UTF-8"}
    vietnamese.pop("TEXTDOMAINDIR", None)
    words = subprocess.run([root / "usr/bin/reminderctl", "--help"], env=vietnamese, capture_output=True, text=True)
    assert "LỆNH" in words.stdout  # the catalogue is found beside the program


@pytest.mark.parametrize("unit", ["reminderd.service", "reminder-mail.service"])
def test_how_much_a_service_can_reach(tmp_path, unit):
    """As systemd rates its sandbox, from 0 (nothing) to 10."""
    text = (ROOT / "units" / unit).read_text(encoding="utf-8")
    (tmp_path / unit).write_text(text.replace("@PREFIX@", "/usr"), encoding="utf-8")
    command = ["systemd-analyze", "security", "--no-pager", "--offline=yes", "--threshold=11", tmp_path / unit]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and "exposure level" in done.stdout, done.stdout[-2000:] + done.stderr


def test_a_second_installation_respects_what_was_edited_and_removed(install):
    root, run = install
    run()
    conf = root / "etc/reminderd"
    (conf / "agencies.conf").write_text("# mine\n", encoding="utf-8")
    (conf / "plans.d/tdkt-2024.conf").unlink()
    # As an older version shipped it, and nobody edited it:
    for old in (conf / "calendar.d/2024.conf", root / "usr/share/reminderd/conf/calendar.d/2024.conf"):
        old.write_text("# old\n", encoding="utf-8")
    assert "/etc/reminderd/agencies.conf was edited" in run().stdout
    assert (conf / "agencies.conf").read_text(encoding="utf-8") == "# mine\n"
    assert not (conf / "plans.d/tdkt-2024.conf").exists()
    assert (conf / "calendar.d/2024.conf").read_bytes() == (ROOT / "conf/calendar.d/2024.conf").read_bytes()
