"""Days and months that are no deadline: the date of a law, of what is past, of figures; and days to remember."""

import re

from .dates import DAY, DEADLINE, HALF_DAY, MONTH_WORD, QUARTER, YEAR, Reading, day_of, days

DOCUMENT = (r"(?:luat|bo luat|phap lenh|nghi dinh|nghi quyet|quyet dinh|thong t4|ke hoach|cong van|chi thi|thong bao|"
            r"huong dan|to trinh|ket luan|q.y dinh|q.y che|cong dien|van ban|giay moi|bien ban|dieu le)")  # fmt: skip
ACTS = r"(?:truoc|cham nhat|muon nhat|tre nhat|han|xong|hoan thanh|gui|nop|trinh)"
SUBJECT = r"(?:bao cao|so lieu|ket qua|tinh hinh|cong tac|nhiem vu|so ket|tong ket|chi tieu|phuong huong|hoat dong)"
# Between it and its period; with "vào" or "trong" the period is a time.
LABELLED = r"(?:(?!vao\b|trong\b|xong\b|hoan\b)\w+ ){0,4}?"

ASIDES = [
    (r"\bngay[\s._…]+thang[\s._…\d]+nam\b(?: \d{4})?", "ngày ban hành để trống"),
    (rf"\b(?:gio|ngay|thoi gian) ky\b[\s:]*{days()}(?: \d+:\d+(?::\d+)?)?", "thời điểm ký số"),
    (rf"(?:\bso[\s:]*)?\d*[\w.-]*/[a-z\d/&-]*[a-z][a-z\d&-]*,? ngay {days()}", "ngày của văn bản được dẫn"),
    (rf"\bso[\s:]*\d+[a-z]?[-/ ]+[a-z][\w&/-]*(?: cua [^;,.]{{0,50}})?,? ngay {days()}", "ngày của văn bản được dẫn"),
    (rf"\b{DOCUMENT}\b(?:(?!\b{ACTS}\b)[^;.:]){{0,70}}?\bngay {days()}(?= cua\b| ve\b|$)", "ngày của văn bản được dẫn"),
    (rf"\bhieu luc(?: thi hanh)?(?: ke)?(?: tu)?(?: ngay)? (?:{days()}|ky\b|ban hanh\b)", "ngày có hiệu lực"),
    (r"\b(?:ke )?tu ngay (?:ky|ban hanh)\b", "ngày có hiệu lực"),
    (r"\bcham (?:tu )?\d+(?: ngay)?(?: den|"
     r" tro len)?(?: duoi)?(?: \d+)? ngay(?: lam viec)?(?: tro len)?", "điểm trừ vì chậm"),
    (rf"\bnghi\b[^.;]{{0,60}}?\btu (?:het )?(?:ngay )?{days('1')}[^.;]{{0,12}}?\bden (?:het )?(?:ngay )?{days('2')}",
     "ngày nghỉ: ghi vào calendar.d"),
    (r"\bnghi (?:\w+ )?\d+ ngay\b", "ngày nghỉ: ghi vào calendar.d"),
    (rf"\btinh (?:den|toi)(?: het)?(?: ngay)?(?: {days()}| thang {MONTH_WORD}(?:/\d{{4}})?)", "mốc của số liệu"),
    (rf"\b(?:tinh|so lieu|chot|lay|ky)\b[^.;]{{0,30}}?\btu (?:ngay )?(?:{days('1')}|"
     rf"{DAY}(?: cua)?(?: thang truoc)?)[^.;]{{0,25}}?"
     rf"\bden (?:het )?(?:ngay )?(?:{days('2')}|{DAY}(?: cua)?(?: thang (?:bao cao|nay|sau))?)",
         "kỳ số liệu, không phải hạn"),
    (r"(?<!ngay )\bchot so lieu\b[\s:]*(?:bao cao[\s:]*)?(?:la |den |vao |"
     r"tinh den )*(?:het )?(?:ngay )?\d[^.;,]*", "ngày chốt số liệu, không phải hạn"),
    (r"\b(?:trong )?\d{1,2} ngay\b(?=\s?[,(:])", "thời lượng"),
    (rf"\bda\b(?: \w+){{0,8}}?,? (?:vao )?(?:{HALF_DAY} )?(?:ngay )?{days()}", "việc đã qua"),
    (rf"\bsinh ngay {days()}", "ngày sinh"),
    (r"(?<![\d/])1/2 ngay\b", "nửa ngày"),
    # A label: "quý I: trước ngày 20/3", "báo cáo quý I".
    (rf"\b(?:quy {QUARTER}|0?6 thang(?: dau nam| cuoi nam)?|(?<!h[ao]ng )nam)(?:\s?/\s?{YEAR}|"
     rf" nam {YEAR})?[\s:,(-]*(?={DEADLINE}{days()})", "kỳ báo cáo"),
    (rf"\b{SUBJECT} {LABELLED}quy {QUARTER}(?:\s?/\s?{YEAR}|,? nam {YEAR})?(?:(?:,|"
     rf" va) quy {QUARTER}(?:/{YEAR})?)*",
     "quý là kỳ của nội dung, không phải hạn"),
    (rf"\b{SUBJECT} {LABELLED}thang {MONTH_WORD}(?:\s?/\s?{YEAR}|"
     rf",? nam {YEAR})?(?:,? (?:va )?phuong huong[^.;]*?thang {MONTH_WORD}(?:/{YEAR})?)?",
     "tháng là kỳ của nội dung, không phải hạn"),
]  # fmt: skip


def aside(why):
    return lambda _words, found: Reading(*found.span(), why=why)


def observance(words, found):
    day, month, year = day_of(found, "1")
    if year is None or (day, month) != day_of(found, "2")[:2]:
        return None
    return Reading(*found.span(), settings={"observance": {"date": f"{month:02}-{day:02}", "since": year}})


RULES = [
    (re.compile(rf"(?:\bky nie[mn]\b(?:(?!ky nie[mn])[^.;(])*)?\(?{days('1')}\s?-\s?{days('2')}\)?"), observance),
    *((re.compile(pattern), aside(why)) for pattern, why in ASIDES),
]
