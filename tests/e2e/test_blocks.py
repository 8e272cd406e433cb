"""Several blocks on one machine: each its own daemon, one reminderctl for all."""

import contextlib
import json
import subprocess

import pytest

import openmetrics
from block import REMINDERCTL, REMINDERD, ROOT, Block, Bus, plan, run
from desk import AGENCY, YEAR, ahead

NAMES = ["khoi-tmth", "khoi-van-hoa", "2-khoi"]  # a name on the bus may not begin with a digit


def items(name):
    return f'{{ id = "viec"; title = "Việc của {name}"; due = "{ahead(20)}"; for = ["members"]; }}'


class Machine:
    """Blocks that run on one bus; "" is the one without a name."""

    def __init__(self, folder, bus, stack):
        self.folder, self.bus, self.stack = folder, bus, stack
        self.blocks, self.daemons = {}, {}

    def add(self, name, **settings):
        (self.folder / name).mkdir(exist_ok=True)
        block = self.blocks[name] = Block(self.folder / (name or "single"), plan(items(name), year=YEAR), **settings)
        self.start(name)
        return block

    def start(self, name):
        environment = {**self.bus.environment, "REMINDERD_BLOCK": name}
        self.daemons[name] = self.stack.enter_context(self.blocks[name].start(bus="session", environment=environment))

    def ctl(self, *words, **more):
        return self.bus.ctl(*words, **more)

    def json(self, *words):
        result = self.ctl(*words, "--json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)


@pytest.fixture
def machine(tmp_path):
    with Bus() as bus, contextlib.ExitStack() as stack:
        machine = Machine(tmp_path, bus, stack)
        for name in NAMES:
            machine.add(name)
        yield machine


def titles(rows):
    return {row["title"] for row in rows}


def test_each_answers_for_itself(machine):
    for name in NAMES:
        assert titles(machine.json("--block", name, "list")) == {f"Việc của {name}"}
        assert titles(json.loads(machine.ctl("list", "--json", REMINDERD_BLOCK=name).stdout)) == {f"Việc của {name}"}
    done = machine.ctl("--block", NAMES[0], "done", "viec", "--agency", AGENCY)
    assert done.returncode == 0, done.stderr
    states = {name: {row["state"] for row in machine.json("--block", name, "list", "--agency", AGENCY)} for name in NAMES}
    assert states == {NAMES[0]: {"done"}, NAMES[1]: {"pending"}, NAMES[2]: {"pending"}}


def test_all_are_asked_at_once(machine):
    rows = machine.json("--block", "*", "list")
    assert {(row["block"], row["title"]) for row in rows} == {(name, f"Việc của {name}") for name in NAMES}
    assert [status["block"] for status in machine.json("--block", "*", "status")] == sorted(NAMES)
    assert machine.json("--block", "*", "claims") == []
    shown = machine.ctl("--block", "*", "list").stdout
    assert [line for line in shown.splitlines() if line.startswith("==")] == [f"== {name} ==" for name in sorted(NAMES)]
    alone = machine.json("--block", NAMES[0], "list")
    assert all("block" not in row for row in alone)


def test_metrics_are_one_text(machine, tmp_path):
    text = machine.ctl("--block", "*", "metrics").stdout
    families = openmetrics.read(text)
    alone = openmetrics.read(machine.ctl("--block", NAMES[0], "metrics").stdout)
    assert families.keys() == alone.keys()
    for name, family in alone.items():
        for labels, value in family.samples.items():
            found = {dict(there)["block"] for there in families[name].samples if set(labels) <= set(there)}
            assert found == set(NAMES), (name, labels)
    assert machine.ctl("--block", "*", "metrics", "-o", tmp_path / "all.prom").returncode == 0
    assert f'block="{NAMES[1]}"' in (tmp_path / "all.prom").read_text(encoding="utf-8")


def test_one_without_a_name_stands_beside_them(machine):
    machine.add("")
    assert titles(machine.json("list")) == {"Việc của "}
    assert {row["block"] for row in machine.json("--block", "*", "list")} == {"", *NAMES}
    assert "== org.reminderd1 ==" in machine.ctl("--block", "*", "status").stdout


def test_a_name_that_is_not_there(machine):
    wrong = machine.ctl("--block", "khoi-tmtn", "list")
    assert wrong.returncode == 4 and "perhaps khoi-tmth" in wrong.stderr
    far = machine.ctl("--block", "zzzzzzzzzzzz", "list")
    assert far.returncode == 4 and "systemctl status reminderd@zzzzzzzzzzzz" in far.stderr
    assert machine.ctl("list").returncode == 4, "none is without a name"


def test_who_was_killed_leaves_the_others_alone(machine):
    before = machine.json("--block", NAMES[1], "list")
    machine.daemons[NAMES[0]].kill()
    assert machine.json("--block", NAMES[1], "list") == before
    assert {row["block"] for row in machine.json("--block", "*", "list")} == set(NAMES) - {NAMES[0]}


def test_a_broken_plan_is_its_own(machine):
    machine.blocks[NAMES[0]].write_plan("plan = { id = ")
    assert machine.ctl("--block", NAMES[0], "reload").returncode == 1
    for name in NAMES[1:]:
        assert machine.ctl("--block", name, "reload").returncode == 0


@pytest.mark.parametrize("words, answer", [
    (["--block", "*", "done", "viec", "--all"], "done is for one block"),
    (["--block", "*", "snooze", "viec", "--for", "1d", "--reason", "x"], "snooze is for one block"),
    (["--block", "Khối", "list"], "a block's name is made of"),
    (["--block", "../etc", "list"], "a block's name is made of"),
    (["--block", "a", "--block", "b", "list"], "--block stands twice"),
])  # fmt: skip
def test_wrong_usage(words, answer):
    with Bus() as bus:
        result = bus.ctl(*words)
    assert result.returncode == 2 and answer in result.stderr


def test_nothing_runs():
    with Bus() as bus:
        result = bus.ctl("--block", "*", "status")
    assert result.returncode == 4 and "no block runs" in result.stderr


def test_one_name_is_had_once(machine, tmp_path):
    twin = Block(tmp_path / "twin", plan(items("x"), year=YEAR))
    environment = {**machine.bus.environment, "REMINDERD_BLOCK": NAMES[0]}
    with pytest.raises(AssertionError, match="another reminderd runs"), twin.start(bus="session", environment=environment):
        pass
    assert titles(machine.json("--block", NAMES[0], "list")) == {f"Việc của {NAMES[0]}"}


def test_the_daemon_says_where_it_looks():
    result = run(REMINDERD, "--block", "khong-co", "--check")
    assert result.returncode == 1 and "/reminderd/blocks/khong-co/reminderd.conf" in result.stdout + result.stderr
    assert run(REMINDERD, "--block", "Khối", "--check").returncode == 2


def test_a_secret_of_the_block_goes_before_that_of_all(tmp_path):
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    mail = {"url": "smtp://mail.khoi.example:587", "tls": "required", "username": "a", "password_credential": "smtp-password",
            "from": "Khối <nhac@khoi.example>"}  # fmt: skip
    block = Block(tmp_path / "with-mail", plan(items("x"), year=YEAR), mail=mail)

    def check():
        return run(REMINDERD, "--block", "khoi-a", "--config", block.path, "--check", CREDENTIALS_DIRECTORY=str(credentials))

    assert "smtp-password" in check().stdout
    (credentials / "smtp-password").write_text("chung", encoding="utf-8")
    assert check().returncode == 0
    (credentials / "khoi-a.smtp-password").write_text("", encoding="utf-8")
    assert check().returncode == 1, "it is empty, and it is the block's own that counts"


def test_completion(machine):
    def offered(*words):
        return run(REMINDERCTL, "complete", "--bus", "session", *words, **machine.bus.environment).stdout.split()

    assert set(NAMES) <= set(offered("--block", ""))
    assert "viec" in offered("--block", NAMES[0], "show", "")


# ---- a new one -------------------------------------------------------------------------------------------------------


def new_block(*words):
    return subprocess.run([ROOT / "scripts/new-block", *words], capture_output=True, text=True, check=False)


def test_a_new_block_is_in_order_but_for_its_password(tmp_path):
    (tmp_path / "blocks").mkdir()
    for name in ("calendar.d", "templates"):
        (tmp_path / name).symlink_to(ROOT / "conf" / name)
    made = new_block("khoi-a", "--into", tmp_path / "blocks")
    assert made.returncode == 0 and "reminderctl --block khoi-a status" in made.stdout
    checked = run(REMINDERD, "--config", tmp_path / "blocks/khoi-a/reminderd.conf", "--check", "--no-secrets")
    assert "error" not in checked.stdout.lower() or checked.returncode == 0, checked.stdout
    again = new_block("khoi-a", "--into", tmp_path / "blocks")
    assert again.returncode == 1 and "is there already" in again.stderr
    assert sorted(path.name for path in (tmp_path / "blocks").iterdir()) == ["khoi-a"]


@pytest.mark.parametrize("words", [[], ["Khối"], ["-a"], ["a/b"], ["a", "b"], ["a", "--into"], ["x" * 64]])
def test_no_new_block(tmp_path, words):
    result = new_block(*words, *([] if "--into" in words else ["--into", tmp_path]))
    assert result.returncode == 2 and result.stderr.startswith("new-block: ")
    assert list(tmp_path.iterdir()) == []
