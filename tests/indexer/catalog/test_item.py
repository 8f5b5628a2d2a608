"""Items: what is accepted, what is refused and why, and what the encoder reads."""

from __future__ import annotations

import math
import string
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.catalog.item import Item
from indexer.errors import InvalidInput

NOW = 1_800_000_000.0


def test_only_the_item_id_is_required() -> None:
    item = Item.from_mapping({"item_id": "a"})
    assert item == Item("a")
    assert (item.domain, item.available, item.price, item.media) == ("default", True, None, {})


def test_every_field_is_taken_over() -> None:
    row = {
        "item_id": "a",
        "domain": "films",
        "title": "Solaris",
        "description": "A planet thinks.",
        "categories": ["Drama", "Drama", " Sci-Fi "],
        "attributes": {
            "year": 1972,
            "colour": True,
            "cast": ["Banionis", "Bondarchuk"],
            "note": None,
        },
        "image": "images/a.jpg",
        "audio": "songs/a.ogg",
        "price": "9.50",
        "created_at": "1972-03-20T12:00:00Z",
        "available": False,
    }
    assert Item.from_mapping(row) == Item(
        "a",
        domain="films",
        title="Solaris",
        description="A planet thinks.",
        categories=("Drama", "Sci-Fi"),
        attributes={"year": 1972.0, "colour": True, "cast": ("Banionis", "Bondarchuk")},
        media={"image": ("images/a.jpg",), "audio": ("songs/a.ogg",)},
        price=9.5,
        created_at=datetime(1972, 3, 20, 12, tzinfo=UTC).timestamp(),
        available=False,
    )


def test_a_whole_number_is_an_id_of_its_digits() -> None:
    assert Item.from_mapping({"item_id": 42}).item_id == "42"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("item_id", None, "required"),
        ("item_id", "", "must not be empty"),
        ("item_id", "  ", "must not be empty"),
        ("item_id", "a\nb", "control characters"),
        ("item_id", "a\x00", "control characters"),
        ("item_id", "\ud800", "control characters"),
        ("item_id", "x" * 513, "513 characters, at most 512"),
        ("item_id", 1.5, "must be text"),
        ("item_id", True, "must be text"),
        ("title", ["a"], "must be text"),
        ("title", "\ud83d", "surrogate"),
        ("description", "x" * 1_000_000, "1,000,000 characters, at most 100,000"),
        ("domain", "a\tb", "control characters"),
        ("price", math.nan, "finite"),
        ("price", math.inf, "finite"),
        ("price", "NaN", "must be a number"),
        ("price", 10**400, "finite"),
        ("price", -1, "must not be negative"),
        ("price", True, "must be a number"),
        ("price", "cheap", "must be a number"),
        ("created_at", "last week", "RFC 3339"),
        ("created_at", "2024-02-31", "no such time"),
        ("created_at", NOW + 90_000, "future"),
        ("created_at", NOW * 1000, "milliseconds"),
        ("created_at", math.nan, "finite"),
        ("available", "perhaps", "true or false"),
        ("categories", {"a": 1}, "list of texts"),
        ("categories", [1], "must be text"),
        ("categories", "[broken", "JSON"),
        ("attributes", "{broken", "JSON"),
        ("attributes", ["a"], "object"),
        ("attributes", {"": 1}, "must not be empty"),
        ("attributes", {"a": {"b": 1}}, "a text, a number"),
        ("attributes", {"a": [1]}, "must be text"),
        ("attributes", {"a": math.nan}, "finite"),
        ("audio", ["a.wav"], "must be text"),
        ("audio", "a\nb", "control characters"),
        ("audio", "x" * 5_000, "5,000 characters, at most 4,096"),
        ("brand", "Acme", "no such field"),
    ],
)
def test_a_bad_value_is_refused_with_field_value_and_reason(
    field: str, value: object, why: str
) -> None:
    with pytest.raises(InvalidInput, match=why) as caught:
        Item.from_mapping({"item_id": "a", field: value}, now=NOW)
    assert caught.value.field.partition(".")[0] == field
    assert str(caught.value).startswith(field)
    assert len(str(caught.value)) < 400  # a million characters are not repeated in the message


def test_an_unknown_field_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r"known are item_id, domain, .*put it under attributes"):
        Item.from_mapping({"item_id": "a", "brand": "Acme"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Drama|Sci-Fi", ("Drama", "Sci-Fi")),
        ('["a|b", "c"]', ("a|b", "c")),
        ("Drama", ("Drama",)),
        ("", ()),
    ],
)
def test_categories_may_be_text(text: str, expected: tuple[str, ...]) -> None:
    assert Item.from_mapping({"item_id": "a", "categories": text}).categories == expected


def test_attributes_may_be_json_text_or_pairs() -> None:
    assert Item.from_mapping({"item_id": "a", "attributes": '{"k": ["v"]}'}).attributes == {
        "k": ("v",)
    }
    assert Item.from_mapping({"item_id": "a", "attributes": [("k", "v")]}).attributes == {"k": "v"}


