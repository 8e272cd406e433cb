"""What becomes of what was not sent, and of what was sent and is taken back: in real time, over the bus."""

import datetime
import json

import icalendar
import pytest

from block import Bus
from lab import check
from live import PATIENCE, Live, item, mail_to, now, said, soon


def test_a_failure_needs_attention_until_it_is_acknowledged(tmp_path, smtp, authority):
    smtp.faults.update({"dv1@khoi.example": "550"})
    block = Live(tmp_path, soon(), mail=mail_to(smtp, authority))
    with Bus() as bus, block.start("session", environment=bus.environment) as daemon:
        said(daemon, "Gave up delivering due")
        (failed,) = json.loads(bus.ctl("deliveries", "--state", "failed", "--json").stdout)
        assert bus.ctl("status", "--check").returncode == 1
        assert bus.ctl("acknowledge", failed["id"]).returncode == 0
        assert bus.ctl("status", "--check").returncode == 0
        assert json.loads(bus.ctl("status", "--json").stdout)["failed"] == 0
        assert json.loads(bus.ctl("deliveries", "--state", "failed", "--json").stdout) == [failed]
        assert bus.ctl("acknowledge", failed["id"]).returncode == 1
        assert bus.ctl("acknowledge", "0" * 32).returncode == 3
        assert bus.ctl("acknowledge").returncode == 2
        assert bus.ctl("acknowledge", "--all", "--json").stdout.strip() != ""
        assert [event["verb"] for event in json.loads(bus.ctl("log", "--json").stdout)] == ["acknowledge", "acknowledge"]


# ---- taken back ------------------------------------------------------------------------------------------------------

DUE = (now() + datetime.timedelta(days=5)).date()
OTHER = DUE + datetime.timedelta(days=1)


def calendars(smtp):
    """(kind, METHOD, UID, SEQUENCE, day) of each mail, in the order in which they came; the last four None without."""
    for record in smtp.messages():
        raw = smtp.content(record)
        assert check.message_problems(raw) == []
        message = check.parse(raw)
        part = next((part for part in message.walk() if part.get_content_type() == "text/calendar"), None)
        if part is None:
            yield message["X-Reminderd-Kind"], None, None, None, None
            continue
        calendar = icalendar.Calendar.from_ical(part.get_content())
        (event,) = calendar.walk("VEVENT")
        assert part.get_param("method") == calendar["METHOD"]
        yield (message["X-Reminderd-Kind"], str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"]),
               event["DTSTART"].dt)  # fmt: skip


@pytest.fixture
def office(tmp_path, smtp, authority):
    """An agency that owes a report, of which nobody is reminded yet, and something without a date."""
    items = item(due=DUE) + ", " + item("tap-huan", due=DUE).replace(f'due = "{DUE}"', 'when = "khi co cong van"')
    block = Live(tmp_path, soon(), mail=mail_to(smtp, authority), items=items, confirmations=True)
    with Bus() as bus, block.start("session", environment=bus.environment) as daemon:
        bus.block, bus.daemon = block, daemon
        yield bus


def decide(office, *words):
    result = office.ctl(*words)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "words, kind, method",
    [
        (["clear-date", "tap-huan"], "date_cleared", "CANCEL"),
        (["waive", "tap-huan", "--reason", "không tổ chức"], "waived", "CANCEL"),
        (["done", "tap-huan", "--agency", "don-vi-1"], "completed", "CANCEL"),
        (["set-date", "tap-huan", str(OTHER), "--yes"], "date_set", "PUBLISH"),
    ],
)
def test_an_entry_that_went_out_is_taken_back(office, smtp, words, kind, method):
    decide(office, "set-date", "tap-huan", str(DUE), "--yes")
    smtp.wait(1, PATIENCE)
    said(office.daemon, "Sent date_set")
    decide(office, *words)
    smtp.wait(2, PATIENCE)
    first, second = calendars(smtp)
    assert first[:2] == ("date_set", "PUBLISH") and first[4] == DUE
    assert second[:3] == (kind, method, first[2])
    assert second[3] > first[3]
    assert second[4] == (OTHER if method == "PUBLISH" else DUE)


