"""The sequence model asked: vectors of items, states of histories, and of variants of one history.

Owns batches. Knows no training and no candidates.
"""

from __future__ import annotations

import numpy as np

from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.items import ItemFeatures
from service.ranker.data.variants import Variants
from service.ranker.layers import LET_OVERFLOW
from service.ranker.sequence.network import SequenceNetwork, Steps
from service.ranker.sequence.sequences import PaddedBatch, Sequences, pad

AT_ONCE = 13
"""Variants of similar length that the sequence model reads in one pass; more would be padded to the
longest. 50 of one event each took 11.9 ms in batches of 13, 12.8 of 17, 16.7 of 8 and 18.2 in
one."""


@LET_OVERFLOW
def embed_items(
    model: SequenceNetwork, projected: ItemFeatures, id_rows: IntArray, chunk: int = 8192
) -> FloatArray:
    """Fused vectors (N, D) of items given by their projected content and their rows of the id table
    (N,), PAD for none."""
    vectors = np.zeros((projected.n_items, model.items.dim), np.float32)
    for start in range(0, projected.n_items, chunk):
        part = np.arange(start, min(start + chunk, projected.n_items))
        vectors[part] = model.items(projected.rows(part), id_rows[part])
    return vectors


@LET_OVERFLOW
def history_states(
    model: SequenceNetwork, vectors: FloatArray, histories: Sequences, chunk: int = 256
) -> FloatArray:
    """The vector after the last event of each history, (len(histories), D); zeros for an empty
    history.

    `vectors` (n_items, D) are the fused vectors of all items.
    """
    states = np.zeros((len(histories), vectors.shape[1]), np.float32)
    filled = [row for row, items in enumerate(histories.items) if len(items)]
    for start in range(0, len(filled), chunk):
        rows = filled[start : start + chunk]
        batch = pad(histories.rows(rows), model.shape.max_history)
        states[rows] = model.newest(steps_of(batch, vectors))  # (B, D)
    return states


def steps_of(batch: PaddedBatch, vectors: FloatArray) -> Steps:
    """Padded histories as the model reads them, with the fused vectors (n_items, D) of all items."""
    own = vectors[np.maximum(batch.items, 0)]  # (B, T, D)
    return Steps(own, batch.event_types, batch.times, batch.present)


@LET_OVERFLOW
def variant_states(model: SequenceNetwork, vectors: FloatArray, variants: Variants) -> FloatArray:
    """`history_states` of each variant, (B, D), where times are whole seconds (else attention may
    take a span of time for the one beside it); zeros for one without events. `vectors` (n_items, D)
    are the fused vectors of all items."""
    states = np.zeros((len(variants), vectors.shape[1]), np.float32)
    n_events = len(variants.history)
    left_out = n_events - variants.kept.sum(axis=1)
    before_gap = np.cumprod(variants.kept, axis=1).sum(axis=1)
    own = np.maximum(n_events - left_out - before_gap, 1)
    for n in np.unique(left_out[left_out < n_events]).tolist():
        group = np.flatnonzero(left_out == n)
        group = group[np.argsort(own[group], kind="stable")]
        states[group] = _states(model, vectors, variants, group, own[group], n)
    return states


def _states(
    model: SequenceNetwork,
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
    return model.newest_of_variants(steps_of(shared, vectors), batches)
