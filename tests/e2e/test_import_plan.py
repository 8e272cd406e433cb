"""A draft of a plan from a document: what is read in it, what is doubted, and that nothing with a date is lost."""

import re
import shutil
import subprocess
import sys

import libconf
import pytest

import papers
from block import ROOT, Block, plan
from import_score import draft_of, items_of, score

sys.path.insert(0, str(ROOT / "scripts"))
from importing.dates import Context
from importing.expressions import UNREAD, readings, unread
from importing.letters import decoded, guessed
from importing.passages import Refused
from importing.reading import read

pytestmark = pytest.mark.once

IMPORT_PLAN = ROOT / "scripts/import-plan"
DOCUMENT_2024 = ROOT / "tests/data/ke-hoach-2024.txt"
needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")

HEAD = "KẾ HOẠCH\nCông tác văn thư năm 2026\n\n"


def import_plan(*arguments, **environment):
    return subprocess.run(["/usr/bin/python3", IMPORT_PLAN, *arguments], capture_output=True, text=True, encoding=
        "utf-8",
                          timeout=120, check=False, **environment)  # fmt: skip


def plan_of(draft):
    return libconf.loads(draft)["plan"]


@pytest.fixture
def drafted(tmp_path):
    """The draft of a text below the head of a plan of 2026."""

    def do(text, head=HEAD):
        path = tmp_path / "van-ban.txt"
        path.write_text(head + text, encoding="utf-8")
        return draft_of(path)

    return do


def dates(draft):
    kinds = ("due", "window", "month", "quarter", "half", "when", "repeat", "observance")
    return [next(item[kind] for kind in kinds if kind in item) for item in plan_of(draft)["items"]]


# ---- expressions -----------------------------------------------------------------------------------------------------


def settings(text, **context):
    found = [one for one in readings(text, Context(2026, **context)) if one.settings]

    def plain(value):
        return (
            [day.isoformat() for day in value]
            if isinstance(value, tuple)
            else getattr(value, "isoformat", lambda: value)()
        )

    return [
        {key: plain(value) for key, value in one.settings.items() if not key.startswith("period")} for one in found
    ], found


