"""A network of the second stage as it serves: equal to the module that was trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from service.ranker.second_stage.blend_network import BlendNetwork
from service.ranker.second_stage.scale import Scale
from service.ranker.training.blend_net import BlendNet
from tests.service.ranker.planted import UNSCALED


def module(
    n_signals: int, n_hidden: int, task_shares: Sequence[float] = (), seed: int = 0
) -> BlendNet:
    """With random weights."""
    torch.manual_seed(seed)
    net = BlendNet(n_signals, n_hidden, 0.1, task_shares).eval()
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter)
    net.mean.copy_(torch.arange(n_signals) / 2)
    net.deviation.copy_(1 + torch.arange(n_signals))
    return net


def scale_of(*spread: float) -> Scale:
    return replace(UNSCALED, shift=np.arange(len(spread)), spread=np.array(spread, np.float32))


def test_both_views_of_the_signals_are_read() -> None:
    """Standardised by the network, and relative to the query."""
    net = module(2, 3).network()
    signals = np.array([[3.0, 6.5], [1.0, 0.5]], np.float32)
    expected = [[3, 3, 6, 0], [1, 0, 2, 0]]
    np.testing.assert_allclose(net.inputs(signals, scale_of(0.5, 0.0)), expected)


@given(
    seed=st.integers(0, 2**31),
    n_signals=st.integers(1, 30),
    n_hidden=st.integers(1, 40),
    n_tasks=st.integers(0, 3),
    batch=st.lists(st.integers(0, 9), min_size=1, max_size=3),
)
def test_scores_are_those_of_the_module(
    seed: int, n_signals: int, n_hidden: int, n_tasks: int, batch: list[int]
) -> None:
    """Of whatever weights, however many lists are scored at once."""
    shares = tuple(np.random.default_rng(seed).dirichlet(np.ones(n_tasks))) if n_tasks else ()
    net = module(n_signals, n_hidden, shares, seed)
    rng = np.random.default_rng(seed)
    signals = rng.normal(scale=3, size=(*batch, n_signals)).astype(np.float32)
    scale = scale_of(*rng.random(n_signals))
    network = net.network()
    inputs = torch.from_numpy(network.inputs(signals, scale)).reshape(-1, 2 * n_signals)
    with torch.inference_mode():
        by_task = net(inputs)  # (C, H)
    weights = torch.tensor(shares or (1.0,), dtype=torch.float32)
    expected = (by_task @ weights).numpy().reshape(batch)
    scores = network.score(signals, scale)
    assert scores.shape == tuple(batch)
    assert scores.dtype == np.float32
    assert np.abs(scores - expected).max(initial=0) <= 1e-5 * np.abs(expected).max(initial=1)


@pytest.mark.parametrize("task_shares", [(), (0.25, 0.75)])
def test_the_mean_of_networks_is_one_network_that_scores_their_mean(
    task_shares: tuple[float, ...],
) -> None:
    nets = [
        module(2, n_hidden, task_shares, seed).network() for seed, n_hidden in enumerate((3, 4))
    ]
    signals, scale = np.random.default_rng(0).normal(size=(5, 2)), scale_of(0.5, 0.0)
    expected = np.mean([net.score(signals, scale) for net in nets], axis=0)
    scores = BlendNetwork.mean_of(nets).score(signals, scale)
    np.testing.assert_allclose(scores, expected, atol=1e-5)


def test_a_linear_one_weighs_the_signals_as_they_are_and_then_against_what_is_usual() -> None:
    net = BlendNetwork.linear([1.0, 10.0, 100.0, 1000.0])
    signals = np.array([[3.0, 5.0]], np.float32)
    assert net.score(signals, scale_of(1.0, 2.0)).tolist() == [3 + 50 + 300 + 2000]


def test_weights_that_do_not_fit_together_are_refused() -> None:
    weights = dict(module(2, 3).network().weights)
    with pytest.raises(ValueError, match=r"hidden.3.weight has the shape \(1, 2\), .* \(1, 3\)"):
        BlendNetwork(weights | {"hidden.3.weight": np.zeros((1, 2), np.float32)})
    with pytest.raises(ValueError, match=r"tasks\.maps has the shape None"):
        BlendNetwork(weights, (0.5, 0.5))
