"""The sequence model as it serves: equal to the module that was trained, and what must hold whatever
the weights are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from service.ranker.data.history import History
from service.ranker.sequence.inference import embed_items, history_states
from service.ranker.sequence.model import SequenceModel
from service.ranker.sequence.network import SequenceNetwork, Steps, shapes_of, time_spans
from service.ranker.sequence.sequences import Sequences
from service.ranker.sequence.shape import ModelShape
from tests.service.ranker.planted import SMALL, features

N = 20
SHAPE = ModelShape(
    n_ids=N, modality_dims={"text": 8}, n_domains=1, n_tags=1, n_event_types=3, max_history=6
)


def module(
    seed: int, shape: ModelShape = SHAPE, *, n_blocks: int = 1, n_heads: int = 1
) -> SequenceModel:
    """With random weights, biases and all."""
    torch.manual_seed(seed)
    config = replace(SMALL, n_blocks=n_blocks, n_heads=n_heads)
    model = SequenceModel(config, shape).eval()
    for name, parameter in model.named_parameters():
        if "norm" in name or "bias" in name:
            torch.nn.init.normal_(parameter, 1.0 if "weight" in name else 0.0, 0.3)
        elif parameter.ndim == 2 and "blocks" not in name:
            torch.nn.init.normal_(parameter, std=0.5)
        elif name == "tasks.maps":
            torch.nn.init.normal_(parameter, std=0.2)
    return model


def random_steps(rng: np.random.Generator, lengths: list[int], n_types: int) -> Steps:
    """Histories of these lengths, padded at the left to the longest."""
    B, T = len(lengths), max(lengths)
    times = np.cumsum(np.exp(rng.uniform(-3, 20, (B, T))), axis=1)
    return Steps(
        vectors=rng.normal(size=(B, T, SMALL.dim)).astype(np.float32),
        event_types=rng.integers(0, n_types, (B, T)),
        times=np.floor(times) + 1.5e9,
        present=np.arange(T) >= T - np.array(lengths)[:, None],
    )


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**31),
    lengths=st.lists(st.integers(1, 6), min_size=1, max_size=7),
    n_blocks=st.integers(1, 3),
    n_heads=st.sampled_from([1, 2, 4]),
    shares=st.sampled_from([(), (0.0, 0.25, 0.75)]),
)
def test_states_are_those_of_the_module(
    seed: int, lengths: list[int], n_blocks: int, n_heads: int, shares: tuple[float, ...]
) -> None:
    """Whatever the weights, the padding and the number of histories."""
    model = module(seed, replace(SHAPE, task_shares=shares), n_blocks=n_blocks, n_heads=n_heads)
    steps = random_steps(np.random.default_rng(seed), lengths, SHAPE.n_event_types)
    with torch.inference_mode():
        expected = model(*(torch.from_numpy(array) for array in steps))[:, -1]  # (B, D)
        if model.tasks is not None:
            expected = expected + torch.einsum(
                "bho,h->bo", model.tasks(expected), torch.tensor(shares)
            )
    found = model.network().newest(steps)
    assert found.dtype == np.float32
    scale = max(1.0, float(expected.abs().max()))
    assert np.abs(found - expected.numpy()).max() <= 1e-5 * scale


@pytest.mark.parametrize("shares", [(), (0.25, 0.75)])
def test_weights_are_named_and_shaped_as_those_of_the_module(shares: tuple[float, ...]) -> None:
    shape = replace(SHAPE, modality_dims={"text": 8, "image": 5}, task_shares=shares)
    config = replace(SMALL, n_blocks=2, n_heads=2)
    there = {
        name: tuple(value.shape)
        for name, value in SequenceModel(config, shape).state_dict().items()
    }
    assert shapes_of(config, shape) == there


def test_weights_of_another_configuration_are_refused() -> None:
    weights = module(0).network().weights
    with pytest.raises(ValueError, match=r"blocks.1.mlp.0.bias has the shape None"):
        SequenceNetwork(replace(SMALL, n_blocks=2), SHAPE, weights)
    with pytest.raises(ValueError, match=r"position.weight has the shape \(6, 16\), .* \(9, 16\)"):
        SequenceNetwork(SMALL, replace(SHAPE, max_history=9), weights)


def test_a_network_keeps_its_weights_while_the_module_is_trained_further() -> None:
    model = module(0)
    network = model.network()
    before = network.weights["position.weight"].copy()
    with torch.no_grad():
        model.position.weight.fill_(9.0)
    np.testing.assert_array_equal(network.weights["position.weight"], before)


def test_spans_of_time_double() -> None:
    times = np.array([[0, 1, 3, 3 + 4, 3 + 2**20, 1.5e9]])
    assert time_spans(times, times)[0, :, 0].tolist() == [0, 1, 2, 3, 21, 31]
    assert time_spans(times, times)[0, 0].tolist() == [0] * 6
    assert time_spans(times + 1.7e9, times + 1.7e9)[0, 2, 1] == 2


@pytest.fixture(scope="module")
def model() -> SequenceNetwork:
    torch.manual_seed(0)
    return SequenceModel(SMALL, SHAPE).network()


@pytest.fixture(scope="module")
def vectors(model: SequenceNetwork) -> np.ndarray:
    return embed_items(model, features(N), np.arange(N))


def states(model: SequenceNetwork, vectors: np.ndarray, *histories: list[int]) -> np.ndarray:
    return history_states(
        model, vectors, Sequences.of(History.of(np.array(one, np.int64)) for one in histories)
    )


def test_padding_does_not_change_states(model: SequenceNetwork, vectors: np.ndarray) -> None:
    alone = states(model, vectors, [1, 2])
    beside_a_longer_one = states(model, vectors, [1, 2], [3, 4, 5, 6, 7])
    np.testing.assert_allclose(alone[0], beside_a_longer_one[0], atol=1e-5)


def test_order_matters(model: SequenceNetwork, vectors: np.ndarray) -> None:
    first, second = states(model, vectors, [1, 2], [2, 1])
    assert np.abs(first - second).max() > 1e-3


def test_time_between_events_matters_as_far_as_it_was_learned_and_the_moment_does_not(
    vectors: np.ndarray,
) -> None:
    torch.manual_seed(0)
    untimed = SequenceModel(SMALL, SHAPE)
    at = [[0, 60, 120], [0, 60, 9e5], [1.7e9, 1.7e9 + 60, 1.7e9 + 120], [0, 0, 0]]
    histories = Sequences.of(
        History.of(np.array([1, 2, 3]), times=np.array(times, float)) for times in at
    )
    unlearned = history_states(untimed.network(), vectors, histories)
    np.testing.assert_allclose(unlearned, unlearned[[0, 0, 0, 0]], atol=1e-6)
    torch.nn.init.normal_(untimed.time_span.weight)
    minutes, days, later, unknown = history_states(untimed.network(), vectors, histories)
    assert np.abs(minutes - days).max() > 1e-3
    assert np.abs(minutes - unknown).max() > 1e-3
    np.testing.assert_allclose(minutes, later, atol=1e-5)


def test_only_the_newest_events_are_read(model: SequenceNetwork, vectors: np.ndarray) -> None:
    long, short = states(model, vectors, [9, 9, 9, 1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6])
    np.testing.assert_allclose(long, short, atol=1e-5)


def test_an_empty_history_has_a_zero_state(model: SequenceNetwork, vectors: np.ndarray) -> None:
    assert not states(model, vectors, [])[0].any()
