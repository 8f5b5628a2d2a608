"""Consents: which events of a batch may be kept. Knows no ranking, and not how a consent is stored."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.catalog.event import Event
from indexer.log.event_log import UserRecords


def allowed(log: UserRecords, events: Sequence[Event]) -> list[Event]:
    """Without those of people whom their consent restricts: what must not be used is not recorded."""
    restricted = log.restricted(event.user_id for event in events)
    return [event for event in events if event.user_id not in restricted]
