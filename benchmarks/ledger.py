"""What a server has acknowledged, and what of it must be there after it was killed.

Every key is written by one caller at a time, so that a store is right where it holds the state that
was acknowledged last, or one that was attempted since: whether such an attempt was carried out, its
caller was not told. Knows nothing of servers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from threading import Lock
from typing import NamedTuple

Key = tuple[str, str]
"""A kind, such as "item", and an id."""
State = Hashable
"""None where the key is not there."""


class Wrong(NamedTuple):
    """A key whose state can be none of those that are possible."""

    key: Key
    found: State
    possible: Collection[State]

    @property
    def verdict(self) -> str:
        """lost: it must be there; resurrected: it must not; stale: it must be another one."""
        if self.found is None:
            return "lost"
        return "resurrected" if set(self.possible) == {None} else "stale"


class Ledger:
    """Of all callers; they may be threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._possible: dict[Key, list[State]] = {}
        self.acknowledged: Counter[str] = Counter()
        """Writes, by kind."""

    def attempt(self, states: Mapping[Key, State]) -> None:
        """These are about to be asked for, in one call."""
        with self._lock:
            for key, state in states.items():
                self._possible.setdefault(key, [None]).append(state)

    def acknowledge(self, states: Mapping[Key, State]) -> None:
        """They were carried out, and nothing else is possible any more."""
        with self._lock:
            for key, state in states.items():
                self._possible[key] = [state]
                self.acknowledged[key[0]] += 1

    def wrong(self, found: Mapping[Key, State]) -> list[Wrong]:
        """What of a store is not as it may be; it is what is possible from then on."""
        with self._lock:
            wrong = []
            for key in {*found, *self._possible}:
                state, possible = found.get(key), self._possible.get(key, [None])
                if state not in possible:
                    wrong.append(Wrong(key, state, tuple(possible)))
                self._possible[key] = [state]
            return sorted(wrong, key=lambda one: one.key)
