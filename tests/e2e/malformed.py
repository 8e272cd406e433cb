"""Malformed configurations, by seed: each has one mistake that cannot be anything but one.

A valid configuration is mutated in ways whose result is malformed by construction, whatever the random choices. Where
the place of the mistake follows from the mutation, the line at which it must be reported is known too.

    for case in malformed_trees(folder, count=500, seed=1):
        run reminderd --config case.conf --check: exit 1, and an error at case.file, and at case.line unless None
"""

import os
import random
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[2] / "conf" / "templates" / "vi"

MAIN = "reminderd.conf"
AGENCIES = "agencies.conf"
PLAN = "plans.d/tdkt-2024.conf"
CALENDAR = "calendar.d/2024.conf"
ANSWERS = "answers.conf"

FILES = {
    MAIN: """\
timezone = "Asia/Ho_Chi_Minh";
block = { name = "Khối thi đua Tham mưu Tổng hợp"; short = "Khối TMTH";
          contact = { name = "Nguyễn Văn A"; title = "Chuyên viên"; phone = "0214 3840 000";
                      email = "dau-moi@laocai.example"; }; };
agencies = "agencies.conf";
plans = "plans.d";
calendars = "calendar.d";
templates = "@TEMPLATES@";
state_dir = "state";
hours = { open = "07:30"; close = "17:00"; };
digest = { weekday = "mon"; at = "08:00"; };
catch_up = "7d";
confirmations = true;
answers = { accept = "3wd"; words = "answers.conf"; };
mail = {
  url = "smtp://mail.laocai.example:587";
  tls = "required";
  username = "nhacviec";
  password_file = "mail.secret";
  from = "Khối thi đua TMTH <nhacviec@laocai.example>";
  reply_to = "vanphong@laocai.example";
  connections = 4;
  per_minute = 0;
};
mailbox = {
  url = "imaps://mail.laocai.example";
  username = "hopthu"; token_file = "imap.token";
  done = "Da xu ly"; review = "Can xem"; authserv_id = "mx.laocai.example";
};
webhooks = (
  { id = "gateway"; url = "https://chat.laocai.example/hook";
    secret_file = "hook.secret";
    agencies = ["so-noi-vu"]; kinds = ["overdue", "escalation"];
    timeout = "20s"; },
  { id = "local"; url = "http://127.0.0.1:8080/"; allow_http = true; }
);
retry = { first = "1min"; max = "4h"; give_up = "5d"; };
policies = {
  report = { before = ["30d", "14d", "7d", "0d"]; at = "08:00"; shift = "next";
             overdue = { every = "2wd"; limit = 10; };
             escalate = ( { after = "3wd"; to = "head"; }, { after = "10wd"; to = "council"; } ); };
  inspection = { before = ["14d", "3d", "1d"]; at = "09:00"; };
};
default_policy = "report";
""",
    AGENCIES: """\
agencies = (
  { id = "vp-ubnd"; name = "Văn phòng UBND tỉnh"; short = "VP UBND";
    emails = ["vpubnd@laocai.example", "vanthu@laocai.example"];
    webhook = "gateway"; },
  { id = "so-noi-vu"; name = "Sở Nội vụ"; emails = ["snv@laocai.example"]; },
  { id = "so-tu-phap"; name = "Sở Tư pháp"; emails = ["stp@laocai.example"]; },
  { id = "hoi-dong"; name = "Hội đồng Thi đua - Khen thưởng"; emails = ["hd@laocai.example"]; }
);
groups = { council = ["hoi-dong"]; };
""",
    PLAN: """\
plan = {
  id = "tdkt-2024"; year = 2024;
  title = "Kế hoạch công tác thi đua, khen thưởng năm 2024";
  basis = "Kế hoạch số 28/KH-UBND ngày 19/01/2024"; link = "https://vb.laocai.example/28.pdf";
  contact = { name = "Trần Thị B"; phone = "0214 3841 000"; email = "cchc@laocai.example"; };
  head = "vp-ubnd"; deputy = "so-noi-vu";
  members = ["vp-ubnd", "so-noi-vu", "so-tu-phap"];
  items = (
    { id = "dang-ky"; title = "Đăng ký thi đua năm 2024";
      quarter = 1; for = ["members"]; policy = "report"; wording = "Tổng hợp đăng ký thi đua"; },
    { id = "kiem-tra"; title = "Kiểm tra công tác thi đua";
      window = ["2024-10-01", "2024-10-31"]; tentative = true; fix_by = "2024-09-20";
      for = ["members"]; policy = "inspection"; },
    { id = "tong-ket"; title = "Báo cáo tổng kết"; note = "gửi bản giấy";
      place = "Văn phòng UBND tỉnh"; due = "2024-12-10"; limit = "2024-12-31"; time = "16:00"; with = ["hoi-dong"];
      for = ["members"]; report_to = "head"; },
    { id = "tap-huan"; title = "Tập huấn"; event = true;
      when = "khi Ban Thi đua - Khen thưởng tỉnh tổ chức"; for = ["members"]; },
    { id = "khac-phuc"; title = "Khắc phục sau tổng kết";
      after = { item = "tong-ket"; by = "10d"; }; for = ["members"]; },
    { id = "bao-cao-thang"; title = "Báo cáo tháng";
      repeat = "FREQ=MONTHLY;BYMONTHDAY=25"; for = ["head"]; },
    { id = "ngay-sinh-bac"; title = "Kỷ niệm {n} năm Ngày sinh Chủ tịch Hồ Chí Minh";
      observance = { date = "05-19"; since = 1890; }; before = ["30d"]; for = ["members"]; }
  );
};
""",
    CALENDAR: """\
year = 2024;
days = (
  { date = "2024-02-08"; off = true; name = "Tết Nguyên đán"; },
  { date = "2024-04-18"; off = true; name = "Giỗ Tổ"; },
  { date = "2024-05-04"; work = true; name = "làm bù"; }
);
""",
    ANSWERS: """\
done = ["đã nộp", "đã gửi"];
more_time = ["xin … gia hạn"];
until = ["đến"];
asking = ["cho"];
reason = ["do"];
doubt = ["chưa", "không"];
reader = ["khối"];
name = ["sở nội vụ"];
plain = ["báo cáo"];
greeting = ["kính gửi"];
examples = {
  today = "2024-05-20"; due = "2024-06-10";
  answers = (
    { text = "Kính gửi Khối, Sở Nội vụ đã nộp báo cáo."; means = "claim"; },
    { text = "Xin cho gia hạn đến 15/6/2024."; means = "request"; until = "2024-06-15"; },
    { text = "Chưa nộp."; means = "person"; }
  );
};
""",
}
SECRETS = {"mail.secret": b"password\n", "hook.secret": b"a plain secret, not a short one\n"}

