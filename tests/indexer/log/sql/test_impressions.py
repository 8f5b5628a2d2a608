"""Impressions in SQL: what the contract does not say, which is how they are found."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from indexer.log.sql import impressions as module
from indexer.log.sql.event_log import SqlEventLog


def _plan(connection: Connection, statement: sa.Select[Any]) -> list[str]:
    text = re.sub(r":\w+", "0", str(statement.compile()))
    return [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]


def test_neither_reading_sorts_and_events_without_an_answer_are_not_looked_at() -> None:
    with SqlEventLog.open("sqlite://") as log, log.database.reading() as connection:
        feedback = _plan(connection, module._FEEDBACK)
        answers = _plan(connection, module._PAGE)
    assert any("events_of_answers" in step for step in feedback)
    assert any("impressions_by_age" in step for step in answers)
    assert not any("TEMP B-TREE" in step for step in [*feedback, *answers])
