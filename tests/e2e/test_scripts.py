"""What an administrator runs by hand: next year's plan from this year's, and agencies from a spreadsheet."""

import subprocess

import libconf
import pytest

from block import ROOT, Block, plan

NEW_YEAR, IMPORT = ROOT / "scripts/new-year", ROOT / "scripts/import-agencies"
SHIPPED = ROOT / "conf/plans.d/tdkt-2024.conf"


def script(program, *arguments):
    return subprocess.run(["/usr/bin/python3", program, *arguments], capture_output=True, text=True, encoding="utf-8",
                          timeout=60, check=False)  # fmt: skip


# ---- new-year --------------------------------------------------------------------------------------------------------


def new_year(path):
    done = script(NEW_YEAR, path)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def moved(tmp_path):
    """A plan of 2024 with these items, in 2025."""

    def do(items):
        path = tmp_path / "plan.conf"
        path.write_text(plan(items), encoding="utf-8")
        return libconf.loads(new_year(path))["plan"]

    return do


@pytest.mark.parametrize(
    "given, expected",
    [
        ('due = "2024-12-10"', {"due": "2025-12-10"}),
        ('due = "2024-02-29"', {"due": "2025-02-28"}),
        ('window = ["2024-10-01", "2024-10-31"]; tentative = true; fix_by = "2024-09-20"',
         {"window": ["2025-10-01", "2025-10-31"], "tentative": True, "fix_by": "2025-09-20"}),
        ("quarter = 3", {"quarter": 3}),
        ('when = "khi có Kế hoạch năm 2024"', {"when": "khi có Kế hoạch năm 2025"}),
        ('repeat = "FREQ=MONTHLY;BYMONTHDAY=25;UNTIL=20240630"',
         {"repeat": "FREQ=MONTHLY;BYMONTHDAY=25;UNTIL=20250630"}),
        ('observance = { date = "05-19"; since = 1890; }', {"observance": {"date": "05-19", "since": 1890}}),
        ('observance = { date = "lunar:03-10"; }', {"observance": {"date": "lunar:03-10"}}),
        ('due = "2024-12-10"; wording = "Câu của văn bản cũ"', {"due": "2025-12-10", "wording": None}),
        ('due = "2024-12-10"; escalate = ( { after = "3wd"; to = "head"; } )',
         {"escalate": ({"after": "3wd", "to": "head"},)}),
    ],
)  # fmt: skip
def test_new_year_moves_dates(moved, given, expected):
    (item,) = moved(f'{{ id = "viec"; title = "Việc"; {given}; for = ["members"]; }}')["items"]
    for key, value in expected.items():
        assert item.get(key) == value
    assert item["for"] == ["members"]


@pytest.mark.parametrize(
    "title, expected",
    [
        ("Đăng ký thi đua năm 2024", "Đăng ký thi đua năm 2025"),
        ("Ký giao ước thi đua năm 2025", "Ký giao ước thi đua năm 2026"),
        ("Phong trào giai đoạn 2021-2025", "Phong trào giai đoạn 2021-2025"),
        ("Đề án 2024 – 2030", "Đề án 2024 – 2030"),
        ("Theo Luật Thi đua, khen thưởng năm 2022", "Theo Luật Thi đua, khen thưởng năm 2022"),
        ("Đón Tết Giáp Thìn", "Đón Tết Ất Tỵ"),
        ('Phong trào "Dân vận khéo" \\\\ 120240 người', 'Phong trào "Dân vận khéo" \\ 120240 người'),
    ],
)
def test_new_year_moves_years_in_titles(moved, title, expected):
    text = title.replace('"', '\\"')
    (item,) = moved(f'{{ id = "viec"; title = "{text}"; due = "2024-12-10"; for = ["members"]; }}')["items"]
    assert item["title"] == expected


def test_new_year_of_the_shipped_plan_wants_only_the_roles_filled_in(tmp_path):
    shipped = libconf.loads(SHIPPED.read_text(encoding="utf-8"))["plan"]
    text = new_year(SHIPPED)
    folder = tmp_path / "block"
    folder.mkdir()
    block = Block(folder, text)
    for name in ("reminderd.conf", "agencies.conf"):
        block.write(name, (ROOT / "conf" / name).read_text(encoding="utf-8"))
    result = block.check()
    assert result.returncode == 1
    errors = [line for line in result.stdout.splitlines() if "warning:" not in line and "plan.conf" in line]
    assert len(errors) == 2 and all("DIEN-MA-" in line for line in errors), result.stdout
    for role, agency in (("DIEN-MA-TRUONG-KHOI", "so-tu-phap"), ("DIEN-MA-PHO-TRUONG-KHOI", "ban-dan-toc")):
        text = text.replace(role, agency)
    block.write_plan(text)
    result = block.check()
    assert result.returncode == 0, result.stdout
    assert f"with {len(shipped['items'])} items" in result.stdout
    assert all(len(line) <= 120 for line in text.splitlines())


@pytest.mark.parametrize("text", ["plan = {", "", "agencies = ();", "plan = 3;"])
def test_new_year_of_what_is_no_plan(tmp_path, text):
    path = tmp_path / "plan.conf"
    path.write_text(text)
    for one in (path, tmp_path / "none.conf"):
        done = script(NEW_YEAR, one)
        assert done.returncode == 1 and done.stdout == "" and "Traceback" not in done.stderr
        assert done.stderr.startswith(f"new-year: {one}: ")


# ---- import-agencies -------------------------------------------------------------------------------------------------

