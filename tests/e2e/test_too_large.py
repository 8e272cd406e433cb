"""A message that a template makes too large is given up with what is wrong and what to do: in the journal, in the list of
deliveries, in a preview."""

import json

from block import Bus
from lab.smtp import SmtpServer
from live import PASSWORD, PATIENCE, USER, Live, mail_to, midnight, said

WORDS = "the message is too large: its template makes more than 8 MiB"


def test_is_given_up_in_words(tmp_path, authority):
    with Bus() as bus, SmtpServer(tmp_path / "mail", authority, user=USER, password=PASSWORD) as smtp:
        live = Live(tmp_path, midnight(), 1, mail=mail_to(smtp, authority))
        live.write("templates/vi/_large.txt", "x" * 50000)
        with open(live.conf / "templates/vi/due.txt", "a", encoding="utf-8") as template:
            template.write("{{> _large}}\n" * 400)
        with live.start("session", environment=bus.environment) as daemon:
            said(daemon, f"Gave up delivering due to .*: {WORDS}", patience=PATIENCE)
            bus.wait_for_object()
            deliveries = json.loads(bus.ctl("deliveries", "--state", "failed", "--json").stdout)
            assert [one["answer"].startswith(WORDS) for one in deliveries if one["kind"] == "due"] == [True]
            preview = bus.ctl("preview", "bao-cao", "--agency", "don-vi-1", "--kind", "due")
            assert preview.returncode == 1 and WORDS in preview.stderr
        assert "Argument list" not in daemon.stderr
