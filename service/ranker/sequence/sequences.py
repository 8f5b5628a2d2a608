"""Histories as padded arrays: the one place where ragged becomes rectangular. Knows no model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from service.ranker.data.arrays import IntArray
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.sequence.shape import PAD


@dataclass(frozen=True, slots=True, eq=False)
class Sequences:
    """S ragged sequences, oldest event first."""

    items: Sequence[IntArray]
    event_types: Sequence[IntArray]
    times: Sequence[NDArray[np.float64]]
    """Seconds since some moment."""

    def __len__(self) -> int:
        return len(self.items)

    @classmethod
    def of(cls, histories: Iterable[History]) -> Sequences:
        histories = list(histories)
        return cls(
            [h.items for h in histories],
            [h.event_types for h in histories],
            [h.times for h in histories],
        )

    def rows(self, which: Iterable[int]) -> Sequences:
        """Some of them, in the order given."""
        rows = list(which)
        return Sequences(
            [self.items[i] for i in rows],
            [self.event_types[i] for i in rows],
            [self.times[i] for i in rows],
        )


@dataclass(frozen=True, slots=True, eq=False)
class PaddedBatch:
    """B histories of T steps, padded at the left with PAD."""

    items: IntArray
    """(B, T)"""
    event_types: IntArray
    """(B, T), 0 where padded"""
    times: NDArray[np.float64]
    """(B, T), that of the oldest event where padded"""

    @property
    def present(self) -> NDArray[np.bool_]:
        present: NDArray[np.bool_] = self.items != PAD
        return present


def windows(interactions: Interactions, length: int) -> Sequences:
    """Cut every user's history into windows of at most `length` + 1 events that overlap by one
    event, newest window full, so that every event but a user's first is a target exactly once.
    Histories of one event give nothing."""
    bounds = interactions.by_user()
    items: list[IntArray] = []
    types: list[IntArray] = []
    times: list[NDArray[np.float64]] = []
    for start, stop in pairwise(bounds.tolist()):
        end = stop
        while end - start >= 2:
            begin = max(start, end - length - 1)
            items.append(interactions.item[begin:end])
            types.append(interactions.event_type[begin:end].astype(np.int64))
            times.append(interactions.timestamp[begin:end])
            end = begin + 1
    return Sequences(items, types, times)


def pad(sequences: Sequences, length: int) -> PaddedBatch:
    """The newest `length` events of each sequence, as a PaddedBatch no wider than the longest
    needs."""
    longest = max((len(row) for row in sequences.items), default=1)
    width = max(1, min(length, longest))
    shape = (len(sequences), width)
    items = np.full(shape, PAD, dtype=np.int64)
    event_types = np.zeros(shape, dtype=np.int64)
    times = np.zeros(shape)
    for row in range(len(sequences)):
        n = min(len(sequences.items[row]), width)
        if n:
            items[row, -n:] = sequences.items[row][-n:]
            event_types[row, -n:] = sequences.event_types[row][-n:]
            newest = sequences.times[row][-n:]
            times[row] = newest[0]
            times[row, -n:] = newest
    return PaddedBatch(items, event_types, times)


def batches(sequences: Sequences, max_events: int, rng: np.random.Generator) -> Iterator[IntArray]:
    """Sequence numbers in batches of similar length, at most about `max_events` padded events each,
    in random order."""
    lengths = np.array([len(row) for row in sequences.items])
    jitter = rng.random(len(lengths)) * np.maximum(4, 0.25 * lengths)
    order = np.argsort(lengths + jitter, kind="stable")
    groups: list[IntArray] = []
    start = 0
    while start < len(order):
        size = 1
        while start + size < len(order):
            longest = lengths[order[start : start + size + 1]].max()
            if longest * (size + 1) > max_events:
                break
            size += 1
        groups.append(order[start : start + size].astype(np.int64))
        start += size
    for group in rng.permutation(len(groups)).tolist():
        yield groups[group]
