"""The language that the scripts speak: the caller's, out of the catalogue of reminderctl."""

import argparse
import gettext
import os
from pathlib import Path

DOMAIN = "reminderctl"
ENGLISH = ("", "C", "POSIX")


def translations():
    """As reminderctl finds them: in $TEXTDOMAINDIR, else PREFIX/share/locale, above PREFIX/share/reminderd/scripts."""
    asked = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if asked in ENGLISH:
        return gettext.NullTranslations()
    folder = os.environ.get("TEXTDOMAINDIR") or Path(__file__).resolve().parents[2] / "locale"
    return gettext.translation(DOMAIN, folder, fallback=True)


catalogue = translations()
_ = catalogue.gettext
# What argparse says of itself: Python has no catalogue of it.
argparse._, argparse.ngettext = catalogue.gettext, catalogue.ngettext
