"""What telemetry is told: values, and how to read them. Knows nothing of what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.telemetry.metrics import Reading

Read = Callable[[], Iterable[Reading]]
"""What gauges and counters stand at; called whenever somebody looks, from any thread."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One recommendation in numbers."""

    model_version: str
    proposed: Mapping[str, int]
    """Items by the source that proposed them."""
    served: Mapping[str, int]
    """Results by each of their sources."""
    failed: Sequence[str]
    """Sources that failed; `ranking` alone where nothing could be ranked."""
    degraded: bool
    """Whether a trained model or a source was missing."""
    best_score: float | None
    """Of the first result; None where there is none, or where a wish is part of the scores."""
