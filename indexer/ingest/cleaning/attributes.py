"""Attributes of a row: whatever a source says that none of our fields is for.

Texts, numbers, truth values and lists of texts stay what they are; objects are taken apart. Knows no
columns but what they are called.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from indexer.ingest.cleaning.fields import cut
from indexer.ingest.cleaning.role import Role
from indexer.ingest.problems import Problem
from indexer.ingest.values.listed import parsed, texts
from indexer.ingest.values.number import number
from indexer.ingest.values.text import is_absent, one_line, plain
from palate.limits import (
    MAX_ATTRIBUTE_CHARS,
    MAX_ATTRIBUTES,
    MAX_ID_CHARS,
    MAX_LIST_VALUES,
)

MAX_DEPTH = 3


class Attributes:
    """The attributes of one row as they are found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.values: dict[str, Any] = {}
        self._problems = problems
        self._full = False

    def add(self, name: str, value: object, role: Role, depth: int = 0) -> None:
        """One value under a name; an object gives one for each of its fields."""
        if is_absent(value):
            return
        if isinstance(value, str):
            found = parsed(value) if value[:1] in "[{" else value
            if isinstance(found, str):
                self._put(name, self._text(value, role), role)
                return
            value = found
        if isinstance(value, Mapping) or _is_pairs(value):
            if depth < MAX_DEPTH:
                self.spread(value, role, depth + 1)
        elif isinstance(value, list | tuple):
            entries = [self._text(entry, role) for entry in texts(value, ())]
            entries = [entry for entry in entries if entry]
            if len(entries) > MAX_LIST_VALUES:
                what = f"has over {MAX_LIST_VALUES:,} entries; the first are used"
                self._problems.append(Problem(role.label, what, value))
            if entries or not value:
                self._put(name, entries[:MAX_LIST_VALUES], role)
            else:
                self._cannot(value, role)
        else:
            self._put_scalar(name, value, role)

    def spread(self, value: object, role: Role, depth: int = 0) -> None:
        """An object, JSON text of one, or (as Parquet maps arrive) a list of pairs."""
        found = parsed(value) if isinstance(value, str) else value
        if _is_pairs(found):
            found = dict(found)  # type: ignore[call-overload]  # it is a list of pairs
        if not isinstance(found, Mapping):
            what = "is not an object of names and values; left out"
            self._problems.append(Problem(role.label, what, value))
            return
        for name, entry in found.items():
            self.add(str(name), entry, role, depth)

    def _put_scalar(self, name: str, value: object, role: Role) -> None:
        if isinstance(value, bool):
            self._put(name, value, role)
        elif isinstance(value, datetime | date):
            self._put(name, value.isoformat(), role)
        elif isinstance(value, int | float | Decimal):
            found = number(value)
            self._cannot(value, role) if found is None else self._put(name, found, role)
        elif isinstance(value, bytes):
            self._cannot(value, role)
        else:
            self._put(name, self._text(str(value), role), role)

    def _cannot(self, value: object, role: Role) -> None:
        what = "is no text, number or list of texts; left out"
        self._problems.append(Problem(role.label, what, value))

    def _text(self, text: str, role: Role) -> str:
        return cut(plain(text), MAX_ATTRIBUTE_CHARS, role, self._problems)

    def _put(self, name: str, value: Any, role: Role) -> None:
        name = name if name.isprintable() else one_line(name)
        if len(name) > MAX_ID_CHARS:
            name = cut(name, MAX_ID_CHARS, role, self._problems)
        if not name or value == "" or name in self.values:
            return
        if len(self.values) < MAX_ATTRIBUTES:
            self.values[name] = value
        elif not self._full:
            self._full = True
            what = f"are over {MAX_ATTRIBUTES}; the first are used"
            self._problems.append(Problem("attributes", what, role.label))


def _is_pairs(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(pair, tuple) and len(pair) == 2 for pair in value)
    )
