"""Measurements: the metrics of a server.

What happens is counted as it happens, under one lock for all that is told at once; what stands
somewhere is read when somebody looks, so that it costs a call nothing. prometheus_client writes the
page: a few pure Python files that need no others. Its own counters, with a lock each, take four times
as long as these, and those of OpenTelemetry's SDK thirty times (`python -m benchmarks.telemetry`); the
SDK's exporter for Prometheus is a beta that needs prometheus_client as well.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from service.errors import STATUS
from service.ranker.stopwatch import Stopwatch
from service.telemetry import metrics as m
from service.telemetry.drift import N, ScoreDrift
from service.telemetry.metrics import Metric, Reading
from service.telemetry.tally import Counts, Histograms, family_of
from service.telemetry.told import Listed, Read

OTHER = "OTHER"
"""The label of a reason that is not of our errors, such as a plug-in's, and of tenants that are not named."""
_NO_TENANT = "TENANT_REFUSED"
"""Of calls for what may be no tenant at all."""
_REASONS = {error.reason for error in STATUS} | {"UNEXPECTED"}

logger = logging.getLogger(__name__)


class Measurements:
    """For several threads."""

    def __init__(self, drift_of: int = N, max_tenants: int = 0) -> None:
        """`drift_of` answers on each side are compared for drift. So many tenants are told apart."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._drift = ScoreDrift(drift_of)
        self._lock = threading.Lock()
        self._calls = Histograms(m.CALL_DURATION)
        self._errors = Counts(m.ERRORS)
        self._tenant_calls = Histograms(m.TENANT_CALL_DURATION)
        self._tenant_errors = Counts(m.TENANT_ERRORS)
        self._named, self._max_tenants = set[str](), max_tenants
        self._stages = Histograms(m.STAGE_DURATION)
        self._sources = Histograms(m.SOURCE_DURATION)
        self._answers = Counts(m.ANSWERS, ())
        self._degraded = Counts(m.DEGRADED, ())
        self._proposed = Counts(m.PROPOSED)
        self._served = Counts(m.SERVED)
        self._failed = Counts(m.SOURCE_FAILED)
        self._read = _Readings()
        self.registry.register(_Counted(self._families))
        self.registry.register(self._read)
        self.watch("drift", self._drifted)

    def ended(
        self, method: str, status: str, reason: str, seconds: float, tenant: str = ""
    ) -> None:
        """See `Telemetry.ended`. `tenant` is whose catalogue was called, if anybody's."""
        name = method.removeprefix("/")
        known = reason if reason in _REASONS else OTHER
        with self._lock:
            self._calls.observe(("grpc", name, status), seconds)
            if reason:
                self._errors.add((name, known), 1)
            if tenant:
                of = self._name_of(tenant, reason)
                self._tenant_calls.observe((of,), seconds)
                if reason:
                    self._tenant_errors.add((of, known), 1)

    def stages(self, watch: Stopwatch) -> None:
        """See `Telemetry.stages`."""
        with self._lock:
            for name, start_s, end_s in watch.laps:
                self._stages.observe((name,), end_s - start_s)
            for name, start_s, end_s in watch.parts:
                self._sources.observe((name,), end_s - start_s)

    def listed(self, listed: Listed) -> None:
        """See `Telemetry.listed`."""
        with self._lock:
            self._answers.add((), 1)
            self._degraded.add((), listed.degraded)
            for source, n in listed.proposed.items():
                self._proposed.add((source,), n)
            for source, n in listed.served.items():
                self._served.add((source,), n)
            for source in listed.failed:
                self._failed.add((source,), 1)
        if listed.best_score is not None:
            self._drift.observe(listed.model_version, listed.best_score)

    def watch(self, name: str, read: Read) -> None:
        """See `Telemetry.watch`."""
        self._read.put(name, read)

    def unwatch(self, name: str) -> None:
        """See `Telemetry.unwatch`."""
        self._read.remove(name)

    def _name_of(self, tenant: str, reason: str) -> str:
        """As metrics call it."""
        if tenant not in self._named:
            if reason == _NO_TENANT or len(self._named) >= self._max_tenants:
                return OTHER
            self._named.add(tenant)
        return tenant

    def _families(self) -> list[Family]:
        with self._lock:
            return [
                self._calls.family(),
                self._errors.family(),
                self._tenant_calls.family(),
                self._tenant_errors.family(),
                self._stages.family(),
                self._sources.family(),
                self._answers.family(),
                self._degraded.family(),
                self._proposed.family(),
                self._served.family(),
                self._failed.family(),
            ]

    def _drifted(self) -> Iterator[Reading]:
        psi = self._drift.psi()
        if psi is not None:
            yield Reading(m.SCORE_DRIFT, psi)


class _Counted(Collector):
    """What was counted."""

    def __init__(self, families: Callable[[], Iterable[Family]]) -> None:
        self._families = families

    def collect(self) -> Iterable[Family]:
        return self._families()


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
            yield family_of(metric, {tuple(one.labels): one.value for one in readings})