@pytest.mark.parametrize(
    "text, expected",
    [
        ("nộp trước ngày 15/6/2026", {"due": "2026-06-14"}),
        ("nộp trước ngày 01/3/2026", {"due": "2026-02-28"}),
        ("nộp chậm nhất vào ngày 15/6/2026", {"due": "2026-06-15"}),
        ("không quá ngày 15 tháng 02 năm 2026", {"due": "2026-02-15"}),
        ("đến hết ngày 15.6.2026", {"due": "2026-06-15"}),
        ("hạn chót: 15/6/26", {"due": "2026-06-15"}),
        ("trước 16h00 ngày 23/9/2026", {"due": "2026-09-23", "time": "16:00"}),
        ("trước 11 giờ 30 phút ngày 21/9/2026", {"due": "2026-09-21", "time": "11:30"}),
        ("trước ngày 28/2 hằng năm", {"due": "2026-02-27"}),
        ("chậm nhất ngày 15/3 năm sau", {"due": "2027-03-15"}),
        ("trước ngày 10/01 của năm liền kề năm báo cáo", {"due": "2027-01-09"}),
        ("trong tháng 6/2026", {"month": 6}),
        ("trong tháng 01/2027", {"window": ["2027-01-01", "2027-01-31"]}),
        ("dự kiến trong tháng Mười", {"window": ["2026-10-01", "2026-10-31"], "tentative": True}),
        ("ngày 14/11/2026 (dự kiến)", {"window": ["2026-11-14", "2026-11-14"], "tentative": True}),
        ("từ tháng 10 đến tháng 11", {"window": ["2026-10-01", "2026-11-30"]}),
        ("hoàn thành trong quý III", {"quarter": 3}),
        ("trong Quý I/2027", {"window": ["2027-01-01", "2027-03-31"]}),
        ("từ ngày 25/7 đến hết ngày 31/7/2026", {"window": ["2026-07-25", "2026-07-31"]}),
        ("từ sau 30/10 đến 31/12", {"window": ["2026-10-31", "2026-12-31"]}),
        ("21/12–09/01", {"window": ["2026-12-21", "2027-01-09"]}),
        ("tuần thứ hai của tháng 01/2027", {"window": ["2027-01-11", "2027-01-17"]}),
        ("trung tuần tháng 6", {"window": ["2026-06-11", "2026-06-20"]}),
        ("cuối tháng 2", {"window": ["2026-02-21", "2026-02-28"]}),
        ("ngày 20 của tháng cuối quý", {"repeat": "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=20"}),
        ("trước ngày 20 tháng cuối mỗi quý", {"repeat": "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=19"}),
        ("trước ngày 01 của tháng đầu quý sau", {"repeat": "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1"}),
        ("ngày cuối cùng của tháng đầu quý sau", {"repeat": "FREQ=MONTHLY;BYMONTH=1,4,7,10;BYMONTHDAY=-1"}),
        ("trước ngày 23 hàng tháng", {"repeat": "FREQ=MONTHLY;BYMONTHDAY=22"}),
        ("trước ngày 01 hằng tháng", {"repeat": "FREQ=MONTHLY;BYMONTHDAY=-1"}),
        ("hằng tháng, chậm nhất ngày 25", {"repeat": "FREQ=MONTHLY;BYMONTHDAY=25"}),
        ("hằng tháng các tổ nộp sổ vào ngày 28", {"repeat": "FREQ=MONTHLY;BYMONTHDAY=28"}),
        ("trước ngày 18 của tháng", {"repeat": "FREQ=MONTHLY;BYMONTHDAY=17"}),
        ("vào ngày 15 các tháng 3, 6, 9, 12", {"repeat": "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=15"}),
        ("ngày 10 và 25 hằng tháng", {"repeat": "FREQ=MONTHLY;BYMONTHDAY=10,25"}),
        ("ngày làm việc cuối cùng của tháng", {"repeat": "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"}),
        ("trước 15h00 thứ Năm hằng tuần", {"repeat": "FREQ=WEEKLY;BYDAY=TH", "time": "15:00"}),
        ("nhận hồ sơ từ ngày 01/9 đến 17 giờ 00 ngày 15/9/2026", {"window": ["2026-09-01", "2026-09-15"]}),
        ("trước 24 giờ ngày 30/9", {"due": "2026-09-30"}),
        ("Hạn cuối nộp hồ sơ là ngày 31/10/2026", {"due": "2026-10-31"}),
        ("trong tháng 9/2026, chậm nhất là ngày 25/9", {"due": "2026-09-25"}),
        ("xong trong tháng 6, muộn nhất là 10/7", {"month": 6, "limit": "2026-07-10"}),
        ("báo cáo 9 tháng trước ngày 18/9", {"due": "2026-09-17"}),
        ("báo cáo tuần: gửi trước 15 giờ thứ Năm", {"repeat": "FREQ=WEEKLY;BYDAY=TH", "time": "15:00"}),
        ("trước 15 giờ hằng ngày", {"repeat": "FREQ=DAILY", "time": "15:00"}),
        ("nửa đầu tháng 7", {"window": ["2026-07-01", "2026-07-15"]}),
        ("trong tháng 6 và tháng 7 năm 2026", {"window": ["2026-06-01", "2026-07-31"]}),
        ("hạn nghiệm thu: 31/12/2026", {"due": "2026-12-31"}),
        ("15/12/2026: công bố kết quả", {"due": "2026-12-15"}),
        ("sơ kết vào quý II", {"quarter": 2}),
        ("tổng hợp kết quả hằng quý, báo cáo trước ngày 05 hằng tháng", {"repeat": "FREQ=MONTHLY;BYMONTHDAY=4"}),
        ("thứ Sáu hằng tuần", {"repeat": "FREQ=WEEKLY;BYDAY=FR"}),
        ("trước thứ Sáu hàng tuần", {"repeat": "FREQ=WEEKLY;BYDAY=TH"}),
        ("08h00, thứ Ba, ngày 06/10/2026", {"due": "2026-10-06", "event": True, "time": "08:00"}),
        ("sáng 13/10", {"due": "2026-10-13", "event": True}),
        ("trong tháng 01, trường hợp đặc biệt không quá 15/02", {"month": 1, "limit": "2026-02-15"}),
        ("Kỷ niệm 136 năm Ngày sinh Bác (19/5/1890 – 19/5/2026)", {"observance": {"date": "05-19", "since": 1890}}),
        ("02 ngày làm việc kể từ ngày chốt số liệu", {"when": "02 ngày làm việc kể từ ngày chốt số liệu"}),
        ("trước 05 ngày tổ chức Hội nghị", {"when": "trước 05 ngày tổ chức Hội nghị"}),
        ("sinh hoạt chuyên đề hằng quý", {"window": ["2026-01-01", "2026-12-31"], "policy": "standing"}),
    ],
)
def test_an_expression_is_read(text, expected):
    (found,), _ = settings(text)
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "Căn cứ Kế hoạch số 28/KH-UBND ngày 19/01/2026 của UBND tỉnh",
        "theo Luật Lưu trữ ngày 21 tháng 6 năm 2024 của Quốc hội",
        "có hiệu lực thi hành từ ngày 01/7/2026",
        "giai đoạn 2021-2025, nhiệm kỳ 2025-2030",
        "chậm từ 05 ngày đến dưới 10 ngày trừ 2 điểm",
        "số liệu tính từ ngày 15/5 đến ngày 14/6",
        "thời điểm chốt số liệu: ngày 14 của tháng cuối quý",
        "áp dụng từ ngày 01/7/2026, từ quý III/2026",
        "5 ngày cuối mỗi tháng",
        "tính đến ngày 22/4/2026 có 12 đơn vị nộp",
        "Sở đã họp ngày 02/3/2026",
        "nghỉ Tết từ ngày 14/02/2026 đến hết ngày 22/02/2026",
        "đạt 39/40 chỉ tiêu, 8/12 xã; điện thoại 0214.3840.123",
        "báo cáo tháng 6/2026, kết quả quý II/2026",
        "quý cơ quan; theo quy định; chiến thắng lớn; ngay trong năm",
        "Hà Nội, ngày     tháng     năm 2026",
    ],
)
def test_what_is_no_deadline_is_none(text):
    assert settings(text)[0] == []