def test_what_nobody_was_told_is_not_taken_back(office, smtp):
    decide(office, "waive", "tap-huan", "--reason", "không tổ chức")
    decide(office, "reopen", "tap-huan", "--agency", "don-vi-1", "--reason", "nhầm")
    decide(office, "set-date", "tap-huan", str(DUE), "--yes")
    smtp.wait(1, PATIENCE)
    said(office.daemon, "Sent date_set")
    assert [kind for kind, *_ in calendars(smtp)] == ["date_set"]


def test_what_was_taken_back_is_told_when_it_comes_back(office, smtp):
    for number, words in enumerate([
        ["set-date", "tap-huan", str(DUE), "--yes"],
        ["waive", "tap-huan", "--reason", "không tổ chức"],
        ["reopen", "tap-huan", "--reason", "tổ chức trở lại"],
        ["done", "tap-huan", "--agency", "don-vi-1"],
        ["reopen", "tap-huan", "--reason", "nhầm"],
    ], 1):  # fmt: skip
        decide(office, *words)
        smtp.wait(number, PATIENCE)
        said(office.daemon, "Sent ", number)
    found = list(calendars(smtp))
    assert [(kind, method) for kind, method, *_ in found] == [
        ("date_set", "PUBLISH"), ("waived", "CANCEL"), ("reopened", "PUBLISH"), ("completed", "CANCEL"),
        ("reopened", "PUBLISH"),
    ]  # fmt: skip
    assert sorted({sequence for *_, sequence, _ in found}) == [sequence for *_, sequence, _ in found]


def test_what_leaves_the_plan_is_taken_back_and_comes_back(office, smtp):
    decide(office, "set-date", "tap-huan", str(DUE), "--yes")
    said(office.daemon, "Sent date_set")
    plan = (office.block.conf / "plans.d/plan.conf").read_text(encoding="utf-8")
    office.block.write_plan(plan.replace("tap-huan", "tap-huan-moi"))
    office.daemon.reload()
    said(office.daemon, "Sent withdrawn")
    office.block.write_plan(plan)
    office.daemon.reload()
    said(office.daemon, "Sent reopened")
    found = list(calendars(smtp))
    assert [row[:2] for row in found] == [("date_set", "PUBLISH"), ("withdrawn", "CANCEL"), ("reopened", "PUBLISH")]
    assert found[0][2] == found[1][2] == found[2][2] and found[0][3] < found[1][3] < found[2][3]


def test_what_is_taken_back_together_is_one_message_and_an_object_for_each(tmp_path, smtp, authority):
    """What leaves the plan at a time."""
    names = ["mot", "hai", "ba"]
    kept = item("giu", due=DUE)
    items = ", ".join([kept, *(item(name, due=OTHER) for name in names)])
    block = Live(tmp_path, soon(), mail=mail_to(smtp, authority), items=items)
    with Bus() as bus, block.start("session", environment=bus.environment) as daemon:
        for number, name in enumerate(names, 1):
            assert bus.ctl("set-date", name, str(DUE), "--yes").returncode == 0
            said(daemon, "Sent date_set", number)
        block.write_plan((block.conf / "plans.d/plan.conf").read_text(encoding="utf-8").replace(items, kept))
        daemon.reload()
        said(daemon, "Sent withdrawn")
    *told, taken_back = [smtp.content(record) for record in smtp.messages()]
    assert check.message_problems(taken_back) == []
    events = [icalendar.Calendar.from_ical(text).walk("VEVENT") for raw in told
              for text in check.bodies(check.parse(raw), "calendar")]  # fmt: skip
    cancelled = [icalendar.Calendar.from_ical(text).walk("VEVENT")
                 for text in check.bodies(check.parse(taken_back), "calendar")]  # fmt: skip
    assert sorted(event["UID"] for (event,) in cancelled) == sorted(event["UID"] for (event,) in events)
    assert min(event["SEQUENCE"] for (event,) in cancelled) > max(event["SEQUENCE"] for (event,) in events)
    names = [part.get_filename() for part in check.parse(taken_back).walk() if part.get_filename()]
    assert names == ["huy-lich.ics", "huy-lich-2.ics", "huy-lich-3.ics"]


# ---- another hour or place -------------------------------------------------------------------------------------------

