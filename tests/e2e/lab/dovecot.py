"""A real Dovecot with a configuration and mailboxes of its own in a temporary folder: nothing of the system's is touched.
Needs root, who starts it; and version 2.3, as 2.4 is configured in another language."""

import base64
import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time

CONF = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificate}
ssl_key = <{certificate}
mail_location = maildir:{folder}/mail
mail_max_userip_connections = 0
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
"""


def is_there():
    program = shutil.which("dovecot", path="/usr/sbin:/usr/bin")
    if os.geteuid() != 0 or program is None:
        return False
    return subprocess.run([program, "--version"], capture_output=True, text=True).stdout.startswith("2.3.")


def encoded(name):
    """A folder's name in modified UTF-7: RFC 3501 section 5.1.3."""
    def runs(match):
        return "&" + base64.b64encode(match[0].encode("utf-16-be"), b"+,").decode().rstrip("=") + "-"

    return re.sub(r"[^ -~]+", runs, name.replace("&", "&-"))


class Dovecot:
    def __init__(self, folder, port):
        self.mail, self.log, self.url = folder / "mail", folder / "log", f"imaps://127.0.0.1:{port}"
        self.delivered = 0

    def deliver(self, message):
        """As a mail server would, into the Maildir."""
        self.delivered += 1
        place = self.mail
        name = f"{time.time_ns()}.{self.delivered}.test"
        (place / "tmp" / name).write_bytes(message)
        shutil.chown(place / "tmp" / name, "nobody", "nogroup")
        os.chmod(place / "tmp" / name, 0o600)
        (place / "tmp" / name).rename(place / "new" / name)

    def letters(self, folder=""):
        """What lies in a folder, as bytes."""
        place = self.mail / (f".{encoded(folder)}" if folder else "")
        return [file.read_bytes() for part in ("new", "cur") for file in sorted((place / part).glob("*")) if file.is_file()]


@contextlib.contextmanager
def dovecot(certificate, password):
    """Runs it; the certificate's file has the key, too."""
    with tempfile.TemporaryDirectory(prefix="reminderd-dovecot-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        with socket.create_server(("127.0.0.1", 0)) as one:
            port = one.getsockname()[1]
        for part in ("mail", "mail/new", "mail/cur", "mail/tmp", "home", "state", "run"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for part in ("mail", "mail/new", "mail/cur", "mail/tmp", "home"):
            shutil.chown(folder / part, "nobody", "nogroup")
        conf = folder / "dovecot.conf"
        conf.write_text(CONF.format(folder=folder, port=port, certificate=certificate, password=password))
        process = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", conf], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # fmt: skip
        server = Dovecot(folder, port)
        try:
            end = time.monotonic() + 60
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
                    break
                assert process.poll() is None, process.stderr.read().decode()
                assert time.monotonic() < end, server.log.read_text() if server.log.exists() else "Dovecot says nothing"
                time.sleep(0.05)
            yield server
        finally:
            process.terminate()
            process.wait(30)
            process.stderr.close()
