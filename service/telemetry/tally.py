"""Tally: counters and histograms that are counted in passing.

Whoever counts holds the lock, once for all that is to be counted. Owns how a tally becomes what
prometheus_client writes. Knows no metric by name.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import TypeAlias

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric as Family

from service.telemetry.metrics import Kind, Metric

Labels: TypeAlias = tuple[str, ...]
"""In the order of the metric's."""


class _Observed:
    """One histogram."""

    __slots__ = ("counts", "total")

    def __init__(self, n_bounds: int) -> None:
        self.counts = [0] * (n_bounds + 1)
        """Up to each bound, from the one before; the last is beyond all of them."""
        self.total = 0.0


class Tally:
    """Hold `lock` to count."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._counted: dict[str, dict[Labels, float]] = {}
        self._observed: dict[str, dict[Labels, _Observed]] = {}
        self._metrics: dict[str, Metric] = {}

    def add(self, metric: Metric, labels: Labels, n: float) -> None:
        """Count n."""
        counted = self._counted.get(metric.name)
        if counted is None:
            self._metrics[metric.name] = metric
            counted = self._counted[metric.name] = {}
        counted[labels] = counted.get(labels, 0.0) + n

    def observe(self, metric: Metric, labels: Labels, value: float) -> None:
        """Count a value of a histogram."""
        by_labels = self._observed.get(metric.name)
        if by_labels is None:
            self._metrics[metric.name] = metric
            by_labels = self._observed[metric.name] = {}
        observed = by_labels.get(labels)
        if observed is None:
            observed = by_labels[labels] = _Observed(len(metric.buckets))
        observed.counts[bisect_left(metric.buckets, value)] += 1
        observed.total += value

    def families(self) -> Iterator[Family]:
        """As of now; takes the lock."""
        with self.lock:
            families = [
                *(family_of(self._metrics[name], of) for name, of in self._counted.items()),
                *(_histogram(self._metrics[name], of) for name, of in self._observed.items()),
            ]
        yield from families


def family_of(metric: Metric, values: Mapping[Labels, float]) -> Family:
    """A counter or a gauge, by labels."""
    kind = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
    family = kind(metric.name, metric.help, labels=metric.labels)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def _histogram(metric: Metric, by_labels: Mapping[Labels, _Observed]) -> Family:
    family = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    bounds = [*(str(float(bound)) for bound in metric.buckets), "+Inf"]
    for labels, observed in by_labels.items():
        buckets = list(zip(bounds, accumulate(observed.counts), strict=True))
        family.add_metric(labels, buckets, observed.total)
    return family
