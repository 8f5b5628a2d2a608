from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.wishes.lexicon.lexicon import Segment
from service.wishes.lexicon.topics import Topics
from service.wishes.lexicon.values import Value
from tests.service.wishes.shop import Shop, encode, films


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop()


def test_words_of_one_genre_have_that_genre_as_their_topic(shop: Shop) -> None:
    weights = shop.topics.weights(shop.nearness.of("cowboys and gunfights").near)
    best = max(weights, key=lambda value: weights[value])
    assert (best.text, weights[best]) == ("Western", 1.0)


def test_what_another_value_explains_does_not_count(shop: Shop) -> None:
    """Near are all Western films, each in black and white or in colour: only the genre is why."""
    western = next(value for value in shop.topics.values if value.text == "Western")
    nearness = shop.lexicon.mask(western).astype(np.float32)
    assert {value.text for value in shop.topics.weights(nearness)} == {"Western"}


def test_nearness_without_a_pattern_has_no_topic(shop: Shop) -> None:
    nearness = np.random.default_rng(0).random(len(shop.items)).astype(np.float32)
    assert shop.topics.weights(nearness) == {}


def test_only_fields_that_nearly_every_item_has_are_topics(shop: Shop) -> None:
    assert {value.field for value in shop.topics.values} == {"categories", "attributes.director"}


def test_an_empty_catalogue_has_none() -> None:
    assert Topics.of(Segment.of([]), encode).weights(np.zeros(0, np.float32)) == {}


def test_a_topic_counts_by_how_much_of_nearness_it_explains() -> None:
    segment = Segment.of(list(enumerate(films(4_000))))
    topics = Topics.of(segment, encode)
    western = Value("categories", "Western")
    has = np.zeros(4_000, np.float32)
    has[segment.values.items(western)] = 1
    noise = np.random.default_rng(0).normal(size=4_000).astype(np.float32)
    found = [topics.weights(noise + np.float32(more) * has).get(western, 0) for more in (0, 0.3, 2)]
    assert found[0] == 0
    assert 0 < found[1] < 1
    assert found[2] == 1


def test_a_number_is_no_topic() -> None:
    items = [replace(item, categories=(f"+{n % 4}",)) for n, item in enumerate(films())]
    segment = Segment.of(list(enumerate(items)))
    topics = Topics.of(segment, encode)
    (one,) = (value for value in topics.values if value.text == "+1")
    has = np.zeros(len(items), np.float32)
    has[segment.values.items(one)] = 1
    assert "categories" in topics.fields
    assert topics.weights(has) == {}


def of_thirty_animals() -> Topics:
    """Forty items of each."""
    animals = [f"animal{n}" for n in range(30)]
    items = [replace(item, categories=(animals[n % 30],)) for n, item in enumerate(films(1_200))]
    return Topics.of(Segment.of(list(enumerate(items))), encode)


def test_a_name_that_is_far_nearer_than_names_are_is_a_topic_though_items_say_nothing() -> None:
    topics = of_thirty_animals()
    (words,) = encode(["animal7"])
    nothing = np.zeros(len(topics.items), np.float32)
    assert topics.weights(nothing) == {}
    assert topics.weights(nothing, words) == {Value("categories", "animal7"): 1.0}


def test_what_items_say_counts_less_where_a_name_says_something_else() -> None:
    topics = of_thirty_animals()
    third = Value("categories", "animal3")
    near = np.zeros(len(topics.items), np.float32)
    near[3::30] = 2
    (words,) = encode(["animal7"])
    assert topics.weights(near)[third] == 1
    assert topics.weights(near, words).get(third, 0) < 0.5


def test_words_that_no_name_is_near_to_are_about_what_items_say() -> None:
    topics = of_thirty_animals()
    near = np.zeros(len(topics.items), np.float32)
    near[3::30] = 2
    everything = np.sum(topics.names, axis=0)
    everything /= np.linalg.norm(everything)
    assert topics.weights(near, everything) == pytest.approx(topics.weights(near), abs=0.05)
