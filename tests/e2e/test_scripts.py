"""What an administrator runs by hand: next year's plan from this year's, and agencies from a spreadsheet."""

import subprocess

import libconf
import pytest

from block import ROOT, Block, plan

pytestmark = pytest.mark.once

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


@pytest.mark.parametrize(
    "year, given, expected",
    [
        (2027, 'due = "2024-12-10"', {"due": "2027-12-10"}),
        (2028, 'due = "2024-02-29"', {"due": "2028-02-29"}),
        (2027, 'due = "2025-01-15"; when = "sau Kế hoạch năm 2024"', {"due": "2028-01-15", "when": "sau Kế hoạch năm 2027"}),
        (2026, 'repeat = "FREQ=MONTHLY;UNTIL=20241231"', {"repeat": "FREQ=MONTHLY;UNTIL=20261231"}),
        (2028, 'due = "2024-12-10"; note = "Tết Giáp Thìn"', {"note": "Tết Mậu Thân"}),
    ],
)  # fmt: skip
def test_new_year_goes_to_the_year_that_is_asked_for(tmp_path, year, given, expected):
    path, output = tmp_path / "plan.conf", tmp_path / "new.conf"
    path.write_text(plan(f'{{ id = "viec"; title = "Việc"; {given}; for = ["members"]; }}'), encoding="utf-8")
    done = script(NEW_YEAR, path, "--year", str(year), "-o", output)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    made = libconf.loads(output.read_text(encoding="utf-8"))["plan"]
    assert made["year"] == year
    assert {key: made["items"][0].get(key) for key in expected} == expected


@pytest.mark.parametrize("year", ["2024", "1999", "2101", "0"])
def test_new_year_refuses_a_year_that_is_not_later(tmp_path, year):
    output = tmp_path / "new.conf"
    done = script(NEW_YEAR, SHIPPED, "--year", year, "-o", output)
    assert done.returncode == 1 and f"--year {year}" in done.stderr and not output.exists()


def test_new_year_says_when_that_year_is_over(tmp_path):
    path = tmp_path / "plan.conf"
    path.write_text(plan('{ id = "viec"; title = "Việc"; due = "2020-12-10"; for = ["members"]; }', year=2020))
    done = script(NEW_YEAR, path)
    assert done.returncode == 0 and "2021 is over" in done.stderr and "--year" in done.stderr


# ---- the file that is written ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", [NEW_YEAR, IMPORT], ids=["new-year", "import-agencies"])
def test_a_file_that_is_there_stays_when_anything_is_wrong(tmp_path, program):
    given, output = tmp_path / "given", tmp_path / "agencies.conf"
    given.write_text("not what is read here", encoding="utf-8")
    output.write_text("agencies = ();\n", encoding="utf-8")
    done = script(program, given, "-o", output)
    assert done.returncode == 1
    assert output.read_text(encoding="utf-8") == "agencies = ();\n"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["agencies.conf", "given"]


def test_a_file_is_replaced_whole_and_the_one_before_is_kept(tmp_path):
    output, real = tmp_path / "plan.conf", tmp_path / "elsewhere.conf"
    real.write_text("before\n")
    real.chmod(0o640)
    output.symlink_to(real)
    done = script(NEW_YEAR, SHIPPED, "-o", output)
    assert done.returncode == 0, done.stderr
    assert output.is_symlink() and real.read_text(encoding="utf-8") == new_year(SHIPPED)
    assert real.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "elsewhere.conf~").read_text() == "before\n"


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path):
    done = script(NEW_YEAR, SHIPPED, "-o", tmp_path / "no-such-folder" / "plan.conf")
    assert done.returncode == 1 and "no-such-folder" in done.stderr and "Traceback" not in done.stderr


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


# ---- tables as offices have them -------------------------------------------------------------------------------------


def agencies_of(done):
    assert done.returncode == 0, done.stderr
    return {agency["id"]: agency["emails"] for agency in libconf.loads(done.stdout)["agencies"]}


def test_import_reads_a_table_with_titles_headings_and_other_columns(imported):
    rows = [
        ("DANH SÁCH CƠ QUAN THÀNH VIÊN", "", "", "", ""),
        ("(kèm theo Công văn số 12/CV-KTĐ)", "", "", "", ""),
        ("STT", "Tên cơ quan, đơn vị", "Người phụ trách", "Điện thoại", "Email công vụ"),
        ("I", "Khối các sở", "", "", ""),
        ("1", "Sở Nội vụ", "Nguyễn Văn A", "0214", "sonoivu@laocai.example"),
        ("B.", "Các ban", "", "", ""),
        ("2", "Ban Dân tộc", "", "", "bdt@laocai.example"),
        ("Ghi chú: cập nhật ngày 05/01", "", "", "", ""),
    ]
    done = imported(csv_text(";", rows))
    assert agencies_of(done) == {"so-noi-vu": ["sonoivu@laocai.example"], "ban-dan-toc": ["bdt@laocai.example"]}
    notes = done.stderr.splitlines()
    assert [note.split(":")[1] for note in notes] == ["3", "3", "4", "6", "8"]
    for note, word in zip(notes, ("Người phụ trách", "Điện thoại", "Khối các sở", "Các ban", "Ghi chú")):
        assert word in note


@pytest.mark.parametrize("title", ["Email", "E-mail", "Thư điện tử", "Địa chỉ thư điện tử", "Email công vụ",
                                   "Hộp thư điện tử công vụ", "Địa chỉ email", " EMAIL (công vụ) "])  # fmt: skip
