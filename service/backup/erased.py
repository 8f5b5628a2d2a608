"""Who was deleted since, in a folder of backups: a list of tombstones beside them, which a restore of any
of them obeys.

    <vault>/erased.json

A backup holds what its log held. The list is written when a backup is made, and within a second of a
deletion where the log is followed. Knows nothing of blocks and manifests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from encoders.durable import put_in_place
from indexer.log.event_log import EventLog
from indexer.log.tombstones import Tombstone, Tombstones
from service.errors import BackupDamaged

ERASED = "erased.json"


@dataclass(frozen=True, slots=True, eq=False)
class Erased:
    """The list of one folder."""

    by_key: Mapping[str, Tombstones] = field(default_factory=dict)
    """Of each log that was backed up there, by the key of its tombstones, the latest last."""

    @classmethod
    def read(cls, folder: Path) -> Erased:
        """Empty where nobody was deleted yet. BackupDamaged where it cannot be read: without it a
        restore would bring back who was deleted."""
        file = folder / ERASED
        if not file.exists():
            return cls()
        with must_be_sound(file):
            rows = json.loads(file.read_text("utf-8"))
            lists = [Tombstones(key, [Tombstone(**row) for row in of]) for key, of in rows.items()]
        return cls({one.key: one for one in lists})

    def hides(self, table: str, row: Mapping[str, Any]) -> bool:
        """Whether a row is of before its person was deleted."""
        return any(stones.hides(table, row) for stones in self.by_key.values())

    def put_up(self, log: EventLog) -> None:
        """In a log that was restored."""
        key = log.tombstones().key or ["", *self.by_key][-1]
        if key in self.by_key:
            log.take_tombstones(self.by_key[key])


@contextmanager
def must_be_sound(file: Path) -> Iterator[None]:
    """BackupDamaged where what is read meanwhile of a list beside backups is not as it was written."""
    try:
        yield
    except (AttributeError, OSError, TypeError, ValueError) as error:
        todo = "put it back from a copy of this folder, or make a backup in another one"
        raise BackupDamaged(file, f"cannot be read ({error})", todo) from None


def keep_erased(folder: Path, log: EventLog) -> None:
    """Write the list of a log, with those of before it was restored and of other logs."""
    now = log.tombstones()
    if not now:
        return
    before = dict(Erased.read(folder).by_key)
    known = before.pop(now.key).by_person if now.key in before else {}
    stones = {**known, **now.by_person}
    if stones != known:
        lists = {**before, now.key: Tombstones(now.key, stones.values())}
        rows = {key: [asdict(one) for one in of.by_person.values()] for key, of in lists.items()}
        put_in_place(folder / ERASED, json.dumps(rows, indent=1).encode())
