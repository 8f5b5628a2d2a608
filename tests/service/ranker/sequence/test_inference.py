"""Histories without some of their events, worked out together: the same as each of them alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from service.ranker.data.history import History
from service.ranker.data.variants import Variants
from service.ranker.second_stage.signals import QueryScores, signals, signals_of_variants
from service.ranker.sequence.inference import (
    AT_ONCE,
    ItemTensors,
    history_states,
    item_vectors,
    variant_states,
)
from service.ranker.sequence.model import ModelShape, SequenceModel
from service.ranker.sequence.sequences import Sequences
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
        text_dim=8,
        image_dim=1,
        n_domains=1,
        n_tags=1,
        n_event_types=3,
        max_history=max_history,
    )
    model = SequenceModel(replace(SMALL, n_blocks=n_blocks), shape).eval()
    for parameter in (model.time_span.weight, model.event_type.weight, model.position.weight):
        torch.nn.init.normal_(parameter)
    vectors = item_vectors(model, ItemTensors(features(N), N), np.arange(N))
    history = long_history(n_event_types=3)
    together = variant_states(model, vectors, Variants.without(history, SETS))
    alone = history_states(model, vectors, Sequences.of(history.without(one) for one in SETS))
    np.testing.assert_allclose(together, alone, atol=2e-5)


def test_more_variants_than_are_read_at_once(board: Trained) -> None:
    history, ranker = long_history(3 * AT_ONCE), board.ranker
    assert ranker.model is not None
    every = [np.array([place]) for place in range(len(history))]
    together = variant_states(ranker.model, ranker.view.vectors, Variants.without(history, every))
    alone = ranker.states([history.without(one) for one in every])
    np.testing.assert_allclose(together, alone, atol=2e-5)


@pytest.fixture(scope="module")
def board() -> Trained:
    return train_ranker(checkerboard(), features(N), SMALL, version="board")


@pytest.mark.parametrize("with_taste", [False, True])
@pytest.mark.parametrize("liked", ["some", "all", "none"])
def test_the_signals_are_those_of_each_alone(board: Trained, with_taste: bool, liked: str) -> None:
    ranker, history = board.ranker, long_history()
    if liked != "some":
        history = replace(history, liked=np.full(len(history), liked == "all"))
    if with_taste:
        history = replace(history, taste=ranker.view.content.text[5] * np.float32(0.9))
    candidates = np.array([1, 8, 25, 39])
    alone = [history.without(one) for one in SETS]
    states = ranker.states(alone)
    decay = ranker.config.recency_decay
    together = signals_of_variants(
        Variants.without(history, SETS), states, candidates, ranker.view, decay
    )
    for row, (one, state) in enumerate(zip(alone, states, strict=True)):
        expected = signals(QueryScores(one, state, ranker.view, decay), candidates)
        np.testing.assert_allclose(
            together[row], expected, atol=2e-5, err_msg=f"without {LEFT_OUT[row]}"
        )


def test_no_variant_of_an_empty_history_says_anything(board: Trained) -> None:
    empty = Variants.without(History.of(np.zeros(0, int)), [np.zeros(0, int)])
    assert board.ranker.model is not None
    assert not variant_states(board.ranker.model, board.ranker.view.vectors, empty).any()