FILE_MAX = 16 * 1024 * 1024  # the daemon's limit for one file
DEPTH_MAX = 16  # and for nested brackets

# What any file consists of; comments do not occur in FILES, and no string holds an escape or a line end.
TOKEN = re.compile(r'"[^"]*"|[A-Za-z_][A-Za-z0-9_-]*|[0-9]+|[=;,(){}\[\]]')


@dataclass
class Malformed:
    conf: Path  # of reminderd.conf
    file: str  # where an error must be reported: a name below the folder of conf
    line: int | None  # and at which line; None: not known
    what: str  # the mutation, for the message of a failed test


class Tree:
    """The files of one configuration, to be mutated in memory and then written."""

    def __init__(self, templates):
        self.files = {name: text.replace("@TEMPLATES@", str(templates)).encode() for name, text in FILES.items()}
        self.modes = {name: 0o600 for name in SECRETS}
        self.after = None  # what is done to the written folder

    def text(self, name):
        return self.files[name].decode()

    def splice(self, name, start, end, new):
        """Replaces characters of a file; returns the line at which they begin."""
        text = self.text(name)
        self.files[name] = (text[:start] + new + text[end:]).encode()
        return text.count("\n", 0, start) + 1

    def replace(self, name, old, new):
        """Replaces the only occurrence of a text."""
        text = self.text(name)
        assert text.count(old) == 1, (name, old)
        start = text.index(old)
        return self.splice(name, start, start + len(old), new)

    def write(self, folder):
        for name, data in {**self.files, **SECRETS}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(self.modes.get(name, 0o644))
        if self.after:
            self.after(folder)
        return folder / MAIN


def tokens(text):
    return list(TOKEN.finditer(text))


def pick_token(rng, tree, wanted):
    """A random token of a random file for which wanted(tokens, index) holds."""
    while True:
        name = rng.choice(list(FILES))
        found = tokens(tree.text(name))
        places = [i for i in range(len(found)) if wanted(found, i)]
        if places:
            return name, found[rng.choice(places)]


# ---- syntax ------------------------------------------------------------------------------------------------------------


def delete_equals(rng, tree):
    name, token = pick_token(rng, tree, lambda found, i: found[i][0] == "=")
    return name, tree.splice(name, *token.span(), " "), "'=' deleted"


def delete_bracket(rng, tree):
    name, token = pick_token(rng, tree, lambda found, i: found[i][0] in "(){}[]")
    tree.splice(name, *token.span(), " ")
    return name, None, f"'{token[0]}' deleted"


def add_bracket(rng, tree):
    bracket = rng.choice("(){}[]")
    name, token = pick_token(rng, tree, lambda found, i: True)
    tree.splice(name, token.start(), token.start(), bracket)
    return name, None, f"'{bracket}' added"


