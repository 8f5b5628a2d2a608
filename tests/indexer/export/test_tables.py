"""What is exported comes back as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.catalog.personalization import Personalization
from indexer.catalog.profile import Profile
from indexer.export import tables
from indexer.ingest.reading import EventReading, ItemReading, ProfileReading, Reading
from indexer.ingest.sources.opening import file_source
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from indexer.stores.store import StoredItem

ITEMS = [
    Item("1"),
    Item(
        "2",
        "films",
        "Alien",
        "two\nlines",
        ("a", "b"),
        {"year": "1979", "length": 117.0, "colour": True, "cast": ("x", "y")},
        3.5,
        1_700_000_000.25,
        False,
        {"image": ("https://x/1.jpg", "https://x/2.jpg"), "audio": ("https://x/1.ogg",)},
    ),
]
EVENTS = [
    Event("u", "1", "rating", 4.5, 1_700_000_000.125, "e1"),
    Event("v", "unknown", "view", None, 5.0, "e2", "r", 3),
]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with open_event_log(f"sqlite:///{tmp_path / 'log.db'}") as log:
        yield log


def read_back(
    tmp_path: Path, schema: pa.Schema, batches: tables.Batches, reading: type[Reading[object]]
) -> list[object]:
    pq.write_table(pa.Table.from_batches(batches, schema), tmp_path / "a.parquet")
    found = reading(file_source(tmp_path / "a.parquet"))
    things = [thing for _, thing in found]
    assert (found.problems.failed, found.problems.warnings) == ([], [])
    return things


def test_items_come_back_with_the_type_of_every_value(
    log: EventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "BATCH", 1)
    log.put_items(ITEMS)
    batches = tables.item_batches(log)
    assert read_back(tmp_path, tables.items_schema(), batches, ItemReading) == ITEMS


def test_events_come_back_those_of_unknown_items_as_well(log: EventLog, tmp_path: Path) -> None:
    log.append_events(EVENTS)
    assert read_back(tmp_path, tables.EVENTS, tables.event_batches(log), EventReading) == EVENTS


def test_profiles_come_back(log: EventLog, tmp_path: Path) -> None:
    people = [
        Profile("u", {"age": "30"}, "slow films"),
        Profile("v"),
        Profile("w", consent=Personalization.NON_PROFILED),
    ]
    log.put_users(people)
    assert read_back(tmp_path, tables.USERS, tables.user_batches(log), ProfileReading) == people


class Store:
    """Two items, of which one has the vector."""

    def vector_names(self) -> dict[str, int]:
        return {"text": 2}

    def scroll(self, names: list[str], batch: int) -> Iterator[list[StoredItem]]:
        yield [StoredItem(0, ITEMS[0], {}), StoredItem(1, ITEMS[1], {"text": np.array([0.5, 1.0])})]


def test_a_vector_is_that_of_its_item() -> None:
    (batch,) = tables.vector_batches(Store(), "text")  # type: ignore[arg-type]
    assert batch.to_pylist() == [{"item_id": "2", "vector": [0.5, 1.0]}]
    assert batch.schema == tables.vectors_schema(2)


def test_nothing_is_an_empty_table(log: EventLog) -> None:
    assert list(tables.item_batches(log)) == []


def test_a_time_that_no_calendar_has_is_none() -> None:
    assert tables._moment(1e15) is None
