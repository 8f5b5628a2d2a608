"""Marks in the tables: the keys that older folders have, and that they are kept."""

from __future__ import annotations

from indexer.catalog.item import Item
from indexer.log.sql.event_log import SqlEventLog


def test_stores_are_named_under_the_keys_of_every_version(file_url: str) -> None:
    with SqlEventLog.open(file_url) as log:
        log.put_items([Item("i0"), Item("i1")])
        log.activate_store("a")
        log.put_lacking_in("b", {1, 0})
        assert log.meta_get("store_in_use") == "a"
        assert log.meta_get("lacking_pictures:b") == "[0, 1]"
    with SqlEventLog.open(file_url) as log:
        assert (log.active_store(), log.lacking_in("b")) == ("a", {0, 1})
        log.activate_store("b")
        assert log.lacking_pictures([0, 1]) == {0, 1}
