"""The conditional logit: what traits of the alternatives are worth to who chose among them. Array
work; knows no people and no items.

McFadden, Conditional logit analysis of qualitative choice behavior, 1974. Alternatives may be a
uniform sample of those there were: the estimate stays consistent (McFadden, Modelling the choice of
residential location, 1978).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RIDGE = 1e-2
"""Of the penalty RIDGE / 2 * sum of squared weights: keeps a trait that nothing depends on at 0."""
STEPS = 50
TOLERANCE = 1e-8
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Logit:
    """Weights of F traits."""

    weights: Floats
    """(F,) logits per unit of the trait."""
    errors: Floats
    """(F,) standard errors."""
    log_likelihood: float
    """Of all cases, without the penalty."""


def fit_logit(traits: Floats) -> Logit:
    """From n cases of A alternatives, traits (n, A, F); the first alternative is what was chosen.
    Newton's method: the likelihood is concave.

    Of four who could have one of two things, three chose the one with the trait:

    >>> with_it, without = [[1.0], [0.0]], [[0.0], [1.0]]
    >>> fitted = fit_logit(np.array([with_it, with_it, with_it, without] * 500))
    >>> bool(abs(fitted.weights[0] - np.log(3 / 1)) < 1e-3)
    True
    """
    n_traits = traits.shape[2]
    weights = np.zeros(n_traits)
    curvature = RIDGE * np.eye(n_traits)
    for _ in range(STEPS):
        chances = _chances(traits, weights)  # (n, A)
        expected = np.einsum("na,naf->nf", chances, traits)
        slope = (traits[:, 0] - expected).sum(axis=0) - RIDGE * weights
        spread = np.einsum("na,naf,nag->fg", chances, traits, traits, optimize=True)
        curvature = spread - expected.T @ expected + RIDGE * np.eye(n_traits)
        step = np.linalg.solve(curvature, slope)
        weights = weights + step
        if np.abs(step).max(initial=0.0) < TOLERANCE:
            break
    errors = np.sqrt(np.diag(np.linalg.inv(curvature)))
    return Logit(weights, errors, log_likelihood(traits, weights))


def log_likelihood(traits: Floats, weights: Floats) -> float:
    """Of the first alternative of each of n cases, traits (n, A, F), under the weights (F,)."""
    return float(np.log(_chances(traits, weights)[:, 0]).sum())


def _chances(traits: Floats, weights: Floats) -> Floats:
    """(n, A)"""
    utility = traits @ weights
    utility -= utility.max(axis=1, keepdims=True)
    odds = np.exp(utility)
    chances: Floats = odds / odds.sum(axis=1, keepdims=True)
    return chances
