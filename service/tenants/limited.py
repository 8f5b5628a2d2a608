"""A tenant's backend, within its limits: how many items it may have, and record events of a day.

Owns what is counted. Knows nothing of other tenants.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.indexing.indexer import IndexReport
from indexer.log.event_log import EventLog
from service.api.messages import EventReport
from service.errors import QuotaExceeded
from service.operations.switching import Switching
from service.recommender import Recommender

KEY = "events_of_day"
"""In the log: a day, and the number of the newest event before it."""


@dataclass(frozen=True, slots=True)
class TenantLimits:
    """0 is no limit."""

    items: int = 0
    events_per_day: int = 0


def today() -> str:
    """The day by UTC."""
    return datetime.now(UTC).date().isoformat()


class LimitedSwitching(Switching):
    """QuotaExceeded, and nothing done, for a batch that would lead beyond a limit."""

    def __init__(
        self,
        recommender: Recommender,
        limits: Callable[[], TenantLimits],
        day: Callable[[], str] = today,
        **options: Any,
    ) -> None:
        """`limits` gives those of the moment; `options` are those of `Switching`."""
        super().__init__(recommender, **options)
        self._limits, self._day = limits, day
        self._counting = threading.Lock()

    def index_items(
        self,
        items: Sequence[Item],
        images: Mapping[str, Sequence[bytes]],
        sounds: Mapping[str, bytes] | None = None,
    ) -> IndexReport:
        """See `Recommender.index_items`."""
        with self._counting:
            if most := self._limits().items:
                self._check_items(items, most)
            return super().index_items(items, images, sounds)

    def record_events(self, events: Sequence[Event]) -> EventReport:
        """See `Recommender.record_events`."""
        with self._counting:
            if most := self._limits().events_per_day:
                self._check_events(len(events), most)
            return super().record_events(events)

    def _check_items(self, items: Sequence[Item], most: int) -> None:
        with self._serving() as recommender:
            ids = recommender.ids
            new = sum(ids.index(item_id) is None for item_id in {item.item_id for item in items})
            would_be = len(ids) + new
        if new and would_be > most:
            raise QuotaExceeded("items of this catalogue", would_be, most, "delete some first")

    def _check_events(self, n: int, most: int) -> None:
        with self._serving() as recommender:
            would_be = _recorded(recommender.workspace.log, self._day()) + n
        if would_be > most:
            raise QuotaExceeded("events of today (UTC)", would_be, most, "go on tomorrow")


def _recorded(log: EventLog, day: str) -> int:
    """How many events the log has got in a day, those that were deleted since included: by the numbers
    of the events, of which one is written a day."""
    newest = log.last_seq()
    begun = json.loads(log.meta_get(KEY) or "{}")
    if begun.get("day") != day:
        begun = {"day": day, "seq": newest}
        log.meta_set(KEY, json.dumps(begun))
    return newest - int(begun["seq"])
