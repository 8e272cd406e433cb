"""What people read is in their language, whoever said it; what programs read and what is kept is English."""

import re
import shutil
import subprocess

import pytest

import block
from block import REMINDERD, ROOT, run
from desk import AGENCY, TODAY, ahead
from malformed import malformed_trees

pytestmark = pytest.mark.skipif(not shutil.which("msgfmt"), reason="gettext is not installed")

SCRIPTS = [*(ROOT / "scripts" / name for name in ("import-agencies", "import-plan", "new-year")),
           *sorted((ROOT / "scripts/importing").glob("*.py"))]  # fmt: skip
CATALOGUE = ROOT / "conf/po/vi.po"
# The functions that take a format which somebody will read, and the place of it.
KEYWORDS = ("_ N_ ngettext:1,2 C_:1c,2 report_error:4 report_warning:4 setting_error:3 setting_warning:3 scan_refuse:3 "
            "decision_says:3 troubles_begin:5 add_problem:2 refuse:2 fail:2 sd_bus_error_setf:3 sd_bus_error_set:3 "
            "sd_bus_reply_method_errorf:3").split()  # fmt: skip
NONE = dict.fromkeys(("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"), "")


@pytest.fixture(scope="module")
def vietnamese(tmp_path_factory):
    """The environment of somebody who reads Vietnamese."""
    folder = tmp_path_factory.mktemp("locale")
    (folder / "vi/LC_MESSAGES").mkdir(parents=True)
    compiled = run("msgfmt", "--check", "-o", folder / "vi/LC_MESSAGES/reminderctl.mo", CATALOGUE)
    assert compiled.returncode == 0, compiled.stderr
    return NONE | {"LANG": "vi_VN.UTF-8", "TEXTDOMAINDIR": str(folder)}


@pytest.fixture(scope="module")
def english(vietnamese):
    return vietnamese | {"LANG": "C"}


@pytest.mark.timeless
def test_the_catalogue_is_whole(tmp_path):
    """With the same directives in each translation, which msgfmt --check sees to."""
    sources = sorted((ROOT / "daemon").glob("**/*.[ch]"))
    keywords = [f"-k{one}" for one in KEYWORDS]
    run("xgettext", "-k", *keywords, "--from-code=UTF-8", "-o", tmp_path / "all.pot", *sources)
    run("xgettext", "-j", "-L", "Python", "--from-code=UTF-8", "-o", tmp_path / "all.pot", *SCRIPTS)
    compared = run("msgcmp", CATALOGUE, tmp_path / "all.pot")
    assert compared.returncode == 0, compared.stderr


def words_of(file, table):
    """The words of a table of names in C."""
    body = re.search(rf"{table}.*?= \{{(.*?)\n\s*\}};", (ROOT / "daemon" / file).read_text(), re.S)[1]
    return re.findall(r'\[\w+\] = \{?"([^"]+)"', body)


def cancellations():
    """Why what was queued is not sent any more: the last argument of the calls that cancel it."""
    sources = "".join(path.read_text() for path in (ROOT / "daemon").glob("*/*.c"))
    calls = re.findall(r"store_cancel_notices\(([^;]*?)\);", sources)
    found = {word for call in calls for word in re.findall(r'"([^"]+)"', call)}
    assert len(found) > 3
    return found


@pytest.mark.timeless
def test_every_word_of_a_closed_set_has_its_translation():
    text = CATALOGUE.read_text(encoding="utf-8")
    known = set(re.findall(r'^msgctxt "(\w+)"\nmsgid "([^"]+)"$', text, re.M))
    sets = (
        ("state", "core/obligation.c", "state_names"), ("state", "core/delivery.c", "names"),
        ("state", "core/notice.c", "names"), ("kind", "core/kind.c", "kinds"),
    )  # fmt: skip
    for context, file, table in sets:
        words = words_of(file, table)
        assert len(words) > 3
        assert {(context, word) for word in words} <= known, f"{context}s of {file}"
    verdicts = {"superseded", "too old", "past due", "snoozed"}
    reasons = verdicts | set(re.findall(r'fails\([^"]*"([^"]+)"\)', (ROOT / "daemon/core/truth.c").read_text()))
    assert {("why", word) for word in reasons | cancellations()} <= known


