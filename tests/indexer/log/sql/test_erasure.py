"""Deleting people in the tables: nobody is deleted in part, and guests go with whom they became."""

from __future__ import annotations

from indexer.log.sql import erasure
from indexer.log.sql.schema import metadata


def test_deleting_a_user_covers_every_table_that_names_one() -> None:
    naming = {table.name for table in metadata.sorted_tables if "user_id" in table.c}
    assert {table.name for table in erasure._TABLES.values()} == naming
