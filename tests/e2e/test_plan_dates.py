"""What documents say of days that took several items, or could not be said: each in one item of a plan."""

from block import Block

PLAN = """plan = {{ id = "k"; year = {year}; title = "Kế hoạch"; basis = "KH"; head = "vp-ubnd"; since = "2000-01-01"; {more}
  members = ["so-noi-vu", "so-tu-phap"]; items = ( {items} ); }};"""
# On the last day and on no other.
ITEM = '{{ id = "{id}"; title = "Việc {id}"; for = ["members"]; {dates} before = ["0d"]; overdue = {{ limit = 0; }}; escalate = (); }}'


def last_days(tmp_path, items, year=2026, more="", until=None):
    """{item or occurrence: {agency: the day on which it is told that it is due}} of a year."""
    plan = PLAN.format(year=year, more=more, items=", ".join(ITEM.format(id=id, dates=dates) for id, dates in items.items()))
    found = {}
    for line in Block(tmp_path, plan).rehearse(f"{year}-01-01", until or f"{year + 1}-03-31"):
        if line["kind"] == "due":
            for item in line["items"]:
                found.setdefault(item, {})[line["agency"]] = line["time"][:10]
    return found


def test_a_schedule_of_inspections_is_one_item(tmp_path):
    """06/10 tại Sở Nội vụ, 13/10 tại Sở Tư pháp."""
    own = 'dates = ( {{ agency = "so-noi-vu"; due = "2026-10-06"; }}, {{ agency = "{}"; due = "2026-10-13"; }} );'
    items = {"kiem-tra": own.format("so-tu-phap")}
    assert last_days(tmp_path / "1", items) == {"kiem-tra": {"so-noi-vu": "2026-10-06", "so-tu-phap": "2026-10-13"}}


def test_who_has_no_day_of_its_own_has_the_common_one_or_none(tmp_path):
    own = 'dates = ( { agency = "so-noi-vu"; due = "2026-10-06"; } );'
    items = {"chung": own + 'due = "2026-10-20";', "sau": own + 'when = "khi có lịch";', "dau": own}
    assert last_days(tmp_path / "1", items) == {
        "chung": {"so-noi-vu": "2026-10-06", "so-tu-phap": "2026-10-20"},
        "sau": {"so-noi-vu": "2026-10-06"}, "dau": {"so-noi-vu": "2026-10-06"},
    }  # fmt: skip


def test_a_plan_over_two_years(tmp_path):
    """Giai đoạn 2024 - 2025."""
    items = {
        "nam-dau": 'due = "2024-10-30";', "nam-sau": 'due = "2025-10-30";',
        "quy": 'repeat = "FREQ=MONTHLY;BYMONTH=6,12;BYMONTHDAY=20";',
    }  # fmt: skip
    found = last_days(tmp_path / "1", items, year=2024, more='ends = "2025-12-31";', until="2026-03-31")
    days = {name: set(found[name].values()) for name in found}
    assert days == {
        "nam-dau": {"2024-10-30"}, "nam-sau": {"2025-10-30"}, "quy@2024-06-20": {"2024-06-20"},
        "quy@2024-12-20": {"2024-12-20"}, "quy@2025-06-20": {"2025-06-20"}, "quy@2025-12-20": {"2025-12-22"},
    }  # fmt: skip


def test_a_school_year(tmp_path):
    """From September to September; a rule goes on until its end, and an anniversary comes when its time has it."""
    items = {
        "thi": 'window = ["2026-12-21", "2027-01-08"];', "xet": 'due = "2027-09-20";',
        "thang": 'repeat = "FREQ=MONTHLY;BYMONTH=9;BYMONTHDAY=10";',
    }  # fmt: skip
    found = last_days(tmp_path / "1", items, more='ends = "2027-09-30";', until="2028-03-31")
    assert {name: set(days.values()) for name, days in found.items()} == {
        "thi": {"2027-01-08"}, "xet": {"2027-09-20"}, "thang@2026-09-10": {"2026-09-10"},
        "thang@2027-09-10": {"2027-09-10"},
    }  # fmt: skip


def test_two_days_in_one_sentence_are_one_item(tmp_path):
    """6 tháng (trước 05/6) và hằng năm (trước 05/12)."""
    items = {"bao-cao": 'due = ["2026-06-04", "2026-12-04"];'}
    both = {"bao-cao@2026-06-04": "2026-06-04", "bao-cao@2026-12-04": "2026-12-04"}
    assert last_days(tmp_path / "1", items) == {
        name: {"so-noi-vu": day, "so-tu-phap": day} for name, day in both.items()
    }
