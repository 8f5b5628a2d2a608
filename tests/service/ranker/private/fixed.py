"""Noise that is the same every time, for tests: a release is a function of the log then."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from service.ranker.private.noise import DiscreteGaussian


def fixed_bytes(seed: int = 0) -> Callable[[int], bytes]:
    """A source whose next bytes are known."""
    return np.random.default_rng(seed).bytes


class Silent(DiscreteGaussian):
    """No noise at all: what is released is what was counted."""

    def __init__(self, deviation: int) -> None:
        self.deviation = deviation

    def draw(self, n: int) -> np.ndarray:
        return np.zeros(n, np.int64)


def fixed(seed: int = 0) -> Callable[[int], DiscreteGaussian]:
    """The noise of a release; each of its deviations begins anew."""
    return lambda deviation: DiscreteGaussian(deviation, fixed_bytes(seed))
