"""Tests that may be looked at again and again: whenever one says no, it was wrong with at most the
probability ALPHA over all looks there ever are.

    a difference of rates   the mixture sequential probability ratio test with a normal mixture
                            (Robbins 1970; Johari, Koomen, Pekelis and Walsh, "Peeking at A/B tests",
                            KDD 2017), with the variance of clustered people (Deng, Knoblich and Lu,
                            "Applying the delta method in metric analytics", KDD 2018)
    errors                  the sequential probability ratio test of Wald (1945) on which of the two
                            had the error: as often as it is asked, or twice as often

Each gives a likelihood ratio, whose threshold is 1 / ALPHA by the inequality of Ville. Knows no
models and no events.
"""

from __future__ import annotations

import math

ALPHA = 0.05 / 3
"""Of each of the three tests of a canary, so that all of them together are wrong once in 20."""
THRESHOLD = 1 / ALPHA
EFFECT = 0.2
"""The mixture's spread, as a share of the rate that is compared with: where the test is quickest. It
holds for every effect."""
WORSE = 2.0
"""How many times as many errors are looked for."""


def rate_ratio(difference: float, variance: float, spread: float) -> float:
    """How much likelier a difference of this size is under a normal mixture of this spread than
    under none.

    >>> rate_ratio(0.0, 1.0, 1.0) == 0.5**0.5
    True
    >>> rate_ratio(3.0, 1.0, 1.0) == 0.5**0.5 * math.exp(9 / 4)
    True
    """
    if not 0 < variance < math.inf or not spread:
        return 1.0
    both = variance + spread**2
    exponent = difference**2 * spread**2 / (2 * variance * both)
    return math.sqrt(variance / both) * math.exp(min(exponent, 500.0))


def error_ratio(errors: int, others: int, share: float) -> float:
    """How much likelier these errors are if whoever is asked this share (0..1) of the time has
    WORSE times as many as the others for each call, than if both have as many.

    >>> round(error_ratio(1, 0, 0.5), 3), round(error_ratio(0, 1, 0.5), 3)
    (1.333, 0.667)
    """
    if not 0 < share < 1:
        return 1.0
    worse = WORSE * share / (WORSE * share + 1 - share)
    exponent = errors * math.log(worse / share) + others * math.log((1 - worse) / (1 - share))
    return math.exp(min(exponent, 500.0))
