"""What has happened between two stands."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from indexer.catalog.event import Event
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.storage.stand import LatestStand, Since, Stand


@pytest.fixture
def log() -> Iterator[EventLog]:
    with open_event_log("sqlite://") as log:
        log.append_events([Event("u", f"i{n}", "view", None, float(n), None) for n in range(200)])
        yield log


def stand(items: dict[int, str], last_seq: int = 200, n_events: int = 200) -> Stand:
    states = np.array(list(items.values()), np.bytes_)
    return Stand(np.array(list(items), np.int64), states, last_seq, n_events)


BEFORE = {n: f"state-{n}" for n in range(300)}


def test_nothing(log: EventLog) -> None:
    since = Since.of(stand(BEFORE), stand(BEFORE), log)
    assert (since.put.tolist(), since.gone.tolist(), since.n_events) == ([], [], 0)
    assert not since.came_or_went
    assert not since.deleted_events
    assert since.few_items
    assert since.few_events


def test_items_come_change_and_go(log: EventLog) -> None:
    now = {**BEFORE, 7: "-state-7", 300: "x"}
    del now[9]
    since = Since.of(stand(BEFORE), stand(now), log)
    assert (since.put.tolist(), since.gone.tolist()) == ([7, 300], [9])
    assert since.came_or_went
    assert since.few_items  # three of three hundred
    now[8] = "another"
    assert not Since.of(stand(BEFORE), stand(now), log).few_items


def test_a_change_alone_moves_no_events(log: EventLog) -> None:
    assert not Since.of(stand(BEFORE), stand({**BEFORE, 7: "y"}), log).came_or_went


def test_events_come_and_go(log: EventLog) -> None:
    before = stand(BEFORE, last_seq=198, n_events=198)
    since = Since.of(before, stand(BEFORE), log)
    assert (since.n_events, since.deleted_events, since.few_events) == (2, False, True)
    fewer = stand(BEFORE, last_seq=198, n_events=199)  # one of those was deleted
    assert Since.of(fewer, stand(BEFORE), log).deleted_events
    assert not Since.of(stand(BEFORE, last_seq=197, n_events=197), stand(BEFORE), log).few_events


def test_an_earlier_log_has_other_events(log: EventLog) -> None:
    later = stand(BEFORE, last_seq=300)
    assert Since.of(later, stand(BEFORE), log).deleted_events


@pytest.mark.parametrize("items", [BEFORE, {3: "x"}, {}])
def test_what_is_written_is_read(items: dict[int, str]) -> None:
    first = stand(items)
    again = Stand.of_arrays({name: np.array(one) for name, one in first.to_arrays().items()})
    np.testing.assert_array_equal(again.items, first.items)
    np.testing.assert_array_equal(again.states, first.states)
    assert (again.last_seq, again.n_events) == (200, 200)


def test_the_latest_stand_holds_until_something_is_written(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.activate_store("store")
    latest = LatestStand()
    first = latest.of(log, "store")
    assert first is not None
    assert first.n_events == 200
    assert latest.of(log, "store") is first
    log.append_events([Event("u", "i1", "view", None, 1_000.0, None)])
    second = latest.of(log, "store")
    assert second is not None
    assert second.n_events == 201
