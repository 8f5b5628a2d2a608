"""A shadow: another model makes lists for a share of the calls, after they have been answered. Its
lists are compared with those that were served, and nobody ever sees them.

One thread, of the least priority, which rests as long as it has worked; what comes while it cannot
follow is dropped, and counted. Knows no requests but to pass them on.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from service.api.messages import RecommendRequest, ShadowFigures
from service.priority import SCRUBBING, give_way
from service.telemetry.drift import psi

logger = logging.getLogger(__name__)

WAITING = 16
"""Calls that may wait to be compared."""
SCORES = 1_000
"""Of the best results, kept of each of the two for their distributions."""
LEAST_SCORES = 100
PERSISTENCE = 0.9
"""Of the rank-biased overlap: the first ten places have 86 % of the weight."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A list, best first."""

    items: Sequence[int]
    best_score: float | None
    """None for an empty one."""


Rank = Callable[[RecommendRequest, int], Ranked]
"""What the shadow would serve: the list of a request, so many places of it."""


class Shadow:
    """Told of answers by several threads. Close it."""

    def __init__(self, rank: Rank, share: float, draw: Callable[[], float] = random.random) -> None:
        self._rank, self._share, self._draw = rank, share, draw
        self._waiting: queue.Queue[tuple[RecommendRequest, Ranked] | None] = queue.Queue(WAITING)
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._compared = self._dropped = self._failed = 0
        self._overlap = self._biased = self._seconds = 0.0
        self._served: list[float] = []
        self._own: list[float] = []
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)
        self._thread.start()

    def served(self, request: RecommendRequest, ranked: Ranked) -> None:
        """A list was served. Takes no time: it is compared later, or not at all."""
        if self._draw() >= self._share:
            return
        try:
            self._waiting.put_nowait((request, ranked))
        except queue.Full:
            with self._lock:
                self._dropped += 1

    def figures(self) -> ShadowFigures:
        """Of what was compared in this process."""
        with self._lock:
            n = self._compared
            enough = len(self._own) >= LEAST_SCORES
            drift = psi(np.array(self._served), np.array(self._own)) if enough else None
            return ShadowFigures(
                compared=n,
                dropped=self._dropped,
                failed=self._failed,
                overlap=self._overlap / n if n else 0.0,
                rank_biased_overlap=self._biased / n if n else 0.0,
                score_drift=drift,
                seconds=self._seconds,
            )

    def close(self) -> None:
        """End it after the comparison that it is at."""
        self._stopping.set()
        while self._thread.is_alive():
            with contextlib.suppress(queue.Full):
                self._waiting.put_nowait(None)
            self._thread.join(0.1)

    def _run(self) -> None:
        give_way(SCRUBBING)
        while (asked := self._waiting.get()) is not None and not self._stopping.is_set():
            began = perf_counter()
            self._compare(*asked)
            self._stopping.wait(perf_counter() - began)

    def _compare(self, request: RecommendRequest, served: Ranked) -> None:
        began = perf_counter()
        try:
            own = self._rank(request, len(served.items))
        except Exception:
            with self._lock:
                self._failed += 1
                first = self._failed == 1
            if first:
                logger.exception("the shadow could not rank; said once, and counted from here on")
            return
        with self._lock:
            self._compared += 1
            self._seconds += perf_counter() - began
            self._overlap += overlap(served.items, own.items)
            self._biased += rank_biased_overlap(served.items, own.items)
            if served.best_score is not None and own.best_score is not None:
                self._served.append(served.best_score)
                self._own.append(own.best_score)
                del self._served[:-SCORES], self._own[:-SCORES]


def overlap(first: Sequence[int], second: Sequence[int]) -> float:
    """Share of the longer list that both have; 1 for two empty ones.

    >>> overlap([1, 2, 3, 4], [4, 9, 1, 8]), overlap([], []), overlap([1], [])
    (0.5, 1.0, 0.0)
    """
    longest = max(len(first), len(second))
    return len(set(first) & set(second)) / longest if longest else 1.0


def rank_biased_overlap(first: Sequence[int], second: Sequence[int]) -> float:
    """Agreement of two lists that weighs the first places most (Webber, Moffat and Zobel, ACM TOIS
    2010), of so many places as there are: 1 for equal lists, 0 for lists without a common item.

    >>> rank_biased_overlap([1, 2, 3], [1, 2, 3]), rank_biased_overlap([1], [2])
    (1.0, 0.0)
    >>> round(rank_biased_overlap([1, 2], [2, 1]), 3)  # nothing of 1, all of 2
    0.474
    """
    depth = max(len(first), len(second))
    weights = PERSISTENCE ** np.arange(depth)
    if not depth:
        return 1.0
    agreements = [len(set(first[:d]) & set(second[:d])) / d for d in range(1, depth + 1)]
    return float(weights @ np.array(agreements) / weights.sum())
