"""What the log's database was like in earlier versions of its tables."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection


def as_version_4(connection: Connection) -> None:
    """Without what came since."""
    for statement in (
        "DROP TABLE erased",
        "DROP TABLE impressions",
        "DROP INDEX events_of_answers",
        "ALTER TABLE events DROP COLUMN recommendation_id",
        "ALTER TABLE events DROP COLUMN position",
    ):
        connection.execute(sa.text(statement))
