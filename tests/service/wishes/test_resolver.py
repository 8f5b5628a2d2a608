"""What clauses become in a shop whose values are known; whole wishes are in `test_reader`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from service.ranker.data.arrays import FloatArray
from service.wishes.clause import Clause, Parsed, Stance
from service.wishes.context import Before, Catalogue
from service.wishes.languages.en.grammar import English
from service.wishes.reading import PartKind, WishPart
from service.wishes.resolver import Resolver
from tests.service.wishes.shop import DIM, Shop, encode, films


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop()


def resolved(catalogue: Catalogue, *clauses: Clause) -> list[WishPart]:
    return Resolver(English(), catalogue, Before()).parts(Parsed(clauses))[0]


def wanted(text: str) -> Clause:
    return Clause(text, Stance.WANT, text)


def test_what_is_wanted_and_names_nothing_says_one_thing_together(shop: Shop) -> None:
    parts = resolved(shop.catalogue, wanted("a long story"), wanted("many stories"))
    assert [(part.kind, part.words) for part in parts] == [
        (PartKind.WANTED, "a long story, many stories")
    ]


def test_what_everything_is_says_nothing(shop: Shop) -> None:
    assert resolved(shop.catalogue, wanted("films")) == []
    (part,) = resolved(shop.catalogue, wanted("western films"))
    assert list(part.values) == ["Western"]


def test_the_words_around_a_value_that_not_every_item_tells_are_compared_with_it(
    shop: Shop,
) -> None:
    named, around = resolved(shop.catalogue, wanted("robot 1963"))
    assert (named.field, named.words) == ("attributes.keywords", "robot")
    assert (around.field, around.text, around.words) == ("", "1963", "robot 1963")


def saying(word: str) -> Catalogue:
    """The shop, where one text in ten has this word."""
    told = (
        replace(item, description=f"{item.description} {word}.") if number % 10 == 0 else item
        for number, item in enumerate(films())
    )
    return Shop(list(told)).catalogue


def test_a_word_beside_a_value_leans_though_many_texts_have_it() -> None:
    named, beside = resolved(saying("Rodeo"), wanted("rodeo western"))
    assert (named.field, list(named.values)) == ("categories", ["Western"])
    assert (beside.kind, beside.text) == (PartKind.PREFERRED, "rodeo")


def test_the_last_word_is_what_is_wanted() -> None:
    named, wanted_itself = resolved(saying("Rodeo"), wanted("colour rodeo films"))
    assert (named.field, list(named.values)) == ("categories", ["Colour"])
    assert (wanted_itself.kind, wanted_itself.text) == (PartKind.WANTED, "rodeo")


@pytest.mark.parametrize("praise", ["good", "Great", "favourite"])
def test_praise_beside_a_value_says_nothing(praise: str) -> None:
    (part,) = resolved(saying(praise), wanted(f"{praise} western"))
    assert list(part.values) == ["Western"]


def test_a_value_is_found_by_another_name(shop: Shop) -> None:
    """Both the name and what the words are near to say that "cowboy stuff" is Western."""
    western = next(place for place, one in enumerate(shop.topics.values) if one.text == "Western")

    def encoded(text: str) -> FloatArray:
        return shop.topics.names[western] if "cowboys" in text else encode([text])[0]

    named = replace(shop.catalogue, encode=encoded)
    (part,) = resolved(named, Clause("no cowboys", Stance.WITHOUT, "cowboys and gunfights"))
    assert (part.kind, part.field, list(part.values)) == (
        PartKind.RULED_OUT,
        "categories",
        ["Western"],
    )
    elsewhere = replace(named, topics_of=lambda _: {})
    parts = resolved(elsewhere, Clause("no cowboys", Stance.WITHOUT, "cowboys and gunfights"))
    assert all(part.field != "categories" for part in parts)


def test_all_words_are_encoded_at_once(shop: Shop) -> None:
    asked: list[Sequence[str]] = []
    catalogue = replace(shop.catalogue, prepare=asked.append)
    resolved(catalogue, wanted("a long story"), Clause("less gloomy", Stance.LESS, "gloomy"))
    (texts,) = asked
    assert {"a long story", "gloomy"} <= set(texts)
    assert encode(list(texts)).shape == (len(texts), DIM)
