"""Items in the table: what is left of a deleted one."""

from __future__ import annotations

from sqlalchemy import select

from indexer.catalog.item import Item
from indexer.log.sql.event_log import SqlEventLog
from indexer.log.sql.schema import items


def test_of_a_deleted_item_the_id_and_the_index_stay_and_no_content() -> None:
    with SqlEventLog.open("sqlite://") as log:
        log.put_items([Item("a", title="secret")])
        log.delete_items(["a"])
        with log.database.reading() as connection:
            (row,) = connection.execute(select(items)).all()
    assert (row.item_id, row.item_index, row.deleted) == ("a", 0, True)
    assert (row.content, row.content_hash) == ("", "")
