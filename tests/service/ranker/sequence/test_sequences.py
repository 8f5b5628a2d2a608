"""Where ragged becomes rectangular: windows, batches and padding."""

from __future__ import annotations

import numpy as np

from service.ranker.data.history import History
from service.ranker.sequence.sequences import Sequences, batches, pad, windows
from tests.service.ranker.planted import chain


def test_windows_make_every_event_but_the_first_a_target_once() -> None:
    interactions = chain(n_users=3, n_items=30, length=8)
    targets = np.concatenate([row[1:] for row in windows(interactions, 3).items])
    expected = np.concatenate([history[1:] for history in interactions.histories()])
    assert sorted(targets.tolist()) == sorted(expected.tolist())


def test_batches_hold_every_sequence_once_and_respect_the_limit() -> None:
    rows = [np.zeros(n, np.int64) for n in (1, 2, 3, 10, 4, 4, 7)]
    groups = list(batches(Sequences(rows, rows, rows), 12, np.random.default_rng(0)))
    assert sorted(i for group in groups for i in group.tolist()) == list(range(7))
    assert all(
        len(group) == 1 or max(len(rows[i]) for i in group) * len(group) <= 12 for group in groups
    )


def test_pad_keeps_the_newest_at_the_right() -> None:
    long = History.of(np.array([5, 6, 7]), np.array([1, 1, 2]), np.array([10.0, 20.0, 30.0]))
    batch = pad(Sequences.of([long, History.of(np.array([8]), np.array([1]), np.array([40.0]))]), 2)
    assert batch.items.tolist() == [[6, 7], [-1, 8]]
    assert batch.event_types.tolist() == [[1, 2], [0, 1]]
    assert batch.times.tolist() == [[20.0, 30.0], [40.0, 40.0]]


def test_rows_are_in_the_order_asked_for() -> None:
    sequences = Sequences.of(History.of(np.arange(n)) for n in (1, 2, 3))
    assert len(sequences) == 3
    assert [row.tolist() for row in sequences.rows([2, 0]).items] == [[0, 1, 2], [0]]


def test_padding_is_told_apart() -> None:
    batch = pad(Sequences.of([History.of(np.array([4])), History.of(np.array([5, 6]))]), 9)
    assert batch.present.tolist() == [[False, True], [True, True]]