def swap_bracket(rng, tree):
    name, token = pick_token(rng, tree, lambda found, i: found[i][0] in ")}]")
    other = rng.choice([bracket for bracket in ")}]" if bracket != token[0]])
    tree.splice(name, *token.span(), other)
    return name, None, f"'{token[0]}' became '{other}'"


def delete_comma(rng, tree):
    # Not between strings: neighbouring strings are one, and may make sense.
    name, token = pick_token(rng, tree, lambda found, i: found[i][0] == "," and found[i - 1][0] == "}")
    tree.splice(name, *token.span(), " ")
    return name, None, "',' deleted"


def double_separator(rng, tree):
    name, token = pick_token(rng, tree, lambda found, i: found[i][0] in ",;")
    return name, tree.splice(name, *token.span(), token[0] * 2), f"'{token[0]}' doubled"


def delete_value(rng, tree):
    name, token = pick_token(rng, tree, lambda found, i: i > 0 and found[i - 1][0] == "=" and found[i][0] not in "({[")
    tree.splice(name, *token.span(), "")
    return name, None, f"the value {token[0]} deleted"


def delete_quote(rng, tree):
    name, token = pick_token(rng, tree, lambda found, i: found[i][0].startswith('"'))
    at = token.start() if rng.random() < 0.5 else token.end() - 1
    tree.splice(name, at, at + 1, "")
    return name, None, f"a quote of {token[0]} deleted"


def delete_quotes(rng, tree):
    name, token = pick_token(rng, tree, lambda found, i: re.match(r'"[A-Za-z]', found[i][0]))
    return name, tree.splice(name, *token.span(), token[0].strip('"')), f"both quotes of {token[0]} deleted"


def unquote_number(rng, tree):
    wanted = re.compile(r'"\d+[^"\d]')
    name, token = pick_token(rng, tree, lambda found, i: wanted.match(found[i][0]))
    return name, tree.splice(name, *token.span(), token[0].strip('"')), f"both quotes of {token[0]} deleted"


def add_garbage(rng, tree):
    garbage = rng.choice(["@", "?", "!", "%", "^", "~", "|", "<", ">", "'", "`", "$", "&", "\\", "đ", "\x01", "\x7f"])
    name, token = pick_token(rng, tree, lambda found, i: True)
    return name, tree.splice(name, token.start(), token.start(), f" {garbage} "), f"{garbage!r} added"


def add_include(rng, tree):
    name = rng.choice(list(FILES))
    text = tree.text(name)
    starts = [0] + [match.end() for match in re.finditer("\n", text[:-1])]
    at = rng.choice(starts)
    return name, tree.splice(name, at, at, '@include "more.conf"\n'), "@include added"


def open_comment(rng, tree):
    name, token = pick_token(rng, tree, lambda found, i: True)
    line = tree.splice(name, token.start(), token.start(), "/* ")
    # A comment that is closed nowhere; the bracket before it may be the one that is missed instead.
    return name, line, "comment never closed"


def truncate(rng, tree):
    name = rng.choice([AGENCIES, PLAN, CALENDAR])
    text = tree.text(name)
    first, last = text.index("("), text.rindex(")")
    at = rng.randrange(first + 1, last + 1)
    tree.files[name] = text[:at].encode()
    return name, None, f"cut off after {at} characters"


def repeat_key(rng, tree):
    name = rng.choice(list(FILES))
    text = tree.text(name)
    key, value = rng.choice(re.findall(r'\b([a-z_]+) = ("[^"]*"|\d+|true);', text))
    start = text.index(f"{key} = {value};")
    end = start + len(f"{key} = {value};")
    return name, tree.splice(name, end, end, f" {key} = {value};"), f"{key} given twice"


# ---- bytes and sizes ---------------------------------------------------------------------------------------------------


def bad_byte(rng, tree):
    name = rng.choice(list(FILES))
    data = tree.files[name]
    at = rng.randrange(len(data))
    byte = rng.choice([0x00, 0xC0, 0xC1, 0xF5, 0xFE, 0xFF])  # none of them is ever a byte of a text in UTF-8
    tree.files[name] = data[:at] + bytes([byte]) + data[at:]
    return name, data.count(b"\n", 0, at) + 1, f"byte 0x{byte:02X} at {at}"


def other_encoding(rng, tree):
    name = rng.choice(list(FILES))
    encoding, errors = rng.choice([("utf-16", "strict"), ("utf-16-le", "strict"), ("latin-1", "xmlcharrefreplace")])
    if encoding == "latin-1":
        tree.files[name] = b"# K\xe9 ho\xe1ch\n" + tree.files[name]
        return name, 1, "a comment in Latin-1"
    tree.files[name] = tree.text(name).encode(encoding, errors)
    return name, 1, encoding


