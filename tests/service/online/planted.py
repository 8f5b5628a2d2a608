"""A log with answers whose outcomes are known."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.log.event_log import EventLog, Served
from service.online.impression import Audience, Impression

T0 = 1_000_000.0


def items(log: EventLog, n: int = 10) -> None:
    """i0, i1, ... with their numbers as indices."""
    log.put_items([Item(f"i{index}") for index in range(n)])


def answer(
    name: str,
    user: str,
    shown: Sequence[int],
    *,
    at: float = T0,
    model: str = "m1",
    scenario: str = "",
    audience: Audience = Audience.KNOWN,
    sources: Sequence[Sequence[str]] | None = None,
    cold: Sequence[int] = (),
    start: int = 0,
) -> Served:
    impression = Impression(
        model_version=model,
        scenario=scenario,
        domains=(),
        audience=audience,
        start=start,
        items=shown,
        sources=sources or [["popular"]] * len(shown),
        cold=[item in cold for item in shown],
    )
    return Served(name, user, None, at, impression.to_json())


def event(
    user: str,
    item: int,
    kind: str,
    name: str,
    *,
    at: float = T0 + 1,
    value: float | None = None,
    position: int | None = None,
) -> Event:
    return Event(user, f"i{item}", kind, value, at, None, name, position)
