"""A server at a glance, from two pages whose difference is known."""

from __future__ import annotations

import math

import pytest
from prometheus_client import generate_latest

from service.cli.metrics_page import Calls, Page, Queue, page_of, quantile, read, vitals
from service.errors import StoreUnavailable
from service.telemetry import metrics as m
from service.telemetry.measurements import Measurements
from service.telemetry.metrics import Reading
from service.telemetry.told import Listed

RECOMMEND = "/palate.v1.RecommendService/Recommend"
STARTED = 1_000.0


def _page(measured: Measurements, at: float) -> Page:
    """As if the process had begun at STARTED."""
    page = page_of(generate_latest(measured.registry).decode(), at)
    return Page(at, {**page.samples, "process_start_time_seconds": {(): STARTED}})


@pytest.fixture
def measured() -> Measurements:
    measured = Measurements()
    measured.watch(
        "it",
        lambda: [
            Reading(m.SERVING, 1),
            Reading(m.QUEUE_PENDING, 3, ("answering",)),
            Reading(m.QUEUE_CAPACITY, 66, ("answering",)),
            Reading(m.QUEUE_SHED, 0, ("answering",)),
            Reading(m.MODEL_INFO, 1, ("m7",)),
            Reading(m.MODEL_TRAINED, 940.0),
            Reading(m.NEWEST_EVENT, 12, ("log",)),
            Reading(m.NEWEST_EVENT, 10, ("popularity",)),
            Reading(m.ITEMS, 40),
        ],
    )
    return measured


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        (0.5, 0.1 + (5 - 4) / (8 - 4) * 0.1),  # the fifth of ten, 4 below 0.1 and 8 below 0.2
        (0.4, 0.1),
        (0.2, 0.05),
        (0.99, 0.2),  # beyond the highest bound
    ],
)
def test_a_quantile_is_linear_within_its_bucket(q: float, expected: float) -> None:
    assert quantile(q, {0.1: 4, 0.2: 8, math.inf: 10}) == pytest.approx(expected)


def test_a_histogram_without_calls_has_no_quantile() -> None:
    assert quantile(0.5, {0.1: 0, math.inf: 0}) is None
    assert quantile(0.5, {}) is None


def test_rates_are_of_what_came_between_two_looks(measured: Measurements) -> None:
    for _ in range(50):
        measured.ended(RECOMMEND, "OK", "", 5.0)
    measured.listed(Listed("m7", {}, {}, ["maker"], True, None))
    before = _page(measured, 1_100.0)
    for _ in range(18):
        measured.ended(RECOMMEND, "OK", "", 0.0008)
    for _ in range(2):
        measured.ended(RECOMMEND, "NOT_FOUND", "ITEM_NOT_FOUND", 0.0008)
    for failed in ([], [], [], ["theirs"]):
        measured.listed(Listed("m7", {}, {}, failed, bool(failed), None))
    seen = vitals(before, _page(measured, 1_110.0))
    (recommend,) = seen.methods
    assert recommend == Calls("Recommend", 2.0, 0.2, pytest.approx(0.5), pytest.approx(0.99))
    assert seen.reasons_per_s == {"ITEM_NOT_FOUND": 0.2}
    assert (seen.degraded_share, seen.failing_sources) == (0.25, ["theirs"])
    assert seen.queues == [Queue("answering", 3, 66, 0.0)]
    assert (seen.serving, seen.model, seen.model_age_s, seen.over_s) == (True, "m7", 170.0, 10.0)
    assert (seen.events_behind, seen.items, seen.drift) == (2, 40, None)


def test_tenants_are_told_apart_where_there_are_any() -> None:
    measured = Measurements(max_tenants=2)
    assert vitals(None, _page(measured, 1_100.0)).tenants == []
    before = _page(measured, 1_100.0)
    for _ in range(18):
        measured.ended(RECOMMEND, "OK", "", 0.0008, "shop_de")
    for _ in range(2):
        measured.ended(RECOMMEND, "NOT_FOUND", "ITEM_NOT_FOUND", 0.0008, "shop_de")
    measured.ended("/palate.v1.IndexService/GetItem", "OK", "", 0.0008, "shop_fr")
    found = vitals(before, _page(measured, 1_110.0)).tenants
    p50, p99 = pytest.approx(0.5), pytest.approx(0.99)
    assert found == [
        Calls("shop_de", 2.0, 0.2, p50, p99),
        Calls("shop_fr", 0.1, 0.0, p50, p99),
    ]


@pytest.mark.parametrize("restarted", [True, False])
def test_without_a_look_before_or_after_a_restart_it_is_since_the_server_began(
    measured: Measurements, restarted: bool
) -> None:
    measured.ended(RECOMMEND, "OK", "", 0.1)
    now = _page(measured, STARTED + 4)
    before = Page(STARTED - 60, {"process_start_time_seconds": {(): 1.0}}) if restarted else None
    seen = vitals(before, now)
    assert (seen.over_s, seen.methods[0].calls_per_s) == (4.0, 0.25)


def test_a_page_that_cannot_be_read_says_what_to_do() -> None:
    with pytest.raises(
        StoreUnavailable, match=r"metrics at http://127\.0\.0\.1:9/.*server\.metrics"
    ):
        read("http://127.0.0.1:9/metrics")
