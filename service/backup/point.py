"""The point that is restored to: which rows of the log came after it, as far as the log can tell.

The log numbers events, and keeps with items, profiles, models, served answers, impressions and what
a language model said a time each. It does not keep what a row was before it was changed or deleted. Knows
nothing of backups.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from indexer.errors import InvalidInput
from indexer.log.event_log import Row

Gone = Mapping[str, Any]
_NO_ITEM: Gone = {
    "deleted": True,
    "content": "",
    "content_hash": "",
    "pending": False,
    "lacking_pictures": False,
}
"""What is left of an item: its number, which is given once."""


@dataclass(frozen=True, slots=True)
class Point:
    """A number of the log, or a time; neither means the newest there is."""

    position: int | None = None
    time: float | None = None
    """Unix seconds."""

    @classmethod
    def parse(cls, text: str) -> Point:
        """`1234` is a position, `2026-03-01T12:00` a time, UTC where it names no zone. InvalidInput
        for anything else."""
        if text.isdecimal():
            return cls(position=int(text))
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            why = "give a position of the log, or a time like 2026-03-01T12:00"
            raise InvalidInput("at", text, why) from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return cls(time=moment.timestamp())

    @property
    def is_newest(self) -> bool:
        return self.position is None and self.time is None

    def is_after(self, position: int, made_at: float) -> bool:
        """Whether a backup of this position and time lies before the point, or at it."""
        if self.position is not None:
            return position <= self.position
        return self.time is None or made_at <= self.time

    def cut(self, table: str, row: Row) -> Row | None:
        """The row as it is restored; None where it came later."""
        came_later = _CAME_LATER.get(table)
        if came_later is None or not came_later(self, row):
            return row
        return {**row, **_NO_ITEM} if table == "items" else None

    def _is_before(self, time: float | None) -> bool:
        return self.time is not None and time is not None and time > self.time


def _event(point: Point, row: Row) -> bool:
    if point.position is not None:
        return bool(row["seq"] > point.position)
    return point._is_before(row["timestamp"])


def _item(point: Point, row: Row) -> bool:
    if point.time is None or row["deleted"]:
        return False
    return point._is_before(json.loads(row["content"]).get("created_at"))


def _made(point: Point, row: Row) -> bool:
    return point._is_before(row["created_at"])


def _profile(point: Point, row: Row) -> bool:
    return point._is_before(row["updated_at"])


_CAME_LATER: Mapping[str, Callable[[Point, Row], bool]] = {
    "events": _event,
    "items": _item,
    "users": _profile,
    "models": _made,
    "served": _made,
    "impressions": _made,
    "aspects": _made,
}
