"""How sure a share or a mean is that was measured on people who were counted several times.

    share   the score interval of Wilson (1927) with the effective sample size of a clustered sample,
            for which Dean and Pagano (2015, "Evaluating confidence interval methods for binomial
            proportions in clustered surveys") find the best coverage; it stays within 0..1, and has
            a width where nothing or everything was met
    mean    the normal interval

Both with the variance of clustered data (Liang and Zeger 1986: what one person did is one
observation) and with Student's t for as many people as there are less one. Knows no events.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # its parts are loaded when they are used: lists need few of them
from numpy.typing import NDArray

from service.ranker.data.arrays import IntArray

CONFIDENCE = 0.95
Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Rate:
    """A share or a mean with its 95 % interval."""

    value: float
    low: float
    high: float


def share(hits: Floats, people: IntArray, weights: Floats | None = None) -> Rate | None:
    """Of `hits` (n,), each 0 or 1, where the same small number in `people` (n,) is one person; with
    `weights` (n,) each counts so much. None where there is nothing to count, or one person alone.

    >>> people = np.arange(100)
    >>> rate = share((people < 20).astype(float), people)  # one observation each: Wilson's, with t
    >>> f"{rate.value:.3f} [{rate.low:.3f}, {rate.high:.3f}]"
    '0.200 [0.132, 0.290]'
    """
    n_people = n_different(people)
    if n_people < 2:
        return None
    weight: Floats = np.ones(len(hits)) if weights is None else weights
    mean = float(hits @ weight / weight.sum())
    n = float(weight.sum() ** 2 / (weight @ weight))  # Kish (1965)
    variance = clustered_variance(hits, people, weight)
    # Of independent observations the variance would be mean (1 - mean) / n. Where all are alike it
    # tells nothing of how people differ, and each of them counts once.
    n_effective = mean * (1 - mean) / variance if variance > 0 else float(n_people)
    n_effective = min(n_effective, n)
    t = quantile(n_people)
    centre = (mean + t**2 / (2 * n_effective)) / (1 + t**2 / n_effective)
    half = t / (1 + t**2 / n_effective)
    half *= math.sqrt(mean * (1 - mean) / n_effective + t**2 / (4 * n_effective**2))
    return Rate(mean, max(0.0, min(mean, centre - half)), min(1.0, max(mean, centre + half)))


def mean(values: Floats, people: IntArray) -> Rate | None:
    """Of `values` (n,), as `share`."""
    n_people = n_different(people)
    if n_people < 2:
        return None
    middle = float(values.mean())
    half = quantile(n_people) * math.sqrt(clustered_variance(values, people))
    return Rate(middle, middle - half, middle + half)


def of_influences(value: float, influences: Floats, n_people: int) -> Rate | None:
    """Of any figure of so many people, from what each of them moves it by: `influences`, which sum to
    0 (the infinitesimal jackknife, Jaeckel 1972). None for fewer than two people."""
    if n_people < 2:
        return None
    variance = float(influences @ influences) * n_people / (n_people - 1)
    half = quantile(n_people) * math.sqrt(variance)
    return Rate(value, value - half, value + half)


def clustered_variance(values: Floats, people: IntArray, weights: Floats | None = None) -> float:
    """Of the mean of `values` (n,), by the sandwich estimate over people. Infinite for fewer than
    two.

    >>> clustered_variance(np.array([0.0, 1.0, 0.0, 1.0]), np.arange(4)) == 4 * 0.25 / 3 / 4
    True
    >>> clustered_variance(np.array([0.0, 0.0, 1.0, 1.0]), np.array([7, 7, 9, 9])) == 0.25
    True
    """
    if not len(values):
        return math.inf
    n_people = n_different(people)
    if n_people < 2:
        return math.inf
    weight: Floats = np.ones(len(values)) if weights is None else weights
    mean = values @ weight / weight.sum()
    rest = np.bincount(people, weight * (values - mean))  # those who are not there add nothing
    return float(rest @ rest) * n_people / (n_people - 1) / float(weight.sum()) ** 2


def quantile(n_people: int) -> float:
    """Standard errors on either side that hold CONFIDENCE with so many people.

    >>> round(quantile(10_000), 2), round(quantile(5), 2)
    (1.96, 2.78)
    """
    return float(scipy.special.stdtrit(n_people - 1, 0.5 + CONFIDENCE / 2))


def n_different(numbers: IntArray) -> int:
    """How many different small numbers there are."""
    return int(np.count_nonzero(np.bincount(numbers)))