@pytest.mark.parametrize(
    "value",
    [
        86_400,
        86_400.0,
        "86400",
        Decimal(86_400),
        "1970-01-02",
        "1970-01-02T00:00:00Z",
        "1970-01-02t01:30:00+01:30",
        "1970-01-02T00:00:00",
        datetime(1970, 1, 2),
        datetime(1970, 1, 2, tzinfo=UTC),
        datetime(1970, 1, 2).date(),
    ],
)
def test_the_same_time_in_every_spelling(value: object) -> None:
    assert Item.from_mapping({"item_id": "a", "created_at": value}).created_at == 86_400.0


def test_a_clock_may_be_a_day_ahead() -> None:
    assert (
        Item.from_mapping({"item_id": "a", "created_at": NOW + 86_400}, now=NOW).created_at
        == NOW + 86_400
    )


def test_text_reads_title_categories_attributes_description() -> None:
    item = Item(
        "a",
        title="Solaris.",
        categories=("Drama", "Sci-Fi"),
        attributes={"year": 1972.0, "cast": ("B", "C")},
    )
    assert item.text() == "Solaris. Drama, Sci-Fi. year: 1972. cast: B, C"
    assert Item("a", title="T", description="D").text() == "T. D"
    assert Item("a").text() == ""
    assert len(Item("a", description="word " * 10_000).text()) == 8_000


def test_the_hash_changes_with_every_field_and_with_nothing_else() -> None:
    base = {"item_id": "a", "attributes": {"x": "1", "y": "2"}}
    same = {
        "attributes": {"y": "2", "x": "1"},
        "item_id": "a",
        "domain": "default",
        "available": True,
    }
    assert Item.from_mapping(base).content_hash() == Item.from_mapping(same).content_hash()
    changes: list[dict[str, object]] = [
        {"domain": "d"},
        {"title": "t"},
        {"description": "t"},
        {"categories": ["t"]},
        {"attributes": {"x": "1"}},
        {"image": "t"},
        {"price": 0},
        {"created_at": 0},
        {"available": False},
    ]
    hashes = {Item.from_mapping({**base, **change}).content_hash() for change in changes}
    assert len(hashes | {Item.from_mapping(base).content_hash()}) == len(changes) + 1


_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
_labels = st.text(string.ascii_letters + "äé中", min_size=1, max_size=10)
_numbers = st.floats(allow_nan=False, allow_infinity=False)
_items = st.builds(
    Item,
    item_id=_labels,
    domain=_labels,
    title=_texts,
    description=_texts,
    categories=st.lists(_labels, max_size=3, unique=True).map(tuple),
    attributes=st.dictionaries(
        _labels, _texts | _numbers | st.booleans() | st.lists(_texts, max_size=2).map(tuple)
    ),
    media=st.fixed_dictionaries(
        {},
        optional={
            "image": st.lists(_labels, min_size=1, max_size=3, unique=True).map(tuple),
            "audio": st.tuples(_labels),
        },
    ),
    price=st.none() | st.floats(0, 1e9),
    created_at=st.none() | st.floats(-1e9, 1e9),
    available=st.booleans(),
)


@given(_items)
def test_an_item_survives_json_and_validation(item: Item) -> None:
    assert Item.from_json(item.to_json()) == item
    assert Item.from_mapping(item.to_mapping()) == item
    assert Item.from_mapping(item.to_mapping()).content_hash() == item.content_hash()


@pytest.mark.parametrize(
    ("row", "pictures"),
    [
        ({"image": "1.jpg"}, ("1.jpg",)),
        ({"image": ["1.jpg", "2.jpg", "1.jpg"]}, ("1.jpg", "2.jpg")),
        ({"image": "1.jpg", "images": ["2.jpg", "1.jpg", None, ""]}, ("1.jpg", "2.jpg")),
        ({"images": ["2.jpg", "3.jpg"]}, ("2.jpg", "3.jpg")),
        ({"images": "2.jpg|3.jpg"}, ("2.jpg", "3.jpg")),
        ({"images": '["2.jpg", "a|b.jpg"]'}, ("2.jpg", "a|b.jpg")),
        (
            {"image": "data:image/png;base64," + "A" * 100_000},
            ("data:image/png;base64," + "A" * 100_000,),
        ),
        ({"image": [], "images": None}, ()),
    ],
)
def test_an_item_may_have_several_images(row: dict[str, object], pictures: tuple[str, ...]) -> None:
    item = Item.from_mapping({"item_id": "a", **row})
    assert item.perceived("image") == pictures
    assert (item.media == {}) == (pictures == ())
    assert Item.from_mapping(item.to_mapping()) == Item.from_json(item.to_json()) == item


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"image": ["1.jpg", 2]}, "image is 2: it must be text"),
        ({"images": {"a": 1}}, "images is .*: it must be text"),
        ({"images": [f"{i}.jpg" for i in range(21)]}, "these are 21, at most 20"),
        ({"image": "x" * 5_000}, "5,000 characters, at most 4,096"),
        ({"images": "[1.jpg"}, "it must be JSON"),
    ],
)
def test_images_that_are_none_are_refused(row: dict[str, object], why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        Item.from_mapping({"item_id": "a", **row})
