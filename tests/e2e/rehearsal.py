"""A rehearsal that waits on a bus: the program on any day of any year."""

import json
import subprocess

from block import PATIENCE, REMINDERCTL, REMINDERD, assert_sound, environment


class Rehearsal:
    """One that waits on a private bus; what leaves is in its file."""

    def __init__(self, block, bus, first, last, *arguments):
        self.environment = environment(**bus.environment)
        self.out = block.folder / "rehearsal"
        with open(self.out, "wb") as out:
            self.process = subprocess.Popen(
                [REMINDERD, "--config", block.path, "--rehearse", f"{first}..{last}", "--json", "--bus", "session",
                 *arguments],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, text=True, env=self.environment,
            )  # fmt: skip

    def __enter__(self):
        self.wait()
        return self

    def __exit__(self, *error):
        self.stop()

    def advance(self, moment):
        result = subprocess.run(
            ["busctl", "--address", self.environment["DBUS_SESSION_BUS_ADDRESS"], "call", "org.reminderd1",
             "/org/reminderd1", "org.reminderd1.Rehearsal", "Advance", "s", moment],
            env=self.environment, capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr

    def control(self, *arguments, typed="", **more):
        return subprocess.run([REMINDERCTL, "--bus", "session", *arguments], env={**self.environment, **more},
                              capture_output=True, input=typed, text=True, timeout=PATIENCE)  # fmt: skip

    def list(self, *words):
        result = self.control("list", *words, "--json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def wait(self):
        """Until it is on the bus."""
        for _ in range(PATIENCE * 20):
            result = self.control("status")
            if result.returncode == 0:
                return
            assert self.process.poll() is None, self.process.stderr.read()
        raise AssertionError(result.stderr)

    def stop(self):
        self.process.terminate()
        _, stderr = self.process.communicate(timeout=PATIENCE)
        assert_sound(self.process.returncode, stderr)
        assert self.process.returncode == 0, (self.process.returncode, stderr)

    def sent(self):
        """What left, a dictionary each."""
        return [json.loads(line) for line in self.out.read_text(encoding="utf-8").splitlines()]
