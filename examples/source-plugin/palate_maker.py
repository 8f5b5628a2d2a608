"""A candidate source for Palate: more by whoever made what the person liked last.

Owns its own index of the catalogue by maker. What it proposes is ranked with everything else; it
neither scores nor filters.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from time import monotonic

import numpy as np

from indexer.catalog.item import Item
from service.ranker.data.arrays import BoolArray, IntArray
from service.ranker.second_stage.query_scores import QueryScores
from service.serving.sources import CatalogView

MAKERS = ("maker", "brand", "author", "artist", "director")
"""Attributes that name who made an item."""
LAST = 10
"""Newest liked items whose makers are looked up."""
REREAD_S = 600.0
"""Items that are indexed meanwhile are found after this time at the latest."""


class SameMaker:
    """Items by the makers of what was liked last, those of the newest first."""

    def __init__(self, catalog: CatalogView) -> None:
        self._catalog = catalog
        self._by_maker: dict[str, list[int]] = {}
        self._read_at = -REREAD_S
        self._reading = threading.Lock()

    def propose(self, query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
        liked = query.history.items[query.history.liked][-LAST:][::-1]
        by_maker = self._index()
        found: dict[int, None] = {}  # keeps the order, each item once
        for item in self._catalog.items(liked):
            for maker in makers_of(item):
                found |= dict.fromkeys(by_maker.get(maker, ()))
        items = np.array([index for index in found if index < len(allowed)], dtype=np.int64)
        return items[allowed[items]][:n]

    def _index(self) -> dict[str, list[int]]:
        """Item indices by maker, read anew now and then."""
        with self._reading:
            if monotonic() - self._read_at >= REREAD_S:
                by_maker: dict[str, list[int]] = defaultdict(list)
                for index, item in self._catalog.everything():
                    for maker in makers_of(item):
                        by_maker[maker].append(index)
                self._by_maker, self._read_at = dict(by_maker), monotonic()
            return self._by_maker


def makers_of(item: Item) -> list[str]:
    """Who made it, in lower case; an attribute may name several, as a list or with commas."""
    makers = []
    for name in MAKERS:
        value = item.attributes.get(name, "")
        names = value.split(",") if isinstance(value, str) else value
        if isinstance(names, (list, tuple)):
            makers += [maker.strip().casefold() for maker in names if maker.strip()]
    return makers