def test_a_list_of_dates_gives_each():
    found, _ = settings("quý I trước 20/3, quý II trước 20/6; 06 tháng (trước 05/7) và hằng năm (trước 05/12)")
    assert [one["due"] for one in found] == ["2026-03-19", "2026-06-19", "2026-07-04", "2026-12-04"]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("trước ngày 15/3, 15/6, 15/9 và 15/12", ["2026-03-14", "2026-06-14", "2026-09-14", "2026-12-14"]),
        ("trước ngày 15 tháng 6 và 15 tháng 12 hằng năm", ["2026-06-14", "2026-12-14"]),
        ("chậm nhất ngày 30/6/2026 và ngày 30/11/2026", ["2026-06-30", "2026-11-30"]),
    ],
)
def test_the_days_that_follow_are_meant_as_the_first(text, expected):
    assert [one["due"] for one in settings(text)[0]] == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("trước ngày 05 của tháng đầu quý sau",
         {"repeat": "FREQ=MONTHLY;BYMONTH=1,4,7,10;BYMONTHDAY=4", "period": "quarter", "period_offset": -1}),
        ("trước ngày 20 tháng cuối mỗi quý",
         {"repeat": "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=19", "period": "quarter"}),
        ("trước ngày 05 tháng sau", {"repeat": "FREQ=MONTHLY;BYMONTHDAY=4", "period": "month", "period_offset": -1}),
        ("thứ Sáu hằng tuần", {"repeat": "FREQ=WEEKLY;BYDAY=FR", "period": "week"}),
    ],
)  # fmt: skip
def test_a_repeat_has_the_period_that_it_is_about(text, expected):
    (reading,) = settings(text)[1]
    assert reading.settings == expected


def test_a_draft_has_the_period_of_a_repeat(drafted):
    (item,) = plan_of(drafted("Báo cáo quý gửi Sở Nội vụ trước ngày 05 của tháng đầu quý sau.\n"))["items"]
    assert (item["period"], item["period_offset"]) == ("quarter", -1)


@pytest.mark.parametrize("text", ["tháng 10", "10/10/2026", "Quý IV", "Thường xuyên"])
def test_a_cell_needs_no_other_word(text):
    assert settings(text, cell=True)[0] and not settings(text)[0]


@pytest.mark.parametrize(
    "text", ["đầu tháng 6", "tuần đầu tháng 7", "đến hết năm 2026", "trước tháng 6", "định kỳ báo cáo hằng quý"]
)
def test_what_is_vague_is_doubted(text):
    _, (reading,) = settings(text)
    assert reading.doubts


def test_a_year_that_the_document_does_not_say_is_doubted():
    assert not settings("trước ngày 15/6")[1][0].doubts
    assert settings("trước ngày 15/6", sure=False)[1][0].doubts


def test_what_is_not_understood_stays_over():
    text = "nộp trước ngày 15/6 hoặc ngày 20 tháng tới"
    assert unread(text, readings(text, Context(2026)), UNREAD) == ["ngày 20"]


# ---- letters ---------------------------------------------------------------------------------------------------------


def test_old_encodings():
    assert decoded("tr\xadíc ngµy 15/6, ®Õn hÕt th¸ng", ".VnTime") == "trước ngày 15/6, đến hết tháng"
    assert decoded("kÕ ho¹ch", ".VnTimeH") == "KẾ HOẠCH"
    assert decoded("tröôùc ngaøy 15/6, ñeán heát thaùng", "VNI-Times") == "trước ngày 15/6, đến hết tháng"
    assert guessed("göûi baùo caùo veà Sôû tröôùc ngaøy 15/6") == "gửi báo cáo về Sở trước ngày 15/6"
    assert guessed("C¸c ®¬n vÞ göi b¸o c¸o tr\xadíc ngµy 15/6") == "Các đơn vị gửi báo cáo trước ngày 15/6"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "tcvn3"])
def test_text_in_any_encoding(tmp_path, encoding):
    path = tmp_path / "van-ban.txt"
    text = "Các đơn vị gửi báo cáo trước ngày 15/6/2026."
    old = "C¸c ®¬n vÞ göi b¸o c¸o tr\xadíc ngµy 15/6/2026."
    path.write_bytes(old.encode("latin-1") if encoding == "tcvn3" else text.encode(encoding))
    assert read(path).blocks[0].text == text