ROWS = (
    ("STT", "Mã", "Tên cơ quan", "Tên viết tắt", "Thư điện tử", "Nhóm"),
    ("1", "vp-ubnd", "Văn phòng UBND tỉnh", "VP UBND", "vpubnd@laocai.example", ""),
    ("2", "", "Sở Kế hoạch và Đầu tư", "Sở KH&ĐT", "sokhdt@laocai.example", "council"),
    ("3", "", "Ban \"Dân tộc\"", "", "bdt@laocai.example", "council"),
)  # fmt: skip
EXPECTED = [
    {"id": "vp-ubnd", "name": "Văn phòng UBND tỉnh", "short": "VP UBND", "emails": ["vpubnd@laocai.example"]},
    {"id": "so-kh-dt", "name": "Sở Kế hoạch và Đầu tư", "short": "Sở KH&ĐT", "emails": ["sokhdt@laocai.example"]},
    {"id": "ban-dan-toc", "name": 'Ban "Dân tộc"', "emails": ["bdt@laocai.example"]},
]


def quoted(cell):
    return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in '",;\n\t') else cell


def csv_text(separator=",", rows=ROWS):
    return "".join(separator.join(map(quoted, row)) + "\r\n" for row in rows)


@pytest.fixture
def imported(tmp_path):
    def do(data):
        path = tmp_path / "co-quan.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return script(IMPORT, path)

    return do


@pytest.mark.parametrize(
    "data",
    [
        csv_text().encode(),
        csv_text().encode("utf-8-sig"),
        csv_text(";").encode("utf-8-sig"),
        csv_text("\t").encode("utf-16"),
        ("sep=;\r\n" + csv_text(";")).encode("utf-8-sig"),
        csv_text(";").replace("\r\n", "\n").encode(),
        (csv_text(";") + ";;;;;\r\n\r\n").encode(),
    ],
    ids=["commas", "BOM", "BOM and semicolons", "UTF-16", "sep=", "LF", "empty rows"],
)
def test_import_reads_what_spreadsheets_write(imported, data):
    done = imported(data)
    assert done.returncode == 0, done.stderr
    read = libconf.loads(done.stdout)
    assert [dict(agency) for agency in read["agencies"]] == EXPECTED
    assert read["groups"] == {"council": ["so-kh-dt", "ban-dan-toc"]}


@pytest.mark.parametrize("cell", ["a@x.example; b@x.example", "a@x.example,b@x.example", "a@x.example\nb@x.example"])
def test_import_takes_several_addresses_in_a_cell(imported, cell):
    done = imported(csv_text(";", [("ten", "email"), ("Sở Tư pháp", cell)]))
    (agency,) = libconf.loads(done.stdout)["agencies"]
    assert agency["emails"] == ["a@x.example", "b@x.example"]


def test_what_is_imported_is_accepted_by_the_daemon(imported, tmp_path):
    done = imported(csv_text(";").encode("utf-8-sig"))
    folder = tmp_path / "block"
    folder.mkdir()
    block = Block(folder, plan('{ id = "viec"; title = "Việc"; due = "2024-12-10"; for = ["council"]; }', members=None)
                  .replace('deputy = "so-noi-vu";', ""))  # fmt: skip
    block.write("agencies.conf", done.stdout)
    result = block.check()
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    "rows, mistakes",
    [
        ([("ten", "email"), ("Sở A", "")], [":2: no e-mail address"]),
        ([("ten", "email"), ("", "a@x.example")], [":2: no name"]),
        ([("ten", "email"), ("Sở A", "a@@x")], [':2: "a@@x" is not an e-mail address']),
        ([("ten", "email"), ("Sở A", "a@x.example"), ("", ""), ("Sở  a", "b@x.example")],
         [':4: id "so-a" is given a second time, first on line 2']),
        ([("ma", "ten", "email"), ("Sở_A", "Sở A", "a@x.example")], [':2: "Sở_A" is not a valid id']),
        ([("ma", "ten", "email"), ("head", "Sở A", "a@x.example")], [':2: "head" is the word for a role']),
        ([("ten", "email", "nhom"), ("Sở A", "a@x.example", "Hội-đồng")],
         [':2: "Hội-đồng" is not a valid name of a group']),
        ([("ten", "dien thoai"), ("Sở A", "0214")], [':1: unknown column "dien thoai"', ':1: no column "thư điện tử"']),
        ([("ten", "name", "email"), ("a", "b", "a@x.example")], [':1: a second column "name"']),
        ([("ten", "email")], [":1: no agency in it"]),
        ([("ten", "email"), ("Sở\nA", "x"), ("Sở B", "y")],
         [':2: "x" is not an e-mail address', ':4: "y" is not an e-mail address']),
    ],
)  # fmt: skip
def test_import_names_every_mistake_by_line(imported, rows, mistakes):
    done = imported(csv_text(";", rows))
    assert done.returncode == 1 and done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == len(mistakes), done.stderr
    for line, mistake in zip(lines, mistakes):
        assert f"co-quan.csv{mistake}" in line


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", "tên;email\nSở;a".encode("utf-16-le"), b"t\xean,email\n",
                                  b'ten,email\n"a"b,c\n', b"\x00\x01"])  # fmt: skip
def test_import_of_what_is_no_table(imported, data):
    done = imported(data)
    assert done.returncode == 1 and done.stdout == "" and "Traceback" not in done.stderr
    assert done.stderr.count("\n") >= 1
