"""The table of metrics: names as Prometheus wants them, labels that are bounded, each documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.telemetry.metrics import METRICS, Kind, Metric

OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"
BOUNDED = {
    "rpc_system_name",
    "rpc_method",
    "rpc_response_status_code",
    "reason",
    "stage",
    "source",
    "queue",
    "cache",
    "known_to",
    "version",  # of the one model that serves
    "writer",
    "outcome",
    "modality",
    "kind",  # of a trial
    "arm",
    "test",
    "tenant",  # the first tenants.max_named, and OTHER
}


def test_names_are_unique() -> None:
    names = [metric.name for metric in METRICS]
    assert len(names) == len(set(names)) > 20


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_is_named_as_prometheus_wants_it_and_its_labels_are_bounded(
    metric: Metric,
) -> None:
    assert re.fullmatch(r"(palate|rpc)_[a-z_]+", metric.name)
    assert metric.name.endswith("_total") == (metric.kind is Kind.COUNTER)
    assert bool(metric.buckets) == (metric.kind is Kind.HISTOGRAM)
    assert list(metric.buckets) == sorted(metric.buckets)
    assert set(metric.labels) <= BOUNDED


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.name}` | {labels} | {metric.help} |"


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_has_its_row_in_the_page_about_operations(metric: Metric) -> None:
    assert _row(metric) in OPERATIONS.read_text(encoding="utf-8").splitlines()
