"""Times that lie ahead of the clock: of events that were recorded while it was wrong.

What is sent with such a time is refused (`indexer.catalog.fields.timestamp`). Where the machine's own
clock was ahead they got into the log, and would stand before everything that came after them until
that time has come. Knows nothing of where events are kept.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.fields import MAX_AHEAD_S


def latest_plausible(now: float | None = None) -> float:
    """No event that is recorded now may be later than that, Unix seconds."""
    return (time.time() if now is None else now) + MAX_AHEAD_S


def settled(
    times: Sequence[float] | NDArray[np.float64], latest: float, newest: float = -np.inf
) -> NDArray[np.float64]:
    """(n,) the times of events in the order in which they were recorded; one after `latest` counts
    as of the newest of those before it. `newest` is that before the first.

    >>> settled([10, 99, 12, 98], latest=50).tolist()
    [10.0, 10.0, 12.0, 12.0]
    """
    given = np.asarray(times, dtype=np.float64)
    ahead = given > latest
    if not ahead.any():
        return given
    plausible = given[~ahead]
    if newest == -np.inf:
        newest = plausible.min() if len(plausible) else latest - MAX_AHEAD_S
    known = np.maximum.accumulate(np.where(ahead, newest, given))
    return np.where(ahead, np.maximum(known, newest), given)
