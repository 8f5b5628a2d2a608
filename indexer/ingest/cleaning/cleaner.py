"""Cleaner: a row as it stands in a source to a row with our fields, as far as they can be read.

Nothing is refused here. Knows nothing of files, nor of which rows belong together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from indexer.ingest.cleaning.attributes import Attributes
from indexer.ingest.cleaning.fields import cleaners
from indexer.ingest.cleaning.role import Role, Roles
from indexer.ingest.mapping.mapping import ATTRIBUTES, HIDDEN, ColumnMap
from indexer.ingest.problems import Problem
from indexer.ingest.values.listed import texts
from indexer.ingest.values.text import is_absent, one_line
from indexer.ingest.values.truth import truth


class Cleaner:
    """Applies one map, row after row."""

    def __init__(self, mapping: ColumnMap) -> None:
        self._map = mapping
        self._roles = Roles(mapping)
        self._cleaners = cleaners(mapping.kind)
        self._pair_names: dict[int, str] = {}

    def clean(self, values: Mapping[str, object]) -> tuple[dict[str, Any], list[Problem]]:
        """The fields that can be read, and what is wrong with the others."""
        problems: list[Problem] = []
        attributes = Attributes(problems)
        cells: dict[str, list[tuple[Role, object]]] = {}
        pairs: list[tuple[Role, object]] = []
        known = self._roles.known
        for column, value in values.items():
            role = known.get(column) or self._roles.of(column)
            if role.use != "nothing" and not (is_absent(value) or self._says_nothing(value)):
                self._take(role, value, cells, attributes, pairs)
        row = self._fields(cells, problems)
        for role, value in pairs:
            attributes.add(self._pair_names.get(role.rank, role.label), value, role)
        if attributes.values:
            row[ATTRIBUTES] = attributes.values
        return row, problems

    def _take(
        self,
        role: Role,
        value: object,
        cells: dict[str, list[tuple[Role, object]]],
        attributes: Attributes,
        pairs: list[tuple[Role, object]],
    ) -> None:
        use = role.use
        if use == "field":
            cells.setdefault(role.name, []).append((role, value))
            if role.also:
                self._take(role.also, value, cells, attributes, pairs)
        elif use == "attribute":
            attributes.add(role.name, _truth(value) if role.is_truth else _split(value, role), role)
        elif use == "spread":
            attributes.spread(value, role)
        elif use == "pair name":
            self._pair_names[role.rank] = one_line(str(value))
        elif use == "pair value":
            pairs.append((role, _split(value, role)))
        elif role.paths:
            for path, inner in role.paths.items():
                for one in _inside(value, path):
                    if not (is_absent(one) or self._says_nothing(one)):
                        self._take(inner, one, cells, attributes, pairs)

    def _says_nothing(self, value: object) -> bool:
        absent = self._map.absent
        return bool(absent) and isinstance(value, str) and value.strip() in absent

    def _fields(
        self, cells: Mapping[str, list[tuple[Role, object]]], problems: list[Problem]
    ) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for name, given in cells.items():
            if len(given) > 1:
                given.sort(key=lambda one: one[0].rank)
            cleaned = self._cleaners[name](given, self._map, problems)
            if cleaned is not None:
                row[name] = cleaned
        for name, value in self._map.constants.items():
            row.setdefault(name, value)
        if row.pop(HIDDEN, False):
            row["available"] = False
        return row


def _truth(value: object) -> object:
    """The truth value that a cell is; the cell where it is none."""
    found = truth(value)
    return value if found is None else found


def _split(value: object, role: Role) -> object:
    """A cell with several values as a list of them."""
    if not role.separators or not isinstance(value, str):
        return value
    parts = [part for part in texts(value, role.separators) if part]
    return parts[0] if len(parts) == 1 else parts


def _inside(value: object, path: tuple[str, ...]) -> Iterator[object]:
    """What lies at a path, of every entry where there are several."""
    if isinstance(value, list | tuple):
        for entry in value:
            yield from _inside(entry, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _inside(value[path[0]], path[1:])
