from collections.abc import Sequence

import numpy as np
import pytest

from service.evaluation.answers import ask, from_scores, top_k
from service.evaluation.splits import leave_one_out
from service.ranker.data.arrays import IntArray
from service.ranker.data.interactions import Interactions
from tests.service.evaluation.made_up import always, case


def test_seen_items_and_repeats_are_struck_from_every_answer() -> None:
    assert ask(always(3, 4, 4, 1), [case(0, [3], [1])], 2, n_items=6) == [[4, 1]]


def test_a_case_within_a_domain_sees_that_domain_only() -> None:
    domains = ["book", "film", "book", "film", "book", "film"]
    answer = always(0, 2, 3)
    cases = [case(0, [], [3], domain="film")]
    assert ask(answer, cases, 2, n_items=6, domains=domains) == [[3]]
    with pytest.raises(ValueError, match="give the domain of every item"):
        ask(answer, cases, 2, n_items=6)


@pytest.mark.parametrize("stranger", [-1, 6])
def test_an_item_outside_the_catalogue_is_an_error(stranger: int) -> None:
    with pytest.raises(ValueError, match=r"outside 0\.\.5 to user 7"):
        ask(always(stranger), [case(7, [], [1])], 2, n_items=6)


def test_a_system_must_answer_every_case() -> None:
    with pytest.raises(ValueError, match="answered 0 lists to 1 cases"):
        ask(lambda cases: [], [case(0, [], [1])], 2, n_items=6)


def test_k_must_be_positive() -> None:
    with pytest.raises(ValueError, match="k must be at least 1, found 0"):
        ask(always(1), [case(0, [], [1])], 0, n_items=6)


def test_top_k_obeys_the_mask_the_order_and_the_tie_rule() -> None:
    scores = np.array([0.0, 5.0, np.nan, 5.0, -np.inf, 7.0, 1.0], dtype=np.float32)
    allowed = np.array([True, True, True, True, True, False, True])
    assert top_k(scores, 2, allowed).tolist() == [1, 3]
    assert top_k(scores, 10, allowed).tolist() == [1, 3, 6, 0]
    assert top_k(scores, 3, np.zeros(7, dtype=np.bool_)).tolist() == []


def test_ties_at_the_edge_of_the_list_go_to_the_lower_index() -> None:
    assert top_k(np.zeros(1000, dtype=np.float32), 3, np.ones(1000, dtype=np.bool_)).tolist() == [
        0,
        1,
        2,
    ]


def test_a_scorer_becomes_a_system_that_never_lists_what_was_seen() -> None:
    log = Interactions.build([0, 0, 0, 1, 1], [4, 3, 1, 4, 2], n_items=5)

    def by_index(
        histories: Sequence[IntArray],
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return np.tile(np.arange(5, dtype=np.float32), (len(histories), 1))

    split = leave_one_out(log)
    assert [list(ranked) for ranked in from_scores(by_index, 2)(split.cases)] == [[2, 1], [3, 2]]


def test_a_scorer_ranks_within_the_domain_of_the_case() -> None:
    system = from_scores(
        lambda h: np.tile(np.arange(4, dtype=np.float32), (len(h), 1)),
        2,
        domains=["a", "a", "b", "b"],
    )
    assert list(system([case(0, [], [0], domain="a")])) == [[1, 0]]


def test_progress_is_told_of_every_case_once() -> None:
    done: list[int] = []
    ask(
        always(1),
        [case(user, [], [1]) for user in range(600)],
        2,
        n_items=6,
        on_progress=done.append,
    )
    assert done == [256, 256, 88]
