"""What words say of the items of the shop, and what is close to them."""

from __future__ import annotations

import numpy as np
import pytest

from service.ranker.data.arrays import FloatArray
from service.wishes.lexicon.topics import Topics
from service.wishes.lexicon.values import Value
from service.wishes.nearness import FARTHEST, Nearness, standardised, stands_out
from tests.service.wishes.shop import Shop


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop()


def test_the_nearest_have_the_topic_of_the_words(shop: Shop) -> None:
    said = shop.nearness.of("cowboys and gunfights")
    western = Value("categories", "Western")
    assert said.topics[western] == max(said.topics.values()) == 1
    has = shop.lexicon.mask(western)
    assert said.near[has].mean() > said.near[~has].mean() + 1
    assert said.near.max() <= 2 * FARTHEST


def test_what_words_say_is_found_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded, weighed = [], []

    def cosines(words: str) -> FloatArray:
        encoded.append(words)
        return shop.nearness.cosines(words)

    weights = Topics.weights
    monkeypatch.setattr(
        Topics, "weights", lambda self, *of: weighed.append(1) or weights(self, *of)
    )
    nearness = Nearness(shop.lexicon, shop.topics, cosines)
    said = nearness.of("a robot")
    assert (nearness.of("a robot"), nearness.topics_of("a robot")) == (said, said.topics)
    nearness.close("a robot")
    assert (encoded, len(weighed)) == (["a robot"], 1)


def test_what_is_close_has_the_words_itself(shop: Shop) -> None:
    close = shop.nearness.close("thing 8")
    assert np.flatnonzero(close).tolist() == [8]


def test_nothing_is_close_to_words_that_nothing_has(shop: Shop) -> None:
    assert not shop.nearness.close("mimsy borogoves").any()
    assert not shop.nearness.close("thing 8 mimsy").any()


def test_no_more_than_a_fiftieth_of_what_has_nothing_to_do_with_words_stands_out() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        near = rng.normal(size=1_000).astype(np.float32)
        assert 0 < stands_out(near).sum() <= 20


def test_nothing_stands_out_where_all_are_alike() -> None:
    assert stands_out(np.ones(3, np.float32)).tolist() == [False] * 3
    assert len(stands_out(np.zeros(0, np.float32))) == 0


def test_deviations_are_told_where_there_are_any() -> None:
    assert standardised(np.array([1, 3], np.float32)).tolist() == [-1, 1]
    assert standardised(np.array([2, 2], np.float32)).tolist() == [0, 0]


def seeing(shop: Shop, *media: FloatArray) -> Nearness:
    return Nearness(shop.lexicon, shop.topics, shop.nearness.cosines, lambda _: media)


def test_what_is_seen_counts_for_what_has_a_picture(shop: Shop) -> None:
    seen = np.full(len(shop.items), np.nan, np.float32)
    seen[:4] = (0.1, 0.2, 0.3, 0.4)
    found = seeing(shop, seen).of("stripes").seen
    assert found[:4].mean() == pytest.approx(0, abs=1e-6)
    assert np.all(np.diff(found[:4]) > 0)
    assert not found[4:].any()
    assert not shop.nearness.of("stripes").seen.any()


def test_pictures_and_sounds_count_together(shop: Shop) -> None:
    one = np.arange(len(shop.items), dtype=np.float32)
    once = seeing(shop, one).of("stripes").seen
    twice = seeing(shop, one, one).of("stripes").seen
    np.testing.assert_allclose(twice, 2 * once)
