"""Variants: one history, and what it would be without some of its events. The counterfactuals of explanations.

Variants share nearly everything, so they are worked out together: signals are weighted sums over the same items, and
the sequence model reads what comes before the first event left out only once. Knows no candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from service.ranker.fit import steps_of
from service.ranker.history import History
from service.ranker.interactions import BoolArray, IntArray
from service.ranker.items import FloatArray
from service.ranker.model import SequenceModel
from service.ranker.sequences import Sequences, pad

AT_ONCE = 13
"""Variants of similar length that the sequence model reads in one pass; more would be padded to the longest. 50 of one
event each took 11.9 ms in batches of 13, 12.8 of 17, 16.7 of 8 and 18.2 in one."""


@dataclass(frozen=True, slots=True, eq=False)
class Variants:
    """B histories that are parts of one of L events."""

    history: History
    kept: BoolArray
    """(B, L) which events each of them has."""

    @classmethod
    def without(cls, history: History, left_out: Sequence[IntArray]) -> Variants:
        """The history without the events at each of B sets of positions."""
        kept = np.ones((len(left_out), len(history)), bool)
        for row, positions in enumerate(left_out):
            kept[row, positions] = False
        return cls(history, kept)

    def __len__(self) -> int:
        return len(self.kept)

    def select(self, which: BoolArray) -> Variants:
        """Those where `which` (B,) is true."""
        return Variants(self.history, self.kept[which])

    @property
    def liked(self) -> Variants:
        """Only what was liked."""
        liked = self.history.liked
        return Variants(self.history.select(liked), self.kept[:, liked])

    @property
    def ages(self) -> IntArray:
        """(B, L) events that come after each; of those left out it says nothing."""
        after: IntArray = np.cumsum(self.kept[:, ::-1], axis=1)[:, ::-1] - self.kept
        return after

    def of_items(self, weights: NDArray[Any], how: np.ufunc) -> tuple[IntArray, FloatArray]:
        """Weights (B, L) of events, 0 for those left out, as weights of items: the items of the history (U,),
        ascending, and (B, U), where an item has several events joined by `how`."""
        order = np.argsort(self.history.items, kind="stable")
        items, first = np.unique(self.history.items[order], return_index=True)
        joined = how.reduceat(np.where(self.kept, weights, 0)[:, order], first, axis=1) if len(items) else weights
        return items, joined.astype(np.float32)


def variant_states(model: SequenceModel, vectors: FloatArray, variants: Variants) -> FloatArray:
    """`history_states` of each variant, (B, D), where times are whole seconds (else attention may take a span of time
    for the one beside it); zeros for one without events. `vectors` (n_items, D) are the fused vectors of all items."""
    states = np.zeros((len(variants), vectors.shape[1]), np.float32)
    left_out = len(variants.history) - variants.kept.sum(axis=1)
    alike = np.cumprod(variants.kept, axis=1).sum(axis=1)  # events before the first gap
    own = np.maximum(len(variants.history) - left_out - alike, 1)
    if model.training:
        model.eval()
    with torch.inference_mode():
        for n in np.unique(left_out[left_out < len(variants.history)]).tolist():
            group = np.flatnonzero(left_out == n)
            group = group[np.argsort(own[group], kind="stable")]
            states[group] = _states(model, vectors, variants, group, own[group], n)
    return states


def _states(
    model: SequenceModel, vectors: FloatArray, variants: Variants, rows: IntArray, own: IntArray, n: int
) -> FloatArray:
    """States of the variants `rows` (B,) that leave out n events each and have `own` (B,) events, ascending, from there
    on.

    The history without its newest n events is as long as they are, so it begins as they do, step by step.
    """
    history = variants.history
    begin = history.select(np.arange(len(history)) < len(history) - n)
    shared = pad(Sequences.of([begin]), model.shape.max_history)
    ends = [np.flatnonzero(variants.kept[row])[-length:] for row, length in zip(rows, own, strict=True)]
    rest = Sequences(
        [history.items[places] for places in ends],
        [history.event_types[places] for places in ends],
        [history.times[places] for places in ends],
    )
    batches = [rest.rows(range(start, min(start + AT_ONCE, len(rows)))) for start in range(0, len(rows), AT_ONCE)]
    padded = [steps_of(pad(batch, shared.items.shape[1]), vectors) for batch in batches]
    found: FloatArray = model.newest_of_variants(steps_of(shared, vectors), padded).numpy()
    return found