MEETING = f'''{{ id = "hop"; title = "Họp khối"; due = "{DUE}"; time = "08:00"; place = "Phòng 205"; event = true; }},
             {{ id = "khac"; title = "Việc khác"; due = "{OTHER}"; time = "16:00"; }}'''


@pytest.fixture
def meeting(tmp_path, smtp, authority):
    """A meeting whose agency was told its day, and something else that nobody was told anything of."""
    block = Live(tmp_path, soon(), mail=mail_to(smtp, authority), items=MEETING.replace(str(DUE), str(OTHER)))
    with Bus() as bus, block.start("session", environment=bus.environment) as daemon:
        bus.block, bus.daemon = block, daemon
        decide(bus, "set-date", "hop", str(DUE), "--yes")
        said(daemon, "Sent date_set")
        yield bus


def replan(office, *changes):
    """What a reload says that these changes of the plan's words change."""
    path = office.block.conf / "plans.d/plan.conf"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    tried = json.loads(office.ctl("reload", "--dry-run", "--json").stdout)
    found = json.loads(office.ctl("reload", "--json").stdout)
    assert tried["changes"] == found["changes"]
    return sorted((one["change"], one["item"]) for one in found["changes"])


@pytest.mark.parametrize(
    "changes, subject, words, unsaid",
    [
        ([("08:00", "14:00")], "Điều chỉnh giờ: ", ["14 giờ 00", "Giờ trước đây: 08 giờ 00."], "Địa điểm trước đây"),
        ([("Phòng 205", "Hội trường")], "Điều chỉnh địa điểm: ",
         ["Địa điểm: Hội trường.", "Địa điểm trước đây: Phòng 205."], "Giờ trước đây"),
        ([("08:00", "14:00"), ("Phòng 205", "Hội trường")], "Điều chỉnh giờ, địa điểm: ",
         ["Giờ trước đây: 08 giờ 00.", "Địa điểm trước đây: Phòng 205."], "sang"),
        ([(' place = "Phòng 205";', "")], "Điều chỉnh địa điểm: ", ["Địa điểm trước đây: Phòng 205."], "Địa điểm: "),
    ],
)  # fmt: skip
def test_another_hour_or_place_is_told(meeting, smtp, changes, subject, words, unsaid):
    assert replan(meeting, *changes) == [("rearranged", "hop")]
    smtp.wait(2, PATIENCE)
    first, second = calendars(smtp)
    assert second[:3] == ("date_set", "PUBLISH", first[2]) and second[3] > first[3]
    message = check.parse(smtp.content(smtp.messages()[1]))
    assert subject in message["Subject"] and "Họp khối" in message["Subject"]
    for text in (*check.bodies(message, "plain"), *check.bodies(message, "html")):
        for word in words:
            assert word in text.replace("<strong>", "").replace("</strong>", ""), word
        assert unsaid not in text
    assert replan(meeting) == []


def test_of_another_hour_or_place_nobody_hears_who_was_told_nothing(meeting, smtp):
    assert replan(meeting, ("16:00", "15:00")) == [("rearranged", "khac")]
    decide(meeting, "waive", "hop", "--reason", "không họp")
    smtp.wait(2, PATIENCE)
    assert replan(meeting, ("08:00", "14:00")) == []
    decide(meeting, "reopen", "hop", "--reason", "họp")
    smtp.wait(3, PATIENCE)
    said(meeting.daemon, "Sent reopened")
    assert [kind for kind, *_ in calendars(smtp)] == ["date_set", "waived", "reopened"]


def test_an_hour_that_is_put_back_before_anybody_heard_of_it(meeting, smtp):
    decide(meeting, "hold", "--reason", "bão")
    assert replan(meeting, ("08:00", "14:00")) == [("rearranged", "hop")]
    assert replan(meeting, ("14:00", "15:00")) == [("rearranged", "hop")]
    assert replan(meeting, ("15:00", "08:00")) == [("rearranged", "hop")]
    decide(meeting, "release")
    decide(meeting, "waive", "hop", "--reason", "không họp")
    smtp.wait(2, PATIENCE)
    said(meeting.daemon, "Sent waived")
    assert [kind for kind, *_ in calendars(smtp)] == ["date_set", "waived"]


# ---- one mailbox -----------------------------------------------------------------------------------------------------


