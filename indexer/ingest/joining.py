"""Joining: rows that are parts of one item become that item: its variants, its further pictures.

Parts name the item by its id, or say what they belong to. Items wait among the last `WINDOW` for
parts that come later, and parts for their item, so memory is bounded. Knows no columns.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from palate.limits import MAX_LIST_VALUES

WINDOW = 10_000
_ATTRIBUTES = "attributes"


@dataclass(slots=True)
class Part:
    """A row with our fields, on its way to being an item."""

    line: int
    row: dict[str, Any]
    of: str = ""
    """The id or another name of the item that it is a part of; empty where it is an item itself, or
    has the id of one."""
    names: Sequence[str] = ()
    """By which parts may name it: its id first."""


@dataclass(slots=True)
class Joined:
    """An item of one or several rows."""

    line: int
    row: dict[str, Any]
    n_joined: int = 0
    """Rows that went into it besides the first."""
    is_orphan: bool = False
    """A part whose item did not come."""


@dataclass(slots=True)
class _Waiting:
    item: Joined | None = None
    orphans: list[Part] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


class Joiner:
    """Takes parts one by one, and gives items in the order in which they first came."""

    def __init__(self, window: int = WINDOW) -> None:
        self._window = window
        self._waiting: OrderedDict[int, _Waiting] = OrderedDict()
        self._by_name: dict[str, _Waiting] = {}

    def add(self, part: Part) -> Iterator[Joined]:
        """What need not wait any longer, now that this one has come."""
        names = [part.of] if part.of else part.names
        there = next((self._by_name[name] for name in names if name in self._by_name), None)
        if there is None:
            there = _Waiting()
            self._waiting[id(there)] = there
        self._put(there, part)
        for name in names:
            if name not in self._by_name:
                self._by_name[name] = there
                there.names.add(name)
        while len(self._waiting) > self._window:
            yield from self._let_go()

    def rest(self) -> Iterator[Joined]:
        """All that still wait."""
        while self._waiting:
            yield from self._let_go()

    def _put(self, there: _Waiting, part: Part) -> None:
        if there.item is not None:
            _join(there.item, [part])
        elif part.of:
            there.orphans.append(part)
        else:
            there.item = Joined(part.line, part.row)
            _join(there.item, there.orphans)
            there.orphans = []

    def _let_go(self) -> Iterator[Joined]:
        _, gone = self._waiting.popitem(last=False)
        for name in gone.names:
            del self._by_name[name]
        if gone.item is not None:
            yield gone.item
        for orphan in gone.orphans:
            yield Joined(orphan.line, orphan.row, is_orphan=True)


def _join(item: Joined, parts: Iterable[Part]) -> None:
    """What the item does not say is taken from its parts; lists have both."""
    for part in parts:
        item.n_joined += 1
        for name, value in part.row.items():
            there = item.row.get(name)
            if there is None:
                item.row[name] = value
            elif name == _ATTRIBUTES:
                _join_attributes(there, value)
            elif isinstance(there, list) and isinstance(value, list):
                item.row[name] = list(dict.fromkeys([*there, *value]))


def _join_attributes(first: dict[str, Any], later: dict[str, Any]) -> None:
    for name, value in later.items():
        there = first.setdefault(name, value)
        if there != value:
            both = dict.fromkeys([*_as_texts(there), *_as_texts(value)])
            first[name] = list(both)[:MAX_LIST_VALUES]


def _as_texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return value
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [f"{value:.15g}" if isinstance(value, float) else str(value)]
