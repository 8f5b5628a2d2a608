from collections.abc import Sequence
from math import log2

import numpy as np
import pytest

from service.evaluation.answers import Answers, Recommend, ask
from service.evaluation.evaluate import bootstrap, measure
from service.evaluation.report import Report
from service.evaluation.splits import Case
from tests.service.evaluation.made_up import always, case


def figures(recommend: Recommend, cases: Sequence[Case], k: int, n_items: int) -> Report:
    return measure(
        {"system": [Answers(cases, ask(recommend, cases, k, n_items=n_items))]}, k, n_items=n_items
    )


def test_figures_are_means_over_the_cases_of_a_slice() -> None:
    cases = [case(0, [], [1], "warm"), case(1, [], [2], "warm"), case(2, [], [5], "cold_item")]
    report = figures(always(1, 2), cases, 2, 6)
    assert report.get("ndcg@2").value == pytest.approx((1 + 1 / log2(3) + 0) / 3)
    assert report.get("ndcg@2", slice="warm").value == pytest.approx((1 + 1 / log2(3)) / 2)
    assert report.get("recall@2", slice="cold_item").value == 0.0
    assert report.get("mrr@2").value == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert report.get("coverage@2").value == 2 / 6
    assert report.slices() == ["all", "warm", "cold_item"]
    assert [report.get("ndcg@2", slice=label).n_cases for label in report.slices()] == [3, 2, 1]


def test_only_the_hits_that_count_in_a_slice_count_there() -> None:
    mixed = case(0, [], [1, 5])
    mixed = Case(
        mixed.user,
        mixed.history,
        mixed.history_times,
        mixed.history_types,
        mixed.history_values,
        mixed.relevant,
        0.0,
        {"all": np.array([1, 5]), "warm": np.array([1]), "cold_item": np.array([5])},
    )
    report = figures(always(1, 2), [mixed], 2, 6)
    assert [
        report.get("recall@2", slice=label).value for label in ("all", "warm", "cold_item")
    ] == [0.5, 1.0, 0.0]


def test_no_cases_give_an_empty_report() -> None:
    assert figures(always(1), [], 2, 6).figures == ()


def test_counts_and_vectors_add_their_metrics() -> None:
    asked = Answers([case(0, [], [0]), case(1, [], [2])], [[0, 1]] * 2, np.array([3, 0, 0]))
    report = measure({"system": [asked]}, 2, n_items=3, vectors=np.eye(3, dtype=np.float32))
    assert report.get("debiased_ndcg@2").value == pytest.approx(
        0.5 / (0.5 + 1.0)
    )  # the popular hit counts half
    assert report.get("novelty@2").value == pytest.approx((-log2(4 / 6) - log2(1 / 6)) / 2)
    assert report.get("diversity@2").value == pytest.approx(1.0)


def test_systems_are_compared_on_the_same_resamples() -> None:
    cases = [case(user, [], [user % 3]) for user in range(50)]
    systems = {"a": [Answers(cases, [[0]] * 50)], "b": [Answers(cases, [[0, 4]] * 50)]}
    report = measure(systems, 2, n_items=6)
    first, second = report.get("ndcg@2", system="a"), report.get("ndcg@2", system="b")
    assert (first.value, first.low, first.high) == (second.value, second.low, second.high)
    assert report.systems() == ["a", "b"]


def test_the_interval_has_the_width_that_the_normal_law_gives() -> None:
    values = (np.arange(2000) % 4 == 0).astype(np.float64)
    value, low, high = bootstrap({"m": (values, np.ones(2000))}, resamples=2000)["m"]
    half = 1.96 * np.sqrt(0.25 * 0.75 / 2000)
    assert value == 0.25
    assert low == pytest.approx(0.25 - half, abs=0.002)
    assert high == pytest.approx(0.25 + half, abs=0.002)


def test_the_same_value_everywhere_leaves_no_doubt() -> None:
    value, low, high = bootstrap({"m": (np.full(9, 0.5), np.ones(9))})["m"]
    assert value == low == high == 0.5


def test_repetitions_are_pooled_and_their_coverage_and_exposure_averaged() -> None:
    counts = np.array([2, 1, 0, 0])
    first = Answers([case(0, [], [1]), case(1, [], [1])], [[1], [0]], counts)
    second = Answers([case(2, [], [3], "cold_item")], [[3]], counts)
    report = measure({"system": [first, second]}, 1, n_items=4)
    assert report.get("ndcg@1").value == pytest.approx(2 / 3)
    assert report.get("ndcg@1").n_cases == 3
    assert report.get("coverage@1").value == pytest.approx((2 / 4 + 1 / 4) / 2)
    shares = [report.get(f"exposure_{tenth}@1").value for tenth in range(1, 11)]
    assert shares == [0, 0, 1 / 2, 0, 0, 1 / 4, 0, 1 / 4, 0, 0]  # item 3; item 1; item 0
    assert report.get("ndcg@1", slice="cold_item").n_cases == 1


def test_asking_the_same_people_again_does_not_make_the_interval_narrower() -> None:
    cases = [case(user, [], [user % 3]) for user in range(60)]
    once = Answers(cases, [[0]] * 60)
    alone = measure({"system": [once]}, 1, n_items=3).get("ndcg@1")
    thrice = measure({"system": [once, once, once]}, 1, n_items=3).get("ndcg@1")
    assert (thrice.value, thrice.low, thrice.high) == (alone.value, alone.low, alone.high)
    assert thrice.n_cases == 180


def test_asking_other_people_does() -> None:
    asked = [
        Answers([case(60 * n + u, [], [u % 3]) for u in range(60)], [[0]] * 60) for n in range(4)
    ]
    alone = measure({"system": asked[:1]}, 1, n_items=3).get("ndcg@1")
    together = measure({"system": asked}, 1, n_items=3).get("ndcg@1")
    assert alone.low is not None and alone.high is not None  # noqa: PT018
    assert together.low is not None and together.high is not None  # noqa: PT018
    assert together.high - together.low == pytest.approx((alone.high - alone.low) / 2, rel=0.2)


def test_slices_come_in_the_order_of_what_they_say() -> None:
    labels = (
        "domain a",
        "history 100+",
        "history 5-19",
        "events 10",
        "events 5",
        "cold_user",
        "warm",
    )
    report = figures(always(0), [case(0, [], [0], *labels)], 1, 1)
    assert report.slices() == ["all", "warm", "cold_user", "events 5", "events 10", "history 5-19", "history 100+",
                               "domain a"]  # fmt: skip