def split_character(rng, tree):
    name = rng.choice([MAIN, AGENCIES, PLAN, CALENDAR])
    data = tree.files[name]
    at = rng.choice([i for i, byte in enumerate(data) if byte >= 0xC2])
    tree.files[name] = data[:at] + data[at + 1 :]
    return name, data.count(b"\n", 0, at) + 1, "first byte of a character deleted"


def deep_nesting(rng, tree):
    name = rng.choice(list(FILES))
    depth = rng.choice([DEPTH_MAX + 1, 100, 10_000, 1_000_000])
    opening = rng.choice(["(", "{ x = ", "["])
    closing = {"(": ")", "[": "]"}.get(opening, "}")
    lines = tree.text(name).count("\n")
    tree.files[name] += f"deep = {opening * depth}1{closing * depth};\n".encode()
    return name, lines + 1, f"nested {depth} deep"


def huge_file(rng, tree):
    name = rng.choice(list(FILES))
    tree.files[name] += b"# " + b"x" * FILE_MAX + b"\n"
    return name, None, "larger than 16 MiB"


def huge_list(rng, tree):
    name = rng.choice(list(FILES))
    lines = tree.text(name).count("\n")
    tree.files[name] += b"much = (" + b"1," * rng.randrange(300_000, 3_000_000) + b"1);\n"
    return name, lines + 1, "a list of many numbers"


def huge_string(rng, tree):
    name = rng.choice(list(FILES))
    lines = tree.text(name).count("\n")
    tree.files[name] += b'much = "' + b"x" * rng.randrange(100_000, 3_000_000) + b'";\n'
    return name, lines + 1, "a long string"


# ---- values ------------------------------------------------------------------------------------------------------------


def wrong_type(rng, tree):
    name = rng.choice(list(FILES))
    text = tree.text(name)
    match = rng.choice(list(re.finditer(r'\b[a-z_]+ = ("[^"]*"|\d+|true);', text)))
    value = match[1]
    others = ["1.5", "(1, 2)", "{ }", "-7"] if value.startswith('"') else ['"text"', "1.5", "(1)", "{ }"]
    wrong = rng.choice(others)
    return name, tree.splice(name, *match.span(1), wrong), f"{match[0]} became {wrong}"


def wrong_type_of_list(rng, tree):
    name, match = rng.choice([(name, match) for name in (MAIN, AGENCIES, PLAN, ANSWERS)
                              for match in re.finditer(r"= (\[[^\]]*\])", tree.text(name))])  # fmt: skip
    wrong = rng.choice(["5", "true", "{ }", "[7]", '["", ""]', "[true, false]", "[1.5]"])
    return name, tree.splice(name, *match.span(1), wrong), f"{match[1]} became {wrong}"


def unknown_key(rng, tree):
    name = rng.choice(list(FILES))
    own_names = {"report", "inspection", "council"}  # of policies and groups
    matches = [match for match in re.finditer(r"\b([a-z_]+) =", tree.text(name)) if match[1] not in own_names]
    match = rng.choice(matches)
    key = match[1]
    wrong = rng.choice([key + "x", "x" + key, key[0] + "_" + key[1:], key.capitalize()])
    return name, tree.splice(name, *match.span(1), wrong), f"{key} became {wrong}"


def delete_key(rng, tree):
    name, old = rng.choice([
        (MAIN, 'url = "smtp://mail.laocai.example:587";'), (MAIN, 'id = "gateway"; '), (MAIN, 'id = "local"; '),
        (MAIN, 'every = "2wd"; '), (MAIN, 'after = "3wd"; '), (MAIN, 'to = "head"; '),
        (MAIN, 'name = "Khối thi đua Tham mưu Tổng hợp"; '), (MAIN, 'from = "Khối thi đua TMTH <nhacviec@laocai.example>";'),
        (MAIN, 'password_file = "mail.secret";'), (MAIN, 'username = "nhacviec";'),
        (MAIN, 'url = "imaps://mail.laocai.example";'), (MAIN, 'username = "hopthu"; '), (MAIN, 'token_file = "imap.token";'),
        (AGENCIES, 'id = "so-noi-vu"; '), (AGENCIES, 'name = "Sở Nội vụ"; '),
        (PLAN, 'id = "tdkt-2024"; '), (PLAN, "year = 2024;"), (PLAN, 'title = "Tập huấn";'), (PLAN, 'id = "tap-huan"; '),
        (PLAN, 'due = "2024-12-10"; '), (PLAN, "quarter = 1; "), (PLAN, 'date = "05-19"; '), (PLAN, "since = 1890; "),
        (ANSWERS, 'plain = ["báo cáo"];'), (ANSWERS, 'due = "2024-06-10";'), (ANSWERS, 'means = "claim"; '),
        (ANSWERS, 'text = "Chưa nộp."; '), (ANSWERS, ' until = "2024-06-15";'),
        (CALENDAR, "year = 2024;"), (CALENDAR, 'date = "2024-02-08"; '), (CALENDAR, "work = true; "),
    ])  # fmt: skip
    tree.replace(name, old, "")
    return name, None, f"{old.strip()} deleted"


