"""Every example of the manual pages, and of the comments in what is shipped, as it stands there: what is written into a file
is accepted, and what is typed does what it says. The guide and the README have tests of their own.
"""

import os
import re
import shlex
import shutil
import subprocess

import pytest

from block import REMINDERCTL, REMINDERD, ROOT, Block, Bus, plan, run
from rehearsal import Rehearsal
from test_manual import TABLES

pytestmark = pytest.mark.once

PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "daemon/man").glob("*.scd"))}
SHIPPED = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for folder in ("conf", "units")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file() and path.suffix not in (".po", ".html", ".txt") and "completion" not in path.parts
}
PLANS = ("conf/plans.d/tdkt-2024.conf", "conf/examples/tdkt-NAM.conf.mau")
YEAR = 2027  # of examples that leave it open


def blocks(page):
    """The literal blocks of a manual page."""
    parts = re.split(r"^\t*```\n", PAGES[page], flags=re.MULTILINE)
    return [block.replace("\\\\\n", "\\\n") for block in parts[1::2]]


def comments(text):
    """Its lines that are comments, or end in one, without the sign."""
    return [line.partition("#")[2].strip() for line in text.split("\n") if re.match(r"\s*#", line)]


def accepted(folder, text, year=YEAR, name="plan.conf"):
    block = Block(folder, plan('{ id = "a"; title = "Việc"; due = "%d-06-14"; }' % year, year=year),
                  policies={name: {"before": ["1d"], "at": "08:00"} for name in ("plain", "report")})  # fmt: skip
    block.write(name, text)
    checked = block.check()
    assert checked.returncode == 0, f"{text}\n{checked.stdout}{checked.stderr}"


# ---- whole files, and items ------------------------------------------------------------------------------------------

FILES = {"plan = {": "plans.d/plan.conf", "agencies = (": "agencies.conf", "year = ": "calendar.d/2024.conf"}
WRITTEN = [(page, block) for page in PAGES if ".5." in page for block in blocks(page)]


def test_the_blocks_were_found():
    assert len(WRITTEN) >= 4 and len(blocks("reminderctl.1.scd")) >= 8


@pytest.mark.parametrize(("page", "block"), WRITTEN, ids=lambda value: value.split("\n")[0][:30])
def test_what_a_manual_writes_is_accepted(tmp_path, page, block):
    if block.startswith("{"):
        return accepted(tmp_path, plan(block, year=YEAR), name="plans.d/plan.conf")
    (file,) = (file for start, file in FILES.items() if block.startswith(start))
    if file == "agencies.conf":  # one member is missing there
        block = block.replace("agencies = (", 'agencies = (\n  { id = "so-noi-vu"; name = "Sở Nội vụ"; emails = ["a@b.example"]; },\n'
                              '  { id = "so-tu-phap"; name = "Sở Tư pháp"; emails = ["c@b.example"]; },')  # fmt: skip
    accepted(tmp_path, block, year=2024, name=file)


# ---- single settings -------------------------------------------------------------------------------------------------

VALUE = r'(?:"[^"\n]*"|\[[^\]\n]*\]|\( *\{[^)\n]*\)|\{[^}\n]*\}|true|false|\d+)'
SETTING = re.compile(rf"(?<![\w\"])([a-z_]+) = ({VALUE})")
SAMPLES = [
    ('"FREQ=MONTHLY;..."', '"FREQ=MONTHLY;BYMONTHDAY=5"'), ("https://...", "https://x.example/28"), ('"ngày", "ngày"', '"NAM-06-01", "NAM-06-30"'),
    (", ... )", " )"), (", ...]", "]"), ("mã-1", "so-noi-vu"), ("mã-2", "so-tu-phap"), ('email = "..."', 'email = "a@b.example"'),
    ("...", "Phòng họp"), ("2024", "NAM"), ("NAM", str(YEAR)),
]  # fmt: skip


def settings():
    """(key, value) of what comments in plans and the manual of plans write."""
    texts = ["\n".join(comments(SHIPPED[name])) for name in PLANS]
    texts += re.findall(r"\*([a-z_]+ = [^*\n]+)\*", PAGES["reminder-plan.5.scd"])
    found = {match for text in texts for match in SETTING.findall(text)}
    for old, new in SAMPLES:
        found = {(key, value.replace(old, new)) for key, value in found}
    return sorted(found)


