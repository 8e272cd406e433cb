"""The shipped calendars say exactly what the list of holidays (tests/data/holidays-vn-2022-2026.csv) says."""

import csv
import datetime
from pathlib import Path

import libconf
import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]

with open(ROOT / "tests/data/holidays-vn-2022-2026.csv", encoding="utf-8", newline="") as file:
    ROWS = [(row["date"], row["kind"], row["name"]) for row in csv.DictReader(file)]
YEARS = sorted({date[:4] for date, _, _ in ROWS})


def load(year):
    with open(ROOT / f"conf/calendar.d/{year}.conf", encoding="utf-8") as file:
        return libconf.load(file)


def test_there_is_a_file_for_each_year():
    assert YEARS == sorted(path.stem for path in (ROOT / "conf/calendar.d").glob("*.conf"))


@pytest.mark.parametrize("year", YEARS)
def test_a_year_agrees(year):
    calendar = load(year)
    assert calendar["year"] == int(year)
    said = []
    for day in calendar["days"]:
        (kind,) = set(day) - {"date", "name"}  # off or work, not both
        assert day[kind] is True
        said.append((day["date"], kind, day["name"]))
    assert said == [row for row in ROWS if row[0].startswith(year)]


def test_a_day_off_is_a_weekday_and_a_day_worked_is_none():
    weekend = [row for row in ROWS if datetime.date.fromisoformat(row[0]).isoweekday() > 5]
    assert weekend == [row for row in ROWS if row[1] == "work"]
