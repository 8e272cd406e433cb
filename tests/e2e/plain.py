"""Whether what people read is plain: nothing that moves a cursor, begins a line, turns the direction or is no text."""

import unicodedata

from live import PASSWORD

HARMLESS = "\n\u200b\u200e\u200f\ufeff"  # of no width: they hide nothing but themselves


def assert_plain(text):
    """Of the Unicode categories none of control, format, surrogate, line and paragraph, and no broken UTF-8."""
    bad = {c for c in text if c not in HARMLESS and (unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") or c == "\ufffd")}
    assert not bad, f"{bad} in {text!r}"


def assert_journal_whole(daemon):
    """Every line is one of the daemon's, plain, and without the password."""
    assert_plain(daemon.stderr)
    assert all(line.startswith("reminderd: ") for line in daemon.stderr.splitlines())
    assert PASSWORD not in daemon.stderr
