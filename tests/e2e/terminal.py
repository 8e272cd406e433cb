"""A terminal for reminderctl, and how wide a text is on it."""

import os
import pty
import select
import unicodedata

import block


def on_terminal(desk, *words, answer="", columns=80, **environment):
    """What a person sees, and the exit code."""
    pid, terminal = pty.fork()
    if pid == 0:
        variables = block.environment(TERM="xterm", LC_ALL="C.UTF-8", **desk.bus.environment, **environment)
        if "NO_COLOR" not in environment:
            variables.pop("NO_COLOR", None)
        os.execve("/bin/sh", ["sh", "-c", f'stty cols {columns}; exec "$@"', "sh", block.REMINDERCTL, "--bus", "session",
                              *words], variables)  # fmt: skip
    os.write(terminal, answer.encode())
    seen = b""
    try:
        while select.select([terminal], [], [], block.PATIENCE)[0]:
            chunk = os.read(terminal, 65536)
            seen += chunk
            if not chunk:
                break
    except OSError:  # the other side is closed
        pass
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return seen.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(status)


def columns_of(text):
    """Columns of a terminal, by the Unicode database and not by wcwidth."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
