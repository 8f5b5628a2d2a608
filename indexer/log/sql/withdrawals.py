"""How often people were deleted or said what they consent to, counted in the transactions in which they
were. Knows nothing of who they were."""

from __future__ import annotations

from sqlalchemy import Connection

from indexer.log.sql.database import Database
from indexer.log.sql.meta import get_value, put_value

_KEY = "erasures"


def withdrawals(connection: Connection) -> int:
    """So far."""
    return int(get_value(connection, _KEY) or 0)


def count_withdrawal(database: Database, connection: Connection) -> None:
    """One more."""
    put_value(database, connection, _KEY, str(withdrawals(connection) + 1))