# ---- files -----------------------------------------------------------------------------------------------------------

TITLES = ("TT", "Nội dung", "Chủ trì", "Phối hợp", "Thời gian")


def test_docx_takes_what_changes_inserted_and_not_what_they_deleted(tmp_path):
    path = papers.docx(tmp_path / "a.docx", papers.paragraph(
        "Sở Nội vụ gửi báo cáo chậm nhất ngày ", papers.deleted("30/6/2026"), papers.inserted(
            "15/7/2026"), "."))  # fmt: skip
    draft = draft_of(path)
    assert dates(draft) == ["2026-07-15"] and "30/6" not in draft
    assert "Track Changes" in draft


def test_docx_tables_numbers_and_boxes(tmp_path):
    path = papers.docx(
        tmp_path / "a.docx",
        "KẾ HOẠCH", "Công tác văn thư năm 2026",
        papers.paragraph("Nội dung", level=0),
        papers.table(
            TITLES,
            (papers.cell("I. CHUẨN BỊ", across=5),),
            ("1", "Lập danh mục hồ sơ", "Các đơn vị thành viên", "Sở Nội vụ", "Trước 28/02"),
            (papers.cell("2", down="first"), papers.cell("Báo cáo sơ kết", down="first"),
                "Các đơn vị thành viên", "", "Chậm nhất 15/6"),
            (papers.cell("", down="more"), papers.cell("", down="more"), "Trưởng khối", "", "Chậm nhất 30/6"),
        ),
        papers.paragraph(papers.run("Xem hộp bên."), papers.text_box("Sở Tư pháp gửi phụ lục trước ngày 10/9/2026.")),
        papers.paragraph("Tổ chức thực hiện", level=0),
        papers.paragraph("Thanh tra tỉnh rà soát xong trước ngày 01/10/2026.", level=1),
        papers.paragraph(papers.run("C¸c ®¬n vÞ nép hå s¬ tr\xadíc ngµy 05/11/2026.", ".VnTime"), level=1),
    )  # fmt: skip
    draft = draft_of(path)
    items = plan_of(draft)["items"]
    assert dates(draft) == ["2026-02-27", "2026-06-15", "2026-06-30", "2026-09-09", "2026-09-30", "2026-11-04"]
    assert [list(one["for"]) for one in items] == [
        ["members"], ["members"], ["head"], ["so-tu-phap"], ["thanh-tra-tinh"], ["members"]]  # fmt: skip
    assert items[2]["title"] == "Báo cáo sơ kết"
    assert items[5]["wording"] == "Các đơn vị nộp hồ sơ trước ngày 05/11/2026."


def test_docx_without_composed_letters_and_with_other_blanks(tmp_path):
    path = papers.docx(
        tmp_path / "a.docx",
        papers.paragraph(
            "Gửi báo cáo tru\u031bo\u031b\u0301c nga\u0300y\xa010",
            "<w:r><w:noBreakHyphen/></w:r>",
            "12",
            "<w:r><w:noBreakHyphen/></w:r>",
            "2026.",
        ),
    )
    assert dates(draft_of(path)) == ["2026-12-09"]


def test_odt_tables_and_numbers(tmp_path):
    path = papers.odt(
        tmp_path / "a.odt", "KẾ HOẠCH", "Công tác văn thư năm 2026",
        papers.odt_table(
            TITLES,
            (("A. CHUNG", 5, 1), None, None, None, None),
            ("1", ("Báo cáo quý", 1, 2), "Các đơn vị thành viên", "", "Ngày 20 tháng cuối quý"),
            ("2", None, "Trưởng khối", "", "Trước ngày 25 tháng cuối quý"),
        ),
        papers.odt_list("Sở Nội vụ tập huấn trong tháng 5/2026.", "Sở Tài chính thẩm định trước ngày 02/4/2026."),
    )  # fmt: skip
    draft = draft_of(path)
    quarter = "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY="
    assert [str(one) for one in dates(draft)][:2] == [quarter + "20", quarter + "24"]
    assert dates(draft)[3] == "2026-04-01"
    assert plan_of(draft)["items"][1]["title"] == "Báo cáo quý"


def test_odt_in_one_paragraph_is_taken_apart(tmp_path):
    path = papers.odt(tmp_path / "a.odt", "Có ý kiến như sau: 1. Giao Sở Nội vụ: - Rà soát biên chế; xong trước ngày 05/5/2026. "
                      "2. Giao Sở Tư pháp: - Thẩm định dự thảo trước ngày 06/6/2026.")  # fmt: skip
    draft = draft_of(path)
    assert [(list(one["for"]), one["due"]) for one in plan_of(draft)["items"]] == [
        (["so-noi-vu"], "2026-05-04"), (["so-tu-phap"], "2026-06-05")]  # fmt: skip


