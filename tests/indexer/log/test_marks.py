"""What the log knows of a store belongs to the one in use, and comes back with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.catalog.item import Item
from indexer.log.event_log import EventLog
from indexer.log.marks import AsideMarks


@pytest.fixture
def log() -> EventLog:
    log = EventLog.open("sqlite://")
    log.put_items([Item(f"i{index}") for index in range(4)])
    return log


def test_what_one_store_lacks_is_kept_while_another_is_in_use(log: EventLog) -> None:
    assert log.store_in_use() is None
    log.put_store_in_use("a")
    log.mark_indexed(range(4), lacking_pictures=[1, 2])
    AsideMarks(log, "b").mark_indexed([0, 1, 2, 3], [""] * 4, lacking_pictures={3})
    assert (log.lacking_pictures(range(4)), AsideMarks(log, "b").lacking_pictures([2, 3])) == (
        {1, 2},
        {3},
    )
    log.put_store_in_use("b")
    assert (log.store_in_use(), log.lacking_pictures(range(4))) == ("b", {3})
    AsideMarks(log, "a").mark_indexed([1], [""])
    log.put_store_in_use("a")
    assert log.lacking_pictures(range(4)) == {2}
    log.put_store_in_use("b")
    log.delete_items(["i2"])
    log.put_store_in_use("a")
    assert log.count_lacking_pictures() == 0


def test_a_store_beside_leaves_pending_what_the_one_in_use_has_yet_to_follow(log: EventLog) -> None:
    log.put_store_in_use("a")
    log.delete_items(["i3"])
    aside = AsideMarks(log, "b")
    aside.mark_indexed([0, 1, 2], [""] * 3)
    aside.mark_deleted([3])
    assert ([index for index, _ in log.pending_items()], log.pending_deletions()) == (
        [0, 1, 2],
        [3],
    )
    log.put_store_in_use("b")
    assert log.count_pending() == 4


def test_each_store_has_its_own_active_model_and_the_first_takes_over_what_was_there(
    log: EventLog,
) -> None:
    for version in ("m1", "m2"):
        log.add_model(version, version, {})
    log.set_active_model("m1")
    log.put_store_in_use("a")
    log.set_active_model("m2", "b")
    active = {
        store: record and record.version
        for store in (None, "a", "b", "c")
        for record in [log.active_model(store)]
    }
    assert active == {None: "m1", "a": "m1", "b": "m2", "c": None}
    log.put_store_in_use("b")
    assert [
        (record.version, record.active)
        for record in sorted(log.list_models(), key=lambda one: one.version)
    ] == [
        ("m1", False),
        ("m2", True),
    ]
    log.set_active_model(None)
    assert (log.active_model(), log.active_model("a") is None) == (None, False)


def test_it_is_all_there_after_a_restart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'log.db'}"
    with EventLog.open(url) as log:
        log.put_items([Item("i0")])
        log.put_store_in_use("a")
        AsideMarks(log, "b").mark_indexed([0], [""], lacking_pictures=[0])
    with EventLog.open(url) as log:
        assert (log.store_in_use(), log.lacking_aside("b")) == ("a", {0})