def test_import_knows_the_column_of_addresses(imported, title):
    assert agencies_of(imported(csv_text(";", [("Đơn vị", title), ("Sở A", "a@x.example")]))) == {"so-a": ["a@x.example"]}


@pytest.mark.parametrize("cell", ["mailto:a@x.example", "MAILTO:a@x.example", "\u200ba@x.example\u200b", "\ufeffa@x.example",
                                  "Sở A <a@x.example>", "<a@x.example>", "a@x.example\u00a0", "\u202aa@x.example\u202c"])  # fmt: skip
def test_import_cleans_an_address(imported, cell):
    assert agencies_of(imported(csv_text(";", [("ten", "email"), ("Sở A", cell)]))) == {"so-a": ["a@x.example"]}


@pytest.mark.parametrize("address", ["a b@x.example", "a@x", "a@-x.example", "a..b@x.example", "sở@x.example", "a@x_y.example",
                                     ".a@x.example", "a@@x.example", "(a)@x.example"])  # fmt: skip
def test_import_refuses_what_the_daemon_refuses(imported, address):
    done = imported(csv_text(";", [("ten", "email"), ("Sở A", address)]))
    assert done.returncode == 1 and done.stdout == "" and "is not an e-mail address" in done.stderr


def test_import_names_an_address_of_two_agencies(imported):
    done = imported(csv_text(";", [("ten", "email"), ("Sở A", "a@x.example"), ("Sở  A mới", "A@x.example")]))
    assert done.returncode == 0 and ':3: "A@x.example" is the address of line 2, too' in done.stderr


# ---- bringing agencies.conf up to date -------------------------------------------------------------------------------

KEPT = """# Danh sách của Khối
agencies = (
  # Thường trực
  { id = "so-noi-vu"; name = "Sở Nội vụ"; short = "SNV"; emails = ["cu@laocai.example"]; }, // cũ
  { id = "so-tp"; name = "Sở Tư pháp";
    emails = ["stp@laocai" ".example"] },
  { id = "ban-cu"; name = "Ban cũ {}"; emails = ["ban@laocai.example"] }
);
groups = { council = ["ban-cu"]; };
"""


@pytest.fixture
def updated(tmp_path):
    def do(rows, before=KEPT):
        table, output = tmp_path / "co-quan.csv", tmp_path / "agencies.conf"
        table.write_text(csv_text(";", rows), encoding="utf-8")
        output.write_text(before, encoding="utf-8")
        return script(IMPORT, table, "-o", output), output.read_text(encoding="utf-8")

    return do


def test_import_brings_agencies_up_to_date_by_id_and_by_name(updated):
    rows = [("ma", "ten", "viet tat", "email", "webhook", "nhom"),
            ("so-noi-vu", "Sở Nội vụ tỉnh", "", "moi@laocai.example", "", "council"),
            ("", "SỞ TƯ PHÁP", "Tư pháp", "a@x.example, b@x.example", "wh", ""),
            ("", "Sở Y tế", "", "syt@laocai.example", "", "y-te")]  # fmt: skip
    done, text = updated(rows)
    assert done.returncode == 0 and done.stdout == ""
    assert 'no row for "ban-cu"' in done.stderr
    read = libconf.loads(text)
    assert [dict(one) for one in read["agencies"]] == [
        {"id": "so-noi-vu", "name": "Sở Nội vụ tỉnh", "short": "SNV", "emails": ["moi@laocai.example"]},
        {"id": "so-tp", "name": "Sở Tư pháp", "emails": ["a@x.example", "b@x.example"], "short": "Tư pháp", "webhook": "wh"},
        {"id": "ban-cu", "name": "Ban cũ {}", "emails": ["ban@laocai.example"]},
        {"id": "so-y-te", "name": "Sở Y tế", "emails": ["syt@laocai.example"]},
    ]
    assert read["groups"] == {"council": ["ban-cu", "so-noi-vu"], "y-te": ["so-y-te"]}
    for comment in ("# Danh sách của Khối", "# Thường trực", "// cũ"):
        assert comment in text


def test_import_of_the_same_once_more_changes_nothing(updated):
    rows = [("ma", "ten", "email", "nhom"), ("so-noi-vu", "Sở Nội vụ", "moi@laocai.example", "council"),
            ("", "Sở Y tế", "syt@laocai.example", "y-te")]  # fmt: skip
    _, once = updated(rows)
    _, twice = updated(rows, once)
    assert once == twice


def test_import_makes_groups_where_there_were_none(updated):
    rows = [("ten", "email", "nhom"), ("Sở A", "a@x.example", "council")]
    _, text = updated(rows, 'agencies = ( { id = "so-b"; name = "Sở B"; emails = ["b@x.example"]; } );')
    assert libconf.loads(text)["groups"] == {"council": ["so-a"]}


@pytest.mark.parametrize("before", ["agencies = (", "plan = 3;", "agencies = 3;"])
def test_import_touches_nothing_that_it_cannot_read(updated, before):
    done, text = updated([("ten", "email"), ("Sở A", "a@x.example")], before)
    assert done.returncode == 1 and "agencies.conf" in done.stderr and "Traceback" not in done.stderr
    assert text == before


def test_the_shipped_agencies_are_brought_up_to_date(updated):
    shipped = (ROOT / "conf/agencies.conf").read_text(encoding="utf-8")
    done, text = updated([("ten", "email"), ("Sở Tư pháp", "moi@laocai.example")], shipped)
    assert done.returncode == 0, done.stderr
    assert text == shipped.replace("sotuphap@", "moi@")
