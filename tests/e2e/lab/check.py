"""Independent checks of what arrived: a message against Python's own e-mail parser, a webhook's body against the
contract (daemon/doc/formats.md, sections 5 and 6).

    python3 -m lab.check FOLDER     every message and request that a server kept there; exit 1 if anything is wrong
"""

import datetime
import email
import email.policy
import email.utils
import json
import pathlib
import re
import sys

from . import store

try:
    import icalendar
except ImportError:  # the calendar part is then only looked at
    icalendar = None

LINE_MAX = 998  # bytes without CRLF: RFC 5322, section 2.1.1
KINDS = {
    "escalation", "overdue", "due", "fix_date", "date_set", "advance", "observance", "snoozed", "completed",
    "digest", "failure", "test", "date_cleared", "waived", "withdrawn", "reopened",
    "claimed", "request_answered", "assist",
}
STATES = {
    "pending", "overdue", "snoozed", "tentative", "undated", "done", "late", "waived", "withdrawn", "passed", "unclear",
}
ONCE = (
    "Date", "Message-ID", "From", "To", "Subject", "MIME-Version", "Content-Type", "Auto-Submitted",
    "X-Auto-Response-Suppress", "X-Reminderd-Kind", "X-Reminderd-Items",
)
AT_MOST_ONCE = ("Reply-To", "In-Reply-To", "References", "Sender", "Bcc", "Cc")
MESSAGE_ID = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")
OBLIGATION_KEYS = ("plan", "item", "occurrence", "title", "due", "effective_due", "days_left", "state")


def parse(raw):
    """A message as Python understands it."""
    return email.message_from_bytes(raw, policy=email.policy.default)


def parts(message):
    """Content types in order, as a tree: [type, [children]]."""
    children = [parts(part) for part in message.iter_parts()] if message.is_multipart() else []
    return [message.get_content_type(), children]


def bodies(message, subtype):
    """The texts of the plain, html or calendar parts."""
    for part in message.walk():
        if part.get_content_type() == f"text/{subtype}":
            yield part.get_payload(decode=True).decode("utf-8")


def body(message, subtype):
    """The text of the first of them; None: there is no such part."""
    return next(bodies(message, subtype), None)


def _line_problems(raw):
    if b"\0" in raw:
        yield "a NUL byte"
    if re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
        yield "a bare CR or LF"
    if not raw.endswith(b"\r\n"):
        yield "the last line does not end"
    longest = max(map(len, raw.split(b"\r\n")))
    if longest > LINE_MAX:
        yield f"a line of {longest} bytes"
    if not raw.isascii():
        yield "a byte above 127, which not every server takes"


def _header_problems(message, raw):
    head = raw.split(b"\r\n\r\n", 1)[0]
    names = [name.lower() for name in message.keys()]
    for name in ONCE:
        if names.count(name.lower()) != 1:
            yield f"{name} occurs {names.count(name.lower())} times"
    for name in AT_MOST_ONCE:
        if names.count(name.lower()) > 1:
            yield f"{name} occurs {names.count(name.lower())} times"
    for line in head.split(b"\r\n"):
        # RFC 5322, section 2.1.1 recommends 78; libcurl writes the boundary into the line of the Content-Type.
        if len(line) > 78 and b" " in line[1:78] and not line.startswith(b"Content-Type:"):
            yield f"a header line of {len(line)} bytes that could have been folded: {line[:40]!r}…"
    for name, value in message.items():
        if value.defects:
            yield f"{name}: {value.defects}"
        if "\ufffd" in str(value):
            yield f"{name} does not decode"
    if email.utils.parsedate_to_datetime(message["Date"] or "Thu, 1 Jan 1970 00:00:00") is None:
        yield "Date does not parse"


def _address_problems(message):
    for name in ("From", "To", "Reply-To"):
        field = message[name]
        if field is None:
            continue
        if len(field.addresses) != 1 or not field.addresses[0].domain:
            yield f"{name} is not one mailbox: {field}"
    sender = message["From"].addresses[0].domain if message["From"] and message["From"].addresses else ""
    identity = str(message["Message-ID"] or "").strip()
    if not MESSAGE_ID.fullmatch(identity) or not identity.endswith(f"@{sender}>"):
        yield f"Message-ID {identity} is not <DELIVERY-ID@{sender}>"
    thread = str(message["References"] or "").split()
    answered = str(message["In-Reply-To"] or "").split()
    for reference in thread + answered:
        if not MESSAGE_ID.fullmatch(reference):
            yield f"{reference} is no message id"
    if answered and not set(answered) <= set(thread):
        yield "In-Reply-To names what References does not"
    if identity in thread:
        yield "the message refers to itself"


def _word_problems(message):
    if message["Auto-Submitted"] != "auto-generated":
        yield f"Auto-Submitted is {message['Auto-Submitted']}"
    if message["X-Auto-Response-Suppress"] != "All":
        yield f"X-Auto-Response-Suppress is {message['X-Auto-Response-Suppress']}"
    if message["X-Reminderd-Kind"] not in KINDS:
        yield f"X-Reminderd-Kind is {message['X-Reminderd-Kind']}"
    subject = str(message["Subject"] or "")
    if not subject.strip() or "\n" in subject or "\r" in subject:
        yield "no Subject, or more than one line of it"
    if "[QC]" in subject:
        yield "the label of advertising in the Subject"


