from types import SimpleNamespace

import numpy as np
import torch

from service.ranker.data.arrays import IntArray
from service.ranker.peers.encoder import HistoryEncoder

NOBODY = np.array([], dtype=np.int64)
N_ITEMS = 5
TRAINED = np.array([3, 0, 1])
"""Tokens 1, 2 and 3; items 2 and 4 were not trained on."""


def one_hot_network() -> SimpleNamespace:
    """A network whose state after a history is its newest token, one-hot, times ten."""
    embeddings = torch.eye(1 + len(TRAINED))
    return SimpleNamespace(
        item_model=SimpleNamespace(get_all_embeddings=lambda: embeddings),
        encode_sessions=lambda batch, items: 10 * items[batch["x"]],
        similarity_module=lambda states, items: states @ items.T,
    )


def encoder(max_length: int = 3) -> HistoryEncoder:
    return HistoryEncoder.of(one_hot_network(), TRAINED, N_ITEMS, max_length)


def tokens(*histories: list[int]) -> list[list[int]]:
    rows: list[IntArray] = [np.array(history, dtype=np.int64) for history in histories]
    found: list[list[int]] = encoder().tokens(rows).tolist()
    return found


def test_histories_are_padded_on_the_left_and_cut_to_the_newest() -> None:
    assert tokens([0], [3, 0, 1], [1, 3, 3, 0]) == [[0, 0, 2], [1, 2, 3], [1, 1, 2]]


def test_items_that_were_not_trained_on_are_skipped_before_the_cut() -> None:
    assert tokens([3, 4, 0, 2, 1, 4], [4], []) == [[1, 2, 3], [0, 0, 0], [0, 0, 0]]


def test_scores_stand_at_our_places_and_follow_the_newest_event() -> None:
    scores = encoder().scores([np.array([0, 3]), np.array([3, 1])])
    assert scores[:, TRAINED].tolist() == [[10, 0, 0], [0, 0, 10]]


def test_an_item_that_was_not_trained_on_is_below_all_others() -> None:
    assert encoder().scores([np.array([3])])[0].tolist() == [0, 0, -1, 10, -1]


def test_without_any_trained_item_everything_scores_nothing() -> None:
    assert encoder().scores([NOBODY, np.array([4, 2])]).tolist() == [[0] * N_ITEMS] * 2
