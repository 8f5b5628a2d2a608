from collections.abc import Iterable, Sequence
from math import log2

import numpy as np
import pytest

from service.evaluation.evaluate import Recommend, bootstrap, compare, evaluate, from_scores, top_k
from service.evaluation.splits import Case, leave_one_out
from service.ranker.interactions import IntArray, Interactions


def case(user: int, history: Sequence[int], relevant: Sequence[int], *labels: str, domain: str | None = None) -> Case:
    wanted = np.array(relevant, dtype=np.int64)
    past = np.array(history, dtype=np.int64)
    return Case(
        user=user,
        history=past,
        history_times=np.zeros(len(past)),
        history_types=np.zeros(len(past), dtype=np.int16),
        history_values=np.zeros(len(past), dtype=np.float32),
        relevant=wanted,
        timestamp=0.0,
        slices=dict.fromkeys(("all", *labels), wanted),
        domain=domain,
    )


def always(*items: int) -> Recommend:
    def recommend(cases: Sequence[Case]) -> Iterable[Sequence[int]]:
        return [list(items) for _ in cases]

    return recommend


def test_figures_are_means_over_the_cases_of_a_slice() -> None:
    cases = [case(0, [], [1], "warm"), case(1, [], [2], "warm"), case(2, [], [5], "cold_item")]
    report = evaluate(always(1, 2), cases, 2, n_items=6)
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
    report = evaluate(always(1, 2), [mixed], 2, n_items=6)
    assert [report.get("recall@2", slice=label).value for label in ("all", "warm", "cold_item")] == [0.5, 1.0, 0.0]


def test_seen_items_and_repeats_are_struck_from_every_answer() -> None:
    report = evaluate(always(3, 4, 4, 1), [case(0, [3], [1])], 2, n_items=6)
    assert report.get("ndcg@2").value == pytest.approx(1 / log2(3))


def test_a_case_within_a_domain_sees_that_domain_only() -> None:
    domains = ["book", "film", "book", "film", "book", "film"]
    answer = always(0, 2, 3)
    cases = [case(0, [], [3], domain="film")]
    assert evaluate(answer, cases, 2, n_items=6, domains=domains).get("ndcg@2").value == 1.0
    with pytest.raises(ValueError, match="give the domain of every item"):
        evaluate(answer, cases, 2, n_items=6)


@pytest.mark.parametrize("stranger", [-1, 6])
def test_an_item_outside_the_catalogue_is_an_error(stranger: int) -> None:
    with pytest.raises(ValueError, match=r"outside 0\.\.5 to user 7"):
        evaluate(always(stranger), [case(7, [], [1])], 2, n_items=6)


def test_a_system_must_answer_every_case() -> None:
    with pytest.raises(ValueError, match="answered 0 lists to 1 cases"):
        evaluate(lambda cases: [], [case(0, [], [1])], 2, n_items=6)


def test_k_must_be_positive() -> None:
    with pytest.raises(ValueError, match="k must be at least 1, found 0"):
        evaluate(always(1), [case(0, [], [1])], 0, n_items=6)


def test_no_cases_give_an_empty_report() -> None:
    assert evaluate(always(1), [], 2, n_items=6).figures == ()


def test_counts_and_vectors_add_their_metrics() -> None:
    report = evaluate(
        always(0, 1),
        [case(0, [], [0]), case(1, [], [2])],
        2,
        n_items=3,
        item_counts=np.array([3, 0, 0]),
        vectors=np.eye(3, dtype=np.float32),
    )
    assert report.get("debiased_ndcg@2").value == pytest.approx(0.5 / (0.5 + 1.0))  # the popular hit counts half
    assert report.get("novelty@2").value == pytest.approx((-log2(4 / 6) - log2(1 / 6)) / 2)
    assert report.get("diversity@2").value == pytest.approx(1.0)


def test_systems_are_compared_on_the_same_resamples() -> None:
    cases = [case(user, [], [user % 3]) for user in range(50)]
    report = compare({"a": always(0), "b": always(0, 4)}, cases, 2, n_items=6)
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


def test_top_k_obeys_the_mask_the_order_and_the_tie_rule() -> None:
    scores = np.array([0.0, 5.0, np.nan, 5.0, -np.inf, 7.0, 1.0], dtype=np.float32)
    allowed = np.array([True, True, True, True, True, False, True])
    assert top_k(scores, 2, allowed).tolist() == [1, 3]
    assert top_k(scores, 10, allowed).tolist() == [1, 3, 6, 0]
    assert top_k(scores, 3, np.zeros(7, dtype=np.bool_)).tolist() == []


def test_ties_at_the_edge_of_the_list_go_to_the_lower_index() -> None:
    assert top_k(np.zeros(1000, dtype=np.float32), 3, np.ones(1000, dtype=np.bool_)).tolist() == [0, 1, 2]


def test_a_scorer_becomes_a_system_that_never_lists_what_was_seen() -> None:
    log = Interactions.build([0, 0, 0, 1, 1], [4, 3, 1, 4, 2], n_items=5)

    def by_index(histories: Sequence[IntArray]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return np.tile(np.arange(5, dtype=np.float32), (len(histories), 1))

    split = leave_one_out(log)
    assert [list(ranked) for ranked in from_scores(by_index, 2)(split.cases)] == [[2, 1], [3, 2]]
    report = evaluate(from_scores(by_index, 2), split.cases, 2, n_items=5)
    assert report.get("ndcg@2").value == pytest.approx((1 / log2(3) + 1 / log2(3)) / 2)


def test_a_scorer_ranks_within_the_domain_of_the_case() -> None:
    system = from_scores(
        lambda h: np.tile(np.arange(4, dtype=np.float32), (len(h), 1)), 2, domains=["a", "a", "b", "b"]
    )
    assert list(system([case(0, [], [0], domain="a")])) == [[1, 0]]
