"""What an item can say beside its date, from the plan to the words of a message."""

import json

import pytest

from block import Block, Bus, plan
from rehearsal import Rehearsal

DAILY = {"plain": {"before": ["7d", "1d", "0d"], "at": "08:00", "overdue": {"every": "2wd", "limit": 4},
                   "escalate": ({"after": "3wd", "to": "head"},)}}  # fmt: skip


@pytest.fixture(scope="module")
def bus():
    with Bus() as bus:
        yield bus


def rehearsed(folder, bus, items, until="2024-12-31", **settings):
    block = Block(folder, plan(items), policies=DAILY, **settings)
    checked = block.check()
    assert checked.returncode == 0, checked.stderr
    return Rehearsal(block, bus, "2024-09-01", until, "--fresh")


def said(rehearsal, item, *words):
    """The text of the message about an item, or --html its page."""
    shown = rehearsal.control("preview", item, "--agency", "so-tu-phap", *words)
    assert shown.returncode == 0, shown.stderr
    return shown.stdout


HOUR = """{ id = "ds"; title = "Gửi danh sách đại biểu"; due = "2024-09-23"; time = "16:00"; place = "Phòng 205";
            for = ["so-tu-phap"]; wording = "trước 16h00 ngày 23/9/2024"; }"""


@pytest.mark.parametrize("kind", ["advance", "due"])
@pytest.mark.parametrize("form", [(), ("--html",)])
def test_the_hour_of_a_deadline(tmp_path, bus, kind, form):
    with rehearsed(tmp_path, bus, HOUR) as rehearsal:
        rehearsal.advance("2024-09-16" if kind == "advance" else "2024-09-23")
        text = said(rehearsal, "ds", "--kind", kind, *form).replace("<strong>", "").replace("</strong>", "")
        assert "trước 16 giờ 00 ngày 23/09/2024" in text and "17 giờ" not in text
        assert "Phòng 205" in text
        (row,) = rehearsal.list("--item", "ds")
        assert (row["time"], row["place"]) == ("16:00", "Phòng 205")
        shown = rehearsal.control("show", "ds").stdout
        assert "16:00" in shown and "Phòng 205" in shown
        assert "16:00" in rehearsal.control("list").stdout


def test_what_is_done_on_its_day_is_not_late_for_its_hour(tmp_path, bus):
    with rehearsed(tmp_path, bus, HOUR) as rehearsal:
        rehearsal.advance("2024-09-23 16:30")
        (row,) = rehearsal.list("--item", "ds")
        assert row["state"] == "pending"
        rehearsal.advance("2024-09-24 07:00")
        (row,) = rehearsal.list("--item", "ds")
        assert row["state"] == "overdue"


EVENT = """{ id = "hn"; title = "Hội nghị trực tuyến"; due = "2024-09-28"; time = "08:00"; place = "Hội trường";
             event = true; for = ["so-tu-phap"]; }"""


@pytest.mark.parametrize("form", [(), ("--html",)])
def test_an_event_is_attended(tmp_path, bus, form):
    """28 September is a Saturday, and stays it."""
    with rehearsed(tmp_path, bus, EVENT) as rehearsal:
        for day, kind in (("2024-09-20", "advance"), ("2024-09-27", "due")):
            rehearsal.advance(day)
            text = said(rehearsal, "hn", "--kind", kind, *form).replace("<strong>", "").replace("</strong>", "")
            assert "08 giờ 00, thứ Bảy, ngày 28/09/2024" in text and "Hội trường" in text and "tham dự" in text
            for word in ("hạn", "nộp", "kết quả", "ngày nghỉ", "hoàn thành"):
                assert word not in text, word


def test_an_event_is_over_when_its_day_is(tmp_path, bus):
    with rehearsed(tmp_path, bus, EVENT) as rehearsal:
        rehearsal.advance("2024-12-01")
        (row,) = rehearsal.list("--item", "hn")
        assert row["event"] is True and row["effective_due"] == "2024-09-28"
        assert row["state"] == "passed" and not row["late"] and row["next_reminder"] is None
        about = [line for line in rehearsal.sent() if line["items"] == ["hn"]]
    assert [(line["kind"], line["time"][:10]) for line in about] == [("advance", "2024-09-20"), ("due", "2024-09-27")]
    assert about[-1]["subject"] == "[Khối TMTH] Ngày mai 28/09/2024, 08 giờ 00: Hội nghị trực tuyến"


