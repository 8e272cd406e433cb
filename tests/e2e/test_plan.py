"""The shipped plan says every line of the document it was made from, in the document's own words, and invents no date.

tests/data/ke-hoach-2024.txt is that document. Whitespace is left out of every comparison, because the document is
broken into lines at random places, also behind a hyphen.
"""

import re
from pathlib import Path

import libconf
import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
ELLIPSIS = "[...]"  # stands in a wording between two passages of the document

with open(ROOT / "conf/plans.d/tdkt-2024.conf", encoding="utf-8") as file:
    PLAN = libconf.load(file)["plan"]
with open(ROOT / "conf/agencies.conf", encoding="utf-8") as file:
    AGENCIES = libconf.load(file)
with open(ROOT / "conf/reminderd.conf", encoding="utf-8") as file:
    POLICIES = libconf.load(file)["policies"]
DOCUMENT = (ROOT / "tests/data/ke-hoach-2024.txt").read_text(encoding="utf-8")
ITEMS = {item["id"]: item for item in PLAN["items"]}


def squeeze(text):
    return re.sub(r"\s+", "", text)


def bullets():
    """Parts I to III as (section, text): "I.2", "II.4" once for each of its bullets, "III.1"."""
    found = []
    part = number = None
    for line in map(str.strip, DOCUMENT.splitlines()):
        heading = re.match(r"(I{1,3})\. ", line)
        if heading:
            part, number = heading[1], None
        elif line.startswith("Trên đây là Kế hoạch"):
            break
        elif part and (numbered := re.match(r"(\d)\. (.*)", line)):
            number = f"{part}.{numbered[1]}"
            if part != "II":  # there the number is a heading: "1. Quý 1"
                found.append([number, numbered[2]])
        elif number and part == "II" and line.startswith("- "):
            found.append([number, line[2:]])
        elif number and line:
            found[-1][1] += " " + line
    return [(section, squeeze(text)) for section, text in found]


BULLETS = bullets()
PASSAGES = {id: [squeeze(p) for p in item["wording"].split(ELLIPSIS)] for id, item in ITEMS.items()}


def places(passage):
    """Where a passage stands: (index of the bullet, first letter, letter after the last)."""
    return [
        (index, match.start(), match.start() + len(passage))
        for index, (_, text) in enumerate(BULLETS)
        for match in re.finditer(re.escape(passage), text)
    ]


def sections(id):
    return {BULLETS[index][0] for passage in PASSAGES[id] for index, _, _ in places(passage)}


def test_the_document_is_split_into_all_its_lines():
    count = {}
    for section, _ in BULLETS:
        count[section] = count.get(section, 0) + 1
    assert count == {
        "I.1": 1, "I.2": 1, "I.3": 1,
        "II.1": 5, "II.2": 4, "II.3": 4, "II.4": 6,
        "III.1": 1, "III.2": 1, "III.3": 1,
    }  # fmt: skip


@pytest.mark.parametrize("index", range(len(BULLETS)), ids=lambda index: f"{BULLETS[index][0]}-line{index + 1}")
def test_every_line_is_said(index):
    section, text = BULLETS[index]
    said = [False] * len(text)
    for id, passages in PASSAGES.items():
        quarter = ITEMS[id].get("quarter")
        if quarter and section.startswith("II.") and section != f"II.{quarter}":
            continue  # the same words of another quarter are another task
        for passage in passages:
            for where, start, end in places(passage):
                if where == index:
                    said[start:end] = [True] * (end - start)
    unsaid = "".join(letter if done is False else "·" for letter, done in zip(text, said))
    assert not re.search(r"\w", unsaid), unsaid


def test_every_wording_is_verbatim():
    assert [passage for passages in PASSAGES.values() for passage in passages if not places(passage)] == []


def test_a_quarter_is_that_of_the_document():
    """III.3 names no date: it goes by the quarter in which the head collects the registrations."""
    undated = ("ke-hoach-phat-dong-don-vi", "dang-ky-thi-dua")
    for id, item in ITEMS.items():
        if id in undated:
            assert sections(id) == {"III.3"} and item["quarter"] == ITEMS["tong-hop-dang-ky"]["quarter"]
        elif "quarter" in item:
            assert f"II.{item['quarter']}" in sections(id), id


def test_no_date_is_invented():
    assert [id for id, item in ITEMS.items() if "due" in item or "repeat" in item] == []
    windows = {id: item["window"] for id, item in ITEMS.items() if "window" in item}
    year = ["2024-01-01", "2024-12-31"]
    assert {id for id, window in windows.items() if window != year} == {"kiem-tra"}
    inspection = ITEMS["kiem-tra"]
    assert inspection["window"] == ["2024-10-01", "2024-10-31"] and inspection["tentative"]
    assert {id for id, item in ITEMS.items() if "when" in item} == {"tap-huan", "bao-cao-dinh-ky"}


@pytest.mark.parametrize(
    "id, date, since, years",
    [
        ("ky-niem-thanh-lap-dang", "02-03", 1930, 94),
        ("ky-niem-ngay-sinh-bac", "05-19", 1890, 134),
        ("ky-niem-dien-bien-phu", "05-07", 1954, 70),
        ("ky-niem-quan-doi", "12-22", 1944, 80),
        ("ngay-hoi-quoc-phong", "12-22", 1989, 35),
        ("tet-nguyen-dan", "lunar:01-01", None, None),
    ],
)
def test_anniversaries(id, date, since, years):
    observance = ITEMS[id]["observance"]
    assert (observance["date"], observance.get("since")) == (date, since)
    assert ("{n}" in ITEMS[id]["title"]) == (since is not None)
    if since:
        assert PLAN["year"] - since == years
        assert f"{years} năm" in ITEMS[id]["wording"]


OF_THE_HEAD = """ban-hanh-ke-hoach phat-dong-thi-dua tong-hop-dang-ky hoi-nghi-so-ket de-nghi-khen-thuong giai-the-thao
    doan-van-dong-vien du-thao-bao-cao-khoi hoi-nghi-tong-ket ho-so-co-thi-dua theo-doi-don-doc
    bao-cao-dinh-ky""".split()


def test_who_owes_it():
    expected = {id: ["head"] if id in OF_THE_HEAD else ["members"] for id in ITEMS}
    expected["bam-sat-ke-hoach"] = ["deputy", "members"]
    assert {id: item["for"] for id, item in ITEMS.items()} == expected
    assert set(OF_THE_HEAD) <= set(ITEMS)


def test_what_goes_on_without_a_product_is_not_pressed():
    """Nobody is told every second day that he is late with "Tiếp tục …"."""
    assert "overdue" not in POLICIES["standing"] and "escalate" not in POLICIES["standing"]
    openings = ("Tiếp tục", "Triển khai có hiệu quả", "Triển khai thực hiện tốt", "Xây dựng, bồi dưỡng")
    going_on = [item for item in ITEMS.values() if item["wording"].startswith(openings)]
    assert len(going_on) == 7 and {item["policy"] for item in going_on} == {"standing"}


def test_agencies_are_known_and_have_sample_addresses():
    known = {agency["id"] for agency in AGENCIES["agencies"]}
    assert len(PLAN["members"]) == 10 and set(PLAN["members"]) <= known
    assert {PLAN["head"], PLAN["deputy"]} <= set(PLAN["members"])
    assert {agency for group in AGENCIES["groups"].values() for agency in group} <= known
    assert not {"hoi-dong-tdkt", "ban-tdkt"} & set(PLAN["members"])
    for agency in AGENCIES["agencies"]:
        assert agency["emails"] and all(address.endswith(".example") for address in agency["emails"])
