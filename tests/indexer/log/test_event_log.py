"""The log as a whole: durable, versioned, shared by threads, and clear about what stands in its
way."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.errors import DataVersionMismatch, StoreError, StoreUnavailable
from indexer.log import schema as log_schema
from indexer.log.event_log import EventLog

WRITER = """
import sys
from indexer.catalog.item import Item
from indexer.log.event_log import EventLog
from indexer.catalog.event import Event

log = EventLog.open(sys.argv[1])
n = 0
while True:
    log.put_items([Item(f"item-{n}")])
    log.append_events([Event("u", f"item-{n}", "view", None, float(n))])
    print(n, flush=True)
    n += 1
"""


def test_what_was_acknowledged_survives_kill_9(file_url: str) -> None:
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, file_url], stdout=subprocess.PIPE, cwd=root
    ) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(25)]
        writer.kill()
        acknowledged += [int(line) for line in writer.stdout.read().splitlines()]
    with EventLog.open(file_url) as log:
        assert [s.event.timestamp for s in log.user_events("u")][: len(acknowledged)] == [
            float(n) for n in acknowledged
        ]
        indices = log.item_indices()
        assert [indices[f"item-{n}"] for n in acknowledged] == acknowledged
        assert log.append_events([Event("u", "next", "view", None, 0.0)]) == [True]


def test_commits_are_synced_to_the_disk(file_url: str) -> None:
    with EventLog.open(file_url) as log, log.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000


def test_everything_is_there_after_opening_again(file_url: str) -> None:
    with EventLog.open(file_url) as log:
        log.put_items([Item("a")])
        log.append_events([Event("u", "a", "view", None, 1.0)])
        log.meta_set("key", "old")
        log.meta_set("key", "value")
    with EventLog.open(file_url) as log:
        assert log.get_items(["a"]) == {"a": (0, Item("a"))}
        assert (log.count_events(), log.last_seq()) == (1, 1)
        assert (log.meta_get("key"), log.meta_get("none")) == ("value", None)


def test_a_failed_write_leaves_nothing_behind(log: EventLog) -> None:
    with pytest.raises(StoreError, match=r"UNIQUE|unique"), log.writing() as connection:
        connection.execute(
            log_schema.meta.insert(), [{"key": "k", "value": "v"}, {"key": "k", "value": "w"}]
        )
    assert log.meta_get("k") is None
    log.meta_set("k", "w")
    assert log.meta_get("k") == "w"


def test_threads_write_and_read_at_once(log: EventLog) -> None:
    """Four writers with overlapping batches: every event and item once, no number twice; readers
    see no half batch."""
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
    assert len({s.seq for s in log.user_events("u")}) == 100


def test_two_logs_on_one_file_take_turns(file_url: str) -> None:
    with EventLog.open(file_url) as one, EventLog.open(file_url) as two:

        def write(log: EventLog, name: str) -> None:
            for n in range(20):
                log.append_events([Event(name, "i", "view", None, float(n))])

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(write, [one, two], ["one", "two"]))
        assert one.count_events() == two.count_events() == 40
        assert one.last_seq() == 40


def test_an_older_log_is_migrated_and_a_newer_one_refused(
    file_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add_notes(connection: Connection) -> None:
        connection.execute(sa.text("CREATE TABLE notes (text VARCHAR)"))

    def fill_notes(connection: Connection) -> None:
        connection.execute(sa.text("INSERT INTO notes VALUES ('kept')"))

    monkeypatch.setattr(log_schema, "MIGRATIONS", ())
    with EventLog.open(file_url) as log:
        log.put_items([Item("a")])
    monkeypatch.setattr(log_schema, "MIGRATIONS", (add_notes, fill_notes))
    for _ in range(2):  # the second time there is nothing left to do
        with EventLog.open(file_url) as log, log.reading() as connection:
            assert connection.exec_driver_sql("SELECT text FROM notes").scalars().all() == ["kept"]
            assert log.meta_get("schema_version") == "3"
            assert log.count_items() == 1

    monkeypatch.setattr(log_schema, "MIGRATIONS", ())
    with pytest.raises(
        DataVersionMismatch, match="version 3, and this Palate reads up to version 1"
    ):
        EventLog.open(file_url)


def test_a_log_of_the_first_version_is_read_on(file_url: str) -> None:
    with EventLog.open(file_url) as log:
        log.put_items([Item("a")])
        log.mark_indexed([0])
        with log.writing() as connection:
            connection.execute(sa.text("ALTER TABLE items DROP COLUMN lacking_pictures"))
        log.meta_set("schema_version", "1")
    with EventLog.open(file_url) as log:
        assert log.meta_get("schema_version") == "2"
        assert log.count_lacking_pictures() == 0
        assert [put.pending for put in log.put_items([Item("a"), Item("b")])] == [False, True]


def test_a_migration_that_fails_changes_nothing(
    file_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half_done(connection: Connection) -> None:
        connection.execute(sa.text("CREATE TABLE notes (text VARCHAR)"))
        raise RuntimeError("stop")

    monkeypatch.setattr(log_schema, "MIGRATIONS", ())
    EventLog.open(file_url).close()
    monkeypatch.setattr(log_schema, "MIGRATIONS", (half_done,))
    with pytest.raises(RuntimeError, match="stop"):
        EventLog.open(file_url)
    monkeypatch.setattr(log_schema, "MIGRATIONS", ())
    with EventLog.open(file_url) as log, log.reading() as connection:
        assert log.meta_get("schema_version") == "1"
        assert not sa.inspect(connection).has_table("notes")


def test_a_log_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"unable to open database file.*try again"):
        EventLog.open(f"sqlite:///{tmp_path}/missing/log.db")
    with pytest.raises(StoreUnavailable, match="mysql is not supported"):
        EventLog.open("mysql://host/db")
    with pytest.raises(StoreUnavailable, match="use sqlite:"):
        EventLog.open("log.db")
    (tmp_path / "log.db").write_bytes(
        b"this is not a database, but it is long enough to be taken for one" * 20
    )
    with pytest.raises(StoreError, match=r"not a database.*restore a backup"):
        EventLog.open(f"sqlite:///{tmp_path}/log.db")


def test_a_password_does_not_get_into_messages() -> None:
    with pytest.raises(StoreUnavailable) as caught:
        EventLog.open("mysql://user:secret@host/db")
    assert "secret" not in str(caught.value)


def test_the_schema_can_be_made_on_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    made = "\n".join(
        str(statement.compile(dialect=dialect))
        for table in log_schema.metadata.sorted_tables
        for statement in [CreateTable(table), *(CreateIndex(index) for index in table.indexes)]
    )
    assert "item_index BIGINT NOT NULL" in made
    assert "WHERE pending" in made
    assert "context BYTEA NOT NULL" in made