WRONG = {
    "date": ["2024-02-30", "2024-13-01", "2024-00-10", "2024-04-31", "30/02/2024", "20241210", "2024-1-5", "soon", "",
             "2024-12-10 ", "2019-12-10", "2025-04-01", "9999-01-01"],
    "span": ["", "7", "d", "-7d", "7 days", "1.5d", "7days", "99999d", "7d 2wd", "1h", "30s"],
    "duration": ["", "20", "s", "-20s", "20 seconds", "0s", "2wd", "99999999d", "1h-"],
    "clock": ["25:00", "24:00", "08:60", "8", "08.00", "", "-1:00", "8 giờ", "08:00 ", "08:00:61"],
    "id": ["", "Sở", "so noi vu", "-so", "SO", "so_noi", "so.noi", "a" * 64],
    "email": ["", "snv", "snv@", "@laocai.example", "snv @laocai.example", "snv@ laocai.example", "snv@laocai",
              "snv@@laocai.example", "snv@laocai..example", "sở@laocai.example", "snv@-laocai.example", "a@b.example, c@d.example"],
    "smtp": ["", "mail", "http://mail.example", "smtp://", "smtp://:25", "smtp://mail example", "smtp://m.example:99999",
             "smtp://user:password@mail.example", "smtp//mail.example"],
    "imap": ["", "mail", "imap://mail.example", "imaps://", "imaps://:993", "imaps://mail example", "imaps://m.example:99999",
             "imaps://user:password@mail.example", "imaps//mail.example"],
    "http": ["", "chat", "ftp://chat.example", "https://", "https:///hook", "https://chat example/", "https://c.example:0/",
             "https://user:password@chat.example/", "http://chat.example/", "file:///etc/passwd"],
    "link": ["", "vb", "ftp://vb.example", "https://", "https:///28.pdf", "https://vb example/", "javascript:alert(1)"],
    "rule": ["", "FREQ=SOMETIMES", "BYMONTHDAY=25", "FREQ=YEARLY;BYMONTH=13", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
             "FREQ=YEARLY;UNTIL=20200101", "FREQ=HOURLY", "every month"],
    "day": ["", "02-30", "13-01", "5-19", "19/05", "lunar:13-01", "lunar:03-31", "lunar:3-10", "solar:05-19", "05-19 "],
    "word": ["", "none at all", "REQUIRED", "khac"],
    "zone": ["", "Asia/Lao_Cai", "../../../etc/passwd", "/etc/localtime", "Asia", "zone.tab", "+07:00"],
    "path": ["", "missing", "missing/missing", "/missing"],
}  # fmt: skip

VALUES = [
    (MAIN, "timezone = ", "Asia/Ho_Chi_Minh", "zone"), (MAIN, "email = ", "dau-moi@laocai.example", "email"),
    (MAIN, "agencies = ", "agencies.conf", "path"), (MAIN, "plans = ", "plans.d", "path"),
    (MAIN, "calendars = ", "calendar.d", "path"), (MAIN, "open = ", "07:30", "clock"), (MAIN, "close = ", "17:00", "clock"),
    (MAIN, "weekday = ", "mon", "word"), (MAIN, 'weekday = "mon"; at = ', "08:00", "clock"),
    (MAIN, "catch_up = ", "7d", "duration"), (MAIN, "url = ", "smtp://mail.laocai.example:587", "smtp"),
    (MAIN, "accept = ", "3wd", "word"), (MAIN, "url = ", "imaps://mail.laocai.example", "imap"), (MAIN, "tls = ", "required", "word"),
    (MAIN, "password_file = ", "mail.secret", "path"),
    (MAIN, "from = ", "Khối thi đua TMTH <nhacviec@laocai.example>", "email"),
    (MAIN, "reply_to = ", "vanphong@laocai.example", "email"), (MAIN, "id = ", "local", "id"),
    (MAIN, "url = ", "https://chat.laocai.example/hook", "http"), (MAIN, "secret_file = ", "hook.secret", "path"),
    (MAIN, "kinds = [", "overdue", "word"), (MAIN, "timeout = ", "20s", "duration"), (MAIN, "first = ", "1min", "duration"),
    (MAIN, "max = ", "4h", "duration"), (MAIN, "give_up = ", "5d", "duration"), (MAIN, "[", "30d", "span"),
    (MAIN, "shift = ", "next", "word"), (MAIN, "every = ", "2wd", "span"), (MAIN, "after = ", "3wd", "span"),
    (MAIN, "default_policy = ", "report", "word"), (AGENCIES, "emails = [", "snv@laocai.example", "email"),
    (AGENCIES, "webhook = ", "gateway", "word"), (PLAN, "id = ", "tap-huan", "id"), (PLAN, "fix_by = ", "2024-09-20", "date"),
    (PLAN, "window = [", "2024-10-01", "date"), (PLAN, "time = ", "16:00", "clock"),
    (PLAN, "link = ", "https://vb.laocai.example/28.pdf", "link"), (PLAN, "due = ", "2024-12-10", "date"),
    (PLAN, "limit = ", "2024-12-31", "date"), (PLAN, "id = ", "tdkt-2024", "id"),
    (PLAN, "email = ", "cchc@laocai.example", "email"),
    (PLAN, "repeat = ", "FREQ=MONTHLY;BYMONTHDAY=25", "rule"), (PLAN, "{ date = ", "05-19", "day"),
    (PLAN, "before = [", "30d", "span"), (PLAN, "policy = ", "inspection", "word"), (PLAN, "report_to = ", "head", "word"),
    (PLAN, "head = ", "vp-ubnd", "word"), (PLAN, "deputy = ", "so-noi-vu", "word"),
    (CALENDAR, "{ date = ", "2024-02-08", "date"),
    (MAIN, "words = ", "answers.conf", "path"),
    (ANSWERS, "means = ", "claim", "word"), (ANSWERS, "until = ", "2024-06-15", "date"),
]  # fmt: skip
# What one place takes and others of its kind do not.
GOOD_HERE = {
    ("catch_up = ", "0s"),
    ("fix_by = ", "2025-04-01"),
    ("email = ", ""),
}


