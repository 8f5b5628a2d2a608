"""What the crowd's log says: popularity, co-engagement, and the neighbours of cold items."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from service.ranker.data.interactions import Interactions
from service.ranker.item_item import behaviour
from service.ranker.item_item.behaviour import MIN_CO_ENGAGED, Behaviour, popularity
from service.ranker.item_item.views import Views
from tests.service.ranker.planted import SMALL, checkerboard

N = 20
CONFIG = replace(SMALL, borrow_from=3)


def on_a_line(n: int = N) -> Views:
    """Unit vectors by angle: items lie near the items of near indices."""
    angle = np.linspace(0, np.pi / 2, n)
    text = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    return Views({"text": text}, sparse.csr_matrix((n, 1), dtype=np.float32))


def fitted(*, solve_ease: bool = True, n_cold: int = 2) -> Behaviour:
    board = checkerboard(n_items=N - n_cold, length=6)
    log = Interactions.build(board.user, board.item, board.timestamp, n_items=N)
    return Behaviour.fit(log, on_a_line(), CONFIG, solve_ease=solve_ease)


def test_popularity_counts_all_events_and_the_newest_twentieth() -> None:
    log = Interactions.build(np.arange(40), [0] * 30 + [1] * 10, np.arange(40.0), n_items=3)
    counts, recent = popularity(log)
    assert counts.tolist() == [30, 10, 0]
    assert recent.tolist() == [0, 2, 0]


def test_co_occurrence_is_the_share_of_those_who_met_the_one_who_met_the_other() -> None:
    log = Interactions.build([0, 0, 1, 2], [0, 1, 0, 0], n_items=3)
    shares = Behaviour.fit(log, on_a_line(3), CONFIG, solve_ease=False).co_occurrence
    np.testing.assert_allclose(shares.toarray(), [[0, 1 / 3, 0], [1, 0, 0], [0, 0, 0]])


def test_pairs_of_few_people_are_not_counted() -> None:
    users = np.repeat(np.arange(MIN_CO_ENGAGED), 2)
    log = Interactions.build([*users, 99, 99], [*np.tile([0, 1], MIN_CO_ENGAGED), 0, 2], n_items=3)
    counts = Behaviour.fit(log, on_a_line(3), CONFIG, solve_ease=False).co_counts.toarray()
    assert counts.tolist() == [[0, MIN_CO_ENGAGED, 0], [MIN_CO_ENGAGED, 0, 0], [0, 0, 0]]


def test_the_strongest_weights_are_those_of_ease_where_it_was_solved() -> None:
    with_ease, without = fitted(), fitted(solve_ease=False)
    assert with_ease.strongest is with_ease.ease
    assert without.ease.nnz == 0
    assert without.strongest is without.knn


def test_a_catalogue_above_the_limit_has_no_ease() -> None:
    board = checkerboard(n_items=N)
    small = replace(CONFIG, ease_limit=N - 1)
    assert Behaviour.fit(board, on_a_line(), small, solve_ease=True).ease.nnz == 0


def test_neighbours_are_the_nearest_items_that_somebody_met_and_never_the_item_itself() -> None:
    neighbours = fitted().neighbours
    assert set(neighbours[19].tolist()) == {15, 16, 17}  # 18 and 19 are cold
    assert set(neighbours[0].tolist()) == {1, 2, 3}


def test_in_a_large_catalogue_neighbours_are_found_when_they_are_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once = fitted(solve_ease=False)
    monkeypatch.setattr(behaviour, "MOST_PAIRS", N)
    monkeypatch.setattr(behaviour, "MOST_ASKED", 1)
    later = fitted(solve_ease=False)
    assert at_once.is_found.all()
    at_first = set(np.flatnonzero(later.is_found).tolist())
    assert len(at_first) == 2
    some = np.array([4, 4, 19, 0])
    for _ in range(2):
        neighbours, closeness = later.neighbours_of(some, on_a_line())
        np.testing.assert_array_equal(neighbours, at_once.neighbours[some])
        np.testing.assert_allclose(closeness, at_once.closeness[some], atol=1e-6)
        assert set(np.flatnonzero(later.is_found).tolist()) == at_first | {0, 4, 19}


def test_those_that_every_list_asks_for_are_found_at_once_in_any_catalogue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once = fitted(solve_ease=False)
    monkeypatch.setattr(behaviour, "MOST_PAIRS", N)
    monkeypatch.setattr(behaviour, "MOST_ASKED", 2)
    found = fitted(solve_ease=False)
    most_met = np.argsort(-found.counts, kind="stable")[:2]
    asked = np.flatnonzero(found.is_found)
    assert asked.tolist() == sorted([*most_met.tolist(), 18, 19])  # 18 and 19 are cold
    np.testing.assert_array_equal(found.neighbours[asked], at_once.neighbours[asked])


def test_neighbours_are_looked_for_among_the_most_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(behaviour, "MOST_NEIGHBOURS", 5)
    found = fitted()
    most = np.sort(np.argsort(-found.counts, kind="stable")[:5])
    assert set(found.neighbours.ravel().tolist()) <= set(most.tolist())
    assert found.neighbours.shape == (N, 3)


def test_nearer_neighbours_weigh_more() -> None:
    behaviour = fitted()
    np.testing.assert_allclose(behaviour.closeness.sum(axis=1), 1, atol=1e-5)
    nearest = behaviour.closeness[0][behaviour.neighbours[0] == 1]
    assert nearest > behaviour.closeness[0][behaviour.neighbours[0] == 3]


def test_there_is_room_for_items_that_come_later() -> None:
    behaviour = fitted()
    grown = behaviour.grown(N + 2)
    assert grown.n_items == N + 2
    assert grown.ease.shape == grown.co_occurrence.shape == (N + 2, N + 2)
    assert grown.counts[N:].tolist() == [0, 0]
    assert behaviour.n_items == N
    assert behaviour.grown(N) is behaviour


def test_new_items_find_their_neighbours() -> None:
    behaviour = fitted().grown(N + 1)
    views = on_a_line().rows(np.array([*range(N), 5]))
    behaviour.find_neighbours(np.array([N]), views)
    assert set(behaviour.neighbours[N].tolist()) == {4, 5, 6}
    assert behaviour.closeness[N].sum() == np.float32(1)


def test_where_fewer_items_have_events_than_when_it_was_fitted_neighbours_are_repeated() -> None:
    behaviour = fitted()
    behaviour.counts[2:] = 0
    behaviour.find_neighbours(np.array([19]), on_a_line())
    assert sorted(set(behaviour.neighbours[19].tolist())) in ([0], [1])
    behaviour.counts[:] = 0
    before = behaviour.neighbours.copy()
    behaviour.find_neighbours(np.array([19]), on_a_line())
    np.testing.assert_array_equal(behaviour.neighbours, before)


def test_events_count_at_once_and_a_newer_log_counts_anew() -> None:
    behaviour = fitted()
    before = behaviour.counts.copy()
    behaviour.observe(np.array([19, 19, 0]))
    assert (behaviour.counts - before)[[0, 19]].tolist() == [1, 2]
    again = behaviour.recount(Interactions.build([0], [19], n_items=N))
    assert again.counts.tolist() == [0] * 19 + [1]
    assert again.n_events == 1
    assert again.ease is behaviour.ease
