"""Lists of people who, as we pretend, said what they wanted, from a ranker without training."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from service.api.messages import RecommendRequest
from service.models.wish_lists import ALONE, WishLists
from service.ranker.candidates import sources_of
from service.ranker.data.history import History
from service.ranker.training.cases import RankingCase
from service.recommender import Recommender
from service.wishes.context import Before
from service.wishes.learning import LEARNED, WishList
from service.wishes.pretended import Sort
from service.wishes.reader import read
from service.wishes.weights import Following
from tests.service.world import NOW, opened

N_ITEMS, N_USERS = 240, 40


def films() -> list[Item]:
    """Four genres; each film has five of the ten words of its group."""
    made = []
    for i in range(N_ITEMS):
        genre, group = ("Western", "Horror", "Romance", "War")[i % 4], i // 40
        words = " ".join(f"{genre.lower()}er{group}x{(i // 4 + j) % 10}" for j in range(5))
        made.append(Item(f"f{i}", title=f"Film {i}", description=words, categories=(genre,)))
    return made


@pytest.fixture(scope="module")
def palate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    palate = opened(tmp_path_factory.mktemp("wish-lists"))
    palate.index_items(films(), {})
    palate.record_events(
        [
            Event(f"u{user}", f"f{(user * 7 + 4 * step) % N_ITEMS}", "watch", None, NOW + step)
            for user in range(N_USERS)
            for step in range(6)
        ]
    )
    yield palate
    palate.close()


def cases() -> list[RankingCase]:
    """Everybody chose one more of what they have watched."""
    made = []
    for user in range(N_USERS):
        items = np.array([(user * 7 + 4 * step) % N_ITEMS for step in range(7)])
        made.append(RankingCase(user, History.of(items[:6]), items[6:], np.zeros(1, np.int64)))
    return made


def wish_lists(palate: Recommender) -> WishLists:
    ranker = palate.ranker
    lexicon, topics = palate.wishes.lexicon.now(ranker.n_items)
    sources = sources_of(ranker.modalities)
    wishes = palate.wishes
    return WishLists(ranker, sources, lexicon, topics, wishes.encoder, wishes.spaces)


@pytest.fixture(scope="module")
def lists(palate: Recommender) -> list[WishList]:
    return wish_lists(palate).of(cases(), np.random.default_rng(0))


def test_people_are_asked_with_their_history_and_some_as_strangers(lists: list[WishList]) -> None:
    assert {one.n_events for one in lists} == {0, 6}
    assert {one.sort.removesuffix(ALONE) for one in lists} == set(Sort)
    strangers = {one.person for one in lists if one.n_events == 0}
    assert len(strangers) <= N_USERS / 2


def test_scores_are_in_deviations_and_terms_by_unit_of_each_weight(lists: list[WishList]) -> None:
    for one in lists:
        n_candidates = len(one.scores)
        assert 0 <= one.chosen < n_candidates
        assert one.terms.shape == (n_candidates, len(LEARNED))
        assert one.scores.std() == pytest.approx(1, abs=1e-3) or one.scores.std() < 1e-6
        whole = one.terms[:, LEARNED.index("whole")]
        assert whole.min() >= 0
        assert whole.max() <= 1 + 1e-5


def test_weights_are_of_wishes_with_a_topic_or_of_those_without(lists: list[WishList]) -> None:
    alone = [LEARNED.index(name) for name in ("meaning_alone", "words_alone")]
    topical = [LEARNED.index(name) for name in ("topic", "meaning", "words")]
    for one in lists:
        assert not one.terms[:, topical if one.sort.endswith(ALONE) else alone].any()


def test_what_the_weights_add_is_what_a_wish_adds_when_it_is_served(palate: Recommender) -> None:
    made = wish_lists(palate)
    weights = Following().of(0)
    fitting = made._fitting(weights)
    wish = "westerner0x1, westerner0x2 and westerner0x3"
    parts = read(wish, made._catalogue(fitting.nearness), Before())[0].parts
    terms = made._terms(fitting, parts)
    added = terms @ np.array([getattr(weights, name) for name in LEARNED], np.float32)
    model = palate._models.active
    user = palate.ranking.contexts.of(RecommendRequest(wish=wish), model)
    served = palate.wishes.of(RecommendRequest(wish=wish), user, model)
    assert served is not None
    np.testing.assert_allclose(served.lean.scores, added, atol=1e-4)


def test_the_same_seed_gives_the_same_lists(palate: Recommender, lists: list[WishList]) -> None:
    again = wish_lists(palate).of(cases(), np.random.default_rng(0))
    assert [(one.chosen, one.person, one.sort) for one in again] == [
        (one.chosen, one.person, one.sort) for one in lists
    ]


def test_nobody_asked_gives_no_lists(palate: Recommender) -> None:
    assert wish_lists(palate).of([], np.random.default_rng(0)) == []
