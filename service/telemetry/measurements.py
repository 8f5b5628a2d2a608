"""Measurements: the metrics of a server, counted by prometheus_client.

What happens is counted as it happens; what stands somewhere is read when somebody looks, so that it
costs a call nothing. prometheus_client is a few pure Python files that need no others; counting by the
SDK of OpenTelemetry takes several times as long (`python -m benchmarks.telemetry`), and its exporter
for Prometheus is a beta that needs prometheus_client as well.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from service.errors import STATUS
from service.ranker.stopwatch import Stopwatch
from service.telemetry import metrics as m
from service.telemetry.drift import ScoreDrift
from service.telemetry.metrics import Kind, Metric, Reading
from service.telemetry.told import Listed, Read

OTHER = "OTHER"
"""The label of a reason that is not of our errors, such as a plug-in's."""
_REASONS = {error.reason for error in STATUS} | {"UNEXPECTED"}

logger = logging.getLogger(__name__)


class Measurements:
    """For several threads."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._drift = ScoreDrift()
        self._duration = _Histogram(m.CALL_DURATION, self.registry)
        self._errors = _Counter(m.ERRORS, self.registry)
        self._stages = _Histogram(m.STAGE_DURATION, self.registry)
        self._sources = _Histogram(m.SOURCE_DURATION, self.registry)
        self._proposed = _Counter(m.PROPOSED, self.registry)
        self._served = _Counter(m.SERVED, self.registry)
        self._failed = _Counter(m.SOURCE_FAILED, self.registry)
        self._answers = _Counter(m.ANSWERS, self.registry)
        self._degraded = _Counter(m.DEGRADED, self.registry)
        self._read = _Readings()
        self.registry.register(self._read)
        self.watch("drift", self._drifted)

    def ended(self, method: str, status: str, reason: str, seconds: float) -> None:
        """See `Telemetry.ended`."""
        name = method.removeprefix("/")
        self._duration.observe(seconds, "grpc", name, status)
        if reason:
            self._errors.add(1, name, reason if reason in _REASONS else OTHER)

    def stages(self, watch: Stopwatch) -> None:
        """See `Telemetry.stages`."""
        for lap in watch.laps:
            self._stages.observe(lap.end_s - lap.start_s, lap.name)
        for part in watch.parts:
            self._sources.observe(part.end_s - part.start_s, part.name)

    def listed(self, listed: Listed) -> None:
        """See `Telemetry.listed`."""
        self._answers.add(1)
        if listed.degraded:
            self._degraded.add(1)
        for source, n in listed.proposed.items():
            self._proposed.add(n, source)
        for source, n in listed.served.items():
            self._served.add(n, source)
        for source in listed.failed:
            self._failed.add(1, source)
        if listed.best_score is not None:
            self._drift.observe(listed.model_version, listed.best_score)

    def watch(self, name: str, read: Read) -> None:
        """See `Telemetry.watch`."""
        self._read.put(name, read)

    def unwatch(self, name: str) -> None:
        """See `Telemetry.unwatch`."""
        self._read.remove(name)

    def _drifted(self) -> Iterator[Reading]:
        psi = self._drift.psi()
        if psi is not None:
            yield Reading(m.SCORE_DRIFT, psi)


class _Counter:
    """A counter, its children at hand: looking them up takes longer than counting."""

    def __init__(self, metric: Metric, registry: CollectorRegistry) -> None:
        assert metric.kind is Kind.COUNTER
        self._counter = Counter(metric.name, metric.help, metric.labels, registry=registry)
        self._children: dict[tuple[str, ...], Counter] = (
            {} if metric.labels else {(): self._counter}
        )

    def add(self, n: float, *labels: str) -> None:
        child = self._children.get(labels)
        if child is None:
            child = self._children[labels] = self._counter.labels(*labels)
        child.inc(n)


class _Histogram:
    """The same for a histogram."""

    def __init__(self, metric: Metric, registry: CollectorRegistry) -> None:
        assert metric.kind is Kind.HISTOGRAM
        self._histogram = Histogram(
            metric.name, metric.help, metric.labels, registry=registry, buckets=metric.buckets
        )
        self._children: dict[tuple[str, ...], Histogram] = {}

    def observe(self, value: float, *labels: str) -> None:
        child = self._children.get(labels)
        if child is None:
            child = self._children[labels] = self._histogram.labels(*labels)
        child.observe(value)


class _Readings(Collector):
    """Reads whatever is watched. What cannot be read is left out, and the log says so: the others
    are wanted then more than ever."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[str, Read] = {}

    def put(self, name: str, read: Read) -> None:
        with self._lock:
            self._watched[name] = read

    def remove(self, name: str) -> None:
        with self._lock:
            self._watched.pop(name, None)

    def collect(self) -> Iterator[Any]:
        with self._lock:
            watched = dict(self._watched)
        by_metric: dict[Metric, list[Reading]] = defaultdict(list)
        for name, read in watched.items():
            try:
                for reading in read():
                    by_metric[reading.metric].append(reading)
            except Exception:
                logger.warning("%s could not be read for its metrics", name, exc_info=True)
        for metric, readings in by_metric.items():
            kind = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
            family = kind(metric.name, metric.help, labels=metric.labels)
            for reading in readings:
                family.add_metric(reading.labels, reading.value)
            yield family
