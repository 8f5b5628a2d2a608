"""The page of a server's metrics, read for people: what goes on now, between two looks at it.

Owns the arithmetic: rates, and quantiles of histograms, as Prometheus has them. Which metrics there
are is `service.telemetry.metrics`. Prints nothing.
"""

from __future__ import annotations

import math
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http.client import HTTPException

from prometheus_client.parser import text_string_to_metric_families

from service.errors import StoreUnavailable
from service.telemetry import metrics as m
from service.telemetry.metrics import Metric

TIMEOUT_S = 5.0
_START = "process_start_time_seconds"
_MEMORY = "process_resident_memory_bytes"
_TODO = (
    "set server.metrics and start the server, or name its page with --metrics, and a key with --key-file where it asks"
    " for one"
)

Labels = tuple[tuple[str, str], ...]
"""Names and values, by name."""
Samples = Mapping[str, Mapping[Labels, float]]
"""By the name of the sample."""


@dataclass(frozen=True, slots=True)
class Page:
    """What stood there when it was read."""

    at: float
    """Unix seconds."""
    samples: Samples

    def value(self, name: str, **labels: str) -> float | None:
        """Of one sample; None where there is none."""
        return self.samples.get(name, {}).get(tuple(sorted(labels.items())))

    def summed(self, name: str, by: str) -> Mapping[str, float]:
        """Values of a sample, added up by one of its labels."""
        sums: dict[str, float] = defaultdict(float)
        for labels, value in self.samples.get(name, {}).items():
            sums[dict(labels).get(by, "")] += value
        return sums


