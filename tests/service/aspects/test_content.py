"""What is read of an item, and what its aspects are kept by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.catalog.item import Item
from service.aspects.content import content_hash, own_names, readable

ITEM = Item(
    "a", "films", "Heat", "Two men.", ("Crime",), {"Director": "Mann", "cast": ("Pacino",)}, 5.0
)


@pytest.mark.parametrize(
    "change", [{"item_id": "b"}, {"price": 9.0}, {"available": False}, {"created_at": 5.0}]
)
def test_what_says_nothing_of_what_it_is_changes_no_hash(change: dict[str, object]) -> None:
    assert content_hash(replace(ITEM, **change)) == content_hash(ITEM)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Heat 2"},
        {"description": ""},
        {"domain": "books"},
        {"categories": ("Drama",)},
        {"attributes": {}},
        {"media": {"image": ("/catalogue/./b.png",)}},
    ],
)
def test_what_says_something_of_it_does(change: dict[str, object]) -> None:
    assert content_hash(replace(ITEM, **change)) != content_hash(ITEM)  # type: ignore[arg-type]


def test_where_its_pictures_lie_on_the_disk_does_not_matter() -> None:
    here, there = (
        replace(ITEM, media={"image": (f"{root}/./posters/1.png",)}) for root in ("/a", "/b/c")
    )
    assert content_hash(here) == content_hash(there)


def test_the_hash_stays_what_it_is() -> None:
    """Everything that was ever described is kept by it."""
    assert content_hash(ITEM) == "7db257fd312bba948f1f7370c84786c7"


def test_a_bounded_part_is_read_without_the_id() -> None:
    assert readable(ITEM) == {
        "title": "Heat",
        "categories": ["Crime"],
        "attributes": {"Director": "Mann", "cast": ["Pacino"]},
        "description": "Two men.",
    }
    assert readable(Item("secret-id")) == {}
    long = Item(
        "a", "d", "t" * 999, "d" * 9_999, tuple("abcdefghijklmnopqrstuvwxyz"), {"n": "x" * 999}
    )
    read = readable(long)
    assert [len(read[name]) for name in ("title", "description", "categories")] == [300, 4_000, 20]
    assert read["attributes"] == {"n": "x" * 200}


def test_names_of_the_caller_are_known_in_any_case() -> None:
    assert own_names(ITEM) == {"director", "cast"}
