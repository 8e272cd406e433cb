"""The draft of a plan: what was read in the language of reminder-plan(5), with a TODO wherever somebody has to decide.

"reminderd --check" refuses every TODO, with its line. The draft speaks Vietnamese, whoever runs the script.
"""

import re
from datetime import date

from conf_file import written

from .anchors import anchor
from .head import WHY
from .letters import flat

WIDTH = 120
ID_WORDS = 7
NO_BASIS = '  #basis = "Kế hoạch số ... ngày .../.../... của ...";'
HEAD, DEPUTY = "TODO-truong-khoi", "TODO-pho-truong-khoi"


def slug(text, words=ID_WORDS):
    """An id out of the first words."""
    return "-".join(re.sub(r"[^a-z0-9]+", " ", flat(text)).split()[:words]) or "viec"


# ---- writing ---------------------------------------------------------------------------------------------------------


def libconfig(value):
    if isinstance(value, date):
        return written(value.isoformat())
    if isinstance(value, tuple):
        return "[" + ", ".join(map(libconfig, value)) + "]"
    if isinstance(value, dict):
        value = {key: one for key, one in value.items() if one is not None}
    return written(value)


def prose(key, text, indent):
    """A text over several lines: strings beside each other are one."""
    room = WIDTH - len(indent) - len(f'{key} = "";')
    lines, line = [], ""
    for word in re.findall(r"\S+\s*", text):
        if line and len(written(line + word)) - 2 > room:
            lines.append(line)
            line = ""
        line += word
    strings = [written(one) for one in [*lines, line]]
    strings[-1] += ";"
    return [f"{indent}{key} = {strings[0]}", *(indent + " " * len(f"{key} = ") + one for one in strings[1:])]


def comment(text, indent="    "):
    return f"{indent}# {' '.join(text.split())}"


ORDER = ("due", "window", "month", "quarter", "half", "when", "before_item", "after", "repeat", "period", "period_offset", "observance",
         "tentative", "limit", "time", "event", "for", "report_to", "with", "policy")  # fmt: skip


def unknown(words):
    return [f"TODO-{slug(one)}" for one in words]


def item_settings(item):
    people = item.people
    settings, doubts, note = dict(item.settings), list(item.doubts), []
    settings["for"] = [*people.owes, *unknown(people.unknown)] or ["TODO-ai-lam"]
    if people.unknown:
        doubts.append(f"mã nào trong agencies.conf: {', '.join(f'“{one}”' for one in people.unknown)}?")
    elif not people.owes:
        doubts.append("ai làm? văn bản không nói ở chỗ này")
    if people.report_to:
        settings["report_to"] = people.report_to
    if people.unknown_to:
        note.append(f"Gửi: {', '.join(people.unknown_to)}.")
        doubts.append(f"gửi về đâu (report_to): {', '.join(f'“{one}”' for one in people.unknown_to)}?")
    if people.beside:
        settings["with"] = people.beside
    if people.unknown_beside:
        note.append(f"Phối hợp: {' '.join(people.beside_words.split())}.")
    if "observance" in settings:
        settings["policy"] = "anniversary"
        settings["for"] = people.owes or ["members"]
        doubts = [one for one in doubts if not one.startswith("ai làm")]
    if note:
        settings["note"] = " ".join(filter(None, [settings.get("note"), *note]))
    return settings, doubts


def item_lines(item, id):
    settings, doubts = item_settings(item)
    lines = [comment(f"{item.place}; đọc từ: “{item.words}”" + "".join(f"; {one}" for one in item.remarks))]
    lines += [f"    {{ id = {written(id)};", *prose("title", item.title or item.words, "      ")]
    words = [f"{key} = {libconfig(settings[key])};" for key in ORDER if key in settings]
    line = ""
    for word in words:
        if line and len(line) + len(word) > WIDTH - len("       "):
            lines.append(f"      {line}")
            line = ""
        line += (" " if line else "") + word
    lines.append(f"      {line}")
    for key in ("note", "place"):
        if key in settings:
            lines += prose(key, settings[key], "      ")
    if doubts:
        lines += prose("TODO", "; ".join(dict.fromkeys(doubts)), "      ")
    lines += prose("wording", item.wording, "      ")
    lines[-1] += " }"
    return lines, bool(doubts)


def names_deputy(item):
    return "deputy" in (*item.people.owes, *item.people.report_to, *item.people.beside)


def plan_doubts(found):
    doubts = ["điền Trưởng khối (head), các thành viên (members); đối chiếu từng nhiệm vụ với văn bản"]
    if found.head.basis_doubt:
        doubts.append(found.head.basis_doubt)
    if not found.head.sure:
        doubts.append(f"năm {found.head.year} là đoán: văn bản không ghi năm")
    if found.head.kind in WHY:
        doubts = [f"không lập nhiệm vụ nào: {WHY[found.head.kind]}"]
    return doubts


def ids_of(items):
    ids = []
    for item in items:
        id = base = slug(item.title or item.words)
        number = 1
        while id in ids:
            number += 1
            id = f"{base}-{number}"
        ids.append(id)
    return ids


def text(found, name):
    """The draft, and how many of its items have a TODO."""
    ids, items, open_items = ids_of(found.items), [], 0
    anchor(found.items, ids)
    for item, id in zip(found.items, ids, strict=True):
        lines, doubted = item_lines(item, id)
        open_items += doubted
        items.append(lines)
    title = found.head.title or "Kế hoạch"
    head = [
        f"# BẢN NHÁP lập từ tệp {name} bằng import-plan: {len(items)} nhiệm vụ, {open_items} nhiệm vụ còn TODO, "
        f"{len(found.left)} dòng có ngày để lại (ở cuối tệp).",
        "# Mỗi TODO là một điều phải quyết định: sửa cho đúng văn bản, rồi xóa dòng TODO hoặc thay mã TODO-... .",
        '# Còn TODO thì "reminderd --check" còn báo lỗi. “trước ngày X” là hạn X-1; “chậm nhất, không quá ngày X” là X.',
        *(f"# LƯU Ý: {one}" for one in found.warnings),
        "",
        "plan = {",
        f"  id = {written(slug(title) + ('' if str(found.head.year) in slug(title) else f'-{found.head.year}'))};",
        f"  year = {found.head.year};",
        *prose("title", title, "  "),
        f"  basis = {written(found.head.basis)};" if found.head.basis else NO_BASIS,
        f"  head = {written(HEAD)};",
        *([f"  deputy = {written(DEPUTY)};"] if any(map(names_deputy, found.items)) else []),
        "  #members = [...];   # bỏ trống là tất cả cơ quan trong agencies.conf",
        *prose("TODO", "; ".join(plan_doubts(found)), "  "),
        "",
        "  items = (",
    ]  # fmt: skip
    body = []
    for at, lines in enumerate(items):
        body += [*lines[:-1], lines[-1] + ("," if at + 1 < len(items) else ""), ""]
    tail = ["  );", "};"]
    if found.left:
        tail += [
            "",
            "# ---- Các dòng có ngày, tháng, quý mà bản nháp không lấy; xem có sót nhiệm vụ nào không ----",
            "#",
        ]
        tail += [comment(f"{one.place}: {one.text}   [{one.why}]", "") for one in found.left]
    return "\n".join([*head, *body[:-1], *tail]) + "\n", open_items
