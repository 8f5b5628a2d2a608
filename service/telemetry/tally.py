"""Tally: counters and histograms that are counted in passing.

Whoever counts or reads holds a lock, once for all that is to be counted. Owns how they become what
prometheus_client writes. Knows no metric by name.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
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


class Counts:
    """A counter, by labels."""

    def __init__(self, metric: Metric, *known: Labels) -> None:
        """`known` labels stand at 0 before anything is counted."""
        self._metric = metric
        self._counted: dict[Labels, float] = dict.fromkeys(known, 0.0)

    def add(self, labels: Labels, n: float) -> None:
        """Count n."""
        self._counted[labels] = self._counted.get(labels, 0.0) + n

    def family(self) -> Family:
        """As of now."""
        return family_of(self._metric, self._counted)


class Histograms:
    """A histogram, by labels."""

    def __init__(self, metric: Metric) -> None:
        self._metric, self._bounds = metric, tuple(metric.buckets)
        self._counts: dict[Labels, list[int]] = {}
        """Values up to each bound, from the one before; the last is beyond all of them."""
        self._sums: dict[Labels, float] = {}

    def observe(self, labels: Labels, value: float) -> None:
        """Count a value."""
        counts = self._counts.get(labels)
        if counts is None:
            counts = self._counts[labels] = [0] * (len(self._bounds) + 1)
            self._sums[labels] = 0.0
        counts[bisect_left(self._bounds, value)] += 1
        self._sums[labels] += value

    def family(self) -> Family:
        """As of now."""
        family = HistogramMetricFamily(
            self._metric.name, self._metric.help, labels=self._metric.labels
        )
        bounds = [*(str(float(bound)) for bound in self._bounds), "+Inf"]
        for labels, counts in self._counts.items():
            buckets = list(zip(bounds, accumulate(counts), strict=True))
            family.add_metric(labels, buckets, self._sums[labels])
        return family


def family_of(metric: Metric, values: Mapping[Labels, float]) -> Family:
    """A counter or a gauge, by labels."""
    kind = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
    family = kind(metric.name, metric.help, labels=metric.labels)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family