@pytest.mark.timeless
def test_the_language_is_what_is_asked_for(shared, vietnamese):
    """Whether or not its locale is installed; vi_NO is of no system."""
    for asked, translated in (
        ({"LANG": "C.UTF-8", "LANGUAGE": "vi"}, True), ({"LC_ALL": "C.utf8", "LANGUAGE": "vi:en"}, True),
        ({"LANG": "vi_VN.UTF-8"}, True), ({"LANG": "vi_NO.UTF-8"}, True), ({"LANG": "C", "LC_MESSAGES": "vi_VN"}, True),
        ({"LANG": "vi_VN.UTF-8", "LANGUAGE": "en"}, False), ({"LANG": "vi_VN.UTF-8", "LC_ALL": "C"}, False),
        ({"LC_ALL": "C", "LANGUAGE": "vi"}, False), ({"LANG": "C.UTF-8"}, False), ({"LANG": "xx_YY"}, False), ({}, False),
    ):  # fmt: skip
        environment = vietnamese | NONE | asked
        assert ("LỆNH" in shared.ctl("--help", **environment).stdout) == translated, asked
        assert ("TỆP" in run(REMINDERD, "--help", **environment).stdout) == translated, asked


@pytest.mark.timeless
@pytest.mark.once
def test_every_finding_is_translated(tmp_path, vietnamese, english):
    """Of configurations that are wrong in so many ways."""
    for tree in malformed_trees(tmp_path, count=60, seed=7):
        said = run(REMINDERD, "--config", tree.conf, "--check", **english).stdout.splitlines()
        read = run(REMINDERD, "--config", tree.conf, "--check", **vietnamese).stdout.splitlines()
        assert len(said) == len(read)
        for one, other in zip(said, read):
            place = re.match(r"\S+?(:\d+)?: ", one)[0]
            assert other.startswith(place)
            words = re.sub(r'"[^"]*"', "", other[len(place):])
            assert not re.search(r"\b(the|is|has|expected|found|warning)\b", words), f"{one}\n{other}"


def test_refusals_and_tables(desk, vietnamese, english):
    until = ahead(3)
    assert desk.ctl("done", "bao-cao", "--agency", AGENCY, "--note", "đến hạn: is open").returncode == 0
    assert desk.ctl("snooze", "bao-cao", "--agency", "vp-ubnd", "--until", until, "--reason", "until: done").returncode == 0
    day = TODAY.strftime("%d/%m/%Y")
    for words, status, said, read in (
        (["done", "bao-cao", "--agency", AGENCY], 1, "it is finished", "việc đã xong"),
        (["done", "qua-han", "--agency", AGENCY, "--on", "tomorrow"], 1, f"still to come: today is {TODAY}",
         f"chưa đến: hôm nay là {day}"),
        (["done", "kiem-tra"], 2, "several agencies", "nhiều cơ quan"),
        (["done", "bao-caoo"], 3, 'no item "bao-caoo"; did you mean bao-cao?',
         'không có nhiệm vụ "bao-caoo"; có phải ý là bao-cao?'),
        (["show", "bao-cao", "--agency", "xyz-abc"], 3, "agencies.conf names them", "agencies.conf liệt kê các cơ quan"),
        (["snooze", "bao-cao", "--agency", "so-noi-vu", "--until", ahead(60), "--reason", "x"], 1, "may last until 20",
         "chỉ tạm hoãn được đến "),
        (["snooze", "bao-cao", "--for", "x", "--reason", "x"], 2, "that is no date", "đó không phải ngày"),
        (["unsnooze", "qua-han", "--agency", AGENCY], 1, "is not snoozed", "không bị tạm hoãn"),
        (["reopen", "bao-cao", "--agency", "so-noi-vu", "--reason", "x"], 1, "it is open", "việc đang mở"),
        (["waive", "bao-cao", "--agency", AGENCY, "--reason", "a\nb"], 2, "a reason of 1 to", "cần lý do dài từ 1"),
        (["urge", "bao-cao"], 1, "none of the ", "không việc nào trong "),
        (["clear-date", "kiem-tra"], 1, "nobody has fixed a date", "chưa ai ấn định ngày"),
        (["set-date", "kiem-tra", "1999-01-01"], 1, "outside the plan's year", "ngoài năm của kế hoạch"),
        (["retry", "0" * 32], 3, "no delivery", "không có thư"), (["drop", "x"], 3, "no such delivery", "không có thư này"),
        (["acknowledge", "0" * 32], 3, "no delivery", "không có thư"),
        (["test", "nobody"], 3, 'no agency "nobody"', 'không có cơ quan "nobody"'),
        (["list", "--state", "x"], 2, "no such state", "không có trạng thái này"),
        (["show", "x"], 3, "reminderctl list shows them", "reminderctl list liệt kê"),
    ):  # fmt: skip
        for environment, expected, other in ((english, said, read), (vietnamese, read, said)):
            result = desk.ctl(*words, **environment)
            assert result.returncode == status, result
            assert expected in result.stderr and other not in result.stderr

    due = "/".join(reversed(ahead(20).split("-")))
    listed = desk.ctl("list", **vietnamese).stdout
    assert due in listed and ahead(20) not in listed
    for word in ("quá hạn", "chưa đến hạn", "tạm hoãn", "xong", "dự kiến", "chưa có ngày"):
        assert word in listed
    log = desk.ctl("log", **vietnamese).stdout
    assert f"ngày {day}: đến hạn: is open" in log  # what somebody typed is left alone
    assert f"đến {'/'.join(reversed(until.split('-')))}: until: done" in log
    assert "hoàn thành (từ chối)" in log and "việc đã xong" in log and "refused" not in log
    shown = desk.ctl("show", "bao-cao", "--agency", "so-noi-vu", **vietnamese).stdout
    assert f"trước 7 ngày (hạn {due})" in shown and "nhắc việc" in shown
    assert f"7d@{ahead(20)}" in desk.ctl("show", "bao-cao", "--agency", "so-noi-vu", **english).stdout
    assert due in desk.ctl("list", "--matrix", **vietnamese).stdout

    # What programs read, and what is typed.
    for words in (["list"], ["log"], ["show", "bao-cao"], ["deliveries"]):
        assert desk.ctl(*words, "--json", **vietnamese).stdout == desk.ctl(*words, "--json", **english).stdout
    assert desk.ctl("list", "--state", "overdue", **vietnamese).stdout.count("  quá hạn  ") == 3


