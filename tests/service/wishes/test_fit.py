"""How every item of the shop fits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.data.arrays import BoolArray, FloatArray
from service.wishes.context import Before
from service.wishes.fit import Fit, Reason
from service.wishes.lexicon.values import Value
from service.wishes.nearness import Nearness
from service.wishes.reader import read
from service.wishes.reading import PartKind, WishPart
from service.wishes.weights import WishWeights
from tests.service.wishes.shop import Shop, films


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop()


def fit(shop: Shop, wish: str, strength: float = 1.0) -> Fit:
    return shop.fitting.fit(read(wish, shop.catalogue, Before())[0].parts, strength)


def has(shop: Shop, genre: str) -> BoolArray:
    return shop.lexicon.mask(Value("categories", genre))


def test_items_with_more_of_what_is_wanted_stand_in_front(shop: Shop) -> None:
    found = fit(shop, "a western in black and white")
    both = has(shop, "Western") & has(shop, "Black and White")
    either = has(shop, "Western") ^ has(shop, "Black and White")
    np.testing.assert_array_equal(found.tiers, 4.0 * either + 8 * both)
    np.testing.assert_array_equal(found.leading, both)


def test_what_is_ruled_out_is_not_allowed(shop: Shop) -> None:
    np.testing.assert_array_equal(fit(shop, "no horror").allowed, ~has(shop, "Horror"))


def test_limits_are_kept(shop: Shop) -> None:
    prices = np.array([item.price for item in shop.items])
    np.testing.assert_array_equal(fit(shop, "under 50").allowed, prices < 50)


def test_words_that_name_nothing_lean_towards_their_topic(shop: Shop) -> None:
    found = fit(shop, "sheriff stories about cowboys")
    western = has(shop, "Western")
    assert found.lean[western].min() > found.lean[~western].max()
    np.testing.assert_array_equal(found.leading, western)
    assert found.allowed.all()


def test_what_only_words_rule_out_is_pushed_down(shop: Shop) -> None:
    words = "ghosts and curses"
    found = shop.fitting.fit([WishPart(PartKind.AVOIDED, f"no {words}", words)])
    assert found.allowed.all()
    horror = has(shop, "Horror")
    assert found.lean[horror].mean() < found.lean[~horror].mean() - 3


def test_what_is_wanted_is_not_pushed_down_with_what_is_near_to_it(shop: Shop) -> None:
    """Words about cowboys are near to all Westerns, which are wanted."""
    words = "sheriff stories about cowboys"
    western = has(shop, "Western")
    avoided = WishPart(PartKind.AVOIDED, f"no {words}", words)
    wanted = WishPart(PartKind.WANTED, "western", "western", "categories", ("Western",))
    assert (shop.fitting.fit([avoided]).lean[western] < -3).all()
    pushed = shop.fitting.fit([wanted, avoided]).lean[western] < -3
    assert 0 < pushed.mean() < 0.5


def test_less_of_something_moves_it_down_and_keeps_it(shop: Shop) -> None:
    found = fit(shop, "less romance")
    romance = has(shop, "Romance")
    assert found.allowed.all()
    assert found.lean[romance].max() < found.lean[~romance].min()


def test_an_item_that_is_named_does_not_come_back(shop: Shop) -> None:
    found = fit(shop, "like 'The Film 8'")
    assert np.flatnonzero(~found.allowed).tolist() == [8]
    assert found.lean[has(shop, "Western")].mean() > found.lean[~has(shop, "Western")].mean()


def test_what_the_same_people_like_is_like_it_and_is_not_called_so(shop: Shop) -> None:
    liked = np.zeros(len(shop.items), np.float32)
    liked[[1, 2]] = 1.0  # no Westerns
    known = replace(
        shop.fitting,
        likeness=lambda item_id: replace(shop.fitting.likeness(item_id), behaviour=liked),
    )
    parts = read("like 'The Film 8'", shop.catalogue, Before())[0].parts
    more = known.fit(parts).lean - shop.fitting.fit(parts).lean
    assert set(np.argsort(-more)[:2]) == {1, 2}
    assert known.fit(parts).reasons(1) == known.fit(parts).reasons(2) == []


def test_standing_words_lean_less_and_have_no_tiers(shop: Shop) -> None:
    wish, taste = fit(shop, "a western, no horror"), fit(shop, "a western, no horror", strength=0.5)
    assert not taste.tiers.any()
    assert 0 < taste.lean.max() < 1
    np.testing.assert_array_equal(wish.tiers > 0, has(shop, "Western"))
    np.testing.assert_array_equal(taste.allowed, wish.allowed)


@pytest.mark.parametrize(
    ("kind", "unwanted", "is_told"),
    [
        (PartKind.AVOIDED, "planet", False),
        (PartKind.RULED_OUT, "planet", False),
        (PartKind.AVOIDED, "wedding", True),
        (PartKind.LESS, "planet", True),
    ],
)
def test_what_has_something_unwanted_itself_is_not_called_close(
    shop: Shop, kind: PartKind, unwanted: str, is_told: bool
) -> None:
    """Film 9 has "planet" among its keywords."""
    wanted = WishPart(PartKind.WANTED, "thing 9", "thing 9")
    found = shop.fitting.fit([wanted, WishPart(kind, f"no {unwanted}", unwanted)])
    assert (Reason("thing 9") in found.reasons(9)) is is_told
    assert Reason("thing 9") in shop.fitting.fit([wanted]).reasons(9)


def test_what_is_near_something_unwanted_is_not_called_close(shop: Shop) -> None:
    """Whatever its words are: "cosmonaut" here is near to film 9."""
    nearest = np.eye(len(shop.items), dtype=np.float32)[9]

    def cosines(words: str) -> FloatArray:
        return nearest if words == "cosmonaut" else shop.nearness.cosines(words)

    fitting = replace(shop.fitting, nearness=Nearness(shop.lexicon, shop.topics, cosines))
    parts = [
        WishPart(PartKind.WANTED, "thing 9", "thing 9"),
        WishPart(PartKind.AVOIDED, "no cosmonaut", "cosmonaut"),
    ]
    assert Reason("thing 9") not in fitting.fit(parts).reasons(9)
    assert Reason("thing 9") in fitting.fit(parts[:1]).reasons(9)


def test_a_value_that_is_there_is_told_whatever_is_unwanted(shop: Shop) -> None:
    wanted = WishPart(PartKind.PREFERRED, "sci-fi", "sci-fi", "categories", ("Sci-Fi",))
    found = shop.fitting.fit([wanted, WishPart(PartKind.AVOIDED, "no planet", "planet")])
    assert found.reasons(9) == [Reason("sci-fi", "Sci-Fi")]


@pytest.mark.parametrize(
    ("words", "is_told"),
    [
        ("gunslingers", False),  # no item has the word
        ("gunslingers 9", False),  # film 9 has, and is none of them
        ("gunslingers and cowboys", True),
    ],
)
def test_a_topic_that_items_with_the_words_do_not_bear_out_leans_and_is_not_told(
    shop: Shop, words: str, is_told: bool
) -> None:
    """Whatever is said, the encoder takes it for something about Westerns."""
    western = has(shop, "Western")
    nearness = Nearness(shop.lexicon, shop.topics, lambda _: western.astype(np.float32))
    fitting = replace(shop.fitting, nearness=nearness)
    found = fitting.fit([WishPart(PartKind.WANTED, words, words)])
    assert found.lean[western].mean() > found.lean[~western].mean() + 1
    index = int(np.flatnonzero(western)[0])
    assert (Reason(words, "Western") in found.reasons(index)) is is_told


NOTHING = WishWeights(**dict.fromkeys(WishWeights.__dataclass_fields__, 0.0))
ONLY_WHOLE = replace(NOTHING, whole=2.0)


@pytest.mark.parametrize(
    ("wish", "of_one", "of_both"),
    [
        ("something with a spaceship", 2.0, 2.0),  # one thing is meant
        ("spaceships and aliens", 0.5, 1.0),  # two describe Sci-Fi
    ],
)
def test_who_names_one_thing_means_it(shop: Shop, wish: str, of_one: float, of_both: float) -> None:
    weights = replace(NOTHING, mention=0.5, mention_alone=2.0)
    lean = (
        replace(shop.fitting, weights=weights)
        .fit(read(wish, shop.catalogue, Before())[0].parts)
        .lean
    )
    named = [
        shop.lexicon.mask(Value("attributes.keywords", word, is_part=True))
        for word in ("spaceship", "alien")
        if word in wish
    ]
    np.testing.assert_allclose(lean[np.sum(named, axis=0) == 0], 0)
    np.testing.assert_allclose(lean[np.sum(named, axis=0) == 1], of_one)
    np.testing.assert_allclose(lean[np.sum(named, axis=0) == 2], of_both)


def test_what_has_all_the_words_leads_and_what_has_some_hardly_moves(shop: Shop) -> None:
    fitting = replace(shop.fitting, weights=ONLY_WHOLE)
    found = fitting.fit([WishPart(PartKind.WANTED, "", "cowboy outlaw")])
    matched = shop.lexicon.matches(["cowboy", "outlaw"])
    np.testing.assert_allclose(found.lean[matched == 2], 2.0)
    np.testing.assert_array_equal(found.lean[matched == 0], 0.0)
    assert 0 < found.lean[matched == 1].max() < 2 * 0.1  # a half to the fifth, about


def test_a_single_word_is_no_whole(shop: Shop) -> None:
    fitting = replace(shop.fitting, weights=ONLY_WHOLE)
    assert not fitting.fit([WishPart(PartKind.WANTED, "", "cowboy")]).lean.any()


def test_what_leans_is_the_sum_of_what_each_weight_adds(shop: Shop) -> None:
    parts = read("sheriff stories about cowboys, rather romance", shop.catalogue, Before())[0].parts
    nothing = dict.fromkeys(WishWeights.__dataclass_fields__, 0.0)
    usual = shop.fitting.weights
    single = [
        replace(shop.fitting, weights=WishWeights(**{**nothing, name: getattr(usual, name)}))
        for name in nothing
    ]
    total = sum(one.fit(parts).lean for one in single)
    np.testing.assert_allclose(total, shop.fitting.fit(parts).lean, atol=1e-5)


def test_what_words_of_an_item_say_and_no_field_of_it_stands_below_and_before_the_rest() -> None:
    items = [replace(item, categories=(f"animal{n % 30}",)) for n, item in enumerate(films(1_200))]
    items[1] = replace(items[1], description="Nearly animal7.")  # its category is another
    shop = Shop(items)
    found = fit(shop, "animal7")
    order = found.tiers + found.lean
    having = shop.lexicon.mask(Value("categories", "animal7"))
    rest = ~having
    rest[1] = False
    assert order[having].min() > order[1] > order[rest].max()