def test_two_agencies_with_one_mailbox_get_one_message_that_names_both(tmp_path, smtp, authority):
    def agency(count):
        return (
            {"id": "don-vi-1", "name": "Sở Văn hóa, Thể thao", "emails": ["vp@khoi.example", "VP@khoi.example"]},
            {"id": "don-vi-2", "name": "Trung tâm Văn hóa", "emails": ["Vp@Khoi.example", "dv2@khoi.example"]},
        )

    with Live(tmp_path, soon(), 2, mail=mail_to(smtp, authority), agency=agency).start() as daemon:
        smtp.wait(2, PATIENCE)
        said(daemon, "Sent due", 2)
    records = {record["to"][0]: smtp.content(record) for record in smtp.messages()}
    assert len(smtp.messages()) == 2 and set(records) == {"vp@khoi.example", "dv2@khoi.example"}
    for raw in records.values():
        assert check.message_problems(raw) == []
    both, one = (check.parse(records[to]) for to in ("vp@khoi.example", "dv2@khoi.example"))
    text = both.get_body(("plain",)).get_content()
    assert "Kính gửi: Sở Văn hóa, Thể thao; Trung tâm Văn hóa" in text
    assert "(Sở Văn hóa, Thể thao)" in text and "(Trung tâm Văn hóa)" in text
    assert both["X-Reminderd-Items"] == "ke-hoach/bao-cao"
    assert "Kính gửi: Trung tâm Văn hóa" in one.get_body(("plain",)).get_content()


# ---- what failed -----------------------------------------------------------------------------------------------------


def test_a_retry_in_vain_is_reported_for_another_cause_only(tmp_path, smtp, authority):
    """Whoever sends a message again after the report knows why it failed, and sees whether it does."""
    smtp.faults.update({"dv1@khoi.example": "550"})
    block = Live(tmp_path, soon(), 1, mail=mail_to(smtp, authority))
    with Bus() as bus, block.start("session", environment=bus.environment) as daemon:
        said(daemon, "Sent failure", patience=180)
        (failed,) = (one["id"] for one in json.loads(bus.ctl("deliveries", "--state", "failed", "--json").stdout))
        for attempt, fault in ((2, "550"), (3, "552")):
            smtp.faults.update({"dv1@khoi.example": fault})
            assert bus.ctl("retry", failed).returncode == 0
            said(daemon, "Gave up delivering due", attempt)
            assert bus.ctl("status", "--check").returncode == 1
        said(daemon, "Sent failure", 2, patience=180)
    reports = [check.parse(smtp.content(record)).get_body(("plain",)).get_content() for record in smtp.messages()
               if record["to"] == ["thuongtruc-khoi@laocai.example"]]  # fmt: skip
    assert ["máy chủ: “550" in report for report in reports] == [True, False]
    assert ["máy chủ: “552" in report for report in reports] == [False, True]


def test_a_message_that_fails_again_is_reported_once(tmp_path, smtp, authority):
    """The contact is told of a message, not of each attempt; and of none that left after all."""
    smtp.faults.update({"dv1@khoi.example": "550", "dv2@khoi.example": "550"})
    block = Live(tmp_path, soon(), 2, mail=mail_to(smtp, authority))
    with Bus() as bus, block.start("session", environment=bus.environment) as daemon:
        said(daemon, "Gave up delivering due", 2)
        failed = {one["agency"]: one["id"] for one in json.loads(bus.ctl("deliveries", "--json").stdout)}
        smtp.faults.update({"dv1@khoi.example": "550", "dv2@khoi.example": ""})
        for agency in ("don-vi-1", "don-vi-2"):
            assert bus.ctl("retry", failed[agency]).returncode == 0
        said(daemon, "Gave up delivering due", 3)
        said(daemon, "Sent due to dv2@khoi.example")
        said(daemon, "Sent failure", patience=180)
    (report,) = [check.parse(smtp.content(record)) for record in smtp.messages()
                 if record["to"] == ["thuongtruc-khoi@laocai.example"]]  # fmt: skip
    text = report.get_body(("plain",)).get_content()
    assert text.count("reminderctl retry") == text.count(failed["don-vi-1"]) == 1
    assert "Nơi nhận: Đơn vị số 1, dv1@khoi.example" in text and failed["don-vi-2"] not in text