def wrong_value(rng, tree):
    while True:
        name, before, value, kind = rng.choice(VALUES)
        wrong = rng.choice(WRONG[kind])
        if (before, wrong) not in GOOD_HERE:
            break
    line = tree.replace(name, f'{before}"{value}"', f'{before}"{wrong}"')
    return name, line, f'{before}"{value}" became "{wrong}"'


def wrong_number(rng, tree):
    name, key, value = rng.choice([
        (MAIN, "connections", "4"), (MAIN, "per_minute", "0"), (MAIN, "limit", "10"),
        (PLAN, "year", "2024"), (PLAN, "quarter", "1"), (PLAN, "since", "1890"), (CALENDAR, "year", "2024"),
    ])  # fmt: skip
    wrong = rng.choice(["-1", "2147483647", "2147483648", "5000000000", "-99999999999999999999", "0xFFFFFFFF",
                        "9223372036854775807L"])  # fmt: skip
    return name, tree.replace(name, f"{key} = {value}", f"{key} = {wrong}"), f"{key} = {wrong}"


def wrong_reference(rng, tree):
    name, before, word = rng.choice([
        (MAIN, "to = ", "head"), (MAIN, "to = ", "council"), (MAIN, "agencies = [", "so-noi-vu"),
        (AGENCIES, "council = [", "hoi-dong"), (PLAN, "members = [", "vp-ubnd"), (PLAN, "for = [", "head"), (PLAN, "with = [", "hoi-dong"),
        (PLAN, 'members = ["vp-ubnd", "so-noi-vu", ', "so-tu-phap"),
    ])  # fmt: skip
    wrong = rng.choice([word + "x", word.upper(), word[:-1], f" {word}"])
    return name, tree.replace(name, f'{before}"{word}"', f'{before}"{wrong}"'), f'"{word}" became "{wrong}"'


def repeated_id(rng, tree):
    name, old, new = rng.choice([
        (MAIN, 'id = "local"', 'id = "gateway"'), (AGENCIES, 'id = "hoi-dong"; name', 'id = "so-tu-phap"; name'),
        (PLAN, 'id = "tap-huan"', 'id = "dang-ky"'), (PLAN, 'id = "bao-cao-thang"', 'id = "kiem-tra"'),
        (AGENCIES, "council = [", 'so-noi-vu = ["hoi-dong"]; council = ['),
        (AGENCIES, "council = [", 'members = ["hoi-dong"]; council = ['),
        (CALENDAR, "2024-04-18", "2024-02-08"),
    ])  # fmt: skip
    return name, tree.replace(name, old, new), f"{old} became {new}"


