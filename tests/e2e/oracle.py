"""What a rehearsal must print: the rules of the ladder stated a second time, slowly and plainly.

Shares nothing with the program but the files it reads. Only what is at hand in a rehearsal is stated: nobody does,
snoozes or dates anything, and nothing is late by more than the wait for the office to open. What it cannot judge
(years without a calendar file, lunar years outside LUNAR, unusual repeats) it refuses instead of guessing.
"""

import datetime
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Optional

import libconf

DAY = datetime.timedelta(days=1)
URGENCY = ["escalation", "overdue", "due", "fix_date", "date_set", "advance", "observance", "digest"]
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
UTC7 = datetime.timezone(datetime.timedelta(hours=7))

# (lunar month, day) of the year that begins in that Gregorian year.
LUNAR = {
    2024: {(1, 1): datetime.date(2024, 2, 10), (3, 10): datetime.date(2024, 4, 18)},
    2025: {(1, 1): datetime.date(2025, 1, 29), (3, 10): datetime.date(2025, 4, 7)},
}


class Line(NamedTuple):
    """One line of a rehearsal, but for the subject."""

    time: str
    kind: str
    channel: str
    agency: str
    address: str
    plan: str
    items: tuple


def parse_day(text):
    return datetime.date.fromisoformat(text)


def parse_clock(text):
    return datetime.time.fromisoformat(text)


# ---- working days ----------------------------------------------------------------------------------------------------


class Calendar:
    def __init__(self, folder):
        self.years = {}
        for path in sorted(folder.glob("*.conf")):
            file = load(path)
            self.years[file["year"]] = {parse_day(day["date"]): day.get("work", False) for day in file["days"]}

    def is_working(self, day):
        return self.years[day.year].get(day, day.isoweekday() <= 5)

    def next(self, day):
        """The day itself, or the first working day after it."""
        while not self.is_working(day):
            day += DAY
        return day

    def previous(self, day):
        while not self.is_working(day):
            day -= DAY
        return day

    def add(self, day, n):
        """The n-th working day after it; before it where n is negative."""
        step = DAY if n > 0 else -DAY
        for _ in range(abs(n)):
            day += step
            while not self.is_working(day):
                day += step
        return day


class Span(NamedTuple):
    """Calendar days and working days, one of them 0."""

    days: int
    workdays: int

    def times(self, n):
        return Span(self.days * n, self.workdays * n)

    def after(self, calendar, day):
        return calendar.add(day + self.days * DAY, self.workdays)

    def before(self, calendar, day):
        return self.times(-1).after(calendar, day)


def parse_span(text):
    days = workdays = 0
    for number, unit in re.findall(r"(\d+)(wd|w|d)", text):
        if unit == "wd":
            workdays += int(number)
        else:
            days += int(number) * (7 if unit == "w" else 1)
    return Span(days, workdays)


# ---- the configuration -----------------------------------------------------------------------------------------------


def load(path):
    with open(path, encoding="utf-8") as file:
        return libconf.load(file)


class Config:
    def __init__(self, path):
        folder = Path(path).parent
        self.general = load(path)
        roster = load(folder / self.general["agencies"])
        self.agencies = {agency["id"]: agency for agency in roster["agencies"]}
        self.groups = roster.get("groups", {})
        self.plans = [load(plan)["plan"] for plan in sorted((folder / self.general["plans"]).glob("*.conf"))]
        self.calendar = Calendar(folder / self.general["calendars"])
        hours = self.general.get("hours", {"open": "07:30", "close": "17:00"})
        self.open, self.close = parse_clock(hours["open"]), parse_clock(hours["close"])
        self.always_open = self.open == self.close == datetime.time(0)

    def policy(self, item):
        """The policy's words with the item's own in their place."""
        named = self.general["policies"][item.get("policy", self.general.get("default_policy"))]
        own = {key: item[key] for key in ("before", "at", "overdue", "escalate", "shift") if key in item}
        return {**named, **own}

    def resolve(self, plan, words):
        """The agencies that `for` or `to` means, each once, in the order of the file."""
        members = plan.get("members", list(self.agencies))
        meant = set()
        for word in [words] if isinstance(words, str) else words:
            if word in ("head", "deputy"):
                meant |= {plan[word]} if word in plan else set()
            elif word in ("members", "all"):
                meant |= set(members if word == "members" else self.agencies)
            else:
                meant |= set(self.groups.get(word, [word]))
        return [agency for agency in self.agencies if agency in meant]

    def leaves(self, day, at):
        """When the office is open, on that day at that time or next after it."""
        moment = datetime.datetime.combine(day, at)
        if self.always_open:
            return moment
        while True:
            day = moment.date()
            if self.calendar.is_working(day) and moment.time() < self.close:
                return max(moment, datetime.datetime.combine(day, self.open))
            moment = datetime.datetime.combine(day + DAY, datetime.time(0))


