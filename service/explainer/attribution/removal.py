"""Removal: the smallest set of things without which a result would not be on its list.

A search over sets, by a function that measures how far the result stays above the last place of the
list. It does not know scores, items or words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Set = frozenset[int]
Margins = Callable[[Sequence[Set]], NDArray[np.floating[Any]]]
"""(S,) how far the result stays above the line without each of S sets; below 0 where it drops
off."""
DropsOff = Callable[[Set], bool]
"""Whether the result drops off the list without a set. It decides: it may be slower and more exact
than `Margins`."""


def smallest_removal(n: int, margins: Margins, limit: int, drops_off: DropsOff) -> Set:
    """At most `limit` of n things, none of which can be spared; empty where so few do not do it.

    Greedy, then thinned out: one thing where one is enough, and never one too many. Of larger sets
    it is not always the smallest there is, for which all of them would have to be tried.
    """
    chosen: Set = frozenset()
    while len(chosen) < min(limit, n):
        larger = [chosen | {i} for i in range(n) if i not in chosen]
        chosen, margin = _lowest(larger, margins)
        if margin < 0 and drops_off(chosen):
            return _thinned(chosen, margins, drops_off)
    return frozenset()


def _thinned(chosen: Set, margins: Margins, drops_off: DropsOff) -> Set:
    """The set without the members that can be spared."""
    while len(chosen) > 1:
        smaller = [chosen - {i} for i in sorted(chosen)]
        fewer, margin = _lowest(smaller, margins)
        if margin >= 0 or not drops_off(fewer):
            break
        chosen = fewer
    return chosen


def _lowest(sets: Sequence[Set], margins: Margins) -> tuple[Set, float]:
    """The set with the lowest margin, and that margin."""
    measured = margins(sets)
    place = int(np.argmin(measured))
    return sets[place], float(measured[place])