def test_what_an_item_rests_on(tmp_path, bus):
    items = """{ id = "mot"; title = "Việc một"; due = "2024-09-23"; for = ["deputy"]; },
               { id = "hai"; title = "Việc hai"; due = "2024-09-24"; basis = "Công văn số 9/CV";
                 link = "https://vb.laocai.example/9.pdf?a=1&b=2"; }"""
    block = Block(tmp_path, plan(items).replace('deputy = "so-noi-vu"', 'deputy = ["so-noi-vu", "so-tu-phap"]; '
                  'link = "https://vb.laocai.example/28.pdf"'), policies=DAILY)  # fmt: skip
    with Rehearsal(block, bus, "2024-09-01", "2024-12-31", "--fresh") as rehearsal:
        assert {row["agency"] for row in rehearsal.list("--item", "mot")} == {"so-noi-vu", "so-tu-phap"}
        assert "https://vb.laocai.example/28.pdf" in said(rehearsal, "mot", "--kind", "due")
        text, page = said(rehearsal, "hai", "--kind", "due"), said(rehearsal, "hai", "--kind", "due", "--html")
        assert "Công văn số 9/CV" in text and "https://vb.laocai.example/9.pdf?a=1&b=2" in text
        assert 'href="https://vb.laocai.example/9.pdf?a=1&amp;b=2"' in page and "28.pdf" not in text + page


def test_files_that_are_not_read(tmp_path):
    block = Block(tmp_path, plan('{ id = "a"; title = "Việc"; quarter = 1; }'))
    for name in ("KH3.CONF", "kh.conf.txt", "~$kh.conf", "kh.conf~", "kh.conf.orig", ".kh.conf"):
        block.write_plan("no plan", name)
    checked = block.check()
    assert checked.returncode == 0
    told = [line for line in (checked.stdout + checked.stderr).splitlines() if "is not read" in line]
    assert [name for name in ("KH3.CONF", "kh.conf.txt", "~$kh.conf") if any(name in line for line in told)] == [
        "KH3.CONF", "kh.conf.txt", "~$kh.conf",
    ]  # fmt: skip
    assert len(told) == 3 and all("plans: " in line and ".conf" in line for line in told)


LIMIT = """{ id = "giao-uoc"; title = "Ký giao ước thi đua"; due = "2024-09-30"; limit = "2024-10-15";
             for = ["so-tu-phap"]; wording = "trong tháng 9, trường hợp đặc biệt không quá 15/10"; }"""


@pytest.mark.parametrize("form", [(), ("--html",)])
def test_what_the_document_allows_at_most_is_told(tmp_path, bus, form):
    with rehearsed(tmp_path, bus, LIMIT) as rehearsal:
        rehearsal.advance("2024-09-24")
        assert "không quá ngày 15/10/2024" in said(rehearsal, "giao-uoc", "--kind", "advance", *form)
        (row,) = rehearsal.list("--item", "giao-uoc")
        assert row["limit"] == "2024-10-15"
        assert "at the latest 2024-10-15" in rehearsal.control("show", "giao-uoc").stdout


def test_no_date_is_set_or_granted_beyond_it(tmp_path, bus):
    with rehearsed(tmp_path, bus, LIMIT) as rehearsal:
        rehearsal.advance("2024-09-24")
        for words in (("set-date", "giao-uoc", "2024-10-16"), ("set-date", "giao-uoc", "2024-10-16", "--yes"),
                      ("claim", "giao-uoc", "--agency", "so-tu-phap", "--until", "2024-10-16")):  # fmt: skip
            refused = rehearsal.control(*words)
            assert refused.returncode == 1 and "2024-10-15" in refused.stderr, refused
        assert rehearsal.control(*words[:-1], "2024-10-14").returncode == 0
        number = str(json.loads(rehearsal.control("claims", "--json").stdout)[0]["id"])
        refused = rehearsal.control("grant", number, "--until", "2024-10-16")
        assert refused.returncode == 1 and "2024-10-15" in refused.stderr
        assert rehearsal.control("grant", number, "--until", "2024-10-15").returncode == 0
        (row,) = rehearsal.list("--item", "giao-uoc")
        assert row["due"] == "2024-10-15"


