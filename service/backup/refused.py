"""Who refuses to be known by what is stored of them, in a folder of backups: a list beside them, which a
restore of any of them obeys.

    <vault>/refused.json

Of the log that was backed up last, written with the list of who was deleted (`service.backup.erased`).
Knows nothing of blocks and manifests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from encoders.durable import put_in_place
from indexer.catalog.personalization import Personalization
from indexer.log.event_log import EventLog, Row
from service.backup.erased import must_be_sound

REFUSED = "refused.json"


@dataclass(frozen=True, slots=True, eq=False)
class Refused:
    """The list of one folder."""

    by_user: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Columns `consent` and `consent_at` of the table of users, by the user's id."""

    @classmethod
    def read(cls, folder: Path) -> Refused:
        """Empty where nobody refused yet. BackupDamaged where it cannot be read: without it a restore
        would use again what may not be used."""
        file = folder / REFUSED
        if not file.exists():
            return cls()
        with must_be_sound(file):
            rows = json.loads(file.read_text("utf-8"))
            by_user = {
                user_id: {"consent": Personalization(consent).value, "consent_at": float(at)}
                for user_id, (consent, at) in rows.items()
            }
        return cls(by_user)

    def of(self, row: Row) -> Row:
        """A row of the table of users, with the refusal that came after it."""
        later = self.by_user.get(row["user_id"])
        if later is None or later["consent_at"] <= (row.get("consent_at") or 0.0):
            return row
        return {**row, **later}

    def without(self, user_ids: set[str]) -> Iterator[Row]:
        """Rows of users of whom there is none yet."""
        for user_id, said in self.by_user.items():
            if user_id not in user_ids:
                yield {
                    "user_id": user_id,
                    "attributes": "{}",
                    "taste": "",
                    "updated_at": said["consent_at"],
                    **said,
                }


def keep_refused(folder: Path, log: EventLog) -> None:
    """Write the list of a log in place of the one before."""
    rows = {user.user_id: (user.consent, user.consent_at) for user in log.refusals()}
    if rows or (folder / REFUSED).exists():
        put_in_place(folder / REFUSED, json.dumps(rows, indent=1, ensure_ascii=False).encode())
