"""What somebody may have said who chose a film of the shop."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.catalog.item import Item
from service.wishes.lexicon.lexicon import Segment
from service.wishes.lexicon.tokens import tokens
from service.wishes.lexicon.topics import Topics
from service.wishes.pretended import Pretended, Pretending, Sort
from tests.service.wishes.shop import PLOTS, Shop, encode


@pytest.fixture(scope="module")
def shop() -> Shop:
    """Its plot words are in more texts than a description may have, so there are further words: of
    each ten films that follow one another, in eight of them."""
    items = [
        Item(
            item_id=f"f{i}",
            title=f"Film {i}",
            description=" ".join(
                f"{list(PLOTS)[i % 4].lower().replace('-', '')}group{i // 40}word{j}"
                for j in range(10)
                if j not in (i // 4 % 10, (i // 4 + 3) % 10)
            ),
            categories=(list(PLOTS)[i % 4],),
        )
        for i in range(400)
    ]
    return Shop(items)


def pretending(shop: Shop) -> Pretending:
    return Pretending.of(shop.lexicon.segments[0], shop.topics)


def words_of(wish: Pretended) -> set[str]:
    return set(tokens(wish.text)) - {"and"}


def many(shop: Shop, item: int, sort: Sort) -> list[set[str]]:
    source, rng = pretending(shop), np.random.default_rng(0)
    say = source.description if sort is Sort.DESCRIPTION else source.sort
    wishes = [say(item, rng) for _ in range(50)]
    assert all(wish is not None and wish.sort is sort for wish in wishes)
    return [words_of(wish) for wish in wishes if wish is not None]


def test_a_description_is_of_its_own_words_and_of_words_of_items_alike(shop: Shop) -> None:
    own = set(tokens(shop.items[8].text()))
    said = set().union(*many(shop, 8, Sort.DESCRIPTION))
    alike = {f"westerngroup0word{j}" for j in range(10)}
    assert said == alike  # eight are its own, two only others of its group have
    assert len(said & own) == 8
    share = np.mean([word in own for one in many(shop, 8, Sort.DESCRIPTION) for word in one])
    assert 0.3 < share < 0.8


def test_a_wish_for_a_sort_of_thing_is_of_what_sets_its_items_apart(shop: Shop) -> None:
    said = many(shop, 8, Sort.SORT)
    assert all(word.startswith("western") for one in said for word in one)
    assert any(not one <= set(tokens(shop.items[8].text())) for one in said)


def test_words_that_name_a_value_are_not_said(shop: Shop) -> None:
    names = {token for genre in PLOTS for token in tokens(genre)}
    for sort in Sort:
        assert names.isdisjoint(set().union(*many(shop, 8, sort)))


def test_a_wish_has_two_to_five_words_as_one_says_them(shop: Shop) -> None:
    lengths = {len(one) for sort in Sort for one in many(shop, 8, sort)}
    assert lengths <= {1, 2, 3, 4, 5}
    wish = pretending(shop).sort(8, np.random.default_rng(1))
    assert wish is not None
    assert wish.text.count(" and ") == 1


def test_of_what_has_no_words_or_no_values_nothing_is_pretended() -> None:
    bare = [Item(item_id=f"b{i}", title=str(i)) for i in range(30)]
    for items in (bare, []):
        segment = Segment.of(list(enumerate(items)))
        source = Pretending.of(segment, Topics.of(segment, encode))
        rng = np.random.default_rng(0)
        assert source.description(0, rng) is None
        assert source.sort(0, rng) is None
    assert source.description(99, rng) is None


def test_signs_that_stand_for_syllables_are_not_taken_for_words() -> None:
    items = [Item(item_id=f"z{i}", title="星际飞船与外星人" * (i % 3 + 1)) for i in range(30)]
    segment = Segment.of(list(enumerate(items)))
    source = Pretending.of(segment, Topics.of(segment, encode))
    assert source.description(0, np.random.default_rng(0)) is None


def test_the_same_seed_says_the_same(shop: Shop) -> None:
    source = pretending(shop)
    one, other = (source.description(8, np.random.default_rng(4)) for _ in range(2))
    assert one == other
