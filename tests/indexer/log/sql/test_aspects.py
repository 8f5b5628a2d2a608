"""Aspects in the table: the statements that two databases may read differently."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql

from indexer.log.sql.aspects import _PAGE_OF_ITEM
from indexer.log.sql.event_log import SqlEventLog
from tests.indexer.log.contract.aspects import MOOD


def test_pages_go_by_content_and_aspect_together_on_postgresql_too() -> None:
    said = str(_PAGE_OF_ITEM.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert "(aspects.content_hash, aspects.aspect) > (%(hash)s, %(aspect)s)" in said.replace(
        "::VARCHAR", ""
    )


def test_values_are_kept_as_json(file_url: str) -> None:
    with SqlEventLog.open(file_url) as log:
        log.put_aspects([MOOD])
        with log.database.reading() as connection:
            said = connection.exec_driver_sql("SELECT said FROM aspects").scalar_one()
    assert said == '["dark", "夜"]'
