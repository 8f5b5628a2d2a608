"""A network of the second stage as it serves, in NumPy: a linear part plus a small hidden layer, and
where there are several event types one more linear part.

C candidates, F signals, H event types. `service.ranker.training.blend_net` fits one. Knows no items
and no people.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from service.ranker.data.arrays import FloatArray
from service.ranker.layers import LET_OVERFLOW, Linear, Weights, check_shapes, gelu, served_map
from service.ranker.second_stage.scale import Scale

_HIDDEN = {"hidden.0.weight": 0, "hidden.0.bias": 0, "hidden.3.weight": 1}
"""The weights of the hidden units, and the axis along which the units stand."""


class BlendNetwork:
    """(..., C, F) signals -> (..., C) scores. Safe to share between threads."""

    def __init__(self, weights: Weights, task_shares: Sequence[float] = ()) -> None:
        """ValueError where weights are missing or do not fit together; they are kept and not
        copied."""
        n_inputs, n_hidden = 2 * len(weights["mean"]), len(weights["hidden.0.bias"])
        check_shapes(weights, _shapes(n_inputs, n_hidden, len(task_shares)))
        self.weights, self.task_shares = weights, tuple(task_shares)
        self.mean, self._deviation = weights["mean"], weights["deviation"]
        self._widen = Linear.of(weights, "hidden.0")
        self._narrow = weights["hidden.3.weight"][0]  # (hidden,)
        self._linear = weights["linear.weight"][0]  # (2F,)
        if task_shares:  # one linear map more, which may as well be added to the linear part
            self._linear = self._linear + served_map(weights["tasks.maps"], task_shares)[:, 0]

    @classmethod
    def linear(cls, weights: Sequence[float]) -> Self:
        """Of weights (2F,) alone: of the signals as they are, and of the signals against what is
        usual."""
        n_inputs = len(weights)
        shapes = _shapes(n_inputs, 1, 0)
        zeros = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
        given = {
            "deviation": np.ones(n_inputs // 2, np.float32),
            "linear.weight": np.array([weights], np.float32),
        }
        return cls(zeros | given)

    @classmethod
    def mean_of(cls, nets: Sequence[Self]) -> Self:
        """One network whose score is the mean of the scores of `nets`, at least one, which
        standardise alike: their hidden units side by side (bagging, Breiman 1996, at the price of
        one network)."""
        every = [net.weights for net in nets]
        joined = {
            name: np.concatenate([one[name] for one in every], axis)
            for name, axis in _HIDDEN.items()
        }
        joined["hidden.3.weight"] /= np.float32(len(nets))
        rest: dict[str, FloatArray] = {
            name: np.stack([one[name] for one in every]).mean(axis=0)
            for name in every[0].keys() - joined.keys()
        }
        return cls(joined | rest, nets[0].task_shares)

    def inputs(self, signals: FloatArray, scale: Scale) -> FloatArray:
        """(..., F) -> (..., 2F): standardised over all lists, and relative to the query."""
        return inputs_of(signals, self.mean, self._deviation, scale)

    @LET_OVERFLOW
    def score(self, signals: FloatArray, scale: Scale) -> FloatArray:
        """What is served."""
        inputs = self.inputs(signals, scale)
        scores: FloatArray = inputs @ self._linear + gelu(self._widen(inputs)) @ self._narrow
        return scores


def inputs_of(
    signals: FloatArray, mean: FloatArray, deviation: FloatArray, scale: Scale
) -> FloatArray:
    """Signals (..., F) as a network with this mean and deviation, (F,) each, takes them, (..., 2F)."""
    both = np.concatenate([(signals - mean) / deviation, scale.relative(signals)], axis=-1)
    return both.astype(np.float32, copy=False)


def _shapes(n_inputs: int, n_hidden: int, n_tasks: int) -> dict[str, tuple[int, ...]]:
    """The shape of every weight, by its name."""
    shapes: dict[str, tuple[int, ...]] = {
        "mean": (n_inputs // 2,),
        "deviation": (n_inputs // 2,),
        "linear.weight": (1, n_inputs),
        "hidden.0.weight": (n_hidden, n_inputs),
        "hidden.0.bias": (n_hidden,),
        "hidden.3.weight": (1, n_hidden),
    }
    return shapes | ({"tasks.maps": (n_tasks, n_inputs, 1)} if n_tasks else {})
