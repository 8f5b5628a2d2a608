"""The pipeline: rules, indexes, exploration and diversity around the ranker's scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from service.ranker import pipeline
from service.ranker.candidates import SourceFailed, sources_of
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.pipeline import (
    NARROW_SOURCE,
    WISH_SOURCE,
    Lean,
    Query,
    Ranked,
    finite_scores,
    rank,
    rank_only,
)
from service.ranker.placement import Boost, Placement
from service.ranker.ranker import Ranker, untrained_ranker
from service.ranker.second_stage.query_scores import QueryScores
from service.ranker.second_stage.scale import Scale
from tests.service.ranker.planted import SMALL, features

SIZE = 60
"""Items of each domain: the first has items 0..59, the second 60..119."""
DOMAIN = np.repeat([1, 2], SIZE)
SOURCES = sources_of(("text",))
HISTORY = History.of(np.arange(5))
N = 5


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    """Everybody chooses ten neighbours in the first domain, and then one item of the second that
    goes with them."""
    users, items = [], []
    for user in range(SIZE):
        users += [user] * 11
        items += [*((user + np.arange(10)) % SIZE), SIZE + user]
    table = Interactions.build(users, items, np.tile(np.arange(11), SIZE), n_items=2 * SIZE)
    return untrained_ranker(features(2 * SIZE, domain=DOMAIN), table, SMALL)


def test_scores_descend_along_the_order(ranker: Ranker) -> None:
    found = rank(ranker, Query(HISTORY, N), SOURCES)
    scores = found.scored.scores[found.order]
    assert np.all(np.diff(scores) <= 0)
    assert len(found.order) == len(found.candidates.items) == len(set(found.order.tolist()))


def test_where_no_rule_wants_anything_high_the_list_without_rules_is_not_made(
    ranker: Ranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = np.ones(2 * SIZE, bool)
    burying = Placement(boosts=[Boost("old", everything, -1.0)])
    found = rank(ranker, Query(HISTORY, N, n_served=N, placement=burying), SOURCES)
    monkeypatch.delattr(pipeline, "_order")
    assert found.placed_by(found.order[:N]) == [""] * N


def test_sources_propose_within_what_is_allowed(ranker: Ranker) -> None:
    """The history is in the first domain; the second gets its candidates all the same."""
    query = Query(HISTORY, N, allowed=DOMAIN == 2, domains=np.array([2]))
    proposals = rank(ranker, query, SOURCES).candidates.proposals
    assert [len(proposals[source]) for source in ("chosen_together", "popular")] == [N, N]
    assert all((DOMAIN[items] == 2).all() for items in proposals.values())
    together = proposals["chosen_together"] - SIZE  # chosen with items 0..4 by who began at 51..64
    assert set(together.tolist()) <= {*range(5), *range(SIZE - 9, SIZE)}


def test_a_rule_that_is_yet_to_be_checked_gets_more_candidates_than_are_wanted(
    ranker: Ranker,
) -> None:
    def odd(items: IntArray) -> IntArray:
        return items[items % 2 == 1]

    proposals = rank(ranker, Query(HISTORY, N, satisfying=odd), SOURCES).candidates.proposals
    assert len(proposals["chosen_together"]) == N
    assert all((items % 2 == 1).all() for items in proposals.values())


def test_all_that_a_narrow_rule_leaves_is_proposed(ranker: Ranker) -> None:
    members = np.array([3, 70, 71])
    allowed = np.isin(np.arange(2 * SIZE), members)
    found = rank(ranker, Query(HISTORY, N, allowed, members=members), SOURCES)
    assert found.candidates.items.tolist() == [3, 70, 71]
    assert found.candidates.proposals[NARROW_SOURCE].tolist() == [3, 70, 71]


class Index:
    """Finds items 7 and 8 in the space of texts, and knows no other space."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def nearest(self, query: QueryScores, spaces: Sequence[str], n: int) -> Mapping[str, IntArray]:
        self.asked = list(spaces)
        return {"text": np.array([7, 8])}


def test_an_index_answers_for_the_sources_that_look_for_vectors(ranker: Ranker) -> None:
    index = Index()
    proposals = rank(ranker, Query(HISTORY, N), SOURCES, index).candidates.proposals
    assert index.asked == ["sequence", "text"]
    assert proposals["content_text"].tolist() == [7, 8]
    assert len(proposals["chosen_together"]) == N


def test_items_that_came_after_the_rule_was_made_are_not_allowed_by_it(ranker: Ranker) -> None:
    """As where items are indexed beside a call: the rule knows fewer of them than the catalogue."""
    n_known = ranker.n_items - 20
    found = rank(ranker, Query(HISTORY, N, allowed=np.ones(n_known, bool)), SOURCES)
    assert len(found.order)
    assert found.items(found.order).max() < n_known


