"""What a server has received: one JSON file each in a folder, in order, and a way to wait for them."""

import json
import os
import pathlib
import threading
import time


class Store:
    """Records in NNNNNN.json, an attachment beside each; complete as soon as the JSON file is there."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._changed = threading.Condition()
        self._records = []
        self._next = 1 + max((int(path.stem) for path in self.folder.glob("[0-9]*.json")), default=0)

    def add(self, record, attachment=None, suffix=""):
        """Keeps a record, with its number and moment of arrival, and bytes beside it."""
        with self._changed:
            number = self._next
            self._next += 1
            record = {"number": number, "arrived": time.time(), **record}
            if attachment is not None:
                path = self.folder / f"{number:06}{suffix}"
                path.write_bytes(attachment)
                record["file"] = path.name
            path = self.folder / f"{number:06}.json"
            draft = path.with_suffix(".tmp")
            draft.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            os.replace(draft, path)
            self._records.append(record)
            self._changed.notify_all()
        return record

    def all(self):
        """Everything received by this process, in order."""
        with self._changed:
            return list(self._records)

    def wait(self, count, timeout=30):
        """At least so many records, or AssertionError when the time is up."""
        with self._changed:
            done = self._changed.wait_for(lambda: len(self._records) >= count, timeout)
            assert done, f"{len(self._records)} of {count} arrived within {timeout} s"
            return list(self._records)


def load(folder):
    """All records of a folder, whoever wrote them."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(pathlib.Path(folder).glob("[0-9]*.json"))]


def write_port(path, port):
    """Tells a waiting process the port: the file appears whole."""
    draft = pathlib.Path(f"{path}.tmp")
    draft.write_text(f"{port}\n")
    os.replace(draft, path)
