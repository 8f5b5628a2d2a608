"""What is told is counted once, under labels that are bounded; what is watched is read when somebody
looks."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from prometheus_client import generate_latest

from service.ranker.stopwatch import Lap, Stopwatch
from service.telemetry import metrics as m
from service.telemetry.measurements import Measurements
from service.telemetry.metrics import Reading
from service.telemetry.told import Listed

METHOD = "palate.v1.RecommendService/Recommend"
LISTED = Listed("m1", {"popular": 30, "sequence": 20}, {"popular": 4}, ["maker"], True, 0.5)


@pytest.fixture
def measured() -> Measurements:
    return Measurements()


def _value(measured: Measurements, name: str, **labels: str) -> float | None:
    value: float | None = measured.registry.get_sample_value(name, labels)
    return value


def test_a_call_is_one_observation_and_no_error_where_all_went_well(
    measured: Measurements,
) -> None:
    measured.ended(f"/{METHOD}", "OK", "", 0.25)
    labels = {
        "rpc_system_name": "grpc",
        "rpc_method": METHOD,
        "rpc_response_status_code": "OK",
    }
    assert _value(measured, "rpc_server_call_duration_seconds_count", **labels) == 1
    assert _value(measured, "rpc_server_call_duration_seconds_sum", **labels) == 0.25
    assert b"palate_errors_total{" not in generate_latest(measured.registry)


def test_an_error_is_counted_under_its_reason_and_one_that_is_not_ours_under_other(
    measured: Measurements,
) -> None:
    for reason in ("ITEM_NOT_FOUND", "ITEM_NOT_FOUND", "UNEXPECTED", "user 42 was rude"):
        measured.ended(f"/{METHOD}", "NOT_FOUND", reason, 0.1)
    counted = {
        reason: _value(measured, "palate_errors_total", rpc_method=METHOD, reason=reason)
        for reason in ("ITEM_NOT_FOUND", "UNEXPECTED", "OTHER", "user 42 was rude")
    }
    assert counted == {
        "ITEM_NOT_FOUND": 2,
        "UNEXPECTED": 1,
        "OTHER": 1,
        "user 42 was rude": None,
    }


def test_so_many_tenants_are_named_and_the_others_count_together() -> None:
    measured = Measurements(max_tenants=2)
    measured.ended(f"/{METHOD}", "PERMISSION_DENIED", "TENANT_REFUSED", 0.1, "nobodys")
    for tenant in ("shop_de", "shop_fr", "shop_it", "shop_es", "shop_de", ""):
        measured.ended(f"/{METHOD}", "OK", "", 0.25, tenant)
    measured.ended(f"/{METHOD}", "NOT_FOUND", "ITEM_NOT_FOUND", 0.25, "shop_de")
    measured.ended(f"/{METHOD}", "UNKNOWN", "user 42 was rude", 0.25, "shop_it")
    calls = "palate_tenant_call_duration_seconds_count"
    names = ("shop_de", "shop_fr", "OTHER", "shop_it", "nobodys", "")
    counted = [_value(measured, calls, tenant=name) for name in names]
    assert counted == [3, 1, 4, None, None, None]
    errors = {
        (sample.labels["tenant"], sample.labels["reason"]): sample.value
        for family in measured.registry.collect()
        for sample in family.samples
        if sample.name == "palate_tenant_errors_total"
    }
    assert errors == {
        ("shop_de", "ITEM_NOT_FOUND"): 1,
        ("OTHER", "TENANT_REFUSED"): 1,
        ("OTHER", "OTHER"): 1,
    }


def test_stages_and_their_parts_are_observed(measured: Measurements) -> None:
    watch = Stopwatch()
    watch.laps += [Lap("rank", 1.0, 1.5), Lap("answer", 1.5, 1.75), Lap("rank", 2.0, 2.25)]
    watch.parts += [Lap("popular", 1.0, 1.125)]
    measured.stages(watch)
    assert _value(measured, "palate_stage_duration_seconds_sum", stage="rank") == 0.75
    assert _value(measured, "palate_stage_duration_seconds_count", stage="rank") == 2
    assert _value(measured, "palate_source_duration_seconds_sum", source="popular") == 0.125


def test_a_list_is_counted_by_its_sources(measured: Measurements) -> None:
    measured.listed(LISTED)
    measured.listed(LISTED)
    assert _value(measured, "palate_answers_total") == 2
    assert _value(measured, "palate_degraded_answers_total") == 2
    assert _value(measured, "palate_source_proposed_total", source="popular") == 60
    assert _value(measured, "palate_source_served_total", source="popular") == 8
    assert _value(measured, "palate_source_served_total", source="sequence") is None
    assert _value(measured, "palate_source_failed_total", source="maker") == 2


def test_what_is_watched_is_read_at_every_look_until_it_closes(measured: Measurements) -> None:
    stands_at = iter([3.0, 5.0])
    measured.watch("it", lambda: [Reading(m.QUEUE_PENDING, next(stands_at), ("answering",))])
    assert _value(measured, "palate_queue_pending", queue="answering") == 3
    assert _value(measured, "palate_queue_pending", queue="answering") == 5
    measured.unwatch("it")
    assert _value(measured, "palate_queue_pending", queue="answering") is None


def test_what_cannot_be_read_hides_nothing_else(
    measured: Measurements, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Iterator[Reading]:
        yield Reading(m.ITEMS, 40)
        raise OSError("the disk is gone")

    caplog.set_level(logging.WARNING)
    measured.watch("broken", broken)
    measured.watch("sound", lambda: [Reading(m.SERVING, 1)])
    assert _value(measured, "palate_serving") == 1
    assert _value(measured, "palate_items") == 40
    assert "broken could not be read" in caplog.text