PAGE = [
    (60, 40, "UBND TỈNH A"), (330, 40, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    (60, 56, "Số: 12/KH-UBND"), (330, 56, "A, ngày 05 tháng 01 năm 2026"), (260, 90, "KẾ HOẠCH"),
    (200, 106, "Công tác văn thư năm 2026"),
    (60, 140, "Đề nghị các đơn vị thành viên gửi kế hoạch của đơn vị mình về Trưởng khối trước ngày"),
    (60, 155, "20/01/2026 để tổng hợp."),
    (40, 180, "TT"), (80, 180, "Nội dung"), (220, 180, "Chủ trì"), (330, 180, "Phối hợp"), (430, 180, "Thời gian"),
    (40, 200, "I. RÀ SOÁT"),
    (40, 220, "1"), (80, 220, "Rà soát hồ sơ lưu"), (220, 220, "Các đơn vị"), (330, 220, "Sở Nội vụ"), (430, 220,
        "Trước"),
    (80, 234, "trữ quá hạn"), (220, 234, "thành viên"), (430, 234, "28/02/2026"),
    (40, 254, "2"), (80, 254, "Báo cáo công tác"), (220, 254, "Trưởng khối"), (430, 254, "Chậm nhất"),
    (80, 268, "văn thư"), (430, 268, "15/6"),
]  # fmt: skip


@needs_poppler
def test_pdf_tables_by_their_columns(tmp_path):
    draft = draft_of(papers.pdf(tmp_path / "a.pdf", [PAGE]))
    items = plan_of(draft)["items"]
    assert dates(draft) == ["2026-01-19", "2026-02-27", "2026-06-15"]
    assert [list(one["for"]) for one in items] == [["members"], ["members"], ["head"]]
    assert items[1]["title"] == "Rà soát hồ sơ lưu trữ quá hạn"
    assert plan_of(draft)["basis"] == "Kế hoạch số 12/KH-UBND ngày 05/01/2026"


@needs_poppler
def test_a_scan_is_refused_with_what_makes_text_of_it(tmp_path):
    path = papers.pdf(
        tmp_path / "quet.pdf",
        [[(30, 20, "Cơ quan: UBND tỉnh A"), (30, 32, "Giờ ký: 17/04/2026 10:39:42")]],
        picture=True,
    )
    output = tmp_path / "draft.conf"
    done = import_plan(path, "-o", output)
    assert done.returncode == 1 and not output.exists()
    assert "ocrmypdf -l vie" in done.stderr and "quet.pdf" in done.stderr


def test_what_is_needed_and_not_there_is_named(tmp_path):
    path = papers.pdf(tmp_path / "a.pdf", [PAGE])
    old = tmp_path / "a.doc"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
    nothing = {"env": {"PATH": str(tmp_path), "LANG": "C.UTF-8"}}
    assert "poppler-utils" in import_plan(path, **nothing).stderr
    assert "libreoffice" in import_plan(old, **nothing).stderr


@pytest.mark.parametrize(
    "data", [b"", b"PK\3\4 no archive", b"<html><p>15/6</p></html>", bytes(range(256)), b"%PDF-1.4 broken"]
)
def test_what_is_no_document_is_refused(tmp_path, data):
    path, output = tmp_path / "a", tmp_path / "draft.conf"
    path.write_bytes(data)
    done = import_plan(path, "-o", output)
    assert done.returncode == 1 and done.stderr.startswith("import-plan: ") and "Traceback" not in done.stderr
    assert not output.exists()


def test_a_damaged_file_is_refused_or_read(tmp_path):
    data = papers.docx(tmp_path / "a.docx", "Sở Nội vụ gửi báo cáo trước ngày 15/6/2026.").read_bytes()
    path = tmp_path / "damaged.docx"
    for at in range(0, len(data), 16):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x5A]) + data[at + 1 :])
        try:
            read(path)
        except Refused:
            pass


@pytest.mark.parametrize("text", ["trước " * 3000 + "ngày", "báo cáo tháng gửi " * 1000, "ngày 15, " * 2000, "(" * 5000])
def test_no_text_takes_long(text):
    readings(text, Context(2026))  # as the test's timeout knows


