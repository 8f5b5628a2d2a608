"""Places: the answers of a log in short, read into columns.

Millions of items are read for one report: so the lines of `service.online.impression` are taken apart
here, without an object for each. Knows no events and no figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson

from indexer.log.event_log import ImpressionRecord
from service.online.impression import Audience, placement_of
from service.ranker.data.arrays import BoolArray, IntArray


class Answer(NamedTuple):
    """What attribution needs of one answer."""

    user_id: str
    served_at: float
    first_place: int
    items: Sequence[int]


class Places:
    """A answers with P items in all."""

    def __init__(self, records: Iterable[ImpressionRecord]) -> None:
        self.answers: dict[str, Answer] = {}
        """By recommendation id."""
        self.sources: list[str] = []
        self.users: list[str] = []
        """(A,)"""
        self.models: list[str] = []
        """(A,)"""
        self.placements: list[str] = []
        """(A,)"""
        self.audiences: list[Audience] = []
        """(A,)"""
        self.served_at: list[float] = []
        """(A,) Unix seconds."""
        self.n_places = 0
        self._people: dict[str, int] = {}
        self._person: list[int] = []
        self._lengths: list[int] = []
        self._starts: list[int] = []
        self._items: list[int] = []
        self._masks: list[int] = []
        self._cold: list[int] = []
        self._coded: dict[tuple[str, ...], _Masks] = {}
        self._known = {one.value: one for one in Audience}
        for record in records:
            self._add(record, orjson.loads(record.content))

    def answer(self) -> IntArray:
        """(P,) number of the answer."""
        return np.repeat(np.arange(len(self._lengths)), self._lengths_array)

    def item(self) -> IntArray:
        """(P,) item index."""
        return np.array(self._items, dtype=np.int64)

    def person(self) -> IntArray:
        """(P,) the same number is the same person; whoever is not known is one for each answer."""
        return np.repeat(np.array(self._person, dtype=np.int64), self._lengths_array)

    def position(self) -> IntArray:
        """(P,) 1 is first."""
        lengths = self._lengths_array
        firsts = np.cumsum(lengths) - lengths
        within = np.arange(self.n_places) - np.repeat(firsts, lengths)
        found: IntArray = within + 1 + np.repeat(np.array(self._starts, dtype=np.int64), lengths)
        return found

    def cold(self) -> BoolArray:
        """(P,) whether nobody had done anything with the item yet."""
        marks = np.zeros(self.n_places, bool)
        marks[self._cold] = True
        return marks

    def proposed(self) -> BoolArray:
        """(P, sources) who proposed it."""
        masks = np.array(self._masks, dtype=np.int64)
        bits = np.arange(len(self.sources))
        found: BoolArray = (masks[:, np.newaxis] >> bits & 1).astype(bool)
        return found

    @property
    def _lengths_array(self) -> IntArray:
        return np.array(self._lengths, dtype=np.int64)

    def _add(self, record: ImpressionRecord, content: dict[str, Any]) -> None:
        items = content["items"]
        name = record.user_id or f"\x00{record.recommendation_id}"
        self.answers[record.recommendation_id] = Answer(
            record.user_id, record.created_at, self.n_places, items
        )
        self.users.append(record.user_id)
        self.models.append(content["model"])
        self.placements.append(placement_of(content["scenario"], content["domains"]))
        self.audiences.append(self._known[content["audience"]])
        self._person.append(self._people.setdefault(name, len(self._people)))
        self.served_at.append(record.created_at)
        self._items.extend(items)
        self._lengths.append(len(items))
        self._starts.append(content["start"])
        self._cold.extend(self.n_places + place for place in content["cold"])
        self._masks.extend(map(self._masks_of(tuple(content["names"])).__getitem__, content["by"]))
        self.n_places += len(items)

    def _masks_of(self, names: tuple[str, ...]) -> _Masks:
        """What a number of one answer's is in bits of `sources`."""
        if names not in self._coded:
            for name in names:
                if name not in self.sources:
                    self.sources.append(name)
            self._coded[names] = _Masks([self.sources.index(name) for name in names])
        return self._coded[names]


class _Masks(dict[int, int]):
    """Numbers whose bits are named otherwise: bit i is bit `bits[i]`."""

    def __init__(self, bits: Sequence[int]) -> None:
        super().__init__()
        self._bits = bits

    def __missing__(self, mask: int) -> int:
        found = sum(1 << bit for place, bit in enumerate(self._bits) if mask >> place & 1)
        self[mask] = found
        return found