# ---- dates -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dates:
    """When one occurrence of an item falls."""

    start: Optional[datetime.date]  # of a window
    due: datetime.date
    effective: datetime.date
    tentative: bool = False
    observance: bool = False
    key: str = ""  # of a repeating item

    @property
    def safe(self):
        return min(self.due, self.effective)


def repeated_days(rule, year):
    """Every day of the year that a rule of FREQ, BYMONTH, BYMONTHDAY and BYDAY names."""
    parts = dict(part.split("=") for part in rule.split(";"))
    unknown = set(parts) - {"FREQ", "BYMONTH", "BYMONTHDAY", "BYDAY"}
    if unknown or parts["FREQ"] not in ("DAILY", "WEEKLY", "MONTHLY") or not {"BYMONTHDAY", "BYDAY"} & set(parts):
        raise NotImplementedError(rule)

    def wanted(day, month_end):
        if "BYMONTH" in parts and str(day.month) not in parts["BYMONTH"].split(","):
            return False
        if "BYMONTHDAY" in parts:
            numbers = [int(number) for number in parts["BYMONTHDAY"].split(",")]
            if not {day.day, day.day - month_end - 1} & set(numbers):
                return False
        if "BYDAY" in parts:
            name = WEEKDAYS[day.weekday()][:2].upper()
            forward, backward = (day.day - 1) // 7 + 1, (day.day - month_end - 1) // 7
            if not {name, f"{forward}{name}", f"{backward}{name}"} & set(parts["BYDAY"].split(",")):
                return False
        return True

    day = datetime.date(year, 1, 1)
    found = []
    while day.year == year:
        month_end = ((day.replace(day=1) + 31 * DAY).replace(day=1) - DAY).day
        if wanted(day, month_end):
            found.append(day)
        day += DAY
    return found


