"""The table of metrics: the one place where their names, units and labels are.

Names follow Prometheus: the unit at the end, `_total` after a counter. That of the calls is the one
of the semantic conventions of OpenTelemetry for RPC, `rpc.server.call.duration` in seconds (before
they were stable it was `rpc.server.duration` in milliseconds), as its exporters write it for
Prometheus. What may be a label is bounded: methods, codes, reasons of our errors, stages, sources,
queues, the first tenants; never an id of a user, an item, an answer or a request.

Dashboards and alerts name these, so they are never renamed. Knows nothing of who measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

CALL_BUCKETS_S = (
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 60.0, 600.0,
)  # fmt: skip
"""Those of the semantic conventions, with room below for answers from memory and above for trainings."""
STAGE_BUCKETS_S = (
    0.0001,
    0.00025,
    0.0005,
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.5,
    1.0,
    10.0,
)


class Kind(StrEnum):
    """What Prometheus calls the type."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric."""

    name: str
    kind: Kind
    help: str
    labels: Sequence[str] = ()
    buckets: Sequence[float] = ()
    """Upper bounds of a histogram, in its unit."""


def _counter(name: str, help: str, *labels: str) -> Metric:
    return Metric(name, Kind.COUNTER, help, labels)


def _gauge(name: str, help: str, *labels: str) -> Metric:
    return Metric(name, Kind.GAUGE, help, labels)


# calls

CALL_DURATION = Metric(
    "rpc_server_call_duration_seconds",
    Kind.HISTOGRAM,
    "Calls, from when they came in until they were answered or refused.",
    ("rpc_system_name", "rpc_method", "rpc_response_status_code"),
    CALL_BUCKETS_S,
)
ERRORS = _counter(
    "palate_errors_total",
    "Calls that ended with an error, by the machine-readable reason that the caller was told.",
    "rpc_method",
    "reason",
)
CALLS_IN_FLIGHT = _gauge("palate_calls_in_flight", "Calls that are being answered.")
SERVING = _gauge("palate_serving", "1 while the server takes calls, 0 while it loads or stops.")
STAGE_DURATION = Metric(
    "palate_stage_duration_seconds",
    Kind.HISTOGRAM,
    "Stages of calls.",
    ("stage",),
    STAGE_BUCKETS_S,
)

# sources and answers

SOURCE_DURATION = Metric(
    "palate_source_duration_seconds",
    Kind.HISTOGRAM,
    "How long a candidate source took to propose; vector_index stands for all that the store looked up at once.",
    ("source",),
    STAGE_BUCKETS_S,
)
PROPOSED = _counter("palate_source_proposed_total", "Items that a source proposed.", "source")
SERVED = _counter(
    "palate_source_served_total",
    "Items that were served and that a source had proposed; an item may have several sources.",
    "source",
)
SOURCE_FAILED = _counter(
    "palate_source_failed_total",
    "Answers for which a source failed; `ranking` where nothing could be ranked, and what is popular was shown.",
    "source",
)
ANSWERS = _counter("palate_answers_total", "Recommendations that were answered.")
DEGRADED = _counter(
    "palate_degraded_answers_total",
    "Recommendations that were made without a trained model, or without a source that failed.",
)
SCORE_DRIFT = _gauge(
    "palate_score_drift_psi",
    "Population stability index of the best score of the latest answers against the first ones of the model in this"
    " process; absent until there are enough of both.",
)

# models beside the one that serves

TRIAL_RUNNING = _gauge(
    "palate_trial_running", "1 while a model is tried beside the one that serves, by how.", "kind"
)
TRIAL_ANSWERS = _counter(
    "palate_trial_answers_total", "Recommendations while a canary ran, by who served them.", "arm"
)
TRIAL_ERRORS = _counter(
    "palate_trial_errors_total",
    "Of these, those that failed, or lacked scores or sources.",
    "arm",
)
TRIAL_RATIO = _gauge(
    "palate_trial_likelihood_ratio",
    "How much likelier what was seen is if the canary is worse; at 60 it is returned. 0 without one.",
    "test",
)
TRIAL_RETURNED = _counter(
    "palate_trial_returned_total", "Canaries that were returned by themselves."
)
SHADOW_OVERLAP = _gauge(
    "palate_shadow_overlap",
    "Mean share of a list that is also the shadow's; NaN without one.",
)
SHADOW_DRIFT = _gauge(
    "palate_shadow_score_drift_psi",
    "Population stability index of the shadow's best scores against those that were served; NaN while they are few.",
)

# queues

QUEUE_PENDING = _gauge("palate_queue_pending", "Calls that run or wait, by queue.", "queue")
QUEUE_CAPACITY = _gauge(
    "palate_queue_capacity", "Calls that may run or wait, by queue; more are refused.", "queue"
)
QUEUE_SHED = _counter(
    "palate_queue_shed_total", "Calls that were refused because too many waited.", "queue"
)

# tenants, where there are any

TENANT_CALL_DURATION = Metric(
    "palate_tenant_call_duration_seconds",
    Kind.HISTOGRAM,
    "Calls by whose catalogue they were for; OTHER stands for all that are not named (tenants.max_named).",
    ("tenant",),
    CALL_BUCKETS_S,
)
TENANT_ERRORS = _counter(
    "palate_tenant_errors_total",
    "Of these, those that ended with an error, by the reason that the caller was told.",
    "tenant",
    "reason",
)
TENANTS_OPEN = _gauge("palate_tenants_open", "Tenants that are open, or being opened or closed.")
TENANTS_OPENED = _counter(
    "palate_tenants_opened_total",
    "Times that a tenant was opened; many for as few as are open say that more should stay open.",
)

# what is loaded

CACHE_ASKED = _counter("palate_cache_requests_total", "Times that a cache was asked.", "cache")
CACHE_HITS = _counter("palate_cache_hits_total", "Times that it knew.", "cache")
NEWEST_EVENT = _gauge(
    "palate_newest_event_seq",
    "Number of the newest event that is known: to the log, to the counts of popularity, to the model that serves.",
    "known_to",
)
LAST_EVENT_TIME = _gauge(
    "palate_last_event_recorded_timestamp_seconds",
    "When this process last recorded an event that was new; absent before the first.",
)
ITEMS = _gauge("palate_items", "Items in the catalogue.")
MODEL_INFO = _gauge("palate_model_info", "1, with the version of the model that serves.", "version")
MODEL_TRAINED = _gauge(
    "palate_model_trained_timestamp_seconds",
    "When the model that serves was trained; 0 where none is trained.",
)
WRITTEN = _counter(
    "palate_writer_texts_total",
    "Texts of explanations, by the writer that was asked and what came of it; failed and refused ones were written by"
    " the template.",
    "writer",
    "outcome",
)
ENCODED = _counter("palate_encoded_total", "Contents that were encoded.", "modality")
ENCODE_SECONDS = _counter(
    "palate_encode_seconds_total", "Seconds that encoders took for them.", "modality"
)
DISK_FREE = _gauge("palate_disk_free_bytes", "Room on the disk of the data folder.")
DISK_SIZE = _gauge("palate_disk_size_bytes", "Size of that disk.")

METRICS = tuple(value for value in tuple(globals().values()) if isinstance(value, Metric))
"""All of ours. `process_*` (processor time, memory, open files, start) are those of prometheus_client."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a counter or gauge stands at when somebody looks."""

    metric: Metric
    value: float
    labels: Sequence[str] = ()
    """In the order of the metric's."""