WAITING = """{ id = "tap-huan"; title = "Tập huấn"; when = "khi tỉnh tổ chức"; fix_by = "2024-10-10"; }"""


def test_the_head_is_asked_for_the_day_of_what_waits(tmp_path, bus):
    with rehearsed(tmp_path, bus, WAITING) as rehearsal:
        rehearsal.advance("2024-10-11")
        assert rehearsal.control("set-date", "tap-huan", "2024-11-05", "--agency", "so-noi-vu").returncode == 0
        rehearsal.advance("2024-10-16")
        for agency in ("so-tu-phap", "vp-ubnd"):
            rehearsal.control("set-date", "tap-huan", "2024-11-06", "--agency", agency)
        rehearsal.advance("2024-10-30")
        asked = [line for line in rehearsal.sent() if line["kind"] == "fix_date"]
    assert [line["time"][:10] for line in asked] == ["2024-09-26", "2024-10-07", "2024-10-10", "2024-10-14"]
    assert {line["agency"] for line in asked} == {"vp-ubnd"}
    assert asked[0]["subject"] == "[Khối TMTH] Hạn ấn định lịch 10/10/2024: Tập huấn"


def test_nobody_is_asked_for_a_day_once_the_plan_is_over(tmp_path, bus):
    with rehearsed(tmp_path, bus, WAITING.replace("2024-10-10", "2024-12-27"), until="2025-02-28") as rehearsal:
        rehearsal.advance("2025-02-20")
        asked = [line["time"][:10] for line in rehearsal.sent() if line["kind"] == "fix_date"]
    assert asked == ["2024-12-13", "2024-12-24", "2024-12-27", "2024-12-31"]


HELP = """{ id = "bc"; title = "Báo cáo chung"; due = "2024-10-10"; for = ["so-tu-phap", "so-noi-vu"];
            with = ["hoi-dong-tdkt"]; }, { id = "khac"; title = "Việc khác"; due = "2024-10-10"; for = ["so-tu-phap"]; }"""


def told(rehearsal, agency="hoi-dong-tdkt"):
    return [(line["time"][:10], line["kind"], line["subject"].removeprefix("[Khối TMTH] "))
            for line in rehearsal.sent() if line["agency"] == agency]  # fmt: skip


@pytest.mark.parametrize("form", [(), ("--html",)])
def test_all_messages_name_those_who_help(tmp_path, bus, form):
    with rehearsed(tmp_path, bus, HELP) as rehearsal:
        rehearsal.advance("2024-10-02")
        for kind in ("advance", "due", "overdue"):
            text = said(rehearsal, "bc", "--kind", kind, *form)
            assert "Cơ quan phối hợp" in text and "Hội đồng" in text
        assert "Cơ quan phối hợp" not in said(rehearsal, "khac", "--kind", "due", *form)
        text = said(rehearsal, "bc", "--kind", "assist", *form)
        assert "Kính gửi: " in text and "Sở Tư pháp" in text and "Sở Nội vụ" in text and "10/10/2024" in text
        assert {tuple(row["with"]) for row in rehearsal.list("--item", "bc")} == {("hoi-dong-tdkt",)}
        assert {tuple(row["with"]) for row in rehearsal.list("--item", "khac")} == {()}
        assert "hoi-dong-tdkt" in rehearsal.control("show", "bc").stdout


def test_who_helps_is_told_once_and_urged_never(tmp_path, bus):
    with rehearsed(tmp_path, bus, HELP) as rehearsal:
        rehearsal.advance("2024-11-15")
        assert told(rehearsal) == [("2024-10-03", "assist", "Phối hợp: Báo cáo chung (hạn 10/10/2024)")]
        assert not rehearsal.list("--agency", "hoi-dong-tdkt")


