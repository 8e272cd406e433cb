"""The second act of scripts/demo: agencies answer a reminder by mail, an address bounces, and the head decides."""

import datetime
import email.message
import email.utils
import json
import subprocess

import libconf
from block import Bus, environment
from lab import check
from listener import REMINDER_MAIL
from rehearsal import Rehearsal

ITEM = "so-ket-6-thang"
ASKED, ANSWERED, END = "2024-07-15", "2024-06-03", "2024-07-31"
HOST = "mx.khoi.example"

# Agency, what its mail says, what is to become of the mail.
MAILS = (
    ("so-tu-phap", "Sở Tư pháp đã gửi báo cáo sơ kết qua trục liên thông ngày 03/6/2024. Trân trọng.", "recorded"),
    ("so-tai-chinh", "Đề nghị Thường trực Khối cho gia hạn đến ngày 15/7/2024 do phải chờ đối chiếu với các huyện.", "recorded"),
    ("so-ngoai-vu", "Đơn vị đã nộp, riêng phụ lục sẽ gửi sau.", "review"),
    ("thanh-tra-tinh", "Trả lời tự động: tôi vắng mặt, công việc đã gửi đồng chí Lan.", "ignored"),
    ("ban-dan-toc", None, "recorded"),
)


def bounce(message_id, address):
    return f"""\
From: MAILER-DAEMON@{HOST} (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <{address.split('@')[0]}.bounce@{HOST}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; {HOST}

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{address}>: Recipient address rejected: User unknown

--b
Content-Type: text/rfc822-headers

Message-ID: <{message_id}>
--b--
""".encode()


def answer(agency, text, message_id, address):
    message = email.message.EmailMessage()
    message["Authentication-Results"] = f"{HOST}; dmarc=pass header.from={address.split('@')[1]}"
    message["From"] = address
    message["Date"] = email.utils.format_datetime(datetime.datetime.fromisoformat(f"{ANSWERED}T09:00:00+07:00"))
    message["Message-ID"] = f"<{agency}.tra-loi@laocai.example>"
    message["In-Reply-To"] = f"<{message_id}>"
    message["Subject"] = "Re: Nhắc việc"
    if "tự động" in text:
        message["Auto-Submitted"] = "auto-replied (zimbra; vacation)"
    message.set_content(f"{text}\n\n> Trường hợp đã hoàn thành, Quý cơ quan phản hồi để cập nhật.\n")
    return message.as_bytes()


def with_mailbox(conf):
    """The configuration, told of a mailbox; reminder-mail gets each mail on standard input."""
    settings = libconf.loads(conf.read_text(encoding="utf-8"))
    settings["mailbox"] = {"url": "imaps://mail.khoi.example", "username": "nhacviec", "authserv_id": HOST,
                           "password_file": settings["mail"]["password_file"]}  # fmt: skip
    path = conf.with_name("answers-demo.conf")
    path.write_text(libconf.dumps(settings), encoding="utf-8")
    return path


def take_in(mail, conf, bus):
    """By reminder-mail, as an alias of the mail server would: what became of it, the last word of its line."""
    result = subprocess.run([REMINDER_MAIL, "--stdin", "--config", conf, "--bus", "session"], input=mail,
                            capture_output=True, env=environment(**bus.environment))  # fmt: skip
    return result.stderr.decode().split()[-1]


class Place:
    """What Rehearsal needs to know of a block."""

    def __init__(self, folder, path):
        self.folder, self.path = folder, path


def reminders(rehearsal, agency, since):
    """The days on which it was reminded of the item after that one."""
    return [
        line["time"][:10] for line in rehearsal.sent()
        if line["channel"] == "mail" and line["agency"] == agency and ITEM in line["items"] and line["time"][:10] > since
        and line["kind"] in ("advance", "due", "overdue")]  # fmt: skip


def say(*words):
    print("  " + " ".join(words))


def show(folder, conf, problems):
    """Plays it, and notes what did not become of it what should."""
    path = with_mailbox(conf)
    print(f"\nWhat comes back, of the reminder of {ITEM} that left on 31 May:")
    with Bus() as bus, Rehearsal(Place(folder, path), bus, "2024-01-01", "2024-12-31", "--fresh") as rehearsal:
        rehearsal.advance(ANSWERED)
        deliveries = json.loads(rehearsal.control("deliveries", "--json").stdout)
        sent = {row["agency"]: row for row in deliveries if row["kind"] == "advance" and row["made"].startswith("2024-05-31")}
        domain = check.parse(b"From: " + libconf.loads(conf.read_text(encoding="utf-8"))["mail"]["from"].encode())["From"]
        domain = domain.addresses[0].domain
        for agency, text, outcome in MAILS:
            message_id, address = f"{sent[agency]['id']}@{domain}", sent[agency]["address"]
            mail = answer(agency, text, message_id, address) if text else bounce(message_id, address)
            became = take_in(mail, path, bus)
            say(f"{agency:16}", f"{became:10}", text or f"550 5.1.1 <{address}>: User unknown")
            if outcome != became:
                problems.append(f"the mail of {agency} is {became}, not {outcome}")
        decide(rehearsal, problems)
        rehearsal.advance(END)
        judge(rehearsal, problems)


def decide(rehearsal, problems):
    claims = {claim["agency"]: claim for claim in json.loads(rehearsal.control("claims", "--json").stdout)}
    for verb, agency in (("confirm", "so-tu-phap"), ("grant", "so-tai-chinh")):
        result = rehearsal.control(verb, str(claims[agency]["id"])) if agency in claims else None
        if result is None or result.returncode != 0:
            problems.append(f"{agency}: nothing to {verb}: {result and result.stderr}")
        else:
            say(f"the head: {verb} {claims[agency]['id']}:", result.stdout.strip().split("\n")[0])


def judge(rehearsal, problems):
    rows = {row["agency"]: row for row in rehearsal.list("--item", ITEM)}
    bounced = json.loads(rehearsal.control("deliveries", "--state", "bounced", "--json").stdout)
    print(f"\nWhat had become of it on {END}:")
    for agency, _, _ in MAILS:
        row, later = rows[agency], reminders(rehearsal, agency, ANSWERED)
        say(f"{agency:16}", f"{row['state']:8}", f"due {row['effective_due']},", f"{len(later)} reminders after that" + (f", the first on {later[0]}" if later else ""))
    for row in bounced:
        say("came back:", row["agency"], row["address"], row["answer"])
    told = [line["address"] for line in rehearsal.sent() if line["kind"] == "bounced"]
    say("the contact was told of that at", ", ".join(told))
    wanted = (
        (rows["so-tu-phap"]["state"] == "done" and not reminders(rehearsal, "so-tu-phap", ANSWERED), "the claim is not confirmed"),
        (rows["so-tai-chinh"]["effective_due"] == ASKED, "the date is not granted"),
        (bool(reminders(rehearsal, "so-ngoai-vu", ANSWERED)), "what is for a person silences"),
        (bool(reminders(rehearsal, "thanh-tra-tinh", ANSWERED)), "an automatic reply silences"),
        ([row["agency"] for row in bounced] == ["ban-dan-toc"] and len(told) == 1, "the bounce is not told once"),
    )  # fmt: skip
    problems += [what for right, what in wanted if not right]
