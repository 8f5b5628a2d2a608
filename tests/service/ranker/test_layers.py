"""Layers in NumPy: what PyTorch computes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from service.ranker.layers import (
    Linear,
    Norm,
    check_shapes,
    erf,
    gelu,
    served_map,
    sigmoid,
    softmax,
    under,
)

RNG = np.random.default_rng(0)
X = RNG.normal(scale=3, size=(2, 3, 4)).astype(np.float32)
WIDE = np.linspace(-30, 30, 6001, dtype=np.float32)


def test_a_linear_map_and_a_normalisation_are_those_of_pytorch() -> None:
    linear, norm = torch.nn.Linear(4, 5), torch.nn.LayerNorm(4)
    torch.nn.init.normal_(norm.weight)
    torch.nn.init.normal_(norm.bias)
    with torch.inference_mode():
        mapped, normal = linear(torch.from_numpy(X)).numpy(), norm(torch.from_numpy(X)).numpy()
    weights = {
        f"{name}.{part}": value.numpy()
        for name, module in (("a", linear), ("b", norm))
        for part, value in module.state_dict().items()
    }
    np.testing.assert_allclose(Linear.of(weights, "a")(X), mapped, atol=1e-5)
    np.testing.assert_allclose(Norm.of(weights, "b")(X), normal, atol=1e-5)


def test_equal_numbers_are_normalised_to_the_bias() -> None:
    norm = Norm(np.ones(4, np.float32), np.full(4, 2.0, np.float32))
    assert norm(np.full((1, 4), 7.0, np.float32)).tolist() == [[2.0] * 4]


def test_the_error_function_is_that_of_the_standard_library() -> None:
    np.testing.assert_allclose(erf(WIDE), [math.erf(x) for x in WIDE], atol=5e-7)


def test_activations_are_those_of_pytorch() -> None:
    tensor = torch.from_numpy(WIDE)
    np.testing.assert_allclose(gelu(WIDE), torch.nn.functional.gelu(tensor), atol=3e-6, rtol=3e-7)
    np.testing.assert_allclose(sigmoid(WIDE), torch.sigmoid(tensor), atol=3e-7)


def test_shares_sum_to_one_and_what_is_ruled_out_has_none() -> None:
    shares = softmax(np.array([[0.0, 0.0, -np.inf], [1000.0, -1000.0, -np.inf]], np.float32))
    assert shares.tolist() == [[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]


def test_what_is_served_is_the_mean_of_the_tasks_by_their_shares() -> None:
    maps = RNG.normal(size=(3, 4, 2)).astype(np.float32)
    expected = 0.25 * maps[1] + 0.75 * maps[2]
    np.testing.assert_allclose(served_map(maps, (0.0, 0.25, 0.75)), expected, rtol=1e-6)


def test_weights_of_a_part_are_those_that_begin_with_its_name() -> None:
    weights = {"a.b.c": X, "a.d": X, "ab.c": X}
    assert set(under(weights, "a.")) == {"b.c", "d"}


@pytest.mark.parametrize(
    ("shapes", "why"),
    [
        ({"a": (2, 3)}, "weight b has the shape .2,., its configuration says None"),
        ({"a": (2, 3), "b": (2,), "c": ()}, "weight c has the shape None"),
        ({"a": (3, 2), "b": (2,)}, "weight a has the shape .2, 3., its configuration says .3, 2."),
    ],
)
def test_weights_of_other_shapes_are_named(shapes: dict[str, tuple[int, ...]], why: str) -> None:
    weights = {"a": np.zeros((2, 3), np.float32), "b": np.zeros(2, np.float32)}
    check_shapes(weights, {"a": (2, 3), "b": (2,)})
    with pytest.raises(ValueError, match=why):
        check_shapes(weights, shapes)
