"""The log in SQL keeps the contract, on every database at hand."""

from __future__ import annotations

from indexer.log.event_log import EventLog
from tests.indexer.log.contract.event_log import EventLogContract


class TestSqlEventLog(EventLogContract):
    """`log` comes from tests/indexer/conftest.py: SQLite in memory and on disk, PostgreSQL where
    one is given."""


def test_other_processes_write_to_a_server_and_not_to_a_file(log: EventLog, log_url: str) -> None:
    assert log.shared == log_url.startswith("postgresql")
