"""The tables: versioned, migrated forward only, and the same on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.catalog.personalization import Personalization
from indexer.errors import DataVersionMismatch
from indexer.log.event_log import Served
from indexer.log.sql import schema as log_schema
from indexer.log.sql.event_log import SqlEventLog
from tests.indexer.log.contract.aspects import MOOD
from tests.indexer.log.sql.before import as_version_4, without_consents


def test_an_older_log_is_migrated_and_a_newer_one_refused(
    file_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add_notes(connection: Connection) -> None:
        connection.execute(sa.text("CREATE TABLE notes (text VARCHAR)"))

    def fill_notes(connection: Connection) -> None:
        connection.execute(sa.text("INSERT INTO notes VALUES ('kept')"))

    monkeypatch.setattr(log_schema, "MIGRATIONS", ())
    with SqlEventLog.open(file_url) as log:
        log.put_items([Item("a")])
    monkeypatch.setattr(log_schema, "MIGRATIONS", (add_notes, fill_notes))
    for _ in range(2):  # the second time there is nothing left to do
        with SqlEventLog.open(file_url) as log, log.database.reading() as connection:
            assert connection.exec_driver_sql("SELECT text FROM notes").scalars().all() == ["kept"]
            assert log.meta_get("schema_version") == "3"
            assert log.count_items() == 1

    monkeypatch.setattr(log_schema, "MIGRATIONS", ())
    with pytest.raises(
        DataVersionMismatch, match="version 3, and this Palate reads up to version 1"
    ):
        SqlEventLog.open(file_url)


def test_a_log_of_the_first_version_is_read_on(file_url: str) -> None:
    with SqlEventLog.open(file_url) as log:
        log.put_items([Item("a")])
        log.mark_indexed([0])
        with log.database.writing() as connection:
            connection.execute(sa.text("ALTER TABLE items DROP COLUMN lacking_pictures"))
            connection.execute(sa.text("DROP TABLE aspects"))
            connection.execute(sa.text("ALTER TABLE events DROP COLUMN checksum"))
            as_version_4(connection)
        log.meta_set("schema_version", "1")
    with SqlEventLog.open(file_url) as log:
        assert log.meta_get("schema_version") == "7"
        assert log.count_lacking_pictures() == 0
        assert [put.pending for put in log.put_items([Item("a"), Item("b")])] == [False, True]


def test_a_log_of_before_consents_knows_nobody_who_is_restricted(file_url: str) -> None:
    """With the columns and the index of a log that is new."""
    with SqlEventLog.open("sqlite://") as new, new.database.reading() as connection:
        made = _shape(connection, "users")
    with SqlEventLog.open(file_url) as log:
        log.put_user("u", {"age": 30.0}, "slow")
        log.append_events([Event("u", "a", "view", None, 1.0)])
        with log.database.writing() as connection:
            without_consents(connection)
        log.meta_set("schema_version", "6")
    with SqlEventLog.open(file_url) as log:
        with log.database.reading() as connection:
            assert _shape(connection, "users") == made
        user = log.get_user("u")
        assert user is not None
        assert (user.consent, user.taste, log.count_events()) == (None, "slow", 1)
        log.put_consent("u", Personalization.NON_PROFILED)
        assert log.count_events() == 0


def test_a_log_of_before_aspects_has_them_after_its_opening(file_url: str) -> None:
    """With the columns and the key of a log that is new."""
    with SqlEventLog.open("sqlite://") as new, new.database.reading() as connection:
        made = _shape(connection, "aspects")
    with SqlEventLog.open(file_url) as log:
        log.put_items([Item("a")])
        with log.database.writing() as connection:
            connection.execute(sa.text("DROP TABLE aspects"))
            connection.execute(sa.text("ALTER TABLE events DROP COLUMN checksum"))
            as_version_4(connection)
        log.meta_set("schema_version", "2")
    for _ in range(2):
        with SqlEventLog.open(file_url) as log:
            with log.database.reading() as connection:
                assert _shape(connection, "aspects") == made
            log.put_aspects([MOOD])
            assert list(log.iter_aspects()) == [MOOD]
            assert (log.meta_get("schema_version"), log.count_items()) == ("7", 1)


def test_a_log_of_before_impressions_and_tombstones_keeps_its_events_and_takes_those_of_answers(
    file_url: str,
) -> None:
    """With the columns, keys and indices of a log that is new; checksums of before stay true."""
    old, tables = Event("u", "a", "rating", 4.5, 1.5), ("impressions", "events", "erased")
    with SqlEventLog.open("sqlite://") as new, new.database.reading() as connection:
        made = [_shape(connection, table) for table in tables]
    with SqlEventLog.open(file_url) as log:
        log.append_events([old])
        with log.database.writing() as connection:
            as_version_4(connection)
        log.meta_set("schema_version", "4")
    for _ in range(2):
        with SqlEventLog.open(file_url) as log:
            with log.database.reading() as connection:
                assert [_shape(connection, table) for table in tables] == made
            assert log.append_events([old]) == [False]
            assert log.user_events("u")[0].event == replace(old, event_id=old.identity())
            assert (log.damage(), log.meta_get("schema_version")) == ([], "7")
    named = replace(old, recommendation_id="r", position=2)
    with SqlEventLog.open(file_url) as log:
        log.put_served_batch([Served("r", "u", None, 2.0, "{}")])
        assert log.append_events([named]) == [True]
        assert log.damage() == []
        assert [batch.position for batch in log.read_feedback()] == [(2,)]


def _shape(connection: Connection, table: str) -> tuple[object, ...]:
    """Names and nullability of columns, the key, and the indices."""
    found = sa.inspect(connection)
    return (
        [(column["name"], column["nullable"]) for column in found.get_columns(table)],
        found.get_pk_constraint(table)["constrained_columns"],
        [(index["name"], index["column_names"]) for index in found.get_indexes(table)],
    )


def test_a_migration_that_fails_changes_nothing(
    file_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half_done(connection: Connection) -> None:
        connection.execute(sa.text("CREATE TABLE notes (text VARCHAR)"))
        raise RuntimeError("stop")

    monkeypatch.setattr(log_schema, "MIGRATIONS", ())
    SqlEventLog.open(file_url).close()
    monkeypatch.setattr(log_schema, "MIGRATIONS", (half_done,))
    with pytest.raises(RuntimeError, match="stop"):
        SqlEventLog.open(file_url)
    monkeypatch.setattr(log_schema, "MIGRATIONS", ())
    with SqlEventLog.open(file_url) as log, log.database.reading() as connection:
        assert log.meta_get("schema_version") == "1"
        assert not sa.inspect(connection).has_table("notes")


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
    assert "ON events (seq) WHERE recommendation_id IS NOT NULL" in made
