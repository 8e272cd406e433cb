"""Who owes and who gets: the words for agencies, as a plan names them."""

import re
from dataclasses import dataclass, field

from .letters import bare, flat

ROLES = (
    ("deputy", r"(?:(?:cac )?pho (?:truong|truong ban)? ?(?:khoi|cum)(?: truong)?|pho (?:khoi|cum) truong)\b"),
    ("head", r"(?:thuong truc |don vi |co quan )?(?:truong (?:khoi|cum)|(?:khoi|cum) truong)\b|thuong truc (?:khoi|"
             r"cum)\b"),
    ("members", r"(?:(?:cac|tat ca(?: cac)?|toan bo(?: cac)?|tung|moi) )?(?:(?:so|ban|nganh|co quan|don vi)(?:,|"
                r" va)? ?)+thanh vien\b"
                r"|(?:cac|tat ca(?: cac)?|toan bo(?: cac)?|tung|moi) (?:(?:co quan|don vi|so|ban|nganh)(?:,|"
                r" va)? ?)+(?:(?:trong|thuoc|cua) (?:khoi|cum)\b|$)"
                r"|(?:cac )?thanh vien (?:khoi|cum)\b"),
)  # fmt: skip
# What the name of an agency begins with; not "ban hành", "sơ kết", "hội nghị".
KIND = (r"(?:(?:cac|tat ca(?: cac)?|toan bo(?: cac)?|toan the|tung|moi)(?= (?:co quan|don vi|so|ban|phong|nganh|"
        r"doan the|chi bo|xa|phuong|huyen|truong|khoi|cum|thanh vien|cap|dia phuong|to chuc|bo phan|hoi|thon|khu|"
        r"can bo|dang bo|dang vien|giao vien|pho|doanh nghiep|trung tam|thanh))|so(?! ket| lieu| sanh|:? ?\d)|"
        r"ban(?! hanh| giao| dang ky| sao| bao cao| cam)|uy ban|ubnd|"
        r"hdnd|ubmttq|van phong|vp|phong(?! trao| chong| ngua)|cong an|trung tam|chi cuc|cuc|hoi dong|hoi(?! nghi|"
        r" thao| thi| dap)|truong(?! hop)|pho|don vi|"
        r"co quan|thanh tra|(?<!can )bo(?! tri| sung| phan| mon| ho so| qua)|dang uy|dang bo|chi bo|huyen uy|tinh uy|"
        r"thanh uy|thuong truc|bo phan|mat tran|lien doan|to(?= )(?! chuc| trinh)|"
        r"to chuc (?:dang|doan)|doan(?! ket)|khoi|cum|lanh dao|hieu truong|nha truong|giao vien|bi thu|chu tich|"
        r"bao hiem|kho bac|ngan hang|vien|"
        r"toa an|bo chi huy|ban chi|cong ty|cong doan|xa|phuong)\b")  # fmt: skip
VERB = (r"(?:co trach nhiem|chiu trach nhiem|chu tri|phoi hop|to chuc|xay dung|bao cao|gui|tong hop|tham muu|ra soat|"
        r"hoan thanh|thuc hien|"
        r"lap|nop|ban hanh|trien khai|theo doi|don doc|chi dao|bo tri|phan cong|dang ky|cu|chuan bi|tiep tuc|"
        r"quan triet|cap nhat|khao sat|"
        r"kiem tra|danh gia|trinh|thong ke|cong khai|huong dan|tham gia|can cu|bam sat|phat dong|dua|tang cuong|"
        r"cung cap|xac nhan|du|"
        r"day manh|kip thoi|chu dong|khan truong|dinh ky|phai|can|de xuat|nghien cuu|lua chon|binh xet|so ket|"
        r"tong ket|truoc|cham nhat|"
        r"muon nhat|cho|vao|tu|tz|duoc|de|lam|ky|hop|nhap|moi|xem xet|tham dinh|thong bao|cong bo|giai quyet|bo sung|"
        r"nghiem tuc|khac phuc|thu|dong|chot|in|soan|"
        r"tien hanh|nhan(?! dan)|hoan thien|duy tri|sap xep|cap|mo|nghe|di|thu thap|ban giao|tiep nhan|tiep thu|giam sat|"
        r"tuyen truyen|van dong|"
        r"phan anh|lay|trao|dat|quan ly|van hanh|kien toan|ap dung|cam ket|thanh tra|bao dam|dam bao|khen|binh chon|"
        r"suy ton|dieu tra|"
        r"giao|tiep|xet|nghiem thu|tap trung|thong nhat|chuyen|se|hang|quyet toan|thanh toan|ke khai|"
        r"tap huan|bien soan|khoi cong|phat|niem yet)")  # fmt: skip
ORDER = r"(?:(?:giao|de nghi|yeu cau|phan cong|kinh de nghi|moi)(?: cho)? )?"
MARKS = re.compile(r"^(?:[-–+*•●▪]|[IVX]{1,5}[.)]|\d{1,2}(?:\.\d{1,2})*[.)]?|[a-zđA-ZĐ][.)]|\(?\d{1,2}\))\s+")
# "Uỷ ban nhân dân" has no verb "nhận". The pattern of a verb is small: "Ban Xây dựng Đảng" is a name, "Ban Dân tộc xây dựng" has one.
SUBJECT = re.compile(
    rf"^\W*(?i:{ORDER}(?P<who>{KIND}))(?P<rest>[^:;.]*?)(?:\s*:|(?=,?\s+{VERB}\b)|,? (?=theo q.y dinh|neu\b|khi\b)|$)"
)
# "Đề nghị các cơ quan thực hiện một số nội dung sau:" is about all that follows.
ORDERED = re.compile(
    rf"\b(?i:de nghi|yeu cau|giao|phan cong) (?P<who>(?i:{KIND}))(?P<rest>[^:;.]*?)(?=\s*:$|,?\s+{VERB}\b[^.;]*:$)"
)
HEADING_MAX = 110  # letters
END = (r"(?=\s*(?:[,;.()]|$|\b(?:truoc|cham nhat|muon nhat|tre nhat|de|qua|theo|xong|vao|trong|thong qua|khong qua|"
       r"hang|dinh ky|xem xet|phe duyet|ngay|han|tong hop|chu tri|lan|phuc vu|sau khi|khi|bang|gom)\b))")
