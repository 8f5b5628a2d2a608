"""The marks of an inactive store: what it lacks, and nothing of the active one."""

from __future__ import annotations

from indexer.catalog.item import Item
from indexer.log.event_log import EventLog
from indexer.log.marks import InactiveStoreMarks


def test_what_an_inactive_store_lacks_is_added_and_taken_back(log: EventLog) -> None:
    log.put_items([Item(f"i{index}") for index in range(4)])
    log.activate_store("a")
    marks = InactiveStoreMarks(log, "b")
    marks.mark_indexed([0, 1, 2, 3], [""] * 4, lacking_pictures={2, 3})
    assert marks.lacking_pictures([1, 2, 3, 9]) == {2, 3}
    marks.mark_indexed([2], [""])
    assert (log.lacking_in("b"), marks.lacking_pictures([2])) == ({3}, set())
    assert log.count_lacking_pictures() == 0


def test_deletions_stay_pending_for_the_active_store(log: EventLog) -> None:
    log.put_items([Item("i0")])
    log.activate_store("a")
    log.delete_items(["i0"])
    InactiveStoreMarks(log, "b").mark_deleted([0])
    assert log.pending_deletions() == [0]
