"""Weights learned from choices whose reason is known."""

from __future__ import annotations

import numpy as np
import pytest

from service.wishes.learning import FEWEST, LEARNED, Learned, WishList, gains, learned
from service.wishes.weights import Following, WishWeights

N_CANDIDATES = 40
USUAL = Following()


def lists(
    n: int,
    followed: dict[str, float],
    *,
    n_events: int = 0,
    sort: str = "description",
    seed: int = 0,
) -> list[WishList]:
    """Of `n` people, who choose by what the ranker thinks, by what `followed` weights add, and by
    chance. Two terms are there."""
    rng = np.random.default_rng(seed)
    made = []
    for person in range(n):
        scores = rng.normal(size=N_CANDIDATES).astype(np.float32)
        terms = np.zeros((N_CANDIDATES, len(LEARNED)), np.float32)
        terms[:, LEARNED.index("words_alone")] = 3 * rng.normal(size=N_CANDIDATES)
        terms[:, LEARNED.index("whole")] = rng.random(N_CANDIDATES) < 0.2
        weights = np.array([followed.get(name, 0.0) for name in LEARNED], np.float32)
        worth = scores + terms @ weights + 0.3 * rng.gumbel(size=N_CANDIDATES)
        made.append(
            WishList(scores, terms, int(np.argmax(worth)), n_events, person + 1000 * seed, sort)
        )
    return made


def test_where_people_choose_what_the_words_say_the_weights_grow() -> None:
    found = learned(lists(300, {"words_alone": 0.6, "whole": 3.0}))
    assert found.following.stranger.words_alone > 1.5 * USUAL.stranger.words_alone
    assert found.following.stranger.whole > 2 * USUAL.stranger.whole
    assert found.worth["worth/wish_weights/description/low"] > 0


def test_where_the_words_tell_nothing_the_weights_shrink_to_nearly_nothing() -> None:
    found = learned(lists(300, {}))
    assert found.following.stranger.words_alone < 0.15 * USUAL.stranger.words_alone
    assert found.following.stranger.whole < 0.2 * USUAL.stranger.whole
    assert found.worth["worth/wish_weights/description/low"] > 0


def test_people_known_well_have_weights_of_their_own() -> None:
    both = [
        *lists(300, {"words_alone": 0.6, "whole": 3.0}),
        *lists(300, {}, n_events=1000, seed=1),
    ]
    found = learned(both).following
    assert found.stranger.whole > 2 * USUAL.stranger.whole
    assert found.known.whole < 0.4 * USUAL.known.whole


def test_what_nobody_said_stays_as_it_is_set() -> None:
    found = learned(lists(300, {"words_alone": 0.6, "whole": 3.0})).following.stranger
    for name in ("topic", "meaning", "words", "mention", "value", "like", "avoided"):
        assert getattr(found, name) == pytest.approx(getattr(USUAL.stranger, name), abs=1e-3)


def test_few_people_leave_the_weights_as_they_are_set() -> None:
    few = learned(lists(FEWEST - 1, {"whole": 3.0}))
    assert few.following == USUAL
    assert few.worth == {}


def test_choices_as_the_weights_say_leave_them_about_as_they_are() -> None:
    as_set = {"words_alone": USUAL.stranger.words_alone, "whole": USUAL.stranger.whole}
    found = learned(lists(300, as_set)).following.stranger
    assert found.words_alone == pytest.approx(USUAL.stranger.words_alone, rel=0.3)
    assert found.whole == pytest.approx(USUAL.stranger.whole, rel=0.3)


def test_nothing_is_learned_that_wishes_of_another_sort_pay_for() -> None:
    """Of 300 descriptions, which should be followed more, and 300 vague wishes, which should not."""
    gain = {"words_alone": 0.6, "whole": 3.0}
    both = [*lists(300, gain), *lists(300, {}, sort="sort", seed=1)]
    assert learned(lists(300, gain)).following.stranger.whole > USUAL.stranger.whole
    assert learned(both) == Learned()


def test_the_same_lists_give_the_same_weights() -> None:
    some = lists(100, {"whole": 3.0})
    assert learned(some) == learned(some)


def test_the_figures_have_every_weight() -> None:
    metrics = learned([]).metrics()
    assert metrics["wishes/topic/stranger"] == USUAL.stranger.topic
    assert metrics["wishes/whole/known"] == USUAL.known.whole


def test_the_gain_of_a_list_is_by_the_rank_of_what_was_chosen() -> None:
    terms = np.zeros((3, len(LEARNED)), np.float32)
    terms[0, LEARNED.index("whole")] = 1.0
    one = WishList(np.array([0.0, 0.5, 1.0], np.float32), terms, 0, 0, 0, "description")
    for whole, rank in ((0.0, 2), (0.75, 1), (2.0, 0)):
        following = Following(stranger=WishWeights(whole=whole))
        assert gains([one], following) == pytest.approx([1 / np.log2(rank + 2)])
