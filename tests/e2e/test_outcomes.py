"""What becomes of what was not sent, and of what was sent and is taken back: in real time, over the bus."""

import json

from block import Bus
from live import Live, mail_to, said, soon


def test_a_failure_needs_attention_until_it_is_acknowledged(tmp_path, smtp, authority):
    smtp.faults.update({"dv1@khoi.example": "550"})
    block = Live(tmp_path, soon(), mail=mail_to(smtp, authority))
    with Bus() as bus, block.start("session", environment=bus.environment) as daemon:
        said(daemon, "Gave up delivering due")
        (failed,) = json.loads(bus.ctl("deliveries", "--state", "failed", "--json").stdout)
        assert bus.ctl("status", "--check").returncode == 1
        assert bus.ctl("acknowledge", failed["id"]).returncode == 0
        assert bus.ctl("status", "--check").returncode == 0
        assert json.loads(bus.ctl("status", "--json").stdout)["failed"] == 0
        assert json.loads(bus.ctl("deliveries", "--state", "failed", "--json").stdout) == [failed]
        assert bus.ctl("acknowledge", failed["id"]).returncode == 1
        assert bus.ctl("acknowledge", "0" * 32).returncode == 3
        assert bus.ctl("acknowledge").returncode == 2
        assert bus.ctl("acknowledge", "--all", "--json").stdout.strip() != ""
        assert [event["verb"] for event in json.loads(bus.ctl("log", "--json").stdout)] == ["acknowledge", "acknowledge"]
