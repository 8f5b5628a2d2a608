"""Role: what one column of a source is for, by a map.

Knows no values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from indexer.ingest.mapping.mapping import ATTRIBUTES, ColumnMap, column_key

Use = Literal["field", "attribute", "spread", "pair name", "pair value", "objects", "nothing"]


@dataclass(frozen=True, slots=True)
class Role:
    """What a column is for."""

    use: Use
    """"spread" is an object of attributes, and "objects" one whose own fields have roles."""
    name: str = ""
    """Of the field or the attribute."""
    rank: int = 0
    """Among the columns of a field, from 0; of a pair its number."""
    label: str = ""
    """What it is called when something is wrong with a value."""
    separators: tuple[str, ...] = ()
    """What stands between values in a cell."""
    paths: Mapping[tuple[str, ...], Role] | None = None
    """Of a column of objects: what is inside, by path."""
    also: Role | None = None
    """A further field that the same column is: titles that are ids as well."""
    is_truth: bool = False
    """Whether 0 and 1 and words for yes and no in it are truth values."""


NOTHING = Role("nothing")


class Roles:
    """The roles that one map gives, by column; names are compared as `column_key` does, where they
    are not the same to the letter."""

    def __init__(self, mapping: ColumnMap) -> None:
        self._map = mapping
        self._truths = frozenset(map(column_key, mapping.truths))
        declared = dict(self._declared())
        self._exact = declared
        self._loose = {column_key(column): role for column, role in reversed(declared.items())}
        self.known: dict[str, Role] = {}
        """Those that were asked for before."""

    def of(self, column: str) -> Role:
        """Of a column, be it named in the map or not."""
        role = self.known.get(column)
        if role is None:
            role = self.known[column] = self._found(column)
        return role

    def _found(self, column: str) -> Role:
        inside = self._inside(column)
        if inside:
            return Role("objects", column, label=column, paths=inside)
        role = self._exact.get(column) or self._loose.get(column_key(column))
        if role is not None:
            return role
        unnamed = not column.strip() or column.startswith(("Unnamed:", "__index"))
        if unnamed or not self._map.others or self._map.kind == "events":
            return NOTHING
        return self._attribute(column, " ".join(column.split()))

    def _attribute(self, column: str, name: str) -> Role:
        separators = self._map.separators.get(column, ())
        is_truth = column_key(column) in self._truths
        return Role("attribute", name, label=column, separators=separators, is_truth=is_truth)

    def _inside(self, column: str) -> dict[tuple[str, ...], Role]:
        """The paths that begin in a column, where there is none of that whole name."""
        start = f"{column}."
        return {
            tuple(path[len(start) :].split(".")): role
            for path, role in self._exact.items()
            if path.startswith(start) and role.use != "nothing"
        }

    def _declared(self) -> Iterator[tuple[str, Role]]:
        """A column may be several fields; of its other uses the first stands."""
        declared: dict[str, Role] = {}
        for column, role in reversed(list(self._all_declared())):
            there = declared.get(column)
            is_field = role.use == "field" and there is not None and there.use == "field"
            declared[column] = replace(role, also=there) if is_field else role
        yield from declared.items()

    def _all_declared(self) -> Iterator[tuple[str, Role]]:
        mapping = self._map
        for name, columns in mapping.fields.items():
            for rank, column in enumerate(columns):
                same = column_key(column) == column_key(name)
                label = name if same else f"{name} ({column})"
                separators = mapping.separators.get(column, ())
                use: Use = "spread" if name == ATTRIBUTES else "field"
                yield column, Role(use, name, rank, label, separators)
        for number, (of_name, of_value) in enumerate(mapping.pairs):
            yield of_name, Role("pair name", rank=number, label=of_name)
            separators = mapping.separators.get(of_value, ())
            yield of_value, Role("pair value", "", number, of_value, separators)
        for column, name in mapping.attributes.items():
            yield column, self._attribute(column, name)
        for column in mapping.left_out:
            yield column, NOTHING
        yield mapping.parent, NOTHING