def contradiction(rng, tree):
    name, old, new = rng.choice([
        (PLAN, '["2024-10-01", "2024-10-31"]', '["2024-10-31", "2024-10-01"]'),
        (PLAN, '["2024-10-01", "2024-10-31"]', '["2024-10-01"]'),
        (PLAN, '["2024-10-01", "2024-10-31"]', '["2024-10-01", "2024-10-15", "2024-10-31"]'),
        (PLAN, 'due = "2024-12-10";', 'due = "2024-12-10"; quarter = 4;'),
        (PLAN, "quarter = 1;", 'quarter = 1; when = "sau";'),
        (PLAN, "quarter = 1;", "quarter = 1; month = 2;"),
        (PLAN, 'due = "2024-12-10";', 'due = "2024-12-10"; half = 2;'),
        (PLAN, 'BYMONTHDAY=25";', 'BYMONTHDAY=25"; tentative = true;'),
        (PLAN, 'BYMONTHDAY=25";', 'BYMONTHDAY=25"; period_offset = -1;'),
        (PLAN, 'BYMONTHDAY=25";', 'BYMONTHDAY=25"; period = "month"; period_offset = 1;'),
        (PLAN, 'BYMONTHDAY=25";', 'BYMONTHDAY=25"; wording = "Báo cáo {period}";'),
        (PLAN, 'due = "2024-12-10";', 'due = "2024-12-10"; period = "year";'),
        (PLAN, "year = 2024;", 'year = 2024; ends = "2023-12-31";'),
        (PLAN, "year = 2024;", 'year = 2024; ends = "2035-12-31";'),
        (PLAN, 'due = "2024-12-10"', "due = []"),
        (PLAN, 'due = "2024-12-10"', "dates = ()"),
        (PLAN, 'due = "2024-12-10"', 'dates = ( { agency = "hoi-dong"; due = "2024-12-01"; } )'),
        (PLAN, 'due = "2024-12-10"', 'dates = ( { agency = "so-noi-vu"; } )'),
        (PLAN, 'BYMONTHDAY=25";', 'BYMONTHDAY=25"; dates = ( { agency = "vp-ubnd"; due = "2024-12-01"; } );'),
        (PLAN, 'due = "2024-12-10"', 'due = ["2024-12-10", "2024-12-10"]'),
        (PLAN, 'due = "2024-12-10"', 'due = ["2024-12-10", "2023-12-10"]'),
        (PLAN, 'due = "2024-12-10"', 'due = ["2024-12-10", "2024-06-31"]'),
        (PLAN, 'due = "2024-12-10";', 'due = "2024-12-10"; fix_by = "2024-12-01";'),
        (PLAN, 'limit = "2024-12-31"', 'limit = "2024-12-09"'),
        (PLAN, 'with = ["hoi-dong"]', "with = []"),
        (PLAN, 'with = ["hoi-dong"]', 'with = ["so-noi-vu"]'),
        (PLAN, 'BYMONTHDAY=25";', 'BYMONTHDAY=25"; limit = "2024-12-31";'),
        (PLAN, 'item = "tong-ket"', 'item = "tong-kiet"'),
        (PLAN, 'item = "tong-ket"', 'item = "khac-phuc"'),
        (PLAN, 'item = "tong-ket"', 'item = "bao-cao-thang"'),
        (PLAN, 'by = "10d"', 'by = "10 ngày"'),
        (PLAN, 'by = "10d"; };', 'by = "10d"; }; before_item = { item = "tap-huan"; by = "1d"; };'),
        (PLAN, 'by = "10d"; };', 'by = "10d"; }; due = "2024-12-20";'),
        (PLAN, 'by = "10d"; };', 'by = "10d"; }; dates = ( { agency = "so-noi-vu"; due = "2024-12-20"; } );'),
        (PLAN, 'by = "10d"; }; for = ["members"]', 'by = "10d"; }; for = ["hoi-dong"]'),
        (PLAN, 'due = "2024-12-10"; limit', 'after = { item = "khac-phuc"; by = "1d"; }; limit'),
        (PLAN, "since = 1890", "since = 2090"),
        (PLAN, 'for = ["head"]', "for = []"),
        (MAIN, 'open = "07:30"; close = "17:00"', 'open = "17:00"; close = "07:30"'),
        (MAIN, 'open = "07:30"; close = "17:00"', 'open = "17:00"; close = "17:00"'),
        (MAIN, 'first = "1min"; max = "4h"', 'first = "5h"; max = "4h"'),
        (MAIN, 'give_up = "5d"', 'give_up = "1s"'),
        (MAIN, 'every = "2wd"', 'every = "0d"'),
        (MAIN, 'url = "http://127.0.0.1:8080/"; allow_http = true', 'url = "http://127.0.0.1:8080/"'),
        (MAIN, 'password_file = "mail.secret"', 'password_file = "mail.secret"; password_credential = "smtp"'),
        (MAIN, 'token_file = "imap.token"', 'token_file = "imap.token"; password_credential = "imap"'),
        (MAIN, 'done = "Da xu ly"', 'done = "inbox"'), (MAIN, 'review = "Can xem"', 'folder = "a"; review = "a"'),
        (ANSWERS, '"không"', '"đã gửi"'), (ANSWERS, '"không"', '"nộp"'), (ANSWERS, '"xin … gia hạn"', '"… gia hạn"'),
        (ANSWERS, '"báo cáo"', '"báo cáo, tổng kết"'), (ANSWERS, '"Chưa nộp."', '"Đã nộp."'),
        (ANSWERS, "15/6/2024", "16/6/2024"),
        (CALENDAR, "work = true", "work = true; off = true"),
        (CALENDAR, '"2024-02-08"; off = true', '"2024-02-08"; off = false'),
    ])  # fmt: skip
    return name, tree.replace(name, old, new), f"{old} became {new}"