TO = re.compile(
    rf"\b(?i:gui|trinh|nop|bao cao|chuyen)\b(?: [^\s,;.:()]+){{0,9}}? (?:ve |cho |den |toi |"
    rf"len )?(?P<who>(?i:{KIND}))(?P<rest>[^,;.:()]*?){END}"
)
WITH = re.compile(
    rf"\b(?i:phoi hop) (?:chat che )?(?:voi|cung) (?P<who>(?i:{KIND}))(?P<rest>[^;.:()]*?)(?=,?\s*(?:[;.:()]|$|"
    rf"\b{VERB}\b))"
)
SPLIT = re.compile(r"[;\n]|,(?! (?:doan the|nganh|thi xa)\b)| và (?=[A-ZĐ])")


@dataclass
class People:
    """Of an item: what the plan writes, and the words that it has no id for."""

    owes: list = field(default_factory=list)
    report_to: list = field(default_factory=list)
    beside: list = field(default_factory=list)
    unknown: list = field(default_factory=list)  # who should owe
    unknown_to: list = field(default_factory=list)
    unknown_beside: list = field(default_factory=list)
    beside_words: str = ""


def without_mark(text):
    return MARKS.sub("", text, count=1)


class Register:
    """The agencies of agencies.conf, by their names."""

    def __init__(self, agencies):
        self.ids = {}
        for agency in agencies:
            for key in ("name", "short"):
                if agency.get(key):
                    self.ids.setdefault(self.plain(agency[key]), agency["id"])

    @staticmethod
    def plain(name):
        words = re.sub(r"\W+", " ", flat(name).replace("ubnd", "uy ban nhan dan")).split()
        return " ".join(words)

    def id_of(self, words):
        """An id or a role, or None. "Sở Nội vụ tỉnh" is "Sở Nội vụ", "Thanh tra" too, if there is only one."""
        name = self.plain(words)
        if name in self.ids:
            return self.ids[name]
        for role, pattern in ROLES:
            if ("," not in words or role == "members") and re.match(pattern, flat(words).strip(" .-:")):
                return role
        near = {id for known, id in self.ids.items() if self.is_near(name, known)}
        return near.pop() if len(near) == 1 else None

    @staticmethod
    def is_near(name, known):
        longer = " " in name and known.startswith(name + " ")
        return longer or name.startswith(known + " tinh") or known == name.removesuffix(" tinh")

    def resolve(self, words):
        """(ids, words without an id)"""
        whole = self.id_of(words)
        if whole:
            return [whole], []
        ids, unknown = [], []
        for part in filter(None, (one.strip(" .-:") for one in SPLIT.split(words))):
            id = self.id_of(part)
            if id:
                ids.append(id)
            else:
                unknown.append(part)
        return list(dict.fromkeys(ids)), unknown


# Words that are no agency and no verb, though without accents they look like one.
OTHER = re.compile(
    r"\b(bản|bàn|bán|bạn|bận|số|sổ|sơ|sợ|bỏ|tỏ|chuyên|cán|đua|mới|kỳ|kỹ|kỷ|trào|dư|đủ|hồi|vận|cụm từ)\b|"
    r"(?<=ổng )hợp\b|(?<=iên )hợp\b"
)


def cased(text):
    """letters.bare() with the capitals of the text, and # in other words."""
    letters = [plain.upper() if letter.isupper() else plain for letter, plain in zip(text, bare(text), strict=True)]
    for found in OTHER.finditer(text.lower()) if len(text.lower()) == len(text) else ():
        letters[found.start()] = "#"
    return "".join(letters)


def words_by(pattern, text):
    """The words that the pattern calls who and rest, or None where they name nobody."""
    found = pattern.search(cased(text))
    words = text[found.start("who") : found.end("rest")].strip(" ,") if found else ""
    return words if flat(words) not in ("", "cac", "moi", "tung", "toan bo") else None


def subject(clause):
    """The words at the beginning of a clause that say who owes, or None."""
    return words_by(SUBJECT, without_mark(clause))


def heads(text):
    """Who owes what is below, where a line names an agency and nothing else: "2. Giao Sở Nội vụ:"."""
    text = without_mark(text)
    found = SUBJECT.search(cased(text))
    if len(text) > HEADING_MAX or re.search(r"[.;]$", text) or not found or text[found.end() :].strip(" :"):
        return None
    return words_by(SUBJECT, text)


def ordered(text):
    """Whom the words before a list order to do it, or None."""
    return words_by(ORDERED, text)


def people_of(register, owes, clause, report_to=None, beside=None):
    people = People()
    if owes:
        people.owes, people.unknown = register.resolve(owes)
    beside = beside or words_by(WITH, clause)
    if beside:
        people.beside_words = beside
        people.beside, people.unknown_beside = register.resolve(beside)
    report_to = report_to or words_by(TO, clause)
    if report_to and report_to != beside:
        people.report_to, people.unknown_to = register.resolve(report_to)
    return people
