"""What the scripts that write configuration share: how a value is written, and how a file is replaced."""

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path

KEPT = "~"  # the file as it was: FILE~, which is no *.conf and so is not read


def written(value):
    """A value as libconfig writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return "{ " + " ".join(f"{key} = {written(one)};" for key, one in value.items()) + " }"
    brackets = "()" if isinstance(value, tuple) else "[]"
    return brackets[0] + ", ".join(map(written, value)) + brackets[1]


def replace(path, text):
    """Writes the file aside and renames it: whatever happens, one of the two is there, whole. The one before stays as
    FILE~. A link is followed; mode and owner are those of the file before."""
    path = Path(os.path.realpath(path))
    before = path.stat() if path.exists() else None
    descriptor, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if before:
                os.fchmod(descriptor, before.st_mode & 0o7777)
                with contextlib.suppress(PermissionError):
                    os.fchown(descriptor, before.st_uid, before.st_gid)
            else:
                umask = os.umask(0)
                os.umask(umask)
                os.fchmod(descriptor, 0o666 & ~umask)
            os.fsync(descriptor)
        if before:
            kept = path.with_name(path.name + KEPT)
            kept.unlink(missing_ok=True)
            os.link(path, kept)
        os.replace(aside, path)
    except BaseException:
        os.unlink(aside)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def put(path, text):
    """To a file, or with None to standard output."""
    if path is None:
        sys.stdout.write(text)
    else:
        replace(path, text)
