"""What becomes of a wish, over a shop whose values are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from indexer.catalog.filter import parse_filter
from service.wishes.context import Before
from service.wishes.reader import read
from service.wishes.reading import PartKind, Reading
from tests.service.wishes.shop import Shop, films


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop()


def told(reading: Reading) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(part.kind.value, part.text, part.field, tuple(part.values)) for part in reading.parts]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("a western", [("wanted", "western", "categories", ("Western",))]),
        ("westerns", [("wanted", "westerns", "categories", ("Western",))]),
        ("no horror", [("ruled_out", "no horror", "categories", ("Horror",))]),
        ("less romance", [("less", "less romance", "categories", ("Romance",))]),
        ("nothing storied", [("avoided", "nothing storied", "", ())]),
        ("nothing gloomy", [("not_understood", "nothing gloomy", "", ())]),
        ("by Maker3", [("wanted", "by Maker3", "attributes.director", ("Ada Maker3",))]),
        (
            "black and white horror",
            [
                ("wanted", "black and white", "categories", ("Black and White",)),
                ("wanted", "horror", "categories", ("Horror",)),
            ],
        ),
        ("under 50", [("limit", "under 50", "price", ())]),
        ("a long story", [("wanted", "long story", "", ())]),
        ("something gloomy", [("not_understood", "gloomy", "", ())]),
    ],
)  # fmt: skip
def test_each_part_is_told(
    shop: Shop, wish: str, expected: list[tuple[str, str, str, tuple[str, ...]]]
) -> None:
    reading, _ = read(wish, shop.catalogue, Before())
    assert told(reading) == expected
    assert (reading.text, reading.reader) == (wish, "grammar")


def test_what_is_ruled_out_is_told_as_a_filter(shop: Shop) -> None:
    (part,) = read("no horror", shop.catalogue, Before())[0].parts
    assert part.filter == 'NOT categories:"Horror"'
    assert parse_filter(part.filter) is not None


def test_a_value_among_others_in_one_text_has_no_filter(shop: Shop) -> None:
    part = read("without robots", shop.catalogue, Before())[0].parts[0]
    assert (part.kind, part.field, part.filter) == (PartKind.RULED_OUT, "attributes.keywords", "")


def test_where_a_field_is_silent_words_tell_of_what_is_ruled_out(shop: Shop) -> None:
    parts = read("without robots", shop.catalogue, Before())[0].parts
    assert [(part.kind, part.words) for part in parts] == [
        (PartKind.RULED_OUT, "robots"),
        (PartKind.AVOIDED, "robots"),
    ]
    (alone,) = read("no Ada Maker3", shop.catalogue, Before())[0].parts
    assert (alone.kind, alone.field) == (PartKind.RULED_OUT, "attributes.director")


@pytest.mark.parametrize("wish", ["old westerns", "an old western film", "rather old westerns"])
def test_how_old_a_thing_is_bounds_it(shop: Shop, wish: str) -> None:
    limit, genre = read(wish, shop.catalogue, Before())[0].parts
    assert (limit.kind, limit.text, limit.field, limit.high) == (
        PartKind.LIMIT,
        "old",
        "title",
        1972,
    )
    assert (genre.field, list(genre.values)) == ("categories", ["Western"])


@pytest.mark.parametrize("wish", ["something old", "old films", "classic movies"])
def test_how_old_a_thing_is_may_be_all_that_is_said(shop: Shop, wish: str) -> None:
    (limit,) = read(wish, shop.catalogue, Before())[0].parts
    assert (limit.kind, limit.high) == (PartKind.LIMIT, 1972)


@pytest.mark.parametrize(
    "wish", ["an old friend", "a western about an old sheriff", "no old westerns", "Old Boy"]
)
def test_what_else_is_old_bounds_nothing(shop: Shop, wish: str) -> None:
    parts = read(wish, shop.catalogue, Before())[0].parts
    assert PartKind.LIMIT not in {part.kind for part in parts}


def test_what_is_new_came_lately(shop: Shop) -> None:
    limit, _ = read("new westerns", shop.catalogue, Before())[0].parts
    assert (limit.field, limit.low) == ("created_at", 1e9 + 179)


def test_a_title_of_function_words_is_ruled_out() -> None:
    items = [*films(), replace(films(1)[0], item_id="it", title="It")]
    shop = Shop(items)
    (part,) = read("not It", shop.catalogue, Before())[0].parts
    assert (part.kind, part.item_id) == (PartKind.UNLIKE_ITEM, "it")


def test_a_limit_without_a_number_in_the_catalogue_is_said(shop: Shop) -> None:
    reading, notes = read("a western with at least 4 stars", shop.catalogue, Before())
    assert [part.kind for part in reading.parts] == [PartKind.NOT_UNDERSTOOD, PartKind.WANTED]
    assert "no field of the catalogue is a number for stars" in notes[0]


def test_a_language_without_a_grammar_is_said(shop: Shop) -> None:
    reading, notes = read("хочу весёлую комедию", shop.catalogue, Before())
    assert told(reading) == [("not_understood", "хочу весёлую комедию", "", ())]
    assert "in no language that wishes are read in (en, zh)" in notes[0]


def test_free_words_of_a_language_that_the_encoder_does_not_read_have_no_effect(shop: Shop) -> None:
    deaf = replace(shop.catalogue, reads=lambda code: code == "en")
    reading, notes = read("搞笑的片子", deaf, Before())
    assert {part.kind for part in reading.parts} == {PartKind.NOT_UNDERSTOOD}
    assert "does not read this language" in notes[0]


def test_an_answer_is_refined_by_places_and_by_more_words(shop: Shop) -> None:
    first, _ = read("a western under 50", shop.catalogue, Before())
    shown = Before(first, np.array([8, 4, 12]))
    second, _ = read("more like 2, not 3, and under 30", shop.catalogue, shown)
    kinds = {(part.kind, part.item_id or part.high or part.text) for part in second.parts}
    assert kinds == {
        (PartKind.WANTED, "western"),
        (PartKind.LIKE_ITEM, "f4"),
        (PartKind.UNLIKE_ITEM, "f12"),
        (PartKind.LIMIT, 30.0),
    }
    assert second.text == "a western under 50, more like 2, not 3, and under 30"


def test_another_stance_to_the_same_value_replaces_the_first(shop: Shop) -> None:
    first, _ = read("a western", shop.catalogue, Before())
    second, _ = read("no westerns", shop.catalogue, Before(first))
    assert [part.kind for part in second.parts] == [PartKind.RULED_OUT]


def test_a_place_that_was_not_shown_is_not_understood(shop: Shop) -> None:
    reading, _ = read("more like 3", shop.catalogue, Before())
    assert [part.kind for part in reading.parts] == [PartKind.NOT_UNDERSTOOD]


def test_a_title_names_an_item(shop: Shop) -> None:
    reading, _ = read("like 'The Film 7'", shop.catalogue, Before())
    assert [(part.kind, part.item_id) for part in reading.parts] == [(PartKind.LIKE_ITEM, "f7")]


def test_parts_can_be_left_out(shop: Shop) -> None:
    reading, _ = read("a western, no horror", shop.catalogue, Before(), ["no horror"])
    assert [part.text for part in reading.parts] == ["western"]


def test_no_words_say_nothing(shop: Shop) -> None:
    assert read("  ", shop.catalogue, Before())[0].parts == []


def test_what_is_said_twice_is_one_part(shop: Shop) -> None:
    reading, _ = read("a western, a western, and a western", shop.catalogue, Before())
    assert [part.text for part in reading.parts] == ["western"]


def test_a_bound_replaces_the_one_from_the_same_side_and_no_other(shop: Shop) -> None:
    first, _ = read("between 20 and 60 euros", shop.catalogue, Before())
    low, _ = read("over 30 euros", shop.catalogue, Before(first))
    assert [(part.low, part.high) for part in low.parts] == [(30, None)]
    both, _ = read("under 50 euros and over 10 euros", shop.catalogue, Before(low))
    assert {(part.low, part.high) for part in both.parts} == {(None, 50), (10, None)}


def test_the_words_around_a_number_of_the_catalogue_say_what_it_is(shop: Shop) -> None:
    reading, notes = read("a western with a runtime over 100", shop.catalogue, Before())
    limit, western = reading.parts
    assert (limit.text, limit.filter) == ("runtime over 100", "attributes.runtime > 100")
    assert (western.words, notes) == ("western", [])


def test_a_word_that_ends_alike_stays(shop: Shop) -> None:
    reading, _ = read("some overprice, a story price over 9", shop.catalogue, Before())
    assert [part.text for part in reading.parts] == ["price over 9", "overprice, story"]
    assert reading.parts[1].words == "overprice, story"


def test_a_title_that_is_not_wanted_is_that_item() -> None:
    """Where no value is called so, and it is written as a name."""
    items = [replace(item, title=f"Land {n}") for n, item in enumerate(films())]
    catalogue = Shop(items).catalogue
    (part,) = read("not Land 7", catalogue, Before())[0].parts
    assert (part.kind, part.item_id) == (PartKind.UNLIKE_ITEM, "f7")
    (words,) = read("nothing like a land", catalogue, Before())[0].parts
    assert words.item_id == ""


def test_yes_and_no_are_wanted_and_ruled_out_by_the_name_of_their_attribute() -> None:
    items = [
        replace(item, attributes={**item.attributes, "is_restored": n % 2 == 0})
        for n, item in enumerate(films())
    ]
    shop = Shop(items)
    (part,) = read("not restored", shop.catalogue, Before())[0].parts
    assert (part.kind, part.filter) == (
        PartKind.RULED_OUT,
        'NOT attributes.is_restored:"true"',
    )
    reading, _ = read("restored westerns", shop.catalogue, Before())
    assert {(part.kind, part.field) for part in reading.parts} == {
        (PartKind.WANTED, "attributes.is_restored"),
        (PartKind.WANTED, "categories"),
    }
