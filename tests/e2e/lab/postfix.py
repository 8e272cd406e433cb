"""A real Postfix with a configuration and a queue of its own in a temporary folder: nothing of the system's is touched, and
what it takes it throws away, or puts into a mailbox. Needs root, who starts it."""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

MAIN = {
    "compatibility_level": "3.6",
    "queue_directory": "{folder}/queue",
    "data_directory": "{folder}/data",
    "maillog_file": "{folder}/log",
    "maillog_file_prefixes": "{folder}",
    "myhostname": "may-chu.khoi.example",
    "mydestination": "khoi.example",
    "local_recipient_maps": "",
    "local_transport": "discard:",
    "alias_maps": "",
    "inet_interfaces": "127.0.0.1",
    "inet_protocols": "ipv4",
    "disable_dns_lookups": "yes",
    "smtp_dns_support_level": "disabled",
    "notify_classes": "",
    # As for a stranger: who is on this host is otherwise let in everywhere.
    "mynetworks": "192.0.2.0/24",
    "smtpd_client_event_limit_exceptions": "",
}
MASTER = """127.0.0.1:{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
discard unix - - n - - discard
virtual unix - n n - - virtual
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
"""
# A submission server that puts what comes for one mailbox there, and takes all for laocai.example. As of servers further on, it
# is learned by mail that nobody else is known; and what comes in is told of as by a server that checks senders.
OFFICE = {
    "mydestination": "",
    "virtual_mailbox_domains": "khoi.example laocai.example",
    "virtual_mailbox_base": "{mail.parent}",
    "virtual_mailbox_maps": "texthash:{folder}/boxes",
    "virtual_minimum_uid": "1",
    "virtual_uid_maps": "static:{owner.st_uid}",
    "virtual_gid_maps": "static:{owner.st_gid}",
    "smtpd_reject_unlisted_recipient": "no",
    "smtpd_sender_restrictions": "check_sender_access regexp:{folder}/vouched",
    "smtpd_tls_security_level": "may",
    "smtpd_tls_auth_only": "yes",
    "smtpd_tls_chain_files": "{certificate}",
    "smtpd_sasl_auth_enable": "yes",
    "smtpd_sasl_type": "dovecot",
    "smtpd_sasl_path": "{login}",
}
VOUCHED = "/@(.*)/ PREPEND Authentication-Results: mx.khoi.example; spf=pass smtp.mailfrom=$1\n"
# What `postfix check` would make, in two seconds of work.
QUEUES = "active bounce corrupt defer deferred flush hold incoming maildrop private public saved trace".split()


def is_there():
    return os.geteuid() == 0 and shutil.which("postfix", path="/usr/sbin:/usr/bin") is not None


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def _wait_for(port, log, patience=60):
    end = time.monotonic() + patience
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as one:
            if one.recv(1):
                return
        assert time.monotonic() < end, log.read_text() if log.exists() else "Postfix says nothing"
        time.sleep(0.05)


@contextlib.contextmanager
def postfix(office=None, **settings):
    """Runs it with these settings of main.cf beside the usual ones; yields its URL. `office`: what OFFICE names."""
    with tempfile.TemporaryDirectory(prefix="reminderd-postfix-") as name:
        folder, port = pathlib.Path(name), _free_port()
        folder.chmod(0o755)  # its programs run as the user postfix
        usual = MAIN | OFFICE if office else MAIN
        lines = {key: value.format(folder=folder, **(office or {})) for key, value in usual.items()} | settings
        (folder / "main.cf").write_text("".join(f"{key} = {value}\n" for key, value in lines.items()))
        (folder / "master.cf").write_text(MASTER.format(port=port))
        if office:
            (folder / "boxes").write_text("{address} {mail.name}/\n@laocai.example home/theirs/\n".format(**office))
            (folder / "vouched").write_text(VOUCHED)
        (folder / "queue").mkdir()
        for part in ("data", *(f"queue/{queue}" for queue in QUEUES)):
            (folder / part).mkdir(0o700)
            shutil.chown(folder / part, "postfix")
        for part, mode in (("maildrop", 0o730), ("public", 0o710)):
            shutil.chown(folder / "queue" / part, group="postdrop")
            (folder / "queue" / part).chmod(mode)
        (folder / "queue/pid").mkdir()
        programs = subprocess.run(["/usr/sbin/postconf", "-h", "daemon_directory"], check=True, capture_output=True, text=True)
        master = subprocess.Popen([pathlib.Path(programs.stdout.strip()) / "master", "-c", folder, "-d"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            _wait_for(port, folder / "log")
            yield f"smtp://127.0.0.1:{port}"
        finally:
            master.terminate()
            master.wait(30)


def office(dovecot, certificate, address):
    """Runs it for a Dovecot, which knows who may log in, and whose mailbox is that of the address."""
    return postfix({"mail": dovecot.mail, "owner": dovecot.mail.stat(), "login": dovecot.login, "address": address,
                    "certificate": certificate})  # fmt: skip
