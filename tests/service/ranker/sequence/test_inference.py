"""Histories without some of their events, worked out together: the same as each of them alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from service.ranker.data.history import History
from service.ranker.data.variants import Variants
from service.ranker.sequence.inference import (
    AT_ONCE,
    embed_items,
    history_states,
    variant_states,
)
from service.ranker.sequence.model import SequenceModel
from service.ranker.sequence.sequences import Sequences
from service.ranker.sequence.shape import ModelShape
from service.ranker.training.train import Trained, train_ranker
from tests.service.ranker.planted import SMALL, checkerboard, features

N = 40
LEFT_OUT = [
    [],
    [0],
    [7],
    [11],
    [3, 4],
    [0, 11],
    [10, 11],
    [1, 5, 9],
    list(range(11)),
    list(range(12)),
]
SETS = [np.array(one, int) for one in LEFT_OUT]


def long_history(length: int = 12, n_event_types: int = 1) -> History:
    """Some items come twice, some were disliked."""
    rng = np.random.default_rng(3)
    items = rng.integers(0, N // 2, length)
    return History(
        items,
        rng.integers(0, n_event_types, length),
        np.cumsum(rng.integers(0, 10**6, length)) * 1.0,
        items % 5 > 0,
    )


@pytest.mark.parametrize("max_history", [3, 6, 11, 12, 30])
@pytest.mark.parametrize("n_blocks", [1, 2, 3])
def test_the_states_are_those_of_each_alone(max_history: int, n_blocks: int) -> None:
    torch.manual_seed(0)
    shape = ModelShape(
        n_ids=N,
        modality_dims={"text": 8},
        n_domains=1,
        n_tags=1,
        n_event_types=3,
        max_history=max_history,
    )
    module = SequenceModel(replace(SMALL, n_blocks=n_blocks), shape)
    for parameter in (module.time_span.weight, module.event_type.weight, module.position.weight):
        torch.nn.init.normal_(parameter)
    model = module.network()
    vectors = embed_items(model, features(N), np.arange(N))
    history = long_history(n_event_types=3)
    together = variant_states(model, vectors, Variants.without(history, SETS))
    alone = history_states(model, vectors, Sequences.of(history.without(one) for one in SETS))
    np.testing.assert_allclose(together, alone, atol=2e-5)


def test_more_variants_than_are_read_at_once(board: Trained) -> None:
    history, ranker = long_history(3 * AT_ONCE), board.ranker
    assert ranker.model is not None
    every = [np.array([place]) for place in range(len(history))]
    together = variant_states(
        ranker.model, ranker.snapshot.item_vectors, Variants.without(history, every)
    )
    alone = ranker.states([history.without(one) for one in every])
    np.testing.assert_allclose(together, alone, atol=2e-5)


@pytest.fixture(scope="module")
def board() -> Trained:
    return train_ranker(checkerboard(), features(N), SMALL, version="board")


def test_no_variant_of_an_empty_history_says_anything(board: Trained) -> None:
    empty = Variants.without(History.of(np.zeros(0, int)), [np.zeros(0, int)])
    assert board.ranker.model is not None
    assert not variant_states(board.ranker.model, board.ranker.snapshot.item_vectors, empty).any()
