"""Common random numbers: the chance of a person in a round is the same under every policy.

A number is a hash of what it is for, so it depends neither on the order of the draws nor on what else
was drawn, and two policies that show the same item to the same person in the same round meet the
same mood. Differences between policies are then paired (Law, Simulation Modeling and Analysis,
ch. 11: common random numbers). Knows no people and no items, only their numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.ranker.data.arrays import IntArray

NOTHING = -1
"""The number of taking nothing."""
LEAVING = -2
"""The number of leaving."""


def uniform(seed: int, person: int, round: int, items: IntArray) -> NDArray[np.float64]:
    """(len(items),) in the open interval from 0 to 1."""
    state = _mixed(np.array([seed], np.uint64))
    for part in (person, round):
        state = _mixed(state ^ np.uint64(part))
    bits = _mixed(items.astype(np.int64).view(np.uint64) ^ state)
    return (np.asarray(bits >> np.uint64(11), np.float64) + 0.5) / 2.0**53


def gumbel(seed: int, person: int, round: int, items: IntArray) -> NDArray[np.float64]:
    """(len(items),) of the standard Gumbel distribution: the largest of utility + noise is a draw
    from the multinomial logit (McFadden 1974)."""
    draws: NDArray[np.float64] = -np.log(-np.log(uniform(seed, person, round, items)))
    return draws


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): every bit depends on every bit."""
    mixed = state + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    spread: NDArray[np.uint64] = mixed ^ (mixed >> np.uint64(31))
    return spread
