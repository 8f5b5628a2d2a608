"""Tombstones: who was deleted, and when, without saying who that was.

A person is named by a keyed hash of their id, and the key is kept in the log. Whoever has an id and the
key can tell whether it was deleted; nobody can tell an id from a tombstone. Owns what a tombstone hides.
Knows nothing of where tombstones are kept.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

SINCE = "+"
"""After the name of a person who was deleted, came back, and then became another: what they did since has
a stone of its own, so that the first one goes on hiding what was deleted."""
_HEX_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One person who was deleted."""

    person: str
    """See `tombstone_name`, and `SINCE`."""
    erased_at: float
    """Unix seconds."""
    last_seq: int
    """Number of the newest event then: what the person did later is not hidden."""
    merged_into: str = ""
    """Whom this guest became, named likewise: their rows are that person's, and go with that person."""


class Tombstones:
    """Those of one log."""

    def __init__(self, key: str, stones: Iterable[Tombstone]) -> None:
        self.key = key
        self.by_person: Mapping[str, Tombstone] = {one.person: one for one in stones}
        self._name = lru_cache(maxsize=4_096)(lambda user_id: tombstone_name(key, user_id))

    def __len__(self) -> int:
        return len(self.by_person)

    def hides(self, table: str, row: Mapping[str, Any]) -> bool:
        """Whether a row of the log is of before its person was deleted."""
        user_id = row.get("user_id")
        if not self.by_person or not user_id:
            return False
        name = self._name(user_id)
        stones = (self.by_person.get(name), self.by_person.get(name + SINCE))
        return any(_hides(stone, table, row) for stone in stones if stone is not None)


def _hides(stone: Tombstone, table: str, row: Mapping[str, Any]) -> bool:
    if stone.merged_into:
        return False
    if table == "events":
        return bool(row["seq"] <= stone.last_seq)
    return bool(row["updated_at" if table == "users" else "created_at"] <= stone.erased_at)


def tombstone_name(key: str, user_id: str) -> str:
    """HMAC-SHA-256, the first half of it."""
    return hmac.digest(bytes.fromhex(key), user_id.encode(), "sha256").hex()[:_HEX_DIGITS]
