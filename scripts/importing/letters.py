"""Letters as people typed them: old Vietnamese encodings, composed and decomposed accents, characters nobody sees."""

import re
import unicodedata

# TCVN3 (ABC): fonts .VnTime and the like draw these Latin-1 characters as Vietnamese letters.
TCVN3 = dict(
    zip(
        "¡¢§£¤¥¦¨©®ª«¬\xadµ¸¶·¹»¾¼½ÆÇÊÈÉËÌÐÎÏÑÒÕÓÔÖ×ÝØÜÞßãáâäåèæçéêíëìîïóñòôõøö÷ùúýûüþ",
        "ĂÂĐÊÔƠƯăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ",
        strict=True,
    )
)

# VNI: a base letter and a second character for its mark.
TONES = dict(zip("øùûõï", "\u0300\u0301\u0309\u0303\u0323", strict=True))
CIRCUMFLEX = dict(zip("âàáåãä", ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"), strict=True))
BREVE = dict(zip("êèéúüë", ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"), strict=True))
VNI_ALONE = dict(zip("ñìíæóòôöîÑÌÍÆÓÒÔÖÎ", "đìíỉĩịơưỵĐÌÍỈĨỊƠƯỴ", strict=True))

COMMON = re.compile(r"\b(của|và|các|ngày|tháng|năm|được|đơn vị|trước|gửi|báo cáo|thực hiện|kế hoạch|về|tổ chức)\b")
HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2212"), "-")


def vni_pairs():
    pairs = {}
    for base in "aeiouy":
        for mark, accent in TONES.items():
            pairs[base + mark] = base + accent
        if base in "aeo":
            pairs |= {base + mark: base + "\u0302" + accent for mark, accent in CIRCUMFLEX.items()}
        if base == "a":
            pairs |= {base + mark: base + "\u0306" + accent for mark, accent in BREVE.items()}
    for base, letter in (("ô", "ơ"), ("ö", "ư")):
        pairs |= {base + mark: letter + accent for mark, accent in TONES.items()}
    pairs |= {old.upper(): new.upper() for old, new in pairs.items()}
    pairs |= {old[0].upper() + old[1]: new[0].upper() + new[1:] for old, new in pairs.items() if old.islower()}
    return {old: unicodedata.normalize("NFC", new) for old, new in pairs.items()}


VNI = vni_pairs()
VNI_LETTER = re.compile("|".join([*map(re.escape, VNI), *VNI_ALONE]))


def latin(text):
    """Symbol fonts hold their characters in a private area."""
    return "".join(chr(ord(one) - 0xF000) if 0xF000 <= ord(one) <= 0xF0FF else one for one in text)


def from_tcvn3(text):
    return "".join(TCVN3.get(one, one) for one in latin(text))


def from_vni(text):
    return VNI_LETTER.sub(lambda found: VNI.get(found[0]) or VNI_ALONE[found[0]], latin(text))


def decoded(text, font=""):
    """What a run of a document says, by the name of its font."""
    name = font.lower().lstrip()
    if name.startswith(".vn"):
        text = from_tcvn3(text)
        return text.upper() if name.rstrip().endswith("h") else text
    return from_vni(text) if name.startswith("vni-") else text


def guessed(text):
    """The encoding of a text without fonts: the one that gives the most common Vietnamese words."""
    composed = unicodedata.normalize("NFC", text)
    readings = (composed, from_tcvn3(text), from_vni(text))
    return max(readings, key=lambda one: len(COMMON.findall(one.lower())))


def tidy(text):
    """Composed accents, plain blanks and hyphens, nothing that nobody sees; blanks at the ends and doubles go."""
    text = unicodedata.normalize("NFC", text).translate(HYPHENS)
    text = "".join(one for one in text if one in "\t\n" or unicodedata.category(one) not in ("Cf", "Cc"))
    return " ".join(text.split())


# ---- letters without accents -----------------------------------------------------------------------------------------

# Other words that look like words of a date once their accents are gone.
OTHERS = {
    "thắng": "thzng", "thăng": "thzng", "thẳng": "thzng", "thang": "thzng", "quy": "qzy", "quỹ": "qzy", "quỳ": "qzy",
    "ngay": "ngzy", "nam": "nzm", "trọng": "trzng", "trồng": "trzng", "trống": "trzng", "tự": "tz", "tử": "tz",
    "tứ": "tz", "đền": "dzn", "đen": "dzn", "chấm": "chzm", "chăm": "chzm", "hẳn": "hzn", "hàn": "hzn", "thư": "thz",
    "thu": "thz", "thủ": "thz", "đấu": "dzu", "dấu": "dzu", "đâu": "dzu", "hạng": "hzng", "dạ": "dz", "đá": "dz",
    "đa": "dz", "tuân": "tuzn", "đoạn": "dzan", "bố": "bz", "sáu": "s6u", "tư": "t4",
}  # fmt: skip
OTHER = re.compile(r"\b(" + "|".join(OTHERS) + r")\b|\bquý (?=cơ quan|vị|đơn vị|ông|bà|đồng chí|đại biểu)")
DASHES = "\u2013\u2014"


def bare_letter(letter):
    base = unicodedata.normalize("NFD", letter.lower())[0]
    return "d" if base == "đ" else "-" if base in DASHES else " " if base.isspace() else base


def flat(text):
    """Lower case without accents, letter for letter."""
    return "".join(map(bare_letter, text))


def bare(text):
    """The text in lower case without accents, letter for letter as long as before, so that a place in one is the place
    in the other. What would only then look like a word of a date has a z in it, which no Vietnamese word has, unless the text has no accents at all,
    as after a bad scan."""
    plain = flat(text)
    if plain == text.lower():
        return plain
    letters = list(plain)
    for found in OTHER.finditer(text.lower()) if len(text.lower()) == len(text) else ():
        letters[found.start() : found.end()] = OTHERS.get(found[0], "qzy ")
    return "".join(letters)
