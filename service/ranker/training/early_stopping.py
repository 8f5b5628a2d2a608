"""Validation of the sequence model while it is trained: how well it predicts held-out next events.

Knows no training loop and no second stage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service.ranker.data.arrays import IntArray
from service.ranker.sequence.inference import embed_items, history_states
from service.ranker.sequence.network import SequenceNetwork
from service.ranker.sequence.sequences import Sequences
from service.ranker.training.item_tensors import ItemTensors

STATES_AT_ONCE = 512


@dataclass(frozen=True, slots=True, eq=False)
class NextEvents:
    """A visible history each, and the item that came next."""

    histories: Sequences
    targets: IntArray


def validation_ndcg(
    model: SequenceNetwork,
    items: ItemTensors,
    cases: NextEvents,
    pool: IntArray,
    n_items: int,
    k: int = 10,
) -> float:
    """Mean NDCG@k of the next event among `pool` (items with events), seen items out; 0 without
    cases."""
    vectors = np.zeros((n_items, model.items.dim), np.float32)
    needed = np.unique(np.concatenate([pool, *cases.histories.items]))
    vectors[needed] = embed_items(model, items.items.rows(needed), items.id_rows[needed])
    states = history_states(model, vectors, cases.histories)
    in_pool = np.zeros(n_items, bool)
    in_pool[pool] = True
    gains: list[float] = []
    for start in range(0, len(states), STATES_AT_ONCE):
        scores = states[start : start + STATES_AT_ONCE] @ vectors.T  # (cases, n_items)
        scores[:, ~in_pool] = -np.inf
        for case, score in enumerate(scores, start):
            wanted = score[cases.targets[case]]
            score[cases.histories.items[case]] = -np.inf
            rank = int((score > wanted).sum())
            is_hit = rank < k and np.isfinite(wanted)
            gains.append(1 / np.log2(rank + 2) if is_hit else 0.0)
    return float(np.mean(gains)) if gains else 0.0
