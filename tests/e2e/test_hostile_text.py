"""Text that means harm, in names, titles, notes, addresses and file names; and far too much of it. A message keeps its
headers, its one recipient and its form; a line of the journal or of a table stays one plain line."""

import email.utils
import html.parser
import json
import os
import re
import subprocess

import pytest

import block
from block import SANITIZED, Bus
from lab import check
from lab.https import HttpsServer
from lab.smtp import SmtpServer
from live import Live, agencies, item, midnight, said, soon
from plain import assert_journal_whole, assert_plain

NO_MAIL = {"url": "smtp://127.0.0.1:1", "tls": "none", "username": None, "password_file": None}

# What a configuration may hold: right-to-left and hidden characters, other lines' beginnings, the languages of the
# templates, of HTML, iCalendar, JSON, headers, format strings and shells.
EVIL = ("A\u202egpj.exe\u202c\u2066x\u2069\u200b\u200f\ufeff \u2028BEGIN:VALARM\u2029\u0085X-Evil: 1 {{title}} {{{agency}}} "
        "{{#open}}{{/open}} {{> due}} {{=<% %>=}} <script>alert(1)</script><img src=x onerror=y> \"'&amp;]]>--> "
        "\\nATTACH:x\\,;: =?utf-8?q?x?= %s%n$(reboot)`x` Се\u0301рый \U0001f4a9")  # fmt: skip
TAME = "Văn phòng " * 20


# ---- what is refused ---------------------------------------------------------------------------------------------------

MARK = "DAU-HIEU"
TEXTS = {
    "a line end": r"x\r\nBcc: a@b.example",
    "a feed": r"x\nRCPT TO:<a@b.example>",
    "an escape": r"x\x1b[2J\x1b]0;owned\x07",
    "a NUL": r"x\x00y",
    "overlong": r"\xc0\xaf",
    "a surrogate": r"\xed\xa0\x80",
    "broken off": r"x\xe1\xba",
    "raw overlong": b"x\xc0\xaf",
    "raw NUL": b"x\0y",
    "raw escape": b"x\x1b[2J",
}
ADDRESSES = {
    "a line end": r"a@b.example\r\nRCPT TO:<c@d.example>",
    "two": "a@b.example, c@d.example",
    "two with a blank": "a@b.example c@d.example",
    "closed early": "a@b.example> SIZE=1",
    "a name": "A <a@b.example>",
    "quoted": r'\"a b\"@b.example',
    "a route": "@x.example:a@b.example",
    "a comment": "a(b)@b.example",
    "two ats": "a@b@c.example",
    "another script before the at": "á@b.example",
    "hidden in the domain": "a@b\u200b.\u202eexample",
    "a literal": "a@[127.0.0.1]",
    "an option": "-a@b.example ",
}


def refused(live, name, value):
    """--check with the mark in that file replaced."""
    path = live.conf / name
    path.write_bytes(path.read_bytes().replace(MARK.encode(), value if isinstance(value, bytes) else value.encode()))
    result = live.check()
    assert result.returncode == 1, result.stdout
    assert_plain(result.stdout)
    assert re.search(rf"{re.escape(name)}:\d+: ", result.stdout)


@pytest.mark.parametrize("what", TEXTS)
@pytest.mark.parametrize("where", ["name", "title"])
def test_text_that_breaks_a_line_is_refused(tmp_path, what, where):
    named = lambda count: ({"id": "don-vi-1", "name": MARK, "emails": ["dv1@khoi.example"]},)  # noqa: E731
    more = {"agency": named} if where == "name" else {"items": item(title=MARK)}
    refused(Live(tmp_path, midnight(), mail=NO_MAIL, **more),
            "agencies.conf" if where == "name" else "plans.d/plan.conf", TEXTS[what])  # fmt: skip


@pytest.mark.parametrize("what", ADDRESSES)
def test_an_address_is_one_address_and_nothing_else(tmp_path, what):
    named = lambda count: ({"id": "don-vi-1", "name": "Đơn vị", "emails": [MARK]},)  # noqa: E731
    refused(Live(tmp_path, midnight(), mail=NO_MAIL, agency=named), "agencies.conf", ADDRESSES[what])


def test_a_file_name_forges_no_line(tmp_path):
    live = Live(tmp_path, soon(3600), mail=NO_MAIL)
    (live.conf / "plans.d" / "x\nreminderd: forged\x1b[2J.conf").write_text("plan = ;")
    result = live.check()
    assert result.returncode == 1 and not re.search(r"(?m)^reminderd: forged", result.stdout)
    assert_plain(result.stdout)


# ---- what is taken, and made harmless ------------------------------------------------------------------------------------


class Shape(html.parser.HTMLParser):
    """The tags of a page with their attributes, but not what stands between them."""

    def __init__(self, page):
        super().__init__()
        self.tags = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, [name for name, _ in attributes]))