# ---- the file system ---------------------------------------------------------------------------------------------------


def line_of_key(tree, key):
    text = tree.text(MAIN)
    return text.count("\n", 0, text.index(f"{key} = ")) + 1


def not_a_file(rng, tree):
    """What a path leads to is gone, or something else than a file or folder. (The name, the key that names it)"""
    name, key = rng.choice([(AGENCIES, "agencies"), ("plans.d", "plans"), ("calendar.d", "calendars"),
                            ("mail.secret", "password_file"), ("hook.secret", "secret_file")])  # fmt: skip
    instead = rng.choice(["nothing", "link to nothing", "link in a circle", "pipe", "the other"])

    def after(folder):
        path = folder / name
        was_folder = path.is_dir()
        shutil.rmtree(path) if was_folder else path.unlink()
        if instead == "link to nothing":
            path.symlink_to("nothing-here")
        elif instead == "link in a circle":
            path.symlink_to(path.name)
        elif instead == "pipe":
            os.mkfifo(path, 0o600)
        elif instead == "the other":
            path.touch(0o600) if was_folder else path.mkdir(0o700)

    tree.after = after
    return MAIN, line_of_key(tree, key), f"{instead} in the place of {name}"


def folder_for_plan(rng, tree):
    name = rng.choice(["plans.d/a.conf", "calendar.d/z.conf"])

    def after(folder):
        (folder / name).mkdir()

    tree.after = after
    return name, None, "a folder named like a file"


def second_file(rng, tree):
    name, copied = rng.choice([("plans.d/z.conf", PLAN), ("calendar.d/z.conf", CALENDAR)])
    tree.files[name] = tree.files[copied]
    return name, None, f"{copied} once more as {name}"


def open_secret(rng, tree):
    name, key = rng.choice([("mail.secret", "password_file"), ("hook.secret", "secret_file")])
    tree.modes[name] = rng.choice([0o644, 0o640, 0o660, 0o604, 0o666, 0o610])
    return MAIN, line_of_key(tree, key), f"{name} with mode {tree.modes[name]:04o}"


MUTATIONS = [
    (delete_equals, 3), (delete_bracket, 4), (add_bracket, 3), (swap_bracket, 2), (delete_comma, 1), (double_separator, 2),
    (delete_value, 3), (delete_quote, 4), (delete_quotes, 2), (unquote_number, 2), (add_garbage, 3), (add_include, 1),
    (open_comment, 1), (truncate, 4), (repeat_key, 2),
    (bad_byte, 5), (other_encoding, 2), (split_character, 2), (deep_nesting, 2), (huge_file, 0.3), (huge_list, 0.3),
    (huge_string, 0.5),
    (wrong_type, 6), (wrong_type_of_list, 3), (unknown_key, 6), (delete_key, 4), (wrong_value, 20), (wrong_number, 3),
    (wrong_reference, 3), (repeated_id, 2), (contradiction, 4),
    (not_a_file, 3), (folder_for_plan, 0.5), (second_file, 0.5), (open_secret, 1),
]  # fmt: skip


def valid_tree(folder, templates=TEMPLATES):
    """Writes what all mutations start from; returns the path of its reminderd.conf."""
    return Tree(templates).write(Path(folder))


def malformed_trees(folder, count=500, seed=1, templates=TEMPLATES, batch=0, batches=1):
    """Yields `count` malformed configurations, each in a new folder below `folder` that is removed when the next is
    asked for. The same seed makes the same ones; every mutation comes up at least once if there are enough. Of several
    batches only one's are written."""
    rng = random.Random(seed)
    mutations = [mutation for mutation, _ in MUTATIONS]
    weights = [weight for _, weight in MUTATIONS]
    for number in range(count):
        mutate = mutations[number] if number < len(mutations) else rng.choices(mutations, weights)[0]
        tree = Tree(templates)
        file, line, what = mutate(rng, tree)
        if number % batches != batch:
            continue
        place = Path(folder) / f"{number:04d}"
        try:
            yield Malformed(tree.write(place), file, line, f"{mutate.__name__}: {what} in {file}")
        finally:
            shutil.rmtree(place, ignore_errors=True)
