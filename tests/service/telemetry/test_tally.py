"""What is counted comes out as Prometheus reads it."""

from __future__ import annotations

from service.telemetry.metrics import Kind, Metric
from service.telemetry.tally import Counts, Histograms, family_of

WAIT = Metric("palate_wait_seconds", Kind.HISTOGRAM, "Waits.", ("queue",), (0.1, 1.0))
SHED = Metric("palate_shed_total", Kind.COUNTER, "Shed.", ("queue",))
DEPTH = Metric("palate_depth", Kind.GAUGE, "Depth.")


def test_a_histogram_counts_up_to_each_bound_which_belongs_to_its_bucket() -> None:
    waits = Histograms(WAIT)
    for seconds in (0.05, 0.1, 0.5, 7.0):
        waits.observe(("answering",), seconds)
    samples = {
        (sample.name, sample.labels.get("le", "")): sample.value
        for sample in waits.family().samples
    }
    assert samples == {
        ("palate_wait_seconds_bucket", "0.1"): 2,
        ("palate_wait_seconds_bucket", "1.0"): 3,
        ("palate_wait_seconds_bucket", "+Inf"): 4,
        ("palate_wait_seconds_count", ""): 4,
        ("palate_wait_seconds_sum", ""): 7.65,
    }


def test_counts_add_up_by_labels() -> None:
    shed = Counts(SHED, ("c",))
    for queue, n in (("a", 1), ("b", 5), ("a", 2)):
        shed.add((queue,), n)
    samples = shed.family().samples
    assert {sample.labels["queue"]: sample.value for sample in samples} == {"a": 3, "b": 5, "c": 0}
    assert {sample.name for sample in samples} == {"palate_shed_total"}


def test_a_gauge_stands_where_it_stands() -> None:
    (sample,) = family_of(DEPTH, {(): 4.0}).samples
    assert (sample.name, sample.labels, sample.value) == ("palate_depth", {}, 4.0)
