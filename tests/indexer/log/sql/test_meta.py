"""Small values inside the transactions of others."""

from __future__ import annotations

import pytest

from indexer.log.sql.event_log import SqlEventLog
from indexer.log.sql.meta import get_value, put_value


def test_a_value_is_undone_with_the_transaction_that_put_it() -> None:
    def stopped() -> None:
        with log.database.writing() as connection:
            put_value(log.database, connection, "key", "after")
            assert get_value(connection, "key") == "after"
            raise RuntimeError("stop")

    with SqlEventLog.open("sqlite://") as log:
        log.meta_set("key", "before")
        with pytest.raises(RuntimeError, match="stop"):
            stopped()
        assert log.meta_get("key") == "before"
