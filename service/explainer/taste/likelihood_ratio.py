"""Likelihood ratio: how unlikely counts are under a common share.

The statistic G as Dunning defines it for counts that may be small: Accurate Methods for the
Statistics of Surprise and Coincidence, Computational Linguistics 19(1), 1993. This module does not
know what is counted.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy  # its parts are loaded when they are used
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.floating[Any]]


def g_of_excess(count: float, total: float, share: float) -> float:
    """G of `count` out of `total` where `share` (0 to 1) is usual; 0 where it is no more than that.

    >>> round(g_of_excess(10, 10, 0.5), 2)  # 2 * 10 * ln 2
    13.86
    >>> g_of_excess(4, 10, 0.5)
    0.0
    """
    if not 0 < share < 1 or count <= share * total:
        return 0.0
    others = max(total - count, 0.0)
    g = scipy.special.rel_entr(count, total * share) + scipy.special.rel_entr(
        others, total * (1 - share)
    )
    return float(2 * g)


def g_of_difference(
    count: ArrayLike, total: ArrayLike, other_count: ArrayLike, other_total: ArrayLike
) -> FloatArray:
    """G of two counts out of two totals against one common share, element by element.

    Totals are above 0; the arguments are broadcast against each other.
    """
    a, n = np.asarray(count, float), np.asarray(total, float)
    b, m = np.asarray(other_count, float), np.asarray(other_total, float)
    share = (a + b) / (n + m)
    g = scipy.special.rel_entr(a, n * share) + scipy.special.rel_entr(n - a, n * (1 - share))
    g += scipy.special.rel_entr(b, m * share) + scipy.special.rel_entr(m - b, m * (1 - share))
    twice: FloatArray = 2 * g
    return twice


def p_value(g: float) -> float:
    """Probability of such a G, or a larger one in the same direction, by chance.

    Half the tail of chi-square with 1 degree of freedom.

    >>> round(p_value(2.706), 3)
    0.05
    """
    return 0.5 * math.erfc(math.sqrt(max(g, 0.0) / 2))
