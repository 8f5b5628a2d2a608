"""What a store beside takes over from the one that has it, as those encoders have read it that
stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from encoders.arrays import FloatArray
from indexer.catalog.item import Item
from indexer.indexing.inheriting import inherit
from indexer.stores.edge.store import EdgeStore
from indexer.stores.store import StoredItem

DIMS = {"text": 2, "image": 2, "audio": 2}
WHOLE = Item("whole", title="a film", media={"image": ("1.png",), "audio": ("1.wav",)})
TOLD = Item("told", title="a book", price=3.0)
UNTOLD = Item("untold", media={"image": ("2.png",)})


class Marks:
    """Which items lack some medium."""

    def __init__(self, *lacking: int) -> None:
        self._lacking = set(lacking)

    def lacking_pictures(self, item_indices: Iterable[int]) -> set[int]:
        return self._lacking & set(item_indices)

    def mark_indexed(self, *_: object, **__: object) -> None:
        raise AssertionError("inheriting completes nothing")

    mark_deleted = mark_indexed


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EdgeStore]:
    opened = EdgeStore.open(tmp_path, DIMS, {name: name for name in DIMS})
    yield opened
    opened.close()


def axis(at: int) -> FloatArray:
    return np.eye(2, dtype=np.float32)[at]


def source(*names: str) -> list[list[StoredItem]]:
    """Two pages with the vectors that are named, as `scroll` gives them."""
    vectors = {
        0: {"text": axis(0), "image": axis(1), "audio": axis(0)},
        1: {"text": axis(1)},
        2: {"text": axis(0), "image": axis(0)},
    }
    rows = [
        StoredItem(
            index, item, {name: vectors[index][name] for name in names if name in vectors[index]}
        )
        for index, item in enumerate((WHOLE, TOLD, UNTOLD))
    ]
    return [rows[:2], rows[2:]]


def taken(store: EdgeStore) -> dict[str, tuple[str, dict[str, tuple[str, ...]], Sequence[str]]]:
    """Title, media and vectors by item id."""
    return {
        row.item.item_id: (row.item.title, dict(row.item.media), sorted(row.vectors))
        for page in store.scroll(list(DIMS))
        for row in page
    }


def test_with_another_text_encoder_media_are_taken_without_words(store: EdgeStore) -> None:
    names = ("image", "audio")
    inherit(store, source(*names), names, Marks())
    assert taken(store) == {
        "whole": ("", dict(WHOLE.media), ["audio", "image"]),
        "told": ("", {}, []),
    }  # where there is no text, the lack of its vector would not be seen


def test_with_another_encoder_of_sounds_words_and_pictures_are_taken(store: EdgeStore) -> None:
    names = ("text", "image")
    inherit(store, source(*names), names, Marks())
    assert taken(store) == {
        "whole": ("a film", {"image": ("1.png",)}, ["image", "text"]),
        "told": ("a book", {}, ["text"]),
        "untold": ("", {"image": ("2.png",)}, ["image", "text"]),
    }


def test_an_item_that_lacks_some_medium_has_all_of_them_tried_again(store: EdgeStore) -> None:
    names = ("text", "image", "audio")
    inherit(store, source(*names), names, Marks(0))
    assert taken(store)["whole"] == ("a film", {}, ["audio", "image", "text"])
    assert taken(store)["untold"][1] == {"image": ("2.png",)}


def test_what_is_there_already_stays_as_it_is(store: EdgeStore) -> None:
    store.upsert([StoredItem(0, Item("whole", title="newer"), {"text": axis(1)})])
    inherit(store, source("text"), ("text",), Marks())
    assert taken(store)["whole"] == ("newer", {}, ["text"])
    assert taken(store).keys() == {"whole", "told", "untold"}
