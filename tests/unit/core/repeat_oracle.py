#!/usr/bin/python3
"""Random rules of repetition and their days in a year, as python-dateutil has them: "YEAR RULE DAY DAY …" a line.

Where dateutil is not what RFC 5545, section 3.3.10, says, the RFC stands here instead:

- The set from which BYSETPOS picks begins with the interval, and dateutil begins the first week with DTSTART: it is
  given the week's first day, and what lies before the year is dropped. COUNT is counted afterwards.
- A list is a union, but of BYDAY=MO,1FR dateutil takes the days that are both: it is asked for each by itself.
- BYWEEKNO numbers the weeks of the interval's year. dateutil looks at all days of the calendar year, whichever year
  their week belongs to, and takes the last week of the year before from the wrong one (its issue 1196, request 1537):
  it is asked without BYWEEKNO, and the weeks are counted here.
"""

import datetime
import random
import sys
import types

from dateutil import rrule

RULES, SEED = 4000, 5545
DAY = datetime.timedelta(days=1)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


YEARS = range(2015, 2046)


# ---- rules -----------------------------------------------------------------------------------------------------------


def some(dice, most, signs=(1, -1)):
    """A few numbers up to `most`, some from the end, more of those at the edge."""
    numbers = [dice.choice((1, most, *(dice.randint(1, most),) * 4)) for _ in range(dice.choice((1, 1, 2, 3, 6)))]
    return [str(dice.choice(signs) * number) for number in numbers]


def some_weekdays(dice, most):
    """A few weekdays: plain ones, ones with a number up to `most` where that is not 0, or both."""
    numbered = dice.choice((0, 0.5, 1, 1)) if most else 0
    days = dice.sample(WEEKDAYS, dice.choice((1, 1, 2, 3, 5)))
    return [some(dice, most)[0] + day if dice.random() < numbered else day for day in days]


def random_rule(dice, year):
    frequency = dice.choice(FREQUENCIES)
    rule = {"FREQ": [frequency]}

    def maybe(chance, part, values):
        if dice.random() < chance:
            rule[part] = values

    maybe(0.3, "INTERVAL", [str(dice.choice((1, 2, 3, 4, 5, 6, 7, 10, 13, 26, 52)))])
    maybe(0.3, "WKST", [dice.choice(WEEKDAYS)])
    maybe(0.35, "BYMONTH", some(dice, 12, signs=(1,)))
    if frequency == "YEARLY":
        maybe(0.25, "BYYEARDAY", some(dice, 366))
        maybe(0.25, "BYWEEKNO", some(dice, 53))
    if frequency != "WEEKLY":
        maybe(0.35, "BYMONTHDAY", some(dice, 31))
    most = 0
    if frequency in ("MONTHLY", "YEARLY") and "BYWEEKNO" not in rule:
        most = 5 if frequency == "MONTHLY" or "BYMONTH" in rule else 53
    maybe(0.6, "BYDAY", some_weekdays(dice, most))
    if any(part.startswith("BY") for part in rule):
        maybe(0.3, "BYSETPOS", some(dice, dice.choice((2, 5, 60))))
    end = dice.random()
    if end < 0.15:
        rule["COUNT"] = [str(dice.randint(1, 20))]
    elif end < 0.3:
        rule["UNTIL"] = [f"{datetime.date(year, 1, 1) + dice.randint(-10, 400) * DAY:%Y%m%d}"]
    return rule


def text_of(rule):
    return ";".join(f"{part}={','.join(values)}" for part, values in rule.items())


# ---- days ------------------------------------------------------------------------------------------------------------


def without(rule, *parts):
    return {part: values for part, values in rule.items() if part not in parts}


def days_of(rule, first, last):
    """dateutil's days. A rule that never comes it would look for until the year 9999."""
    rrule.datetime = types.SimpleNamespace(**vars(datetime) | {"MAXYEAR": last.year + 1})
    begin = datetime.datetime.combine(first, datetime.time())
    found = []
    for moment in rrule.rrulestr(text_of(rule), dtstart=begin):
        if moment.date() > last:
            break
        found.append(moment.date())
    return found


def week_start(rule, day):
    return day - (day.weekday() - WEEKDAYS.index(rule.get("WKST", ["MO"])[0])) % 7 * DAY


def week_number(middle):
    return (middle.timetuple().tm_yday - 1) // 7 + 1


def is_of_week(rule, day, year):
    """Whether the day lies in a week that BYWEEKNO names, of that year: most of the week's days do."""
    middle = week_start(rule, day) + 3 * DAY
    last = datetime.date(year, 12, 31)
    last -= (last - middle).days % 7 * DAY
    number, from_end = week_number(middle), week_number(middle) - week_number(last) - 1
    return middle.year == year and bool({str(number), str(from_end)} & set(rule["BYWEEKNO"]))


def picked(rule, days):
    """What BYSETPOS leaves of a set."""
    if "BYSETPOS" not in rule:
        return days
    positions = {int(position) for position in rule["BYSETPOS"]}
    return [day for i, day in enumerate(days) if {i + 1, i - len(days)} & positions]


def days_of_weeks(rule, first, last):
    plain = without(rule, "BYWEEKNO", "BYSETPOS", "INTERVAL")
    if not {"BYDAY", "BYMONTHDAY", "BYYEARDAY"} & set(plain):
        plain["BYDAY"] = WEEKDAYS
    found = []
    for year in range(first.year, last.year + 2, int(rule.get("INTERVAL", "1")[0])):
        around = days_of(plain, datetime.date(year - 1, 1, 1), datetime.date(year + 1, 12, 31))
        found += picked(rule, [day for day in around if is_of_week(rule, day, year)])
    return found


def days_of_union(rule, first, last):
    plain = without(rule, "BYSETPOS")
    found = set()
    for day in rule["BYDAY"]:
        found |= set(days_of(plain | {"BYDAY": [day]}, first, last))
    if rule["FREQ"] == ["YEARLY"]:
        return picked(rule, sorted(found))
    months = [[day for day in sorted(found) if day.month == month] for month in range(1, 13)]
    return [day for month in months for day in picked(rule, month)]


def expected(rule, year):
    first, last = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    endless = without(rule, "COUNT", "UNTIL")
    if "BYWEEKNO" in rule:
        days = days_of_weeks(endless, first, last)
    elif len({len(day) > 2 for day in rule.get("BYDAY", ())}) == 2:
        days = days_of_union(endless, first, last)
    elif rule["FREQ"] == ["WEEKLY"]:
        weekdays = rule.get("BYDAY", [WEEKDAYS[first.weekday()]])
        days = days_of(endless | {"BYDAY": weekdays}, week_start(rule, first), last)
    else:
        days = days_of(endless, first, last)
    until = rule.get("UNTIL", ["99991231"])[0]
    days = [day for day in days if first <= day <= last and f"{day:%Y%m%d}" <= until]
    return days[: int(rule["COUNT"][0])] if "COUNT" in rule else days


def main():
    dice = random.Random(SEED)
    for _ in range(RULES):
        year = dice.choice(YEARS)
        rule = random_rule(dice, year)
        print(year, text_of(rule), *(day.isoformat() for day in expected(rule, year)))


main()
