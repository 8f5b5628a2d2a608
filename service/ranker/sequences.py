"""Histories as padded arrays: the one place where ragged becomes rectangular. Knows no model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from service.ranker.interactions import IntArray, Interactions
from service.ranker.model import PAD


@dataclass(frozen=True, slots=True, eq=False)
class Sequences:
    """S ragged sequences, oldest event first."""

    items: Sequence[IntArray]
    event_types: Sequence[IntArray]

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True, eq=False)
class PaddedBatch:
    """B histories of T steps, padded at the left with PAD."""

    items: IntArray
    """(B, T)"""
    event_types: IntArray
    """(B, T), 0 where padded"""

    @property
    def present(self) -> NDArray[np.bool_]:
        present: NDArray[np.bool_] = self.items != PAD
        return present


def windows(interactions: Interactions, length: int) -> Sequences:
    """Cut every user's history into windows of at most `length` + 1 events that overlap by one event, newest window
    full, so that every event but a user's first is a target exactly once. Histories of one event give nothing."""
    bounds = interactions.by_user()
    items: list[IntArray] = []
    types: list[IntArray] = []
    for start, stop in pairwise(bounds.tolist()):
        end = stop
        while end - start >= 2:
            begin = max(start, end - length - 1)
            items.append(interactions.item[begin:end])
            types.append(interactions.event_type[begin:end].astype(np.int64))
            end = begin + 1
    return Sequences(items, types)


def pad(items: Sequence[IntArray], event_types: Sequence[IntArray], length: int) -> PaddedBatch:
    """The newest `length` events of each history, as a PaddedBatch no wider than the longest needs."""
    width = max(1, min(length, max((len(row) for row in items), default=1)))
    padded = np.full((len(items), width), PAD, dtype=np.int64)
    types = np.zeros((len(items), width), dtype=np.int64)
    for row, (history, kinds) in enumerate(zip(items, event_types, strict=True)):
        tail = history[-width:]
        if len(tail):
            padded[row, -len(tail) :] = tail
            types[row, -len(tail) :] = kinds[-width:]
    return PaddedBatch(padded, types)


def batches(sequences: Sequences, max_events: int, rng: np.random.Generator) -> Iterator[IntArray]:
    """Sequence numbers in batches of similar length, at most about `max_events` padded events each, in random order."""
    lengths = np.array([len(row) for row in sequences.items])
    order = np.argsort(lengths + rng.random(len(lengths)) * np.maximum(4, 0.25 * lengths), kind="stable")
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
    for group in rng.permutation(len(groups)):
        yield groups[int(group)]