# ---- who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, owes, report_to",
    [
        ("1. Giao Sở Nội vụ:\n- Lập danh sách trước ngày 15/6/2026.", ["so-noi-vu"], None),
        ("Sở Tư pháp thẩm định, gửi Sở Nội vụ trước ngày 15/6/2026.", ["so-tu-phap"], ["so-noi-vu"]),
        ("Trước ngày 15/6/2026: Sở Tài chính hoàn thành thẩm định.", ["so-tai-chinh"], None),
        ("Các đơn vị thành viên gửi Trưởng khối trước ngày 15/6/2026.", ["members"], ["head"]),
        (
            "Sở Nội vụ, Sở Tư pháp báo cáo Văn phòng UBND tỉnh trước ngày 15/6/2026.",
            ["so-noi-vu", "so-tu-phap"],
            ["vp-ubnd"],
        ),
        ("1. Ban Xây dựng phong trào:\n- Lập danh sách trước ngày 15/6/2026.", ["TODO-ban-xay-dung-phong-trao"], None),
        ("Lập danh sách trước ngày 15/6/2026.", ["TODO-ai-lam"], None),
        # Its name is no verb: "nhân dân" is not "nhận".
        ("Uỷ ban nhân dân xã Hoa Mai gửi Sở Nội vụ trước ngày 15/6/2026.", ["TODO-uy-ban-nhan-dan-xa-hoa-mai"], ["so-noi-vu"]),
        ("Toà án nhân dân tỉnh nhận hồ sơ trước ngày 15/6/2026.", ["TODO-toa-an-nhan-dan-tinh"], None),
    ],
)
def test_who_owes(drafted, text, owes, report_to):
    (item,) = plan_of(drafted(text))["items"]
    assert (list(item["for"]), list(item["report_to"]) if "report_to" in item else None) == (owes, report_to)
    assert ("TODO" in item) == owes[0].startswith("TODO")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Đề nghị các cơ quan, đơn vị thực hiện nội dung sau:\n1. Rà soát hồ sơ trước ngày 15/6/2026.", ["members"]),
        ("- Lập danh mục. Chủ trì: Sở Nội vụ. Thời gian hoàn thành: Quý I.", ["so-noi-vu"]),
        ("1. Tập huấn\na) Thời gian: trong tháng 5/2026.\nb) Hình thức: trực tuyến.\nc) Đơn vị chủ trì: Sở Nội vụ; "
         "phối hợp: các đơn vị thành viên.", ["so-noi-vu"]),
        ("1. Tập huấn\na) Nội dung: văn thư số.\nb) Thời gian: trong tháng 5/2026.\nc) Chủ trì: Sở Nội vụ.", [
            "so-noi-vu"]),
    ],
)  # fmt: skip
def test_who_owes_by_what_stands_around(drafted, text, expected):
    (item,) = plan_of(drafted(text))["items"]
    assert list(item["for"]) == expected


@pytest.mark.parametrize(
    "words, settings",
    [
        ("chậm nhất 05 ngày làm việc trước ngày kiểm tra", {"before_item": {"item": "kiem-tra-cong-tac-van-thu", "by": "5wd"}}),
        ("trong vòng 10 ngày kể từ ngày kết thúc kiểm tra", {"after": {"item": "kiem-tra-cong-tac-van-thu", "by": "10d"}}),
        ("chậm nhất 02 tuần sau khi kiểm tra công tác văn thư", {"after": {"item": "kiem-tra-cong-tac-van-thu", "by": "2w"}}),
        ("chậm nhất 05 ngày làm việc trước ngày khai giảng", {"when": "chậm nhất 05 ngày làm việc trước ngày khai giảng"}),
    ],
)  # fmt: skip
def test_what_is_counted_from_another_task(drafted, words, settings):
    _, item = plan_of(drafted("1. Kiểm tra công tác văn thư từ ngày 01/10/2026 đến ngày 31/10/2026.\n"
                              f"2. Các đơn vị thành viên gửi báo cáo {words}."))["items"]  # fmt: skip
    assert {key: dict(item[key]) if isinstance(item[key], dict) else item[key] for key in settings} == settings
    assert "TODO" in item and not {"when", "before_item", "after"} - set(settings) & set(item)


def test_an_invitation_is_what_its_title_says(drafted):
    draft = drafted("1. Thời gian: 08 giờ 00 phút, ngày 25 tháng 9 năm 2026.\n2. Địa điểm: Hội trường số 1.",
                    "GIẤY MỜI\nDự Hội nghị văn thư năm 2026\n")  # fmt: skip
    (item,) = plan_of(draft)["items"]
    assert (item["title"], item["due"]) == ("Giấy mời Dự Hội nghị văn thư năm 2026", "2026-09-25")
    assert "Hội trường số 1" in draft and "08" in draft


def test_the_year_is_not_that_of_a_document_that_is_named(drafted):
    draft = drafted("1. Nộp chậm nhất ngày 15/6/2026.\n2. Thay thế Quyết định số 1/QĐ-UBND ngày 02/01/2022.\n3. Theo Quyết định số "
                    "2/QĐ-UBND ngày 03/02/2022.", "QUY ĐỊNH\nChế độ báo cáo\n")  # fmt: skip
    assert plan_of(draft)["year"] == 2026