# What only makes sense beside something else.
BESIDE = {
    "tentative": 'due = "2027-06-15";', "time": 'due = "2027-06-15";', "place": 'due = "2027-06-15";', "period": 'repeat = "FREQ=MONTHLY;BYMONTHDAY=5";',
    "period_offset": 'repeat = "FREQ=MONTHLY;BYMONTHDAY=5"; period = "month";', "before": 'repeat = "FREQ=WEEKLY;BYDAY=FR";',
    "overdue": 'due = "2027-06-15";', "wording": 'due = "2027-06-15";', "link": 'basis = "Kế hoạch số 2/KH-UBND"; due = "2027-06-15";',
    "fix_by": 'when = "khi có kế hoạch";', "limit": 'due = "2027-06-15";', "with": 'due = "2027-06-15"; for = ["head"];',
    "event": 'due = "2027-06-15";', "basis": 'due = "2027-06-15";',
}  # fmt: skip


# From whose day another is counted.
OTHER = '{ id = "kiem-tra"; title = "Kiểm tra"; due = "2027-06-15"; }'


@pytest.mark.parametrize(("key", "value"), settings())
def test_what_a_comment_writes_is_accepted(tmp_path, key, value):
    if key in TABLES["item"] and key not in ("basis", "link"):
        return accepted(tmp_path, plan(f'{OTHER}, {{ id = "a"; title = "Việc"; {BESIDE.get(key, "")} {key} = {value}; }}', year=YEAR),
                        name="plans.d/plan.conf")  # fmt: skip
    assert key in TABLES["plan"] or key in TABLES["contact"], key
    text = plan('{ id = "a"; title = "Việc"; due = "2027-06-14"; }', year=YEAR)
    text = re.sub(rf"(?m)\b{key} = [^;]+;", "", text)
    accepted(tmp_path, text.replace("plan = {", f"plan = {{ {key} = {value};"), name="plans.d/plan.conf")


RULES = sorted({rule for text in (*PAGES.values(), *SHIPPED.values()) for rule in re.findall(r"FREQ=[A-Z]+(?:;[A-Z]+=[\w,+-]+)+", text)})


def test_the_settings_were_found():
    assert len(settings()) > 12 and len(RULES) > 6


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_accepted(tmp_path, rule):
    accepted(tmp_path, plan(f'{{ id = "a"; title = "Việc"; repeat = "{rule}"; }}', year=YEAR), name="plans.d/plan.conf")


# ---- what stands behind # in the sample ------------------------------------------------------------------------------

SAMPLE = SHIPPED["conf/reminderd.conf"]
BEHIND = re.findall(rf"(?m)^ *#([a-z_]+ = {VALUE};)", SAMPLE)
WEBHOOK = re.search(r"(?m)^# \{ id = .*(?:\n#   .*)*", SAMPLE)[0]


@pytest.fixture
def office(tmp_path):
    """All that is shipped, as it is installed."""
    shutil.copytree(ROOT / "conf", tmp_path / "conf")
    for name in ("ca.pem", "smtp-password"):
        shutil.copy("/etc/ssl/certs/ca-certificates.crt", tmp_path / "conf" / name)
        (tmp_path / "conf" / name).chmod(0o600)
    return tmp_path / "conf"


def check(conf):
    checked = run(REMINDERD, "--check", "--no-secrets", "--config", str(conf / "reminderd.conf"))
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("setting", BEHIND)
def test_what_the_sample_has_behind_a_sign_is_accepted(office, setting):
    text = SAMPLE.replace("#" + setting, setting)
    assert text != SAMPLE
    if setting.startswith("password"):
        text = text.replace("#username", "username")
    if setting.startswith(("username", "auth")):
        text = text.replace("#username", "username").replace("#password_credential", "password_credential")
    (office / "reminderd.conf").write_text(text, encoding="utf-8")
    check(office)


