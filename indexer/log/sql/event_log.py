"""The event log in SQL, on SQLite or PostgreSQL: one part a kind of record, over one database.

Owns how the parts are put together; each part stands in its own file and knows no other.
"""

from __future__ import annotations

from typing import Self

from indexer.log.sql.aspects import SqlAspects
from indexer.log.sql.database import Database
from indexer.log.sql.erasure import SqlErasure
from indexer.log.sql.events import SqlEvents
from indexer.log.sql.impressions import SqlImpressions
from indexer.log.sql.items import SqlItems
from indexer.log.sql.marks import SqlMarks
from indexer.log.sql.meta import SqlSmallValues
from indexer.log.sql.models import SqlModels
from indexer.log.sql.served import SqlServed
from indexer.log.sql.snapshot import SqlSnapshots
from indexer.log.sql.soundness import SqlSoundness
from indexer.log.sql.users import SqlUsers
from indexer.log.sql.wiping import SqlWiping


class SqlEventLog(
    SqlItems,
    SqlMarks,
    SqlEvents,
    SqlUsers,
    SqlErasure,
    SqlWiping,
    SqlServed,
    SqlImpressions,
    SqlModels,
    SqlAspects,
    SqlSmallValues,
    SqlSoundness,
    SqlSnapshots,
):
    """An `EventLog`; `SqlEventLog.open(url)`."""

    @classmethod
    def open(cls, url: str) -> Self:
        """At `sqlite:////folder/log.db`, `sqlite://` or `postgresql://…`; errors as of
        `indexer.log.opening.open_event_log`."""
        return cls(Database.open(url))

    @property
    def shared(self) -> bool:
        return self.database.shared

    @property
    def n_writes(self) -> int:
        return self.database.n_writes

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