@dataclass(frozen=True, slots=True)
class Calls:
    """Of one method, or of one tenant, within the time that is looked at."""

    name: str
    calls_per_s: float
    errors_per_s: float
    p50_ms: float | None
    """None without a call."""
    p99_ms: float | None


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue."""

    name: str
    pending: int
    capacity: int
    shed_per_s: float


@dataclass(frozen=True, slots=True)
class Vitals:
    """A server at a glance."""

    serving: bool
    over_s: float
    """What rates and quantiles are over."""
    methods: Sequence[Calls]
    """Those that were called, by name."""
    tenants: Sequence[Calls]
    """Those that called, by name, and together those that metrics do not name; none where the server
    has no tenants."""
    reasons_per_s: Mapping[str, float]
    """Errors, by reason, where there were any."""
    queues: Sequence[Queue]
    model: str
    model_age_s: float | None
    """None where none is trained."""
    degraded_share: float | None
    """Of the recommendations; None without one."""
    failing_sources: Sequence[str]
    events_behind: int | None
    """Events that popularity does not know."""
    drift: float | None
    items: int
    memory_bytes: int


def read(url: str, key: str = "") -> Page:
    """The page as it is now, by a key where the server asks for one. StoreUnavailable where none can
    be read."""
    try:
        request = urllib.request.Request(url)
        if key:
            request.add_unredirected_header("Authorization", f"Bearer {key}")
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as page:
            text = page.read().decode("utf-8")
        return page_of(text, time.time())
    except (OSError, HTTPException, ValueError) as error:
        raise StoreUnavailable(f"metrics at {url}", str(error), _TODO) from error


def page_of(text: str, at: float) -> Page:
    """What a page says."""
    samples: dict[str, dict[Labels, float]] = defaultdict(dict)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            samples[sample.name][tuple(sorted(sample.labels.items()))] = sample.value
    return Page(at, samples)


def vitals(before: Page | None, now: Page) -> Vitals:
    """What went on since `before`; without one, or after a restart, since the server began."""
    started = now.value(_START)
    if before is None or before.value(_START) != started:
        before = Page(now.at if started is None else started, {})
    over_s = max(now.at - before.at, 1e-3)
    failed = _risen(before, now, m.SOURCE_FAILED.name, "source")
    answers = _risen(before, now, m.ANSWERS.name, "").get("", 0.0)
    degraded = _risen(before, now, m.DEGRADED.name, "").get("", 0.0)
    reasons = _risen(before, now, m.ERRORS.name, "reason")
    trained = now.value(m.MODEL_TRAINED.name)
    return Vitals(
        serving=now.value(m.SERVING.name) == 1,
        over_s=over_s,
        methods=[
            replace(calls, name=calls.name.rpartition("/")[2])
            for calls in _calls(before, now, over_s, m.CALL_DURATION, m.ERRORS)
        ],
        tenants=list(_calls(before, now, over_s, m.TENANT_CALL_DURATION, m.TENANT_ERRORS)),
        reasons_per_s={reason: n / over_s for reason, n in sorted(reasons.items())},
        queues=_queues(before, now, over_s),
        model=next(iter(now.summed(m.MODEL_INFO.name, "version")), ""),
        model_age_s=now.at - trained if trained else None,
        degraded_share=degraded / answers if answers else None,
        failing_sources=sorted(failed),
        events_behind=_events_behind(now),
        drift=now.value(m.SCORE_DRIFT.name),
        items=int(now.value(m.ITEMS.name) or 0),
        memory_bytes=int(now.value(_MEMORY) or 0),
    )


def quantile(q: float, upto: Mapping[float, float]) -> float | None:
    """Of a histogram, by the counts up to each bound; linear within a bucket, and the highest finite
    bound beyond it, as Prometheus does. None where it is empty."""
    bounds = sorted(upto)
    total = upto[bounds[-1]] if bounds else 0.0
    if not total:
        return None
    below, lower = 0.0, 0.0
    for bound in bounds:
        if upto[bound] >= q * total:
            if math.isinf(bound):
                return lower
            within = upto[bound] - below
            share = (q * total - below) / within if within else 1.0
            return lower + share * (bound - lower)
        below, lower = upto[bound], bound
    return lower


def _calls(
    before: Page, now: Page, over_s: float, durations: Metric, errors: Metric
) -> Iterator[Calls]:
    """By the label that both metrics have in common."""
    (by,) = set(durations.labels) & set(errors.labels)
    failed = _risen(before, now, errors.name, by)
    buckets: dict[str, dict[float, float]] = defaultdict(lambda: defaultdict(float))
    bucket = f"{durations.name}_bucket"
    for labels, value in now.samples.get(bucket, {}).items():
        risen = value - before.samples.get(bucket, {}).get(labels, 0.0)
        of = dict(labels)
        buckets[of[by]][float(of["le"])] += risen
    for name, n in sorted(_risen(before, now, f"{durations.name}_count", by).items()):
        p50, p99 = (_ms(quantile(q, buckets[name])) for q in (0.5, 0.99))
        yield Calls(name, n / over_s, failed.get(name, 0.0) / over_s, p50, p99)


def _queues(before: Page, now: Page, over_s: float) -> list[Queue]:
    capacity = now.summed(m.QUEUE_CAPACITY.name, "queue")
    shed = _risen(before, now, m.QUEUE_SHED.name, "queue")
    return [
        Queue(queue, int(pending), int(capacity.get(queue, 0)), shed.get(queue, 0.0) / over_s)
        for queue, pending in now.summed(m.QUEUE_PENDING.name, "queue").items()
    ]


def _events_behind(now: Page) -> int | None:
    known = now.summed(m.NEWEST_EVENT.name, "known_to")
    if "log" not in known or "popularity" not in known:
        return None
    return int(known["log"] - known["popularity"])


def _risen(before: Page, now: Page, name: str, by: str) -> dict[str, float]:
    """By how much counters rose, by one of their labels; those that did not are left out. One that
    fell began anew."""
    then = before.summed(name, by)
    risen = {
        label: value - then.get(label, 0.0) if value >= then.get(label, 0.0) else value
        for label, value in now.summed(name, by).items()
    }
    return {label: n for label, n in risen.items() if n > 0}


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000