def test_the_webhook_of_the_sample_is_accepted(office):
    (office / "reminderd.conf").write_text(SAMPLE.replace(WEBHOOK, WEBHOOK.replace("#", "")), encoding="utf-8")
    check(office)


def test_the_successor_of_the_sample_is_accepted(office):
    text = SHIPPED["conf/agencies.conf"]
    (example,) = re.findall(r'# +(successor = "[a-z-]+"; from = "[\d-]+";)', text)
    heir = re.search(r'successor = "([a-z-]+)"', example)[1]
    if f'id = "{heir}"' not in text:
        text = text.replace("agencies = (", f'agencies = ({{ id = "{heir}"; name = "Sở Tài chính"; emails = ["a@b.example"]; }},')
    text = text.replace('id = "so-tu-phap";', f'id = "so-tu-phap"; {example}')
    assert text.count(example) == 2
    (office / "agencies.conf").write_text(text, encoding="utf-8")
    check(office)


# ---- what is typed ---------------------------------------------------------------------------------------------------

OFFICE = """
    { id = "bao-cao-tong-ket"; title = "Báo cáo tổng kết"; due = "2024-12-10"; for = ["members"]; },
    { id = "kiem-tra"; title = "Kiểm tra"; window = ["2024-10-01", "2024-10-31"]; tentative = true; for = ["members"]; },
    { id = "hoi-thao"; title = "Hội thảo"; when = "khi có kế hoạch"; for = ["members"]; }
"""
TYPED = blocks("reminderctl.1.scd")


def running(office, bus, is_kept):
    """In the autumn of the plan's year; but a rehearsal has no database that could be copied."""
    if is_kept:
        return office.start(bus="session", environment=bus.environment)
    return Rehearsal(office, bus, "2024-10-08", "2024-12-31")


@pytest.mark.parametrize("block", TYPED, ids=lambda block: block.split("\n")[0][:40])
def test_what_the_manual_types_is_done(tmp_path, block):
    if "| jq" in block and not shutil.which("jq"):
        pytest.skip("jq is not installed")
    office = Block(tmp_path, plan(OFFICE))
    backup = "/var/backups/reminderd.db"
    block = re.sub(r"(?m)^[\d* ]+root ", "", block).replace(backup, str(tmp_path / "copy.db"))
    with Bus() as bus, running(office, bus, "backup" in block):
        variables = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus.environment["DBUS_SESSION_BUS_ADDRESS"],
                     "PATH": f"{REMINDERCTL.parent}:{os.environ['PATH']}"}  # fmt: skip
        for line in block.replace("\\\n", " ").strip().split("\n"):
            result = subprocess.run(["bash", "-c", line], env=variables, cwd=tmp_path, capture_output=True, text=True)
            assert result.returncode == 0, f"{line}: {result.stderr}"


# ---- commands in passing ---------------------------------------------------------------------------------------------


def mentioned(program):
    """The commands of a program in manuals and comments: what follows its name up to where a sentence goes on."""
    texts = [re.sub(r"[*_\\]+", "", text).replace("\n\t", " ").replace("\n", " ") for text in PAGES.values()]
    texts += ["\n".join(comments(text)) for text in SHIPPED.values()]
    return sorted({match for text in texts for match in re.findall(rf"(?<!-u )\b{program} ((?:--)?[a-z][a-z-]+(?: --[a-z-]+)*)", text)})


VERBS = set(re.findall(r"(?m)^  ([a-z-]+) ", run(REMINDERCTL, "--help").stdout))
COMMANDS = [words for words in mentioned("reminderctl") if words.split()[0] in VERBS]


def test_commands_were_found():
    assert len({words.split()[0] for words in COMMANDS}) > 8
    assert any(words.startswith("--check") for words in mentioned("reminderd"))


@pytest.mark.parametrize("words", COMMANDS)
def test_every_verb_and_option_is_there(words):
    verb, *options = shlex.split(words)
    told = run(REMINDERCTL, verb, "--help").stdout
    assert [option for option in options if option not in told] == []


def test_every_option_of_the_daemon_is_there():
    told = run(REMINDERD, "--help").stdout
    options = {option for words in mentioned("reminderd") for option in words.split() if option.startswith("--")}
    assert [option for option in sorted(options) if option not in told] == []
