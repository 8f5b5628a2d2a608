"""The catalogue in memory: which id has which index, and the log as the ranker's interactions.

Owns the one place where ids become integers. Knows no vectors and no scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from indexer.catalog.event import EventPolicy
from indexer.log.event_log import EventLog
from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.interactions import Interactions


class Catalogue:
    """Item ids by index and back. Replaced entries are seen by readers at once; indices are never
    reused."""

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
        return self._index_of

    def index(self, item_id: str) -> int | None:
        return self._index_of.get(item_id)

    def has_index(self, index: int) -> bool:
        return index in self._ids

    def item_id(self, index: int) -> str:
        return self._ids[index]

    def ids(self) -> list[str]:
        """Item ids in index order, with an empty string where an item was deleted."""
        return [self._ids.get(index, "") for index in range(self.n_indices)]

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
        self._index_of[item_id] = index
        self._ids[index] = item_id

    def remove(self, item_id: str) -> int | None:
        index = self._index_of.pop(item_id, None)
        if index is not None:
            self._ids.pop(index, None)
        return index


def read_interactions(
    log: EventLog,
    policy: EventPolicy,
    event_types: Mapping[str, int],
    n_items: int,
    *,
    after_seq: int = 0,
) -> tuple[Interactions, list[str]]:
    """All behaviour in the log after `after_seq`, and the user ids in index order.

    Event types that are no behaviour (dislike, skip) and events on items that are not in the
    catalogue are left out.
    """
    users: dict[str, int] = {}
    columns: tuple[list[IntArray], ...] = ([], [], [])
    times: list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = []
    values: list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = []
    for batch in log.read_events(after_seq):
        kinds, place = np.unique(batch.event_type.astype(str), return_inverse=True)
        trains = np.array([policy.kind(str(kind), None).trains for kind in kinds], dtype=bool)
        codes = np.array([event_types.get(str(kind), 0) for kind in kinds], dtype=np.int64)
        keep = trains[place] & (batch.item_index >= 0) & (batch.item_index < n_items)
        if not keep.any():
            continue
        named = batch.user_id[keep]
        columns[0].append(
            np.array([users.setdefault(user, len(users)) for user in named], dtype=np.int64)
        )
        columns[1].append(batch.item_index[keep])
        columns[2].append(codes[place[keep]])
        times.append(batch.timestamp[keep])
        values.append(batch.value[keep])
    if not times:
        return Interactions.build([], [], n_users=0, n_items=n_items), []
    user, item, kind = (np.concatenate(column) for column in columns)
    table = Interactions.build(
        user,
        item,
        np.concatenate(times),
        kind,
        np.concatenate(values),
        n_users=len(users),
        n_items=n_items,
    )
    return table, list(users)


def event_weights(policy: EventPolicy, event_types: Mapping[str, int]) -> FloatArray:
    """How much each event type counts, by its code, (1 + types,): the size of its weight, whatever
    the sign."""
    weights = np.ones(1 + max(event_types.values(), default=0), np.float32)
    for name, code in event_types.items():
        weights[code] = abs(policy.kind(name, None).weight)
    return weights


def event_types_of(log: EventLog) -> Sequence[str]:
    """The event types in the log."""
    found: set[str] = set()
    for batch in log.read_events():
        found.update(str(kind) for kind in np.unique(batch.event_type.astype(str)))
    return sorted(found)
