"""Two plans in one office, and the second has a head and a contact of its own: its letters name those two."""

import json

import pytest

from block import Block, Bus, plan
from rehearsal import Rehearsal

POLICIES = {
    "plain": {
        "before": ["7d"], "at": "08:00", "overdue": {"every": "5wd", "limit": 2},
        "escalate": ({"after": "3wd", "to": "head"},),
    }
}  # fmt: skip
ITEM = '{{ id = "{}"; title = "{}"; due = "{}"; for = ["so-tu-phap", "head"]; report_to = "head"; }}'
OF_BLOCK, OF_PLAN = "Đầu mối: Nguyễn Văn A", "Đầu mối: Trần Thị B, Phó Chánh Văn phòng; ĐT: 0214 3841 000"
CONTACT = """head = "so-noi-vu"; contact = { name = "Trần Thị B"; title = "Phó Chánh Văn phòng";
  phone = "0214 3841 000"; email = "cchc@laocai.example"; };"""


@pytest.fixture
def office(tmp_path):
    block = Block(tmp_path, plan(ITEM.format("tong-ket", "Báo cáo tổng kết", "2024-03-20")), policies=POLICIES)
    reform = plan(ITEM.format("cchc", "Báo cáo cải cách hành chính", "2024-04-22"))
    reform = reform.replace('"ke-hoach"', '"cchc-2024"').replace('head = "vp-ubnd";', CONTACT)
    block.write_plan(reform, "cchc.conf")
    assert block.check().returncode == 0
    with Bus() as bus, Rehearsal(block, bus, "2024-03-01", "2024-12-31") as office:
        yield office


def preview(office, item, agency, kind):
    result = office.control("preview", item, "--agency", agency, "--kind", kind, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("item", "agency", "kind", "says", "lacks"),
    [
        ("tong-ket", "so-tu-phap", "advance", ["gửi kết quả về Trưởng khối (qua Nguyễn Văn A)", OF_BLOCK], [OF_PLAN]),
        ("tong-ket", "vp-ubnd", "escalation", ["Đồng chí Trưởng Khối thi đua", OF_BLOCK], [OF_PLAN]),
        ("cchc", "so-tu-phap", "advance", ["gửi kết quả về Sở Nội vụ đúng", OF_PLAN], ["Trưởng khối", OF_BLOCK]),
        ("cchc", "so-tu-phap", "overdue", ["gửi về Sở Nội vụ;", OF_PLAN], ["Trưởng khối", OF_BLOCK]),
        ("cchc", "so-noi-vu", "escalation", ["Kính gửi: Sở Nội vụ", OF_PLAN], ["Trưởng Khối", "đồng chí", OF_BLOCK]),
    ],
)
def test_a_letter(office, item, agency, kind, says, lacks):
    office.advance("2024-05-10 09:00")
    shown = preview(office, item, agency, kind)
    for words in says:
        assert words in shown["text"], shown["text"]
    for words in lacks:
        assert words not in shown["subject"] + shown["text"] + shown["html"]


@pytest.mark.parametrize(
    ("contact", "finding"),
    [
        ("contact = { };", "contact: names nobody; leave it out"),
        ('contact = "Trần Thị B";', "contact: expected a group { }, found"),
        ('contact = { name = "B"; fone = "1"; };', 'contact: unknown key "fone"'),
        ('contact = { email = "cchc@laocai"; };', "contact: email"),
        ("contact = { phone = 214; };", "contact: phone: expected a string"),
    ],
)
def test_a_mistake(tmp_path, contact, finding):
    text = plan(ITEM.format("tong-ket", "Báo cáo tổng kết", "2024-03-20"))
    block = Block(tmp_path, text.replace("head =", f"{contact} head ="))
    checked = block.check()
    assert checked.returncode == 1
    assert f'plans.d/plan.conf:5: plan "ke-hoach": {finding}' in checked.stdout, checked.stdout
