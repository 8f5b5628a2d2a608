"""How sure a mean is: intervals over people, so that figures of few of them are read as what they
are.

The normal approximation with the sandwich estimate of clustered data (Liang and Zeger 1986): cases
of one person count as one observation. Knows no systems.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from service.ranker.data.arrays import FloatArray, IntArray

CONFIDENCE = 0.95


def standard_error(values: FloatArray, people: IntArray | None = None) -> float:
    """Of the mean of `values` (n,), where the same number in `people` (n,) is one person, by default
    a person each. 0 for fewer than two people.

    >>> standard_error(np.array([0.0, 1.0, 0.0, 1.0])) == (4 * 0.25 / 3 / 4) ** 0.5
    True
    >>> standard_error(np.array([0.0, 0.0, 1.0, 1.0]), np.array([7, 7, 9, 9])) == 0.5
    True
    """
    rest = values - values.mean() if len(values) else values
    if people is not None:
        rest = np.bincount(np.unique(people, return_inverse=True)[1], rest)
    n_people = len(rest)
    if n_people < 2:
        return 0.0
    variance = float(rest @ rest) * n_people / (n_people - 1)
    return float(np.sqrt(variance)) / len(values)


def with_interval(
    name: str, values: FloatArray, people: IntArray | None = None, *, least: float = 0.0
) -> dict[str, float]:
    """The mean under `name`, and the bounds of its interval, within `least`..1, under `name/low` and
    `name/high`; nothing for no values."""
    if not len(values):
        return {}
    mean, half = float(values.mean()), margin(CONFIDENCE) * standard_error(values, people)
    bounds = {"low": max(mean - half, least), "high": min(mean + half, 1.0)}
    return {
        name: round(mean, 5),
        **{f"{name}/{bound}": round(value, 5) for bound, value in bounds.items()},
    }


def margin(confidence: float) -> float:
    """Standard errors on either side of a mean that hold it with this confidence, 0..1.

    >>> round(margin(0.95), 2)
    1.96
    """
    return float(ndtri(0.5 + confidence / 2))