def test_a_calendar_of_meetings(drafted):
    draft = drafted("Thứ Hai, ngày 05/10:\n- 7h30: Giao ban.\n- Chiều: 14h00 tiếp dân.\nThứ Ba (06/10)\n- Sáng: họp.",
                    "LỊCH CÔNG TÁC TUẦN\n(Từ ngày 05/10/2026 đến ngày 11/10/2026)\n")  # fmt: skip
    assert dates(draft) == ["2026-10-05", "2026-10-05", "2026-10-06"]


@pytest.mark.parametrize("text", ["Nộp trong tháng 5 và trước ngày 20/6/2027.", "Nộp trước ngày 10/01."])
def test_a_year_that_may_be_another_is_doubted(drafted, text):
    head = "THÔNG BÁO\nVề việc nộp hồ sơ\nA, ngày 05 tháng 3 năm 2026\n"
    assert "năm" in plan_of(drafted("1. Sở Nội vụ: " + text, head))["items"][0]["TODO"]


# ---- what kind of document -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, why",
    [
        ("BÁO CÁO\nKết quả công tác tháng 7/2026\nSở Nội vụ hoàn thành trước ngày 15/7/2026.", "report"),
        ("QUYẾT ĐỊNH\nVề việc khen thưởng\nĐiều 2. Sở Tài chính chi trước ngày 15/7/2026.", "decision"),
        ("Sáng ngày 12/5/2026 tại hội trường tỉnh đã diễn ra hội nghị tổng kết phong trào, đại biểu phát biểu.",
            "news"),
        ("KẾ HOẠCH\nĐiều chỉnh, bổ sung Kế hoạch công tác năm 2026\n1. Thay ngày 15/6/2026 bằng 30/6/2026.\n2. Bãi bỏ điểm 5.",
            "amend"),
    ],
)  # fmt: skip
def test_what_asks_for_nothing_gives_nothing(tmp_path, text, why):
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    done = import_plan(path)
    assert done.returncode == 0 and why in done.stderr
    assert len(plan_of(done.stdout)["items"]) == 0
    for line in text.splitlines()[2:] or [text]:
        assert f": {line}" in done.stdout


def test_a_plan_that_a_decision_encloses_is_read(drafted):
    head = "QUYẾT ĐỊNH\nVề việc ban hành Kế hoạch\nĐiều 1. Ban hành kèm theo Kế hoạch.\n"
    assert dates(drafted("KẾ HOẠCH\nVăn thư năm 2026\n1. Sở Nội vụ tập huấn trước ngày 15/5/2026.", head)) == [
        "2026-05-14"
    ]


# ---- the draft -------------------------------------------------------------------------------------------------------

MIXED = """I. NỘI DUNG
1. Quý I
- Ban hành danh mục hồ sơ.
- Các đơn vị thành viên nộp lưu trước ngày 20/3/2026.
2. Các đơn vị báo cáo vào những ngày đầu của quý tới.
3. Phát huy truyền thống ngày 30/4.
4. Không có gì ở đây.
Nơi nhận:
- Như trên (ngày 02/01);
"""


def test_no_line_with_a_date_is_lost(drafted):
    draft = drafted(MIXED)
    for line in MIXED.splitlines():
        if re.search(r"ngày|tháng|quý", line, re.IGNORECASE):
            assert re.sub(r"^(\d\.|-) ", "", line) in draft.replace('"\n                "', ""), line
    assert "Không có gì" not in draft
    assert [one["quarter"] for one in plan_of(draft)["items"] if "quarter" in one] == [1]


def test_the_draft_is_refused_until_somebody_has_decided(tmp_path):
    document, folder = tmp_path / "van-ban.txt", tmp_path / "block"
    document.write_text(HEAD + MIXED + "Trường hợp đặc biệt.\n", encoding="utf-8")
    folder.mkdir()
    block = Block(folder, plan("", members=None), policies={"report": {"before": ["7d"], "at":
        "08:00"}, "standing": {"before": ["7d"]},
                                                            "inspection": {"before": ["7d"]}}, default_policy=
                                                                "report")  # fmt: skip
    output = block.conf / "plans.d/plan.conf"
    assert import_plan(document, "-o", output, "--replace").returncode == 0
    text = output.read_text(encoding="utf-8")
    refused = block.check()
    assert refused.returncode == 1
    for number, line in enumerate(text.splitlines(), 1):
        if "TODO" in line and not line.startswith("#"):
            assert f"plan.conf:{number}: " in refused.stdout, line
    assert "TODO, to be decided" in refused.stdout
    decided = re.sub(r'\n *TODO = "[^"]*"(?:\s*"[^"]*")*;', "", text)
    decided = decided.replace("TODO-truong-khoi", "vp-ubnd").replace("TODO-ai-lam", "so-noi-vu")
    output.write_text(decided, encoding="utf-8")
    accepted = block.check()
    assert accepted.returncode == 0, accepted.stdout


