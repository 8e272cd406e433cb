"""A real Dovecot with a configuration and mailboxes of its own in a temporary folder: nothing of the system's is touched.
Needs root, who starts it. Versions 2.3 and 2.4 are configured in different languages."""

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

# Both languages say the same.
COMMON = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
mail_max_userip_connections = 0
first_valid_uid = 1
auth_mechanisms = plain xoauth2
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service auth {{
  unix_listener {folder}/login {{
    mode = 0666
  }}
}}
service anvil {{
  chroot =
}}
"""
CONF = {
    "2.3": """
ssl_cert = <{certificate}
ssl_key = <{certificate}
mail_location = maildir:{folder}/mail
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/home
}}
""",
    "2.4": """
ssl_server_cert_file = {certificate}
ssl_server_key_file = {certificate}
mail_driver = maildir
mail_path = {folder}/mail
oauth2 {{
  introspection_mode = auth
  tokeninfo_url = {tokens}
  username_attribute = email
}}
passdb oauth2 {{
  mechanisms_filter = xoauth2
}}
passdb static {{
  mechanisms_filter = plain
  password = {password}
}}
userdb static {{
  fields {{
    uid = nobody
    gid = nogroup
    home = {folder}/home
  }}
}}
""",
}
VERSIONS = {"2.4": "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"}
OAUTH2 = "tokeninfo_url = {tokens}\nusername_attribute = email\n"


def version():
    """ "2.3", "2.4"; None: there is none that we know how to start."""
    program = shutil.which("dovecot", path="/usr/sbin:/usr/bin")
    if os.geteuid() != 0 or program is None:
        return None
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return said[:3] if said[:3] in CONF else None


def encoded(name):
    """A folder's name in modified UTF-7: RFC 3501 section 5.1.3."""
    def runs(match):
        return "&" + base64.b64encode(match[0].encode("utf-16-be"), b"+,").decode().rstrip("=") + "-"

    return re.sub(r"[^ -~]+", runs, name.replace("&", "&-"))


class Dovecot:
    def __init__(self, folder, port):
        self.mail, self.log, self.url = folder / "mail", folder / "log", f"imaps://127.0.0.1:{port}"
        self.login = folder / "login"  # the socket at which a mail server asks who somebody is
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
def dovecot(certificate, password, tokens="http://127.0.0.1:1/"):
    """Runs it; the certificate's file has the key, too. `tokens` is a URL that knows whose an access token is."""
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
        language = version()
        text = VERSIONS.get(language, "") + COMMON + CONF[language]
        conf.write_text(text.format(folder=folder, port=port, certificate=certificate, password=password, tokens=tokens))
        (folder / "oauth2.conf").write_text(OAUTH2.format(tokens=tokens))
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
