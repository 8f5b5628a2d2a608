"""What the log's database was like in earlier versions of its tables."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection


def as_version_4(connection: Connection) -> None:
    """Without what came since."""
    without_consents(connection)
    for statement in (
        "DROP TABLE erased",
        "DROP TABLE impressions",
        "DROP INDEX events_of_answers",
        "ALTER TABLE events DROP COLUMN recommendation_id",
        "ALTER TABLE events DROP COLUMN position",
    ):
        connection.execute(sa.text(statement))


def without_consents(connection: Connection) -> None:
    """As it was in version 6."""
    for statement in (
        "DROP INDEX users_restricted",
        "ALTER TABLE users DROP COLUMN consent",
        "ALTER TABLE users DROP COLUMN consent_at",
    ):
        connection.execute(sa.text(statement))
