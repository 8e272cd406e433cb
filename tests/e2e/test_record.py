"""A list of what came in, from a spreadsheet: recorded as a whole, or each line that is wrong is named and nothing is."""

import json

import pytest

from test_names import AGENCY, OTHER, january, rows  # noqa: F401 (a fixture)

HEAD = "item;agency;date;note\n"
GOOD = HEAD + "tong-ket;so-tu-phap;30/12/2026;vào sổ số 12\ntong-ket;Sở Nội vụ;2026-12-31;\n\ntong-ket;VP UBND;04/01;\n"


def record(office, text, *words):
    if isinstance(text, str):
        text = text.encode()
    path = office.out.parent / "danh-sach.csv"
    path.write_bytes(text)
    return office.control("record", str(path), *words)


def sent_since(office, before, moment):
    office.advance(moment)
    return office.sent()[len(before) :]


def test_a_list_is_recorded_with_one_confirmation_for_each_agency(january):  # noqa: F811
    text = GOOD + "dang-ky;so-tu-phap;15/01/2026;\n"
    dry = record(january, text, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert dry.stdout.startswith("would be recorded: 4 obligations\n")
    assert "tdkt-2026/tong-ket, so-noi-vu: finished on 2026-12-31 – Báo cáo tổng kết năm 2026" in dry.stdout
    assert rows(january, "tong-ket")["tdkt-2026"]["state"] == "overdue", "nothing was kept"
    before = january.sent()
    assert sent_since(january, before, "2027-01-06 11:00") == []
    result = record(january, text)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("recorded: 4 obligations\n")
    found = {agency: rows(january, "tong-ket", agency)["tdkt-2026"] for agency in (AGENCY, OTHER, "vp-ubnd")}
    assert {agency: (row["state"], row["done_on"]) for agency, row in found.items()} == {
        AGENCY: ("done", "2026-12-30"), OTHER: ("done", "2026-12-31"), "vp-ubnd": ("late", "2027-01-04")}  # fmt: skip
    log = json.loads(january.control("log", "tong-ket", "--agency", AGENCY, "--json").stdout)
    assert log[-1]["verb"] == "done" and log[-1]["detail"].endswith("vào sổ số 12")
    told = sent_since(january, before, "2027-01-06 16:00")
    assert sorted(one["agency"] for one in told if one["kind"] == "completed") == [OTHER, AGENCY, "vp-ubnd"]


def test_a_quiet_one_tells_nobody(january):  # noqa: F811
    before = january.sent()
    assert record(january, GOOD, "--quiet").returncode == 0
    assert [one for one in sent_since(january, before, "2027-01-06 16:00") if one["kind"] == "completed"] == []


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        "\ufeff" + GOOD,
        GOOD.replace(";", ","),
        GOOD.replace(";", "\t"),
        GOOD.rstrip("\n"),
        GOOD + ";;;\n  ;\t;;\n\n",
        GOOD.replace("item;agency;date;note", "Nhiệm vụ;CƠ QUAN; Ngày nộp ;Ghi chú"),
        GOOD.replace("item;agency;date;note", '"item";"Đơn vị";"Ngày";"ghi chú"'),
        GOOD.replace("vào sổ số 12", '"vào ""sổ""; số 12,\nngày 30"'),
        "STT;" + GOOD.replace("\ntong", "\n7;tong"),
        GOOD.replace("so-tu-phap", '" Sở Tư pháp "'),
    ],
)
def test_what_spreadsheets_write(january, text):  # noqa: F811
    result = record(january, text)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    assert result.stdout.startswith("recorded: 3 obligations\n")


def test_from_a_pipe(january):  # noqa: F811
    result = january.control("record", "-", typed=GOOD)
    assert (result.returncode, result.stderr) == (0, "")
    assert record(january, GOOD).returncode == 1, "it is recorded already"


def test_each_line_that_is_wrong_is_named(january):  # noqa: F811
    january.control("waive", "tdkt-2026/tong-ket", "--agency", "vp-ubnd", "--reason", "x")
    before = january.list()
    text = GOOD + (
        "tong-kat;so-tu-phap;30/12/2026;\n"  # line 6
        "tong-ket;Sở Tư phap;30/12/2026;\n"
        "tong-ket;so-tu-phap;;\n"
        "tong-ket;so-tu-phap;31/02;\n"
        "dang-ky;so-tu-phap;31/12/2027;\n"
        "tdkt-2027/tong-ket;so-tu-phap;30/12/2026;\n"
        "tong-ket;hoi-dong-tdkt;30/12/2026;\n"
        'tong-ket;so-tu-phap;30/12/2026;"xong" rồi\n'
        "tong-ket;so-tu-phap;30/12/2026;xong;rồi\n"
        "tong-ket;so-tu-phap;30/12/2026;\n"
        f"dang-ky;so-noi-vu;30/12/2026;{'a' * 1001}\n"
        "hang-thang;so-noi-vu;30/12/2026;\n"
        'tong-ket;so-noi-vu;30/12/2026;"xong\n'
    )
    says = {5: "several plans", 6: "tong-ket?", 7: "no agency", 8: "no date", 9: "there is no such day", 10: "still to come",
            11: "cannot be", 12: "does not owe", 13: "closing quote", 14: "quotes", 15: "named twice", 16: "1000",
            17: "more than once", 18: "never closed"}  # fmt: skip
    for words in ([], ["--dry-run"]):
        result = record(january, text, *words)
        assert (result.returncode, result.stdout) == (1, ""), result.stderr
        lines = result.stderr.splitlines()
        assert "nothing is recorded" in lines[-1]
        found = {int(line.split(".csv:")[1].split(":")[0]): line for line in lines[:-1]}
        assert sorted(found) == [5, *range(6, 19)] and len(found) == len(lines) - 1, result.stderr
        for number, word in says.items():
            assert word in found[number], (number, found[number])
        assert january.list() == before
    answer = json.loads(record(january, text, "--json").stdout)
    assert [one["line"] for one in answer["refused"]] and answer["changed"] == 0 and answer["obligations"] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "names the columns"),
        (b"\xef\xbb\xbf", "names the columns"),
        (HEAD.encode(), "below the heading"),
        (b"tong-ket;so-tu-phap;30/12\n", ":1: the first line names the columns"),
        (b"item;agency;item;date\nx;y;z;w\n", "stands twice"),
        (GOOD.encode("utf-16"), ":1: that is no UTF-8"),
        (GOOD.encode() + b"tong-ket;S\xf2;1/1;\n", ":6: that is no UTF-8"),
        (GOOD.encode() + b"tong-ket;so-tu-phap\0;1/1;\n", ":6: that is no UTF-8"),
        (GOOD.encode() + b"x" * (1 << 20), "more than 1048576 bytes"),
        (b";" * 60 + b"\n", "names the columns"),
        ((HEAD + ";" * 60 + "\n").encode(), ":2: too many columns"),
        ((HEAD + "tong-ket;\x1b[2J;1/1;\n").encode(), ":2: "),
        ((HEAD + "x;y;1/1;\n" * 4001).encode(), "at most 4000 rows"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_list(january, text, says):  # noqa: F811
    result = record(january, text)
    assert result.returncode in (1, 2) and result.stdout == ""
    assert says in result.stderr and "\x1b" not in result.stderr, result.stderr


def test_what_cannot_be_read(january):  # noqa: F811
    for path in (str(january.out.parent), str(january.out.parent / "khong-co.csv")):
        result = january.control("record", path)
        assert result.returncode == 1 and "cannot be read" in result.stderr and result.stderr.count("\n") == 1
