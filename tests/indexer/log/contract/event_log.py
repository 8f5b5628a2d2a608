"""What every event log must do. Subclasses give the fixture `log`, an empty one.

A class for each narrow protocol; `EventLogContract` is all of them, and what concerns several.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.log.event_log import EventLog
from tests.indexer.log.contract.aspects import AspectRecordsContract
from tests.indexer.log.contract.erasure import ErasureRecordsContract
from tests.indexer.log.contract.events import EventRecordsContract
from tests.indexer.log.contract.impressions import ImpressionRecordsContract
from tests.indexer.log.contract.items import ItemRecordsContract
from tests.indexer.log.contract.marks import ActiveStoreMarksContract
from tests.indexer.log.contract.models import ModelRecordsContract
from tests.indexer.log.contract.served import ServedRecordsContract
from tests.indexer.log.contract.snapshots import SnapshotsContract
from tests.indexer.log.contract.users import UserRecordsContract
from tests.indexer.log.contract.values import SmallValuesContract


class EventLogContract(
    ItemRecordsContract,
    ActiveStoreMarksContract,
    EventRecordsContract,
    UserRecordsContract,
    ErasureRecordsContract,
    ServedRecordsContract,
    ImpressionRecordsContract,
    ModelRecordsContract,
    AspectRecordsContract,
    SmallValuesContract,
    SnapshotsContract,
):
    def test_what_is_written_is_counted_and_what_is_read_is_not(self, log: EventLog) -> None:
        before = log.n_writes
        log.put_items([Item("a")])
        log.append_events([Event("u", "a", "view", None, 1.0)])
        assert log.n_writes == before + 2
        log.item_states()
        log.count_events()
        assert log.n_writes == before + 2

    def test_threads_write_and_read_at_once(self, log: EventLog) -> None:
        """Four writers with overlapping batches: every event and item once, no number twice;
        readers see no half batch."""
        batches = [
            [Event("u", f"i{n}", "view", None, float(n)) for n in range(start, start + 40)]
            for start in range(0, 80, 20)
        ]
        go = threading.Barrier(len(batches) + 1)

        def write(batch: list[Event]) -> int:
            go.wait()
            added = 0
            for start in range(0, len(batch), 10):
                part = batch[start : start + 10]
                log.put_items([Item(event.item_id) for event in part])
                added += sum(log.append_events(part))
            return added

        def read() -> list[int]:
            go.wait()
            return [log.count_events() for _ in range(20)]

        with ThreadPoolExecutor(len(batches) + 1) as pool:
            reading = pool.submit(read)
            added = list(pool.map(write, batches))
            counts = reading.result()
        assert sum(added) == log.count_events() == 100
        assert counts == sorted(counts)
        assert all(count % 10 == 0 for count in counts)
        assert sorted(log.item_indices().values()) == list(range(100))
        assert len({stored.seq for stored in log.user_events("u")}) == 100
