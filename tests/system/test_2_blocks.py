"""Several blocks on one machine: instances of the unit, with names of their own on the system bus."""

import json

from test_2_service import start_far

BLOCK = "khoi-van-hoa"


def new_block(machine):
    machine.run("/usr/share/reminderd/scripts/new-block", BLOCK)
    folder = f"/etc/reminderd/blocks/{BLOCK}"
    # What the office of the other tests has, under a name of its own.
    for name in ("reminderd.conf", "agencies.conf"):  # with paths of its own, which are links
        machine.run("cp", f"/etc/reminderd/{name}", f"{folder}/{name}")
    machine.run("cp", "-r", "/etc/reminderd/plans.d/.", f"{folder}/plans.d")
    for name in ("templates", "calendar.d"):
        machine.run("ln", "-sfn", f"../../{name}", f"{folder}/{name}")
    machine.sh(f"cp /etc/reminderd/*.pem {folder}/ 2>/dev/null || :")


def states(machine, *words):
    rows = json.loads(machine.run("reminderctl", *words, "list", "--item", "so-ket", "--json").stdout)
    return {row["agency"]: row["state"] for row in rows}


def test_two_blocks_run_beside_each_other(fresh, machine):
    start_far(fresh)
    new_block(machine)
    try:
        machine.run("systemctl", "start", f"reminderd@{BLOCK}.service")
        assert machine.run("systemctl", "is-active", f"reminderd@{BLOCK}").stdout.strip() == "active"
        machine.run("reminderctl", "--block", BLOCK, "done", "so-ket", "--agency", "don-vi-1")
        assert states(machine, "--block", BLOCK)["don-vi-1"] == "done"
        assert states(machine)["don-vi-1"] != "done"
        both = json.loads(machine.run("reminderctl", "--block", "*", "status", "--json").stdout)
        assert [status["block"] for status in both] == ["", BLOCK]
        assert machine.path(f"/var/lib/reminderd/{BLOCK}/reminderd.db").exists()

        # A mistake in the one is no matter to the other.
        machine.write(f"/etc/reminderd/blocks/{BLOCK}/agencies.conf", "agencies = (\n")
        assert machine.run("systemctl", "reload", f"reminderd@{BLOCK}", check=False).returncode != 0
        machine.run("systemctl", "reload", "reminderd")
        assert machine.run("systemctl", "is-active", f"reminderd@{BLOCK}").stdout.strip() == "active"

        machine.run("systemctl", "kill", "--signal=KILL", f"reminderd@{BLOCK}")
        assert states(machine)["don-vi-1"] != "done"

        # Who is not in the group hears of neither.
        for name in ("org.reminderd1", f"org.reminderd1.block.{BLOCK}"):
            asked = machine.run("setpriv", "--reuid=nobody", "--clear-groups", "busctl", "call", name, "/org/reminderd1",
                                "org.reminderd1.Manager", "Status", check=False)  # fmt: skip
            assert asked.returncode != 0
    finally:
        machine.run("systemctl", "stop", f"reminderd@{BLOCK}.service", "reminderd.target")
        machine.sh(f"rm -rf /etc/reminderd/blocks /var/lib/reminderd/{BLOCK}")
        machine.run("systemctl", "reset-failed", check=False)