def test_two_languages_at_once(shared, vietnamese, english):
    """The daemon keeps no client's language, and gives nobody the other's."""
    words = [block.REMINDERCTL, "--bus", "session", "done", "nope"]
    for _ in range(5):
        running = [
            subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=block.environment(**shared.bus.environment, **one))
            for one in (english, vietnamese) * 2
        ]
        said = [process.communicate()[1] for process in running]
        assert ['no item "nope"' in one for one in said] == [True, False] * 2
        assert ['không có nhiệm vụ "nope"' in one for one in said] == [False, True] * 2


def test_troubles_and_reload(desk, vietnamese):
    plan = next(desk.block.conf.glob("plans.d/*.conf"))
    plan.write_text(plan.read_text().replace('title = "Kế hoạch thử"', 'titel = "Kế hoạch thử"'))
    reloaded = desk.ctl("reload", **vietnamese)
    assert reloaded.returncode == 1
    assert 'không có khóa "titel"; khóa gần nhất là "title"' in reloaded.stderr
    assert "! " in (status := desk.ctl("status", **vietnamese).stdout)
    assert "Lần đọc lại cấu hình gần nhất bị từ chối" in status
    plan.write_text(plan.read_text().replace("titel", "title").replace(ahead(20), ahead(21)))
    days = ["/".join(reversed(ahead(n).split("-"))) for n in (20, 21)]
    assert f", {days[0]} → {days[1]}: " in desk.ctl("reload", **vietnamese).stdout


def test_the_service_is_english(tmp_path, vietnamese):
    """Its log, that is, whatever the language of the system that starts it."""
    conf = tmp_path / "reminderd.conf"
    conf.write_text('timezone = "Nowhere";\n')
    started = run(REMINDERD, "--config", conf, "--bus", "none", "--state", tmp_path / "state", **vietnamese)
    assert started.returncode == 1
    assert "is not in the time zone database" in started.stderr and "not started: mend" in started.stderr


@pytest.mark.timeless
@pytest.mark.once
def test_scripts(tmp_path, vietnamese, english):
    table, plan = tmp_path / "co-quan.csv", tmp_path / "plan.conf"
    table.write_text("tên,thư điện tử,fax\nSở Tư pháp,a@b@c,1\n")
    plan.write_text("plan = { };\n")
    importer, _drafter, new_year = SCRIPTS[:3]
    for words, said, read in (
        ([importer, table], '"a@b@c" is not an e-mail address', '"a@b@c" không phải địa chỉ thư điện tử'),
        ([importer, table], 'unknown column "fax", not used', 'cột không rõ "fax", không dùng'),
        ([new_year, plan], "no plan with", "không có kế hoạch với"),
    ):
        for environment, expected, other in ((english, said, read), (vietnamese, read, said)):
            result = run(*words, **environment)
            assert result.returncode == 1 and expected in result.stderr and other not in result.stderr
    for words, said, read in (([importer], "are required: table", "thiếu đối số: table"),
                              ([new_year, plan, "--year", "x"], "invalid int value", "không đúng kiểu int")):  # fmt: skip
        assert said in run(*words, **english).stderr
        assert read in run(*words, **vietnamese).stderr
    for program, read in ((importer, "Lập agencies.conf từ bảng"), (new_year, "Lập khung kế hoạch")):
        assert read in run(program, "--help", **vietnamese).stdout
        assert read not in run(program, "--help", **vietnamese | {"LC_ALL": "C"}).stdout
