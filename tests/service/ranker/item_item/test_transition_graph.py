import numpy as np
import pytest

from service.ranker.data.interactions import Interactions
from service.ranker.item_item.transition_graph import (
    DECAY,
    LAST,
    SECOND_HOP,
    TransitionGraph,
    transitions,
)

NOBODY = np.array([], dtype=np.int64)


def chain() -> Interactions:
    """Three people go 0 -> 1 and one goes 0 -> 2; somebody goes 1 -> 3; item 4 is met by nobody."""
    return Interactions.build(
        [0, 0, 1, 1, 2, 2, 3, 3, 4, 4], [0, 1, 0, 1, 0, 1, 0, 2, 1, 3], n_items=5
    )


def test_a_row_is_how_often_each_item_came_next() -> None:
    assert transitions(chain()).toarray().tolist() == [
        [0, 0.75, 0.25, 0, 0],
        [0, 0, 0, 1, 0],
        [0] * 5,
        [0] * 5,
        [0] * 5,
    ]


def test_pairs_further_apart_count_one_over_their_distance() -> None:
    walk = Interactions.build([0] * 5, [0, 1, 2, 3, 4])
    counts = np.array([1, 1 / 2, 1 / 3])
    row = transitions(walk).toarray()[0]
    np.testing.assert_allclose(row[1:4], counts / counts.sum(), rtol=1e-6)
    assert row[4] == 0


def test_time_decides_what_came_next_and_not_the_order_of_arrival() -> None:
    log = Interactions.build([0, 0], [1, 0], [200.0, 100.0])
    assert transitions(log).toarray().tolist() == [[0, 1], [0, 0]]


def test_neither_another_user_nor_the_item_itself_is_a_transition() -> None:
    assert transitions(Interactions.build([0, 1], [0, 1])).nnz == 0
    assert transitions(Interactions.build([0, 0], [0, 0])).nnz == 0


def test_one_step_and_two_steps_add_up() -> None:
    scores = TransitionGraph().fit(chain()).scores([np.array([0])])[0]
    np.testing.assert_allclose(scores, [0, 0.75, 0.25, SECOND_HOP * 0.75, 0], rtol=1e-6)


def test_the_newest_item_weighs_most_and_old_ones_nothing() -> None:
    graph = TransitionGraph().fit(chain())
    older, newer = graph.scores([np.array([1, 0]), np.array([0, 1])])
    assert older[1] == pytest.approx(0.75)
    assert newer[1] == pytest.approx(0.75 * DECAY)
    assert older[3] == pytest.approx(DECAY + SECOND_HOP * 0.75)
    forgotten = np.array([0] + [4] * LAST)
    assert graph.scores([forgotten])[0].tolist() == [0] * 5


def test_direction_is_kept() -> None:
    assert TransitionGraph().fit(chain()).scores([np.array([3])])[0].tolist() == [0] * 5


def test_what_nobody_met_and_whoever_has_no_history_score_nothing() -> None:
    graph = TransitionGraph().fit(chain())
    scores = graph.scores([np.array([0, 1]), NOBODY])
    assert scores[0, 4] == 0
    assert scores[1].tolist() == [0] * 5
    assert graph.scores([]).shape == (0, 5)


def test_a_history_scores_the_same_alone_and_among_others() -> None:
    graph = TransitionGraph().fit(chain())
    histories = [np.array([0]), np.array([1, 0]), NOBODY]
    for row, history in zip(graph.scores(histories), histories, strict=True):
        np.testing.assert_array_equal(graph.scores([history])[0], row)


def test_an_empty_log_scores_nothing() -> None:
    empty = Interactions.build([], [], n_users=0, n_items=2)
    assert TransitionGraph().fit(empty).scores([np.array([1])]).tolist() == [[0, 0]]
