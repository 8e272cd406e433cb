"""The calendar that people subscribe to: what an agency owes, as other programs read it."""

import icalendar
import pytest

from desk import AGENCY, ahead
from live import PATIENCE, said
from test_outcomes import DUE, calendars, decide, office  # noqa: F401 (a fixture)
from test_outcomes import OTHER as OTHER_DAY

OTHER = "don-vi-1"


def feed(desk, *words):
    result = desk.ctl("calendar", "--ics", *words)
    assert result.returncode == 0, result.stderr
    return result.stdout


def events(text):
    """By item: its VEVENT."""
    calendar = icalendar.Calendar.from_ical(text)
    assert not calendar.errors and "METHOD" not in calendar
    found = {}
    for event in calendar.walk("VEVENT"):
        assert not event.errors and event["TRANSP"] == "TRANSPARENT"
        found[str(event["UID"])] = event
    return found


def one(text, item, agency=AGENCY):
    (event,) = [event for uid, event in events(text).items() if uid.startswith(f"ke-hoach.{item}.{agency}@")]
    return event


def test_what_an_agency_owes(desk):
    text = feed(desk, "--agency", AGENCY)
    assert len(events(text)) == 3, "what has no day is not in it"
    report = one(text, "bao-cao")
    assert str(report["SUMMARY"]) == "Báo cáo tổng kết" and "STATUS" not in report
    assert report["DTSTART"].dt.isoformat() == ahead(20) and report["DTEND"].dt.isoformat() == ahead(21)
    window = one(text, "kiem-tra")
    assert str(window["SUMMARY"]) == "Kiểm tra <công tác> & thi đua (dự kiến)" and window["STATUS"] == "TENTATIVE"
    assert window["DTSTART"].dt.isoformat() == ahead(22) and window["DTEND"].dt.isoformat() == ahead(31)
    assert "VALARM" not in text and "\r\n" in text.replace("\n", "\r\n")
    assert all(len(line.encode()) <= 75 for line in text.splitlines())


def test_the_same_bytes_until_something_changes(desk):
    before = feed(desk, "--agency", AGENCY)
    assert feed(desk, "--agency", AGENCY) == before
    desk.ctl("snooze", "bao-cao", "--agency", AGENCY, "--for", "1d", "--reason", "x")
    desk.ctl("done", "bao-cao", "--agency", OTHER)
    assert feed(desk, "--agency", AGENCY) == before, "that is no change of a day of its own"
    desk.daemon.reload()
    assert feed(desk, "--agency", AGENCY) == before


def test_a_day_that_moves_keeps_its_identity(desk):
    before = one(feed(desk, "--agency", AGENCY), "kiem-tra")
    numbers = [before["SEQUENCE"]]
    for day, words in ((25, ["set-date", "kiem-tra", ahead(25)]), (26, ["set-date", "kiem-tra", ahead(26)])):
        assert desk.ctl(*words, "--agency", AGENCY, "--yes").returncode == 0
        event = one(feed(desk, "--agency", AGENCY), "kiem-tra")
        assert event["DTSTART"].dt.isoformat() == ahead(day) and "STATUS" not in event
        assert event["LAST-MODIFIED"].dt == event["DTSTAMP"].dt >= before["DTSTAMP"].dt
        numbers.append(event["SEQUENCE"])
    assert desk.ctl("clear-date", "kiem-tra", "--agency", AGENCY).returncode == 0
    event = one(feed(desk, "--agency", AGENCY), "kiem-tra")
    assert event["STATUS"] == "TENTATIVE"
    numbers.append(event["SEQUENCE"])
    assert numbers == [numbers[0] + i for i in range(4)]


def test_what_is_done_and_what_is_waived(desk):
    desk.ctl("done", "bao-cao", "--agency", AGENCY)
    assert str(one(feed(desk, "--agency", AGENCY), "bao-cao")["SUMMARY"]) == "✓ Báo cáo tổng kết"
    desk.ctl("reopen", "bao-cao", "--agency", AGENCY, "--reason", "nhầm")
    desk.ctl("waive", "bao-cao", "--agency", AGENCY, "--reason", "không có")
    event = one(feed(desk, "--agency", AGENCY), "bao-cao")
    assert event["STATUS"] == "CANCELLED" and event["SEQUENCE"] == 3


def test_of_all_each_day_once(desk):
    """The head reads what is due, not who owes it ten times over."""
    found = {str(event["SUMMARY"]): event for event in events(feed(desk)).values()}
    n = len(desk.json("list", "--item", "bao-cao"))
    assert f"Báo cáo tổng kết – {n} đơn vị" in found
    desk.ctl("set-date", "bao-cao", ahead(23), "--agency", AGENCY, "--yes")
    desk.ctl("done", "bao-cao", "--agency", OTHER)
    found = {str(event["SUMMARY"]): event for event in events(feed(desk)).values()}
    alone = [name for name in found if name.startswith("Báo cáo tổng kết – ") and not name.endswith("đơn vị")]
    assert f"Báo cáo tổng kết – {n - 1} đơn vị" in found and len(alone) == 1
    assert found[alone[0]]["DTSTART"].dt.isoformat() == ahead(23)


def test_mail_and_feed_agree(office, smtp):
    """Whoever has both sees one entry, and each change of it once."""
    for number, day in enumerate((DUE, OTHER_DAY), 1):
        decide(office, "set-date", "tap-huan", str(day), "--yes")
        smtp.wait(number, PATIENCE)
        said(office.daemon, "Sent date_set", number)
        *_, (_, _, uid, sequence, there) = calendars(smtp)
        event = events(office.ctl("calendar", "--ics", "--agency", OTHER).stdout)[uid]
        assert (event["SEQUENCE"], event["DTSTART"].dt) == (sequence, there) == (number, day)


@pytest.mark.parametrize("words, answer", [
    (["calendar", "--ics", "2024"], "leave YEAR out"),
    (["calendar", "--ics", "--json"], "one of --ics and --json"),
    (["calendar", "--agency", AGENCY], "--agency goes with --ics"),
])  # fmt: skip
def test_what_does_not_go_together(shared, words, answer):
    result = shared.ctl(*words)
    assert result.returncode == 2 and answer in result.stderr


def test_who_is_not_there(shared):
    result = shared.ctl("calendar", "--ics", "--agency", "so-tu-phep")
    assert result.returncode == 3 and "so-tu-phap" in result.stderr
