"""A reader of OpenMetrics text that takes nothing but what the specification has
(https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md): an oracle for `reminderctl metrics`.
"""

import re

SUFFIXES = {"counter": "_total", "gauge": ""}
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9]+(?:\.[0-9]+)?)")


def unescape(value):
    return re.sub(r"\\(.)", lambda match: {"n": "\n"}.get(match[1], match[1]), value)


class Family:
    def __init__(self, name):
        self.name, self.type, self.unit, self.help = name, None, None, None
        self.samples = {}

    def describe(self, keyword, value):
        slot = keyword.lower()
        assert getattr(self, slot) is None and not self.samples, f"{self.name}: {keyword} twice, or too late"
        setattr(self, slot, value)

    def add(self, name, labels, value):
        assert name == self.name + SUFFIXES[self.type], name
        assert self.type != "counter" or float(value) >= 0
        assert labels not in self.samples, f"{name}{labels} twice"
        self.samples[labels] = float(value)


def read(text):
    """The families of a text by name; each sample by its labels, a tuple of pairs."""
    families, family = {}, None
    assert text.endswith("\n# EOF\n")
    lines = text[: -len("\n# EOF\n")].split("\n")
    for line in lines:
        described = re.fullmatch(rf"# (TYPE|UNIT|HELP) ({NAME}) (.+)", line)
        if described:
            keyword, name, value = described.groups()
            if family is None or name != family.name:
                assert name not in families, f"{name} is not in one piece"
                family = families[name] = Family(name)
            family.describe(keyword, value)
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample and family, line
        labels = tuple((key, unescape(value)) for key, value in re.findall(LABEL, sample[2] or ""))
        assert len(dict(labels)) == len(labels), line
        family.add(sample[1], labels, sample[sample.lastindex])
    for family in families.values():
        assert family.type and family.help and family.samples, family.name
        assert family.unit is None or family.name.endswith("_" + family.unit)
    return families


def value(families, name, **labels):
    return families[name].samples[tuple(labels.items())]