def shape(value):
    """The form of a JSON value, its texts left out."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else type(value).__name__


def play(folder, bus, text):
    """What comes of a block in which everything is called `text`: the message, the request, and what people see."""
    folder.mkdir()

    def agencies(count):
        return ({"id": "don-vi-1", "name": text, "short": text, "emails": ["dv1@khoi.example"]},)

    with SmtpServer(folder / "mail") as smtp, HttpsServer(folder / "hooks") as https:
        hook = {"id": "hook", "url": https.url(), "allow_http": True, "agencies": ["*"], "kinds": ["*"]}
        contact = {"name": text, "title": text, "phone": text, "email": "lienhe@khoi.example"}
        live = Live(folder, midnight(), mail={**NO_MAIL, "url": smtp.url}, agency=agencies, webhook=hook,
                    items=item(title=text, wording=text), confirmations=True,
                    block={"name": text, "short": text, "contact": contact})  # fmt: skip
        path = live.conf / "plans.d" / "plan.conf"
        path.write_text(path.read_text().replace("Kế hoạch thử", text.replace("\\", "\\\\").replace('"', '\\"')))
        with live.start("session", environment=bus.environment) as daemon:
            said(daemon, "(?m)^reminderd: Sent due", 2)
            bus.wait_for_object()
            seen = {}
            for words in (["show", "bao-cao"], ["list"], ["list", "--matrix"], ["deliveries"], ["status"], ["forecast"],
                          ["snooze", "bao-cao", "--for", "1d", "--force", "--reason", text.translate({0x85: None, 0x2028: None, 0x2029: None})],
                          ["log"], ["show", "bao-cao", "--agency", "don-vi-1"],
                          ["done", "bao-cao", "--agency", "don-vi-1", "--note", "xong"]):  # fmt: skip
                result = bus.ctl(*words)
                assert result.returncode == 0, result.stderr
                assert_plain(result.stdout)
                seen[" ".join(words[:2])] = result.stdout.count("\n")
            said(daemon, "(?m)^reminderd: Sent (snoozed|completed)", 4)
        assert_journal_whole(daemon)
        return [check.parse(smtp.content(record)) for record in smtp.messages()], smtp.messages(), https.requests(), seen, \
            daemon.stderr.count("\n")  # fmt: skip


def test_evil_text_changes_the_form_of_nothing(tmp_path):
    """Against the same block with harmless names: the same headers, tags, properties, keys and numbers of lines."""
    with Bus() as bus:
        tame, _, tame_posts, tame_seen, tame_lines = play(tmp_path / "tame", bus, TAME.strip())
        evil, records, posts, seen, lines = play(tmp_path / "evil", bus, EVIL)
    assert (seen, lines) == (tame_seen, tame_lines)
    assert [record["to"] for record in records] == [["dv1@khoi.example"]] * len(records)
    kinds = [message["X-Reminderd-Kind"] for message in tame]
    assert [message["X-Reminderd-Kind"] for message in evil] == kinds == ["due", "snoozed", "completed"]
    for message, model in zip(evil, tame):
        assert message.keys() == model.keys() and not message.defects
        assert email.utils.getaddresses([str(message["To"])])[-1][1] == "dv1@khoi.example"
        assert check.parts(message) == check.parts(model)
        assert_plain(str(message["Subject"]))
        page = check.body(message, "html")
        assert Shape(page).tags == Shape(check.body(model, "html")).tags
        assert "{{title}} {{{agency}}}" in page and "{{title}} {{{agency}}}" in check.body(message, "plain")
        assert len(check.body(message, "plain").splitlines()) == len(check.body(model, "plain").splitlines())
        calendar, model_calendar = (re.sub(r"\r\n ", "", check.body(m, "calendar") or "") for m in (message, model))
        names = [[re.split("[:;]", line)[0] for line in text.split("\r\n")] for text in (calendar, model_calendar)]
        assert names[0] == names[1]
        for part in message.walk():
            if not part.is_multipart():
                assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\u2029\u0080-\u009f]", part.get_content())
    for post, model in zip(posts, tame_posts, strict=True):
        assert shape(json.loads(post["body"])) == shape(json.loads(model["body"]))


@pytest.mark.parametrize("text", ["a\nb", "a\x1b[31mb", "a\x7fb", "a\x9bb", "a\u0085b", "a\u2028b", "x" * 1001, "", "  "])
def test_a_note_is_one_line(desk, text):
    for words in (["snooze", "bao-cao", "--for", "1d", "--force", "--reason"], ["done", "bao-cao", "--note"]):
        result = desk.ctl(*words, text)
        if text or "--reason" in words:
            assert result.returncode == 2 and result.stderr.count("\n") == 1
            assert_plain(result.stderr)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    with Bus() as bus, Live(folder, soon(3600), mail=NO_MAIL).start("session", environment=bus.environment):
        bus.wait_for_object()
        yield bus


STEERING = "\u009b31mx\u009d0;y\u009c\u0085\u2028\u2029\u202e\u202c\u2066\u2069"


@pytest.fixture(scope="module")
def steered(tmp_path_factory):
    """A plan and agencies with characters that a terminal obeys, or turns by."""
    folder = tmp_path_factory.mktemp("steered")
    title = f"Báo cáo {STEERING} ký"
    due = soon().date().isoformat()

    def agency(count):
        return tuple({**one, "name": f"Đơn vị {STEERING}", "short": f"ĐV {STEERING}"} for one in agencies(count))

    text = f'{{ id = "bao-cao"; title = "{title}"; due = "{due}"; for = ["members"]; wording = "{title}"; }}'
    live = Live(folder, soon(3600), 2, agency=agency, items=text, mail=NO_MAIL)
    live.write_general(block={**live.general["block"], "name": f"Khối {STEERING}"})
    with open(live.conf / "templates/vi/_facts.txt", "a") as one, open(live.conf / "templates/vi/_facts.html", "a") as other:
        one.write(f"{STEERING}\n")
        other.write(f"{STEERING}\n")
    with Bus() as bus, live.start("session", environment=bus.environment):
        bus.wait_for_object()
        yield bus


WAYS = ("status", "list", "list --matrix", "show bao-cao", "preview bao-cao --agency don-vi-1", "forecast", "deliveries", "log")


@pytest.mark.parametrize("words", [*(f"{way} --json" for way in WAYS if "matrix" not in way), *WAYS, "list --matrix --html",
                                   "preview bao-cao --agency don-vi-1 --html"])  # fmt: skip
def test_nothing_that_is_printed_steers_a_terminal(steered, words):
    result = steered.ctl(*words.split())
    assert result.returncode == 0, result.stderr
    assert_plain(result.stdout.replace("\ufffd", "") if "json" not in words else result.stdout)
    if words == "list --json":
        assert json.loads(result.stdout)[0]["title"] == f"Báo cáo {STEERING} ký", "escaped, and the same to a program"
    if "html" in words:
        assert "\ufffd" in result.stdout, "seen to be left out"


# ---- far too much --------------------------------------------------------------------------------------------------------

AGENCY = '{{ id = "dv-{0}"; name = "Đơn vị {0}"; emails = ["dv{0}@khoi.example"]; }}'
ITEM = '{{ id = "viec-{0}"; title = "Việc số {0}"; due = "2026-06-01"; for = ["members"]; }}'


def measured(live):
    """--check: its result, and how much memory it took, in MiB."""
    process = subprocess.Popen([block.REMINDERD, "--config", live.path, "--check"], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=block.environment())  # fmt: skip
    output = process.stdout.read().decode()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    block.assert_sound(process.returncode, output)
    print(f"{usage.ru_maxrss / 1024:.0f} MiB, {usage.ru_utime:.1f} s")
    return process.returncode, output, usage.ru_maxrss / 1024


def many(line, count):
    return ",\n".join(line.format(n) for n in range(count))


FAR_TOO_MUCH = {
    "a title of 1 MiB": ("plans.d/plan.conf", lambda text: text.replace("Báo cáo bao-cao", "x" * (1 << 20)), 1),
    "100,000 agencies": ("agencies.conf", lambda _: f"agencies = ({many(AGENCY, 100_000)});", 1),
    "20,000 agencies": ("agencies.conf", lambda text: re.sub(r"agencies[^(]*\(", f"agencies = ({many(AGENCY, 20_000)},", text, 1), 0),
    "5,000 items": ("plans.d/plan.conf", lambda text: re.sub(r"items = \(", f"items = ({many(ITEM, 5000)},", text), 0),
    "a file of 10 MiB": ("reminderd.conf", lambda text: text + "# nothing\n" * (1 << 20), 0),
    "a file of 20 MiB": ("reminderd.conf", lambda text: text + "# nothing\n" * (2 << 20), 1),
    "10 MiB of brackets": ("agencies.conf", lambda _: "agencies = " + "(" * (10 << 20), 1),
    "10 MiB in one word": ("agencies.conf", lambda _: "a" * (10 << 20) + " = 1;", 1),
    "a template of 2 MiB": ("templates/vi/due.txt", lambda text: text + "x" * (2 << 20), 1),
    "100,000 tags": ("templates/vi/due.txt", lambda text: text + "{{title}}" * 100_000, 0),
}  # fmt: skip


@pytest.mark.parametrize("what", FAR_TOO_MUCH)
def test_far_too_much_is_refused_in_words_or_works(tmp_path, what):
    name, swell, code = FAR_TOO_MUCH[what]
    live = Live(tmp_path, soon(3600), mail=NO_MAIL)
    live.write(name, swell((live.conf / name).read_text()))
    result, output, memory = measured(live)
    assert result == code, output[:2000]
    assert len(output) < 100_000
    if code:
        assert re.search(rf"{re.escape(name)}(:\d+)?: ", output)
        assert all(len(line) < 1000 for line in output.splitlines())
    if not SANITIZED:
        assert memory < 256
