"""Withdrawals are counted with what they count, or not at all."""

from __future__ import annotations

from contextlib import suppress

from indexer.log.sql.event_log import SqlEventLog
from indexer.log.sql.withdrawals import count_withdrawal, withdrawals


def test_one_that_is_broken_off_does_not_count(file_url: str) -> None:
    with SqlEventLog.open(file_url) as log:
        with log.database.writing() as connection:
            count_withdrawal(log.database, connection)
            count_withdrawal(log.database, connection)
        with suppress(InterruptedError), log.database.writing() as connection:
            count_withdrawal(log.database, connection)
            raise InterruptedError
        with log.database.reading() as connection:
            assert withdrawals(connection) == 2
