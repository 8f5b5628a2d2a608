"""Users in the tables: nobody is forgotten in part."""

from __future__ import annotations

from indexer.log.sql import users
from indexer.log.sql.schema import metadata


def test_deleting_a_user_covers_every_table_that_names_one() -> None:
    naming = {table.name for table in metadata.sorted_tables if "user_id" in table.c}
    assert {table.name for table in users._TABLES.values()} == naming
