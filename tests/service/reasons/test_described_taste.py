"""What words ask for, name and rule out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from indexer.catalog.item import Item
from service.reasons.described_taste import DescribedTaste, Vocabulary, denies

DRESSES = [
    Item("red", title="Summer dress", categories=("Dress",), attributes={"colour": "Red"}),
    Item("blue", title="Summer dress", categories=("Dress",), attributes={"colour": "Blue"}),
    Item("shirt", title="Shirt in red", categories=("Shirt",), attributes={"colour": "White"}),
    Item("bag", title="Handbag", categories=("Bag",), attributes={"colour": "Black", "size": 7.0}),
]


@pytest.mark.parametrize(
    ("words", "asked", "ruled_out"),
    [
        ("old western films", "old western films", []),
        ("no animation", "", ["animation"]),
        ("nothing gory", "", ["gory"]),
        ("funny, not too scary, from France", "funny, , from France", ["too scary"]),
        ("no gore but lots of space", "but lots of space", ["gore"]),
        ("a film without romance", "a film", ["romance"]),
        ("notable nouvelle vague", "notable nouvelle vague", []),
        ("不要动画，太空片", "太空片", ["动画"]),
        ("非常搞笑", "非常搞笑", []),
    ],
)
def test_what_rules_out_is_taken_off(words: str, asked: str, ruled_out: Sequence[str]) -> None:
    described = DescribedTaste.of(words)
    assert (described.asked, list(described.ruled_out)) == (asked, ruled_out)


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("red dress", ["red"]),
        ("a dress", ["red", "blue"]),
        ("red or blue dresses", ["red", "blue"]),
        ("something red", ["red", "shirt"]),
        ("something for a wedding", ["red", "blue", "shirt", "bag"]),
        ("no dress", ["shirt", "bag"]),
        ("summer, nothing blue", ["red", "shirt", "bag"]),
        ("红色连衣裙", []),
    ],
)
def test_nothing_is_close_to_words_that_name_what_it_has_not(words: str, fits: list[str]) -> None:
    described = DescribedTaste.of(words)
    named = Vocabulary.of(DRESSES).named(described.asked)
    assert [item.item_id for item in DRESSES if not denies(item, described, named)] == fits


def test_values_are_named_without_spaces_around_them_in_chinese() -> None:
    items = [
        Item("a", title="夏季连衣裙", attributes={"颜色": "红色"}),
        Item("b", title="夏季连衣裙", attributes={"颜色": "蓝色"}),
    ]
    described = DescribedTaste.of("红色的连衣裙")
    named = Vocabulary.of(items).named(described.asked)
    assert [denies(item, described, named) for item in items] == [False, True]


def test_another_form_of_a_word_that_is_ruled_out_counts_as_that_word() -> None:
    item = Item("a", title="Toy Story", description="An animated film about toys.")
    assert denies(item, DescribedTaste.of("for children, no animation"), {})
    assert not denies(item, DescribedTaste.of("for children, no violence"), {})


def test_numbers_are_named_by_nobody() -> None:
    assert Vocabulary.of(DRESSES).named("size 7") == {}
