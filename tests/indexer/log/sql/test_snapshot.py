"""A snapshot in SQL is of one moment, and holds up nobody who writes; rows of an older log are
taken."""

from __future__ import annotations

from indexer.catalog.event import Event
from indexer.log.sql.event_log import SqlEventLog


def test_what_is_written_while_a_snapshot_is_read_is_not_in_it(file_url: str) -> None:
    with SqlEventLog.open(file_url) as log, SqlEventLog.open(file_url) as beside:
        log.append_events([Event("u", "a", "view", None, 1.0)])
        with beside.snapshot() as snapshot:
            log.append_events([Event("u", "b", "view", None, 2.0)])
            log.put_user("u", {}, "later")
            events = [row["item_id"] for page in snapshot.rows("events") for row in page]
            assert (snapshot.position, events, list(snapshot.rows("users"))) == (1, ["a"], [])
        with beside.snapshot() as snapshot:
            assert snapshot.position == 2


def test_columns_that_rows_lack_take_their_default_and_the_version_stays() -> None:
    with SqlEventLog.open("sqlite://") as log:
        version = log.meta_get("schema_version")
        row = {"item_index": 0, "item_id": "a", "domain": "", "content": '{"item_id": "a"}'}
        row |= {"content_hash": "h", "deleted": False, "pending": False}
        log.insert_rows("items", [row])
        log.insert_rows(
            "meta", [{"key": "schema_version", "value": "1"}, {"key": "k", "value": "v"}]
        )
        log.insert_rows("items", [row | {"content": "", "item_index": 0}])
        assert log.get_items(["a"])["a"][0] == 0
        assert log.count_lacking_pictures() == 0
        assert (log.meta_get("schema_version"), log.meta_get("k")) == (version, "v")
