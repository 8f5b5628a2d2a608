"""Popularity: which items are the head and the tail of a catalogue. Knows no lists and no people."""

from __future__ import annotations

import numpy as np

from service.ranker.data.arrays import BoolArray, IntArray

HEAD_SHARE = 0.1
TAIL_SHARE = 0.5


def popularity_groups(counts: IntArray, live: BoolArray) -> dict[str, BoolArray]:
    """Groups of the live items (N,) by how often they were chosen, `counts` (N,): the most chosen
    tenth, the least chosen half, and of all those without any event; each (N,). Of items that were
    chosen equally often the later stand higher.

    >>> groups = popularity_groups(np.array([5, 0, 9, 1] + [2] * 6), np.ones(10, bool))
    >>> [np.flatnonzero(members).tolist() for members in groups.values()]
    [[2], [1, 3, 4, 5, 6], [1]]
    """
    present = np.flatnonzero(live)
    place = np.full(len(live), -1)
    place[present[np.argsort(counts[present], kind="stable")]] = np.arange(len(present))
    return {
        "head": live & (place >= (1 - HEAD_SHARE) * len(present)),
        "tail": live & (place < TAIL_SHARE * len(present)),
        "cold": live & (counts == 0),
    }
