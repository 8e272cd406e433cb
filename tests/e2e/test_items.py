"""What an item can say beside its date, from the plan to the words of a message."""

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
