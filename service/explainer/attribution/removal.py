"""Removal: the smallest set of things without which a result would not be on its list.

A search over sets, by whatever measures how far the result stays above the line. Knows no scores,
items or words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Margins = Callable[[Sequence[frozenset[int]]], NDArray[np.floating[Any]]]
"""How far the result stays above the line without each of these sets, below 0 where it falls under
it."""


def removal(
    n: int, margins: Margins, limit: int, falls: Callable[[frozenset[int]], bool]
) -> frozenset[int]:
    """At most `limit` of n things, none of which can be spared; empty where so few do not do it.

    Greedy, then thinned out: one thing where one will do, and never one too many; of larger sets
    not always the smallest there is, for which all of them would have to be tried. `falls` has the
    last word on a set: it may be dearer, and more exact, than `margins`.
    """
    chosen: frozenset[int] = frozenset()
    while len(chosen) < min(limit, n):
        chosen, margin = _lowest([chosen | {i} for i in range(n) if i not in chosen], margins)
        if margin < 0 and falls(chosen):
            return _thinned(chosen, margins, falls)
    return frozenset()


def _thinned(
    chosen: frozenset[int], margins: Margins, falls: Callable[[frozenset[int]], bool]
) -> frozenset[int]:
    while len(chosen) > 1:
        fewer, margin = _lowest([chosen - {i} for i in sorted(chosen)], margins)
        if margin >= 0 or not falls(fewer):
            break
        chosen = fewer
    return chosen


def _lowest(sets: Sequence[frozenset[int]], margins: Margins) -> tuple[frozenset[int], float]:
    found = margins(sets)
    place = int(np.argmin(found))
    return sets[place], float(found[place])