def test_who_helps_is_told_what_changes(tmp_path, bus):
    with rehearsed(tmp_path, bus, HELP, confirmations=True) as rehearsal:
        rehearsal.advance("2024-10-04")
        rehearsal.control("set-date", "bc", "2024-10-25")
        rehearsal.advance("2024-10-22")
        rehearsal.control("done", "bc", "--agency", "so-tu-phap")
        rehearsal.advance("2024-10-23")
        rehearsal.control("done", "bc", "--agency", "so-noi-vu")
        rehearsal.advance("2024-10-24")
        rehearsal.control("reopen", "bc", "--agency", "so-noi-vu", "--reason", "nhầm")
        rehearsal.advance("2024-10-25")
        rehearsal.control("waive", "bc", "--agency", "so-noi-vu", "--reason", "sáp nhập")
        rehearsal.advance("2024-12-01")
        assert told(rehearsal) == [
            ("2024-10-03", "assist", "Phối hợp: Báo cáo chung (hạn 10/10/2024)"),
            ("2024-10-04", "assist", "Phối hợp: Báo cáo chung (hạn 25/10/2024)"),
            ("2024-10-23", "assist", "Phối hợp: Báo cáo chung – đã hoàn thành"),
            ("2024-10-24", "assist", "Phối hợp: Báo cáo chung (hạn 25/10/2024)"),
            ("2024-10-25", "assist", "Phối hợp: Báo cáo chung – đã hoàn thành"),
        ]


def test_who_helps_is_told_that_it_left_the_plan(tmp_path, bus):
    block = Block(tmp_path, plan(HELP), policies=DAILY)
    with Rehearsal(block, bus, "2024-09-01", "2024-12-31", "--fresh") as rehearsal:
        rehearsal.advance("2024-10-04")
        block.write_plan(plan(HELP.replace('id = "bc"', 'id = "bd"').replace("2024-10-10", "2024-12-20")))
        assert rehearsal.control("reload").returncode == 0
        rehearsal.advance("2024-10-10")
        assert told(rehearsal)[1:] == [("2024-10-04", "assist", "Phối hợp: Báo cáo chung – thôi thực hiện")]


INSPECTION = """{ id = "bc"; title = "Gửi báo cáo cho Đoàn kiểm tra"; for = ["so-tu-phap", "so-noi-vu"];
                  before_item = { item = "kt"; by = "5wd"; }; },
                { id = "kt"; title = "Kiểm tra thi đua"; event = true; for = ["members"];
                  when = "khi có lịch"; dates = ( { agency = "so-tu-phap"; due = "2024-10-15"; } ); },
                { id = "khac-phuc"; title = "Khắc phục sau kiểm tra"; for = ["so-tu-phap", "so-noi-vu"];
                  after = { item = "bc"; by = "10d"; }; }"""


def days(rehearsal, item):
    return {row["agency"]: (row["due"], row["state"]) for row in rehearsal.list("--item", item)}


def test_each_agency_counts_from_its_own_day(tmp_path, bus):
    with rehearsed(tmp_path, bus, INSPECTION) as rehearsal:
        rehearsal.advance("2024-09-10")
        waits = (None, "undated")
        assert days(rehearsal, "bc") == {"so-tu-phap": ("2024-10-08", "pending"), "so-noi-vu": waits}
        assert days(rehearsal, "khac-phuc") == {"so-tu-phap": ("2024-10-18", "pending"), "so-noi-vu": waits}
        assert "khi có ngày của “Kiểm tra thi đua”" in rehearsal.control("show", "bc").stdout


