import doctest
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.evaluation import answers, metrics, splits
from service.evaluation.evaluate import LIST_METRICS

LISTS = st.lists(st.integers(0, 30), unique=True, max_size=15)
RELEVANT = st.frozensets(st.integers(0, 30), min_size=1, max_size=8)
LENGTHS = st.integers(1, 12)


@pytest.mark.parametrize("module", [metrics, splits, answers])
def test_the_examples_in_the_documentation_hold(module: object) -> None:
    outcome = doctest.testmod(module)  # type: ignore[arg-type]
    assert outcome.attempted > 0
    assert outcome.failed == 0


@given(LISTS, RELEVANT, LENGTHS)
def test_every_metric_lies_between_zero_and_one(
    ranked: list[int], relevant: frozenset[int], k: int
) -> None:
    for metric in LIST_METRICS.values():
        assert 0.0 <= metric(ranked, relevant, k) <= 1.0 + 1e-12


@given(RELEVANT, LENGTHS)
def test_a_perfect_list_is_worth_one(relevant: frozenset[int], k: int) -> None:
    ranked = [*sorted(relevant), *range(100, 120)]
    for metric in (
        metrics.ndcg,
        metrics.average_precision,
        metrics.reciprocal_rank,
        metrics.hit_rate,
    ):
        assert metric(ranked, relevant, k) == pytest.approx(1.0)


@given(LISTS, RELEVANT, LENGTHS)
def test_a_list_without_a_hit_is_worth_nothing(
    ranked: list[int], relevant: frozenset[int], k: int
) -> None:
    missed = [item for item in ranked if item not in relevant]
    assert all(metric(missed, relevant, k) == 0.0 for metric in LIST_METRICS.values())


@given(LISTS, RELEVANT, LENGTHS)
def test_what_comes_after_k_changes_nothing(
    ranked: list[int], relevant: frozenset[int], k: int
) -> None:
    for metric in LIST_METRICS.values():
        assert metric(ranked, relevant, k) == metric(ranked[:k], relevant, k)


@given(LISTS, RELEVANT, LENGTHS, st.integers(0, 13))
def test_moving_a_hit_up_never_hurts(
    ranked: list[int], relevant: frozenset[int], k: int, place: int
) -> None:
    if place + 1 >= len(ranked) or ranked[place] in relevant or ranked[place + 1] not in relevant:
        return
    better = [*ranked]
    better[place], better[place + 1] = ranked[place + 1], ranked[place]
    for metric in LIST_METRICS.values():
        assert metric(better, relevant, k) >= metric(ranked, relevant, k)


@given(LISTS, st.integers(0, 30), LENGTHS)
def test_with_one_relevant_item_the_metrics_are_functions_of_its_place(
    ranked: list[int], item: int, k: int
) -> None:
    found = item in ranked[:k]
    place = ranked.index(item) + 1 if found else 0
    assert metrics.ndcg(ranked, {item}, k) == pytest.approx(1 / log2(place + 1) if found else 0.0)
    assert metrics.reciprocal_rank(ranked, {item}, k) == metrics.average_precision(
        ranked, {item}, k
    )
    assert metrics.recall(ranked, {item}, k) == metrics.hit_rate(ranked, {item}, k) == float(found)
    assert metrics.precision(ranked, {item}, k) == found / k


@given(LISTS, RELEVANT, LENGTHS)
def test_equal_weights_give_plain_ndcg_back(
    ranked: list[int], relevant: frozenset[int], k: int
) -> None:
    gained, ideal = metrics.debiased_ndcg(ranked, relevant, k, np.full(31, 0.25))
    assert gained / ideal == pytest.approx(metrics.ndcg(ranked, relevant, k))


def test_a_rare_hit_weighs_more_than_a_popular_one() -> None:
    weights = metrics.propensity_weights(np.array([99, 0]), power=0.5)
    assert weights.tolist() == [1 / 10, 1.0]
    assert metrics.debiased_ndcg([0], {0}, 1, weights) == (0.1, 0.1)
    assert metrics.debiased_ndcg([0], {1}, 1, weights) == (0.0, 1.0)


def test_diversity_of_equal_opposite_and_single_items() -> None:
    vectors = np.array([[1, 0], [1, 0], [-1, 0], [0, 1]], dtype=np.float32)
    assert metrics.intra_list_diversity([0, 1], vectors, 2) == 0.0
    assert metrics.intra_list_diversity([0, 2], vectors, 2) == 2.0
    assert metrics.intra_list_diversity([0, 1, 3], vectors, 3) == pytest.approx((0 + 1 + 1) / 3)
    assert metrics.intra_list_diversity([0], vectors, 2) == 0.0


def test_an_empty_list_covers_and_surprises_nobody() -> None:
    assert metrics.coverage([], 5, 3) == 0.0
    assert metrics.novelty([], np.array([1, 2]), 3) == 0.0
