"""When a crowd is counted again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from indexer.catalog.event import Event, EventPolicy
from indexer.catalog.item import Item
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.reasons.crowd import Crowd
from service.reasons.crowds import Crowds
from service.storage.liking import Liking

N_ITEMS = 4
BAR = EventPolicy(rating_negative_below=3.0)


@pytest.fixture
def log() -> Iterator[EventLog]:
    with open_event_log("sqlite://") as log:
        log.put_items([Item(f"i{n}") for n in range(N_ITEMS)])
        yield log


def rated(user: str, item: int, value: float) -> Event:
    return Event(user, f"i{item}", "rating", value, 1.0)


def test_who_asks_while_people_are_counted_again_gets_those_of_before(log: EventLog) -> None:
    crowds = Crowds(log, Liking(BAR, log))
    log.append_events([rated("u", 0, 5.0)])
    first = crowds.now(N_ITEMS)
    log.append_events([rated("v", 0, 5.0)])
    with crowds._counting:  # somebody else is counting
        assert crowds.now(N_ITEMS) is first
    assert crowds.now(N_ITEMS).counts.tolist() == [2, 0, 0, 0]


def test_people_are_counted_again_when_the_log_has_grown_by_a_twentieth(log: EventLog) -> None:
    crowds = Crowds(log, Liking(BAR, log))
    log.append_events([rated(f"u{n}", 0, 5.0) for n in range(40)])
    first = crowds.now(N_ITEMS)
    log.append_events([rated("v", 0, 5.0)])
    assert crowds.now(N_ITEMS) is first
    log.append_events([rated("v", 1, 5.0), rated("w", 1, 5.0)])
    assert crowds.now(N_ITEMS).counts.tolist() == [41, 2, 0, 0]
    assert len(crowds.now(N_ITEMS + 3).counts) == N_ITEMS + 3


def test_who_is_deleted_does_not_wait_for_a_count_and_is_not_held_by_it(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowds = Crowds(log, Liking(BAR, log))
    log.append_events([rated("u", 0, 5.0), rated("v", 0, 5.0)])
    count = Crowd.of

    def counting(*arguments: Any) -> Crowd:
        crowd = count(*arguments)
        log.delete_user("v")
        deletion = threading.Thread(target=crowds.forget, daemon=True)
        deletion.start()
        deletion.join(10)
        assert not deletion.is_alive()
        return crowd

    with monkeypatch.context() as patch:
        patch.setattr(Crowd, "of", counting)
        crowds.now(N_ITEMS)
    assert crowds.now(N_ITEMS).counts.tolist() == [1, 0, 0, 0]
