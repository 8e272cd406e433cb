"""The list of obligations: the keys of daemon/doc/formats.md section 3, filters, pages."""

import datetime

import pytest

from desk import AGENCY, KEYS, TODAY, YEAR, Desk, ahead
from live import ZONE


def test_list_has_the_keys_of_the_contract(shared):
    rows = shared.json("list")
    assert len(rows) == 13
    for row in rows:
        assert list(row) == KEYS
    dates = [row["due"] for row in rows if row["due"]]
    assert dates == sorted(dates)
    row = shared.row("bao-cao")
    assert (row["plan"], row["occurrence"], row["state"], row["tentative"]) == ("ke-hoach", None, "pending", False)
    assert row["due"] == ahead(20) and row["title"] == "Báo cáo tổng kết"
    assert (row["snoozed_until"], row["done_on"], row["late"], row["reminders_sent"]) == (None, None, False, 0)
    assert row["next_reminder"] == datetime.datetime.combine(TODAY + datetime.timedelta(13), datetime.time(8), ZONE).isoformat()


@pytest.mark.parametrize(
    ("words", "items"),
    [
        (["--state", "overdue"], {"qua-han": 3}),
        (["--state", "tentative"], {"kiem-tra": 3}),
        (["--state", "undated"], {"tap-huan": 3}),
        (["--state", "pending"], {"bao-cao": 3, "hop-khoi": 1}),
        (["--state", "open"], {"bao-cao": 3, "qua-han": 3, "kiem-tra": 3, "tap-huan": 3, "hop-khoi": 1}),
        (["--state", "done"], {}),
        (["--item", "hop-khoi"], {"hop-khoi": 1}),
        (["--item", "ke-hoach/bao-cao", "--agency", AGENCY], {"bao-cao": 1}),
        (["--plan", "ke-hoach", "--agency", "vp-ubnd"],
         {"bao-cao": 1, "qua-han": 1, "kiem-tra": 1, "tap-huan": 1, "hop-khoi": 1}),
        (["--before", ahead(15)], {"qua-han": 3}),
        (["--before", "+16d"], {"qua-han": 3, "hop-khoi": 1}),
        (["--before", (TODAY + datetime.timedelta(16)).strftime("%d/%m/%Y")], {"qua-han": 3, "hop-khoi": 1}),
    ],
)  # fmt: skip
def test_list_filters(shared, words, items):
    found = [row["item"] for row in shared.json("list", *words)]
    assert {item: found.count(item) for item in found} == items


def test_a_long_list_comes_whole_and_in_order(tmp_path):
    """Some pages: the bus gives 500 at once at most."""
    items = '{ id = "hang-ngay"; title = "Báo cáo ngày"; repeat = "FREQ=DAILY"; for = ["members"]; policy = "quiet"; }'
    with Desk(tmp_path, items) as desk:
        rows = desk.json("list")
        days = 366 if YEAR % 4 == 0 else 365
        assert len(rows) == 3 * days
        keys = [(row["due"], row["agency"]) for row in rows]
        assert keys == sorted(keys) and len(set(keys)) == len(keys)
        assert all(row["occurrence"] == row["due"] for row in rows)
        first = f"{YEAR}-01-01"
        assert [r["due"] for r in desk.json("list", "--item", f"hang-ngay@{first}")] == [first] * 3
        with desk.raw() as bus:
            answer = bus.call("List", "a{sv}tu", {}, 0, 4_000_000_000)
            assert len(answer.values[0]) == 500 and answer.values[1] == 500
            answer = bus.call("Show", "sstu", "hang-ngay", "", 0, 1000)
            assert len(answer.values[1]) == 20 and answer.values[2] == 20
        assert len(desk.json("show", "hang-ngay", "--agency", AGENCY)["obligations"]) == days


@pytest.mark.timeless
def test_pages_by_offset_and_by_cursor_are_the_same_list(shared):
    def pages(bus, paging, limit):
        rows, page = [], 0
        while True:
            more, page = bus.call("List", "a{sv}tu", {**paging, "state": ("s", "open")}, page, limit).values
            assert len(more) <= limit
            rows += [(row["item"], row["agency"]) for row in more]
            if page == 0:
                return rows

    with shared.raw() as bus:
        whole = pages(bus, {}, 500)
        assert len(whole) == 13
        for limit in (1, 4, 13):
            assert pages(bus, {"paging": ("s", "offset")}, limit) == whole
            assert pages(bus, {"paging": ("s", "cursor")}, limit) == whole
