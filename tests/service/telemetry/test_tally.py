"""What is counted comes out as Prometheus reads it."""

from __future__ import annotations

from service.telemetry.metrics import Kind, Metric
from service.telemetry.tally import Tally, family_of

WAIT = Metric("palate_wait_seconds", Kind.HISTOGRAM, "Waits.", ("queue",), (0.1, 1.0))
SHED = Metric("palate_shed_total", Kind.COUNTER, "Shed.", ("queue",))
DEPTH = Metric("palate_depth", Kind.GAUGE, "Depth.")


def test_a_histogram_counts_up_to_each_bound_which_belongs_to_its_bucket() -> None:
    tally = Tally()
    with tally.lock:
        for seconds in (0.05, 0.1, 0.5, 7.0):
            tally.observe(WAIT, ("answering",), seconds)
    (family,) = tally.families()
    samples = {
        (sample.name, sample.labels.get("le", "")): sample.value for sample in family.samples
    }
    assert samples == {
        ("palate_wait_seconds_bucket", "0.1"): 2,
        ("palate_wait_seconds_bucket", "1.0"): 3,
        ("palate_wait_seconds_bucket", "+Inf"): 4,
        ("palate_wait_seconds_count", ""): 4,
        ("palate_wait_seconds_sum", ""): 7.65,
    }


def test_counts_add_up_by_labels() -> None:
    tally = Tally()
    with tally.lock:
        for queue, n in (("a", 1), ("b", 5), ("a", 2)):
            tally.add(SHED, (queue,), n)
    (family,) = tally.families()
    assert {sample.labels["queue"]: sample.value for sample in family.samples} == {"a": 3, "b": 5}
    assert {sample.name for sample in family.samples} == {"palate_shed_total"}


def test_a_gauge_stands_where_it_stands() -> None:
    (sample,) = family_of(DEPTH, {(): 4.0}).samples
    assert (sample.name, sample.labels, sample.value) == ("palate_depth", {}, 4.0)
