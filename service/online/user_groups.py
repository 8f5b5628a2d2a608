"""User groups: who belongs to which group of people, by an attribute of their profiles or by a table.

Knows nothing that was served.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from indexer.catalog.rows import RowError
from indexer.errors import CatalogError
from indexer.ingest.sources.source import Source
from indexer.log.event_log import UserRecords

USER, GROUP = "user_id", "group"
"""Columns of a table of groups."""
TODO = "give a table with the columns user_id and group"
NO_GROUP = "(no group)"


def by_attribute(log: UserRecords, user_ids: Iterable[str], name: str) -> Mapping[str, str]:
    """Group of each of these users whose profile has the attribute, and may be used; several values are
    one group."""
    found = {}
    for user_id in user_ids:
        profile = log.get_user(user_id)
        is_usable = profile is not None and not profile.is_restricted
        value = profile.attributes.get(name) if profile is not None and is_usable else None
        if value is not None:
            found[user_id] = ", ".join(value) if isinstance(value, tuple) else str(value)
    return found


def by_table(source: Source, named: Callable[[str], str]) -> Mapping[str, str]:
    """Group of each user of a table with the columns `user_id` and `group`; of two rows of one user the
    later stands. `named` is what the log calls a person. CatalogError names the row that has no such
    columns."""
    found = {}
    for row in source.open():
        if isinstance(row, RowError):
            raise CatalogError(f"{source.name}:{row.line}", row.reason, TODO)
        user_id, group = row.values.get(USER), row.values.get(GROUP)
        if user_id in (None, "") or group in (None, ""):
            raise CatalogError(f"{source.name}:{row.line}", "a user_id or a group is missing", TODO)
        found[named(str(user_id))] = str(group)
    return found