def occurrences(config, plan, item):
    """The dates of an item; none while it waits for one."""
    shift = config.policy(item).get("shift", "next")
    year = plan["year"]
    tentative = item.get("tentative", False)
    if tentative:
        shift = "none"  # a window is no deadline yet
    move = {"next": config.calendar.next, "previous": config.calendar.previous, "none": lambda day: day}[shift]

    if isinstance(item.get("due"), (list, tuple)):
        return [Dates(None, day, move(day), key=day.isoformat()) for day in sorted(map(parse_day, item["due"]))]
    if "due" in item:
        due = parse_day(item["due"])
        return [Dates(due if tentative else None, due, move(due), tentative=tentative)]
    if "window" in item:
        start, due = map(parse_day, item["window"])
        return [Dates(start, due, move(due), tentative=tentative)]
    for part, months in (("half", 6), ("quarter", 3), ("month", 1)):
        if part in item:
            last = months * item[part]
            start = datetime.date(year, last - months + 1, 1)
            due = datetime.date(year + last // 12, last % 12 + 1, 1) - DAY
            return [Dates(start, due, move(due), tentative=tentative)]
    if "repeat" in item:
        return [Dates(None, day, move(day), key=day.isoformat()) for day in repeated_days(item["repeat"], year)]
    if "observance" in item:
        text = item["observance"]["date"]
        month, day = map(int, text.removeprefix("lunar:").split("-"))
        date = LUNAR[year][month, day] if text.startswith("lunar:") else datetime.date(year, month, day)
        return [Dates(None, date, date, observance=True)]  # a holiday is what it is: it is not shifted
    assert "when" in item
    return []


# ---- the ladder ------------------------------------------------------------------------------------------------------


def obligation_rungs(config, policy, dates, until):
    """The days on which an agency is reminded of what it owes, and whether it is for being late."""
    calendar = config.calendar
    rungs = {}  # day: late?

    if dates.start and not dates.observance:
        rungs[calendar.next(dates.start)] = False
    base = dates.start if dates.tentative else dates.safe
    for text in policy.get("before", []):
        last_day = not dates.tentative and parse_span(text) == Span(0, 0)
        day = dates.effective if last_day else parse_span(text).before(calendar, base)
        rungs[calendar.previous(day)] = False

    if "overdue" in policy and not dates.tentative and not dates.observance:
        every, limit = parse_span(policy["overdue"]["every"]), policy["overdue"].get("limit")
        late_days = []
        k = 1
        while (limit is None or len(late_days) < limit) and (not late_days or late_days[-1] <= until):
            day = calendar.next(every.times(k).after(calendar, dates.effective))
            if day not in late_days:  # several that move to the same working day are one
                late_days.append(day)
            k += 1
        rungs.update({day: True for day in late_days})
    return rungs


def fix_days(calendar, fix_by, window_end):
    """The days on which the head is asked to fix the day of a tentative window."""
    days = {calendar.previous(fix_by - n * DAY) for n in (14, 3, 0)}
    day = calendar.add(fix_by, 2)
    while day <= window_end:
        days.add(day)
        day = calendar.add(day, 2)
    return days


def kind_on(dates, late, day):
    """What a reminder is called on the day it is sent; None where it comes too late to be sent."""
    if dates.observance:
        return "observance" if day <= dates.due else None
    if late:
        return "overdue"
    if day > dates.effective:
        return None
    if dates.tentative:
        return "advance"  # there is no day that could be named
    return "due" if dates.effective in (day, day + DAY) else "advance"


@dataclass(order=True)
class Notice:
    """One reason to write to an agency; in the order in which a message tells them."""

    urgency: int
    day: datetime.date
    name: str
    plan: str = field(compare=False)


def closing(plan):
    """From that day on nothing is said of it."""
    return parse_day(plan["closes"]) if "closes" in plan else datetime.date(plan["year"] + 1, 3, 31)


def notices(config, until):
    """Everything that falls due until that day, as {(moment, agency): [notice, …]}."""
    found = defaultdict(list)

    for plan in config.plans:
        for item in plan["items"]:
            policy = config.policy(item)
            at = parse_clock(policy.get("at", "08:00"))
            for dates in occurrences(config, plan, item):
                name = f"{item['id']}@{dates.key}" if dates.key else item["id"]

                def note(kind, day, agency):
                    if config.leaves(day, at).date() >= closing(plan):
                        return
                    notice = Notice(URGENCY.index(kind), dates.safe, name, plan["id"])
                    found[config.leaves(day, at), agency].append(notice)

                for day, late in obligation_rungs(config, policy, dates, until).items():
                    kind = kind_on(dates, late, config.leaves(day, at).date())
                    for agency in config.resolve(plan, item.get("for", ["members"])) if kind else []:
                        note(kind, day, agency)
                if dates.tentative and "fix_by" in item and "head" in plan:
                    for day in fix_days(config.calendar, parse_day(item["fix_by"]), dates.due):
                        if config.leaves(day, at).date() <= dates.due:  # else there is no window left to fix a day in
                            note("fix_date", day, plan["head"])
                if not dates.tentative and not dates.observance:
                    for level in policy.get("escalate", []):
                        day = config.calendar.next(parse_span(level["after"]).after(config.calendar, dates.effective))
                        for agency in config.resolve(plan, level["to"]):
                            note("escalation", day, agency)
    return found


# ---- the digest ------------------------------------------------------------------------------------------------------

OVERDUE, WEEK, MONTH, WAITING, NEVER = range(5)  # nothing is ever finished; the last is for what no list has
FAR = datetime.date.max


def urges(policy):
    """Somebody is told when the day has passed; else it is over with its day."""
    return ("overdue" in policy and policy["overdue"].get("limit") != 0) or bool(policy.get("escalate"))


def digest_section(dates, nominal, today, policy):
    """Where in a digest something open stands; None: nowhere, or nowhere yet."""
    if dates is None or dates.tentative:
        return WAITING
    if today > dates.effective:
        return OVERDUE if urges(policy) else None
    if dates.safe <= nominal + 6 * DAY:
        return WEEK
    return MONTH if dates.safe <= today + 30 * DAY else None


def digest_items(config, nominal, today):
    """{agency: what its digest lists}, {head: plan} of the heads, who get the matrix of what members owe, and the cells
    of {plan: matrix}."""
    found, heads, cells = defaultdict(list), {}, defaultdict(set)
    for plan in config.plans:
        for item in plan["items"] if today < closing(plan) else []:
            debtors = config.resolve(plan, item.get("for", ["members"]))
            for dates in occurrences(config, plan, item) or [None]:
                if dates and dates.observance or not debtors:
                    continue
                over = dates and not dates.tentative and today > dates.effective and not urges(config.policy(item))
                if "head" in plan and not over and set(debtors) & set(config.resolve(plan, "members")):
                    heads.setdefault(plan["head"], plan["id"])
                section = digest_section(dates, nominal, today, config.policy(item))
                name = f"{item['id']}@{dates.key}" if dates and dates.key else item["id"]
                for agency in debtors if section is not None else []:
                    found[agency].append((section, dates.due if dates else FAR, name, plan["id"]))
                state = NEVER if over else section if section in (OVERDUE, WAITING) else MONTH
                cells[plan["id"]] |= {(name, agency, state) for agency in set(debtors) & set(config.resolve(plan, "members"))}
    return found, heads, cells


def is_worth_it(gist, nominal, past):
    """Whether anything changed since the digest of `past`, a day and what it said, or four weeks have gone by."""
    return past is None or nominal - past[0] >= 28 * DAY or gist != past[1]


def is_changed_only(config):
    return config.general["digest"].get("when", "changed") == "changed"


def within_reminders(config, lines):
    """The lines without the digests that stand within the reminder of the same moment to the same mailbox."""
    if "digest" not in config.general or not is_changed_only(config):
        return lines
    reminded = {(line.time, line.address) for line in lines if line.channel == "mail" and line.kind != "digest"}
    return [line for line in lines
            if line.channel != "mail" or line.kind != "digest" or (line.time, line.address) not in reminded]  # fmt: skip


def digests(config, first, last):
    """The lines of the weekly digests, the items being those of the agency's own lists."""
    if "digest" not in config.general:
        return []
    weekday, at = config.general["digest"]["weekday"], parse_clock(config.general["digest"]["at"])
    moments = {}  # of two that meet after long holidays the last
    for n in range(-31, (last - first).days + 1):
        day = first + n * DAY
        if WEEKDAYS[day.weekday()] == weekday:
            moment = config.leaves(config.calendar.next(day), at)
            if first <= moment.date() <= last:
                moments[moment] = day

    lines, sent = [], {}
    for moment, day in moments.items():
        found, heads, cells = digest_items(config, day, moment.date())
        for agency in sorted(set(found) | set(heads)):
            told = sorted(found[agency])
            gist = {(section, name, plan) for section, _, name, plan in told}, cells[heads.get(agency)]
            if is_changed_only(config):
                has_news = agency in heads or any(section != WAITING for section, _, _, _ in told)
                if not has_news or not is_worth_it(gist, day, sent.get(agency)):
                    continue
                sent[agency] = day, gist
            plan = told[0][3] if told else heads[agency]
            for channel, address in addresses(config, agency, "digest"):
                items = tuple(name for _, _, name, _ in told)
                lines.append(Line(format_time(moment), "digest", channel, agency, address, plan, items))
    return lines


# ---- messages --------------------------------------------------------------------------------------------------------


def addresses(config, agency, kind):
    """(channel, address) for all messages of that kind to an agency."""
    mail = "mail" in config.general
    for address in config.agencies[agency].get("emails", []) if mail else []:
        yield "mail", address
    for webhook in config.general.get("webhooks", []):
        owners = [id for id, entry in config.agencies.items() if entry.get("webhook") == webhook["id"]]
        wanted = list(webhook.get("agencies", [] if owners else ["*"])) + owners
        kinds = webhook.get("kinds", ["*"])
        if ({"*", agency} & set(wanted)) and ({"*", kind} & set(kinds)):
            yield "webhook", webhook["id"]


def format_time(moment):
    return moment.replace(tzinfo=UTC7).isoformat()


def rehearse(path, first, last):
    """The lines of a rehearsal in the order of time and of what a line says."""
    config = Config(path)
    assert config.general.get("timezone", "Asia/Ho_Chi_Minh") == "Asia/Ho_Chi_Minh"
    first, last = parse_day(first), parse_day(last)
    lines = digests(config, first, last)

    for (moment, agency), group in notices(config, last).items():
        if not first <= moment.date() <= last:
            continue
        messages = defaultdict(list)
        for notice in sorted(group):
            for address in addresses(config, agency, URGENCY[notice.urgency]):
                messages[address].append(notice)
        for (channel, address), told in messages.items():
            kind = URGENCY[told[0].urgency]
            items = tuple(dict.fromkeys(notice.name for notice in told))  # each once
            lines.append(Line(format_time(moment), kind, channel, agency, address, told[0].plan, items))
    return sorted(within_reminders(config, lines))