def test_the_day_follows_the_other(tmp_path, bus):
    """What it is counted from is named, moved, taken back and finished."""
    with rehearsed(tmp_path, bus, INSPECTION) as rehearsal:
        rehearsal.advance("2024-09-10")
        assert rehearsal.control("set-date", "kt", "2024-10-22", "--agency", "so-noi-vu").returncode == 0
        assert days(rehearsal, "bc")["so-noi-vu"] == ("2024-10-15", "pending")
        assert rehearsal.control("set-date", "kt", "2024-10-25", "--agency", "so-tu-phap").returncode == 0
        assert days(rehearsal, "bc") == {"so-tu-phap": ("2024-10-18", "pending"), "so-noi-vu": ("2024-10-15", "pending")}
        rehearsal.advance("2024-09-12")
        told = {(line["agency"], line["kind"]) for line in rehearsal.sent() if "bc" in line["items"]}
        assert told == {("so-noi-vu", "date_set"), ("so-tu-phap", "date_set")}
        assert rehearsal.control("clear-date", "kt", "--agency", "so-noi-vu").returncode == 0
        assert days(rehearsal, "bc")["so-noi-vu"] == (None, "undated")
        assert rehearsal.control("set-date", "kt", "2024-10-22", "--agency", "so-noi-vu").returncode == 0
        rehearsal.advance("2024-10-09")
        about = [(line["agency"], line["time"][:10]) for line in rehearsal.sent()
                 if "bc" in line["items"] and line["kind"] == "advance"]  # fmt: skip
        assert about == [("so-noi-vu", "2024-10-08")]
        assert rehearsal.control("done", "bc", "--agency", "so-noi-vu", "--on", "2024-10-02").returncode == 0
        assert days(rehearsal, "khac-phuc")["so-noi-vu"] == ("2024-10-12", "pending")
        assert rehearsal.control("done", "bc", "--agency", "so-noi-vu", "--amend", "--on", "2024-10-04").returncode == 0
        assert days(rehearsal, "khac-phuc")["so-noi-vu"] == ("2024-10-14", "pending")
        assert rehearsal.control("reopen", "bc", "--agency", "so-noi-vu", "--reason", "chưa đủ").returncode == 0
        assert days(rehearsal, "khac-phuc")["so-noi-vu"] == ("2024-10-25", "pending")
        assert rehearsal.control("waive", "bc", "--agency", "so-noi-vu", "--reason", "miễn").returncode == 0
        assert days(rehearsal, "khac-phuc")["so-noi-vu"] == (None, "undated")


def test_what_was_set_by_hand_does_not_follow(tmp_path, bus):
    with rehearsed(tmp_path, bus, INSPECTION) as rehearsal:
        rehearsal.advance("2024-09-10")
        assert rehearsal.control("set-date", "bc", "2024-10-04", "--agency", "so-tu-phap").returncode == 0
        assert rehearsal.control("set-date", "kt", "2024-10-25", "--agency", "so-tu-phap").returncode == 0
        assert days(rehearsal, "bc")["so-tu-phap"] == ("2024-10-04", "pending")
        assert rehearsal.control("clear-date", "bc", "--agency", "so-tu-phap").returncode == 0
        assert days(rehearsal, "bc")["so-tu-phap"] == ("2024-10-18", "pending")


def test_the_day_follows_a_claim_that_the_program_accepts(tmp_path, bus):
    with rehearsed(tmp_path, bus, INSPECTION, answers={"accept": "1wd"}) as rehearsal:
        rehearsal.advance("2024-10-02")
        assert rehearsal.control("claim", "bc", "--agency", "so-tu-phap").returncode == 0
        forecast = rehearsal.control("forecast", "--agency", "so-tu-phap", "--json", "--to", "2024-10-31")
        assert forecast.returncode == 0, forecast.stderr
        rehearsal.advance("2024-10-04")
        assert days(rehearsal, "bc")["so-tu-phap"][1] == "done"
        assert days(rehearsal, "khac-phuc")["so-tu-phap"] == ("2024-10-12", "pending")
        rehearsal.advance("2024-10-31")
        times = {line["time"][:10] for line in rehearsal.sent()
                 if line["agency"] == "so-tu-phap" and "khac-phuc" in line["items"] and line["time"] > "2024-10-02"}  # fmt: skip
        assert times and times == {row["time"][:10] for row in json.loads(forecast.stdout) if "khac-phuc" in row["items"]}


def test_items_that_count_from_each_other(tmp_path):
    items = """{ id = "a"; title = "Việc a"; after = { item = "b"; by = "1d"; }; },
               { id = "b"; title = "Việc b"; before_item = { item = "a"; by = "1d"; }; },
               { id = "c"; title = "Việc c"; after = { item = "c"; by = "1d"; }; }"""
    checked = Block(tmp_path, plan(items)).check()
    assert checked.returncode == 1
    for said in ('item "a": after: counting from "b" goes round in a circle',
                 'item "b": before_item: counting from "a" goes round in a circle',
                 'item "c": after: an item is not counted from itself'):  # fmt: skip
        assert said in checked.stdout
