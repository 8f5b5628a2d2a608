"""How long calls of each kind take, as measured, for who has to say how long a queue will take.

The mean is smoothed as round-trip times are (Jacobson, "Congestion avoidance and control", SIGCOMM
1988; RFC 6298): recent calls count more, and no calls need to be kept. Unlike there, one call counts
at most as a few: on a busy machine some calls stand still for a while, and those after them should
not be refused for it. Knows nothing of queues.
"""

from __future__ import annotations

_GAIN = 1 / 16
"""Of the newest call: a change of load is known after two dozen calls."""
_MOST = 4.0
"""Means that one call counts as, at most."""


class ServiceTimes:
    """Smoothed seconds by kind. The caller keeps threads apart."""

    def __init__(self) -> None:
        self._mean_s: dict[str, float] = {}

    def expected_s(self, kind: str) -> float:
        """Seconds that a call of this kind takes; 0 before the first."""
        return self._mean_s.get(kind, 0.0)

    def took(self, kind: str, seconds: float) -> None:
        """A call has taken so long in its thread."""
        mean = self._mean_s.get(kind) or seconds
        counted = min(seconds, _MOST * mean)
        self._mean_s[kind] = mean + _GAIN * (counted - mean)
