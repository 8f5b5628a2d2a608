"""Validation of the sequence model: NDCG of the next event, by a model that is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from service.ranker.data.history import History
from service.ranker.sequence.model import SequenceModel
from service.ranker.sequence.network import SequenceNetwork
from service.ranker.sequence.sequences import Sequences
from service.ranker.sequence.shape import ModelShape
from service.ranker.training.early_stopping import NextEvents, validation_ndcg
from service.ranker.training.item_tensors import ItemTensors
from tests.service.ranker.planted import SMALL, features

N = 6


@pytest.fixture(scope="module")
def model() -> SequenceNetwork:
    torch.manual_seed(0)
    shape = ModelShape(
        n_ids=N, modality_dims={"text": 8}, n_domains=1, n_tags=1, n_event_types=1, max_history=5
    )
    return SequenceModel(replace(SMALL, dim=4), shape).network()


def ndcg_of(model: SequenceNetwork, history: list[int], target: int, pool: list[int]) -> float:
    cases = NextEvents(Sequences.of([History.of(np.array(history))]), np.array([target]))
    tensors = ItemTensors(features(N), np.arange(N))
    return validation_ndcg(model, tensors, cases, np.array(pool), N)


def test_the_gain_falls_with_the_rank_of_what_came_next(model: SequenceNetwork) -> None:
    """Each of the items that were not met has one of the ranks 0, 1, 2, ..."""
    pool = list(range(N))
    gains = sorted((ndcg_of(model, [0], target, pool) for target in pool[1:]), reverse=True)
    assert gains == pytest.approx([1 / np.log2(rank + 2) for rank in range(N - 1)])


def test_only_items_of_the_pool_that_were_not_met_are_in_the_way(model: SequenceNetwork) -> None:
    assert ndcg_of(model, [0, 1], 3, [0, 1, 3]) == 1.0
    assert ndcg_of(model, [0, 1], 4, [0, 1, 3]) == 0.0


def test_without_cases_there_is_nothing_to_gain(model: SequenceNetwork) -> None:
    nothing = NextEvents(Sequences.of([]), np.zeros(0, np.int64))
    tensors = ItemTensors(features(N), np.arange(N))
    assert validation_ndcg(model, tensors, nothing, np.arange(N), N) == 0.0
