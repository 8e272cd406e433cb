"""What the columns of a table are for."""

import re

from .letters import bare

# As the titles begin, in this order: "Thời gian thực hiện" is no "thực hiện".
TITLES = (
    ("number", r"(?:tt|stt|so tt|so thu t.?)$"),
    ("clock", r"(?:gio|buoi|thoi diem trong ngay)\b"),
    ("when", r"(?:thoi gian|thoi han|thoi diem|tien do|han |han$|ngay|thu\b|lich|ky han|moc|thoi ky|thang$|quy$|"
             r"tuan$|deadline)"),
    ("with", r"(?:(?:don vi|co quan|can bo|nguoi|bo phan) )?phoi hop"),
    ("to", r"(?:noi nhan|noi gui|gui|co quan nhan|don vi nhan|nhan bao cao|co quan tiep nhan|(?:don vi|"
           r"co quan) tiep nhan|noi nop)"),
    ("place", r"dia diem"),
    ("who", r"(?:(?:don vi|co quan|bo phan|to chuc|phong ban|nguoi|can bo|lanh dao|ca nhan)\b.*|chu tri|thuc hien|"
            r"trach nhiem|phan cong|"
            r"phu trach|thanh phan|dau moi|chu the|doi tuong)"),
    ("what", r"(?:(?:ten |loai )?(?:noi dung|nhiem vu|cong viec|hoat dong|bao cao|van ban|de muc|viec|chuong trinh|"
             r"su kien|ho so)|ten)"),
    ("product", r"(?:san pham|ket qua|dau ra)"),
    ("form", r"hinh thuc"),
    ("note", r"ghi chu"),
)  # fmt: skip
HEADER_WITHIN = 4  # rows
TITLE_MAX = 60  # letters


def role_of(title):
    title = re.sub(r"^[^\w]+|\s*\([^)]*\)|[^\w]+$", "", bare(title.replace("\n", " ")))
    title = title.replace("qzy", "quy").replace("thz", "thu")
    if not title or len(title) > TITLE_MAX:
        return None
    return next((role for role, pattern in TITLES if re.match(pattern, title)), None)


def distinct(row):
    return list(dict.fromkeys(row))


def header_of(rows):
    """(the rows of titles, the role of each column), or (0, None) where the table has none."""
    for at, row in enumerate(rows[:HEADER_WITHIN]):
        roles = [role_of(cell.text) for cell in row]
        if len(distinct(row)) < 2 or not {"when", "what", "who"} & set(roles) or len(set(roles) - {None}) < 2:
            continue
        below = rows[at + 1] if at + 1 < len(rows) else None
        if below and any(cell in row for cell in below) and len(distinct(below)) > 1:  # titles below titles
            more = [role_of(cell.text) for cell in below]
            if all(cell in row or role for cell, role in zip(below, more, strict=True)):
                return at + 2, more
        return at + 1, roles
    return 0, None


def is_group(row, roles):
    """A row that heads others: one cell over all, or a number and a title and nothing else."""
    cells = [cell for cell in distinct(row) if cell.text]
    if len(distinct(row)) == 1:
        return True
    titled = {cell for cell, role in zip(row, roles, strict=True) if role in ("number", "what", None)}
    return (
        0 < len(cells) <= 2
        and set(cells) <= titled
        and bool(re.match(r"(?:[IVX]+|[A-ZĐ])(?:[.)]|$|\s)", cells[0].text))
    )
