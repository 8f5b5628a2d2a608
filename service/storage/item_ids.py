"""Item ids in memory: the one place where ids become integers, and integers ids again.

Knows no items, no vectors and no scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from service.ranker.data.arrays import IntArray


class ItemIds:
    """The items of the catalogue as it is at this moment. Changes are seen by readers at once.

    An index is the log's `item_index`, and never reused: where an item was deleted, a gap stays.
    """

    def __init__(self, index_of: Mapping[str, int]) -> None:
        self._index_of = dict(index_of)
        self._ids: dict[int, str] = {index: item_id for item_id, index in self._index_of.items()}

    def __len__(self) -> int:
        return len(self._index_of)

    @property
    def n_indices(self) -> int:
        """One more than the highest index."""
        return max(self._ids, default=-1) + 1

    @property
    def index_of(self) -> Mapping[str, int]:
        """Index of every item id."""
        return self._index_of

    def index(self, item_id: str) -> int | None:
        """None for an item that is not in the catalogue."""
        return self._index_of.get(item_id)

    def has_index(self, index: int) -> bool:
        """Whether an item of the catalogue has this index."""
        return index in self._ids

    def item_id(self, index: int) -> str:
        """Empty where there is no item."""
        return self._ids.get(index, "")

    def ids(self, n: int) -> list[str]:
        """Ids of the indices below `n`, an empty string where there is no item."""
        return [self._ids.get(index, "") for index in range(n)]

    def indices(self, item_ids: Iterable[str]) -> tuple[IntArray, list[str]]:
        """(indices of the known ones in order, the unknown ids)."""
        known, unknown = [], []
        for item_id in item_ids:
            index = self._index_of.get(item_id)
            if index is None:
                unknown.append(item_id)
            else:
                known.append(index)
        return np.array(known, dtype=np.int64), unknown

    def put(self, item_id: str, index: int) -> None:
        """An item that is there from now on."""
        self._index_of[item_id] = index
        self._ids[index] = item_id

    def remove(self, item_id: str) -> int | None:
        """The item is no longer there; returns the index it had, if it was there."""
        index = self._index_of.pop(item_id, None)
        if index is not None:
            self._ids.pop(index, None)
        return index
