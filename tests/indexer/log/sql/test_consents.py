"""Consents inside transactions of others, and of two rows as one."""

from __future__ import annotations

from indexer.catalog.personalization import Personalization
from indexer.log.sql.consents import put_consent, restricted_of, stricter
from indexer.log.sql.event_log import SqlEventLog


def test_who_is_restricted_is_found_among_very_many(file_url: str) -> None:
    """More than a statement has room for."""
    with SqlEventLog.open(file_url) as log:
        with log.database.writing() as connection:
            for user in ("u7", "u69999"):
                put_consent(log.database, connection, user, Personalization.CONTEXTUAL)
        with log.database.reading() as connection:
            found = restricted_of(connection, (f"u{n}" for n in range(70_000)))
    assert found == {"u7", "u69999"}


def test_of_two_rows_the_stricter_is_kept_with_its_time() -> None:
    unsaid = {"consent": "", "consent_at": None}
    full, contextual = ({"consent": name, "consent_at": 5.0} for name in ("full", "contextual"))
    assert stricter(unsaid, unsaid) == unsaid
    assert stricter(unsaid, full) == stricter(full, unsaid) == full
    assert stricter(contextual, full) == stricter(full, contextual) == contextual
