"""What people look at with reminderctl: status, show, log, preview, calendar, forecast, matrix."""

import contextlib
import datetime
import html.parser
import os
import re
import sqlite3
import time

import block
from desk import AGENCY, KEYS, POLICIES, TODAY, Desk, ahead
from terminal import columns_of, on_terminal


def test_status(shared):
    status = shared.json("status")
    assert (status["health"], status["open"], status["overdue"], status["failed"]) == ("ok", 13, 3, 0)
    assert status["last_error"] is None and status["problems"] is not None
    datetime.datetime.fromisoformat(status["next_wake"])
    assert shared.ctl("status", "--check").returncode == 0
    assert "13 open" in shared.ctl("status").stdout


def test_status_tells_the_last_error(desk):
    """The mail server of the sample block does not exist: that is a failure for a while."""
    assert desk.ctl("test", AGENCY).returncode == 0
    end = time.monotonic() + block.PATIENCE
    while not (status := desk.json("status"))["last_error"]:
        assert time.monotonic() < end
    (delivery,) = desk.json("deliveries")
    assert status["last_error"] == delivery["answer"] and status["last_error_state"] == "queued"
    assert (status["last_error_agency"], status["last_error_delivery"]) == (AGENCY, delivery["id"])
    datetime.datetime.fromisoformat(status["last_error_at"])
    assert (status["last_delivery"], status["seconds_since_last_delivery"]) == (None, None)
    text = desk.ctl("status").stdout
    assert delivery["answer"] in text and delivery["address"] in text and "tried again" in text
    assert "none yet" in text


def test_monitoring_hears_of_mail_that_does_not_leave_before_it_is_given_up(desk):
    assert desk.ctl("test", AGENCY).returncode == 0
    end = time.monotonic() + block.PATIENCE
    while not desk.json("status")["last_error"]:
        assert time.monotonic() < end
    assert desk.ctl("status", "--check").returncode == 0
    desk.daemon.stop()
    with contextlib.closing(sqlite3.connect(desk.block.state / "reminderd.db")) as database, database:
        database.execute("UPDATE delivery SET made_ms = made_ms - 2 * 3600 * 1000")
    desk.start()
    status = desk.ctl("status", "--check")
    assert status.returncode == 1 and "messages do not leave" in status.stdout and "for 2 h" in status.stdout
    assert desk.json("status")["health"] == "attention"


def test_status_names_provisional_calendars(tmp_path):
    year = TODAY.year + 20  # nobody has announced those holidays yet
    with Desk(tmp_path, f'{{ id = "x"; title = "Việc"; due = "{year}-05-05"; for = ["members"]; }}', year=year) as desk:
        assert desk.json("status")["provisional_calendars"] == [str(year)]
        assert f"no calendar file for {year}" in desk.ctl("status").stdout
        assert desk.ctl("status", "--check").returncode == 0


def test_show_is_the_whole_life(desk):
    assert desk.ctl("snooze", "bao-cao", "--agency", AGENCY, "--for", "1d", "--reason", "chờ").returncode == 0
    about = desk.json("show", "bao-cao", "--agency", AGENCY)
    assert about["title"] == "Báo cáo tổng kết" and about["report_to"] == ["vp-ubnd"]
    (obligation,) = about["obligations"]
    assert set(KEYS) <= set(obligation)
    assert [rung["kind"] for rung in obligation["ladder"]][-2:] == ["advance", "due"] or obligation["ladder"]
    assert all(rung["settled"] is False for rung in obligation["ladder"] if rung["time"][:10] > TODAY.isoformat())
    (event,) = obligation["log"]
    assert event["verb"] == "snooze" and "chờ" in event["detail"] and event["uid"] == os.getuid()
    text = desk.ctl("show", "bao-cao", "--agency", AGENCY).stdout
    assert "Báo cáo tổng kết" in text and "snoozed" in text and "chờ" in text
    assert desk.ctl("set-date", "bao-cao", ahead(22), "--agency", AGENCY).returncode == 0
    told = desk.ctl("show", "bao-cao", "--agency", AGENCY).stdout
    assert re.search(rf" date-set@{ahead(22)}$", told, re.MULTILINE)  # without the digits that make it unique
    assert len(desk.json("show", "bao-cao")["obligations"]) == 3


def test_log(desk):
    assert desk.ctl("done", "bao-cao", "--agency", AGENCY, "--note", "đủ").returncode == 0
    assert desk.ctl("done", "bao-cao", "--agency", AGENCY).returncode == 1
    assert desk.ctl("waive", "hop-khoi", "--reason", "hoãn").returncode == 0
    events = desk.json("log")
    assert [event["verb"] for event in events] == ["done", "done refused", "waive"]
    assert all(event["who"] and event["uid"] == os.getuid() for event in events)
    assert [event["verb"] for event in desk.json("log", "hop-khoi")] == ["waive"]
    assert desk.json("log", "--since", "tomorrow") == []
    assert len(desk.json("log", "--since", "today", "--agency", AGENCY)) == 2