def _part_problems(message):
    alternative = ["multipart/alternative", [["text/plain", []], ["text/html", []]]]
    shape = parts(message)
    calendars = [["text/calendar", []] for part in message.walk() if part.get_content_type() == "text/calendar"]
    if shape != (["multipart/mixed", [alternative, *calendars]] if calendars else alternative):
        yield f"the parts are {shape}"
    for part in message.walk():
        if part.defects:
            yield f"{part.get_content_type()}: {part.defects}"
        if part.is_multipart():
            continue
        if (part.get_content_charset() or "").lower() != "utf-8":
            yield f"{part.get_content_type()} in {part.get_content_charset()}"
        try:
            text = part.get_payload(decode=True).decode("utf-8")
        except UnicodeDecodeError as error:
            yield f"{part.get_content_type()}: {error}"
            continue
        if not text.strip():
            yield f"{part.get_content_type()} is empty"
        if re.search(r"\{\{|\}\}", text):
            yield f"{part.get_content_type()} has a tag of the template left"


def calendar_problems(text):
    """What is wrong with an iCalendar object that carries one deadline, or takes it back."""
    if re.search(r"(?<!\r)\n", text):
        yield "calendar: a bare LF"
    if any(len(line.encode()) > 75 for line in text.split("\r\n")):
        yield "calendar: a line that is not folded"  # RFC 5545, section 3.1
    if icalendar is None:
        if not text.startswith("BEGIN:VCALENDAR\r\n"):
            yield "calendar: it does not begin as one"
        return
    try:
        calendar = icalendar.Calendar.from_ical(text)
    except ValueError as error:
        yield f"calendar: {error}"
        return
    for name in ("VERSION", "PRODID", "METHOD"):
        if not calendar.get(name):
            yield f"calendar: no {name}"
    events = calendar.walk("VEVENT")
    cancels = calendar.get("METHOD") == "CANCEL"
    if len(events) != 1:  # RFC 5546, section 3.2.5: one UID, and no program looks further
        yield f"calendar: {len(events)} events"
    for event in events:
        if (event.get("STATUS") == "CANCELLED") != cancels:
            yield f"calendar: METHOD {calendar.get('METHOD')} and STATUS {event.get('STATUS')}"
        for name in ("UID", "DTSTAMP", "DTSTART", "SUMMARY"):
            if not event.get(name):
                yield f"calendar: no {name}"
        if event.errors:
            yield f"calendar: {event.errors}"


def message_problems(raw):
    """Everything that is wrong with a message; empty: nothing."""
    message = parse(raw)
    problems = [*_line_problems(raw), *_header_problems(message, raw), *_address_problems(message)]
    problems += [*_word_problems(message), *_part_problems(message)]
    for calendar in bodies(message, "calendar"):
        problems += calendar_problems(calendar)
    return problems


def _is_date(value):
    if value is None:
        return True
    try:
        return datetime.date.fromisoformat(value).isoformat() == value
    except (TypeError, ValueError):
        return False


def _is_moment(value):
    try:
        return datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).tzinfo is not None
    except (AttributeError, ValueError):
        return False


def _obligation_problems(one):
    for key in OBLIGATION_KEYS:
        if key not in one:
            yield f"an obligation has no {key}"
    for key in ("due", "effective_due"):
        if not _is_date(one.get(key)):
            yield f"{key} is {one.get(key)!r}"
    if one.get("state") not in STATES:
        yield f"state is {one.get('state')!r}"
    days = one.get("days_left")
    if days is not None and (not isinstance(days, int) or isinstance(days, bool)):
        yield f"days_left is {days!r}"


def webhook_problems(text):
    """Everything that is wrong with a webhook's body; empty: nothing."""
    try:
        value = json.loads(text)
        data, kind = value["data"], value["data"]["kind"]
        agency, obligations = data["agency"], data["obligations"]
    except (ValueError, KeyError, TypeError) as error:
        return [f"the body: {error!r}"]
    problems = []
    if kind not in KINDS or value.get("type") != f"reminder.{kind}":
        problems.append(f"type is {value.get('type')!r}, kind {kind!r}")
    if not _is_moment(value.get("timestamp")):
        problems.append(f"timestamp is {value.get('timestamp')!r}")
    if not isinstance(agency, dict) or not agency.get("id") or not agency.get("name"):
        problems.append(f"agency is {agency!r}")
    if not isinstance(data.get("text"), str) or not data["text"].strip():
        problems.append("no text")
    for one in obligations:
        problems += _obligation_problems(one)
    return problems


def folder_problems(folder):
    """The same for all that a server kept, as (file, problem)."""
    folder = pathlib.Path(folder)
    for record in store.load(folder):
        if "file" in record:
            found = message_problems((folder / record["file"]).read_bytes())
        else:
            found = [record["problem"]] if record.get("problem") else webhook_problems(record["body"])
        for problem in found:
            yield f"{record['number']:06}", problem


def main():
    problems = list(folder_problems(sys.argv[1]))
    for file, problem in problems:
        print(f"{file}: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
