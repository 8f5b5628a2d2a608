"""Noise: the discrete Gaussian, drawn exactly from the operating system's cryptographic generator.

Real numbers are rounded by a computer, and the pattern of the rounding may tell what noise was added
to (Mironov 2012, "On significance of the least significant bits for differential privacy"). So
statistics are whole numbers here, and so is the noise: P(k) proportional to exp(-k^2 / (2 s^2)), which
costs no more than a Gaussian of the same deviation (Canonne, Kamath and Steinke, arXiv 2004.00010,
Theorem 14). Knows no statistics.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable
from decimal import Decimal, localcontext

import numpy as np

from service.ranker.data.arrays import IntArray

BITS = 128
"""Of the probabilities: all draws of a release together differ from the exact ones by less than
2^-80 in total variation."""
TAILS = 14
"""Deviations on either side; beyond lies less than 2^-128."""
_WORD = 64
_DIGITS = 70

Source = Callable[[int], bytes]
"""So many random bytes."""


class DiscreteGaussian:
    """Whole numbers around 0 of one deviation."""

    def __init__(self, deviation: int, source: Source = os.urandom) -> None:
        """`deviation` is at least 1, in units of the whole numbers. A `source` other than the
        operating system's is for tests."""
        if deviation < 1:
            raise ValueError(f"a deviation of {deviation} is below 1, the grid of the statistics")
        self._source = source
        self._largest = TAILS * deviation
        self._bounds = _cumulated(deviation, self._largest)
        """P(up to k) in units of 2^-BITS, for k from -largest on."""
        self._high = np.array([bound >> _WORD for bound in self._bounds[:-1]], dtype=np.uint64)

    def draw(self, n: int) -> IntArray:
        """(n,) independent draws."""
        high = np.frombuffer(self._source(8 * n), dtype=np.uint64)
        places = np.searchsorted(self._high, high, side="right")
        # Where the first word does not decide, which is next to never, a second one does.
        undecided = (places > 0) & (self._high[places - 1] == high)
        for one in np.flatnonzero(undecided).tolist():
            low = int.from_bytes(self._source(8), "little")
            places[one] = bisect_right(self._bounds, (int(high[one]) << _WORD) + low)
        draws: IntArray = places.astype(np.int64) - self._largest
        return draws


def _cumulated(deviation: int, largest: int) -> list[int]:
    """(2 largest + 1,) in units of 2^-BITS; the last is 1."""
    with localcontext() as context:
        context.prec = _DIGITS
        # exp(-(k + 1)^2 / 2 s^2) = exp(-k^2 / 2 s^2) * step, and step falls by exp(-1 / s^2) each time.
        variance = Decimal(deviation) ** 2
        falls, step = (-1 / variance).exp(), (-1 / (2 * variance)).exp()
        half = [Decimal(1)]
        for _ in range(largest):
            half.append(half[-1] * step)
            step *= falls
        weights = [*reversed(half[1:]), *half]
        unit = Decimal(2**BITS) / sum(weights)
        bounds, total = [], Decimal(0)
        for weight in weights:
            total += weight
            bounds.append(int(total * unit))
    return [*bounds[:-1], 2**BITS]