def test_preview_sends_nothing(shared):
    message = shared.json("preview", "bao-cao", "--agency", AGENCY)
    assert message["kind"] == "advance" and "Báo cáo tổng kết" in message["subject"]
    assert "Sở Tư pháp" in message["text"] and "<html" in message["html"].lower()
    overdue = shared.json("preview", "qua-han", "--agency", AGENCY)
    assert overdue["kind"] == "overdue"
    for kind in ("advance", "escalation", "snoozed", "completed"):
        assert shared.ctl("preview", "qua-han", "--agency", AGENCY, "--kind", kind).returncode in (0, 1), kind
    page = shared.ctl("preview", "kiem-tra", "--agency", AGENCY, "--html").stdout
    assert "&lt;công tác&gt; &amp;" in page and "<công tác>" not in page
    assert shared.json("deliveries") == []


def test_calendar(shared):
    calendar = shared.json("calendar", "2024")
    days = {day["date"]: day for day in calendar["days"]}
    assert days["2024-02-12"]["off"] is True and days["2024-05-04"]["off"] is False
    assert calendar["provisional"] is False
    here = shared.json("calendar")
    assert here["year"] == TODAY.year
    found = {day["date"]: day for day in here["deadlines"]}
    if ahead(-30).startswith(str(TODAY.year)):
        assert found[ahead(-30)]["overdue"] == 3
    assert ahead(30) not in found  # tentative: no day is named
    seen, _ = on_terminal(shared, "calendar", "2024", NO_COLOR="1")
    assert " 4+ 5" in seen and max(map(columns_of, seen.splitlines())) <= 80
    assert "\x1b[7m" in on_terminal(shared, "calendar")[0]


def test_forecast_is_what_a_rehearsal_says(tmp_path):
    """From tomorrow on, with nothing to catch up on, both have to agree."""
    wednesday = ahead(17 + (2 - TODAY.weekday() - 17) % 7)  # the day before it works, so that there is a due notice
    items = f'''
        {{ id = "bao-cao"; title = "Báo cáo"; due = "{wednesday}"; for = ["members"]; }},
        {{ id = "hop-khoi"; title = "Họp"; window = ["{ahead(11)}", "{ahead(22)}"]; for = ["head"]; policy = "late"; }}
    '''
    late = {"before": ["5d"], "at": "09:00", "overdue": {"every": "1d", "limit": 3},
            "escalate": ({"after": "1d", "to": "council"},)}  # fmt: skip
    with Desk(tmp_path, items, policies={**POLICIES, "late": late}, digest={"weekday": "mon", "at": "08:00"}) as desk:
        compare_forecast(desk)


def compare_forecast(desk):
    assert desk.ctl("done", "bao-cao", "--agency", AGENCY).returncode == 0
    period = (ahead(1), ahead(30))
    forecast = desk.json("forecast", "--from", period[0], "--to", period[1])
    rehearsal = desk.block.rehearse(*period)
    assert {line["kind"] for line in forecast} > {"advance", "overdue", "escalation", "digest"}
    without = [line for line in rehearsal if line["kind"] != "digest" and line["agency"] != AGENCY]
    assert [line for line in forecast if line["kind"] != "digest" and line["agency"] != AGENCY] == without
    assert not [line for line in forecast if line["agency"] == AGENCY and line["kind"] != "digest"]
    assert desk.json("forecast", "--from", period[0], "--to", period[1], "--agency", AGENCY) == [
        line for line in forecast if line["agency"] == AGENCY
    ]
    assert desk.json("deliveries") == []  # it was a copy
    with desk.raw() as bus:
        pages, offset = [], 0
        while True:
            answer = bus.call("Forecast", "ssstu", *period, "", offset, 2)
            pages += answer.values[0]
            offset = answer.values[1]
            if offset == 0:
                break
        assert [page["time"] for page in pages] == [line["time"] for line in forecast]


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.cells, self.inside = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag in ("td", "th"):
            self.cells.append("")
        self.inside = tag

    def handle_data(self, data):
        if self.cells and self.inside not in (None, "style"):
            self.cells[-1] += data.strip()

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.inside = None


def test_matrix(desk):
    assert desk.ctl("done", "bao-cao", "--agency", AGENCY).returncode == 0
    assert desk.ctl("waive", "bao-cao", "--agency", "vp-ubnd", "--reason", "x").returncode == 0
    lines = desk.ctl("list", "--matrix").stdout.splitlines()
    marks = {line.split()[0]: line.split()[-3:] for line in lines[1:6]}
    assert marks["bao-cao"] == ["–", "·", "✓"]
    assert marks["qua-han"] == ["✗", "✗", "✗"]
    assert marks["kiem-tra"] == ["?", "?", "?"]
    assert any("Văn phòng UBND tỉnh" in line for line in lines[6:])
    text = desk.ctl("list", "--matrix", "--html").stdout
    page = Page(text)
    assert ("html", {"lang": "vi"}) in page.tags
    assert not {"link", "script", "img"} & {tag for tag, _ in page.tags}  # self-contained
    assert "size: A4" in text and "http" not in text
    assert "Kiểm tra <công tác> & thi đua" in page.cells
    assert desk.ctl("list", "--html").returncode == 2
