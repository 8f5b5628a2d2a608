"""The sequence model asked: vectors of items, states of histories, and of variants of one history.

Owns batches and the way from arrays to tensors and back. Knows no training and no candidates.
"""

from __future__ import annotations

import numpy as np
import torch

from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.items import ItemFeatures
from service.ranker.data.variants import Variants
from service.ranker.sequence.model import ItemBatch, SequenceModel, Steps
from service.ranker.sequence.sequences import PaddedBatch, Sequences, pad

AT_ONCE = 13
"""Variants of similar length that the sequence model reads in one pass; more would be padded to the
longest. 50 of one event each took 11.9 ms in batches of 13, 12.8 of 17, 16.7 of 8 and 18.2 in
one."""


class ItemTensors:
    """Content of all items as tensors, with rows taken out by item index."""

    def __init__(self, items: ItemFeatures, id_rows: IntArray) -> None:
        """Projected features, and rows of the id table (n_items,), PAD for items without one."""
        blocks = items.blocks.items()
        self._ids = torch.from_numpy(id_rows)
        self._vectors = {modality: torch.from_numpy(block.vectors) for modality, block in blocks}
        self._present = {modality: torch.from_numpy(block.present) for modality, block in blocks}
        self._domain = torch.from_numpy(items.domain)
        self._tags = items.tags

    def rows(self, items: IntArray) -> ItemBatch:
        """The batch of some items, in the order given."""
        index = torch.from_numpy(items)
        tags = [self._tags[item] for item in items]
        sizes = np.array([len(row) for row in tags], dtype=np.int64)
        codes = np.concatenate(tags) if len(tags) else np.zeros(0, np.int64)
        offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        return ItemBatch(
            ids=self._ids[index],
            vectors={modality: vectors[index] for modality, vectors in self._vectors.items()},
            present={modality: present[index] for modality, present in self._present.items()},
            domain=self._domain[index],
            tags=torch.from_numpy(codes.astype(np.int64)),
            tag_offsets=torch.from_numpy(offsets.astype(np.int64)),
        )


def item_vectors(
    model: SequenceModel, items: ItemTensors, which: IntArray, chunk: int = 8192
) -> FloatArray:
    """Fused vectors of the given items, (len(which), D)."""
    model.eval()
    vectors = np.zeros((len(which), model.items.ids.embedding_dim), np.float32)
    with torch.inference_mode():
        for start in range(0, len(which), chunk):
            part = slice(start, start + chunk)
            vectors[part] = model.items(items.rows(which[part])).numpy()
    return vectors


def embed_items(model: SequenceModel, projected: ItemFeatures, id_rows: IntArray) -> FloatArray:
    """Fused vectors (N, D) of items given by their projected content and their rows of the id table
    (N,), PAD for none."""
    return item_vectors(model, ItemTensors(projected, id_rows), np.arange(projected.n_items))


def history_states(
    model: SequenceModel, vectors: FloatArray, histories: Sequences, chunk: int = 256
) -> FloatArray:
    """The vector after the last event of each history, (len(histories), D); zeros for an empty
    history.

    `vectors` (n_items, D) are the fused vectors of all items.
    """
    states = np.zeros((len(histories), vectors.shape[1]), np.float32)
    filled = [row for row, items in enumerate(histories.items) if len(items)]
    if model.training:  # walking through all modules costs as much as the pass of one history
        model.eval()
    with torch.inference_mode():
        for start in range(0, len(filled), chunk):
            rows = filled[start : start + chunk]
            batch = pad(histories.rows(rows), model.shape.max_history)
            states[rows] = model.newest(steps_of(batch, vectors)).numpy()  # (B, D)
    return states


def steps_of(batch: PaddedBatch, vectors: FloatArray) -> Steps:
    """Padded histories as the model reads them, with the fused vectors (n_items, D) of all items."""
    inputs = (vectors[np.maximum(batch.items, 0)], batch.event_types, batch.times, batch.present)
    return Steps(*(torch.from_numpy(array) for array in inputs))


def variant_states(model: SequenceModel, vectors: FloatArray, variants: Variants) -> FloatArray:
    """`history_states` of each variant, (B, D), where times are whole seconds (else attention may
    take a span of time for the one beside it); zeros for one without events. `vectors` (n_items, D)
    are the fused vectors of all items."""
    states = np.zeros((len(variants), vectors.shape[1]), np.float32)
    n_events = len(variants.history)
    left_out = n_events - variants.kept.sum(axis=1)
    before_gap = np.cumprod(variants.kept, axis=1).sum(axis=1)
    own = np.maximum(n_events - left_out - before_gap, 1)
    if model.training:
        model.eval()
    with torch.inference_mode():
        for n in np.unique(left_out[left_out < n_events]).tolist():
            group = np.flatnonzero(left_out == n)
            group = group[np.argsort(own[group], kind="stable")]
            states[group] = _states(model, vectors, variants, group, own[group], n)
    return states


def _states(
    model: SequenceModel,
    vectors: FloatArray,
    variants: Variants,
    rows: IntArray,
    own: IntArray,
    n: int,
) -> FloatArray:
    """States of the variants `rows` (B,) that leave out n events each and have `own` (B,) events,
    ascending, from there on.

    The history without its newest n events is as long as they are, so it begins as they do, step by
    step.
    """
    history = variants.history
    begin = history.select(np.arange(len(history)) < len(history) - n)
    shared = pad(Sequences.of([begin]), model.shape.max_history)
    ends = [
        np.flatnonzero(variants.kept[row])[-length:] for row, length in zip(rows, own, strict=True)
    ]
    rest = Sequences(
        items=[history.items[places] for places in ends],
        event_types=[history.event_types[places] for places in ends],
        times=[history.times[places] for places in ends],
    )
    width = shared.items.shape[1]
    batches = []
    for start in range(0, len(rows), AT_ONCE):
        batch = rest.rows(range(start, min(start + AT_ONCE, len(rows))))
        batches.append(steps_of(pad(batch, width), vectors))
    found: FloatArray = model.newest_of_variants(steps_of(shared, vectors), batches).numpy()
    return found
