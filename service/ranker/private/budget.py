"""Budget: what a release tells of one person, as one number that adds up.

The number is the rho of zero-concentrated differential privacy (zCDP; Bun and Steinke, arXiv
1605.02065): a Gaussian of deviation s on a statistic that one person moves by at most d, in the L2
norm, costs rho = d^2 / (2 s^2), and what is released one after the other costs the sum. People know
epsilon and delta; this file goes from one to the other. Knows no statistics.
"""

from __future__ import annotations

import math

from scipy import optimize

_SMALLEST, _LARGEST = -12.0, 12.0
"""Bounds of log(order - 1) in the search for the best order."""


def epsilon_of(rho: float, delta: float) -> float:
    """The epsilon that rho costs at this delta; 0 for nothing.

    min over a > 1 of  a rho + (log(1 / delta) + (a - 1) log(1 - 1 / a) - log(a)) / (a - 1),
    Proposition 12 of Canonne, Kamath and Steinke (arXiv 2004.00010). Every order a gives a bound that
    holds, so a search that misses the best one errs to the safe side.
    """
    if rho <= 0:
        return 0.0

    def at(log_order: float) -> float:
        above = math.exp(log_order)
        order = 1 + above
        rest = math.log(1 / delta) + above * math.log(above / order) - math.log(order)
        return order * rho + rest / above

    found = optimize.minimize_scalar(at, bounds=(_SMALLEST, _LARGEST), method="bounded")
    return max(float(found.fun), 0.0)


def rho_of(epsilon: float, delta: float) -> float:
    """The rho that may be spent for this epsilon, above 0, at this delta.

    >>> round(epsilon_of(rho_of(8.0, 1e-5), 1e-5), 6)
    8.0
    """
    largest = epsilon + 1  # an epsilon is larger than its rho, but for a delta nobody would take
    rho = float(optimize.brentq(lambda rho: epsilon_of(rho, delta) - epsilon, 1e-12, largest))
    while epsilon_of(rho, delta) > epsilon:  # the root is found from either side
        rho *= 1 - 1e-9
    return rho
