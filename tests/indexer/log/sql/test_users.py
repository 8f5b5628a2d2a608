"""Users in the tables: an export leaves no table out."""

from __future__ import annotations

from indexer.log.sql.event_log import SqlEventLog
from indexer.log.sql.schema import metadata


def test_an_export_covers_every_table_that_names_a_user() -> None:
    naming = {table.name for table in metadata.sorted_tables if "user_id" in table.c}
    with SqlEventLog.open("sqlite://") as log:
        exported = set(log.export_user("u")) - {"user_id"}
    assert {{"profile": "users"}.get(name, name) for name in exported} == naming
