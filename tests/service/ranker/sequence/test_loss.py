"""The sampled softmax by arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from service.ranker.sequence.loss import sampled_softmax

STATES = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
TARGETS = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
NEGATIVES = torch.tensor([[0.0, 1.0], [1.0, 0.0], [-1.0, 0.0]])
NONE_IS_TARGET = torch.zeros(2, 3, dtype=torch.bool)


def nll(target: float, *negatives: float) -> float:
    """Negative log-likelihood of a logit among others."""
    logits = np.array([target, *negatives])
    return float(np.log(np.exp(logits).sum()) - target)


def test_it_is_the_cross_entropy_of_the_target_among_the_negatives() -> None:
    loss = sampled_softmax(STATES, TARGETS, NEGATIVES, NONE_IS_TARGET)
    expected = (nll(1, 0, 1, -1) + nll(2, 2, 0, 0)) / 2
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_a_negative_that_is_the_target_itself_does_not_count() -> None:
    is_target = torch.tensor([[False, True, False], [True, False, False]])
    loss = sampled_softmax(STATES, TARGETS, NEGATIVES, is_target)
    assert float(loss) == pytest.approx((nll(1, 0, -1) + nll(2, 0, 0)) / 2, rel=1e-5)


def test_logits_are_corrected_by_how_likely_an_item_was_to_be_drawn() -> None:
    log_q = torch.tensor([-1.0, -2.0, -3.0])
    target_log_q = torch.tensor([-4.0, -5.0])
    loss = sampled_softmax(STATES, TARGETS, NEGATIVES, NONE_IS_TARGET, log_q, target_log_q)
    expected = (nll(5, 1, 3, 2) + nll(7, 3, 2, 3)) / 2
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_targets_count_by_their_weights() -> None:
    weights = torch.tensor([3.0, 1.0])
    loss = sampled_softmax(STATES, TARGETS, NEGATIVES, NONE_IS_TARGET, weights=weights)
    expected = (3 * nll(1, 0, 1, -1) + nll(2, 2, 0, 0)) / 4
    assert float(loss) == pytest.approx(expected, rel=1e-5)
