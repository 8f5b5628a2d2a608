"""Layers of the networks that serve, in NumPy: what PyTorch computes where it trained them.

Pure functions and small values over float32 arrays; the networks that serve are narrow, so this is as
quick as a library for large ones, and nothing has to be imported for it. Knows no networks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from service.ranker.data.arrays import FloatArray

Weights = Mapping[str, FloatArray]
"""By name, as PyTorch calls them."""
LET_OVERFLOW = np.errstate(over="ignore", invalid="ignore")
"""For a network, whose weights may each be finite and its products not: as PyTorch has it, that is no
warning, and whoever reads what comes of it looks (`service.ranker.checkpoint`)."""
EPSILON = 1e-5
"""Of a normalisation, so that nothing is divided by zero."""
_ROOT_HALF = np.float32(0.5**0.5)
_ERF_ABOVE = np.array(
    [
        -2.72614225801306e-10,
        2.77068142495902e-08,
        -2.10102402082508e-06,
        -5.69250639462346e-05,
        -7.34990630326855e-04,
        -2.95459980854025e-03,
        -1.60960333262415e-02,
    ],
    np.float32,
)
_ERF_BELOW = np.array(
    [
        -1.45660718464996e-05,
        -2.13374055278905e-04,
        -1.68282697438203e-03,
        -7.37332916720468e-03,
        -1.42647390514189e-02,
    ],
    np.float32,
)
_ERF_LIMIT = np.float32(4)


class Linear(NamedTuple):
    """x W^T + b."""

    weight: FloatArray
    """(n_out, n_in)"""
    bias: FloatArray | float
    """(n_out,), or 0"""

    @classmethod
    def of(cls, weights: Weights, name: str) -> Self:
        return cls(weights[f"{name}.weight"], weights.get(f"{name}.bias", 0.0))

    def __call__(self, x: FloatArray) -> FloatArray:
        """(..., n_in) -> (..., n_out), as one product of two matrices."""
        flat = x.reshape(-1, x.shape[-1]) @ self.weight.T
        flat += self.bias
        return flat.reshape(*x.shape[:-1], len(self.weight))


class Norm(NamedTuple):
    """Layer normalisation (arXiv 1607.06450)."""

    weight: FloatArray
    """(D,)"""
    bias: FloatArray
    """(D,)"""

    @classmethod
    def of(cls, weights: Weights, name: str) -> Self:
        return cls(weights[f"{name}.weight"], weights[f"{name}.bias"])

    def __call__(self, x: FloatArray) -> FloatArray:
        """(..., D) -> (..., D)"""
        centred: FloatArray = x - x.mean(axis=-1, keepdims=True)
        variance = np.einsum("...d,...d->...", centred, centred)[..., None] / x.shape[-1]
        centred /= np.sqrt(variance + EPSILON)
        centred *= self.weight
        centred += self.bias
        return centred


def gelu(x: FloatArray) -> FloatArray:
    """x times the normal distribution's share below x (arXiv 1606.08415).

    >>> [round(float(y), 4) for y in gelu(np.array([0.0, 1.0], np.float32))]
    [0.0, 0.8413]
    """
    share = erf(x * _ROOT_HALF)
    share += 1
    share *= x
    halved: FloatArray = np.multiply(share, np.float32(0.5), out=share)
    return halved


def erf(x: FloatArray) -> FloatArray:
    """The error function to 5e-7: x P(x^2) / Q(x^2), the minimax approximation of Eigen and XLA for
    float32. That of `scipy.special` takes six times as long, and half of the time that scoring takes."""
    x = np.clip(x, -_ERF_LIMIT, _ERF_LIMIT)
    square = x * x
    x *= _polynomial(_ERF_ABOVE, square)
    x /= _polynomial(_ERF_BELOW, square)
    return x


def _polynomial(coefficients: FloatArray, x: FloatArray) -> FloatArray:
    """By Horner, the highest power first."""
    total = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        total *= x
        total += coefficient
    return total


def sigmoid(x: FloatArray) -> FloatArray:
    """1 / (1 + exp(-x)), in a form that does not overflow."""
    halves: FloatArray = np.tanh(x * np.float32(0.5))
    halves += 1
    halves *= np.float32(0.5)
    return halves


def softmax(logits: FloatArray) -> FloatArray:
    """(..., K) -> (..., K) shares that sum to 1, written in place of the logits; at least one of each
    K is finite."""
    logits -= logits.max(axis=-1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=-1, keepdims=True)
    return logits


def served_map(maps: FloatArray, shares: Sequence[float]) -> FloatArray:
    """(n_in, n_out) what all tasks by their shares add, of the linear map (H, n_in, n_out) of each."""
    served: FloatArray = np.einsum("h,hio->io", np.array(shares, np.float32), maps)
    return served


def under(weights: Weights, prefix: str) -> dict[str, FloatArray]:
    """Those whose names begin with the prefix, without it."""
    return {
        name.removeprefix(prefix): array
        for name, array in weights.items()
        if name.startswith(prefix)
    }


def check_shapes(weights: Weights, expected: Mapping[str, tuple[int, ...]]) -> None:
    """ValueError where a weight is missing, there is one too many, or one has another shape."""
    found: Mapping[str, Any] = {name: array.shape for name, array in weights.items()}
    for name in sorted({*found, *expected}):
        if found.get(name) != expected.get(name):
            raise ValueError(
                f"weight {name} has the shape {found.get(name)}, its configuration says "
                f"{expected.get(name)}"
            )
