"""Drift: whether scores are distributed as they were when the model began to serve.

The population stability index over tenths of the first scores: the sum of (p - q) ln(p / q), p and q
being the shares of the latest and of the first scores in each (Siddiqi, Credit Risk Scorecards, 2006;
the bounds people use are 0.1 and 0.25). Under no drift it is about 9 (1/n + 1/n) on average, 0.018 for
the 1,000 on each side here. The first scores are those of this process, so a restart begins anew:
they tell a change since then, and nothing of whether that was good.
"""

from __future__ import annotations

import threading
from collections import deque

import numpy as np
from numpy.typing import NDArray

N = 1_000
"""Scores on each side."""
BINS = 10
_LEAST = 1e-4
"""Share of an empty bin, so that the logarithm is finite."""


class ScoreDrift:
    """Told a score per answer; for several threads."""

    def __init__(self, n: int = N) -> None:
        self._n = n
        self._lock = threading.Lock()
        self._begin("")

    def observe(self, model_version: str, score: float) -> None:
        """Count the best score of an answer; another model begins anew."""
        with self._lock:
            if model_version != self._version:
                self._begin(model_version)
            kept = self._first if len(self._first) < self._n else self._latest
            kept.append(score)

    def psi(self) -> float | None:
        """As of now; None until there are as many as it takes on both sides."""
        with self._lock:
            if len(self._latest) < self._n:
                return None
            first, latest = np.array(self._first), np.array(self._latest)
        return psi(first, latest)

    def _begin(self, model_version: str) -> None:
        self._version = model_version
        self._first: deque[float] = deque(maxlen=self._n)
        self._latest: deque[float] = deque(maxlen=self._n)


def psi(first: NDArray[np.float64], latest: NDArray[np.float64]) -> float:
    """Of two samples (n,), (m,): 0 where each tenth of the first holds a tenth of the latest."""
    inner = np.quantile(first, np.linspace(0, 1, BINS + 1)[1:-1])
    p, q = _shares(latest, inner), _shares(first, inner)
    return float(((p - q) * np.log(p / q)).sum())


def _shares(values: NDArray[np.float64], inner: NDArray[np.float64]) -> NDArray[np.float64]:
    """(BINS,) of the values between these bounds (BINS - 1,)."""
    counts = np.bincount(np.searchsorted(inner, values), minlength=BINS)
    return np.maximum(counts / len(values), _LEAST)