def test_a_draft_that_is_there_stays(tmp_path):
    document, output = tmp_path / "van-ban.txt", tmp_path / "draft.conf"
    document.write_text(HEAD + MIXED, encoding="utf-8")
    output.write_text("mine", encoding="utf-8")
    done = import_plan(document, "-o", output)
    assert done.returncode == 1 and "--replace" in done.stderr and output.read_text(encoding="utf-8") == "mine"
    assert import_plan(document, "-o", output, "--replace").returncode == 0
    assert "plan = {" in output.read_text(encoding="utf-8")
    assert (tmp_path / "draft.conf~").read_text(encoding="utf-8") == "mine"
    assert import_plan(tmp_path / "none.txt", "-o", output, "--replace").returncode == 1
    assert "plan = {" in output.read_text(encoding="utf-8")


def test_the_draft_holds_whatever_the_document_says(drafted):
    text = 'Nộp "bản \\ sao" # và /* dấu */ trước ngày 15/6/2026.'
    (item,) = plan_of(drafted(text))["items"]
    assert item["wording"] == text


def test_an_outer_limit_and_who_helps_are_keys_that_the_check_takes(tmp_path):
    folder, document = tmp_path / "block", tmp_path / "van-ban.txt"
    folder.mkdir()
    block = Block(folder, plan("", members=None))
    document.write_text(HEAD + "1. Sở Nội vụ phối hợp với Sở Tư pháp ký giao ước trong tháng 01, trường hợp đặc biệt "
                        "không quá 15/02.\n2. Sở Tư pháp báo cáo ngày 20 hằng tháng, đặc biệt không quá ngày 25/12.\n"
                        "3. Sở Tư pháp phối hợp với Ban B rà soát trước ngày 15/6/2026.", encoding="utf-8")  # fmt: skip
    output = block.conf / "plans.d/plan.conf"
    drafted = import_plan(document, "-o", output, "--replace", "--agencies", block.conf / "agencies.conf")
    assert drafted.returncode == 0, drafted.stderr
    text = output.read_text(encoding="utf-8")
    signed, monthly, special, reviewed = plan_of(text)["items"]
    assert (signed["month"], signed["limit"], signed["with"]) == (1, "2026-02-15", ["so-tu-phap"])
    assert "note" not in signed
    assert "repeat" in monthly and "limit" not in monthly and special["due"] == "2026-12-25" and special["TODO"]
    assert reviewed["note"] == "Phối hợp: Ban B."
    decided = re.sub(r'\n *TODO = "[^"]*"(?:\s*"[^"]*")*;', "", text).replace("TODO-truong-khoi", "vp-ubnd")
    output.write_text(decided, encoding="utf-8")
    accepted = block.check()
    assert accepted.returncode == 0, accepted.stdout


# ---- the shipped plan ------------------------------------------------------------------------------------------------


def test_the_document_of_2024_beside_its_plan():
    """Every date of the shipped plan that the document itself gives is in the draft, with the same words."""
    draft = draft_of(DOCUMENT_2024)
    shipped = libconf.loads((ROOT / "conf/plans.d/tdkt-2024.conf").read_text(encoding="utf-8"))["plan"]["items"]
    made = plan_of(draft)["items"]

    def plain(text):
        return re.sub(r"\W+", " ", text).lower().strip()

    def when(item):
        return next((key, item[key]) for key in ("quarter", "window", "when", "observance", "month") if key in item)

    missing = []
    for item in shipped:
        kind, value = when(item)
        parts = [plain(part)[:60] for part in item["wording"].split("[...]")]
        same = [one for one in made if any(part in plain(one["wording"]) for part in parts)]
        if not any(key == kind and (kind == "when" or got == value) for key, got in map(when, same)):
            missing.append(item["id"])
    assert set(missing) <= NOT_IN_THE_DRAFT, missing


# Of the shipped plan: what goes on all year and has no date in the document, and days that it does not name.
NOT_IN_THE_DRAFT = {"muc-dich-yeu-cau", "tet-nguyen-dan", "ngay-hoi-quoc-phong", "ke-hoach-phat-dong-don-vi",
                    "dang-ky-thi-dua", "bam-sat-ke-hoach"}  # fmt: skip


# ---- the scorer ------------------------------------------------------------------------------------------------------


def test_the_scorer_sees_what_is_wrong_missing_and_too_much(drafted):
    draft = drafted("1. Sở Nội vụ nộp trước ngày 15/6/2026.\n2. Sở Tư pháp họp chậm nhất ngày 20/6/2026.")
    gold = [
        {"quote": "trước ngày 15/6/2026", "reading": "due 2026-06-15"},
        {"quote": "trước ngày 1/1", "reading": "due 2026-01-01"},
    ]
    result = score(gold, draft)
    assert (result.expected, result.found, result.right) == (2, 1, 0)
    assert len(result.wrong) == len(result.missed) == len(result.extra) == 1
    assert score([{"quote": "chậm nhất ngày 20/6/2026", "reading": "due 2026-06-20"}], draft).right == 1
    assert len(items_of(draft)) == 2