class Broken:
    name, space = "broken", ""

    def propose(self, query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
        raise SourceFailed(self.name)


def test_a_source_that_fails_is_named_and_the_others_go_on(ranker: Ranker) -> None:
    plain = rank(ranker, Query(HISTORY, N), SOURCES)
    found = rank(ranker, Query(HISTORY, N), (*SOURCES, Broken()))
    assert found.failed == ["broken"]
    assert found.items(found.order).tolist() == plain.items(plain.order).tolist()


def test_exploration_marks_what_it_lifted_and_nothing_else(ranker: Ranker) -> None:
    plain = rank(ranker, Query(HISTORY, N), SOURCES)
    assert plain.explored(plain.order[:3]) == [False] * 3
    lifted = rank(ranker, Query(HISTORY, N, exploration=1.0), SOURCES)
    top = set(plain.items(plain.order[:3]).tolist())
    shown = lifted.order[:3]
    marked = lifted.explored(shown)
    assert [item in top for item in lifted.items(shown).tolist()] == [not one for one in marked]


def test_diversity_keeps_the_first_and_settles_as_many_as_are_served(ranker: Ranker) -> None:
    plain = rank(ranker, Query(HISTORY, 20), SOURCES)
    diverse = rank(ranker, Query(HISTORY, 20, n_served=6, diversity=0.9), SOURCES)
    assert diverse.order[0] == plain.order[0]
    assert sorted(diverse.order.tolist()) == sorted(plain.order.tolist())


def test_ranking_given_items_scores_them_as_the_whole_list_does(ranker: Ranker) -> None:
    whole = rank(ranker, Query(HISTORY, N), SOURCES)
    items = whole.candidates.items[[0, 3]]
    alone = rank_only(ranker, Query(HISTORY, N), items)
    np.testing.assert_allclose(alone.scored.scores, whole.scored.scores[[0, 3]], rtol=1e-6)
    assert alone.candidates.sources(items) == [[], []]


def test_a_wish_is_added_to_the_scores_and_its_best_are_candidates(ranker: Ranker) -> None:
    query = Query(History.of(np.array([0, 2])), per_source=3)
    plain = rank(ranker, query, SOURCES)
    scores = np.zeros(ranker.n_items, np.float32)
    unlikely = int(np.setdiff1d(np.arange(ranker.n_items), plain.candidates.items)[-1])
    scores[unlikely] = 50.0
    wish = Lean(scores, np.zeros(ranker.n_items, np.float32), np.ones(ranker.n_items, bool))
    wished = rank(ranker, replace(query, wish=wish), SOURCES)
    assert wished.items(wished.order[:1]).tolist() == [unlikely]
    assert WISH_SOURCE in wished.candidates.sources(np.array([unlikely]))[0]
    both = np.intersect1d(plain.candidates.items, wished.candidates.items)
    before = plain.scored.scores[np.isin(plain.candidates.items, both)]
    after = wished.scored.scores[np.isin(wished.candidates.items, both)]
    np.testing.assert_allclose(after[scores[both] == 0], before[scores[both] == 0])


def test_sources_look_among_what_leads(ranker: Ranker) -> None:
    leading = np.arange(ranker.n_items) % 12 == 0
    query = Query(
        History.of(np.array([0, 2])),
        per_source=3,
        wish=Lean(np.zeros(ranker.n_items, np.float32), leading.astype(np.float32), leading),
    )
    proposals = rank(ranker, query, SOURCES).candidates.proposals
    for name, items in proposals.items():
        assert name == WISH_SOURCE or leading[items].all()
    assert set(np.flatnonzero(leading)) <= set(proposals[WISH_SOURCE])


def test_an_item_of_a_higher_tier_stands_before_all_of_a_lower_one(ranker: Ranker) -> None:
    tiers = (np.arange(ranker.n_items) % 3).astype(np.float32)
    wish = Lean(np.zeros(ranker.n_items, np.float32), tiers, tiers == 2)
    found = rank(ranker, Query(HISTORY, N, wish=wish), SOURCES)
    in_order = tiers[found.items(found.order)]
    assert np.all(np.diff(in_order) <= 0)
    assert in_order[0] == 2
    np.testing.assert_allclose(found.scored.scores - found.wished, _plain(ranker, found), atol=1e-3)


def _plain(ranker: Ranker, found: Ranked) -> FloatArray:
    """The scores of the same candidates without a wish."""
    return rank_only(ranker, Query(HISTORY, 50), found.candidates.items).scored.scores


@pytest.fixture
def calibrating() -> Ranker:
    """The same people in a catalogue where every third item is a documentary and the others are
    action films; lists follow what was liked last."""
    users = np.repeat(np.arange(SIZE), 10)
    items = (np.arange(10) + users.reshape(SIZE, 10)[:, :1]).ravel() % SIZE
    table = Interactions.build(users, items, np.tile(np.arange(10), SIZE), n_items=SIZE)
    tags = [np.array([ACTION if item % 3 else DOCUMENTARY]) for item in range(SIZE)]
    catalogue = replace(features(SIZE), tags=tags, n_tags=2, is_category=np.ones(2, bool))
    ranker = untrained_ranker(catalogue, table, SMALL)
    assert ranker.calibration == 0
    ranker.calibration = 2.0
    return ranker


ACTION, DOCUMENTARY = 0, 1
TURNED = History.of(np.array([*range(1, 30, 3), 30, 33, 36]))
"""Ten action films, and then three documentaries."""
TEN_UNMET = Query(TURNED, 30, allowed=~np.isin(np.arange(SIZE), TURNED.items), n_served=10)


def documentaries(found: Ranked, k: int = 10) -> int:
    return int((found.items(found.order[:k]) % 3 == 0).sum())


def test_what_was_liked_last_has_its_share_of_a_calibrated_list(calibrating: Ranker) -> None:
    found = rank(calibrating, TEN_UNMET, SOURCES)
    calibrating.calibration = 0.0
    plain = rank(calibrating, TEN_UNMET, SOURCES)
    assert documentaries(found) > documentaries(plain)
    np.testing.assert_array_equal(found.scored.scores, plain.scored.scores)
    assert np.all(np.diff(plain.scored.scores[plain.order]) <= 0)


def test_the_first_places_do_not_depend_on_how_many_follow(calibrating: Ranker) -> None:
    shorter, longer = (rank(calibrating, replace(TEN_UNMET, n_served=n), SOURCES) for n in (5, 15))
    assert shorter.order[:5].tolist() == longer.order[:5].tolist()


def test_whoever_is_hardly_known_is_spared_calibration(calibrating: Ranker) -> None:
    calibrating.blend.spared_events = len(TURNED)
    found = rank(calibrating, TEN_UNMET, SOURCES)
    assert np.all(np.diff(found.scored.scores[found.order]) <= 0)


def test_diversity_takes_the_place_of_calibration(calibrating: Ranker) -> None:
    query = replace(TEN_UNMET, diversity=0.5)
    diverse = rank(calibrating, query, SOURCES).order
    calibrating.calibration = 0.0
    assert diverse.tolist() == rank(calibrating, query, SOURCES).order.tolist()


def test_what_calibration_lifted_is_not_marked_as_explored(calibrating: Ranker) -> None:
    """All items have as many events, so exploration lifts none above another."""
    found = rank(calibrating, replace(TEN_UNMET, exploration=0.5), SOURCES)
    plain = set(np.argsort(-found.scored.scores, kind="stable")[:10].tolist())
    shown = found.order[:10]
    assert set(shown.tolist()) != plain
    assert found.explored(shown) == [False] * 10


def test_a_wish_moves_items_of_which_nothing_is_known() -> None:
    """Their scores are all alike, so there is no deviation to lean by."""
    scores = np.array([0.0, 2.0, 1.0], np.float32)
    wish = Lean(scores, np.zeros(3, np.float32), np.ones(3, bool))
    items = np.arange(3)
    np.testing.assert_array_equal(wish.added(items, np.zeros(3, np.float32)), scores)
    assert wish.added(items[:0], scores[:0]).tolist() == []


@pytest.mark.parametrize("wish", [False, True])
def test_what_has_no_finite_score_stands_last_by_popularity_and_is_counted(
    ranker: Ranker, monkeypatch: pytest.MonkeyPatch, wish: bool
) -> None:
    """Whatever is wrong with a model: here it knows nothing of odd items."""
    plain = ranker.blend.score

    def broken(signals: FloatArray, scale: Scale) -> FloatArray:
        scores = plain(signals, scale)
        scores[1::2] = np.nan
        scores[-1] = np.inf
        return scores

    monkeypatch.setattr(ranker.blend, "score", broken)
    n = 2 * SIZE
    lean = Lean(np.zeros(n, np.float32), np.zeros(n, np.float32), np.ones(n, bool))
    found = rank(ranker, Query(HISTORY, 20, wish=lean if wish else None), SOURCES)
    scores = found.scored.scores[found.order]
    assert np.isfinite(scores).all()
    assert found.n_unscored >= len(found.order) // 2
    items = found.items(found.order[-found.n_unscored :])
    counts = ranker.snapshot.behaviour.counts[items]
    assert np.all(np.diff(counts) <= 0)


def test_scores_that_are_finite_stay_as_they_are() -> None:
    scores = finite_scores(np.array([0.5, np.nan, np.inf]), np.array([3, 1, 3]))
    assert scores.tolist() == [0.5, -1.25, -0.75]
